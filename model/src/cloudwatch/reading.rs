//! What an alarm reads: the newest datapoints of a metric or of metric math.

use super::math::Memory;
use super::{Delays, Metrics, Series};
use crate::scenario::{AlarmSettings, Metric, MetricMath, Signal, Statistic};
use crate::time::Micros;

/// A metric or an expression, read at a period.
#[derive(Debug, Clone)]
pub struct Reading {
    signal: Signal,
    statistic: Statistic,
    /// Periods of the signal in one period of the alarm.
    span: usize,
    /// Metric math so far.
    computed: Series,
    memory: Memory,
    seen: Vec<Option<f64>>,
    due: usize,
}

impl Reading {
    /// Reads a signal at its own period.
    pub fn new(signal: Signal) -> Self {
        let computed = Series::new(signal.period());
        Self {
            signal,
            statistic: Statistic::Average,
            span: 1,
            computed,
            memory: Memory::default(),
            seen: Vec::new(),
            due: 0,
        }
    }

    /// Reads what an alarm watches. A datapoint of a Period of several minutes
    /// is made from those of the minutes; the periods are counted back from
    /// the newest datapoint, not from the clock's (CloudWatch user guide,
    /// alarm evaluation: a window that slides by a minute).
    pub fn of(alarm: &AlarmSettings) -> Self {
        let span = (alarm.period.0 / alarm.signal.period().0).max(1) as usize;
        Self { statistic: alarm.statistic, span, ..Self::new(alarm.signal.clone()) }
    }

    /// What is read.
    pub fn signal(&self) -> &Signal {
        &self.signal
    }

    /// Looks at what is visible at `now`, as far back as `periods`.
    pub fn look(&mut self, metrics: &Metrics, now: Micros, delays: Delays, periods: usize) {
        let series = match &self.signal {
            Signal::Metric(metric) => metrics.get(metric),
            Signal::Math(math) => {
                compute(math, &mut self.computed, &mut self.memory, metrics, now, delays);
                Some(&self.computed)
            }
        };
        self.seen.clear();
        self.due = series.map_or(0, |series| series.due(now, delays));
        let Some(slots) = series.map(|series| series.slots(self.due)) else { return };
        let oldest = slots.len().saturating_sub(periods * self.span);
        if self.span == 1 {
            self.seen.extend_from_slice(&slots[oldest..]);
        } else {
            let statistic = self.statistic;
            self.seen
                .extend(slots[oldest..].rchunks(self.span).map(|points| whole(points, statistic)));
            self.seen.reverse();
        }
    }

    /// The datapoints seen at the last look, oldest first.
    pub fn datapoints(&self) -> &[Option<f64>] {
        &self.seen
    }

    /// The newest of them.
    pub fn newest(&self) -> Option<f64> {
        self.seen.last().copied().flatten()
    }

    /// Slots of the signal that were due at the last look.
    pub fn due(&self) -> usize {
        self.due
    }
}

/// One datapoint of several; none of none.
fn whole(points: &[Option<f64>], statistic: Statistic) -> Option<f64> {
    let real = || points.iter().flatten().copied();
    let count = real().count() as f64;
    let fold = |worse: fn(f64, f64) -> f64| real().reduce(worse);
    match statistic {
        _ if count == 0.0 => None,
        Statistic::Average => Some(real().sum::<f64>() / count),
        Statistic::Sum => Some(real().sum()),
        Statistic::SampleCount => Some(count),
        Statistic::Minimum => fold(f64::min),
        Statistic::Maximum => fold(f64::max),
    }
}

/// Computes the slots that became due since the last time. A recording may
/// hold an input under its Id; else its metric is read.
fn compute(
    math: &MetricMath,
    computed: &mut Series,
    memory: &mut Memory,
    metrics: &Metrics,
    now: Micros,
    delays: Delays,
) {
    let input = |id: &str, metric: &Metric| {
        metrics.get(&Metric::named(id, Micros::MINUTE)).or_else(|| metrics.get(metric))
    };
    let inputs: Vec<_> = math.inputs.iter().map(|given| input(&given.id, &given.metric)).collect();
    let due = inputs.iter().flatten().map(|series| series.due(now, delays)).max().unwrap_or(0);
    for slot in computed.slots(computed.due(Micros::NEVER, Delays::NONE)).len()..due {
        let values = inputs.iter().map(|series| {
            series.and_then(|series| series.slots(series.due(now, delays)).get(slot).copied()?)
        });
        let value = memory.step(&math.expressions, values);
        computed.publish(Micros(slot as u64 * Micros::MINUTE.0), value);
    }
}
