//! Simulated time, in whole microseconds.

use std::ops::{Add, AddAssign, Sub};

/// An instant since the start of the run, or a span of time [µs].
///
/// Time is an integer so that events have one order on every target.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Micros(pub u64);

impl Micros {
    /// The start of the run, or no time at all.
    pub const ZERO: Self = Self(0);
    /// One second.
    pub const SECOND: Self = Self(1_000_000);
    /// One minute, the period of every CloudWatch metric here.
    pub const MINUTE: Self = Self(60_000_000);
    /// Later than anything that happens.
    pub const NEVER: Self = Self(u64::MAX);

    /// Converts whole seconds.
    pub const fn from_whole_s(seconds: u64) -> Self {
        Self(seconds * 1_000_000)
    }

    /// Converts seconds, rounded to the nearest microsecond. Negative and
    /// non-finite values become zero.
    pub fn from_s(seconds: f64) -> Self {
        Self(libm::round(seconds * 1e6).max(0.0) as u64)
    }

    /// Seconds, exact below 2^53 µs (285 years).
    pub fn as_s(self) -> f64 {
        self.0 as f64 / 1e6
    }

    /// The span between two instants, zero if `earlier` is the later one.
    pub const fn since(self, earlier: Self) -> Self {
        Self(self.0.saturating_sub(earlier.0))
    }

    /// The last whole multiple of `span` that is not after this instant.
    pub const fn floor_to(self, span: Self) -> Self {
        Self(self.0 - self.0 % span.0)
    }
}

impl Add for Micros {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

impl AddAssign for Micros {
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

impl Sub for Micros {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        self.since(other)
    }
}
