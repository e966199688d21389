//! The model alone, for tests and benchmarks to ask on the host, in node and
//! in a browser. It is never shipped.

use std::fmt::Write as _;

use headroom_model::scenario::Scenario;
use headroom_model::simulate;
use headroom_model::trace::Station;
use wasm_bindgen::prelude::wasm_bindgen;

/// The runs that have to give the same bytes everywhere: between them they
/// reach every traffic shape, law of service time and algorithm, and most kinds of
/// event.
const RUNS: [(&str, &str); 9] = [
    ("spike", include_str!("../scenarios/spike.json")),
    ("crash", include_str!("../scenarios/crash.json")),
    ("day", include_str!("../scenarios/day.json")),
    ("ramp", include_str!("../scenarios/ramp.json")),
    ("steps", include_str!("../scenarios/steps.json")),
    ("trace", include_str!("../scenarios/trace.json")),
    ("rollout", include_str!("../../../model/tests/goldens/rollout.json")),
    ("policies", include_str!("../../../model/tests/goldens/policies.json")),
    ("outstanding", include_str!("../../../model/tests/goldens/outstanding.json")),
];

/// A line for each run: its name, the data plane, the model's version, and a
/// digest of everything that the run left behind.
#[wasm_bindgen]
pub fn digests() -> String {
    let mut lines = String::new();
    for (name, json) in RUNS {
        for (word, station) in [("expected", Station::Expected), ("exact", Station::Exact)] {
            let digest = match Scenario::parse(json.as_bytes()) {
                // A day of single requests is too long for a test.
                Ok(_) if name == "day" && station == Station::Exact => continue,
                Ok(scenario) => {
                    let trace = simulate(&scenario, station);
                    format!("{:016x}", fnv1a(&format!("{trace:?}{}", trace.to_json())))
                }
                Err(faults) => format!("{faults:?}"),
            };
            // Writing to a string cannot fail.
            writeln!(lines, "{name} {word} {} {digest}", headroom_model::VERSION).ok();
        }
    }
    lines
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

/// The version of the model's rules.
#[wasm_bindgen]
pub fn version() -> String {
    headroom_model::VERSION.to_owned()
}

/// The 64-bit FNV-1a hash.
fn fnv1a(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}
