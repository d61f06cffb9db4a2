//! Names for a file that has none: out of a copy of it on this machine, found by its build or by its debug link.

use std::fs;
use std::path::{Path, PathBuf};

use farad_bin::{Binary, Depth};

use crate::eval::Env;

/// A file of this machine that has the names of `binary`, which is `path` where the process is. None where the file has its
/// own, or there is no copy. What tells builds apart is compared: another build's names would be wrong.
pub(super) fn copy_of(env: &mut Env<'_>, binary: &Binary, path: &str) -> Option<PathBuf> {
    let info = &binary.info;
    if !info.stripped || env.ctx.allow(farad_io::Effects::FILES, "looking for names").is_err() {
        return None;
    }
    let folders: Vec<PathBuf> =
        env.setting("dbg.symbols").split(':').filter(|it| !it.is_empty()).map(PathBuf::from).collect();
    let path = Path::new(path.rsplit("://").next().unwrap_or(path));
    let name = path.file_name();
    let mut candidates: Vec<PathBuf> = Vec::new();
    for folder in &folders {
        if let Some([first, rest @ ..]) = info.build_id.as_deref() {
            let rest: String = rest.iter().map(|byte| format!("{byte:02x}")).collect();
            candidates.push(folder.join(format!(".build-id/{first:02x}/{rest}.debug")));
        }
        if !info.debug_link.is_empty() && !info.debug_link.contains('/') {
            let beside =
                path.parent().and_then(|parent| parent.strip_prefix("/").ok()).unwrap_or(Path::new(""));
            candidates.push(folder.join(beside).join(&info.debug_link));
            candidates.push(folder.join(&info.debug_link));
        }
        candidates.extend(name.map(|name| folder.join(name)));
    }
    candidates.into_iter().find(|candidate| is_copy(env, candidate, binary))
}

/// Whether a file is of the same build, and has names.
fn is_copy(env: &mut Env<'_>, path: &Path, binary: &Binary) -> bool {
    let (Some(text), true) = (path.to_str(), fs::metadata(path).is_ok_and(|data| data.is_file())) else {
        return false;
    };
    let options = crate::load::options(env, farad_io::Perm::R);
    let Ok(fd) = env.session.io.open(text, &options, env.ctx) else { return false };
    let layout = farad_bin::Options { depth: Depth::Layout, ..crate::load::string_options(env) };
    let read = crate::load::with_source(env, fd, |source| farad_bin::load(source, &layout));
    let other = read.ok().and_then(Result::ok).flatten();
    let same = other.is_some_and(|other| {
        let is_same = match (&binary.info.build_id, &other.info.build_id) {
            (Some(one), Some(other)) => one == other,
            // A file that was stripped has the sections of the one it was made of.
            _ => binary.info.debug_link == path.file_name().and_then(|name| name.to_str()).unwrap_or("-"),
        };
        is_same && !other.info.stripped
    });
    // What was opened to look at it is not kept.
    same & env.close(fd).is_ok()
}
