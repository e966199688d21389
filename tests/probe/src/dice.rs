//! Chance for the scenarios that are drawn: whole numbers alone, so that a
//! number stands for the same draw on every machine.

use headroom_model::random::{Purpose, Stream};

/// A source of choices.
pub(crate) struct Dice(Stream);

impl Dice {
    /// The dice of a number; equal numbers fall alike.
    pub(crate) fn of(number: u32) -> Self {
        Self(Stream::new(u64::from(number), Purpose::Routing, 0))
    }

    /// From 0 to `below − 1`.
    pub(crate) fn below(&mut self, below: u32) -> u32 {
        self.0.below(below as usize) as u32
    }

    /// From `first` to `last`, both included.
    pub(crate) fn between(&mut self, first: u32, last: u32) -> u32 {
        first + self.below(last - first + 1)
    }

    /// True in so many of a hundred cases.
    pub(crate) fn percent(&mut self, chance: u32) -> bool {
        self.below(100) < chance
    }

    /// One of several.
    pub(crate) fn pick<T: Copy>(&mut self, among: &[T]) -> T {
        among[self.below(among.len() as u32) as usize]
    }

    /// A number with a fraction that binary arithmetic cannot hold, from 0 to
    /// `most`.
    pub(crate) fn decimal(&mut self, most: u32) -> f64 {
        f64::from(self.below(most * 1000 + 1)) / 1000.0
    }
}
