//! The files that a process has in memory.

use farad_bin::{Line, Lines};
use farad_wire::target::Area;

use crate::error::{Error, Result};
use crate::eval::Env;

/// A file that a process has in memory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Module {
    /// The file, as the process's machine names it.
    pub(crate) path: String,
    /// The first address of it.
    pub(crate) from: u64,
    /// The address behind the last.
    pub(crate) to: u64,
}

impl Module {
    /// The file's own name.
    pub(crate) fn name(&self) -> &str {
        self.path.rsplit('/').next().unwrap_or(&self.path)
    }

    /// Whether a user's word means it: its path, its name, or the name up to a dot or a dash.
    pub(crate) fn is_called(&self, word: &str) -> bool {
        let name = self.name();
        let behind = name.strip_prefix(word);
        self.path == word || behind.is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '-']))
    }
}

/// The files among memory maps whose code is there, by address.
pub(crate) fn modules(maps: &[Area]) -> Vec<Module> {
    let mut all: Vec<Module> = Vec::new();
    for area in maps.iter().filter(|area| area.path.starts_with('/')) {
        match all.iter_mut().find(|module| module.path == area.path) {
            Some(module) => module.to = module.to.max(area.to),
            None => all.push(Module { path: area.path.clone(), from: area.from, to: area.to }),
        }
    }
    let has_code = |module: &Module| maps.iter().any(|area| area.path == module.path && area.perm & 1 != 0);
    all.retain(has_code);
    all
}

/// Where a module begins, if it is there.
///
/// # Errors
/// When nothing is being debugged.
pub(crate) fn module_base(env: &mut Env<'_>, word: &str) -> Result<Option<u64>> {
    let maps = env.process_maps()?;
    Ok(modules(&maps).into_iter().find(|module| module.is_called(word)).map(|module| module.from))
}

/// Has the names of a module be read. Returns the descriptor of its file.
///
/// # Errors
/// When there is no such module, or its file cannot be read.
pub(crate) fn read_module(env: &mut Env<'_>, word: &str) -> Result<u32> {
    let maps = env.process_maps()?;
    let found = modules(&maps).into_iter().find(|module| module.is_called(word));
    let none = || Error::failed(format!("no module is called '{word}' (dmm lists them)"));
    let module = found.ok_or_else(none)?;
    let fd = env.target()?;
    let uri = env.session.io.descriptor(fd)?.target_file(&module.path)?;
    let known = env.debugger().files.clone();
    for (index, file) in known.iter().enumerate() {
        if env.session.io.descriptor(*file).is_ok_and(|descriptor| descriptor.uri == uri) {
            // Its names may be those of a copy, which was opened behind it.
            let has_names = env.session.loaded.iter().any(|loaded| loaded.fd == *file);
            let copy = known.get(index + 1).copied().filter(|_| !has_names);
            return Ok(copy.unwrap_or(*file));
        }
    }
    super::open::read_file(env, &uri, false, |binary| Some(module.from.max(binary.base)))?;
    let read = env.debugger().files.last().copied();
    read.ok_or_else(|| Error::failed(format!("{} has no headers that are known", module.path)))
}

/// The line of source that an address is of, as the debug information of the file it is in has it.
///
/// # Errors
/// An interrupt.
pub(crate) fn line_of(env: &mut Env<'_>, addr: u64) -> Result<Option<Line>> {
    let is_there = |binary: &farad_bin::Binary| {
        binary.maps.iter().any(|map| addr >= map.vaddr && addr - map.vaddr < map.size)
    };
    let session = &mut *env.session;
    let Some(loaded) = session.loaded.iter().find(|loaded| is_there(&loaded.binary)) else { return Ok(None) };
    let source = crate::load::Bytes::of(&mut session.io, loaded.fd, env.ctx)?;
    let line = Lines::read(&source, &loaded.binary).and_then(|lines| lines.at(addr));
    env.ctx.check()?;
    Ok(line)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn area(from: u64, to: u64, perm: u8, path: &str) -> Area {
        Area { from, to, perm, path: path.to_owned(), ..Area::default() }
    }

    #[test]
    fn modules_are_files_with_code() {
        let maps = [
            area(0x1000, 0x2000, 4, "/lib/libc.so.6"),
            area(0x2000, 0x3000, 5, "/lib/libc.so.6"),
            area(0x5000, 0x6000, 5, "[vdso]"),
            area(0x6000, 0x7000, 4, "/etc/data"),
        ];
        let all = modules(&maps);
        assert_eq!(all, [Module { path: "/lib/libc.so.6".to_owned(), from: 0x1000, to: 0x3000 }]);
        for (word, is) in
            [("libc", true), ("libc.so.6", true), ("/lib/libc.so.6", true), ("lib", false), ("c", false)]
        {
            assert_eq!(all[0].is_called(word), is, "{word}");
        }
    }
}
