//! Numbers as people read them.

use headroom_model::decimal;

use crate::chart::short;

/// Reads a number that a person typed, or the browser wrote.
pub fn number(text: &str) -> Option<f64> {
    decimal::read(text.trim())
}

/// A response time: `190 ms`, `2.3 s`.
pub fn milliseconds(ms: f64) -> String {
    if ms < 999.5 { format!("{} ms", short(ms)) } else { seconds(ms / 1000.0) }
}

/// A span of time: `45 s`, `2 min 30 s`.
pub fn seconds(s: f64) -> String {
    if s < 99.5 {
        return format!("{} s", short(s));
    }
    let whole = s.round() as u64;
    match (whole / 60, whole % 60) {
        (minutes, 0) => format!("{minutes} min"),
        (minutes, seconds) => format!("{minutes} min {seconds} s"),
    }
}

/// A count that may be a mean: whole, with spaces between thousands.
pub fn count(number: f64) -> String {
    let digits = decimal::fixed(number, 0);
    let mut spaced = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            spaced.push('\u{202f}');
        }
        spaced.push(digit);
    }
    spaced
}

/// `1 task`, `4 tasks`.
pub fn tasks(number: u32) -> String {
    if number == 1 { "1 task".to_owned() } else { format!("{number} tasks") }
}

/// `1 minute`, `4 minutes`.
pub fn minutes(number: usize) -> String {
    if number == 1 { "1 minute".to_owned() } else { format!("{number} minutes") }
}

/// A small number as a word.
pub fn spelled(number: u32) -> String {
    let words = [
        "No", "One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine", "Ten",
        "Eleven", "Twelve", "Thirteen", "Fourteen", "Fifteen",
    ];
    words.get(number as usize).map_or_else(|| number.to_string(), |word| (*word).to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_as_people_type_them() {
        let read = ["7", " 70.5 ", "-3", "1e3", "", "seven", "7 %", "NaN", "1e999"].map(number);
        let (some, none) = ([7.0, 70.5, -3.0, 1000.0].map(Some), [None; 5]);
        assert_eq!(read, [some.as_slice(), none.as_slice()].concat().as_slice());
    }

    #[test]
    fn numbers_read_as_people_write_them() {
        assert_eq!(milliseconds(190.4), "190 ms");
        assert_eq!(milliseconds(2345.0), "2.3 s");
        assert_eq!(milliseconds(150_000.0), "2 min 30 s");
        assert_eq!(seconds(300.0), "5 min");
        assert_eq!(count(1_234_567.4), "1\u{202f}234\u{202f}567");
        assert_eq!(count(999.0), "999");
        assert_eq!((tasks(1), tasks(0)), ("1 task".to_owned(), "0 tasks".to_owned()));
        assert_eq!((spelled(3), spelled(16)), ("Three".to_owned(), "16".to_owned()));
    }
}
