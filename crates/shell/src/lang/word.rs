//! Words of an argument text, and quotes.
//!
//! The parser keeps quotes in a command's text; a command that takes words splits them here. What
//! opens a quote must be the same for both: a `"` anywhere, a `'` not inside a word.

/// The words of a text. Blanks separate them, quotes and backslashes protect blanks and go away;
/// a quote that is never closed stands for itself.
pub fn words(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word = String::new();
    let mut started = false;
    for token in tokens(text) {
        match token {
            Token::Plain(blank) if blank.is_ascii_whitespace() => {
                if started {
                    words.push(std::mem::take(&mut word));
                    started = false;
                }
            }
            Token::Plain(character) | Token::Escaped(character @ (' ' | '\t' | '"' | '\'')) => {
                word.push(character);
                started = true;
            }
            Token::Escaped(character) => {
                word.extend(['\\', character]);
                started = true;
            }
            Token::Quoted(inner) => {
                push_quoted(&mut word, inner);
                started = true;
            }
        }
    }
    if started {
        words.push(word);
    }
    words
}

/// The text without its quotes, blanks as they are.
pub fn unquote(text: &str) -> String {
    let mut whole = String::with_capacity(text.len());
    for token in tokens(text) {
        match token {
            Token::Plain(character) | Token::Escaped(character @ (' ' | '\t' | '"' | '\'')) => {
                whole.push(character)
            }
            Token::Escaped(character) => whole.extend(['\\', character]),
            Token::Quoted(inner) => push_quoted(&mut whole, inner),
        }
    }
    whole
}

/// A text as one word of a line, whatever is in it: [`words`] and [`unquote`] give it back.
pub fn quote(text: &str) -> String {
    let plain = |character: char| character.is_alphanumeric() || "_-./:+,%=".contains(character);
    if !text.is_empty() && text.chars().all(plain) {
        return text.to_owned();
    }
    // Between single quotes nothing is special but their end, and a backslash before a double quote.
    format!("'{}'", text.replace('\'', "'\"'\"'").replace("\\\"", "\\''\""))
}

enum Token<'a> {
    Plain(char),
    /// The character behind a backslash.
    Escaped(char),
    /// What is between two quotes.
    Quoted(&'a str),
}

fn tokens(text: &str) -> impl Iterator<Item = Token<'_>> {
    let mut at = 0;
    std::iter::from_fn(move || {
        let rest = &text[at..];
        let first = rest.chars().next()?;
        let behind = &rest[first.len_utf8()..];
        let quote = first == '"' || (first == '\'' && !text[..at].ends_with(char::is_alphanumeric));
        if quote && let Some(inner) = closing(behind, first) {
            at += inner + 2;
            return Some(Token::Quoted(&behind[..inner]));
        }
        if first == '\\'
            && let Some(next) = behind.chars().next()
        {
            at += 1 + next.len_utf8();
            return Some(Token::Escaped(next));
        }
        at += first.len_utf8();
        Some(Token::Plain(first))
    })
}

/// Where the quote closes. Double quotes can be escaped inside, single ones cannot.
fn closing(text: &str, quote: char) -> Option<usize> {
    let mut escaped = false;
    text.char_indices().find_map(|(at, character)| {
        if escaped {
            escaped = false;
            return None;
        }
        escaped = character == '\\' && quote == '"';
        (character == quote).then_some(at)
    })
}

/// An escaped quote inside quotes loses its backslash; other escapes are for the command.
fn push_quoted(word: &mut String, inner: &str) {
    let mut characters = inner.chars().peekable();
    while let Some(character) = characters.next() {
        match (character, characters.peek()) {
            ('\\', Some('"')) => {}
            ('\\', Some(&next)) => {
                word.extend(['\\', next]);
                characters.next();
            }
            _ => word.push(character),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{quote, unquote, words};
    use crate::lang::{Body, Dialect, parse};
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_quoted_word_is_one_word_of_a_line(text in "\\PC{0,20}|[a '\"\\\\`$();|>~@&#\n]{0,20}") {
            let quoted = quote(&text);
            prop_assert_eq!(unquote(&quoted), &text[..]);
            prop_assert_eq!(words(&quoted), [&text[..]]);
            let script = parse(&format!("x {quoted};y"), &Dialect::default()).unwrap();
            prop_assert_eq!(script.statements.len(), 2);
            let Body::Command(command) = &script.statements[0].body else { panic!("{quoted}") };
            prop_assert_eq!(command.as_literal(), Some(&*format!("x {quoted}")));
        }
    }

    #[test]
    fn blanks_separate_and_quotes_protect() {
        for (text, expected) in [
            ("a b  c", &["a", "b", "c"][..]),
            ("\"a;b\"", &["a;b"]),
            ("{\"a\":1,\"b\":\"x y\"}", &["{a:1,b:x y}"]),
            ("'foo bar' 4", &["foo bar", "4"]),
            ("it's that's", &["it's", "that's"]),
            ("a\\ b \\\"c", &["a b", "\"c"]),
            ("a\\nb", &["a\\nb"]),
            ("\"x\\\"y\\n\"", &["x\"y\\n"]),
            ("\"\" ''", &["", ""]),
            ("a \"b", &["a", "\"b"]),
            ("", &[]),
        ] {
            assert_eq!(words(text), expected, "{text}");
        }
    }

    #[test]
    fn unquoting_leaves_blanks() {
        assert_eq!(unquote("\"my file\"  x"), "my file  x");
        assert_eq!(unquote("plain"), "plain");
    }
}
