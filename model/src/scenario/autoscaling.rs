//! A scalable target (`ecs:service:DesiredCount`) with everything that moves
//! its capacity: policies, alarms of one's own, scheduled actions.

mod alarm;
mod metric;
mod parts;
mod predictive;
mod read;
mod schedule;
mod step;

use std::sync::Arc;

pub use crate::cloudwatch::math::Expression;
use crate::cloudwatch::{Comparison, MissingData};
use crate::time::Micros;

pub use parts::Parts;
pub(super) use read::{Context, MAX_BELOW_MIN, process, read, suspended};

/// A scalable target and what scales it.
#[derive(Debug, Clone, PartialEq)]
pub struct Autoscaling {
    /// MinCapacity and MaxCapacity [tasks].
    pub bounds: Bounds,
    /// What is suspended at the start.
    pub suspended: Suspended,
    /// Scaling policies.
    pub policies: Vec<Policy>,
    /// Alarms of one's own: what calls the step policies.
    pub alarms: Vec<AlarmSettings>,
    /// What changes the bounds at given times.
    pub scheduled_actions: Vec<ScheduledAction>,
}

impl Autoscaling {
    /// What its policies and alarms look at, in order; one may stand twice.
    pub fn signals(&self) -> impl Iterator<Item = &Signal> {
        let tracked = self.policies.iter().filter_map(Policy::target_tracking);
        let watched = self.alarms.iter().map(|alarm| &alarm.signal);
        tracked.map(|policy| &policy.signal).chain(watched)
    }

    /// The first target tracking policy, and its index among the policies.
    pub fn first_tracking(&self) -> Option<(usize, &TargetTracking)> {
        let policies = self.policies.iter().enumerate();
        policies.filter_map(|(index, policy)| Some((index, policy.target_tracking()?))).next()
    }

    /// Whether something is read more often than once a minute.
    pub fn reads_between_minutes(&self) -> bool {
        self.signals().any(|signal| signal.period() < Micros::MINUTE)
    }

    /// The metrics behind these, each once.
    pub fn metrics(&self) -> Vec<Metric> {
        let mut metrics: Vec<Metric> = Vec::new();
        let mut add = |metric: &Metric| {
            if !metrics.contains(metric) {
                metrics.push(metric.clone());
            }
        };
        for signal in self.signals() {
            match signal {
                Signal::Metric(metric) => add(metric),
                Signal::Math(math) => math.inputs.iter().for_each(|input| add(&input.metric)),
            }
        }
        metrics
    }
}

/// The bounds of a scalable target [tasks], `min ≤ max ≤ 10^4`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bounds {
    /// MinCapacity.
    pub min: u32,
    /// MaxCapacity.
    pub max: u32,
}

/// Which kinds of scaling are suspended (SuspendedState).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Suspended {
    /// DynamicScalingInSuspended: scale-in by target tracking and step policies.
    pub scale_in: bool,
    /// DynamicScalingOutSuspended: scale-out by target tracking and step policies.
    pub scale_out: bool,
    /// ScheduledScalingSuspended: scheduled actions.
    pub scheduled: bool,
}

/// What can be suspended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Process {
    /// Scale-in by target tracking and step policies.
    ScaleIn,
    /// Scale-out by target tracking and step policies.
    ScaleOut,
    /// Scheduled actions.
    Scheduled,
}

impl Suspended {
    /// Suspends or resumes a process.
    pub fn set(&mut self, process: Process, suspended: bool) {
        *match process {
            Process::ScaleIn => &mut self.scale_in,
            Process::ScaleOut => &mut self.scale_out,
            Process::Scheduled => &mut self.scheduled,
        } = suspended;
    }
}

/// A scaling policy.
#[derive(Debug, Clone, PartialEq)]
pub enum Policy {
    /// PolicyType TargetTrackingScaling.
    TargetTracking(TargetTracking),
    /// PolicyType StepScaling.
    StepScaling(StepScaling),
    /// PolicyType PredictiveScaling.
    PredictiveScaling(PredictiveScaling),
}

