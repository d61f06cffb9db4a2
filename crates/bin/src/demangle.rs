//! Readable names for mangled ones: Rust (both schemes) and C++ (Itanium).

/// The longest mangled name looked at, in bytes: demangling may grow a name a thousandfold.
const LIMIT: usize = 16 << 10;
/// The longest readable name given back, in bytes.
const OUTPUT: usize = 64 << 10;

/// The readable name, or `None` when the name is not mangled in a known way.
#[must_use]
pub fn demangle(name: &str) -> Option<String> {
    if name.len() > LIMIT {
        return None;
    }
    if let Ok(rust) = rustc_demangle::try_demangle(name) {
        return bounded(format_args!("{rust:#}"));
    }
    // Mach-O puts one more underscore in front.
    let cpp = name.strip_prefix('_').filter(|rest| rest.starts_with("_Z")).unwrap_or(name);
    if !cpp.starts_with("_Z") {
        return None;
    }
    let symbol = cpp_demangle::Symbol::new(cpp).ok()?;
    let options = cpp_demangle::DemangleOptions::new().recursion_limit(64);
    let mut text = Bounded::default();
    symbol.structured_demangle(&mut text, &options).ok()?;
    Some(text.0)
}

#[derive(Default)]
struct Bounded(String);

impl std::fmt::Write for Bounded {
    fn write_str(&mut self, text: &str) -> std::fmt::Result {
        if self.0.len() + text.len() > OUTPUT {
            return Err(std::fmt::Error);
        }
        self.0.push_str(text);
        Ok(())
    }
}

fn bounded(text: std::fmt::Arguments<'_>) -> Option<String> {
    let mut bounded = Bounded::default();
    std::fmt::Write::write_fmt(&mut bounded, text).ok()?;
    Some(bounded.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_schemes_are_read() {
        assert_eq!(demangle("_Z3fooi").as_deref(), Some("foo(int)"));
        assert_eq!(demangle("__Z3fooi").as_deref(), Some("foo(int)"));
        assert_eq!(
            demangle("_ZN4core3fmt5Write9write_fmt17h0123456789abcdefE").as_deref(),
            Some("core::fmt::Write::write_fmt")
        );
        assert_eq!(demangle("main"), None);
        assert_eq!(demangle(&"_Z".repeat(100_000)), None);
    }
}
