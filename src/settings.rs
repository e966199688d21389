//! What a person has chosen for the page as a whole, and how it is stored.

use std::fmt;

use crate::progress::Damaged;

/// Choices for the page as a whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Settings {
    /// The colours.
    pub theme: Theme,
    /// Whether single keys (such as P for the stage) are shortcuts.
    pub shortcuts: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self { theme: Theme::System, shortcuts: true }
    }
}

/// The colours of the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Theme {
    /// Light or dark, as the system is.
    System,
    /// Dark on light.
    Light,
    /// Light on dark.
    Dark,
    /// Large and high in contrast, for a wall.
    Projector,
}

impl Theme {
    /// All of them, in the order in which they are offered.
    pub const ALL: [Self; 4] = [Self::System, Self::Light, Self::Dark, Self::Projector];

    /// Its name in storage and in the page's `data-theme`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::Light => "light",
            Self::Dark => "dark",
            Self::Projector => "projector",
        }
    }

    /// The theme of that name.
    pub fn by_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|theme| theme.name() == name)
    }
}

impl Settings {
    /// Reads what [`Display`](fmt::Display) wrote, and nothing else.
    pub fn parse(text: &str) -> Result<Self, Damaged> {
        Theme::ALL
            .into_iter()
            .flat_map(|theme| [true, false].map(|shortcuts| Self { theme, shortcuts }))
            .find(|settings| settings.to_string() == text)
            .ok_or(Damaged { line: 1 })
    }
}

impl fmt::Display for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shortcuts = if self.shortcuts { "on" } else { "off" };
        write!(f, "headroom settings 1: theme {}, shortcuts {shortcuts}", self.theme.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_stored_is_read() {
        let settings = Settings { theme: Theme::Dark, shortcuts: false };
        assert_eq!(settings.to_string(), "headroom settings 1: theme dark, shortcuts off");
        assert_eq!(Settings::parse(&settings.to_string()), Ok(settings));
    }

    #[test]
    fn anything_else_is_damaged() {
        for text in ["", "dark", "headroom settings 2: theme dark, shortcuts off"] {
            assert_eq!(Settings::parse(text), Err(Damaged { line: 1 }), "{text}");
        }
    }
}
