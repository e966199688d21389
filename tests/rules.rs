//! The table of rules is complete and true: what it names is there, and every
//! choice of our own stands in it.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use headroom::course::SECTIONS;

/// A row of the table.
struct Rule {
    rule: String,
    source: String,
    confidence: String,
    choice: String,
    code: String,
    tests: String,
    shown: String,
}

fn rules() -> Vec<Rule> {
    let mut reader = csv::Reader::from_reader(include_str!("../src/course/rules.csv").as_bytes());
    let rows = reader.records().map(|row| {
        let row = row.expect("the table is CSV");
        let cell = |index: usize| row[index].to_owned();
        Rule {
            rule: cell(1),
            source: cell(2),
            confidence: cell(3),
            choice: cell(4),
            code: cell(5),
            tests: cell(6),
            shown: cell(7),
        }
    });
    rows.collect()
}

fn read(path: &str) -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    fs::read_to_string(root.join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// All files below a folder, by their path from the root.
fn files(folder: &str) -> Vec<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = Vec::new();
    for entry in fs::read_dir(root.join(folder)).expect("a folder") {
        let entry = entry.expect("an entry");
        let path = format!("{folder}/{}", entry.file_name().to_string_lossy());
        if entry.path().is_dir() {
            files.extend(self::files(&path));
        } else {
            files.push(path);
        }
    }
    files
}

/// Whether a text defines an item of this name.
fn defines(text: &str, item: &str) -> bool {
    ["fn", "const", "struct", "enum"].iter().any(|kind| {
        let definition = format!("{kind} {item}");
        text.match_indices(&definition).any(|(at, _)| {
            let after = text[at + definition.len()..].chars().next();
            after.is_none_or(|c| !c.is_alphanumeric() && c != '_')
        })
    })
}

/// Checks that `path#item` is there, and returns the text of the file.
fn check(rule: &str, reference: &str) -> String {
    let (path, item) = reference.split_once('#').unwrap_or((reference, ""));
    let text = read(path);
    assert!(!item.is_empty() && defines(&text, item), "{rule}: {path} has no item \"{item}\"");
    text
}

/// Whether a function of this name is a test, by itself or of properties.
fn is_test(text: &str, name: &str) -> bool {
    let at = text.find(&format!("fn {name}(")).unwrap_or(0);
    let before = text[..at].trim_end();
    let attributes = before.rsplit("\n\n").next().unwrap_or(before);
    attributes.contains("#[test]")
}

fn is_case(reference: &str) -> bool {
    reference.starts_with(|c: char| c.is_ascii_digit())
}

#[test]
fn every_rule_names_its_source_or_our_choice() {
    for rule in rules() {
        let Rule { confidence, source, choice, .. } = &rule;
        let known = ["documented", "derived", "observed", "chosen"];
        assert!(known.contains(&confidence.as_str()), "{}: {confidence}", rule.rule);
        let chosen = confidence == "chosen";
        assert_eq!(chosen, !choice.is_empty(), "{}: a choice says why", rule.rule);
        assert!(chosen || !source.is_empty(), "{}: no source", rule.rule);
    }
}

#[test]
fn every_rule_names_code_and_tests_that_are_there() {
    for rule in rules() {
        check(&rule.rule, &rule.code);
        assert!(!rule.tests.is_empty(), "{}: no test", rule.rule);
        for test in rule.tests.split(' ').filter(|test| !is_case(test)) {
            let text = check(&rule.rule, test);
            let name = test.split('#').next_back().unwrap_or_default();
            assert!(is_test(&text, name), "{}: {test} is no test", rule.rule);
        }
    }
}

#[test]
fn every_rule_is_shown_in_sections_that_are_there() {
    for rule in rules() {
        for slug in rule.shown.split_whitespace() {
            let there = SECTIONS.iter().any(|section| section.slug == slug);
            assert!(there, "{}: no section {slug}", rule.rule);
        }
    }
}

/// Rows and cases are the same, one to one or one to many.
#[test]
fn every_conformance_case_belongs_to_a_rule() {
    let reference = read("model/tests/reference/aws_conformance.csv");
    let mut reader = csv::Reader::from_reader(reference.as_bytes());
    let cases: BTreeSet<String> =
        reader.records().map(|row| row.expect("CSV")[0].to_owned()).collect();
    let rules = rules();
    let named: BTreeSet<String> = rules
        .iter()
        .flat_map(|rule| rule.tests.split(' '))
        .filter(|test| is_case(test))
        .map(str::to_owned)
        .collect();
    assert_eq!(named, cases);
}

/// Where the code says that something is our choice, the table says so too.
#[test]
fn every_choice_in_the_code_stands_in_the_table() {
    let rules = rules();
    let chosen: BTreeSet<&str> = rules
        .iter()
        .filter(|rule| rule.confidence == "chosen")
        .filter_map(|rule| rule.code.split('#').next())
        .collect();
    // Choices of queueing theory are no rules of AWS; they stand where they are made.
    let theory =
        ["model/src/data_plane", "model/src/queueing", "model/src/settled", "model/src/traffic"];
    for path in files("model/src") {
        let text = read(&path).to_lowercase().replace("\n///", "").replace("\n    ///", "");
        let declares = text.contains("our choice");
        let exempt = theory.iter().any(|theory| path.starts_with(theory));
        assert!(
            !declares || exempt || chosen.contains(path.as_str()),
            "{path} declares a choice that the table does not have"
        );
    }
}
