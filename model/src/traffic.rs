//! Offered load: the rate at an instant, and its integral over a span.
//!
//! Every shape but the diurnal one is a chain of straight lines, so that both
//! are exact. Our choice: within each whole second of the run both data planes
//! take the rate as its mean over that second ([`Traffic::rates_in_minute`]).

use crate::scenario::{Shape, Traffic};
use crate::time::Micros;

use std::f64::consts::PI;

/// A stretch of time in which the rate follows one formula.
#[derive(Debug, Clone, Copy)]
enum Piece {
    /// A straight line.
    Line {
        from: Micros,
        from_rps: f64,
        /// The end, which belongs to the next piece.
        until: Micros,
        /// The rate just before `until`.
        until_rps: f64,
    },
    /// `middle + swing × cos(2π (t − peak_at) / period)`, for ever.
    Wave { middle_rps: f64, swing_rps: f64, peak_at: Micros, period: Micros },
}

impl Piece {
    fn level(from: Micros, until: Micros, rps: f64) -> Self {
        Self::Line { from, from_rps: rps, until, until_rps: rps }
    }

    fn until(&self) -> Micros {
        match *self {
            Self::Line { until, .. } => until,
            Self::Wave { .. } => Micros::NEVER,
        }
    }

    fn rate(&self, t: Micros) -> f64 {
        match *self {
            Self::Line { from, from_rps, until, until_rps } => {
                let share = t.since(from).0 as f64 / until.since(from).0 as f64;
                from_rps + (until_rps - from_rps) * share
            }
            Self::Wave { middle_rps, swing_rps, peak_at, period } => {
                middle_rps + swing_rps * wave(2 * t.0, peak_at, period)
            }
        }
    }

    /// The integral of the rate over a span within the piece.
    fn offered(&self, from: Micros, until: Micros) -> f64 {
        let span = until.since(from);
        match *self {
            Self::Line { .. } => (self.rate(from) + self.rate(until)) / 2.0 * span.as_s(),
            Self::Wave { middle_rps, swing_rps, peak_at, period } => {
                // ∫cos as a product, which does not cancel on a short span.
                let half_angle = PI * span.0 as f64 / period.0 as f64;
                let crest_s = period.as_s() / PI * libm::sincos(half_angle).0;
                let swung = swing_rps * crest_s * wave(from.0 + until.0, peak_at, period);
                (middle_rps * span.as_s() + swung).max(0.0)
            }
        }
    }
}

impl Traffic {
    /// The mean number of requests that arrive in `[from, until)`: the
    /// integral of the rate, exact for every shape.
    pub fn offered(&self, from: Micros, until: Micros) -> f64 {
        let mut requests = 0.0;
        let mut at = from;
        while at < until {
            let piece = self.shape.piece(at);
            let end = piece.until().min(until);
            requests += piece.offered(at, end);
            at = end;
        }
        requests
    }

    /// The mean rate [requests/s] in each second of a minute of the run.
    pub fn rates_in_minute(&self, minute: u64) -> [f64; 60] {
        let start = Micros(minute * Micros::MINUTE.0);
        let mut rates = [0.0; 60];
        if let Piece::Wave { middle_rps, swing_rps, peak_at, period } = self.shape.piece(start) {
            // The wave at the middles of the seconds, turned on from one to the
            // next: a cosine a second is what a long run would be spent on.
            let half_angle = PI * Micros::SECOND.0 as f64 / period.0 as f64;
            let crest = libm::sincos(half_angle).0 / half_angle;
            let (mut sin, mut cos) =
                libm::sincos(wave_angle(2 * start.0 + Micros::SECOND.0, peak_at, period));
            let (turn_sin, turn_cos) = libm::sincos(2.0 * half_angle);
            for rate in &mut rates {
                *rate = (middle_rps + swing_rps * crest * cos).max(0.0);
                (sin, cos) = (sin * turn_cos + cos * turn_sin, cos * turn_cos - sin * turn_sin);
            }
        } else {
            let mut from = start;
            for rate in &mut rates {
                *rate = self.offered(from, from + Micros::SECOND);
                from += Micros::SECOND;
            }
        }
        rates
    }
}

