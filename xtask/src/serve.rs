//! A server for the built site, on this machine alone.

use std::fs::{self, File};
use std::net::Ipv4Addr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread;
use std::time::{Duration, SystemTime};

use tiny_http::{Header, Method, Request, Response, Server, StatusCode};

use crate::run::{Failure, Outcome, root, say};
use crate::site;

/// What the site is made of; a change to any of it builds it anew.
const SOURCES: [&str; 8] =
    ["src", "model", "style", "build.rs", "index.html", "Cargo.toml", "Cargo.lock", "Trunk.toml"];

/// Builds the site, serves it, and builds it anew when a source changes.
pub(crate) fn serve(port: u16) -> Outcome {
    let mut built = newest_source();
    site::build()?;
    // A port that is taken is no reason to fail: the next free one will do.
    let server = (port..=port.saturating_add(20))
        .find_map(|port| Site::start(site::dist(), port, "/").ok())
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

/// The site while it is being served.
pub(crate) struct Site {
    /// Where it is, with a slash at its end.
    pub(crate) url: String,
}

impl Site {
    /// Serves a folder under `prefix`, which begins and ends with a slash, until
    /// the process ends. Port 0 takes a free one.
    pub(crate) fn start(folder: PathBuf, port: u16, prefix: &'static str) -> Outcome<Self> {
        let server = Server::http((Ipv4Addr::LOCALHOST, port)).map_err(|error| {
            Failure(format!("port {port} cannot be had ({error}): give another"))
        })?;
        let url = format!("http://{}{prefix}", server.server_addr());
        let shared = Arc::new((server, folder));
        // A browser asks for several files at once.
        for _ in 0..4 {
            let shared = Arc::clone(&shared);
            thread::spawn(move || {
                let (server, folder) = &*shared;
                for request in server.incoming_requests() {
                    answer(request, folder, prefix);
                }
            });
        }
        Ok(Self { url })
    }
}

fn answer(request: Request, folder: &Path, prefix: &str) {
    let file = match request.method() {
        Method::Get | Method::Head => file_of(request.url(), folder, prefix),
        _ => None,
    };
    // A browser that has gone away in the meantime is no fault of ours.
    match file.and_then(|path| Some((content_type(&path), File::open(path).ok()?))) {
        Some((kind, file)) => {
            let headers = [
                ("Content-Type", kind),
                ("X-Content-Type-Options", "nosniff"),
                ("Referrer-Policy", "no-referrer"),
                // What is built anew is seen at the next load.
                ("Cache-Control", "no-cache"),
            ];
            let mut response = Response::from_file(file);
            for (name, value) in headers {
                if let Ok(header) = Header::from_bytes(name, value) {
                    response.add_header(header);
                }
            }
            request.respond(response).ok();
        }
        None => {
            request
                .respond(Response::from_string("not found").with_status_code(StatusCode(404)))
                .ok();
        }
    }
}

/// The file that an address names; never one outside the folder.
fn file_of(url: &str, folder: &Path, prefix: &str) -> Option<PathBuf> {
    let path = url.split(['?', '#']).next()?.strip_prefix(prefix)?;
    let path = if path.is_empty() { "index.html" } else { path };
    let is_plain = |part: &str| {
        !part.is_empty()
            && !part.starts_with('.')
            && part.chars().all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c))
    };
    let mut file = folder.to_path_buf();
    for part in path.split('/') {
        if !is_plain(part) {
            return None;
        }
        file.push(part);
    }
    file.is_file().then_some(file)
}

fn content_type(path: &Path) -> &'static str {
    match path.extension().and_then(|extension| extension.to_str()) {
        Some("html") => "text/html; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("wasm") => "application/wasm",
        Some("json") => "application/json",
        Some("svg") => "image/svg+xml",
        Some("woff2") => "font/woff2",
        Some("txt") => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_outside_the_folder_is_served() {
        let folder = root().join("src");
        assert_eq!(file_of("/lib.rs?query", &folder, "/"), Some(folder.join("lib.rs")));
        for url in ["/../Cargo.toml", "/ui/../../Cargo.toml", "/%2e%2e/Cargo.toml", "//etc/passwd"]
        {
            assert_eq!(file_of(url, &folder, "/"), None, "{url}");
        }
    }

    #[test]
    fn address_outside_the_prefix_is_not_found() {
        let folder = root().join("src");
        assert_eq!(file_of("/lib.rs", &folder, "/course/"), None);
        assert_eq!(file_of("/course/lib.rs", &folder, "/course/"), Some(folder.join("lib.rs")));
    }

    #[test]
    fn wasm_is_served_as_wasm() {
        assert_eq!(content_type(Path::new("app-1a2b_bg.wasm")), "application/wasm");
    }
}
