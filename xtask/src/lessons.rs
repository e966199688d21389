//! The data of the course's sections, put into the page as JSON.
//!
//! A file `src/course/up_or_out.yaml` becomes the text of a template
//! `up-or-out-lesson`, which the app reads when it starts: so the app does not
//! carry it, and nothing is fetched. YAML is for those who write it: text may be
//! folded, and what acts share is written once.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::prose::bound;
use crate::run::{Failure, Outcome, io, root};

/// A template for each section that has data.
pub(crate) fn templates() -> Outcome<String> {
    let mut templates = String::new();
    for file in written("yaml")? {
        if file.ends_with("glossary.yaml") {
            continue;
        }
        let data = json(&file, &io("read", &file, fs::read_to_string(&file))?)?;
        // Quotes stay as they are: in text they mean nothing to HTML.
        let text = data.replace('&', "&amp;").replace('<', "&lt;");
        let _ = writeln!(templates, "<template id=\"{}-lesson\">{text}</template>", name(&file));
    }
    Ok(templates)
}

/// The files of the course with an extension, in order.
pub(crate) fn written(extension: &str) -> Outcome<Vec<PathBuf>> {
    let folder = root().join("src/course");
    let mut files = Vec::new();
    for entry in io("read", &folder, fs::read_dir(&folder))? {
        let path = io("read", &folder, entry)?.path();
        if path.extension().is_some_and(|it| it == extension) {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

/// The name in links of the section that a file belongs to.
pub(crate) fn name(file: &Path) -> String {
    file.file_stem().unwrap_or_default().to_string_lossy().replace('_', "-")
}

fn json(file: &Path, yaml: &str) -> Outcome<String> {
    let mut data: Value = serde_saphyr::from_str(yaml)
        .map_err(|error| Failure(format!("{}: {error}", file.display())))?;
    bind(&mut data);
    Ok(data.to_string())
}

/// Numbers stay on one line with their signs, in all that is read by people.
fn bind(data: &mut Value) {
    /// These are read by the model, or are code.
    const NOT_READ: [&str; 4] = ["scenario", "patch", "unit", "listing"];
    match data {
        Value::String(text) => *text = bound(text),
        Value::Array(items) => items.iter_mut().for_each(bind),
        Value::Object(fields) => {
            let read = fields.iter_mut().filter(|(name, _)| !NOT_READ.contains(&name.as_str()));
            read.for_each(|(_, field)| bind(field));
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folded_text_and_what_is_shared_are_written_out() {
        let yaml = "first: &first { min: 1, label: \"%\" }\ntext: >-\n  two\n  lines\n\
                    second: { <<: *first, min: 2.5, hole: { $: rps, or: 300 } }\n";
        let json = json(Path::new("x.yaml"), yaml).expect("right YAML");
        let wanted = serde_json::json!({
            "first": { "min": 1, "label": "%" },
            "text": "two lines",
            "second": { "min": 2.5, "label": "%", "hole": { "$": "rps", "or": 300 } },
        });
        assert_eq!(json, wanted.to_string());
    }

    #[test]
    fn numbers_stay_with_their_signs_where_people_read_them() {
        let yaml = "question: up to 70 % × 2\npatch: { Schedule: 0 % 5 }\nlisting: 1 / 2\n";
        let json = json(Path::new("x.yaml"), yaml).expect("right YAML");
        let wanted = serde_json::json!({
            "question": "up to 70\u{a0}% × 2", "patch": { "Schedule": "0 % 5" }, "listing": "1 / 2",
        });
        assert_eq!(json, wanted.to_string());
    }

    #[test]
    fn a_fault_says_where_it_is() {
        let fault = json(Path::new("x.yaml"), "a: 1\nb: [\n").expect_err("it is not closed");
        assert!(fault.0.starts_with("x.yaml: ") && fault.0.contains("line"), "{}", fault.0);
    }

    #[test]
    fn the_sections_data_is_there_and_reads_as_text() {
        let templates = templates().expect("the course's data is sound");
        assert!(templates.contains("<template id=\"the-spike-lesson\">{\"figure\""));
    }
}
