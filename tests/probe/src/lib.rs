//! The model alone, for tests and benchmarks to ask on the host, in node and
//! in a browser. It is never shipped.

mod dice;
mod digest;
mod drawn;
mod functions;

use std::fmt::Write as _;

use headroom_model::scenario::Scenario;
use headroom_model::simulate;
use headroom_model::trace::Station;
use wasm_bindgen::prelude::wasm_bindgen;

use digest::Digest;

/// The runs that have to give the same bytes everywhere: between them they
/// reach every traffic shape, law of service time and algorithm, and most kinds of
/// event.
const RUNS: [(&str, &str); 10] = [
    ("spike", include_str!("../scenarios/spike.json")),
    ("crash", include_str!("../scenarios/crash.json")),
    ("day", include_str!("../scenarios/day.json")),
    ("ramp", include_str!("../scenarios/ramp.json")),
    ("steps", include_str!("../scenarios/steps.json")),
    ("trace", include_str!("../scenarios/trace.json")),
    ("rollout", include_str!("../../../model/tests/goldens/rollout.json")),
    ("policies", include_str!("../../../model/tests/goldens/policies.json")),
    ("outstanding", include_str!("../../../model/tests/goldens/outstanding.json")),
    ("clients", include_str!("../../../model/tests/goldens/clients.json")),
];

/// A line for each run: its name, the data plane, the model's version, and a
/// digest of everything that the run left behind.
#[wasm_bindgen]
pub fn digests() -> String {
    let mut lines = String::new();
    for (name, json) in RUNS {
        for (word, station) in STATIONS {
            // A day of single requests is too long for a test.
            if name == "day" && station == Station::Exact {
                continue;
            }
            let digest = match Scenario::parse(json.as_bytes()) {
                Ok(scenario) => played(&scenario, station).to_string(),
                Err(faults) => format!("{faults:?}"),
            };
            // Writing to a string cannot fail.
            writeln!(lines, "{name} {word} {} {digest}", headroom_model::VERSION).ok();
        }
    }
    lines
}

const STATIONS: [(&str, Station); 2] = [("expected", Station::Expected), ("exact", Station::Exact)];

fn played(scenario: &Scenario, station: Station) -> Digest {
    let trace = simulate(scenario, station);
    Digest::of(&format!("{trace:?}{}", trace.to_json()))
}

/// The scenario with a number among those that are drawn by chance, as JSON.
#[wasm_bindgen]
pub fn drawn_scenario(number: u32) -> String {
    drawn::draw(number).to_string()
}

/// A line for each scenario with one of these numbers: the number, and the
/// digests of both runs, or the word `refused` and the digest of the faults.
#[wasm_bindgen]
pub fn drawn_digests(from: u32, until: u32) -> String {
    let mut lines = String::new();
    for number in from..until {
        let line = match Scenario::parse(drawn_scenario(number).as_bytes()) {
            Ok(scenario) => {
                let [expected, exact] = STATIONS.map(|(_, station)| played(&scenario, station));
                format!("{number} {expected} {exact}")
            }
            Err(faults) => format!("{number} refused {}", Digest::of(&format!("{faults:?}"))),
        };
        writeln!(lines, "{line}").ok();
    }
    lines
}

/// A line for each function of libm that the model calls: its name, and a digest
/// of its results on `count` inputs.
#[wasm_bindgen]
pub fn function_digests(count: u32) -> String {
    functions::digests(count)
}

/// Plays scenarios on the expected data plane, as a figure of the course does.
#[wasm_bindgen]
#[derive(Default)]
pub struct Player(headroom_model::Player);

#[wasm_bindgen]
impl Player {
    /// A player that has played nothing yet.
    #[wasm_bindgen(constructor)]
    pub fn new() -> Self {
        Self::default()
    }

    /// Plays a scenario; returns its number of minutes, so that nobody can
    /// leave the work out, or the faults of the scenario.
    pub fn play(&mut self, json: &str) -> Result<u32, String> {
        let scenario = Scenario::parse(json.as_bytes()).map_err(|faults| format!("{faults:?}"))?;
        Ok(self.0.expect(&scenario).minutes.len() as u32)
    }
}

/// Plays a scenario request by request; returns their number, or the faults of
/// the scenario.
#[wasm_bindgen]
pub fn exact(json: &str) -> Result<f64, String> {
    let scenario = Scenario::parse(json.as_bytes()).map_err(|faults| format!("{faults:?}"))?;
    Ok(simulate(&scenario, Station::Exact).summary.requests)
}

/// The version of the model's rules.
#[wasm_bindgen]
pub fn version() -> String {
    headroom_model::VERSION.to_owned()
}
