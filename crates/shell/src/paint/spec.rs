//! Styles as they are written in `ec` and themes: colours and effects.

use std::fmt;

use anstyle::{Ansi256Color, AnsiColor, Color, Effects, RgbColor, Style};
use anstyle_lossy::palette::Palette as Terminal;

use super::Depth;

/// A style: colour, background, effects.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Spec(Style);

/// Colours by name.
const NAMES: &[(&str, AnsiColor)] = &[
    ("black", AnsiColor::Black),
    ("red", AnsiColor::Red),
    ("green", AnsiColor::Green),
    ("yellow", AnsiColor::Yellow),
    ("blue", AnsiColor::Blue),
    ("magenta", AnsiColor::Magenta),
    ("cyan", AnsiColor::Cyan),
    ("white", AnsiColor::White),
    ("gray", AnsiColor::BrightBlack),
    ("bred", AnsiColor::BrightRed),
    ("bgreen", AnsiColor::BrightGreen),
    ("byellow", AnsiColor::BrightYellow),
    ("bblue", AnsiColor::BrightBlue),
    ("bmagenta", AnsiColor::BrightMagenta),
    ("bcyan", AnsiColor::BrightCyan),
    ("bwhite", AnsiColor::BrightWhite),
];

const EFFECTS: &[(&str, Effects)] = &[
    ("bold", Effects::BOLD),
    ("faint", Effects::DIMMED),
    ("italic", Effects::ITALIC),
    ("underline", Effects::UNDERLINE),
    ("invert", Effects::INVERT),
];

impl Spec {
    /// Reads a style: a colour, a second one for the background, and effects, in any order, such as
    /// `red bold` or `rgb:ff0 #000030`. `none` is no style.
    ///
    /// # Errors
    /// The word that is neither colour nor effect.
    pub fn parse(text: &str) -> Result<Spec, String> {
        let mut style = Style::new();
        let mut colors = 0;
        for word in text.split_whitespace() {
            if let Some((_, effect)) = EFFECTS.iter().find(|row| row.0 == word) {
                style = style.effects(style.get_effects() | *effect);
                continue;
            }
            let color = color(word).ok_or_else(|| {
                let names = NAMES.iter().map(|row| row.0).chain(EFFECTS.iter().map(|row| row.0));
                format!(
                    "'{word}' is no colour: {}, rgb:RRGGBB or #RRGGBB",
                    names.collect::<Vec<_>>().join(", ")
                )
            })?;
            style = match colors {
                0 => style.fg_color(color),
                1 => style.bg_color(color),
                _ => {
                    return Err(format!(
                        "'{word}' is one colour too many: two are a colour and a background"
                    ));
                }
            };
            colors += 1;
        }
        Ok(Spec(style))
    }

    /// What begins the style on a terminal of some colours; empty where there is none.
    pub(super) fn escape(self, depth: Depth) -> String {
        let fit = |color: Color| match depth {
            Depth::Full => color,
            Depth::Table => match color {
                Color::Rgb(rgb) => Color::Ansi256(anstyle_lossy::rgb_to_xterm(rgb)),
                color => color,
            },
            Depth::Ansi => Color::Ansi(anstyle_lossy::color_to_ansi(color, Terminal::default())),
        };
        let style = self.0.fg_color(self.0.get_fg_color().map(fit)).bg_color(self.0.get_bg_color().map(fit));
        style.render().to_string()
    }

    /// Red, green and blue of the colour, for JSON; `None` where the terminal's own is used.
    pub fn rgb(self) -> Option<(u8, u8, u8)> {
        let RgbColor(r, g, b) = anstyle_lossy::color_to_rgb(self.0.get_fg_color()?, Terminal::default());
        Some((r, g, b))
    }
}

/// A colour; the inner `None` is none. The outer is for what is no colour.
fn color(word: &str) -> Option<Option<Color>> {
    if word == "none" {
        return Some(None);
    }
    if let Some((_, named)) = NAMES.iter().find(|row| row.0 == word) {
        return Some(Some(Color::Ansi(*named)));
    }
    let digits = word.strip_prefix("rgb:").or_else(|| word.strip_prefix('#'))?;
    let nibbles: Vec<u8> =
        digits.chars().map(|c| c.to_digit(16).map(|digit| digit as u8)).collect::<Option<_>>()?;
    let rgb = match nibbles[..] {
        [r, g, b] => RgbColor(r * 17, g * 17, b * 17),
        [r1, r0, g1, g0, b1, b0] => RgbColor(r1 << 4 | r0, g1 << 4 | g0, b1 << 4 | b0),
        _ => return None,
    };
    Some(Some(Color::Rgb(rgb)))
}

impl fmt::Display for Spec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = |color: Option<Color>| match color {
            None => "none".to_owned(),
            Some(Color::Ansi(named)) => {
                NAMES.iter().find(|row| row.1 == named).map_or("none", |row| row.0).to_owned()
            }
            Some(Color::Rgb(RgbColor(r, g, b))) => format!("rgb:{r:02x}{g:02x}{b:02x}"),
            Some(Color::Ansi256(Ansi256Color(index))) => format!("{index}"),
        };
        f.write_str(&name(self.0.get_fg_color()))?;
        if let Some(background) = self.0.get_bg_color() {
            write!(f, " {}", name(Some(background)))?;
        }
        let effects = self.0.get_effects();
        EFFECTS.iter().filter(|row| effects.contains(row.1)).try_for_each(|row| write!(f, " {}", row.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn styles_are_read_as_they_are_written() {
        for text in ["red", "rgb:102030", "none", "none blue", "bgreen black bold underline"] {
            assert_eq!(Spec::parse(text).unwrap().to_string(), text);
        }
        assert_eq!(Spec::parse("#f80").unwrap().to_string(), "rgb:ff8800");
        for text in ["purpel", "rgb:12", "red green blue", "rgb:xyz"] {
            assert!(Spec::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn colours_fit_the_terminal() {
        let spec = Spec::parse("rgb:ff0000").unwrap();
        assert_eq!(spec.escape(Depth::Full), "\x1b[38;2;255;0;0m");
        assert_eq!(spec.escape(Depth::Table), "\x1b[38;5;196m");
        assert_eq!(spec.escape(Depth::Ansi), "\x1b[31m");
        assert_eq!(Spec::parse("none").unwrap().escape(Depth::Full), "");
    }
}
