//! The HTTP server: commands by plain requests and over WebSockets, the page, files sent and asked back.
//!
//! Every request is judged before anything looks at it (`guard`), commands run for a principal that may do what the
//! server's options say (`option`), and the session never waits for a client (`flow`).

use std::sync::atomic::AtomicUsize;
use std::sync::{Arc, OnceLock, Weak};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::header::{
    CONTENT_SECURITY_POLICY, REFERRER_POLICY, WWW_AUTHENTICATE, X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{any, get, post};
use farad_shell::Env;
use hyper::server::conn::http1;
use hyper::service::{Service as _, service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::{mpsc, watch};

use crate::error::Result;
use crate::listen::{Client, Server};
use crate::stream::Stream;

mod command;
mod flow;
mod guard;
mod option;
mod page;
mod socket;
mod tls;
mod upload;
mod view;
mod wire;

pub(crate) use command::decode;
use guard::Refusal;
pub(crate) use guard::means_this_machine;
use option::Options;
use view::Views;
use wire::Wire;

/// How long a TLS handshake may take.
const HANDSHAKE: Duration = Duration::from_secs(10);
/// How long who is not of this machine may take for a request's head.
const STRANGER: Duration = Duration::from_secs(60);
/// How long what was asked for may still run once the server was stopped.
const FAREWELL: Duration = Duration::from_secs(2);
/// How long who gave a wrong token waits for the answer.
const PENANCE: Duration = Duration::from_millis(300);
/// What the page may load and ask: this server alone.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; \
                      connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// A server's state beyond its connections.
pub(crate) struct Site {
    options: Arc<Options>,
    views: Views,
    /// Commands that wait or run.
    waiting: AtomicUsize,
    server: OnceLock<Weak<Server>>,
    router: OnceLock<Router>,
}

impl Site {
    /// As the settings say.
    ///
    /// # Errors
    /// Those that cannot be followed.
    pub(crate) fn of(env: &Env<'_>) -> Result<Site> {
        Ok(Site::with(Arc::new(Options::of(env)?)))
    }

    /// Another server's state, with the same options.
    pub(crate) fn again(&self) -> Site {
        Site::with(self.options.clone())
    }

    fn with(options: Arc<Options>) -> Site {
        Site {
            options,
            views: Views::default(),
            waiting: AtomicUsize::new(0),
            server: OnceLock::new(),
            router: OnceLock::new(),
        }
    }

    /// Whether it may listen beyond this machine.
    pub(crate) fn is_closed(&self) -> bool {
        self.options.is_closed()
    }

    /// `http` or `https`.
    pub(crate) fn scheme(&self) -> &'static str {
        if self.options.tls.is_some() { "https" } else { "http" }
    }

    fn server(&self) -> Option<Arc<Server>> {
        self.server.get()?.upgrade()
    }

    fn router(self: &Arc<Site>) -> Router {
        self.router.get_or_init(|| routes(self.clone())).clone()
    }

    /// Gives up what its clients had of the session.
    pub(crate) fn leave(&self, host: &crate::Host) {
        self.views.leave(host);
    }
}

fn routes(site: Arc<Site>) -> Router {
    Router::new()
        .route("/cmd", post(command::by_body))
        .route("/cmd/", get(command::by_path).post(command::by_body))
        .route("/cmd/{*command}", get(command::by_path))
        .route("/up/{name}", post(upload::take).get(upload::give))
        .route("/openapi.json", get(page::description))
        .route("/ws", any(socket::open))
        .fallback(page::file)
        .layer(middleware::from_fn_with_state(site.clone(), judge))
        .with_state(site)
}

/// Serves a client until it hangs up, or the server ends.
pub(crate) async fn serve(
    stream: Stream,
    server: &Arc<Server>,
    site: &Arc<Site>,
    client: &Arc<Client>,
    stop: watch::Receiver<bool>,
) {
    // The first client tells the site whose it is.
    let _ = site.server.set(Arc::downgrade(server));
    let from = &site.options.from;
    if let Some(addr) = client.addr
        && !from.is_empty()
        && !from.contains(&addr.ip().to_canonical())
    {
        tracing::warn!("{}: {} is not among http.allow", server.place, client.peer);
        return;
    }
    match (stream, &site.options.tls) {
        (Stream::Tcp(stream), Some(tls)) => match tokio::time::timeout(HANDSHAKE, tls.accept(stream)).await {
            Ok(Ok(stream)) => converse(stream, server, site, client, stop).await,
            Ok(Err(error)) => tracing::debug!("{}: {}: {error}", server.place, client.peer),
            Err(_) => tracing::debug!("{}: {}: no TLS handshake", server.place, client.peer),
        },
        (Stream::Tcp(stream), None) => converse(stream, server, site, client, stop).await,
        (Stream::Unix(stream), _) => converse(stream, server, site, client, stop).await,
    }
}

async fn converse<S: AsyncRead + AsyncWrite + Unpin + Send + 'static>(
    stream: S,
    server: &Arc<Server>,
    site: &Arc<Site>,
    client: &Arc<Client>,
    stop: watch::Receiver<bool>,
) {
    // A WebSocket lives on when the connection has become one.
    let (held, mut released) = mpsc::channel::<()>(1);
    let ended = exchange(stream, server, site, client, socket::Place { stop, _held: held }).await;
    if let Err(error) = ended {
        tracing::debug!("{}: {}: {error}", server.place, client.peer);
    }
    released.recv().await;
}

