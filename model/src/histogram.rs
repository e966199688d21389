//! A histogram of response times with a fixed relative resolution.
//!
//! Both data planes fill this one, so that their percentiles come out of the
//! same code.

/// Bins in each octave; a bin is 1.6 to 3.1 % wide, and percentiles are
/// interpolated inside it.
const BINS_PER_OCTAVE: usize = 32;
const LOG2_BINS: u32 = BINS_PER_OCTAVE.trailing_zeros();
/// Everything below 2^-7 ms (8 µs) is one bin.
const LOWEST_EXPONENT: i32 = -7;
/// Everything from 2^27 ms (37 hours) on is one bin.
const OCTAVES: usize = 34;
/// Bins in all: one below, the octaves, one above.
pub const BINS: usize = OCTAVES * BINS_PER_OCTAVE + 2;

/// Weighted response times [ms] in bins of equal relative width.
#[derive(Debug, Clone, PartialEq)]
pub struct Histogram {
    weight: Vec<f64>,
    total: f64,
    sum_ms: f64,
}

impl Default for Histogram {
    fn default() -> Self {
        Self { weight: vec![0.0; BINS], total: 0.0, sum_ms: 0.0 }
    }
}

impl Histogram {
    /// The bin of a value: the exponent and the leading bits of the mantissa,
    /// so that no transcendental function is needed.
    pub fn bin(ms: f64) -> usize {
        if ms < libm::exp2(f64::from(LOWEST_EXPONENT)) {
            return 0;
        }
        let bits = ms.to_bits();
        let exponent = ((bits >> 52) & 0x7ff) as i32 - 1023 - LOWEST_EXPONENT;
        let step = (bits >> (52 - LOG2_BINS)) as usize & (BINS_PER_OCTAVE - 1);
        (1 + exponent as usize * BINS_PER_OCTAVE + step).min(BINS - 1)
    }

    /// The lower edge of a bin [ms]; the upper edge is that of the next.
    pub fn edge(bin: usize) -> f64 {
        let Some(above) = bin.checked_sub(1) else { return 0.0 };
        let (octave, step) = (above / BINS_PER_OCTAVE, above % BINS_PER_OCTAVE);
        libm::scalbn(1.0 + step as f64 / BINS_PER_OCTAVE as f64, octave as i32 + LOWEST_EXPONENT)
    }

    /// Adds one value.
    pub fn record(&mut self, ms: f64) {
        self.add(Self::bin(ms), 1.0, ms);
    }

    /// Adds `weight` requests to a bin, whose response times sum to `sum_ms`.
    pub fn add(&mut self, bin: usize, weight: f64, sum_ms: f64) {
        self.weight[bin] += weight;
        self.total += weight;
        self.sum_ms += sum_ms;
    }

    /// Adds all of another histogram.
    pub fn merge(&mut self, other: &Self) {
        for (mine, theirs) in self.weight.iter_mut().zip(&other.weight) {
            *mine += theirs;
        }
        self.total += other.total;
        self.sum_ms += other.sum_ms;
    }

    /// Forgets everything.
    pub fn clear(&mut self) {
        self.weight.fill(0.0);
        self.total = 0.0;
        self.sum_ms = 0.0;
    }

    /// Requests in all.
    pub fn total(&self) -> f64 {
        self.total
    }

    /// The mean [ms]; `None` if empty.
    pub fn mean(&self) -> Option<f64> {
        (self.total > 0.0).then(|| self.sum_ms / self.total)
    }

    /// The value [ms] that a share `q` (0 to 1) of the requests does not
    /// exceed, interpolated inside its bin; `None` if empty.
    pub fn quantile(&self, q: f64) -> Option<f64> {
        if self.total <= 0.0 {
            return None;
        }
        let wanted = q * self.total;
        let mut below = 0.0;
        let mut last = 0.0;
        for (bin, &weight) in self.weight.iter().enumerate() {
            if weight <= 0.0 {
                continue;
            }
            let (from, to) = (Self::edge(bin), Self::edge(bin + 1));
            if below + weight >= wanted {
                return Some(from + (to - from) * ((wanted - below) / weight).clamp(0.0, 1.0));
            }
            below += weight;
            last = to;
        }
        Some(last)
    }
}
