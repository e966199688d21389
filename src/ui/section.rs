//! A section: its heading, text, figure and questions, or what it will show.

use leptos::html;
use leptos::prelude::*;

use super::question::QuestionView;
use super::shell::Shell;
use super::text::Blocks;
use super::view;
use crate::course::{Lesson, Section};
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
    view! {
        <header class="opening">
            <p class="kicker">{section.number}" · not here yet"</p>
            {title}
        </header>
        <div class="prose promise">
            <p>{section.promise}</p>
            <p>
                "This is what the section will show. It is not written yet. "
                <a href="#/the-spike">"The spike"</a>" and "
                <a href="#/target-tracking">"Target tracking"</a>" are here."
            </p>
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
    let questions = (1..).zip(lesson.questions).map(|(number, question)| {
        view! { <QuestionView number question note /> }
    });
    view! {
        <header class="opening">
            <p class="kicker">{section.number}" · about "{section.minutes}" minutes"</p>
            {title}
            <button type="button" class="to-stage" on:click=move |_| shell.stage.set(true)>
                "Stage"
            </button>
        </header>
        <div class="prose opening-words"><Blocks blocks=lesson.text.opening /></div>
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
