//! Scalable targets and scheduled actions.

use super::{ANY, COUNT, Characters, Field, Kind, Shape, optional, required, text};

/// The services that scale with Application Auto Scaling.
pub(crate) const NAMESPACES: &[&str] = &[
    "ecs",
    "elasticmapreduce",
    "ec2",
    "appstream",
    "dynamodb",
    "rds",
    "sagemaker",
    "custom-resource",
    "comprehend",
    "lambda",
    "cassandra",
    "kafka",
    "elasticache",
    "neptune",
    "workspaces",
];

/// What of them scales.
const DIMENSIONS: &[&str] = &[
    "ecs:service:DesiredCount",
    "ec2:spot-fleet-request:TargetCapacity",
    "elasticmapreduce:instancegroup:InstanceCount",
    "appstream:fleet:DesiredCapacity",
    "dynamodb:table:ReadCapacityUnits",
    "dynamodb:table:WriteCapacityUnits",
    "dynamodb:index:ReadCapacityUnits",
    "dynamodb:index:WriteCapacityUnits",
    "rds:cluster:ReadReplicaCount",
    "sagemaker:variant:DesiredInstanceCount",
    "custom-resource:ResourceType:Property",
    "comprehend:document-classifier-endpoint:DesiredInferenceUnits",
    "comprehend:entity-recognizer-endpoint:DesiredInferenceUnits",
    "lambda:function:ProvisionedConcurrency",
    "cassandra:table:ReadCapacityUnits",
    "cassandra:table:WriteCapacityUnits",
    "kafka:broker-storage:VolumeSize",
    "elasticache:cache-cluster:Nodes",
    "elasticache:replication-group:NodeGroups",
    "elasticache:replication-group:Replicas",
    "neptune:cluster:ReadReplicaCount",
    "sagemaker:variant:DesiredProvisionedConcurrency",
    "sagemaker:inference-component:DesiredCopyCount",
    "workspaces:workspacespool:DesiredUserSessions",
];

/// The three fields that say which target is meant.
pub(crate) const IDENTITY: [&str; 3] = ["ServiceNamespace", "ResourceId", "ScalableDimension"];

pub(super) const SERVICE_NAMESPACE: Field = required("ServiceNamespace", Kind::Choice(NAMESPACES));
pub(super) const RESOURCE_ID: Field = required("ResourceId", text(1, 1600));
pub(super) const SCALABLE_DIMENSION: Field =
    required("ScalableDimension", Kind::Choice(DIMENSIONS));

static SUSPENDED_STATE: Shape = Shape {
    name: "SuspendedState",
    fields: &[
        optional("DynamicScalingInSuspended", Kind::Flag),
        optional("DynamicScalingOutSuspended", Kind::Flag),
        optional("ScheduledScalingSuspended", Kind::Flag),
    ],
    printed: &[],
};

/// The input of `RegisterScalableTarget`. Both bounds are required for a new
/// target, which a document's is.
pub static SCALABLE_TARGET: Shape = Shape {
    name: "RegisterScalableTargetRequest",
    fields: &[
        SERVICE_NAMESPACE,
        RESOURCE_ID,
        SCALABLE_DIMENSION,
        required("MinCapacity", COUNT),
        required("MaxCapacity", COUNT),
        optional("RoleARN", text(1, 1600)),
        optional("SuspendedState", Kind::Structure(&SUSPENDED_STATE)),
        optional("Tags", Kind::Texts),
    ],
    printed: &["ScalableTargetARN", "CreationTime", "PredictedCapacity"],
};

static SCALABLE_TARGET_ACTION: Shape = Shape {
    name: "ScalableTargetAction",
    fields: &[optional("MinCapacity", COUNT), optional("MaxCapacity", COUNT)],
    printed: &[],
};

/// The input of `PutScheduledAction`. Schedule and action are required for a
/// new one.
pub static SCHEDULED_ACTION: Shape = Shape {
    name: "PutScheduledActionRequest",
    fields: &[
        SERVICE_NAMESPACE,
        RESOURCE_ID,
        SCALABLE_DIMENSION,
        required("ScheduledActionName", Kind::Text(1, 256, Characters::ActionName))
            .terraform(super::Terraform::Name("name")),
        required("Schedule", text(1, 1600)),
        optional("Timezone", text(1, 1600)),
        optional("StartTime", Kind::Instant),
        optional("EndTime", Kind::Instant),
        required("ScalableTargetAction", Kind::Structure(&SCALABLE_TARGET_ACTION)),
    ],
    printed: &["ScheduledActionARN", "CreationTime"],
};

/// Any whole number, for what may be negative.
pub(super) const ADJUSTMENT: Kind = ANY;
