//! Expected against exact, minute by minute.

use headroom_model::decimal::fixed;
use serde_json::Value;
use web_sys::Element;

use super::dom;

/// The plot's size, in the units of its picture.
const WIDTH: f64 = 640.0;
const HEIGHT: f64 = 240.0;
const LEFT: f64 = 44.0;
const BOTTOM: f64 = 212.0;
const TOP: f64 = 8.0;
/// The largest difference that the plot shows [%].
const MOST_PERCENT: f64 = 10.0;
/// Minutes of the hour.
const MINUTES: f64 = 60.0;
/// What the figures promise of a minute without a mark: within this [%] or
/// three standard errors, but for chance.
const PROMISED_PERCENT: f64 = 2.0;

/// An audit as far as it is.
pub(super) struct Audit {
    plot: Option<Element>,
    minutes: u32,
    marked: u32,
    /// Minutes without a mark that are within what is promised of them.
    kept: u32,
}

impl Audit {
    /// Empties plot and table on the page.
    pub(super) fn begin() -> Self {
        dom::set_text("audit-rows", "");
        dom::set_text("audit-verdict", "Simulating …");
        for id in ["plot", "audit-table"] {
            dom::element(id).map(|shown| shown.remove_attribute("hidden"));
        }
        Self { plot: plot(), minutes: 0, marked: 0, kept: 0 }
    }

    /// Shows what is new.
    pub(super) fn take(&mut self, news: &Value) {
        for minute in news["minutes"].as_array().into_iter().flatten() {
            self.add(minute);
        }
        dom::set_progress("audit", news["progress"].as_f64().unwrap_or(0.0));
        if news["done"] == true {
            dom::set_text("audit-verdict", &self.verdict());
        }
    }

    fn add(&mut self, minute: &Value) {
        let number = |index: usize| minute[index].as_f64().unwrap_or(f64::NAN);
        let [row, expected, exact, error] = [0, 1, 2, 3].map(number);
        let is_marked = minute[4] == true;
        let percent = 100.0 * (expected - exact) / exact;
        let error_percent = 100.0 * error / exact;
        let is_kept = percent.abs() <= PROMISED_PERCENT.max(3.0 * error_percent);
        self.minutes += 1;
        self.marked += u32::from(is_marked);
        self.kept += u32::from(!is_marked && is_kept);
        let is_off = if is_marked || is_kept { "number" } else { "number is-off" };
        dom::add_row(
            "audit-rows",
            &[
                ("number", &fixed(row + 1.0, 0)),
                ("number", &format!("{} ms", fixed(expected, 1))),
                ("number", &format!("{} ms", fixed(exact, 1))),
                ("number", &format!("{} ms", fixed(error, 1))),
                (is_off, &format!("{} %", dom::signed(percent))),
                ("", if is_marked { "approximate" } else { "" }),
            ],
        );
        self.draw(row, percent, 2.0 * error_percent, is_marked);
    }

    fn draw(&self, row: f64, percent: f64, whisker: f64, is_marked: bool) -> Option<()> {
        let plot = self.plot.as_ref()?;
        let x = fixed(LEFT + (row + 0.5) / MINUTES * (WIDTH - LEFT), 1);
        let class = if is_marked { "dot is-marked" } else { "dot" };
        if percent.abs() > MOST_PERCENT {
            let (tip, base) =
                if percent > 0.0 { (TOP - 4.0, TOP + 4.0) } else { (BOTTOM + 4.0, BOTTOM - 4.0) };
            let half = 3.5;
            let middle = LEFT + (row + 0.5) / MINUTES * (WIDTH - LEFT);
            let points = format!(
                "{},{base} {},{base} {x},{tip}",
                fixed(middle - half, 1),
                fixed(middle + half, 1)
            );
            return dom::append(
                plot,
                dom::svg("polygon", &[("class", class), ("points", &points)]),
            );
        }
        let (high, low) = (y(percent + whisker), y(percent - whisker));
        let whisker = [("class", "whisker"), ("x1", &x), ("x2", &x), ("y1", &high), ("y2", &low)];
        dom::append(plot, dom::svg("line", &whisker))?;
        let dot = [("class", class), ("cx", &*x), ("cy", &*y(percent)), ("r", "3")];
        dom::append(plot, dom::svg("circle", &dot))
    }

    fn verdict(&self) -> String {
        let Self { minutes, marked, kept, .. } = self;
        let open = minutes - marked;
        format!(
            "{kept} of {open} minutes without a mark lie within 2 % or three standard errors of \
             the exact runs; {marked} of {minutes} are marked as approximate."
        )
    }
}

/// Where a difference stands, not beyond the edges.
fn y(percent: f64) -> String {
    let share = (percent.clamp(-MOST_PERCENT, MOST_PERCENT) + MOST_PERCENT) / (2.0 * MOST_PERCENT);
    fixed(BOTTOM - share * (BOTTOM - TOP), 1)
}

/// An empty plot in the place of the last one: the band of what is promised,
/// and the scales.
fn plot() -> Option<Element> {
    let figure = dom::element("plot")?;
    if let Some(old) = figure.query_selector("svg").ok()? {
        old.remove();
    }
    let view = format!("0 0 {WIDTH} {HEIGHT}");
    let label = "Difference of the expected from the exact p95 by minute; the table below has it";
    let plot = dom::svg("svg", &[("viewBox", &view), ("role", "img"), ("aria-label", label)])?;
    let (left, width) = (LEFT.to_string(), (WIDTH - LEFT).to_string());
    let right = WIDTH.to_string();
    let add = |made| dom::append(&plot, made);
    let (top, band) = (y(PROMISED_PERCENT), 2.0 * PROMISED_PERCENT / (2.0 * MOST_PERCENT));
    let height = fixed(band * (BOTTOM - TOP), 1);
    let band =
        [("class", "band"), ("x", &*left), ("width", &*width), ("y", &*top), ("height", &*height)];
    add(dom::svg("rect", &band));
    for percent in [-10.0, -5.0, 0.0, 5.0, 10.0] {
        let class = if percent == 0.0 { "zero" } else { "edge" };
        let y = y(percent);
        let line = [("class", class), ("x1", &*left), ("x2", &*right), ("y1", &*y), ("y2", &*y)];
        add(dom::svg("line", &line));
        let text = [("x", "38"), ("y", &*y), ("dy", "0.35em"), ("text-anchor", "end")];
        add(text_of(&text, &format!("{} %", fixed(percent, 0).replace('-', "−"))));
    }
    for minute in [0.0, 15.0, 30.0, 45.0, 60.0] {
        let x = fixed(LEFT + minute / MINUTES * (WIDTH - LEFT), 1);
        let anchor = match minute {
            0.0 => "start",
            60.0 => "end",
            _ => "middle",
        };
        let text = [("x", &*x), ("y", "232"), ("text-anchor", anchor)];
        add(text_of(&text, &format!("{} min", fixed(minute, 0))));
    }
    figure.prepend_with_node_1(&plot).ok()?;
    Some(plot)
}

fn text_of(attributes: &[(&str, &str)], words: &str) -> Option<Element> {
    let text = dom::svg("text", attributes)?;
    text.set_text_content(Some(words));
    Some(text)
}
