//! Flag names out of names found in files: the characters a flag may hold, and the prefixes each kind of thing gets.
//!
//! A name out of a file is data. Nothing that could be read as a command or a terminal sequence survives into a flag name.

/// The longest flag name made, in bytes, the prefix counted.
const LIMIT: usize = 256;

/// A flag name: `prefix` as it is, then what of `name` a flag may hold. Most punctuation becomes `_`; what the command language
/// gives a meaning to, control characters, and everything outside ASCII is left out.
#[must_use]
pub fn flag_name(prefix: &str, name: &str) -> String {
    let mut flag = String::from(prefix);
    let mut rest = name.chars().peekable();
    while let Some(c) = rest.next() {
        if flag.len() >= LIMIT {
            break;
        }
        match c {
            'a'..='z' | 'A'..='Z' | '0'..='9' | '.' | ':' | '_' => flag.push(c),
            ' ' | '!' | '"' | '$' | '%' | '(' | ')' | ',' | '-' | '/' | ';' | '<' | '>' | '?' | '@' | '['
            | ']' | '`' => flag.push('_'),
            // Strings are shown with escapes, and the flag keeps a trace of each.
            '\\' if rest.peek().is_some_and(|next| "abefnrtv".contains(*next)) => flag.push('_'),
            _ => {}
        }
    }
    flag
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn punctuation_is_replaced_or_dropped() {
        assert_eq!(flag_name("section.", ".note.gnu.build-id"), "section..note.gnu.build_id");
        assert_eq!(
            flag_name("str.", "hello %s\\t world [x] {y} \"q\" a/b\\c é"),
            "str.hello__s_t_world__x__y__q__a_bc_"
        );
        assert_eq!(flag_name("sym.", "$x.0"), "sym._x.0");
    }

    #[test]
    fn control_characters_never_pass() {
        let hostile: String = (0u8..=255).map(char::from).collect();
        let flag = flag_name("sym.", &hostile);
        assert!(flag.bytes().all(|b| b.is_ascii_graphic() && !b";|~&#*'{}=@`".contains(&b)));
        assert!(flag_name("sym.", &"x".repeat(10_000)).len() <= LIMIT);
    }
}
