//! The course: thirteen sections as data.
//!
//! A section is text (Markdown beside this file, put into the page when the site
//! is built) and data (a figure: scenarios with named holes, sliders that
//! fill them, a prediction, goals; questions). Nothing here knows a browser.

pub mod desired_running_pending;
pub mod figure;
pub mod question;
pub mod target_tracking;
pub mod the_spike;

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
    /// What it teaches; `None` while it is still to come.
    pub lesson: Option<&'static Lesson>,
}

/// The content of a finished section.
#[derive(Debug, Clone, Copy)]
pub struct Lesson {
    /// Its main figure.
    pub figure: &'static Figure,
    /// Questions below the prose.
    pub questions: &'static [Question],
}

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
        lesson: Some(&the_spike::LESSON),
    },
    to_come(
        1,
        "up-or-out",
        "Up or out",
        "One task with four cores against four with one core each, at the same price: which \
         answers sooner, which survives a crash, and which can grow in small steps.",
        8,
    ),
    Section {
        number: 2,
        slug: "desired-running-pending",
        title: "Desired, running, pending",
        promise: "Nobody starts a task. You state a number, and a loop closes the difference: \
                  crash a task, fail its health check, or change the number, and watch the loop \
                  at work.",
        minutes: 7,
        lesson: Some(&desired_running_pending::LESSON),
    },
    Section {
        number: 3,
        slug: "target-tracking",
        title: "Target tracking",
        promise: "You give one number. Find out why a fifth task comes, why none of the five \
                  leaves, and what a late reading does.",
        minutes: 12,
        lesson: Some(&target_tracking::LESSON),
    },
    to_come(
        4,
        "the-slow-first-minutes",
        "The slow first minutes",
        "Where the minutes go between a spike and the first task that helps, as one line from \
         the first busy second to a warm task, with four remedies to switch on.",
        10,
    ),
    to_come(
        5,
        "step-scaling",
        "Step scaling",
        "A table of steps that you edit on the chart itself, and the rule that tells when two \
         thresholds stand so close that they fight.",
        9,
    ),
    to_come(
        6,
        "ahead-of-time",
        "Ahead of time",
        "Scheduled actions on the clock of a day and a week: capacity that is there before the \
         traffic is, and a Friday evening that lasts until Monday.",
        10,
    ),
    to_come(
        7,
        "which-metric",
        "Which metric?",
        "CPU, memory and requests per target over the same load. One cannot rise past its \
         ceiling, one never comes down, and one falls just when it should rise.",
        9,
    ),
    to_come(
        8,
        "fast-out-slow-in",
        "Fast out, slow in",
        "Two bursts and the gap between them, for you to drag: when has the second burst been \
         paid for by the first, and what does a cooldown really hold back?",
        10,
    ),
    to_come(
        9,
        "state-in-the-task",
        "State in the task",
        "A user logs in on one task out of four and clicks four times. See who remembers the \
         user as one task becomes two, four and ten.",
        9,
    ),
    to_come(
        10,
        "state-outside-the-task",
        "State outside the task",
        "A token, a session store and sticky sessions, side by side: the same users, the same \
         seconds, and the same bad luck for each.",
        10,
    ),
    to_come(
        11,
        "the-whole-thing",
        "The whole thing",
        "A production configuration with all its policies and schedules, on a real day of \
         traffic. Then paste your own and see what it does.",
        12,
    ),
    to_come(
        12,
        "explain-it",
        "Explain it",
        "No figure gives the answer here. You do the sum, the model checks it, and you say in \
         your own words why it comes out so.",
        12,
    ),
];

const fn to_come(
    number: u8,
    slug: &'static str,
    title: &'static str,
    promise: &'static str,
    minutes: u8,
) -> Section {
    Section { number, slug, title, promise, minutes, lesson: None }
}

impl PartialEq for Section {
    /// Two sections are the same if their names in links are.
    fn eq(&self, other: &Self) -> bool {
        self.slug == other.slug
    }
}

impl Section {
    /// The section with this name in links.
    pub fn by_slug(slug: &str) -> Option<&'static Self> {
        SECTIONS.iter().find(|section| section.slug == slug)
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
