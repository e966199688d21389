//! The stage: a figure told to a room, one thing at a time.
//!
//! Each act goes question → bet → run → why → try, and on to the next act.
//! An act that asks for no bet goes without that step.

use crate::course::figure::Figure;
use crate::figure::state::{Bet, State};

/// Where the telling is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stage {
    /// The act, from 0.
    pub act: usize,
    /// What is shown of it.
    pub step: Step,
    /// Hands counted for each choice of the act's prediction.
    pub hands: Vec<u32>,
    /// The choice that was counted last, while that can be taken back.
    last: Option<usize>,
    /// Whether the result is hidden again, to ask once more.
    pub is_hidden: bool,
}

/// What is shown of an act.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// The question, with what is known so far.
    Question,
    /// The choices, and the hands for each.
    Bet,
    /// The run.
    Run,
    /// Why it went so.
    Why,
    /// The sliders, for what the room wants to see.
    Try,
}

impl Step {
    const ORDER: [Self; 5] = [Self::Question, Self::Bet, Self::Run, Self::Why, Self::Try];

    /// Its name, for style sheets.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Question => "question",
            Self::Bet => "bet",
            Self::Run => "run",
            Self::Why => "why",
            Self::Try => "try",
        }
    }
}

impl Stage {
    /// An act of a figure, at its question.
    pub fn at_act(figure: &Figure, act: usize) -> Self {
        let act = act.min(figure.acts.len() - 1);
        let choices = figure.acts[act].prediction.as_ref().map_or(0, |asked| asked.choices.len());
        Self { act, step: Step::Question, hands: vec![0; choices], last: None, is_hidden: false }
    }

    /// The next step, or the next act; at the very end it stays.
    pub fn next(&mut self, figure: &Figure) {
        let at = Step::ORDER.iter().position(|step| *step == self.step);
        let after = Step::ORDER.iter().skip(at.map_or(0, |at| at + 1));
        if let Some(step) = after.copied().find(|step| self.has(*step)) {
            self.step = step;
        } else if self.act + 1 < figure.acts.len() {
            *self = Self::at_act(figure, self.act + 1);
        }
        self.is_hidden = false;
    }

    /// The step before, or the act before; at the very beginning it stays.
    pub fn back(&mut self, figure: &Figure) {
        let before = Step::ORDER.iter().take_while(|step| **step != self.step);
        if let Some(step) = before.copied().filter(|step| self.has(*step)).last() {
            self.step = step;
        } else if self.act > 0 {
            *self = Self::at_act(figure, self.act - 1);
        }
        self.is_hidden = false;
    }

    fn has(&self, step: Step) -> bool {
        step != Step::Bet || !self.hands.is_empty()
    }

    /// The key that counts a hand for a choice, from 0: the number of tasks
    /// that it stands for, or else its place, from 1.
    pub fn key_of(&self, figure: &Figure, choice: usize) -> Option<usize> {
        let choices = &figure.acts[self.act].prediction.as_ref()?.choices;
        let tasks =
            || choices.iter().map(|choice| choice.tasks.filter(|tasks| (1..=9).contains(tasks)));
        if tasks().all(|tasks| tasks.is_some()) {
            tasks().nth(choice)?.map(|tasks| tasks as usize)
        } else {
            (choice < choices.len().min(9)).then_some(choice + 1)
        }
    }

    /// Counts a hand for the choice with this key, if there is one.
    pub fn count_key(&mut self, figure: &Figure, key: usize) {
        let choice = (0..self.hands.len()).find(|choice| self.key_of(figure, *choice) == Some(key));
        if let Some(choice) = choice {
            self.count_hand(choice);
        }
    }

    /// Counts a hand for a choice, from 0; nothing if there is no such choice.
    pub fn count_hand(&mut self, choice: usize) {
        if let Some(hands) = self.hands.get_mut(choice) {
            *hands = hands.saturating_add(1);
            self.last = Some(choice);
        }
    }

    /// Takes back the hand that was counted last.
    pub fn take_hand_back(&mut self) {
        if let Some(hands) = self.last.take().and_then(|last| self.hands.get_mut(last)) {
            *hands = hands.saturating_sub(1);
        }
    }

