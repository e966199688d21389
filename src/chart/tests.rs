//! Goldens: each chart of a run written by hand, as SVG. `UPDATE_GOLDENS=1`
//! rewrites them; look at what changed.

use std::fmt::Write as _;
use std::path::PathBuf;

use headroom_model::scenario::Shape;
use headroom_model::time::Micros;
use headroom_model::trace::{Minute, Trace};

use super::*;
use crate::figure::sample;

const WIDE: Size = Size { width: 960.0, height: 190.0, text: 14.0, line: 2.0 };
/// The chart with a row for each stretch is taller than the others.
const TALL: Size = Size { height: 256.0, ..WIDE };
const PHONE: Size = Size { width: 340.0, height: 200.0, text: 12.0, line: 2.0 };
const STAGE: Size = Size { width: 1780.0, height: 300.0, text: 22.0, line: 4.0 };
const ALL: [(Chart, &str); 6] = [
    (Chart::TrafficCapacity, "traffic"),
    (Chart::Metric, "metric"),
    (Chart::Tasks, "tasks"),
    (Chart::Latency, "latency"),
    (Chart::Errors, "errors"),
    (Chart::FirstMinutes, "first-minutes"),
];
const ONLY: Place = Place { first: true, last: true };

/// A chart as SVG: the painted shapes, and the labels where HTML would set them.
fn svg(picture: &Picture, size: Size) -> String {
    let mut svg = String::new();
    let pixels = (size.width as u32, size.height as u32);
    let backend = plotters_svg::SVGBackend::with_string(&mut svg, pixels);
    draw(backend, picture, &Palette::LIGHT, 1.0).unwrap();
    let end = svg.rfind("</svg>").unwrap();
    svg.truncate(end);
    let title = format!("{} {}", picture.title, picture.unit);
    let at = (picture.plot.left, size.text * 0.8);
    let role = Role::Note;
    let title = Label { text: title, at, anchor: Anchor::Start, role };
    for label in std::iter::once(&title).chain(&picture.labels) {
        let (anchor, weight) = (
            match label.anchor {
                Anchor::Start => "start",
                Anchor::Middle => "middle",
                Anchor::End => "end",
            },
            if matches!(label.role, Role::Tick | Role::Note | Role::Lesser(_)) { 400 } else { 620 },
        );
        let paint = match label.role {
            Role::Tick | Role::Note => Paint::Muted,
            Role::Line(paint) | Role::Lesser(paint) => paint,
            Role::Counted => Paint::Of(crate::course::figure::Quantity::Metric),
            Role::Decision => Paint::Ink,
        };
        let Rgb(r, g, b) = Palette::LIGHT.rgb(paint);
        let (x, y) = label.at;
        writeln!(
            svg,
            "<text x=\"{x:.1}\" y=\"{y:.1}\" font-family=\"sans-serif\" font-size=\"{}\" \
             font-weight=\"{weight}\" text-anchor=\"{anchor}\" dominant-baseline=\"middle\" \
             fill=\"#{r:02x}{g:02x}{b:02x}\">{}</text>",
            size.text, label.text
        )
        .unwrap();
    }
    svg + "</svg>\n"
}

fn assert_golden(name: &str, svg: &str) {
    let path: PathBuf =
        [env!("CARGO_MANIFEST_DIR"), "src/chart/goldens", &format!("{name}.svg")].iter().collect();
    if std::env::var_os("UPDATE_GOLDENS").is_some() {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, svg).unwrap();
    }
    let golden = std::fs::read_to_string(&path).unwrap_or_default();
    let differs = golden.lines().zip(svg.lines()).position(|(old, new)| old != new);
    let hint = "see the file, and UPDATE_GOLDENS=1 to accept";
    assert_eq!(differs, None, "{name} differs from its golden at this line; {hint}");
    assert_eq!(golden.len(), svg.len(), "{name} differs in length from its golden; {hint}");
}

fn view<'a>(scenario: &'a Scenario, trace: &'a Trace) -> View<'a> {
    let (cursor_s, fog_from_s) = (540.0, None);
    let (bets, bet, beside) = (None, None, None);
    View { scenario, trace, cursor_s, fog_from_s, fog_waits: false, bets, bet, beside }
}

fn fogged<'a>(scenario: &'a Scenario, trace: &'a Trace) -> View<'a> {
    let prediction = sample::FIGURE.acts[0].prediction.as_ref().expect("a bet is asked for");
    View {
        fog_from_s: Some(prediction.fog_from_s),
        bets: Some((prediction.fog_from_s, &prediction.choices)),
        bet: Some(1),
        ..view(scenario, trace)
    }
}

