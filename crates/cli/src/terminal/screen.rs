//! Where the line being edited stands on the screen: rows of the prompt and its text, and drawing them over what was there.

use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

/// A prompt and a line, in the rows that they take.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Layout {
    rows: Vec<String>,
    /// Row and column of the cursor.
    cursor: (usize, usize),
}

impl Layout {
    /// Lays out a prompt, which may hold colours, and a line with the cursor at a byte of it.
    pub(super) fn new(prompt: &str, line: &str, cursor: usize, columns: usize) -> Layout {
        let mut pen = Pen { rows: vec![String::new()], column: 0, columns: columns.max(2) };
        let mut rest = prompt;
        while !rest.is_empty() {
            // A colour takes no room.
            let colour = rest.strip_prefix("\x1b[").and_then(|text| text.find('m')).map(|at| at + 3);
            let length = colour.or_else(|| rest.find("\x1b[")).filter(|&at| at > 0).unwrap_or(rest.len());
            let (piece, after) = rest.split_at(length);
            match colour {
                Some(_) => pen.row().push_str(piece),
                None => piece.graphemes(true).for_each(|it| pen.put(it)),
            }
            rest = after;
        }
        let mut place = None;
        for (at, it) in line.grapheme_indices(true) {
            if at >= cursor {
                place.get_or_insert_with(|| pen.place());
            }
            pen.put(&visible(it));
        }
        let place = place.unwrap_or_else(|| pen.place());
        Layout { rows: pen.rows, cursor: place }
    }

    /// What draws it where the cursor is in `before`, which is on the screen; no more rows than the screen has.
    pub(super) fn draw_over(&self, before: &Layout, height: usize) -> String {
        let height = height.max(1);
        let first = (self.cursor.0 + 1).saturating_sub(height);
        let shown = &self.rows[first..self.rows.len().min(first + height)];
        let mut text = "\r".to_owned();
        let up = before.cursor.0.min(height - 1);
        if up > 0 {
            text.push_str(&format!("\x1b[{up}A"));
        }
        text.push_str("\x1b[J");
        text.push_str(&shown.concat());
        let last = shown.len() - 1;
        if shown[last].is_empty() && last > 0 {
            // The row above is full: only a character more would begin this one.
            text.push_str("\r\n");
        }
        let up = first + last - self.cursor.0;
        if up > 0 {
            text.push_str(&format!("\x1b[{up}A"));
        }
        text.push('\r');
        if self.cursor.1 > 0 {
            text.push_str(&format!("\x1b[{}C", self.cursor.1));
        }
        text
    }
}

struct Pen {
    rows: Vec<String>,
    column: usize,
    columns: usize,
}

impl Pen {
    fn row(&mut self) -> &mut String {
        if self.rows.is_empty() {
            self.rows.push(String::new());
        }
        let last = self.rows.len() - 1;
        &mut self.rows[last]
    }

    fn put(&mut self, text: &str) {
        let width = text.width();
        if self.column + width > self.columns {
            self.rows.push(String::new());
            self.column = 0;
        }
        self.row().push_str(text);
        self.column += width;
        if self.column >= self.columns {
            self.rows.push(String::new());
            self.column = 0;
        }
    }

    fn place(&self) -> (usize, usize) {
        (self.rows.len() - 1, self.column)
    }
}

/// A character as it is shown: one that would steer the terminal is named.
fn visible(it: &str) -> String {
    match it.chars().next() {
        Some('\t') => " ".to_owned(),
        Some(first @ ('\0'..='\x1f' | '\x7f')) => format!("^{}", char::from(first as u8 ^ 0x40)),
        Some(_) if is_text(it) => it.to_owned(),
        _ => char::REPLACEMENT_CHARACTER.to_string(),
    }
}

fn is_text(it: &str) -> bool {
    !it.chars().any(char::is_control)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_wrap_where_the_screen_ends() {
        for (prompt, line, cursor, rows, place) in [
            ("> ", "abc", 3, 1, (0, 5)),
            ("\x1b[33m> \x1b[0m", "abc", 1, 1, (0, 3)),
            ("> ", "12345678", 8, 2, (1, 0)),
            ("> ", "123456789", 0, 2, (0, 2)),
            // A character of two columns does not fit the last one.
            ("> ", "1234567\u{4e00}", 10, 2, (1, 2)),
            ("", "\t\x1b", 2, 1, (0, 3)),
        ] {
            let layout = Layout::new(prompt, line, cursor, 10);
            assert_eq!((layout.rows.len(), layout.cursor), (rows, place), "{prompt:?} {line:?}");
        }
    }

    #[test]
    fn a_line_that_is_longer_than_the_screen_shows_where_the_cursor_is() {
        let layout = Layout::new("", &"x".repeat(95), 95, 10);
        let drawn = layout.draw_over(&Layout::default(), 4);
        assert_eq!(drawn.matches('x').count(), 35);
        let drawn = layout.draw_over(&layout, 4);
        assert!(drawn.starts_with("\r\x1b[3A\x1b[J"), "{drawn:?}");
    }
}
