//! Whole traces, byte for byte: a change of the model's rules shows here, and
//! where. That node and Chromium give the same bytes is the probe's to check.
//!
//! `UPDATE_GOLDENS=1 cargo test -p headroom-model --test golden` writes them
//! anew; a change of theirs needs a new `headroom_model::VERSION`.

use std::path::Path;

use headroom_model::scenario::Scenario;
use headroom_model::simulate;
use headroom_model::trace::Station;

#[test]
fn traces_are_the_same_byte_for_byte() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/goldens");
    for name in [
        "spike",
        "lognormal",
        "requests",
        "rollout",
        "algorithms",
        "outstanding",
        "policies",
        "clients",
    ] {
        let bytes = std::fs::read(folder.join(name).with_extension("json")).expect("a scenario");
        let scenario = Scenario::parse(&bytes).expect("a right scenario");
        for (station, kind) in [(Station::Expected, "expected"), (Station::Exact, "exact")] {
            let golden = folder.join(format!("{name}.{kind}.json"));
            let trace = simulate(&scenario, station).to_json() + "\n";
            if std::env::var_os("UPDATE_GOLDENS").is_some() {
                std::fs::write(&golden, &trace).expect("a writable folder");
            }
            let known = std::fs::read_to_string(&golden).expect("a golden trace");
            let line = (1..).zip(known.lines().zip(trace.lines())).find(|(_, (a, b))| a != b);
            assert!(known == trace, "{name}, {kind}: first difference {line:?}");
        }
    }
}
