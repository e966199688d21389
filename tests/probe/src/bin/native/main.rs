//! What is measured on the host: pieces of work of the model, whose
//! instructions are counted, and one queue served by programs of different kinds,
//! which are timed.

mod cases;
mod queue;

use std::process::ExitCode;

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    match *words.as_slice() {
        ["cases"] => {
            for (name, _) in cases::CASES {
                println!("{name}");
            }
        }
        ["case", wanted] => match cases::CASES.into_iter().find(|(name, _)| *name == wanted) {
            Some((_, work)) => println!("{}", work()),
            None => return usage(),
        },
        ["queue", "model"] => println!("{}", queue::timed(queue::model)),
        ["queue", "heap"] => println!("{}", queue::timed(queue::heap)),
        _ => return usage(),
    }
    ExitCode::SUCCESS
}

fn usage() -> ExitCode {
    eprintln!("usage: headroom-native cases               the names of the pieces of work");
    eprintln!("       headroom-native case NAME           does one of them, once");
    eprintln!("       headroom-native queue model|heap    times the queue in one of two ways");
    ExitCode::from(2)
}
