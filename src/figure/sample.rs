//! A small figure for tests: four tasks, and traffic that steps up.

use crate::course::figure::{Act, Chart, Choice, Control, Figure, Prediction, Quantity, Switch};

const fn control(name: &'static str, unit: &'static str, range: [f64; 4]) -> Control {
    let [min, max, step, default] = range;
    let quantity = Quantity::Other;
    Control { name, label: name, unit, quantity, min, max, step, default, more: false }
}

const fn choice(label: &'static str, tasks: u32, right: bool) -> Choice {
    Choice { label, tasks: Some(tasks), right, feedback: "Because." }
}

pub(crate) const FIGURE: Figure = Figure { id: "sample", acts: &[ACT] };

pub(crate) const ACT: Act = Act {
    question: "Four tasks carry 130 requests a second. Traffic steps to 170. How many will there be?",
    scenario: r#"{
        "version": 1, "name": "step", "start": "2026-01-05T09:00:00Z", "duration_s": 1260,
        "traffic": { "shape": "steps", "points": [[0, 130], [360, { "$": "rps" }]] },
        "service": { "desired_count": 4 },
        "metrics": { "publish_delay_s": { "$": "delay" } },
        "autoscaling": {
            "ScalableTarget": { "MinCapacity": 2, "MaxCapacity": 20 },
            "ScalingPolicies": [{ "PolicyName": "cpu", "PolicyType": "TargetTrackingScaling",
                "TargetTrackingScalingPolicyConfiguration": { "TargetValue": { "$": "target" },
                    "PredefinedMetricSpecification":
                        { "PredefinedMetricType": "ECSServiceAverageCPUUtilization" } } }]
        }
    }"#,
    controls: &[
        control("rps", "requests/s", [10.0, 400.0, 1.0, 170.0]),
        control("target", "%", [10.0, 95.0, 1.0, 70.0]),
        control("delay", "min", [0.0, 5.0, 0.1, 0.0]),
    ],
    switches: &[
        Switch {
            name: "late",
            label: "Metrics arrive late",
            patch: r#"{ "metrics": { "publish_delay_s": 150 } }"#,
            needs: None,
        },
        Switch {
            name: "later",
            label: "Twice as long",
            patch: r#"{ "duration_s": 2520 }"#,
            needs: Some("late"),
        },
    ],
    cursor_s: 540.0,
    prediction: Some(Prediction {
        fog_from_s: 540.0,
        choices: &[
            choice("4", 4, false),
            choice("5", 5, true),
            choice("6", 6, false),
            choice("7", 7, false),
        ],
    }),
    charts: &[Chart::TrafficCapacity, Chart::Metric],
    goals: &[],
    caption: "",
    reveal: "",
    leaves_out: &[],
};
