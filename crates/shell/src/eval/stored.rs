//! Macros and aliases: commands and text kept under a name.

use std::fmt::Write as _;

use farad_io::Effects;

use super::Env;
use crate::error::{Error, Result};
use crate::lang::{self, Alias, Macro};
use crate::session;

impl Env<'_> {
    pub(super) fn run_macro(&mut self, form: &Macro) -> Result<()> {
        self.ctx.allow(Effects::INTERPRET, "macros")?;
        match form {
            Macro::Define { name, parameters, source, call } => {
                let (params, body) = (parameters.clone(), source.clone());
                let body = session::Macro { params, body, allow: self.ctx.principal.allow };
                self.session.macros.insert(name.clone(), body);
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
                self.session.macros.clear();
                Ok(())
            }
            Macro::Remove(name) => match self.session.macros.remove(name) {
                Some(_) => Ok(()),
                None => Err(Error::failed(format!("no macro '{name}' ((* lists them)"))),
            },
            Macro::List => {
                for (name, stored) in &self.session.macros {
                    let mut head = name.clone();
                    for param in &stored.params {
                        let _ = write!(head, " {param}");
                    }
                    writeln!(self.out, "({head};{})", stored.body)?;
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
                    if let Some(peer) = &alias.peer {
                        self.out.mark_peer(peer);
                    }
                    let mark = if alias.shown { "$" } else { "" };
                    writeln!(self.out, "${name}={mark}{}", alias.text.trim_end())?;
                }
                Ok(())
            }
            Alias::Command { name, command } => self.keep_alias(name, command, false),
            Alias::Text { name, text } => self.keep_alias(name, text, true),
            Alias::Data { name, base64 } => {
                let resolved = self.resolve(base64)?;
                let bytes = crate::parse::base64_bytes(resolved.text.trim())?;
                let text = String::from_utf8_lossy(&bytes).into_owned();
                let peer = resolved.peer.map(|(peer, _)| peer);
                self.insert_alias(
                    name,
                    session::Alias { text, shown: true, peer, allow: self.ctx.principal.allow },
                )
            }
            Alias::Remove(name) => {
                self.ctx.allow(Effects::INTERPRET, "aliases")?;
                if name == "*" {
                    self.session.aliases.clear();
                } else if self.session.aliases.remove(name).is_none() {
                    return Err(self.no_alias(name));
                }
                Ok(())
            }
            Alias::Show(name) => {
                let alias = self.session.aliases.get(name).ok_or_else(|| self.no_alias(name))?;
                if let Some(peer) = &alias.peer {
                    self.out.mark_peer(peer);
                }
                Ok(writeln!(self.out, "{}", alias.text.trim_end())?)
            }
            Alias::Run { name, arguments } => {
                let alias = self.session.aliases.get(name).cloned().ok_or_else(|| self.no_alias(name))?;
                if alias.shown {
                    if let Some(peer) = &alias.peer {
                        self.out.mark_peer(peer);
                    }
                    return Ok(write!(self.out, "{}", alias.text)?);
                }
                let arguments = self.resolve(arguments)?;
                let ctx = arguments.script_ctx(self.ctx).no_more_than(alias.allow);
                let text = alias.text + &arguments.text;
                self.with_ctx(&ctx).interpret(&text, alias.peer)
            }
        }
    }

    fn keep_alias(&mut self, name: &str, text: &lang::Text, shown: bool) -> Result<()> {
        let resolved = self.resolve(text)?;
        let peer = resolved.peer.map(|(peer, _)| peer);
        let text = if shown { format!("{}\n", resolved.text) } else { resolved.text };
        self.insert_alias(name, session::Alias { text, shown, peer, allow: self.ctx.principal.allow })
    }

    /// Keeps an alias. It is run later as the user's own words, so that not everybody may.
    pub(super) fn insert_alias(&mut self, name: &str, alias: session::Alias) -> Result<()> {
        self.ctx.allow(Effects::INTERPRET, "aliases")?;
        self.session.aliases.insert(name.to_owned(), alias);
        Ok(())
    }

    fn no_alias(&self, name: &str) -> Error {
        Error::failed(format!("no alias '${name}' ($* lists them)"))
    }
}
