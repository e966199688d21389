//! M/M/c+M: a pool of servers before a queue of impatient people.

use crate::queueing::erlang::{erlang_b, utilization};

/// The queue M/M/c+M (Erlang A): Poisson arrivals, exponential service, c
/// servers, first come first served; each who waits gives up after an
/// exponential time of their own, and nobody in service does.
///
/// It has an equilibrium at any load (Palm 1957; Garnett, Mandelbaum and
/// Reiman, *Designing a call center with impatient customers*, Manufacturing &
/// Service Operations Management 4, 2002).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ErlangA {
    /// Servers (≥ 1).
    pub servers: u32,
    /// Rate of arrivals (> 0).
    pub arrival_rate: f64,
    /// Rate at which one server serves (> 0).
    pub service_rate: f64,
    /// Rate at which one who waits gives up: 1 / mean patience (> 0).
    pub patience_rate: f64,
}

/// What is true on average of an Erlang A queue in equilibrium.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ErlangAMeans {
    /// Share of the arrivals that find all servers busy, 0 to 1.
    pub wait_probability: f64,
    /// Share of the arrivals that give up, 0 to 1.
    pub abandonment: f64,
    /// Requests waiting.
    pub queue: f64,
    /// Time in queue over all arrivals, until service or giving up [s].
    pub wait: f64,
    /// Share of the servers that are busy, 0 to 1.
    pub utilization: f64,
}

impl ErlangA {
    /// The equilibrium.
    ///
    /// Takes time in proportion to the queue's width, some
    /// `20 √(arrival_rate / patience_rate)` states.
    pub fn means(&self) -> ErlangAMeans {
        let servers = f64::from(self.servers);
        let load = self.arrival_rate / self.service_rate;
        let loss = erlang_b(self.servers, load);
        let queue = self.queue();
        // Weights of the states with a server free, and with none; `loss` is the
        // share of the last in those where nobody waits.
        let free = (1.0 - loss) * queue.empty;
        let busy = loss * (queue.empty + queue.weight);
        let total = free + busy;
        let waiting = loss * queue.moment / total;
        ErlangAMeans {
            wait_probability: busy / total,
            abandonment: self.patience_rate * waiting / self.arrival_rate,
            queue: waiting,
            wait: waiting / self.arrival_rate,
            utilization: utilization(load / servers * free, loss * queue.weight, total),
        }
    }

    /// The states with all servers busy. From one to the next there are
    /// arrivals up, and service and impatience down: in the likeliest state the
    /// two are even. From there the weights fall to both sides.
    fn queue(&self) -> Queue {
        let full = f64::from(self.servers) * self.service_rate;
        let down = |waiting: f64| full + waiting * self.patience_rate;
        let mode = libm::floor((self.arrival_rate - full) / self.patience_rate).max(0.0);

        let mut queue = Queue { empty: 0.0, weight: 0.0, moment: 0.0 };
        let (mut waiting, mut weight) = (mode, 1.0);
        while waiting > 0.0 && weight > NEGLIGIBLE {
            queue.add(waiting, weight);
            weight *= down(waiting) / self.arrival_rate;
            waiting -= 1.0;
        }
        if waiting == 0.0 {
            queue.empty = weight;
        }
        (waiting, weight) = (mode, 1.0);
        loop {
            waiting += 1.0;
            weight *= self.arrival_rate / down(waiting);
            queue.add(waiting, weight);
            if weight < NEGLIGIBLE * queue.weight {
                return queue;
            }
        }
    }
}

/// Of the likeliest state's weight; even millions of lighter ones are nothing.
const NEGLIGIBLE: f64 = 1e-24;

/// Sums over the states in which all servers are busy, up to a factor.
struct Queue {
    /// Weight of the state with nobody waiting.
    empty: f64,
    /// Weight of those with somebody waiting.
    weight: f64,
    /// The number waiting, by weight.
    moment: f64,
}

impl Queue {
    fn add(&mut self, waiting: f64, weight: f64) {
        self.weight += weight;
        self.moment += waiting * weight;
    }
}
