//! All that was done as a short code, to carry from one browser to another.
//!
//! A code is a version, for each section that was begun its number, a fingerprint
//! of what there is to do in it and a few bits for each of these, and a checksum,
//! written in Crockford's base 32. A section whose fingerprint is another here has
//! changed, and is left out.

use super::{Deed, Mark, Progress};
use crate::course::{SECTIONS, Section};

const VERSION: u8 = 1;
const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

/// A longer code is not read.
pub const LONGEST: usize = 2000;

/// What a code holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Taken {
    /// What was done.
    pub progress: Progress,
    /// Sections that have changed since, and what was done there is not known.
    pub left_out: usize,
}

/// The code of what was done. What belongs to no section here is not in it.
pub fn write(progress: &Progress) -> String {
    let mut bytes = vec![VERSION];
    for section in &SECTIONS {
        let deeds = deeds(section);
        let has = |deed: &Deed| {
            progress.has(&Mark { section: section.slug.to_owned(), deed: deed.clone() })
        };
        let bits: Vec<bool> = deeds.iter().map(has).collect();
        if bits.contains(&true) {
            let packed = bits
                .chunks(8)
                .map(|bits| (0..).zip(bits).fold(0, |byte, (at, bit)| byte | u8::from(*bit) << at));
            // A section has far fewer than 255 × 8 things to do.
            bytes.extend([section.number, fingerprint(&deeds), packed.len() as u8]);
            bytes.extend(packed);
        }
    }
    bytes.extend(checksum(&bytes));
    in_letters(&bytes)
}

/// Reads a code; spaces and hyphens in it mean nothing.
///
/// # Errors
///
/// A sentence that says what is wrong with it.
pub fn read(code: &str) -> Result<Taken, &'static str> {
    const WRONG: &str = "This is not a whole code. It is one long word of letters and digits; \
                         copy all of it.";
    if code.len() > LONGEST {
        return Err(WRONG);
    }
    let code: String = code.chars().filter(|c| !c.is_whitespace() && *c != '-').collect();
    if code.is_empty() {
        return Err("There is no code in the field. Paste one that this course has shown.");
    }
    let bytes = from_letters(&code).ok_or(WRONG)?;
    let (bytes, sum) = bytes.split_last_chunk::<2>().ok_or(WRONG)?;
    if checksum(bytes) != *sum {
        return Err(WRONG);
    }
    let Some((&VERSION, mut rest)) = bytes.split_first() else {
        return Err("This code comes from another version of the course, and is not known here.");
    };
    let mut taken = Taken { progress: Progress::default(), left_out: 0 };
    while let [number, print, length, after @ ..] = rest {
        let (bits, after) = after.split_at_checked(usize::from(*length)).ok_or(WRONG)?;
        rest = after;
        let section = SECTIONS.get(usize::from(*number));
        let known = section.map(|section| (section, deeds(section)));
        let Some((section, deeds)) = known.filter(|(_, deeds)| fingerprint(deeds) == *print) else {
            taken.left_out += 1;
            continue;
        };
        for (index, deed) in deeds.into_iter().enumerate() {
            if bits.get(index / 8).is_some_and(|byte| byte >> (index % 8) & 1 == 1) {
                taken.progress.note(Mark { section: section.slug.to_owned(), deed });
            }
        }
    }
    Ok(taken)
}

/// All that can be noted of a section, in the order of its bits.
fn deeds(section: &Section) -> Vec<Deed> {
    let mut deeds = super::deeds(section);
    let Some(lesson) = section.lesson() else { return deeds };
    for question in &lesson.questions {
        deeds.extend([Deed::Missed(question.id.clone()), Deed::Recalled(question.id.clone())]);
    }
    for (act, told) in (0..).zip(&lesson.figure.acts) {
        let choices = told.prediction.as_ref().map_or(0, |prediction| prediction.choices.len());
        deeds.push(Deed::Bet(act, None));
        deeds.extend((0..).take(choices).map(|choice| Deed::Bet(act, Some(choice))));
    }
    deeds
}

/// Bytes as digits and letters, five bits each (Crockford's base 32). A crate for
/// this weighs as much as the rest of this file.
fn in_letters(bytes: &[u8]) -> String {
    let bit = |at: usize| bytes.get(at / 8).map_or(0, |byte| byte >> (7 - at % 8) & 1);
    let digit = |first: usize| (first..first + 5).fold(0, |digit, at| digit << 1 | bit(at));
    (0..bytes.len() * 8).step_by(5).map(|at| char::from(ALPHABET[usize::from(digit(at))])).collect()
}

