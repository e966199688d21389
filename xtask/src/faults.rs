//! `cargo xtask verify` proves its own checks: it puts a fault into a copy of the
//! model, one after the other, and a check that is named has to fail each time.
//!
//! The checkout is never touched.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::run::{Failure, Outcome, cargo, io, output, root, say, target_folder};

/// A mistake that somebody could make.
struct Fault {
    what: &'static str,
    /// Below `model/src`.
    file: &'static str,
    /// What stands there once,
    right: &'static str,
    /// and what is put in its place.
    wrong: &'static str,
    /// The test target of the model, and the test in it that has to fail.
    caught_by: (&'static str, &'static str),
}

const ORACLE: (&str, &str) = ("control_plane", "model_and_oracle_agree");
const AWS: (&str, &str) = ("conformance", "aws_is_followed_case_by_case");

const FAULTS: [Fault; 21] = [
    Fault {
        what: "Erlang C is 1 % too high",
        file: "queueing/erlang.rs",
        right: "    loss / (1.0 - utilization",
        wrong: "    1.01 * loss / (1.0 - utilization",
        caught_by: ("queueing", "mmc_agrees_with_the_reference"),
    },
    Fault {
        what: "a bounded queue has a place too few",
        file: "queueing/mmck.rs",
        right: "self.capacity.saturating_sub(self.servers)",
        wrong: "self.capacity.saturating_sub(self.servers + 1)",
        caught_by: ("queueing", "a_bounded_queue_agrees_with_the_reference"),
    },
    Fault {
        what: "a quantile is the end of its bin",
        file: "histogram.rs",
        right: "Some(from + (to - from) * share)",
        wrong: "Some(to + 0.0 * share)",
        caught_by: ("planes", "expected::a_steady_load_is_analytic"),
    },
    Fault {
        what: "a request takes a slot that is not free yet",
        file: "data_plane/exact/known.rs",
        right: "begins = at;",
        wrong: "begins = at.min(now);",
        caught_by: ("theory", "reference::a_task_with_slots_is_mmc"),
    },
    Fault {
        what: "last come, first served",
        file: "data_plane/exact/shared.rs",
        right: "if let Some(next) = self.queue.pop_front() {",
        wrong: "if let Some(next) = self.queue.pop_back() {",
        caught_by: ("planes", "conservation::what_is_known_beforehand_is_what_happens"),
    },
    Fault {
        what: "of the requests of a task that crashes one is lost",
        file: "data_plane/exact.rs",
        right: "sample.failed += lost.len() as f64",
        wrong: "sample.failed += lost.len().saturating_sub(1) as f64",
        caught_by: ("planes", "conservation::exact_conserves_requests_to_the_last_one"),
    },
    Fault {
        what: "of the requests of a mean task that crashes one in a hundred is lost",
        file: "data_plane/expected.rs",
        right: "sample.failed += failed",
        wrong: "sample.failed += 0.99 * failed",
        caught_by: ("planes", "conservation::expected_conserves_requests"),
    },
    Fault {
        what: "what a mean client gives up is not sent again",
        file: "data_plane/expected/clients.rs",
        right: "&tries, 1.0);",
        wrong: "&tries, 0.0);",
        caught_by: ("planes", "impatience::a_storm_outlasts_the_spike_that_began_it"),
    },
    Fault {
        what: "mean requests that are sent again ask for the mean work",
        file: "data_plane/expected/clients.rs",
        right: "work += self.sent[number] * self.patience.sizes[class];",
        wrong: "work += self.sent[number];",
        caught_by: ("planes", "impatience::a_light_load_is_the_same"),
    },
    Fault {
        what: "requests come 2 % too seldom",
        file: "data_plane/exact/arrivals.rs",
        right: "Poisson => self.gaps.exponential()",
        wrong: "Poisson => 1.02 * self.gaps.exponential()",
        caught_by: ("theory", "poisson::arrivals_are_and_two_streams_of_half_the_rate_are_one"),
    },
    Fault {
        what: "the mean of a lognormal service time is not the one asked for",
        file: "random.rs",
        right: "self.normal() - variance / 2.0",
        wrong: "self.normal() - variance / 4.0",
        caught_by: ("theory", "reference::a_task_with_one_slot_is_mg1"),
    },
    Fault {
        what: "a CPU carries 3 % more than it has",
        file: "scenario.rs",
        right: "self.vcpu * self.service_time.mean_ms * speed",
        wrong: "1.03 * self.vcpu * self.service_time.mean_ms * speed",
        caught_by: ("theory", "identities::utilisation_law"),
    },
    Fault {
        what: "target tracking rounds to the nearest capacity",
        file: "autoscaling/formula.rs",
        right: "{ nearest } else { libm::ceil(x) }",
        wrong: "{ nearest } else { nearest }",
        caught_by: ORACLE,
    },
    Fault {
        what: "scale-out cooldowns that overlap do not add up",
        file: "autoscaling/cooldown.rs",
        right: "self.credit = before + (",
        wrong: "self.credit = before.max(",
        caught_by: ORACLE,
    },
    Fault {
        what: "the low alarm of target tracking is at 85 %",
        file: "scenario/autoscaling.rs",
        right: "self.target * 0.9",
        wrong: "self.target * 0.85",
        caught_by: ORACLE,
    },
    Fault {
        what: "an alarm of M out of N wants all N",
        file: "cloudwatch/alarm.rs",
        right: "if breaching >= m { AlarmState::Alarm }",
        wrong: "if breaching >= n { AlarmState::Alarm }",
        caught_by: AWS,
    },
    Fault {
        what: "datapoints are seen a minute too early",
        file: "cloudwatch/series.rs",
        right: "as usize + 1)",
        wrong: "as usize + 2)",
        caught_by: ("properties", "a_step_to_saturation_triggers_after_363_s_on_average"),
    },
    Fault {
        what: "targets do not drain",
        file: "run.rs",
        right: "self.schedule(delay, id, Step::DrainEnds)",
        wrong: "self.schedule(delay.min(Micros::ZERO), id, Step::DrainEnds)",
        caught_by: AWS,
    },
    Fault {
        what: "minimumHealthyPercent is rounded down",
        file: "ecs/deployment.rs",
        right: "u64::from(self.minimum_healthy_percent)).div_ceil(100)",
        wrong: "u64::from(self.minimum_healthy_percent)).div_euclid(100)",
        caught_by: AWS,
    },
    Fault {
        what: "a task is billed from when it runs",
        file: "cost.rs",
        right: "life.pulling?",
        wrong: "life.running?",
        caught_by: ("properties", "a_task_is_billed_from_pulling_to_stopped"),
    },
    Fault {
        what: "what clocks repeat acts twice",
        file: "autoscaling/schedule.rs",
        right: "(before.unwrap_or(offset) - offset).max(0)",
        wrong: "(before.unwrap_or(offset) - offset).min(0)",
        caught_by: ("schedule", "what_clocks_skip_does_not_act_and_what_they_repeat_acts_once"),
    },
];

