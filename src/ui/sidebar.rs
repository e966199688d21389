//! The menu: all sections with their progress, and the settings.

use leptos::prelude::*;

use super::shell::{Shell, SkipLink};
use super::view;
use crate::course::{FIRST, SECTIONS, Section};
use crate::progress::Extent;
use crate::settings::Theme;

/// The menu. On a narrow screen it is folded behind a button.
#[component]
pub(super) fn Sidebar() -> impl IntoView {
    let shell = expect_context::<Shell>();
    let open = RwSignal::new(false);
    Effect::new(move |_| {
        shell.link.track();
        open.set(false);
    });
    view! {
        <header class="sidebar" class:is-open=move || open.get()>
            <SkipLink />
            <a class="brand" href=FIRST.href()>
                <strong>"Headroom"</strong>
                <span>"Scaling out, live"</span>
            </a>
            <button
                type="button"
                class="unfold"
                aria-controls="menu"
                aria-expanded=move || open.get().to_string()
                on:click=move |_| open.update(|open| *open = !*open)
            >
                "Menu"
            </button>
            <div id="menu">
                <nav aria-label="Sections">
                    <ol>
                        {SECTIONS.iter().map(|section| view! { <Item section /> }).collect_view()}
                    </ol>
                </nav>
                <SettingsView />
            </div>
        </header>
    }
}

#[component]
fn Item(section: &'static Section) -> impl IntoView {
    let shell = expect_context::<Shell>();
    let current = move || (shell.link.get().section == section).then_some("page");
    let dot = section.lesson.map(|_| {
        let extent = Memo::new(move |_| shell.progress.with(|progress| progress.of(section)));
        let class = move || match extent.get() {
            Extent::Untouched => "dot",
            Extent::Begun => "dot is-begun",
            Extent::Done => "dot is-done",
        };
        let words = move || match extent.get() {
            Extent::Untouched => "",
            Extent::Begun => ", begun",
            Extent::Done => ", done",
        };
        view! { <span class=class></span><span class="hidden">{words}</span> }
    });
    let to_come = section.lesson.is_none();
    view! {
        <li>
            <a href=section.href() aria-current=current class:is-to-come=to_come>
                <span class="number">{section.number}</span>
                <span class="title">
                    {section.title}
                    {to_come.then(|| view! { <span class="hidden">", not here yet"</span> })}
                </span>
                {dot}
            </a>
        </li>
    }
}

#[component]
fn SettingsView() -> impl IntoView {
    let shell = expect_context::<Shell>();
    let options = Theme::ALL.map(|theme| {
        let words = match theme {
            Theme::System => "as the system",
            Theme::Light => "light",
            Theme::Dark => "dark",
            Theme::Projector => "projector",
        };
        let chosen = move || shell.settings.get().theme == theme;
        view! { <option value=theme.name() prop:selected=chosen>{words}</option> }
    });
    let choose_theme = move |name: String| {
        if let Some(theme) = Theme::by_name(&name) {
            shell.choose(|settings| settings.theme = theme);
        }
    };
    view! {
        <section class="settings" aria-label="Settings">
            <label>
                <span>"Theme"</span>
                <select on:change:target=move |event| choose_theme(event.target().value())>
                    {options}
                </select>
            </label>
            <label>
                <input
                    type="checkbox"
                    prop:checked=move || shell.settings.get().shortcuts
                    on:change:target=move |event| {
                        let on = event.target().checked();
                        shell.choose(|settings| settings.shortcuts = on);
                    }
                />
                <span>"Single-key shortcuts"</span>
            </label>
            <p>
                <kbd>"P"</kbd>" stage, "<kbd>"Space"</kbd>" play, "<kbd>"← →"</kbd>" step"
            </p>
        </section>
    }
}
