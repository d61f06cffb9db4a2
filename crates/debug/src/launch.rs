//! Starting a program under the debugger: its arguments, environment, folder and files, from the lines of a run
//! profile as `rarun2` has them.

use std::collections::BTreeMap;
use std::ffi::{CString, OsString};
use std::fs::File;
use std::io::Read;
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStringExt;
use std::path::Path;
use std::sync::OnceLock;

use farad_wire::target::Launch;
use nix::fcntl::OFlag;
use nix::sys::personality::{self, Persona};
use nix::sys::signal::{SigSet, SigmaskHow, sigprocmask};
use nix::unistd::{self, ForkResult, Pid};

use crate::directive::{self, is_on};
use crate::error::{Error, Result};

/// The group of processes that the agent was started in.
static GROUP: OnceLock<Pid> = OnceLock::new();

/// Notes the group of processes that programs with the terminal belong to.
pub(crate) fn remember_group() {
    let _ = GROUP.set(unistd::getpgrp());
}

/// A program ready to be run.
pub(crate) struct Plan {
    /// The file, wherever the program's folder is.
    path: String,
    /// As it was named, which the program is told.
    name: Vec<u8>,
    args: Vec<Vec<u8>>,
    environment: BTreeMap<OsString, OsString>,
    folder: Option<String>,
    root: Option<String>,
    /// Files for standard input, output and error.
    files: [Option<File>; 3],
    aslr: bool,
    terminal: bool,
    nice: i32,
    /// Whom it runs as: what is set, and to which number.
    ids: Vec<(&'static str, u32)>,
    /// What it may use: which of the system's limits, and how much.
    limits: Vec<(libc::__rlimit_resource_t, u64)>,
}

/// What of a process's owner can be set, in the order that works: the group while the user still may.
const IDS: [&str; 4] = ["setgid", "setegid", "setuid", "seteuid"];

/// A program that waits, not yet run, to be traced.
pub(crate) struct Waiting {
    pub(crate) pid: Pid,
    /// What it prints, where it has no terminal.
    pub(crate) output: Option<OwnedFd>,
    gate: OwnedFd,
    report: File,
}

impl Plan {
    /// What a profile makes of a program.
    ///
    /// # Errors
    /// A line that is not understood, or names a file that cannot be opened.
    pub(crate) fn new(launch: &Launch) -> Result<Plan> {
        let mut plan = Plan {
            path: find(&launch.path)?,
            name: launch.path.clone().into_bytes(),
            args: launch.args.iter().map(|arg| arg.clone().into_bytes()).collect(),
            environment: std::env::vars_os().collect(),
            folder: None,
            root: None,
            files: [None, None, None],
            aslr: launch.aslr,
            terminal: launch.terminal,
            nice: 0,
            ids: Vec::new(),
            limits: Vec::new(),
        };
        let lines = launch.profile.iter().flat_map(|text| text.lines()).map(str::trim);
        for line in lines.filter(|line| !line.is_empty() && !line.starts_with('#')) {
            plan.apply(line).map_err(|why| Error::Other(format!("run profile: {line}: {why}")))?;
        }
        Ok(plan)
    }

