//! The page: the one built in, or the files of a folder.

use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, IF_NONE_MATCH};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode};
use axum::response::{IntoResponse, Response};
use rust_embed::{EmbeddedFile, RustEmbed};

use super::command::decode;
use super::{Site, refuse};

/// Longest file of a folder that is given, bytes.
const LONGEST: u64 = 64 << 20;

/// The page built in.
#[derive(RustEmbed)]
#[folder = "../../web"]
struct Built;

/// What tools read of the server.
const DESCRIPTION: &str = include_str!("../../../../docs/protocol/openapi.json");

pub(super) async fn description() -> Response {
    sent("openapi.json", Body::from(DESCRIPTION))
}

/// What files of a name's end are.
const TYPES: [(&str, &str); 10] = [
    ("html", "text/html; charset=utf-8"),
    ("js", "text/javascript; charset=utf-8"),
    ("css", "text/css; charset=utf-8"),
    ("json", "application/json"),
    ("svg", "image/svg+xml"),
    ("png", "image/png"),
    ("ico", "image/x-icon"),
    ("woff2", "font/woff2"),
    ("txt", "text/plain; charset=utf-8"),
    ("wasm", "application/wasm"),
];

pub(super) async fn file(State(site): State<Arc<Site>>, request: Request) -> Response {
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        return refuse(StatusCode::METHOD_NOT_ALLOWED, "files are asked for with GET");
    }
    let path = decode(request.uri().path());
    let name = path.trim_start_matches('/').to_owned();
    let name =
        if name.is_empty() || name.ends_with('/') { format!("{name}{}", site.options.index) } else { name };
    match &site.options.root {
        Some(root) => from_folder(root.clone(), &name).await,
        None => built_in(&name, request.headers()),
    }
}

fn built_in(name: &str, headers: &HeaderMap) -> Response {
    let Some(EmbeddedFile { data, metadata }) = Built::get(name) else { return missing(name) };
    let tag: String = metadata.sha256_hash().iter().take(16).map(|byte| format!("{byte:02x}")).collect();
    let tag = format!("\"{tag}\"");
    if headers.get(IF_NONE_MATCH).is_some_and(|known| known.as_bytes() == tag.as_bytes()) {
        return StatusCode::NOT_MODIFIED.into_response();
    }
    let mut response = sent(name, Body::from(Bytes::from(data.into_owned())));
    if let Ok(tag) = HeaderValue::from_str(&tag) {
        response.headers_mut().insert(ETAG, tag);
    }
    response
}

/// A file below a folder, links out of it not followed.
async fn from_folder(root: PathBuf, name: &str) -> Response {
    let read = {
        let name = name.to_owned();
        tokio::task::spawn_blocking(move || read_below(&root, &name, LONGEST)).await
    };
    match read {
        Ok(Some(bytes)) => sent(name, Body::from(bytes)),
        _ => missing(name),
    }
}

/// The bytes of a file that is below a folder and no longer than that.
pub(super) fn read_below(root: &Path, name: &str, longest: u64) -> Option<Vec<u8>> {
    let inner = Path::new(name);
    let plain = inner.components().all(|part| matches!(part, Component::Normal(_)));
    let root = root.canonicalize().ok()?;
    let path = root.join(inner).canonicalize().ok().filter(|path| plain && path.starts_with(&root))?;
    let meta = std::fs::metadata(&path).ok()?;
    (meta.is_file() && meta.len() <= longest).then(|| std::fs::read(&path).ok()).flatten()
}

fn sent(name: &str, body: Body) -> Response {
    let end = name.rsplit_once('.').map_or("", |(_, end)| end);
    let kind =
        TYPES.iter().find(|(known, _)| *known == end).map_or("application/octet-stream", |(_, kind)| kind);
    let headers = [
        (CONTENT_TYPE, HeaderValue::from_static(kind)),
        (CACHE_CONTROL, HeaderValue::from_static("no-cache")),
    ];
    (headers, body).into_response()
}

fn missing(name: &str) -> Response {
    refuse(
        StatusCode::NOT_FOUND,
        &format!("there is no '{}' here; /cmd/COMMAND runs a command", name.escape_debug()),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_files_below_the_folder_are_read() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().join("www");
        std::fs::create_dir_all(root.join("sub")).unwrap();
        std::fs::write(folder.path().join("secret"), "s").unwrap();
        std::fs::write(root.join("sub/a.txt"), "a").unwrap();
        std::os::unix::fs::symlink(folder.path().join("secret"), root.join("link")).unwrap();
        assert_eq!(read_below(&root, "sub/a.txt", LONGEST).as_deref(), Some(&b"a"[..]));
        for name in
            ["../secret", "sub/../../secret", "link", "/etc/passwd", "sub", "none", "sub/./a.txt/..", ""]
        {
            assert_eq!(read_below(&root, name, LONGEST), None, "{name}");
        }
        std::fs::write(root.join("b"), "four").unwrap();
        assert!(read_below(&root, "b", 4).is_some() && read_below(&root, "b", 3).is_none());
    }

    #[test]
    fn the_page_built_in_is_there_and_its_files_have_types() {
        assert!(Built::get("index.html").is_some());
        for name in Built::iter() {
            let end = name.rsplit_once('.').map_or("", |(_, end)| end);
            assert!(TYPES.iter().any(|(known, _)| *known == end), "{name}");
        }
    }
}
