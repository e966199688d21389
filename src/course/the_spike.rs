//! Section 0, the front door: an hour with a spike that scaling alone does not
//! survive, and the headroom that does.

use super::Lesson;
use super::figure::{Act, Chart, Condition, Control, Figure, Goal, Quantity, Switch};
use super::question::{Answer, Kind, Number, Question};

/// The section's content.
pub const LESSON: Lesson = Lesson { figure: &FIGURE, questions: QUESTIONS };

const FIGURE: Figure = Figure { id: "spike", acts: &[HOUR] };

/// The service holds `min` tasks when the hour begins, so that the slider
/// decides what meets the spike. The day is the same hour, and 23 more at the
/// traffic before the spike.
const HOUR: Act = Act {
    question: "At ten past nine, traffic goes from 100 to 320 requests a second within a minute. \
               Can you get through the hour without a minute at 100 % CPU?",
    scenario: r#"{
        "version": 1, "name": "the-spike", "seed": 7,
        "start": "2026-01-05T09:00:00Z", "duration_s": 3600,
        "traffic": { "shape": "spike", "base_rps": 100, "peak_rps": 320,
                     "start_s": 600, "rise_s": 60, "hold_s": 2940, "fall_s": 60,
                     "arrivals": "poisson" },
        "service": { "desired_count": { "$": "min" } },
        "metrics": { "publish_delay_s": 150 },
        "autoscaling": {
            "ScalableTarget": { "MinCapacity": { "$": "min" }, "MaxCapacity": 20 },
            "ScalingPolicies": [ {
                "PolicyName": "cpu-target", "PolicyType": "TargetTrackingScaling",
                "TargetTrackingScalingPolicyConfiguration": {
                    "TargetValue": { "$": "target" },
                    "PredefinedMetricSpecification": {
                        "PredefinedMetricType": "ECSServiceAverageCPUUtilization" },
                    "ScaleOutCooldown": 60, "ScaleInCooldown": 300 } } ]
        },
        "slo": { "p95_ms": 300, "error_percent": 1.0 }
    }"#,
    controls: &[
        Control {
            name: "min",
            label: "Minimum",
            unit: "tasks",
            quantity: Quantity::Capacity,
            min: 2.0,
            max: 12.0,
            step: 1.0,
            default: 3.0,
            more: false,
        },
        Control {
            name: "target",
            label: "CPU target",
            unit: "%",
            quantity: Quantity::Metric,
            min: 30.0,
            max: 90.0,
            step: 5.0,
            default: 70.0,
            more: false,
        },
    ],
    switches: &[
        Switch {
            name: "day",
            label: "Now pay for the day: 24 hours",
            patch: r#"{ "duration_s": 86400 }"#,
            needs: None,
        },
        Switch {
            name: "peak",
            label: "Hold that minimum only from 09:05 to 10:05, and 3 tasks otherwise",
            patch: r#"{
                "service": { "desired_count": 3 },
                "autoscaling": { "ScalableTarget": { "MinCapacity": 3 } },
                "events": [
                    { "at_s": 300, "kind": "register_scalable_target",
                      "MinCapacity": { "$": "min" }, "MaxCapacity": 20 },
                    { "at_s": 3900, "kind": "register_scalable_target",
                      "MinCapacity": 3, "MaxCapacity": 20 } ]
            }"#,
            needs: Some("day"),
        },
    ],
    cursor_s: 900.0,
    why_s: 960.0,
    prediction: None,
    charts: &[Chart::TrafficCapacity, Chart::Metric],
    goals: &[
        Goal {
            text: "The hour: no minute at 100 % CPU, for at most 9.5 task-hours",
            all_of: &[Condition::SaturatedMinutesAtMost(0), Condition::TaskHoursAtMost(9.5)],
        },
        Goal {
            text: "The day: no minute at 100 % CPU, for at most 90 task-hours",
            all_of: &[
                Condition::SwitchOn("day"),
                Condition::SaturatedMinutesAtMost(0),
                Condition::TaskHoursAtMost(90.0),
            ],
        },
    ],
    caption: "Each box is a task, filled with the CPU that it uses. Where the traffic lies above \
              the capacity, the gap is red.",
    reveal: "The scaler cannot see the spike until its minutes are over and published, and a new \
             task needs time to start. Whatever has to serve until then must be there already.",
    leaves_out: &[
        "Every request asks for the same mean CPU work, and nothing behind the tasks (a database, \
         a cache) ever becomes the bottleneck.",
        "A busy task never fails its health check here. A real one may, and then it takes its \
         capacity with it.",
        "Callers do not try again after an error, so the overload is milder than a real one.",
    ],
};

const QUESTIONS: &[Question] = &[
    Question {
        id: "first-sum",
        prompt: "Three tasks read 100 % CPU while 320 requests a second arrive. The target is \
                 70 %. How many tasks does the first decision ask for?",
        kind: Kind::Number(Number {
            unit: "tasks",
            value: 5.0,
            tolerance: 0.01,
            mistakes: &[
                (
                    7.0,
                    "Seven is what 320 requests a second need, at 50 a task. The scaler does not \
                     see the traffic. It sees 100 %, and CPU cannot say how much more there is.",
                ),
                (
                    10.0,
                    "Ten would carry 320 requests a second at 70 %. The scaler gets there, but \
                     not in one step: it sees 100 %, not the traffic behind it.",
                ),
                (4.0, "3 × 100 / 70 = 4.29 is right, but the result is rounded up, not down."),
                (4.29, "That is the sum. There is no 0.29 of a task: which way is it rounded?"),
                (20.0, "Twenty is the maximum. It limits the result; it is not asked for as such."),
            ],
            hint: "Take the tasks that run, times the reading, over the target, and round up.",
        }),
        why: "3 × 100 / 70 = 4.29, rounded up to 5. A reading of 100 % never asks for more than \
              1.43 times the tasks that run.",
    },
    Question {
        id: "what-shortens",
        prompt: "Which change takes the most red minutes out of this hour?",
        kind: Kind::Choice(&[
            Answer { text: "A minimum of seven tasks", wrong: None },
            Answer {
                text: "A scale-out cooldown of 0 seconds instead of 60",
                wrong: Some(
                    "A cooldown begins with a scale-out. The first red minutes come before the \
                     first decision, when no cooldown runs.",
                ),
            },
            Answer {
                text: "A maximum of 40 tasks instead of 20",
                wrong: Some(
                    "The service never comes near 20 at a target of 70 %. A limit that is not \
                     reached changes nothing.",
                ),
            },
            Answer {
                text: "A publish delay of 0 seconds instead of 150",
                wrong: Some(
                    "It would help by some minutes, if you could set it. The three \
                     readings and the start of a task remain, and so do red minutes.",
                ),
            },
        ]),
        why: "Seven tasks carry 350 requests a second. They are there before the spike, so \
              nothing has to be noticed first.",
    },
];
