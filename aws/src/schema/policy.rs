//! Scaling policies.

use super::target::{ADJUSTMENT, RESOURCE_ID, SCALABLE_DIMENSION, SERVICE_NAMESPACE};
use super::{
    COUNT, Characters, Kind, MANY, POSITIVE, Shape, TEXT, Terraform, optional, required, text,
};

/// The predefined metrics of all services.
const METRIC_TYPES: &[&str] = &[
    "ECSServiceAverageCPUUtilization",
    "ECSServiceAverageMemoryUtilization",
    "ALBRequestCountPerTarget",
    "ECSServiceAverageCPUUtilizationHighResolution",
    "ECSServiceAverageMemoryUtilizationHighResolution",
    "DynamoDBReadCapacityUtilization",
    "DynamoDBWriteCapacityUtilization",
    "RDSReaderAverageCPUUtilization",
    "RDSReaderAverageDatabaseConnections",
    "EC2SpotFleetRequestAverageCPUUtilization",
    "EC2SpotFleetRequestAverageNetworkIn",
    "EC2SpotFleetRequestAverageNetworkOut",
    "SageMakerVariantInvocationsPerInstance",
    "AppStreamAverageCapacityUtilization",
    "ComprehendInferenceUtilization",
    "LambdaProvisionedConcurrencyUtilization",
    "CassandraReadCapacityUtilization",
    "CassandraWriteCapacityUtilization",
    "KafkaBrokerStorageUtilization",
    "ElastiCacheEngineCPUUtilization",
    "ElastiCacheDatabaseMemoryUsagePercentage",
    "ElastiCachePrimaryEngineCPUUtilization",
    "ElastiCacheReplicaEngineCPUUtilization",
    "ElastiCacheDatabaseMemoryUsageCountedForEvictPercentage",
    "NeptuneReaderAverageCPUUtilization",
    "SageMakerVariantProvisionedConcurrencyUtilization",
    "ElastiCacheDatabaseCapacityUsageCountedForEvictPercentage",
    "SageMakerInferenceComponentInvocationsPerCopy",
    "WorkSpacesAverageUserSessionsCapacityUtilization",
    "SageMakerInferenceComponentConcurrentRequestsPerCopyHighResolution",
    "SageMakerVariantConcurrentRequestsPerModelHighResolution",
];

/// How many of them, from the start, are metrics of an ECS service.
pub(crate) const ECS_METRIC_TYPES: &[&str] = METRIC_TYPES.split_at(5).0;

const STATISTICS: &[&str] = &["Average", "Minimum", "Maximum", "SampleCount", "Sum"];

static DIMENSION: Shape = Shape {
    name: "MetricDimension",
    fields: &[required("Name", TEXT), required("Value", TEXT)],
    printed: &[],
};

static METRIC_DIMENSION: Shape = Shape {
    name: "TargetTrackingMetricDimension",
    fields: &[required("Name", text(1, 255)), required("Value", text(1, 1024))],
    printed: &[],
};

static TRACKED_METRIC: Shape = Shape {
    name: "TargetTrackingMetric",
    fields: &[
        optional("Namespace", text(1, 255)),
        optional("MetricName", text(1, 255)),
        optional("Dimensions", Kind::List(&Kind::Structure(&METRIC_DIMENSION), MANY)),
    ],
    printed: &[],
};

static TRACKED_STAT: Shape = Shape {
    name: "TargetTrackingMetricStat",
    fields: &[
        required("Metric", Kind::Structure(&TRACKED_METRIC)),
        required("Stat", text(0, MANY)),
        optional("Unit", text(1, 1023)),
    ],
    printed: &[],
};

static TRACKED_QUERY: Shape = Shape {
    name: "TargetTrackingMetricDataQuery",
    fields: &[
        required("Id", text(1, 255)),
        optional("Expression", text(1, 2048)),
        optional("MetricStat", Kind::Structure(&TRACKED_STAT)),
        optional("Label", text(0, MANY)),
        optional("ReturnData", Kind::Flag),
    ],
    printed: &[],
};

static CUSTOMIZED_METRIC: Shape = Shape {
    name: "CustomizedMetricSpecification",
    fields: &[
        optional("MetricName", TEXT),
        optional("Namespace", TEXT),
        optional("Dimensions", Kind::List(&Kind::Structure(&DIMENSION), MANY)),
        optional("Statistic", Kind::Choice(STATISTICS)),
        optional("Unit", TEXT),
        optional("Metrics", Kind::List(&Kind::Structure(&TRACKED_QUERY), MANY)),
    ],
    printed: &[],
};

static PREDEFINED_METRIC: Shape = Shape {
    name: "PredefinedMetricSpecification",
    fields: &[
        required("PredefinedMetricType", Kind::Choice(METRIC_TYPES)),
        optional("ResourceLabel", Kind::Text(1, 1023, Characters::Any)),
    ],
    printed: &[],
};

/// The configuration of a target tracking policy.
pub static TARGET_TRACKING: Shape = Shape {
    name: "TargetTrackingScalingPolicyConfiguration",
    fields: &[
        required("TargetValue", Kind::Number),
        optional("PredefinedMetricSpecification", Kind::Structure(&PREDEFINED_METRIC)),
        optional("CustomizedMetricSpecification", Kind::Structure(&CUSTOMIZED_METRIC)),
        optional("ScaleOutCooldown", COUNT),
        optional("ScaleInCooldown", COUNT),
        optional("DisableScaleIn", Kind::Flag),
    ],
    printed: &[],
};

