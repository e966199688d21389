//! A server for the built site, on this machine alone.

use std::fs;
use std::net::Ipv4Addr;
use std::path::Path;
use std::thread;
use std::time::{Duration, SystemTime};

use axum::Router;
use axum::http::{HeaderValue, header};
use tokio::net::TcpListener;
use tokio::runtime::Runtime;
use tower_http::services::ServeDir;
use tower_http::set_header::SetResponseHeaderLayer;

use crate::run::{Failure, Outcome, root, say};
use crate::site;

/// What the site is made of; a change to any of it builds it anew.
const SOURCES: [&str; 8] =
    ["src", "model", "worker", "style", "index.html", "Cargo.toml", "Cargo.lock", "Trunk.toml"];

/// Builds the site, serves it, and builds it anew when a source changes.
pub(crate) fn serve(port: u16) -> Outcome {
    let mut built = newest_source();
    site::build()?;
    // A port that is taken is no reason to fail: the next free one will do.
    let server = (port..=port.saturating_add(20))
        .find_map(|port| Site::start(&site::dist(), port, "/").ok())
        .ok_or_else(|| {
            Failure(format!(
                "no port from {port} on is free: give another, as in `cargo xtask serve 9000`"
            ))
        })?;
    say(&format!("open {} in a browser; Ctrl+C ends it", server.url));
    loop {
        thread::sleep(Duration::from_millis(500));
        let newest = newest_source();
        if newest > built {
            built = newest;
            match site::build() {
                Ok(()) => say("built anew: reload the page"),
                Err(Failure(sentence)) => {
                    say(&format!("{sentence} (the last build is still served)"));
                }
            }
        }
    }
}

fn newest_source() -> Option<SystemTime> {
    SOURCES.iter().filter_map(|source| newest(&root().join(source))).max()
}

/// The last change to a file, or to anything in a folder.
fn newest(path: &Path) -> Option<SystemTime> {
    let own = fs::metadata(path).ok()?.modified().ok();
    let inside = fs::read_dir(path).ok();
    let inside =
        inside.and_then(|entries| entries.flatten().filter_map(|e| newest(&e.path())).max());
    own.max(inside)
}

/// A folder while it is being served.
pub(crate) struct Site {
    /// Where it is, with a slash at its end.
    pub(crate) url: String,
    /// Serves until it is dropped.
    _runtime: Runtime,
}

impl Site {
    /// Serves a folder under `prefix`, which begins and ends with a slash.
    /// Port 0 takes a free one.
    pub(crate) fn start(folder: &Path, port: u16, prefix: &str) -> Outcome<Self> {
        let failure = |error| Failure(format!("port {port} cannot be had ({error}): give another"));
        let runtime = Runtime::new().map_err(failure)?;
        let listener =
            runtime.block_on(TcpListener::bind((Ipv4Addr::LOCALHOST, port))).map_err(failure)?;
        let url = format!("http://{}{prefix}", listener.local_addr().map_err(failure)?);
        runtime.spawn(axum::serve(listener, router(folder, prefix)).into_future());
        Ok(Self { url, _runtime: runtime })
    }
}

/// The headers that a good host would send, too.
fn router(folder: &Path, prefix: &str) -> Router {
    let files = ServeDir::new(folder);
    let router = match prefix.trim_end_matches('/') {
        "" => Router::new().fallback_service(files),
        below => Router::new().nest_service(below, files),
    };
    let with =
        |name, value| SetResponseHeaderLayer::overriding(name, HeaderValue::from_static(value));
    router
        .layer(with(header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .layer(with(header::REFERRER_POLICY, "no-referrer"))
        // What is built anew is seen at the next load.
        .layer(with(header::CACHE_CONTROL, "no-cache"))
}

#[cfg(test)]
mod tests {
    use std::io::{Read as _, Write as _};
    use std::net::TcpStream;

    use super::*;
    use crate::run::root;

    /// What the server of `src/` under `/course/` answers, head and body.
    fn get(path: &str) -> String {
        let site = Site::start(&root().join("src"), 0, "/course/").unwrap();
        let host = site.url.strip_prefix("http://").unwrap().strip_suffix("/course/").unwrap();
        let mut stream = TcpStream::connect(host).unwrap();
        write!(stream, "GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n").unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer.to_lowercase()
    }

    #[test]
    fn file_below_the_prefix_is_served() {
        let answer = get("/course/lib.rs");
        assert!(answer.starts_with("http/1.1 200"), "{answer}");
        assert!(answer.contains("x-content-type-options: nosniff"), "{answer}");
    }

    #[test]
    fn nothing_else_is_served() {
        for path in ["/lib.rs", "/course/../Cargo.toml", "/course/%2e%2e/Cargo.toml", "/course/ui"]
        {
            let answer = get(path);
            assert!(!answer.starts_with("http/1.1 200"), "{path}: {answer}");
        }
    }
}
