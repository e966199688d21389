//! When scheduled actions act: AWS's rules, case by case.

use headroom_model::autoscaling::{Schedule, Window};
use jiff::Timestamp;

fn instant(text: &str) -> i64 {
    text.parse::<Timestamp>().expect(text).as_second()
}

fn written(instant: i64) -> String {
    Timestamp::from_second(instant).expect("an instant").to_string()
}

fn schedule(expression: &str, zone: &str) -> Schedule {
    Schedule::parse(expression, Some(zone)).expect(expression)
}

fn always() -> Window {
    Window::new(0, None, None).expect("a window")
}

/// The first `count` instants from `from` on.
fn first(schedule: &Schedule, window: Window, from: &str, count: usize) -> Vec<String> {
    let run = instant(from)..=instant("2199-12-31T23:59:59Z");
    schedule.occurrences(window, run).take(count).map(written).collect()
}

/// The next instants of an action without StartTime or EndTime.
fn next(expression: &str, zone: &str, from: &str, count: usize) -> Vec<String> {
    first(&schedule(expression, zone), always(), from, count)
}

fn refused(expression: &str) -> String {
    Schedule::parse(expression, None).expect_err(expression)
}

/// Rows 96, 97 and 98 of the conformance cases.
#[test]
fn times_are_those_of_the_zone() {
    assert_eq!(
        // A Friday evening nine hours behind UTC.
        next("cron(0 18 ? * MON-FRI *)", "Etc/GMT+9", "2026-01-09T12:00:00Z", 2),
        ["2026-01-10T03:00:00Z", "2026-01-13T03:00:00Z"]
    );
    assert_eq!(
        next("at(2021-01-31T17:00:00)", "America/New_York", "2020-01-01T00:00:00Z", 2),
        ["2021-01-31T22:00:00Z"]
    );
    let nine = |from| next("cron(0 9 * * ? *)", "America/New_York", from, 1);
    assert_eq!(nine("2026-01-15T00:00:00Z"), ["2026-01-15T14:00:00Z"]);
    assert_eq!(nine("2026-07-15T00:00:00Z"), ["2026-07-15T13:00:00Z"]);
    assert_eq!(
        next("at(2021-01-31T17:00:00)", "UTC", "2021-01-31T17:00:00Z", 1),
        ["2021-01-31T17:00:00Z"]
    );
    let utc = Schedule::parse("cron(0 9 * * ? *)", None).expect("without a zone");
    assert_eq!(first(&utc, always(), "2026-07-15T00:00:00Z", 1), ["2026-07-15T09:00:00Z"]);
}

/// Rows 93 and 94.
#[test]
fn a_recurring_action_begins_at_its_start_and_ends_at_its_end() {
    let daily = schedule("cron(0 9 * * ? *)", "UTC");
    let created = instant("2026-03-01T00:00:00Z");
    let window = |start: Option<&str>, end: Option<&str>| {
        Window::new(created, start.map(instant), end.map(instant)).expect("a window")
    };
    let from = "2026-03-01T00:00:00Z";
    let life = window(Some("2026-03-02T10:17:05Z"), Some("2026-03-04T09:00:00Z"));
    assert_eq!(
        first(&daily, life, from, 9),
        ["2026-03-02T10:17:05Z", "2026-03-03T09:00:00Z", "2026-03-04T09:00:00Z"]
    );
    let shorter = window(None, Some("2026-03-02T08:59:59Z"));
    assert_eq!(first(&daily, shorter, from, 9), ["2026-03-01T09:00:00Z"]);
    // It started before it was made: only the calendar is left.
    let past = window(Some("2026-02-02T10:17:05Z"), None);
    assert_eq!(first(&daily, past, from, 1), ["2026-03-01T09:00:00Z"]);

    let once = schedule("at(2026-03-02T12:00:00)", "UTC");
    assert_eq!(first(&once, window(None, None), from, 9), ["2026-03-02T12:00:00Z"]);
    assert!(first(&once, window(Some("2026-03-02T12:00:01Z"), None), from, 9).is_empty());
    assert!(first(&once, window(None, Some("2026-03-02T11:59:59Z")), from, 9).is_empty());

    let fault = Window::new(0, Some(10), Some(10)).expect_err("no life at all");
    assert!(fault.starts_with("ValidationException: StartTime"), "{fault}");
}

