//! The pager: text that is longer than the screen, looked at while it still comes.
//!
//! It draws through `ratatui` on the other screen of the terminal and reads keys as the prompt does, one by one, so that what is
//! typed behind the key that leaves it is the prompt's.

use std::io::{self, Write};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use ansi_to_tui::IntoText;
use farad_io::Cancel;
use ratatui::Terminal;
use ratatui::backend::CrosstermBackend;
use ratatui::style::{Modifier, Style};
use ratatui::text::{Line, Span, Text};
use ratatui::widgets::Paragraph;
use regex::{Regex, RegexBuilder};
use unicode_width::UnicodeWidthStr;

use super::device::Mode;
use super::key::Key;
use super::keyboard::{Event, Keyboard};
use crate::sanitize::Sanitizer;

/// Most bytes kept of a text; what writes more is ended.
const LIMIT: usize = 64 << 20;
/// Longest part of a line that is shown, bytes.
const LINE: usize = 16 << 10;
/// How often more of a text that still comes is shown.
const FRESH: Duration = Duration::from_millis(60);
/// Columns that the text goes sideways at once.
const SIDEWAYS: usize = 8;
/// Most memory of a pattern, bytes.
const PATTERN: usize = 1 << 20;

const OTHER_SCREEN: &str = "\x1b[?1049h\x1b[?25l";
const OWN_SCREEN: &str = "\x1b[?25h\x1b[?1049l";
const KEYS: &str =
    "q leaves  space b pages  j k lines  d u half pages  g G ends  / ? search  n N next  < > sideways";

/// How the pager was left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Left {
    /// By a key for that.
    Done,
    /// By ^C.
    Interrupted,
    /// The terminal is gone.
    End,
}

/// Text as it comes: whole lines, safe to show.
#[derive(Default)]
struct Store {
    lines: Vec<String>,
    bytes: usize,
    /// No more comes.
    is_whole: bool,
    /// Nobody looks any more.
    is_left: bool,
}

type Shared = Arc<Mutex<Store>>;

fn locked(store: &Shared) -> MutexGuard<'_, Store> {
    store.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What a command writes to be paged. Less than a screen is written on without a pager.
pub(super) struct Pager {
    keyboard: Arc<Mutex<Keyboard>>,
    store: Shared,
    cancel: Cancel,
    sanitizer: Sanitizer,
    /// The line that has no end yet.
    open: Vec<u8>,
    /// Rows of the screen that the text would take.
    rows: usize,
    looks: Option<JoinHandle<io::Result<Left>>>,
}

impl Pager {
    pub(super) fn new(keyboard: Arc<Mutex<Keyboard>>, cancel: Cancel) -> Pager {
        let (store, sanitizer) = (Shared::default(), Sanitizer::default());
        Pager { keyboard, store, cancel, sanitizer, open: Vec::new(), rows: 0, looks: None }
    }

    fn push(&mut self, line: &[u8]) -> io::Result<()> {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        let mut store = locked(&self.store);
        if store.is_left {
            return Err(io::ErrorKind::BrokenPipe.into());
        }
        if store.bytes + line.len() > LIMIT {
            return Err(io::Error::other(format!(
                "the pager keeps {LIMIT} bytes: write longer output to a file"
            )));
        }
        let line = String::from_utf8_lossy(line).into_owned();
        let width = plain(&line).width();
        store.bytes += line.len() + size_of::<String>();
        store.lines.push(line);
        drop(store);
        if self.looks.is_none() {
            let (columns, rows) = self.size();
            self.rows += width.div_ceil(columns).max(1);
            if self.rows >= rows {
                self.looks = Some(self.start()?);
            }
        }
        Ok(())
    }

    fn size(&self) -> (usize, usize) {
        self.keyboard.lock().unwrap_or_else(PoisonError::into_inner).device.size()
    }

