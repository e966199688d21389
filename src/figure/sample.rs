//! A small figure for tests: four tasks, and traffic that steps up.

use std::sync::LazyLock;

use headroom_model::data_plane::{Fidelity, TaskId};
use headroom_model::scenario::{Metric, Scenario};
use headroom_model::time::Micros;
use headroom_model::trace::{
    AlarmState, By, CooldownSpan, Decision, Minute, Outcome, Station, Summary, TaskLife, Trace,
    Watch,
};

use serde_json::json;

use super::run::{Beside, Run};
use crate::course::figure::Figure;
use crate::course::read;

/// The figure.
pub(crate) static FIGURE: LazyLock<Figure> = LazyLock::new(|| {
    let control = |name: &str, unit: &str, [min, max, step, default]: [f64; 4]| {
        json!({ "name": name, "label": name, "unit": unit, "quantity": "other",
                "min": min, "max": max, "step": step, "default": default })
    };
    let choice = |tasks: u32| {
        json!({ "label": tasks.to_string(), "tasks": tasks, "right": tasks == 5,
                "feedback": "Because." })
    };
    let data = json!({ "figure": {
        "id": "sample",
        "scenario": {
            "version": 1, "name": "step", "start": "2026-01-05T09:00:00Z", "duration_s": 1260,
            "traffic": { "shape": "steps", "points": [[0, 130], [360, { "$": "rps" }]] },
            "service": { "desired_count": { "$": "tasks", "or": 4 } },
            "autoscaling": {
                "ScalableTarget": { "MinCapacity": 2, "MaxCapacity": 20 },
                "ScalingPolicies": [{ "PolicyName": "cpu", "PolicyType": "TargetTrackingScaling",
                    "TargetTrackingScalingPolicyConfiguration": { "TargetValue": { "$": "target" },
                        "PredefinedMetricSpecification":
                            { "PredefinedMetricType": "ECSServiceAverageCPUUtilization" } } }]
            }
        },
        "acts": [{
            "question": "Four tasks carry 130 requests a second. Traffic steps to 170. How many will there be?",
            "scenario": { "metrics": { "publish_delay_s": { "$": "delay" } } },
            "controls": [
                control("rps", "requests/s", [10.0, 400.0, 1.0, 170.0]),
                control("target", "%", [10.0, 95.0, 1.0, 70.0]),
                control("delay", "min", [0.0, 5.0, 0.1, 0.0])
            ],
            "switches": [
                { "name": "late", "label": "Metrics arrive late",
                  "patch": { "metrics": { "publish_delay_s": 150 } } },
                { "name": "later", "label": "Twice as long", "needs": "late",
                  "patch": { "duration_s": 2520 } }
            ],
            "cursor_s": 540, "why_s": 540,
            "prediction": { "fog_from_s": 540, "choices": [choice(4), choice(5), choice(6), choice(7)] },
            "charts": ["traffic_capacity", "metric"],
            "caption": "", "reveal": "", "leaves_out": []
        }]
    } });
    read::lesson(&data).expect("the sample is a right figure").figure
});

/// A figure with a table of steps, and a slider beside it.
pub(crate) static TABLE: LazyLock<Figure> = LazyLock::new(|| {
    let control = |name: &str, [min, max, default]: [f64; 3]| {
        json!({ "name": name, "label": name, "unit": "", "quantity": "other",
                "min": min, "max": max, "step": 1, "default": default })
    };
    let data = json!({ "figure": { "id": "table", "scenario": {}, "acts": [{
        "question": "",
        "controls": [
            control("threshold", [50.0, 90.0, 70.0]),
            control("low", [1.0, 30.0, 15.0]),
            control("mid", [1.0, 30.0, 15.0]),
            control("add1", [1.0, 10.0, 1.0]),
            control("add2", [1.0, 10.0, 3.0]),
            control("add3", [1.0, 10.0, 5.0]),
            control("rps", [1.0, 10.0, 1.0])
        ],
        "step_table": { "threshold": "threshold", "widths": ["low", "mid"],
                        "adds": ["add1", "add2", "add3"] },
        "cursor_s": 0, "why_s": 0, "charts": ["metric"],
        "caption": "", "reveal": "", "leaves_out": []
    }] } });
    read::lesson(&data).expect("the sample is a right figure").figure
});

