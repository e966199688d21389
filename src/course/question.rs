//! Questions with feedback for each wrong answer, and how they are marked.
//!
//! A question may have variants: numbers that are drawn anew for another try. Then
//! its texts hold names in braces, as in `{tasks} tasks`, and its numbers are
//! [terms](Term) of these names.

use headroom_model::decimal;
use rand_core::{Rng as _, SeedableRng as _};
use rand_pcg::Pcg32;

pub use super::term::{Names, Term};

/// A question below a section's text.
#[derive(Debug, Clone)]
pub struct Question {
    /// Its name in stored progress, unique in its section.
    pub id: String,
    /// Numbers that are drawn for a variant; none in a question without variants.
    pub vary: Vec<Vary>,
    /// Numbers that follow from those before them: a name and what it stands for.
    pub compute: Vec<(String, Term)>,
    /// What is asked.
    pub prompt: String,
    /// How it is answered.
    pub answer: Kind,
    /// Said with the right answer: why it is right.
    pub why: String,
}

/// A number that differs from variant to variant: `from + k × step`, at most `to`.
#[derive(Debug, Clone)]
pub struct Vary {
    /// Its name in texts and terms.
    pub name: String,
    /// Smallest value.
    pub from: f64,
    /// Largest value.
    pub to: f64,
    /// Distance of one value to the next.
    pub step: f64,
    /// Value of the first variant, the one that everybody is asked first.
    pub first: f64,
}

/// How a question is answered.
#[derive(Debug, Clone)]
pub enum Kind {
    /// By choosing one; exactly one is right.
    Choice(Vec<Answer>),
    /// By typing a number.
    Number(Number),
    /// By putting steps in order.
    Order(Order),
    /// By choosing the line of a listing that is at fault.
    Spot(Spot),
}

/// An answer to choose.
#[derive(Debug, Clone)]
pub struct Answer {
    /// What it says.
    pub text: String,
    /// What is wrong with it; `None` if it is right.
    pub wrong: Option<String>,
}

/// A number to type.
#[derive(Debug, Clone)]
pub struct Number {
    /// Its unit, as it is read after the field.
    pub unit: String,
    /// The right value.
    pub value: Term,
    /// How far off still counts as right.
    pub tolerance: f64,
    /// Values that known mistakes lead to.
    pub mistakes: Vec<Mistake>,
    /// Said to any other wrong value.
    pub hint: String,
}

/// A value that a known mistake leads to.
#[derive(Debug, Clone)]
pub struct Mistake {
    /// The value.
    pub value: Term,
    /// What the mistake is.
    pub feedback: String,
}

/// Steps to put in order.
#[derive(Debug, Clone)]
pub struct Order {
    /// The steps, in their right order.
    pub steps: Vec<String>,
    /// Known mistakes, the gravest first.
    pub mistakes: Vec<Swap>,
    /// Said to any other wrong order.
    pub hint: String,
}

/// Two steps that are often put the wrong way round; both counted from 0.
#[derive(Debug, Clone)]
pub struct Swap {
    /// The step that comes first.
    pub early: usize,
    /// The step that comes later.
    pub late: usize,
    /// What the mistake is.
    pub feedback: String,
}

/// A listing with a line at fault.
#[derive(Debug, Clone)]
pub struct Spot {
    /// Its lines.
    pub lines: Vec<String>,
    /// The line at fault, from 0.
    pub fault: usize,
    /// Lines that are often suspected, with why they are right.
    pub innocent: Vec<(usize, String)>,
    /// Said to any other line.
    pub hint: String,
}

/// What came of an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Mark {
    /// Right.
    Right,
    /// Wrong, with the idea behind it and where it fails.
    Wrong(String),
    /// Not a number.
    Unreadable,
}

/// A typed number is short; longer text is not read.
const LONGEST_NUMBER: usize = 32;

/// A variant that does not tell right from wrong is drawn again, so often at most.
const DRAWS: u64 = 64;

impl Question {
    /// The question with the numbers of a variant put in; 0 is the first one.
    /// Variants in which a mistake would lead to the right answer are not drawn.
    pub fn variant(&self, seed: u64) -> Self {
        let drawn = (0..DRAWS).map(|draw| self.with_numbers(&self.draw(seed, draw)));
        let sound = drawn.take(if seed == 0 { 1 } else { DRAWS as usize }).find(Self::is_sound);
        sound.unwrap_or_else(|| self.with_numbers(&self.draw(0, 0)))
    }

