//! `headroom queue`: queueing theory at a prompt, with a mean service time of 1.

use headroom_model::queueing::{ErlangA, Mg1, Mmc, Mmck, erlang_b};
use headroom_model::scenario::Fault;
use lexopt::prelude::*;
use serde_json::Value;

use crate::Failure;
use crate::command::usage;
use crate::value::{self, Object};

/// The most servers.
const MAX_SERVERS: i64 = 100_000;
/// The most requests in a bounded system.
const MAX_CAPACITY: i64 = 1_000_000_000;
/// The highest offered load of a queue that has an equilibrium at any.
const MAX_RHO: f64 = 1000.0;
/// The highest squared coefficient of variation.
const MAX_CV2: f64 = 1e9;
/// How often one who waits gives up, per mean service time: from hardly ever
/// to at once. Between them every equilibrium is found within a second.
const THETA: (f64, f64) = (1e-6, 1e6);

/// A queue with an equilibrium; everything in it is in range.
#[derive(Debug, PartialEq)]
pub(crate) enum Queue {
    /// Servers; load per server, below 1.
    Mmc { servers: u32, rho: f64 },
    /// As above, with any load and room for `capacity` in all.
    Mmck { servers: u32, capacity: u32, rho: f64 },
    /// Squared coefficient of variation of the service time; load, below 1.
    Mg1 { cv2: f64, rho: f64 },
    /// Servers, load per server, and how often one who waits gives up.
    ErlangA { servers: u32, rho: f64, theta: f64 },
}

/// The arguments, as far as they are given.
#[derive(Default)]
struct Given {
    servers: Option<i64>,
    capacity: Option<i64>,
    cv2: Option<f64>,
    rho: Option<f64>,
    theta: Option<f64>,
}

impl Queue {
    /// Reads the kind of queue and what describes it.
    pub(crate) fn parse(mut parser: lexopt::Parser) -> Result<Self, Failure> {
        let kind = match parser.next()? {
            Some(Value(kind)) => kind.string()?,
            Some(other) => return Err(other.unexpected().into()),
            None => String::new(),
        };
        let names: &[&str] = match kind.as_str() {
            "mmc" => &["servers", "rho"],
            "mmck" => &["servers", "capacity", "rho"],
            "mg1" => &["cv2", "rho"],
            "erlang-a" => &["servers", "rho", "theta"],
            _ => return usage("which queue? name mmc, mmck, mg1 or erlang-a"),
        };
        let mut given = Given::default();
        while let Some(argument) = parser.next()? {
            match argument {
                Long(name) if names.contains(&name) => {
                    let name = name.to_owned();
                    given.set(&name, &parser.value()?.string()?)?;
                }
                other => return Err(other.unexpected().into()),
            }
        }
        given.queue(&kind)
    }

    /// Its figures as a JSON object, under the names that textbooks use.
    pub(crate) fn run(&self) -> String {
        let figures = match *self {
            Self::Mmc { servers, rho } => mmc(servers, rho),
            Self::Mmck { servers, capacity, rho } => mmck(servers, capacity, rho),
            Self::Mg1 { cv2, rho } => mg1(cv2, rho),
            Self::ErlangA { servers, rho, theta } => erlang_a(servers, rho, theta),
        };
        serde_json::to_string_pretty(&figures).unwrap_or_default() + "\n"
    }
}

impl Given {
    fn set(&mut self, name: &str, text: &str) -> Result<(), Failure> {
        match name {
            "servers" => self.servers = Some(whole(name, text)?),
            "capacity" => self.capacity = Some(whole(name, text)?),
            "cv2" => self.cv2 = Some(number(name, text)?),
            "theta" => self.theta = Some(number(name, text)?),
            _ => self.rho = Some(number(name, text)?),
        }
        Ok(())
    }

    /// The queue, if all that it needs is there and in range.
    fn queue(&self, kind: &str) -> Result<Queue, Failure> {
        let mut faults = Vec::new();
        let queue = match kind {
            "mmc" => Queue::Mmc {
                servers: self.servers(&mut faults)?,
                rho: self.stable_rho(&mut faults, "; mmck and erlang-a have one at any load")?,
            },
            "mmck" => {
                let servers = self.servers(&mut faults)?;
                let capacity = needed("capacity", self.capacity)?;
                // Those in service are part of it.
                let least = i64::from(servers);
                within(&mut faults, "capacity", capacity, (least, MAX_CAPACITY));
                let capacity = capacity.clamp(least, MAX_CAPACITY) as u32;
                Queue::Mmck { servers, capacity, rho: self.any_rho(&mut faults)? }
            }
            "mg1" => {
                let cv2 = needed("cv2", self.cv2)?;
                within(&mut faults, "cv2", cv2, (0.0, MAX_CV2));
                Queue::Mg1 { cv2, rho: self.stable_rho(&mut faults, "")? }
            }
            _ => {
                let servers = self.servers(&mut faults)?;
                let rho = self.any_rho(&mut faults)?;
                let theta = needed("theta", self.theta)?;
                within(&mut faults, "theta", theta, THETA);
                Queue::ErlangA { servers, rho, theta }
            }
        };
        if faults.is_empty() { Ok(queue) } else { Err(Failure::Input(faults)) }
    }

