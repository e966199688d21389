//! What a student has done so far, and how it is stored.
//!
//! The stored text is `headroom progress 1`, then one mark a line:
//!
//! ```text
//! target-tracking act 1
//! target-tracking bet 1.3
//! target-tracking goal 1.2
//! target-tracking answer rounding
//! ```
//!
//! Marks of sections, acts or questions that are not known here (from a newer
//! or older course) are kept. The parser is total and bounded.

pub mod code;

use std::fmt;

use crate::course::Section;
use crate::course::question::Question;
use crate::figure::state::Bet;

/// A longer text is not read.
pub const LONGEST: usize = 64 * 1024;
const FIRST_LINE: &str = "headroom progress 1";
const LONGEST_NAME: usize = 64;

/// Everything done so far.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Progress {
    /// In order, each once. They are few: a tree would be more code than help.
    marks: Vec<Mark>,
}

/// One thing done in a section.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Mark {
    /// The section's name in links.
    pub section: String,
    /// What was done there.
    pub deed: Deed,
}

/// What can be done in a section.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Deed {
    /// An act was seen to its end, or a bet was made in it; counted from 0.
    Act(u16),
    /// A goal of an act was met; both counted from 0.
    Goal(u16, u16),
    /// A question was answered rightly.
    Answer(String),
    /// A question was answered wrongly before it was answered rightly.
    Missed(String),
    /// A missed question was answered rightly when it came back.
    Recalled(String),
    /// What was bet in an act: the choice, both counted from 0, or nothing if it
    /// was skipped.
    Bet(u16, Option<u16>),
}

/// How far a section is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Extent {
    /// Nothing yet.
    Untouched,
    /// Something.
    Begun,
    /// All acts, goals and questions.
    Done,
}

/// Why a stored text is not progress.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Damaged {
    /// The line, counted from 1.
    pub line: usize,
}

impl Progress {
    /// Whether this was done.
    pub fn has(&self, mark: &Mark) -> bool {
        self.marks.binary_search(mark).is_ok()
    }

    /// Notes something done; whether it is new.
    pub fn note(&mut self, mark: Mark) -> bool {
        let place = self.marks.binary_search(&mark);
        if let Err(place) = place {
            self.marks.insert(place, mark);
        }
        place.is_err()
    }

    /// What was bet in an act of a section, if it was.
    pub fn bet(&self, section: &Section, act: usize) -> Option<Bet> {
        self.marks.iter().filter(|mark| mark.section == section.slug).find_map(|mark| {
            match mark.deed {
                Deed::Bet(at, choice) if usize::from(at) == act => {
                    Some(choice.map_or(Bet::Skipped, |choice| Bet::Choice(usize::from(choice))))
                }
                _ => None,
            }
        })
    }

    /// The questions of a section that were missed and not yet recalled.
    pub fn missed(&self, section: &Section) -> Vec<&'static Question> {
        let questions = section.lesson().map_or(&[][..], |lesson| &lesson.questions);
        let has = |deed: fn(String) -> Deed, question: &Question| {
            let section = section.slug.to_owned();
            self.has(&Mark { section, deed: deed(question.id.clone()) })
        };
        let is_open = |it: &&Question| has(Deed::Missed, it) && !has(Deed::Recalled, it);
        questions.iter().filter(is_open).collect()
    }

    /// How much is done of how much in a section: acts seen, goals met, questions
    /// answered.
    pub fn counts(&self, section: &Section) -> [(usize, usize); 3] {
        let mut counts = [(0, 0); 3];
        for deed in deeds(section) {
            let count = match deed {
                Deed::Act(_) => &mut counts[0],
                Deed::Goal(..) => &mut counts[1],
                _ => &mut counts[2],
            };
            count.1 += 1;
            count.0 += usize::from(self.has(&Mark { section: section.slug.to_owned(), deed }));
        }
        counts
    }

    /// Takes over what was done elsewhere.
    pub fn merge(&mut self, other: Self) {
        for mark in other.marks {
            self.note(mark);
        }
    }

    /// How far a section is.
    pub fn of(&self, section: &Section) -> Extent {
        let wanted = deeds(section);
        let done = wanted.iter().filter(|deed| {
            let mark = Mark { section: section.slug.to_owned(), deed: (*deed).clone() };
            self.has(&mark)
        });
        match done.count() {
            0 => Extent::Untouched,
            count if count == wanted.len() => Extent::Done,
            _ => Extent::Begun,
        }
    }

    /// Reads what [`Display`](fmt::Display) wrote.
    pub fn parse(text: &str) -> Result<Self, Damaged> {
        if text.len() > LONGEST {
            return Err(Damaged { line: 1 });
        }
        let mut lines = text.lines().enumerate();
        if lines.next().map(|(_, line)| line) != Some(FIRST_LINE) {
            return Err(Damaged { line: 1 });
        }
        let mut progress = Self::default();
        for (index, line) in lines {
            progress.note(Mark::parse(line).ok_or(Damaged { line: index + 1 })?);
        }
        Ok(progress)
    }
}

