//! The address of everything: a section and the state of its figure, in the
//! URL's hash.
//!
//! `#/target-tracking?act=2&traffic=157` is section 3, second act, with the
//! traffic at 157. The parser is total: a link from anywhere opens the course,
//! and a sentence says what was wrong with it.

use crate::course::{FIRST, Section};

/// A longer hash is not read. The longest that the page makes is far shorter.
pub const LONGEST: usize = 2000;

/// What a link says.
#[derive(Debug, Clone, PartialEq)]
pub struct Link {
    /// The section.
    pub section: &'static Section,
    /// The settings of its figure, names and values, as written.
    pub params: Vec<(String, String)>,
}

impl Link {
    /// Reads a hash, with its `#`. What is wrong with it, if anything, comes
    /// as a sentence beside the front door.
    pub fn parse(hash: &str) -> (Self, Option<String>) {
        match Self::read(hash) {
            Ok(link) => (link, None),
            Err(fault) => (Self { section: FIRST, params: Vec::new() }, Some(fault)),
        }
    }

    fn read(hash: &str) -> Result<Self, String> {
        if hash.len() > LONGEST {
            return Err(format!(
                "The link is too long to be one of this course: {} characters, where {LONGEST} \
                 are read. This is the first section instead.",
                hash.chars().count()
            ));
        }
        let path = hash.strip_prefix('#').unwrap_or(hash);
        let path = path.strip_prefix('/').unwrap_or(path);
        let (slug, query) = path.split_once('?').unwrap_or((path, ""));
        let slug = slug.strip_suffix('/').unwrap_or(slug);
        let section = match decode(slug).as_deref() {
            Some("") => FIRST,
            Some(slug) => Section::by_slug(slug).ok_or_else(|| {
                format!(
                    "The link asks for a section named “{}”, and there is none. Links look like \
                     {}; the menu has all of them. This is the first section.",
                    shorten(slug),
                    FIRST.href()
                )
            })?,
            None => return Err(unreadable(slug)),
        };
        let pairs = query.split('&').filter(|pair| !pair.is_empty());
        let params = pairs.map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            Some((decode(name)?, decode(value)?))
        });
        match params.collect() {
            Some(params) => Ok(Self { section, params }),
            None => Err(unreadable(query)),
        }
    }
}

impl std::fmt::Display for Link {
    /// The hash, with its `#`.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "#/{}", self.section.slug)?;
        for (index, (name, value)) in self.params.iter().enumerate() {
            let mark = if index == 0 { '?' } else { '&' };
            write!(f, "{mark}{}={}", encode(name), encode(value))?;
        }
        Ok(())
    }
}

fn unreadable(part: &str) -> String {
    format!(
        "“{}” in the link cannot be read: after each % stand two digits from 0 to F, as in %20 \
         for a space. This is the first section.",
        shorten(part)
    )
}

fn shorten(text: &str) -> String {
    const LONGEST_SHOWN: usize = 40;
    let mut shown: String = text.chars().take(LONGEST_SHOWN).collect();
    if shown.len() < text.len() {
        shown.push('…');
    }
    shown
}

/// Undoes percent-encoding; `None` if it is damaged or not UTF-8.
fn decode(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, after @ ..] = rest {
        if *first == b'%' {
            let [high, low, after @ ..] = after else { return None };
            let digit = |byte: u8| char::from(byte).to_digit(16);
            bytes.push((digit(*high)? * 16 + digit(*low)?) as u8);
            rest = after;
        } else {
            bytes.push(*first);
            rest = after;
        }
    }
    String::from_utf8(bytes).ok()
}

/// Percent-encodes all but what a URL's fragment may hold and we never use as
/// a mark (RFC 3986: unreserved characters, and a few that keep links legible).
fn encode(text: &str) -> String {
    const HEX: &[u8; 16] = b"0123456789ABCDEF";
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~,:".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            encoded.push('%');
            encoded.push(char::from(HEX[usize::from(byte >> 4)]));
            encoded.push(char::from(HEX[usize::from(byte & 15)]));
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::course::SECTIONS;

    #[test]
    fn every_section_has_a_link_of_its_own() {
        for section in &SECTIONS {
            let (link, fault) = Link::parse(&section.href());
            assert_eq!((link.section, fault), (section, None));
        }
    }

    #[test]
    fn no_hash_is_the_front_door_and_no_fault() {
        for hash in ["", "#", "#/", "#/?"] {
            assert_eq!(
                Link::parse(hash),
                (Link { section: FIRST, params: vec![] }, None),
                "{hash}"
            );
        }
    }

    #[test]
    fn a_wrong_link_opens_the_front_door_and_says_why() {
        for (hash, says) in [
            ("#/the-spike%2", "two digits"),
            ("#/the-spike?a=%ff", "two digits"),
            ("#/nowhere", "“nowhere”"),
            ("#main", "“main”"),
            (&"#/".repeat(LONGEST), "too long"),
        ] {
            let (link, fault) = Link::parse(hash);
            assert_eq!(link, Link { section: FIRST, params: vec![] });
            assert!(fault.is_some_and(|fault| fault.contains(says)), "{hash}");
        }
    }

    #[test]
    fn settings_are_read_as_written() {
        let (link, fault) = Link::parse("#/target-tracking/?act=2&traffic=157&note=a%20%26%20b&x");
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        assert_eq!(fault, None);
        assert_eq!(link.section.number, 3);
        assert_eq!(
            link.params,
            [pair("act", "2"), pair("traffic", "157"), pair("note", "a & b"), pair("x", "")]
        );
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(
            section in 0..SECTIONS.len(),
            params in prop::collection::vec((".{1,12}", ".{0,12}"), 0..5),
        ) {
            let link = Link { section: &SECTIONS[section], params };
            prop_assert_eq!(Link::parse(&link.to_string()), (link, None));
        }

        #[test]
        fn whatever_a_link_says_it_opens(hash in "(#/?)?(the-spike)?[%?&=a-f0-9]{0,20}\\PC*") {
            Link::parse(&hash);
        }
    }
}
