//! What the load balancer answers by itself when a target does not.

use crate::time::Micros;

/// From the last byte on a connection until the load balancer gives it up, by
/// default (`idle_timeout.timeout_seconds`; ELB user guide).
pub const IDLE_TIMEOUT: Micros = Micros::from_whole_s(60);

/// How long the load balancer tries to connect to a target (ELB user guide,
/// troubleshooting, HTTP 504).
pub const CONNECT_TIMEOUT: Micros = Micros::from_whole_s(10);

/// An error that the load balancer itself answers with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// 502: the target broke the connection, or its deregistration delay is over.
    BadGateway,
    /// 503: no target is registered.
    ServiceUnavailable,
    /// 504: the target did not answer in time.
    GatewayTimeout,
}

/// What a client is told of a target that has been silent for a time, if
/// anything: 504 after the idle time-out, or, while the target has not accepted
/// the connection, after the connect time-out.
///
/// Runs do not apply it to requests: whether an answer streams while it is
/// computed is the application's affair, and a service that does is idle never.
pub fn answer_for_silence(is_connected: bool, silent: Micros, idle: Micros) -> Option<Answer> {
    let limit = if is_connected { idle } else { CONNECT_TIMEOUT };
    (silent >= limit).then_some(Answer::GatewayTimeout)
}
