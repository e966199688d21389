//! The theory table.

use headroom_model::decimal::fixed;
use serde_json::Value;

use super::dom;

/// Half the width of an interval that holds the truth 19 times in 20, in
/// standard errors of a mean of twenty (Student's t with 19 degrees of freedom).
const INTERVAL: f64 = 2.093;
/// Beyond so many standard errors something is wrong.
const MOST_ERRORS: f64 = 4.0;

/// The theory table as far as it is.
#[derive(Default)]
pub(super) struct Table {
    rows: u32,
    /// Rows beyond two standard errors, and beyond four.
    beyond: (u32, u32),
}

impl Table {
    /// Empties the table on the page.
    pub(super) fn begin() -> Self {
        dom::set_text("theory-rows", "");
        dom::set_text("theory-verdict", "Simulating …");
        Self::default()
    }

    /// Shows what is new.
    pub(super) fn take(&mut self, news: &Value) {
        for row in news["rows"].as_array().into_iter().flatten() {
            self.add(row);
        }
        dom::set_progress("theory", news["progress"].as_f64().unwrap_or(0.0));
        if news["done"] == true {
            dom::set_text("theory-verdict", &self.verdict());
        }
    }

    fn add(&mut self, row: &Value) {
        let number = |index: usize| row[index].as_f64().unwrap_or(f64::NAN);
        let text = |index: usize| row[index].as_str().unwrap_or_default();
        let [load, theory, simulated, error] = [1, 3, 4, 5].map(number);
        let off = (simulated - theory) / error;
        self.rows += 1;
        self.beyond.0 += u32::from(off.abs() > 2.0);
        self.beyond.1 += u32::from(off.abs() > MOST_ERRORS);
        let is_off = if off.abs() > MOST_ERRORS { "number is-off" } else { "number" };
        dom::add_row(
            "theory-rows",
            &[
                ("", text(0)),
                ("number", &fixed(load, 1)),
                ("", text(2)),
                ("number", &fixed(theory, 4)),
                ("number", &format!("{} ± {}", fixed(simulated, 4), fixed(INTERVAL * error, 4))),
                (is_off, &dom::signed(off)),
            ],
        );
    }

    fn verdict(&self) -> String {
        let Self { rows, beyond: (two, four) } = self;
        match (two, four) {
            (0, 0) => format!("All {rows} figures agree with theory within two standard errors."),
            (_, 0) => format!(
                "All {rows} figures agree with theory: {two} of them off by more than two \
                 standard errors, none by more than four."
            ),
            _ => format!("{four} of {rows} figures are off by more than four standard errors."),
        }
    }
}
