//! Tables on the terminal.

use comfy_table::{Cell, CellAlignment, ContentArrangement, Table, TableComponent, presets};

use super::text::printable;

/// A table of text with a header; columns named in `numbers` are set flush right.
/// Foreign text is made printable here, so that no caller can forget it.
#[must_use]
pub fn render(header: &[&str], rows: &[Vec<String>], numbers: &[usize]) -> String {
    made(header, rows, numbers).to_string()
}

/// The same, at most `width` characters wide wherever it is shown: long cells go on below.
#[must_use]
pub fn render_within(width: u16, header: &[&str], rows: &[Vec<String>]) -> String {
    made(header, rows, &[]).set_width(width).to_string()
}

fn made(header: &[&str], rows: &[Vec<String>], numbers: &[usize]) -> Table {
    let mut table = Table::new();
    table
        .load_preset(presets::UTF8_HORIZONTAL_ONLY)
        .set_content_arrangement(ContentArrangement::Dynamic)
        .set_header(header.iter().copied());
    // Lines between rows make a long table hard to read.
    for line in [TableComponent::HorizontalLines, TableComponent::MiddleIntersections] {
        table.remove_style(line);
    }
    for row in rows {
        table.add_row(row.iter().map(|cell| Cell::new(printable(cell))));
    }
    for &index in numbers {
        if let Some(column) = table.column_mut(index) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    table
}
