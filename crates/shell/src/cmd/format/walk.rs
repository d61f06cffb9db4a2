//! Going through memory as a format says, and telling a sink what is there.

use super::parse;
use super::store::Formats;
use super::tree::{Field, Format, Kind, Scalar, Source, Step, Times};
use super::value::{self, Value};
use crate::error::{Error, Result};
use crate::eval::Env;

/// How deep records may be nested, by name or through pointers.
const DEPTH: usize = 15;
/// Most values and records that one command shows.
const VALUES: u64 = 1 << 18;
/// Most bytes that the values of one command take together.
const BYTES: u64 = 64 << 20;

/// Where a value is, and how it is called there.
pub(super) struct Label<'a> {
    /// Its name.
    pub(super) name: Option<&'a str>,
    /// Where it is; where the pointer to it is, if there is one.
    pub(super) addr: u64,
    /// What the pointers that lead to it hold, the first first.
    pub(super) chain: Vec<u64>,
    /// Columns of the longest name beside it.
    pub(super) width: usize,
    /// In how many records its record is.
    pub(super) level: usize,
    /// The format of the record it is in, and what that record is called in the one around it.
    pub(super) parent: Option<(&'a str, &'a str)>,
    /// The flags at its address and at what it holds, where those are wanted.
    pub(super) flags: Option<(Option<String>, Option<String>)>,
}

/// Takes what is found, in order.
pub(super) trait Sink {
    /// The beginning and the end of everything.
    fn open(&mut self, _out: &mut Vec<u8>, _name: Option<&str>) {}
    fn close(&mut self, _out: &mut Vec<u8>) {}
    /// An element of an array of records.
    fn open_element(&mut self, out: &mut Vec<u8>, index: u64, addr: u64);
    fn close_element(&mut self, out: &mut Vec<u8>);
    /// A nested record; an array of them when `count` is set. Not there when a pointer to it is 0.
    fn open_record(&mut self, out: &mut Vec<u8>, label: &Label<'_>, field: &Field, record: &Record<'_>);
    /// Between two records of an array.
    fn next_record(&mut self, _out: &mut Vec<u8>, _record: &Record<'_>) {}
    fn close_record(
        &mut self,
        out: &mut Vec<u8>,
        label: &Label<'_>,
        field: &Field,
        record: &Record<'_>,
        size: u64,
    );
    /// A value, or nothing when a pointer to it is 0.
    fn value(
        &mut self,
        out: &mut Vec<u8>,
        label: &Label<'_>,
        field: &Field,
        kind: &Kind,
        value: Option<&Value>,
        size: u64,
    );
}

/// A nested record as a sink sees it.
pub(super) struct Record<'a> {
    pub(super) title: &'a str,
    pub(super) is_union: bool,
    pub(super) count: Option<u64>,
    pub(super) is_null: bool,
}

/// A field to be shown alone: its name, and which of its elements.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Selector {
    pub(super) name: String,
    pub(super) index: Option<u64>,
}

/// What is looked for when a field is to be written.
pub(super) struct Place {
    pub(super) addr: u64,
    pub(super) kind: Kind,
    pub(super) swapped: bool,
    pub(super) elements: Option<u64>,
}

/// A walk through memory.
pub(super) struct Walk<'a, 'b> {
    pub(super) env: &'a mut Env<'b>,
    pub(super) sink: &'a mut dyn Sink,
    text: Vec<u8>,
    left: u64,
    /// Bytes that values may still take.
    bytes: u64,
    /// Whether something was shown.
    found: bool,
    /// The last value shown.
    place: Option<Place>,
}

/// What is shown of a record.
struct Scope<'a> {
    level: usize,
    path: &'a [Selector],
    parent: Option<(&'a str, &'a str)>,
    is_shown: bool,
    swapped: bool,
}

impl<'a, 'b> Walk<'a, 'b> {
    /// A walk that tells `sink`.
    pub(super) fn new(env: &'a mut Env<'b>, sink: &'a mut dyn Sink) -> Walk<'a, 'b> {
        Walk { env, sink, text: Vec::new(), left: VALUES, bytes: BYTES, found: false, place: None }
    }

    /// Shows a format at an address, all of it or the field at a path.
    ///
    /// # Errors
    /// What cannot be read, limits, an interrupt; a path that leads nowhere.
    pub(super) fn run(
        mut self,
        format: &Format,
        name: Option<&str>,
        addr: u64,
        path: &[Selector],
    ) -> Result<Option<Place>> {
        self.sink.open(&mut self.text, name);
        let scope = Scope { level: 0, path, parent: None, is_shown: true, swapped: false };
        self.format(format, addr, &scope)?;
        if !self.found && !path.is_empty() {
            let path: Vec<&str> = path.iter().map(|step| step.name.as_str()).collect();
            return Err(Error::failed(format!("no field '{}' (pf?? NAME shows a format)", path.join("."))));
        }
        self.sink.close(&mut self.text);
        self.flush()?;
        Ok(self.place)
    }

