//! A palette: a style for each role.

use super::role::{ROLES, Role};
use super::spec::Spec;
use super::theme::THEMES;

/// A style for each role.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Palette {
    styles: Vec<Spec>,
    /// The theme it was made from.
    pub theme: &'static str,
}

impl Default for Palette {
    fn default() -> Palette {
        Palette::of_theme(THEMES[0].name)
            .unwrap_or(Palette { styles: vec![Spec::default(); ROLES.len()], theme: "" })
    }
}

impl Palette {
    /// The palette of a theme, if there is one of that name. What a theme says nothing of has no
    /// style.
    pub fn of_theme(name: &str) -> Option<Palette> {
        let theme = THEMES.iter().find(|theme| theme.name == name)?;
        let mut palette = Palette { styles: vec![Spec::default(); ROLES.len()], theme: theme.name };
        for (key, spec) in theme.styles {
            if let (Some(role), Ok(spec)) = (Role::find(key), Spec::parse(spec)) {
                palette.set(role, spec);
            }
        }
        Some(palette)
    }

    /// The style of a role.
    pub fn style(&self, role: Role) -> Spec {
        self.styles[role as usize]
    }

    /// Gives a role another style.
    pub fn set(&mut self, role: Role, spec: Spec) {
        self.styles[role as usize] = spec;
    }
}
