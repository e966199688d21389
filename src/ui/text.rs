//! Course text as elements.

use super::dom::{El, el};
use crate::course::figure::Quantity;
use crate::course::text::{Block, Line, Span};

/// Blocks of text, to stand one below the other.
pub(super) fn blocks(blocks: &'static [Block]) -> impl Iterator<Item = El> {
    blocks.iter().map(|shown| block(*shown))
}

fn block(block: Block) -> El {
    match block {
        Block::Heading(spans) => line("h2", spans),
        Block::Paragraph(spans) => line("p", spans),
        Block::List { ordered, items } => {
            let items = items.iter().map(|item| line("li", item));
            el(if ordered { "ol" } else { "ul" }, "").children(items)
        }
        Block::Table { head, rows } => {
            let heads = head.iter().map(|cell| line("th", cell).attr("scope", "col"));
            let row = |cells: &&'static [Line]| {
                el("tr", "").children(cells.iter().map(|cell| line("td", cell)))
            };
            el("table", "")
                .child(el("thead", "").child(el("tr", "").children(heads)))
                .child(el("tbody", "").children(rows.iter().map(row)))
        }
        Block::Code(code) => el("pre", "").child(el("code", "").text(code)),
    }
}

fn line(tag: &'static str, spans: Line) -> El {
    spans.iter().fold(el(tag, ""), |line, span| match *span {
        Span::Text(text) => line.text(text),
        Span::Emphasis(text) => line.child(el("em", "").text(text)),
        Span::Strong(text) => line.child(el("strong", "").text(text)),
        Span::Code(text) => line.child(el("code", "").text(text)),
        Span::Quantity(quantity, text) => {
            let class = ["quantity ", quantity_class(quantity)].concat();
            line.child(el("span", &class).text(text))
        }
        Span::Link { to, text } => line.child(link("", to).text(text)),
    })
}

/// A link.
pub(super) fn link(class: &str, to: &str) -> El {
    el("a", class).attr("href", to)
}

/// The class that gives an element the colour of a quantity.
pub(super) const fn quantity_class(quantity: Quantity) -> &'static str {
    match quantity {
        Quantity::Traffic => "traffic",
        Quantity::Capacity => "capacity",
        Quantity::Metric => "metric",
        Quantity::Latency => "latency",
        Quantity::Errors => "errors",
        Quantity::Other => "other",
    }
}
