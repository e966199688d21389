//! Course text as elements.

use leptos::prelude::*;

use super::view;
use crate::course::figure::Quantity;
use crate::course::text::{Block, Line, Span};

/// Blocks of text, one below the other.
#[component]
pub(super) fn Blocks(
    /// What to show.
    blocks: &'static [Block],
) -> impl IntoView {
    blocks.iter().copied().map(block).collect_view()
}

fn block(block: Block) -> AnyView {
    match block {
        Block::Heading(spans) => view! { <h2>{line(spans)}</h2> }.into_any(),
        Block::Paragraph(spans) => view! { <p>{line(spans)}</p> }.into_any(),
        Block::List { ordered: true, items } => view! { <ol>{list(items)}</ol> }.into_any(),
        Block::List { ordered: false, items } => view! { <ul>{list(items)}</ul> }.into_any(),
        Block::Table { head, rows } => {
            let heads = head.iter().map(|cell| view! { <th scope="col">{line(cell)}</th> });
            let row = |cells: &&'static [Line]| {
                let cells = cells.iter().map(|cell| view! { <td>{line(cell)}</td> });
                view! { <tr>{cells.collect_view()}</tr> }
            };
            view! {
                <table>
                    <thead><tr>{heads.collect_view()}</tr></thead>
                    <tbody>{rows.iter().map(row).collect_view()}</tbody>
                </table>
            }
            .into_any()
        }
        Block::Code(code) => view! { <pre><code>{code}</code></pre> }.into_any(),
    }
}

fn list(items: &'static [Line]) -> impl IntoView {
    items.iter().map(|item| view! { <li>{line(item)}</li> }).collect_view()
}

fn line(spans: Line) -> impl IntoView {
    spans.iter().copied().map(span).collect_view()
}

fn span(span: Span) -> AnyView {
    match span {
        Span::Text(text) => text.into_any(),
        Span::Emphasis(text) => view! { <em>{text}</em> }.into_any(),
        Span::Strong(text) => view! { <strong>{text}</strong> }.into_any(),
        Span::Code(text) => view! { <code>{text}</code> }.into_any(),
        Span::Quantity(quantity, text) => {
            view! { <span class=["quantity ", quantity_class(quantity)].concat()>{text}</span> }
                .into_any()
        }
        Span::Link { to, text } => view! { <a href=to>{text}</a> }.into_any(),
    }
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
