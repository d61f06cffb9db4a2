//! What the command line asks for. Parsing has no effects; effects come after.

use std::path::PathBuf;

use anyhow::{Context, Result, bail};
use lexopt::{Arg, Parser, ValueExt};

use crate::flag::{self, State};

/// What is to be opened.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) enum Target {
    /// Nothing (`--`, or no file at all).
    #[default]
    Nothing,
    /// A path or URI.
    Uri(String),
    /// What standard input gives (`=`).
    Stdin,
}

/// What is shown in place of a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Show {
    /// `-h`, `-hh`.
    Help {
        /// All flags.
        all: bool,
    },
    /// `-v`, `-V`.
    Version {
        /// Of all parts.
        all: bool,
    },
    /// `-L`.
    Schemes,
}

/// When farad leaves by itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Quiet {
    /// It does not: it prompts.
    #[default]
    No,
    /// After commands and scripts, if there are any; else it reads lines without a prompt.
    AfterCommands,
    /// After commands and scripts in any case.
    Always,
}

/// The command line.
#[derive(Clone, Debug, Default)]
pub(crate) struct Options {
    pub(crate) target: Target,
    pub(crate) show: Option<Show>,
    pub(crate) json: bool,
    /// `-c` and `-i`, in the order given.
    pub(crate) commands: Vec<String>,
    pub(crate) scripts: Vec<PathBuf>,
    pub(crate) early_scripts: Vec<PathBuf>,
    /// `-e`, `-a`, `-b` and the like, in the order given.
    pub(crate) settings: Vec<String>,
    pub(crate) quiet: Quiet,
    pub(crate) zero: bool,
    pub(crate) errors_to_output: bool,
    pub(crate) no_errors: bool,
    pub(crate) no_headers: bool,
    pub(crate) no_strings: bool,
    pub(crate) no_rc: bool,
    pub(crate) write: bool,
    pub(crate) no_exec: bool,
    pub(crate) sandbox: bool,
    pub(crate) whole_block: bool,
    pub(crate) http_host: bool,
    pub(crate) remote_mode: bool,
    pub(crate) base: Option<String>,
    pub(crate) map: Option<String>,
    pub(crate) seek: Option<String>,
    pub(crate) demo: bool,
    pub(crate) debug: bool,
    /// `-R`, in the order given.
    pub(crate) directives: Vec<String>,
    /// How much code is analysed after opening: 0 none, 1 as `aaa`, 2 as `aaaa`.
    pub(crate) analysis: u8,
}

impl Options {
    /// Parses arguments, the program's name not among them.
    ///
    /// # Errors
    /// A flag that is unknown, refused, or lacks its value; a second file.
    pub(crate) fn parse(args: impl IntoIterator<Item = std::ffi::OsString>) -> Result<Options> {
        let mut options = Options::default();
        let mut words: Vec<std::ffi::OsString> = Vec::new();
        let mut files = Vec::new();
        // `-=` and `--` alone have meanings of their own here; what follows `--` is a file.
        let mut rest = args.into_iter();
        for arg in rest.by_ref() {
            if takes_value(&words) {
                words.push(arg);
            } else if arg == "-=" {
                options.remote_mode = true;
            } else if arg == "--" {
                files.extend(rest.by_ref());
                break;
            } else {
                words.push(arg);
            }
        }
        let mut parser = Parser::from_args(words);
        parser.set_short_equals(false);
        while let Some(arg) = parser.next()? {
            match arg {
                Arg::Short(letter) => options.take(letter, &mut parser)?,
                Arg::Long("help") => options.show = Some(Show::Help { all: false }),
                Arg::Long("version") => options.show = Some(Show::Version { all: false }),
                Arg::Long(name) => bail!("unknown flag --{name} (farad -h lists the flags)"),
                Arg::Value(file) => files.push(file),
            }
        }
        let mut files = files.into_iter().map(|file| file.string().map_err(anyhow::Error::from));
        match files.next().transpose()?.as_deref() {
            None => {}
            Some("=") => options.target = Target::Stdin,
            Some("demo") if !std::path::Path::new("demo").exists() => options.demo = true,
            Some(program) if options.debug && !program.contains("://") => {
                let words = std::iter::once(Ok(program.to_owned())).chain(files.by_ref());
                let words: Vec<String> = words.collect::<Result<_>>()?;
                let line =
                    shlex::try_join(words.iter().map(String::as_str)).context("an argument holds a NUL")?;
                options.target = Target::Uri(format!("dbg://{line}"));
            }
            Some(uri) => options.target = Target::Uri(uri.to_owned()),
        }
        if options.debug && options.target == Target::Nothing {
            bail!("-d takes a program or the number of a process");
        }
        if !options.directives.is_empty() {
            let directives = farad_shell::list_directives(&std::mem::take(&mut options.directives));
            options.settings.push(format!("dbg.profile={directives}"));
        }
        if let Some(second) = files.next().transpose()? {
            bail!("'{second}': one file is opened at a time (-c 'o {second}' opens another)");
        }
        Ok(options)
    }

