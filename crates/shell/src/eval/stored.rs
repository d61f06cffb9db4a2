//! Macros and aliases: commands and text kept under a name.
//!
//! They are run as who left them might, whoever runs them, and nobody who may do less replaces or
//! removes them.

use farad_io::Effects;

use super::Env;
use crate::error::{Error, Result};
use crate::lang::{self, Alias, Body, Macro, Sink, Statement};
use crate::origin::Origin;
use crate::parse::base64_digits;
use crate::render::printable;
use crate::session;

impl Env<'_> {
    pub(super) fn run_macro(&mut self, form: &Macro) -> Result<()> {
        self.ctx.allow(Effects::INTERPRET, "macros")?;
        match form {
            Macro::Define { name, parameters, source, call } => {
                let (params, body) = (parameters.clone(), source.clone());
                let body = session::Macro { params, body, allow: self.ctx.principal.allow };
                if self.may_replace_macro(name, &body)? {
                    self.session.macros.insert(name.clone(), body);
                }
                match call {
                    Some(arguments) => self.call_macro(name, arguments),
                    None => Ok(()),
                }
            }
            Macro::Run { source, arguments } => {
                let arguments = self.resolve(arguments)?;
                let ctx = arguments.script_ctx(self.ctx);
                let body = lang::expand_macro(source, &[], &lang::words(&arguments.text));
                self.with_ctx(&ctx).run_text(&body)
            }
            Macro::Call { name, arguments } => self.call_macro(name, arguments),
            Macro::Remove(name) if name == "*" => {
                let ours = self.ctx.principal.allow;
                self.session.macros.retain(|_, stored| !ours.contains(stored.allow));
                left_over("(", self.session.macros.keys())
            }
            Macro::Remove(name) => {
                let stored = self.session.macros.get(name);
                let stored =
                    stored.ok_or_else(|| Error::failed(format!("no macro '{name}' ((* lists them)")))?;
                self.check_rights(&format!("the macro '{name}'"), stored.allow)?;
                self.session.macros.remove(name);
                Ok(())
            }
            Macro::List => {
                for (name, stored) in &self.session.macros {
                    Origin::mark_left(&format!("the macro '{name}'"), stored.allow, self.out);
                    writeln!(self.out, "{}", macro_line(name, stored))?;
                }
                Ok(())
            }
        }
    }

    fn call_macro(&mut self, name: &str, arguments: &lang::Text) -> Result<()> {
        let arguments = self.resolve(arguments)?;
        let ctx = arguments.script_ctx(self.ctx);
        let stored = self.session.macros.get(name).cloned();
        let stored = stored.ok_or_else(|| Error::failed(format!("no macro '{name}' ((* lists them)")))?;
        Origin::mark_left(&format!("the macro '{name}'"), stored.allow, self.out);
        let words = lang::words(&arguments.text);
        let body = lang::expand_macro(&stored.body, &stored.params, &words);
        self.with_ctx(&ctx.no_more_than(stored.allow)).run_text(&body)
    }

    pub(super) fn run_alias(&mut self, form: &Alias) -> Result<()> {
        match form {
            Alias::Names => {
                for name in self.session.aliases.keys() {
                    writeln!(self.out, "${name}")?;
                }
                Ok(())
            }
            Alias::List => {
                for (name, alias) in &self.session.aliases {
                    if let Some(origin) = alias.words_of() {
                        origin.mark(self.out);
                    }
                    writeln!(self.out, "{}", alias_line(name, alias))?;
                }
                Ok(())
            }
            Alias::Command { name, command } => self.keep_alias(name, command, false),
            Alias::Text { name, text } => self.keep_alias(name, text, true),
            Alias::Data { name, base64 } => {
                let resolved = self.resolve(base64)?;
                let bytes = crate::parse::base64_bytes(resolved.text.trim())?;
                let text = String::from_utf8_lossy(&bytes).into_owned();
                let origin = resolved.origin.map(|(origin, _)| origin);
                self.insert_alias(
                    name,
                    session::Alias { text, shown: true, origin, allow: self.ctx.principal.allow },
                )
            }
            Alias::Remove(name) => {
                self.ctx.allow(Effects::INTERPRET, "aliases")?;
                if name == "*" {
                    let ours = self.ctx.principal.allow;
                    self.session.aliases.retain(|_, alias| !ours.contains(alias.allow));
                    return left_over("$", self.session.aliases.keys());
                }
                let alias = self.session.aliases.get(name).ok_or_else(|| self.no_alias(name))?;
                self.check_rights(&format!("the alias '${name}'"), alias.allow)?;
                self.session.aliases.remove(name);
                Ok(())
            }
            Alias::Show(name) => {
                let alias = self.session.aliases.get(name).ok_or_else(|| self.no_alias(name))?;
                if let Some(origin) = alias.words_of() {
                    origin.mark(self.out);
                }
                Ok(writeln!(self.out, "{}", alias.text.trim_end())?)
            }
            Alias::Run { name, arguments } => {
                let alias = self.session.aliases.get(name).cloned().ok_or_else(|| self.no_alias(name))?;
                // What its commands print is as much theirs as its text is.
                if let Some(origin) = alias.words_of() {
                    origin.mark(self.out);
                }
                if alias.shown {
                    return Ok(write!(self.out, "{}", alias.text)?);
                }
                let arguments = self.resolve(arguments)?;
                let ctx = arguments.script_ctx(self.ctx).no_more_than(alias.allow);
                let text = alias.text + &arguments.text;
                self.with_ctx(&ctx).interpret(&text, alias.origin)
            }
        }
    }

    fn keep_alias(&mut self, name: &str, text: &lang::Text, shown: bool) -> Result<()> {
        let resolved = self.resolve(text)?;
        let origin = resolved.origin.map(|(origin, _)| origin);
        let text = if shown { format!("{}\n", resolved.text) } else { resolved.text };
        self.insert_alias(name, session::Alias { text, shown, origin, allow: self.ctx.principal.allow })
    }

    /// Keeps an alias. It is run later as the user's own words, so that not everybody may.
    pub(super) fn insert_alias(&mut self, name: &str, alias: session::Alias) -> Result<()> {
        self.ctx.allow(Effects::INTERPRET, "aliases")?;
        if let Some(old) = self.session.aliases.get(name) {
            // Left again as it is (.$*), it keeps the rights that it has.
            if (&old.text, old.shown) == (&alias.text, alias.shown) && !alias.allow.contains(old.allow) {
                return Ok(());
            }
            self.check_rights(&format!("the alias '${name}'"), old.allow)?;
        }
        self.session.aliases.insert(name.to_owned(), alias);
        Ok(())
    }

    /// Whether a macro takes a name, or is there already with more rights.
    fn may_replace_macro(&self, name: &str, new: &session::Macro) -> Result<bool> {
        let Some(old) = self.session.macros.get(name) else { return Ok(true) };
        if (&old.params, &old.body) == (&new.params, &new.body) && !new.allow.contains(old.allow) {
            return Ok(false);
        }
        self.check_rights(&format!("the macro '{name}'"), old.allow)?;
        Ok(true)
    }

    /// What somebody who may do more has left is theirs.
    fn check_rights(&self, what: &str, allow: Effects) -> Result<()> {
        self.ctx.allow(allow, &format!("changing {what}, which is of somebody with more rights,"))?;
        Ok(())
    }

    fn no_alias(&self, name: &str) -> Error {
        Error::failed(format!("no alias '${name}' ($* lists them)"))
    }
}

