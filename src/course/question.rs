//! Questions with feedback for each wrong answer, and how they are marked.

/// A question below a section's text.
#[derive(Debug, Clone)]
pub struct Question {
    /// Its name in stored progress, unique in its section.
    pub id: String,
    /// What is asked.
    pub prompt: String,
    /// How it is answered.
    pub answer: Kind,
    /// Said with the right answer: why it is right.
    pub why: String,
}

/// How a question is answered.
#[derive(Debug, Clone)]
pub enum Kind {
    /// By choosing one; exactly one is right.
    Choice(Vec<Answer>),
    /// By typing a number.
    Number(Number),
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
    pub value: f64,
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
    pub value: f64,
    /// What the mistake is.
    pub feedback: String,
}

/// What came of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mark<'q> {
    /// Right.
    Right,
    /// Wrong, with the idea behind it and where it fails.
    Wrong(&'q str),
    /// Not a number.
    Unreadable,
}

/// A typed number is short; longer text is not read.
const LONGEST_NUMBER: usize = 32;

impl Number {
    /// Marks what was typed. A decimal comma, spaces and the unit may be there.
    pub fn mark<'q>(&'q self, typed: &str) -> Mark<'q> {
        let Some(value) = read_number(typed, &self.unit) else { return Mark::Unreadable };
        let near = |wanted: f64| (value - wanted).abs() <= self.tolerance;
        if near(self.value) {
            return Mark::Right;
        }
        let mistake = self.mistakes.iter().find(|mistake| near(mistake.value));
        Mark::Wrong(mistake.map_or(&self.hint, |mistake| &mistake.feedback))
    }
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
    use super::*;

    fn number() -> Number {
        let mistakes = vec![Mistake { value: 4.0, feedback: "rounded down".to_owned() }];
        let (unit, hint) = ("tasks".to_owned(), "try again".to_owned());
        Number { unit, value: 5.0, tolerance: 0.01, mistakes, hint }
    }

    #[test]
    fn a_number_may_be_typed_as_people_type_it() {
        for typed in ["5", " 5 ", "5 tasks", "5tasks", "5,0", "5.0 %", "5.009"] {
            assert_eq!(number().mark(typed), Mark::Right, "{typed}");
        }
    }

    #[test]
    fn a_known_mistake_is_named_and_others_get_the_hint() {
        assert_eq!(number().mark("4"), Mark::Wrong("rounded down"));
        assert_eq!(number().mark("6"), Mark::Wrong("try again"));
    }

    #[test]
    fn what_is_no_number_is_not_marked_wrong() {
        for typed in ["", "five", "inf", "NaN", "5.0.0", &"5".repeat(40)] {
            assert_eq!(number().mark(typed), Mark::Unreadable, "{typed}");
        }
    }
}
