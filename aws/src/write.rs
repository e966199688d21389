//! A document in another form.

mod cloudformation;
mod plan;
mod scenario;
mod script;
mod terraform;
mod yaml;

use headroom_model::scenario::Fault;

use crate::check;
use crate::document::Form;
use crate::read::read;

/// A document in another form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Converted {
    /// The document.
    pub text: String,
    /// What it does not carry, or only with help: each with its place in the
    /// source.
    pub losses: Vec<Fault>,
}

/// Writes a file in another form. Its name is a hint to its own form.
///
/// # Errors
///
/// Every fault of the file, as [`check`](crate::check()) finds them.
pub fn convert(bytes: &[u8], name: &str, to: Form) -> Result<Converted, Vec<Fault>> {
    let read = read(bytes, name)?;
    let document = read.document;
    let faults = check::for_convert(&document, read.faults);
    if !faults.is_empty() {
        return Err(faults);
    }
    if let (Form::Scenario, Some(scenario)) = (to, &document.scenario) {
        return Ok(Converted { text: format!("{scenario:#}\n"), losses: Vec::new() });
    }
    if document.resources.is_empty() {
        let message = "there is nothing to convert: the desired count of this scenario is fixed";
        return Err(vec![Fault { path: "/autoscaling".to_owned(), message: message.to_owned() }]);
    }
    let mut plan = plan::Plan::new(&document, to);
    let text = match to {
        Form::Script => script::write(&mut plan),
        Form::CloudFormation => cloudformation::write(&mut plan),
        Form::Terraform => terraform::write(&mut plan),
        Form::Scenario => scenario::write(&mut plan),
        Form::Json => scenario::autoscaling_text(&mut plan),
    };
    Ok(Converted { text, losses: plan.losses })
}
