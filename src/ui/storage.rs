//! The browser's storage: it may be refused, full, or hold something damaged,
//! and the course goes on.

use leptos::prelude::window;
use web_sys::Storage;

use crate::progress::Damaged;

/// The browser does not let us, or there is no room.
pub(super) struct Refused;

/// Where progress is stored.
pub(super) const PROGRESS: &str = "headroom.progress";
/// Where settings are stored.
pub(super) const SETTINGS: &str = "headroom.settings";

/// How many damaged values are kept of each kind.
const KEPT: u8 = 9;

/// What is stored under a key, and a sentence if there is something to say.
///
/// A damaged value is moved to another key first, so that what is stored from
/// now on does not take its place.
pub(super) fn load<T: Default>(
    key: &str,
    what: &str,
    parse: fn(&str) -> Result<T, Damaged>,
) -> (T, Option<String>) {
    let Ok(Some(text)) = read(key) else { return (T::default(), None) };
    match parse(&text) {
        Ok(value) => (value, None),
        Err(Damaged { line }) => {
            let sentence = match put_aside(key, &text) {
                Ok(aside) => format!(
                    "The stored {what} cannot be read from line {line} on. It is kept in the \
                     browser's storage as {aside}; the course goes on without it."
                ),
                Err(Refused) => format!(
                    "The stored {what} cannot be read from line {line} on. The course goes on \
                     without it."
                ),
            };
            (T::default(), Some(sentence))
        }
    }
}

/// What is stored under a key.
pub(super) fn read(key: &str) -> Result<Option<String>, Refused> {
    storage()?.get_item(key).map_err(|_| Refused)
}

/// Stores a value.
pub(super) fn write(key: &str, value: &str) -> Result<(), Refused> {
    storage()?.set_item(key, value).map_err(|_| Refused)
}

/// Keeps a damaged value under a free key, which it returns.
fn put_aside(key: &str, text: &str) -> Result<String, Refused> {
    for number in 1..=KEPT {
        let aside = format!("{key}.damaged-{number}");
        let there = read(&aside)?;
        if there.is_none() {
            write(&aside, text)?;
        }
        if there.is_none_or(|there| there == text) {
            return Ok(aside);
        }
    }
    Err(Refused)
}

fn storage() -> Result<Storage, Refused> {
    window().local_storage().ok().flatten().ok_or(Refused)
}
