//! Reads the data of a section: total, and strict enough that a slip of the pen is
//! told with its place.

use headroom_model::scenario::reader::{Faults, Object, Range};
use serde_json::Value;

use super::Lesson;
use super::figure::{
    Act, Beside, Chart, Choice, Condition, Control, Figure, Goal, Prediction, Quantity, StepTable,
    Switch,
};
use super::question::{Answer, Kind, Mistake, Number, Order, Question, Spot, Swap, Term, Vary};

/// Reads a section's data.
///
/// # Errors
///
/// Whatever is missing, unknown or of another kind than it should be, with its place.
pub fn lesson(data: &Value) -> Result<Lesson, String> {
    let faults = Faults::default();
    let object = Object::new(&faults, String::new(), data);
    let lesson = Lesson {
        figure: figure(&object.required_object("figure")),
        questions: object.objects("questions").iter().map(question).collect(),
    };
    object.finish();
    told(faults).map_or(Ok(lesson), Err)
}

fn figure(object: &Object<'_>) -> Figure {
    let figure = Figure {
        id: object.required_text("id"),
        scenario: json(object, "scenario"),
        acts: object.objects("acts").iter().map(act).collect(),
    };
    if figure.acts.is_empty() {
        object.fault("acts", "a figure has an act at least");
    }
    object.finish();
    figure
}

fn act(object: &Object<'_>) -> Act {
    let prediction = object.object("prediction");
    let act = Act {
        question: object.required_text("question"),
        scenario: json(object, "scenario"),
        controls: object.objects("controls").iter().map(control).collect(),
        step_table: step_table(&object.object("step_table")),
        switches: object.objects("switches").iter().map(switch).collect(),
        beside: object.has("beside").then(|| beside(&object.object("beside"))),
        cursor_s: number(object, "cursor_s"),
        why_s: number(object, "why_s"),
        prediction: (!prediction.is_absent()).then(|| self::prediction(&prediction)),
        charts: object.list("charts").iter().filter_map(|name| chart(object, name)).collect(),
        goals: object.objects("goals").iter().map(goal).collect(),
        caption: object.required_text("caption"),
        reveal: object.required_text("reveal"),
        leaves_out: texts(object, "leaves_out"),
    };
    object.finish();
    act
}

fn step_table(object: &Object<'_>) -> Option<StepTable> {
    if object.is_absent() {
        return None;
    }
    let table = StepTable {
        threshold: object.required_text("threshold"),
        widths: texts(object, "widths"),
        adds: texts(object, "adds"),
    };
    if table.adds.len() != table.widths.len() + 1 {
        object.fault("adds", "a step more than there are widths");
    }
    object.finish();
    Some(table)
}

fn control(object: &Object<'_>) -> Control {
    let quantities = [
        ("traffic", Quantity::Traffic),
        ("capacity", Quantity::Capacity),
        ("metric", Quantity::Metric),
        ("latency", Quantity::Latency),
        ("errors", Quantity::Errors),
        ("other", Quantity::Other),
    ];
    let control = Control {
        name: object.required_text("name"),
        label: object.required_text("label"),
        unit: object.text("unit", ""),
        quantity: object.choice("quantity", None, &quantities).unwrap_or(Quantity::Other),
        min: number(object, "min"),
        max: number(object, "max"),
        step: number(object, "step"),
        default: number(object, "default"),
        more: object.flag("more", false),
    };
    object.finish();
    control
}

fn switch(object: &Object<'_>) -> Switch {
    let switch = Switch {
        name: object.required_text("name"),
        label: object.required_text("label"),
        patch: json(object, "patch"),
        needs: optional_text(object, "needs"),
    };
    object.finish();
    switch
}

fn beside(object: &Object<'_>) -> Beside {
    let beside = Beside {
        label: object.required_text("label"),
        name_of_this: object.required_text("name_of_this"),
        patch: json(object, "patch"),
    };
    object.finish();
    beside
}

fn prediction(object: &Object<'_>) -> Prediction {
    let choice = |object: &Object<'_>| {
        let choice = Choice {
            label: object.required_text("label"),
            tasks: object.has("tasks").then(|| count(object, "tasks")),
            right: object.flag("right", false),
            feedback: object.required_text("feedback"),
        };
        object.finish();
        choice
    };
    let prediction = Prediction {
        fog_from_s: number(object, "fog_from_s"),
        choices: object.objects("choices").iter().map(choice).collect(),
    };
    object.finish();
    prediction
}

