//! Expected against exact, minute by minute.

use headroom_model::decimal::{fixed, shortest};
use serde_json::Value;
use web_sys::Element;

use super::dom;

/// The plot's height, and where its parts are [CSS px].
const HEIGHT: f64 = 240.0;
const LEFT: f64 = 48.0;
const BOTTOM: f64 = 212.0;
const TOP: f64 = 8.0;
/// Its width where the page does not tell.
const USUAL_WIDTH: f64 = 640.0;
/// The largest differences that it can show [%]: the first that holds all.
const SCALES: [f64; 4] = [5.0, 10.0, 20.0, 50.0];
/// Minutes of the hour.
const MINUTES: f64 = 60.0;
/// What the figures promise of a minute without a mark: within this [%] or
/// three standard errors, but for chance.
const PROMISED_PERCENT: f64 = 2.0;

/// An audit as far as it is.
pub(super) struct Audit {
    minutes: Vec<Minute>,
}

/// An audited minute.
struct Minute {
    row: f64,
    /// The difference of the expected from the exact p95 [%].
    percent: f64,
    /// The standard error of the exact one [%].
    error_percent: f64,
    is_marked: bool,
}

impl Minute {
    /// Whether it is within what is promised of a minute without a mark.
    fn is_kept(&self) -> bool {
        self.percent.abs() <= PROMISED_PERCENT.max(3.0 * self.error_percent)
    }
}

impl Audit {
    /// Empties plot and table on the page.
    pub(super) fn begin() -> Self {
        dom::set_text("audit-rows", "");
        dom::set_text("audit-verdict", "Simulating …");
        for id in ["plot", "audit-table"] {
            dom::element(id).map(|shown| shown.remove_attribute("hidden"));
        }
        let audit = Self { minutes: Vec::new() };
        audit.draw();
        audit
    }

    /// Shows what is new.
    pub(super) fn take(&mut self, news: &Value) {
        for minute in news["minutes"].as_array().into_iter().flatten() {
            self.add(minute);
        }
        self.draw();
        dom::set_progress("audit", news["progress"].as_f64().unwrap_or(0.0));
        if news["done"] == true {
            dom::set_text("audit-verdict", &self.verdict());
        }
    }

    fn add(&mut self, told: &Value) {
        let number = |index: usize| told[index].as_f64().unwrap_or(f64::NAN);
        let [row, expected, exact, error] = [0, 1, 2, 3].map(number);
        let minute = Minute {
            row,
            percent: 100.0 * (expected - exact) / exact,
            error_percent: 100.0 * error / exact,
            is_marked: told[4] == true,
        };
        let is_off = if minute.is_marked || minute.is_kept() { "number" } else { "number is-off" };
        let ms = |value| format!("{} ms", fixed(value, 1));
        dom::add_row(
            "audit-rows",
            &[
                ("number", &fixed(row + 1.0, 0)),
                ("number", &ms(expected)),
                ("number", &ms(exact)),
                ("number", &ms(error)),
                (is_off, &format!("{} %", dom::signed(minute.percent))),
                ("", if minute.is_marked { "approximate" } else { "" }),
            ],
        );
        self.minutes.push(minute);
    }

    fn verdict(&self) -> String {
        let (marked, open): (Vec<&Minute>, Vec<&Minute>) =
            self.minutes.iter().partition(|minute| minute.is_marked);
        let kept = open.iter().filter(|minute| minute.is_kept()).count();
        format!(
            "{kept} of {} minutes without a mark lie within 2 % or three standard errors of the \
             exact runs; {} of {} are marked as approximate.",
            open.len(),
            marked.len(),
            self.minutes.len()
        )
    }

    /// Draws the plot anew: a minute more may ask for another scale.
    fn draw(&self) -> Option<()> {
        let figure = dom::element("plot")?;
        if let Some(old) = figure.query_selector("svg").ok()? {
            old.remove();
        }
        let most = self.minutes.iter().map(|minute| minute.percent.abs()).fold(0.0, f64::max);
        let scale = SCALES.into_iter().find(|scale| most <= *scale).unwrap_or(SCALES[3]);
        let width = f64::from(figure.client_width());
        let plot = Plot { scale, width: if width > 0.0 { width } else { USUAL_WIDTH } };
        let drawn = plot.empty()?;
        for minute in &self.minutes {
            plot.add(&drawn, minute);
        }
        figure.prepend_with_node_1(&drawn).ok()
    }
}