impl Policy {
    /// PolicyName.
    pub fn name(&self) -> &str {
        match self {
            Self::TargetTracking(policy) => &policy.name,
            Self::StepScaling(policy) => &policy.name,
            Self::PredictiveScaling(policy) => &policy.name,
        }
    }

    /// The policy, if it is a target tracking policy.
    pub fn target_tracking(&self) -> Option<&TargetTracking> {
        match self {
            Self::TargetTracking(policy) => Some(policy),
            _ => None,
        }
    }
}

/// A target tracking scaling policy.
#[derive(Debug, Clone, PartialEq)]
pub struct TargetTracking {
    /// PolicyName.
    pub name: String,
    /// What is tracked.
    pub signal: Signal,
    /// TargetValue, in the metric's unit (> 0).
    pub target: f64,
    /// ScaleOutCooldown.
    pub scale_out_cooldown: Micros,
    /// ScaleInCooldown.
    pub scale_in_cooldown: Micros,
    /// DisableScaleIn: the policy only ever adds tasks.
    pub disable_scale_in: bool,
}

impl TargetTracking {
    /// Datapoints above the target that make the high alarm go off: 3 of 3.
    /// These numbers are read off alarms of live accounts.
    pub const HIGH_PERIODS: u32 = 3;

    /// Datapoints below [`low_threshold`](Self::low_threshold) that make the low
    /// alarm go off, all of them: 15 minutes. For 20-second metrics AWS does not
    /// say how long it waits; ten minutes, 30 of them, is our choice.
    pub fn low_periods(&self) -> u32 {
        if self.signal.period() < Micros::MINUTE { 30 } else { 15 }
    }

    /// The low alarm's threshold: 90 % of the target. Read off alarms of live
    /// accounts; the documentation says only "usually more than 10% lower".
    pub fn low_threshold(&self) -> f64 {
        self.target * 0.9
    }
}

/// A step scaling policy.
#[derive(Debug, Clone, PartialEq)]
pub struct StepScaling {
    /// PolicyName.
    pub name: String,
    /// AdjustmentType.
    pub adjustment_type: AdjustmentType,
    /// StepAdjustments: one to twenty that neither overlap nor leave a gap,
    /// lowest first.
    pub steps: Vec<Step>,
    /// MinAdjustmentMagnitude [tasks]; only percentages have one.
    pub min_adjustment_magnitude: u32,
    /// Cooldown, for scaling out and in.
    pub cooldown: Micros,
    /// MetricAggregationType.
    pub aggregation: Aggregation,
}

/// What the number of a step adjustment means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AdjustmentType {
    /// ChangeInCapacity: tasks to add.
    ChangeInCapacity,
    /// PercentChangeInCapacity: a share of the capacity to add [%].
    PercentChangeInCapacity,
    /// ExactCapacity: the capacity itself.
    ExactCapacity,
}

/// How a step policy makes one value of several datapoints.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Aggregation {
    /// Their mean.
    Average,
    /// The smallest.
    Minimum,
    /// The largest.
    Maximum,
}

/// A step adjustment. Its bounds count from the alarm's threshold.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Step {
    /// MetricIntervalLowerBound; −∞ if it was left out.
    pub lower: f64,
    /// MetricIntervalUpperBound; +∞ if it was left out.
    pub upper: f64,
    /// ScalingAdjustment, in the unit of the adjustment type.
    pub adjustment: i32,
}

/// A predictive scaling policy. The forecast itself is given as data: AWS does
/// not publish how it is made.
#[derive(Debug, Clone, PartialEq)]
pub struct PredictiveScaling {
    /// PolicyName.
    pub name: String,
    /// Mode: ForecastAndScale; else ForecastOnly, which changes nothing.
    pub scales: bool,
    /// SchedulingBufferTime: how long before its hour a forecast is acted on.
    pub buffer: Micros,
    /// What happens when the forecast exceeds MaxCapacity.
    pub breach: BreachBehavior,
    /// When each forecast hour begins, and the capacity for it [tasks].
    pub forecast: Vec<(Micros, u32)>,
}

