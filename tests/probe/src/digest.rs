//! A digest of what was computed, for comparing it without sending it.

use std::fmt;

/// The 64-bit FNV-1a hash.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Digest(u64);

impl Default for Digest {
    fn default() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }
}

impl Digest {
    /// The digest of a text.
    pub(crate) fn of(text: &str) -> Self {
        let mut digest = Self::default();
        text.bytes().for_each(|byte| digest.mix(u64::from(byte)));
        digest
    }

    /// Adds a number.
    pub(crate) fn add(&mut self, number: u64) {
        number.to_le_bytes().iter().for_each(|&byte| self.mix(u64::from(byte)));
    }

    fn mix(&mut self, byte: u64) {
        self.0 = (self.0 ^ byte).wrapping_mul(0x0000_0100_0000_01b3);
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}
