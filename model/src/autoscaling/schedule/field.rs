//! One field of a cron expression: which of its values are meant.

/// A set of the numbers 0 to 255.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Set([u64; 4]);

impl Set {
    fn insert(&mut self, value: i64) {
        self.0[(value / 64) as usize] |= 1 << (value % 64);
    }

    /// Whether `value` is in the set.
    pub(super) fn contains(&self, value: i64) -> bool {
        (0..256).contains(&value) && self.0[(value / 64) as usize] >> (value % 64) & 1 == 1
    }

    /// The least value of the set from `least` up.
    pub(super) fn at_or_after(&self, least: i64) -> Option<i64> {
        (least..256).find(|&value| self.contains(value))
    }
}

/// A field of a cron expression and the values that it may hold.
pub(super) struct Field {
    /// As AWS's documentation calls it.
    pub(super) name: &'static str,
    pub(super) low: i64,
    pub(super) high: i64,
    /// Names of the values from `low` up.
    pub(super) names: &'static [&'static str],
    /// What is subtracted from a value before it enters the set.
    pub(super) base: i64,
    /// Whether `a/b` may be written.
    pub(super) steps: bool,
    /// Whether a range may run over the end, as in 22-4 and FRI-MON. AWS does
    /// not say; like Quartz, whose grammar this is, we let it where the values
    /// come round again.
    pub(super) wraps: bool,
}

impl Field {
    /// The values that `text` means: `*`, values, ranges and steps, in a list.
    pub(super) fn parse(&self, text: &str) -> Result<Set, String> {
        let mut set = Set::default();
        for part in text.split(',') {
            self.part(part, &mut set)?;
        }
        Ok(set)
    }

    fn part(&self, part: &str, set: &mut Set) -> Result<(), String> {
        let (base, step) = match part.split_once('/') {
            Some(_) if !self.steps => {
                return Err(format!("{} takes no `/`; list the values", self.name));
            }
            Some((base, step)) => (base, Some(self.step(step)?)),
            None => (part, None),
        };
        let (from, to) = match base.split_once('-') {
            _ if base == "*" => (self.low, self.high),
            Some((from, to)) => (self.value(from)?, self.value(to)?),
            None => {
                let value = self.value(base)?;
                // `a/b` goes on to the last value of the field.
                (value, if step.is_some() { self.high } else { value })
            }
        };
        if to < from && !self.wraps {
            return Err(format!("{} `{part}` ends before it begins", self.name));
        }
        let size = self.high - self.low + 1;
        let mut value = from;
        while value <= if to < from { to + size } else { to } {
            set.insert(self.low + (value - self.low) % size - self.base);
            value += step.unwrap_or(1);
        }
        Ok(())
    }

    fn step(&self, text: &str) -> Result<i64, String> {
        number(text).filter(|step| (1..=self.high).contains(step)).ok_or_else(|| {
            format!(
                "the step `{text}` of {} is not a number from 1 to {}; write 0/10 or 1/10 for \
                 every tenth",
                self.name, self.high
            )
        })
    }

    /// A single value, a number or a name.
    pub(super) fn value(&self, text: &str) -> Result<i64, String> {
        let named = self.names.iter().position(|name| name.eq_ignore_ascii_case(text));
        named
            .map(|index| self.low + index as i64)
            .or_else(|| number(text).filter(|value| (self.low..=self.high).contains(value)))
            .ok_or_else(|| {
                let names = match (self.names.first(), self.names.last()) {
                    (Some(first), Some(last)) => format!(" or {first} to {last}"),
                    _ => String::new(),
                };
                let (name, low, high) = (self.name, self.low, self.high);
                format!("{name} `{text}` is not from {low} to {high}{names}")
            })
    }
}

/// A number written in one to nine digits.
pub(super) fn number(text: &str) -> Option<i64> {
    let digits = (1..10).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    if digits { text.parse().ok() } else { None }
}
