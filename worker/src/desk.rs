//! What a worker does: one job at a time, in slices, told as it comes.
//!
//! Messages are JSON objects in text.
//!
//! | to the worker | what it does |
//! | --- | --- |
//! | `{"build", "job", "settle": SCENARIO}` | settles an expected run, and then that of `beside`, if there is such a scenario |
//! | `{"build", "job", "theory": REQUESTS}` | holds the exact plane against closed forms |
//! | `{"build", "job", "audit": SCENARIO, "replications"}` | holds an expected run against exact ones |
//! | `{"build", "job", "cancel"}` | nothing: the job before is given up, as for every new one |
//!
//! What comes back has the job's number, `progress` from 0 to 1, `done`, and
//! what is new since the last message: `minutes` (settled ones as `[row,
//! served_rps, p50_ms, p95_ms, p99_ms, errors, missed]`, audited ones as `[row,
//! expected p95, exact p95, standard error, is marked]`), `rows` of the theory
//! table as `[queue, load, figure, theory, simulated, standard error]`; and at
//! the end of settling `summary`, the figures about requests in the order of a
//! trace's summary, `slo_minutes_missed` last. What is told of the run beside stands
//! in `beside`. `fault` is a sentence: the message was not understood.

use headroom_model::data_plane::Fidelity;
use headroom_model::scenario::Scenario;
use headroom_model::trace::{Minute, Summary, Trace};
use headroom_model::{Audit, Audited, Settling};
use serde_json::{Value, json};

use crate::theory::{Compared, Theory};

/// The build of the site that this belongs to. Page and worker of different
/// builds refuse each other, since they may not mean the same by a message.
pub const BUILD: &str = match option_env!("HEADROOM_BUILD") {
    Some(build) => build,
    None => "",
};

/// The most replications of an audit.
const MOST_REPLICATIONS: u64 = 100;
/// The most requests of a queue in the theory table.
const MOST_REQUESTS: u64 = 10_000_000;

/// A worker's desk.
#[derive(Default)]
pub struct Desk {
    job: Option<(u64, Box<dyn Job>)>,
}

/// Something that is done in small steps.
trait Job {
    fn is_done(&self) -> bool;
    /// From 0 to 1.
    fn progress(&self) -> f64;
    /// Works on for a second of simulated time or less.
    fn step(&mut self);
    /// Adds what is new since the last time to a message.
    fn tell(&mut self, message: &mut Value);
}

impl Desk {
    /// Said once, before anything is asked.
    pub fn hello() -> String {
        json!({ "build": BUILD }).to_string()
    }

    /// Takes a message, which ends the job before it; an answer is what is
    /// wrong with it.
    pub fn take(&mut self, message: &str) -> Option<String> {
        self.job = None;
        let message: Value = match serde_json::from_str(message) {
            Ok(message) => message,
            Err(error) => return Some(fault(None, &format!("the message is not JSON: {error}"))),
        };
        let Some(number) = message["job"].as_u64() else {
            return Some(fault(None, "the message has no `job`, the number of the job"));
        };
        if message["build"] != BUILD {
            let theirs = message["build"].as_str().unwrap_or("unknown");
            let sentence = format!("this is build `{BUILD}`, the page's is `{theirs}`: reload it");
            return Some(fault(Some(number), &sentence));
        }
        match read(&message) {
            Ok(job) => self.job = job.map(|job| (number, job)),
            Err(sentence) => return Some(fault(Some(number), &sentence)),
        }
        None
    }

    /// Whether there is nothing to work on.
    pub fn is_idle(&self) -> bool {
        self.job.is_none()
    }

    /// Works until `is_over`, which it asks after each step, and tells what is
    /// new.
    pub fn work(&mut self, mut is_over: impl FnMut() -> bool) -> Option<String> {
        let (number, job) = self.job.as_mut()?;
        while !job.is_done() {
            job.step();
            if is_over() {
                break;
            }
        }
        let done = job.is_done();
        let mut message = json!({ "job": *number, "progress": job.progress(), "done": done });
        job.tell(&mut message);
        if done {
            self.job = None;
        }
        Some(message.to_string())
    }
}

fn fault(job: Option<u64>, sentence: &str) -> String {
    json!({ "job": job, "fault": sentence }).to_string()
}

