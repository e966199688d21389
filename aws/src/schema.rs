//! The shapes of the AWS API that documents hold, in one table. Reading,
//! checking and writing follow it in every form.
//!
//! Source: the API models of Application Auto Scaling (2016-02-06) and
//! CloudWatch (2010-08-01), whose names, types, limits and choices a test
//! compares with this table; CloudFormation uses the same names. Terraform's
//! names are the same in snake case but for what [`Terraform`] says (schemas of
//! the AWS provider 6).

mod alarm;
pub(crate) mod policy;
pub(crate) mod target;

pub use alarm::METRIC_ALARM;
pub use policy::{PREDICTIVE, SCALING_POLICY, STEP_SCALING, TARGET_TRACKING};
pub use target::{SCALABLE_TARGET, SCHEDULED_ACTION};

/// A structure of the API.
#[derive(Debug)]
pub struct Shape {
    /// Its name in the API model.
    pub name: &'static str,
    /// Its fields, in the order in which they are written.
    pub fields: &'static [Field],
    /// Fields that AWS prints beside them and nobody can set.
    pub printed: &'static [&'static str],
}

/// A field of a structure.
#[derive(Debug)]
pub struct Field {
    /// Its name in the API, in CloudFormation and in the JSON of the AWS CLI.
    pub name: &'static str,
    /// What it holds.
    pub kind: Kind,
    /// Whether AWS refuses a structure without it.
    pub required: bool,
    /// How Terraform spells it.
    pub terraform: Terraform,
}

/// What a field holds.
#[derive(Debug, Clone, Copy)]
pub enum Kind {
    /// A whole number, both ends included.
    Integer(i64, i64),
    /// A number that is finite.
    Number,
    /// True or false.
    Flag,
    /// A text of so many characters, both ends included.
    Text(usize, usize, Characters),
    /// One of these texts.
    Choice(&'static [&'static str]),
    /// An instant.
    Instant,
    /// A structure.
    Structure(&'static Shape),
    /// A list of at most so many.
    List(&'static Kind, usize),
    /// Texts by name.
    Texts,
}

/// Which characters a text may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Characters {
    /// Any.
    Any,
    /// What the API allows nearly everywhere: no control characters but tab
    /// and the ends of lines.
    Api,
    /// What can be printed (`\p{Print}`).
    Print,
    /// As the name of a scheduled action: no `:`, `/`, `|` or control
    /// character, no space at either end.
    ActionName,
    /// As a CloudWatch namespace: no colon at the start.
    Namespace,
}

/// How Terraform spells a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Terraform {
    /// In snake case: a structure as a block, a list of structures as a block
    /// each.
    Snake,
    /// By another name.
    Name(&'static str),
    /// A list of structures as a map, from one of their fields to another.
    Map(&'static str, &'static str, &'static str),
    /// The fields of the structure stand in the block around it.
    Flat,
}

/// Whole numbers of the API have 32 bits.
pub(crate) const ANY: Kind = Kind::Integer(i32::MIN as i64, i32::MAX as i64);
/// Whole numbers from 0 on.
pub(crate) const COUNT: Kind = Kind::Integer(0, i32::MAX as i64);
/// Whole numbers from 1 on.
pub(crate) const POSITIVE: Kind = Kind::Integer(1, i32::MAX as i64);
/// A number of any kind.
pub(crate) const ANY_NUMBER: Kind = Kind::Number;
/// A text without a limit of its own.
pub(crate) const TEXT: Kind = Kind::Text(0, usize::MAX, Characters::Any);
/// No limit.
pub(crate) const MANY: usize = usize::MAX;

/// A text of the API's usual characters.
pub(crate) const fn text(min: usize, max: usize) -> Kind {
    Kind::Text(min, max, Characters::Api)
}

/// A field that may be left out.
pub(crate) const fn optional(name: &'static str, kind: Kind) -> Field {
    Field { name, kind, required: false, terraform: Terraform::Snake }
}

/// A field that must be there.
pub(crate) const fn required(name: &'static str, kind: Kind) -> Field {
    Field { name, kind, required: true, terraform: Terraform::Snake }
}

impl Field {
    const fn terraform(mut self, terraform: Terraform) -> Self {
        self.terraform = terraform;
        self
    }

    /// The argument or block of Terraform.
    pub(crate) fn argument(&self) -> String {
        match self.terraform {
            Terraform::Name(name) | Terraform::Map(name, _, _) => name.to_owned(),
            Terraform::Snake | Terraform::Flat => crate::names::snake(self.name),
        }
    }

    /// The structure that it holds, one or several of.
    pub(crate) fn shape(&self) -> Option<&'static Shape> {
        match self.kind {
            Kind::Structure(shape) => Some(shape),
            Kind::List(Kind::Structure(shape), _) => Some(*shape),
            _ => None,
        }
    }
}