/// The scales of a plot.
struct Plot {
    /// The largest difference [%].
    scale: f64,
    /// [CSS px].
    width: f64,
}

impl Plot {
    fn x(&self, minutes: f64) -> f64 {
        LEFT + minutes / MINUTES * (self.width - LEFT)
    }

    /// Where a difference stands, not beyond the edges.
    fn y(&self, percent: f64) -> String {
        let share = (percent.clamp(-self.scale, self.scale) + self.scale) / (2.0 * self.scale);
        fixed(BOTTOM - share * (BOTTOM - TOP), 1)
    }

    /// The band of what is promised, and the axes.
    fn empty(&self) -> Option<Element> {
        let view = format!("0 0 {} {HEIGHT}", self.width);
        let label = "Difference of the expected from the exact p95 by minute; the table has it";
        let plot = dom::svg("svg", &[("viewBox", &view), ("role", "img"), ("aria-label", label)])?;
        let add = |made| dom::append(&plot, made);
        let (left, right) = (LEFT.to_string(), self.width.to_string());
        let (across, top) = ((self.width - LEFT).to_string(), self.y(PROMISED_PERCENT));
        let height = fixed(PROMISED_PERCENT / self.scale * (BOTTOM - TOP), 1);
        let band = [("x", &*left), ("width", &*across), ("y", &*top), ("height", &*height)];
        add(dom::svg("rect", &[&band[..], &[("class", "band")]].concat()));
        for share in [-1.0, -0.5, 0.0, 0.5, 1.0] {
            let class = if share == 0.0 { "zero" } else { "edge" };
            let y = self.y(share * self.scale);
            let line = [("x1", &*left), ("x2", &*right), ("y1", &*y), ("y2", &*y)];
            add(dom::svg("line", &[&line[..], &[("class", class)]].concat()));
            let text = [("x", "42"), ("y", &*y), ("dy", "0.35em"), ("text-anchor", "end")];
            let words = shortest(share * self.scale).replace('-', "−");
            add(text_of(&text, &format!("{words} %")));
        }
        for (minute, anchor) in
            [(0.0, "start"), (15.0, "middle"), (30.0, "middle"), (45.0, "middle"), (60.0, "end")]
        {
            let x = fixed(self.x(minute), 1);
            let text = [("x", &*x), ("y", "232"), ("text-anchor", anchor)];
            add(text_of(&text, &format!("{} min", fixed(minute, 0))));
        }
        Some(plot)
    }

    fn add(&self, plot: &Element, minute: &Minute) -> Option<()> {
        let Minute { row, percent, error_percent, is_marked } = *minute;
        let x = fixed(self.x(row + 0.5), 1);
        let class = if is_marked { "dot is-marked" } else { "dot" };
        let (high, low) =
            (self.y(percent + 2.0 * error_percent), self.y(percent - 2.0 * error_percent));
        let whisker = [("class", "whisker"), ("x1", &x), ("x2", &x), ("y1", &high), ("y2", &low)];
        dom::append(plot, dom::svg("line", &whisker))?;
        if percent.abs() <= self.scale {
            let dot = [("class", class), ("cx", &*x), ("cy", &*self.y(percent)), ("r", "3")];
            return dom::append(plot, dom::svg("circle", &dot));
        }
        // An arrow that leads out of the plot.
        let (tip, base) =
            if percent > 0.0 { (TOP - 4.0, TOP + 4.0) } else { (BOTTOM + 4.0, BOTTOM - 4.0) };
        let side = |by: f64| fixed(self.x(row + 0.5) + by, 1);
        let points = format!("{},{base} {},{base} {x},{tip}", side(-3.5), side(3.5));
        dom::append(plot, dom::svg("polygon", &[("class", class), ("points", &points)]))
    }
}

fn text_of(attributes: &[(&str, &str)], words: &str) -> Option<Element> {
    let text = dom::svg("text", attributes)?;
    text.set_text_content(Some(words));
    Some(text)
}