/// The job that a message asks for, if it asks for one.
fn read(message: &Value) -> Result<Option<Box<dyn Job>>, String> {
    let number = |name: &str, most: u64| match message[name].as_u64() {
        Some(number) if (1..=most).contains(&number) => Ok(number),
        _ => Err(format!("`{name}` is not a whole number from 1 to {most}")),
    };
    let scenario = |name: &str| {
        Scenario::from_value(&message[name]).map_err(|faults| {
            let faults: Vec<String> = faults.iter().map(ToString::to_string).collect();
            faults.join("; ")
        })
    };
    Ok(if message.get("settle").is_some() {
        let run = Settled::new(&scenario("settle")?);
        let has_beside = message.get("beside").is_some();
        let beside = if has_beside { Some(Settled::new(&scenario("beside")?)) } else { None };
        Some(Box::new(Settle { run, beside }))
    } else if message.get("theory").is_some() {
        let theory = Theory::new(number("theory", MOST_REQUESTS)?);
        Some(Box::new(Compare { theory, rows: Vec::new() }))
    } else if message.get("audit").is_some() {
        let replications = number("replications", MOST_REPLICATIONS)? as usize;
        let audit = Audit::new(&scenario("audit")?, replications);
        Some(Box::new(Hold { audit, minutes: Vec::new() }))
    } else {
        None
    })
}

struct Settle {
    run: Settled,
    beside: Option<Settled>,
}

/// A run that is being settled.
struct Settled {
    settling: Settling,
    /// Settled since the last message.
    rows: Vec<usize>,
}

impl Settled {
    fn new(scenario: &Scenario) -> Self {
        Self { settling: Settling::new(scenario), rows: Vec::new() }
    }

    fn tell(&mut self, message: &mut Value) {
        let Trace { minutes, summary, .. } = self.settling.trace();
        message["minutes"] = self.rows.drain(..).map(|row| settled(row, &minutes[row])).collect();
        if self.settling.is_done() {
            message["summary"] = figures(summary);
        }
    }
}

impl Settle {
    fn runs(&self) -> impl Iterator<Item = &Settled> {
        std::iter::once(&self.run).chain(&self.beside)
    }
}

impl Job for Settle {
    fn is_done(&self) -> bool {
        self.runs().all(|run| run.settling.is_done())
    }

    fn progress(&self) -> f64 {
        let progress: f64 = self.runs().map(|run| run.settling.progress()).sum();
        progress / self.runs().count() as f64
    }

    fn step(&mut self) {
        let mut runs = std::iter::once(&mut self.run).chain(&mut self.beside);
        if let Some(run) = runs.find(|run| !run.settling.is_done()) {
            run.rows.extend(run.settling.step());
        }
    }

    fn tell(&mut self, message: &mut Value) {
        self.run.tell(message);
        if let Some(beside) = &mut self.beside {
            beside.tell(&mut message["beside"]);
        }
    }
}

struct Compare {
    theory: Theory,
    /// Done since the last message.
    rows: Vec<Compared>,
}

impl Job for Compare {
    fn is_done(&self) -> bool {
        self.theory.is_done()
    }

    fn progress(&self) -> f64 {
        self.theory.progress()
    }

    fn step(&mut self) {
        self.rows.extend(self.theory.step());
    }

    fn tell(&mut self, message: &mut Value) {
        message["rows"] = self.rows.drain(..).map(|row| compared(&row)).collect();
    }
}

struct Hold {
    audit: Audit,
    /// Audited since the last message.
    minutes: Vec<Audited>,
}

impl Job for Hold {
    fn is_done(&self) -> bool {
        self.audit.is_done()
    }

    fn progress(&self) -> f64 {
        self.audit.progress()
    }

    fn step(&mut self) {
        self.minutes.extend(self.audit.step());
    }

    fn tell(&mut self, message: &mut Value) {
        message["minutes"] = self.minutes.drain(..).map(|minute| audited(&minute)).collect();
    }
}

fn settled(row: usize, minute: &Minute) -> Value {
    let Minute { served_rps, p50_ms, p95_ms, p99_ms, errors, missed, .. } = minute;
    json!([row, served_rps, p50_ms, p95_ms, p99_ms, errors, missed])
}

fn audited(minute: &Audited) -> Value {
    let Audited { row, fidelity, expected_p95_ms, exact_p95_ms, standard_error_ms } = minute;
    let is_marked = *fidelity == Fidelity::Approximate;
    json!([row, expected_p95_ms, exact_p95_ms, standard_error_ms, is_marked])
}

fn compared(row: &Compared) -> Value {
    let Compared { queue, load, figure, theory, simulated, standard_error } = row;
    json!([queue, load, figure, theory, simulated, standard_error])
}

fn figures(summary: &Summary) -> Value {
    json!([
        summary.requests,
        summary.completed,
        summary.rejected,
        summary.timed_out,
        summary.failed,
        summary.in_flight,
        summary.mean_ms,
        summary.p50_ms,
        summary.p95_ms,
        summary.p99_ms,
        summary.mean_wait_ms,
        summary.wait_probability,
        summary.utilization,
        summary.slo_minutes_missed,
    ])
}

#[cfg(test)]
mod tests {
    use super::*;

