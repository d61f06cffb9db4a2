//! How farad's client and server make themselves known inside rap 1, harmlessly to stock peers.
//!
//! The client sends commands that are comments ([`Note`]): a stock server evaluates one and answers with nothing. A
//! farad server answers with lines of `farad 1 key=value …` ([`ServerHello`]), and from then on ends each command's
//! reply with a [trailer](super::trailer). Keys that are not known, and values that do not parse, are passed over, so
//! that either side may learn new ones. What the values do to a session is not known here.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

/// Longest note that is looked at, in bytes. A longer one is any other comment.
pub const NOTE: usize = 1_024;

/// Longest message to a target in a note, in bytes.
pub const TARGET: usize = 64 << 10;

/// Longest answer to a note, in bytes. What is behind is passed over.
pub const ANSWER: usize = 4_096;

/// Longest value that is written, in bytes as escaped. A longer one is left out, which keeps notes and answers whole
/// within their own bounds; of an error, the beginning is written.
pub const VALUE: usize = 512;

/// Starts every note.
const COMMENT: &str = "# farad ";
/// Starts a hello's pairs on either side. A later version would greet with this one first.
const VERSION: &str = "1";
/// Starts every line of a farad server's answer.
const ANSWERED: &str = "farad 1";

/// A comment by which farad's client speaks to a farad server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Note {
    /// `# farad 1 key=value …`: who is there, and how it wants its text. Answered with a [`ServerHello`].
    Hello(ClientHello),
    /// `# farad stat`: asks again for what a [`ServerHello`] says.
    Stat,
    /// `# farad cancel`: cancels the command that is running. Answered, behind that command's reply, with nothing.
    Cancel,
    /// `# farad target MESSAGE`: asks something of the process under the debugger that is open, a
    /// [request](crate::target::Request). Answered with the line of the [reply](crate::target::Reply), behind which is
    /// what the process has printed.
    Target(String),
}

impl Note {
    /// The note that a command's text is, if it is one.
    pub fn parse(text: &[u8]) -> Option<Self> {
        if text.len() > TARGET {
            return None;
        }
        let text = str::from_utf8(text).ok()?.trim_end();
        let said = text.strip_prefix(COMMENT)?;
        let (word, rest) = said.split_once(' ').unwrap_or((said, ""));
        match word {
            "target" => Some(Self::Target(rest.to_owned())),
            _ if text.len() > NOTE => None,
            VERSION => Some(Self::Hello(ClientHello::from_pairs(rest))),
            "stat" => Some(Self::Stat),
            "cancel" => Some(Self::Cancel),
            _ => None,
        }
    }
}

/// The note as a command's text.
impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(COMMENT)?;
        match self {
            Self::Hello(hello) => write!(f, "{VERSION}{hello}"),
            Self::Stat => f.write_str("stat"),
            Self::Cancel => f.write_str("cancel"),
            Self::Target(message) => write!(f, "target {message}"),
        }
    }
}

/// How the near end wants the far end's text. What is absent, the server decides.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ClientHello {
    /// `width`: columns of the terminal.
    pub width: Option<u32>,
    /// `color`: 0 for none, up to what `scr.color` takes.
    pub color: Option<u8>,
    /// `utf8`: whether text may use more than ASCII to draw.
    pub utf8: Option<bool>,
    /// `syntax`: the value for `asm.syntax`.
    pub syntax: Option<String>,
}

impl ClientHello {
    fn from_pairs(text: &str) -> Self {
        let mut hello = Self::default();
        for (key, value) in pairs(text) {
            match key {
                "width" => keep(&mut hello.width, number(&value)),
                "color" => keep(&mut hello.color, number(&value)),
                "utf8" => keep(&mut hello.utf8, switch(&value)),
                "syntax" => keep(&mut hello.syntax, Some(value.into_owned())),
                _ => {}
            }
        }
        hello
    }
}

/// The pairs, each with a blank before it.
impl fmt::Display for ClientHello {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_pair(f, "width", &self.width)?;
        write_pair(f, "color", &self.color)?;
        write_pair(f, "utf8", &self.utf8.map(u8::from))?;
        write_pair(f, "syntax", &self.syntax)
    }
}