/// Reads what [`in_letters`] wrote. As Crockford has it, case means nothing, `o` is
/// 0, and `i` and `l` are 1.
fn from_letters(text: &str) -> Option<Vec<u8>> {
    let mut bytes = vec![0; text.len() * 5 / 8];
    for (place, letter) in text.bytes().enumerate() {
        let letter = match letter.to_ascii_lowercase() {
            b'o' => b'0',
            b'i' | b'l' => b'1',
            letter => letter,
        };
        let digit = ALPHABET.iter().position(|known| *known == letter)?;
        for bit in (0..5).filter(|bit| digit >> (4 - bit) & 1 == 1) {
            let at = place * 5 + bit;
            // What is over beyond the last whole byte is padding.
            if let Some(byte) = bytes.get_mut(at / 8) {
                *byte |= 0x80 >> (at % 8);
            }
        }
    }
    Some(bytes)
}

/// Tells one list of deeds from another.
fn fingerprint(deeds: &[Deed]) -> u8 {
    let text: Vec<_> = deeds.iter().map(ToString::to_string).collect();
    checksum(text.join(" ").as_bytes())[0]
}

/// Fletcher's checksum: it notices letters left out, changed or in another order.
fn checksum(bytes: &[u8]) -> [u8; 2] {
    let (mut sum, mut of_sums) = (0_u32, 0_u32);
    for byte in bytes {
        sum = (sum + u32::from(*byte)) % 255;
        of_sums = (of_sums + sum) % 255;
    }
    [of_sums as u8, sum as u8]
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::course::{FIRST, lessons};

    fn some(picked: &[bool]) -> Progress {
        lessons::open();
        let all = SECTIONS.iter().flat_map(|section| {
            let slug = section.slug.to_owned();
            deeds(section).into_iter().map(move |deed| Mark { section: slug.clone(), deed })
        });
        let mut progress = Progress::default();
        for (mark, _) in all.zip(picked.iter().cycle()).filter(|(_, picked)| **picked) {
            progress.note(mark);
        }
        progress
    }

    #[test]
    fn a_code_is_short() {
        let code = write(&some(&[true]));
        assert!(code.len() < 400, "{} letters: {code}", code.len());
        assert!(code.bytes().all(|byte| byte.is_ascii_alphanumeric()));
    }

    #[test]
    fn what_is_no_code_is_refused_in_a_sentence() {
        let code = write(&some(&[true]));
        let mut swapped = code.clone().into_bytes();
        swapped.swap(3, 8);
        let swapped = String::from_utf8(swapped).expect("letters");
        for (given, says) in [
            ("", "no code"),
            ("  ", "no code"),
            ("hello!", "not a whole code"),
            ("0", "not a whole code"),
            (&code[..code.len() - 3], "not a whole code"),
            (&swapped, "not a whole code"),
            (&"0".repeat(LONGEST + 1), "not a whole code"),
        ] {
            let fault = read(given).expect_err(given);
            assert!(fault.contains(says), "{given:.20}: {fault}");
        }
    }

    #[test]
    fn another_version_and_changed_sections_are_told() {
        lessons::open();
        let coded = |mut bytes: Vec<u8>| {
            bytes.extend(checksum(&bytes));
            in_letters(&bytes)
        };
        assert!(read(&coded(vec![9])).is_err_and(|fault| fault.contains("another version")));
        let other = fingerprint(&deeds(FIRST)).wrapping_add(1);
        let taken = read(&coded(vec![VERSION, 0, other, 1, 0xff, 99, 0, 0]));
        assert_eq!(taken, Ok(Taken { progress: Progress::default(), left_out: 2 }));
    }

    proptest! {
        #[test]
        fn a_code_brings_everything_back(picked in prop::collection::vec(any::<bool>(), 1..40)) {
            let progress = some(&picked);
            let code = write(&progress);
            let grouped: Vec<_> = code.as_bytes().chunks(5).map(String::from_utf8_lossy).collect();
            for given in [code.clone(), code.to_uppercase(), grouped.join("-"), grouped.join(" ")] {
                prop_assert_eq!(read(&given), Ok(Taken { progress: progress.clone(), left_out: 0 }));
            }
        }

        #[test]
        fn any_text_is_a_code_or_not(text in "[0-9a-z]{0,60}|\\PC{0,60}") {
            read(&text).ok();
        }
    }
}
