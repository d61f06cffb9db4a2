//! What is known of the file as a whole: `i`, `iI`, `iq`, `iA`, and everything at once.

use farad_bin::{Binary, Fact};
use serde_json::{Map, Value, json};

use super::{current, entry, relocation, section, string, symbol, write_array, write_json};
use crate::error::Result;
use crate::eval::Env;
use crate::out::Out;
use crate::registry::{Args, Mode};
use crate::render::{human_size, json_text, printable};

/// Columns of the names.
const NAMES: usize = 8;
/// The facts that scripts want first, in their order.
const BRIEF: [&str; 5] = ["arch", "cpu", "bits", "os", "endian"];

/// The descriptor, then the facts.
pub(super) fn print_all(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    if matches!(args.mode, Mode::Quiet | Mode::Script) {
        return print_facts(env, args);
    }
    let core = core(env)?;
    if args.is_json() {
        let bin = current(env.session, &env.view.lens)
            .map_or_else(|| json!({}), |loaded| facts_json(&loaded.binary));
        return write_json(env.out, &json!({ "core": core, "bin": bin }));
    }
    for name in ["fd", "file", "size", "humansz", "mode", "format", "iorw", "block", "type"] {
        match core.get(name) {
            Some(Value::Number(value)) if matches!(name, "size" | "block") => {
                line(env, name, &format!("{:#x}", value.as_u64().unwrap_or(0)))?;
            }
            Some(Value::String(text)) if text.is_empty() => {}
            Some(Value::String(text)) => line(env, name, text)?,
            Some(value) => line(env, name, &value.to_string())?,
            None => {}
        }
    }
    print_facts(env, args)
}

/// The facts of the headers.
pub(super) fn print_facts(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let Some(loaded) = current(env.session, &env.view.lens) else {
        return if args.is_json() { Ok(writeln!(env.out, "{{}}")?) } else { Ok(()) };
    };
    let facts = loaded.binary.summary();
    match args.mode {
        Mode::Json => {
            let facts = facts_json(&loaded.binary);
            write_json(env.out, &facts)?;
        }
        Mode::Quiet => {
            for wanted in BRIEF {
                let mut known = facts.iter().filter(|(name, fact)| *name == wanted && fact.is_known());
                if let Some((name, fact)) = known.next() {
                    writeln!(env.out, "{name} {}", text(fact))?;
                }
            }
        }
        Mode::Script => {
            for (setting, value) in settings(&loaded.binary) {
                writeln!(env.out, "'e {setting}={}", printable(&value))?;
            }
        }
        Mode::Text | Mode::Table => {
            for (name, fact) in facts.iter().filter(|(_, fact)| fact.is_known()) {
                line(env, name, &text(fact))?;
            }
        }
    }
    Ok(())
}

/// Everything that the other commands list, as one object.
pub(super) fn print_everything(env: &mut Env<'_>, _args: &Args<'_>) -> Result<()> {
    if let Ok(fd) = super::current_fd(env.session, &env.view.lens) {
        crate::load::strings(env, fd)?;
    }
    let Some(loaded) = current(env.session, &env.view.lens) else { return Ok(writeln!(env.out, "{{}}")?) };
    let binary = &loaded.binary;
    let out = &mut *env.out;
    write!(out, "{{\"info\":{}", json_text(&facts_json(binary)))?;
    list(out, "entries", entry::rows_json(binary, |kind| kind == farad_bin::EntryKind::Program))?;
    list(out, "imports", relocation::imports_json(binary))?;
    list(out, "exports", symbol::rows_json(binary, farad_bin::Symbol::is_exported))?;
    list(out, "sections", section::sections_json(binary))?;
    list(out, "segments", section::segments_json(binary))?;
    list(out, "symbols", symbol::rows_json(binary, |_| true))?;
    list(out, "strings", string::rows_json(binary, loaded.strings()))?;
    list(out, "relocs", relocation::rows_json(binary))?;
    list(out, "libs", binary.libraries.iter().map(|library| library.clone().into()))?;
    Ok(writeln!(out, "}}")?)
}

/// One more list of an object.
fn list(out: &mut dyn Out, name: &str, rows: impl IntoIterator<Item = Value>) -> Result<()> {
    write!(out, ",\"{name}\":")?;
    write_array(out, rows)
}

/// The architectures inside one file; a file of these formats holds one, which is not listed.
pub(super) fn print_architectures(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    if !args.is_json() {
        return Ok(());
    }
    let fd = env.current()?;
    let size = env.session.io.descriptor(fd)?.size();
    let bins: Vec<Value> = current(env.session, &env.view.lens)
        .map(|loaded| {
            let info = &loaded.binary.info;
            json!({ "arch": info.arch, "bits": info.bits, "offset": 0, "size": size, "machine": info.machine })
        })
        .into_iter()
        .collect();
    write_json(env.out, &json!({ "bins": bins }))
}

/// What is known without the headers, and the kind of file.
fn core(env: &mut Env<'_>) -> Result<Map<String, Value>> {
    let fd = env.current()?;
    let descriptor = env.session.io.descriptor(fd)?;
    let (size, perm, uri) = (descriptor.size(), descriptor.perm, descriptor.uri.clone());
    let binary = current(env.session, &env.view.lens).map(|loaded| &loaded.binary);
    let core = json!({
        "type": binary.map_or("", |binary| &binary.info.kind),
        "file": uri,
        "fd": fd,
        "size": size,
        "humansz": human_size(size),
        "iorw": perm.contains(farad_io::Perm::W),
        "mode": perm.to_string(),
        "block": env.view.block,
        "format": binary.map_or("any", |binary| binary.format.name()),
    });
    match core {
        Value::Object(core) => Ok(core),
        _ => Ok(Map::new()),
    }
}

fn line(env: &mut Env<'_>, name: &str, value: &str) -> Result<()> {
    Ok(writeln!(env.out, "{name:NAMES$} {}", printable(value))?)
}

fn text(fact: &Fact) -> String {
    match fact {
        Fact::Text(text) => printable(text),
        Fact::Flag(flag) => flag.to_string(),
        Fact::Number(number) => number.to_string(),
        Fact::Address(addr) => format!("{addr:#x}"),
    }
}

fn facts_json(binary: &Binary) -> Value {
    let mut facts = Map::new();
    for (name, fact) in binary.summary() {
        let value = match fact {
            Fact::Text(text) => text.into(),
            Fact::Flag(flag) => flag.into(),
            Fact::Number(number) | Fact::Address(number) => number.into(),
        };
        facts.insert(name.to_owned(), value);
    }
    facts.insert("checksums".to_owned(), json!({}));
    Value::Object(facts)
}

/// The settings that the headers decide.
fn settings(binary: &Binary) -> Vec<(&'static str, String)> {
    let info = &binary.info;
    vec![
        ("cfg.bigendian", (info.endian == farad_bin::Endian::Big).to_string()),
        ("asm.bits", info.bits.to_string()),
        ("asm.os", info.os.clone()),
        ("asm.arch", info.arch.to_owned()),
    ]
}