/// The sample, and beside it a run that is late by ten minutes, slow and fails.
fn held_against<'a>(run: &'a (Scenario, Trace), other: &'a Trace) -> View<'a> {
    let (name, name_of_this) = ("late", "soon");
    let beside = Some(Beside { name, name_of_this, scenario: &run.0, trace: other });
    View { beside, ..view(&run.0, &run.1) }
}

fn late() -> Trace {
    let (_, mut trace) = sample::run();
    trace.tasks[4].serving = Some(Micros::from_whole_s(1140));
    trace.tasks[4].warm = Some(Micros::from_whole_s(1170));
    for minute in trace.minutes.iter_mut().filter(|minute| minute.t_s > 360.0) {
        minute.cpu_percent = Some(85.0);
        minute.p95_ms = minute.p95_ms.map(|ms| 2.0 * ms);
        minute.errors += 9.0;
    }
    trace
}

/// The charts that show two runs; the way to the first task is that of one.
fn of_two_runs() -> impl Iterator<Item = (Chart, &'static str)> {
    ALL.into_iter().filter(|(chart, _)| *chart != Chart::FirstMinutes)
}

fn laid_out(chart: Chart, view: &View, size: Size) -> Picture {
    picture(chart, view, &Axis::new(view.scenario, size), size, ONLY)
}

#[test]
fn each_chart_looks_as_it_did() {
    let (scenario, trace) = sample::run();
    for (chart, name) in ALL {
        let wide = if chart == Chart::FirstMinutes { TALL } else { WIDE };
        assert_golden(name, &svg(&laid_out(chart, &view(&scenario, &trace), wide), wide));
        let phone = laid_out(chart, &view(&scenario, &trace), PHONE);
        assert_golden(&format!("{name}-phone"), &svg(&phone, PHONE));
        let fogged = laid_out(chart, &fogged(&scenario, &trace), STAGE);
        assert_golden(&format!("{name}-stage-fogged"), &svg(&fogged, STAGE));
    }
    let (run, late) = ((scenario, trace), late());
    for (chart, name) in of_two_runs() {
        let both = laid_out(chart, &held_against(&run, &late), WIDE);
        assert_golden(&format!("{name}-beside"), &svg(&both, WIDE));
    }
}

#[test]
fn the_other_run_has_its_own_line_and_name() {
    let (run, late) = (sample::run(), late());
    let dashed = |picture: &Picture| {
        let dashed = |mark: &&Mark| matches!(mark, Mark::Line { dash: Some(_), .. });
        picture.marks.iter().filter(dashed).count()
    };
    for (chart, name) in of_two_runs() {
        let alone = laid_out(chart, &view(&run.0, &run.1), WIDE);
        let both = laid_out(chart, &held_against(&run, &late), WIDE);
        assert_eq!(dashed(&both), dashed(&alone) + 1, "{name}");
        let named = both.labels.iter().any(|label| label.text.contains("late"));
        assert!(named, "{name} does not say whose line it is");
        // What is the same on both sides is drawn once, or lies on the same place.
        let same = laid_out(chart, &held_against(&run, &run.1), WIDE);
        assert_eq!(same.plot, alone.plot, "{name}");
    }
    let same = laid_out(Chart::TrafficCapacity, &held_against(&run, &run.1), WIDE);
    assert!(!same.labels.iter().any(|label| label.text.contains("late")), "one capacity");
}

#[test]
fn fog_hides_the_other_run_too() {
    let (run, late) = (sample::run(), late());
    for (chart, name) in of_two_runs() {
        let mut other = late.clone();
        for minute in other.minutes.iter_mut().filter(|minute| minute.t_s > 540.0) {
            minute.cpu_percent = Some(70.0);
            minute.errors = 3.0;
        }
        let lines = |other: &Trace| {
            let view = held_against(&run, other);
            laid_out(chart, &View { fog_from_s: Some(540.0), ..view }, WIDE).marks
        };
        assert_eq!(lines(&late), lines(&other), "{name} gives the future away");
    }
}

#[test]
fn a_minute_is_marked_if_either_run_is_approximate_in_it() {
    let (mut run, mut other) = (sample::run(), sample::run().1);
    for trace in [&mut run.1, &mut other] {
        for minute in &mut trace.minutes {
            minute.fidelity = headroom_model::data_plane::Fidelity::Expected;
        }
    }
    let hatched = |other: &Trace| {
        let picture = laid_out(Chart::Latency, &held_against(&run, other), WIDE);
        picture.marks.iter().filter(|mark| matches!(mark, Mark::Hatch { .. })).count()
    };
    assert_eq!(hatched(&other), 0);
    other.minutes[7].fidelity = headroom_model::data_plane::Fidelity::Approximate;
    assert_eq!(hatched(&other), 1);
}

