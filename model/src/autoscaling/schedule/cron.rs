//! Cron expressions of EventBridge: minutes, hours, day of month, month, day
//! of week, year.
//!
//! Source: EventBridge user guide, "Cron expressions reference", to which the
//! guide of Application Auto Scaling refers for its own. What it leaves open
//! follows Quartz, whose grammar it is; such places are marked.

use super::field::{Field, Set, number};
use crate::calendar::{date, days, month_length, weekday};

const MINUTES: Field =
    Field { name: "minutes", low: 0, high: 59, names: &[], base: 0, steps: true, wraps: true };
const HOURS: Field = Field { name: "hours", high: 23, ..MINUTES };
const DAY_OF_MONTH: Field = Field { name: "day-of-month", low: 1, high: 31, ..MINUTES };
const MONTH: Field = Field {
    name: "month",
    low: 1,
    high: 12,
    names: &["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"],
    ..MINUTES
};
const DAY_OF_WEEK: Field = Field {
    name: "day-of-week",
    low: 1,
    high: 7,
    names: &["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"],
    steps: false,
    ..MINUTES
};
const YEAR: Field = Field {
    name: "year",
    low: FIRST_YEAR,
    high: LAST_YEAR,
    base: FIRST_YEAR,
    wraps: false,
    ..MINUTES
};

const FIRST_YEAR: i64 = 1970;
const LAST_YEAR: i64 = 2199;

/// A parsed cron expression, in the local time of no particular zone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Cron {
    minutes: Set,
    hours: Set,
    days: Days,
    months: Set,
    /// Years after [`FIRST_YEAR`].
    years: Set,
}

/// Which days of a month are meant. Days of the week are 1 to 7 from Sunday.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Days {
    OfMonth(Set),
    /// `L`, `L-n`: the last day of the month or the one `before` it; with `W`
    /// the weekday nearest to that.
    Last {
        before: i64,
        on_weekday: bool,
    },
    /// `nW`: the weekday nearest to a day, within the month.
    NearestWeekday(i64),
    OfWeek(Set),
    /// `nL`: the last such day of the week in the month.
    LastOfWeek(i64),
    /// `d#n`: the n-th such day of the week in the month.
    NthOfWeek {
        day: i64,
        nth: i64,
    },
}

impl Cron {
    /// Parses what stands between the parentheses of `cron(…)`.
    pub(super) fn parse(text: &str) -> Result<Cron, String> {
        let mut fields: Vec<&str> = text.split_ascii_whitespace().collect();
        // AWS takes a field of seconds before the six, without its precision.
        if fields.len() == 7 {
            let seconds = Field { name: "seconds", ..MINUTES };
            seconds.parse(fields.remove(0))?;
        }
        let [minutes, hours, of_month, month, of_week, year] = fields[..] else {
            return Err(format!(
                "cron({text}) has {} fields; it takes six: minutes, hours, day-of-month, month, \
                 day-of-week, year, as in cron(0 9 ? * MON-FRI *)",
                fields.len()
            ));
        };
        let days = match (of_month, of_week) {
            ("?", "?") => {
                return Err("day-of-month and day-of-week are both `?`; give one of them, or `*` \
                            for every day"
                    .into());
            }
            (of_month, "?") => Days::of_month(of_month)?,
            ("?", of_week) => Days::of_week(of_week)?,
            _ => {
                return Err(format!(
                    "day-of-month `{of_month}` and day-of-week `{of_week}` cannot both be given; \
                     one of them must be `?`"
                ));
            }
        };
        Ok(Cron {
            minutes: MINUTES.parse(minutes)?,
            hours: HOURS.parse(hours)?,
            days,
            months: MONTH.parse(month)?,
            years: YEAR.parse(year)?,
        })
    }

    /// The first local time [s since 1970-01-01T00:00:00] from `local_s` on
    /// that the expression names, if there is one before the year 2200. It
    /// looks at 2,760 months at most.
    pub(super) fn at_or_after(&self, local_s: i64) -> Option<i64> {
        let minutes = (local_s.max(0) + 59) / 60;
        let (year, month, mut day) = date(minutes / 1440);
        let mut minute = minutes % 1440;
        let mut months = year * 12 + month - 1;
        while months < (LAST_YEAR + 1) * 12 {
            let (year, month) = (months / 12, months % 12 + 1);
            if self.years.contains(year - FIRST_YEAR) && self.months.contains(month) {
                let meant = self.days.in_month(year, month);
                while day <= month_length(year, month) {
                    if meant >> day & 1 == 1
                        && let Some(minute) = self.minute_at_or_after(minute)
                    {
                        return Some((days(year, month, day) * 1440 + minute) * 60);
                    }
                    (day, minute) = (day + 1, 0);
                }
            }
            (months, day, minute) = (months + 1, 1, 0);
        }
        None
    }