/// Fails where some names are left.
fn left_over<'a>(mark: &str, names: impl Iterator<Item = &'a String>) -> Result<()> {
    let names: Vec<String> = names.map(|name| format!("{mark}{name}")).collect();
    match names.is_empty() {
        true => Ok(()),
        false => {
            Err(Error::failed(format!("{} are of somebody with more rights and stay", names.join(", "))))
        }
    }
}

/// The one thing that a line of a listing leaves when it is run, if it is one thing.
fn only(line: &str) -> Option<Body> {
    let script = lang::parse(line, &crate::cmd::dialect()).ok()?;
    let [statement] = <[Statement; 1]>::try_from(script.statements).ok()?;
    let plain = statement.sink.is_none_or(|sink| matches!(sink, Sink::Plain))
        && statement.repeat.is_none()
        && statement.temps.is_empty()
        && statement.each.is_none()
        && statement.grep.is_empty();
    plain.then_some(statement.body)
}

/// The line that leaves an alias again, and does nothing else. Text with characters of the language is
/// written so that they have no meaning; what cannot be is told in a comment.
fn alias_line(name: &str, alias: &session::Alias) -> String {
    let text = alias.text.trim_end();
    if alias.shown {
        let line = format!("${name}=${text}");
        return match only(&line) {
            Some(Body::Alias(Alias::Text { text: read, .. })) if read.as_literal() == Some(text) => line,
            _ => format!("${name}=base64:{}", base64_digits(alias.text.as_bytes())),
        };
    }
    let mut escaped = String::new();
    for (at, c) in text.char_indices() {
        if ";~|>#`@".contains(c) || text[at..].starts_with("$(") {
            escaped.push('\\');
        }
        escaped.push(c);
    }
    for written in [text, &escaped] {
        let line = format!("${name}={written}");
        if let Some(Body::Alias(Alias::Command { command, .. })) = only(&line)
            && command.as_literal() == Some(text)
        {
            return line;
        }
    }
    format!("# ${name} cannot be written in a line: {}", printable(text))
}

/// The line that defines a macro again, and does nothing else.
fn macro_line(name: &str, stored: &session::Macro) -> String {
    let head = stored.params.iter().fold(name.to_owned(), |head, param| head + " " + param);
    let line = format!("({head};{})", stored.body);
    let same = |body: Body| match body {
        Body::Macro(Macro::Define { name: named, parameters, source, call: None }) => {
            named == name && parameters == stored.params && source == stored.body
        }
        _ => false,
    };
    match !line.contains('\n') && only(&line).is_some_and(same) {
        true => line,
        false => format!("# ({head}) cannot be written in a line: {}", printable(&stored.body)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(text: &str, shown: bool) -> String {
        alias_line("a", &session::Alias { text: text.to_owned(), shown, origin: None, allow: Effects::all() })
    }

    #[test]
    fn a_listing_is_one_alias_a_line() {
        assert_eq!(line("pd 4", false), "$a=pd 4");
        assert_eq!(line("?e x > F", false), "$a=?e x \\> F");
        assert_eq!(line("x;!id", false), "$a=x\\;!id");
        assert_eq!(line("hello\n", true), "$a=$hello");
        assert_eq!(line("a;!id\n", true), "$a=base64:YTshaWQK");
        assert_eq!(line("one\ntwo\n", true), "$a=base64:b25lCnR3bwo=");
        for hostile in ["x\n!id", "\\;!id", "`!id`", "\"x", "x @ `!id`"] {
            let line = line(hostile, false);
            let is_one = matches!(only(&line), Some(Body::Alias(Alias::Command { command, .. }))
                if command.as_literal() == Some(hostile));
            assert!(is_one || line.starts_with("# ") && !line.contains('\n'), "{line}");
        }
    }
}
