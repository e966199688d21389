//! Rows of a trace as CSV.

use serde::Serialize;

/// One line a row below a header, with the names of the JSON form; nothing is
/// an empty cell.
pub(crate) fn csv<T: Serialize>(rows: &[T]) -> String {
    let mut writer = csv::Writer::from_writer(Vec::new());
    for row in rows {
        // Writing to memory fails only for rows that are not flat, which the
        // tests would show.
        writer.serialize(row).ok();
    }
    writer.into_inner().ok().and_then(|bytes| String::from_utf8(bytes).ok()).unwrap_or_default()
}
