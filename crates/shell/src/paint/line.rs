//! A line of output whose parts are painted and whose columns are counted.

use super::{Paint, Role};

/// A line under construction: its text with colours, and its width without.
pub(crate) struct Line {
    paint: Paint,
    text: String,
    width: usize,
}

impl Line {
    /// An empty line.
    pub(crate) fn new(paint: &Paint) -> Line {
        Line { paint: paint.clone(), text: String::new(), width: 0 }
    }

    /// Columns filled so far.
    pub(crate) fn width(&self) -> usize {
        self.width
    }

    /// Appends a part in its role's style.
    pub(crate) fn push(&mut self, role: Role, part: &str) {
        self.paint.push(&mut self.text, role, part);
        self.width += part.chars().count();
    }

    /// Appends a part that has no style.
    pub(crate) fn plain(&mut self, part: &str) {
        self.text.push_str(part);
        self.width += part.chars().count();
    }

    /// Appends text that is painted already and `width` columns wide.
    pub(crate) fn painted(&mut self, text: &str, width: usize) {
        self.text.push_str(text);
        self.width += width;
    }

    /// Appends blanks up to a column; none when it is past it.
    pub(crate) fn pad_to(&mut self, column: usize) {
        let blanks = column.saturating_sub(self.width);
        self.text.extend(std::iter::repeat_n(' ', blanks));
        self.width += blanks;
    }

    /// How it paints.
    pub(crate) fn paint(&self) -> &Paint {
        &self.paint
    }

    /// Ends the line and begins the next.
    pub(crate) fn end(&mut self) {
        self.text.push('\n');
        self.width = 0;
    }

    /// Takes a line that was not ended, with its width.
    pub(crate) fn take_open(&mut self) -> (String, usize) {
        (std::mem::take(&mut self.text), std::mem::take(&mut self.width))
    }

    /// Takes what was written so far, whole lines or not.
    pub(crate) fn take(&mut self) -> String {
        std::mem::take(&mut self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Depth, Palette};
    use super::*;

    #[test]
    fn colours_take_no_columns() {
        let mut line = Line::new(&Paint::new(&Palette::default(), Some(Depth::Full)));
        line.push(Role::Offset, "é0x1");
        line.pad_to(6);
        assert_eq!(line.width(), 6);
        assert!(line.take().ends_with("\x1b[0m  "));
    }
}
