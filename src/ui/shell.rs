//! The page around a section, and what all parts of the page share.

use std::cell::Cell;

use leptos::prelude::*;

use super::dom::{El, button, el, follow, listen, next_frame};
use super::section::section;
use super::sidebar::sidebar;
use super::signal::Signal;
use super::stage::Told;
use super::{fullscreen, keys, storage, worker};
use crate::link::Link;
use crate::progress::{Mark, Progress};
use crate::settings::{Settings, Theme};

/// What every part of the page may read and change.
#[derive(Clone, Copy)]
pub(super) struct Shell {
    /// Where the page is. It changes with the address, not with every slider.
    pub(super) link: Signal<Link>,
    /// What was done so far.
    pub(super) progress: Signal<Progress>,
    /// Choices for the page as a whole.
    pub(super) settings: Signal<Settings>,
    /// The figure of the section on show, if it has one.
    pub(super) told: Signal<Option<Told>>,
    /// Whether that figure fills the screen.
    pub(super) stage: Signal<bool>,
    /// Sentences about what was wrong with a link or with storage.
    notices: Signal<Vec<String>>,
    /// Read out by screen readers when it changes.
    pub(super) status: Signal<String>,
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
            link: Signal::new(link),
            progress: Signal::new(progress),
            settings: Signal::new(settings),
            told: Signal::new(None),
            stage: Signal::new(false),
            notices: Signal::new(notices),
            status: Signal::new(String::new()),
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
        self.store();
    }

    /// Adds what was done elsewhere.
    pub(super) fn take_over(self, progress: Progress) {
        self.progress.update(|own| own.merge(progress));
        self.store();
    }

    /// Forgets all that was done.
    pub(super) fn forget(self) {
        self.progress.set(Progress::default());
        self.store();
    }

    fn store(self) {
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
        next_frame(|| focus(".to-stage"));
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
pub(super) fn app(faults: Vec<String>) -> Vec<El> {
    let shell = Shell::new();
    faults.into_iter().for_each(|fault| shell.tell(fault));
    listen(&window(), "hashchange", move |_| shell.follow());
    listen(&window(), "fullscreenchange", move |_| {
        if shell.stage.get_untracked() && !fullscreen::is_on() {
            shell.leave_stage();
        }
    });
    keys::listen(shell);
    worker::start_after_first_paint(shell);
    follow(move || show_theme(shell));

    // At first the browser's own focus is right; later the heading takes it.
    let moved = Cell::new(false);
    let shown = move || {
        let link = shell.link.get();
        let has_moved = moved.replace(true);
        untrack(|| section(shell, &link, has_moved))
    };
    let step = move || shell.told.get().filter(|_| shell.stage.get()).map(Told::step_name);
    let main = el("main", "")
        .attr("id", "content")
        .live(move || notices(shell.notices).into_iter().collect())
        .live(shown);
    let page = el("div", "shell")
        .toggle("on-stage", move || shell.stage.get())
        .live_attr("data-step", move || step().map(ToOwned::to_owned))
        .child(sidebar(shell))
        .child(main);
    let status = el("div", "hidden").attr("role", "status").live_text(move || shell.status.get());
    vec![page, status]
}

/// Jumps over the menu. Its target is not an address, since the address is
/// where the course is.
pub(super) fn skip_link(shell: Shell) -> El {
    el("a", "skip")
        .live_attr("href", move || Some(shell.link.with(|link| link.section.href())))
        .on("click", |event| {
            event.prevent_default();
            focus("h1");
        })
        .text("Skip the menu")
}

/// What was wrong with a link or with storage.
fn notices(notices: Signal<Vec<String>>) -> Option<El> {
    let texts = notices.get();
    let texts = (!texts.is_empty()).then_some(texts)?;
    let close = button("", move || notices.set(Vec::new())).text("All right");
    let alert = el("div", "notices").attr("role", "alert");
    Some(alert.children(texts.iter().map(|text| el("p", "").text(text))).child(close))
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