/// What a farad server says of itself and of the connection's descriptor. What is absent is unknown or unchanged.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ServerHello {
    /// `session`: whose session this connection is in.
    pub session: Option<Ownership>,
    /// `kind`: what the open descriptor is, which says what may be cached.
    pub kind: Option<Kind>,
    /// `size`: the descriptor's size in bytes.
    pub size: Option<u64>,
    /// `stamp`: an opaque text that differs once the file has changed.
    pub stamp: Option<String>,
    /// `seek`: the session's seek, an address.
    pub seek: Option<u64>,
    /// `prompt`: what a prompt for this session should show.
    pub prompt: Option<String>,
    /// `max`: most bytes the server gives for one read.
    pub max: Option<u32>,
    /// `target`: whether the open descriptor is a process under the debugger, and takes [`Note::Target`].
    pub target: Option<bool>,
    /// `error`: why what the client opened in the same flight cannot be opened. The server hangs up behind it.
    pub error: Option<String>,
}

/// Whose session a connection is in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Ownership {
    /// `own`: made for this connection, gone with it.
    Own,
    /// `shared`: others are in it.
    Shared,
}

/// What a far descriptor is.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// `regular`: its bytes change only by writes that change its stamp; may be cached and read ahead.
    Regular,
    /// `volatile`: its bytes may change at any time, as memory's do; reading has no effect.
    Volatile,
    /// `stopped`: memory of a process that only this connection lets run; may be kept until it does.
    Stopped,
    /// `device`: reading may have an effect; read exactly what was asked for.
    Device,
    /// A word of a later version: to be treated as [`Device`](Self::Device).
    Other(String),
}

impl ServerHello {
    /// What an answer to a note says, or `None` when no line of it is a farad server's: the server is a stock one.
    pub fn parse(text: &[u8]) -> Option<Self> {
        let mut hello = None;
        let text = &text[..text.len().min(ANSWER)];
        for line in text.split(|&byte| matches!(byte, b'\n' | b'\r' | 0)) {
            let Some(rest) = str::from_utf8(line).ok().and_then(|line| line.strip_prefix(ANSWERED)) else {
                continue;
            };
            if rest.is_empty() || rest.starts_with(' ') {
                hello.get_or_insert_with(Self::default).take_pairs(rest);
            }
        }
        hello
    }

    fn take_pairs(&mut self, text: &str) {
        for (key, value) in pairs(text) {
            match key {
                "session" => keep(&mut self.session, Ownership::from_word(&value)),
                "kind" => keep(&mut self.kind, Some(Kind::from_word(value))),
                "size" => keep(&mut self.size, number(&value)),
                "stamp" => keep(&mut self.stamp, Some(value.into_owned())),
                "seek" => keep(&mut self.seek, number(&value)),
                "prompt" => keep(&mut self.prompt, Some(value.into_owned())),
                "max" => keep(&mut self.max, number(&value)),
                "target" => keep(&mut self.target, switch(&value)),
                "error" => keep(&mut self.error, Some(value.into_owned())),
                _ => {}
            }
        }
    }
}

/// The answer's line, with its newline.
impl fmt::Display for ServerHello {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(ANSWERED)?;
        write_pair(f, "session", &self.session.map(Ownership::word))?;
        write_pair(f, "kind", &self.kind.as_ref().map(Kind::word))?;
        write_pair(f, "size", &self.size)?;
        write_pair(f, "stamp", &self.stamp)?;
        write_pair(f, "seek", &self.seek)?;
        write_pair(f, "prompt", &self.prompt)?;
        write_pair(f, "max", &self.max)?;
        write_pair(f, "target", &self.target.map(u8::from))?;
        write_pair(f, "error", &self.error.as_deref().map(beginning))?;
        f.write_str("\n")
    }
}

impl Ownership {
    const fn word(self) -> &'static str {
        match self {
            Self::Own => "own",
            Self::Shared => "shared",
        }
    }

    fn from_word(word: &str) -> Option<Self> {
        [Self::Own, Self::Shared].into_iter().find(|ownership| ownership.word() == word)
    }
}

impl Kind {
    fn word(&self) -> &str {
        match self {
            Self::Regular => "regular",
            Self::Volatile => "volatile",
            Self::Stopped => "stopped",
            Self::Device => "device",
            Self::Other(word) => word,
        }
    }

