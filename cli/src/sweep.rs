//! `headroom sweep`: one run for each cell of a grid over a scenario's numbers.

use std::collections::BTreeMap;
use std::path::Path;

use headroom_model::Player;
use headroom_model::scenario::{Fault, Scenario, read_json};
use headroom_model::trace::{Station, Summary};
use serde::Serialize;
use serde_json::Value;

use crate::command::{Format, usage};
use crate::value::{self, Object};
use crate::{Failure, input, table};

/// The most cells.
const MAX_CELLS: usize = 10_000;
/// The largest end of a range; up to it whole numbers have 15 digits.
const MAX_END: f64 = 1e15;

/// A field of the scenario and the values that it takes.
#[derive(Debug, PartialEq)]
pub(crate) struct Vary {
    /// A JSON pointer into the scenario.
    pub(crate) pointer: String,
    from: f64,
    to: f64,
    /// At least 1.
    count: usize,
}

impl Vary {
    /// Reads `/pointer=from:to:count`.
    pub(crate) fn parse(text: &str) -> Result<Self, Failure> {
        let wrong =
            |what: &str| usage(format!("--vary is /pointer=from:to:count; `{text}` {what}"));
        // A pointer may hold any character, a range no equals sign.
        let Some((pointer, range)) = text.rsplit_once('=') else { return wrong("has no `=`") };
        if !pointer.starts_with('/') {
            return wrong("does not begin with a pointer such as /traffic/rps");
        }
        let [from, to, count] = range.split(':').collect::<Vec<_>>()[..] else {
            return wrong("has not three parts after the `=`");
        };
        let end = |text| value::finite(text).filter(|end| end.abs() <= MAX_END);
        let (Some(from), Some(to)) = (end(from), end(to)) else {
            return wrong("does not run from one number to another, of at most 10^15");
        };
        match count.parse() {
            Ok(count) if count >= 1 => Ok(Self { pointer: pointer.to_owned(), from, to, count }),
            _ => wrong("has no whole number of values, 1 or more"),
        }
    }

    /// Value `i` of `count`: evenly spaced, from end to end, to 15 digits, so
    /// that 0.2 is between 0.1 and 0.3. Whole steps between whole ends are whole.
    fn value(&self, i: usize) -> Value {
        let steps = self.count - 1;
        value::number(match i {
            0 => self.from,
            i if i == steps => self.to,
            i => {
                let sum = self.from * (steps - i) as f64 + self.to * i as f64;
                value::rounded(sum / steps as f64)
            }
        })
    }

    /// The field in `scenario`, `null` if it was left out. The object or list
    /// that holds it must be there: an object in part does not mean the same as
    /// none.
    fn field<'a>(&self, scenario: &'a mut Value) -> Result<&'a mut Value, Fault> {
        let (parents, name) = self.pointer.rsplit_once('/').unwrap_or_default();
        let mut parent = scenario;
        let mut path = String::new();
        for escaped in parents.split('/').skip(1) {
            let next = match parent {
                Value::Object(object) => object.get_mut(&unescape(escaped)),
                other => element(other, escaped),
            };
            path = format!("{path}/{escaped}");
            parent = match next {
                Some(inner) => inner,
                None => {
                    let message = "is not in the file; write it there, so that --vary can change \
                                   a number in it";
                    return Err(fault(&path, message));
                }
            };
        }
        let field = match parent {
            Value::Object(object) => Some(object.entry(unescape(name)).or_insert(Value::Null)),
            other => element(other, name),
        };
        match field {
            Some(field @ (Value::Null | Value::Number(_))) => Ok(field),
            Some(_) => Err(fault(&self.pointer, "is not a number; --vary changes numbers")),
            None => {
                let message = "is not in the file; name a number of an object, or of a list by \
                               its place from 0";
                Err(fault(&self.pointer, message))
            }
        }
    }
}

/// A name in a JSON pointer (RFC 6901).
fn unescape(name: &str) -> String {
    name.replace("~1", "/").replace("~0", "~")
}

/// An element of a list, by its place from 0.
fn element<'a>(list: &'a mut Value, place: &str) -> Option<&'a mut Value> {
    let index = place.parse().ok().filter(|index: &usize| index.to_string() == place)?;
    list.as_array_mut()?.get_mut(index)
}

fn fault(path: &str, message: impl Into<String>) -> Fault {
    Fault { path: path.to_owned(), message: message.into() }
}

