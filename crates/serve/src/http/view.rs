//! Views by name: each reader's place in the session, as many as are kept.

use std::collections::HashMap;
use std::sync::Mutex;
use std::time::Instant;

use axum::http::HeaderMap;
use axum::http::header::COOKIE;

use crate::host::{Host, ViewId, locked};

/// Most views kept; the one unused longest goes.
const VIEWS: usize = 256;
/// Longest name, characters.
const NAME: usize = 64;
/// The header, and the cookie.
const HEADER: &str = "x-farad-view";
const COOKIE_NAME: &str = "farad-view";

/// The views of a server's clients.
#[derive(Default)]
pub(super) struct Views(Mutex<HashMap<String, (ViewId, Instant)>>);

impl Views {
    /// The view of a name, made when it is not there.
    pub(super) fn of(&self, name: &str, host: &Host) -> ViewId {
        let mut views = locked(&self.0);
        if let Some((view, used)) = views.get_mut(name) {
            *used = Instant::now();
            return *view;
        }
        if views.len() >= VIEWS {
            let oldest = views.iter().min_by_key(|(_, (_, used))| *used).map(|(name, _)| name.clone());
            if let Some((view, _)) = oldest.and_then(|name| views.remove(&name)) {
                host.leave(view);
            }
        }
        let view = host.join();
        views.insert(name.to_owned(), (view, Instant::now()));
        view
    }

    /// Gives all of them up.
    pub(super) fn leave(&self, host: &Host) {
        locked(&self.0).drain().for_each(|(_, (view, _))| host.leave(view));
    }
}

/// The view that a request names; none for the one all share.
///
/// # Errors
/// The name, where it is none.
pub(super) fn name(headers: &HeaderMap) -> Result<Option<String>, String> {
    let text =
        |value: &axum::http::HeaderValue| value.to_str().map(str::to_owned).map_err(|_| "?".to_owned());
    let named = match headers.get(HEADER) {
        Some(value) => Some(text(value)?),
        None => headers.get_all(COOKIE).iter().filter_map(|value| value.to_str().ok()).find_map(cookie),
    };
    match named {
        Some(name) if !is_name(&name) => Err(name),
        named => Ok(named),
    }
}

/// Whether a view may be called so.
pub(super) fn is_name(name: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_".contains(&byte);
    !name.is_empty() && name.len() <= NAME && name.bytes().all(is_plain)
}

fn cookie(header: &str) -> Option<String> {
    let mut pairs = header.split(';').filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(name, _)| *name == COOKIE_NAME).map(|(_, value)| value.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_view_is_named_by_header_or_cookie() {
        let named = |pairs: &[(&'static str, &str)]| {
            let mut headers = HeaderMap::new();
            for (name, value) in pairs {
                headers.append(*name, value.parse().unwrap());
            }
            name(&headers)
        };
        assert_eq!(named(&[]), Ok(None));
        assert_eq!(named(&[("cookie", "a=b; farad-view=x-1")]), Ok(Some("x-1".to_owned())));
        assert_eq!(named(&[("cookie", "farad-view=x"), ("x-farad-view", "y")]), Ok(Some("y".to_owned())));
        assert_eq!(named(&[("x-farad-view", "a b")]), Err("a b".to_owned()));
        assert!(
            named(&[("x-farad-view", &"a".repeat(65))]).is_err() && named(&[("x-farad-view", "")]).is_err()
        );
    }
}
