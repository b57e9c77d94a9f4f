//! Tables on the terminal.

use std::borrow::Cow;

use comfy_table::{Cell, CellAlignment, ContentArrangement, Table, TableComponent, presets};

use super::safe;

/// A table of text with a header; columns named in `numbers` are set flush right.
/// Foreign text is made safe here, so that no caller can forget it.
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
        .set_header(header.iter().map(|name| safe::line(name)));
    // Lines between rows make a long table hard to read.
    for line in [TableComponent::HorizontalLines, TableComponent::MiddleIntersections] {
        table.remove_style(line);
    }
    for row in rows {
        table.add_row(row.iter().map(|cell| Cell::new(safe::line(cell))));
    }
    for &index in numbers {
        if let Some(column) = table.column_mut(index) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    table
}

/// Rows wider than this many characters are shown as blocks where nobody knows how wide the page is.
const WIDTH: usize = 160;
/// Spaces beside a cell.
const BESIDE: usize = 2;

/// A table, or where that would be wider than the page, each row as a block: one line a column that has a value, then
/// the names of those that have none. `first` is the number of the first row.
#[must_use]
pub fn render_fitting(header: &[&str], rows: &[Vec<String>], numbers: &[usize], first: u64) -> String {
    let header: Vec<Cow<'_, str>> = header.iter().map(|name| safe::line(name)).collect();
    let header: Vec<&str> = header.iter().map(AsRef::as_ref).collect();
    let page = Table::new().width().map_or(WIDTH, usize::from);
    if natural_width(&header, rows) <= page {
        render(&header, rows, numbers)
    } else {
        blocks(&header, rows, first)
    }
}

fn natural_width(header: &[&str], rows: &[Vec<String>]) -> usize {
    let cell =
        |row: &Vec<String>, index: usize| row.get(index).map_or(0, |cell| safe::line(cell).chars().count());
    let column = |(index, name): (usize, &&str)| {
        let widest = rows.iter().map(|row| cell(row, index)).max().unwrap_or(0);
        widest.max(name.chars().count()) + BESIDE
    };
    header.iter().enumerate().map(column).sum()
}

fn blocks(header: &[&str], rows: &[Vec<String>], first: u64) -> String {
    let name_width = header.iter().map(|name| name.chars().count()).max().unwrap_or(0);
    let mut text = String::new();
    for (number, row) in (first..).zip(rows) {
        text.push_str(&format!("── {} ──\n", super::text::grouped(number)));
        let mut empty = Vec::new();
        for (name, cell) in header.iter().zip(row) {
            match cell.is_empty() {
                true => empty.push(*name),
                false => text.push_str(&format!("{name:name_width$}  {}\n", safe::line(cell))),
            }
        }
        if !empty.is_empty() {
            text.push_str(&format!("{:name_width$}  {}\n", "(empty)", empty.join(", ")));
        }
    }
    text
}