/// A run of the sample, written by hand so that tests of what is shown do not
/// hang on the model: at 09:09 the fifth task is decided, at 09:10 it serves.
pub(crate) fn run() -> (Scenario, Trace) {
    let at = Micros::from_whole_s;
    let first = TaskLife {
        id: TaskId(0),
        revision: 0,
        zone: 0,
        created: Micros::ZERO,
        pulling: Some(Micros::ZERO),
        running: Some(Micros::ZERO),
        serving: Some(Micros::ZERO),
        warm: Some(Micros::ZERO),
        draining: None,
        stopped: None,
        crashed: false,
    };
    let mut tasks: Vec<_> = (0..4).map(|id| TaskLife { id: TaskId(id), ..first }).collect();
    tasks.push(TaskLife {
        id: TaskId(4),
        created: at(540),
        pulling: Some(at(550)),
        running: Some(at(558)),
        serving: Some(at(600)),
        warm: Some(at(630)),
        ..first
    });
    let minutes: Vec<_> = (1..=21).map(minute).collect();
    let watches = (1..=21).map(watch).collect();
    let decision = Decision {
        t_s: 540.0,
        policy: "cpu".to_owned(),
        metric_kind: Some(Metric::Cpu),
        metric: Some(85.0),
        by: By::TargetTracking,
        alarm: Some("TargetTracking-cpu-AlarmHigh".to_owned()),
        target: Some(70.0),
        running: 4,
        desired_before: 4,
        proposed: 5,
        desired_after: 5,
        outcome: Outcome::ScaledOut,
        reason: "4 running x 85.0 / 70.0 = 4.86, rounded up to 5".to_owned(),
    };
    let summary = Summary {
        requests: 199_800.0,
        completed: 199_780.0,
        rejected: 20.0,
        timed_out: 0.0,
        failed: 0.0,
        in_flight: 0.0,
        mean_ms: Some(61.0),
        p50_ms: Some(45.0),
        p95_ms: Some(190.0),
        p99_ms: Some(300.0),
        mean_wait_ms: Some(0.0),
        wait_probability: Some(0.0),
        utilization: Some(0.6),
        task_seconds: 5750.0,
        cost_usd: 0.0788,
        slo_minutes_missed: 4,
        scale_outs: 1,
        scale_ins: 0,
        peak_running: 5,
    };
    let trace = Trace {
        name: "step".to_owned(),
        station: Station::Expected,
        seed: 7,
        summary,
        minutes,
        decisions: vec![decision],
        by_hand: Vec::new(),
        cooldowns: vec![CooldownSpan { from_s: 558.0, until_s: 858.0, out: true }],
        alarms: Vec::new(),
        watches,
        tasks,
        deployments: Vec::new(),
    };
    (scenario(), trace)
}

fn minute(number: u32) -> Minute {
    let offered_rps = if number <= 6 { 130.0 } else { 170.0 };
    let (cpu, p50_ms) = match number {
        ..=6 => (65.0, 40.0),
        7..=10 => (85.0, 90.0),
        _ => (68.0, 42.0),
    };
    let busy = (7..=10).contains(&number);
    Minute {
        t_s: f64::from(number) * 60.0,
        offered_rps,
        served_rps: offered_rps,
        desired: if number < 9 { 4 } else { 5 },
        running: if number < 10 { 4 } else { 5 },
        pending: 0,
        draining: 0,
        cpu_percent: Some(cpu),
        serving_cpu_percent: Some(cpu),
        memory_percent: Some(40.0),
        requests_per_target: Some(offered_rps * 60.0 / 4.0),
        p50_ms: Some(p50_ms),
        p95_ms: Some(4.0 * p50_ms),
        p99_ms: Some(7.0 * p50_ms),
        errors: if busy { 5.0 } else { 0.0 },
        missed: busy,
        fidelity: if busy { Fidelity::Approximate } else { Fidelity::Expected },
    }
}

