//! Every function of libm that the model calls, on many inputs: the last bit
//! of each result has to be the same everywhere. A run of the model can hide one
//! wrong bit; this does not.

use std::fmt::Write as _;

use crate::digest::Digest;

type Function = fn(f64, f64) -> f64;

const FUNCTIONS: [(&str, Function); 18] = [
    ("ceil", |x, _| libm::ceil(x)),
    ("cos", |x, _| libm::cos(x)),
    ("erfc", |x, _| libm::erfc(x)),
    ("exp", |x, _| libm::exp(x)),
    ("exp2", |x, _| libm::exp2(x)),
    ("expm1", |x, _| libm::expm1(x)),
    ("fabs", |x, _| libm::fabs(x)),
    ("floor", |x, _| libm::floor(x)),
    ("log", |x, _| libm::log(x)),
    ("log1p", |x, _| libm::log1p(x)),
    ("pow", libm::pow),
    ("rint", |x, _| libm::rint(x)),
    ("round", |x, _| libm::round(x)),
    ("sin", |x, _| libm::sin(x)),
    ("sincos", |x, _| {
        let (sin, cos) = libm::sincos(x);
        sin + 3.0 * cos
    }),
    ("sqrt", |x, _| libm::sqrt(x)),
    ("trunc", |x, _| libm::trunc(x)),
    // What the language promises to be the same; it costs nothing to look.
    ("division", |x, y| x / y),
];

/// A line for each function, and the digest of its results on `count` inputs.
pub(crate) fn digests(count: u32) -> String {
    let mut lines = String::new();
    for (name, function) in FUNCTIONS {
        let mut inputs = Inputs(0x1234_5678_9abc_def0);
        let mut digest = Digest::default();
        for n in 0..count {
            digest.add(bits(function(inputs.next(n), inputs.next(n / 4))));
        }
        // Writing to a string cannot fail.
        writeln!(lines, "{name} {digest}").ok();
    }
    lines
}

/// WebAssembly leaves open which bits a NaN has, so that no result may depend on
/// them: all count as one.
fn bits(x: f64) -> u64 {
    if x.is_nan() { f64::NAN.to_bits() } else { x.to_bits() }
}

/// Numbers of all kinds: of a model's size, near one, and any bits at all.
struct Inputs(u64);

impl Inputs {
    fn next(&mut self, n: u32) -> f64 {
        // xorshift64: whole numbers alone.
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        let unit = (self.0 >> 11) as f64 / (1_u64 << 53) as f64;
        match n % 4 {
            0 => unit,
            1 => (unit - 0.5) * 100.0,
            2 => 1.0 / (unit + 1e-9) - 2.0,
            _ => f64::from_bits(self.0),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    use super::FUNCTIONS;

    /// The names behind `libm::` in a folder's sources.
    fn called(folder: &Path, names: &mut Vec<String>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                called(&path, names);
                continue;
            }
            let source = fs::read_to_string(&path).unwrap_or_default();
            let letters =
                |text: &str| text.split(|c: char| !c.is_alphanumeric()).next().map(str::to_owned);
            names.extend(source.split("libm::").skip(1).filter_map(letters));
        }
    }

    #[test]
    fn all_that_the_model_calls_are_compared() {
        let mut names = Vec::new();
        called(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../../model/src"), &mut names);
        assert!(names.len() > 20);
        for name in names {
            assert!(FUNCTIONS.iter().any(|(known, _)| *known == name), "libm::{name}");
        }
    }
}
