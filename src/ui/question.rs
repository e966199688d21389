//! A question with its answers and what is said to each of them.

use leptos::prelude::*;

use super::shell::Shell;
use super::view;
use crate::course::question::{Answer, Kind, Mark, Number, Question};
use crate::progress::Deed;

/// A question. Any number of tries; the first right one is noted.
#[component]
pub(super) fn QuestionView(
    /// Its place among the section's questions, from 1.
    number: usize,
    /// The question.
    question: &'static Question,
    /// Notes what was done in this section.
    note: Callback<Deed>,
) -> impl IntoView {
    let mark = RwSignal::new(None::<Mark>);
    let shell = expect_context::<Shell>();
    let answer = move |given: Mark| {
        mark.set(Some(given));
        shell.announce(said(given, question).concat());
        if given == Mark::Right {
            note.run(Deed::Answer(question.id.to_owned()));
        }
    };
    let field = match question.kind {
        Kind::Choice(answers) => choice(question.id, answers, answer).into_any(),
        Kind::Number(expected) => typed(question.id, expected, answer).into_any(),
    };
    let feedback = move || {
        let mark = mark.get()?;
        let class = if mark == Mark::Right { "feedback right" } else { "feedback" };
        let [verdict, why] = said(mark, question);
        Some(view! { <p class=class><strong>{verdict}</strong>{why}</p> })
    };
    view! {
        <fieldset class="ask">
            <legend><span class="number">{number}" "</span>{question.prompt}</legend>
            {field}
            {feedback}
        </fieldset>
    }
}

fn said(mark: Mark, question: &Question) -> [&'static str; 2] {
    match mark {
        Mark::Right => ["Right. ", question.why],
        Mark::Wrong(feedback) => ["Not quite. ", feedback],
        Mark::Unreadable => ["Not a number. ", "Type digits, as in 12.5."],
    }
}

fn choice(
    id: &'static str,
    answers: &'static [Answer],
    answer: impl Fn(Mark) + Copy + Send + Sync + 'static,
) -> impl IntoView {
    let radio = |choice: &'static Answer| {
        let given = choice.wrong.map_or(Mark::Right, Mark::Wrong);
        view! {
            <label class="answer">
                <input type="radio" name=id on:change=move |_| answer(given) />
                <span>{choice.text}</span>
            </label>
        }
    };
    answers.iter().map(radio).collect_view()
}

fn typed(
    id: &'static str,
    expected: Number,
    answer: impl Fn(Mark) + Copy + Send + Sync + 'static,
) -> impl IntoView {
    let text = RwSignal::new(String::new());
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        answer(text.with_untracked(|text| expected.mark(text)));
    };
    view! {
        <form class="typed" on:submit=submit novalidate>
            <label>
                <span class="hidden">"Your answer in "{expected.unit}</span>
                <input
                    type="text"
                    inputmode="decimal"
                    autocomplete="off"
                    maxlength="32"
                    name=id
                    on:input:target=move |event| text.set(event.target().value())
                />
            </label>
            <span aria-hidden="true">{expected.unit}</span>
            <button type="submit">"Check"</button>
        </form>
    }
}
