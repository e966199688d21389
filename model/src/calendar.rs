//! The proleptic Gregorian calendar, 1970 to 2199: days, weekdays and the one
//! way in which an instant is written.
//!
//! Instants and local times are seconds since 1970-01-01T00:00:00; a calendar
//! library costs the page more bytes than these few rules are worth.

/// Seconds in a day.
pub(crate) const DAY: i64 = 86_400;

/// How long a month is [days]; `month` is 1 to 12.
pub(crate) fn month_length(year: i64, month: i64) -> i64 {
    match month {
        2 => 28 + i64::from(year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)),
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Days from 1970-01-01 to a date; `month` is 1 to 12.
///
/// Years are counted from March, so that the leap day ends them; see Howard
/// Hinnant, "chrono-Compatible Low-Level Date Algorithms".
pub(crate) fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = year - i64::from(month <= 2);
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    year * 365 + year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400) + of_year
        - 719_468
}

/// Year, month and day of the day that is `days` after 1970-01-01.
pub(crate) fn date(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let of_era = days.rem_euclid(146_097);
    let year = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    (era * 400 + year + i64::from(month <= 2), month, day)
}

/// The weekday of the day that is `days` after 1970-01-01; 0 is Sunday.
pub(crate) fn weekday(days: i64) -> i64 {
    (days + 4).rem_euclid(7)
}

/// Seconds of `YYYY-MM-DDThh:mm:ss` for the years 1970 to 2199; `None` if it
/// is anything else or no such day exists.
pub(crate) fn seconds(text: &str) -> Option<i64> {
    let bytes = text.as_bytes();
    let shape = b"dddd-dd-ddTdd:dd:dd";
    let fits = |(&byte, &form): (&u8, &u8)| {
        if form == b'd' { byte.is_ascii_digit() } else { byte == form }
    };
    if bytes.len() != shape.len() || !bytes.iter().zip(shape).all(fits) {
        return None;
    }
    let number = |from: usize, to: usize| text.get(from..to)?.parse::<i64>().ok();
    let (year, month, day) = (number(0, 4)?, number(5, 7)?, number(8, 10)?);
    let (hour, minute, second) = (number(11, 13)?, number(14, 16)?, number(17, 19)?);
    let exists = (1970..2200).contains(&year)
        && (1..=12).contains(&month)
        && (1..=month_length(year, month)).contains(&day)
        && hour < 24
        && minute < 60
        && second < 60;
    exists.then(|| ((days(year, month, day) * 24 + hour) * 60 + minute) * 60 + second)
}

/// The instant `YYYY-MM-DDThh:mm:ssZ`, under the same conditions.
pub(crate) fn unix_s(text: &str) -> Option<i64> {
    seconds(text.strip_suffix('Z')?)
}

#[cfg(test)]
mod tests {
    use super::{date, days, month_length, unix_s, weekday};

    #[test]
    fn instants_are_counted_from_1970() {
        assert_eq!(unix_s("1970-01-01T00:00:00Z"), Some(0));
        assert_eq!(unix_s("2000-02-29T12:00:01Z"), Some(951_825_601));
        assert_eq!(unix_s("2026-01-05T07:30:00Z"), Some(1_767_598_200));
    }

    #[test]
    fn other_forms_and_days_that_do_not_exist_are_refused() {
        for wrong in [
            "",
            "2026-01-05",
            "2026-01-05T07:30:00",
            "2026-01-05T07:30:00+01:00",
            "2026-13-05T07:30:00Z",
            "2025-02-29T07:30:00Z",
            "2026-01-05T24:00:00Z",
            "２０２６-01-05T07:30Z",
        ] {
            assert_eq!(unix_s(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn every_day_from_1970_to_2199_has_its_date_and_weekday() {
        let mut day = 0;
        for year in 1970..2200 {
            for month in 1..=12 {
                for of_month in 1..=month_length(year, month) {
                    assert_eq!(days(year, month, of_month), day);
                    assert_eq!(date(day), (year, month, of_month));
                    day += 1;
                }
            }
        }
        // 30 June 1998, a Tuesday; 1 January 2199, a Tuesday too.
        assert_eq!(weekday(days(1998, 6, 30)), 2);
        assert_eq!(weekday(days(2199, 1, 1)), 2);
    }
}
