//! A question with its answers and what is said to each of them.

use super::dom::{El, el, value_of};
use super::shell::Shell;
use super::signal::Signal;
use crate::course::question::{Kind, Mark, Question};
use crate::progress::Deed;

/// A question, the one at this place of its section, from 1. Any number of
/// tries; the first right one is noted.
pub(super) fn question(
    shell: Shell,
    number: usize,
    question: &'static Question,
    note: impl Fn(Deed) + Copy + 'static,
) -> El {
    let mark = Signal::new(None::<Mark<'static>>);
    let answer = move |given: Mark<'static>| {
        mark.set(Some(given));
        shell.announce(said(given, question).concat());
        if given == Mark::Right {
            note(Deed::Answer(question.id.clone()));
        }
    };
    let legend = el("legend", "")
        .child(el("span", "number").text(&number.to_string()).text(" "))
        .text(&question.prompt);
    let feedback = move || {
        let mark = mark.get()?;
        let class = if mark == Mark::Right { "feedback right" } else { "feedback" };
        let [verdict, why] = said(mark, question);
        Some(el("p", class).child(el("strong", "").text(verdict)).text(why))
    };
    el("fieldset", "ask")
        .child(legend)
        .children(fields(question, answer))
        .live(move || feedback().into_iter().collect())
}

fn said<'q>(mark: Mark<'q>, question: &'q Question) -> [&'q str; 2] {
    match mark {
        Mark::Right => ["Right. ", &question.why],
        Mark::Wrong(feedback) => ["Not quite. ", feedback],
        Mark::Unreadable => ["Not a number. ", "Type digits, as in 12.5."],
    }
}

fn fields(question: &'static Question, answer: impl Fn(Mark<'static>) + Copy + 'static) -> Vec<El> {
    match &question.answer {
        Kind::Choice(answers) => {
            let radio = |choice: &'static crate::course::question::Answer| {
                let given = choice.wrong.as_deref().map_or(Mark::Right, Mark::Wrong);
                let button = el("input", "")
                    .attr("type", "radio")
                    .attr("name", &question.id)
                    .on("change", move |_| answer(given));
                el("label", "answer").child(button).child(el("span", "").text(&choice.text))
            };
            answers.iter().map(radio).collect()
        }
        Kind::Number(expected) => {
            let text = Signal::new(String::new());
            let field = el("input", "")
                .attr("type", "text")
                .attr("inputmode", "decimal")
                .attr("autocomplete", "off")
                .attr("maxlength", "32")
                .attr("name", &question.id)
                .on("input", move |event| text.set(value_of(&event)));
            let name = el("span", "hidden").text("Your answer in ").text(&expected.unit);
            let unit = el("span", "").attr("aria-hidden", "true").text(&expected.unit);
            let check = el("button", "").attr("type", "submit").text("Check");
            let form = el("form", "typed")
                .attr("novalidate", "")
                .on("submit", move |event| {
                    event.prevent_default();
                    answer(text.with_untracked(|text| expected.mark(text)));
                })
                .child(el("label", "").child(name).child(field))
                .child(unit)
                .child(check);
            vec![form]
        }
    }
}
