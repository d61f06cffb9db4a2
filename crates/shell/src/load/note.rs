//! The notes that a file's headers give: its strings, and where its sections begin.

use farad_bin::StringRow;

use super::Loaded;
use crate::note::{Kind, Note, Notes};

/// The space there is once headers were looked for, whatever was found.
pub(super) const SPACE: &str = "bin";

/// Leaves all notes of a file.
pub(super) fn set_all(notes: &mut Notes, loaded: &Loaded) {
    notes.spaces.insert(SPACE);
    set_strings(notes, loaded.strings());
    for section in &loaded.binary.sections {
        let text = format!(
            "[{:02}] {} section size {} named {}",
            section.index, section.perm, section.vsize, section.name
        );
        notes.set(Note::new(Kind::Comment, section.vaddr, 1, &text));
    }
}

/// Leaves the notes of strings.
pub(super) fn set_strings(notes: &mut Notes, strings: &[StringRow]) {
    for string in strings.iter().filter(|string| string.section.is_some() && string.vaddr != 0) {
        let note = Note::new(Kind::Text, string.vaddr, string.size.max(1), &string.text);
        notes.set(Note { encoding: string.kind.name(), ..note });
    }
}
