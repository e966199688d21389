//! The content security policy of the built page.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use sha2::{Digest, Sha256};

use crate::run::{Failure, Outcome};

/// Puts the policy first in the page's head. Only files beside the page may be
/// loaded, and only the scripts that stand in the page now may run.
///
/// There is no `frame-ancestors`: a learning platform may show the course in a frame.
pub(crate) fn with_policy(html: &str) -> Outcome<String> {
    let hashes: String = inline_scripts(html)
        .map(|script| {
            format!(" 'sha256-{}'", BASE64_STANDARD.encode(Sha256::digest(script.as_bytes())))
        })
        .collect();
    let policy = [
        "default-src 'none'",
        &format!("script-src 'self' 'wasm-unsafe-eval'{hashes}"),
        "style-src 'self'",
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self'",
        "worker-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "require-trusted-types-for 'script'",
        // The one policy lets the worker's own address through.
        "trusted-types headroom",
    ]
    .join("; ");
    let (before, after) = html.split_once("<head>").ok_or_else(|| {
        Failure("index.html has no `<head>` to put the content security policy in: add one".into())
    })?;
    Ok(format!(
        "{before}<head>\n<meta http-equiv=\"Content-Security-Policy\" content=\"{policy}\">{after}"
    ))
}

/// The text of each script that stands in the page itself.
fn inline_scripts(html: &str) -> impl Iterator<Item = &str> {
    html.split("<script").skip(1).filter_map(|rest| {
        let (attributes, rest) = rest.split_once('>')?;
        let (text, _) = rest.split_once("</script>")?;
        (!attributes.contains(" src=")).then_some(text)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn policy_comes_first_and_names_the_inline_script() {
        let page = "<!doctype html><html><head><meta charset=utf-8>\
                    <script type=\"module\">alert('hello')</script></head></html>";
        let page = with_policy(page).unwrap();
        let (_, head) = page.split_once("<head>\n").unwrap();
        assert!(head.starts_with("<meta http-equiv=\"Content-Security-Policy\""), "{head}");
        // printf "alert('hello')" | openssl dgst -sha256 -binary | base64
        assert!(head.contains("'sha256-vIsp2avtxDy0157AryO+jEJVpLdmka7PI7o7C4q5ABE='"), "{head}");
    }

    #[test]
    fn script_of_a_file_needs_no_hash() {
        let page = with_policy("<head><script src=\"app.js\"></script></head>").unwrap();
        assert!(page.contains("script-src 'self' 'wasm-unsafe-eval';"), "{page}");
    }

    #[test]
    fn any_change_to_the_script_changes_its_hash() {
        let policy = |script: &str| {
            let page = with_policy(&format!("<head><script>{script}</script></head>")).unwrap();
            page.split_once("sha256-").unwrap().1[..44].to_owned()
        };
        assert_ne!(policy("start()"), policy("start() "));
    }

    #[test]
    fn page_without_a_head_is_refused() {
        assert!(with_policy("<p>").is_err());
    }
}
