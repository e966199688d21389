//! Clients: how long they wait for an answer, and what they do without one.

use super::reader::{Object, Range};
use crate::time::Micros;

/// No client waits longer [ms]: an hour.
const MAX_TIMEOUT_MS: f64 = 3_600_000.0;
/// No client sends a request again more often.
const MAX_RETRIES: u32 = 100;

/// How the clients behave that wait for an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Client {
    /// How long after it was sent a client gives a request up (1 µs to an hour);
    /// `None` waits for ever.
    pub timeout: Option<Micros>,
    /// How often a client sends a request again that was refused or lost, or
    /// that it gave up (0 to 100).
    pub retries: u32,
}

impl Client {
    /// Waits for ever, and sends nothing twice.
    pub const PATIENT: Self = Self { timeout: None, retries: 0 };
}

/// Reads the clients' settings.
pub(super) fn client(object: &Object<'_>) -> Client {
    let timeout = object.raw("timeout_ms").map(|_| {
        let ms = object.number("timeout_ms", None, Range::Positive(MAX_TIMEOUT_MS));
        Micros::from_s(ms / 1000.0).max(Micros(1))
    });
    let retries = object.integer("retries", Some(0), 0, MAX_RETRIES);
    object.finish();
    Client { timeout, retries }
}
