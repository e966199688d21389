//! Section 2: the service scheduler, which closes the difference between what
//! is desired and what runs.

use super::Lesson;
use super::figure::{Act, Chart, Choice, Condition, Control, Figure, Goal, Prediction, Quantity};
use super::question::{Answer, Kind, Number, Question};

/// The section's content.
pub const LESSON: Lesson = Lesson { figure: &FIGURE, questions: QUESTIONS };

const FIGURE: Figure = Figure { id: "loop", acts: &[CRASH, FEWER, SICK, TWO_HANDS] };

/// The scenario of all acts: half an hour with one event at ten past nine. They
/// differ in the tasks at first, in the traffic, in the service and in what happens.
macro_rules! half_hour {
    ($name:literal, tasks: $tasks:literal, service: $service:literal, event: $event:literal
        $(, $more:literal)?) => {
        concat!(
            r#"{ "version": 1, "name": ""#,
            $name,
            r#"", "seed": 7, "start": "2026-01-05T09:00:00Z", "duration_s": 1800,
            "traffic": { "shape": "steady", "rps": { "$": "traffic" }, "arrivals": "poisson" },
            "service": { "desired_count": "#,
            $tasks,
            $service,
            r#" }, "events": [ { "at_s": 600, "kind": "#,
            $event,
            r#" } ], "slo": { "p95_ms": 300, "error_percent": 1.0 }"#,
            $($more,)?
            " }"
        )
    };
}

const fn traffic(default: f64) -> Control {
    Control {
        name: "traffic",
        label: "Traffic",
        unit: "requests/s",
        quantity: Quantity::Traffic,
        min: 10.0,
        max: 300.0,
        step: 5.0,
        default,
        more: false,
    }
}

const fn tasks(
    name: &'static str,
    label: &'static str,
    (min, max): (f64, f64),
    default: f64,
) -> Control {
    Control {
        name,
        label,
        unit: "tasks",
        quantity: Quantity::Capacity,
        min,
        max,
        step: 1.0,
        default,
        more: false,
    }
}

const fn seconds(
    name: &'static str,
    label: &'static str,
    (max, step): (f64, f64),
    default: f64,
) -> Control {
    Control {
        name,
        label,
        unit: "s",
        quantity: Quantity::Other,
        min: 0.0,
        max,
        step,
        default,
        more: false,
    }
}

/// Just before what happens at ten past nine [s]: nothing of it is seen yet.
const BEFORE_S: f64 = 590.0;

const LEAVES_OUT: &[&str] = &[
    "AWS does not say which tasks crash or fail; here the ones that have run longest do.",
    "A start takes the same time every time. Real ones vary, with the image cache and the time of \
     day.",
    "There is always capacity for another task.",
];

const CRASH: Act = Act {
    question: "Four tasks run, and at ten past nine one crashes. Nobody does anything. When do \
               four tasks take requests again?",
    scenario: half_hour!(
        "crash", tasks: 4,
        service: r#", "startup": { "provision_s": 10, "pull_s": 8, "boot_s": { "$": "boot" },
                      "warm_up_s": 30, "warm_up_speed": 0.5 }"#,
        event: r#""task_crash", "count": { "$": "crashed" }"#
    ),
    controls: &[
        tasks("crashed", "Tasks that crash", (1.0, 4.0), 1.0),
        seconds("boot", "Boot", (300.0, 15.0), 15.0),
        traffic(80.0),
    ],
    switches: &[],
    cursor_s: BEFORE_S,
    why_s: 660.0,
    prediction: Some(Prediction {
        fog_from_s: BEFORE_S,
        choices: &[
            Choice {
                label: "not before somebody starts one",
                tasks: None,
                right: false,
                feedback: "You bet that a task is started by somebody. The desired count is still \
                           four, and the scheduler starts whatever is missing.",
            },
            Choice {
                label: "at once",
                tasks: None,
                right: false,
                feedback: "The replacement is placed at once, but it has to pull its image, boot \
                           and pass a health check before it takes a request, at 09:10:48.",
            },
            Choice {
                label: "within a minute",
                tasks: None,
                right: true,
                feedback: "Placed at 09:10:00, running at 09:10:18, healthy at 09:10:48.",
            },
            Choice {
                label: "after three to five minutes",
                tasks: None,
                right: false,
                feedback: "You bet that a metric has to notice first. That is how scaling works, \
                           with three readings. Keeping the count needs no metric: ECS sees the \
                           task stop.",
            },
        ],
    }),
    charts: &[Chart::Tasks, Chart::Errors],
    goals: &[Goal {
        text: "Find traffic of 90 requests/s or more at which the crash of a task makes no minute \
               miss its limit of 300 ms",
        all_of: &[
            Condition::ControlWithin("traffic", 90.0, 300.0),
            Condition::MissedMinutesAtMost(0),
        ],
    }],
    caption: "The black line is the desired count. It never moves; the tasks below it do.",
    reveal: "Nothing was decided: the desired count was four all the time. ECS saw three running \
             tasks and closed the difference.",
    leaves_out: LEAVES_OUT,
};