/// MaxCapacityBreachBehavior.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum BreachBehavior {
    /// HonorMaxCapacity.
    Honor,
    /// IncreaseMaxCapacity, to the forecast and MaxCapacityBuffer on top [%].
    Increase {
        /// MaxCapacityBuffer [%], 0 to 100.
        buffer_percent: u32,
    },
}

/// A scheduled action: sets bounds at given times.
#[derive(Debug, Clone, PartialEq)]
pub struct ScheduledAction {
    /// ScheduledActionName.
    pub name: String,
    /// When it runs [s since the run's start], in order; as many as fall in the run.
    pub at: Vec<Micros>,
    /// MinCapacity, if given.
    pub min: Option<u32>,
    /// MaxCapacity, if given.
    pub max: Option<u32>,
}

/// What a policy or an alarm looks at.
#[derive(Debug, Clone, PartialEq)]
pub enum Signal {
    /// A metric as it is.
    Metric(Metric),
    /// An expression over metrics.
    Math(MetricMath),
}

impl Signal {
    /// The metric, if it is one as it is.
    pub fn metric(&self) -> Option<&Metric> {
        match self {
            Self::Metric(metric) => Some(metric),
            Self::Math(_) => None,
        }
    }

    /// A name for people and for the column of a recording.
    pub fn name(&self) -> &str {
        match self {
            Self::Metric(metric) => metric.name(),
            Self::Math(math) => &math.label,
        }
    }

    /// The period of its datapoints.
    pub fn period(&self) -> Micros {
        self.metric().map_or(Micros::MINUTE, Metric::period)
    }
}

/// CloudWatch metric math: one series computed from others.
#[derive(Debug, Clone, PartialEq)]
pub struct MetricMath {
    /// The Id of the query that returns data, or its label.
    pub label: String,
    /// The metrics that go in.
    pub inputs: Vec<Input>,
    /// The expressions, each after those that it reads; the last is the result.
    pub expressions: Vec<Expression>,
}

/// A metric that goes into metric math.
#[derive(Debug, Clone, PartialEq)]
pub struct Input {
    /// The Id of its MetricStat.
    pub id: String,
    /// What it reads.
    pub metric: Metric,
}

/// A CloudWatch metric.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Metric {
    /// ECSServiceAverageCPUUtilization [% of the tasks' vCPUs].
    Cpu,
    /// ECSServiceAverageMemoryUtilization [% of the tasks' memory].
    Memory,
    /// ALBRequestCountPerTarget [requests per target and minute].
    RequestsPerTarget,
    /// ECSServiceAverageCPUUtilizationHighResolution: every 20 s.
    CpuHighResolution,
    /// ECSServiceAverageMemoryUtilizationHighResolution: every 20 s.
    MemoryHighResolution,
    /// AWS/ApplicationELB RequestCount [requests a minute].
    Requests,
    /// ECS/ContainerInsights RunningTaskCount.
    RunningTasks,
    /// A metric that the service does not publish itself, by its MetricName or,
    /// in metric math, by its Id: it is there in a recording only.
    Named {
        /// The name.
        name: Arc<str>,
        /// The period of its datapoints: 10, 20 or 30 s, or a minute.
        period: Micros,
    },
}

impl Metric {
    /// AWS's name: `PredefinedMetricType`, or else `MetricName`.
    pub fn name(&self) -> &str {
        match self {
            Self::Cpu => "ECSServiceAverageCPUUtilization",
            Self::Memory => "ECSServiceAverageMemoryUtilization",
            Self::RequestsPerTarget => "ALBRequestCountPerTarget",
            Self::CpuHighResolution => "ECSServiceAverageCPUUtilizationHighResolution",
            Self::MemoryHighResolution => "ECSServiceAverageMemoryUtilizationHighResolution",
            Self::Requests => "RequestCount",
            Self::RunningTasks => "RunningTaskCount",
            Self::Named { name, .. } => name,
        }
    }

