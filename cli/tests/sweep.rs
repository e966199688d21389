//! Grids of runs at the prompt.

mod kit;

use kit::Prompt;
use serde_json::{Value, json};

const SCENARIO: &[u8] = br#"{
  "duration_s": 600,
  "traffic": {"shape": "steps", "points": [[0, 130], [360, 170]]},
  "service": {"desired_count": 4, "task": {"queue_limit": null}},
  "slo": {"p95_ms": 300}
}"#;

/// The summary of one run of `scenario`, as `simulate` prints it.
fn summary(scenario: &Value, station: &str) -> Value {
    let prompt = Prompt::new(&[("one.json", scenario.to_string().as_bytes())]);
    let (_, out, err) = prompt.call(&["simulate", "one.json", "--station", station]);
    assert_eq!(err, "");
    serde_json::from_str::<Value>(&out).expect("JSON")["summary"].take()
}

#[test]
fn each_cell_of_the_grid_is_a_run_of_its_own_the_last_pointer_fastest() {
    let prompt = Prompt::new(&[("a.json", SCENARIO)]);
    for station in ["expected", "exact"] {
        let (code, out, err) = prompt.call(&[
            "sweep",
            "a.json",
            "--vary",
            "/traffic/points/1/1=160:180:3",
            "--vary",
            "/service/desired_count=5:4:2",
            "--station",
            station,
        ]);
        assert_eq!((code, err.as_str()), (0, ""));
        let cells: Value = serde_json::from_str(&out).expect("JSON");
        let cells = cells.as_array().expect("a list");
        let grid = [(160, 5), (160, 4), (170, 5), (170, 4), (180, 5), (180, 4)];
        assert_eq!(cells.len(), grid.len());
        for (cell, (rps, tasks)) in cells.iter().zip(grid) {
            let vary = json!({"/traffic/points/1/1": rps, "/service/desired_count": tasks});
            assert_eq!(cell["vary"], vary);
            let mut scenario: Value = serde_json::from_slice(SCENARIO).expect("JSON");
            scenario["traffic"]["points"][1][1] = json!(rps);
            scenario["service"]["desired_count"] = json!(tasks);
            assert_eq!(cell["summary"], summary(&scenario, station), "{vary}");
        }
        let place = |text| out.find(text).expect(text);
        assert!(place("/traffic/points/1/1") < place("/service/desired_count"), "as called");
    }
}

#[test]
fn csv_has_the_pointers_and_then_the_summary() {
    let prompt = Prompt::new(&[("a.json", SCENARIO)]);
    let vary = ["--vary", "/service/task/queue_limit=0:50:2", "--vary", "/slo/p95_ms=100:300:3"];
    let call =
        |format| prompt.call(&[&["sweep", "a.json", "--format", format], &vary[..]].concat());
    let (code, text, err) = call("csv");
    assert_eq!((code, err.as_str()), (0, ""));
    let (_, cells, _) = call("json");
    let cells: Value = serde_json::from_str(&cells).expect("JSON");

    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let header = reader.headers().expect("a header").clone();
    assert_eq!(
        header.iter().take(4).collect::<Vec<_>>(),
        ["/service/task/queue_limit", "/slo/p95_ms", "requests", "completed"]
    );
    let rows: Vec<_> = reader.records().map(|row| row.expect("a row")).collect();
    assert_eq!(rows.len(), 6);
    for (row, cell) in rows.iter().zip(cells.as_array().expect("a list")) {
        let fields = cell["vary"].as_object().expect("an object").len()
            + cell["summary"].as_object().expect("an object").len();
        assert_eq!(row.len(), fields);
        for (name, text) in header.iter().zip(row) {
            let value = cell["vary"].get(name).unwrap_or(&cell["summary"][name]);
            let value = value.as_f64().expect("a number");
            let error = (text.parse::<f64>().expect("a number") - value).abs();
            assert!(error <= 1e-12 * value.abs(), "{name}: {text} is not {value}");
        }
    }
}

