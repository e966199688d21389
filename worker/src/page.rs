//! The script of the page *Check this simulator*: it hands jobs to a worker of
//! its own module and shows what comes back.

mod audit;
mod dom;
mod table;

use std::cell::RefCell;
use std::rc::Rc;

use crate::client::{Client, Heard};
use audit::Audit;
use table::Table;

/// The hours that can be audited, in the order of the page's list.
const HOURS: [&str; 3] = [
    include_str!("hours/calm.json"),
    include_str!("hours/spike.json"),
    include_str!("hours/edge.json"),
];
/// Exact runs of an hour.
const REPLICATIONS: u64 = 20;

/// What is being shown.
enum Show {
    Nothing,
    Table(Table),
    Audit(Audit),
}

/// Starts the worker, and listens to the page's two forms.
pub(crate) fn open() {
    let Some(script) = dom::own_address() else { return };
    let show = Rc::new(RefCell::new(Show::Nothing));
    let shown = Rc::clone(&show);
    let client = Rc::new(Client::start(&script, move |heard| hear(&mut shown.borrow_mut(), heard)));

    let (asked, shown) = (Rc::clone(&client), Rc::clone(&show));
    dom::on_submit("theory", move || {
        let requests = dom::chosen("requests").parse().unwrap_or(100_000_u64);
        shown.replace(Show::Table(Table::begin()));
        asked.ask(&format!("\"theory\":{requests}"));
    });
    dom::on_submit("audit", move || {
        let hour = dom::chosen("hour").parse().ok().and_then(|hour: usize| HOURS.get(hour));
        let hour = hour.unwrap_or(&HOURS[0]);
        show.replace(Show::Audit(Audit::begin()));
        client.ask(&format!("\"audit\":{hour},\"replications\":{REPLICATIONS}"));
    });
}

fn hear(show: &mut Show, heard: Heard) {
    match (heard, show) {
        (Heard::News(news), Show::Table(table)) => table.take(&news),
        (Heard::News(news), Show::Audit(audit)) => audit.take(&news),
        (Heard::News(_), Show::Nothing) => {}
        (Heard::Failure(sentence), _) => dom::set_text("fault", &sentence),
    }
}
