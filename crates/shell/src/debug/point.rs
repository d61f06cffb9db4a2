//! Breakpoints and watchpoints: where, and what happens there.

use farad_io::Effects;
use farad_wire::target::{Point, PointKind};

/// Most breakpoints.
const MOST: usize = 4096;

/// A breakpoint or watchpoint.
#[derive(Clone, Debug)]
pub(crate) struct Breakpoint {
    /// Where and at what; of one in a module that is not there yet the address is the offset in it.
    pub(crate) point: Point,
    /// The module it waits for, which is not there yet.
    pub(crate) module: Option<String>,
    /// The flag it was set by, or a name given.
    pub(crate) name: String,
    /// Whether it counts.
    pub(crate) enabled: bool,
    /// Whether what comes by is only told of.
    pub(crate) trace: bool,
    /// How often it was hit.
    pub(crate) hits: u64,
    /// An expression that must not be 0 for it to stop.
    pub(crate) condition: String,
    /// Commands that run when it is hit.
    pub(crate) command: String,
    /// What who gave those might do: they do no more at a hit that somebody else comes to.
    pub(crate) allow: Effects,
    /// Whether the process goes on until those give 0.
    pub(crate) goes_on: bool,
}

impl Breakpoint {
    /// One that stops whenever it is hit.
    pub(crate) fn new(point: Point) -> Breakpoint {
        Breakpoint {
            point,
            module: None,
            name: String::new(),
            enabled: true,
            trace: false,
            hits: 0,
            condition: String::new(),
            command: String::new(),
            allow: Effects::all(),
            goes_on: false,
        }
    }

    /// Whether it is in the process now.
    pub(crate) fn is_set(&self) -> bool {
        self.enabled && self.module.is_none()
    }

    /// Its permissions as lists show them: what it stops at.
    pub(crate) fn perm(&self) -> &'static str {
        match self.point.kind {
            PointKind::Software | PointKind::Hardware => "--x",
            PointKind::Write => "-w-",
            PointKind::Read => "r--",
            PointKind::Access => "rw-",
        }
    }

    /// Whether a debug register makes it.
    pub(crate) fn is_hardware(&self) -> bool {
        self.point.kind != PointKind::Software
    }
}

/// All breakpoints, by index. An index that was given back is given again.
#[derive(Clone, Debug, Default)]
pub(crate) struct Points(Vec<Option<Breakpoint>>);

impl Points {
    /// With their indexes, in the order they were set.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (usize, &Breakpoint)> {
        self.0.iter().enumerate().filter_map(|(index, point)| Some((index, point.as_ref()?)))
    }

    /// The one of an index.
    pub(crate) fn get(&self, index: usize) -> Option<&Breakpoint> {
        self.0.get(index)?.as_ref()
    }

    /// The same, to be changed.
    pub(crate) fn get_mut(&mut self, index: usize) -> Option<&mut Breakpoint> {
        self.0.get_mut(index)?.as_mut()
    }

    /// The one at an address.
    pub(crate) fn at(&self, addr: u64) -> Option<usize> {
        self.iter()
            .find(|(_, point)| point.module.is_none() && point.point.addr == addr)
            .map(|(index, _)| index)
    }

    /// Adds one. None when there are too many.
    pub(crate) fn add(&mut self, point: Breakpoint) -> Option<usize> {
        if let Some(free) = self.0.iter().position(Option::is_none) {
            self.0[free] = Some(point);
            return Some(free);
        }
        if self.0.len() >= MOST {
            return None;
        }
        self.0.push(Some(point));
        Some(self.0.len() - 1)
    }

    /// Removes the one of an index.
    pub(crate) fn remove(&mut self, index: usize) -> Option<Breakpoint> {
        let removed = self.0.get_mut(index)?.take();
        while self.0.last().is_some_and(Option::is_none) {
            self.0.pop();
        }
        removed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_index_stays_until_its_breakpoint_goes() {
        let mut points = Points::default();
        let at = |addr| Breakpoint::new(Point { addr, kind: PointKind::Software, len: 1 });
        assert_eq!((points.add(at(1)), points.add(at(2)), points.add(at(3))), (Some(0), Some(1), Some(2)));
        points.remove(1);
        assert_eq!((points.at(3), points.at(2), points.add(at(4))), (Some(2), None, Some(1)));
        assert_eq!(points.iter().map(|(_, it)| it.point.addr).collect::<Vec<_>>(), [1, 4, 3]);
    }
}
