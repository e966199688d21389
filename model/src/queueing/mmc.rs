//! M/M/c: a pool of servers before an endless queue.

use crate::queueing::erlang_c;

/// The queue M/M/c: Poisson arrivals, exponential service, c servers, first
/// come first served, and patience without end.
///
/// Those that wait do so for an exponential time; all else follows from that
/// (Kleinrock, *Queueing Systems* I, 1975, §3.5).
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

    /// The mean number waiting, by Little's law.
    pub fn mean_queue(&self) -> f64 {
        self.arrival_rate * self.mean_wait()
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
        let log = libm::log(self.wait_probability() / (1.0 - q));
        // As many as `1 − q` may wait: rounding of the two is no wait.
        if log < 1e-13 { 0.0 } else { log / self.slack() }
    }

    /// The probability that the response takes longer than `t`.
    pub fn response_tail(&self, t: f64) -> f64 {
        self.tail_of_response(self.wait_probability(), t)
    }

    /// The response time that a share `q` (below 1) of the requests does not
    /// exceed, by bisection to the last bit.
    pub fn response_quantile(&self, q: f64) -> f64 {
        let wait = self.wait_probability();
        let exceeds = |t: f64| self.tail_of_response(wait, t) > 1.0 - q;
        let mut high = 1.0 / self.service_rate;
        while exceeds(high) {
            high *= 2.0;
        }
        let mut low = 0.0;
        loop {
            let middle = (low + high) / 2.0;
            if middle <= low || middle >= high {
                return middle;
            }
            if exceeds(middle) { low = middle } else { high = middle }
        }
    }

    /// Service alone, or, for the share `wait`, after an exponential wait.
    fn tail_of_response(&self, wait: f64, t: f64) -> f64 {
        let (mu, theta) = (self.service_rate, self.slack());
        let served = libm::exp(-mu * t);
        // The tail of a sum of two exponentials is
        // e^−μt + μ (e^−θt − e^−μt) / (μ − θ). The slower one is taken out, so
        // that nothing overflows; where the two are alike the rest is 1.
        let gap = libm::fabs(mu - theta) * t;
        let rest = if gap > 0.0 { -libm::expm1(-gap) / gap } else { 1.0 };
        let excess = t * libm::exp(-mu.min(theta) * t) * rest;
        (1.0 - wait) * served + wait * (served + mu * excess)
    }
}
