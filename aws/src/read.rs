//! A file to a document, in whatever form it is.

mod cloudformation;
mod json;
mod link;
mod script;
mod terraform;
mod yaml;

use headroom_model::scenario::{Fault, read_json};
use serde_json::{Map, Value as Json};

use crate::document::{Document, Form, MAX_RESOURCES};
use crate::node::{Node, Value};
use crate::text::{self, Place};

/// What was read, and what is wrong with it as a text of its form.
#[derive(Debug)]
pub(crate) struct Read {
    pub(crate) document: Document,
    pub(crate) faults: Vec<Fault>,
}

/// Reads a file. Its name is a hint to its form where the content leaves it
/// open.
///
/// # Errors
///
/// Why nothing can be read.
pub(crate) fn read(bytes: &[u8], name: &str) -> Result<Read, Vec<Fault>> {
    let text = text::of(bytes).map_err(|fault| vec![fault])?;
    let mut faults = Vec::new();
    let looks = form_of(text, name);
    if !matches!(looks, Looks::Json) {
        within_limit(bytes)?;
    }
    let mut document = match looks {
        Looks::Json => json_file(bytes, &mut faults)?,
        Looks::Script => script::read(text, &mut faults),
        Looks::Yaml => yaml_file(text, &mut faults)?,
        Looks::Terraform => terraform::read(text, &mut faults),
    };
    if document.resources.len() > MAX_RESOURCES {
        return Err(vec![
            Place::START.fault(format!(
                "the file configures more than {MAX_RESOURCES} resources; split it"
            )),
        ]);
    }
    if document.resources.is_empty() && faults.is_empty() && document.form != Form::Scenario {
        faults.push(nothing(document.form));
    }
    link::link(&mut document);
    Ok(Read { document, faults })
}

/// A document of AWS's may not be larger [bytes]; a scenario, which may hold a
/// trace of traffic, may. AWS takes no template above 1 MB; that the other forms
/// end there too is our choice, and keeps every file's time bounded.
const MAX_DOCUMENT: usize = 1 << 20;

fn within_limit(bytes: &[u8]) -> Result<(), Vec<Fault>> {
    if bytes.len() <= MAX_DOCUMENT {
        return Ok(());
    }
    Err(vec![
        Place::START
            .fault("the file is larger than 1 MiB, above which AWS takes no template; split it"),
    ])
}

/// What a text looks like.
enum Looks {
    Json,
    Script,
    Yaml,
    Terraform,
}

/// The form of a text: by its first lines, and where they leave it open by the
/// name of the file.
fn form_of(text: &str, name: &str) -> Looks {
    let start = text.trim_start();
    if start.starts_with("#!") {
        return Looks::Script;
    }
    let extension = name.rsplit_once('.').map_or("", |(_, extension)| extension);
    if start.starts_with(['{', '[']) && !["yaml", "yml"].contains(&extension) {
        return Looks::Json;
    }
    match extension {
        "sh" | "bash" => return Looks::Script,
        "json" => return Looks::Json,
        "yaml" | "yml" | "template" => return Looks::Yaml,
        "tf" | "hcl" => return Looks::Terraform,
        _ => {}
    }
    for line in
        text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with(['#', '/']))
    {
        let word = line.split_whitespace().next().unwrap_or_default();
        if word == "aws" || ["echo", "set", "export"].contains(&word) {
            return Looks::Script;
        }
        if line.ends_with('{') || line.ends_with('}') {
            return Looks::Terraform;
        }
        if word.ends_with(':') || line == "---" {
            return Looks::Yaml;
        }
        if word.contains('=') {
            return Looks::Script;
        }
    }
    Looks::Script
}

fn nothing(form: Form) -> Fault {
    let what = match form {
        Form::Script => {
            "no `aws application-autoscaling` or `aws cloudwatch put-metric-alarm` command"
        }
        Form::CloudFormation => {
            "no resource of AWS::ApplicationAutoScaling or AWS::CloudWatch::Alarm"
        }
        Form::Terraform => "no aws_appautoscaling or aws_cloudwatch_metric_alarm resource",
        Form::Json | Form::Scenario => "no scalable target, policy, alarm or scheduled action",
    };
    Place::START.fault(format!("there is {what} in the file"))
}

fn json_file(bytes: &[u8], faults: &mut Vec<Fault>) -> Result<Document, Vec<Fault>> {
    let value = read_json(bytes).map_err(|fault| vec![fault])?;
    let root = |message: String| vec![Fault { path: String::new(), message }];
    if let Some(object) = value.as_object().filter(|object| is_scenario(object)) {
        let mut document = scenario(object, faults);
        document.scenario = Some(value);
        return Ok(document);
    }
    within_limit(bytes)?;
    let node = Node::from_json(&value);
    let Value::Map(fields) = &node.value else {
        return Err(root(format!("expected an object, found {}", node.found())));
    };
    if cloudformation::is_template(fields) {
        Ok(cloudformation::read(fields, faults))
    } else if json::is_cli(fields) {
        Ok(json::read(fields, faults))
    } else if let Some(name) = json::is_configuration(fields) {
        Err(root(format!(
            "this is a policy's configuration without the policy; put it under `{name}` in the \
             input of put-scaling-policy"
        )))
    } else {
        Err(root(
            "this is no document that is read; right would be a scenario (with traffic and \
             service), AWS CLI JSON, or a CloudFormation template (with Resources)"
                .to_owned(),
        ))
    }
}

fn yaml_file(text: &str, faults: &mut Vec<Fault>) -> Result<Document, Vec<Fault>> {
    let node = yaml::read(text).map_err(|fault| vec![fault])?;
    match node.as_map() {
        Some(fields) if cloudformation::is_template(fields) => {
            Ok(cloudformation::read(fields, faults))
        }
        _ => Err(vec![node.at.unwrap_or(Place::START).fault(
            "this YAML is no template of CloudFormation; right would be Resources, or resources by \
             their logical IDs, each with Type and Properties",
        )]),
    }
}

/// Whether an object is a scenario: no document of AWS's has such fields.
fn is_scenario(object: &Map<String, Json>) -> bool {
    ["traffic", "service", "autoscaling", "version", "duration_s"]
        .iter()
        .any(|name| object.contains_key(*name))
}

/// The `autoscaling` of a scenario; the rest of it is the model's to judge.
fn scenario(object: &Map<String, Json>, faults: &mut Vec<Fault>) -> Document {
    let mut document = Document::new(Form::Scenario);
    if let Some(autoscaling) = object.get("autoscaling").map(Node::from_json)
        && let Some(fields) = autoscaling.as_map()
    {
        json::lists(fields, "/autoscaling", &mut document, faults);
    }
    for name in object.keys().filter(|name| !["autoscaling", "version"].contains(&name.as_str())) {
        let path = crate::document::pointer("", name);
        document.others.push(Fault { path, message: format!("`{name}`") });
    }
    document
}
