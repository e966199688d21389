//! Prints what the host computes, for other targets to be compared with.

use std::process::ExitCode;

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let numbers: Option<Vec<u32>> = words.iter().map(|word| word.parse().ok()).collect();
    match numbers.as_deref() {
        Some(&[drawn, inputs]) => {
            print!("{}", headroom_probe::digests());
            print!("{}", headroom_probe::drawn_digests(0, drawn));
            print!("{}", headroom_probe::function_digests(inputs));
        }
        Some(&[number]) => println!("{}", headroom_probe::drawn_scenario(number)),
        _ => {
            eprintln!("usage: headroom-probe SCENARIOS INPUTS   the digests of so many");
            eprintln!("       headroom-probe NUMBER             the scenario of this number");
            return ExitCode::from(2);
        }
    }
    ExitCode::SUCCESS
}
