//! Reading one line: keys to changes of it, history, searching the history, completion.

use std::io;
use std::path::PathBuf;

use farad_io::without_secrets;
use rustyline::Movement;
use rustyline::history::{FileHistory, History, SearchDirection};
use rustyline::line_buffer::WordAction;

use super::Line;
use super::device::Mode;
use super::key::Key;
use super::keyboard::{Event, Keyboard};
use super::line::{BACK, BLANK_TO_BLANK, Edited, FORTH};
use super::listing::{self, Answer};
use super::screen::Layout;
use crate::completion::Completer;

/// Pastes come marked, so that a tab in one completes nothing.
const PASTES_MARKED: &str = "\x1b[?2004h";
const PASTES_PLAIN: &str = "\x1b[?2004l";

/// Lines remembered.
const HISTORY: usize = 10_000;

/// What a key did to the line.
enum Did {
    /// It changed, or may have.
    Change,
    /// It is what was asked for.
    Done(Line),
}

/// The editor of lines, with their history.
pub(super) struct Editor {
    line: Edited,
    history: FileHistory,
    file: Option<PathBuf>,
    /// The entry of the history that is shown, and the line that was being typed before.
    place: usize,
    typed: String,
    /// Whether the last key was a tab that completed nothing.
    tabbed: bool,
    shown: Layout,
}

impl Editor {
    /// One that keeps its history in a file.
    pub(super) fn new(file: Option<PathBuf>) -> rustyline::Result<Editor> {
        let config =
            rustyline::Config::builder().max_history_size(HISTORY)?.history_ignore_space(true).build();
        let mut history = FileHistory::with_config(&config);
        if let Some(path) = &file {
            // The first start has no history yet.
            let _ = history.load(path);
        }
        let (line, typed, shown) = (Edited::new(), String::new(), Layout::default());
        Ok(Editor { line, history, file, place: 0, typed, tabbed: false, shown })
    }

    /// Reads a line after showing a prompt. The terminal takes keys meanwhile.
    pub(super) fn read(
        &mut self,
        keyboard: &mut Keyboard,
        prompt: &str,
        completer: Option<&Completer>,
    ) -> io::Result<Line> {
        let before = keyboard.device.set(Mode::Keys);
        keyboard.device.show(PASTES_MARKED)?;
        let read = self.edit(keyboard, prompt, completer);
        // Whatever comes of it, the terminal is as it was.
        let plain = keyboard.device.show(PASTES_PLAIN);
        keyboard.device.set(before);
        let line = read?;
        plain?;
        if let Line::Text(text) = &line {
            self.remember(text);
        }
        Ok(line)
    }

    fn remember(&mut self, line: &str) {
        // A history that cannot be kept is no reason to stop.
        if matches!(self.history.add(&without_secrets(line)), Ok(true))
            && let Some(path) = &self.file
        {
            let _ = self.history.append(path);
        }
    }

    fn edit(
        &mut self,
        keyboard: &mut Keyboard,
        prompt: &str,
        completer: Option<&Completer>,
    ) -> io::Result<Line> {
        self.line.clear();
        self.place = self.history.len();
        self.shown = Layout::default();
        self.tabbed = false;
        keyboard.device.show(prompt)?;
        self.shown = Layout::new(prompt, "", 0, keyboard.device.size().0);
        loop {
            // What was pasted or typed ahead is drawn once, when no more of it waits.
            if !keyboard.is_ready() {
                self.draw(keyboard, prompt)?;
            }
            let key = match keyboard.next(None)? {
                Event::Key(key) => key,
                Event::Redraw => {
                    self.draw_anew(keyboard, prompt)?;
                    continue;
                }
                Event::Nothing => continue,
                Event::End => return Ok(Line::End),
            };
            let tabbed = std::mem::take(&mut self.tabbed);
            let did = match key {
                Key::Ctrl('r') => self.search(keyboard, prompt)?,
                Key::Tab => self.complete(keyboard, prompt, completer, tabbed)?,
                Key::Ctrl('z') => {
                    self.leave(keyboard, prompt, "")?;
                    keyboard.device.suspend();
                    self.start_again(keyboard, prompt)?;
                    Did::Change
                }
                Key::Ctrl('l') => {
                    keyboard.device.show("\x1b[H\x1b[2J")?;
                    self.shown = Layout::default();
                    Did::Change
                }
                Key::Ctrl('v') => {
                    if let Event::Key(key) = keyboard.next(None)? {
                        self.quote(key);
                    }
                    Did::Change
                }
                key => self.apply(key),
            };
            if let Did::Done(line) = did {
                self.leave(keyboard, prompt, if line == Line::Interrupted { "^C" } else { "" })?;
                return Ok(line);
            }
        }
    }

