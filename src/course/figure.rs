//! What a figure is: a sequence of acts, each a live run of the model.

use serde_json::Value;

/// A quantity with a colour of its own, in lines, words and sliders alike.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Quantity {
    /// Offered load.
    Traffic,
    /// Capacity and tasks.
    Capacity,
    /// The metric that is tracked.
    Metric,
    /// Response times.
    Latency,
    /// Errors and saturation.
    Errors,
    /// Anything else: ink.
    Other,
}

/// A live simulation in a section: one act, or several that build on each other.
#[derive(Debug, Clone)]
pub struct Figure {
    /// Its name in links, unique in its section.
    pub id: String,
    /// What the scenarios of its acts share (see the scenario file's description).
    pub scenario: Value,
    /// At least one, in the order in which they are told.
    pub acts: Vec<Act>,
}

/// One question, one scenario, and what may be moved in it.
#[derive(Debug, Clone)]
pub struct Act {
    /// The one-line question above the figure.
    pub question: String,
    /// A JSON merge patch (RFC 7396) on the figure's scenario; together they are
    /// this act's. `{"$": "name"}` stands for the value of the control `name`, and
    /// `{"$": "name", "or": 300}` for 300 in an act that has no such control;
    /// `{"$": "name", "times": 60, "plus": 1500}` makes another number of it, and
    /// `{"$": "name", "plus": "other"}` adds another control's.
    pub scenario: Value,
    /// Sliders, in order; the first two to four are always shown. Those of a table
    /// of steps are its fields instead.
    pub controls: Vec<Control>,
    /// A table of steps whose edges lie on the metric chart, if there is one.
    pub step_table: Option<StepTable>,
    /// Switches, in order.
    pub switches: Vec<Switch>,
    /// Another run to hold the act's own against.
    pub beside: Option<Beside>,
    /// Where the cursor stands at first [s]; with a prediction, not in its fog.
    pub cursor_s: f64,
    /// The minute that tells the most [s]: where the stage puts the cursor to
    /// say why.
    pub why_s: f64,
    /// The bet that is asked for before the future is shown.
    pub prediction: Option<Prediction>,
    /// Charts shown at once, in order; the others are behind "more charts".
    pub charts: Vec<Chart>,
    /// Goals that tick themselves off.
    pub goals: Vec<Goal>,
    /// What to look at: the caption below the figure.
    pub caption: String,
    /// Shown once the run is seen to its end: what happened and why.
    pub reveal: String,
    /// What this figure leaves out or only approximates.
    pub leaves_out: Vec<String>,
}

/// Which controls a table of steps sets, by their names. Its steps follow each
/// other from the threshold up; the last one has no upper edge.
#[derive(Debug, Clone)]
pub struct StepTable {
    /// The alarm's threshold [%].
    pub threshold: String,
    /// The width of each step but the last, lowest first [%].
    pub widths: Vec<String>,
    /// What each step adds, lowest first [tasks]; one more than there are widths.
    pub adds: Vec<String>,
}

/// A slider and the hole of the scenario that it fills.
#[derive(Debug, Clone)]
pub struct Control {
    /// Name of the hole, and of the parameter in links.
    pub name: String,
    /// What a person reads.
    pub label: String,
    /// Unit of the value.
    pub unit: String,
    /// Colour.
    pub quantity: Quantity,
    /// Smallest value.
    pub min: f64,
    /// Largest value.
    pub max: f64,
    /// Step of the slider; values lie on `min + k × step`.
    pub step: f64,
    /// Value at first.
    pub default: f64,
    /// Whether it stands behind "more".
    pub more: bool,
}

/// A switch that changes the scenario as a whole.
#[derive(Debug, Clone)]
pub struct Switch {
    /// Name in links.
    pub name: String,
    /// What a person reads.
    pub label: String,
    /// A JSON merge patch (RFC 7396) on the scenario with its holes, applied
    /// in order of the switches that are on.
    pub patch: Value,
    /// A switch before it that must be on for this one to show, if any.
    pub needs: Option<String>,
}

/// Another run beside an act's own: the same traffic and seed, one thing changed.
#[derive(Debug, Clone)]
pub struct Beside {
    /// What the other run is called, in a word.
    pub label: String,
    /// What the act's own run is called beside it, in a word.
    pub name_of_this: String,
    /// A JSON merge patch (RFC 7396) on the scenario with its holes, after those of
    /// the switches: it makes the other run.
    pub patch: Value,
}

/// A bet on the outcome, made before it is shown.
#[derive(Debug, Clone)]
pub struct Prediction {
    /// From here on the future is fogged until the bet is made [s].
    pub fog_from_s: f64,
    /// What can be chosen; exactly one is right.
    pub choices: Vec<Choice>,
}

/// A choice of a prediction.
#[derive(Debug, Clone)]
pub struct Choice {
    /// What the button says.
    pub label: String,
    /// Tasks that it bets on, drawn as capacity through the fog; `None` if it
    /// is not about a number of tasks.
    pub tasks: Option<u32>,
    /// Whether it is what happens at the figure's first settings.
    pub right: bool,
    /// Said after the run: for a wrong one, the idea behind it and where it fails.
    pub feedback: String,
}

/// A chart of a figure; all share one time axis.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Chart {
    /// Offered load, and what the serving tasks can carry [requests/s].
    TrafficCapacity,
    /// The tracked metric with its target, alarm thresholds and datapoints.
    Metric,
    /// Tasks by state.
    Tasks,
    /// Response time percentiles with the limit [ms].
    Latency,
    /// Errors a minute.
    Errors,
    /// From the rise of traffic to the first task that helps, stretch by stretch.
    FirstMinutes,
}

/// A condition on the run that the student brings about.
#[derive(Debug, Clone)]
pub struct Goal {
    /// What a person reads.
    pub text: String,
    /// All must hold at once.
    pub all_of: Vec<Condition>,
}

/// A condition on a run, checked on its trace.
#[derive(Debug, Clone, PartialEq)]
pub enum Condition {
    /// At most this many minutes with the service's CPU at 100 % (99.5 % and more).
    SaturatedMinutesAtMost(u32),
    /// At most this many task-hours in all.
    TaskHoursAtMost(f64),
    /// At most this many minutes missed the objective.
    MissedMinutesAtMost(u32),
    /// Desired tasks at the end.
    DesiredAtEnd(u32),
    /// The most tasks running at once.
    PeakRunning(u32),
    /// At most this share of the requests ended in an error [%].
    ErrorPercentAtMost(f64),
    /// In the slowest minute, the 95th percentile of the response time was at
    /// most this [s].
    SlowestMinuteAtMost(f64),
    /// The first task that was added came to full speed so long after the rise of
    /// traffic, both included [s].
    FirstHelpWithin(f64, f64),
    /// At most this many scale-outs.
    ScaleOutsAtMost(u32),
    /// At least this many scale-ins.
    ScaleInsAtLeast(u32),
    /// A control stands within these values, both included.
    ControlWithin(String, f64, f64),
    /// A switch is on.
    SwitchOn(String),
}
