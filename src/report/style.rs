//! What a terminal can do, and the few ways in which text is set on it.

use super::plain::{width, wrap};
use comfy_table::{Attribute, Cell, CellAlignment, Color, ContentArrangement, LineStyle, Table, TableStyle};

/// What the terminal can do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TerminalOptions {
    /// Columns; less than 60 counts as 60.
    pub width: u16,
    /// ANSI colours.
    pub color: bool,
    /// More than ASCII can be shown.
    pub unicode: bool,
}

/// What a text says about the judge.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tone {
    Strong,
    Dim,
    Good,
    Bad,
    /// No longer there: struck through where the terminal can.
    Gone,
}

/// Indent of everything below a section's title.
pub(super) const INDENT: &str = "  ";

impl TerminalOptions {
    /// Columns to fill.
    pub(super) fn columns(self) -> usize {
        usize::from(self.width.max(60))
    }

    /// `text` in `tone`, where the terminal has colours. Pass what is wrapped and cut already.
    pub(super) fn paint(self, text: &str, tone: Tone) -> String {
        let code = match tone {
            Tone::Strong => "1",
            Tone::Dim => "2",
            Tone::Good => "1;34",
            Tone::Bad => "1;33",
            Tone::Gone => "9;33",
        };
        if self.color && !text.is_empty() { format!("\x1b[{code}m{text}\x1b[0m") } else { text.to_owned() }
    }

    /// The title of a section.
    pub(super) fn title(self, text: &str) -> String {
        format!("\n{}\n", self.paint(text, Tone::Strong))
    }

    /// `text` wrapped below `first`, continued under where it began.
    pub(super) fn hanging(self, first: &str, text: &str) -> String {
        let indent = width(first);
        let lines = wrap(text, self.columns().saturating_sub(indent).max(20));
        let mut out = String::new();
        for (i, line) in lines.iter().enumerate() {
            let lead = if i == 0 { first.to_owned() } else { " ".repeat(indent) };
            out.push_str(format!("{lead}{line}").trim_end());
            out.push('\n');
        }
        out
    }

    /// An empty table of this terminal's width.
    pub(super) fn table(self, header: &[&str]) -> Table {
        let rule = LineStyle::none().fill('─').junction('─');
        let mut table = Table::new();
        table.load_style(TableStyle::new().header_separator(rule));
        table.set_content_arrangement(ContentArrangement::Dynamic).set_width((self.columns() - INDENT.len()) as u16);
        if self.color {
            table.enforce_styling();
        } else {
            table.force_no_tty();
        }
        table.set_header(header.iter().map(|name| self.cell(name, Some(Tone::Dim))));
        table
    }

    /// A cell of a table.
    pub(super) fn cell(self, text: &str, tone: Option<Tone>) -> Cell {
        let cell = Cell::new(text);
        match tone {
            None => cell,
            Some(Tone::Strong) => cell.add_attribute(Attribute::Bold),
            Some(Tone::Dim) => cell.add_attribute(Attribute::Dim),
            Some(Tone::Good) => cell.fg(Color::Blue).add_attribute(Attribute::Bold),
            Some(Tone::Bad) => cell.fg(Color::Yellow).add_attribute(Attribute::Bold),
            Some(Tone::Gone) => cell.fg(Color::Yellow).add_attribute(Attribute::CrossedOut),
        }
    }

    /// `table` as text, columns in `right` set to the right.
    pub(super) fn set(self, mut table: Table, right: &[usize]) -> String {
        let columns = table.column_iter().count();
        for (i, column) in table.column_iter_mut().enumerate() {
            // The gap between columns is the padding on the right; the last column needs none.
            column.set_padding((0, if i + 1 == columns { 0 } else { 2 }));
            if right.contains(&i) {
                column.set_cell_alignment(CellAlignment::Right);
            }
        }
        table.lines().map(|line| format!("{INDENT}{}\n", line.trim_end())).collect()
    }

    /// The whole, for a terminal that may only know ASCII.
    pub(super) fn finish(self, text: String) -> String {
        if self.unicode { text } else { ascii(&text) }
    }
}

/// Our own typography in ASCII; what people and models wrote keeps its letters.
fn ascii(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '–' | '—' | '−' | '─' => out.push('-'),
            '·' => out.push('.'),
            '…' => out.push('~'),
            '●' | '○' => out.push('o'),
            '×' => out.push('x'),
            '→' => out.push_str("->"),
            '├' | '┤' | '│' => out.push('|'),
            '▲' => out.push('^'),
            '▼' => out.push('v'),
            '✕' => out.push('x'),
            '“' | '”' => out.push('"'),
            '’' => out.push('\''),
            '✓' => out.push('+'),
            '±' => out.push_str("+-"),
            '\u{2400}'..='\u{2421}' | '�' => out.push('?'),
            c => out.push(c),
        }
    }
    out
}
