//! When a scheduled action acts: the schedule expressions of Application Auto
//! Scaling.
//!
//! Sources: the API reference of PutScheduledAction for the three forms; the
//! user guide, "Schedule recurring scaling actions using cron expressions",
//! for the start and end times; EventBridge's user guide for the fields of
//! cron and the units of rate.

use std::ops::RangeInclusive;

use crate::calendar::{DAY, seconds};
use cron::Cron;
use zone::Zone;

mod cron;
mod field;
mod zone;

/// A schedule expression in its time zone.
///
/// In zones with daylight saving a cron time that the clocks skip in spring
/// does not act that day, and one that they repeat in autumn acts once, the
/// first time. AWS documents this for EventBridge Scheduler only; that it holds
/// here is our choice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Schedule {
    when: When,
    zone: Zone,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum When {
    /// Once [Unix s].
    At(i64),
    /// At regular intervals [s].
    Rate(i64),
    /// At the times of a calendar.
    Cron(Cron),
}

/// The life of a scheduled action: when it was made, and its StartTime and
/// EndTime [Unix s].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    created: i64,
    start: Option<i64>,
    end: Option<i64>,
}

/// 2200-01-01T00:00:00Z, where cron's years end.
const LATEST: i64 = 84_006 * DAY;

impl Window {
    /// The life of an action that exists from `created` on, with its StartTime
    /// and EndTime if it has them [Unix s]; instants outside 1970 to 2199 count
    /// as the nearest of those years.
    ///
    /// # Errors
    ///
    /// If it ends before it starts.
    pub fn new(created: i64, start: Option<i64>, end: Option<i64>) -> Result<Window, String> {
        if let (Some(start), Some(end)) = (start, end)
            && start >= end
        {
            return Err("ValidationException: StartTime must be before EndTime".into());
        }
        let within = |instant: i64| instant.clamp(0, LATEST);
        Ok(Window { created: within(created), start: start.map(within), end: end.map(within) })
    }
}

impl Schedule {
    /// Parses `at(yyyy-mm-ddThh:mm:ss)`, `rate(value unit)` or `cron(…)` with
    /// an IANA name of a time zone, UTC without one.
    ///
    /// # Errors
    ///
    /// A sentence that says what is wrong and what would be right. It begins
    /// with `ValidationException` where AWS documents what breaks its rules.
    pub fn parse(expression: &str, timezone: Option<&str>) -> Result<Schedule, String> {
        let invalid = |what: String| format!("ValidationException: {what}");
        if expression.len() > 1600 {
            return Err(invalid("a schedule is at most 1600 characters long".into()));
        }
        let zone = timezone.map_or_else(|| Ok(Zone::utc()), Zone::find).map_err(invalid)?;
        let inside = |word: &str| expression.strip_prefix(word)?.strip_suffix(')');
        let when = if let Some(text) = inside("at(") {
            let local = seconds(text).ok_or_else(|| {
                invalid(format!(
                    "at({text}) is not a date and time from 1970 to 2199; write it as \
                     at(2026-01-31T17:00:00), its zone in Timezone"
                ))
            })?;
            // AWS does not say; to act at another time, or never, would hide the slip.
            let instant = zone.instant(local).ok_or_else(|| {
                format!("the clocks of {} skip {text}; choose a time that exists", zone.name)
            })?;
            zone.knows(instant)?;
            When::At(instant)
        } else if let Some(text) = inside("rate(") {
            When::Rate(rate(text).map_err(invalid)?)
        } else if let Some(text) = inside("cron(") {
            When::Cron(Cron::parse(text).map_err(invalid)?)
        } else {
            return Err(invalid(format!(
                "\"{expression}\" is not a schedule; use at(yyyy-mm-ddThh:mm:ss), rate(value \
                 unit) or cron(minutes hours day-of-month month day-of-week year)"
            )));
        };
        Ok(Schedule { when, zone })
    }

