//! Round numbers for axes, and how they are written.

use headroom_model::decimal::fixed;

/// A place on an axis and what stands there.
#[derive(Debug, Clone, PartialEq)]
pub struct Tick {
    /// The value: a time [s], or what the axis measures.
    pub at: f64,
    /// What is written there.
    pub text: String,
}

/// Steps that read well, within a power of ten.
const ROUND: [f64; 4] = [1.0, 2.0, 2.5, 5.0];

/// Three to five round numbers from zero to `high` or a little beyond.
pub(super) fn from_zero(high: f64, unit: &str) -> Vec<Tick> {
    let high = if high.is_finite() && high > 0.0 { high } else { 1.0 };
    let mut power = 1e-3;
    let step = 'found: loop {
        for round in ROUND {
            if high <= 4.0 * round * power {
                break 'found round * power;
            }
        }
        power *= 10.0;
    };
    let steps = (high / step).ceil().max(2.0) as u32;
    let tick = |k: u32| {
        let at = f64::from(k) * step;
        Tick { at, text: format!("{}{unit}", short(at)) }
    };
    (0..=steps).map(tick).collect()
}

/// Three to five round numbers in equal ratios around a range of times [ms].
pub(super) fn of_milliseconds(low: f64, high: f64) -> Vec<Tick> {
    let (low, high) = (low.max(1.0), high.max(low).max(1.0));
    let mut from = 1.0;
    while from * 10.0 <= low {
        from *= 10.0;
    }
    let mut decades = 1u32;
    let mut to = from * 10.0;
    while to < high {
        to *= 10.0;
        decades += 1;
    }
    let tick = |at: f64| Tick {
        at,
        text: if at >= 1000.0 { format!("{} s", short(at / 1000.0)) } else { short(at) },
    };
    let mut ticks = Vec::new();
    let mut at = from;
    // Two decades have room for a number between; five and more are thinned.
    let stride = if decades > 4 { 100.0 } else { 10.0 };
    loop {
        ticks.push(tick(at));
        if at >= to {
            return ticks;
        }
        if decades <= 2 {
            ticks.push(tick(at * 3.0));
        }
        at *= stride;
    }
}

const MINUTE: f64 = 60.0;
const HOUR: f64 = 3600.0;
const DAY: f64 = 86_400.0;

/// Steps of time that read well on a clock [s].
const CLOCK: [f64; 17] = [
    MINUTE,
    2.0 * MINUTE,
    3.0 * MINUTE,
    5.0 * MINUTE,
    10.0 * MINUTE,
    15.0 * MINUTE,
    20.0 * MINUTE,
    30.0 * MINUTE,
    HOUR,
    2.0 * HOUR,
    3.0 * HOUR,
    4.0 * HOUR,
    6.0 * HOUR,
    12.0 * HOUR,
    DAY,
    2.0 * DAY,
    7.0 * DAY,
];

/// At most `most` whole clock times within a run that starts at `start_unix_s`.
pub(super) fn of_time(start_unix_s: i64, duration_s: f64, most: usize) -> Vec<Tick> {
    let fits = |step: &&f64| duration_s / **step <= most as f64;
    let step = CLOCK.iter().find(fits).copied().unwrap_or(7.0 * DAY);
    let into_step = start_unix_s.rem_euclid(step as i64) as f64;
    let first = if into_step == 0.0 { 0.0 } else { step - into_step };
    let mut ticks = Vec::new();
    let mut at = first;
    while at <= duration_s {
        let time = clock(start_unix_s, at);
        let text = if duration_s > DAY && time == "00:00" {
            weekday(start_unix_s, at).to_owned()
        } else {
            time
        };
        ticks.push(Tick { at, text });
        at += step;
    }
    ticks
}

/// The whole second that `t_s` after the start lies in, in seconds since 1970.
fn unix_s(start_unix_s: i64, t_s: f64) -> i64 {
    start_unix_s + t_s.floor() as i64
}

/// The day of the week in UTC, `t_s` after the start.
pub fn weekday(start_unix_s: i64, t_s: f64) -> &'static str {
    let day = unix_s(start_unix_s, t_s).div_euclid(DAY as i64);
    // The first of January 1970 was a Thursday.
    ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"][day.rem_euclid(7) as usize]
}