    /// The first minute of a day from `minute` on.
    fn minute_at_or_after(&self, minute: i64) -> Option<i64> {
        let (hour, minute) = (minute / 60, minute % 60);
        if self.hours.contains(hour)
            && let Some(minute) = self.minutes.at_or_after(minute)
        {
            return Some(hour * 60 + minute);
        }
        Some(self.hours.at_or_after(hour + 1)? * 60 + self.minutes.at_or_after(0)?)
    }
}

impl Days {
    fn of_month(text: &str) -> Result<Days, String> {
        let upper = text.to_ascii_uppercase();
        let (rest, on_weekday) = match upper.strip_suffix('W') {
            Some(rest) => (rest, true),
            None => (upper.as_str(), false),
        };
        if let Some(rest) = rest.strip_prefix('L') {
            // Quartz lets `L-3` name the third day before the last.
            let before = match rest.strip_prefix('-') {
                Some(digits) => number(digits).filter(|before| *before <= 30),
                None => rest.is_empty().then_some(0),
            };
            return before.map(|before| Days::Last { before, on_weekday }).ok_or_else(|| {
                format!("day-of-month `{text}`: `L` stands alone, as L, LW or L-3")
            });
        }
        if on_weekday {
            let day = DAY_OF_MONTH.value(rest).map_err(|_| {
                format!(
                    "day-of-month `{text}`: `W` follows one day from 1 to 31 or `L`, as 15W or LW"
                )
            })?;
            return Ok(Days::NearestWeekday(day));
        }
        DAY_OF_MONTH.parse(&upper).map(Days::OfMonth)
    }

    fn of_week(text: &str) -> Result<Days, String> {
        let upper = text.to_ascii_uppercase();
        if let Some((day, nth)) = upper.split_once('#') {
            // EventBridge: one such expression in the field, no list.
            let nth = number(nth).filter(|nth| (1..=5).contains(nth)).ok_or_else(|| {
                format!(
                    "day-of-week `{text}`: one day, `#` and a number from 1 to 5, as 3#2 for the \
                     second Tuesday"
                )
            })?;
            return Ok(Days::NthOfWeek { day: DAY_OF_WEEK.value(day)?, nth });
        }
        match upper.strip_suffix('L') {
            // Alone it is the last day of the week.
            Some("") => DAY_OF_WEEK.parse("SAT").map(Days::OfWeek),
            Some(day) => DAY_OF_WEEK.value(day).map(Days::LastOfWeek),
            None => DAY_OF_WEEK.parse(&upper).map(Days::OfWeek),
        }
    }

    /// The days of a month that are meant, as bits 1 to 31; bits past the
    /// month's end may be set.
    fn in_month(&self, year: i64, month: i64) -> u32 {
        let length = month_length(year, month);
        // 1 for Sunday to 7 for Saturday.
        let of_week = |day| weekday(days(year, month, day)) + 1;
        let all = |meant: &dyn Fn(i64) -> bool| {
            (1..=length).filter(|&day| meant(day)).fold(0, |bits, day| bits | 1 << day)
        };
        let one = |day: i64| if (1..=length).contains(&day) { 1 << day } else { 0 };
        let near = |day: i64| match of_week(day) {
            // A month without the day has no weekday near it either; AWS does
            // not say, this is our choice.
            _ if !(1..=length).contains(&day) => 0,
            1 if day == length => one(day - 2),
            1 => one(day + 1),
            7 if day == 1 => one(3),
            7 => one(day - 1),
            _ => one(day),
        };
        match *self {
            Days::OfMonth(set) => all(&|day| set.contains(day)),
            Days::Last { before, on_weekday: false } => one(length - before),
            Days::Last { before, on_weekday: true } => near(length - before),
            Days::NearestWeekday(day) => near(day),
            Days::OfWeek(set) => all(&|day| set.contains(of_week(day))),
            Days::LastOfWeek(wanted) => all(&|day| of_week(day) == wanted && day + 7 > length),
            Days::NthOfWeek { day: wanted, nth } => {
                all(&|day| of_week(day) == wanted && (day + 6) / 7 == nth)
            }
        }
    }
}
