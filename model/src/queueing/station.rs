//! A station with slots that share a CPU: one task.

use crate::queueing::chain::Chain;

/// A task as a queueing station. Up to `slots` requests are in service at
/// once; `n` of them advance at `min(1, cpu_slots / n)` of full speed each;
/// the others wait, first come first served.
///
/// With exponential service the number in system is a birth–death chain with
/// deaths at `min(n, slots, cpu_slots) / service_s`: M/M/c where the CPU never
/// binds, M/M/1 under processor sharing where only one fits, and between.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Station {
    /// Requests in service at once (≥ 1).
    pub slots: u32,
    /// How many of them the CPU carries at full speed (> 0, may be ∞).
    pub cpu_slots: f64,
    /// Requests that may wait; `None` is unbounded.
    pub queue_limit: Option<u32>,
    /// Mean time of a request that is alone [s].
    pub service_s: f64,
    /// Squared coefficient of variation of the time between arrivals: 1 for
    /// Poisson, 1/N behind a round robin of a Poisson stream over N, 0 if even.
    pub arrival_cv2: f64,
    /// Squared coefficient of variation of the service time.
    pub service_cv2: f64,
    /// How many such stations share one queue (≥ 1): a request goes where it is
    /// served first. All figures are those of one of them.
    pub pool: u32,
}

/// Closer to saturation all arrivals are alike but for their evenness.
const HIGHEST_KNOWN: f64 = 0.995;

/// What is true on average of a station in equilibrium.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Means {
    /// Share of the arrivals that are refused.
    pub blocking: f64,
    /// Share of the admitted that wait for a slot.
    pub wait_probability: f64,
    /// Wait of the admitted, over all of them [s].
    pub wait_s: f64,
    /// Time in service of the admitted [s]; longer than alone if they share.
    pub residence_s: f64,
    /// Slots in use.
    pub in_service: f64,
    /// Requests in service and in queue.
    pub in_system: f64,
}

impl Means {
    /// Time from arrival to answer [s].
    pub fn response_s(&self) -> f64 {
        self.wait_s + self.residence_s
    }

    /// The point between two others, `share` (0 to 1) of the way.
    pub fn between(&self, other: &Self, share: f64) -> Self {
        let mix = |a: f64, b: f64| a + (b - a) * share;
        Self {
            blocking: mix(self.blocking, other.blocking),
            wait_probability: mix(self.wait_probability, other.wait_probability),
            wait_s: mix(self.wait_s, other.wait_s),
            residence_s: mix(self.residence_s, other.residence_s),
            in_service: mix(self.in_service, other.in_service),
            in_system: mix(self.in_system, other.in_system),
        }
    }
}

impl Station {
    /// How many requests are served at full speed when enough are there.
    pub fn servers(&self) -> f64 {
        f64::from(self.slots).min(self.cpu_slots)
    }

    /// The most that it serves [1/s].
    pub fn capacity(&self) -> f64 {
        self.servers() / self.service_s
    }

    /// The most requests that it holds; `None` is unbounded.
    pub fn room(&self) -> Option<u64> {
        self.queue_limit.map(|limit| u64::from(self.slots) + u64::from(limit))
    }

    /// The equilibrium at a rate of arrivals [1/s], which must be below
    /// capacity if the queue is unbounded.
    ///
    /// Exact for Poisson arrivals and exponential service. Where the slots
    /// never share, the mean wait of any service law is that of Allen and
    /// Cunneen, exact for one slot (Pollaczek–Khinchine); where they share, the
    /// mean of any service law is that of the exponential one (exact for
    /// processor sharing, which is insensitive to the law).
    pub fn means(&self, arrival_rate: f64) -> Means {
        if arrival_rate <= 0.0 {
            let residence_s = self.service_s / self.cpu_slots.min(1.0);
            return Means {
                blocking: 0.0,
                wait_probability: 0.0,
                wait_s: 0.0,
                residence_s,
                in_service: 0.0,
                in_system: 0.0,
            };
        }
        if self.pool == 1 {
            return Chain::new(self, arrival_rate).means();
        }
        let stations = f64::from(self.pool);
        let all = Chain::new(&self.pooled(), arrival_rate * stations).means();
        Means { in_service: all.in_service / stations, in_system: all.in_system / stations, ..all }
    }