const FEWER: Act = Act {
    question: "Eight tasks run, and at ten past nine you set the desired count to four. Until \
               when do you pay for the other four?",
    scenario: half_hour!(
        "fewer", tasks: 8,
        service: r#", "target_group": { "deregistration_delay_s": { "$": "delay" } }"#,
        event: r#""set_desired", "desired_count": { "$": "desired" }"#
    ),
    controls: &[
        tasks("desired", "New desired count", (1.0, 16.0), 4.0),
        seconds("delay", "Deregistration delay", (600.0, 30.0), 300.0),
        traffic(80.0),
    ],
    switches: &[],
    cursor_s: BEFORE_S,
    why_s: 660.0,
    prediction: Some(Prediction {
        fog_from_s: BEFORE_S,
        choices: &[
            Choice {
                label: "09:10, at once",
                tasks: None,
                right: false,
                feedback: "The running count drops at once. But a task that leaves drains first, \
                           and is billed until it stops.",
            },
            Choice {
                label: "until their requests are done, a second or so",
                tasks: None,
                right: false,
                feedback: "You bet that a task goes when it is idle. The load balancer waits out \
                           the whole deregistration delay, whatever is left to do.",
            },
            Choice {
                label: "09:15, five minutes later",
                tasks: None,
                right: true,
                feedback: "They drain for the deregistration delay, 300 seconds, and are billed \
                           for it.",
            },
            Choice {
                label: "10:00, the hour is paid for",
                tasks: None,
                right: false,
                feedback: "Fargate bills by the second, from the pull of the image to the stop, \
                           and at least a minute.",
            },
        ],
    }),
    charts: &[Chart::Tasks, Chart::TrafficCapacity],
    goals: &[Goal {
        text: "Carry 220 requests/s with no minute over 300 ms, for at most 3.4 task-hours in \
               the half hour",
        all_of: &[
            Condition::ControlWithin("traffic", 220.0, 300.0),
            Condition::MissedMinutesAtMost(0),
            Condition::TaskHoursAtMost(3.4),
        ],
    }],
    caption: "The tasks that drain are not running any more, and still on the bill.",
    reveal: "Running fell to four in the same second, and the last of the others stopped at 09:15. \
             Leaving takes longer than coming.",
    leaves_out: LEAVES_OUT,
};

const SICK: Act = Act {
    question: "At ten past nine one of four tasks begins to fail its health checks. It still \
               runs. What does ECS do?",
    scenario: half_hour!(
        "sick", tasks: 4, service: "",
        event: r#""health_check_failure", "count": { "$": "failing" }, "for_s": { "$": "lasts" }"#
    ),
    controls: &[
        tasks("failing", "Tasks that fail their checks", (1.0, 4.0), 1.0),
        Control { min: 30.0, ..seconds("lasts", "For how long", (900.0, 30.0), 600.0) },
        traffic(80.0),
    ],
    switches: &[],
    cursor_s: BEFORE_S,
    why_s: 660.0,
    prediction: Some(Prediction {
        fog_from_s: BEFORE_S,
        choices: &[
            Choice {
                label: "waits until it is well again",
                tasks: Some(4),
                right: false,
                feedback: "The load balancer would take it back, but ECS does not wait: two failed \
                           checks, and the task is replaced.",
            },
            Choice {
                label: "stops it, then starts another",
                tasks: Some(3),
                right: false,
                feedback: "You bet on three tasks for a while. Since the service may have up to \
                           200 % of its desired count, ECS starts first and stops then.",
            },
            Choice {
                label: "starts another, then stops it",
                tasks: Some(5),
                right: true,
                feedback: "After two failed checks a fifth task starts; once it is healthy the \
                           sick one drains.",
            },
            Choice {
                label: "restarts it in its place",
                tasks: Some(4),
                right: false,
                feedback: "ECS never mends a task. It throws it away and starts another one, \
                           which is why nothing that matters may live in it.",
            },
        ],
    }),
    charts: &[Chart::Tasks, Chart::Errors],
    goals: &[Goal {
        text: "Find the longest failure of one task that ECS does not answer at all",
        all_of: &[
            Condition::ControlWithin("failing", 1.0, 1.0),
            Condition::ControlWithin("lasts", 60.0, 60.0),
            Condition::PeakRunning(4),
        ],
    }],
    caption: "The replacement comes up beside the sick task, which leaves when the new one is \
              healthy.",
    reveal: "Two failed checks, 30 seconds apart, and a fifth task is on its way. Not one request \
             was lost.",
    leaves_out: LEAVES_OUT,
};