#[test]
fn a_rate_counts_from_its_start() {
    let rate = schedule("rate(90 minutes)", "America/New_York");
    let created = instant("2026-03-08T05:10:00Z");
    let window = Window::new(created, None, None).expect("a window");
    assert_eq!(
        first(&rate, window, "2026-03-08T05:10:01Z", 3),
        ["2026-03-08T06:40:00Z", "2026-03-08T08:10:00Z", "2026-03-08T09:40:00Z"]
    );
    assert_eq!(rate.next_at_or_after(0, window), Some(created));
    let window = Window::new(created, Some(created - 600), None).expect("a window");
    assert_eq!(first(&rate, window, "2026-03-08T05:10:00Z", 1), ["2026-03-08T06:30:00Z"]);
    let daily = schedule("rate(1 day)", "America/New_York");
    let window = Window::new(created, Some(created + 5), None).expect("a window");
    assert_eq!(
        first(&daily, window, "2026-03-08T00:00:00Z", 2),
        ["2026-03-08T05:10:05Z", "2026-03-09T05:10:05Z"]
    );
}

/// Row 100, and the other marks of the grammar.
#[test]
fn fields_mean_what_eventbridge_says() {
    let minutes = |field: &str| -> Vec<String> {
        let expression = format!("cron({field} 7 1 1 ? 2026)");
        next(&expression, "UTC", "2026-01-01T00:00:00Z", 99)
            .iter()
            .map(|instant| instant[14..16].to_owned())
            .collect()
    };
    assert_eq!(minutes("1/10"), ["01", "11", "21", "31", "41", "51"]);
    assert_eq!(minutes("*/20"), ["00", "20", "40"]);
    assert_eq!(minutes("10-20/5,3"), ["03", "10", "15", "20"]);
    assert_eq!(minutes("58-1"), ["00", "01", "58", "59"]);

    let days = |of_month: &str, of_week: &str| -> Vec<String> {
        let expression = format!("cron(0 0 {of_month} * {of_week} 2026)");
        next(&expression, "UTC", "2026-01-01T00:00:00Z", 4)
            .iter()
            .map(|instant| instant[5..10].to_owned())
            .collect()
    };
    assert_eq!(days("L", "?"), ["01-31", "02-28", "03-31", "04-30"]);
    assert_eq!(days("L-3", "?"), ["01-28", "02-25", "03-28", "04-27"]);
    // 31 January, 28 February and 31 May 2026 are a Saturday, a Saturday, a Sunday.
    assert_eq!(days("LW", "?"), ["01-30", "02-27", "03-31", "04-30"]);
    // 15 February is a Sunday, 1 February too, 1 August a Saturday.
    assert_eq!(days("15W", "?"), ["01-15", "02-16", "03-16", "04-15"]);
    assert_eq!(days("1W", "?"), ["01-01", "02-02", "03-02", "04-01"]);
    assert_eq!(
        next("cron(0 0 1W AUG ? 2026)", "UTC", "2026-01-01T00:00:00Z", 2),
        ["2026-08-03T00:00:00Z"]
    );
    assert_eq!(days("31W", "?"), ["01-30", "03-31", "05-29", "07-31"]);
    // Sunday is 1: 3#2 is the second Tuesday, 5L the last Thursday.
    assert_eq!(days("?", "3#2"), ["01-13", "02-10", "03-10", "04-14"]);
    assert_eq!(days("?", "tue#2"), ["01-13", "02-10", "03-10", "04-14"]);
    assert_eq!(days("?", "1#5"), ["03-29", "05-31", "08-30", "11-29"]);
    assert_eq!(days("?", "5L"), ["01-29", "02-26", "03-26", "04-30"]);
    assert_eq!(days("?", "L"), ["01-03", "01-10", "01-17", "01-24"]);
    assert_eq!(days("?", "FRI-MON"), ["01-02", "01-03", "01-04", "01-05"]);
    assert_eq!(days("?", "1,7"), ["01-03", "01-04", "01-10", "01-11"]);
    assert_eq!(
        next("cron(30 6 29 feb,MAR ? 2020/4)", "UTC", "2026-01-01T00:00:00Z", 3),
        ["2028-02-29T06:30:00Z", "2028-03-29T06:30:00Z", "2032-02-29T06:30:00Z"]
    );
    // Seconds before the six fields are taken and not kept.
    assert_eq!(
        next("cron(30 15 10 ? * MON *)", "UTC", "2026-01-01T00:00:00Z", 1),
        ["2026-01-05T10:15:00Z"]
    );
}

