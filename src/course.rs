//! The course: thirteen sections as data.
//!
//! A section is text (Markdown) and data (YAML: a figure with scenarios, sliders
//! that fill their holes, a prediction, goals; questions). Both stand beside this
//! file and are put into the page when the site is built; the app [opens](open)
//! the course with what the page holds. Nothing here knows a browser.

pub mod figure;
#[cfg(test)]
pub(crate) mod lessons;
pub mod question;
pub mod read;
pub mod term;

use std::sync::OnceLock;

use self::figure::Figure;
use self::question::Question;

/// A section of the course.
#[derive(Debug, Clone, Copy)]
pub struct Section {
    /// Its place in the course, from 0.
    pub number: u8,
    /// Its name in links.
    pub slug: &'static str,
    /// Its title.
    pub title: &'static str,
    /// What it shows, in a sentence or two.
    pub promise: &'static str,
    /// How long it takes [minutes].
    pub minutes: u8,
}

/// The content of a finished section.
#[derive(Debug, Clone)]
pub struct Lesson {
    /// Its main figure.
    pub figure: Figure,
    /// Questions below the prose.
    pub questions: Vec<Question>,
}

/// The lessons of the sections, in their order, once the course is open.
static LESSONS: OnceLock<Vec<Option<Lesson>>> = OnceLock::new();

/// Opens the course with the data of its sections: `data` gives that of a slug as
/// JSON, and nothing for a section that is still to come. What cannot be read is
/// told, and stays closed. It is opened once; later calls change nothing.
pub fn open(data: impl Fn(&str) -> Option<String>) -> Vec<String> {
    let mut told = Vec::new();
    LESSONS.get_or_init(|| {
        let lesson = |section: &Section| {
            let data = serde_json::from_str(&data(section.slug)?);
            match data.map_err(|error| error.to_string()).and_then(|data| read::lesson(&data)) {
                Ok(lesson) => Some(lesson),
                Err(fault) => {
                    told.push([section.title, ": ", &fault].concat());
                    None
                }
            }
        };
        SECTIONS.iter().map(lesson).collect()
    });
    told
}

/// The page of what was missed and what was done: it has an address like a section.
pub const REVIEW: &Section = &Section {
    number: 13,
    slug: "review",
    title: "Review",
    promise: "Questions that you missed, and all that you did so far.",
    minutes: 5,
};

/// The front door.
pub const FIRST: &Section = &SECTIONS[0];

/// All sections, in order.
pub const SECTIONS: [Section; 13] = [
    Section {
        number: 0,
        slug: "the-spike",
        title: "The spike",
        promise: "Traffic triples within a minute. See what the scaler can do about it, and what \
                  only you can.",
        minutes: 5,
    },
    Section {
        number: 1,
        slug: "up-or-out",
        title: "Up or out",
        promise: "One task with four cores against four with one core each, at the same price: which \
         answers sooner, which survives a crash, and which can grow in small steps.",
        minutes: 9,
    },
    Section {
        number: 2,
        slug: "desired-running-pending",
        title: "Desired, running, pending",
        promise: "Nobody starts a task. You state a number, and a loop closes the difference: \
                  crash a task, fail its health check, or change the number, and watch the loop \
                  at work.",
        minutes: 7,
    },
    Section {
        number: 3,
        slug: "target-tracking",
        title: "Target tracking",
        promise: "You give one number. Find out why a fifth task comes, why none of the five \
                  leaves, and what a late reading does.",
        minutes: 12,
    },
    Section {
        number: 4,
        slug: "the-slow-first-minutes",
        title: "The slow first minutes",
        promise: "Where the minutes go between a spike and the first task that helps, as one line from \
         the first busy second to a warm task, with four remedies to switch on.",
        minutes: 10,
    },
    Section {
        number: 5,
        slug: "step-scaling",
        title: "Step scaling",
        promise: "A table of steps that you edit on the chart itself, and the rule that tells when two \
         thresholds stand so close that they fight.",
        minutes: 9,
    },
    Section {
        number: 6,
        slug: "ahead-of-time",
        title: "Ahead of time",
        promise: "Scheduled actions on the clock of a day and a week: capacity that is there before the \
         traffic is, and a Friday evening that lasts until Monday.",
        minutes: 10,
    },
    Section {
        number: 7,
        slug: "which-metric",
        title: "Which metric?",
        promise: "CPU, memory and requests per target over the same load. One cannot rise past its \
         ceiling, one never comes down, and one falls just when it should rise.",
        minutes: 9,
    },
    Section {
        number: 8,
        slug: "fast-out-slow-in",
        title: "Fast out, slow in",
        promise: "Two bursts and the gap between them, for you to drag: when has the second burst been \
         paid for by the first, and what does a cooldown really hold back?",
        minutes: 10,
    },
    Section {
        number: 9,
        slug: "state-in-the-task",
        title: "State in the task",
        promise: "A user logs in on one task out of four and clicks four times. See who remembers the \
         user as one task becomes two, four and ten.",
        minutes: 9,
    },
    Section {
        number: 10,
        slug: "state-outside-the-task",
        title: "State outside the task",
        promise: "A token, a session store and sticky sessions, side by side: the same users, the same \
         seconds, and the same bad luck for each.",
        minutes: 10,
    },
    Section {
        number: 11,
        slug: "the-whole-thing",
        title: "The whole thing",
        promise: "A production configuration with all its policies and schedules, on a real day of \
         traffic. Then paste your own and see what it does.",
        minutes: 12,
    },
    Section {
        number: 12,
        slug: "explain-it",
        title: "Explain it",
        promise: "No figure gives the answer here. You do the sum, the model checks it, and you say in \
         your own words why it comes out so.",
        minutes: 12,
    },
];

impl PartialEq for Section {
    /// Two sections are the same if their names in links are.
    fn eq(&self, other: &Self) -> bool {
        self.slug == other.slug
    }
}

impl Section {
    /// The section with this name in links, or the review.
    pub fn by_slug(slug: &str) -> Option<&'static Self> {
        SECTIONS.iter().chain([REVIEW]).find(|section| section.slug == slug)
    }

    /// What it teaches; `None` while it is still to come, or the course is not open.
    pub fn lesson(&self) -> Option<&'static Lesson> {
        LESSONS.get()?.get(usize::from(self.number))?.as_ref()
    }

    /// The section before this one.
    pub fn before(&self) -> Option<&'static Self> {
        SECTIONS.get(usize::from(self.number).checked_sub(1)?)
    }

    /// The section after this one.
    pub fn after(&self) -> Option<&'static Self> {
        SECTIONS.get(usize::from(self.number) + 1)
    }

    /// The address of the section as it opens.
    pub fn href(&self) -> String {
        ["#/", self.slug].concat()
    }
}
