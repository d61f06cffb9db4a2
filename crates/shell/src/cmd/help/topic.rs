//! Notes on the language: what surrounds commands, and how numbers are written.

use crate::error::Result;
use crate::eval::Env;
use crate::eval::variable::VARIABLES;
use crate::table::{FORMS, OPERATORS};

/// What is typed, and what it does.
type Line = (&'static str, &'static str);

/// A note.
struct Topic {
    /// What is typed before the `?`; with a `?` in front of it too.
    name: &'static str,
    /// What it tells, in a line.
    brief: &'static str,
    /// The lines.
    lines: &'static [Line],
}

/// Notes, in the order `?` lists them.
static TOPICS: &[Topic] = &[
    Topic {
        name: "@",
        brief: "settings for one command",
        lines: &[
            ("cmd @ addr", "at this address; behind a sign, so far from here"),
            ("cmd @ addr!size", "and with this block size"),
            ("cmd @!size", "with this block size"),
            ("cmd @..digits", "at this address with its low hex digits replaced"),
            ("cmd @{from to}", "on the bytes from one address to another"),
            ("cmd @a:arch[:bits]", "for another architecture"),
            ("cmd @b:bits", "for another register width"),
            ("cmd @B:n", "at the n-th instruction of the basic block; -1 is the last"),
            ("cmd @c:command", "at the address that a command prints"),
            ("cmd @e:name=value,…", "with other settings"),
            ("cmd @f:file", "on the bytes of a file"),
            ("cmd @F:space", "with another flag space selected"),
            ("cmd @i:n", "n instructions on, or back behind a minus"),
            ("cmd @k:query", "at the address that a query to the store (k) gives"),
            ("cmd @o:fd", "on another descriptor"),
            ("cmd @r:register", "at the value of a register"),
            ("cmd @s:text", "on the bytes of a text"),
            ("cmd @v:number", "on the bytes of a number"),
            ("cmd @x:hex", "on these bytes"),
        ],
    },
    Topic {
        name: "@@",
        brief: "a command once for each of many addresses",
        lines: &[
            ("cmd @@=a b c", "these addresses"),
            ("cmd @@==x y", "no addresses: each word is put behind the command in turn"),
            ("cmd @@ pattern", "flags"),
            ("cmd @@c:command", "the addresses that a command prints"),
            ("cmd @@.file", "the addresses in a file"),
            ("cmd @@s:from to step", "from one address to another in steps"),
            ("cmd @@/x 90", "the hits of a search"),
            ("cmd @@f", "functions; @@f:pattern, those of such names; @@F is the same"),
            ("cmd @@b", "basic blocks of the function, each with its size as the block"),
            ("cmd @@i", "instructions of the function"),
            ("cmd @@t", "threads of the process under the debugger"),
            ("cmd @@dbt", "frames of its backtrace, where each is at; @@dbts, where the stack of each is"),
            ("cmd @@iS", "sections, each with its size as the block"),
            ("cmd @@k query", "the addresses that a query to the store (k) gives"),
        ],
    },
    Topic {
        name: "@@@",
        brief: "a command once for each of many ranges",
        lines: &[
            ("cmd @@@=addr size …", "these addresses and sizes"),
            ("cmd @@@c:command", "the addresses and sizes that a command prints"),
            ("cmd @@@b", "basic blocks of the function"),
            ("cmd @@@C[:pattern]", "comments"),
            ("cmd @@@e", "entry points"),
            ("cmd @@@E", "exports"),
            ("cmd @@@f[:pattern]", "flags"),
            ("cmd @@@F[:pattern]", "functions"),
            ("cmd @@@i", "imports"),
            ("cmd @@@m", "maps"),
            ("cmd @@@M", "maps of the process under the debugger"),
            ("cmd @@@r", "registers of the whole width"),
            ("cmd @@@R", "relocations"),
            ("cmd @@@s", "symbols"),
            ("cmd @@@S", "sections"),
            ("cmd @@@t", "threads of the process under the debugger"),
            ("cmd @@@z", "strings"),
        ],
    },
    Topic {
        name: "~",
        brief: "filters on what a command prints",
        lines: &[
            ("cmd~word", "lines with the word in them; a,b is one of two, and several ~ follow each other"),
            ("cmd~&a,b", "lines with all the words"),
            ("cmd~!word", "lines without the word"),
            ("cmd~+word", "whatever the case of its letters"),
            ("cmd~^word", "lines that begin with it; word$ is at the end"),
            ("cmd~word[n]", "columns of them: [0], [1,3], [1-3], [2-]"),
            (
                "cmd~word:n",
                "the n-th of them, from 0; :a..b is some, negative numbers count back from the end",
            ),
            ("cmd~$", "sorted; $n by a column, $! from high to low"),
            ("cmd~?", "how many lines; ?. how many bytes"),
            ("cmd~{}", "JSON with indents"),
            ("cmd~{path}", "what is at a path of JSON: {a.b[1]}"),
            ("cmd~{:", "JSON with indents and without brackets and quotes"),
            ("cmd~..", "a page at a time"),
            ("cmd~??", "this note"),
        ],
    },
    Topic {
        name: ">",
        brief: "output into files",
        lines: &[
            ("cmd > file", "in place of what the file had"),
            ("cmd >> file", "behind what the file has"),
            ("cmd > $name", "as the text of an alias; >> puts it behind"),
            ("cmd 2> file", "what it reports; 2>> puts it behind what the file has"),
            ("cmd > file 2> other", "both, each in its own"),
            ("cmd 2>&1", "what it reports among what it prints"),
        ],
    },
    Topic {
        name: "|",
        brief: "output into programs",
        lines: &[
            ("cmd | program", "to a program of this machine, whose output goes on"),
            ("cmd |", "without colours"),
            ("cmd |.", "run as commands"),
            ("cmd |J", "as JSON: what it printed, what it reported and how it went"),
            ("cmd |E", "as base64; |D is what base64 stands for"),
        ],
    },
    Topic {
        name: "!",
        brief: "programs of this machine",
        lines: &[
            ("!program", "runs it on the terminal"),
            ("!!program", "its output can be filtered: !!ls~txt"),
            (".!program", "runs its output as commands"),
            ("!=!", "remote mode: all that is typed goes through the descriptor"),
        ],
    },
    Topic {
        name: ".",
        brief: "output and files as commands",
        lines: &[
            (".cmd", "runs what the command prints: .f*"),
            (". file", "runs the lines of a file, or has a script's program run it (?#!?)"),
            (".!program", "runs what a program prints"),
            (".(name args)", "calls a macro"),
        ],
    },
    Topic {
        name: "#!",
        brief: "scripts in other languages",
        lines: &[
            (
                ". file.py",
                "a file of another language, by its ending or its first line #!, runs by its program",
            ),
            ("#!python file", "the same, whatever the file is called"),
            ("#!pipe cmd", "a line of the shell"),
            ("#!", "lists the languages and their programs"),
            (
                "R2PIPE_IN, R2PIPE_OUT",
                "where the program reads answers and writes commands: r2pipe.open() asks this session",
            ),
        ],
    },
    Topic {
        name: "&&",
        brief: "commands one after the other",
        lines: &[
            ("cmd; cmd", "both, whatever becomes of the first"),
            ("cmd && cmd", "the second when the first did not fail"),
            ("cmd || cmd", "the second when the first failed, which then counts as no failure"),
            ("\"cmd\"\"cmd\"", "two commands in which no character is special"),
            ("!cmd && cmd", "the shell's own: what is behind ! and | goes to it up to the next ;"),
        ],
    },
    Topic {
        name: "$",
        brief: "aliases: commands and text under a name",
        lines: &[
            ("$name=cmd", "keeps a command; $name runs it, with what is behind put behind it"),
            ("$name=$text", "keeps text, which $name prints"),
            ("$name=base64:…", "keeps the text of base64"),
            ("$name?", "shows what is kept"),
            ("$name=", "forgets it; $-* forgets all"),
            ("$", "lists names; $* with what they stand for"),
            ("$name:=addr", "sets a flag; += and -= move it"),
        ],
    },
    Topic { name: "?$", brief: "variables in numbers (?$ shows their values)", lines: &[] },
    Topic {
        name: "(",
        brief: "macros: commands with arguments",
        lines: &[
            ("(name a b;cmds)", "keeps commands; $0 and $1, or ${a} and ${b}, stand for the arguments"),
            ("(name a;cmds)(x)", "and runs them"),
            ("(;cmds)(x)", "runs them without a name"),
            (".(name x y)", "runs them"),
            ("(*", "lists macros"),
            ("(-name)", "forgets one; (-*) forgets all"),
        ],
    },
    Topic {
        name: "`",
        brief: "quotes, and output within a command",
        lines: &[
            ("`cmd`, $(cmd)", "what the command prints, in a line"),
            ("\"cmd\"", "no character in it is special; what is behind it acts"),
            ("'cmd", "no character to the end of the line is special"),
            ("'addr'cmd", "the same at an address"),
            ("\\;", "a character that is not special"),
            ("# text", "a comment; cmd;cmd are two commands, 3cmd is three times the same"),
        ],
    },
    Topic {
        name: "?0",
        brief: "how numbers are written",
        lines: &[
            ("10, 10d, 0x1f, 1fh", "decimal and hex"),
            ("017, 0o17, 17o", "octal"),
            ("0b11, 11b, 0t21, 21t", "binary and ternary"),
            ("10K, 1.5M, 1G", "times 1024, and again"),
            ("'A'", "the code of a character"),
            ("1234:0010", "a segment and an offset"),
            ("name", "the address of a flag, symbol or function"),
            ("$$, $b, …", "variables (?$?)"),
            ("[addr], [addr:4]", "the number in memory there"),
            ("+ - & | ^ << >>", "from left to right; <<< and >>> rotate"),
            ("* / %", "before those; ( ) before all"),
            ("-n ~n !n", "signs: negative, every bit turned, 1 if it was 0"),
        ],
    },
];