    fn flush(&mut self) -> Result<()> {
        self.env.out.write_all(&self.text)?;
        self.text.clear();
        Ok(())
    }

    /// Goes through a format and says how many bytes it takes.
    fn format(&mut self, format: &Format, addr: u64, scope: &Scope<'_>) -> Result<u64> {
        let (count, indexed) = match format.times {
            Times::Plain(count) => (count, false),
            Times::Indexed(count) => (count, true),
        };
        let indexed = indexed && scope.is_shown && scope.path.is_empty();
        let mut size = 0u64;
        for index in 0..count {
            let at = addr.wrapping_add(size);
            if indexed {
                self.sink.open_element(&mut self.text, index, at);
            }
            size = size.saturating_add(self.pass(format, at, scope)?);
            if indexed {
                self.sink.close_element(&mut self.text);
            }
        }
        Ok(size)
    }

    fn pass(&mut self, format: &Format, addr: u64, scope: &Scope<'_>) -> Result<u64> {
        spend(&mut self.left)?;
        let width = format.name_width();
        let (mut at, mut size) = (0i64, 0u64);
        for step in &format.steps {
            self.env.ctx.check()?;
            match step {
                Step::Skip(bytes) => at = at.saturating_add(*bytes),
                Step::Field(field) => {
                    spend(&mut self.left)?;
                    let from = if format.is_union { addr } else { addr.wrapping_add_signed(at) };
                    let taken = self.field(field, from, width, scope)?;
                    at = at.saturating_add(i64::try_from(taken).unwrap_or(i64::MAX));
                    size = size.max(taken);
                }
            }
        }
        Ok(if format.is_union { size } else { at.max(0) as u64 })
    }

    fn field(&mut self, field: &Field, addr: u64, width: usize, scope: &Scope<'_>) -> Result<u64> {
        let big = self.env.big_endian() != (field.swapped != scope.swapped);
        let selected =
            scope.path.first().is_none_or(|step| field.name.as_deref() == Some(step.name.as_str()));
        let is_shown = scope.is_shown && selected;
        let index = scope.path.first().filter(|_| is_shown).and_then(|step| step.index);
        let rest = if scope.path.is_empty() { scope.path } else { &scope.path[1..] };
        let pointer_size = self.env.address_bytes();
        let (mut chain, mut target, mut is_null) = (Vec::new(), addr, false);
        for _ in 0..field.pointers {
            target = value::word(self.env, target, pointer_size, big)?;
            chain.push(target);
            is_null |= target == 0;
        }
        let mut label = Label {
            name: field.name.as_deref(),
            addr,
            chain,
            width,
            level: scope.level,
            parent: scope.parent,
            flags: None,
        };
        if field.flags {
            let here = self.flag_at(addr);
            let held =
                if field.pointers > 0 { target } else { value::word(self.env, addr, pointer_size, big)? };
            label.flags = Some((here, self.flag_at(held)));
        }
        let taken = match &field.kind {
            Kind::Record(source) => {
                let nested = Scope {
                    level: scope.level + 1,
                    path: rest,
                    parent: Some((source.title(), field.name.as_deref().unwrap_or(""))),
                    is_shown,
                    swapped: field.swapped != scope.swapped,
                };
                self.record(field, source, target, index, is_null, &label, &nested)?
            }
            kind => {
                self.value(field, kind, target, index, is_null, big, is_shown && rest.is_empty(), &mut label)?
            }
        };
        Ok(if field.pointers > 0 { pointer_size as u64 } else { taken })
    }

    #[expect(clippy::too_many_arguments, reason = "the parts of one field")]
    fn value(
        &mut self,
        field: &Field,
        kind: &Kind,
        addr: u64,
        index: Option<u64>,
        is_null: bool,
        big: bool,
        is_shown: bool,
        label: &mut Label<'_>,
    ) -> Result<u64> {
        if is_null {
            if is_shown {
                self.found = true;
                self.sink.value(&mut self.text, label, field, kind, None, 0);
            }
            return Ok(0);
        }
        let resolved = match kind {
            Kind::Address => Kind::Scalar(Scalar::address(self.env.address_bytes())),
            kind => kind.clone(),
        };
        let mut reading = value::read(self.env, field, &resolved, addr, big)?;
        self.bytes = self.bytes.checked_sub(reading.size).ok_or_else(|| Error::Limit {
            what: "what the values of a format take",
            limit: format!("{BYTES:#x} bytes"),
        })?;
        let mut place = addr;
        if let (Some(index), Value::Words(words)) = (index, &mut reading.value) {
            let each = reading.size / (words.len() as u64).max(1);
            place = addr.wrapping_add(index.saturating_mul(each));
            let word = usize::try_from(index).ok().and_then(|index| words.get(index).copied());
            *words = word.into_iter().collect();
            if is_shown && words.is_empty() {
                return Err(Error::failed(format!("there is no element {index}")));
            }
            if label.chain.is_empty() {
                label.addr = place;
            }
        }
        if is_shown {
            self.found = true;
            let elements = field.elements.filter(|_| index.is_none());
            self.place = Some(Place {
                addr: place,
                kind: resolved.clone(),
                swapped: big != self.env.big_endian(),
                elements,
            });
            self.sink.value(&mut self.text, label, field, &resolved, Some(&reading.value), reading.size);
            self.flush()?;
        }
        Ok(reading.size)
    }

