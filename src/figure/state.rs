//! The state of a figure: little enough for a link, enough to rebuild the rest.

use headroom_model::decimal::shortest;
use serde_json::Value;

use super::words::number;
use crate::course::figure::{Act, Beside, Control, Figure};

/// Parameters of every figure; a control or switch must not be named so.
pub const RESERVED: [&str; 4] = ["act", "bet", "seed", "t"];

/// What a student has set in a figure. Everything shown follows from it.
#[derive(Debug, Clone, PartialEq)]
pub struct State {
    /// The act on show, from 0.
    pub act: usize,
    /// A value for each control of the act.
    pub values: Vec<f64>,
    /// Whether each switch of the act is on.
    pub switches: Vec<bool>,
    /// Replaces the scenario's seed.
    pub seed: Option<u64>,
    /// The cursor [s since the start of the run].
    pub t_s: f64,
    /// The bet, once it is made.
    pub bet: Option<Bet>,
}

/// An answer to a prediction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bet {
    /// The choice with this index.
    Choice(usize),
    /// The student wants to see it without betting.
    Skipped,
}

impl State {
    /// The first act as it opens.
    pub fn new(figure: &Figure) -> Self {
        Self::at_act(figure, 0)
    }

    /// An act as it opens; the last one if there is no such act.
    pub fn at_act(figure: &Figure, act: usize) -> Self {
        let act = act.min(figure.acts.len() - 1);
        let told = &figure.acts[act];
        Self {
            act,
            values: told.controls.iter().map(|control| control.default).collect(),
            switches: vec![false; told.switches.len()],
            seed: None,
            t_s: told.cursor_s,
            bet: None,
        }
    }

    /// The act on show.
    pub fn told<'f>(&self, figure: &'f Figure) -> &'f Act {
        &figure.acts[self.act]
    }

    /// Whether controls and switches stand as the act opens: a bet is about these.
    pub fn is_as_opened(&self, act: &Act) -> bool {
        let as_opened = |(control, value): (&Control, &f64)| control.default == *value;
        act.controls.iter().zip(&self.values).all(as_opened) && !self.switches.contains(&true)
    }

    /// The value of a control by its name.
    pub fn value(&self, act: &Act, name: &str) -> Option<f64> {
        let index = act.controls.iter().position(|control| control.name == name)?;
        self.values.get(index).copied()
    }

    /// Whether a switch is on and the one that it needs, if any, is on too. Of
    /// another act's switches none is: what shows an act may ask after it is left.
    pub fn is_on(&self, act: &Act, name: &str) -> bool {
        let Some(index) = act.switches.iter().position(|switch| switch.name == name) else {
            return false;
        };
        // A switch may only need one before it, so this ends.
        self.switches.get(index) == Some(&true)
            && act.switches[index].needs.as_deref().is_none_or(|needed| {
                act.switches[..index].iter().any(|before| before.name == needed)
                    && self.is_on(act, needed)
            })
    }

    /// How long the run lasts [s].
    pub fn duration_s(&self, figure: &Figure) -> f64 {
        duration_s(&scenario_json(figure, self))
    }

    /// What differs from the figure as it opens, for a link.
    pub fn to_params(&self, figure: &Figure) -> Vec<(String, String)> {
        let act = self.told(figure);
        let opened = Self::at_act(figure, self.act);
        let mut params = Vec::new();
        let mut put = |name: &str, value: String| params.push((name.to_owned(), value));
        if self.act > 0 {
            put("act", (self.act + 1).to_string());
        }
        for (control, value) in act.controls.iter().zip(&self.values) {
            if *value != control.default {
                put(&control.name, shortest(*value));
            }
        }
        for (switch, _) in act.switches.iter().zip(&self.switches).filter(|(_, on)| **on) {
            put(&switch.name, "on".to_owned());
        }
        if let Some(seed) = self.seed {
            put("seed", seed.to_string());
        }
        match self.bet {
            None => {}
            Some(Bet::Skipped) => put("bet", "skip".to_owned()),
            Some(Bet::Choice(index)) => put("bet", (index + 1).to_string()),
        }
        // Whole seconds: a link is read by people.
        if self.t_s.floor() != opened.t_s {
            put("t", shortest(self.t_s.floor()));
        }
        params
    }

    /// Reads what a link says. Whatever cannot be right stays as the figure
    /// opens, and a sentence says where the fault is and what would be right.
    pub fn from_params(figure: &Figure, params: &[(String, String)]) -> (Self, Vec<String>) {
        let mut faults = Vec::new();
        let mut act = 0;
        for (_, text) in params.iter().filter(|(name, _)| name == "act") {
            match text.parse::<usize>() {
                Ok(number) if (1..=figure.acts.len()).contains(&number) => act = number - 1,
                _ => faults.push(format!(
                    "act: “{}” is not one of the {} acts; write a whole number from 1 on.",
                    shown(text),
                    figure.acts.len()
                )),
            }
        }
        let mut state = Self::at_act(figure, act);
        for (name, text) in params.iter().filter(|(name, _)| name != "act" && name != "t") {
            if let Err(fault) = state.read(figure, name, text) {
                faults.push(fault);
            }
        }
        // The cursor comes last: how long the run lasts may hang on the rest.
        let duration_s = state.duration_s(figure);
        for (_, text) in params.iter().filter(|(name, _)| name == "t") {
            match number(text) {
                Some(t_s) if (0.0..=duration_s).contains(&t_s) => state.t_s = t_s,
                _ => faults.push(format!(
                    "t: “{}” is not within the run; write seconds from 0 to {}.",
                    shown(text),
                    shortest(duration_s)
                )),
            }
        }
        (state, faults)
    }

    fn read(&mut self, figure: &Figure, name: &str, text: &str) -> Result<(), String> {
        let act = self.told(figure);
        let fault = |right: String| Err(format!("{name}: “{}” {right}", shown(text)));
        if let Some(index) = act.controls.iter().position(|control| control.name == name) {
            let control = &act.controls[index];
            match control.read(text) {
                Ok(value) => self.values[index] = value,
                Err(right) => return fault(right),
            }
        } else if let Some(index) = act.switches.iter().position(|switch| switch.name == name) {
            match text {
                "on" => self.switches[index] = true,
                "off" => self.switches[index] = false,
                _ => return fault("is neither on nor off.".to_owned()),
            }
        } else if name == "seed" {
            match text.parse() {
                Ok(seed) => self.seed = Some(seed),
                Err(_) => return fault("is not a whole number from 0 on.".to_owned()),
            }
        } else if name == "bet" {
            let choices = act.prediction.as_ref().map_or(0, |prediction| prediction.choices.len());
            match text.parse::<usize>() {
                _ if choices == 0 => {
                    return fault("is a bet, but nothing is asked here.".to_owned());
                }
                Ok(number) if (1..=choices).contains(&number) => {
                    self.bet = Some(Bet::Choice(number - 1));
                }
                _ if text == "skip" => self.bet = Some(Bet::Skipped),
                _ => return fault(format!("is neither skip nor a choice from 1 to {choices}.")),
            }
        } else {
            let known = act.controls.iter().map(|control| control.name.as_str());
            let known = known.chain(act.switches.iter().map(|switch| switch.name.as_str()));
            let known = known.chain(RESERVED);
            return Err(format!(
                "{}: there is no such setting here; there are {}.",
                shown(name),
                known.collect::<Vec<_>>().join(", ")
            ));
        }
        Ok(())
    }
}

