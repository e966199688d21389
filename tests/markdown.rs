//! The compiler of course text: what it takes, and how it refuses the rest.

#[path = "../build/markdown.rs"]
mod markdown;

use markdown::{Fault, compile};

fn opening(block: &str) -> Result<String, Fault> {
    let text = compile(&format!("{block}\n\n{{figure}}\n\n{{simplifies}}\n\n{{note}}\n"))?;
    let inner = text.strip_prefix("Text { opening: &[").expect("the opening comes first");
    let end = inner.find("], body:").expect("then the body");
    Ok(inner[..end].trim_end_matches(", ").to_owned())
}

#[test]
fn blocks_become_typed() {
    for (source, block) in [
        ("Plain\nwords.", r#"Block::Paragraph(&[Span::Text("Plain words."), ])"#),
        ("## Why", r#"Block::Heading(&[Span::Text("Why"), ])"#),
        (
            "1. one\n2. two",
            r#"Block::List { ordered: true, items: &[&[Span::Text("one"), ], &[Span::Text("two"), ], ] }"#,
        ),
        (
            "- one\n\n- two",
            r#"Block::List { ordered: false, items: &[&[Span::Text("one"), ], &[Span::Text("two"), ], ] }"#,
        ),
        (
            "| a | b |\n|---|---|\n| 1 | 2 |",
            r#"Block::Table { head: &[&[Span::Text("a"), ], &[Span::Text("b"), ], ], rows: &[&[&[Span::Text("1"), ], &[Span::Text("2"), ], ], ] }"#,
        ),
        ("```\n4 × 85\n  = 340\n```", r#"Block::Code("4 × 85\n  = 340")"#),
    ] {
        assert_eq!(opening(source).as_deref(), Ok(block), "{source}");
    }
}

#[test]
fn words_keep_their_kind() {
    let source = "A [target](#metric) of **70 %**, *see* `min` and [it](#/the-spike).";
    let spans = [
        r#"Span::Text("A "), "#,
        r#"Span::Quantity(Quantity::Metric, "target"), "#,
        r#"Span::Text(" of "), "#,
        "Span::Strong(\"70\\u{a0}%\"), ",
        r#"Span::Text(", "), "#,
        r#"Span::Emphasis("see"), "#,
        r#"Span::Text(" "), "#,
        r#"Span::Code("min"), "#,
        r#"Span::Text(" and "), "#,
        r##"Span::Link { to: "#/the-spike", text: "it" }, "##,
        r#"Span::Text("."), "#,
    ];
    assert_eq!(opening(source), Ok(format!("Block::Paragraph(&[{}])", spans.concat())));
}

#[test]
fn what_is_not_course_text_is_refused_with_its_line() {
    for (source, line, says) in [
        ("fine\n\n<b>bold</b>", 3, "only text"),
        ("fine\n\n# Title", 3, "only ## headings"),
        ("fine\n\n> quoted", 3, "only paragraphs"),
        ("[x](#colour)", 1, "#colour is no quantity: one of #traffic"),
        ("[x](http://example.org)", 1, "a link goes to"),
        ("fine\n**a [link](#/the-spike)**", 2, "nothing but text"),
        ("![picture](x.png)", 1, "only text"),
        ("{note}", 1, "{note} is out of place"),
    ] {
        let fault = opening(source).expect_err(source);
        assert_eq!(fault.line, line, "{source}: {}", fault.what);
        assert!(fault.what.contains(says), "{source}: {}", fault.what);
    }
}

#[test]
fn a_missing_part_is_named() {
    let fault = compile("words\n\n{figure}\n\nwords\n").expect_err("two parts are missing");
    assert!(fault.what.contains("{simplifies} is missing"), "{}", fault.what);
}
