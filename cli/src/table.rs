//! Rows of a trace as CSV.

use serde::Serialize;
use serde_json::Value;

/// One line a row below a header, with the names of the JSON form; nothing is
/// an empty cell.
pub(crate) fn csv<T: Serialize>(rows: impl IntoIterator<Item = T>) -> String {
    let mut writer = csv::Writer::from_writer(Vec::new());
    for row in rows {
        // Writing to memory fails only for rows that are not flat, which the
        // tests would show.
        writer.serialize(row).ok();
    }
    text(writer)
}

/// As [`csv`], with further columns before those of the rows.
pub(crate) fn csv_after<T: Serialize>(names: &[&str], rows: &[(Vec<Value>, T)]) -> String {
    let own = csv(rows.iter().take(1).map(|(_, row)| row));
    let own = own.lines().next().unwrap_or_default().split(',');
    let mut writer = csv::WriterBuilder::new().has_headers(false).from_writer(Vec::new());
    writer.write_record(names.iter().copied().chain(own)).ok();
    for row in rows {
        writer.serialize(row).ok();
    }
    text(writer)
}

fn text(writer: csv::Writer<Vec<u8>>) -> String {
    writer.into_inner().ok().and_then(|bytes| String::from_utf8(bytes).ok()).unwrap_or_default()
}