impl Control {
    /// The nearest value that the slider can stand on.
    pub fn snap(&self, value: f64) -> f64 {
        let steps = ((value - self.min) / self.step).round();
        self.rounded(self.min + steps * self.step).max(self.min).min(self.max)
    }

    /// Reads a typed value; the error says what would be right.
    pub fn read(&self, text: &str) -> Result<f64, String> {
        let value =
            number(text).ok_or_else(|| format!("is not a number; {}", self.what_is_right()))?;
        if !(self.min..=self.max).contains(&value) {
            Err(format!("is out of range; {}", self.what_is_right()))
        } else if self.snap(value) != value {
            Err(format!("lies between two steps; {}", self.what_is_right()))
        } else {
            Ok(value)
        }
    }

    fn what_is_right(&self) -> String {
        let unit = if self.unit.is_empty() { String::new() } else { format!(" {}", self.unit) };
        let steps = if self.step == 1.0 && self.min.fract() == 0.0 {
            "a whole number".to_owned()
        } else {
            format!("a number in steps of {}", shortest(self.step))
        };
        format!("write {steps} from {} to {}{unit}.", shortest(self.min), shortest(self.max))
    }

    /// Drops the dust of binary fractions: 0.1 + 2 × 0.1 is 0.3 here.
    fn rounded(&self, value: f64) -> f64 {
        let decimals = |x: f64| shortest(x).split_once('.').map_or(0, |(_, after)| after.len());
        let decimals = decimals(self.step).max(decimals(self.min));
        let scale = (0..decimals).fold(1.0, |scale, _| scale * 10.0);
        (value * scale).round() / scale
    }
}

/// Cuts what a link says to a length that a sentence can carry.
fn shown(text: &str) -> String {
    const LONGEST: usize = 40;
    let mut cut: String = text.chars().take(LONGEST).collect();
    if cut.len() < text.len() {
        cut.push('…');
    }
    cut
}

