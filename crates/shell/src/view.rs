//! A view: one reader's place in a session, and how they want to see it.

use std::io::{self, Write};

use farad_io::{Cancel, Effects, Lens};

use crate::config::{self, Config};
use crate::paint::Palette;
use crate::spaces::Selection;

/// Block size at the start, in bytes.
const BLOCK: usize = 0x100;
/// Most bytes a block can have.
pub const BLOCK_LIMIT: usize = 50 << 20;
/// Seeks remembered.
const HISTORY: usize = 256;

/// What a person's terminal can do for commands that talk to them (`==`).
pub trait Terminal: Send {
    /// Reads a line after showing `prompt`; `None` at its end (^D). An interrupt (^C) is an
    /// empty line.
    ///
    /// # Errors
    /// When the terminal cannot be read.
    fn read_line(&mut self, prompt: &str) -> io::Result<Option<String>>;

    /// Sets the terminal up for a program, until the loan is dropped; `None` where there is none to lend.
    fn lend(&mut self) -> Option<Box<dyn Loan>> {
        None
    }

    /// A place to write what is to be looked at in pages; `None` where that cannot be done. `cancel` is raised when whoever
    /// looks has the command stopped (^C).
    fn pager(&mut self, _cancel: &Cancel) -> Option<Box<dyn Pager>> {
        None
    }
}

/// The terminal while a program has it: it reads lines that are echoed, and keys send signals. Dropped, this process has
/// the terminal as before, whatever the program did to it.
pub trait Loan: Send {
    /// Whether groups of processes can take turns in the foreground; otherwise a program stays in this process's group.
    fn has_groups(&self) -> bool;

    /// Puts a group of processes in the foreground, by the number of its leader.
    fn give(&mut self, group: u32);

    /// Tells that the program was stopped (^Z). This process stops as well, and the program goes on with it.
    fn stopped(&mut self);
}

/// Where text is written that is looked at in pages, while it comes. A write fails as a broken pipe once nobody looks any more.
pub trait Pager: Write + Send {
    /// No more comes: returns when nobody looks any more.
    ///
    /// # Errors
    /// When the terminal cannot be read or written.
    fn finish(self: Box<Self>) -> io::Result<()>;
}

/// Seeks that can be undone and redone.
#[derive(Clone, Debug, Default)]
pub struct History {
    past: Vec<u64>,
    future: Vec<u64>,
}

impl History {
    /// Remembers the place that a seek leaves.
    pub fn push(&mut self, place: u64) {
        if self.past.len() == HISTORY {
            self.past.remove(0);
        }
        self.past.push(place);
        self.future.clear();
    }

    /// Goes back from `here`.
    pub fn undo(&mut self, here: u64) -> Option<u64> {
        let place = self.past.pop()?;
        self.future.push(here);
        Some(place)
    }

    /// Goes forth again from `here`.
    pub fn redo(&mut self, here: u64) -> Option<u64> {
        let place = self.future.pop()?;
        self.past.push(here);
        Some(place)
    }

    /// The places behind, oldest first.
    pub fn past(&self) -> &[u64] {
        &self.past
    }

    /// The places ahead, next one first.
    pub fn future(&self) -> impl Iterator<Item = u64> {
        self.future.iter().rev().copied()
    }

    /// Forgets all.
    pub fn clear(&mut self) {
        self.past.clear();
        self.future.clear();
    }
}

/// Where a reader stands, and what they see through: what temporary forms change for a while, and what
/// who joins a session finds.
#[derive(Clone, Debug, Default)]
pub struct Place {
    /// The address.
    pub seek: u64,
    /// The block size, bytes; 0 for the usual one.
    pub block: usize,
    /// The reader's own settings.
    pub config: Config,
    /// What bytes are seen through.
    pub lens: Lens,
    /// The selected space of flags.
    pub flag_space: Selection,
    /// The selected space of notes.
    pub note_space: Selection,
}

impl Place {
    /// A view that stands there.
    pub fn view(self) -> View {
        let mut view = View::default();
        view.move_to(self);
        view
    }
}

