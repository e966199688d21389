//! Section 3: what target tracking computes, when, and from which reading.

use super::Lesson;
use super::figure::{Act, Chart, Choice, Condition, Control, Figure, Goal, Prediction, Quantity};
use super::question::{Answer, Kind, Number, Question};

/// The section's content.
pub const LESSON: Lesson = Lesson { figure: &FIGURE, questions: QUESTIONS };

const FIGURE: Figure = Figure { id: "tracking", acts: &[CEILING, DEAD_BAND, LATE_READING] };

/// The scenario of all three acts; they differ in the tasks at first, the
/// traffic before the step, the length of the run, and in which cooldowns can
/// matter: AWS's default for an ECS service is 300 s both ways.
macro_rules! step {
    (
        $name:literal, tasks: $tasks:literal, before: $before:literal,
        duration_s: $duration:literal, out: $out:literal, in: $in:literal
    ) => {
        concat!(
            r#"{ "version": 1, "name": ""#,
            $name,
            r#"", "seed": 7, "start": "2026-01-05T09:00:00Z", "duration_s": "#,
            $duration,
            r#", "traffic": { "shape": "steps", "points": [[0, "#,
            $before,
            r#"], [360, { "$": "traffic" }]], "arrivals": "poisson" },
            "service": { "desired_count": "#,
            $tasks,
            r#" },
            "metrics": { "publish_delay_s": { "$": "delay" } },
            "autoscaling": {
                "ScalableTarget": { "MinCapacity": 2, "MaxCapacity": 20 },
                "ScalingPolicies": [ {
                    "PolicyName": "cpu-target", "PolicyType": "TargetTrackingScaling",
                    "TargetTrackingScalingPolicyConfiguration": {
                        "TargetValue": { "$": "target" },
                        "PredefinedMetricSpecification": {
                            "PredefinedMetricType": "ECSServiceAverageCPUUtilization" },
                        "ScaleOutCooldown": "#,
            $out,
            r#", "ScaleInCooldown": "#,
            $in,
            r#" } } ]
            },
            "slo": { "p95_ms": 300, "error_percent": 1.0 } }"#
        )
    };
}

const fn traffic(default: f64) -> Control {
    Control {
        name: "traffic",
        label: "Traffic after the step",
        unit: "requests/s",
        quantity: Quantity::Traffic,
        min: 50.0,
        max: 400.0,
        step: 1.0,
        default,
        more: false,
    }
}

const TARGET: Control = Control {
    name: "target",
    label: "CPU target",
    unit: "%",
    quantity: Quantity::Metric,
    min: 30.0,
    max: 95.0,
    step: 1.0,
    default: 70.0,
    more: false,
};

const fn delay(default: f64) -> Control {
    Control {
        name: "delay",
        label: "Publish delay",
        unit: "s",
        quantity: Quantity::Other,
        min: 0.0,
        max: 300.0,
        step: 10.0,
        default,
        more: false,
    }
}

const fn cooldown(name: &'static str, label: &'static str) -> Control {
    Control {
        name,
        label,
        unit: "s",
        quantity: Quantity::Other,
        min: 0.0,
        max: 900.0,
        step: 30.0,
        default: 300.0,
        more: true,
    }
}

const OUT: Control = cooldown("out", "Scale-out cooldown");
const IN: Control = cooldown("in", "Scale-in cooldown");

const LEAVES_OUT: &[&str] = &[
    "AWS does not say which reading goes into the sum. Here it is the last one that the alarm \
     counted.",
    "A reading is late by the same time every minute. On AWS the delay varies, and now and then a \
     reading never comes.",
    "Between the minute marks CPU is the mean that theory expects; a real minute scatters around \
     it.",
];

const CEILING: Act = Act {
    question: "Four tasks carry 130 requests a second. Traffic steps to 170. How many tasks will \
               there be?",
    scenario: step!(
        "ceiling", tasks: 4, before: 130, duration_s: 1260, out: r#"{ "$": "out" }"#, in: 300
    ),
    controls: &[traffic(170.0), TARGET, delay(0.0), OUT],
    switches: &[],
    cursor_s: 420.0,
    why_s: 540.0,
    prediction: Some(Prediction {
        fog_from_s: 420.0,
        choices: &[
            Choice {
                label: "4",
                tasks: Some(4),
                right: false,
                feedback: "You bet that four tasks at 85 % are good enough, since they still keep \
                           up. The scaler does not ask whether requests are served. It asks \
                           whether CPU stands above 70 %, three minutes in a row.",
            },
            Choice {
                label: "5",
                tasks: Some(5),
                right: true,
                feedback: "4 × 85 / 70 = 4.86, rounded up to 5.",
            },
            Choice {
                label: "6",
                tasks: Some(6),
                right: false,
                feedback: "You bet on some room to spare, or on one task more for each reading. \
                           There is one sum, 4 × 85 / 70 = 4.86, and it is rounded up once. The \
                           target of 70 % is the room to spare.",
            },
            Choice {
                label: "7",
                tasks: Some(7),
                right: false,
                feedback: "You bet that it adds a task each minute while CPU is high. The fifth \
                           task counts as soon as it runs, so the next sum starts from five, and \
                           what the first decision added is credited until its cooldown ends.",
            },
        ],
    }),
    charts: &[Chart::TrafficCapacity, Chart::Metric],
    goals: &[
        Goal {
            text: "With the target at 70 %, find a step that needs a fifth task and is within \
                   3 requests/s of needing a sixth",
            all_of: &[
                Condition::ControlWithin("target", 70.0, 70.0),
                Condition::ControlWithin("traffic", 173.0, 175.0),
                Condition::DesiredAtEnd(5),
            ],
        },
        Goal {
            text: "With the traffic at 170, end on exactly six tasks",
            all_of: &[
                Condition::ControlWithin("traffic", 170.0, 170.0),
                Condition::DesiredAtEnd(6),
            ],
        },
    ],
    caption: "The three boxed readings are the ones that the high alarm counts. The sum starts \
              from the tasks that run, and takes the last of the three.",
    reveal: "Three readings of 85 % in a row, and one division: 4 × 85 / 70 = 4.86. Five tasks \
             share 170 requests a second at 68 %, just below the target, and nothing more happens.",
    leaves_out: LEAVES_OUT,
};

const DEAD_BAND: Act = Act {
    question: "Five tasks carry 170 requests a second at 68 %. How far must traffic fall, in one \
               step, before a task leaves?",
    scenario: step!("dead-band", tasks: 5, before: 170, duration_s: 1800, out: 300, in: 300),
    controls: &[traffic(157.0), TARGET, delay(0.0)],
    switches: &[],
    cursor_s: 420.0,
    why_s: 1260.0,
    prediction: Some(Prediction {
        fog_from_s: 420.0,
        choices: &[
            Choice {
                label: "to 165 (66 %)",
                tasks: None,
                right: false,
                feedback: "You bet that anything clearly below the target will do. Being below it \
                           is the normal state. 66 % is not even below the low alarm at 63 %, so \
                           nothing is computed at all.",
            },
            Choice {
                label: "to 157 (just under 63 %)",
                tasks: None,
                right: false,
                feedback: "You bet on the low alarm, at 90 % of the target. It does go off: \
                           fifteen readings of 62.8 % in a row. But 5 × 62.8 / 70 = 4.49, and \
                           that is rounded up to 5 again.",
            },
            Choice {
                label: "to 140 (56 %)",
                tasks: None,
                right: true,
                feedback: "5 × 56 / 70 = 4. Only now do four tasks suffice for 70 %, and after \
                           fifteen readings one task leaves.",
            },
            Choice {
                label: "to 125 (50 %)",
                tasks: None,
                right: false,
                feedback: "You bet on a wide margin. 125 is further than it takes: from 140 \
                           requests a second down, four tasks stay within 70 %.",
            },
        ],
    }),
    charts: &[Chart::TrafficCapacity, Chart::Metric],
    goals: &[
        Goal {
            text: "Make one task leave with the smallest fall that does it",
            all_of: &[
                Condition::ControlWithin("target", 70.0, 70.0),
                Condition::ControlWithin("traffic", 138.0, 140.0),
                Condition::DesiredAtEnd(4),
            ],
        },
        Goal {
            text: "At 157 requests/s, make exactly one task leave, with a target of at most 80 %",
            all_of: &[
                Condition::ControlWithin("traffic", 157.0, 157.0),
                Condition::ControlWithin("target", 30.0, 80.0),
                Condition::DesiredAtEnd(4),
            ],
        },
    ],
    caption: "The strip counts readings below 63 %, the low alarm. When it is full, the sum is \
              done: the answer decides whether anything happens.",
    reveal: "The low alarm only asks the question. With five tasks the answer is “four” from \
             56 % down: 140 requests a second. Between 56 and 70 % nothing moves.",
    leaves_out: LEAVES_OUT,
};

const LATE_READING: Act = Act {
    question: "Back to the first step, 130 to 170, but each reading now comes 150 seconds late. \
               How many tasks will there be at the most?",
    scenario: step!(
        "late-reading", tasks: 4, before: 130, duration_s: 2400,
        out: r#"{ "$": "out" }"#, in: r#"{ "$": "in" }"#
    ),
    controls: &[traffic(170.0), TARGET, delay(150.0), OUT, IN],
    switches: &[],
    cursor_s: 420.0,
    why_s: 780.0,
    prediction: Some(Prediction {
        fog_from_s: 420.0,
        choices: &[
            Choice {
                label: "4",
                tasks: Some(4),
                right: false,
                feedback: "You bet that late readings are lost. They come late, but they come: \
                           the first decision is the same, at 09:12 instead of 09:09.",
            },
            Choice {
                label: "5",
                tasks: Some(5),
                right: false,
                feedback: "You bet that a delay only moves things to the right. But when the \
                           fifth task runs, the newest reading is still one of four busy tasks: \
                           5 × 85 / 70 = 6.07.",
            },
            Choice {
                label: "6",
                tasks: Some(6),
                right: true,
                feedback: "The sum mixes five tasks that run now with 85 % from before: \
                           5 × 85 / 70 = 6.07, rounded up to 7, less the one task that the \
                           cooldown credits.",
            },
            Choice {
                label: "7",
                tasks: Some(7),
                right: false,
                feedback: "5 × 85 / 70 = 6.07 does round up to 7. But the scale-out cooldown \
                           runs, and the task added at 09:12 is credited: 7 − 1 = 6.",
            },
        ],
    }),
    charts: &[Chart::TrafficCapacity, Chart::Metric],
    goals: &[Goal {
        text: "Keep the delay of 150 s and the traffic of 170, and never run a sixth task",
        all_of: &[
            Condition::ControlWithin("delay", 150.0, 300.0),
            Condition::ControlWithin("traffic", 170.0, 170.0),
            Condition::PeakRunning(5),
            Condition::DesiredAtEnd(5),
        ],
    }],
    caption: "The outlined readings are measured but not yet published: the scaler cannot see \
              them. Move the cursor to the second decision and compare.",
    reveal: "At 09:13 the scaler divides with five tasks and a reading from when there were four. \
             It asks for a sixth task that nobody needs. That task leaves after the low alarm has \
             counted fifteen minutes below 63 % and the sum allows it.",
    leaves_out: LEAVES_OUT,
};

const QUESTIONS: &[Question] = &[
    Question {
        id: "share",
        prompt: "Three tasks stand at 85 %, and a fourth comes to share the same traffic. At what \
                 CPU are the four?",
        kind: Kind::Number(Number {
            unit: "%",
            value: 63.75,
            tolerance: 0.3,
            mistakes: &[
                (
                    68.0,
                    "68 % is what four tasks at 85 % come to when they are five. Here three \
                     become four: the work of three is divided by four.",
                ),
                (
                    70.0,
                    "The target is what the scaler aims at. It rounds up to whole tasks, so it \
                     hardly ever lands on it.",
                ),
                (
                    60.0,
                    "You took 25 points off. A fourth task takes a quarter of the load off, and a \
                     quarter of 85 is less than 25.",
                ),
                (113.3, "That is three quarters the wrong way round: more tasks, less for each."),
                (21.25, "That is 85 / 4. It is three tasks' worth of 85 that is shared."),
            ],
            hint: "What the three do in all is 3 × 85. Four share it.",
        }),
        why: "3 × 85 / 4 = 63.75 %. The work stays, only the number that shares it changes.",
    },
    Question {
        id: "four-at-thirty",
        prompt: "Four tasks have been at 30 % for a quarter of an hour, the target is 70 %, the \
                 minimum 1. How many tasks does the scaler ask for?",
        kind: Kind::Number(Number {
            unit: "tasks",
            value: 2.0,
            tolerance: 0.01,
            mistakes: &[
                (
                    3.0,
                    "You took one task away. Nothing makes the scaler go in one at a time: it \
                     does one sum and takes the result.",
                ),
                (
                    1.0,
                    "4 × 30 / 70 = 1.71, and it is rounded up. One task alone would be at 120 %.",
                ),
                (1.71, "That is the sum. Tasks are whole: which way is it rounded?"),
                (
                    4.0,
                    "30 % is far below the low alarm at 63 %, and fifteen readings have been \
                     there. The sum decides, and it comes out smaller than four.",
                ),
            ],
            hint: "The same sum works on the way in: running × reading / target, rounded up.",
        }),
        why: "4 × 30 / 70 = 1.71, rounded up to 2. They stand at 60 % then.",
    },
    Question {
        id: "highest-reading",
        prompt: "Two tasks run, with a target of 50 %. What is the highest reading at which one \
                 of them can leave?",
        kind: Kind::Number(Number {
            unit: "%",
            value: 25.0,
            tolerance: 0.1,
            mistakes: &[
                (
                    45.0,
                    "45 % is where the low alarm stands. It only asks the question: 2 × 45 / 50 \
                     = 1.8 is rounded up to two.",
                ),
                (
                    50.0,
                    "At the target nothing is wrong, and with one task less the reading would \
                     be 100 %.",
                ),
                (
                    22.5,
                    "You took 90 % of the answer. The alarm compares with 90 % of the target; \
                     the sum compares with the target itself.",
                ),
            ],
            hint: "One task alone would do all the work. What must it be for that one to stay \
                   within 50 %?",
        }),
        why: "50 × 1 / 2 = 25 %. With two tasks the dead band is half of the target.",
    },
    Question {
        id: "credit",
        prompt: "The scaler has just gone from 4 to 5, and its scale-out cooldown of 300 s runs. \
                 The fifth task is running when the next sum asks for 8. What happens?",
        kind: Kind::Choice(&[
            Answer {
                text: "Nothing, until the 300 seconds are over",
                wrong: Some(
                    "That is how a lock would work. A scale-out cooldown lets a larger request \
                     through; it only takes off what was just added.",
                ),
            },
            Answer { text: "It goes to 7 at once", wrong: None },
            Answer {
                text: "It goes to 8 at once",
                wrong: Some(
                    "A larger request does pass. But the task added a moment ago may not have \
                     shown its effect yet, so it is credited: 8 − 1.",
                ),
            },
            Answer {
                text: "It goes to 6, one task each minute",
                wrong: Some("There is no rule of one at a time, neither out nor in."),
            },
        ]),
        why: "Eight wanted, less the one that the cooldown credits: seven.",
    },
    Question {
        id: "low-alarm",
        prompt: "Ten tasks have been at exactly 63 % for an hour, with a target of 70 %. Why does \
                 none leave, though 10 × 63 / 70 is 9?",
        kind: Kind::Choice(&[
            Answer {
                text: "The sum is rounded up to 10",
                wrong: Some("9 is a whole number already. Something else is in the way."),
            },
            Answer {
                text: "The low alarm wants readings below 63 %, and 63 is not below",
                wrong: None,
            },
            Answer {
                text: "The scale-in cooldown of 300 s still runs",
                wrong: Some(
                    "A scale-in cooldown begins with a scale-in. There was none in this hour.",
                ),
            },
            Answer {
                text: "Fifteen readings are not enough with ten tasks",
                wrong: Some("It is fifteen for any number of tasks."),
            },
        ]),
        why: "The alarm stands at 90 % of the target and is strict. Up to nine tasks the sum is \
              the narrower gate, from ten on it is the alarm.",
    },
];
