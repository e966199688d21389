//! Colours: one for each quantity, given from outside.

use crate::course::figure::Quantity;

/// A colour without transparency.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rgb(pub u8, pub u8, pub u8);

impl Rgb {
    /// Reads `#rrggbb`, as in the style sheet.
    pub fn parse(text: &str) -> Option<Self> {
        let hex = text.trim().strip_prefix('#').filter(|hex| hex.len() == 6 && hex.is_ascii())?;
        let channel = |at: usize| u8::from_str_radix(hex.get(at..at + 2)?, 16).ok();
        Some(Self(channel(0)?, channel(2)?, channel(4)?))
    }
}

/// What a colour stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Paint {
    /// The page behind everything.
    Background,
    /// A panel on it; the fog.
    Panel,
    /// Text, decisions, the bet.
    Ink,
    /// Lesser text.
    Muted,
    /// Gridlines.
    Rule,
    /// A quantity of the course.
    Of(Quantity),
}

/// The colours of a theme.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Palette {
    /// See [`Paint::Background`].
    pub background: Rgb,
    /// See [`Paint::Panel`].
    pub panel: Rgb,
    /// See [`Paint::Ink`].
    pub ink: Rgb,
    /// See [`Paint::Muted`].
    pub muted: Rgb,
    /// See [`Paint::Rule`].
    pub rule: Rgb,
    /// Offered load.
    pub traffic: Rgb,
    /// Capacity and tasks.
    pub capacity: Rgb,
    /// The tracked metric.
    pub metric: Rgb,
    /// Response times.
    pub latency: Rgb,
    /// Errors and saturation.
    pub errors: Rgb,
}

impl Palette {
    /// The light theme, for tests and before the style sheet is read.
    pub const LIGHT: Self = Self {
        background: Rgb(0xff, 0xff, 0xff),
        panel: Rgb(0xf6, 0xf7, 0xf5),
        ink: Rgb(0x1b, 0x1f, 0x23),
        muted: Rgb(0x5b, 0x64, 0x6d),
        rule: Rgb(0xdf, 0xe3, 0xe6),
        traffic: Rgb(0x25, 0x63, 0xeb),
        capacity: Rgb(0x0f, 0x7b, 0x5c),
        metric: Rgb(0x4a, 0x1d, 0x86),
        latency: Rgb(0x94, 0x62, 0x00),
        errors: Rgb(0xb8, 0x0f, 0x2e),
    };

    /// The colour of a paint.
    pub fn rgb(&self, paint: Paint) -> Rgb {
        match paint {
            Paint::Background => self.background,
            Paint::Panel => self.panel,
            Paint::Ink | Paint::Of(Quantity::Other) => self.ink,
            Paint::Muted => self.muted,
            Paint::Rule => self.rule,
            Paint::Of(Quantity::Traffic) => self.traffic,
            Paint::Of(Quantity::Capacity) => self.capacity,
            Paint::Of(Quantity::Metric) => self.metric,
            Paint::Of(Quantity::Latency) => self.latency,
            Paint::Of(Quantity::Errors) => self.errors,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_are_read_as_the_style_sheet_writes_them() {
        assert_eq!(Rgb::parse(" #2563eb"), Some(Rgb(0x25, 0x63, 0xeb)));
        for wrong in ["", "2563eb", "#2563e", "#2563ebff", "#2563zz", "#ä563e"] {
            assert_eq!(Rgb::parse(wrong), None, "{wrong}");
        }
    }
}
