//! Bytes to text, and places in it.

use std::fmt;

use headroom_model::scenario::{Fault, MAX_BYTES};

/// A place in a text; lines and columns count from 1, columns in characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// The line.
    pub line: u32,
    /// The column.
    pub column: u32,
}

impl Place {
    /// The first character.
    pub const START: Self = Self { line: 1, column: 1 };

    /// A fault here.
    pub(crate) fn fault(self, message: impl Into<String>) -> Fault {
        Fault { path: self.to_string(), message: message.into() }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.line, self.column)
    }
}

/// The text of a file: UTF-8 of bounded size, a byte-order mark skipped.
///
/// # Errors
///
/// Why it is none, and what would be right.
pub(crate) fn of(bytes: &[u8]) -> Result<&str, Fault> {
    if bytes.len() > MAX_BYTES {
        return Err(Place::START.fault("the file is larger than 32 MiB; it must be smaller"));
    }
    if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) {
        return Err(Place::START.fault("the file is UTF-16; save it as UTF-8"));
    }
    let bytes = bytes.strip_prefix(&[0xef, 0xbb, 0xbf]).unwrap_or(bytes);
    std::str::from_utf8(bytes).map_err(|error| {
        let good = std::str::from_utf8(&bytes[..error.valid_up_to()]).unwrap_or_default();
        Places::new(good)
            .of(good.len())
            .fault("the bytes from here on are not UTF-8; save the file as UTF-8")
    })
}

/// Finds the places of byte offsets in a text.
#[derive(Debug)]
pub(crate) struct Places<'a> {
    text: &'a str,
    /// Where each line starts.
    starts: Vec<usize>,
}

impl<'a> Places<'a> {
    pub(crate) fn new(text: &'a str) -> Self {
        let after = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n').map(|(i, _)| i + 1);
        Self { text, starts: std::iter::once(0).chain(after).collect() }
    }

    /// The place of a byte offset; one inside a character counts as its start,
    /// one beyond the end as the end.
    pub(crate) fn of(&self, offset: usize) -> Place {
        let line = self.starts.partition_point(|start| *start <= offset).max(1);
        let start = self.starts[line - 1];
        let end = offset.min(self.text.len());
        let column = self.text.as_bytes()[start..end].iter().filter(|byte| (**byte as i8) >= -0x40);
        let count = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        Place { line: count(line), column: count(column.count() + 1) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_count_characters() {
        let places = Places::new("aü c\nb");
        let of = |offset| places.of(offset).to_string();
        assert_eq!(
            [of(0), of(1), of(3), of(6), of(7), of(99)],
            ["1:1", "1:2", "1:3", "2:1", "2:2", "2:2"]
        );
    }

    #[test]
    fn what_is_not_utf_8_is_told_with_its_place() {
        assert_eq!(of(b"\xef\xbb\xbfa"), Ok("a"));
        assert_eq!(of(b"a\nb\xff").map_err(|fault| fault.path), Err("2:2".to_owned()));
        assert!(of(b"\xff\xfea\0").is_err_and(|fault| fault.message.contains("UTF-16")));
    }
}
