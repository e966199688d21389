//! Wall-clock instants, in the one form that a scenario allows.

/// Seconds since 1970-01-01T00:00:00Z of `YYYY-MM-DDThh:mm:ssZ`, for the years
/// 1970 to 2199; `None` if it is anything else or no such day exists.
///
/// A calendar library costs the page more bytes than this one form is worth.
pub(super) fn unix_s(text: &str) -> Option<i64> {
    let bytes = text.as_bytes();
    let shape = b"dddd-dd-ddTdd:dd:ddZ";
    let fits = |(&byte, &form): (&u8, &u8)| {
        if form == b'd' { byte.is_ascii_digit() } else { byte == form }
    };
    if bytes.len() != shape.len() || !bytes.iter().zip(shape).all(fits) {
        return None;
    }
    let number = |from: usize, to: usize| text[from..to].parse::<i64>().ok();
    let (year, month, day) = (number(0, 4)?, number(5, 7)?, number(8, 10)?);
    let (hour, minute, second) = (number(11, 13)?, number(14, 16)?, number(17, 19)?);
    let leap = |year: i64| year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let length = |year, month| match month {
        2 => 28 + i64::from(leap(year)),
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    };
    let exists = (1970..2200).contains(&year)
        && (1..=12).contains(&month)
        && (1..=length(year, month)).contains(&day)
        && hour < 24
        && minute < 60
        && second < 60;
    if !exists {
        return None;
    }
    let days: i64 = (1970..year).map(|year| 365 + i64::from(leap(year))).sum::<i64>()
        + (1..month).map(|month| length(year, month)).sum::<i64>()
        + day
        - 1;
    Some(((days * 24 + hour) * 60 + minute) * 60 + second)
}

#[cfg(test)]
mod tests {
    use super::unix_s;

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
}