/// Rows 102 and 172, and whatever else breaks a rule.
#[test]
fn what_aws_refuses_is_refused_with_what_would_be_right() {
    for (expression, says) in [
        ("cron(10 8 ? * MON-FRI)", "six"),
        ("cron()", "six"),
        ("cron(0 9 1 * MON *)", "one of them must be `?`"),
        ("cron(0 9 * * * *)", "one of them must be `?`"),
        ("cron(0 9 ? * ? *)", "both `?`"),
        ("cron(60 9 * * ? *)", "minutes `60` is not from 0 to 59"),
        ("cron(0 24 * * ? *)", "hours `24` is not from 0 to 23"),
        ("cron(0 9 0 * ? *)", "day-of-month `0`"),
        ("cron(0 9 * 13 ? *)", "JAN to DEC"),
        ("cron(0 9 ? * 0 *)", "SUN to SAT"),
        ("cron(0 9 ? * MONDAY *)", "SUN to SAT"),
        ("cron(0 9 * * ? 1969)", "year `1969`"),
        ("cron(0 9 * * ? 2200)", "1970 to 2199"),
        ("cron(0 9 * * ? 2030-2026)", "ends before it begins"),
        ("cron(0/0 9 * * ? *)", "the step `0`"),
        ("cron(0/60 9 * * ? *)", "from 1 to 59"),
        ("cron(? 9 * * ? *)", "minutes `?`"),
        ("cron(0 9 * ? ? *)", "month `?`"),
        ("cron(1,,2 9 * * ? *)", "minutes ``"),
        ("cron(-1 9 * * ? *)", "minutes ``"),
        ("cron(+1 9 * * ? *)", "minutes `+1`"),
        ("cron(0 9 ? * 2/2 *)", "no `/`"),
        ("cron(0 9 ? * 3#6 *)", "from 1 to 5"),
        ("cron(0 9 ? * 3#1,6#3 *)", "one day"),
        ("cron(0 9 1,L * ? *)", "day-of-month `L`"),
        ("cron(0 9 L-31 * ? *)", "stands alone"),
        ("cron(0 9 1-5W * ? *)", "`W` follows one day"),
        ("cron(0 9 32W * ? *)", "from 1 to 31"),
        ("cron(0 9 * * ? *", "is not a schedule"),
        ("0 9 * * ? *", "is not a schedule"),
        ("", "is not a schedule"),
        ("rate(0 minutes)", "from 1 on"),
        ("rate(-5 minutes)", "from 1 on"),
        ("rate(5)", "a value and a unit"),
        ("rate(5 weeks)", "minutes, hours or days"),
        ("rate(1 minutes)", "singular"),
        ("rate(5 minute)", "plural"),
        ("rate(99999999999999999999 days)", "nine digits"),
        ("at(2026-02-29T17:00:00)", "is not a date"),
        ("at(2026-01-31T17:00:00Z)", "its zone in Timezone"),
        ("at(2026-01-31 17:00)", "is not a date"),
    ] {
        let fault = refused(expression);
        assert!(fault.starts_with("ValidationException: "), "{expression}: {fault}");
        assert!(fault.contains(says), "{expression}: {fault}");
    }
    let long = format!("cron(0{} 9 * * ? *)", ",0".repeat(1000));
    assert!(refused(&long).contains("1600"));
    let zone = Schedule::parse("rate(1 day)", Some("Amerika/New_York")).expect_err("a zone");
    assert!(zone.starts_with("ValidationException: "), "{zone}");
    assert!(zone.contains("America/New_York"), "{zone}");
}

