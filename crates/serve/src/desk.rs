//! What a session knows of its host: the views of its clients, and where those stand whose command has lent it.

use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, Weak};
use std::time::Instant;

use farad_shell::View;
use farad_shell::view::Place;

use crate::host::{Shared, ViewId, locked};
use crate::queue::Queue;

/// The views that clients have.
#[derive(Default)]
pub(crate) struct Views {
    pub(crate) next: AtomicU64,
    pub(crate) live: Mutex<HashSet<ViewId>>,
    /// Some were given up since the host looked.
    pub(crate) left: AtomicBool,
}

/// Views in use, the innermost last, each with where it rests while its command lets others in.
type Frames = Vec<(ViewId, Option<Place>)>;

/// What a session knows of its host; among the session's extensions.
#[derive(Default)]
pub(crate) struct Desk {
    pub(crate) host: Weak<Shared>,
    pub(crate) queue: Arc<Queue>,
    pub(crate) live: Arc<Views>,
    pub(crate) views: HashMap<ViewId, View>,
    /// The views in use now.
    pub(crate) running: Frames,
    /// The same of commands that have lent the session, each with the loan's number.
    pub(crate) lent: Vec<(u64, Frames)>,
    pub(crate) loans: u64,
    /// When the session came to who has it.
    pub(crate) held: Option<Instant>,
}

impl Desk {
    /// A client's view: the one it has; a copy where that is in use by a command that lets others in; where
    /// it has none, one that stands where the owner's does.
    pub(crate) fn take(&mut self, id: ViewId) -> View {
        if let Some(view) = self.views.remove(&id) {
            return view;
        }
        if let Some(place) = self.resting(id) {
            return place.view();
        }
        let owner = self.views.get(&ViewId::OWNER).map(View::resting_place);
        let mut view = owner.or_else(|| self.resting(ViewId::OWNER)).unwrap_or_default().view();
        // The owner's terminal is not the client's; a client says for itself what its own can do.
        view.config = view.config.for_reader();
        view
    }

    /// Drops views that were given up.
    pub(crate) fn prune(&mut self) {
        if self.live.left.swap(false, Ordering::Acquire) {
            let live = locked(&self.live.live);
            self.views.retain(|id, _| *id == ViewId::OWNER || live.contains(id));
        }
    }

    /// Where a view in use rests.
    fn resting(&self, id: ViewId) -> Option<Place> {
        let lent = self.lent.iter().flat_map(|(_, running)| running);
        let mut innermost = lent.chain(&self.running).rev().filter(|(running, _)| *running == id);
        innermost.next().and_then(|(_, place)| place.clone())
    }

    /// Has clients that use the view of what runs, or join, find where it rests, while others are let in.
    pub(crate) fn share(&mut self, view: &mut View) {
        let Some((id, place)) = self.running.last_mut() else { return };
        match (view.is_at_rest(), &place) {
            (true, Some(rested)) => {
                if let Some(copy) = self.views.remove(id) {
                    view.take_over(copy, rested);
                }
                *place = Some(view.place());
            }
            // What is in force for a while is no change: what others did since is merged when it is over.
            (false, Some(_)) => {}
            (_, None) => *place = Some(view.resting_place()),
        }
    }

    /// Takes a view back that a command is done with, which let others in where it rested.
    pub(crate) fn keep(&mut self, id: ViewId, mut view: View, rested: Option<Place>) {
        if let (Some(copy), Some(rested)) = (self.views.remove(&id), rested) {
            view.take_over(copy, &rested);
        }
        if id == ViewId::OWNER || locked(&self.live.live).contains(&id) {
            self.views.insert(id, view);
        }
    }
}
