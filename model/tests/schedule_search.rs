//! When scheduled actions act: any expression against a search by hand through
//! the calendar.

use headroom_model::autoscaling::{Schedule, Window};
use jiff::civil::{Date, date};
use jiff::tz::{AmbiguousOffset, TimeZone};
use jiff::{Timestamp, ToSpan};
use proptest::prelude::*;

fn schedule(expression: &str, zone: &str) -> Schedule {
    Schedule::parse(expression, Some(zone)).expect(expression)
}

fn always() -> Window {
    Window::new(0, None, None).expect("a window")
}

/// A part of a field: from, to, step.
type Part = (i64, i64, i64);

/// A cron expression in parts, so that what it means can be found without
/// reading it.
#[derive(Debug, Clone)]
struct Expression {
    minutes: Vec<Part>,
    hours: Vec<Part>,
    days: Days,
    months: Vec<Part>,
}

#[derive(Debug, Clone)]
enum Days {
    OfMonth(Vec<Part>),
    OfWeek(Vec<Part>),
    Last(i64),
    LastWeekday,
    Nearest(i64),
    LastOfWeek(i64),
    NthOfWeek(i64, i64),
}

fn text_of(parts: &[Part], steps: bool) -> String {
    let part = |&(from, to, step): &Part| match (from == to, step) {
        (true, _) => from.to_string(),
        (false, 1) => format!("{from}-{to}"),
        (false, step) if steps => format!("{from}-{to}/{step}"),
        (false, _) => format!("{from}-{to}"),
    };
    parts.iter().map(part).collect::<Vec<_>>().join(",")
}

fn has(parts: &[Part], value: i64) -> bool {
    parts.iter().any(|&(from, to, step)| {
        (from..=to).contains(&value) && (from == to || (value - from) % step == 0)
    })
}

impl Expression {
    fn text(&self) -> String {
        let (of_month, of_week) = match &self.days {
            Days::OfMonth(parts) => (text_of(parts, true), "?".into()),
            Days::OfWeek(parts) => ("?".into(), text_of(parts, false)),
            Days::Last(0) => ("L".into(), "?".into()),
            Days::Last(before) => (format!("L-{before}"), "?".into()),
            Days::LastWeekday => ("LW".into(), "?".into()),
            Days::Nearest(day) => (format!("{day}W"), "?".into()),
            Days::LastOfWeek(day) => ("?".into(), format!("{day}L")),
            Days::NthOfWeek(day, nth) => ("?".into(), format!("{day}#{nth}")),
        };
        let (minutes, hours) = (text_of(&self.minutes, true), text_of(&self.hours, true));
        format!("cron({minutes} {hours} {of_month} {} {of_week} *)", text_of(&self.months, true))
    }

    fn has_day(&self, day: Date) -> bool {
        let of_week = |day: Date| i64::from(day.weekday().to_sunday_one_offset());
        let of_month = i64::from(day.day());
        let length = i64::from(day.days_in_month());
        let nearest = |wanted: i64| {
            let weekdays = day
                .first_of_month()
                .series(1.day())
                .take_while(|other| other.month() == day.month())
                .filter(|other| (2..=6).contains(&of_week(*other)));
            weekdays.min_by_key(|other| (i64::from(other.day()) - wanted).abs()) == Some(day)
        };
        has(&self.months, i64::from(day.month()))
            && match &self.days {
                Days::OfMonth(parts) => has(parts, of_month),
                Days::OfWeek(parts) => has(parts, of_week(day)),
                Days::Last(before) => of_month == length - before,
                Days::LastWeekday => nearest(length),
                Days::Nearest(wanted) => *wanted <= length && nearest(*wanted),
                Days::LastOfWeek(wanted) => of_week(day) == *wanted && of_month + 7 > length,
                Days::NthOfWeek(wanted, nth) => {
                    of_week(day) == *wanted && (of_month - 1) / 7 + 1 == *nth
                }
            }
    }

    /// Every minute of every day, in local time.
    fn search(&self, zone: &TimeZone, from: i64, until: i64) -> Vec<i64> {
        let day =
            |instant| zone.to_datetime(Timestamp::from_second(instant).expect("an instant")).date();
        let mut found = Vec::new();
        let near = day(from).yesterday().expect("a day").series(1.day());
        let days = near.take_while(|other| *other <= day(until));
        for day in days.filter(|day| self.has_day(*day)) {
            for minute in 0..24 * 60i64 {
                if !has(&self.hours, minute / 60) || !has(&self.minutes, minute % 60) {
                    continue;
                }
                let local = day.at((minute / 60) as i8, (minute % 60) as i8, 0, 0);
                let ambiguous = zone.to_ambiguous_timestamp(local);
                if !matches!(ambiguous.offset(), AmbiguousOffset::Gap { .. }) {
                    found.push(ambiguous.earlier().expect("an instant").as_second());
                }
            }
        }
        found.sort_unstable();
        found.retain(|instant| (from..=until).contains(instant));
        found
    }
}

