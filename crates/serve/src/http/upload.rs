//! Files that clients send and ask back: `/up/NAME`, where the settings allow it.

use std::io;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};

use super::command::decode;
use super::{Site, page, refuse};

/// Longest name, bytes.
const NAME: usize = 128;

pub(super) async fn take(State(site): State<Arc<Site>>, request: Request) -> Response {
    let Some(folder) = site.options.uploads.clone() else {
        return refuse(
            StatusCode::FORBIDDEN,
            "uploads are off: allow them where farad is started: -e http.upload=true",
        );
    };
    let Some(name) = name(request.uri().path()) else { return wrong_name() };
    let limit = usize::try_from(site.options.max_upload).unwrap_or(usize::MAX);
    let Ok(body) = axum::body::to_bytes(request.into_body(), limit).await else {
        return refuse(
            StatusCode::PAYLOAD_TOO_LARGE,
            &format!("a file has {limit} bytes at most (http.maxsize)"),
        );
    };
    let path = folder.join(&name);
    match tokio::task::spawn_blocking(move || keep(&folder, &name, &body)).await {
        Ok(Ok(())) => refuse(StatusCode::OK, &path.display().to_string()),
        Ok(Err(error)) if error.kind() == io::ErrorKind::AlreadyExists => {
            refuse(StatusCode::CONFLICT, "there is a file of this name, which is not overwritten")
        }
        Ok(Err(error)) => {
            refuse(StatusCode::INTERNAL_SERVER_ERROR, &format!("the file cannot be kept: {error}"))
        }
        Err(_) => refuse(StatusCode::INTERNAL_SERVER_ERROR, "the file cannot be kept"),
    }
}

pub(super) async fn give(State(site): State<Arc<Site>>, request: Request) -> Response {
    let Some(folder) = site.options.downloads.clone() else {
        return refuse(
            StatusCode::FORBIDDEN,
            "uploaded files are not given back: allow it where farad is started: -e http.upget=true",
        );
    };
    let Some(name) = name(request.uri().path()) else { return wrong_name() };
    let bytes = tokio::task::spawn_blocking(move || page::read_below(&folder, &name)).await.ok().flatten();
    match bytes {
        Some(bytes) => {
            // A browser keeps it, and shows it as nothing.
            let headers = [(CONTENT_TYPE, "application/octet-stream"), (CONTENT_DISPOSITION, "attachment")];
            (headers, Bytes::from(bytes)).into_response()
        }
        None => refuse(StatusCode::NOT_FOUND, "there is no such file"),
    }
}

fn wrong_name() -> Response {
    refuse(
        StatusCode::BAD_REQUEST,
        "a file's name has letters, digits, '.', '-' and '_', and does not begin with a dot",
    )
}

fn name(path: &str) -> Option<String> {
    let name = decode(path.strip_prefix("/up/")?);
    let plain = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-_".contains(&byte));
    (plain && !name.is_empty() && !name.starts_with('.') && name.len() <= NAME).then_some(name)
}

/// The file appears whole, and none that was there goes.
fn keep(folder: &Path, name: &str, bytes: &[u8]) -> io::Result<()> {
    let path: PathBuf = folder.join(name);
    let file = std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path)?;
    io::Write::write_all(&mut &file, bytes).inspect_err(|_| {
        // It is ours, and in part.
        let _ = std::fs::remove_file(&path);
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_stay_in_the_folder() {
        assert_eq!(name("/up/a-b_1.bin").as_deref(), Some("a-b_1.bin"));
        for path in ["/up/", "/up/.x", "/up/a%2fb", "/up/..", "/up/a b", "/up/%00", "/cmd/x"] {
            assert_eq!(name(path), None, "{path}");
        }
    }
}
