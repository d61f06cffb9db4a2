//! Arguments in the text of a macro.

/// The commands of a macro with `$0`, `$1`, … replaced by its arguments in one pass, so that a
/// `$` inside an argument is left alone. Missing arguments are empty; `${name}` is the argument of
/// that parameter. Any other `$` stays.
pub fn expand(source: &str, parameters: &[String], arguments: &[String]) -> String {
    let mut whole = String::with_capacity(source.len());
    let mut rest = source;
    while let Some(dollar) = rest.find('$') {
        whole.push_str(&rest[..dollar]);
        rest = &rest[dollar + 1..];
        match reference(rest, parameters) {
            Some((index, length)) => {
                whole.push_str(arguments.get(index).map_or("", String::as_str));
                rest = &rest[length..];
            }
            None => whole.push('$'),
        }
    }
    whole.push_str(rest);
    whole
}

/// Which argument the text behind a `$` names, and how many bytes name it.
fn reference(text: &str, parameters: &[String]) -> Option<(usize, usize)> {
    if let Some(inner) = text.strip_prefix('{') {
        let name = &inner[..inner.find('}')?];
        let index = parameters.iter().position(|parameter| parameter == name)?;
        return Some((index, name.len() + 2));
    }
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    Some((text[..digits].parse().ok()?, digits))
}

#[cfg(test)]
mod tests {
    use super::expand;

    #[test]
    fn arguments_are_put_in_once() {
        let arguments = ["$1".to_owned(), "b".to_owned()];
        let parameters = ["x".to_owned(), "y".to_owned()];
        assert_eq!(expand("?e $0 $1 $2 $$ ${y} ${z}", &parameters, &arguments), "?e $1 b  $$ b ${z}");
        assert_eq!(expand("p8 $10", &[], &vec!["a".to_owned(); 11]), "p8 a");
    }
}
