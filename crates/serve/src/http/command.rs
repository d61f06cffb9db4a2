//! Commands by plain requests: `GET /cmd/COMMAND` and `POST /cmd`.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use axum::Extension;
use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::http::header::{ACCEPT, CONTENT_TYPE, RETRY_AFTER, USER_AGENT};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use farad_io::{Cancel, Ctx, Effects};
use http_body::Frame;
use serde_json::json;
use tokio::sync::mpsc;

use super::flow::{End, Flow, Source};
use super::{Site, option, refuse, view};
use crate::budget::Share;
use crate::host::{self, Lane, PATIENCE, ViewId};
use crate::identity;
use crate::limit::Limits;
use crate::listen::{Client, Server};
use crate::policy::Place;
use crate::queue::Ticket;

/// Longest command, bytes.
const COMMAND: usize = 1 << 20;
/// Commands of all clients that wait or run.
const WAITING: usize = 1024;
/// Longest output that is gathered before it is sent, bytes.
const ENVELOPE: u64 = 16 << 20;
/// How long a command waits for its turn before who asks is looked at.
const BUSY: Duration = Duration::from_secs(1);
const CIRCLE: &str = "this would wait for its own session, which is waiting for the answer";
const TEXT: HeaderValue = HeaderValue::from_static("text/plain; charset=utf-8");
const OK: &str = "x-farad-ok";
const REPORT: &str = "x-farad-report";

/// Stops a command that nobody waits for any more.
pub(super) struct Stop {
    cancel: Cancel,
    ticket: Ticket,
}

impl Stop {
    /// Takes the command back; false when it runs or has run.
    pub(super) fn withdraw(&self) -> bool {
        self.ticket.withdraw()
    }
}

impl Drop for Stop {
    fn drop(&mut self) {
        self.cancel.raise();
        self.ticket.withdraw();
    }
}

/// What others that wait call a client.
pub(super) fn name_of(site: &Site, client: &Client) -> String {
    site.options.principal(&client.peer).name
}

/// Waits for a command's turn, as long as it is bearable. A command that one waits for oneself is.
///
/// # Errors
/// Why it does not come. The command never runs then.
pub(super) async fn turn(
    flow: &Flow,
    withdraw: impl Fn() -> bool,
    server: &Server,
    client: &Client,
    asks: &str,
) -> Result<(), String> {
    let since = Instant::now();
    while tokio::time::timeout(BUSY, flow.begun()).await.is_err() {
        let why = match is_self(client, server) {
            true => Some(CIRCLE.to_owned()),
            false if since.elapsed() >= PATIENCE => server.host.busy(asks),
            false => None,
        };
        if let Some(why) = why
            && withdraw()
        {
            return Err(why);
        }
    }
    Ok(())
}

pub(super) async fn by_path(
    State(site): State<Arc<Site>>,
    Extension(client): Extension<Arc<Client>>,
    request: Request,
) -> Response {
    let target = request.uri().path_and_query().map_or("", |target| target.as_str());
    let command = decode(target.strip_prefix("/cmd/").unwrap_or(target));
    answer(&site, &client, request.headers(), command).await
}

pub(super) async fn by_body(
    State(site): State<Arc<Site>>,
    Extension(client): Extension<Arc<Client>>,
    request: Request,
) -> Response {
    let (head, body) = request.into_parts();
    match axum::body::to_bytes(body, COMMAND).await {
        Ok(body) => answer(&site, &client, &head.headers, String::from_utf8_lossy(&body).into_owned()).await,
        Err(_) => refuse(StatusCode::PAYLOAD_TOO_LARGE, "a command has 1 MiB at most"),
    }
}

async fn answer(site: &Arc<Site>, client: &Arc<Client>, headers: &HeaderMap, command: String) -> Response {
    let Some(server) = site.server() else {
        return refuse(StatusCode::SERVICE_UNAVAILABLE, "the server has ended");
    };
    let place = match view::name(headers) {
        Ok(None) => server.view,
        Ok(Some(name)) => site.views.of(&name, &server.host),
        Err(name) => {
            return refuse(StatusCode::BAD_REQUEST, &format!("'{}' is no view's name", name.escape_debug()));
        }
    };
    let wants_json = headers.get(ACCEPT).and_then(|accept| accept.to_str().ok());
    let wants_json = wants_json.is_some_and(|accept| accept.contains("application/json"));
    let gathers = wants_json || wants_length(headers);
    let limit = if gathers { site.options.max_out.min(ENVELOPE) } else { site.options.max_out };
    let Ok((flow, stop)) = start(site, &server, client, place, command, limit, |_, _| {}) else {
        return refuse(StatusCode::SERVICE_UNAVAILABLE, "too many commands wait, or the session has ended");
    };
    if let Err(why) = turn(&flow, || stop.withdraw(), &server, client, &name_of(site, client)).await {
        let mut response = match wants_json {
            true => refuse_json(StatusCode::SERVICE_UNAVAILABLE, &why),
            false => refuse(StatusCode::SERVICE_UNAVAILABLE, &why),
        };
        response.headers_mut().insert(RETRY_AFTER, HeaderValue::from_static("10"));
        return response;
    }
    match (wants_json, gathers) {
        (true, _) => envelope(&flow, stop).await,
        (false, false) => plain(flow, stop).await,
        (false, true) => match gather(&flow).await {
            Ok((output, end)) => whole(output, &end),
            Err(_) => refuse(StatusCode::INTERNAL_SERVER_ERROR, "the output is lost"),
        },
    }
}

