//! What holds for every section of the course.

use std::collections::BTreeSet;
use std::iter;

use headroom::course::figure::Control;
use headroom::course::question::{Kind, Question, Swap};
use headroom::course::{Lesson, SECTIONS, Section};
use headroom::figure::goals::is_met;
use headroom::figure::run::Run;
use headroom::figure::state::{RESERVED, State, beside_json, scenario_json};
use headroom::figure::step_table;
use headroom::link::Link;
use headroom_model::Player;
use pulldown_cmark::{Event, Tag};

mod lessons;
mod prose;

fn finished() -> impl Iterator<Item = (&'static Section, &'static Lesson)> {
    let faults = headroom::course::open(|slug| lessons::data(slug).map(|data| data.to_string()));
    assert_eq!(faults, Vec::<String>::new());
    SECTIONS.iter().filter_map(|section| Some((section, section.lesson()?)))
}

#[test]
fn a_section_has_both_data_and_text_or_neither() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/course");
    let slugs = SECTIONS.map(|section| section.slug.replace('-', "_"));
    for entry in root.read_dir().expect("the course is there") {
        let path = entry.expect("a file").path();
        if path.ends_with("glossary.yaml") {
            continue;
        }
        if path.extension().is_some_and(|it| it == "yaml" || it == "md") {
            let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
            assert!(slugs.contains(&name), "{} belongs to no section", path.display());
            for half in ["yaml", "md"] {
                assert!(path.with_extension(half).exists(), "{name}.{half} is missing");
            }
        }
    }
}

#[test]
fn sections_are_numbered_in_order_and_named_once() {
    let slugs: BTreeSet<_> = SECTIONS.iter().map(|section| section.slug).collect();
    assert_eq!(slugs.len(), SECTIONS.len());
    for (index, section) in SECTIONS.iter().enumerate() {
        assert_eq!(usize::from(section.number), index, "{}", section.title);
        assert_eq!(section.before().map(|before| before.number + 1).unwrap_or(0), section.number);
    }
}

#[test]
fn links_in_the_text_lead_to_sections() {
    for (section, _) in finished() {
        for event in prose::events(&prose::parts(section).concat()) {
            if let Event::Start(Tag::Link { dest_url, .. }) = event
                && dest_url.starts_with("#/")
            {
                let (_, fault) = Link::parse(&dest_url);
                assert_eq!(fault, None, "{}: {dest_url}", section.title);
            }
        }
    }
}

#[test]
fn a_lesson_has_all_that_a_section_must_have() {
    for (section, lesson) in finished() {
        let title = section.title;
        let parts = prose::parts(section).map(|part| prose::words(&part));
        let words: usize = parts.iter().map(|part| part.split_whitespace().count()).sum();
        assert!(section.number == 0 || words >= 500, "{title}: {words} words");
        let [.., simplifies, note] = parts;
        assert!(!simplifies.is_empty(), "{title} says what it simplifies");
        for part in ["Outcome", "Prerequisites", "Minutes"] {
            assert!(note.contains(part), "{title}: the note has no “{part}”");
        }
        assert!(section.number == 0 || lesson.questions.len() >= 3, "{title}");
    }
}

#[test]
fn each_variant_of_a_question_has_one_right_answer_and_reads_well() {
    for (section, lesson) in finished() {
        for question in &lesson.questions {
            let seeds = if question.vary.is_empty() { 1 } else { 200 };
            let mut prompts = BTreeSet::new();
            for seed in 0..seeds {
                let asked = question.variant(seed);
                let place = format!("{}: {}, variant {seed}", section.title, question.id);
                assert!(asked.is_sound(), "{place}");
                let is_whole = |text: &&String| !text.contains('{') && !text.contains("NaN");
                assert!(texts(&asked).iter().all(is_whole), "{place}: {asked:?}");
                prompts.insert(asked.prompt);
            }
            assert!(seeds == 1 || prompts.len() >= 10, "{}: few variants", question.id);
        }
        let ids: BTreeSet<_> = lesson.questions.iter().map(|question| &question.id).collect();
        assert_eq!(ids.len(), lesson.questions.len(), "{}", section.title);
    }
}

