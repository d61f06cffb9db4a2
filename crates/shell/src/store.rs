//! A store of keys and values in namespaces, and the queries it answers.
//!
//! `[namespace/…]key`, `key=value`, `+key` and `-key` to count, `[n]key` for the elements of a value
//! with commas in it, patterns to list. Must not know sessions or files.

use std::collections::BTreeMap;

use crate::error::{Error, Result};
use crate::eval::each::matches;
use crate::render::printable;

/// Most bytes of keys and values together.
const BYTES: usize = 64 << 20;
/// Most bytes of a key or a namespace's name.
const KEY: usize = 256;
/// How deep namespaces nest.
const DEPTH: usize = 16;

/// Keys and values, and the namespaces below.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Space {
    values: BTreeMap<String, String>,
    spaces: BTreeMap<String, Space>,
}

/// A whole store.
#[derive(Clone, Debug, Default)]
pub(crate) struct Store {
    root: Space,
    bytes: usize,
}

impl Store {
    /// The namespace at a path of names with `/` between; the root for an empty path.
    pub(crate) fn space(&self, path: &str) -> Option<&Space> {
        let mut space = &self.root;
        for name in path.split('/').filter(|name| !name.is_empty()) {
            space = space.spaces.get(name)?;
        }
        Some(space)
    }

    /// Answers a query: the lines it gives.
    ///
    /// # Errors
    /// A key or namespace that is none, an element of no list, or a full store.
    pub(crate) fn query(&mut self, query: &str) -> Result<Vec<String>> {
        let (left, value) = match query.split_once('=') {
            Some((left, value)) => (left.trim(), Some(value.trim())),
            None => (query.trim(), None),
        };
        let (path, key) = left.rsplit_once('/').unwrap_or(("", left));
        let (operator, key) = Operator::parse(key)?;
        if value.is_none() && (key.is_empty() || key.contains('*')) {
            return Ok(self.list(path, if key.is_empty() { "*" } else { key }));
        }
        check_name(key)?;
        let old = self.space(path).and_then(|space| space.values.get(key)).cloned();
        match (operator, value) {
            (Operator::Whole, None) => Ok(old.into_iter().collect()),
            (Operator::Whole, Some(value)) => self.put(path, key, value.to_owned()).map(|()| Vec::new()),
            (Operator::Count(step), _) => {
                let value = counted(old.as_deref().unwrap_or_default(), step);
                self.put(path, key, value.clone())?;
                Ok(vec![value])
            }
            (Operator::Element(place), value) => self.element(path, key, old, place, value),
        }
    }

    fn element(
        &mut self,
        path: &str,
        key: &str,
        old: Option<String>,
        place: Place,
        value: Option<&str>,
    ) -> Result<Vec<String>> {
        let mut list: Vec<String> = old
            .as_deref()
            .filter(|list| !list.is_empty())
            .map(|list| list.split(',').map(str::to_owned).collect())
            .unwrap_or_default();
        let missing =
            |length: usize| Error::failed(format!("{} has no such element: it has {length}", printable(key)));
        match (place, value) {
            (Place::All, None) => return Ok(list),
            (Place::At(at), None) => return Ok(list.into_iter().nth(at).into_iter().collect()),
            (Place::All, Some(value)) => list = vec![value.to_owned()],
            (Place::At(at), Some(value)) if at < list.len() => value.clone_into(&mut list[at]),
            (Place::At(at), Some(value)) if at == list.len() => list.push(value.to_owned()),
            (Place::At(_), Some(_)) => return Err(missing(list.len())),
            (Place::First, Some(value)) => list.insert(0, value.to_owned()),
            (Place::Last, Some(value)) => list.push(value.to_owned()),
            (Place::First | Place::Last, None) => {
                return Err(Error::failed("[+] and [^] add an element: write [+]key=value"));
            }
            (Place::Pop, _) => {
                let last = list.pop().ok_or_else(|| missing(0))?;
                self.put(path, key, list.join(","))?;
                return Ok(vec![last]);
            }
            (Place::Remove(at), _) => {
                if at >= list.len() {
                    return Err(missing(list.len()));
                }
                let gone = list.remove(at);
                self.put(path, key, list.join(","))?;
                return Ok(vec![gone]);
            }
        }
        self.put(path, key, list.join(",")).map(|()| Vec::new())
    }