/// Whether it is this very process that asks, and so maybe the session that is asked.
fn is_self(client: &Client, server: &Server) -> bool {
    let Place::Tcp(places) = &server.place else { return false };
    let ours =
        |peer: std::net::SocketAddr| places.iter().copied().find(|place| place.is_ipv4() == peer.is_ipv4());
    let pair = client.addr.and_then(|peer| Some((peer, ours(peer)?)));
    pair.is_some_and(|(peer, local)| identity::is_this_process(peer, local).unwrap_or(false))
}

/// Hands a command to the session. Dropping the second part stops it.
///
/// # Errors
/// When too many wait, or the session has ended.
pub(super) fn start(
    site: &Arc<Site>,
    server: &Arc<Server>,
    client: &Arc<Client>,
    place: ViewId,
    command: String,
    limit: u64,
    settle: impl FnOnce(&mut farad_shell::Session, &mut farad_shell::View) + Send + 'static,
) -> Result<(Arc<Flow>, Stop), crate::Error> {
    let turn = Turn::take(site)?;
    client.touch();
    client.commands.fetch_add(1, Ordering::Relaxed);
    let ctx = Ctx::owner().for_principal(site.options.principal(&client.peer));
    let (flow, source) = Flow::new(limit, server.seed.folder.clone(), Share::of(&client.kept));
    let cancel = ctx.cancel.clone();
    let limits = server.limits;
    let job = move |session: &mut farad_shell::Session| {
        let _turn = turn;
        run(session, place, &command, &ctx, limits, source, settle);
    };
    let ticket = server.host.submit(Lane::Client(client.number), Box::new(job))?;
    Ok((flow, Stop { cancel, ticket }))
}

fn run(
    session: &mut farad_shell::Session,
    place: ViewId,
    command: &str,
    ctx: &Ctx,
    limits: Limits,
    mut source: Source,
    settle: impl FnOnce(&mut farad_shell::Session, &mut farad_shell::View),
) {
    // The client is gone.
    if ctx.cancel.is_raised() {
        return;
    }
    source.begin();
    let ctx = &limits.begin(ctx);
    if let Err(error) = host::with_view(session, place, settle) {
        tracing::error!("{error}");
    }
    let outcome = host::run(session, place, command, ctx, &mut source);
    if let Some(why) = limits.explain(ctx, "http.deadline").filter(|_| !outcome.ok) {
        source.conclude(&why);
    }
    source.end(&outcome, ctx.cancel.is_raised());
}

/// A place among the commands that wait.
struct Turn(Arc<Site>);

impl Turn {
    fn take(site: &Arc<Site>) -> Result<Turn, crate::Error> {
        if site.waiting.fetch_add(1, Ordering::Relaxed) >= WAITING {
            site.waiting.fetch_sub(1, Ordering::Relaxed);
            return Err(crate::Error::Option(format!("{WAITING} commands wait already")));
        }
        Ok(Turn(site.clone()))
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        self.0.waiting.fetch_sub(1, Ordering::Relaxed);
    }
}

async fn plain(flow: Arc<Flow>, stop: Stop) -> Response {
    let ended = flow.ready().await;
    let Ok(first) = flow.take() else {
        return refuse(StatusCode::INTERNAL_SERVER_ERROR, "the output is lost");
    };
    match flow.end().filter(|_| ended) {
        Some(end) => whole(first, &end),
        None => ([("content-type", TEXT)], Body::new(Stream::new(flow, stop, first))).into_response(),
    }
}

/// An answer with its length.
fn whole(output: Vec<u8>, end: &End) -> Response {
    let tells = output.is_empty() && !end.ok;
    let body = if tells { told(end) } else { Bytes::from(output) };
    let refused = tells && !end.refused.is_empty();
    let status = if refused { StatusCode::FORBIDDEN } else { StatusCode::OK };
    (status, [("content-type", TEXT), (OK, flag(end.ok)), (REPORT, flag(tells))], body).into_response()
}

