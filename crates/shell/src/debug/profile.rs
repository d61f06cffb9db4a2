//! The run profile that `dbg.profile` holds: directives with commas between, or the path of a file of them.

use farad_io::{Effects, Launching};

use crate::eval::Env;
use crate::render::printable;

/// Most bytes of a run profile.
const PROFILE: u64 = 1 << 20;

/// How programs are run, as the settings have it.
pub(crate) fn launching(env: &Env<'_>) -> Launching {
    let text = env.setting("dbg.profile");
    let (mut profile, mut fault) = (Vec::new(), None);
    if is_list(text) {
        profile = directives(text);
    } else if !text.is_empty() {
        let read = env.ctx.allow(Effects::FILES, "a run profile").map_err(Into::into);
        match read.and_then(|()| crate::parse::read_file(text, PROFILE, env.ctx)) {
            Ok(lines) => {
                profile.push(String::from_utf8_lossy(crate::script::without_mark(&lines)).into_owned())
            }
            Err(error) => {
                fault = Some(format!("the run profile cannot be read: {}", printable(&error.to_string())))
            }
        }
    }
    let args = env.setting("dbg.args");
    if !args.is_empty() {
        profile.insert(0, format!("args={args}"));
    }
    Launching { profile, fault, aslr: env.is_set("dbg.aslr"), terminal: env.ctx.principal.is_owner() }
}

/// Whether the setting holds directives, and not a path.
fn is_list(text: &str) -> bool {
    let first = text.trim_start();
    farad_debug::is_directive(first) || (first.contains('=') && !first.contains('/'))
}

/// The directives of a list. A comma in one stands behind a backslash, between double quotes, or before something
/// that is no directive.
pub(crate) fn directives(text: &str) -> Vec<String> {
    let mut all: Vec<String> = Vec::new();
    for piece in pieces(text) {
        match all.last_mut() {
            Some(last) if last.contains('=') && !piece.contains('=') => {
                last.push(',');
                last.push_str(&piece);
            }
            _ => all.push(piece.trim_start().to_owned()),
        }
    }
    all.retain(|directive| !directive.trim().is_empty());
    all
}

fn pieces(text: &str) -> Vec<String> {
    let (mut all, mut piece, mut is_quoted) = (Vec::new(), String::new(), false);
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        match (letter, letters.peek()) {
            ('\\', Some(',')) => {
                piece.push(',');
                letters.next();
            }
            ('\\', Some(&next)) if is_quoted => {
                piece.extend([letter, next]);
                letters.next();
            }
            // A quote opens at the beginning of a value.
            ('"', _) if is_quoted || piece.ends_with('=') => {
                piece.push(letter);
                is_quoted = !is_quoted;
            }
            (',', _) if !is_quoted => all.push(std::mem::take(&mut piece)),
            _ => piece.push(letter),
        }
    }
    all.push(piece);
    all
}

/// The list of directives, each of which is one whatever is in it.
pub fn list_directives(directives: &[String]) -> String {
    directives.iter().map(|directive| directive.replace(',', "\\,")).collect::<Vec<_>>().join(",")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_has_commas_between_directives_and_within_them() {
        for (text, wanted) in [
            ("arg1=a,arg2=b", &["arg1=a", "arg2=b"][..]),
            ("arg1=a,b", &["arg1=a,b"]),
            (r"arg1=a\,arg2=b", &["arg1=a,arg2=b"]),
            (r#"arg1="a,arg2=\"b,",arg2=c"#, &[r#"arg1="a,arg2=\"b,""#, "arg2=c"]),
            ("stdin=f, setenv=A=b", &["stdin=f", "setenv=A=b"]),
            (",", &[]),
        ] {
            assert_eq!(directives(text), wanted, "{text}");
        }
        let given = ["arg1=a,arg2=b".to_owned(), r"arg3=\,".to_owned(), "arg4=\"x,y\"".to_owned()];
        assert_eq!(directives(&list_directives(&given)), given);
    }

    #[test]
    fn paths_are_told_from_lists() {
        for (text, wanted) in [
            ("arg1=a", true),
            ("timeout=3", true),
            ("colour=red", true),
            ("/a/b.rr2", false),
            ("a.rr2", false),
            ("/a=b/c.rr2", false),
            ("", false),
        ] {
            assert_eq!(is_list(text), wanted, "{text}");
        }
    }
}