fn parts(low: i64, high: i64) -> impl Strategy<Value = Vec<Part>> {
    let part = prop_oneof![
        (low..=high).prop_map(|value| (value, value, 1)),
        (low..=high, low..=high, 1..=high).prop_map(|(a, b, step)| (a.min(b), a.max(b), step)),
    ];
    prop::collection::vec(part, 1..4)
}

fn expression() -> impl Strategy<Value = Expression> {
    let days = prop_oneof![
        parts(1, 31).prop_map(Days::OfMonth),
        parts(1, 7).prop_map(|parts| Days::OfWeek(
            parts.into_iter().map(|(from, to, _)| (from, to, 1)).collect()
        )),
        (0..31i64).prop_map(Days::Last),
        Just(Days::LastWeekday),
        (1..32i64).prop_map(Days::Nearest),
        (1..8i64).prop_map(Days::LastOfWeek),
        (1..8i64, 1..6i64).prop_map(|(day, nth)| Days::NthOfWeek(day, nth)),
    ];
    (parts(0, 59), parts(0, 23), days, parts(1, 12))
        .prop_map(|(minutes, hours, days, months)| Expression { minutes, hours, days, months })
}

/// Zones whose clocks change: north and south, by two hours, by half an hour,
/// at midnight, and by decree.
const ZONES: [&str; 8] = [
    "America/New_York",
    "Europe/London",
    "Europe/Dublin",
    "Antarctica/Troll",
    "Australia/Lord_Howe",
    "America/Santiago",
    "Asia/Beirut",
    "Asia/Gaza",
];

fn agrees(expression: &Expression, zone: &str, from: i64, until: i64) {
    let found: Vec<i64> =
        schedule(&expression.text(), zone).occurrences(always(), from..=until).collect();
    let whole = TimeZone::get(zone).expect(zone);
    assert_eq!(
        found,
        expression.search(&whole, from, until),
        "{} in {zone} from {}",
        expression.text(),
        Timestamp::from_second(from).expect("an instant")
    );
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn a_year_in_utc_has_all_that_a_search_finds(expression in expression(), year in 1970..2199i16) {
        let begin = TimeZone::UTC.to_timestamp(date(year, 1, 1).at(0, 0, 0, 0)).unwrap();
        agrees(&expression, "UTC", begin.as_second(), begin.as_second() + 365 * 86_400);
    }

    #[test]
    fn so_have_the_days_when_clocks_change(
        mut expression in expression(),
        zone in prop::sample::select(&ZONES[..]),
        skipped in 0..30usize,
        every_day in any::<bool>(),
    ) {
        if every_day {
            expression.days = Days::OfMonth(vec![(1, 31, 1)]);
            expression.months = vec![(1, 12, 1)];
        }
        let whole = TimeZone::get(zone).unwrap();
        let begin = Timestamp::from_second(1_577_836_800).unwrap();
        let change = whole.following(begin).nth(skipped).unwrap().timestamp().as_second();
        agrees(&expression, zone, change - 2 * 86_400 - 1, change + 3 * 86_400);
    }

    #[test]
    fn the_next_instant_never_goes_back(
        expression in expression(),
        zone in prop::sample::select(&ZONES[..]),
        (a, b) in (1_577_836_800..2_145_916_800i64, 1_577_836_800..2_145_916_800i64),
    ) {
        let schedule = schedule(&expression.text(), zone);
        let next = |from: i64| schedule.next_at_or_after(from, always());
        let (first, second) = (next(a.min(b)), next(a.max(b)));
        prop_assert!(second.is_none() || first <= second);
        if let Some(first) = first {
            prop_assert!(first >= a.min(b));
            prop_assert_eq!(next(first), Some(first));
        }
    }

    #[test]
    fn no_text_makes_it_panic(text in "(cron|rate|at)?\\(?[-0-9A-Z?*/,#LW ]{0,40}\\)?", zone in "[A-Za-z/_+0-9]{0,20}") {
        if let Ok(schedule) = Schedule::parse(&text, None) {
            let _ = schedule.next_at_or_after(0, always());
        }
        let _ = Schedule::parse("rate(1 day)", Some(&zone));
    }
}