    fn apply(&mut self, line: &str) -> std::result::Result<(), String> {
        let (key, value) = line.split_once('=').map_or((line, ""), |(key, value)| (key.trim(), value.trim()));
        if let Some(index) = key.strip_prefix("arg").and_then(|index| index.parse::<usize>().ok()) {
            return self.set_argument(index, directive::value(value)?);
        }
        match key {
            "program" => {
                let program = directive::plain(value)?;
                self.path = find(&program).map_err(|error| error.to_string())?;
                self.name = program.into_bytes();
            }
            "args" => self.args = value.split_whitespace().map(|word| word.as_bytes().to_vec()).collect(),
            "setenv" => {
                let (name, value) = value.split_once('=').ok_or("write setenv=NAME=VALUE")?;
                self.environment.insert(name.into(), directive::os_text(&directive::value(value)?));
            }
            "unsetenv" => drop(self.environment.remove(&OsString::from(value))),
            "clearenv" => {
                if is_on(value) {
                    self.environment.clear();
                }
            }
            "envfile" => {
                let text =
                    String::from_utf8_lossy(&directive::contents(&directive::plain(value)?)?).into_owned();
                let pairs = text.lines().filter_map(|line| line.split_once('='));
                self.environment.extend(pairs.map(|(name, value)| (name.into(), value.into())));
            }
            "preload" => drop(self.environment.insert("LD_PRELOAD".into(), directive::plain(value)?.into())),
            "libpath" => {
                drop(self.environment.insert("LD_LIBRARY_PATH".into(), directive::plain(value)?.into()));
            }
            "chdir" => self.folder = Some(directive::plain(value)?),
            "chroot" => self.root = Some(directive::plain(value)?),
            "stdin" | "input" => self.files[0] = Some(input(key, value)?),
            "stdout" => self.files[1] = Some(output(value)?),
            "stderr" => self.files[2] = Some(output(value)?),
            "stdio" => {
                let path = directive::plain(value)?;
                self.files[0] = Some(File::open(&path).map_err(|error| error.to_string())?);
                let file = File::options().write(true).open(&path).map_err(|error| error.to_string())?;
                self.files[2] = Some(file.try_clone().map_err(|error| error.to_string())?);
                self.files[1] = Some(file);
            }
            "aslr" => self.aslr = is_on(value),
            "nice" => self.nice = directive::number(value)?,
            "setgid" | "setegid" | "setuid" | "seteuid" => {
                self.ids.retain(|(kind, _)| *kind != key);
                let kind = IDS.iter().find(|kind| **kind == key).copied().unwrap_or_default();
                self.ids.push((kind, directive::number(value)?));
            }
            "core" => {
                self.limits.push((libc::RLIMIT_CORE, if is_on(value) { libc::RLIM_INFINITY } else { 0 }))
            }
            "maxfd" => self.limits.push((libc::RLIMIT_NOFILE, directive::number(value)?)),
            "maxproc" => self.limits.push((libc::RLIMIT_NPROC, directive::number(value)?)),
            "maxstack" => self.limits.push((libc::RLIMIT_STACK, directive::number(value)?)),
            _ => return Err(directive::unknown(key)),
        }
        Ok(())
    }

    fn set_argument(&mut self, index: usize, value: Vec<u8>) -> std::result::Result<(), String> {
        let Some(place) = index.checked_sub(1) else {
            self.name = value;
            return Ok(());
        };
        if place > self.args.len() {
            return Err(format!("arg{} is missing", self.args.len() + 1));
        }
        match self.args.get_mut(place) {
            Some(arg) => *arg = value,
            None => self.args.push(value),
        }
        Ok(())
    }

    /// Makes the process, which waits until it is [let go](Waiting::release). Only a process of one thread may do this.
    ///
    /// # Errors
    /// What the system says.
    pub(crate) fn fork(self) -> Result<Waiting> {
        let failed = |what: &'static str| Error::of(what);
        let (gate_end, gate) = unistd::pipe2(OFlag::O_CLOEXEC).map_err(failed("make a pipe"))?;
        let (report, report_end) = unistd::pipe2(OFlag::O_CLOEXEC).map_err(failed("make a pipe"))?;
        let (output, output_end) = match self.terminal {
            true => (None, None),
            false => {
                let (output, end) = unistd::pipe2(OFlag::O_CLOEXEC).map_err(failed("make a pipe"))?;
                (Some(output), Some(end))
            }
        };
        // SAFETY: the process has one thread (the agent starts none), so that nothing is held across the fork.
        match unsafe { unistd::fork() }.map_err(failed("make a process"))? {
            ForkResult::Parent { child } => {
                Ok(Waiting { pid: child, output, gate, report: File::from(report) })
            }
            ForkResult::Child => {
                drop((gate, report));
                if !is_let_through(&gate_end) {
                    // SAFETY: as below.
                    unsafe { libc::_exit(127) }
                }
                let why = self.become_program(output_end);
                let _ = unistd::write(&report_end, why.as_bytes());
                // SAFETY: it ends this process at once, and runs none of what it has from its parent.
                unsafe { libc::_exit(127) }
            }
        }
    }

    /// Becomes the program; or says why not.
    fn become_program(self, output: Option<OwnedFd>) -> String {
        match self.exec(output) {
            Ok(never) => match never {},
            Err(why) => why,
        }
    }