    /// Keeps a value; an empty one removes its key.
    fn put(&mut self, path: &str, key: &str, value: String) -> Result<()> {
        let names: Vec<&str> = path.split('/').filter(|name| !name.is_empty()).collect();
        if names.len() > DEPTH {
            return Err(Error::Limit { what: "the nesting of namespaces", limit: DEPTH.to_string() });
        }
        names.iter().try_for_each(|name| check_name(name))?;
        let held = |space: Option<&Space>| {
            space.and_then(|space| space.values.get(key)).map_or(0, |value| key.len() + value.len())
        };
        let freed = held(self.space(path));
        let added = if value.is_empty() { 0 } else { key.len() + value.len() };
        let named: usize = if added == 0 { 0 } else { names.iter().map(|name| name.len()).sum() };
        let bytes = self.bytes - freed + added;
        if bytes + named > BYTES {
            return Err(Error::Limit { what: "the key-value store", limit: format!("{BYTES} bytes") });
        }
        if value.is_empty() {
            if let Some(space) = self.space_mut(&names, false) {
                space.values.remove(key);
            }
            self.bytes = bytes;
            return Ok(());
        }
        let is_new = self.space(path).is_none();
        if let Some(space) = self.space_mut(&names, true) {
            space.values.insert(key.to_owned(), value);
        }
        self.bytes = bytes + if is_new { named } else { 0 };
        Ok(())
    }

    fn space_mut(&mut self, names: &[&str], make: bool) -> Option<&mut Space> {
        let mut space = &mut self.root;
        for name in names {
            if make && !space.spaces.contains_key(*name) {
                space.spaces.insert((*name).to_owned(), Space::default());
            }
            space = space.spaces.get_mut(*name)?;
        }
        Some(space)
    }

    /// `**` lists the namespaces of a namespace, any other pattern its keys and values.
    fn list(&self, path: &str, pattern: &str) -> Vec<String> {
        let Some(space) = self.space(path) else { return Vec::new() };
        if pattern == "**" {
            return space.spaces.keys().cloned().collect();
        }
        let named = space.values.iter().filter(|(key, _)| matches(pattern, key));
        named.map(|(key, value)| format!("{key}={value}")).collect()
    }
}

impl Space {
    /// Keys, values and namespaces as JSON.
    pub(crate) fn json(&self) -> serde_json::Value {
        let values = self.values.iter().map(|(key, value)| (key.clone(), value.clone().into()));
        let spaces = self.spaces.iter().map(|(name, space)| (name.clone(), space.json()));
        serde_json::Value::Object(values.chain(spaces).collect())
    }

    /// Lines of `key=value` for it, and of `[name]` before those of each namespace below.
    pub(crate) fn text(&self) -> String {
        let mut text = String::new();
        self.write_text("", &mut text);
        text
    }

    fn write_text(&self, path: &str, text: &mut String) {
        for (key, value) in &self.values {
            text.extend([key, "=", &value.replace('\\', "\\\\").replace('\n', "\\n"), "\n"]);
        }
        for (name, space) in &self.spaces {
            let path = if path.is_empty() { name.clone() } else { format!("{path}/{name}") };
            text.extend(["[", &path, "]\n"]);
            space.write_text(&path, text);
        }
    }
}

/// Takes the lines that [`Space::text`] gives into a namespace of a store.
///
/// # Errors
/// A line that is none of them, by its number, or a full store.
pub(crate) fn read_text(store: &mut Store, path: &str, text: &str) -> Result<()> {
    let mut below = String::new();
    for (number, line) in text.lines().enumerate().filter(|(_, line)| !line.is_empty()) {
        if let Some(name) = line.strip_prefix('[').and_then(|line| line.strip_suffix(']')) {
            below = name.to_owned();
            continue;
        }
        let (key, value) = line.split_once('=').ok_or_else(|| {
            Error::failed(format!("line {} is no key=value: it begins {}", number + 1, shown(line)))
        })?;
        check_name(key)?;
        store.put(&format!("{path}/{below}"), key, unescape(value))?;
    }
    Ok(())
}

fn unescape(value: &str) -> String {
    let mut plain = String::with_capacity(value.len());
    let mut letters = value.chars();
    while let Some(letter) = letters.next() {
        match letter {
            '\\' => match letters.next() {
                Some('n') => plain.push('\n'),
                Some(other) => plain.push(other),
                None => plain.push('\\'),
            },
            letter => plain.push(letter),
        }
    }
    plain
}

fn shown(line: &str) -> String {
    let beginning: String = line.chars().take(20).collect();
    format!("'{}'", printable(&beginning))
}

fn check_name(name: &str) -> Result<()> {
    let wrong = |c: char| c.is_control() || c.is_whitespace() || "=/[]*,".contains(c);
    if name.is_empty() || name.len() > KEY || name.contains(wrong) {
        let rule = format!("no blanks, none of =/[]*, and {KEY} bytes at most");
        return Err(Error::failed(format!("{} cannot be a key: {rule}", shown(name))));
    }
    Ok(())
}

