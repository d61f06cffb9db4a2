//! Notes at addresses: comments, and what the bytes there are (`C`).

use std::collections::BTreeMap;

use farad_analysis::{Bounded, Spans};

use crate::spaces::{Selection, Spaces};

/// What a note says of its bytes. One of each kind can be at an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// Numbers of the note's size.
    Data,
    /// Text for people.
    Comment,
    /// A type's name.
    Type,
    /// Characters.
    Text,
    /// What a `pf` format describes.
    Format,
    /// What a table of magic numbers describes.
    Magic,
    /// Nothing worth showing.
    Hidden,
    /// Whatever a command prints.
    Run,
}

impl Kind {
    /// The letters of the commands for it, as listings and JSON show them.
    pub fn letters(self) -> &'static str {
        match self {
            Kind::Data => "Cd",
            Kind::Comment => "CCu",
            Kind::Type => "Ct",
            Kind::Text => "Cs",
            Kind::Format => "Cf",
            Kind::Magic => "Cm",
            Kind::Hidden => "Ch",
            Kind::Run => "Cr",
        }
    }

    /// Whether a listing shows the note in place of instructions.
    pub fn is_body(self) -> bool {
        !matches!(self, Kind::Comment | Kind::Type)
    }
}

impl Bounded for Kind {
    const LEAST: Kind = Kind::Data;
    const GREATEST: Kind = Kind::Run;
}

/// A note.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// Where its bytes begin.
    pub addr: u64,
    /// How many there are.
    pub size: u64,
    /// What it says of them.
    pub kind: Kind,
    /// The comment, type, format, command or characters. Outside text: not yet fit for a terminal.
    pub text: String,
    /// How a [`Kind::Text`] is stored, such as `ascii` or `utf16le`.
    pub encoding: &'static str,
    /// The space it is in.
    pub space: Option<String>,
}

impl Note {
    /// A note in no space.
    pub fn new(kind: Kind, addr: u64, size: u64, text: &str) -> Note {
        Note { addr, size, kind, text: text.to_owned(), encoding: "ascii", space: None }
    }
}

/// All notes of a session.
#[derive(Clone, Debug, Default)]
pub struct Notes {
    by_place: BTreeMap<(u64, Kind), Note>,
    bodies: Spans<Kind>,
    /// The groups that notes are in.
    pub spaces: Spaces,
}

impl Notes {
    /// Sets a note, replacing one of its kind at its address.
    pub fn set(&mut self, note: Note) {
        self.remove(note.addr, note.kind);
        if note.kind.is_body() {
            self.bodies.insert(note.addr, note.size, note.kind);
        }
        if let Some(space) = &note.space {
            self.spaces.insert(space);
        }
        self.by_place.insert((note.addr, note.kind), note);
    }

    /// Removes the note of a kind at an address.
    pub fn remove(&mut self, addr: u64, kind: Kind) -> Option<Note> {
        let note = self.by_place.remove(&(addr, kind))?;
        if kind.is_body() {
            self.bodies.remove(addr, note.size, kind);
        }
        Some(note)
    }

    /// Removes the notes for which `gone` says so.
    pub fn remove_if(&mut self, gone: impl Fn(&Note) -> bool) {
        let places: Vec<(u64, Kind)> =
            self.by_place.iter().filter(|(_, note)| gone(note)).map(|(place, _)| *place).collect();
        for (addr, kind) in places {
            self.remove(addr, kind);
        }
    }

    /// The note of a kind at an address.
    pub fn find(&self, addr: u64, kind: Kind) -> Option<&Note> {
        self.by_place.get(&(addr, kind))
    }

    /// All notes, by address.
    pub fn all(&self) -> impl DoubleEndedIterator<Item = &Note> {
        self.by_place.values()
    }

    /// The notes of the selected space, by address.
    pub fn visible<'a>(&'a self, selection: &'a Selection) -> impl DoubleEndedIterator<Item = &'a Note> {
        self.all().filter(|note| selection.shows(note.space.as_deref()))
    }

    /// The notes at an address.
    pub fn at(&self, addr: u64) -> impl Iterator<Item = &Note> {
        self.by_place.range((addr, Kind::LEAST)..=(addr, Kind::GREATEST)).map(|(_, note)| note)
    }

    /// Gives a space another name.
    pub fn rename_space(&mut self, old: &str, new: &str) {
        self.spaces.rename(old, new);
        for note in self.by_place.values_mut().filter(|note| note.space.as_deref() == Some(old)) {
            note.space = Some(new.to_owned());
        }
    }

    /// What stands in place of instructions at an address: of the notes that cover it the one that
    /// begins last.
    pub fn body(&self, addr: u64) -> Option<&Note> {
        let (start, kind) = self.bodies.covering(addr).max_by_key(|(start, _)| *start)?;
        self.find(start, kind)
    }

    /// The address of the first note after `addr` that stands in place of instructions, if it
    /// begins before `end`.
    pub fn next_body(&self, addr: u64, end: u64) -> Option<u64> {
        let from = (addr.checked_add(1)?, Kind::LEAST);
        let mut between = self.by_place.range(from..(end.max(from.0), Kind::LEAST));
        between.find(|(_, note)| note.kind.is_body()).map(|(place, _)| place.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_innermost_note_stands_in_place_of_instructions() {
        let mut notes = Notes::default();
        notes.set(Note::new(Kind::Hidden, 0x10, 0x100, ""));
        notes.set(Note::new(Kind::Data, 0x20, 4, ""));
        notes.set(Note::new(Kind::Comment, 0x21, 1, "c"));
        let body = |notes: &Notes, addr| notes.body(addr).map(|note| note.kind);
        assert_eq!(body(&notes, 0x21), Some(Kind::Data));
        assert_eq!(body(&notes, 0x24), Some(Kind::Hidden));
        assert_eq!(notes.next_body(0x10, 0x200), Some(0x20));
        assert_eq!(notes.next_body(0x20, 0x200), None);
        notes.set(Note::new(Kind::Hidden, 0x10, 1, ""));
        assert_eq!(body(&notes, 0x24), None);
        notes.remove_if(|note| note.addr >= 0x20);
        assert_eq!(notes.all().count(), 1);
        assert_eq!(body(&notes, 0x20), None);
    }
}
