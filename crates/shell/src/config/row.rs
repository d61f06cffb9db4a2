//! How a row of the table of settings is written: what setting it needs, and what words it takes.

use farad_io::Effects;

use super::{Kind, Scope, Variable};

pub(super) fn farad_arch_names() -> Vec<&'static str> {
    farad_arch::ARCHS.iter().map(|arch| arch.name).collect()
}

pub(super) fn bit_widths() -> Vec<&'static str> {
    vec!["8", "16", "32", "64"]
}

pub(super) fn syntaxes() -> Vec<&'static str> {
    vec!["att", "intel", "masm", "jz", "regnum"]
}

pub(super) fn destinations() -> Vec<&'static str> {
    vec!["fun", "hit", "flag"]
}

pub(super) fn fates() -> Vec<&'static str> {
    vec!["detach", "keep", "kill"]
}

pub(super) fn ranges() -> Vec<&'static str> {
    vec![
        "range",
        "block",
        "io.map",
        "io.maps",
        "io.maps.r",
        "io.maps.rw",
        "io.maps.rx",
        "io.maps.x",
        "bin.section",
        "bin.sections",
        "bin.segments",
        "file",
        "raw",
        "dbg.map",
        "dbg.maps",
        "dbg.maps.r",
        "dbg.maps.rw",
        "dbg.maps.rx",
        "dbg.maps.x",
        "dbg.program",
        "dbg.stack",
        "dbg.heap",
    ]
}

pub(super) const fn row(
    name: &'static str,
    kind: Kind,
    scope: Scope,
    default: &'static str,
    brief: &'static str,
) -> Variable {
    Variable { name, kind, scope, default, brief, needs: Effects::SETTINGS, fixed: None }
}

/// One whose value is run as commands later, by whoever is there then.
pub(super) const fn runs(variable: Variable) -> Variable {
    Variable { needs: variable.needs.union(Effects::OUTSIDE), ..variable }
}

/// One that says what programs are run with.
pub(super) const fn debugs(variable: Variable) -> Variable {
    Variable { needs: variable.needs.union(Effects::DEBUG), ..variable }
}

/// One that names files of this machine.
pub(super) const fn files(variable: Variable) -> Variable {
    Variable { needs: variable.needs.union(Effects::FILES), ..variable }
}

/// One that says who may do what.
pub(super) const fn policy(variable: Variable) -> Variable {
    Variable { needs: variable.needs.union(Effects::POLICY), ..variable }
}

/// One that has its first value and no other, and why.
pub(super) const fn fixed(variable: Variable, why: &'static str) -> Variable {
    Variable { fixed: Some(why), ..variable }
}