fn watch(number: u32) -> Watch {
    let newest = number as usize - 1;
    let above = number.saturating_sub(6).min(3);
    let above = if number <= 10 { above } else { 0 };
    Watch {
        t_s: f64::from(number) * 60.0,
        policy: 0,
        newest: Some(newest),
        metric: minute(number).cpu_percent,
        above,
        below: 0,
        high: if above == 3 { AlarmState::Alarm } else { AlarmState::Ok },
        low: Some(AlarmState::Ok),
        scale_out_cooldown_until_s: (10..15).contains(&number).then_some(858.0),
        scale_in_cooldown_until_s: None,
    }
}

/// The same as a figure holds it.
pub(crate) fn whole() -> Run {
    let (scenario, trace) = run();
    let autoscaling = scenario_json().get("autoscaling").cloned();
    Run { scenario, trace, autoscaling, beside: None }
}

/// The same with another run beside it, of tasks four times as large, in which the
/// ninth minute is bad.
pub(crate) fn held_against() -> Run {
    let mut run = whole();
    let mut other = whole();
    other.scenario.service.task.vcpu *= 4.0;
    other.trace.minutes[8].errors = 60.0;
    other.trace.summary.rejected = 80.0;
    let (name, name_of_this) = ("big".to_owned(), "small".to_owned());
    run.beside = Some(Box::new(Beside { name, name_of_this, run: other }));
    run
}

/// The sample with a step policy in place of target tracking: the alarm counts
/// three readings of 70 and more, and 85 is worth three tasks.
pub(crate) fn stepping() -> Run {
    let mut run = whole();
    let scaling = serde_json::json!({
        "ScalableTarget": {"MinCapacity": 2, "MaxCapacity": 20},
        "ScalingPolicies": [{
            "PolicyName": "steps", "PolicyType": "StepScaling",
            "StepScalingPolicyConfiguration": {
                "AdjustmentType": "ChangeInCapacity",
                "StepAdjustments": [
                    {"MetricIntervalLowerBound": 0, "MetricIntervalUpperBound": 15,
                     "ScalingAdjustment": 1},
                    {"MetricIntervalLowerBound": 15, "MetricIntervalUpperBound": 30,
                     "ScalingAdjustment": 3},
                    {"MetricIntervalLowerBound": 30, "ScalingAdjustment": 5},
                ],
            },
        }],
        "Alarms": [{
            "AlarmName": "hot", "Namespace": "AWS/ECS", "MetricName": "CPUUtilization",
            "Statistic": "Average", "Period": 60, "EvaluationPeriods": 3, "Threshold": 70,
            "ComparisonOperator": "GreaterThanOrEqualToThreshold", "AlarmActions": ["steps"],
        }],
    });
    let mut json = scenario_json();
    json["autoscaling"] = scaling.clone();
    run.scenario = Scenario::from_value(&json).expect("the sample is a right scenario");
    run.autoscaling = Some(scaling);
    let decision = &mut run.trace.decisions[0];
    decision.policy = "steps".to_owned();
    decision.by = By::StepScaling;
    decision.alarm = Some("hot".to_owned());
    (decision.proposed, decision.desired_after) = (7, 7);
    decision.reason = "85.0 - 70.0 = 15.0, step 15 to 30: 4 running + 3 = 7".to_owned();
    run
}

fn scenario_json() -> serde_json::Value {
    json!({
        "name": "step", "start": "2026-01-05T09:00:00Z", "duration_s": 1260,
        "traffic": {"shape": "steps", "points": [[0, 130], [360, 170]]},
        "service": {},
        "metrics": {"publish_delay_s": 0},
        "autoscaling": {
            "ScalableTarget": {"MinCapacity": 2, "MaxCapacity": 20},
            "ScalingPolicies": [{
                "PolicyName": "cpu", "PolicyType": "TargetTrackingScaling",
                "TargetTrackingScalingPolicyConfiguration": {
                    "TargetValue": 70.0,
                    "PredefinedMetricSpecification":
                        {"PredefinedMetricType": "ECSServiceAverageCPUUtilization"},
                },
            }],
        },
        "slo": {"p95_ms": 300, "error_percent": 1},
    })
}

fn scenario() -> Scenario {
    Scenario::from_value(&scenario_json()).expect("the sample is a right scenario")
}
