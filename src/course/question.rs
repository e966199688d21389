//! Questions with feedback for each wrong answer, and how they are marked.

/// A question below a section's text.
#[derive(Debug, Clone, Copy)]
pub struct Question {
    /// Its name in stored progress, unique in its section.
    pub id: &'static str,
    /// What is asked.
    pub prompt: &'static str,
    /// How it is answered.
    pub kind: Kind,
    /// Said with the right answer: why it is right.
    pub why: &'static str,
}

/// How a question is answered.
#[derive(Debug, Clone, Copy)]
pub enum Kind {
    /// By choosing one; exactly one is right.
    Choice(&'static [Answer]),
    /// By typing a number.
    Number(Number),
}

/// An answer to choose.
#[derive(Debug, Clone, Copy)]
pub struct Answer {
    /// What it says.
    pub text: &'static str,
    /// What is wrong with it; `None` if it is right.
    pub wrong: Option<&'static str>,
}

/// A number to type.
#[derive(Debug, Clone, Copy)]
pub struct Number {
    /// Its unit, as it is read after the field.
    pub unit: &'static str,
    /// The right value.
    pub value: f64,
    /// How far off still counts as right.
    pub tolerance: f64,
    /// Values that a known mistake leads to, with what the mistake is.
    pub mistakes: &'static [(f64, &'static str)],
    /// Said to any other wrong value.
    pub hint: &'static str,
}

/// What came of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mark {
    /// Right.
    Right,
    /// Wrong, with the idea behind it and where it fails.
    Wrong(&'static str),
    /// Not a number.
    Unreadable,
}

/// A typed number is short; longer text is not read.
const LONGEST_NUMBER: usize = 32;

impl Number {
    /// Marks what was typed. A decimal comma, spaces and the unit may be there.
    pub fn mark(&self, typed: &str) -> Mark {
        let Some(value) = read_number(typed, self.unit) else { return Mark::Unreadable };
        let near = |wanted: f64| (value - wanted).abs() <= self.tolerance;
        if near(self.value) {
            return Mark::Right;
        }
        let mistake = self.mistakes.iter().find(|(wrong, _)| near(*wrong));
        Mark::Wrong(mistake.map_or(self.hint, |(_, feedback)| feedback))
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

    const NUMBER: Number = Number {
        unit: "tasks",
        value: 5.0,
        tolerance: 0.01,
        mistakes: &[(4.0, "rounded down")],
        hint: "try again",
    };

    #[test]
    fn a_number_may_be_typed_as_people_type_it() {
        for typed in ["5", " 5 ", "5 tasks", "5tasks", "5,0", "5.0 %", "5.009"] {
            assert_eq!(NUMBER.mark(typed), Mark::Right, "{typed}");
        }
    }

    #[test]
    fn a_known_mistake_is_named_and_others_get_the_hint() {
        assert_eq!(NUMBER.mark("4"), Mark::Wrong("rounded down"));
        assert_eq!(NUMBER.mark("6"), Mark::Wrong("try again"));
    }

    #[test]
    fn what_is_no_number_is_not_marked_wrong() {
        for typed in ["", "five", "inf", "NaN", "5.0.0", &"5".repeat(40)] {
            assert_eq!(NUMBER.mark(typed), Mark::Unreadable, "{typed}");
        }
    }
}