    /// Shows the text from here on, on a thread of its own.
    fn start(&self) -> io::Result<JoinHandle<io::Result<Left>>> {
        let (keyboard, store, cancel) = (self.keyboard.clone(), self.store.clone(), self.cancel.clone());
        std::thread::Builder::new().name("pager".to_owned()).spawn(move || {
            let mut keyboard = keyboard.lock().unwrap_or_else(PoisonError::into_inner);
            let left = browse(&mut keyboard, &store);
            locked(&store).is_left = true;
            if matches!(left, Ok(Left::Interrupted | Left::End)) {
                cancel.raise();
            }
            left
        })
    }
}

impl Write for Pager {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut safe = std::mem::take(&mut self.open);
        self.sanitizer.push(bytes, &mut safe);
        let mut rest = safe.as_slice();
        while let Some(end) = rest.iter().position(|&byte| byte == b'\n') {
            self.push(&rest[..end])?;
            rest = &rest[end + 1..];
        }
        if rest.len() > LIMIT {
            return Err(io::Error::other(format!("the pager takes lines of {LIMIT} bytes")));
        }
        self.open = rest.to_vec();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl farad_shell::view::Pager for Pager {
    fn finish(mut self: Box<Self>) -> io::Result<()> {
        let mut rest = std::mem::take(&mut self.open);
        self.sanitizer.finish(&mut rest);
        let is_open = !rest.is_empty();
        if is_open
            && let Err(error) = self.push(&rest)
            && error.kind() != io::ErrorKind::BrokenPipe
        {
            return Err(error);
        }
        locked(&self.store).is_whole = true;
        if let Some(looks) = self.looks.take() {
            return match looks.join() {
                Ok(left) => left.map(drop),
                Err(_) => Err(io::Error::other("the pager broke")),
            };
        }
        let mut text = locked(&self.store).lines.join("\n");
        if !text.is_empty() && !is_open {
            text.push('\n');
        }
        let mut out = io::stdout().lock();
        out.write_all(text.as_bytes())?;
        out.flush()
    }
}

impl Drop for Pager {
    fn drop(&mut self) {
        if let Some(looks) = self.looks.take() {
            locked(&self.store).is_whole = true;
            let _ = looks.join();
        }
    }
}

/// Lets somebody look at lines that are all there.
pub(super) fn browse_lines(keyboard: &mut Keyboard, lines: Vec<String>) -> io::Result<Left> {
    browse(keyboard, &Arc::new(Mutex::new(Store { lines, is_whole: true, ..Store::default() })))
}

fn browse(keyboard: &mut Keyboard, store: &Shared) -> io::Result<Left> {
    let device = keyboard.device;
    let before = device.set(Mode::Keys);
    let shown = device.show(OTHER_SCREEN);
    let left = shown.and_then(|()| look(keyboard, store));
    let back = device.show(OWN_SCREEN);
    device.set(before);
    left.and_then(|left| back.map(|()| left))
}

fn look(keyboard: &mut Keyboard, store: &Shared) -> io::Result<Left> {
    let mut screen = Terminal::new(CrosstermBackend::new(io::stdout()))?;
    screen.clear()?;
    let mut sight = Sight::default();
    loop {
        let is_whole = {
            let store = locked(store);
            let (columns, rows) = keyboard.device.size();
            sight.fit(store.lines.len(), rows.saturating_sub(1).max(1), columns);
            if !keyboard.is_ready() {
                let picture = sight.picture(&store);
                screen.draw(|frame| frame.render_widget(Paragraph::new(picture), frame.area()))?;
            }
            store.is_whole
        };
        let key = match keyboard.next((!is_whole).then_some(FRESH))? {
            Event::Key(key) => key,
            Event::Redraw => {
                screen.clear()?;
                continue;
            }
            Event::Nothing => continue,
            Event::End => return Ok(Left::End),
        };
        match key {
            Key::Ctrl('z') => {
                keyboard.device.show(OWN_SCREEN)?;
                keyboard.device.suspend();
                keyboard.device.show(OTHER_SCREEN)?;
                screen.clear()?;
            }
            Key::Ctrl('l') => screen.clear()?,
            key => {
                if let Some(left) = sight.apply(key, &locked(store).lines) {
                    return Ok(left);
                }
            }
        }
    }
}

/// What of the text is looked at.
#[derive(Default)]
struct Sight {
    /// The first line and column shown.
    top: usize,
    across: usize,
    /// Lines shown, and columns.
    height: usize,
    width: usize,
    count: usize,
    /// Whether the end is followed as it comes.
    follows: bool,
    /// What is being typed behind `/` or `?`.
    typed: Option<(bool, String)>,
    /// What is looked for, and whether towards the beginning.
    pattern: Option<(Regex, bool)>,
    /// The digits before a key.
    number: String,
    note: Option<String>,
}

impl Sight {
    fn fit(&mut self, count: usize, height: usize, width: usize) {
        (self.count, self.height, self.width) = (count, height, width);
        if self.follows {
            self.top = usize::MAX;
        }
        self.top = self.top.min(self.last_top());
    }

