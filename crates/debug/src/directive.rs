//! Lines of a run profile: what they are called, and how their values are written, as radare2's `rarun2` has them.
//!
//! Owns the writing. What a directive does to a program is in `launch`.

use std::ffi::OsStr;
use std::io::Read;
use std::os::unix::ffi::OsStrExt;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use nix::poll::{PollFd, PollFlags, PollTimeout, poll};

type Result<T> = std::result::Result<T, String>;

/// Directives that work.
const KNOWN: &[&str] = &[
    "program", "argN", "args", "setenv", "unsetenv", "clearenv", "envfile", "preload", "libpath", "chdir",
    "chroot", "stdin", "input", "stdout", "stderr", "stdio", "aslr", "nice", "setuid", "seteuid", "setgid",
    "setegid", "core", "maxfd", "maxproc", "maxstack",
];

/// Directives that `rarun2` has and farad does not, and what to do in their place.
const ABSENT: &[(&str, &str)] = &[
    ("bits", "the program's file says what it is"),
    ("connect", "start it under gdbserver or farad at the other end"),
    ("daemon", "it is under the debugger"),
    ("execve", "it is always started so"),
    ("fork", "e dbg.follow.child goes with children"),
    ("listen", "start it under gdbserver or farad at the other end"),
    ("pid", "di shows it"),
    ("pidfile", "di shows it"),
    ("pty", "it has farad's own terminal"),
    ("r2preload", "preload takes any library"),
    ("r2preweb", "preload takes any library"),
    ("runlib", "debug a program that loads it"),
    ("runlib.fcn", "debug a program that loads it"),
    ("sleep", "it waits at its first instruction"),
    ("system", "write program=/bin/sh, arg1=-c and arg2=COMMAND"),
    ("timeout", "^C stops it"),
    ("timeoutsig", "^C stops it"),
    ("times", "doo starts it again"),
];

/// Most bytes of a value.
const VALUE: usize = 1 << 20;
/// How long a program may take that makes a value.
const PATIENCE: Duration = Duration::from_secs(10);

/// Whether a text begins as a directive that `rarun2` has.
pub fn is_directive(line: &str) -> bool {
    let Some((key, _)) = line.split_once('=') else { return false };
    let key = key.trim();
    let is_argument = key.strip_prefix("arg").is_some_and(|index| index.parse::<u32>().is_ok());
    is_argument || KNOWN.contains(&key) || ABSENT.iter().any(|(name, _)| *name == key)
}

/// Why a directive does nothing.
pub(crate) fn unknown(key: &str) -> String {
    match ABSENT.iter().find(|(name, _)| *name == key) {
        Some((_, instead)) => format!("farad does not have {key}: {instead}"),
        None => format!("it is not known: {} are", KNOWN.join(" ")),
    }
}

/// The bytes that a value stands for.
///
/// # Errors
/// What is written wrong, a file that cannot be read, a program that fails.
pub(crate) fn value(text: &str) -> Result<Vec<u8>> {
    let within = |quote: char| {
        let inner = text[1..].strip_suffix(quote).filter(|_| text.len() > 1);
        inner.ok_or_else(|| format!("{quote} is never closed"))
    };
    match text.as_bytes() {
        [b'"', ..] => within('"').map(unescaped),
        [b'\'', ..] => within('\'').map(|inner| inner.as_bytes().to_vec()),
        [b'`', ..] => printed_by(within('`')?),
        [b'!', ..] => printed_by(&text[1..]),
        [b':', b'!', ..] => digits(&String::from_utf8_lossy(&printed_by(&text[2..])?)),
        [b':', ..] => digits(&text[1..]),
        [b'@', ..] => match text[1..].split_once('@') {
            Some((count, pattern)) => repeated(count, pattern),
            None => contents(&text[1..]),
        },
        [b'$', ..] => variable(&text[1..]),
        _ => Ok(unescaped(text)),
    }
}

/// A value that is taken as it is, but may be the value of a variable.
pub(crate) fn plain(text: &str) -> Result<String> {
    match text.strip_prefix('$') {
        Some(name) => {
            String::from_utf8(variable(name)?).map_err(|_| format!("the variable {name} is not UTF-8"))
        }
        None => Ok(text.to_owned()),
    }
}

/// The number of a directive that takes one.
pub(crate) fn number<T: std::str::FromStr>(text: &str) -> Result<T> {
    plain(text)?.parse().map_err(|_| "it takes a number".to_owned())
}

/// Whether a switch is on.
pub(crate) fn is_on(text: &str) -> bool {
    matches!(text, "yes" | "true" | "1" | "on")
}

fn variable(name: &str) -> Result<Vec<u8>> {
    let value = std::env::var_os(name).ok_or_else(|| format!("there is no variable {name}"))?;
    Ok(value.as_bytes().to_vec())
}

/// A file's bytes, up to the limit.
pub(crate) fn contents(path: &str) -> Result<Vec<u8>> {
    let failed = |error: std::io::Error| format!("{path}: {error}");
    if !std::fs::metadata(path).map_err(failed)?.is_file() {
        return Err(format!("{path} is no regular file"));
    }
    let mut bytes = Vec::new();
    let file = std::fs::File::open(path).map_err(failed)?;
    file.take(VALUE as u64 + 1).read_to_end(&mut bytes).map_err(failed)?;
    if bytes.len() > VALUE { Err(format!("{path} is over {VALUE} bytes")) } else { Ok(bytes) }
}

fn repeated(count: &str, pattern: &str) -> Result<Vec<u8>> {
    let count: usize = count.parse().map_err(|_| format!("'{count}' is no number of bytes"))?;
    if pattern.is_empty() || count > VALUE {
        return Err(format!("write @COUNT@PATTERN, with up to {VALUE} bytes"));
    }
    Ok(pattern.bytes().cycle().take(count).collect())
}