/// The scenario that a state asks for: the figure's, patched by the act and by the
/// switches that are on, its holes filled.
pub fn scenario_json(figure: &Figure, state: &State) -> Value {
    patched(figure, state, None)
}

/// The scenario of the run beside it, if the act has one.
pub fn beside_json<'f>(figure: &'f Figure, state: &State) -> Option<(&'f Beside, Value)> {
    let beside = state.told(figure).beside.as_ref()?;
    Some((beside, patched(figure, state, Some(&beside.patch))))
}

fn patched(figure: &Figure, state: &State, last: Option<&Value>) -> Value {
    let act = state.told(figure);
    let mut scenario = figure.scenario.clone();
    let switches = act.switches.iter().filter(|switch| state.is_on(act, &switch.name));
    let patches = [&act.scenario].into_iter().chain(switches.map(|switch| &switch.patch));
    let patches = patches.chain(last).filter(|patch| patch.is_object());
    patches.for_each(|patch| merge(&mut scenario, patch));
    fill(&mut scenario, &|name| state.value(act, name));
    if let (Some(seed), Value::Object(fields)) = (state.seed, &mut scenario) {
        fields.insert("seed".to_owned(), seed.into());
    }
    scenario
}

/// How long the run of a scenario lasts [s]; the file's default if it does not say.
fn duration_s(scenario: &Value) -> f64 {
    scenario.get("duration_s").and_then(Value::as_f64).unwrap_or(7200.0)
}

/// Applies a JSON merge patch (RFC 7396). A dozen lines, so that the page does
/// not pay for a crate that also does JSON pointers and JSON Patch.
fn merge(target: &mut Value, patch: &Value) {
    let Value::Object(patch) = patch else {
        target.clone_from(patch);
        return;
    };
    if !target.is_object() {
        *target = Value::Object(serde_json::Map::new());
    }
    let Value::Object(fields) = target else { return };
    for (name, value) in patch {
        if value.is_null() {
            fields.remove(name);
        } else {
            merge(fields.entry(name.as_str()).or_insert(Value::Null), value);
        }
    }
}