    fn draw(&mut self, keyboard: &Keyboard, prompt: &str) -> io::Result<()> {
        let (columns, rows) = keyboard.device.size();
        let layout = Layout::new(prompt, self.line.text(), self.line.cursor(), columns);
        if layout != self.shown {
            keyboard.device.show(&layout.draw_over(&self.shown, rows))?;
            self.shown = layout;
        }
        Ok(())
    }

    /// Draws where the screen may have been changed below.
    fn draw_anew(&mut self, keyboard: &Keyboard, prompt: &str) -> io::Result<()> {
        let (columns, rows) = keyboard.device.size();
        // A terminal that became narrower has wrapped what was there.
        let there = Layout::new(prompt, self.line.text(), self.line.cursor(), columns);
        keyboard.device.show(&there.draw_over(&there, rows))?;
        self.shown = there;
        Ok(())
    }

    /// Draws below what the screen shows now.
    fn start_again(&mut self, keyboard: &Keyboard, prompt: &str) -> io::Result<()> {
        self.shown = Layout::default();
        keyboard.device.show(PASTES_MARKED)?;
        self.draw(keyboard, prompt)
    }

    /// Ends the row of the line, which is shown whole.
    fn leave(&mut self, keyboard: &Keyboard, prompt: &str, last: &str) -> io::Result<()> {
        let cursor = self.line.text().len();
        let (columns, rows) = keyboard.device.size();
        let layout = Layout::new(prompt, self.line.text(), cursor, columns);
        if layout != self.shown {
            keyboard.device.show(&layout.draw_over(&self.shown, rows))?;
        }
        keyboard.device.show(&format!("{last}\r\n"))
    }

    /// What a key does that needs no more than the line.
    fn apply(&mut self, key: Key) -> Did {
        match key {
            Key::Enter | Key::Pasted('\n') => return Did::Done(Line::Text(self.line.text().to_owned())),
            Key::Ctrl('c') => return Did::Done(Line::Interrupted),
            Key::Ctrl('d') if self.line.text().is_empty() => return Did::Done(Line::End),
            Key::Char(it) | Key::Pasted(it) => drop(self.line.insert(it)),
            Key::Backspace => self.line.kill(&Movement::BackwardChar(1)),
            Key::Delete | Key::Ctrl('d') => self.line.kill(&Movement::ForwardChar(1)),
            Key::Ctrl('w') => self.line.kill(&BLANK_TO_BLANK),
            Key::Meta('\x7f') => self.line.kill(&BACK),
            Key::Meta('d') => self.line.kill(&FORTH),
            Key::Ctrl('k') => self.line.kill(&Movement::EndOfBuffer),
            Key::Ctrl('u') => self.line.kill(&Movement::BeginningOfBuffer),
            Key::Ctrl('y') => self.line.yank(),
            Key::Ctrl('t') => self.line.transpose(),
            Key::Ctrl('_') => self.line.undo(),
            Key::Meta('c') => self.line.change_word(WordAction::Capitalize),
            Key::Meta('l') => self.line.change_word(WordAction::Lowercase),
            Key::Meta('u') => self.line.change_word(WordAction::Uppercase),
            Key::Ctrl('a') | Key::Home => self.line.go(&Movement::BeginningOfLine),
            Key::Ctrl('e') | Key::End => self.line.go(&Movement::EndOfLine),
            Key::Ctrl('b') | Key::Left => self.line.go(&Movement::BackwardChar(1)),
            Key::Ctrl('f') | Key::Right => self.line.go(&Movement::ForwardChar(1)),
            Key::Meta('b') | Key::WordLeft => self.line.go(&BACK),
            Key::Meta('f') | Key::WordRight => self.line.go(&FORTH),
            Key::Ctrl('p') | Key::Up => self.go_in_history(self.place.saturating_sub(1)),
            Key::Ctrl('n') | Key::Down => self.go_in_history(self.place + 1),
            Key::Meta('<') | Key::PageUp => self.go_in_history(0),
            Key::Meta('>') | Key::PageDown => self.go_in_history(self.history.len()),
            _ => {}
        }
        Did::Change
    }

