//! Links, and the colours of words.

use super::dom::{El, el};
use crate::course::figure::Quantity;

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