impl Shape {
    /// The field of that name.
    pub fn field(&self, name: &str) -> Option<&'static Field> {
        self.fields.iter().find(|field| field.name == name)
    }
}

/// What a document configures.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ResourceKind {
    /// `RegisterScalableTarget`.
    ScalableTarget,
    /// `PutScalingPolicy`.
    ScalingPolicy,
    /// `PutMetricAlarm`.
    MetricAlarm,
    /// `PutScheduledAction`.
    ScheduledAction,
}

impl ResourceKind {
    /// All kinds, in the order in which they can be made.
    pub const ALL: [Self; 4] =
        [Self::ScalableTarget, Self::ScalingPolicy, Self::ScheduledAction, Self::MetricAlarm];

    /// The shape of its request.
    pub fn shape(self) -> &'static Shape {
        match self {
            Self::ScalableTarget => &SCALABLE_TARGET,
            Self::ScalingPolicy => &SCALING_POLICY,
            Self::MetricAlarm => &METRIC_ALARM,
            Self::ScheduledAction => &SCHEDULED_ACTION,
        }
    }

    /// The field that tells one from another; a target has its identity.
    pub fn name_field(self) -> &'static str {
        match self {
            Self::ScalableTarget => "ResourceId",
            Self::ScalingPolicy => "PolicyName",
            Self::MetricAlarm => "AlarmName",
            Self::ScheduledAction => "ScheduledActionName",
        }
    }

    /// The service and the operation of the AWS CLI.
    pub fn command(self) -> [&'static str; 2] {
        match self {
            Self::ScalableTarget => ["application-autoscaling", "register-scalable-target"],
            Self::ScalingPolicy => ["application-autoscaling", "put-scaling-policy"],
            Self::MetricAlarm => ["cloudwatch", "put-metric-alarm"],
            Self::ScheduledAction => ["application-autoscaling", "put-scheduled-action"],
        }
    }

    /// The type in a template; scheduled actions stand in their target.
    pub fn cloudformation(self) -> Option<&'static str> {
        match self {
            Self::ScalableTarget => Some("AWS::ApplicationAutoScaling::ScalableTarget"),
            Self::ScalingPolicy => Some("AWS::ApplicationAutoScaling::ScalingPolicy"),
            Self::MetricAlarm => Some("AWS::CloudWatch::Alarm"),
            Self::ScheduledAction => None,
        }
    }

    /// The type of Terraform's resource.
    pub fn terraform(self) -> &'static str {
        match self {
            Self::ScalableTarget => "aws_appautoscaling_target",
            Self::ScalingPolicy => "aws_appautoscaling_policy",
            Self::MetricAlarm => "aws_cloudwatch_metric_alarm",
            Self::ScheduledAction => "aws_appautoscaling_scheduled_action",
        }
    }

    /// The name of the error that its service gives for a wrong input.
    pub fn exception(self) -> &'static str {
        match self {
            Self::MetricAlarm => "ValidationError",
            _ => "ValidationException",
        }
    }

    /// What it is, in a message.
    pub fn describe(self) -> &'static str {
        match self {
            Self::ScalableTarget => "a scalable target",
            Self::ScalingPolicy => "a scaling policy",
            Self::MetricAlarm => "an alarm",
            Self::ScheduledAction => "a scheduled action",
        }
    }
}
