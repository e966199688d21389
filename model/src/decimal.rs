//! Numbers in text, read and written.
//!
//! The standard library reads and writes floating point exactly at any length,
//! with tables and long arithmetic that weigh more in the page than a part of
//! the model. Whatever the page can reach goes through here instead, without
//! `{}` of an `f64` and without `f64::clamp`, whose panic prints its bounds
//! (`max` and `min` do as well where the bounds are not constant).

use serde_json::{Number, Value};

/// Beyond this a double has no digit to spare for decimals.
const MOST: f64 = 9_007_199_254_740_992.0;

/// Reads a number as JSON writes it. The parser of scenarios can do so anyway.
pub fn read(text: &str) -> Option<f64> {
    serde_json::from_str::<Value>(text).ok()?.as_f64()
}

/// Writes a number in the fewest digits that read as the same number: `70`,
/// `0.3`, `1e+300`, `inf`.
pub fn shortest(value: f64) -> String {
    let Some(number) = Number::from_f64(value) else {
        let text = if value.is_nan() { "NaN" } else { ["inf", "-inf"][usize::from(value < 0.0)] };
        return text.to_owned();
    };
    let mut text = number.to_string();
    if text.ends_with(".0") {
        text.truncate(text.len() - 2);
    }
    text
}

/// Writes a number with so many decimals, 0 to 15: `85.0`. One that is too
/// large for decimals to say anything comes as [`shortest`] writes it.
pub fn fixed(value: f64, decimals: u32) -> String {
    let scale = 10_u64.pow(decimals.min(15));
    let scaled = libm::rint(libm::fabs(value) * scale as f64);
    if scaled.is_nan() || scaled >= MOST {
        return shortest(value);
    }
    let scaled = scaled as u64;
    let sign = if value < 0.0 && scaled > 0 { "-" } else { "" };
    let (whole, rest) = (scaled / scale, scaled % scale);
    match decimals {
        0 => format!("{sign}{whole}"),
        _ => format!("{sign}{whole}.{rest:0width$}", width = decimals as usize),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn numbers_are_written_as_people_write_them() {
        let written = [70.0, 0.3, -2.5, 1e-7, 1e300, 0.0].map(shortest);
        assert_eq!(written, ["70", "0.3", "-2.5", "1e-7", "1e+300", "0"]);
        assert_eq!(fixed(85.0, 1), "85.0");
        assert_eq!(fixed(0.05, 2), "0.05");
        assert_eq!(fixed(9.96, 1), "10.0");
        assert_eq!(fixed(2.5, 0), "2");
        assert_eq!(fixed(-0.04, 1), "0.0");
        assert_eq!(fixed(-7.26, 1), "-7.3");
        assert_eq!(fixed(1e300, 2), "1e+300");
        assert_eq!(fixed(f64::NAN, 2), "NaN");
        assert_eq!(fixed(f64::NEG_INFINITY, 2), "-inf");
    }

    proptest! {
        #[test]
        fn what_is_written_shortest_reads_the_same(value in prop::num::f64::NORMAL) {
            prop_assert_eq!(shortest(value).parse(), Ok(value));
        }

        #[test]
        fn decimals_are_those_of_the_standard_library(value in -1e6..1e6_f64, decimals in 0..7_u32) {
            let ours = read(&fixed(value, decimals)).unwrap();
            let theirs: f64 = format!("{value:.0$}", decimals as usize).parse().unwrap();
            // A tie in binary may go either way.
            let step = libm::pow(10.0, -f64::from(decimals));
            prop_assert!((ours - theirs).abs() <= 1e-3 * step || ours != theirs
                && ((value - ours).abs() - step / 2.0).abs() < 1e-6 * step);
        }
    }
}