    fn last_top(&self) -> usize {
        self.count.saturating_sub(self.height)
    }

    fn down(&mut self, lines: usize) {
        self.top = self.top.saturating_add(lines).min(self.last_top());
    }

    fn up(&mut self, lines: usize) {
        self.follows = false;
        self.top = self.top.saturating_sub(lines);
    }

    /// What a key does; how the pager is left, where it is.
    fn apply(&mut self, key: Key, lines: &[String]) -> Option<Left> {
        self.note = None;
        if self.typed.is_some() {
            self.type_pattern(key, lines);
            return None;
        }
        if let Key::Char(digit @ '0'..='9') = key {
            if self.number.len() < 9 {
                self.number.push(digit);
            }
            return None;
        }
        let number = std::mem::take(&mut self.number).parse::<usize>().ok();
        let lines_of = number.unwrap_or(1);
        match key {
            Key::Char('q' | 'Q') => return Some(Left::Done),
            Key::Ctrl('c') => return Some(Left::Interrupted),
            Key::Char('j' | 'e') | Key::Down | Key::Enter | Key::Ctrl('n' | 'e') => self.down(lines_of),
            Key::Char('k' | 'y') | Key::Up | Key::Ctrl('p' | 'y') => self.up(lines_of),
            Key::Char(' ' | 'f') | Key::PageDown | Key::Ctrl('f' | 'v') => self.down(self.height),
            Key::Char('b') | Key::PageUp | Key::Ctrl('b') => self.up(self.height),
            Key::Char('d') | Key::Ctrl('d') => self.down(number.unwrap_or(self.height.div_ceil(2))),
            Key::Char('u') | Key::Ctrl('u') => self.up(number.unwrap_or(self.height.div_ceil(2))),
            Key::Char('g') | Key::Home => {
                self.follows = false;
                self.top = number.unwrap_or(1).saturating_sub(1).min(self.last_top());
            }
            Key::Char('G') | Key::End => match number {
                Some(number) => self.top = number.saturating_sub(1).min(self.last_top()),
                None => self.top = self.last_top(),
            },
            Key::Char('F') => self.follows = true,
            Key::Char('>' | 'l') | Key::Right => self.across += SIDEWAYS,
            Key::Char('<') | Key::Left => self.across = self.across.saturating_sub(SIDEWAYS),
            Key::Char('/') => self.typed = Some((false, String::new())),
            Key::Char('?') => self.typed = Some((true, String::new())),
            Key::Char('n') => self.find(false, lines),
            Key::Char('N') => self.find(true, lines),
            Key::Char('h' | 'H') => self.note = Some(KEYS.to_owned()),
            Key::Escape => self.pattern = None,
            _ => {}
        }
        None
    }

    fn type_pattern(&mut self, key: Key, lines: &[String]) {
        let Some((is_back, text)) = &mut self.typed else { return };
        match key {
            Key::Char(it) | Key::Pasted(it) if it != '\n' && text.len() < LINE => text.push(it),
            Key::Backspace if !text.is_empty() => drop(text.pop()),
            Key::Ctrl('u') => text.clear(),
            Key::Enter => {
                let (is_back, text) = (*is_back, std::mem::take(text));
                self.typed = None;
                if !text.is_empty() {
                    self.pattern = Some((pattern(&text), is_back));
                }
                self.find(false, lines);
            }
            Key::Backspace | Key::Escape | Key::Ctrl('c' | 'g') => self.typed = None,
            _ => {}
        }
    }

