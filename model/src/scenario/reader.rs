//! A total reader of JSON values: every fault is kept with its place, and
//! reading goes on with the default.

use crate::decimal::shortest;
use std::cell::RefCell;

use serde_json::{Map, Value};

/// Something wrong in an input: where, and what would be right.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// A JSON pointer into the input, or `line:column` where it is not JSON.
    pub path: String,
    /// What is wrong and what would be right, in a sentence without a full stop.
    pub message: String,
}

impl std::fmt::Display for Fault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let path = if self.path.is_empty() { "/" } else { &self.path };
        write!(f, "{path}: {}", self.message)
    }
}

impl std::error::Error for Fault {}

/// The numbers that a field may hold.
#[derive(Debug, Clone, Copy)]
pub enum Range {
    /// Both ends included.
    Within(f64, f64),
    /// Above zero, up to and including the end.
    Positive(f64),
}

impl Range {
    fn holds(self, value: f64) -> bool {
        match self {
            Self::Within(min, max) => min <= value && value <= max,
            Self::Positive(max) => 0.0 < value && value <= max,
        }
    }

    fn describe(self) -> String {
        match self {
            Self::Within(min, max) => format!("from {} to {}", shortest(min), shortest(max)),
            Self::Positive(max) => format!("above 0 and at most {}", shortest(max)),
        }
    }
}

/// Nobody reads more faults than these at once.
const MAX_FAULTS: usize = 1_000;

/// Collects faults while a value is read.
#[derive(Debug, Default)]
pub struct Faults(RefCell<Vec<Fault>>);

impl Faults {
    pub(crate) fn report(&self, path: &str, message: impl Into<String>) {
        let mut faults = self.0.borrow_mut();
        let message = match faults.len() {
            MAX_FAULTS.. => return,
            count if count + 1 == MAX_FAULTS => {
                "here and after it are more faults; mend those before it first".to_owned()
            }
            _ => message.into(),
        };
        faults.push(Fault { path: path.to_owned(), message });
    }

    /// Whether no more faults are told.
    fn is_full(&self) -> bool {
        self.0.borrow().len() >= MAX_FAULTS
    }

    /// The faults, in the order in which they were found.
    pub fn into_inner(self) -> Vec<Fault> {
        self.0.into_inner()
    }
}

/// A JSON object that is being read; [`Object::finish`] refuses the fields
/// that nobody asked for.
pub struct Object<'a> {
    faults: &'a Faults,
    path: String,
    fields: Option<&'a Map<String, Value>>,
    known: RefCell<Vec<&'static str>>,
}

impl<'a> Object<'a> {
    /// Reads `value` as an object; anything else is a fault and reads as empty.
    pub fn new(faults: &'a Faults, path: String, value: &'a Value) -> Self {
        let fields = value.as_object();
        if fields.is_none() {
            faults.report(&path, format!("expected an object, found {}", found(value)));
        }
        Self { faults, path, fields, known: RefCell::default() }
    }

    /// A fault of a field.
    #[inline(never)]
    pub fn fault(&self, name: &str, message: impl Into<String>) {
        self.faults.report(&self.at(name), message);
    }

    /// A fault of an element of a list.
    #[inline(never)]
    pub(crate) fn element_fault(&self, name: &str, index: usize, message: impl Into<String>) {
        self.faults.report(&format!("{}/{index}", self.at(name)), message);
    }

    /// A fault of the object as a whole.
    #[inline(never)]
    pub fn own_fault(&self, message: impl Into<String>) {
        self.faults.report(&self.path, message);
    }

    /// The JSON pointer of a field.
    #[inline(never)]
    pub(crate) fn at(&self, name: &str) -> String {
        format!("{}/{}", self.path, name.replace('~', "~0").replace('/', "~1"))
    }

