//! M/G/1: one server, any law of the service time.

/// The queue M/G/1: Poisson arrivals, one server, first come first served, and
/// service times of any law; of that law mean and variance are enough.
///
/// Pollaczek 1930 and Khinchine 1932 (Kleinrock, *Queueing Systems* I, 1975,
/// §5.6).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Mg1 {
    /// Rate of arrivals, below 1 / `mean_service`.
    pub arrival_rate: f64,
    /// Mean service time [s] (> 0).
    pub mean_service: f64,
    /// Squared coefficient of variation of the service time (≥ 0): 0 if it is
    /// always the same, 1 if exponential.
    pub service_cv2: f64,
}

impl Mg1 {
    /// Share of the time that the server is busy.
    pub fn utilization(&self) -> f64 {
        self.arrival_rate * self.mean_service
    }

    /// The mean wait: `λ E[S²] / 2 (1 − ρ)`.
    pub fn mean_wait(&self) -> f64 {
        let busy = self.utilization();
        busy / (1.0 - busy) * (1.0 + self.service_cv2) / 2.0 * self.mean_service
    }

    /// The mean time from arrival to answer.
    pub fn mean_response(&self) -> f64 {
        self.mean_wait() + self.mean_service
    }

    /// The mean number waiting, by Little's law.
    pub fn mean_queue(&self) -> f64 {
        self.arrival_rate * self.mean_wait()
    }

    /// The mean number in the system, by Little's law.
    pub fn mean_in_system(&self) -> f64 {
        self.arrival_rate * self.mean_response()
    }
}
