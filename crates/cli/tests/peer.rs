//! Peers that mean harm, at either end: who passes for this machine, what a browser is made to ask, what reaches a
//! terminal, and servers that say nothing or never end.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on stops")]

mod support;

use std::net::{IpAddr, UdpSocket};

use support::peer::Program;
use support::web::{Socket, ask, post};

/// The address of this machine that its way elsewhere begins at, where there is one. No packet is sent.
fn own_address() -> Option<IpAddr> {
    let socket = UdpSocket::bind("0.0.0.0:0").unwrap();
    socket.connect("192.0.2.1:9").ok()?;
    socket.local_addr().ok().map(|address| address.ip())
}

#[test]
fn no_address_of_this_machine_is_reached_for_others() {
    let folder = support::inputs();
    let server = Program::Farad.serve_web(folder.path(), &[], "malloc://64");
    let names =
        ["localhost", "127.9.9.9", "0.0.0.0", "0", "[::1]", "[::]", "[::ffff:127.0.0.1]", "2130706433"];
    for host in names.map(str::to_owned).into_iter().chain(own_address().map(|ip| ip.to_string())) {
        for line in [
            format!("=+ rap://{host}:1"),
            format!("=+ tcp://{host}:1"),
            format!("=+ udp://{host}:1"),
            format!("=+ http://{host}:1/"),
            format!("o rap://{host}:1/x"),
            format!("o socket://{host}:1"),
            format!("o tcp-slurp://{host}:1"),
            format!("o http://{host}:1/x"),
            format!("o r2web://{host}:1/cmd/"),
        ] {
            let answer = post(server.port, &line, &[]);
            assert_eq!(answer.status, 403, "{line}: {}", answer.text());
            assert!(answer.text().contains("http.local"), "{line}: {}", answer.text());
        }
    }
}

#[test]
fn what_the_owner_reached_here_is_not_asked_for_others() {
    let folder = support::inputs();
    let inner = Program::Farad.serve_web(folder.path(), &[], "malloc://64");
    // One connection that is kept, and one of a descriptor.
    let open = format!("=+ http://127.0.0.1:{0}/;o r2web://127.0.0.1:{0}/cmd/;=h PORT", inner.port);
    let outer = support::process::Server::start(|port| {
        let mut command = Program::Farad.command(folder.path());
        command.args(["-q", "-c", &open.replace("PORT", &port.to_string()), "malloc://64"]);
        command
    })
    .unwrap();
    for line in ["=0 ?e far", "=!?e far"] {
        let answer = post(outer.port, line, &[]);
        assert_eq!(answer.status, 403, "{line}: {}", answer.text());
    }
}

#[test]
fn an_address_in_a_browser_runs_no_command() {
    let folder = support::inputs();
    let server = Program::Farad.serve_web(folder.path(), &[], "malloc://64");
    let typed = ("Sec-Fetch-Site", "none");
    let get = |path: &str, headers: &[(&str, &str)]| {
        ask(server.port, &format!("GET {path} HTTP/1.1"), headers, b"")
    };
    let refused = get("/cmd/?e%20ran", &[typed]);
    let page = format!("http://127.0.0.1:{}/", server.port);
    assert!(refused.status == 403 && refused.text().contains(&page), "{}", refused.text());
    assert_eq!(post(server.port, "?e ran", &[typed]).status, 403);
    assert_eq!(get("/", &[typed]).status, 200);
    assert_eq!(get("/cmd/?e%20ran", &[typed, ("X-Farad-Page", "1")]).text(), "ran\n");
    assert_eq!(get("/cmd/?e%20ran", &[]).text(), "ran\n");
    assert_eq!(Socket::open(server.port, "", &[typed]).err(), Some(403));
    let origin = format!("http://127.0.0.1:{}", server.port);
    let site = [("Origin", origin.as_str()), ("Sec-Fetch-Site", "same-origin")];
    assert_eq!(Socket::open(server.port, "", &site).unwrap().run("?e ran").out, b"ran\n");
    for host in
        ["127.0.0.1:80.evil.example", "localhost:80@evil.example", "[::1]x", "localhost:", "localhost."]
    {
        assert_eq!(get("/cmd/?e%20ran", &[("Host", host)]).status, 403, "{host}");
    }
}
