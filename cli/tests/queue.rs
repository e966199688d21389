//! Queueing theory at the prompt, against figures computed with 50 digits.

mod kit;

use kit::Prompt;
use serde_json::{Value, json};

/// Calls the command for each row of a reference file, with the cells of some
/// columns as its arguments, and holds all columns against what it prints.
fn assert_rows(kind: &str, file: &str, count: usize, arguments: &[(&str, &str)]) {
    let path = format!("{}/../model/tests/reference/{file}", env!("CARGO_MANIFEST_DIR"));
    let mut reader = csv::Reader::from_path(path).expect("a reference file");
    let names = reader.headers().expect("a header").clone();
    let rows: Vec<csv::StringRecord> = reader.records().map(|row| row.expect("a row")).collect();
    assert_eq!(rows.len(), count);
    let prompt = Prompt::new(&[]);
    for row in &rows {
        let cell = |column: &str| {
            names.iter().zip(row).find(|&(name, _)| name == column).expect("a column").1
        };
        let mut call = vec!["queue", kind];
        for &(argument, column) in arguments {
            call.extend([argument, cell(column)]);
        }
        let (code, out, err) = prompt.call(&call);
        assert_eq!((code, err.as_str()), (0, ""), "{call:?}");
        let figures: Value = serde_json::from_str(&out).expect("JSON");
        let figures = figures.as_object().expect("an object");
        assert_eq!(figures.len(), names.len(), "{out}");
        // They stand in the file's order.
        let places = names.iter().map(|name| out.find(&format!("\"{name}\": ")).expect(name));
        assert!(places.is_sorted(), "{out}");
        for name in names.iter().filter(|&name| name != "model") {
            let expected: f64 = cell(name).parse().expect("a number");
            let actual = figures[name].as_f64().expect("a number");
            let error = (actual - expected).abs();
            assert!(error <= 1e-9 * expected, "{call:?}: {name} is {expected}, not {actual}");
        }
    }
}

#[test]
fn mmc_prints_what_the_reference_says() {
    assert_rows("mmc", "mmc.csv", 47, &[("--servers", "c"), ("--rho", "rho")]);
}

#[test]
fn mmck_prints_what_the_reference_says() {
    let arguments = [("--servers", "c"), ("--capacity", "K"), ("--rho", "offered_rho")];
    assert_rows("mmck", "mmck.csv", 34, &arguments);
}

#[test]
fn mg1_prints_what_the_reference_says() {
    assert_rows("mg1", "mg1.csv", 14, &[("--cv2", "cv2"), ("--rho", "rho")]);
    let prompt = Prompt::new(&[]);
    let model = |cv2| {
        let (_, out, _) = prompt.call(&["queue", "mg1", "--cv2", cv2, "--rho", "0.5"]);
        serde_json::from_str::<Value>(&out).expect("JSON")["model"].clone()
    };
    assert_eq!((model("0"), model("1")), (json!("M/D/1"), json!("M/G/1")));
}

#[test]
fn erlang_a_prints_what_the_reference_says() {
    let arguments = [("--servers", "c"), ("--rho", "offered_rho"), ("--theta", "theta")];
    assert_rows("erlang-a", "erlang_a.csv", 40, &arguments);
}

#[test]
fn every_argument_out_of_range_is_a_fault_that_says_what_would_be_right() {
    let prompt = Prompt::new(&[]);
    let faults = |arguments: &[&str]| {
        let (code, out, err) = prompt.call(&[&["queue"], arguments].concat());
        assert_eq!((code, out.as_str()), (1, ""), "{arguments:?}");
        err
    };
    for rho in ["1", "1.5"] {
        let err = faults(&["mmc", "--servers", "4", "--rho", rho]);
        let start = format!("error: --rho: {rho} must be above 0 and below 1: ");
        assert!(err.starts_with(&start) && err.contains("mmck"), "{err}");
        assert!(faults(&["mg1", "--cv2", "1", "--rho", rho]).starts_with(&start));
    }
    assert_eq!(
        faults(&["mmc", "--servers", "0", "--rho", "-0.5"]),
        "error: --servers: 0 is out of range; it must be from 1 to 100000\n\
         error: --rho: -0.5 must be above 0 and below 1\n"
    );
    assert_eq!(
        faults(&["mmck", "--servers", "4", "--capacity", "3", "--rho", "0"]),
        "error: --capacity: 3 is out of range; it must be from 4 to 1000000000\n\
         error: --rho: 0 must be above 0 and at most 1000\n"
    );
    assert!(faults(&["mg1", "--cv2", "-1", "--rho", "0.5"]).starts_with("error: --cv2: "));
    let err = faults(&["erlang-a", "--servers", "4", "--rho", "2", "--theta", "0"]);
    assert!(err.starts_with("error: --theta: 0 is out of range; "), "{err}");
}

/// The largest that is let in is answered, too.
#[test]
fn the_ends_of_the_ranges_have_an_equilibrium() {
    let prompt = Prompt::new(&[]);
    for arguments in [
        &["mmc", "--servers", "100000", "--rho", "0.999999"][..],
        &["mmck", "--servers", "1", "--capacity", "1000000000", "--rho", "1000"],
        &["mmck", "--servers", "100000", "--capacity", "1000000000", "--rho", "1"],
        &["mg1", "--cv2", "1e9", "--rho", "0.999999"],
        &["erlang-a", "--servers", "100000", "--rho", "1000", "--theta", "1e6"],
        &["erlang-a", "--servers", "100000", "--rho", "1000", "--theta", "1e-6"],
        &["erlang-a", "--servers", "100000", "--rho", "0.1", "--theta", "1"],
        &["erlang-a", "--servers", "1", "--rho", "1e-9", "--theta", "1e-6"],
    ] {
        let (code, out, err) = prompt.call(&[&["queue"], arguments].concat());
        assert_eq!((code, err.as_str()), (0, ""), "{arguments:?}");
        let figures: Value = serde_json::from_str(&out).expect("JSON");
        for (name, value) in figures.as_object().expect("an object") {
            let right = value.as_f64().is_some_and(|value| value >= 0.0);
            assert!(right || name == "model", "{arguments:?}: {name} is {value}");
            let share = ["p_wait", "p_block", "p_abandon", "utilisation"].contains(&name.as_str());
            assert!(!share || value.as_f64() <= Some(1.0), "{arguments:?}: {name} is {value}");
        }
    }
}