static STEP_ADJUSTMENT: Shape = Shape {
    name: "StepAdjustment",
    fields: &[
        optional("MetricIntervalLowerBound", Kind::Number),
        optional("MetricIntervalUpperBound", Kind::Number),
        required("ScalingAdjustment", ADJUSTMENT),
    ],
    printed: &[],
};

/// The configuration of a step scaling policy. Type and steps are required for
/// a new one.
pub static STEP_SCALING: Shape = Shape {
    name: "StepScalingPolicyConfiguration",
    fields: &[
        required(
            "AdjustmentType",
            Kind::Choice(&["ChangeInCapacity", "PercentChangeInCapacity", "ExactCapacity"]),
        ),
        required("StepAdjustments", Kind::List(&Kind::Structure(&STEP_ADJUSTMENT), MANY))
            .terraform(Terraform::Name("step_adjustment")),
        optional("MinAdjustmentMagnitude", POSITIVE),
        optional("Cooldown", COUNT),
        optional("MetricAggregationType", Kind::Choice(&["Average", "Minimum", "Maximum"])),
    ],
    printed: &[],
};

static PREDICTIVE_METRIC: Shape = Shape {
    name: "PredictiveScalingMetric",
    fields: &[
        optional("Namespace", text(1, 255)),
        optional("MetricName", text(1, 255)),
        optional("Dimensions", Kind::List(&Kind::Structure(&METRIC_DIMENSION), MANY))
            .terraform(Terraform::Name("dimension")),
    ],
    printed: &[],
};

static PREDICTIVE_STAT: Shape = Shape {
    name: "PredictiveScalingMetricStat",
    fields: &[
        required("Metric", Kind::Structure(&PREDICTIVE_METRIC)),
        required("Stat", text(0, MANY)),
        optional("Unit", text(1, 1023)),
    ],
    printed: &[],
};

static PREDICTIVE_QUERY: Shape = Shape {
    name: "PredictiveScalingMetricDataQuery",
    fields: &[
        required("Id", text(1, 255)),
        optional("Expression", text(1, 2048)),
        optional("MetricStat", Kind::Structure(&PREDICTIVE_STAT)),
        optional("Label", text(0, MANY)),
        optional("ReturnData", Kind::Flag),
    ],
    printed: &[],
};

static PREDICTIVE_CUSTOMIZED: Shape = Shape {
    name: "PredictiveScalingCustomizedMetricSpecification",
    fields: &[required("MetricDataQueries", Kind::List(&Kind::Structure(&PREDICTIVE_QUERY), MANY))
        .terraform(Terraform::Name("metric_data_query"))],
    printed: &[],
};

static PREDICTIVE_PREDEFINED: Shape = Shape {
    name: "PredictiveScalingPredefinedMetricPairSpecification",
    fields: &[
        required("PredefinedMetricType", Kind::Text(1, 128, Characters::Any)),
        optional("ResourceLabel", Kind::Text(1, 1023, Characters::Any)),
    ],
    printed: &[],
};

static PREDICTIVE_SPECIFICATION: Shape = Shape {
    name: "PredictiveScalingMetricSpecification",
    fields: &[
        required("TargetValue", Kind::Number),
        optional("PredefinedMetricPairSpecification", Kind::Structure(&PREDICTIVE_PREDEFINED)),
        optional("PredefinedScalingMetricSpecification", Kind::Structure(&PREDICTIVE_PREDEFINED)),
        optional("PredefinedLoadMetricSpecification", Kind::Structure(&PREDICTIVE_PREDEFINED)),
        optional("CustomizedScalingMetricSpecification", Kind::Structure(&PREDICTIVE_CUSTOMIZED)),
        optional("CustomizedLoadMetricSpecification", Kind::Structure(&PREDICTIVE_CUSTOMIZED)),
        optional("CustomizedCapacityMetricSpecification", Kind::Structure(&PREDICTIVE_CUSTOMIZED)),
    ],
    printed: &[],
};

/// The configuration of a predictive scaling policy.
pub static PREDICTIVE: Shape = Shape {
    name: "PredictiveScalingPolicyConfiguration",
    fields: &[
        required(
            "MetricSpecifications",
            Kind::List(&Kind::Structure(&PREDICTIVE_SPECIFICATION), MANY),
        )
        .terraform(Terraform::Name("metric_specification")),
        optional("Mode", Kind::Choice(&["ForecastOnly", "ForecastAndScale"])),
        optional("SchedulingBufferTime", Kind::Integer(0, 3600)),
        optional(
            "MaxCapacityBreachBehavior",
            Kind::Choice(&["HonorMaxCapacity", "IncreaseMaxCapacity"]),
        ),
        optional("MaxCapacityBuffer", Kind::Integer(0, 100)),
    ],
    printed: &[],
};

/// The input of `PutScalingPolicy`. The type is required for a new one.
pub static SCALING_POLICY: Shape = Shape {
    name: "PutScalingPolicyRequest",
    fields: &[
        SERVICE_NAMESPACE,
        RESOURCE_ID,
        SCALABLE_DIMENSION,
        required("PolicyName", Kind::Text(1, 256, Characters::Print))
            .terraform(Terraform::Name("name")),
        required(
            "PolicyType",
            Kind::Choice(&["StepScaling", "TargetTrackingScaling", "PredictiveScaling"]),
        ),
        optional("StepScalingPolicyConfiguration", Kind::Structure(&STEP_SCALING)),
        optional("TargetTrackingScalingPolicyConfiguration", Kind::Structure(&TARGET_TRACKING)),
        optional("PredictiveScalingPolicyConfiguration", Kind::Structure(&PREDICTIVE)),
    ],
    printed: &["PolicyARN", "Alarms", "CreationTime"],
};
