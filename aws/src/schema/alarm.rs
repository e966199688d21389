//! CloudWatch alarms.

use super::{Characters, Kind, MANY, POSITIVE, Shape, TEXT, Terraform, optional, required};

const UNITS: &[&str] = &[
    "Seconds",
    "Microseconds",
    "Milliseconds",
    "Bytes",
    "Kilobytes",
    "Megabytes",
    "Gigabytes",
    "Terabytes",
    "Bits",
    "Kilobits",
    "Megabits",
    "Gigabits",
    "Terabits",
    "Percent",
    "Count",
    "Bytes/Second",
    "Kilobytes/Second",
    "Megabytes/Second",
    "Gigabytes/Second",
    "Terabytes/Second",
    "Bits/Second",
    "Kilobits/Second",
    "Megabits/Second",
    "Gigabits/Second",
    "Terabits/Second",
    "Count/Second",
    "None",
];

/// A text of any characters.
const fn any(min: usize, max: usize) -> Kind {
    Kind::Text(min, max, Characters::Any)
}

const NAMESPACE: Kind = Kind::Text(1, 255, Characters::Namespace);
const ACTIONS: Kind = Kind::List(&any(1, 1024), 5);

static DIMENSION: Shape = Shape {
    name: "Dimension",
    fields: &[required("Name", any(1, 255)), required("Value", any(1, 1024))],
    printed: &[],
};

const DIMENSIONS: Kind = Kind::List(&Kind::Structure(&DIMENSION), 30);
/// Terraform writes an alarm's dimensions as a map.
const DIMENSION_MAP: Terraform = Terraform::Map("dimensions", "Name", "Value");

static METRIC: Shape = Shape {
    name: "Metric",
    fields: &[
        optional("Namespace", NAMESPACE),
        optional("MetricName", any(1, 255)),
        optional("Dimensions", DIMENSIONS).terraform(DIMENSION_MAP),
    ],
    printed: &[],
};

static METRIC_STAT: Shape = Shape {
    name: "MetricStat",
    fields: &[
        required("Metric", Kind::Structure(&METRIC)).terraform(Terraform::Flat),
        required("Period", POSITIVE),
        required("Stat", TEXT),
        optional("Unit", Kind::Choice(UNITS)),
    ],
    printed: &[],
};

static METRIC_DATA_QUERY: Shape = Shape {
    name: "MetricDataQuery",
    fields: &[
        required("Id", any(1, 255)),
        optional("MetricStat", Kind::Structure(&METRIC_STAT)).terraform(Terraform::Name("metric")),
        optional("Expression", any(1, 2048)),
        optional("Label", TEXT),
        optional("ReturnData", Kind::Flag),
        optional("Period", POSITIVE),
        optional("AccountId", any(1, 255)),
    ],
    printed: &[],
};

static TAG: Shape = Shape {
    name: "Tag",
    fields: &[required("Key", any(1, 128)), required("Value", any(0, 256))],
    printed: &[],
};

/// The input of `PutMetricAlarm`, but for alarms on PromQL queries, which no
/// scaling policy uses.
pub static METRIC_ALARM: Shape = Shape {
    name: "PutMetricAlarmInput",
    fields: &[
        required("AlarmName", any(1, 255)),
        optional("AlarmDescription", any(0, 1024)),
        optional("ActionsEnabled", Kind::Flag),
        optional("OKActions", ACTIONS),
        optional("AlarmActions", ACTIONS),
        optional("InsufficientDataActions", ACTIONS),
        optional("Namespace", NAMESPACE),
        optional("MetricName", any(1, 255)),
        optional("Dimensions", DIMENSIONS).terraform(DIMENSION_MAP),
        optional(
            "Statistic",
            Kind::Choice(&["SampleCount", "Average", "Sum", "Minimum", "Maximum"]),
        ),
        optional("ExtendedStatistic", TEXT),
        optional("Period", POSITIVE),
        optional("Unit", Kind::Choice(UNITS)),
        required("EvaluationPeriods", POSITIVE),
        optional("DatapointsToAlarm", POSITIVE),
        optional("Threshold", Kind::Number),
        required(
            "ComparisonOperator",
            Kind::Choice(&[
                "GreaterThanOrEqualToThreshold",
                "GreaterThanThreshold",
                "LessThanThreshold",
                "LessThanOrEqualToThreshold",
                "LessThanLowerOrGreaterThanUpperThreshold",
                "LessThanLowerThreshold",
                "GreaterThanUpperThreshold",
            ]),
        ),
        optional(
            "TreatMissingData",
            Kind::Choice(&["missing", "ignore", "breaching", "notBreaching"]),
        ),
        optional("EvaluateLowSampleCountPercentile", Kind::Choice(&["evaluate", "ignore"]))
            .terraform(Terraform::Name("evaluate_low_sample_count_percentiles")),
        optional("Metrics", Kind::List(&Kind::Structure(&METRIC_DATA_QUERY), MANY))
            .terraform(Terraform::Name("metric_query")),
        optional("ThresholdMetricId", any(1, 255)),
        optional("Tags", Kind::List(&Kind::Structure(&TAG), MANY))
            .terraform(Terraform::Map("tags", "Key", "Value")),
    ],
    printed: &[
        "AlarmArn",
        "AlarmConfigurationUpdatedTimestamp",
        "StateValue",
        "StateReason",
        "StateReasonData",
        "StateUpdatedTimestamp",
        "StateTransitionedTimestamp",
        "EvaluationState",
    ],
};
