//! What proves to a server who asks: out of the URI, out of the user's netrc file, or what was given before.
//!
//! The file is that of curl, ftp and git (`machine HOST login NAME password SECRET`). What it holds is its owner's:
//! nobody else's work here gets to use it, and it goes over plain HTTP to another machine only when the URI names the
//! user, for then that was asked for.

use std::collections::HashMap;
use std::fs::File;
use std::io::{self, Read};
use std::os::unix::fs::MetadataExt;
use std::path::PathBuf;
use std::sync::{LazyLock, Mutex, PoisonError};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::WebOptions;
use super::place::Place;
use crate::ctx::Ctx;
use crate::error::{Error, Result};

/// Most bytes of the file that are read.
const LARGEST: u64 = 1 << 20;

/// Secrets that URIs had, for the next time the same is opened without: by whom, as whom and where.
static GIVEN: LazyLock<Mutex<HashMap<Asker, String>>> = LazyLock::new(Mutex::default);

type Asker = (String, Option<String>, String);

/// The value of the header `Authorization`, where there is a secret for the place.
///
/// # Errors
/// [`Error::Open`] when the file that the options name cannot be read, or others can read the secret that is wanted.
pub(super) fn authorization(place: &Place, options: &WebOptions, ctx: &Ctx) -> Result<Option<String>> {
    let asker = (ctx.principal.name.clone(), place.user.clone(), place.authority());
    let mut given = GIVEN.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(secret) = &place.secret {
        given.insert(asker.clone(), secret.clone());
    }
    if let Some(secret) = given.get(&asker) {
        return Ok(Some(basic(place.user.as_deref().unwrap_or_default(), secret)));
    }
    let may_go = place.secure || place.is_local() || place.user.is_some();
    if !may_go || !ctx.principal.is_owner() {
        return Ok(None);
    }
    let Some(Secrets { path, text, open }) = read(&options.netrc)? else { return Ok(None) };
    let Some(entry) = entries(&text).into_iter().find(|entry| entry.fits(place)) else { return Ok(None) };
    let Some(secret) = entry.password else { return Ok(None) };
    if open {
        let why = "others can read this secret: chmod 600 it";
        return Err(Error::Open { uri: path.display().to_string(), source: io::Error::other(why) });
    }
    let user = place.user.clone().or(entry.login).unwrap_or_default();
    Ok(Some(basic(&user, &secret)))
}

/// What a netrc file holds.
struct Secrets {
    path: PathBuf,
    text: String,
    /// Whether others than its owner can read or change it.
    open: bool,
}

fn basic(user: &str, secret: &str) -> String {
    format!("Basic {}", STANDARD.encode(format!("{user}:{secret}")))
}

/// The file named, or the user's own, if there is one.
fn read(named: &str) -> Result<Option<Secrets>> {
    let path = match named {
        "" => match own() {
            Some(path) => path,
            None => return Ok(None),
        },
        named => PathBuf::from(named),
    };
    let read = || {
        let file = File::open(&path)?;
        let open = file.metadata()?.mode() & 0o077 != 0;
        let mut bytes = Vec::new();
        file.take(LARGEST).read_to_end(&mut bytes)?;
        Ok((String::from_utf8_lossy(&bytes).into_owned(), open))
    };
    match read() {
        Ok((text, open)) => Ok(Some(Secrets { path, text, open })),
        Err(error) if named.is_empty() => {
            tracing::debug!(path = %path.display(), %error, "no netrc");
            Ok(None)
        }
        Err(source) => Err(Error::Open { uri: path.display().to_string(), source }),
    }
}

/// `$NETRC`, else `~/.netrc`.
fn own() -> Option<PathBuf> {
    let value = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    value("NETRC").or_else(|| Some(value("HOME")?.join(".netrc")))
}

/// A machine's entry.
#[derive(Debug, Default, PartialEq, Eq)]
struct Entry {
    machine: String,
    login: Option<String>,
    password: Option<String>,
}

impl Entry {
    /// Whether it is of the place's host, and of its user where one is named. `HOST:PORT` is of that port alone.
    fn fits(&self, place: &Place) -> bool {
        let is_host = self.machine.eq_ignore_ascii_case(&place.host)
            || self.machine.eq_ignore_ascii_case(&place.authority());
        let is_user = match (&place.user, &self.login) {
            (Some(user), Some(login)) => user == login,
            _ => true,
        };
        is_host && is_user
    }
}

/// The entries of machines that are named. `default` would give a secret to whoever is connected to.
fn entries(text: &str) -> Vec<Entry> {
    let mut entries: Vec<Entry> = Vec::new();
    let mut is_named = false;
    let mut words = Words(text);
    while let Some(word) = words.next() {
        let mut value = |slot: &mut Option<String>| *slot = words.next();
        let mut spare = Entry::default();
        let entry = match entries.last_mut() {
            Some(entry) if is_named => entry,
            _ => &mut spare,
        };
        match word.as_str() {
            "machine" => {
                let machine = words.next().unwrap_or_default();
                entries.push(Entry { machine, ..Entry::default() });
                is_named = true;
            }
            "default" => is_named = false,
            "login" => value(&mut entry.login),
            "password" => value(&mut entry.password),
            "account" => value(&mut None),
            "macdef" => words.skip_macro(),
            _ => {}
        }
    }
    entries
}

