//! A slow link on one machine: a TCP proxy that delays every byte and counts round trips.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::mpsc::{self, Receiver, Sender};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::Result;

/// Bytes taken from a socket at once.
const CHUNK: usize = 256 * 1024;

/// The link's near end.
pub(crate) struct Link {
    /// Where to connect.
    pub(crate) port: u16,
    meter: Arc<Mutex<Meter>>,
}

/// Counts the times that the near end, having been answered, asked again: what it waited for.
struct Meter {
    round_trip: Duration,
    trips: u64,
    /// When the flight that is under way left, and whether it was answered.
    flight: Option<(Instant, bool)>,
}

impl Meter {
    fn asked(&mut self, now: Instant) {
        // What leaves while a flight is on its way travels with it.
        let under_way = self.flight.is_some_and(|(left, answered)| !answered || now - left < self.round_trip);
        if !under_way {
            self.trips += 1;
            self.flight = Some((now, false));
        }
    }

    fn answered(&mut self) {
        if let Some((_, answered)) = &mut self.flight {
            *answered = true;
        }
    }
}

impl Link {
    /// A link to a port of this machine, `round_trip` long there and back.
    ///
    /// # Errors
    /// When no port can be had.
    pub(crate) fn open(target: u16, round_trip: Duration) -> Result<Link> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let port = listener.local_addr()?.port();
        let meter = Arc::new(Mutex::new(Meter { round_trip, trips: 0, flight: None }));
        let shared = meter.clone();
        thread::spawn(move || {
            for near in listener.incoming().flatten() {
                let meter = shared.clone();
                thread::spawn(move || carry(near, target, round_trip, &meter));
            }
        });
        Ok(Link { port, meter })
    }

    /// Round trips waited for since it was last asked.
    pub(crate) fn take_trips(&self) -> u64 {
        std::mem::take(&mut locked(&self.meter).trips)
    }
}

fn locked(meter: &Mutex<Meter>) -> std::sync::MutexGuard<'_, Meter> {
    meter.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Carries one connection until either end closes it.
fn carry(near: TcpStream, target: u16, round_trip: Duration, meter: &Arc<Mutex<Meter>>) {
    // The handshake is a round trip too.
    locked(meter).asked(Instant::now());
    thread::sleep(round_trip);
    locked(meter).answered();
    let Ok(far) = TcpStream::connect(SocketAddr::from((Ipv4Addr::LOCALHOST, target))) else { return };
    let _ = (near.set_nodelay(true), far.set_nodelay(true));
    let (Ok(near_out), Ok(far_out)) = (near.try_clone(), far.try_clone()) else { return };
    let (up, down) = (meter.clone(), meter.clone());
    let there = thread::spawn(move || {
        pump(near, far_out, round_trip / 2, move || locked(&up).asked(Instant::now()), || ())
    });
    pump(far, near_out, round_trip / 2, || (), move || locked(&down).answered());
    let _ = there.join();
}

/// Carries bytes one way, `delay` long: `taken` as they enter, `given` as they leave.
fn pump(
    mut from: TcpStream,
    to: TcpStream,
    delay: Duration,
    taken: impl Fn(),
    given: impl Fn() + Send + 'static,
) {
    let (sender, receiver) = mpsc::channel();
    let deliver = thread::spawn(move || deliver(receiver, to, given));
    let mut chunk = vec![0; CHUNK];
    while let Ok(count @ 1..) = from.read(&mut chunk) {
        taken();
        if send(&sender, delay, chunk[..count].to_vec()).is_err() {
            break;
        }
    }
    let _ = send(&sender, delay, Vec::new());
    let _ = deliver.join();
}

/// Bytes and when they arrive; no bytes end the stream.
type Parcel = (Instant, Vec<u8>);

fn send(sender: &Sender<Parcel>, delay: Duration, bytes: Vec<u8>) -> Result<(), mpsc::SendError<Parcel>> {
    sender.send((Instant::now() + delay, bytes))
}

fn deliver(receiver: Receiver<Parcel>, mut to: TcpStream, given: impl Fn()) {
    while let Ok((due, bytes)) = receiver.recv() {
        thread::sleep(due.saturating_duration_since(Instant::now()));
        if bytes.is_empty() {
            break;
        }
        given();
        if to.write_all(&bytes).is_err() {
            return;
        }
    }
    let _ = to.shutdown(Shutdown::Write);
}

#[cfg(test)]
mod tests {
    #[test]
    fn delay_and_trips_are_what_they_say() {
        use super::*;

        let echo = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let port = echo.local_addr().unwrap().port();
        thread::spawn(move || {
            let (mut stream, _) = echo.accept().unwrap();
            let mut copy = stream.try_clone().unwrap();
            std::io::copy(&mut stream, &mut copy).unwrap();
        });
        let round_trip = Duration::from_millis(60);
        let link = Link::open(port, round_trip).unwrap();
        let start = Instant::now();
        let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, link.port)).unwrap();
        for _ in 0..3 {
            // Two requests in one flight are one trip.
            stream.write_all(b"ab").unwrap();
            stream.write_all(b"cd").unwrap();
            let mut reply = [0; 4];
            stream.read_exact(&mut reply).unwrap();
            assert_eq!(&reply, b"abcd");
        }
        assert!(start.elapsed() >= round_trip * 4, "{:?}", start.elapsed());
        assert_eq!(link.take_trips(), 4, "the handshake and three exchanges");
        assert_eq!(link.take_trips(), 0);
    }
}
