//! The key-value store of the session.

use std::fs;

use farad_io::Effects;

use crate::error::{Error, Result};
use crate::eval::Env;
use crate::lang::unquote;
use crate::registry::{Args, Group, Kind, Mode, Row, maybe, need};
use crate::render::printable;
use crate::store::{Store, read_text};

/// The group.
pub(super) const GROUP: Group = Group { prefix: "k", brief: "keep values under keys", rows: ROWS };

/// Most bytes of a file of keys and values.
const FILE: u64 = 64 << 20;

static ROWS: &[Row] = &[
    Row::new("k", "List keys, show a value, or set one (space/key=value); +key counts, [n]key is an element, ** lists namespaces", query)
        .modes(&[Mode::Json])
        .params(&[maybe("query", Kind::Text)])
        .effects(Effects::SETTINGS)
        .examples(&["k foo=bar; k foo", "k n/a=1; k n/*; k **", "k l=a,b; k [1]l; k [+]l=c", "k +n", "kj"]),
    Row::new("kd", "Write a namespace, or all, to a file", dump)
        .params(&[need("file", Kind::File), maybe("namespace", Kind::Word)])
        .effects(Effects::FILES),
    Row::new("ko", "Read a file that kd wrote into a namespace, or the root", load)
        .params(&[need("file", Kind::File), maybe("namespace", Kind::Word)])
        .effects(Effects::FILES),
];

fn query(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let store = env.session.extensions.of::<Store>();
    if args.is_json() {
        let whole = store.space("").map_or(serde_json::Value::Null, |space| space.json());
        return Ok(writeln!(env.out, "{whole}")?);
    }
    let text = unquote(args.text);
    for line in store.query(&text)? {
        writeln!(env.out, "{}", printable(&line))?;
    }
    Ok(())
}

/// The file and the namespace of an argument.
fn file_and_space(args: &Args<'_>) -> Result<(String, String)> {
    match &args.words()[..] {
        [file] => Ok((file.clone(), String::new())),
        [file, space] => Ok((file.clone(), space.clone())),
        _ => Err(args.wrong("a file, and perhaps a namespace, is needed")),
    }
}

fn dump(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let (path, space) = file_and_space(args)?;
    let store = env.session.extensions.of::<Store>();
    let found = store.space(&space);
    let missing = || Error::failed(format!("no namespace '{}' (k ** lists them)", printable(&space)));
    let text = found.ok_or_else(missing)?.text();
    fs::write(&path, text).map_err(|source| Error::File { path, source })
}

fn load(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let (path, space) = file_and_space(args)?;
    let bytes = crate::parse::read_file(&path, FILE, env.ctx)?;
    let store = env.session.extensions.of::<Store>();
    read_text(store, &space, &String::from_utf8_lossy(&bytes))
}

#[cfg(test)]
mod tests {
    use crate::cmd::print::tests::output;

    #[test]
    fn a_store_can_be_written_and_read_again() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("keys").display().to_string();
        let line = format!("k a=1; k n/b=x y; kd {path}; k a=; ko {path}; ko {path} m; kj");
        let value: serde_json::Value = serde_json::from_str(&output("malloc://8", &line)).unwrap();
        assert_eq!(value["m"]["n"]["b"], "x y");
        assert_eq!(value["a"], "1");
        assert_eq!(
            output("malloc://8", "k a=1;kd /nowhere/f"),
            "ERROR: /nowhere/f: No such file or directory (os error 2)"
        );
    }
}
