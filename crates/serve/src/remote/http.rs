//! `=h` and `=H`: HTTP servers of this process.

use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use farad_io::Effects;
use farad_shell::registry::{Glue, Kind as Param, maybe};
use farad_shell::{Args, Env, Error, Result, Row};

use crate::error;
use crate::host::{self, locked};
use crate::listen::{self, Kind, Server};
use crate::policy::Place;

use super::SERVING;

/// How long a place is waited for that another server is about to leave.
const PATIENCE: Duration = Duration::from_secs(2);
const GLANCE: Duration = Duration::from_millis(20);

const PLACE: farad_shell::registry::Param = maybe("[address:]port", Param::Word);

/// The commands.
pub(super) static ROWS: [Row; 7] = [
    Row::new("=h", "Serve the session over HTTP until ^C; the port is http.port where none is given", serve)
        .glue(Glue::Number)
        .params(&[PLACE])
        .effects(SERVING),
    Row::new("=h&", "The same in the background", serve_behind)
        .glue(Glue::Rest)
        .params(&[PLACE])
        .effects(SERVING),
    Row::new("=h-", "Stop the HTTP servers in the background", stop_behind).effects(SERVING),
    Row::new("=h--", "Stop the HTTP server that =h waits for", stop_front).effects(SERVING),
    Row::new(
        "=h*",
        "Begin the HTTP servers again: as the settings are now, or for a client as they were",
        restart,
    )
    .effects(SERVING),
    Row::new("=H", "Serve over HTTP and show the page with http.browser", show)
        .glue(Glue::Number)
        .params(&[PLACE])
        .effects(SERVING),
    Row::new("=H&", "The same in the background", show_behind)
        .glue(Glue::Rest)
        .params(&[PLACE])
        .effects(SERVING),
];

/// The HTTP servers that a session began.
#[derive(Default)]
struct Servers {
    behind: Vec<Arc<Server>>,
    /// The one that a command waits for; another takes its place when it is begun again.
    front: Option<Arc<Mutex<Arc<Server>>>>,
}

impl Servers {
    fn of<'a>(env: &'a mut Env<'_>) -> &'a mut Servers {
        let servers = env.session.extensions.of::<Servers>();
        servers.behind.retain(|server| !server.is_over());
        servers
    }
}

fn serve(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let server = begin(env, args.text)?;
    wait(env, server)
}

fn serve_behind(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let server = begin(env, args.text)?;
    Servers::of(env).behind.push(server);
    Ok(())
}

fn show(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let server = begin(env, args.text)?;
    browse(env, &server);
    wait(env, server)
}

fn show_behind(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let server = begin(env, args.text)?;
    browse(env, &server);
    Servers::of(env).behind.push(server);
    Ok(())
}

fn stop_behind(env: &mut Env<'_>, _args: &Args<'_>) -> Result<()> {
    let behind = std::mem::take(&mut Servers::of(env).behind);
    match behind.is_empty() {
        true => Err(Error::failed("no HTTP server is in the background (=l lists servers)")),
        false => {
            behind.iter().for_each(|server| server.end());
            Ok(())
        }
    }
}

fn stop_front(env: &mut Env<'_>, _args: &Args<'_>) -> Result<()> {
    let front = Servers::of(env).front.take();
    let front = front.ok_or_else(|| Error::failed("no =h waits (=h- stops servers in the background)"))?;
    locked(&front).end();
    Ok(())
}

fn restart(env: &mut Env<'_>, _args: &Args<'_>) -> Result<()> {
    let (behind, front) = (Servers::of(env).behind.clone(), Servers::of(env).front.clone());
    if behind.is_empty() && front.is_none() {
        return Err(Error::failed("no HTTP server is there to begin again (=h begins one)"));
    }
    if let Some(front) = front {
        let mut slot = locked(&front);
        *slot = again(env, &slot)?;
    }
    for old in behind {
        let new = again(env, &old)?;
        Servers::of(env).behind.push(new);
    }
    Ok(())
}