/// Puts each fault into a copy of the checkout and requires that its check
/// fails; returns what was caught by which.
pub(crate) fn prove() -> Outcome<BTreeMap<&'static str, String>> {
    say(&format!("putting {} faults into a copy of the model, one by one", FAULTS.len()));
    let tree = copy()?;
    let mut missed = Vec::new();
    for fault in &FAULTS {
        let what = fault.what;
        let (word, caught) = match fault.try_out(&tree)? {
            Verdict::Fails => ("caught", true),
            Verdict::Passes => ("NOT CAUGHT", false),
            Verdict::DoesNotRun => ("NOT TRIED, the check does not run", false),
        };
        println!("{word}: {what}");
        if !caught {
            missed.push(what);
        }
    }
    if missed.is_empty() {
        let check = |fault: &Fault| fault.caught_by.0.to_owned() + "::" + fault.caught_by.1;
        return Ok(FAULTS.iter().map(|fault| (fault.what, check(fault))).collect());
    }
    Err(Failure(format!(
        "no check notices that {}: mend the check, or the list in xtask/src/faults.rs",
        missed.join("; that ")
    )))
}

/// What a check says of a fault.
enum Verdict {
    Fails,
    Passes,
    /// The copy does not compile, or has no such test: that proves nothing.
    DoesNotRun,
}