impl fmt::Display for Progress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(FIRST_LINE)?;
        self.marks.iter().try_for_each(|mark| write!(f, "\n{} {}", mark.section, mark.deed))
    }
}

impl fmt::Display for Deed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Act(act) => write!(f, "act {act}"),
            Self::Goal(act, goal) => write!(f, "goal {act}.{goal}"),
            Self::Answer(question) => write!(f, "answer {question}"),
            Self::Missed(question) => write!(f, "missed {question}"),
            Self::Recalled(question) => write!(f, "recalled {question}"),
            Self::Bet(act, Some(choice)) => write!(f, "bet {act}.{choice}"),
            Self::Bet(act, None) => write!(f, "bet {act}.skip"),
        }
    }
}

impl Mark {
    fn parse(line: &str) -> Option<Self> {
        let mut words = line.split(' ');
        let (section, kind, what) = (words.next()?, words.next()?, words.next()?);
        let deed = match kind {
            "act" => Deed::Act(what.parse().ok()?),
            "goal" => {
                let (act, goal) = what.split_once('.')?;
                Deed::Goal(act.parse().ok()?, goal.parse().ok()?)
            }
            "answer" => Deed::Answer(name(what)?),
            "missed" => Deed::Missed(name(what)?),
            "recalled" => Deed::Recalled(name(what)?),
            "bet" => {
                let (act, choice) = what.split_once('.')?;
                let choice = if choice == "skip" { None } else { Some(choice.parse().ok()?) };
                Deed::Bet(act.parse().ok()?, choice)
            }
            _ => return None,
        };
        if words.next().is_some() {
            return None;
        }
        Some(Self { section: name(section)?, deed })
    }
}

fn name(text: &str) -> Option<String> {
    let right = !text.is_empty()
        && text.len() <= LONGEST_NAME
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    right.then(|| text.to_owned())
}