    /// Goes to the next line that the pattern is in; the other way round where that is said.
    fn find(&mut self, reverse: bool, lines: &[String]) {
        let Some((regex, is_back)) = &self.pattern else {
            self.note = Some("nothing is looked for: /WORDS looks".to_owned());
            return;
        };
        let is_in = |line: &usize| lines.get(*line).is_some_and(|line| regex.is_match(&plain(line)));
        let found = match is_back ^ reverse {
            false => (self.top + 1..lines.len()).find(is_in),
            true => (0..self.top.min(lines.len())).rev().find(is_in),
        };
        // What is on the screen below the last place to go to counts as found.
        let found = found.or_else(|| Some(self.top).filter(is_in));
        match found {
            Some(line) => {
                self.follows = false;
                self.top = line.min(self.last_top());
            }
            None => self.note = Some("not found".to_owned()),
        }
    }

    fn picture(&self, store: &Store) -> Text<'static> {
        let end = (self.top + self.height).min(store.lines.len());
        let mut rows: Vec<Line<'static>> = store.lines[self.top.min(end)..end]
            .iter()
            .map(|line| {
                let line = styled(line);
                let line = match &self.pattern {
                    Some((regex, _)) => marked(line, regex),
                    None => line,
                };
                sideways(line, self.across)
            })
            .collect();
        rows.resize(self.height, Line::raw("~"));
        rows.push(Line::styled(self.status(store, end), Style::new().add_modifier(Modifier::REVERSED)));
        Text::from(rows)
    }

    fn status(&self, store: &Store, end: usize) -> String {
        if let Some((is_back, text)) = &self.typed {
            return format!("{}{text}", if *is_back { '?' } else { '/' });
        }
        if let Some(note) = &self.note {
            return note.clone();
        }
        let count = store.lines.len();
        let more = match (store.is_whole, end == count) {
            (false, _) => "more comes",
            (true, true) => "END",
            (true, false) => "",
        };
        let percent = end * 100 / count.max(1);
        format!(
            "lines {}-{end} of {count} ({percent}%) {more}  q leaves, / searches, h lists keys",
            self.top + 1
        )
    }
}

/// A pattern of a regular expression; of the words as they stand where they are none. Small letters stand for both.
fn pattern(text: &str) -> Regex {
    let build = |text: &str| {
        let is_small = !text.chars().any(char::is_uppercase);
        RegexBuilder::new(text).case_insensitive(is_small).size_limit(PATTERN).build()
    };
    let literal = || build(&regex::escape(text)).or_else(|_| Regex::new("$^"));
    build(text).or_else(|_| literal()).unwrap_or_else(|_| unreachable!("a pattern that is fixed"))
}

/// The beginning of a line, with tabs as blanks.
fn beginning(line: &str) -> String {
    let end = (0..=line.len().min(LINE)).rev().find(|&at| line.is_char_boundary(at)).unwrap_or(0);
    line[..end].replace('\t', "        ")
}

fn styled(line: &str) -> Line<'static> {
    let line = beginning(line);
    let text = line.as_bytes().into_text().unwrap_or_else(|_| Text::raw(plain(&line)));
    text.lines.into_iter().next().unwrap_or_default()
}

/// A line without its colours, which are all that steers a terminal in it.
fn plain(line: &str) -> String {
    let mut text = String::with_capacity(line.len());
    let mut rest = line;
    while let Some(at) = rest.find("\x1b[") {
        text.push_str(&rest[..at]);
        rest = rest[at..].find('m').map_or("", |end| &rest[at + end + 1..]);
    }
    text.push_str(rest);
    text
}