impl Fault {
    fn try_out(&self, tree: &Path) -> Outcome<Verdict> {
        let file = tree.join("model/src").join(self.file);
        let source = io("read", &file, fs::read_to_string(&file))?;
        let wrong = self.put_into(&source).ok_or_else(|| {
            Failure(format!(
                "`{}` does not stand once in model/src/{}: mend the list in xtask/src/faults.rs",
                self.right, self.file
            ))
        })?;
        io("write", &file, fs::write(&file, wrong))?;
        let verdict = self.check(tree);
        io("write", &file, fs::write(&file, source))?;
        Ok(verdict)
    }

    /// The source with the fault in it.
    fn put_into(&self, source: &str) -> Option<String> {
        let (before, after) = source.split_once(self.right)?;
        (!after.contains(self.right)).then(|| [before, self.wrong, after].concat())
    }

    /// Runs the check in the copy.
    fn check(&self, tree: &Path) -> Verdict {
        let (target, test) = self.caught_by;
        let said = cargo()
            .args(["test", "--quiet", "--package", "headroom-model", "--test", target])
            .args(["--", "--exact", test, "--format", "pretty"])
            .current_dir(tree)
            .env_remove("HEADROOM_VERIFY")
            // That a property fails is enough; its smallest case is not needed.
            .env("PROPTEST_MAX_SHRINK_ITERS", "0")
            .stdin(Stdio::null())
            .output();
        let (said, why) = said.map_or_else(
            |error| (String::new(), error.to_string()),
            |said| (text(&said.stdout), text(&said.stderr)),
        );
        let says = |word: &str| {
            let line = format!("test {test} ... {word}");
            said.lines().any(|other| other == line)
        };
        match () {
            () if says("FAILED") => Verdict::Fails,
            () if says("ok") => Verdict::Passes,
            () => {
                eprint!("{why}");
                Verdict::DoesNotRun
            }
        }
    }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// Copies what the model's tests need to a folder of its own below the target
/// folder, whose crates from the registry serve both.
fn copy() -> Outcome<PathBuf> {
    let tree = target_folder()?.join("headroom-faults");
    if tree.exists() {
        io("remove", &tree, fs::remove_dir_all(&tree))?;
    }
    let listed = output(
        Command::new("git")
            .args(["ls-files", "--cached", "--others", "--exclude-standard"])
            .current_dir(root()),
    )
    .ok_or_else(|| Failure("git does not list the files: run this in a checkout".into()))?;
    for name in listed.lines() {
        let (from, to) = (root().join(name), tree.join(name));
        // What is listed and not there has been deleted.
        if !from.is_file() {
            continue;
        }
        if let Some(folder) = to.parent() {
            io("create", folder, fs::create_dir_all(folder))?;
        }
        io("copy", &from, fs::copy(&from, &to))?;
    }
    Ok(tree)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_fault_has_its_place_and_its_check() {
        for fault in &FAULTS {
            let file = root().join("model/src").join(fault.file);
            let source = fs::read_to_string(&file).unwrap_or_default();
            let wrong = fault.put_into(&source);
            assert!(wrong.is_some_and(|wrong| wrong != source), "{}", fault.what);
        }
    }

    #[test]
    fn what_stands_twice_is_no_place() {
        let fault = Fault { right: "a", wrong: "b", ..FAULTS[0] };
        assert_eq!(fault.put_into("cac"), Some("cbc".to_owned()));
        assert_eq!(fault.put_into("caca"), None);
        assert_eq!(fault.put_into("cc"), None);
    }
}