    const SCENARIO: &str = r#"{ "version": 1, "duration_s": 900, "service": { "desired_count": 4 },
        "traffic": { "shape": "steps", "points": [[0, 150], [120, 230], [300, 196]] } }"#;

    fn job(number: u64, rest: &str) -> String {
        format!(r#"{{ "build": "{BUILD}", "job": {number}, {rest} }}"#)
    }

    /// All that a desk tells until it is idle, in slices of some steps.
    fn told(desk: &mut Desk, steps: u32) -> Vec<Value> {
        let mut told = Vec::new();
        while !desk.is_idle() {
            let mut left = steps;
            let message = desk.work(|| {
                left -= 1;
                left == 0
            });
            told.push(serde_json::from_str(&message.expect("it works")).expect("JSON"));
        }
        told
    }

    #[test]
    fn the_run_beside_it_is_settled_in_the_same_job() {
        let other = SCENARIO.replace("230", "240");
        let trace =
            |text: &str| Settling::new(&Scenario::parse(text.as_bytes()).expect("valid")).finish();
        let mut desk = Desk::default();
        let both = format!(r#""settle": {SCENARIO}, "beside": {other}"#);
        assert_eq!(desk.take(&job(3, &both)), None);
        let told = told(&mut desk, 50);
        let last = told.last().expect("it told something");
        assert_eq!(last["done"], true);
        for (told, trace) in [(last, trace(SCENARIO)), (&last["beside"], trace(&other))] {
            assert_eq!(told["summary"], read_back(&figures(&trace.summary)));
        }
        let of_the_other = |message: &Value| message["beside"]["minutes"].as_array().map(Vec::len);
        assert!(told.iter().filter_map(of_the_other).sum::<usize>() > 3);
        let bad = format!(r#""settle": {SCENARIO}, "beside": 7"#);
        assert!(desk.take(&job(4, &bad)).is_some(), "it is read like any input");
    }

    /// Reading a number from text may miss its last bit.
    fn read_back(value: &Value) -> Value {
        serde_json::from_str(&value.to_string()).expect("JSON")
    }

    #[test]
    fn a_run_is_settled_as_at_the_prompt_in_slices_of_any_length() {
        let scenario = Scenario::parse(SCENARIO.as_bytes()).expect("a valid scenario");
        let trace = Settling::new(&scenario).finish();
        for steps in [1, 100, u32::MAX] {
            let mut desk = Desk::default();
            assert_eq!(desk.take(&job(3, &format!(r#""settle": {SCENARIO}"#))), None);
            let told = told(&mut desk, steps);
            let minutes: Vec<Value> = told
                .iter()
                .flat_map(|message| message["minutes"].as_array().expect("minutes").clone())
                .collect();
            assert!(minutes.len() > 3);
            for minute in minutes {
                let row = minute[0].as_u64().expect("a row") as usize;
                assert_eq!(minute, read_back(&settled(row, &trace.minutes[row])));
                assert_eq!(trace.minutes[row].fidelity, Fidelity::Exact);
            }
            let last = told.last().expect("a message");
            assert_eq!((&last["done"], &last["progress"]), (&json!(true), &json!(1.0)));
            assert_eq!(last["summary"], read_back(&figures(&trace.summary)));
            assert!(told.iter().all(|message| message["job"] == 3));
        }
    }

    #[test]
    fn a_new_job_ends_the_one_before() {
        let mut desk = Desk::default();
        desk.take(&job(1, r#""theory": 100000"#));
        desk.work(|| true);
        assert!(!desk.is_idle());
        desk.take(&job(2, &format!(r#""audit": {SCENARIO}, "replications": 2"#)));
        let told = told(&mut desk, 1000);
        assert!(told.iter().all(|message| message["job"] == 2));
        let minutes = told.iter().map(|message| message["minutes"].as_array().map_or(0, Vec::len));
        assert_eq!(minutes.sum::<usize>(), 15);
        desk.take(&job(3, r#""theory": 100000"#));
        assert_eq!(desk.take(&job(4, r#""no": 0"#)), None);
        assert!(desk.is_idle(), "a message without a job cancels");
    }

    #[test]
    fn a_wrong_message_is_answered_with_a_sentence() {
        for (message, says) in [
            ("{", "not JSON"),
            ("[]", "no `job`"),
            (r#"{ "job": -1 }"#, "no `job`"),
            (r#"{ "job": 1, "build": "other" }"#, "the page's is `other`: reload it"),
            (&job(1, r#""theory": 0"#), "`theory` is not a whole number from 1"),
            (&job(1, &format!(r#""audit": {SCENARIO}"#)), "`replications` is not"),
            (&job(1, r#""settle": { "version": 2 }"#), "/version"),
        ] {
            let mut desk = Desk::default();
            let answer = desk.take(message).expect("an answer");
            let answer: Value = serde_json::from_str(&answer).expect("JSON");
            let fault = answer["fault"].as_str().expect("a sentence");
            assert!(fault.contains(says), "{message}: {fault}");
            assert!(desk.is_idle());
        }
    }
}
