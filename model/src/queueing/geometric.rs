//! A run of states whose probabilities are in constant proportion.

/// Probabilities of the states `j = 0, 1, …`: either falling from the first
/// on, or rising up to the last. It is kept from its likeliest state, so that
/// nothing overflows in however long a run.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Geometric {
    likeliest: f64,
    /// From a state to its less likely neighbour (≤ 1).
    fall: f64,
    count: Count,
}

#[derive(Debug, Clone, Copy)]
enum Count {
    Endless,
    Falling(u64),
    Rising(u64),
}

impl Geometric {
    /// `first`, `first × ratio`, …, with a ratio ≤ 1, below 1 if endless.
    pub(crate) fn falling(first: f64, ratio: f64, count: Option<u64>) -> Self {
        Self { likeliest: first, fall: ratio, count: count.map_or(Count::Endless, Count::Falling) }
    }

    /// …, `last × fall`, `last`.
    pub(crate) fn rising(last: f64, fall: f64, count: u64) -> Self {
        Self { likeliest: last, fall, count: Count::Rising(count) }
    }

    pub(crate) fn scale(&mut self, factor: f64) {
        self.likeliest *= factor;
    }

    /// From a state to the next.
    pub(crate) fn ratio(&self) -> f64 {
        if let Count::Rising(_) = self.count { 1.0 / self.fall } else { self.fall }
    }

    /// The probability of state `j`; zero beyond the end.
    pub(crate) fn at(&self, j: u64) -> f64 {
        let steps = match self.count {
            Count::Endless => j,
            Count::Falling(count) if j < count => j,
            Count::Rising(count) if j < count => count - 1 - j,
            Count::Falling(_) | Count::Rising(_) => return 0.0,
        };
        self.likeliest * libm::pow(self.fall, steps as f64)
    }

    /// The first `count` states, and the rest, numbered from 0 again.
    pub(crate) fn split(self, count: u64) -> (Self, Self) {
        let falling = |all: Option<u64>| {
            let first =
                Self { count: Count::Falling(all.map_or(count, |all| all.min(count))), ..self };
            let rest =
                Self { likeliest: self.likeliest * libm::pow(self.fall, count as f64), ..self };
            (first, rest)
        };
        match self.count {
            Count::Endless => falling(None),
            Count::Falling(all) => {
                let (first, rest) = falling(Some(all));
                (first, Self { count: Count::Falling(all.saturating_sub(count)), ..rest })
            }
            Count::Rising(all) => {
                let rest = all.saturating_sub(count);
                let likeliest = self.likeliest * libm::pow(self.fall, rest as f64);
                let first = Self { likeliest, count: Count::Rising(all - rest), ..self };
                (first, Self { count: Count::Rising(rest), ..self })
            }
        }
    }

    /// `Σ p` and `Σ j p`.
    pub(crate) fn sums(&self) -> (f64, f64) {
        let (sum, moment) = match self.count {
            Count::Endless => {
                let sum = 1.0 / (1.0 - self.fall);
                (sum, sum * sum * self.fall)
            }
            Count::Falling(count) => falling_sums(self.fall, count),
            Count::Rising(count) => {
                let (sum, moment) = falling_sums(self.fall, count);
                (sum, (count as f64 - 1.0).max(0.0) * sum - moment)
            }
        };
        (self.likeliest * sum, self.likeliest * moment)
    }
}

/// `Σ x^j` and `Σ j x^j` over `j < count`, for `x ≤ 1`.
fn falling_sums(x: f64, count: u64) -> (f64, f64) {
    let n = count as f64;
    let gap = 1.0 - x;
    if count <= 64 {
        let (mut sum, mut moment, mut power) = (0.0, 0.0, 1.0);
        for j in 0..count {
            sum += power;
            moment += power * j as f64;
            power *= x;
        }
        (sum, moment)
    } else if n * gap < 1e-5 {
        // Two terms of the series in the gap; the third is below 10^-10.
        let sum = n * (1.0 - (n - 1.0) / 2.0 * gap);
        let moment = n * (n - 1.0) / 2.0 * (1.0 - (2.0 * n - 1.0) / 3.0 * gap);
        (sum, moment)
    } else {
        let log = n * libm::log(x);
        let sum = -libm::expm1(log) / gap;
        (sum, (sum - 1.0 - (n - 1.0) * libm::exp(log)) / gap)
    }
}
