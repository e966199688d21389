//! The prose of the course as typed blocks, made from Markdown at build time.

use crate::course::figure::Quantity;

/// The prose of a finished section.
#[derive(Debug, Clone, Copy)]
pub struct Text {
    /// Above the figure.
    pub opening: &'static [Block],
    /// Below it.
    pub body: &'static [Block],
    /// What the lesson simplifies.
    pub simplifies: &'static [Block],
    /// The instructor's note: outcome, prerequisites, minutes, how to run it.
    pub note: &'static [Block],
}

/// A run of words on a line.
pub type Line = &'static [Span];

/// A block of text.
#[derive(Debug, Clone, Copy)]
pub enum Block {
    /// A heading below the page's own.
    Heading(Line),
    /// A paragraph.
    Paragraph(Line),
    /// A list.
    List {
        /// Whether the items are numbered.
        ordered: bool,
        /// Its items.
        items: &'static [Line],
    },
    /// A table.
    Table {
        /// The cells of its head.
        head: &'static [Line],
        /// Its rows of cells.
        rows: &'static [&'static [Line]],
    },
    /// Lines of code or of a formula, as they are.
    Code(&'static str),
}

/// Words of one kind.
#[derive(Debug, Clone, Copy)]
pub enum Span {
    /// Plain.
    Text(&'static str),
    /// Stressed.
    Emphasis(&'static str),
    /// Important.
    Strong(&'static str),
    /// A name from a program, or a formula.
    Code(&'static str),
    /// In the colour of a quantity.
    Quantity(Quantity, &'static str),
    /// A link to a section (`#/…`) or to the web (`https://…`).
    Link {
        /// Where it goes.
        to: &'static str,
        /// Its words.
        text: &'static str,
    },
}

impl Span {
    /// Its words.
    pub const fn text(self) -> &'static str {
        match self {
            Self::Text(text)
            | Self::Emphasis(text)
            | Self::Strong(text)
            | Self::Code(text)
            | Self::Quantity(_, text)
            | Self::Link { text, .. } => text,
        }
    }
}

include!(concat!(env!("OUT_DIR"), "/text.rs"));
