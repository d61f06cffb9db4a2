//! Flags: names for addresses, in flag spaces.

use std::collections::{BTreeMap, HashMap};
use std::hash::{BuildHasher, RandomState};
use std::sync::Arc;

use crate::spaces::Selection;

/// A named address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flag {
    /// The name commands use; letters, digits and `._:+-` and the like, never blanks.
    pub name: String,
    /// The name as the file has it, where it differs.
    pub real_name: Option<String>,
    /// Address.
    pub addr: u64,
    /// Bytes it covers.
    pub size: u64,
    /// Its flag space. All flags of one share its name.
    pub space: Option<Arc<str>>,
    /// A comment.
    pub comment: Option<String>,
    /// A colour's name.
    pub color: Option<String>,
    /// An expression that the name stands for, in place of the address.
    pub alias: Option<String>,
}

impl Flag {
    /// A flag without space, comment or colour.
    pub fn new(name: &str, addr: u64, size: u64) -> Flag {
        Flag {
            name: name.to_owned(),
            real_name: None,
            addr,
            size,
            space: None,
            comment: None,
            color: None,
            alias: None,
        }
    }
}

/// Order of flags: by address, then by when they were set.
type Key = (u64, u64);

/// All flags of a session.
#[derive(Clone, Debug, Default)]
pub struct Flags {
    /// Where the flag of each name is.
    index: Index,
    by_place: BTreeMap<Key, Flag>,
    next: u64,
    /// The spaces there are, besides those that only flags name.
    spaces: Vec<Arc<str>>,
}

impl Flags {
    /// Whether `name` can be a flag's: it begins with a letter or `_`, holds no blank, control
    /// character, quote or operator of the language, and is no number.
    pub fn is_name(name: &str) -> bool {
        let mut letters = name.chars();
        letters.next().is_some_and(|first| first.is_alphabetic() || first == '_' || first == '.')
            && name.len() <= 1024
            && !name
                .chars()
                .any(|c| c.is_whitespace() || c.is_control() || "\"'`;@|~#<>()[]{}$&\\^%=*,".contains(c))
    }

    /// Sets a flag, replacing one of that name. A space that is not known yet is made.
    pub fn set(&mut self, mut flag: Flag) {
        self.remove(&flag.name);
        if let Some(space) = &mut flag.space {
            *space = self.shared_space(space);
        }
        let key = (flag.addr, self.next);
        self.next += 1;
        self.index.insert(&flag.name, key);
        self.by_place.insert(key, flag);
    }

    /// The flag of that name.
    pub fn find(&self, name: &str) -> Option<&Flag> {
        self.by_place.get(&self.index.find(name, &self.by_place)?)
    }

    /// Removes the flag of that name.
    pub fn remove(&mut self, name: &str) -> Option<Flag> {
        let key = self.index.remove(name, &self.by_place)?;
        self.by_place.remove(&key)
    }

    /// Changes the flag of that name, whatever of it; `false` when there is none.
    pub fn change(&mut self, name: &str, change: impl FnOnce(&mut Flag)) -> bool {
        let Some(mut flag) = self.find(name).cloned() else { return false };
        let addr = flag.addr;
        change(&mut flag);
        if flag.addr == addr && flag.name == name {
            if let Some(space) = &mut flag.space {
                *space = self.shared_space(space);
            }
            let key = self.index.find(name, &self.by_place);
            if let Some(slot) = key.and_then(|key| self.by_place.get_mut(&key)) {
                *slot = flag;
            }
        } else {
            self.remove(name);
            self.set(flag);
        }
        true
    }

    /// All flags, by address.
    pub fn all(&self) -> impl DoubleEndedIterator<Item = &Flag> {
        self.by_place.values()
    }

    /// The flags of the selected space, by address.
    pub fn visible<'a>(&'a self, selection: &'a Selection) -> impl DoubleEndedIterator<Item = &'a Flag> {
        self.all().filter(|flag| selection.shows(flag.space.as_deref()))
    }

    /// The flags at `addr`, in the order they were set.
    pub fn at(&self, addr: u64) -> impl DoubleEndedIterator<Item = &Flag> {
        self.by_place.range((addr, 0)..=(addr, u64::MAX)).map(|(_, flag)| flag)
    }

    /// The last flag at or below `addr` that `wanted` accepts.
    pub fn before(&self, addr: u64, wanted: impl Fn(&Flag) -> bool) -> Option<&Flag> {
        self.by_place.range(..=(addr, u64::MAX)).rev().map(|(_, flag)| flag).find(|flag| wanted(flag))
    }

    /// Removes the flags for which `gone` says so.
    pub fn remove_if(&mut self, gone: impl Fn(&Flag) -> bool) {
        let names: Vec<String> = self.all().filter(|flag| gone(flag)).map(|flag| flag.name.clone()).collect();
        for name in names {
            self.remove(&name);
        }
    }

    /// Removes all flags and spaces.
    pub fn clear(&mut self) {
        *self = Flags::default();
    }

    /// Makes a flag space.
    pub fn add_space(&mut self, name: &str) {
        self.shared_space(name);
    }

    /// The name of a flag space for its flags to share; the space is made when it is not there yet.
    fn shared_space(&mut self, name: &str) -> Arc<str> {
        let place = match self.spaces.binary_search_by(|space| (**space).cmp(name)) {
            Ok(place) => place,
            Err(place) => {
                self.spaces.insert(place, name.into());
                place
            }
        };
        self.spaces[place].clone()
    }

