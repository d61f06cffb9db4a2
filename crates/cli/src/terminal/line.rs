//! The line being edited, what was cut from it, and its former states. Motions and words are those of the line editor
//! library.

use rustyline::line_buffer::{ChangeListener, DeleteListener, Direction, LineBuffer, WordAction};
use rustyline::{At, Movement, Word};

/// Longest line, bytes.
const LENGTH: usize = 1 << 20;
/// States kept to go back to.
const UNDO: usize = 200;
/// Bytes of all of them.
const UNDO_BYTES: usize = 1 << 20;

/// A line with a cursor.
pub(super) struct Edited {
    buffer: LineBuffer,
    cut: Cut,
    undo: Vec<(String, usize)>,
    /// Whether the last change was a character written: those that follow are one change with it.
    is_typing: bool,
}

/// What was cut last, which can be put back.
#[derive(Default)]
struct Cut {
    text: String,
    is_cutting: bool,
    /// Whether the last key cut as well, so that the next adds to it.
    adds: bool,
}

impl DeleteListener for Cut {
    fn start_killing(&mut self) {
        self.is_cutting = true;
        if !std::mem::replace(&mut self.adds, true) {
            self.text.clear();
        }
    }

    fn delete(&mut self, _index: usize, text: &str, direction: Direction) {
        if self.is_cutting {
            match direction {
                Direction::Forward => self.text.push_str(text),
                Direction::Backward => self.text.insert_str(0, text),
            }
        }
    }

    fn stop_killing(&mut self) {
        self.is_cutting = false;
    }
}

impl ChangeListener for Cut {
    fn insert_char(&mut self, _index: usize, _it: char) {}
    fn insert_str(&mut self, _index: usize, _text: &str) {}
    fn replace(&mut self, _index: usize, _old: &str, _new: &str) {}
}

impl Edited {
    pub(super) fn new() -> Edited {
        Edited {
            buffer: LineBuffer::with_capacity(LENGTH),
            cut: Cut::default(),
            undo: Vec::new(),
            is_typing: false,
        }
    }

    pub(super) fn text(&self) -> &str {
        self.buffer.as_str()
    }

    pub(super) fn cursor(&self) -> usize {
        self.buffer.pos()
    }

    /// Forgets the line; what was cut stays.
    pub(super) fn clear(&mut self) {
        self.buffer.update("", 0, &mut Cut::default());
        self.undo.clear();
        self.cut.adds = false;
        self.is_typing = false;
    }

    /// Another text, with the cursor at its end.
    pub(super) fn set(&mut self, text: &str) {
        self.remember();
        // What is longer than a line can be is cut off.
        self.buffer.update(text, text.len(), &mut Cut::default());
    }

    /// A text in place of what is before the cursor from `start` on.
    pub(super) fn replace(&mut self, start: usize, text: &str) {
        self.remember();
        if self.text().len() + text.len() <= LENGTH {
            self.buffer.replace(start..self.buffer.pos(), text, &mut Cut::default());
        }
    }

    /// Writes a character; returns whether it had room.
    pub(super) fn insert(&mut self, it: char) -> bool {
        if !self.is_typing {
            self.remember();
            self.is_typing = true;
        }
        self.buffer.insert(it, 1, &mut Cut::default()).is_some()
    }

    pub(super) fn yank(&mut self) {
        self.remember();
        let text = self.cut.text.clone();
        self.buffer.yank(&text, 1, &mut Cut::default());
    }

    /// Deletes a character, or cuts more.
    pub(super) fn kill(&mut self, movement: &Movement) {
        let adds = self.cut.adds;
        self.remember();
        self.cut.adds = adds;
        self.buffer.kill(movement, &mut self.cut);
    }

    pub(super) fn transpose(&mut self) {
        self.remember();
        self.buffer.transpose_chars(&mut Cut::default());
    }

    pub(super) fn change_word(&mut self, action: WordAction) {
        self.remember();
        self.buffer.edit_word(action, &mut Cut::default());
    }

    pub(super) fn go(&mut self, movement: &Movement) {
        self.cut.adds = false;
        self.is_typing = false;
        match movement {
            Movement::BackwardChar(count) => self.buffer.move_backward(*count),
            Movement::ForwardChar(count) => self.buffer.move_forward(*count),
            Movement::BackwardWord(count, word) => self.buffer.move_to_prev_word(*word, *count),
            Movement::ForwardWord(count, at, word) => self.buffer.move_to_next_word(*at, *word, *count),
            Movement::BeginningOfLine => self.buffer.move_buffer_start(),
            _ => self.buffer.move_buffer_end(),
        };
    }

    /// Goes back to the state before the last change.
    pub(super) fn undo(&mut self) {
        self.cut.adds = false;
        self.is_typing = false;
        if let Some((text, cursor)) = self.undo.pop() {
            self.buffer.update(&text, cursor, &mut Cut::default());
        }
    }

    fn remember(&mut self) {
        self.cut.adds = false;
        self.is_typing = false;
        let bytes: usize = self.undo.iter().map(|(text, _)| text.len()).sum();
        if self.undo.len() == UNDO || bytes + self.text().len() > UNDO_BYTES {
            self.undo.drain(..self.undo.len().div_ceil(2));
        }
        if self.text().len() <= UNDO_BYTES / 8 {
            self.undo.push((self.text().to_owned(), self.cursor()));
        }
    }
}

/// The word that motions go by.
pub(super) const BACK: Movement = Movement::BackwardWord(1, Word::Emacs);
pub(super) const FORTH: Movement = Movement::ForwardWord(1, At::AfterEnd, Word::Emacs);
/// The word that ^W cuts.
pub(super) const BLANK_TO_BLANK: Movement = Movement::BackwardWord(1, Word::Big);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_cut_can_be_put_back_and_changes_undone() {
        let mut line = Edited::new();
        "px 16 @ main".chars().for_each(|it| assert!(line.insert(it)));
        line.kill(&BLANK_TO_BLANK);
        line.kill(&BLANK_TO_BLANK);
        assert_eq!(line.text(), "px 16 ");
        line.go(&Movement::BeginningOfLine);
        line.yank();
        assert_eq!(line.text(), "@ mainpx 16 ");
        line.undo();
        line.undo();
        assert_eq!(line.text(), "px 16 @ ");
    }

    #[test]
    fn a_line_has_an_end() {
        let mut line = Edited::new();
        line.set(&"x".repeat(LENGTH));
        assert!(!line.insert('y'));
        assert_eq!(line.text().len(), LENGTH);
    }
}
