//! A question with its answers and what is said to each of them.

use std::rc::Rc;

use super::dom::{El, button, el, value_of};
use super::shell::Shell;
use super::signal::Signal;
use crate::course::question::{Answer, Kind, Mark, Number, Order, Question, Spot};

/// A question, the one at this place of a list, from 1, asked as the variant of a
/// seed first. Any number of tries; where it has variants, another one can be asked
/// for after a try. `note` is told of each: whether it was right.
pub(super) fn question(
    shell: Shell,
    number: usize,
    question: &'static Question,
    seed: u64,
    note: impl Fn(bool) + Copy + 'static,
) -> El {
    let seed = Signal::new(seed);
    let is_varied = !question.vary.is_empty();
    let variant = move || {
        let variant = Rc::new(question.variant(seed.get()));
        let mark = Signal::new(None::<Mark>);
        let told = Rc::clone(&variant);
        let answer = move |given: Mark| {
            shell.announce(said(&given, &told).concat());
            if given != Mark::Unreadable {
                note(given == Mark::Right);
            }
            mark.set(Some(given));
        };
        let legend = el("legend", "")
            .child(el("span", "number").text(&number.to_string()).text(" "))
            .text(&variant.prompt);
        let told = Rc::clone(&variant);
        let feedback = move || {
            let Some(mark) = mark.get() else { return Vec::new() };
            let class = if mark == Mark::Right { "feedback right" } else { "feedback" };
            let [verdict, why] = said(&mark, &told);
            let said = el("p", class).child(el("strong", "").text(verdict)).text(why);
            let another = || {
                let ask = move || seed.update(|seed| *seed += 1);
                button("another", ask).text("Another one like it")
            };
            [said]
                .into_iter()
                .chain((is_varied && mark != Mark::Unreadable).then(another))
                .collect()
        };
        vec![
            el("fieldset", "ask")
                .child(legend)
                .children(fields(&variant, seed.get_untracked(), Rc::new(answer)))
                .live(feedback),
        ]
    };
    el("div", "asked").live(variant)
}

fn said<'q>(mark: &'q Mark, question: &'q Question) -> [&'q str; 2] {
    match mark {
        Mark::Right => ["Right. ", &question.why],
        Mark::Wrong(feedback) => ["Not quite. ", feedback],
        Mark::Unreadable => ["Not a number. ", "Type digits, as in 12.5."],
    }
}

/// What is called with the mark of an answer.
type Give = Rc<dyn Fn(Mark)>;

fn fields(question: &Question, seed: u64, give: Give) -> Vec<El> {
    match &question.answer {
        Kind::Choice(answers) => choice(&question.id, answers, &give),
        Kind::Number(expected) => vec![typed(&question.id, expected.clone(), give)],
        Kind::Order(steps) => vec![order(steps.clone(), seed, give)],
        Kind::Spot(listing) => vec![spot(&question.id, listing, &give)],
    }
}

fn radio(name: &str, give: &Give, mark: Mark) -> El {
    let give = Rc::clone(give);
    el("input", "")
        .attr("type", "radio")
        .attr("name", name)
        .on("change", move |_| give(mark.clone()))
}

fn choice(id: &str, answers: &[Answer], give: &Give) -> Vec<El> {
    let answer = |answer: &Answer| {
        let mark = answer.wrong.clone().map_or(Mark::Right, Mark::Wrong);
        el("label", "answer").child(radio(id, give, mark)).child(el("span", "").text(&answer.text))
    };
    answers.iter().map(answer).collect()
}

/// A listing, each line of which is an answer.
fn spot(id: &str, spot: &Spot, give: &Give) -> El {
    let line = |(index, line): (usize, &String)| {
        let number = el("span", "line-number").text(&(index + 1).to_string());
        let line = el("label", "line")
            .child(radio(id, give, spot.mark(index)))
            .child(number)
            .child(el("code", "").text(line));
        el("li", "").child(line)
    };
    el("ol", "listing").children(spot.lines.iter().enumerate().map(line))
}

/// Steps that are moved up and down, and a button that checks their order.
fn order(order: Order, seed: u64, give: Give) -> El {
    let placed = Signal::new(order.shuffled(seed));
    let order = Rc::new(order);
    let told = Rc::clone(&order);
    let keys = move || placed.get().into_iter().map(|step| step as u32).collect();
    let item = move |step: u32| {
        let step = step as usize;
        let text = told.steps[step].clone();
        let place = move || placed.with(|placed| placed.iter().position(|it| *it == step));
        let last = told.steps.len() - 1;
        let moves = |word: &str, from: usize, up: bool| {
            let at_end = move || (place() == Some(from)).then(|| "true".to_owned());
            let swap = move || {
                placed.update(|placed| {
                    let at = placed.iter().position(|it| *it == step).unwrap_or(0);
                    let to = if up { at.saturating_sub(1) } else { (at + 1).min(last) };
                    placed.swap(at, to);
                });
            };
            button("move", swap)
                .attr("aria-label", &[word, ": ", &text].concat())
                .live_attr("aria-disabled", at_end)
                .text(if up { "↑" } else { "↓" })
        };
        let (up, down) = (moves("Earlier", 0, true), moves("Later", last, false));
        el("li", "").child(up).child(down).child(el("span", "").text(&text))
    };
    let check = move || give(order.mark(&placed.get_untracked()));
    el("div", "order")
        .child(el("ol", "").each(keys, item))
        .child(button("press", check).text("Check"))
}

fn typed(id: &str, expected: Number, give: Give) -> El {
    let text = Signal::new(String::new());
    let field = el("input", "")
        .attr("type", "text")
        .attr("inputmode", "decimal")
        .attr("autocomplete", "off")
        .attr("maxlength", "32")
        .attr("name", id)
        .on("input", move |event| text.set(value_of(&event)));
    let name = el("span", "hidden").text("Your answer in ").text(&expected.unit);
    let unit = el("span", "").attr("aria-hidden", "true").text(&expected.unit);
    let check = el("button", "").attr("type", "submit").text("Check");
    el("form", "typed")
        .attr("novalidate", "")
        .on("submit", move |event| {
            event.prevent_default();
            give(text.with_untracked(|text| expected.mark(text)));
        })
        .child(el("label", "").child(name).child(field))
        .child(unit)
        .child(check)
}