    fn draw(&self, seed: u64, draw: u64) -> Names {
        let mut dice = dice(seed, draw);
        let mut names = Names::default();
        for vary in &self.vary {
            let values = ((vary.to - vary.from) / vary.step).round() as usize + 1;
            let drawn = vary.from + below(&mut dice, values) as f64 * vary.step;
            names.put(&vary.name, if seed == 0 { vary.first } else { drawn });
        }
        for (name, term) in &self.compute {
            let value = term.value(&names);
            names.put(name, value);
        }
        names
    }

    fn with_numbers(&self, names: &Names) -> Self {
        let mut asked = Self { vary: Vec::new(), compute: Vec::new(), ..self.clone() };
        let put_in = |text: &mut String| *text = names.put_in(text);
        put_in(&mut asked.prompt);
        put_in(&mut asked.why);
        match &mut asked.answer {
            Kind::Number(number) => {
                number.value = Term::of(number.value.value(names));
                put_in(&mut number.hint);
                for mistake in &mut number.mistakes {
                    mistake.value = Term::of(mistake.value.value(names));
                    put_in(&mut mistake.feedback);
                }
            }
            Kind::Choice(answers) => {
                for answer in answers {
                    put_in(&mut answer.text);
                    if let Some(wrong) = &mut answer.wrong {
                        put_in(wrong);
                    }
                }
            }
            Kind::Order(_) | Kind::Spot(_) => {}
        }
        asked
    }

    /// Whether exactly one answer is right.
    pub fn is_sound(&self) -> bool {
        match &self.answer {
            Kind::Choice(answers) => {
                let right = answers.iter().filter(|answer| answer.wrong.is_none()).count();
                let repeated = |index: usize| {
                    answers[..index].iter().any(|before| before.text == answers[index].text)
                };
                right == 1 && !(0..answers.len()).any(repeated)
            }
            Kind::Number(number) => {
                let right = number.value.number();
                let far = |wrong: f64| (wrong - right).abs() > 2.0 * number.tolerance;
                right.is_finite() && number.mistakes.iter().all(|it| far(it.value.number()))
            }
            Kind::Order(order) => order.mistakes.iter().all(|it| it.early < it.late),
            Kind::Spot(spot) => spot.innocent.iter().all(|(line, _)| *line != spot.fault),
        }
    }

    /// The right answer in words, for who gives up.
    pub fn answer_in_words(&self) -> String {
        match &self.answer {
            Kind::Choice(answers) => {
                let right = answers.iter().find(|answer| answer.wrong.is_none());
                right.map_or_else(String::new, |answer| answer.text.clone())
            }
            Kind::Number(number) => {
                [&decimal::shortest(number.value.number()), " ", &number.unit].concat()
            }
            Kind::Order(order) => order.steps.join(", then "),
            Kind::Spot(spot) => spot.lines[spot.fault].trim().to_owned(),
        }
    }
}

impl Number {
    /// Marks what was typed. A decimal comma, spaces and the unit may be there.
    pub fn mark(&self, typed: &str) -> Mark {
        let Some(value) = read_number(typed, &self.unit) else { return Mark::Unreadable };
        let near = |wanted: &Term| (value - wanted.number()).abs() <= self.tolerance;
        if near(&self.value) {
            return Mark::Right;
        }
        let mistake = self.mistakes.iter().find(|mistake| near(&mistake.value));
        Mark::Wrong(mistake.map_or(&self.hint, |mistake| &mistake.feedback).clone())
    }
}

impl Order {
    /// The steps in an order to begin with, which is not the right one.
    pub fn shuffled(&self, seed: u64) -> Vec<usize> {
        let mut order: Vec<_> = (0..self.steps.len()).collect();
        let mut dice = dice(seed, 0);
        for last in (1..order.len()).rev() {
            order.swap(last, below(&mut dice, last + 1));
        }
        if order.is_sorted() {
            order.reverse();
        }
        order
    }

    /// Marks an order of the steps' numbers.
    pub fn mark(&self, order: &[usize]) -> Mark {
        if order.is_sorted() {
            return Mark::Right;
        }
        let place = |step: usize| order.iter().position(|it| *it == step);
        let mistake = self.mistakes.iter().find(|it| place(it.early) > place(it.late));
        Mark::Wrong(mistake.map_or(&self.hint, |mistake| &mistake.feedback).clone())
    }
}

impl Spot {
    /// Marks a line, from 0.
    pub fn mark(&self, line: usize) -> Mark {
        if line == self.fault {
            return Mark::Right;
        }
        let innocent = self.innocent.iter().find(|(at, _)| *at == line);
        Mark::Wrong(innocent.map_or(&self.hint, |(_, feedback)| feedback).clone())
    }
}

fn dice(seed: u64, draw: u64) -> Pcg32 {
    Pcg32::seed_from_u64(seed.wrapping_mul(DRAWS).wrapping_add(draw))
}