/// The time on a clock in UTC, `t_s` after the start: `09:09`.
pub fn clock(start_unix_s: i64, t_s: f64) -> String {
    let minutes = unix_s(start_unix_s, t_s).rem_euclid(DAY as i64) / 60;
    format!("{:02}:{:02}", minutes / 60, minutes % 60)
}

/// As [`clock`], with seconds if there are any: `09:09:30`.
pub fn clock_s(start_unix_s: i64, t_s: f64) -> String {
    let seconds = unix_s(start_unix_s, t_s).rem_euclid(60);
    let clock = clock(start_unix_s, t_s);
    if seconds == 0 { clock } else { format!("{clock}:{seconds:02}") }
}

/// A number in at most four characters (below 10^7): `0.5`, `85`, `1.5k`, `300k`.
pub fn short(value: f64) -> String {
    let (scaled, suffix) = match value.abs() {
        v if v >= 999_500.0 => (value / 1e6, "M"),
        v if v >= 999.5 => (value / 1e3, "k"),
        _ => (value, ""),
    };
    let decimals = match scaled.abs() {
        v if v >= 99.5 => 0,
        v if v >= 0.95 => 1,
        _ => 2,
    };
    let text = fixed(scaled, decimals);
    let text =
        if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.') } else { &text };
    format!("{text}{suffix}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(ticks: &[Tick]) -> Vec<&str> {
        ticks.iter().map(|tick| tick.text.as_str()).collect()
    }

    #[test]
    fn values_are_three_to_five_round_numbers() {
        assert_eq!(texts(&from_zero(290.0, "")), ["0", "100", "200", "300"]);
        assert_eq!(texts(&from_zero(350.0, "")), ["0", "100", "200", "300", "400"]);
        assert_eq!(texts(&from_zero(1.0, "")), ["0", "0.25", "0.5", "0.75", "1"]);
        assert_eq!(texts(&from_zero(0.0, "")), ["0", "0.25", "0.5", "0.75", "1"]);
        assert_eq!(texts(&from_zero(5200.0, "")), ["0", "2k", "4k", "6k"]);
        for high in (1..4000).map(|k| f64::from(k) * 0.37) {
            let ticks = from_zero(high, "");
            assert!((3..=5).contains(&ticks.len()), "{high}: {ticks:?}");
            assert!(ticks.last().is_some_and(|last| last.at >= high));
            assert!(ticks.iter().all(|tick| tick.text.len() <= 4), "{ticks:?}");
        }
    }

    #[test]
    fn response_times_are_in_equal_ratios() {
        assert_eq!(texts(&of_milliseconds(20.0, 90.0)), ["10", "30", "100"]);
        assert_eq!(texts(&of_milliseconds(20.0, 900.0)), ["10", "30", "100", "300", "1 s"]);
        assert_eq!(texts(&of_milliseconds(20.0, 9e3)), ["10", "100", "1 s", "10 s"]);
        assert_eq!(texts(&of_milliseconds(2.0, 9e6)), ["1", "100", "10 s", "1k s", "100k s"]);
    }

    #[test]
    fn times_are_whole_on_the_clock() {
        let nine = 1_767_603_600; // Monday, 2026-01-05T09:00:00Z
        assert_eq!(
            texts(&of_time(nine, 1260.0, 10)),
            ["09:00", "09:03", "09:06", "09:09", "09:12", "09:15", "09:18", "09:21"]
        );
        assert_eq!(texts(&of_time(nine + 240, 1260.0, 3)), ["09:10", "09:20"]);
        let day = texts(&of_time(nine, 86_400.0, 6)).join(" ");
        assert_eq!(day, "12:00 16:00 20:00 00:00 04:00 08:00");
        let week = of_time(nine, 7.0 * 86_400.0, 8);
        assert_eq!(texts(&week), ["Tue", "Wed", "Thu", "Fri", "Sat", "Sun", "Mon"]);
        assert_eq!(clock_s(nine, 553.0), "09:09:13");
    }

    #[test]
    fn numbers_are_short() {
        let written = [0.0, 0.04, 4.0, 85.3, 999.4, 1000.0, 1500.0, 99_960.0, 1e6];
        assert_eq!(
            written.map(short),
            ["0", "0.04", "4", "85.3", "999", "1k", "1.5k", "100k", "1M"]
        );
    }
}