#[test]
fn what_clocks_skip_does_not_act_and_what_they_repeat_acts_once() {
    let new_york = |expression, from, count| next(expression, "America/New_York", from, count);
    // On 8 March 2026 clocks go from 02:00 to 03:00.
    assert_eq!(
        new_york("cron(30 2 * * ? *)", "2026-03-07T12:00:00Z", 2),
        ["2026-03-09T06:30:00Z", "2026-03-10T06:30:00Z"]
    );
    assert_eq!(
        new_york("cron(0/30 1-3 * * ? *)", "2026-03-08T06:00:00Z", 4),
        [
            "2026-03-08T06:00:00Z",
            "2026-03-08T06:30:00Z",
            "2026-03-08T07:00:00Z",
            "2026-03-08T07:30:00Z"
        ]
    );
    // On 1 November 2026 they go from 02:00 back to 01:00.
    assert_eq!(
        new_york("cron(30 1 * * ? *)", "2026-11-01T00:00:00Z", 2),
        ["2026-11-01T05:30:00Z", "2026-11-02T06:30:00Z"]
    );
    assert_eq!(new_york("cron(30 1 * * ? *)", "2026-11-01T06:00:00Z", 1), ["2026-11-02T06:30:00Z"]);
    assert_eq!(
        new_york("at(2026-11-01T01:30:00)", "2026-01-01T00:00:00Z", 2),
        ["2026-11-01T05:30:00Z"]
    );
    let fault = Schedule::parse("at(2026-03-08T02:30:00)", Some("America/New_York"))
        .expect_err("a time that does not exist");
    assert!(fault.contains("America/New_York skip 2026-03-08T02:30:00"), "{fault}");
}

#[test]
fn years_whose_clocks_are_not_known_are_refused() {
    let paris = schedule("cron(0 9 * * ? *)", "Europe/Paris");
    let day = |text: &str| (instant(text), instant(text) + 86_400);
    let covers = |schedule: &Schedule, (from, until)| schedule.covers(from, until);
    assert!(covers(&paris, day("2026-06-30T00:00:00Z")).is_ok());
    let fault = covers(&paris, day("1998-06-30T00:00:00Z")).expect_err("1998");
    assert!(fault.contains("Europe/Paris") && fault.contains("2020 to 2037"), "{fault}");
    assert!(covers(&paris, day("2037-12-31T12:00:00Z")).is_err());
    let fixed = schedule("cron(0 9 * * ? *)", "Etc/GMT-2");
    assert!(covers(&fixed, day("1998-06-30T00:00:00Z")).is_ok());
    let fault = Schedule::parse("at(2040-01-01T00:00:00)", Some("Europe/Paris")).expect_err("2040");
    assert!(fault.contains("Europe/Paris"), "{fault}");
    assert!(Schedule::parse("at(2040-01-01T00:00:00)", Some("Asia/Tokyo")).is_ok());
}

#[test]
fn a_date_that_never_comes_ends_the_search() {
    for never in [
        "cron(0 9 31 2 ? *)",
        "cron(0 9 30W FEB ? *)",
        "cron(* * * * ? 1999,2019)",
        "cron(0 9 29 FEB ? 2199)",
    ] {
        for zone in ["UTC", "America/New_York", "Africa/Casablanca"] {
            let schedule = schedule(never, zone);
            let from = instant("2026-01-01T00:00:00Z");
            assert_eq!(schedule.next_at_or_after(from, always()), None, "{never} {zone}");
        }
    }
    let every = schedule("cron(* * * * ? *)", "UTC");
    assert_eq!(every.next_at_or_after(i64::MAX, always()), None);
    assert_eq!(every.next_at_or_after(i64::MIN, always()), Some(0));
    let extreme = Window::new(i64::MIN, Some(i64::MIN), Some(i64::MAX)).expect("a window");
    assert_eq!(every.next_at_or_after(61, extreme), Some(120));
}
