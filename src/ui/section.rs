//! A section: its heading, text, figure and questions, or what it will show.

use std::time::Duration;

use leptos::html;
use leptos::prelude::*;
use leptos::wasm_bindgen::JsValue;

use super::figure::{FigureSignals, FigureView};
use super::question::QuestionView;
use super::shell::Shell;
use super::stage::{StageKeys, StageTop, Told};
use super::text::Blocks;
use super::view;
use crate::course::figure::Figure;
use crate::course::{Lesson, SECTIONS, Section};
use crate::figure::state::State;
use crate::link::Link;
use crate::progress::{Deed, Mark};

/// A section as a link asks for it.
#[component]
pub(super) fn SectionView(
    /// The section, and the settings of its figure.
    link: Link,
    /// Whether its heading takes the focus, as after a step from another section.
    focus: bool,
) -> impl IntoView {
    let section = link.section;
    document().set_title(&[section.title, " · Headroom"].concat());
    let heading = NodeRef::<html::H1>::new();
    heading.on_load(move |heading| {
        if focus {
            heading.focus().ok();
            window().scroll_to_with_x_and_y(0.0, 0.0);
        }
    });
    let title = view! { <h1 tabindex="-1" node_ref=heading>{section.title}</h1> };
    let body = match section.lesson {
        Some(lesson) => view! { <LessonView link lesson title=title.into_any() /> }.into_any(),
        None => to_come(section, title.into_any()).into_any(),
    };
    view! {
        <article>{body}</article>
        <Neighbours section />
    }
}

/// The page of a section that does not exist yet.
fn to_come(section: &'static Section, title: AnyView) -> impl IntoView {
    let here = SECTIONS.iter().filter(|section| section.lesson.is_some());
    let here = here.map(|section| view! { <li><a href=section.href()>{section.title}</a></li> });
    view! {
        <header class="opening">
            <p class="kicker">{section.number}" · not here yet"</p>
            {title}
        </header>
        <div class="prose promise">
            <p>{section.promise}</p>
            <p>"This is what the section will show. It is not written yet. These are:"</p>
            <ul>{here.collect_view()}</ul>
        </div>
    }
}

#[component]
fn LessonView(link: Link, lesson: &'static Lesson, title: AnyView) -> impl IntoView {
    let shell = expect_context::<Shell>();
    let section = link.section;
    let note = Callback::new(move |deed: Deed| {
        shell.note(Mark { section: section.slug.to_owned(), deed });
    });
    let figure = lesson.figure;
    let (state, faults) = State::from_params(figure, &link.params);
    faults.into_iter().for_each(|fault| shell.tell(fault));
    let state = RwSignal::new(state);
    keep_address(section, figure, state);
    note_acts(figure, state, note);

    let signals = FigureSignals::new(figure, state, RwSignal::new(false));
    note_goals(signals, note);
    let told = Told::new(figure, signals);
    shell.told.set(Some(told));
    on_cleanup(move || shell.told.set(None));
    let on_stage = move || shell.stage.get();
    let announce = Callback::new(move |sentence: String| shell.announce(sentence));

    let questions = (1..).zip(lesson.questions).map(|(number, question)| {
        view! { <QuestionView number question note /> }
    });
    view! {
        <header class="opening">
            <p class="kicker">{section.number}" · about "{section.minutes}" minutes"</p>
            {title}
            <button type="button" class="to-stage" on:click=move |_| shell.enter_stage()>
                "Stage"
            </button>
        </header>
        <div class="prose opening-words"><Blocks blocks=lesson.text.opening /></div>
        <div class="stand">
            {move || on_stage().then(|| view! { <StageTop told /> })}
            <FigureView figure signals announce />
            {move || on_stage().then(|| view! { <StageKeys told section /> })}
        </div>
        <div class="prose"><Blocks blocks=lesson.text.body /></div>
        <section class="prose questions" aria-labelledby="questions">
            <h2 id="questions">"Check yourself"</h2>
            {questions.collect_view()}
        </section>
        <section class="prose simplifies" aria-labelledby="simplifies">
            <h2 id="simplifies">"What the lesson simplifies"</h2>
            <Blocks blocks=lesson.text.simplifies />
        </section>
        <details class="prose note">
            <summary>"For the instructor"</summary>
            <Blocks blocks=lesson.text.note />
        </details>
    }
}

/// Keeps the address such that it restores the figure. Browsers allow a few
/// changes a second, so it follows at a distance.
fn keep_address(section: &'static Section, figure: &'static Figure, state: RwSignal<State>) {
    const DISTANCE: Duration = Duration::from_millis(300);
    let pending = StoredValue::new(None::<TimeoutHandle>);
    let write = move || {
        pending.set_value(None);
        let params = state.with_untracked(|state| state.to_params(figure));
        let hash = Link { section, params }.to_string();
        let history = window().history().ok();
        // Refused, the address is merely older than the figure.
        history.map(|it| it.replace_state_with_url(&JsValue::NULL, "", Some(&hash)).ok());
    };
    Effect::new(move |opened: Option<()>| {
        state.track();
        if opened.is_some() && pending.with_value(Option::is_none) {
            pending.set_value(set_timeout_with_handle(write, DISTANCE).ok());
        }
    });
    on_cleanup(move || {
        if let Some(pending) = pending.get_value() {
            pending.clear();
        }
    });
}

/// Notes each act in which a bet was made or, where none is asked for, in
/// which something was moved.
fn note_acts(figure: &'static Figure, state: RwSignal<State>, note: Callback<Deed>) {
    Effect::new(move |_| {
        let done = state.with(|state| {
            let opened = State::at_act(figure, state.act);
            let asks = state.told(figure).prediction.is_some();
            let is_done = if asks { state.bet.is_some() } else { *state != opened };
            is_done.then_some(state.act)
        });
        if let Some(act) = done.and_then(|act| u16::try_from(act).ok()) {
            note.run(Deed::Act(act));
        }
    });
}

/// Notes each goal that is met.
fn note_goals(signals: FigureSignals, note: Callback<Deed>) {
    Effect::new(move |_| {
        for (act, goals) in (0..).zip(signals.met.get()) {
            for (goal, is_met) in (0..).zip(goals) {
                if is_met {
                    note.run(Deed::Goal(act, goal));
                }
            }
        }
    });
}

/// Links to the sections before and after.
#[component]
fn Neighbours(section: &'static Section) -> impl IntoView {
    let before = section.before().map(|before| {
        view! { <a class="before" href=before.href()><span>"Before"</span>{before.title}</a> }
    });
    let after = section.after().map(|after| {
        view! { <a class="after" href=after.href()><span>"Next"</span>{after.title}</a> }
    });
    view! { <nav class="neighbours" aria-label="Before and after">{before}{after}</nav> }
}
