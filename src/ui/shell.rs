//! The page around a section, and what all parts of the page share.

use leptos::prelude::*;

use super::section::SectionView;
use super::sidebar::Sidebar;
use super::stage::Told;
use super::{fullscreen, keys, storage, view};
use crate::link::Link;
use crate::progress::{Mark, Progress};
use crate::settings::{Settings, Theme};

/// What every part of the page may read and change.
#[derive(Clone, Copy)]
pub(super) struct Shell {
    /// Where the page is. It changes with the address, not with every slider.
    pub(super) link: RwSignal<Link>,
    /// What was done so far.
    pub(super) progress: RwSignal<Progress>,
    /// Choices for the page as a whole.
    pub(super) settings: RwSignal<Settings>,
    /// The figure of the section on show, if it has one.
    pub(super) told: RwSignal<Option<Told>>,
    /// Whether that figure fills the screen.
    pub(super) stage: RwSignal<bool>,
    /// Sentences about what was wrong with a link or with storage.
    notices: RwSignal<Vec<String>>,
    /// Read out by screen readers when it changes.
    status: RwSignal<String>,
}

impl Shell {
    fn new() -> Self {
        let (link, wrong_link) = Link::parse(&hash());
        let (progress, lost_progress) =
            storage::load(storage::PROGRESS, "progress", Progress::parse);
        let (settings, lost_settings) =
            storage::load(storage::SETTINGS, "settings", Settings::parse);
        let notices = [wrong_link, lost_progress, lost_settings].into_iter().flatten().collect();
        Self {
            link: RwSignal::new(link),
            progress: RwSignal::new(progress),
            settings: RwSignal::new(settings),
            told: RwSignal::new(None),
            stage: RwSignal::new(false),
            notices: RwSignal::new(notices),
            status: RwSignal::new(String::new()),
        }
    }

    /// Has screen readers read a sentence. For changes, never for frames.
    pub(super) fn announce(self, sentence: impl Into<String>) {
        self.status.set(sentence.into());
    }

    /// Shows a sentence above the section until it is dismissed.
    pub(super) fn tell(self, sentence: String) {
        self.notices.update(|notices| {
            if !notices.contains(&sentence) {
                notices.push(sentence);
            }
        });
    }

    /// Notes something done, and stores it.
    pub(super) fn note(self, mark: Mark) {
        if self.progress.with_untracked(|progress| progress.has(&mark)) {
            return;
        }
        self.progress.update(|progress| {
            progress.note(mark);
            // Another window may have stored more meanwhile.
            if let Ok(Some(stored)) = storage::read(storage::PROGRESS)
                && let Ok(stored) = Progress::parse(&stored)
            {
                progress.merge(stored);
            }
        });
        let text = self.progress.with_untracked(ToString::to_string);
        if storage::write(storage::PROGRESS, &text).is_err() {
            self.tell(
                "The browser does not let this page store your progress, so the dots in the menu \
                 will be empty when you come back. Everything else works."
                    .to_owned(),
            );
        }
    }

    /// Changes the settings, and stores them.
    pub(super) fn choose(self, change: impl FnOnce(&mut Settings)) {
        self.settings.update(change);
        let text = self.settings.with_untracked(ToString::to_string);
        // Refused, they hold until the page is left: nothing worth a sentence.
        storage::write(storage::SETTINGS, &text).ok();
    }

    /// Puts the section's figure on the stage.
    pub(super) fn enter_stage(self) {
        if self.told.with_untracked(Option::is_some) {
            fullscreen::enter();
            self.stage.set(true);
        }
    }

    /// Back to reading.
    pub(super) fn leave_stage(self) {
        fullscreen::leave();
        self.stage.set(false);
        // It can take the focus once it is shown again.
        request_animation_frame(|| focus(".to-stage"));
    }

    /// Follows the address.
    fn follow(self) {
        let (link, fault) = Link::parse(&hash());
        self.notices.set(fault.into_iter().collect());
        fullscreen::leave();
        self.stage.set(false);
        self.link.set(link);
    }
}

/// The whole page.
#[component]
pub(super) fn App() -> impl IntoView {
    let shell = Shell::new();
    provide_context(shell);
    let following = window_event_listener(leptos::ev::hashchange, move |_| shell.follow());
    on_cleanup(move || following.remove());
    let shrinking = window_event_listener(leptos::ev::fullscreenchange, move |_| {
        if shell.stage.get_untracked() && !fullscreen::is_on() {
            shell.leave_stage();
        }
    });
    on_cleanup(move || shrinking.remove());
    keys::listen(shell);
    Effect::new(move |_| show_theme(shell));

    // At first the browser's own focus is right; later the heading takes it.
    let moved = StoredValue::new(false);
    let section = move || {
        let link = shell.link.get();
        let has_moved = moved.get_value();
        moved.set_value(true);
        view! { <SectionView link focus=has_moved /> }
    };
    let step = move || shell.told.get().filter(|_| shell.stage.get()).map(Told::step_name);
    view! {
        <div class="shell" class:on-stage=move || shell.stage.get() data-step=step>
            <Sidebar />
            <main id="content">
                <Notices />
                {section}
            </main>
        </div>
        <div class="hidden" role="status">{move || shell.status.get()}</div>
    }
}

/// Jumps over the menu. Its target is not an address, since the address is
/// where the course is.
#[component]
pub(super) fn SkipLink() -> impl IntoView {
    let shell = expect_context::<Shell>();
    let skip = move |event: leptos::ev::MouseEvent| {
        event.prevent_default();
        focus("h1");
    };
    view! {
        <a class="skip" href=move || shell.link.get().section.href() on:click=skip>
            "Skip the menu"
        </a>
    }
}

/// What was wrong with a link or with storage.
#[component]
fn Notices() -> impl IntoView {
    let notices = expect_context::<Shell>().notices;
    move || {
        let texts = notices.get();
        (!texts.is_empty()).then(|| {
            let texts = texts.into_iter().map(|text| view! { <p>{text}</p> }).collect_view();
            view! {
                <div class="notices" role="alert">
                    {texts}
                    <button type="button" on:click=move |_| notices.set(Vec::new())>"All right"</button>
                </div>
            }
        })
    }
}

/// Puts the theme where the style sheet looks for it.
fn show_theme(shell: Shell) {
    let Some(root) = document().document_element() else { return };
    let theme = if shell.stage.get() { Theme::Projector } else { shell.settings.get().theme };
    // Neither can fail: name and value are fixed and valid.
    match theme {
        Theme::System => root.remove_attribute("data-theme").ok(),
        theme => root.set_attribute("data-theme", theme.name()).ok(),
    };
}

/// Moves the focus to the first element of a kind.
pub(super) fn focus(selector: &str) {
    use leptos::wasm_bindgen::JsCast as _;
    let element = document().query_selector(selector).ok().flatten();
    if let Some(element) = element.and_then(|it| it.dyn_into::<web_sys::HtmlElement>().ok()) {
        element.focus().ok();
    }
}

fn hash() -> String {
    // Only a frame of another origin is refused its own address.
    window().location().hash().unwrap_or_default()
}
