//! M/M/c/K: a pool of servers with room for so many and no more.

use crate::queueing::erlang::{erlang_b, utilization};
use crate::queueing::geometric::Geometric;

/// The queue M/M/c/K: Poisson arrivals, exponential service, c servers, first
/// come first served; who finds K requests in the system is refused.
///
/// It has an equilibrium at any load. Up to c requests its states are those of
/// Erlang's loss formula, from there on a geometric sequence (Kleinrock,
/// *Queueing Systems* I, 1975, §3.6).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Mmck {
    /// Servers (≥ 1).
    pub servers: u32,
    /// Most requests in the system, in service and in queue (≥ `servers`).
    pub capacity: u32,
    /// Rate of arrivals (> 0), refused ones included.
    pub arrival_rate: f64,
    /// Rate at which one server serves (> 0).
    pub service_rate: f64,
}

/// What is true on average of an M/M/c/K queue in equilibrium.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MmckMeans {
    /// Share of the arrivals that are refused, 0 to 1.
    pub blocking: f64,
    /// Rate of the admitted, who are all served [1/s].
    pub throughput: f64,
    /// Requests waiting.
    pub queue: f64,
    /// Wait of the admitted, over all of them [s].
    pub wait: f64,
    /// Share of the servers that are busy, 0 to 1.
    pub utilization: f64,
}

impl Mmck {
    /// The equilibrium.
    pub fn means(&self) -> MmckMeans {
        let servers = f64::from(self.servers);
        let load = self.arrival_rate / self.service_rate;
        let ratio = load / servers;
        let places = u64::from(self.capacity.saturating_sub(self.servers));

        // Weights of the states with somebody waiting, and of all others
        // together, of which `loss` is the share with no server free. They are
        // counted from the likelier end of the queue, so that none overflows.
        let loss = erlang_b(self.servers, load);
        let (others, queue) = if ratio <= 1.0 {
            (1.0, Geometric::falling(loss * ratio, ratio, Some(places)))
        } else {
            let others = libm::pow(ratio, -(places as f64));
            (others, Geometric::rising(loss, 1.0 / ratio, places))
        };
        let last = match places.checked_sub(1) {
            Some(last) => queue.at(last),
            None => others * loss,
        };
        let (weight, moment) = queue.sums();
        let total = others + weight;

        // The states of the queue are numbered from 0, with one waiting.
        let waiting = (weight + moment) / total;
        let utilization = utilization(ratio * (1.0 - loss) * others, weight, total);
        let throughput = utilization * servers * self.service_rate;
        MmckMeans {
            blocking: last / total,
            throughput,
            queue: waiting,
            wait: waiting / throughput,
            utilization,
        }
    }
}