    /// Refuses a run from `from` to `until` [Unix s] that leaves the years for
    /// which the clocks of the schedule's time zone are known.
    ///
    /// # Errors
    ///
    /// A sentence that names the zone and its years.
    pub fn covers(&self, from: i64, until: i64) -> Result<(), String> {
        match self.when {
            When::Cron(_) => self.zone.knows(from).and_then(|()| self.zone.knows(until)),
            // These are instants already.
            When::At(_) | When::Rate(_) => Ok(()),
        }
    }

    /// The first instant from `unix_s` on at which the action acts [Unix s];
    /// `None` if there is none before the year 2200.
    ///
    /// A recurring action acts at its StartTime and then by its expression; the
    /// last time at or before its EndTime. A rate counts from StartTime, else
    /// from when the action was made, and acts at that instant: AWS says so of
    /// EventBridge Scheduler, and that it holds here is our choice.
    pub fn next_at_or_after(&self, unix_s: i64, window: Window) -> Option<i64> {
        let least = unix_s.clamp(0, LATEST).max(window.created);
        let next = match (&self.when, window.start) {
            (When::At(instant), start) => {
                (*instant >= start.map_or(least, |start| start.max(least))).then_some(*instant)
            }
            (_, Some(start)) if start >= least => Some(start),
            (When::Rate(period), start) => {
                let anchor = start.unwrap_or(window.created);
                Some(anchor + (least - anchor + period - 1) / period * period)
            }
            (When::Cron(cron), _) => self.next_of(cron, least),
        };
        next.filter(|next| *next < LATEST && window.end.is_none_or(|end| *next <= end))
    }

    /// All instants within `run` [Unix s] at which the action acts, in order.
    pub fn occurrences(
        &self,
        window: Window,
        run: RangeInclusive<i64>,
    ) -> impl Iterator<Item = i64> + '_ {
        let (from, until) = run.into_inner();
        std::iter::successors(self.next_at_or_after(from, window), move |last| {
            self.next_at_or_after(last + 1, window)
        })
        .take_while(move |instant| *instant <= until)
    }

    fn next_of(&self, cron: &Cron, least: i64) -> Option<i64> {
        let mut before = None;
        for (since, end, offset) in self.zone.stretches() {
            // Where clocks went back, the first local times were there before.
            let repeated = (before.unwrap_or(offset) - offset).max(0);
            before = Some(offset);
            if end <= least {
                continue;
            }
            let from = least.max(since.saturating_add(repeated));
            let instant = cron.at_or_after(from + offset)? - offset;
            if instant < end {
                return Some(instant);
            }
        }
        None
    }
}

/// The interval of `value unit` [s].
///
/// That 1 takes the singular and more the plural is EventBridge's rule; whether
/// Application Auto Scaling insists on it, AWS does not say. We do.
fn rate(text: &str) -> Result<i64, String> {
    let wrong =
        |what: &str| format!("rate({text}): {what}; write it as rate(1 hour) or rate(15 minutes)");
    let mut words = text.split_ascii_whitespace();
    let (Some(value), Some(unit), None) = (words.next(), words.next(), words.next()) else {
        return Err(wrong("it takes a value and a unit"));
    };
    let Some(value) = field::number(value).filter(|value| *value > 0) else {
        return Err(wrong("the value is a whole number from 1 on, in at most nine digits"));
    };
    let (unit, plural) = unit.strip_suffix('s').map_or((unit, false), |unit| (unit, true));
    let length = match unit {
        "minute" => 60,
        "hour" => 3600,
        "day" => DAY,
        _ => return Err(wrong("the unit is minutes, hours or days")),
    };
    if plural == (value == 1) {
        return Err(wrong("1 takes the singular of its unit, more the plural"));
    }
    Ok(value * length)
}

#[cfg(test)]
mod tests {
    use super::LATEST;
    use crate::calendar::{DAY, days};

    #[test]
    fn the_latest_instant_is_where_the_years_end() {
        assert_eq!(LATEST, days(2200, 1, 1) * DAY);
    }
}
