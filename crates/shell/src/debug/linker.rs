//! Where the dynamic linker of a process tells debuggers that it has loaded a file.
//!
//! It does so by calling an empty function. Before the program has run, that is found by its name in the linker's file;
//! afterwards the program's table for debuggers (`DT_DEBUG`) has its address, too, but the name goes on being right.

use super::modules;
use crate::error::Result;
use crate::eval::Env;

/// Names of the function: of glibc, which has another one for what is loaded later, and of musl.
const NAMES: [&str; 2] = ["_dl_debug_state", "__dl_debug_state"];
/// How the files of linkers begin: of glibc and of musl.
const FILES: [&str; 2] = ["ld-linux", "ld-musl"];

/// The address of the function; none where the process has no dynamic linker, or its file does not tell.
pub(super) fn stop_place(env: &mut Env<'_>) -> Result<Option<u64>> {
    let maps = env.process_maps()?;
    let is_linker =
        |name: &str| FILES.iter().any(|prefix| name.starts_with(prefix)) || name.starts_with("ld-2.");
    let Some(linker) = modules(&maps).into_iter().find(|module| is_linker(module.name())) else {
        return Ok(None);
    };
    let fd = match super::read_module(env, &linker.path) {
        Ok(fd) => fd,
        Err(error) => {
            env.out.report(&format!(
                "WARN: {}: breakpoints in files that come later may be late: {error}",
                linker.path
            ));
            return Ok(None);
        }
    };
    crate::load::names(env)?;
    let loaded = env.session.loaded.iter().find(|loaded| loaded.fd == fd);
    let symbol =
        loaded.and_then(|loaded| loaded.binary.symbols.iter().find(|it| NAMES.contains(&it.name.as_str())));
    Ok(symbol.map(|symbol| symbol.vaddr))
}