/// Ends a server and begins another in its place. The settings are the owner's to choose, and clients can change some:
/// who else begins it again gets what the owner began.
fn again(env: &mut Env<'_>, old: &Server) -> Result<Arc<Server>> {
    old.end();
    let place = old.place.to_string();
    let place = match &old.place {
        // The same two addresses as before.
        Place::Tcp(addresses) if addresses.len() > 1 => {
            addresses.first().map_or(place, |addr| format!("localhost:{}", addr.port()))
        }
        _ => place,
    };
    let until = Instant::now() + PATIENCE;
    loop {
        let started = match env.ctx.principal.is_owner() {
            true => listen::start(env, Kind::Http, &place),
            false => listen::start_again(env, old),
        };
        match started {
            Err(error::Error::Listen { source, .. })
                if source.kind() == std::io::ErrorKind::AddrInUse && Instant::now() < until =>
            {
                env.ctx.check()?;
                std::thread::sleep(GLANCE);
            }
            started => return Ok(started?),
        }
    }
}

fn begin(env: &mut Env<'_>, place: &str) -> Result<Arc<Server>> {
    let place = place_of(env, place.trim());
    let server = listen::start(env, Kind::Http, &place)?;
    env.out.report(&server.announcement());
    Ok(server)
}

/// `[ADDRESS:]PORT`, with what is missing as the settings say.
fn place_of(env: &Env<'_>, text: &str) -> String {
    let is_port = text.bytes().all(|byte| byte.is_ascii_digit());
    if !is_port {
        return text.to_owned();
    }
    let port = if text.is_empty() { env.setting("http.port") } else { text };
    match env.setting("http.bind") {
        "public" => format!("0.0.0.0:{port}"),
        bind if bind.contains(':') && !bind.starts_with('[') => format!("[{bind}]:{port}"),
        bind => format!("{bind}:{port}"),
    }
}

/// Serves clients on this thread until the server ends or the command is cancelled.
fn wait(env: &mut Env<'_>, server: Arc<Server>) -> Result<()> {
    env.out.flush()?;
    let slot = Arc::new(Mutex::new(server));
    let outer = Servers::of(env).front.replace(slot.clone());
    let pumped = host::pump(env, || locked(&slot).is_over());
    locked(&slot).end();
    Servers::of(env).front = outer;
    Ok(pumped?)
}

/// Shows the page with the browser that the settings name. Where there is none, the address is what is left.
fn browse(env: &mut Env<'_>, server: &Server) {
    let address = server.address();
    let setting = env.setting("http.browser");
    let is_blind = |name: &str| std::env::var_os(name).is_none_or(|value| value.is_empty());
    if setting == "xdg-open" && is_blind("DISPLAY") && is_blind("WAYLAND_DISPLAY") {
        env.out.report(&format!("No display: open {address} in a browser"));
        return;
    }
    let words = shlex::split(setting).unwrap_or_default();
    let started = match words.split_first() {
        Some((program, words)) => run(env, program, words, &address),
        None => Err(Error::failed("http.browser is empty")),
    };
    match started {
        Ok(()) => env.out.report(&format!("Opening {address}")),
        Err(error) => env.out.report(&format!("No browser ({error}): open {address} in one")),
    }
}

fn run(env: &Env<'_>, program: &str, words: &[String], address: &str) -> Result<()> {
    env.ctx.allow(Effects::SHELL, "running http.browser")?;
    let mut command = Command::new(program);
    command.args(words).arg(address).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let mut child = command.spawn().map_err(|error| Error::failed(format!("{program}: {error}")))?;
    // Somebody has to take its status.
    let wait = move || child.wait();
    std::thread::Builder::new()
        .name("browser".to_owned())
        .spawn(wait)
        .map(drop)
        .map_err(|error| Error::failed(error.to_string()))
}
