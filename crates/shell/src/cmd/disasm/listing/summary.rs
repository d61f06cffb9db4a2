//! What is worth knowing of a listing, a line each: calls, names, texts and arguments (`pds`).

use super::style::Style;
use super::{Composer, row};
use crate::cmd::decoder;
use crate::cmd::disasm::stream::{Extent, Stream};
use crate::error::Result;
use crate::eval::Env;
use crate::paint::{Paint, Role};

/// What the names begin with that are worth a line.
const NAMES: [&str; 6] = ["str.", "obj.", "sym.", "fcn.", "reloc.", "int."];

/// Prints what is worth knowing of so many bytes.
///
/// # Errors
/// What cannot be read, and an interrupt.
pub(crate) fn print(env: &mut Env<'_>, addr: u64, size: u64) -> Result<()> {
    let settings = decoder(env)?.settings().clone();
    let usual = Style::of(env, &settings);
    let style = Style {
        bytes: None,
        lines: None,
        frame: false,
        section: None,
        symbol: None,
        comments: Some(0),
        paint: Paint::default(),
        ..usual
    };
    let paint = env.paint();
    let mut composer = Composer::new(&style);
    let mut stream = Stream::new(env, addr, Extent::Bytes(size))?;
    loop {
        let page = row::page(env, &mut stream)?;
        if page.is_empty() {
            return Ok(());
        }
        for row in &page {
            let text = composer.compose(env, None, row)?;
            let place = format!("{:#010x}", row.addr());
            for said in text.lines().filter_map(|line| worth(line, &place)) {
                writeln!(env.out, "{} {said}", paint.of(Role::Offset, &place))?;
            }
        }
    }
}

/// What of a line of the row at `place` is worth knowing.
fn worth(line: &str, place: &str) -> Option<String> {
    // Names of the row itself and the heading of a function say nothing of what it does.
    let (code, comments) = match line.split_once(place) {
        Some((_, rest)) => rest.split_once(" ; ").unwrap_or((rest, "")),
        None if line.contains("XREFS") => (line, ""),
        None => return None,
    };
    let code = code.trim();
    if code.starts_with("call ") {
        return Some(code.to_owned());
    }
    let name = NAMES.iter().find_map(|name| {
        let at = code.find(&format!(" {name}"))?;
        Some(code[at + 1..].trim_end().to_owned())
    });
    name.or_else(|| {
        let quoted = comments.find('"')?;
        let end = comments.rfind('"').filter(|end| *end > quoted)?;
        Some(comments[quoted..=end].to_owned())
    })
    .or_else(|| comments.split(" ; ").find(|comment| is_argument(comment)).map(str::to_owned))
}

/// Whether a comment is the name of an argument.
fn is_argument(comment: &str) -> bool {
    comment.trim().strip_prefix("arg").is_some_and(|rest| {
        !rest.is_empty() && rest.chars().all(|c| c.is_ascii_digit() || c == '_' || c == 'h')
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calls_names_texts_and_arguments_are_worth_a_line() {
        let place = "0x00000010";
        for (line, wanted) in [
            ("  0x00000010      call sym.fib ; CALL", Some("call sym.fib")),
            ("  0x00000010      lea rsi, obj.secret ; 0x20 ; \"mellon\"", Some("obj.secret")),
            ("  0x00000010      mov eax, dword [obj.x] ; [0x20:4]=3", None),
            ("  0x00000010      lea rdi, [0x20] ; 0x20 ; \"a ; b\"", Some("\"a ; b\"")),
            ("  0x00000010      mov rbx, rdi ; arg1", Some("arg1")),
            ("  ; CODE XREFS from sym.a @ 0x1(x), 0x2(x)", Some("sym.a @ 0x1(x), 0x2(x)")),
            ("  ;-- sym.b:", None),
            ("  0x00000010      ret", None),
        ] {
            assert_eq!(worth(line, place).as_deref(), wanted, "{line}");
        }
    }
}