/// Whether a client takes no more than the first piece of what has no length: radare2's (5.7.4).
fn wants_length(headers: &HeaderMap) -> bool {
    let agent = headers.get(USER_AGENT).and_then(|agent| agent.to_str().ok());
    agent.is_some_and(|agent| agent.starts_with("radare2 "))
}

/// What was reported of a command that printed nothing.
fn told(end: &End) -> Bytes {
    let mut text = end.reports.clone();
    if let Some(hint) = option::hint(end.refused) {
        text.push('\n');
        text.push_str(&hint);
    }
    if !text.is_empty() {
        text.push('\n');
    }
    text.into()
}

fn flag(ok: bool) -> HeaderValue {
    HeaderValue::from_static(if ok { "true" } else { "false" })
}

/// All that a command prints, and how it ended.
async fn gather(flow: &Flow) -> io::Result<(Vec<u8>, End)> {
    let mut output = Vec::new();
    loop {
        flow.ready().await;
        output.extend_from_slice(&flow.take()?);
        if let Some(end) = flow.end() {
            return Ok((output, end));
        }
    }
}

async fn envelope(flow: &Flow, stop: Stop) -> Response {
    let Ok((output, end)) = gather(flow).await else {
        return refuse(StatusCode::INTERNAL_SERVER_ERROR, "the output is lost");
    };
    drop(stop);
    let status = match &end {
        End { cancelled: true, .. } => StatusCode::SERVICE_UNAVAILABLE,
        End { refused, .. } if *refused != Effects::empty() => StatusCode::FORBIDDEN,
        End { ok: false, .. } => StatusCode::UNPROCESSABLE_ENTITY,
        _ => StatusCode::OK,
    };
    let mut error = end.reports.clone();
    if let Some(hint) = option::hint(end.refused) {
        error = format!("{error}\n{hint}");
    }
    let body = json!({
        "ok": end.ok && !end.cancelled,
        "output": String::from_utf8_lossy(&output),
        "error": error,
        "truncated": end.truncated,
        "ms": millis(end.time),
        "seek": format!("{:#x}", end.seek),
    });
    (status, [(CONTENT_TYPE, HeaderValue::from_static("application/json"))], body.to_string()).into_response()
}

/// A refusal for who takes JSON, in the form of an answer.
fn refuse_json(status: StatusCode, why: &str) -> Response {
    let body = json!({"ok": false, "output": "", "error": why, "truncated": false, "ms": 0});
    (status, [(CONTENT_TYPE, HeaderValue::from_static("application/json"))], body.to_string()).into_response()
}

pub(super) fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

/// The rest of an answer, as the session goes on writing it. A task carries it over, since waiting is its to do.
struct Stream(mpsc::Receiver<io::Result<Frame<Bytes>>>);

impl Stream {
    fn new(flow: Arc<Flow>, stop: Stop, first: Vec<u8>) -> Stream {
        let (sender, receiver) = mpsc::channel(1);
        tokio::spawn(async move {
            let _stop = stop;
            let mut piece = first;
            loop {
                if !piece.is_empty() && sender.send(Ok(Frame::data(piece.into()))).await.is_err() {
                    return;
                }
                if let Some(end) = flow.end() {
                    let trailers =
                        HeaderMap::from_iter([(axum::http::HeaderName::from_static(OK), flag(end.ok))]);
                    // A body that is cut is no whole answer.
                    let last = if end.truncated {
                        Err(io::Error::other("cut"))
                    } else {
                        Ok(Frame::trailers(trailers))
                    };
                    let _ = sender.send(last).await;
                    return;
                }
                tokio::select! {
                    _ = flow.ready() => {}
                    () = sender.closed() => return,
                }
                piece = match flow.take() {
                    Ok(piece) => piece,
                    Err(error) => {
                        let _ = sender.send(Err(error)).await;
                        return;
                    }
                };
            }
        });
        Stream(receiver)
    }
}

impl http_body::Body for Stream {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        self.0.poll_recv(cx)
    }
}

/// The text of a path: `%xx` is a byte, all else is itself.
pub(crate) fn decode(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, tail @ ..] = rest {
        let hex = |byte: u8| char::from(byte).to_digit(16);
        match (first, tail) {
            (b'%', [high, low, ..]) if hex(*high).is_some() && hex(*low).is_some() => {
                let digits = [*high, *low].map(|byte| hex(byte).unwrap_or(0) as u8);
                bytes.push(digits[0] << 4 | digits[1]);
                rest = &tail[2..];
            }
            _ => {
                bytes.push(*first);
                rest = tail;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_are_taken_out_of_paths() {
        for (path, command) in [("%3fe%20a%2", "?e a%2"), ("a+b?c=%C3%A9", "a+b?c=é"), ("%", "%"), ("", "")]
        {
            assert_eq!(decode(path), command);
        }
    }
}