    fn from_word(word: Cow<'_, str>) -> Self {
        match &*word {
            "regular" => Self::Regular,
            "volatile" => Self::Volatile,
            "stopped" => Self::Stopped,
            "device" => Self::Device,
            _ => Self::Other(word.into_owned()),
        }
    }
}

/// The pairs of a text that are whole, with their values decoded.
fn pairs(text: &str) -> impl Iterator<Item = (&str, Cow<'_, str>)> {
    text.split_ascii_whitespace().filter_map(|pair| {
        let (key, value) = pair.split_once('=')?;
        Some((key, percent_decode(value)?))
    })
}

/// Sets `field` to what parsed, and leaves it where nothing did.
fn keep<T>(field: &mut Option<T>, value: Option<T>) {
    if value.is_some() {
        *field = value;
    }
}

fn number<T: FromStr>(value: &str) -> Option<T> {
    // `parse` would take a sign.
    value.bytes().all(|byte| byte.is_ascii_digit()).then(|| value.parse().ok())?
}

fn switch(value: &str) -> Option<bool> {
    match value {
        "0" => Some(false),
        "1" => Some(true),
        _ => None,
    }
}

fn write_pair(f: &mut fmt::Formatter<'_>, key: &str, value: &Option<impl fmt::Display>) -> fmt::Result {
    match value.as_ref().map(|value| percent_encode(&value.to_string())) {
        Some(value) if value.len() <= VALUE => write!(f, " {key}={value}"),
        _ => Ok(()),
    }
}

/// As much of a text, between characters, as is within [`VALUE`] once it is escaped.
fn beginning(text: &str) -> &str {
    let mut room = VALUE;
    let end = text.char_indices().find(|&(at, character)| {
        let escaped = text.as_bytes()[at..at + character.len_utf8()].iter().map(|&byte| escaped_len(byte));
        match room.checked_sub(escaped.sum()) {
            Some(left) => {
                room = left;
                false
            }
            None => true,
        }
    });
    end.map_or(text, |(at, _)| &text[..at])
}

const fn escaped_len(byte: u8) -> usize {
    if is_plain(byte) { 1 } else { 3 }
}

fn percent_encode(value: &str) -> String {
    let mut encoded = String::with_capacity(value.len());
    for byte in value.bytes() {
        if is_plain(byte) {
            encoded.push(byte.into());
        } else {
            encoded.push('%');
            for digit in [byte >> 4, byte & 0xf] {
                encoded.push(b"0123456789abcdef"[usize::from(digit)].into());
            }
        }
    }
    encoded
}

/// Bytes that stand for themselves: none of them has a meaning in the command language, which a stock server runs the
/// note through.
const fn is_plain(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'/' | b':' | b',' | b'+')
}

/// The text behind `%xx` escapes; `None` when one is broken, or the bytes are not UTF-8.
fn percent_decode(value: &str) -> Option<Cow<'_, str>> {
    if !value.contains('%') {
        return Some(Cow::Borrowed(value));
    }
    let mut decoded = Vec::with_capacity(value.len());
    let mut bytes = value.bytes();
    while let Some(byte) = bytes.next() {
        decoded.push(if byte == b'%' {
            hex_digit(bytes.next()?)? << 4 | hex_digit(bytes.next()?)?
        } else {
            byte
        });
    }
    String::from_utf8(decoded).ok().map(Cow::Owned)
}

