//! AWS documents of auto scaling, in and out.
//!
//! AWS CLI JSON, shell scripts of `aws` commands, CloudFormation templates,
//! Terraform configurations and Headroom scenarios are read into one form in
//! the middle, a [`Document`](document::Document) of requests in the shape of
//! the AWS API; [`check`] judges it by AWS's limits, [`convert`] writes it in
//! another form. One table, [`schema`], drives all of it.
//!
//! Nothing is run, fetched or looked up: the crate has no I/O and compiles for
//! wasm32.

mod check;
pub mod document;
mod evaluate;
mod names;
pub mod node;
mod read;
pub mod schema;
pub mod text;
mod write;

pub use check::check;
pub use document::Form;
pub use write::{Converted, convert};
