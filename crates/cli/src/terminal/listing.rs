//! The names that a line can be completed with: asked about where they are many, in columns, and by the pager where they
//! are more than a screen takes.

use std::io;

use unicode_width::UnicodeWidthStr;

use super::key::Key;
use super::keyboard::{Event, Keyboard};
use super::pager;
use crate::completion::Offer;

/// Names shown without a question.
const UNASKED: usize = 100;
/// Columns of the screen between names.
const GAP: usize = 2;

/// How the question was answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Answer {
    /// The line goes on.
    Line,
    /// ^C: another line begins.
    Interrupted,
    /// The terminal is gone.
    End,
}

/// Shows the names below the line.
pub(super) fn show(keyboard: &mut Keyboard, offer: &Offer) -> io::Result<Answer> {
    if offer.choices.len() > UNASKED {
        keyboard.device.show(&format!("Display all {} possibilities? (y or n) ", offer.choices.len()))?;
        let answer = ask(keyboard)?;
        keyboard.device.show(if answer == Ok(true) { "y\r\n" } else { "\r\n" })?;
        match answer {
            Ok(true) => {}
            Ok(false) => return Ok(Answer::Line),
            Err(answer) => return Ok(answer),
        }
    }
    let (columns, rows) = keyboard.device.size();
    let text = text(offer, columns, rows);
    if text.len() < rows {
        keyboard.device.show(&text.iter().map(|row| format!("{row}\r\n")).collect::<String>())?;
        return Ok(Answer::Line);
    }
    Ok(match pager::browse_lines(keyboard, text)? {
        pager::Left::Interrupted => Answer::Interrupted,
        pager::Left::End => Answer::End,
        pager::Left::Done => Answer::Line,
    })
}

fn ask(keyboard: &mut Keyboard) -> io::Result<Result<bool, Answer>> {
    loop {
        match keyboard.next(None)? {
            Event::Key(Key::Char('y' | 'Y' | ' ') | Key::Tab) => return Ok(Ok(true)),
            Event::Key(Key::Ctrl('c')) => return Ok(Err(Answer::Interrupted)),
            Event::Key(
                Key::Char('n' | 'N' | 'q') | Key::Enter | Key::Escape | Key::Backspace | Key::Ctrl('g' | 'd'),
            ) => return Ok(Ok(false)),
            Event::Key(_) | Event::Redraw | Event::Nothing => {}
            Event::End => return Ok(Err(Answer::End)),
        }
    }
}

/// Rows of text: each name with what it is where all of them fit the screen so, in columns otherwise.
fn text(offer: &Offer, columns: usize, rows: usize) -> Vec<String> {
    let notes: Vec<&str> = offer.choices.iter().filter_map(|choice| choice.note.as_deref()).collect();
    if !notes.is_empty() && offer.choices.len() < rows {
        return notes.into_iter().map(|note| cut(note, columns)).collect();
    }
    let mut names: Vec<&str> = offer.choices.iter().map(|choice| choice.name.as_str()).collect();
    names.dedup();
    in_columns(&names, columns)
}

/// Names down the columns, as many as the screen is wide enough for.
fn in_columns(names: &[&str], columns: usize) -> Vec<String> {
    let width = names.iter().map(|name| name.width()).max().unwrap_or(0) + GAP;
    let across = ((columns + GAP) / width).max(1);
    let down = names.len().div_ceil(across);
    let row = |row: usize| {
        let cells = names.iter().skip(row).step_by(down.max(1));
        let line: String = cells.map(|name| format!("{name}{}", " ".repeat(width - name.width()))).collect();
        cut(line.trim_end(), columns)
    };
    (0..down).map(row).collect()
}

fn cut(text: &str, columns: usize) -> String {
    let mut width = 0;
    text.chars()
        .take_while(|it| {
            width += it.to_string().width();
            width < columns
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_run_down_columns() {
        assert_eq!(in_columns(&["a", "bb", "c", "d", "e"], 9), ["a   d", "bb  e", "c"]);
        assert_eq!(in_columns(&["a-long-name"], 5), ["a-lo"]);
        assert_eq!(in_columns(&[], 80), [""; 0]);
    }
}