fn hex_digit(byte: u8) -> Option<u8> {
    char::from(byte).to_digit(16).map(|digit| digit as u8)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn note(text: &str) -> Option<Note> {
        Note::parse(text.as_bytes())
    }

    #[test]
    fn a_hello_is_read_and_what_is_strange_in_it_passed_over() {
        let hello = ClientHello {
            width: Some(80),
            color: Some(0),
            utf8: Some(true),
            syntax: Some("intel".to_owned()),
        };
        assert_eq!(
            note(
                "# farad 1 width=80 new=thing color=0 color=-1 bare utf8=1 utf8=yes syntax=intel syntax=%f\n"
            ),
            Some(Note::Hello(hello.clone()))
        );
        assert_eq!(Note::Hello(hello).to_string(), "# farad 1 width=80 color=0 utf8=1 syntax=intel");
    }

    #[test]
    fn notes_are_told_from_other_comments() {
        assert_eq!(note("# farad 1"), Some(Note::Hello(ClientHello::default())));
        assert_eq!(note("# farad stat"), Some(Note::Stat));
        assert_eq!(note("# farad cancel"), Some(Note::Cancel));
        for text in [
            "",
            "#",
            "# farad",
            "# farad 2 width=1",
            "# faradays",
            "#farad 1",
            " # farad 1",
            "# farad canceled",
        ] {
            assert_eq!(note(text), None, "{text:?}");
        }
        assert_eq!(note(&format!("# farad 1 syntax={}", "x".repeat(NOTE))), None);
    }

    #[test]
    fn a_server_is_known_by_its_line_among_others() {
        assert_eq!(ServerHello::parse(b""), None);
        assert_eq!(ServerHello::parse(b"farad 10 size=4\nfaradfarad 1 size=4\n"), None);
        let hello = ServerHello::parse(
            b"a banner\nfarad 1 session=shared size=2248\nfarad 1 kind=regular seek=5040\n",
        );
        let expected = ServerHello {
            session: Some(Ownership::Shared),
            kind: Some(Kind::Regular),
            size: Some(2_248),
            seek: Some(5_040),
            ..ServerHello::default()
        };
        assert_eq!(hello, Some(expected));
    }

    #[test]
    fn an_answer_is_bounded() {
        let mut text = b"farad 1 size=1\n".repeat(ANSWER);
        text.extend_from_slice(b"farad 1 size=2\n");
        assert_eq!(ServerHello::parse(&text).unwrap().size, Some(1));
    }

    #[test]
    fn a_value_too_long_is_left_out_and_the_rest_stays_whole() {
        let hello = ServerHello {
            prompt: Some(" ".repeat(VALUE)),
            stamp: Some("s".repeat(VALUE)),
            max: Some(u32::MAX),
            ..ServerHello::default()
        };
        let read = ServerHello::parse(hello.to_string().as_bytes());
        assert_eq!(read, Some(ServerHello { prompt: None, ..hello }));
    }

    #[test]
    fn of_an_error_too_long_the_beginning_is_written() {
        for (text, len) in
            [(" é".repeat(VALUE), 169), ("x".repeat(VALUE + 1), VALUE), ("short".to_owned(), 5)]
        {
            let hello = ServerHello { error: Some(text.clone()), ..ServerHello::default() };
            let error = ServerHello::parse(hello.to_string().as_bytes()).unwrap().error.unwrap();
            assert!(text.starts_with(&error), "{error}");
            assert_eq!(error.len(), len);
        }
    }

    proptest! {
        #[test]
        fn client_hellos_come_back(
            width in any::<Option<u32>>(), color in any::<Option<u8>>(), utf8 in any::<Option<bool>>(),
            syntax in proptest::option::of(".{0,40}"),
        ) {
            let said = Note::Hello(ClientHello { width, color, utf8, syntax });
            let text = said.to_string();
            prop_assert!(!text.bytes().any(|byte| b";|>@~\"'`$()!\n\0".contains(&byte)), "{}", text);
            prop_assert_eq!(Note::parse(text.as_bytes()), Some(said));
        }

        #[test]
        fn server_hellos_come_back(
            numbers in any::<(Option<u64>, Option<u64>, Option<u32>)>(),
            kind in proptest::option::of(".{0,40}"),
            stamp in proptest::option::of(".{0,40}"),
            prompt in proptest::option::of(".{0,40}"),
            shared in any::<Option<bool>>(),
            target in any::<Option<bool>>(),
            error in proptest::option::of(".{0,40}"),
        ) {
            let (size, seek, max) = numbers;
            let session = shared.map(|shared| if shared { Ownership::Shared } else { Ownership::Own });
            let kind = kind.map(|kind| Kind::from_word(kind.into()));
            let hello = ServerHello { session, kind, size, stamp, seek, prompt, max, target, error };
            prop_assert_eq!(ServerHello::parse(hello.to_string().as_bytes()), Some(hello));
        }

        #[test]
        fn garbage_never_panics(text in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = Note::parse(&text);
            let _ = ServerHello::parse(&text);
            let _ = Note::parse(&[b"# farad 1 ", text.as_slice()].concat());
            let _ = ServerHello::parse(&[b"farad 1 ", text.as_slice()].concat());
        }
    }
}
