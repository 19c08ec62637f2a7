//! Texts that were agreed on, in tests/it/golden: a test compares with them what it found.

use std::path::Path;

/// Compares a text with the accepted one; with `UPDATE_GOLDEN=1`, accepts it.
#[track_caller]
pub fn compare(name: &str, found: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../tests/it/golden")
        .join(name);
    if std::env::var_os("UPDATE_GOLDEN").is_some_and(|value| value == "1") {
        std::fs::write(&path, found).unwrap();
        return;
    }
    let accepted = std::fs::read_to_string(&path).unwrap_or_default();
    if accepted == found {
        return;
    }
    let only = |of: &str, other: &str, mark: &str| -> String {
        let lines = of
            .lines()
            .filter(|line| !other.lines().any(|known| known == *line));
        lines
            .map(|line| format!("{mark} {line}\n"))
            .collect::<Vec<_>>()
            .concat()
    };
    panic!(
        "tests/it/golden/{name} does not say what was found.\n\n{}{}\nWhat was found:\n\n{found}\n\
         If that is what is meant, run the test again with UPDATE_GOLDEN=1 and commit the file.",
        only(&accepted, found, "-"),
        only(found, &accepted, "+"),
    );
}

/// Rows as a text in columns.
pub fn table(rows: &[Vec<String>]) -> String {
    let columns = rows.iter().map(Vec::len).max().unwrap_or_default();
    let width = |column: usize| {
        let cells = rows.iter().filter_map(|row| row.get(column));
        cells
            .map(|cell| cell.chars().count())
            .max()
            .unwrap_or_default()
    };
    let widths: Vec<usize> = (0..columns).map(width).collect();
    let mut text = String::new();
    for row in rows {
        let cells = row.iter().zip(&widths);
        let cells: Vec<_> = cells
            .map(|(cell, &width)| format!("{cell:width$}"))
            .collect();
        text.push_str(cells.join("  ").trim_end());
        text.push('\n');
    }
    text
}
