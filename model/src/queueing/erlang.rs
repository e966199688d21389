//! Erlang's two formulas of 1917, from which the others follow.

/// Erlang's loss formula: the share of requests that find all of `servers`
/// busy and are lost, when `load` of them (≥ 0) would be busy without limit.
///
/// By the recursion `1/B(k) = 1 + k/load × 1/B(k−1)`, which is stable
/// (Jagerman, *Some properties of the Erlang loss function*, Bell System
/// Technical Journal 53, 1974).
pub fn erlang_b(servers: u32, load: f64) -> f64 {
    let mut inverse = 1.0;
    for k in 1..=servers {
        inverse = 1.0 + f64::from(k) / load * inverse;
    }
    1.0 / inverse
}

/// Erlang's delay formula: the share of requests that must wait for one of
/// `servers` (≥ 1), when `load` of them (≥ 0) are busy on average. 1 from
/// saturation on.
pub fn erlang_c(servers: u32, load: f64) -> f64 {
    let utilization = load / f64::from(servers);
    if utilization >= 1.0 {
        return 1.0;
    }
    let loss = erlang_b(servers, load);
    loss / (1.0 - utilization * (1.0 - loss))
}

/// The share of the servers that are busy, from weights of states out of
/// `total`: `offered` is the load per server times the states with one free.
///
/// Up to c requests, n p(n) = load p(n−1): the busy servers of a state are paid
/// by the one below it, and only those with somebody waiting, `queue`, remain.
/// Unlike the difference of what arrives and what is lost, this keeps its digits
/// when almost all is lost.
pub(crate) fn utilization(offered: f64, queue: f64, total: f64) -> f64 {
    ((offered + queue) / total).min(1.0)
}
