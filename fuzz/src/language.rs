//! The command language, URIs and number expressions, on any text.

use farad_io::{Endpoint, Uri};
use farad_shell::lang::{self, GrepFilter, Names};

/// Parses a line; a parse error must point into it, and so must every statement.
pub fn lines(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    match lang::parse(&text, &farad_shell::cmd::dialect()) {
        Ok(script) => {
            let first = script.statements.first().map_or(lang::Link::Always, |first| first.link);
            assert!(first == lang::Link::Always, "nothing runs before the first statement");
            for statement in &script.statements {
                assert!(text.get(statement.span.clone()).is_some(), "a statement lies outside its line");
                filter(statement, &text);
            }
        }
        Err(error) => assert!(error.position <= text.len(), "an error lies outside its line"),
    }
}

/// Sends the line itself through the filters it asks for.
fn filter(statement: &lang::Statement, text: &str) {
    let behind = statement.form.iter().flat_map(|form| &form.grep);
    for grep in statement.grep.iter().chain(behind) {
        let mut filter = GrepFilter::new(grep.clone());
        let mut taken = 0;
        let mut take = |bytes: &[u8]| {
            taken += bytes.len();
            Ok(())
        };
        if filter.feed(text.as_bytes(), &mut take).is_ok() {
            let _ = filter.finish(&mut take);
        }
    }
}

/// Splits a URI; its parts must be parts of it.
pub fn uris(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let uri = Uri::parse(&text);
    assert!(uri.text.ends_with(&uri.rest));
    if let Ok(endpoint) = Endpoint::parse(&uri.rest, Some(1)) {
        if let Some(path) = &endpoint.path {
            assert!(uri.rest.ends_with(path.as_str()));
        }
        let again = endpoint.transport.to_string();
        assert_eq!(Endpoint::parse(&again, None).map(|parsed| parsed.transport).ok(), Some(endpoint.transport));
    }
}

/// Computes an expression whose every name is known.
pub fn numbers(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    if let Err(error) = lang::evaluate(&text, &mut Known) {
        assert!(error.position <= text.len(), "an error lies outside its expression");
    }
}

struct Known;

impl Names for Known {
    fn lookup(&mut self, name: &str) -> Option<u64> {
        Some(name.len() as u64)
    }

    fn variable(&mut self, name: &str) -> Option<u64> {
        (name.len() < 3).then_some(u64::MAX)
    }

    fn memory(&mut self, addr: u64, size: usize) -> Option<u64> {
        (size <= 8).then_some(addr)
    }
}