/// What came of one cell.
#[derive(Serialize)]
struct Cell<'a> {
    vary: Object<'a>,
    summary: &'a Summary,
}

pub(crate) fn run(
    path: &Path,
    vary: &[Vary],
    station: Station,
    format: Format,
) -> Result<String, Failure> {
    let mut grid = Grid::new(read_json(&input::read(path)?).map_err(|fault| vec![fault])?, vary)?;
    grid.check()?;
    let mut player = Player::default();
    let rows = (0..grid.cells).map(|cell| {
        let scenario = grid.scenario(cell)?;
        let trace = match station {
            // What is known of one cell's queues helps with the next.
            Station::Expected => player.settle(&scenario).finish(),
            Station::Exact => headroom_model::simulate(&scenario, station),
        };
        Ok((grid.values(cell), trace.summary))
    });
    let rows = rows.collect::<Result<Vec<_>, Vec<Fault>>>()?;
    let pointers: Vec<&str> = vary.iter().map(|vary| vary.pointer.as_str()).collect();
    Ok(match format {
        Format::Json => {
            let cells = rows.iter().map(|(values, summary)| Cell {
                vary: Object(pointers.iter().copied().zip(values.iter().cloned()).collect()),
                summary,
            });
            serde_json::to_string_pretty(&cells.collect::<Vec<_>>()).unwrap_or_default() + "\n"
        }
        Format::Csv => table::csv_after(&pointers, &rows),
    })
}

/// A scenario and what varies in it, the last fastest.
struct Grid<'a> {
    /// The file, with the values of the cell that was read last.
    file: Value,
    vary: &'a [Vary],
    /// 1 to [`MAX_CELLS`].
    cells: usize,
}

impl<'a> Grid<'a> {
    fn new(mut file: Value, vary: &'a [Vary]) -> Result<Self, Vec<Fault>> {
        let missing = vary.iter().filter_map(|vary| vary.field(&mut file).err());
        let mut faults: Vec<Fault> = missing.collect();
        let cells = vary
            .iter()
            .try_fold(1_usize, |cells, vary| cells.checked_mul(vary.count))
            .filter(|&cells| cells <= MAX_CELLS);
        match cells {
            Some(cells) if faults.is_empty() => return Ok(Self { file, vary, cells }),
            Some(_) => {}
            None => {
                let counts: Vec<_> = vary.iter().map(|vary| vary.count.to_string()).collect();
                let counts = counts.join(" x ");
                faults.push(fault(
                    "--vary",
                    format!("{counts} cells are too many; there may be {MAX_CELLS}"),
                ));
            }
        }
        Err(faults)
    }

    /// The values of a cell, in the order of `vary`.
    fn values(&self, cell: usize) -> Vec<Value> {
        let mut rest = cell;
        let mut values: Vec<Value> = self
            .vary
            .iter()
            .rev()
            .map(|vary| {
                let i = rest % vary.count;
                rest /= vary.count;
                vary.value(i)
            })
            .collect();
        values.reverse();
        values
    }

    fn scenario(&mut self, cell: usize) -> Result<Scenario, Vec<Fault>> {
        for (vary, value) in self.vary.iter().zip(self.values(cell)) {
            *vary.field(&mut self.file).map_err(|fault| vec![fault])? = value;
        }
        Scenario::from_value(&self.file)
    }

    /// Reads every cell before the first runs: each different fault is told
    /// once, with the first cell that has it if not all do.
    fn check(&mut self) -> Result<(), Vec<Fault>> {
        let mut found: BTreeMap<(String, String), (usize, usize)> = BTreeMap::new();
        for cell in 0..self.cells {
            for fault in self.scenario(cell).err().into_iter().flatten() {
                found.entry((fault.path, fault.message)).or_insert((cell, 0)).1 += 1;
            }
        }
        let faults = found.into_iter().map(|((path, message), (cell, count))| {
            if count == self.cells {
                return Fault { path, message };
            }
            let values = self.vary.iter().zip(self.values(cell));
            let values: Vec<_> =
                values.map(|(vary, value)| format!("{} = {value}", vary.pointer)).collect();
            Fault { path, message: format!("{message} (where {})", values.join(", ")) }
        });
        let faults: Vec<Fault> = faults.collect();
        if faults.is_empty() { Ok(()) } else { Err(faults) }
    }
}