    /// Removes a flag space; its flags stay, in no space.
    pub fn remove_space(&mut self, name: &str) -> bool {
        let Ok(place) = self.spaces.binary_search_by(|space| (**space).cmp(name)) else { return false };
        self.spaces.remove(place);
        for flag in self.by_place.values_mut().filter(|flag| flag.space.as_deref() == Some(name)) {
            flag.space = None;
        }
        true
    }

    /// Gives a flag space another name.
    pub fn rename_space(&mut self, old: &str, new: &str) -> bool {
        let Ok(place) = self.spaces.binary_search_by(|space| (**space).cmp(old)) else { return false };
        self.spaces.remove(place);
        let shared = self.shared_space(new);
        for flag in self.by_place.values_mut().filter(|flag| flag.space.as_deref() == Some(old)) {
            flag.space = Some(shared.clone());
        }
        true
    }

    /// The flag spaces, by name.
    pub fn spaces(&self) -> impl Iterator<Item = &str> {
        self.spaces.iter().map(|space| &**space)
    }

    /// How many flags a space holds.
    pub fn count_in(&self, space: &str) -> usize {
        self.all().filter(|flag| flag.space.as_deref() == Some(space)).count()
    }
}

/// Finds flags by their names without keeping a copy of these: by the name's hash, or the next number
/// that is free where two names share one.
#[derive(Clone, Debug, Default)]
struct Index {
    places: HashMap<u64, Key>,
    hasher: RandomState,
}

impl Index {
    fn hash(&self, name: &str) -> u64 {
        self.hasher.hash_one(name)
    }

    /// Adds a name that is not there.
    fn insert(&mut self, name: &str, key: Key) {
        let hash = self.hash(name);
        self.insert_from(hash, key);
    }

    fn insert_from(&mut self, mut hash: u64, key: Key) {
        while self.places.contains_key(&hash) {
            hash = hash.wrapping_add(1);
        }
        self.places.insert(hash, key);
    }

    fn slot(&self, name: &str, flags: &BTreeMap<Key, Flag>) -> Option<(u64, Key)> {
        let mut hash = self.hash(name);
        loop {
            let key = *self.places.get(&hash)?;
            if flags.get(&key).is_some_and(|flag| flag.name == name) {
                return Some((hash, key));
            }
            hash = hash.wrapping_add(1);
        }
    }

    fn find(&self, name: &str, flags: &BTreeMap<Key, Flag>) -> Option<Key> {
        self.slot(name, flags).map(|(_, key)| key)
    }

    /// Removes a name. Those that may have made way for it are put where they are found again.
    fn remove(&mut self, name: &str, flags: &BTreeMap<Key, Flag>) -> Option<Key> {
        let (mut hash, key) = self.slot(name, flags)?;
        self.places.remove(&hash);
        loop {
            hash = hash.wrapping_add(1);
            let Some(moved) = self.places.remove(&hash) else { return Some(key) };
            let Some(flag) = flags.get(&moved) else { continue };
            let home = self.hash(&flag.name);
            self.insert_from(home, moved);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flags_are_ordered_by_address_and_age() {
        let mut flags = Flags::default();
        for (name, addr) in [("b", 2), ("a", 2), ("c", 1)] {
            flags.set(Flag::new(name, addr, 1));
        }
        assert_eq!(flags.all().map(|flag| flag.name.as_str()).collect::<Vec<_>>(), ["c", "b", "a"]);
        assert!(flags.change("c", |flag| flag.addr = 9));
        assert_eq!(flags.before(8, |_| true).unwrap().name, "a");
        assert!(flags.change("c", |flag| flag.name = "d".into()));
        assert!(flags.find("c").is_none());
        assert_eq!(flags.find("d").unwrap().addr, 9);
    }

    #[test]
    fn names_that_share_a_number_are_told_apart() {
        let mut flags = BTreeMap::new();
        let mut index = Index::default();
        for (number, name) in ["a", "b", "c", "d"].into_iter().enumerate() {
            let key = (number as u64, 0);
            flags.insert(key, Flag::new(name, number as u64, 1));
        }
        // As if the names behind `a` had its number.
        let home = index.hash("a");
        index.insert("a", (0, 0));
        index.places.insert(home.wrapping_add(1), (1, 0));
        assert_eq!(index.find("a", &flags), Some((0, 0)));
        assert_eq!(index.remove("a", &flags), Some((0, 0)));
        assert_eq!((index.find("a", &flags), index.find("b", &flags)), (None, Some((1, 0))));
        index.insert("c", (2, 0));
        index.insert("d", (3, 0));
        assert_eq!(index.remove("c", &flags), Some((2, 0)));
        assert_eq!(["b", "c", "d"].map(|name| index.find(name, &flags)), [Some((1, 0)), None, Some((3, 0))]);
    }

    #[test]
    fn names_cannot_hold_the_language() {
        for good in ["sym.main", "str._x", "entry0", "sym.std::vector+4", "méthode"] {
            assert!(Flags::is_name(good), "{good}");
        }
        for bad in ["", "1foo", "a b", "a;!ls", "a`b`", "a|b", "a>b", "a\nb", "$x", "a@b"] {
            assert!(!Flags::is_name(bad), "{bad}");
        }
    }
}