/// What is done with a key.
#[derive(Clone, Copy)]
enum Operator {
    Whole,
    /// Adds to the number in it.
    Count(i64),
    /// An element of the list in it.
    Element(Place),
}

#[derive(Clone, Copy)]
enum Place {
    All,
    At(usize),
    First,
    Last,
    Pop,
    Remove(usize),
}

impl Operator {
    fn parse(key: &str) -> Result<(Operator, &str)> {
        if let Some(key) = key.strip_prefix('+') {
            return Ok((Operator::Count(1), key));
        }
        if let Some(key) = key.strip_prefix('-') {
            return Ok((Operator::Count(-1), key));
        }
        let Some(inside) = key.strip_prefix('[') else { return Ok((Operator::Whole, key)) };
        let (place, key) = inside.split_once(']').ok_or_else(|| Error::failed("[ is never closed"))?;
        let place = match place {
            "" => Place::All,
            "^" => Place::First,
            "+" => Place::Last,
            "-" => Place::Pop,
            text => {
                let (text, removes) = text.strip_prefix('-').map_or((text, false), |text| (text, true));
                let at = text.parse().map_err(|_| {
                    Error::failed(format!(
                        "[{}] is no element: write [n], [], [+], [^], [-] or [-n]",
                        printable(text)
                    ))
                })?;
                if removes { Place::Remove(at) } else { Place::At(at) }
            }
        };
        Ok((Operator::Element(place), key))
    }
}

/// A number with something added, in the base it is written in; what is no number counts from 0.
fn counted(text: &str, step: i64) -> String {
    match text.strip_prefix("0x") {
        Some(digits) => {
            let value = u64::from_str_radix(digits, 16).unwrap_or(0);
            format!("{:#x}", value.saturating_add_signed(step))
        }
        None => text.parse::<u64>().unwrap_or(0).saturating_add_signed(step).to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn queries_are_answered() {
        for (queries, expected) in [
            ("foo=bar;foo", "bar"),
            ("foo=bar;foo=;foo", ""),
            ("a=16;+a;+a;-a;a", "17 18 17 17"),
            ("a=0x10;+a", "0x11"),
            ("-a", "0"),
            ("n/m/a=1;n/b=2;n/m/a;n/*;n/**;**", "1 b=2 m n"),
            ("ab=1;ac=2;b=3;a*;*", "ab=1 ac=2 ab=1 ac=2 b=3"),
            ("a=1,2;[]a;[0]a;[5]a", "1 2 1"),
            ("a=1,2;[0]a=9;[2]a=3;a;[-]a;[-0]a;a", "9,2,3 3 9 2"),
            ("[+]a=1;[^]a=0;a;[]a=7,8;[1]a", "0,1 8"),
        ] {
            let mut store = Store::default();
            let lines: Vec<String> = queries
                .split(';')
                .flat_map(|query| store.query(query).unwrap_or_else(|error| panic!("{query}: {error}")))
                .collect();
            assert_eq!(lines.join(" "), expected, "{queries}");
        }
    }

    #[test]
    fn what_is_no_query_is_refused() {
        for query in
            ["a b=1", "=1", "[x]a", "[1a", "[5]a=1", "[+]a", "[-]a", &format!("{}a=1", "n/".repeat(17))]
        {
            assert!(Store::default().query(query).is_err(), "{query}");
        }
    }

    #[test]
    fn the_store_is_bounded() {
        let mut store = Store::default();
        let big = "x".repeat(BYTES / 2);
        store.query(&format!("a={big}")).unwrap();
        assert!(store.query(&format!("b={big}")).is_err());
        store.query(&format!("a={big}")).unwrap();
        store.query("a=").unwrap();
        assert_eq!(store.bytes, 0);
    }

    proptest! {
        #[test]
        fn any_query_ends(query in "[a-c+\\-\\[\\]0-2=/*,. ]{0,12}") {
            let mut store = Store::default();
            let _ = store.query("a=1,2,3");
            let _ = store.query(&query);
        }

        #[test]
        fn text_comes_back(pairs in prop::collection::vec(("([a-z]{1,3}/){0,2}[a-z]{1,3}", "[ -~]{0,6}"), 0..12)) {
            let mut store = Store::default();
            for (key, value) in pairs {
                let (path, key) = key.rsplit_once('/').unwrap_or(("", &key));
                store.put(path, key, value + "\\\n").unwrap();
            }
            let mut back = Store::default();
            read_text(&mut back, "", &store.root.text()).unwrap();
            prop_assert_eq!(back.root, store.root);
        }
    }
}