    fn servers(&self, faults: &mut Vec<Fault>) -> Result<u32, Failure> {
        let servers = needed("servers", self.servers)?;
        within(faults, "servers", servers, (1, MAX_SERVERS));
        Ok(servers.clamp(1, MAX_SERVERS) as u32)
    }

    /// The load of a queue that grows without end from 1 on.
    fn stable_rho(&self, faults: &mut Vec<Fault>, instead: &str) -> Result<f64, Failure> {
        let rho = needed("rho", self.rho)?;
        if rho >= 1.0 {
            let message = format!(
                "{rho} must be above 0 and below 1: from 1 on the queue grows without end and \
                 has no equilibrium{instead}"
            );
            faults.push(fault("rho", message));
        } else if rho <= 0.0 {
            faults.push(fault("rho", format!("{rho} must be above 0 and below 1")));
        }
        Ok(rho)
    }

    fn any_rho(&self, faults: &mut Vec<Fault>) -> Result<f64, Failure> {
        let rho = needed("rho", self.rho)?;
        if rho <= 0.0 || rho > MAX_RHO {
            faults.push(fault("rho", format!("{rho} must be above 0 and at most {MAX_RHO}")));
        }
        Ok(rho)
    }
}

fn whole(name: &str, text: &str) -> Result<i64, Failure> {
    let number = text.parse();
    number.or_else(|_| usage(format!("--{name} is a whole number, not `{text}`")))
}

fn number(name: &str, text: &str) -> Result<f64, Failure> {
    let number = value::finite(text);
    number.map_or_else(|| usage(format!("--{name} is a number, not `{text}`")), Ok)
}

fn needed<T>(name: &str, given: Option<T>) -> Result<T, Failure> {
    given.map_or_else(|| usage(format!("--{name} is missing")), Ok)
}

fn within<T: Copy + PartialOrd + std::fmt::Display>(
    faults: &mut Vec<Fault>,
    name: &str,
    value: T,
    (least, most): (T, T),
) {
    if value < least || value > most {
        let message = format!("{value} is out of range; it must be from {least} to {most}");
        faults.push(fault(name, message));
    }
}

fn fault(name: &str, message: String) -> Fault {
    Fault { path: format!("--{name}"), message }
}

fn figures(rows: impl IntoIterator<Item = (&'static str, f64)>) -> Object<'static> {
    Object(rows.into_iter().map(|(name, value)| (name, value::number(value))).collect())
}

fn mmc(servers: u32, rho: f64) -> Object<'static> {
    let arrival_rate = rho * f64::from(servers);
    let queue = Mmc { servers, arrival_rate, service_rate: 1.0 };
    figures([
        ("c", f64::from(servers)),
        ("rho", rho),
        ("lambda", arrival_rate),
        ("erlang_b", erlang_b(servers, arrival_rate)),
        ("p_wait", queue.wait_probability()),
        ("Lq", queue.mean_queue()),
        ("Wq", queue.mean_wait()),
        ("W", queue.mean_response()),
        ("p50_wait", queue.wait_quantile(0.50)),
        ("p90_wait", queue.wait_quantile(0.90)),
        ("p95_wait", queue.wait_quantile(0.95)),
        ("p99_wait", queue.wait_quantile(0.99)),
        ("p50_resp", queue.response_quantile(0.50)),
        ("p95_resp", queue.response_quantile(0.95)),
        ("p99_resp", queue.response_quantile(0.99)),
    ])
}

fn mmck(servers: u32, capacity: u32, rho: f64) -> Object<'static> {
    let arrival_rate = rho * f64::from(servers);
    let means = Mmck { servers, capacity, arrival_rate, service_rate: 1.0 }.means();
    figures([
        ("c", f64::from(servers)),
        ("K", f64::from(capacity)),
        ("offered_rho", rho),
        ("lambda", arrival_rate),
        ("p_block", means.blocking),
        ("throughput", means.throughput),
        ("Lq", means.queue),
        ("Wq_accepted", means.wait),
        ("utilisation", means.utilization),
    ])
}

fn mg1(cv2: f64, rho: f64) -> Object<'static> {
    let queue = Mg1 { arrival_rate: rho, mean_service: 1.0, service_cv2: cv2 };
    let mut rows = figures([
        ("cv2", cv2),
        ("rho", rho),
        ("Wq", queue.mean_wait()),
        ("W", queue.mean_response()),
        ("Lq", queue.mean_queue()),
        ("L", queue.mean_in_system()),
    ]);
    // Without variance there is one law; with some there are many.
    let model = if cv2 > 0.0 { "M/G/1" } else { "M/D/1" };
    rows.0.insert(0, ("model", Value::from(model)));
    rows
}

fn erlang_a(servers: u32, rho: f64, theta: f64) -> Object<'static> {
    let arrival_rate = rho * f64::from(servers);
    let queue = ErlangA { servers, arrival_rate, service_rate: 1.0, patience_rate: theta };
    let means = queue.means();
    figures([
        ("c", f64::from(servers)),
        ("offered_rho", rho),
        ("theta", theta),
        ("lambda", arrival_rate),
        ("p_wait", means.wait_probability),
        ("p_abandon", means.abandonment),
        ("Lq", means.queue),
        ("mean_wait_all", means.wait),
        ("utilisation", means.utilization),
    ])
}