/// One reader's place.
pub struct View {
    /// The current address.
    pub seek: u64,
    /// The current block size, bytes.
    pub block: usize,
    /// Seeks that can be undone.
    pub history: History,
    /// This reader's own settings, over the session's.
    pub config: Config,
    /// What this reader sees the bytes through.
    pub lens: Lens,
    /// The space of flags that listings show and new flags go to.
    pub flag_space: Selection,
    /// The space of notes that listings show and new notes go to.
    pub note_space: Selection,
    /// The styles of the output, where there is colour.
    pub palette: Palette,
    /// The last number computed (`$?`), which conditions look at.
    pub value: u64,
    /// How many commands of the last line failed.
    pub failures: usize,
    /// What was refused of the last line.
    pub refused: Effects,
    /// The exit status asked for by `q`.
    pub quit: Option<i32>,
    /// What is put in front of each line in remote mode.
    pub divert: Option<String>,
    /// The person's terminal, where there is one.
    pub terminal: Option<Box<dyn Terminal>>,
    /// How deep commands are nested now.
    pub(crate) depth: usize,
    /// Where the view was when each temporary form that is in force began, the outermost first.
    pub(crate) outside: Vec<Place>,
}

impl Default for View {
    fn default() -> View {
        View {
            seek: 0,
            block: BLOCK,
            history: History::default(),
            config: Config::default(),
            lens: Lens::default(),
            flag_space: Selection::default(),
            note_space: Selection::default(),
            palette: Palette::default(),
            value: 0,
            failures: 0,
            refused: Effects::empty(),
            quit: None,
            divert: None,
            terminal: None,
            depth: 0,
            outside: Vec::new(),
        }
    }
}

impl View {
    /// Where the reader stands now.
    pub fn place(&self) -> Place {
        Place {
            seek: self.seek,
            block: self.block,
            config: self.config.clone(),
            lens: self.lens.clone(),
            flag_space: self.flag_space.clone(),
            note_space: self.note_space.clone(),
        }
    }

    /// Where the reader stands, less what a running command changes for a while.
    pub fn resting_place(&self) -> Place {
        self.outside.first().cloned().unwrap_or_else(|| self.place())
    }

    /// Whether no temporary form is in force.
    pub fn is_at_rest(&self) -> bool {
        self.outside.is_empty()
    }

    /// The address outside of all temporary forms.
    pub fn resting_seek(&self) -> u64 {
        self.outside.first().map_or(self.seek, |place| place.seek)
    }

    /// Stands somewhere else; what was remembered of seeks stays.
    pub fn move_to(&mut self, place: Place) {
        self.seek = place.seek;
        self.block = if place.block == 0 { BLOCK } else { place.block };
        self.config = place.config;
        self.lens = place.lens;
        self.flag_space = place.flag_space;
        self.note_space = place.note_space;
    }

    /// Brings the lens up to date with the settings that it stands for, the `io.*`.
    pub fn follow_settings(&mut self, session: &Config) {
        let value = |name: &str| config::value(session, &self.config, name);
        let is_set = |name: &str| value(name) == "true";
        let (va, ff, cache) = (is_set("io.va"), is_set("io.ff"), is_set("io.cache"));
        let fill = config::number(value("io.0xff")) as u8;
        let lens = std::mem::take(&mut self.lens);
        self.lens = Lens { va, ff, fill, cache, ..lens };
    }

    /// Takes over what another copy of this view changed since both stood at `since`, where this one did not
    /// change it itself.
    pub fn take_over(&mut self, other: View, since: &Place) {
        if self.seek == since.seek && self.seek != other.seek {
            self.seek = other.seek;
            self.history = other.history;
        }
        if self.block == since.block {
            self.block = other.block;
        }
        if self.config == since.config {
            self.config = other.config;
            self.lens = Lens { selected: self.lens.selected, ..other.lens };
        }
        if self.lens.selected == since.lens.selected {
            self.lens.selected = other.lens.selected;
        }
        if self.flag_space == since.flag_space {
            self.flag_space = other.flag_space;
        }
        if self.note_space == since.note_space {
            self.note_space = other.note_space;
        }
    }

    /// Moves to `place`, remembering where it was.
    pub fn seek_to(&mut self, place: u64) {
        if place != self.seek {
            self.history.push(self.seek);
            self.seek = place;
        }
    }
}
