//! What comes back: missed questions, two sections later and on a page of their
//! own, and what was done so far, to take along or to clear.

use super::dom::{El, button, el, link, value_of};
use super::question::question;
use super::section::answered;
use super::shell::Shell;
use super::signal::Signal;
use crate::course::question::Question;
use crate::course::{SECTIONS, Section};
use crate::progress::{Deed, Extent, Mark, code};

/// A question that was missed, with the section that it belongs to.
type Missed = (&'static Section, &'static Question);

/// How many sections later missed questions come back.
const LATER: u8 = 2;

/// How many come back in a section at most.
const AT_ONCE: usize = 2;

/// Missed questions come back as another variant.
const SEED: u64 = 1;

/// Questions of two sections before that were missed, asked again below this one's.
pub(super) fn returning(shell: Shell, section: &'static Section) -> Option<El> {
    let before = SECTIONS.get(usize::from(section.number.checked_sub(LATER)?))?;
    let mut missed = missed(shell, before);
    missed.truncate(AT_ONCE);
    let first = missed.first()?;
    let told =
        el("p", "").text("You missed ").text(if missed.len() == 1 { "this" } else { "these" });
    let told = told.text(" in ").child(link("", &first.0.href()).text(before.title)).text(".");
    Some(titled("returning", "Once more").child(told).children(asked(shell, missed)))
}

fn missed(shell: Shell, section: &'static Section) -> Vec<Missed> {
    let missed = shell.progress.with_untracked(|progress| progress.missed(section));
    missed.into_iter().map(|question| (section, question)).collect()
}

fn asked(shell: Shell, missed: Vec<Missed>) -> impl Iterator<Item = El> {
    (1..).zip(missed).map(move |(number, (section, asked))| {
        question(shell, number, asked, SEED, move |right| {
            answered(shell, section, asked, right);
            if right {
                let deed = Deed::Recalled(asked.id.clone());
                shell.note(Mark { section: section.slug.to_owned(), deed });
            }
        })
    })
}

/// The page of the review.
pub(super) fn review(shell: Shell, title: El) -> Vec<El> {
    let deck: Vec<_> = SECTIONS.iter().flat_map(|section| missed(shell, section)).collect();
    let words = match deck.len() {
        0 => {
            "Nothing waits here. A question that you answer wrongly at first comes back here, \
              and two sections later, until you have it right."
        }
        _ => {
            "You missed these at first. Where a question has numbers, they are new. Once you \
              have it right, it does not come back."
        }
    };
    vec![
        el("header", "opening").child(title),
        el("div", "prose opening-words").child(el("p", "").text(words)),
        el("div", "prose questions").children(asked(shell, deck)),
        done_so_far(shell),
        take_along(shell),
        clear(shell),
    ]
}

fn titled(id: &str, title: &str) -> El {
    let heading = el("h2", "").attr("id", id).text(title);
    el("section", "prose questions").attr("aria-labelledby", id).child(heading)
}

/// A row for each section: what was bet, met and answered.
fn done_so_far(shell: Shell) -> El {
    let head = ["Section", "Acts", "Goals", "Questions"];
    let head = el("tr", "").children(head.map(|name| el("th", "").attr("scope", "col").text(name)));
    let row = move |section: &'static Section| {
        let counts = shell.progress.with(|progress| progress.counts(section));
        let is_done = shell.progress.with(|progress| progress.of(section)) == Extent::Done;
        let name = link("", &section.href()).text(section.title);
        let name =
            el("th", "").attr("scope", "row").child(name).text(if is_done { " ✓" } else { "" });
        let cell = |(done, all): (usize, usize)| {
            let words = if all == 0 { "–".to_owned() } else { format!("{done} of {all}") };
            el("td", "").text(&words)
        };
        el("tr", "").child(name).children(counts.map(cell))
    };
    let here = || SECTIONS.iter().filter(|section| section.lesson().is_some());
    let rows = move || here().map(row).collect();
    let table =
        el("table", "").child(el("thead", "").child(head)).child(el("tbody", "").live(rows));
    titled("done", "What you have done").child(table)
}

/// A code to copy, and a field to put one in.
fn take_along(shell: Shell) -> El {
    let own = el("input", "code")
        .attr("type", "text")
        .attr("readonly", "")
        .attr("aria-label", "The code of what you have done")
        .prop("value", move || shell.progress.with(code::write).into());
    let given = Signal::new(String::new());
    let field = el("input", "code")
        .attr("type", "text")
        .attr("autocomplete", "off")
        .attr("spellcheck", "false")
        .attr("maxlength", "2000")
        .attr("aria-label", "A code from another browser")
        .on("input", move |event| given.set(value_of(&event)));
    let said = Signal::new(String::new());
    let take = move || {
        let sentence = match given.with_untracked(|text| code::read(text)) {
            Ok(read) => {
                let what = if read.left_out == 0 {
                    String::new()
                } else {
                    " Sections that have changed since were left out.".to_owned()
                };
                shell.take_over(read.progress);
                ["What the code holds is added to what you have done here.", &what].concat()
            }
            Err(fault) => fault.to_owned(),
        };
        shell.announce(sentence.clone());
        said.set(sentence);
    };
    let form = el("form", "typed")
        .on("submit", move |event| {
            event.prevent_default();
            take();
        })
        .child(el("label", "").child(field))
        .child(el("button", "").attr("type", "submit").text("Add it"));
    titled("take-along", "Take it along")
        .child(el("p", "").text(
            "What you do is kept in this browser alone. This code holds it: copy it, and put it \
             in on another machine. It names nobody.",
        ))
        .child(own)
        .child(form)
        .child(el("p", "feedback").live_text(move || said.get()))
}

/// A button that forgets everything, at the second press.
fn clear(shell: Shell) -> El {
    let asks = Signal::new(false);
    let press = move || {
        if asks.get_untracked() {
            shell.forget();
            shell.announce("All that you did is forgotten.");
        }
        asks.update(|asks| *asks = !*asks);
    };
    let words = move || {
        let words = if asks.get() { "Forget it all: press again" } else { "Forget all that I did" };
        words.to_owned()
    };
    titled("forget", "Start anew")
        .child(
            el("p", "")
                .text("Bets, goals and answers are forgotten; the code above brings them back."),
        )
        .child(button("press", press).live_text(words))
}