#[test]
fn the_steps_of_a_policy_lie_on_the_chart_as_bands() {
    let run = sample::stepping();
    let picture = |view: &View, size| laid_out(Chart::Metric, view, size);
    let view = view(&run.scenario, &run.trace);
    assert_golden("steps", &svg(&picture(&view, WIDE), WIDE));
    assert_golden("steps-phone", &svg(&picture(&view, PHONE), PHONE));
    let counted = counted(&view).expect("three are counted");
    assert_eq!(counted.text(), "3 of 3 above 70");
    // A value and its place on the chart, both ways: what a drag along it needs.
    let picture = picture(&view, WIDE);
    let (low, high) = picture.ends.expect("the scale is linear");
    let line = picture.marks.iter().filter_map(|mark| match mark {
        Mark::Line { points, .. } if points[0].0 == picture.plot.left => Some(points[0].1),
        _ => None,
    });
    let value = |y: f64| low + (high - low) * (picture.plot.bottom - y) / picture.plot.height();
    let edges: Vec<f64> = line.map(|y| value(y).round()).collect();
    assert!([70.0, 85.0, 100.0].iter().all(|edge| edges.contains(edge)), "{edges:?}");
}

#[test]
fn fog_hides_the_future_and_nothing_else() {
    let (scenario, trace) = sample::run();
    for (chart, name) in ALL {
        let known = fogged(&scenario, &trace);
        // Another future with the same past.
        let mut other = trace.clone();
        other.tasks[4].serving = Some(headroom_model::time::Micros::from_whole_s(700));
        other.tasks[4].warm = None;
        for minute in other.minutes.iter_mut().filter(|minute| minute.t_s > 540.0) {
            minute.cpu_percent = Some(90.0);
            minute.errors = 7.0;
        }
        let other = fogged(&scenario, &other);
        let places = |view| laid_out(chart, view, WIDE).marks;
        assert_eq!(places(&known), places(&other), "{name} gives the future away");
    }
}

#[test]
fn every_label_lies_on_its_canvas() {
    let (scenario, trace) = sample::run();
    let (both, late) = (sample::run(), late());
    for size in [WIDE, PHONE, STAGE] {
        for (chart, name) in ALL {
            for view in [
                view(&scenario, &trace),
                fogged(&scenario, &trace),
                held_against(&both, &late),
                // Its lines end at the foot of their charts.
                held_against(&both, &trace),
            ] {
                for place in [ONLY, Place { first: false, last: false }] {
                    let axis = Axis::new(view.scenario, size);
                    for label in picture(chart, &view, &axis, size, place).labels {
                        lies_on_canvas(&label, size, name);
                    }
                }
            }
        }
    }
}

fn lies_on_canvas(label: &Label, size: Size, name: &str) {
    let width = 0.5 * label.text.chars().count() as f64 * size.text;
    let left = match label.anchor {
        Anchor::Start => label.at.0,
        Anchor::Middle => label.at.0 - width / 2.0,
        Anchor::End => label.at.0 - width,
    };
    let inside = left >= 0.0 && left + width <= size.width;
    // Digits and capitals are two thirds as high as the text is.
    let half = 0.33 * size.text;
    let upright = (half..=size.height - half).contains(&label.at.1);
    assert!(inside && upright, "{name} at {}: {label:?}", size.width);
}

#[test]
fn each_stretch_of_the_first_minutes_has_its_name_in_every_theme() {
    let (scenario, trace) = sample::run();
    // Text of each theme, and the height that style sheets give such a chart.
    for (text, width) in [(14.0, 960.0), (20.0, 1440.0), (12.0, 340.0)] {
        let size = Size { width, height: f64::max(256.0, 16.0 * text), text, line: 2.0 };
        let picture = laid_out(Chart::FirstMinutes, &view(&scenario, &trace), size);
        let stretches = first_minutes(&scenario, &trace);
        assert_eq!(stretches.len(), 9, "the sample goes all the way");
        for stretch in stretches {
            let is_its = |label: &Label| label.text.starts_with(stretch.name);
            assert!(picture.labels.iter().any(is_its), "{} at {text}", stretch.name);
        }
    }
}