fn digits(text: &str) -> Result<Vec<u8>> {
    let text = text.trim();
    let wrong = || format!("':{text}' is not hex digits, two a byte");
    if text.is_empty() || !text.len().is_multiple_of(2) || !text.is_ascii() {
        return Err(wrong());
    }
    let pair = |at: usize| u8::from_str_radix(&text[at..at + 2], 16).map_err(|_| wrong());
    (0..text.len()).step_by(2).map(pair).collect()
}

/// What a program prints, without blanks at its end.
pub(crate) fn printed_by(line: &str) -> Result<Vec<u8>> {
    let failed = |error: std::io::Error| format!("{line}: {error}");
    let mut command = Command::new("/bin/sh");
    command.arg("-c").arg(line).stdin(Stdio::null()).stdout(Stdio::piped());
    let mut child = command.spawn().map_err(failed)?;
    let bytes = child.stdout.take().map_or(Ok(Vec::new()), read_in_time);
    if bytes.is_err() {
        let _ = child.kill();
    }
    let status = child.wait().map_err(failed)?;
    let bytes = bytes.map_err(|why| format!("{line}: {why}"))?;
    if !status.success() {
        return Err(format!("{line} failed ({status})"));
    }
    Ok(bytes.trim_ascii_end().to_vec())
}

fn read_in_time(mut from: std::process::ChildStdout) -> Result<Vec<u8>> {
    use std::os::fd::AsFd;
    let until = Instant::now() + PATIENCE;
    let (mut bytes, mut chunk) = (Vec::new(), [0; 4096]);
    while bytes.len() <= VALUE {
        let left = PollTimeout::try_from(until.saturating_duration_since(Instant::now()))
            .unwrap_or(PollTimeout::ZERO);
        let ready = poll(&mut [PollFd::new(from.as_fd(), PollFlags::POLLIN)], left);
        match ready {
            Ok(0) => return Err(format!("it took over {} seconds", PATIENCE.as_secs())),
            Ok(_) => match from.read(&mut chunk).map_err(|error| error.to_string())? {
                0 => return Ok(bytes),
                n => bytes.extend_from_slice(&chunk[..n]),
            },
            Err(nix::errno::Errno::EINTR) => {}
            Err(errno) => return Err(errno.desc().to_owned()),
        }
    }
    Err(format!("it printed over {VALUE} bytes"))
}

/// The bytes of a text in which `\n`, `\t`, `\\` and `\xNN` stand for others.
pub(crate) fn unescaped(text: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let Some((&byte, behind)) = rest.split_first() {
        rest = behind;
        let (b'\\', Some((&letter, behind))) = (byte, rest.split_first()) else {
            bytes.push(byte);
            continue;
        };
        rest = behind;
        match letter {
            b'n' => bytes.push(b'\n'),
            b't' => bytes.push(b'\t'),
            b'r' => bytes.push(b'\r'),
            b'0' => bytes.push(0),
            b'x' => {
                let digits = rest.get(..2).and_then(|digits| str::from_utf8(digits).ok());
                match digits.and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
                    Some(value) => {
                        bytes.push(value);
                        rest = &rest[2..];
                    }
                    None => bytes.extend(b"\\x"),
                }
            }
            other => bytes.push(other),
        }
    }
    bytes
}

/// A text of an environment, from bytes.
pub(crate) fn os_text(bytes: &[u8]) -> std::ffi::OsString {
    OsStr::from_bytes(bytes).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_written_in_many_ways() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("arg.txt");
        std::fs::write(&file, "of a file\n").unwrap();
        for (text, wanted) in [
            ("plain words", "plain words"),
            ("a,b", "a,b"),
            (r"a\tb", "a\tb"),
            (r#""x y""#, "x y"),
            (r#""a\"b\n""#, "a\"b\n"),
            (r"'a\nb'", r"a\nb"),
            (":4142", "AB"),
            (":!echo 4142", "AB"),
            ("!echo hi; echo", "hi"),
            ("`echo hi`", "hi"),
            ("@5@AB", "ABABA"),
            ("", ""),
        ] {
            assert_eq!(value(text).as_deref(), Ok(wanted.as_bytes()), "{text}");
        }
        assert_eq!(value(&format!("@{}", file.display())).unwrap(), b"of a file\n");
        assert_eq!(value("$PATH").unwrap(), std::env::var("PATH").unwrap().as_bytes());
    }

    #[test]
    fn what_is_wrong_in_a_value_is_named() {
        for (text, word) in [
            ("\"x", "closed"),
            ("\"", "closed"),
            ("'x", "closed"),
            ("`x", "closed"),
            (":414", "hex"),
            (":zz", "hex"),
            (":", "hex"),
            ("@/no/such/file", "/no/such/file"),
            ("@/dev/zero", "regular"),
            ("@x@y", "'x'"),
            ("@9@", "PATTERN"),
            ("$NO_SUCH_VARIABLE_", "NO_SUCH_VARIABLE_"),
            ("!exit 3", "exit 3"),
        ] {
            let error = value(text).unwrap_err();
            assert!(error.contains(word), "{text}: {error}");
        }
    }

    #[test]
    fn what_rarun2_has_more_is_refused_by_name() {
        for (name, _) in ABSENT {
            assert!(!KNOWN.contains(name) && unknown(name).contains(name), "{name}");
        }
        assert!(unknown("colour").contains("not known"));
    }

    #[test]
    fn text_is_written_with_escapes() {
        assert_eq!(unescaped(r"a\n\x41\\\q\x4"), b"a\nA\\q\\x4");
    }
}
