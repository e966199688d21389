//! Queueing theory: what can be said of a queue without simulating it.
//!
//! Times are in seconds and rates in 1/s, unless said otherwise; with a mean
//! service time of 1 they are the textbook's units.

mod chain;
mod geometric;
mod sojourn;
mod station;

pub use sojourn::{service_cdf, survival};
pub use station::{Means, Station};

/// Erlang's loss formula: the share of requests that find all of `servers`
/// busy and are lost, when `load` of them would be busy without limit.
///
/// By the recursion `1/B(k) = 1 + k/load × 1/B(k−1)`, which is stable.
pub fn erlang_b(servers: u32, load: f64) -> f64 {
    let mut inverse = 1.0;
    for k in 1..=servers {
        inverse = 1.0 + f64::from(k) / load * inverse;
    }
    1.0 / inverse
}

/// Erlang's delay formula: the share of requests that must wait for one of
/// `servers`, when `load` of them are busy on average. 1 from saturation on.
pub fn erlang_c(servers: u32, load: f64) -> f64 {
    let utilization = load / f64::from(servers);
    if utilization >= 1.0 {
        return 1.0;
    }
    let loss = erlang_b(servers, load);
    loss / (1.0 - utilization * (1.0 - loss))
}

/// The queue M/M/c: Poisson arrivals, exponential service, c servers, first
/// come first served, and patience without end.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Mmc {
    /// Servers (≥ 1).
    pub servers: u32,
    /// Rate of arrivals, below `servers × service_rate`.
    pub arrival_rate: f64,
    /// Rate at which one server serves.
    pub service_rate: f64,
}

impl Mmc {
    /// Rate at which a full queue empties: `cμ − λ`.
    fn slack(&self) -> f64 {
        f64::from(self.servers) * self.service_rate - self.arrival_rate
    }

    /// The probability of having to wait.
    pub fn wait_probability(&self) -> f64 {
        erlang_c(self.servers, self.arrival_rate / self.service_rate)
    }

    /// The mean wait, over all requests.
    pub fn mean_wait(&self) -> f64 {
        self.wait_probability() / self.slack()
    }

    /// The mean time from arrival to answer.
    pub fn mean_response(&self) -> f64 {
        self.mean_wait() + 1.0 / self.service_rate
    }

    /// The probability that the wait exceeds `t`.
    pub fn wait_tail(&self, t: f64) -> f64 {
        self.wait_probability() * libm::exp(-self.slack() * t)
    }

    /// The wait that a share `q` (below 1) of the requests does not exceed.
    pub fn wait_quantile(&self, q: f64) -> f64 {
        let wait = self.wait_probability();
        if wait <= 1.0 - q { 0.0 } else { libm::log(wait / (1.0 - q)) / self.slack() }
    }

    /// The probability that the response takes longer than `t`.
    pub fn response_tail(&self, t: f64) -> f64 {
        let (wait, mu, theta) = (self.wait_probability(), self.service_rate, self.slack());
        let served = libm::exp(-mu * t);
        // The tail of a sum of two exponentials; `excess` is
        // (e^−θt − e^−μt) / (μ − θ) without its 0/0 at μ = θ.
        let gap = (mu - theta) * t;
        let excess =
            if libm::fabs(gap) < 1e-9 { t * served } else { served * t * libm::expm1(gap) / gap };
        (1.0 - wait) * served + wait * (served + mu * excess)
    }

    /// The response time that a share `q` (below 1) of the requests does not
    /// exceed, by bisection to the last bit.
    pub fn response_quantile(&self, q: f64) -> f64 {
        let mut high = 1.0 / self.service_rate;
        while self.response_tail(high) > 1.0 - q {
            high *= 2.0;
        }
        let mut low = 0.0;
        loop {
            let middle = (low + high) / 2.0;
            if middle <= low || middle >= high {
                return middle;
            }
            if self.response_tail(middle) > 1.0 - q { low = middle } else { high = middle }
        }
    }
}