/// The note of a name, with or without a `?` in front.
fn find(name: &str) -> Option<&'static Topic> {
    let named = |name: &str| TOPICS.iter().find(|topic| topic.name == name);
    named(name).or_else(|| name.strip_prefix('?').and_then(named))
}

/// Prints the note of that name, if there is one.
pub(super) fn print(env: &mut Env<'_>, name: &str) -> Result<bool> {
    let Some(topic) = find(name) else { return Ok(false) };
    match topic.name {
        "?$" => print_variables(env)?,
        _ => print_lines(env, topic.lines.iter().copied())?,
    }
    Ok(true)
}

/// Prints the note on filters, which a filter may ask for.
///
/// # Errors
/// When the output cannot be written.
pub(crate) fn print_filters(env: &mut Env<'_>) -> Result<()> {
    env.paged(|env| print(env, "~").map(drop))
}

/// What is typed to ask for each note, what it tells in a line, and its lines.
pub fn topics() -> impl Iterator<Item = (String, &'static str, &'static [(&'static str, &'static str)])> {
    TOPICS.iter().map(|topic| (asked(topic), topic.brief, topic.lines))
}

fn asked(topic: &Topic) -> String {
    format!("?{}?", topic.name.trim_start_matches('?'))
}

/// Prints what there are notes on.
pub(super) fn list(env: &mut Env<'_>) -> Result<()> {
    for topic in TOPICS {
        writeln!(env.out, "| {:8} {}", asked(topic), topic.brief)?;
    }
    Ok(())
}

