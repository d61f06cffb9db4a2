//! A client for HTTP servers that says just what it is told to, and one for WebSockets.

use std::collections::VecDeque;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use base64::Engine as _;
use serde_json::Value;
use tungstenite::client::IntoClientRequest;
use tungstenite::{Message, WebSocket};

/// How long an answer may take.
pub(crate) const LIMIT: Duration = Duration::from_secs(20);

/// An answer.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The value of a header.
    pub(crate) fn header(&self, name: &str) -> Option<String> {
        let mut pairs = self.head.lines().filter_map(|line| line.split_once(':'));
        pairs.find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim().to_owned())
    }
}

/// A connection to a port of this machine.
pub(crate) fn connect(port: u16) -> TcpStream {
    let stream = TcpStream::connect(("127.0.0.1", port)).expect("the server listens");
    stream.set_read_timeout(Some(LIMIT)).expect("a limit");
    stream
}

/// Sends one request on a connection of its own, its line and headers as they are, and reads the answer to the end.
pub(crate) fn ask(port: u16, line: &str, headers: &[(&str, &str)], body: &[u8]) -> Answer {
    let mut stream = connect(port);
    let mut head = format!("{line}\r\n");
    if !headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("host")) {
        head.push_str(&format!("Host: 127.0.0.1:{port}\r\n"));
    }
    headers.iter().for_each(|(name, value)| head.push_str(&format!("{name}: {value}\r\n")));
    if !body.is_empty() {
        head.push_str(&format!("Content-Length: {}\r\n", body.len()));
    }
    head.push_str("Connection: close\r\n\r\n");
    stream.write_all(head.as_bytes()).expect("the server takes the request");
    // A server that has refused may take no more.
    let _ = stream.write_all(body);
    read(stream)
}

/// Reads an answer to the end of the connection.
pub(crate) fn read(mut stream: TcpStream) -> Answer {
    let mut bytes = Vec::new();
    let _ = stream.read_to_end(&mut bytes);
    let end = bytes.windows(4).position(|four| four == b"\r\n\r\n");
    let end = end.unwrap_or_else(|| panic!("no head: {}", String::from_utf8_lossy(&bytes)));
    let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
    let status = head.split(' ').nth(1).and_then(|code| code.parse().ok()).expect("a status");
    let body = bytes.split_off(end + 4);
    let chunked = head.to_ascii_lowercase().contains("transfer-encoding: chunked");
    Answer { status, head, body: if chunked { unchunked(&body) } else { body } }
}

fn unchunked(mut body: &[u8]) -> Vec<u8> {
    let mut whole = Vec::new();
    loop {
        let end = body.windows(2).position(|two| two == b"\r\n").expect("a chunk's length");
        let len =
            usize::from_str_radix(str::from_utf8(&body[..end]).expect("digits").trim(), 16).expect("hex");
        if len == 0 {
            return whole;
        }
        whole.extend_from_slice(&body[end + 2..end + 2 + len]);
        body = &body[end + 2 + len + 2..];
    }
}

/// What a command prints: `GET /cmd/…`, escaped.
pub(crate) fn get(port: u16, command: &str, headers: &[(&str, &str)]) -> Answer {
    ask(port, &format!("GET /cmd/{} HTTP/1.1", escape(command)), headers, b"")
}

/// The same by `POST /cmd`.
pub(crate) fn post(port: u16, command: &str, headers: &[(&str, &str)]) -> Answer {
    ask(port, "POST /cmd HTTP/1.1", headers, command.as_bytes())
}

pub(crate) fn escape(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02x}")).collect()
}

/// A WebSocket of a server.
pub(crate) struct Socket {
    socket: WebSocket<TcpStream>,
    next: u64,
    /// What came of commands that were not waited for.
    kept: Vec<Value>,
}

/// What a command over a WebSocket came to.
#[derive(Clone, Debug)]
pub(crate) struct Ran {
    pub(crate) out: Vec<u8>,
    pub(crate) reports: Vec<String>,
    pub(crate) done: Value,
}

impl Socket {
    /// Connects; gives the status of the answer where it is refused.
    pub(crate) fn open(port: u16, query: &str, headers: &[(&str, &str)]) -> Result<Socket, u16> {
        let address = format!("ws://127.0.0.1:{port}/ws{query}");
        let mut request = address.into_client_request().expect("an address");
        for (name, value) in headers {
            let name: tungstenite::http::HeaderName = name.parse().expect("a name");
            request.headers_mut().insert(name, value.parse().expect("a value"));
        }
        match tungstenite::client(request, connect(port)) {
            Ok((socket, _)) => Ok(Socket { socket, next: 1, kept: Vec::new() }),
            Err(tungstenite::HandshakeError::Failure(tungstenite::Error::Http(answer))) => {
                Err(answer.status().as_u16())
            }
            Err(error) => panic!("{error}"),
        }
    }

    pub(crate) fn say(&mut self, message: &Value) {
        self.socket.send(Message::text(message.to_string())).expect("the server takes it");
    }

    /// Sends a text as it is.
    pub(crate) fn say_text(&mut self, text: &str) {
        self.socket.send(Message::text(text)).expect("the server takes it");
    }

    /// The next message; none when the server ends.
    pub(crate) fn hear(&mut self) -> Option<Value> {
        loop {
            match self.socket.read() {
                Ok(Message::Text(text)) => return Some(serde_json::from_str(&text).expect("JSON")),
                Ok(Message::Close(_)) | Err(_) => return None,
                Ok(_) => {}
            }
        }
    }

    /// The next message that has this key.
    pub(crate) fn hear_of(&mut self, key: &str, value: &str) -> Value {
        let until = Instant::now() + LIMIT;
        while Instant::now() < until {
            let message = self.hear().expect("a message");
            if message[key] == value {
                return message;
            }
        }
        panic!("no {key}: {value}");
    }

    /// Begins a command; gives its number.
    pub(crate) fn begin(&mut self, command: &str) -> u64 {
        let id = self.next;
        self.next += 1;
        self.say(&serde_json::json!({"id": id, "cmd": command}));
        id
    }

    /// Waits for a command's end. What comes of others is kept for when they are waited for.
    pub(crate) fn end(&mut self, id: u64) -> Ran {
        let mut ran = Ran { out: Vec::new(), reports: Vec::new(), done: Value::Null };
        let kept = std::mem::take(&mut self.kept).into_iter();
        let (mine, others): (Vec<_>, Vec<_>) = kept.partition(|message| message["id"] == id);
        let mut mine = VecDeque::from(mine);
        self.kept = others;
        let until = Instant::now() + LIMIT;
        loop {
            assert!(Instant::now() < until, "command {id} ends");
            let message = mine.pop_front().or_else(|| self.hear()).expect("a message");
            if message["id"] != id {
                self.kept.push(message);
                continue;
            }
            match (&message["out"], &message["b64"], &message["report"]) {
                (Value::String(text), _, _) => ran.out.extend_from_slice(text.as_bytes()),
                (_, Value::String(coded), _) => {
                    let bytes = base64::engine::general_purpose::STANDARD.decode(coded).expect("base64");
                    ran.out.extend_from_slice(&bytes);
                }
                (_, _, Value::String(line)) => ran.reports.push(line.clone()),
                _ => {
                    ran.done = message;
                    return ran;
                }
            }
        }
    }

    /// Runs a command to its end.
    pub(crate) fn run(&mut self, command: &str) -> Ran {
        let id = self.begin(command);
        self.end(id)
    }
}