    fn take(&mut self, letter: char, parser: &mut Parser) -> Result<()> {
        let Some(flag) = flag::find(letter) else {
            bail!("unknown flag -{letter} (farad -hh lists the flags)")
        };
        if let State::Refused(why) = flag.state {
            bail!("flag -{letter} is refused: {why}");
        }
        let mut value = || -> Result<String> {
            let value = parser.value().with_context(|| format!("flag -{letter} takes a value"))?;
            value.string().with_context(|| format!("the value of -{letter} is not UTF-8"))
        };
        match letter {
            '0' => self.zero = true,
            '1' => self.errors_to_output = true,
            '2' => self.no_errors = true,
            'A' => self.analysis = self.analysis.saturating_add(1).min(2),
            'a' => self.settings.push(format!("asm.arch={}", value()?)),
            'b' => self.settings.push(format!("asm.bits={}", value()?)),
            'B' => self.base = Some(value()?),
            'c' => self.commands.push(value()?),
            'C' => self.http_host = true,
            'd' => self.debug = true,
            'e' => self.settings.push(value()?),
            'f' => self.whole_block = true,
            'h' => self.show = Some(Show::Help { all: matches!(self.show, Some(Show::Help { .. })) }),
            // Whatever their names hold.
            'i' => self.scripts.push(path(parser, letter)?),
            'I' => self.early_scripts.push(path(parser, letter)?),
            'j' => self.json = true,
            'k' => self.settings.push(format!("asm.os={}", value()?)),
            'L' => self.show = Some(Show::Schemes),
            'm' => self.map = Some(value()?),
            'M' => self.settings.push("bin.demangle=false".to_owned()),
            'n' => self.no_headers = true,
            'N' => self.no_rc = true,
            'q' if self.quiet == Quiet::AfterCommands => self.quiet = Quiet::Always,
            'q' => self.quiet = self.quiet.max(Quiet::AfterCommands),
            'Q' => self.quiet = Quiet::Always,
            'r' => self.settings.push(format!("dbg.profile={}", value()?)),
            'R' => self.directives.push(value()?),
            's' => self.seek = Some(value()?),
            'S' => self.sandbox = true,
            'v' => self.show = Some(Show::Version { all: false }),
            'V' => self.show = Some(Show::Version { all: true }),
            'w' => self.write = true,
            'x' => self.no_exec = true,
            'z' => self.no_strings = true,
            // -t and -T ask for what is always so.
            _ => {}
        }
        Ok(())
    }
}

fn path(parser: &mut Parser, letter: char) -> Result<PathBuf> {
    Ok(parser.value().with_context(|| format!("flag -{letter} takes a value"))?.into())
}

/// Whether the last word is a cluster of flags that ends in one whose value comes next.
fn takes_value(words: &[std::ffi::OsString]) -> bool {
    let Some(cluster) = words.last().and_then(|word| word.to_str()?.strip_prefix('-')) else { return false };
    let mut letters = cluster.chars();
    // A flag with a value takes the rest of its cluster, if there is one.
    letters.find(|&letter| flag::find(letter).is_some_and(|flag| flag.value.is_some())).is_some()
        && letters.next().is_none()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(words: &[&str]) -> Result<Options> {
        Options::parse(words.iter().map(Into::into))
    }

    #[test]
    fn values_may_begin_with_an_equals_sign() {
        assert_eq!(parse(&["-qc=:9999", "-"]).unwrap().commands, ["=:9999"]);
        assert_eq!(parse(&["-c", "=h", "-c", "--", "x"]).unwrap().commands, ["=h", "--"]);
        let options = parse(&["-c", "-=", "--"]).unwrap();
        assert!(options.commands == ["-="] && !options.remote_mode);
        let options = parse(&["-N", "-qq", "-e", "scr.color=0", "-q0", "/bin/ls"]).unwrap();
        assert_eq!(options.quiet, Quiet::Always);
        assert!(options.zero && options.no_rc);
        assert_eq!(options.target, Target::Uri("/bin/ls".into()));
    }

    #[test]
    fn targets_have_their_short_forms() {
        assert_eq!(parse(&["--"]).unwrap().target, Target::Nothing);
        assert_eq!(parse(&["-"]).unwrap().target, Target::Uri("-".into()));
        assert_eq!(parse(&["="]).unwrap().target, Target::Stdin);
        assert!(parse(&["-=", "x"]).unwrap().remote_mode);
        assert_eq!(parse(&["--", "-x"]).unwrap().target, Target::Uri("-x".into()));
        assert_eq!(parse(&["-d", "ls", "a b"]).unwrap().target, Target::Uri("dbg://ls 'a b'".into()));
        assert_eq!(parse(&["-d", "12"]).unwrap().target, Target::Uri("dbg://12".into()));
        assert!(parse(&["-d"]).is_err());
        assert_eq!(parse(&["rap://:9999"]).unwrap().target, Target::Uri("rap://:9999".into()));
    }

    #[test]
    fn every_flag_is_taken_or_refused_by_name() {
        for row in flag::FLAGS {
            let mut words = vec![format!("-{}", row.letter)];
            words.extend(row.value.map(|_| "1".to_owned()));
            let mut words: Vec<&str> = words.iter().map(String::as_str).collect();
            if row.letter == 'd' {
                words.push("/bin/true");
            }
            match (parse(&words), row.state) {
                (Ok(_), State::Works) => {}
                (Err(error), State::Refused(why)) => {
                    let error = error.to_string();
                    assert!(error.contains(why) && error.contains(row.letter), "{error}");
                }
                (result, state) => panic!("-{}: {state:?} but {result:?}", row.letter),
            }
        }
        for (words, wanted) in
            [(&["-Z"][..], "-Z"), (&["-c"], "-c"), (&["a", "b"], "'b'"), (&["--nope"], "--nope")]
        {
            let error = parse(words).unwrap_err().to_string();
            assert!(error.contains(wanted), "{error}");
        }
    }
}