    /// The field as it stands; `null` counts as left out.
    #[inline(never)]
    pub fn raw(&self, name: &'static str) -> Option<&'a Value> {
        self.any(name).filter(|value| !value.is_null())
    }

    fn any(&self, name: &'static str) -> Option<&'a Value> {
        self.accept(&[name]);
        self.fields?.get(name)
    }

    /// A field whose name comes from elsewhere in the input.
    pub fn named(&self, name: &str) -> Option<&'a Value> {
        self.fields?.get(name)
    }

    /// Refuses every field that is not among these names.
    pub(crate) fn only(&self, names: &[&str], what: &str) {
        for name in self.fields.iter().flat_map(|fields| fields.keys()) {
            if !names.contains(&name.as_str()) {
                self.fault(name, format!("there is no {what} \"{name}\""));
            }
        }
    }

    /// Whether the field is there as `null`.
    pub(crate) fn is_null(&self, name: &str) -> bool {
        self.fields.and_then(|fields| fields.get(name)).is_some_and(Value::is_null)
    }

    /// Whether the object itself was left out.
    pub fn is_absent(&self) -> bool {
        self.fields.is_none()
    }

    /// Whether there is such a field.
    pub fn has(&self, name: &str) -> bool {
        self.fields.is_some_and(|fields| fields.contains_key(name))
    }

    /// An inner object; a left-out one reads as empty, so that inner defaults hold.
    #[inline(never)]
    pub fn object(&self, name: &'static str) -> Self {
        match self.raw(name) {
            Some(value) => Self::new(self.faults, self.at(name), value),
            None => Self {
                faults: self.faults,
                path: self.at(name),
                fields: None,
                known: RefCell::default(),
            },
        }
    }

    /// An inner object that must be there.
    #[inline(never)]
    pub fn required_object(&self, name: &'static str) -> Self {
        if self.raw(name).is_none() && self.fields.is_some() {
            self.fault(name, "is required: an object");
        }
        self.object(name)
    }

    /// The elements of a list, each as an object; a left-out list is empty.
    #[inline(never)]
    pub fn objects(&self, name: &'static str) -> Vec<Self> {
        let elements = self.list(name);
        let at = self.at(name);
        let read = |(i, value)| Self::new(self.faults, format!("{at}/{i}"), value);
        let told = |_: &(usize, &Value)| !self.faults.is_full();
        elements.iter().enumerate().take_while(told).map(read).collect()
    }

    /// A list; a left-out one is empty.
    #[inline(never)]
    pub fn list(&self, name: &'static str) -> &'a [Value] {
        match self.raw(name) {
            None => &[],
            Some(Value::Array(elements)) => elements,
            Some(other) => {
                self.fault(name, format!("expected a list, found {}", found(other)));
                &[]
            }
        }
    }

    /// A number, `default` if left out; without a default it is required.
    #[inline(never)]
    pub fn number(&self, name: &'static str, default: Option<f64>, range: Range) -> f64 {
        let fallback = default.unwrap_or(match range {
            Range::Within(min, _) => min,
            Range::Positive(max) => max.min(1.0),
        });
        let Some(value) = self.raw(name) else {
            if default.is_none() && self.fields.is_some() {
                self.fault(name, format!("is required: a number {}", range.describe()));
            }
            return fallback;
        };
        self.check(name, value, range).unwrap_or(fallback)
    }

    fn check(&self, name: &str, value: &Value, range: Range) -> Option<f64> {
        match value.as_f64() {
            Some(number) if range.holds(number) => return Some(number),
            Some(number) => {
                self.fault(
                    name,
                    format!(
                        "{} is out of range; it must be {}",
                        shortest(number),
                        range.describe()
                    ),
                );
            }
            None => self.fault(
                name,
                format!("expected a number {}, found {}", range.describe(), found(value)),
            ),
        }
        None
    }

    /// A whole number, `default` if left out; without a default it is required.
    #[inline(never)]
    pub fn integer(&self, name: &'static str, default: Option<u32>, min: u32, max: u32) -> u32 {
        let range = Range::Within(f64::from(min), f64::from(max));
        let value = self.number(name, default.map(f64::from), range);
        if libm::trunc(value) == value {
            value as u32
        } else {
            self.fault(
                name,
                format!("{} must be a whole number {}", shortest(value), range.describe()),
            );
            default.unwrap_or(min)
        }
    }

    /// A text, `default` if left out.
    #[inline(never)]
    pub fn text(&self, name: &'static str, default: &str) -> String {
        match self.raw(name) {
            None => default.to_owned(),
            Some(Value::String(text)) => text.clone(),
            Some(other) => {
                self.fault(name, format!("expected text, found {}", found(other)));
                default.to_owned()
            }
        }
    }

    /// A text that must be there.
    #[inline(never)]
    pub fn required_text(&self, name: &'static str) -> String {
        if self.raw(name).is_none() && self.fields.is_some() {
            self.fault(name, "is required: text");
        }
        self.text(name, "")
    }

    /// True or false, `default` if left out.
    #[inline(never)]
    pub fn flag(&self, name: &'static str, default: bool) -> bool {
        match self.raw(name) {
            None => default,
            Some(Value::Bool(flag)) => *flag,
            Some(other) => {
                self.fault(name, format!("expected true or false, found {}", found(other)));
                default
            }
        }
    }

    /// One of several names; `default` if left out, without a default it is
    /// required. AWS's API refuses others with a ValidationException.
    #[inline(never)]
    pub fn choice<T: Copy>(
        &self,
        name: &'static str,
        default: Option<T>,
        options: &[(&str, T)],
    ) -> Option<T> {
        let names = || options.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", ");
        let Some(value) = self.raw(name) else {
            if default.is_none() && self.fields.is_some() {
                let message =
                    format!("ValidationException: {name} is required: one of {}", names());
                self.fault(name, message);
            }
            return default;
        };
        let chosen = options.iter().find(|(name, _)| value.as_str() == Some(name));
        if chosen.is_none() {
            let message =
                format!("ValidationException: expected one of {}, found {}", names(), found(value));
            self.fault(name, message);
        }
        chosen.map(|(_, option)| *option)
    }

    /// Marks fields as known, such as those that AWS prints and that mean nothing here.
    #[inline(never)]
    pub(crate) fn accept(&self, names: &[&'static str]) {
        let mut known = self.known.borrow_mut();
        for name in names {
            if !known.contains(name) {
                known.push(name);
            }
        }
    }

    /// Refuses a known field for what this version of the model does not do.
    #[inline(never)]
    pub(crate) fn not_modelled(&self, name: &'static str, what: &str) {
        if self.raw(name).is_some() {
            self.fault(name, format!("{what} is not modelled in this version; leave `{name}` out"));
        }
    }

    /// Refuses every field that was not asked for.
    #[inline(never)]
    pub fn finish(&self) {
        let Some(fields) = self.fields else { return };
        let known = self.known.borrow();
        for name in fields.keys().filter(|name| !known.contains(&name.as_str())) {
            self.fault(name, format!("unknown field `{name}`; known are {}", known.join(", ")));
        }
    }
}

/// What a value is, for a message.
pub(crate) fn found(value: &Value) -> String {
    match value {
        Value::Null => "null".to_owned(),
        Value::Bool(flag) => flag.to_string(),
        Value::Number(number) => number.to_string(),
        Value::String(text) => {
            let short: String = text.chars().take(40).collect();
            let more = if short.len() < text.len() { "…" } else { "" };
            format!("the text \"{short}{more}\"")
        }
        Value::Array(_) => "a list".to_owned(),
        Value::Object(_) => "an object".to_owned(),
    }
}
