//! The values of registers: those that emulation works on, and a debugger's once there is one.
//!
//! A session keeps one [`Context`] for each architecture and width that was looked at, so that a change
//! of `asm.bits` and back loses nothing. Knows no commands.

use std::collections::BTreeMap;
use std::sync::Arc;

use farad_arch::{Profile, Registers, Settings};

use crate::eval::Env;

/// Most sets of values put aside.
const SAVED: usize = 64;

/// Values for the registers of one architecture, and those they had before.
#[derive(Debug, Clone, Default)]
pub struct Context {
    /// The values.
    pub values: Registers,
    /// The values before the last step or reset, to tell what changed.
    pub before: Registers,
    /// Values put aside, the last one last.
    saved: Vec<Registers>,
}

impl Context {
    /// All registers of a profile, at 0.
    pub fn new(profile: Arc<Profile>) -> Context {
        let values = Registers::new(profile);
        Context { before: values.clone(), values, saved: Vec::new() }
    }

    /// The registers there are.
    pub fn profile(&self) -> &Arc<Profile> {
        self.values.profile()
    }

    /// A register's value in 64 bits.
    pub fn value(&self, name: &str) -> Option<u64> {
        self.values.value(name).map(|value| value as u64)
    }

    /// Notes the values as those that later ones are held against.
    pub fn mark(&mut self) {
        self.before.clone_from(&self.values);
    }

    /// Puts the values aside, to be taken back. False when too many are.
    pub fn push(&mut self) -> bool {
        let fits = self.saved.len() < SAVED;
        if fits {
            self.saved.push(self.values.clone());
        }
        fits
    }

    /// Takes back the values put aside last. False when there are none.
    pub fn pop(&mut self) -> bool {
        self.saved.pop().map(|values| self.values = values).is_some()
    }

    /// How many sets of values are put aside.
    pub fn saved(&self) -> usize {
        self.saved.len()
    }
}

/// The contexts of a session.
#[derive(Debug, Default)]
pub struct Contexts {
    by_mode: BTreeMap<(String, u32), Context>,
}

impl Contexts {
    /// Has an architecture and width have other registers, all at 0.
    pub fn replace(&mut self, settings: &Settings, profile: Arc<Profile>) {
        let mode = (settings.arch.clone(), settings.bits);
        self.by_mode.insert(mode, Context::new(profile));
    }

    /// The context of an architecture and width.
    pub fn of(&mut self, settings: &Settings) -> &mut Context {
        let mode = (settings.arch.clone(), settings.bits);
        self.by_mode.entry(mode).or_insert_with(|| Context::new(Profile::new(settings)))
    }
}

impl Env<'_> {
    /// The registers of the architecture in force.
    pub fn registers(&mut self) -> &mut Context {
        let settings = crate::cmd::settings(self);
        self.session.registers.of(&settings)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_mode_keeps_its_values() {
        let mut contexts = Contexts::default();
        let wide = Settings::new("x86", 64);
        assert!(contexts.of(&wide).values.set("rax", 7));
        assert_eq!(contexts.of(&Settings::new("x86", 32)).value("rax"), None);
        assert_eq!(contexts.of(&wide).value("eax"), Some(7));
    }

    #[test]
    fn values_are_put_aside_and_taken_back() {
        let mut context = Context::new(Profile::new(&Settings::default()));
        assert!(!context.pop());
        context.values.set("rax", 1);
        assert!(context.push());
        context.values.set("rax", 2);
        assert!(context.pop());
        assert_eq!((context.value("rax"), context.saved()), (Some(1), 0));
        while context.push() {}
        assert_eq!(context.saved(), SAVED);
    }
}