#[test]
fn on_a_narrow_chart_the_bet_has_its_place_to_itself() {
    let (mut scenario, trace) = sample::run();
    // A step where the names of the lines would stand.
    let at = |t_s, rps| (Micros::from_whole_s(t_s), rps);
    scenario.traffic.shape = Shape::Steps(vec![at(0, 130.0), at(120, 170.0)]);
    let known = View { fog_from_s: None, ..fogged(&scenario, &trace) };
    let labels = laid_out(Chart::TrafficCapacity, &known, PHONE).labels;
    let at_right =
        |label: &&Label| matches!(label.role, Role::Line(_)) && label.anchor == Anchor::End;
    let names: Vec<&str> = labels.iter().filter(at_right).map(|label| &*label.text).collect();
    assert_eq!(names, ["your bet: 5"]);
}

#[test]
fn a_chart_of_any_size_is_laid_out() {
    let (scenario, trace) = sample::run();
    for (chart, name) in ALL {
        for edge in [1.0, 20.0, 60.0] {
            for size in [
                Size { width: edge, ..STAGE },
                Size { height: edge, ..STAGE },
                Size { width: edge, height: edge, ..STAGE },
            ] {
                for view in [view(&scenario, &trace), fogged(&scenario, &trace)] {
                    let picture = laid_out(chart, &view, size);
                    let is_somewhere =
                        |label: &Label| label.at.0.is_finite() && label.at.1.is_finite();
                    assert!(picture.labels.iter().all(is_somewhere), "{name} at {edge} px");
                }
            }
        }
    }
}

#[test]
fn the_datapoints_that_count_are_those_at_the_cursor() {
    let (scenario, trace) = sample::run();
    let mut view = view(&scenario, &trace);
    let text = |view: &View| counted(view).map(|counted| counted.text());
    view.cursor_s = 300.0;
    assert_eq!(text(&view), None);
    view.cursor_s = 480.0;
    assert_eq!(text(&view).as_deref(), Some("2 of 3 above target"));
    view.cursor_s = 540.0;
    assert_eq!(text(&view).as_deref(), Some("3 of 3 above target"));
    view.cursor_s = 1260.0;
    let last = counted(&view).unwrap();
    assert_eq!((last.newest, last.count), (8, 3), "those of the last decision");
}

#[test]
fn decisions_that_stand_close_share_a_name() {
    let (scenario, mut trace) = sample::run();
    let moves = [(540.0, 4, 5), (560.0, 5, 8), (580.0, 8, 6), (1000.0, 6, 7)];
    trace.decisions = moves
        .into_iter()
        .map(|(t_s, desired_before, desired_after)| headroom_model::trace::Decision {
            t_s,
            desired_before,
            desired_after,
            ..trace.decisions[0].clone()
        })
        .collect();
    let picture = laid_out(Chart::TrafficCapacity, &view(&scenario, &trace), WIDE);
    let names = picture.labels.into_iter().filter(|label| label.role == Role::Decision);
    let names: Vec<_> = names.map(|label| label.text).collect();
    assert_eq!(names, ["4 → 8 → 6", "6 → 7"]);
}

#[test]
fn a_day_costs_no_more_marks_than_its_pixels() {
    let (mut scenario, mut trace) = sample::run();
    scenario.duration = headroom_model::time::Micros::from_whole_s(86_400);
    let hour = trace.minutes.clone();
    trace.minutes = (0..1440)
        .map(|k| Minute { t_s: f64::from(k + 1) * 60.0, ..hour[k as usize % hour.len()] })
        .collect();
    trace.decisions = (0..300)
        .map(|k| headroom_model::trace::Decision {
            t_s: f64::from(k) * 240.0,
            ..trace.decisions[0].clone()
        })
        .collect();
    for (chart, name) in ALL {
        let picture = laid_out(chart, &view(&scenario, &trace), WIDE);
        let points = picture.marks.iter().map(points).max().unwrap_or(0);
        assert!(points < 8 * WIDE.width as usize, "{name}: {points}");
        let mut names: Vec<_> =
            picture.labels.iter().filter(|label| label.role == Role::Decision).collect();
        names.sort_by(|a, b| a.at.0.total_cmp(&b.at.0));
        for pair in names.windows(2) {
            assert!(pair[1].at.0 - pair[0].at.0 > 2.5 * WIDE.text, "{name}: {pair:?}");
        }
    }
}

fn points(mark: &Mark) -> usize {
    match mark {
        Mark::Line { points, .. } | Mark::Area { points, .. } => points.len(),
        Mark::Fill { .. } | Mark::Dot { .. } | Mark::Hatch { .. } => 1,
    }
}