/// Everything that there is to do in a section.
fn deeds(section: &Section) -> Vec<Deed> {
    let Some(lesson) = section.lesson() else { return Vec::new() };
    let mut deeds = Vec::new();
    for (index, act) in (0..).zip(&lesson.figure.acts) {
        deeds.push(Deed::Act(index));
        deeds.extend((0..).zip(&act.goals).map(|(goal, _)| Deed::Goal(index, goal)));
    }
    deeds.extend(lesson.questions.iter().map(|question| Deed::Answer(question.id.clone())));
    deeds
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::course::{FIRST, SECTIONS, lessons};

    fn done(section: &Section) -> Progress {
        lessons::open();
        let mut progress = Progress::default();
        for deed in deeds(section) {
            progress.note(Mark { section: section.slug.to_owned(), deed });
        }
        progress
    }

    #[test]
    fn a_section_is_done_when_all_of_it_is() {
        lessons::open();
        let mut progress = Progress::default();
        assert_eq!(progress.of(FIRST), Extent::Untouched);
        progress.note(Mark { section: FIRST.slug.to_owned(), deed: Deed::Act(0) });
        assert_eq!(progress.of(FIRST), Extent::Begun);
        assert_eq!(done(FIRST).of(FIRST), Extent::Done);
    }

    #[test]
    fn a_section_to_come_cannot_be_done() {
        lessons::open();
        let to_come = SECTIONS.iter().find(|section| section.lesson().is_none());
        if let Some(section) = to_come {
            assert_eq!(done(section).of(section), Extent::Untouched);
        }
    }

    #[test]
    fn damage_is_found_with_its_line() {
        for (text, line) in [
            ("", 1),
            ("{}", 1),
            ("headroom progress 2", 1),
            ("headroom progress 1\nthe-spike act 0\nthe-spike act", 3),
            ("headroom progress 1\nthe-spike act 0 again", 2),
            ("headroom progress 1\nthe-spike act 70000", 2),
            ("headroom progress 1\n<b> answer x", 2),
            (&"x".repeat(LONGEST + 1), 1),
        ] {
            assert_eq!(Progress::parse(text), Err(Damaged { line }), "{text:.40}");
        }
    }

    #[test]
    fn marks_of_another_version_of_the_course_are_kept() {
        let text = "headroom progress 1\nnot-yet-there answer new-one";
        assert_eq!(Progress::parse(text).map(|progress| progress.to_string()), Ok(text.to_owned()));
    }

    #[test]
    fn all_of_the_course_fits_in_what_is_read() {
        let all: usize = SECTIONS.iter().map(|section| done(section).to_string().len()).sum();
        assert!(all < LONGEST / 4, "{all}");
    }

    #[test]
    fn bets_are_kept_by_act() {
        let mut progress = Progress::default();
        assert_eq!(progress.bet(FIRST, 1), None);
        progress.note(Mark { section: FIRST.slug.to_owned(), deed: Deed::Bet(1, Some(2)) });
        progress.note(Mark { section: FIRST.slug.to_owned(), deed: Deed::Bet(0, None) });
        assert_eq!(progress.bet(FIRST, 1), Some(Bet::Choice(2)));
        assert_eq!(progress.bet(FIRST, 0), Some(Bet::Skipped));
    }

    #[test]
    fn a_missed_question_comes_back_until_it_is_recalled() {
        lessons::open();
        let id = "first-sum";
        let mut progress = Progress::default();
        let mut note = |deed: fn(String) -> Deed| {
            let deed = deed(id.to_owned());
            progress.note(Mark { section: FIRST.slug.to_owned(), deed });
            progress.missed(FIRST).iter().map(|question| question.id.as_str()).collect::<Vec<_>>()
        };
        assert_eq!(note(Deed::Answer), [""; 0], "it was right at once");
        assert_eq!(note(Deed::Missed), [id]);
        assert_eq!(note(Deed::Recalled), [""; 0]);
    }

    fn any_mark() -> impl Strategy<Value = Mark> {
        let deed = prop_oneof![
            any::<u16>().prop_map(Deed::Act),
            any::<(u16, u16)>().prop_map(|(act, goal)| Deed::Goal(act, goal)),
            "[a-z0-9-]{1,64}".prop_map(Deed::Answer),
            "[a-z0-9-]{1,64}".prop_map(Deed::Missed),
            "[a-z0-9-]{1,64}".prop_map(Deed::Recalled),
            any::<(u16, Option<u16>)>().prop_map(|(act, choice)| Deed::Bet(act, choice)),
        ];
        ("[a-z0-9-]{1,64}", deed).prop_map(|(section, deed)| Mark { section, deed })
    }

    proptest! {
        #[test]
        fn what_is_stored_is_read(marks in prop::collection::btree_set(any_mark(), 0..20)) {
            let progress = Progress { marks: marks.into_iter().collect() };
            prop_assert_eq!(Progress::parse(&progress.to_string()), Ok(progress));
        }

        #[test]
        fn any_text_is_progress_or_damaged(text in "(headroom progress 1\n)?([a-z]{1,5} (act|goal|answer|bet|missed) [0-9.]{0,4}\n?)*\\PC*") {
            if let Ok(progress) = Progress::parse(&text) {
                prop_assert_eq!(Progress::parse(&progress.to_string()), Ok(progress));
            }
        }
    }
}