    #[expect(clippy::too_many_arguments, reason = "the parts of one field")]
    fn record(
        &mut self,
        field: &Field,
        source: &Source,
        addr: u64,
        index: Option<u64>,
        is_null: bool,
        label: &Label<'_>,
        scope: &Scope<'_>,
    ) -> Result<u64> {
        if scope.level > DEPTH {
            return Err(Error::Limit { what: "the nesting of records", limit: DEPTH.to_string() });
        }
        let parsed;
        let format = match source {
            Source::Inline(_, format) => format.as_ref(),
            Source::Named(name) => {
                parsed = named(self.env, name)?;
                &parsed
            }
        };
        let count = field.elements.filter(|_| index.is_none());
        let record = Record { title: source.title(), is_union: format.is_union, count, is_null };
        if scope.is_shown {
            self.found |= scope.path.is_empty();
            self.sink.open_record(&mut self.text, label, field, &record);
        }
        let mut size = 0u64;
        if !is_null {
            for element in 0..field.elements.unwrap_or(1) {
                let is_shown = scope.is_shown && index.is_none_or(|index| index == element);
                if is_shown && element > 0 && index.is_none() {
                    self.sink.next_record(&mut self.text, &record);
                }
                let scope = Scope { is_shown, ..*scope };
                size = size.saturating_add(self.format(format, addr.wrapping_add(size), &scope)?);
            }
        }
        if scope.is_shown {
            self.sink.close_record(&mut self.text, label, field, &record, size);
        }
        Ok(size)
    }

    fn flag_at(&self, addr: u64) -> Option<String> {
        self.env.session.flags.at(addr).next().map(|flag| flag.name.clone())
    }
}

/// Counts a record or value against the limit.
fn spend(left: &mut u64) -> Result<()> {
    *left = left
        .checked_sub(1)
        .ok_or_else(|| Error::Limit { what: "the values of a format", limit: VALUES.to_string() })?;
    Ok(())
}

/// The format of a name, parsed.
///
/// # Errors
/// When there is none, or it is wrong.
pub(super) fn named(env: &mut Env<'_>, name: &str) -> Result<Format> {
    let text = Formats::of(env.session).find(name)?.to_owned();
    parse::parse(&text, &mut |number| env.number(number))
}

/// Bytes that a format takes without a look at memory: strings and the like count as little as they
/// can.
///
/// # Errors
/// Limits, and names without a format.
pub(super) fn size(env: &mut Env<'_>, format: &Format) -> Result<u64> {
    let mut left = VALUES;
    size_of(env, format, 0, &mut left)
}

fn size_of(env: &mut Env<'_>, format: &Format, depth: usize, left: &mut u64) -> Result<u64> {
    if depth > DEPTH {
        return Err(Error::Limit { what: "the nesting of records", limit: DEPTH.to_string() });
    }
    let (mut total, mut largest) = (0i64, 0u64);
    for step in &format.steps {
        env.ctx.check()?;
        spend(left)?;
        let field = match step {
            Step::Skip(bytes) => {
                total = total.saturating_add(*bytes);
                continue;
            }
            Step::Field(field) => field,
        };
        let count = field.elements.unwrap_or(1);
        let each = match &field.kind {
            _ if field.pointers > 0 => env.address_bytes() as u64,
            Kind::Scalar(scalar) => scalar.size() as u64,
            Kind::Address => env.address_bytes() as u64,
            Kind::Bytes | Kind::Text | Kind::Wide => 1,
            Kind::TextAt(size) => *size as u64,
            Kind::Relative => 4,
            Kind::Enum(_) | Kind::Bits(_) if field.elements.is_none() => 4,
            Kind::Enum(_) | Kind::Bits(_) => 1,
            Kind::Uleb | Kind::Ten | Kind::Opcode => 0,
            Kind::Record(source) => {
                let parsed;
                let nested = match source {
                    Source::Inline(_, nested) => nested.as_ref(),
                    Source::Named(name) => {
                        parsed = named(env, name)?;
                        &parsed
                    }
                };
                size_of(env, nested, depth + 1, left)?
            }
        };
        let size = if field.pointers > 0 { each } else { each.saturating_mul(count) };
        total = total.saturating_add(i64::try_from(size).unwrap_or(i64::MAX));
        largest = largest.max(size);
    }
    Ok(if format.is_union { largest } else { total.max(0) as u64 })
}
