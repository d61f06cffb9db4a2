//! What a statement runs: told apart by its first letters.
//!
//! Owns the forms that are not plain commands (shell, interpretation, macros, aliases, conditions).
//! Must not know which commands exist: all else is a command.

use super::fault::ParseFault;
use super::parse::{Fault, Parser};
use super::text::{CAPTURE, COMMAND, FOREIGN, Reading, SHELL};
use super::tree::{Alias, Body, Condition, Interpret, Macro, Piece, Text, When};

impl Parser<'_> {
    /// Reads what the statement runs, up to what surrounds it.
    pub(super) fn body(&mut self) -> Result<Body, Fault> {
        let rest = self.rest();
        match self.peek() {
            Some(b'!') if rest.starts_with("!!") && !rest.starts_with("!!!") => {
                self.at += 2;
                Ok(Body::ShellCapture(self.text(CAPTURE)?))
            }
            // `!=!` turns on remote mode: a command that happens to begin with the mark.
            Some(b'!') if !rest.starts_with("!=") => {
                self.at += 1;
                Ok(Body::Shell(self.text(SHELL)?))
            }
            Some(b'.') => self.interpret(),
            Some(b'(') => self.macro_form().map(Body::Macro),
            Some(b'$') if !rest.starts_with("$$") && !rest.starts_with("$(") => self.alias(),
            Some(b'?') => self.condition(),
            Some(b'0') => {
                let address = self.command_text()?;
                Ok(Body::Command(prefixed("s ", address)))
            }
            _ => self.command(),
        }
    }

    fn command(&mut self) -> Result<Body, Fault> {
        let text = self.command_text()?;
        Ok(if text.is_empty() { Body::Empty } else { Body::Command(text) })
    }

    fn command_text(&mut self) -> Result<Text, Fault> {
        let foreign = (self.dialect.keeps_temps)(self.rest());
        self.text(if foreign { FOREIGN } else { COMMAND })
    }

    /// `?? cmd` and kin. Without a command behind, and with anything else, it is the `?` command.
    fn condition(&mut self) -> Result<Body, Fault> {
        let when = match self.rest().as_bytes().get(1) {
            Some(b'?') => When::NonZero,
            Some(b'!') => When::Zero,
            Some(b'+') => When::Positive,
            Some(b'-') => When::Negative,
            _ => return self.command(),
        };
        let start = self.at;
        self.at += 2;
        let apart =
            self.peek().is_some_and(|next| next == b' ' || next == b'\t' || next.is_ascii_alphabetic());
        self.skip_blanks();
        if !apart || self.at_end() || matches!(self.peek(), Some(b'~' | b'|' | b'>' | b'@' | b'#')) {
            self.at = start;
            return self.command();
        }
        let then = Box::new(self.nested(Self::statement)?);
        Ok(Body::Condition(Condition { when, then }))
    }

    fn interpret(&mut self) -> Result<Body, Fault> {
        let interpret = match self.rest().as_bytes().get(1) {
            Some(b' ' | b'\t') => {
                self.at += 1;
                let path = self.text(COMMAND)?;
                if path.is_empty() {
                    return Ok(Body::Command(Text::literal(".")));
                }
                Interpret::File(path)
            }
            Some(b'(') => {
                return self.macro_call().map(Body::Macro);
            }
            Some(b'!') => {
                self.at += 2;
                Interpret::Shell(self.text(CAPTURE)?)
            }
            // Help, repetition, partial seeks, the editor, listeners: commands that begin with a dot.
            None | Some(b'.' | b'-' | b':' | b'*' | b'/' | b';' | b'\n' | b'~' | b'|' | b'>' | b'@') => {
                return self.command();
            }
            Some(b'?')
                if matches!(self.rest().as_bytes().get(2), None | Some(b' ' | b'~' | b'|' | b'>' | b';')) =>
            {
                return self.command();
            }
            Some(_) => {
                self.at += 1;
                Interpret::Output(Box::new(self.nested(Self::body)?))
            }
        };
        Ok(Body::Interpret(interpret))
    }

    fn macro_form(&mut self) -> Result<Macro, Fault> {
        let open = self.at;
        self.at += 1;
        match self.peek() {
            Some(b'*') => {
                self.at += 1;
                self.skip_closing();
                return Ok(Macro::List);
            }
            Some(b'-') => {
                self.at += 1;
                let name = if self.peek() == Some(b'*') { self.take(1) } else { self.name() };
                self.skip_closing();
                return if name.is_empty() {
                    Err(self.expected("the name of a macro"))
                } else {
                    Ok(Macro::Remove(name))
                };
            }
            // A body without a name begins with the separator.
            Some(b';') if self.matching(open).is_ok() => {}
            _ if self.at_end() => return Ok(Macro::List),
            _ => {}
        }
        let end = self.matching(open)?;
        let inside = &self.source[open + 1..end];
        let Some((head, source)) = inside.split_once(';') else {
            return Err(self.fault(end, ParseFault::Expected("; and the commands of the macro")));
        };
        let mut words = head.split_ascii_whitespace().map(str::to_owned);
        let (name, parameters, source) = (words.next(), words.collect(), source.trim().to_owned());
        self.at = end + 1;
        let call = if self.peek() == Some(b'(') {
            let open = self.at;
            self.at += 1;
            Some(self.arguments(open)?)
        } else {
            None
        };
        match (name, call) {
            (Some(name), call) => Ok(Macro::Define { name, parameters, source, call }),
            (None, Some(arguments)) => Ok(Macro::Run { source, arguments }),
            (None, None) => Err(self.expected("(), which runs a macro without a name,")),
        }
    }

    /// `.(name args)`.
    fn macro_call(&mut self) -> Result<Macro, Fault> {
        let open = self.at + 1;
        self.at += 2;
        self.skip_blanks();
        let name = self.name();
        if name.is_empty() {
            return Err(self.expected("the name of a macro"));
        }
        Ok(Macro::Call { name, arguments: self.arguments(open)? })
    }

    /// Arguments up to the end of the parenthesis at `open`, which is taken too.
    fn arguments(&mut self, open: usize) -> Result<Text, Fault> {
        let text = self.text(Reading { stops: b"", until: Some(b')'), ..COMMAND })?;
        if self.peek() != Some(b')') {
            return Err(self.fault(open, ParseFault::Unclosed('(')));
        }
        self.at += 1;
        Ok(text)
    }

    /// The offset of the parenthesis that closes the one at `open`; quotes hide what is in them.
    fn matching(&self, open: usize) -> Result<usize, Fault> {
        let bytes = self.source.as_bytes();
        let (mut depth, mut quote, mut at) = (0_usize, None, open);
        while let Some(&here) = bytes.get(at) {
            match (quote, here) {
                (_, b'\\') => at += 1,
                (Some(_), _) if quote == Some(here) => quote = None,
                (Some(_), _) => {}
                (None, b'"' | b'`') => quote = Some(here),
                (None, b'\'') if !bytes[at - 1].is_ascii_alphanumeric() => quote = Some(here),
                (None, b'(') => depth += 1,
                (None, b')') if depth == 1 => return Ok(at),
                (None, b')') => depth -= 1,
                _ => {}
            }
            at += 1;
        }
        Err(self.fault(open, ParseFault::Unclosed('(')))
    }

    fn alias(&mut self) -> Result<Body, Fault> {
        let start = self.at;
        self.at += 1;
        let alias = match self.peek() {
            Some(b'*') => {
                while self.peek() == Some(b'*') {
                    self.at += 1;
                }
                Alias::List
            }
            Some(b'-') => {
                self.at += 1;
                Alias::Remove(if self.peek() == Some(b'*') { self.take(1) } else { self.name() })
            }
            _ => {
                let name = self.name();
                if name.is_empty() {
                    return Ok(self.plain_dollar(start)?.map_or(Body::Alias(Alias::Names), Body::Command));
                }
                return self.named_alias(name);
            }
        };
        Ok(Body::Alias(alias))
    }

    /// A `$` without a name behind: nothing follows, or it is a command that begins with it.
    fn plain_dollar(&mut self, start: usize) -> Result<Option<Text>, Fault> {
        self.at = start;
        let text = self.command_text()?;
        Ok((text.as_literal() != Some("$")).then_some(text))
    }

    fn named_alias(&mut self, name: String) -> Result<Body, Fault> {
        let alias = match self.rest().as_bytes() {
            // A number under the name: a flag.
            [b':' | b'+' | b'-', b'=', ..] => {
                let skip = usize::from(self.peek() == Some(b':'));
                self.at += skip;
                let value = self.command_text()?;
                return Ok(Body::Command(prefixed(&format!("f {name}"), value)));
            }
            [b'=', ..] => {
                self.at += 1;
                let value = self.command_text()?;
                match value.head() {
                    _ if value.is_empty() => Alias::Remove(name),
                    head if head.starts_with('$') && !head.starts_with("$$") => {
                        Alias::Text { name, text: unprefixed(value, 1) }
                    }
                    head if head.starts_with("base64:") => Alias::Data { name, base64: unprefixed(value, 7) },
                    _ => Alias::Command { name, command: value },
                }
            }
            [b'?', ..] => {
                self.at += 1;
                Alias::Show(name)
            }
            _ => {
                let spaced = matches!(self.peek(), Some(b' ' | b'\t'));
                let arguments = self.command_text()?;
                let arguments =
                    if spaced && !arguments.is_empty() { prefixed(" ", arguments) } else { arguments };
                Alias::Run { name, arguments }
            }
        };
        Ok(Body::Alias(alias))
    }

    /// Letters, digits, `_` and `.`.
    fn name(&mut self) -> String {
        let name = |character: char| character.is_alphanumeric() || matches!(character, '_' | '.');
        let rest = self.rest();
        self.take(rest.find(|character| !name(character)).unwrap_or(rest.len()))
    }

    fn take(&mut self, bytes: usize) -> String {
        let taken = self.rest()[..bytes].to_owned();
        self.at += bytes;
        taken
    }

    /// A closing parenthesis, which these forms may do without.
    fn skip_closing(&mut self) {
        self.skip_blanks();
        if self.peek() == Some(b')') && self.close != Some(b')') {
            self.at += 1;
        }
        self.skip_blanks();
    }

    fn expected(&self, what: &'static str) -> Fault {
        self.fault(self.at, ParseFault::Expected(what))
    }
}

fn prefixed(prefix: &str, mut text: Text) -> Text {
    match text.pieces.first_mut() {
        Some(Piece::Literal(first)) => first.insert_str(0, prefix),
        _ => text.pieces.insert(0, Piece::Literal(prefix.to_owned())),
    }
    text
}

/// Takes bytes off the literal the text begins with.
fn unprefixed(mut text: Text, bytes: usize) -> Text {
    if let Some(Piece::Literal(first)) = text.pieces.first_mut() {
        first.drain(..bytes);
        if first.is_empty() {
            text.pieces.remove(0);
        }
    }
    text
}