fn chart(object: &Object<'_>, name: &Value) -> Option<Chart> {
    let chart = match name.as_str() {
        Some("traffic_capacity") => Chart::TrafficCapacity,
        Some("metric") => Chart::Metric,
        Some("tasks") => Chart::Tasks,
        Some("latency") => Chart::Latency,
        Some("errors") => Chart::Errors,
        Some("first_minutes") => Chart::FirstMinutes,
        _ => {
            object.fault("charts", format!("there is no chart {name}"));
            return None;
        }
    };
    Some(chart)
}

fn goal(object: &Object<'_>) -> Goal {
    let goal = Goal {
        text: object.required_text("text"),
        all_of: object.objects("all_of").iter().filter_map(condition).collect(),
    };
    object.finish();
    goal
}

fn condition(object: &Object<'_>) -> Option<Condition> {
    let counted = |name: &'static str, make: fn(u32) -> Condition| {
        object.has(name).then(|| make(count(object, name)))
    };
    let measured = |name: &'static str, make: fn(f64) -> Condition| {
        object.has(name).then(|| make(number(object, name)))
    };
    let helps = || match object.list("first_help_within") {
        [from, to] => Some(Condition::FirstHelpWithin(from.as_f64()?, to.as_f64()?)),
        _ => None,
    };
    let within = || match object.list("control_within") {
        [Value::String(name), from, to] => {
            Some(Condition::ControlWithin(name.clone(), from.as_f64()?, to.as_f64()?))
        }
        _ => None,
    };
    let condition = counted("saturated_minutes_at_most", Condition::SaturatedMinutesAtMost)
        .or_else(|| counted("missed_minutes_at_most", Condition::MissedMinutesAtMost))
        .or_else(|| counted("desired_at_end", Condition::DesiredAtEnd))
        .or_else(|| counted("peak_running", Condition::PeakRunning))
        .or_else(|| counted("scale_outs_at_most", Condition::ScaleOutsAtMost))
        .or_else(|| counted("scale_ins_at_least", Condition::ScaleInsAtLeast))
        .or_else(|| measured("task_hours_at_most", Condition::TaskHoursAtMost))
        .or_else(|| measured("error_percent_at_most", Condition::ErrorPercentAtMost))
        .or_else(|| measured("slowest_minute_at_most", Condition::SlowestMinuteAtMost))
        .or_else(helps)
        .or_else(within)
        .or_else(|| optional_text(object, "switch_on").map(Condition::SwitchOn));
    if condition.is_none() {
        object.own_fault("is none of the conditions of a goal");
    }
    object.finish();
    condition
}

/// Reads one question.
///
/// # Errors
///
/// What is wrong with it, with its place.
pub fn asked(data: &Value) -> Result<Question, String> {
    let faults = Faults::default();
    let question = question(&Object::new(&faults, String::new(), data));
    told(faults).map_or(Ok(question), Err)
}

fn question(object: &Object<'_>) -> Question {
    let answer = object.required_object("answer");
    let kind = if answer.has("number") {
        Kind::Number(number_asked(&answer.object("number")))
    } else if answer.has("order") {
        Kind::Order(order(&answer.object("order")))
    } else if answer.has("spot") {
        Kind::Spot(spot(&answer.object("spot")))
    } else {
        Kind::Choice(answer.objects("choice").iter().map(choice).collect())
    };
    answer.finish();
    let question = Question {
        id: object.required_text("id"),
        vary: object.objects("vary").iter().map(vary).collect(),
        compute: object.objects("compute").iter().map(computed).collect(),
        prompt: object.required_text("prompt"),
        answer: kind,
        why: object.required_text("why"),
    };
    object.finish();
    question
}

fn vary(object: &Object<'_>) -> Vary {
    let vary = Vary {
        name: object.required_text("name"),
        from: number(object, "from"),
        to: number(object, "to"),
        step: object.number("step", Some(1.0), Range::Positive(1e9)),
        first: number(object, "first"),
    };
    object.finish();
    vary
}

fn computed(object: &Object<'_>) -> (String, Term) {
    let computed = (object.required_text("name"), term(object, "is"));
    object.finish();
    computed
}

fn choice(object: &Object<'_>) -> Answer {
    let answer =
        Answer { text: object.required_text("text"), wrong: optional_text(object, "wrong") };
    object.finish();
    answer
}