/// The line with what the pattern finds shown the other way round.
fn marked(line: Line<'static>, regex: &Regex) -> Line<'static> {
    let text: String = line.spans.iter().map(|span| span.content.as_ref()).collect();
    let found: Vec<(usize, usize)> = regex.find_iter(&text).map(|it| (it.start(), it.end())).collect();
    if found.is_empty() {
        return line;
    }
    let is_found = |at: usize| found.iter().any(|&(start, end)| (start..end).contains(&at));
    let mut spans: Vec<Span<'static>> = Vec::new();
    let mut at = 0;
    for span in line.spans {
        let mut piece = String::new();
        let mut was = None;
        for it in span.content.chars() {
            let is = is_found(at);
            if was.is_some_and(|was| was != is) {
                spans.push(piece_of(std::mem::take(&mut piece), span.style, !is));
            }
            was = Some(is);
            piece.push(it);
            at += it.len_utf8();
        }
        spans.push(piece_of(piece, span.style, was == Some(true)));
    }
    Line::from(spans)
}

fn piece_of(text: String, style: Style, is_found: bool) -> Span<'static> {
    let style = if is_found { style.add_modifier(Modifier::REVERSED) } else { style };
    Span::styled(text, style)
}

/// The line without its first characters.
fn sideways(mut line: Line<'static>, mut across: usize) -> Line<'static> {
    for span in &mut line.spans {
        let gone: String = span.content.chars().take(across).collect();
        across -= gone.chars().count();
        span.content = span.content[gone.len()..].to_owned().into();
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sight(count: usize) -> (Sight, Vec<String>) {
        let lines = (0..count).map(|it| format!("\x1b[33mline\x1b[0m {it}")).collect();
        let mut sight = Sight::default();
        sight.fit(count, 10, 40);
        (sight, lines)
    }

    fn press(sight: &mut Sight, lines: &[String], keys: &str) -> Option<Left> {
        keys.chars().fold(None, |left, it| {
            let key = match it {
                '\r' => Key::Enter,
                '\x03' => Key::Ctrl('c'),
                it => Key::Char(it),
            };
            left.or(sight.apply(key, lines))
        })
    }

    #[test]
    fn keys_go_where_they_say() {
        for (keys, top) in [
            ("j", 1),
            ("5j", 5),
            (" ", 10),
            (" b", 0),
            ("G", 90),
            ("Gk", 89),
            ("G ", 90),
            ("42g", 41),
            ("d", 5),
            ("/line 3\r", 3),
            ("/LINE 3\r", 0),
            ("/e 3\rn", 30),
            ("/e 3\rnN", 3),
            ("G?line 5$\r", 5),
            ("/[\r", 0),
        ] {
            let (mut sight, lines) = sight(100);
            assert_eq!(press(&mut sight, &lines, keys), None);
            assert_eq!(sight.top, top, "{keys:?}");
        }
    }

    #[test]
    fn it_is_left_by_its_keys_alone() {
        let (mut sight, lines) = sight(100);
        assert_eq!(press(&mut sight, &lines, "/q\x03"), None, "a pattern is left first");
        assert_eq!(press(&mut sight, &lines, "q"), Some(Left::Done));
        assert_eq!(press(&mut sight, &lines, "\x03"), Some(Left::Interrupted));
    }

    #[test]
    fn a_window_that_becomes_taller_is_filled() {
        let (mut sight, lines) = sight(100);
        press(&mut sight, &lines, "G");
        sight.fit(100, 50, 40);
        assert_eq!(sight.top, 50);
        let store = Store { lines, is_whole: true, ..Store::default() };
        let picture = sight.picture(&store);
        assert_eq!(picture.lines.len(), 51);
        assert!(picture.lines[49].to_string().ends_with("line 99"));
    }

    #[test]
    fn what_is_found_is_marked_across_colours() {
        let line = marked(styled("\x1b[31mab\x1b[0mcd"), &pattern("bc"));
        let found: String = line
            .spans
            .iter()
            .filter(|span| span.style.add_modifier.contains(Modifier::REVERSED))
            .map(|span| span.content.as_ref())
            .collect();
        assert_eq!((line.to_string().as_str(), found.as_str()), ("abcd", "bc"));
        assert_eq!(sideways(line, 3).to_string(), "d");
    }
}