#[test]
fn every_wrong_answer_has_feedback() {
    for (section, lesson) in finished() {
        for question in lesson.questions.iter().map(|question| question.variant(0)) {
            let place = format!("{}: {}", section.title, question.id);
            assert!(texts(&question).iter().all(|text| !text.trim().is_empty()), "{place}");
            match &question.answer {
                Kind::Choice(answers) => assert!(answers.len() >= 3, "{place}"),
                Kind::Number(number) => assert!(number.tolerance > 0.0, "{place}"),
                Kind::Order(order) => {
                    assert!(order.steps.len() >= 3, "{place}");
                    let known = |swap: &Swap| swap.late < order.steps.len();
                    assert!(order.mistakes.iter().all(known), "{place}");
                }
                Kind::Spot(spot) => assert!(spot.lines.len() >= 3, "{place}"),
            }
        }
    }
}

/// All that a question says.
fn texts(question: &Question) -> Vec<&String> {
    let said = match &question.answer {
        Kind::Choice(answers) => {
            answers.iter().flat_map(|it| iter::once(&it.text).chain(&it.wrong)).collect()
        }
        Kind::Number(number) => {
            let feedback = number.mistakes.iter().map(|mistake| &mistake.feedback);
            feedback.chain([&number.hint]).collect()
        }
        Kind::Order(order) => {
            let feedback = order.mistakes.iter().map(|mistake| &mistake.feedback);
            order.steps.iter().chain(feedback).chain([&order.hint]).collect()
        }
        Kind::Spot(spot) => {
            let feedback = spot.innocent.iter().map(|(_, feedback)| feedback);
            feedback.chain([&spot.hint]).collect::<Vec<_>>()
        }
    };
    said.into_iter().chain([&question.prompt, &question.why]).collect()
}

#[test]
fn figures_are_sound() {
    for (section, lesson) in finished() {
        for (index, act) in lesson.figure.acts.iter().enumerate() {
            let place = format!("{}, act {}", section.title, index + 1);
            assert!(act.controls.len() <= 8 && act.controls.iter().any(|control| !control.more));
            assert!(act.controls.iter().filter(|control| !control.more).count() <= 4, "{place}");
            for name in act.step_table.iter().flat_map(step_table::names) {
                assert!(act.controls.iter().any(|it| it.name == *name), "{place}: no {name}");
            }
            for control in &act.controls {
                assert_eq!(control.snap(control.default), control.default, "{place}");
                assert!(!RESERVED.contains(&&*control.name), "{place}: {}", control.name);
            }
            if let Some(prediction) = &act.prediction {
                let right = prediction.choices.iter().filter(|choice| choice.right).count();
                assert_eq!(right, 1, "{place}");
                assert!(act.cursor_s <= prediction.fog_from_s, "{place}: the cursor is in the fog");
            }
            let mut state = State::at_act(&lesson.figure, index);
            state.switches.fill(true);
            let beside = beside_json(&lesson.figure, &state).map(|(_, json)| json);
            for json in [scenario_json(&lesson.figure, &state)].into_iter().chain(beside) {
                let json = json.to_string();
                assert!(json.contains("\"version\":1"), "{place}: the scenario is not JSON");
                assert!(!json.contains("\"$\""), "{place}: a hole stays open in {json}");
            }
            for end in [|control: &Control| control.min, |control: &Control| control.max] {
                state.values = act.controls.iter().map(end).collect();
                let run = Run::of(&mut Player::default(), &lesson.figure, &state);
                assert_eq!(run.err(), None, "{place}, with its sliders at their ends");
            }
        }
    }
}

#[test]
fn no_goal_is_met_at_the_start_or_by_dragging_every_slider_to_an_end() {
    let mut player = Player::default();
    let mut met = Vec::new();
    for (section, lesson) in finished() {
        for (index, act) in lesson.figure.acts.iter().enumerate() {
            let opened = State::at_act(&lesson.figure, index);
            let shown = act.controls.iter().enumerate().filter(|(_, control)| !control.more);
            let shown: Vec<_> = shown.collect();
            let corner = |corner: usize| {
                let mut state = opened.clone();
                for (nth, (at, control)) in shown.iter().enumerate() {
                    state.values[*at] =
                        if corner >> nth & 1 == 0 { control.min } else { control.max };
                }
                state
            };
            for state in iter::once(opened.clone()).chain((0..1 << shown.len()).map(corner)) {
                let run = Run::of(&mut player, &lesson.figure, &state).expect("a right scenario");
                let goals = act.goals.iter().filter(|goal| is_met(goal, act, &state, &run));
                met.extend(goals.map(|goal| {
                    format!(
                        "{}, act {}: {} {:?}",
                        section.title,
                        index + 1,
                        goal.text,
                        state.values
                    )
                }));
            }
        }
    }
    assert_eq!(met, Vec::<String>::new());
}