/// Words between blanks; one in quotes may hold blanks, and `\` takes its next letter as it is.
struct Words<'a>(&'a str);

impl Words<'_> {
    fn skip_macro(&mut self) {
        self.0 = self.0.split_once("\n\n").map_or("", |(_, rest)| rest);
    }
}

impl Iterator for Words<'_> {
    type Item = String;

    fn next(&mut self) -> Option<String> {
        self.0 = self.0.trim_start();
        while self.0.starts_with('#') {
            self.0 = self.0.split_once('\n').map_or("", |(_, rest)| rest).trim_start();
        }
        let Some(quoted) = self.0.strip_prefix('"') else {
            let end = self.0.find(char::is_whitespace).unwrap_or(self.0.len());
            let (word, rest) = self.0.split_at(end);
            self.0 = rest;
            return (!word.is_empty()).then(|| word.to_owned());
        };
        let mut word = String::new();
        let mut letters = quoted.char_indices();
        while let Some((at, letter)) = letters.next() {
            match letter {
                '"' => {
                    self.0 = &quoted[at + 1..];
                    return Some(word);
                }
                '\\' => word.extend(letters.next().map(|(_, letter)| letter)),
                letter => word.push(letter),
            }
        }
        self.0 = "";
        Some(word)
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;
    use crate::ctx::Principal;
    use crate::uri::Uri;

    const FILE: &str = "# mine\nmachine one login al password \"a \\\"b\" machine two:9 password t\n\
                        default login anybody password never\nmacdef init\nmachine bad password x\n\n\
                        machine ONE login bo account x password c\nmachine 127.0.0.1 login me password lo";

    fn place(uri: &str) -> Place {
        Place::of(&Uri::parse(uri)).unwrap()
    }

    fn ask(file: &str, uri: &str, ctx: &Ctx) -> Option<String> {
        let options = WebOptions { netrc: file.to_owned(), ..WebOptions::default() };
        let value = authorization(&place(uri), &options, ctx).unwrap()?;
        let decoded = STANDARD.decode(value.strip_prefix("Basic ").unwrap()).unwrap();
        Some(String::from_utf8(decoded).unwrap())
    }

    #[test]
    fn secrets_come_out_of_the_file_for_its_hosts_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("netrc");
        std::fs::write(&path, FILE).unwrap();
        let allow = |mode| std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
        allow(0o600);
        let file = path.to_str().unwrap();
        let owner = Ctx::owner();
        for (uri, wanted) in [
            ("https://one/cmd/", Some("al:a \"b")),
            ("https://bo@one/", Some("bo:c")),
            ("https://eve@one/", None),
            ("https://me@two:9/", Some("me:t")),
            ("https://two/", None),
            ("https://three/", None),
            ("https://bad/", None),
            // In the clear to another machine: only where that was asked for.
            ("http://one/", None),
            ("http://bo@one/", Some("bo:c")),
            ("http://127.0.0.1:9/", Some("me:lo")),
        ] {
            assert_eq!(ask(file, uri, &owner).as_deref(), wanted, "{uri}");
        }
        let guest = Principal { name: "guest".to_owned(), ..Principal::owner() };
        assert_eq!(ask(file, "https://one/", &owner.for_principal(guest)), None);
        let options = WebOptions { netrc: file.to_owned(), ..WebOptions::default() };
        for mode in [0o644, 0o640, 0o604, 0o620, 0o666] {
            allow(mode);
            let refused = authorization(&place("https://one/"), &options, &owner).unwrap_err().to_string();
            assert!(refused.contains(file) && refused.contains("chmod 600"), "{refused}");
            // It has nothing for others to take.
            assert_eq!(ask(file, "https://three/", &owner), None);
        }
        let missing = WebOptions { netrc: format!("{file}.none"), ..WebOptions::default() };
        assert!(authorization(&place("https://one/"), &missing, &owner).is_err());
    }

    #[test]
    fn a_secret_that_was_given_serves_who_gave_it_again() {
        let ctx = Ctx::owner();
        assert_eq!(ask("/dev/null", "http://al:s3@again:1/", &ctx).as_deref(), Some("al:s3"));
        assert_eq!(ask("/dev/null", "http://al@again:1/cmd", &ctx).as_deref(), Some("al:s3"));
        assert_eq!(ask("/dev/null", "http://bo@again:1/", &ctx), None);
        assert_eq!(ask("/dev/null", "http://al@again:2/", &ctx), None);
        let guest = Principal { name: "guest".to_owned(), ..Principal::owner() };
        assert_eq!(ask("/dev/null", "http://al@again:1/", &ctx.for_principal(guest)), None);
    }
}