/// Replaces each `{"$": "name"}` by the value of that name, or by what `or` says if
/// there is none; `times` and `plus` may make another number of it. Whole numbers are
/// written as integers, since counts of tasks must be.
fn fill(json: &mut Value, value: &impl Fn(&str) -> Option<f64>) {
    match json {
        Value::Object(fields) => {
            if let Some(Value::String(name)) = fields.get("$") {
                let other = match fields.get("plus") {
                    Some(Value::String(other)) => value(other),
                    _ => Some(0.0),
                };
                let number = value(name).zip(other).map(|(number, other)| number + other);
                let number = number.or_else(|| fields.get("or")?.as_f64());
                let part = |name: &str| fields.get(name).and_then(Value::as_f64);
                let times = part("times").unwrap_or(1.0);
                if let Some(number) = number {
                    let filled = number * times + part("plus").unwrap_or(0.0);
                    *json = number_json(filled);
                }
            } else {
                fields.values_mut().for_each(|field| fill(field, value));
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| fill(item, value)),
        _ => {}
    }
}

fn number_json(number: f64) -> Value {
    if number.fract() == 0.0 && number.abs() < 1e15 {
        (number as i64).into()
    } else {
        number.into()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;
    use crate::figure::sample::FIGURE;

    #[test]
    fn only_what_differs_stands_in_a_link() {
        let mut state = State::new(&FIGURE);
        assert_eq!(state.to_params(&FIGURE), []);
        state.values[1] = 60.0;
        state.t_s = 600.0;
        state.bet = Some(Bet::Choice(1));
        let link: Vec<_> = state
            .to_params(&FIGURE)
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        assert_eq!(link.join("&"), "target=60&bet=2&t=600");
    }

    #[test]
    fn a_fault_says_where_and_what_would_be_right() {
        let params = [
            ("rps", "many"),
            ("target", "500"),
            ("delay", "0.35"),
            ("late", "yes"),
            ("t", "-1"),
            ("bet", "9"),
            ("colour", "red"),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()));
        let (state, faults) = State::from_params(&FIGURE, &params);
        assert_eq!(state, State::new(&FIGURE));
        assert_eq!(
            faults,
            [
                "rps: “many” is not a number; write a whole number from 10 to 400 requests/s.",
                "target: “500” is out of range; write a whole number from 10 to 95 %.",
                "delay: “0.35” lies between two steps; write a number in steps of 0.1 from 0 to 5 min.",
                "late: “yes” is neither on nor off.",
                "bet: “9” is neither skip nor a choice from 1 to 4.",
                "colour: there is no such setting here; there are rps, target, delay, late, later, \
                 act, bet, seed, t.",
                "t: “-1” is not within the run; write seconds from 0 to 1260.",
            ]
        );
    }

    #[test]
    fn holes_are_filled_after_the_patches_of_the_switches_that_are_on() {
        let mut state = State::new(&FIGURE);
        assert_eq!(
            scenario_json(&FIGURE, &state)["traffic"]["points"],
            json!([[0, 130], [360, 170]])
        );
        assert_eq!(scenario_json(&FIGURE, &state)["metrics"]["publish_delay_s"], json!(0));
        state.switches = vec![false, true];
        assert_eq!(scenario_json(&FIGURE, &state)["duration_s"], json!(1260), "it needs the first");
        state.switches = vec![true, true];
        state.values[0] = 200.0;
        let scenario = scenario_json(&FIGURE, &state);
        assert_eq!(scenario["duration_s"], json!(2520));
        assert_eq!(scenario["metrics"]["publish_delay_s"], json!(150));
        assert_eq!(scenario["traffic"]["points"][1], json!([360, 200]));
    }

    #[test]
    fn a_hole_can_be_another_number_than_its_control() {
        let filled = |mut hole: Value| {
            fill(&mut hole, &|name| (name == "gap").then_some(10.0));
            hole
        };
        let hole = json!([{ "$": "gap", "times": 60, "plus": 1500 }, { "$": "gap", "times": -1 }]);
        assert_eq!(filled(hole), json!([2100, -10]));
        assert_eq!(filled(json!({ "$": "none", "or": 15, "times": 60 })), json!(900));
        assert_eq!(filled(json!({ "$": "none", "plus": 1 })), json!({ "$": "none", "plus": 1 }));
    }

    #[test]
    fn of_another_acts_switches_none_is_on() {
        let state = State { switches: Vec::new(), values: Vec::new(), ..State::new(&FIGURE) };
        let act = &FIGURE.acts[0];
        assert!(!state.is_on(act, "late") && !state.is_on(act, "later"));
        assert_eq!(state.value(act, "rps"), None);
    }

    #[test]
    fn merging_follows_the_rfc() {
        // Examples of RFC 7396, appendix A.
        for (mut target, patch, result) in [
            (json!({"a": "b"}), json!({"a": "c"}), json!({"a": "c"})),
            (json!({"a": "b", "b": "c"}), json!({"a": null}), json!({"b": "c"})),
            (json!({"a": ["b"]}), json!({"a": "c"}), json!({"a": "c"})),
            (json!({"a": [{"b": "c"}]}), json!({"a": [1]}), json!({"a": [1]})),
            (json!(["a", "b"]), json!(["c", "d"]), json!(["c", "d"])),
            (json!({"e": null}), json!({"a": 1}), json!({"e": null, "a": 1})),
            (json!([1, 2]), json!({"a": "b", "c": null}), json!({"a": "b"})),
            (json!({}), json!({"a": {"bb": {"ccc": null}}}), json!({"a": {"bb": {}}})),
        ] {
            merge(&mut target, &patch);
            assert_eq!(target, result);
        }
    }

    fn any_state() -> impl Strategy<Value = State> {
        let act = &FIGURE.acts[0];
        let values: Vec<_> = act
            .controls
            .iter()
            .map(|control| {
                (control.min..=control.max).prop_map(|value| control.snap(value)).boxed()
            })
            .collect();
        let t_s = (0..=1260u16).prop_map(f64::from);
        let bet = prop_oneof![
            Just(None),
            Just(Some(Bet::Skipped)),
            (0..4usize).prop_map(|choice| Some(Bet::Choice(choice)))
        ];
        let switches = prop::collection::vec(any::<bool>(), act.switches.len());
        (values, switches, any::<Option<u64>>(), t_s, bet).prop_map(
            |(values, switches, seed, t_s, bet)| State { act: 0, values, switches, seed, t_s, bet },
        )
    }

    proptest! {
        #[test]
        fn a_link_restores_the_state(state in any_state()) {
            let (restored, faults) = State::from_params(&FIGURE, &state.to_params(&FIGURE));
            prop_assert_eq!(faults, Vec::<String>::new());
            prop_assert_eq!(restored, state);
        }

        #[test]
        fn whatever_a_link_says_the_figure_opens(
            params in prop::collection::vec(("rps|t|bet|act|seed|late|\\PC*", "-?[0-9.e]{0,9}|\\PC*"), 0..6)
        ) {
            let (state, _) = State::from_params(&FIGURE, &params);
            let act = state.told(&FIGURE);
            for (control, value) in act.controls.iter().zip(&state.values) {
                prop_assert!((control.min..=control.max).contains(value));
            }
            prop_assert!((0.0..=state.duration_s(&FIGURE)).contains(&state.t_s));
        }
    }
}