    /// All stations of the pool as one, each with its share of the requests.
    pub(crate) fn pooled(&self) -> Self {
        // A CPU that carries less than one request slows each of them alike.
        let slow = self.cpu_slots.min(1.0);
        Self {
            slots: self.slots.saturating_mul(self.pool),
            cpu_slots: self.cpu_slots / slow * f64::from(self.pool),
            queue_limit: self.queue_limit.map(|limit| limit.saturating_mul(self.pool)),
            service_s: self.service_s / slow,
            pool: 1,
            ..*self
        }
    }

    /// Whether requests in service can slow each other down.
    pub(crate) fn shares(&self) -> bool {
        self.cpu_slots < f64::from(self.slots)
    }

    /// How long the queue is under heavy load, over that of Poisson arrivals:
    /// `(c_a² + 1) / 2` before slots, with exponential service, and
    /// `(c_a² + c_s²) / (1 + c_s²)` before a shared CPU.
    pub(crate) fn evenness(&self) -> f64 {
        /// Nothing is quite even once it shares a CPU.
        const LEAST: f64 = 0.05;
        let service_cv2 = if self.shares() { self.service_cv2 } else { 1.0 };
        ((self.arrival_cv2 + service_cv2) / (1.0 + service_cv2)).max(LEAST)
    }

    /// Whether it is M/G/1, first come first served, or as good as that.
    pub(crate) fn is_mg1(&self) -> bool {
        /// A queue with fewer places is full too often.
        const PLACES: u32 = 64;
        self.slots == 1
            && !self.shares()
            && self.arrival_cv2.to_bits() == 1.0_f64.to_bits()
            && self.queue_limit.is_none_or(|limit| limit > PLACES)
    }

    /// The ratio of the probabilities of neighbouring states when all servers
    /// are busy, where it is known: with exponential service it is the share of
    /// arrivals that find more than so many there, whatever the time between
    /// arrivals (GI/M/c; Kleinrock, *Queueing Systems* I, 1975, §6.4), which
    /// here follows a gamma law, Erlang's if the cv² is 1/N.
    pub(crate) fn ratio_when_full(&self, load: f64) -> Option<f64> {
        if self.evenness() >= 1.0
            || self.service_cv2.to_bits() != 1.0_f64.to_bits()
            || load >= HIGHEST_KNOWN
        {
            return None;
        }
        // Its equation is `ratio = E exp(−(1 − ratio) c μ × gap)`. The right side
        // is convex, so that Newton's steps from 0 come to the lower root.
        let mut ratio = 0.0;
        for _ in 0..40 {
            let x = (1.0 - ratio) / load;
            let spread = 1.0 + x * self.arrival_cv2;
            let met = if self.arrival_cv2 > 1e-6 {
                libm::exp(-libm::log(spread) / self.arrival_cv2)
            } else {
                libm::exp(-x)
            };
            let step = (met - ratio) / (1.0 - met / (load * spread));
            ratio += step;
            if step < 1e-14 {
                break;
            }
        }
        Some(ratio)
    }

    /// The mean number waiting, from that of the chain, for a service law that
    /// is not exponential: by Allen and Cunneen `(c_a² + c_s²) / 2` times that
    /// of M/M/c. Of a bounded queue that is more full than empty the places
    /// left are as many times more. Our choice.
    pub(crate) fn adjusted_queue(&self, waiting: f64) -> f64 {
        let factor = (self.arrival_cv2 + self.service_cv2) / 2.0 / self.evenness();
        match self.queue_limit {
            Some(limit) if waiting > 0.0 && factor.to_bits() != 1.0_f64.to_bits() => {
                let limit = f64::from(limit);
                let odds = waiting / (limit - waiting).max(1e-9);
                let square = odds * odds;
                let odds = odds * libm::pow(factor.max(0.01), (1.0 - square) / (1.0 + square));
                limit * odds / (1.0 + odds)
            }
            _ => waiting * factor,
        }
    }
}