    /// The key itself, as a character of the line.
    fn quote(&mut self, key: Key) {
        let it = match key {
            Key::Char(it) | Key::Pasted(it) => it,
            Key::Tab => '\t',
            Key::Escape => '\x1b',
            Key::Ctrl(it) => char::from(it.to_ascii_uppercase() as u8 ^ 0x40),
            _ => return,
        };
        self.line.insert(it);
    }

    fn go_in_history(&mut self, place: usize) {
        let place = place.min(self.history.len());
        if place == self.place {
            return;
        }
        if self.place == self.history.len() {
            self.line.text().clone_into(&mut self.typed);
        }
        self.place = place;
        let entry = self.history.get(place, SearchDirection::Forward).ok().flatten().map(|found| found.entry);
        let text = entry.map_or_else(|| self.typed.clone(), |entry| entry.into_owned());
        self.line.set(&text);
    }

    /// ^R: looks for a line of the history as its part is typed. Any other key takes what was found and does what it does.
    fn search(&mut self, keyboard: &mut Keyboard, prompt: &str) -> io::Result<Did> {
        let (before, mut wanted) = (self.line.text().to_owned(), String::new());
        let mut from = self.history.len();
        loop {
            self.draw(keyboard, &format!("(reverse-i-search)`{wanted}': "))?;
            let key = match keyboard.next(None)? {
                Event::Key(key) => key,
                Event::Redraw | Event::Nothing => continue,
                Event::End => return Ok(Did::Done(Line::End)),
            };
            match key {
                Key::Char(it) | Key::Pasted(it) if it != '\n' => {
                    wanted.push(it);
                    from = (from + 1).min(self.history.len());
                }
                Key::Backspace => {
                    wanted.pop();
                    from = self.history.len();
                }
                Key::Ctrl('r') => {}
                Key::Ctrl('g') => {
                    self.line.set(&before);
                    return Ok(Did::Change);
                }
                Key::Escape => return Ok(Did::Change),
                Key::Tab | Key::Ctrl('z' | 'l' | 'v') => return Ok(Did::Change),
                key => {
                    self.draw(keyboard, prompt)?;
                    return Ok(self.apply(key));
                }
            }
            let found = from.checked_sub(1).filter(|_| !wanted.is_empty());
            let found =
                found.and_then(|from| self.history.search(&wanted, from, SearchDirection::Reverse).ok());
            match found.flatten() {
                Some(found) => {
                    from = found.idx;
                    let text = found.entry.into_owned();
                    self.place = from;
                    self.line.set(&text);
                }
                None if !wanted.is_empty() => keyboard.device.show("\x07")?,
                None => {}
            }
        }
    }

    /// Tab: what all names that fit have in common; a second time, the names.
    fn complete(
        &mut self,
        keyboard: &mut Keyboard,
        prompt: &str,
        completer: Option<&Completer>,
        tabbed: bool,
    ) -> io::Result<Did> {
        let Some(completer) = completer else {
            self.line.insert('\t');
            return Ok(Did::Change);
        };
        self.draw(keyboard, prompt)?;
        // The session may be busy with another client: ^C is a signal until it answers.
        keyboard.device.set(Mode::Busy);
        let offer = completer.offer(self.line.text(), self.line.cursor());
        keyboard.device.set(Mode::Keys);
        let Some(offer) = offer else { return Ok(Did::Done(Line::Interrupted)) };
        let typed = self.line.text()[offer.start..self.line.cursor()].to_owned();
        if let Some(common) = offer.common().filter(|common| *common != typed && common.len() >= typed.len())
        {
            self.line.replace(offer.start, common);
            return Ok(Did::Change);
        }
        if offer.choices.len() < 2 {
            keyboard.device.show("\x07")?;
            return Ok(Did::Change);
        }
        if !tabbed {
            keyboard.device.show("\x07")?;
            self.tabbed = true;
            return Ok(Did::Change);
        }
        let cursor = self.line.cursor();
        self.leave(keyboard, prompt, "")?;
        debug_assert_eq!(cursor, self.line.cursor());
        let answer = listing::show(keyboard, &offer)?;
        self.start_again(keyboard, prompt)?;
        Ok(match answer {
            Answer::Line => Did::Change,
            Answer::Interrupted => Did::Done(Line::Interrupted),
            Answer::End => Did::Done(Line::End),
        })
    }
}