#[test]
fn values_are_even_and_whole_where_they_can_be() {
    let prompt = Prompt::new(&[("a.json", SCENARIO)]);
    let values = |vary: &str| {
        let (code, out, err) = prompt.call(&["sweep", "a.json", "--vary", vary, "--format", "csv"]);
        assert_eq!((code, err.as_str()), (0, ""));
        let cells =
            out.lines().skip(1).map(|line| line.split(',').next().expect("a cell").to_owned());
        cells.collect::<Vec<_>>()
    };
    assert_eq!(values("/service/desired_count=2:10:5"), ["2", "4", "6", "8", "10"]);
    assert_eq!(values("/slo/p95_ms=0.1:0.4:4"), ["0.1", "0.2", "0.3", "0.4"]);
    assert_eq!(values("/slo/error_percent=1:2:3"), ["1", "1.5", "2"]);
    assert_eq!(values("/seed=9:12:1"), ["9"]);
    assert_eq!(values("/seed=3:3:2"), ["3", "3"]);
}

#[test]
fn every_fault_is_told_with_its_place_before_anything_runs() {
    let prompt = Prompt::new(&[("a.json", SCENARIO), ("b.json", b"{\"a\": 1,}")]);
    let faults = |file, vary: &[&str]| {
        let mut call = vec!["sweep", file];
        vary.iter().for_each(|vary| call.extend(["--vary", vary]));
        let (code, out, err) = prompt.call(&call);
        assert_eq!((code, out.as_str()), (1, ""), "{vary:?}");
        err
    };
    // What cannot be varied.
    assert_eq!(
        faults(
            "a.json",
            &[
                "/traffic/shape=1:2:2",
                "/service/startup/boot_s=1:2:2",
                "/traffic/points/2/0=1:2:2",
                "/traffic/points/01=1:2:2",
                "/duration_s/x=1:2:2",
                "/slo=1:2:2",
            ]
        ),
        "error: /traffic/shape: is not a number; --vary changes numbers\n\
         error: /service/startup: is not in the file; write it there, so that --vary can change a \
         number in it\n\
         error: /traffic/points/2: is not in the file; write it there, so that --vary can change a \
         number in it\n\
         error: /traffic/points/01: is not in the file; name a number of an object, or of a list \
         by its place from 0\n\
         error: /duration_s/x: is not in the file; name a number of an object, or of a list by its \
         place from 0\n\
         error: /slo: is not a number; --vary changes numbers\n"
    );
    // What the scenario does not allow, once each, with the cell if it matters.
    let err = faults("a.json", &["/service/client/retries=0:1:2"]);
    assert!(err.starts_with("error: /service/client: is not in the file"), "{err}");
    let err = faults("a.json", &["/service/desired_count=4:5:3", "/service/vcpus=1:2:2"]);
    let lines: Vec<&str> = err.lines().collect();
    assert_eq!(lines.len(), 2, "{err}");
    assert!(lines[0].starts_with("error: /service/desired_count: 4.5 must be a whole number"));
    assert!(lines[0].ends_with("(where /service/desired_count = 4.5, /service/vcpus = 1)"));
    assert!(lines[1].starts_with("error: /service/vcpus: unknown field"));
    assert!(!lines[1].contains("where"), "{err}");
    // Too many, and no JSON at all.
    assert_eq!(
        faults("a.json", &["/seed=1:2:101", "/slo/p95_ms=1:2:100"]),
        "error: --vary: 101 x 100 cells are too many; there may be 10000\n"
    );
    let vast = "/seed=1:2:18446744073709551615";
    assert!(faults("a.json", &[vast, "/slo/p95_ms=1:2:3"]).contains("too many"));
    assert!(faults("b.json", &["/a=1:2:2"]).starts_with("error: 1:9: "));
    assert!(faults("none.json", &["/a=1:2:2"]).contains("cannot be opened"));
}

/// A pointer's names may hold the characters that separate it, or the range.
#[test]
fn names_in_pointers_are_escaped() {
    let scenario = br#"{"traffic": {"shape": "steady", "rps": 1}, "service": {}, "duration_s": 60,
        "forecast": {"a/b~=:c": [[0, 5]]}, "autoscaling": {"ScalableTarget": {"MinCapacity": 1,
        "MaxCapacity": 2}, "ScalingPolicies": []}}"#;
    let prompt = Prompt::new(&[("a.json", scenario)]);
    let vary = "/forecast/a~1b~0=:c/0/1=5:6:2";
    let (code, _, err) = prompt.call(&["sweep", "a.json", "--vary", vary]);
    // The pointer is understood; that no policy has this name is the scenario's fault.
    assert_eq!(code, 1);
    assert!(err.starts_with("error: /forecast/a~1b~0=:c: there is no"), "{err}");
}