/// Takes requests and answers them.
async fn exchange<S: AsyncRead + AsyncWrite + Unpin + Send + 'static>(
    stream: S,
    server: &Arc<Server>,
    site: &Arc<Site>,
    client: &Arc<Client>,
    place: socket::Place,
) -> hyper::Result<()> {
    let (router, mut stop) = (site.router(), place.stop.clone());
    let service = service_fn(move |mut request: hyper::Request<hyper::body::Incoming>| {
        request.extensions_mut().insert(client.clone());
        request.extensions_mut().insert(place.clone());
        TowerToHyperService::new(router.clone()).call(request.map(Body::new))
    });
    let patience = match (server.public, server.limits.idle) {
        (true, Some(idle)) => Some(idle.min(STRANGER)),
        (true, None) => Some(STRANGER),
        (false, idle) => idle,
    };
    let mut builder = http1::Builder::new();
    builder.timer(TokioTimer::new()).header_read_timeout(patience);
    // Of who needs no token, and is on this machine then.
    let lenient = site.options.guard.token.is_none();
    let wire = TokioIo::new(Wire::new(stream, server.limits.stall).lenient(lenient));
    let mut connection = std::pin::pin!(builder.serve_connection(wire, service).with_upgrades());
    tokio::select! {
        ended = connection.as_mut() => return ended,
        _ = stop.wait_for(|stop| *stop) => {}
    }
    connection.as_mut().graceful_shutdown();
    tokio::time::timeout(FAREWELL, connection).await.unwrap_or(Ok(()))
}

/// Answers nobody who may not ask, and tells browsers what the answer may do.
async fn judge(State(site): State<Arc<Site>>, request: Request, next: Next) -> Response {
    let judged = site.options.guard.judge(request.method(), request.uri(), request.headers());
    let mut response = match judged {
        Ok(()) => next.run(request).await,
        Err(refusal) => {
            tracing::debug!("{} {}: {refusal}", request.method(), request.uri().path());
            turn_away(refusal).await
        }
    };
    guard_answer(response.headers_mut());
    response
}

async fn turn_away(refusal: Refusal) -> Response {
    if refusal != Refusal::Token {
        return refuse(StatusCode::FORBIDDEN, &refusal.to_string());
    }
    tokio::time::sleep(PENANCE).await;
    let ask = [(
        WWW_AUTHENTICATE,
        HeaderValue::from_static("Basic realm=\"farad: any name, and the token\", charset=\"UTF-8\""),
    )];
    (StatusCode::UNAUTHORIZED, ask, format!("{refusal}\n")).into_response()
}

fn guard_answer(headers: &mut HeaderMap) {
    let fixed = [
        (CONTENT_SECURITY_POLICY, POLICY),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (REFERRER_POLICY, "no-referrer"),
        (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    ];
    for (name, value) in fixed {
        headers.insert(name, HeaderValue::from_static(value));
    }
}

/// An answer of one line.
fn refuse(status: StatusCode, why: &str) -> Response {
    (status, [("content-type", "text/plain; charset=utf-8")], format!("{why}\n")).into_response()
}
