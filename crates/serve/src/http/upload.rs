//! Files that clients send and ask back: `/up/NAME`, where the settings allow it.

use std::future::poll_fn;
use std::io::{self, Write as _};
use std::path::Path;
use std::pin::Pin;
use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use http_body::Body as _;
use tempfile::NamedTempFile;

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
    let limit = site.options.max_upload;
    let path = folder.join(&name);
    match keep(&folder, &path, request.into_body(), limit).await {
        Ok(()) => refuse(StatusCode::OK, &path.display().to_string()),
        Err(Failure::Long) => {
            refuse(StatusCode::PAYLOAD_TOO_LARGE, &format!("a file has {limit} bytes at most (http.maxsize)"))
        }
        Err(Failure::There) => {
            refuse(StatusCode::CONFLICT, "there is a file of this name, which is not overwritten")
        }
        Err(Failure::Body(error)) => {
            refuse(StatusCode::BAD_REQUEST, &format!("the file came in part: {error}"))
        }
        Err(Failure::Io(error)) => {
            refuse(StatusCode::INTERNAL_SERVER_ERROR, &format!("the file cannot be kept: {error}"))
        }
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
    let longest = site.options.max_upload;
    let bytes =
        tokio::task::spawn_blocking(move || page::read_below(&folder, &name, longest)).await.ok().flatten();
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

/// Why a file was not kept.
enum Failure {
    Long,
    There,
    Body(axum::Error),
    Io(io::Error),
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Failure {
        Failure::Io(error)
    }
}

/// Writes what comes to a file, which appears whole under its name, and takes the place of none.
async fn keep(folder: &Path, path: &Path, mut body: Body, limit: u64) -> Result<(), Failure> {
    if path.symlink_metadata().is_ok() {
        return Err(Failure::There);
    }
    let mut file = NamedTempFile::with_prefix_in(".upload-", folder)?;
    let mut left = limit;
    while let Some(frame) = poll_fn(|cx| Pin::new(&mut body).poll_frame(cx)).await {
        let Ok(piece) = frame.map_err(Failure::Body)?.into_data() else { continue };
        left = left.checked_sub(piece.len() as u64).ok_or(Failure::Long)?;
        file.write_all(&piece)?;
    }
    match file.persist_noclobber(path) {
        Ok(_) => Ok(()),
        Err(error) if error.error.kind() == io::ErrorKind::AlreadyExists => Err(Failure::There),
        Err(error) => Err(error.error.into()),
    }
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
