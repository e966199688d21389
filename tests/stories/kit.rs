//! A section under test, and runs of its figure.

use headroom::course::figure::Figure;
use headroom::course::{Lesson, Section, open};
use headroom::figure::goals::is_met;
use headroom::figure::run::Run;
use headroom::figure::state::State;
use headroom_model::time::Micros;
use headroom_model::trace::{Decision, Station, Trace};
use headroom_model::{Player, simulate};

use crate::{lessons, prose};

/// A section under test.
pub(crate) struct Story {
    pub(crate) section: &'static Section,
    pub(crate) lesson: &'static Lesson,
}

/// One run of one of its acts.
pub(crate) struct Played {
    pub(crate) figure: &'static Figure,
    pub(crate) state: State,
    pub(crate) run: Run,
}

impl Story {
    pub(crate) fn of(slug: &str) -> Self {
        let section = Section::by_slug(slug).expect("there is such a section");
        let faults = open(|slug| lessons::data(slug).map(|data| data.to_string()));
        assert_eq!(faults, Vec::<String>::new());
        Self { section, lesson: section.lesson().expect("it is finished") }
    }

    /// Plays an act, counted from 1, with some controls set and switches on.
    pub(crate) fn play(&self, act: usize, set: &[(&str, f64)], on: &[&str]) -> Played {
        let figure = &self.lesson.figure;
        let mut state = State::at_act(figure, act - 1);
        let told = state.told(figure);
        for (name, value) in set {
            let index = told.controls.iter().position(|control| control.name == *name);
            let index = index.unwrap_or_else(|| panic!("there is no control {name}"));
            let control = &told.controls[index];
            assert_eq!(control.read(&value.to_string()), Ok(*value), "{name} can be set so");
            state.values[index] = *value;
        }
        for name in on {
            let index = told.switches.iter().position(|switch| switch.name == *name);
            state.switches[index.unwrap_or_else(|| panic!("there is no switch {name}"))] = true;
        }
        let run = Run::of(&mut Player::default(), figure, &state).expect("the scenario is valid");
        Played { figure, state, run }
    }

    /// The section says this sentence, or this part of one.
    pub(crate) fn says(&self, sentence: &str) {
        assert!(self.words().contains(sentence), "the section does not say: {sentence}");
    }

    /// All that the section says, in one string.
    pub(crate) fn words(&self) -> String {
        let Lesson { figure, questions } = self.lesson;
        let mut words = prose::words(&prose::parts(self.section).concat());
        let mut say = |said: &str| words.extend([said, " "]);
        for act in &figure.acts {
            [&act.question, &act.reveal, &act.caption].into_iter().for_each(|said| say(said));
            for choice in act.prediction.iter().flat_map(|prediction| &prediction.choices) {
                say(&choice.label);
                say(&choice.feedback);
            }
        }
        for question in questions.iter().map(|question| question.variant(0)) {
            say(&question.prompt);
            say(&question.why);
        }
        words
    }
}

impl Played {
    /// Each change of the desired count: when, from, to.
    pub(crate) fn moves(&self) -> Vec<(f64, u32, u32)> {
        let moved = |d: &&Decision| d.desired_before != d.desired_after;
        let decisions = self.run.trace.decisions.iter().filter(moved);
        decisions.map(|d| (d.t_s, d.desired_before, d.desired_after)).collect()
    }

    /// The decision at a time [s].
    pub(crate) fn decision(&self, t_s: f64) -> &Decision {
        let found = self.run.trace.decisions.iter().find(|decision| decision.t_s == t_s);
        found.unwrap_or_else(|| panic!("nothing was decided at {t_s} s"))
    }

    /// The service's CPU in the minute that ends then [%].
    pub(crate) fn cpu(&self, end_s: f64) -> f64 {
        let minute = self.run.trace.minutes.iter().find(|minute| minute.t_s == end_s);
        minute.and_then(|minute| minute.cpu_percent).expect("there is such a minute")
    }

    pub(crate) fn peak(&self) -> u32 {
        self.run.trace.summary.peak_running
    }

    pub(crate) fn desired_at_end(&self) -> u32 {
        self.run.trace.minutes.last().expect("it lasts").desired
    }

    pub(crate) fn task_hours(&self) -> f64 {
        self.run.trace.summary.task_seconds / 3600.0
    }

    pub(crate) fn rejected(&self) -> f64 {
        self.run.trace.summary.rejected
    }

    /// The most that a task serves [requests/s].
    pub(crate) fn capacity_of_a_task(&self) -> f64 {
        self.run.scenario.service.task.capacity_rps(1.0)
    }

    /// Whether a goal of the act, counted from 1, is met.
    pub(crate) fn meets(&self, goal: usize) -> bool {
        let act = self.state.told(self.figure);
        is_met(&act.goals[goal - 1], act, &self.state, &self.run)
    }
}

/// Requires something of at least 95 in 100 exact runs of a figure's scenario up to
/// a time [s].
pub(crate) fn in_most_seeds(played: &Played, until_s: u64, happens: impl Fn(&Trace) -> bool) {
    seeds(|seed| {
        let mut scenario = played.run.scenario.clone();
        scenario.duration = Micros::from_whole_s(until_s);
        scenario.seed = seed;
        happens(&simulate(&scenario, Station::Exact))
    });
}

/// Requires that something happens with at least 95 in 100 seeds: of a sample of
/// them, of a hundred with HEADROOM_VERIFY=1.
pub(crate) fn seeds(happens: impl Fn(u64) -> bool) {
    let seeds = if std::env::var_os("HEADROOM_VERIFY").is_some() { 100 } else { 20 };
    let missed: Vec<u64> = (1..=seeds).filter(|seed| !happens(*seed)).collect();
    assert!(20 * missed.len() as u64 <= seeds, "it does not happen with the seeds {missed:?}");
}

pub(crate) fn near(value: f64, wanted: f64, by: f64) {
    assert!((value - wanted).abs() <= by, "{value} is not within {by} of {wanted}");
}