impl Shape {
    /// The rate at an instant [requests/s].
    pub fn rate(&self, t: Micros) -> f64 {
        self.piece(t).rate(t)
    }

    /// The piece that holds `t`.
    fn piece(&self, t: Micros) -> Piece {
        match *self {
            Self::Steady { rps } => Piece::level(Micros::ZERO, Micros::NEVER, rps),
            Self::Ramp { from_rps, to_rps, start, end } => {
                let slope = Piece::Line { from: start, from_rps, until: end, until_rps: to_rps };
                chain(t, start, from_rps, to_rps, &[slope])
            }
            Self::Spike { base_rps, peak_rps, start, rise, hold, fall } => {
                let (top, drop) = (start + rise, start + rise + hold);
                let end = drop + fall;
                let up = Piece::Line {
                    from: start,
                    from_rps: base_rps,
                    until: top,
                    until_rps: peak_rps,
                };
                let down =
                    Piece::Line { from: drop, from_rps: peak_rps, until: end, until_rps: base_rps };
                chain(t, start, base_rps, base_rps, &[up, Piece::level(top, drop, peak_rps), down])
            }
            Self::Diurnal { trough_rps, peak_rps, peak_at, period } => Piece::Wave {
                middle_rps: (peak_rps + trough_rps) / 2.0,
                swing_rps: (peak_rps - trough_rps) / 2.0,
                peak_at,
                period,
            },
            Self::Steps(ref points) => match around(points, t) {
                (Some((from, rps)), after) => {
                    Piece::level(from, after.map_or(Micros::NEVER, |p| p.0), rps)
                }
                (None, first) => first_level(first),
            },
            Self::Trace(ref points) => match around(points, t) {
                (Some((from, from_rps)), Some((until, until_rps))) => {
                    Piece::Line { from, from_rps, until, until_rps }
                }
                (Some((from, rps)), None) => Piece::level(from, Micros::NEVER, rps),
                (None, first) => first_level(first),
            },
        }
    }
}

/// A rate [requests/s] at a time.
type Point = (Micros, f64);

/// The last point that is not after `t`, and the one after it.
fn around(points: &[Point], t: Micros) -> (Option<Point>, Option<Point>) {
    let after = points.partition_point(|&(at, _)| at <= t);
    (after.checked_sub(1).map(|before| points[before]), points.get(after).copied())
}

/// The rate before the first point is that of the first point.
fn first_level(first: Option<Point>) -> Piece {
    let (until, rps) = first.unwrap_or((Micros::NEVER, 0.0));
    Piece::level(Micros::ZERO, until, rps)
}

/// Of a chain of pieces that begins at `start`, the one that holds `t`; a
/// level at the rate `before` or `after` it, if none does.
fn chain(t: Micros, start: Micros, before: f64, after: f64, pieces: &[Piece]) -> Piece {
    if t < start {
        return Piece::level(Micros::ZERO, start, before);
    }
    let end = pieces.last().map_or(start, Piece::until);
    let holder = pieces.iter().find(|piece| t < piece.until());
    holder.copied().unwrap_or(Piece::level(end, Micros::NEVER, after))
}

/// The wave's height (−1 to 1) at half of `twice_t`.
fn wave(twice_t: u64, peak_at: Micros, period: Micros) -> f64 {
    libm::sincos(wave_angle(twice_t, peak_at, period)).1
}

