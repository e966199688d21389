//! Documents with damage give either a value or faults with their places, and
//! never a panic: 10^4 of them, 10^5 with `HEADROOM_VERIFY` set.

use headroom_aws::{Form, check, convert};

const DOCUMENTS: [(&str, &str); 5] = [
    ("a.sh", include_str!("examples/production.sh")),
    ("a.yaml", include_str!("examples/template.yaml")),
    ("a.tf", include_str!("examples/module.tf")),
    ("a.json", include_str!("examples/described.json")),
    ("s.json", include_str!("examples/scenario.json")),
];

/// What damage may put in: what each form gives a meaning to.
const PIECES: &[&str] = &[
    "",
    "\n",
    " ",
    "'",
    "\"",
    "\\",
    "{",
    "}",
    "[",
    "]",
    "(",
    ")",
    "$",
    "${",
    "$(",
    "`",
    "<<E\n",
    ">",
    "|",
    "&",
    ";",
    "#",
    "=",
    ":",
    ": ",
    "- ",
    "!Ref ",
    "!Sub ",
    "!GetAtt ",
    "&a ",
    "*a",
    "? ",
    "%",
    "%{",
    ",",
    "null",
    "NaN",
    "-1",
    "1e999",
    "99999999999999999999",
    "0x10",
    "\u{0}",
    "\u{feff}",
    "\u{fdd0}0\u{fdd1}",
    "\u{1f680}",
    "--",
    "--min-capacity",
    "file://x",
    "Fn::Join",
    "Ref",
    "dynamic \"x\" {",
    "for_each",
    "<<-EOT\n",
    "ResourceId",
    "MinCapacity",
    "AWS::CloudWatch::Alarm",
    "\r\n",
    "\t",
];

/// A small generator of its own, so that a failure can be had again.
struct Random(u64);

impl Random {
    fn below(&mut self, end: usize) -> usize {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) as usize) % end.max(1)
    }
}

fn damaged(text: &str, random: &mut Random) -> Vec<u8> {
    let mut bytes = text.as_bytes().to_vec();
    let rounds = if random.below(2) == 0 { 1 } else { 1 + random.below(4) };
    for _ in 0..rounds {
        let at = random.below(bytes.len() + 1);
        let end = (at + random.below(40)).min(bytes.len());
        match random.below(7) {
            0 => bytes.truncate(at),
            1 => drop(bytes.drain(at..end)),
            2 => {
                let copy = bytes[at..end].to_vec();
                bytes.splice(at..at, copy);
            }
            3 if at < bytes.len() => bytes[at] = random.below(256) as u8,
            _ => {
                let piece = PIECES[random.below(PIECES.len())].as_bytes();
                let end = if random.below(2) == 0 { at } else { end };
                bytes.splice(at..end, piece.iter().copied());
            }
        }
    }
    bytes
}

/// A line and a column, or a JSON pointer.
fn is_place(path: &str) -> bool {
    let number = |text: &str| text.parse::<u32>().is_ok_and(|n| n > 0);
    path.is_empty()
        || path.starts_with('/')
        || path.split_once(':').is_some_and(|(line, column)| number(line) && number(column))
}

#[test]
fn damage_gives_a_value_or_faults_with_places() {
    let count = if std::env::var_os("HEADROOM_VERIFY").is_some() { 100_000 } else { 10_000 };
    let mut random = Random(7);
    let (mut right, mut wrong) = (0, 0);
    for i in 0..count {
        let (name, text) = DOCUMENTS[i % DOCUMENTS.len()];
        let bytes = damaged(text, &mut random);
        // At times the name says nothing, or something wrong.
        let name = if random.below(10) == 0 { DOCUMENTS[random.below(4)].0 } else { name };
        let faults = check(&bytes, name);
        for fault in &faults {
            assert!(
                is_place(&fault.path) && !fault.message.is_empty(),
                "{fault:?} of {:?}",
                String::from_utf8_lossy(&bytes)
            );
        }
        let to =
            [Form::Script, Form::CloudFormation, Form::Terraform, Form::Scenario][random.below(4)];
        match convert(&bytes, name, to) {
            Ok(converted) => {
                right += 1;
                // The model may not play it yet.
                assert!(
                    faults.iter().all(|fault| fault.path.starts_with("/autoscaling")),
                    "{faults:?}"
                );
                let next = match to {
                    Form::Script => "b.sh",
                    Form::CloudFormation => "b.yaml",
                    Form::Terraform => "b.tf",
                    _ => continue,
                };
                let mut again = check(converted.text.as_bytes(), next);
                // A target may be in a place that only the first form can name.
                again.retain(|fault| !fault.message.starts_with("ObjectNotFoundException: "));
                assert_eq!(
                    again,
                    [],
                    "of {}\nfrom {}",
                    converted.text,
                    String::from_utf8_lossy(&bytes)
                );
            }
            Err(found) => {
                wrong += 1;
                assert!(!found.is_empty());
            }
        }
    }
    assert!(right > count / 20 && wrong > count / 20, "both happen: {right} right, {wrong} wrong");
}