    /// The MetricName of CloudWatch.
    pub fn metric_name(&self) -> &str {
        match self {
            Self::Cpu | Self::CpuHighResolution => "CPUUtilization",
            Self::Memory | Self::MemoryHighResolution => "MemoryUtilization",
            Self::RequestsPerTarget => "RequestCountPerTarget",
            _ => self.name(),
        }
    }

    /// The metric behind a PredefinedMetricType of ECS services.
    pub fn predefined(name: &str) -> Option<Self> {
        [
            Self::Cpu,
            Self::Memory,
            Self::RequestsPerTarget,
            Self::CpuHighResolution,
            Self::MemoryHighResolution,
        ]
        .into_iter()
        .find(|metric| metric.name() == name)
    }

    /// The metric of a Namespace and MetricName, read every `period`. Without
    /// a namespace the name decides.
    pub fn of(namespace: &str, name: &str, period: Micros) -> Self {
        let fine = period == Self::CpuHighResolution.period();
        let coarse = period >= Micros::MINUTE;
        match (namespace, name) {
            ("AWS/ECS" | "", "CPUUtilization") if fine => Self::CpuHighResolution,
            ("AWS/ECS" | "", "MemoryUtilization") if fine => Self::MemoryHighResolution,
            ("AWS/ECS" | "", "CPUUtilization") if coarse => Self::Cpu,
            ("AWS/ECS" | "", "MemoryUtilization") if coarse => Self::Memory,
            ("AWS/ApplicationELB" | "", "RequestCountPerTarget") if coarse => {
                Self::RequestsPerTarget
            }
            ("AWS/ApplicationELB" | "", "RequestCount") if coarse => Self::Requests,
            ("ECS/ContainerInsights" | "", "RunningTaskCount") if coarse => Self::RunningTasks,
            (_, name) => Self::named(name, period),
        }
    }

    /// A metric that the service does not publish itself.
    pub fn named(name: &str, period: Micros) -> Self {
        Self::Named { name: name.into(), period: period.min(Micros::MINUTE) }
    }

    /// The period of its datapoints: 20 s at high resolution, else a minute.
    pub fn period(&self) -> Micros {
        match self {
            Self::Named { period, .. } => *period,
            Self::CpuHighResolution | Self::MemoryHighResolution => Micros::from_whole_s(20),
            _ => Micros::MINUTE,
        }
    }
}

/// A metric alarm as CloudWatch's PutMetricAlarm takes it.
#[derive(Debug, Clone, PartialEq)]
pub struct AlarmSettings {
    /// AlarmName.
    pub name: String,
    /// What it watches.
    pub signal: Signal,
    /// Statistic: how datapoints of a longer Period are made.
    pub statistic: Statistic,
    /// Period.
    pub period: Micros,
    /// EvaluationPeriods: N (≥ 1).
    pub evaluation_periods: usize,
    /// DatapointsToAlarm: M, 1 to N.
    pub datapoints_to_alarm: usize,
    /// Threshold, in the metric's unit.
    pub threshold: f64,
    /// ComparisonOperator.
    pub comparison: Comparison,
    /// TreatMissingData.
    pub missing_data: MissingData,
    /// The step policies in AlarmActions, by their index among the policies;
    /// none if ActionsEnabled is false.
    pub calls: Vec<usize>,
}

/// How a datapoint of several minutes is made from theirs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Statistic {
    /// Their mean.
    Average,
    /// Their sum.
    Sum,
    /// The smallest.
    Minimum,
    /// The largest.
    Maximum,
    /// How many there are.
    SampleCount,
}