fn print_lines<'a>(env: &mut Env<'_>, lines: impl Iterator<Item = (&'a str, &'a str)> + Clone) -> Result<()> {
    let width = lines.clone().map(|(form, _)| form.chars().count()).max().unwrap_or(0);
    for (form, brief) in lines {
        writeln!(env.out, "| {form:width$}  {brief}")?;
    }
    Ok(())
}

fn print_variables(env: &mut Env<'_>) -> Result<()> {
    let lines: Vec<(String, &str)> = VARIABLES
        .iter()
        .map(|row| match row.takes {
            "" => (format!("${}", row.name), row.brief),
            takes => (format!("${}{{{takes}}}", row.name), row.brief),
        })
        .collect();
    print_lines(env, lines.iter().map(|(form, brief)| (form.as_str(), *brief)))
}

/// Prints what a query of a table can say.
pub(super) fn print_tables(env: &mut Env<'_>) -> Result<()> {
    let operators = OPERATORS.iter().map(|(name, _, takes, brief)| {
        let takes = if takes.is_empty() { String::new() } else { format!("/{takes}") };
        (format!("column/{name}{takes}"), *brief)
    });
    let forms = FORMS.iter().map(|(name, _, brief)| (format!(":{name}"), *brief));
    let lines: Vec<(String, &str)> = operators.chain(forms).collect();
    writeln!(
        env.out,
        "A query, here and behind the comma of any list (is,size/gt/8,:csv), has commas between:"
    )?;
    print_lines(env, lines.iter().map(|(form, brief)| (form.as_str(), *brief)))
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use crate::cmd::print::tests::output;
    use crate::lang::{Dialect, parse, temp_letters};

    #[test]
    fn every_topic_can_be_asked_for() {
        let mut seen = HashSet::new();
        for topic in TOPICS {
            assert!(seen.insert(topic.name), "{} is there twice", topic.name);
            let asked = asked(topic);
            let text = output("malloc://8", &asked);
            assert!(text.starts_with("| "), "{asked}: {text}");
            assert_eq!(output("malloc://8", &format!("{asked}~:0~?")), "1\n", "{asked}");
        }
        for asked in
            ["@?", "@@?", "@@@?", "~?", "~??", ">?", "|?", "!?", "(?", "$?", ".?", "s~??", "#!?", "&&?"]
        {
            assert!(output("malloc://8", asked).starts_with("| "), "{asked}");
        }
        assert!(output("malloc://8", ",?").contains("column/head/n"));
    }

    #[test]
    fn every_temporary_form_is_explained() {
        let topic = find("@").unwrap();
        for letter in temp_letters() {
            let form = format!("cmd @{letter}:");
            assert!(topic.lines.iter().any(|(line, _)| line.starts_with(&form)), "{form}");
        }
        for topic in ["@", "@@", "@@@"].map(|name| find(name).unwrap()) {
            for (line, _) in topic.lines {
                let line = line.split('[').next().unwrap().replace('…', "");
                assert!(parse(&line, &Dialect::default()).is_ok(), "{line}");
            }
        }
    }
}