const TWO_HANDS: Act = Act {
    question: "A target of 70 % holds four tasks at 65 %. At ten past nine you set the desired \
               count to two. What becomes of your number?",
    scenario: half_hour!(
        "two-hands", tasks: 4, service: "",
        event: r#""set_desired", "desired_count": { "$": "desired" }"#,
        r#", "metrics": { "publish_delay_s": 0 },
        "autoscaling": {
            "ScalableTarget": { "MinCapacity": { "$": "min" }, "MaxCapacity": 20 },
            "ScalingPolicies": [ {
                "PolicyName": "cpu-target", "PolicyType": "TargetTrackingScaling",
                "TargetTrackingScalingPolicyConfiguration": {
                    "TargetValue": 70,
                    "PredefinedMetricSpecification": {
                        "PredefinedMetricType": "ECSServiceAverageCPUUtilization" },
                    "ScaleOutCooldown": 60, "ScaleInCooldown": 300 } } ]
        }"#
    ),
    controls: &[
        tasks("desired", "New desired count", (1.0, 16.0), 2.0),
        tasks("min", "Minimum", (1.0, 10.0), 1.0),
        traffic(130.0),
    ],
    switches: &[],
    cursor_s: BEFORE_S,
    why_s: 780.0,
    prediction: Some(Prediction {
        fog_from_s: BEFORE_S,
        choices: &[
            Choice {
                label: "it stays, since you set it",
                tasks: Some(2),
                right: false,
                feedback: "The scaler knows nothing of who wrote the number. It reads CPU, and \
                           writes the number that the reading asks for.",
            },
            Choice {
                label: "the scaler puts four back at once",
                tasks: Some(4),
                right: false,
                feedback: "You bet that the scaler guards its number. It has none: it waits for \
                           three readings above the target, and computes from what runs then.",
            },
            Choice {
                label: "it lasts until the readings say more",
                tasks: Some(5),
                right: true,
                feedback: "Three readings of 100 %, and 2 × 100 / 70 = 2.86 makes three at 09:13, \
                           then five: it overshoots, for two tasks cannot show how much is missing.",
            },
            Choice {
                label: "it is refused while a policy is active",
                tasks: Some(4),
                right: false,
                feedback: "ECS takes it: the minimum and the maximum bind the scaler, not you.",
            },
        ],
    }),
    charts: &[Chart::Tasks, Chart::Metric],
    goals: &[Goal {
        text: "Have eight tasks at the end of the half hour, though the load needs four",
        all_of: &[Condition::ControlWithin("traffic", 130.0, 130.0), Condition::DesiredAtEnd(8)],
    }],
    caption: "The step down is yours, the steps up are the scaler's: both write the same number.",
    reveal: "Your two lasted until three readings stood above 70 %. What holds a number is the \
             minimum.",
    leaves_out: LEAVES_OUT,
};

const QUESTIONS: &[Question] = &[
    Question {
        id: "difference",
        prompt: "describe-services answers desired 6, running 4, pending 1. How many tasks does \
                 ECS still have to start?",
        kind: Kind::Number(Number {
            unit: "tasks",
            value: 1.0,
            tolerance: 0.01,
            mistakes: &[
                (2.0, "Two are missing from running, but one of them is on its way: pending."),
                (6.0, "Six is what you want in the end. Four run already, and one is on its way."),
                (0.0, "Four running and one pending are five. Six are wanted."),
            ],
            hint: "Take what is wanted, less what runs, less what is on its way.",
        }),
        why: "6 − 4 − 1 = 1. Pending tasks count: the loop does not order twice.",
    },
    Question {
        id: "who",
        prompt: "A task runs out of memory at night and dies. What makes the replacement start?",
        kind: Kind::Choice(&[
            Answer { text: "The service scheduler: running is below desired", wrong: None },
            Answer {
                text: "The CPU alarm, since the others now work harder",
                wrong: Some(
                    "The others do work harder, but the replacement is placed in the same second, \
                     and without any policy at all.",
                ),
            },
            Answer {
                text: "The load balancer, when health checks fail",
                wrong: Some(
                    "The load balancer only stops sending requests there. Starting and stopping \
                     is ECS’s.",
                ),
            },
            Answer {
                text: "Whoever is on call",
                wrong: Some("Nobody starts a task of a service. That is the point of a service."),
            },
        ]),
        why: "Desired has not changed, running has: the loop closes the difference, whatever made \
              it.",
    },
    Question {
        id: "hold",
        prompt: "A policy scales your service on CPU. You want at least ten tasks during a launch. \
                 What do you change?",
        kind: Kind::Choice(&[
            Answer { text: "The minimum of the scalable target", wrong: None },
            Answer {
                text: "The desired count",
                wrong: Some(
                    "It works for some minutes. Once fifteen readings lie below the low alarm, \
                     the policy writes a smaller number.",
                ),
            },
            Answer {
                text: "The maximum",
                wrong: Some("The maximum keeps the policy from going higher. It holds nothing up."),
            },
            Answer {
                text: "The policy’s target, to a lower value",
                wrong: Some(
                    "That gives more tasks for the same load, but how many still depends on the \
                     load: at little traffic it is few.",
                ),
            },
        ]),
        why: "The policy never goes below the minimum, and raises the count to it when you \
              register it.",
    },
];
