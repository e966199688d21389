//! Pages beside the course: static, loaded on demand, in the course's style and
//! theme.

use std::fs;
use std::path::Path;

use crate::policy::with_policy;
use crate::run::{Outcome, io, root};
use crate::site::dist;
use crate::{check, follows};

/// A page beside the course.
pub(crate) struct Page {
    /// Begins the names of its files.
    pub(crate) name: &'static str,
    /// Its title.
    pub(crate) title: &'static str,
    /// The class of its body.
    pub(crate) class: &'static str,
    /// Its own style sheet, in the checkout.
    pub(crate) sheet: &'static str,
    /// The name of the module that it runs, if it does.
    pub(crate) script: Option<String>,
}

/// The theme that was chosen in the course, before anything is painted.
/// Storage may be refused; then the system's preference holds.
const THEME: &str = r#"
try {
  const chosen = /theme (\w+)/.exec(localStorage.getItem("headroom.settings"));
  if (chosen && chosen[1] !== "system") document.documentElement.dataset.theme = chosen[1];
} catch {}
"#;

/// Whether a file of the site belongs to a page beside the course alone.
pub(crate) fn is_beside(file: &Path) -> bool {
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    [follows::PAGE.name, check::NAME].iter().any(|page| name.starts_with(page))
}

/// Writes a page and its style sheet into the built site. `content` is what
/// stands in its `main`.
pub(crate) fn write(page: &Page, content: &str) -> Outcome {
    let index = dist().join("index.html");
    let index = io("read", &index, fs::read_to_string(&index))?;
    let (sheet, from) = (dist().join(format!("{}.css", page.name)), root().join(page.sheet));
    io("write", &sheet, fs::copy(from, &sheet))?;
    let file = dist().join(format!("{}.html", page.name));
    io("write", &file, fs::write(&file, with_policy(&html(page, content, &styles(&index)))?))
}

/// The links to the course's style sheets, fonts and icon.
fn styles(index: &str) -> String {
    let wanted = |line: &&str| {
        line.contains("rel=\"icon\"")
            || (line.contains("rel=\"stylesheet\"")
                && ["/tokens-", "/fonts-", "/base-"].iter().any(|name| line.contains(name)))
    };
    index.lines().filter(wanted).map(str::trim).collect::<Vec<_>>().join("\n")
}

fn html(page: &Page, content: &str, styles: &str) -> String {
    let Page { name, title, class, script, .. } = page;
    let script = script.as_ref().map_or_else(String::new, |script| {
        format!("<script type=\"module\" src=\"./{script}\"></script>\n")
    });
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n\
         <title>{title} · Headroom</title>\n{styles}\n\
         <link rel=\"stylesheet\" href=\"./{name}.css\">\n<script>{THEME}</script>\n{script}</head>\n\
         <body class=\"beside {class}\">\n<header><a href=\"./\">Headroom</a></header>\n\
         <main>\n{content}</main>\n</body>\n</html>\n"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_course_s_own_style_sheets_are_taken() {
        let index = "<link rel=\"stylesheet\" href=\"./tokens-1.css\">\n<link rel=\"stylesheet\" href=\"./stage-2.css\">";
        let styles = styles(index);
        assert!(styles.contains("tokens-1"), "{styles}");
        assert!(!styles.contains("stage-2"), "{styles}");
    }
}