    fn exec(self, output: Option<OwnedFd>) -> std::result::Result<std::convert::Infallible, String> {
        let text = |error: nix::Error| error.desc().to_owned();
        if !self.terminal {
            unistd::setsid().map_err(text)?;
            let null = File::open("/dev/null").map_err(|error| error.to_string())?;
            unistd::dup2_stdin(&null).map_err(text)?;
        } else if let Some(group) = GROUP.get() {
            // Where that has ended already, its own will do.
            let _ = unistd::setpgid(Pid::from_raw(0), *group);
        }
        if let Some(output) = output {
            unistd::dup2_stdout(&output).map_err(text)?;
            unistd::dup2_stderr(&output).map_err(text)?;
        }
        if let Some(root) = &self.root {
            unistd::chroot(root.as_str()).map_err(|error| format!("chroot {root}: {}", error.desc()))?;
            unistd::chdir("/").map_err(text)?;
        }
        if let Some(folder) = &self.folder {
            unistd::chdir(folder.as_str()).map_err(|error| format!("{folder}: {}", error.desc()))?;
        }
        let [input, out, error] = &self.files;
        input.as_ref().map_or(Ok(()), unistd::dup2_stdin).map_err(text)?;
        out.as_ref().map_or(Ok(()), unistd::dup2_stdout).map_err(text)?;
        error.as_ref().map_or(Ok(()), unistd::dup2_stderr).map_err(text)?;
        if !self.aslr {
            // Where the system does not allow it, its memory is laid out at random.
            let _ = personality::get().and_then(|now| personality::set(now | Persona::ADDR_NO_RANDOMIZE));
        }
        if self.nice != 0 {
            // SAFETY: it takes and gives numbers.
            unsafe { libc::nice(self.nice) };
        }
        self.restrict()?;
        let _ = sigprocmask(SigmaskHow::SIG_SETMASK, Some(&SigSet::empty()), None);
        let line = |bytes: Vec<u8>| CString::new(bytes).map_err(|_| "a NUL byte in an argument".to_owned());
        let path = line(self.path.clone().into_bytes())?;
        let args = std::iter::once(self.name).chain(self.args);
        let args: Vec<CString> = args.map(line).collect::<std::result::Result<_, _>>()?;
        let variables = self
            .environment
            .into_iter()
            .map(|(name, value)| line([name.into_vec(), b"=".to_vec(), value.into_vec()].concat()));
        let variables: Vec<CString> = variables.collect::<std::result::Result<_, _>>()?;
        unistd::execve(&path, &args, &variables).map_err(text)
    }
}

impl Plan {
    /// Takes from this process what the program is not to have.
    fn restrict(&self) -> std::result::Result<(), String> {
        for &(resource, most) in &self.limits {
            let limit = libc::rlimit { rlim_cur: most, rlim_max: most };
            // SAFETY: it reads a value of its own kind.
            let result = unsafe { libc::setrlimit(resource, &limit) };
            nix::errno::Errno::result(result)
                .map_err(|error| format!("a limit of {most}: {}", error.desc()))?;
        }
        for name in IDS {
            let Some(&(_, id)) = self.ids.iter().find(|(kind, _)| *kind == name) else { continue };
            // SAFETY: they take numbers.
            let result = unsafe {
                match name {
                    "setgid" => libc::setgid(id),
                    "setegid" => libc::setegid(id),
                    "setuid" => libc::setuid(id),
                    _ => libc::seteuid(id),
                }
            };
            nix::errno::Errno::result(result).map_err(|error| format!("{name}={id}: {}", error.desc()))?;
        }
        Ok(())
    }
}

impl Waiting {
    /// Lets it become the program. The reader tells, once that has happened or not, why it has not.
    ///
    /// # Errors
    /// When it is gone.
    pub(crate) fn release(self) -> Result<(Option<OwnedFd>, Failure)> {
        unistd::write(&self.gate, &[1]).map_err(Error::of("start the program"))?;
        Ok((self.output, Failure(self.report)))
    }
}

/// Waits for the byte that lets a process become its program: when there will be none, nobody traces it.
fn is_let_through(gate: &OwnedFd) -> bool {
    loop {
        match unistd::read(gate, &mut [0]) {
            Err(nix::errno::Errno::EINTR) => {}
            read => return read == Ok(1),
        }
    }
}

/// Where a process that does not become the program says why.
pub(crate) struct Failure(File);

impl Failure {
    /// Why, in words.
    pub(crate) fn read(mut self) -> String {
        let mut why = String::new();
        let _ = self.0.read_to_string(&mut why);
        if why.is_empty() { "it ended at once".to_owned() } else { why }
    }
}

/// The file of a program that is named as at a shell's prompt.
fn find(name: &str) -> Result<String> {
    if name.contains('/') || Path::new(name).exists() {
        let whole = std::path::absolute(name).ok().and_then(|path| path.into_os_string().into_string().ok());
        return Ok(whole.unwrap_or_else(|| name.to_owned()));
    }
    let folders = std::env::var_os("PATH").unwrap_or_default();
    let found = std::env::split_paths(&folders).map(|folder| folder.join(name)).find(|path| path.is_file());
    let found = found.and_then(|path| path.into_os_string().into_string().ok());
    found.ok_or_else(|| Error::Launch {
        path: name.to_owned(),
        why: "there is no such file, here or in PATH".to_owned(),
    })
}

/// A file without a name that holds a text, at its beginning.
fn text_file(text: &[u8]) -> std::result::Result<File, String> {
    use std::io::{Seek, Write};
    // SAFETY: the name is a text that ends with NUL.
    let fd = unsafe { libc::memfd_create(c"stdin".as_ptr(), libc::MFD_CLOEXEC) };
    let fd = nix::errno::Errno::result(fd).map_err(|error| error.desc().to_owned())?;
    // SAFETY: it was just made, and nothing else has it.
    let mut file = unsafe { <File as std::os::fd::FromRawFd>::from_raw_fd(fd) };
    let written = file.write_all(text).and_then(|()| file.rewind());
    written.map(|()| file).map_err(|error| error.to_string())
}

/// What a program reads: a file, a text, or what another program prints.
fn input(key: &str, value: &str) -> std::result::Result<File, String> {
    match value.as_bytes().first() {
        _ if key == "input" => text_file(&directive::value(value)?),
        Some(b'"' | b'\'') => text_file(&directive::value(value)?),
        Some(b'!') => text_file(&directive::printed_by(&value[1..])?),
        _ => {
            let path = directive::plain(value)?;
            File::open(&path).map_err(|error| format!("{path}: {error}"))
        }
    }
}

/// Where a program prints.
fn output(value: &str) -> std::result::Result<File, String> {
    if value.starts_with('!') {
        return Err("output goes to a file; farad does not have !PROGRAM here".to_owned());
    }
    let path = directive::plain(value)?;
    File::create(&path).map_err(|error| format!("{path}: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plan(lines: &[&str]) -> Result<Plan> {
        let profile = lines.iter().map(|line| (*line).to_owned()).collect();
        Plan::new(&Launch { path: "/bin/true".to_owned(), profile, ..Launch::default() })
    }

    #[test]
    fn a_profile_is_followed() {
        let plan =
            plan(&["# a comment", "arg1=one\narg2=two words", "setenv=A=\"b c\"", "clearenv=no", "aslr=yes"]);
        let plan = plan.unwrap();
        assert_eq!(plan.args, [&b"one"[..], b"two words"]);
        assert_eq!(plan.environment.get(&OsString::from("A")), Some(&OsString::from("b c")));
        assert!(plan.aslr);
    }

    #[test]
    fn what_is_wrong_in_it_is_named() {
        for (line, word) in [
            ("arg3=x", "arg1"),
            ("colour=red", "not known"),
            ("timeout=3", "timeout"),
            ("stdin=/nowhere/at/all", "No such file"),
            ("arg1=\"x", "never closed"),
            ("setuid=me", "a number"),
        ] {
            let error = plan(&[line]).err().unwrap().to_string();
            assert!(error.contains(line) && error.contains(word), "{error}");
        }
    }

    #[test]
    fn a_program_reads_what_the_profile_gives_it() {
        for (key, value, wanted) in [
            ("input", r"a\nb", "a\nb"),
            ("stdin", "\"x y\"", "x y"),
            ("stdin", "!echo hi", "hi"),
            ("input", ":4142", "AB"),
        ] {
            let mut text = String::new();
            input(key, value).unwrap().read_to_string(&mut text).unwrap();
            assert_eq!(text, wanted, "{key}={value}");
        }
        assert!(output("!cat").unwrap_err().contains("!PROGRAM"));
    }

    #[test]
    fn a_program_that_nobody_traces_is_not_run() {
        use nix::sys::wait::{WaitStatus, waitpid};
        let folder = tempfile::tempdir().unwrap();
        let marker = folder.path().join("marker");
        let touch = || {
            let args = vec![marker.to_str().unwrap().to_owned()];
            let launch = Launch { path: "touch".to_owned(), args, ..Launch::default() };
            Plan::new(&launch).unwrap().fork().unwrap()
        };
        // Whoever was to trace it dies.
        let waiting = touch();
        let pid = waiting.pid;
        drop(waiting);
        assert_eq!(waitpid(pid, None), Ok(WaitStatus::Exited(pid, 127)));
        assert!(!marker.exists(), "it was run");
        // It cannot be traced, since that is done already.
        let waiting = touch();
        let pid = waiting.pid;
        crate::ptrace::seize(pid, nix::sys::ptrace::Options::empty()).unwrap();
        let error = crate::process::Process::launch(waiting, "touch").err().unwrap().to_string();
        assert!(error.contains("traced"), "{error}");
        assert_eq!(waitpid(pid, None), Err(nix::errno::Errno::ECHILD), "it was left behind");
        assert!(!marker.exists(), "it was run");
    }

    #[test]
    fn a_program_is_found_as_a_shell_finds_it() {
        assert_eq!(find("/bin/sh").unwrap(), "/bin/sh");
        assert!(find("sh").unwrap().ends_with("/sh"));
        assert!(find("no-such-program-anywhere").is_err());
    }
}
