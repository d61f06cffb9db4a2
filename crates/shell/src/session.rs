//! A session: all that is known of a target.

use std::any::{Any, TypeId};
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use farad_analysis::Analysis;
use farad_io::{Effects, Io, Schemes};

use crate::config::Config;
use crate::flag::Flags;
use crate::load::Loaded;
use crate::note::Notes;
use crate::origin::Origin;
use crate::register::Contexts;
use crate::registry::Registry;

/// What is kept under an alias's name.
#[derive(Clone, Debug)]
pub struct Alias {
    /// The text.
    pub text: String,
    /// Whether it is shown, or else run.
    pub shown: bool,
    /// Whose words are in it besides those of who left it.
    pub origin: Option<Origin>,
    /// What who left it might do: it does no more when somebody else runs it.
    pub allow: Effects,
}

impl Alias {
    /// Whose words its text holds, for whom that is somebody else.
    pub(crate) fn words_of(&self) -> Option<Origin> {
        let mut origin = self.origin.clone();
        if self.allow != Effects::all() {
            let left = Origin { name: "who left the alias".to_owned(), allow: self.allow, is_peer: false };
            Origin::join(&mut origin, &left);
        }
        origin
    }
}

/// A macro.
#[derive(Clone, Debug)]
pub struct Macro {
    /// Names of its arguments.
    pub params: Vec<String>,
    /// Its commands, as written.
    pub body: String,
    /// What who left it might do: it does no more when somebody else runs it.
    pub allow: Effects,
}

/// State that groups of commands outside this crate keep in a session, by type.
#[derive(Default)]
pub struct Extensions(HashMap<TypeId, Box<dyn Any + Send>>);

impl Extensions {
    /// The state of type `T`, made empty when it is not there yet.
    pub fn of<T: Default + Send + 'static>(&mut self) -> &mut T {
        let slot = self.0.entry(TypeId::of::<T>()).or_insert_with(|| Box::new(T::default()));
        match slot.downcast_mut::<T>() {
            Some(state) => state,
            None => unreachable!("the slot of a type holds that type"),
        }
    }

    /// Takes the state of type `T` out, leaving it empty.
    pub fn take<T: Default + Send + 'static>(&mut self) -> T {
        std::mem::take(self.of::<T>())
    }
}

/// How a session is lent to its other clients while who has it waits for something else.
#[derive(Clone, Copy)]
pub struct Aside {
    /// Lends it while the last argument runs. The one before it says whether the owner asks, for whom some room is kept.
    pub lend: fn(&mut Session, &mut crate::View, bool, &mut dyn FnMut()) -> Lent,
    /// Whether others wait, and have waited long enough for a turn between two commands.
    pub is_due: fn(&mut Session) -> bool,
}

/// What became of a loan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lent {
    /// The wait is over, and the session is back.
    Done,
    /// Nobody else is there; the wait has not begun.
    Alone,
    /// Too many commands wait already; this one has not begun to.
    Full,
}

/// All that is known of a target. One thread has it; see the crate `serve`'s host.
pub struct Session {
    /// Descriptors and maps.
    pub io: Io,
    /// Named addresses.
    pub flags: Flags,
    /// Comments, and what bytes are.
    pub notes: Notes,
    /// Functions and references.
    pub analysis: Analysis,
    /// Settings.
    pub config: Config,
    /// Values of registers.
    pub registers: Contexts,
    /// What was read from the headers of open files.
    pub loaded: Vec<Loaded>,
    /// Aliases by name, without the `$`.
    pub aliases: BTreeMap<String, Alias>,
    /// Macros by name.
    pub macros: BTreeMap<String, Macro>,
    /// The commands.
    pub registry: Arc<Registry>,
    /// What commands did since somebody took it last, for who shows the session to others.
    pub done: Effects,
    /// Who changed something without having all rights, and what all of those might do.
    pub left: Option<Origin>,
    /// How to let others in while somebody waits, where there may be others.
    pub aside: Option<Aside>,
    /// State of other command groups.
    pub extensions: Extensions,
}

impl Session {
    /// A session with nothing open.
    pub fn new(schemes: Schemes, registry: Arc<Registry>) -> Session {
        Session {
            io: Io::new(schemes),
            flags: Flags::default(),
            notes: Notes::default(),
            analysis: Analysis::default(),
            config: Config::default(),
            registers: Contexts::default(),
            loaded: Vec::new(),
            aliases: BTreeMap::new(),
            macros: BTreeMap::new(),
            registry,
            done: Effects::empty(),
            left: None,
            aside: None,
            extensions: Extensions::default(),
        }
    }
}