fn number_asked(object: &Object<'_>) -> Number {
    let mistake = |object: &Object<'_>| {
        let mistake =
            Mistake { value: term(object, "value"), feedback: object.required_text("feedback") };
        object.finish();
        mistake
    };
    let asked = Number {
        unit: object.text("unit", ""),
        value: term(object, "value"),
        tolerance: number(object, "tolerance"),
        mistakes: object.objects("mistakes").iter().map(mistake).collect(),
        hint: object.required_text("hint"),
    };
    object.finish();
    asked
}

fn order(object: &Object<'_>) -> Order {
    let swap = |object: &Object<'_>| {
        let swap = Swap {
            early: count(object, "early") as usize,
            late: count(object, "late") as usize,
            feedback: object.required_text("feedback"),
        };
        object.finish();
        swap
    };
    let order = Order {
        steps: texts(object, "steps"),
        mistakes: object.objects("mistakes").iter().map(swap).collect(),
        hint: object.required_text("hint"),
    };
    object.finish();
    order
}

/// Lines are counted from 1 in the data, as editors do.
fn spot(object: &Object<'_>) -> Spot {
    let listing = object.required_text("listing");
    let lines: Vec<_> = listing.lines().map(ToOwned::to_owned).collect();
    let last = u32::try_from(lines.len()).unwrap_or(1).max(1);
    let line = |object: &Object<'_>, name| object.integer(name, None, 1, last) as usize - 1;
    let innocent = |object: &Object<'_>| {
        let innocent = (line(object, "line"), object.required_text("feedback"));
        object.finish();
        innocent
    };
    let spot = Spot {
        lines,
        fault: line(object, "fault"),
        innocent: object.objects("innocent").iter().map(innocent).collect(),
        hint: object.required_text("hint"),
    };
    object.finish();
    spot
}

fn term(object: &Object<'_>, name: &'static str) -> Term {
    match object.raw(name) {
        Some(data) => Term::new(data),
        None => {
            object.fault(name, "is required: a number, a name or an operation");
            Term::of(0.0)
        }
    }
}

/// All faults in a sentence, if there are any.
fn told(faults: Faults) -> Option<String> {
    let told: Vec<_> = faults.into_inner().iter().map(ToString::to_string).collect();
    (!told.is_empty()).then(|| told.join("; "))
}

fn number(object: &Object<'_>, name: &'static str) -> f64 {
    object.number(name, None, Range::Within(-1e9, 1e9))
}

fn count(object: &Object<'_>, name: &'static str) -> u32 {
    object.integer(name, None, 0, 100_000)
}

fn json(object: &Object<'_>, name: &'static str) -> Value {
    object.raw(name).cloned().unwrap_or(Value::Null)
}

fn optional_text(object: &Object<'_>, name: &'static str) -> Option<String> {
    object.raw(name).map(|_| object.text(name, ""))
}

fn texts(object: &Object<'_>, name: &'static str) -> Vec<String> {
    object.list(name).iter().filter_map(|it| it.as_str().map(ToOwned::to_owned)).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_slip_is_told_with_its_place() {
        let data = json!({
            "figure": { "id": "x", "scenario": {}, "acts": [{
                "question": "?", "cursor_s": "noon", "why_s": 0, "caption": "", "reveal": "",
                "charts": ["metrics"], "goals": [{ "text": "x", "all_of": [{ "peek": 5 }] }],
                "controls": [{ "name": "a", "label": "A", "quantity": "other", "min": 0, "max": 1,
                               "step": 1, "defualt": 1 }],
            }] },
            "questions": [{ "id": "q", "prompt": "?", "why": "", "answer": { "number": {
                "value": 1, "tolerance": 0.1, "mistakes": [{ "value": 2 }] } } }],
        });
        let told = lesson(&data).expect_err("it is full of slips");
        let told: Vec<_> = told.split("; ").collect();
        for wanted in [
            "/figure/acts/0/cursor_s: expected a number",
            "/figure/acts/0/charts: there is no chart \"metrics\"",
            "/figure/acts/0/controls/0/default: is required",
            "/figure/acts/0/controls/0: unknown field",
            "/figure/acts/0/goals/0/all_of/0: is none of the conditions",
            "/questions/0/answer/number/mistakes/0/feedback: is required",
            "/questions/0/answer/number/hint: is required",
        ] {
            let (place, says) = wanted.split_once(": ").unwrap_or((wanted, ""));
            let found = told.iter().any(|fault| fault.starts_with(place) && fault.contains(says));
            assert!(found, "{wanted} is not told in {told:#?}");
        }
    }
}