/// A whole number below `count`, all alike to within 2^-32.
fn below(dice: &mut Pcg32, count: usize) -> usize {
    ((u64::from(dice.next_u32()) * count as u64) >> 32) as usize
}

fn read_number(typed: &str, unit: &str) -> Option<f64> {
    if typed.len() > LONGEST_NUMBER {
        return None;
    }
    let typed = typed.trim();
    let number = typed.strip_suffix(unit).unwrap_or(typed).trim_end();
    let number = number.strip_suffix('%').unwrap_or(number).trim_end();
    crate::figure::words::number(&number.replace(',', "."))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::course::read;

    fn question(answer: &serde_json::Value) -> Question {
        let data = json!({
            "id": "q", "prompt": "{tasks} tasks at {cpu} %?", "why": "{sum}", "answer": answer,
            "vary": [{ "name": "tasks", "from": 2, "to": 6, "first": 4 },
                     { "name": "cpu", "from": 75, "to": 95, "step": 5, "first": 85 }],
            "compute": [{ "name": "sum", "is": ["over", ["times", "tasks", "cpu"], 70] },
                        { "name": "wanted", "is": ["target_tracking", "tasks", "cpu", 70] }],
        });
        read::asked(&data).expect("the sample is a right question")
    }

    fn number() -> Question {
        question(&json!({ "number": { "unit": "tasks", "value": "wanted", "tolerance": 0.01,
            "mistakes": [{ "value": ["floor", "sum"], "feedback": "rounded down" }],
            "hint": "try again" } }))
    }

    fn mark(question: &Question, typed: &str) -> Mark {
        match &question.answer {
            Kind::Number(number) => number.mark(typed),
            other => panic!("{other:?} is not a number"),
        }
    }

    #[test]
    fn a_number_may_be_typed_as_people_type_it() {
        for typed in ["5", " 5 ", "5 tasks", "5tasks", "5,0", "5.0 %", "5.009"] {
            assert_eq!(mark(&number().variant(0), typed), Mark::Right, "{typed}");
        }
    }

    #[test]
    fn a_known_mistake_is_named_and_others_get_the_hint() {
        let first = number().variant(0);
        assert_eq!(first.prompt, "4 tasks at 85 %?");
        assert_eq!(first.why, "4.86");
        assert_eq!(mark(&first, "4"), Mark::Wrong("rounded down".to_owned()));
        assert_eq!(mark(&first, "6"), Mark::Wrong("try again".to_owned()));
    }

    #[test]
    fn what_is_no_number_is_not_marked_wrong() {
        for typed in ["", "five", "inf", "NaN", "5.0.0", &"5".repeat(40)] {
            assert_eq!(mark(&number().variant(0), typed), Mark::Unreadable, "{typed}");
        }
    }

    #[test]
    fn variants_differ_and_each_tells_right_from_wrong() {
        let variants: std::collections::BTreeSet<_> = (0..200)
            .map(|seed| {
                let variant = number().variant(seed);
                assert!(variant.is_sound(), "{seed}: {}", variant.prompt);
                variant.prompt
            })
            .collect();
        assert!(variants.len() > 10, "{}", variants.len());
        assert!(!variants.contains("2 tasks at 70 %?"), "70 % rounds to itself: no mistake left");
    }

    #[test]
    fn an_order_begins_wrong_and_names_the_gravest_mistake() {
        let Kind::Order(order) = question(&json!({ "order": {
            "steps": ["a", "b", "c"], "hint": "look again",
            "mistakes": [{ "early": 0, "late": 2, "feedback": "a before c" }] } }))
        .answer
        else {
            panic!("it is an order");
        };
        for seed in 0..20 {
            let begun = order.shuffled(seed);
            assert_ne!(order.mark(&begun), Mark::Right);
            assert_eq!(begun.iter().sum::<usize>(), 3);
        }
        assert_eq!(order.mark(&[0, 1, 2]), Mark::Right);
        assert_eq!(order.mark(&[2, 1, 0]), Mark::Wrong("a before c".to_owned()));
        assert_eq!(order.mark(&[1, 0, 2]), Mark::Wrong("look again".to_owned()));
    }

    #[test]
    fn a_line_at_fault_is_found() {
        let Kind::Spot(spot) = question(&json!({ "spot": {
            "listing": "one\n  two\nthree\n", "fault": 2, "hint": "look again",
            "innocent": [{ "line": 1, "feedback": "one is right" }] } }))
        .answer
        else {
            panic!("it is a listing");
        };
        assert_eq!(spot.lines, ["one", "  two", "three"]);
        assert_eq!(spot.mark(1), Mark::Right);
        assert_eq!(spot.mark(0), Mark::Wrong("one is right".to_owned()));
        assert_eq!(spot.mark(2), Mark::Wrong("look again".to_owned()));
    }
}