    /// The room's bet: the choice with the most hands, the first of equals.
    pub fn bet(&self) -> Bet {
        let most = self.hands.iter().max().filter(|hands| **hands > 0);
        let choice = most.and_then(|most| self.hands.iter().position(|hands| hands == most));
        choice.map_or(Bet::Skipped, Bet::Choice)
    }

    /// What the figure is to show at this step: the act as it opens until the
    /// room has bet, and then the run. What was tried stays until another act.
    pub fn show(&self, figure: &Figure, state: &mut State) {
        let opened = State::at_act(figure, self.act);
        let shows_result =
            matches!(self.step, Step::Run | Step::Why | Step::Try) && !self.is_hidden;
        if !shows_result || state.act != self.act {
            *state = State { seed: state.seed, ..opened };
        }
        if shows_result {
            let act = state.told(figure);
            state.bet = act.prediction.as_ref().map(|_| self.bet());
            match self.step {
                Step::Run => {
                    state.t_s = act.prediction.as_ref().map_or(0.0, |asked| asked.fog_from_s);
                }
                Step::Why => state.t_s = act.why_s,
                Step::Question | Step::Bet | Step::Try => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::LazyLock;

    use super::*;
    use crate::course::figure::Act;
    use crate::figure::sample::FIGURE;

    static TWO: LazyLock<Figure> = LazyLock::new(|| {
        let act = &FIGURE.acts[0];
        let acts = vec![act.clone(), Act { prediction: None, ..act.clone() }];
        Figure { acts, ..FIGURE.clone() }
    });

    #[test]
    fn it_goes_through_all_steps_of_all_acts_and_back() {
        let mut stage = Stage::at_act(&TWO, 0);
        let mut forth = vec![(stage.act, stage.step)];
        for _ in 0..8 {
            stage.next(&TWO);
            forth.push((stage.act, stage.step));
        }
        use Step::{Bet, Question, Run, Try, Why};
        let steps = [Question, Bet, Run, Why, Try].map(|step| (0, step)).into_iter();
        let steps = steps.chain([Question, Run, Why, Try].map(|step| (1, step)));
        assert_eq!(forth, steps.collect::<Vec<_>>());

        let end = stage.clone();
        stage.next(&TWO);
        assert_eq!(stage, end, "the end is the end");
        for _ in 0..9 {
            stage.back(&TWO);
        }
        assert_eq!(stage, Stage::at_act(&TWO, 0));
    }

    #[test]
    fn the_most_hands_are_the_bet() {
        let mut stage = Stage::at_act(&FIGURE, 0);
        assert_eq!(stage.bet(), Bet::Skipped);
        for choice in [0, 2, 2, 9] {
            stage.count_hand(choice);
        }
        assert_eq!((stage.hands.as_slice(), stage.bet()), (&[1, 0, 2, 0][..], Bet::Choice(2)));
        stage.take_hand_back();
        assert_eq!((stage.hands.as_slice(), stage.bet()), (&[1, 0, 1, 0][..], Bet::Choice(0)));
        stage.take_hand_back();
        assert_eq!(stage.hands, [1, 0, 1, 0], "one hand at most");
    }

    #[test]
    fn a_number_of_tasks_is_its_own_key() {
        let mut stage = Stage::at_act(&FIGURE, 0);
        for key in [5, 5, 7, 1] {
            stage.count_key(&FIGURE, key);
        }
        assert_eq!(stage.hands, [0, 2, 0, 1]);
    }

    #[test]
    fn nothing_is_given_away_before_the_run() {
        let mut stage = Stage::at_act(&FIGURE, 0);
        let mut state = State::new(&FIGURE);
        state.values[0] = 300.0;
        state.bet = Some(Bet::Choice(1));
        state.t_s = 1260.0;
        stage.show(&FIGURE, &mut state);
        assert_eq!(state, State::new(&FIGURE));

        stage.step = Step::Run;
        stage.count_hand(1);
        stage.show(&FIGURE, &mut state);
        assert_eq!(
            (state.bet, state.t_s),
            (Some(Bet::Choice(1)), 540.0),
            "it runs from the question"
        );

        stage.is_hidden = true;
        stage.show(&FIGURE, &mut state);
        assert_eq!(state, State::new(&FIGURE));
    }
}
