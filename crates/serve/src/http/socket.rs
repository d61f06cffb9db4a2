//! Commands over a WebSocket: many at a time, each cancellable, with what others do told as it happens.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use axum::Extension;
use axum::extract::ws::rejection::WebSocketUpgradeRejection;
use axum::extract::ws::{CloseFrame, Message, Utf8Bytes, WebSocket, WebSocketUpgrade, close_code};
use axum::extract::{RawQuery, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use farad_io::{Ctx, Effects};
use farad_shell::out::Capture;
use farad_shell::{Env, Session, View, config};
use serde_json::{Value, json};
use tokio::sync::{broadcast, mpsc, oneshot, watch};
use tokio::time::Instant;

use super::command::{Stop, millis, name_of, start, turn};
use super::flow::{End, Flow};
use super::{Site, option, refuse, view};
use crate::host::{self, Event, Lane, ViewId};
use crate::listen::{self, Client, Server};

/// Longest message of a client, bytes.
const MESSAGE: usize = 1 << 20;
/// Commands of one client that wait or run.
const WAITING: usize = 64;
/// Messages on their way to a client.
const QUEUE: usize = 2;
/// Most bytes that wait to be written to a client: the longest message, which is a piece of output with each of its
/// bytes escaped, and the answers to its pings.
const UNSENT: usize = 2 << 20;
/// Pings of a client that are answered between two of ours. One that sends more is up to no good.
const PINGS: u32 = 256;
/// Bytes read and written at a time.
const CHUNK: usize = 16 << 10;
/// How often a client is asked whether it is there, and how long it may be silent.
const PING: Duration = Duration::from_secs(20);
const SILENCE: Duration = Duration::from_secs(60);
/// Widths that output is made for, columns.
const COLUMNS: std::ops::RangeInclusive<u64> = 20..=1000;
/// How long a client may take to be told why it is hung up on.
const FAREWELL: Duration = Duration::from_secs(1);
/// Largest number of a command: JavaScript has none beyond.
const LAST_ID: u64 = 1 << 53;

/// What a connection knows of its server.
#[derive(Clone)]
pub(super) struct Place {
    pub(super) stop: watch::Receiver<bool>,
    /// The connection counts as long as this is kept.
    pub(super) _held: mpsc::Sender<()>,
}

pub(super) async fn open(
    State(site): State<Arc<Site>>,
    Extension(client): Extension<Arc<Client>>,
    Extension(place): Extension<Place>,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Response {
    let upgrade = match upgrade {
        Ok(upgrade) => upgrade,
        Err(rejection) => return rejection.into_response(),
    };
    let pairs = query.as_deref().unwrap_or("").split('&').filter_map(|pair| pair.split_once('='));
    let queried = pairs.filter(|(name, _)| *name == "view").map(|(_, value)| value.to_owned()).next();
    let name = match queried {
        Some(name) if view::is_name(&name) => Ok(Some(name)),
        Some(name) => Err(name),
        None => view::name(&headers),
    };
    let Ok(name) = name else { return refuse(StatusCode::BAD_REQUEST, "that is no view's name") };
    let Some(server) = site.server() else {
        return refuse(StatusCode::SERVICE_UNAVAILABLE, "the server has ended");
    };
    let upgrade = upgrade.max_message_size(MESSAGE).max_frame_size(MESSAGE).max_write_buffer_size(UNSENT);
    let upgrade = upgrade.read_buffer_size(CHUNK).write_buffer_size(CHUNK);
    upgrade.on_upgrade(move |socket| async move {
        let talk = Talk::new(socket, site, server, client, name);
        talk.run(place).await;
    })
}

/// One client's conversation.
struct Talk {
    socket: WebSocket,
    site: Arc<Site>,
    server: Arc<Server>,
    client: Arc<Client>,
    view: ViewId,
    name: String,
    /// Where the client knows its view to be.
    told: Option<u64>,
    /// Pings that it sent since we sent one.
    pings: u32,
    /// The client is about to be told where it is; and has changed its view since.
    greeting: bool,
    moved: bool,
    /// What runs or waits, by its number.
    running: HashMap<u64, (Arc<Stop>, Arc<Flow>)>,
    queue: mpsc::Sender<Outgoing>,
    outgoing: mpsc::Receiver<Outgoing>,
}

/// A message, and what it ends.
struct Outgoing {
    text: String,
    told: Told,
}

/// What the client knows by a message.
#[derive(Default)]
struct Told {
    /// The command that has ended.
    ended: Option<u64>,
    /// Where its view is.
    seek: Option<u64>,
    /// It is the first message of a view.
    greeted: bool,
}

/// The connection is over.
struct Over;

impl From<axum::Error> for Over {
    fn from(_: axum::Error) -> Over {
        Over
    }
}

impl Talk {
    fn new(
        socket: WebSocket,
        site: Arc<Site>,
        server: Arc<Server>,
        client: Arc<Client>,
        name: Option<String>,
    ) -> Talk {
        let (queue, outgoing) = mpsc::channel(QUEUE);
        let view = name.as_deref().map_or(server.view, |name| site.views.of(name, &server.host));
        let name = name.unwrap_or_default();
        Talk {
            socket,
            site,
            server,
            client,
            view,
            name,
            told: None,
            pings: 0,
            greeting: false,
            moved: false,
            running: HashMap::new(),
            queue,
            outgoing,
        }
    }

    async fn run(mut self, mut place: Place) {
        let mut events = self.server.host.events();
        let mut listeners = listen::changes();
        let mut ping = tokio::time::interval(PING);
        let mut heard = Instant::now();
        if self.greet().is_err() {
            return;
        }
        loop {
            let done = tokio::select! {
                message = self.socket.recv() => match message {
                    Some(Ok(message)) => {
                        heard = Instant::now();
                        self.hear(message).await
                    }
                    _ => Err(Over),
                },
                Some(outgoing) = self.outgoing.recv() => self.send(outgoing).await,
                event = events.recv() => self.tell(event).await,
                Ok(()) = listeners.changed() => self.say(&json!({"event": "listeners"})).await,
                _ = ping.tick() => match heard.elapsed() > SILENCE {
                    true => Err(Over),
                    false => self.ping().await,
                },
                () = stopped(&mut place.stop) => self.close(close_code::AWAY, "the server ends").await,
            };
            if done.is_err() {
                // What runs is stopped with this.
                return;
            }
        }
    }

    /// Has the client told where it is, once the session has a moment for it. Nothing else waits for that.
    fn greet(&mut self) -> Result<(), Over> {
        // One at a time: a client can ask faster than the session answers.
        if std::mem::replace(&mut self.greeting, true) {
            self.moved = true;
            return Ok(());
        }
        let (place, name, allow) = (self.view, self.name.clone(), self.site.options.allowed());
        let (sender, facts) = oneshot::channel();
        let job = move |session: &mut Session| {
            // Who asked may be gone.
            let _ = sender.send(host::with_view(session, place, facts_of));
        };
        self.server.host.submit(Lane::Client(self.client.number), Box::new(job)).map_err(|_| Over)?;
        let queue = self.queue.clone();
        tokio::spawn(async move {
            let Ok(Ok(facts)) = facts.await else { return };
            let hello = json!({
                "event": "hello",
                "version": env!("CARGO_PKG_VERSION"),
                "view": name,
                "seek": format!("{:#x}", facts.seek),
                "file": facts.file,
                "allow": allow,
                "debug": facts.debug,
            });
            let told = Told { seek: Some(facts.seek), greeted: true, ended: None };
            let _ = queue.send(Outgoing { text: hello.to_string(), told }).await;
        });
        Ok(())
    }

    async fn hear(&mut self, message: Message) -> Result<(), Over> {
        match message {
            Message::Text(text) => match serde_json::from_str::<Value>(&text) {
                Ok(asked) => self.heed(&asked).await,
                Err(error) => self.say(&json!({"error": format!("that is no JSON: {error}")})).await,
            },
            Message::Binary(_) => self.say(&json!({"error": "messages are text"})).await,
            Message::Close(_) => Err(Over),
            Message::Ping(_) if self.pings >= PINGS => self.close(close_code::POLICY, "too many pings").await,
            Message::Ping(_) => {
                self.pings += 1;
                Ok(())
            }
            Message::Pong(_) => Ok(()),
        }
    }

    async fn ping(&mut self) -> Result<(), Over> {
        self.pings = 0;
        Ok(self.socket.send(Message::Ping(axum::body::Bytes::new())).await?)
    }

    /// Says why it ends, and ends.
    async fn close(&mut self, code: u16, why: &'static str) -> Result<(), Over> {
        let frame = CloseFrame { code, reason: Utf8Bytes::from_static(why) };
        let _ = tokio::time::timeout(FAREWELL, self.socket.send(Message::Close(Some(frame)))).await;
        Err(Over)
    }

    async fn heed(&mut self, asked: &Value) -> Result<(), Over> {
        if let Some(id) = asked["cancel"].as_u64() {
            // One that has ended is no error: the two crossed.
            if let Some((stop, flow)) = self.running.remove(&id) {
                flow.discard();
                drop(stop);
            }
            return Ok(());
        }
        if let Some(name) = asked["view"].as_str() {
            if !view::is_name(name) {
                return self.say(&json!({"error": "that is no view's name"})).await;
            }
            name.clone_into(&mut self.name);
            self.view = self.site.views.of(name, &self.server.host);
            return self.greet();
        }
        match (asked["id"].as_u64(), asked["cmd"].as_str()) {
            (Some(id), Some(command)) => match self.begin(id, command, asked) {
                Ok(()) => Ok(()),
                Err(why) => self.say(&ended(id, false, &why)).await,
            },
            _ => self.say(&json!({"error": "a message has id and cmd, or cancel, or view"})).await,
        }
    }

    fn begin(&mut self, id: u64, command: &str, asked: &Value) -> Result<(), String> {
        if id > LAST_ID || self.running.contains_key(&id) {
            return Err("the id is in use, or too large".to_owned());
        }
        if self.running.len() >= WAITING {
            return Err(format!("{WAITING} commands wait already"));
        }
        let (columns, color) = (asked["columns"].as_u64(), asked["color"].as_u64());
        let settle = move |session: &mut Session, view: &mut View| {
            set(session, view, "scr.columns", columns.map(|it| it.clamp(*COLUMNS.start(), *COLUMNS.end())));
            set(session, view, "scr.color", color.map(|it| it.min(3)));
        };
        let limit = self.site.options.max_out;
        let command = command.to_owned();
        let (flow, stop) = start(&self.site, &self.server, &self.client, self.view, command, limit, settle)
            .map_err(|error| error.to_string())?;
        let stop = Arc::new(stop);
        self.running.insert(id, (stop.clone(), flow.clone()));
        let (server, client, queue) = (self.server.clone(), self.client.clone(), self.queue.clone());
        let asks = name_of(&self.site, &self.client);
        let weak = Arc::downgrade(&stop);
        drop(stop);
        tokio::spawn(async move {
            let Err(why) = turn_of(&flow, &weak, &server, &client, &asks).await else {
                return carry(id, flow, queue).await;
            };
            let told = Told { ended: Some(id), ..Told::default() };
            let _ = queue.send(Outgoing { text: ended(id, false, &why).to_string(), told }).await;
        });
        Ok(())
    }

    async fn send(&mut self, outgoing: Outgoing) -> Result<(), Over> {
        if let Some(id) = outgoing.told.ended {
            self.running.remove(&id);
        }
        self.told = outgoing.told.seek.or(self.told);
        if outgoing.told.greeted {
            self.greeting = false;
            if std::mem::take(&mut self.moved) {
                self.greet()?;
            }
        }
        Ok(self.socket.send(Message::Text(outgoing.text.into())).await?)
    }

    async fn say(&mut self, message: &Value) -> Result<(), Over> {
        Ok(self.socket.send(Message::Text(message.to_string().into())).await?)
    }

    async fn tell(&mut self, event: Result<Event, broadcast::error::RecvError>) -> Result<(), Over> {
        let event = match event {
            Ok(event) => event,
            // Some were missed: all may have changed.
            Err(broadcast::error::RecvError::Lagged(_)) => {
                self.say(&json!({"event": "flags"})).await?;
                return self.say(&json!({"event": "bytes"})).await;
            }
            Err(broadcast::error::RecvError::Closed) => return Err(Over),
        };
        // Its own moves are told with the end of each command, which may have overtaken this.
        let is_own = event.by.name == self.site.options.principal(&self.client.peer).name;
        if event.view == self.view && !is_own && self.told != Some(event.seek) {
            self.told = Some(event.seek);
            self.say(&json!({"event": "seek", "seek": format!("{:#x}", event.seek)})).await?;
        }
        if event.done.intersects(Effects::ANNOTATE | Effects::FILES | Effects::SETTINGS) {
            self.say(&json!({"event": "flags"})).await?;
        }
        if event.done.intersects(Effects::WRITE | Effects::DEBUG) {
            self.say(&json!({"event": "bytes"})).await?;
        }
        if event.done.contains(Effects::DEBUG) {
            let pc = event.stop.map(|pc| format!("{pc:#x}"));
            self.say(&json!({"event": "stop", "pc": pc})).await?;
        }
        Ok(())
    }
}

async fn stopped(stop: &mut watch::Receiver<bool>) {
    // One whose other end is gone has ended, too.
    let _ = stop.wait_for(|stop| *stop).await;
}

/// What a client is told first.
struct Facts {
    seek: u64,
    file: Option<String>,
    debug: bool,
}

fn facts_of(session: &mut Session, view: &mut View) -> Facts {
    let file = session
        .io
        .current(&view.lens)
        .ok()
        .and_then(|fd| session.io.descriptor(fd).ok().map(|it| it.uri.clone()));
    let (ctx, mut out) = (Ctx::owner(), Capture::default());
    let seek = view.seek;
    let debug = farad_shell::stopped_at(&mut Env { session, view, ctx: &ctx, out: &mut out }).is_some();
    Facts { seek, file, debug }
}

fn set(session: &mut Session, view: &mut View, name: &str, value: Option<u64>) {
    if let Some(value) = value
        && let Err(error) = config::settle(session, Some(view), name, &value.to_string())
    {
        tracing::debug!("what a page's terminal is: {error}");
    }
}

/// Waits for a command's turn. One that was cancelled meanwhile has had it.
async fn turn_of(
    flow: &Flow,
    stop: &std::sync::Weak<Stop>,
    server: &Server,
    client: &Client,
    asks: &str,
) -> Result<(), String> {
    turn(flow, || stop.upgrade().is_some_and(|stop| stop.withdraw()), server, client, asks).await
}

/// Carries a command's output over, until it has ended or nobody takes it.
async fn carry(id: u64, flow: Arc<Flow>, queue: mpsc::Sender<Outgoing>) {
    let mut cut = Vec::new();
    let mut lost = None;
    loop {
        tokio::select! {
            _ = flow.ready() => {}
            () = queue.closed() => return,
        }
        // Output leaves the flow, which is bounded for all clients, once there is room for it.
        let Ok(room) = queue.reserve().await else { return };
        match flow.take() {
            Ok(piece) => cut.extend_from_slice(&piece),
            Err(error) => {
                flow.discard();
                lost = Some(format!("output is lost: {error}"));
            }
        }
        drop(room);
        let end = flow.end();
        let reports = flow.take_reports().into_iter().map(|report| json!({"id": id, "report": report}));
        let messages: Vec<Value> = reports.chain(output(id, &mut cut, end.is_some())).collect();
        for message in messages {
            let outgoing = Outgoing { text: message.to_string(), told: Told::default() };
            if queue.send(outgoing).await.is_err() {
                return;
            }
        }
        if let Some(end) = end {
            let seek = (!end.cancelled || end.seek != 0).then_some(end.seek);
            let mut message = last(id, &end);
            if let Some(lost) = lost {
                (message["ok"], message["error"]) = (false.into(), lost.into());
            }
            let told = Told { ended: Some(id), seek, greeted: false };
            let _ = queue.send(Outgoing { text: message.to_string(), told }).await;
            return;
        }
    }
}

/// A message with output: text where it is, a character that is not complete kept for the next.
fn output(id: u64, bytes: &mut Vec<u8>, is_last: bool) -> Option<Value> {
    if bytes.is_empty() {
        return None;
    }
    let (len, is_text) = match str::from_utf8(bytes) {
        Ok(text) => (text.len(), true),
        Err(error) if error.error_len().is_none() && !is_last => (error.valid_up_to(), true),
        Err(_) => (bytes.len(), false),
    };
    if len == 0 {
        return None;
    }
    let kept = bytes.split_off(len);
    let given = std::mem::replace(bytes, kept);
    Some(match is_text {
        true => json!({"id": id, "out": String::from_utf8_lossy(&given)}),
        false => json!({"id": id, "b64": STANDARD.encode(&given)}),
    })
}

fn last(id: u64, end: &End) -> Value {
    let mut error = match end.ok {
        true => String::new(),
        false if end.reports.is_empty() && end.cancelled => "interrupted".to_owned(),
        false => end.reports.lines().next_back().unwrap_or("").to_owned(),
    };
    if let Some(hint) = option::hint(end.refused) {
        error = format!("{error}; {hint}");
    }
    let mut message = ended(id, end.ok, &error);
    message["truncated"] = end.truncated.into();
    message["ms"] = millis(end.time).into();
    message["seek"] = format!("{:#x}", end.seek).into();
    message
}

fn ended(id: u64, ok: bool, error: &str) -> Value {
    json!({"id": id, "done": true, "ok": ok, "error": error})
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn joined(messages: &[Value]) -> Vec<u8> {
        let bytes = messages.iter().map(|message| match (message["out"].as_str(), message["b64"].as_str()) {
            (Some(text), _) => text.as_bytes().to_vec(),
            (_, Some(coded)) => STANDARD.decode(coded).unwrap(),
            _ => panic!("{message}"),
        });
        bytes.flatten().collect()
    }

    proptest! {
        #[test]
        fn any_bytes_in_any_pieces_arrive(
            bytes in prop_oneof![
                proptest::collection::vec(any::<u8>(), 0..200),
                "[a-zé€😀]{0,60}".prop_map(String::into_bytes),
            ],
            piece in 1..20_usize,
        ) {
            let mut kept = Vec::new();
            let mut messages = Vec::new();
            for piece in bytes.chunks(piece) {
                kept.extend_from_slice(piece);
                messages.extend(output(1, &mut kept, false));
            }
            messages.extend(output(1, &mut kept, true));
            prop_assert_eq!(joined(&messages), bytes.clone());
            let is_text = str::from_utf8(&bytes).is_ok();
            prop_assert!(!is_text || messages.iter().all(|message| message["b64"].is_null()));
        }
    }
}