/// The wave's angle past a peak (0 to 2π) at half of `twice_t`: in whole
/// microseconds until the last step, so that late days are as exact as the first.
fn wave_angle(twice_t: u64, peak_at: Micros, period: Micros) -> f64 {
    let turn = 2 * period.0;
    let phase = (twice_t % turn + turn - 2 * (peak_at.0 % period.0)) % turn;
    PI * phase as f64 / period.0 as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::Arrivals;

    const fn s(seconds: u64) -> Micros {
        Micros::from_whole_s(seconds)
    }

    fn traffic(shape: Shape) -> Traffic {
        Traffic { shape, arrivals: Arrivals::Poisson }
    }

    fn shapes() -> Vec<Shape> {
        vec![
            Shape::Steady { rps: 80.0 },
            Shape::Ramp { from_rps: 10.0, to_rps: 250.0, start: s(20), end: s(95) },
            Shape::Spike {
                base_rps: 100.0,
                peak_rps: 320.0,
                start: s(30),
                rise: s(10),
                hold: s(40),
                fall: s(7),
            },
            Shape::Diurnal { trough_rps: 30.0, peak_rps: 300.0, peak_at: s(50), period: s(120) },
            Shape::Steps(vec![(s(10), 50.0), (s(60), 170.0), (Micros(61_500_000), 20.0)]),
            Shape::Trace(vec![(s(10), 50.0), (s(60), 170.0), (s(90), 20.0)]),
        ]
    }

    #[test]
    fn rates_follow_the_shapes() {
        let rates = |shape: &Shape, at: &[f64]| -> Vec<f64> {
            at.iter().map(|&t| shape.rate(Micros::from_s(t))).collect()
        };
        let shapes = shapes();
        assert_eq!(
            rates(&shapes[1], &[0.0, 20.0, 57.5, 95.0, 1e6]),
            [10.0, 10.0, 130.0, 250.0, 250.0]
        );
        let spike = rates(&shapes[2], &[29.0, 35.0, 40.0, 79.0, 83.5, 87.0]);
        assert_eq!(spike, [100.0, 210.0, 320.0, 320.0, 210.0, 100.0]);
        let wave = rates(&shapes[3], &[50.0, 110.0, 170.0, 290.0]);
        assert!(wave.iter().zip([300.0, 30.0, 300.0, 300.0]).all(|(a, b)| (a - b).abs() < 1e-9));
        assert_eq!(
            rates(&shapes[4], &[0.0, 10.0, 59.9, 60.0, 61.5, 999.0]),
            [50.0, 50.0, 50.0, 170.0, 20.0, 20.0]
        );
        assert_eq!(
            rates(&shapes[5], &[0.0, 35.0, 60.0, 75.0, 999.0]),
            [50.0, 110.0, 170.0, 95.0, 20.0]
        );
    }

    #[test]
    fn a_spike_without_rise_or_fall_is_a_step() {
        let shape = Shape::Spike {
            base_rps: 1.0,
            peak_rps: 9.0,
            start: s(5),
            rise: s(0),
            hold: s(5),
            fall: s(0),
        };
        assert_eq!([4, 5, 9, 10].map(|t| shape.rate(s(t))), [1.0, 9.0, 9.0, 1.0]);
        assert_eq!(traffic(shape).offered(s(0), s(20)), 60.0);
    }

    #[test]
    fn offered_is_the_integral_of_the_rate() {
        for shape in shapes() {
            let traffic = traffic(shape);
            for (from, until) in [(0, 200), (3, 4), (33, 61), (86_400, 90_000)] {
                let (from, until) = (s(from), s(until));
                // The midpoint rule on steps of 1 ms; a corner costs 10^-6.
                let steps = until.since(from).0 / 1000;
                let sum: f64 = (0..steps)
                    .map(|n| traffic.shape.rate(from + Micros(n * 1000 + 500)) / 1000.0)
                    .sum();
                let offered = traffic.offered(from, until);
                assert!((offered - sum).abs() <= 1e-6 * sum, "{traffic:?} {offered} {sum}");
            }
        }
    }

    #[test]
    fn the_seconds_of_a_minute_add_up_to_it() {
        for shape in shapes() {
            let traffic = traffic(shape);
            for minute in [0, 1, 2, 1440] {
                let rates = traffic.rates_in_minute(minute);
                for (second, rate) in (minute * 60..).zip(rates) {
                    let offered = traffic.offered(s(second), s(second + 1));
                    assert!((rate - offered).abs() <= 1e-12 * offered, "{traffic:?} {second}");
                }
                let whole = traffic.offered(s(minute * 60), s(minute * 60 + 60));
                assert!((rates.iter().sum::<f64>() - whole).abs() < 1e-9 * whole, "{traffic:?}");
            }
            assert_eq!(traffic.offered(s(9), s(9)), 0.0);
        }
    }
}
