//! The words of a shell script: quoting, expansions, here-documents, and the
//! operators between commands. It knows no control flow, since what a script
//! with it does cannot be told by reading.
//!
//! A lexer of our own: of the shell parsers to be had one is under the GPL, one
//! is no longer kept, and the others know no places inside a word.

use crate::text::{Place, Places};
use headroom_model::scenario::Fault;

/// Command substitutions may not stand deeper in one another.
const MAX_DEPTH: usize = 8;

/// A simple command.
#[derive(Debug, Default, Clone)]
pub(super) struct Command {
    /// Its words, assignments before the name included.
    pub(super) words: Vec<Word>,
    /// The file that its output goes to.
    pub(super) output: Option<Word>,
    /// The text that stands in the script as its input.
    pub(super) input: Option<Word>,
}

/// A word in parts, none of which is joined with the next.
#[derive(Debug, Default, Clone)]
pub(super) struct Word {
    pub(super) at: usize,
    pub(super) parts: Vec<Part>,
    /// Whether a part of it is quoted.
    pub(super) quoted: bool,
}

#[derive(Debug, Clone)]
pub(super) enum Part {
    /// Characters that stand in the source as they are, from an offset on.
    Text(usize, String),
    /// `$name`, `${name}`, `${name:-default}`.
    Variable { name: String, default: Option<String> },
    /// `$(…)`.
    Commands { commands: Vec<Command>, source: String },
    /// An expansion that only a shell can make.
    Foreign(String),
}

impl Word {
    /// The characters, if nothing has to be expanded.
    pub(super) fn literal(&self) -> Option<String> {
        self.parts
            .iter()
            .map(|part| if let Part::Text(_, text) = part { Some(text.as_str()) } else { None })
            .collect()
    }

    fn push(&mut self, at: usize, c: char) {
        match self.parts.last_mut() {
            Some(Part::Text(start, text)) if *start + text.len() == at => text.push(c),
            _ => self.parts.push(Part::Text(at, c.to_string())),
        }
    }
}

/// Reads commands from a text.
pub(super) struct Lexer<'a> {
    text: &'a str,
    places: &'a Places<'a>,
    pos: usize,
    /// Where the text that is being read ends.
    end: usize,
    depth: usize,
    heredocs: Vec<Heredoc>,
    pub(super) faults: Vec<Fault>,
}

/// A here-document whose body has not been read yet.
struct Heredoc {
    command: usize,
    delimiter: String,
    quoted: bool,
    tabs: bool,
}

/// What ends a command.
enum Separator {
    /// An operator or the end of the line; which one is of no matter here.
    Next,
    /// A closing bracket.
    Close,
}

impl<'a> Lexer<'a> {
    pub(super) fn new(text: &'a str, places: &'a Places<'a>) -> Self {
        Self {
            text,
            places,
            pos: 0,
            end: text.len(),
            depth: 0,
            heredocs: Vec::new(),
            faults: Vec::new(),
        }
    }

    fn place(&self, at: usize) -> Place {
        self.places.of(at)
    }

    fn peek(&self) -> Option<char> {
        self.text[self.pos..self.end].chars().next()
    }

    fn starts_with(&self, prefix: &str) -> bool {
        self.text[self.pos..self.end].starts_with(prefix)
    }

    fn eat(&mut self, prefix: &str) -> bool {
        let there = self.starts_with(prefix);
        if there {
            self.pos += prefix.len();
        }
        there
    }

    fn fault(&mut self, at: usize, message: impl Into<String>) {
        let fault = self.place(at).fault(message);
        self.faults.push(fault);
    }

    /// All commands up to the end, or up to the bracket that closes a substitution.
    pub(super) fn commands(&mut self) -> Vec<Command> {
        let mut commands = Vec::new();
        loop {
            let mut command = Command::default();
            let separator = self.command(&mut command, commands.len());
            if !command.words.is_empty() || command.input.is_some() {
                commands.push(command);
            }
            match separator {
                None => break,
                Some(Separator::Close) if self.depth > 0 => break,
                Some(Separator::Close) => {
                    let at = self.pos - 1;
                    self.fault(at, "a `)` that closes nothing; take it out");
                }
                Some(Separator::Next) => {}
            }
            self.bodies(&mut commands);
        }
        self.bodies(&mut commands);
        commands
    }

    /// One command, and the operator after it.
    fn command(&mut self, command: &mut Command, index: usize) -> Option<Separator> {
        loop {
            self.blanks();
            let at = self.pos;
            let c = self.peek()?;
            match c {
                '\n' => {
                    self.pos += 1;
                    return Some(Separator::Next);
                }
                ';' => {
                    while self.eat(";") {}
                    return Some(Separator::Next);
                }
                '&' if self.starts_with("&>") => {
                    self.pos += 1;
                    self.redirection(command, index, false);
                }
                '&' => {
                    while self.eat("&") {}
                    return Some(Separator::Next);
                }
                '|' => {
                    while self.eat("|") {}
                    return Some(Separator::Next);
                }
                ')' => {
                    self.pos += 1;
                    return Some(Separator::Close);
                }
                '(' => {
                    self.pos += 1;
                    self.fault(at, "sub-shells and functions are not read; write the aws commands one after another");
                }
                '<' | '>' => self.redirection(command, index, true),
                _ => {
                    let word = self.word();
                    let number = matches!(self.peek(), Some('<' | '>'))
                        && word
                            .literal()
                            .is_some_and(|text| text.bytes().all(|byte| byte.is_ascii_digit()));
                    if number {
                        self.redirection(command, index, word.literal().as_deref() == Some("1"));
                    } else {
                        command.words.push(word);
                    }
                }
            }
        }
    }

    fn blanks(&mut self) {
        loop {
            if self.eat(" ")
                || self.eat("\t")
                || self.eat("\r")
                || self.eat("\\\n")
                || self.eat("\\\r\n")
            {
            } else if self.peek() == Some('#') {
                let rest = &self.text[self.pos..self.end];
                self.pos += rest.find('\n').unwrap_or(rest.len());
            } else {
                return;
            }
        }
    }

    /// A redirection; `output` if it is one of standard output.
    fn redirection(&mut self, command: &mut Command, index: usize, output: bool) {
        if self.eat("<<<") {
            self.blanks();
            command.input = Some(self.word());
        } else if self.eat("<<") {
            let tabs = self.eat("-");
            self.blanks();
            let word = self.word();
            let delimiter = word.literal().unwrap_or_default();
            self.heredocs.push(Heredoc { command: index, delimiter, quoted: word.quoted, tabs });
            // So that the command is kept until its body comes.
            command.input = Some(Word { at: word.at, ..Word::default() });
        } else if self.eat("<") {
            self.blanks();
            self.word();
        } else {
            while self.eat(">") || self.eat("&") || self.eat("|") {}
            self.blanks();
            let word = self.word();
            if output {
                command.output = Some(word);
            }
        }
    }

    /// The bodies of the here-documents that were announced on the line before.
    fn bodies(&mut self, commands: &mut [Command]) {
        if self.heredocs.is_empty()
            || !(self.pos == self.end || self.text[..self.pos].ends_with('\n'))
        {
            return;
        }
        for heredoc in std::mem::take(&mut self.heredocs) {
            let start = self.pos;
            let mut body_end = self.end;
            let mut closed = false;
            while self.pos < self.end {
                let rest = &self.text[self.pos..self.end];
                let line = rest.split_inclusive('\n').next().unwrap_or_default();
                let bare = line.trim_end_matches(['\n', '\r']);
                let bare = if heredoc.tabs { bare.trim_start_matches('\t') } else { bare };
                closed = bare == heredoc.delimiter;
                if closed {
                    body_end = self.pos;
                    self.pos += line.len();
                    break;
                }
                self.pos += line.len();
            }
            if !closed {
                self.fault(
                    start,
                    format!("the here-document has no line `{}` at its end", heredoc.delimiter),
                );
            }
            let word = self.body(start, body_end, &heredoc);
            if let Some(command) = commands.get_mut(heredoc.command) {
                command.input = Some(word);
            }
        }
    }

    fn body(&mut self, start: usize, end: usize, heredoc: &Heredoc) -> Word {
        let (after, outer) = (self.pos, self.end);
        let mut word = Word { at: start, ..Word::default() };
        (self.pos, self.end) = (start, end);
        let mut line_start = true;
        while let Some(c) = self.peek() {
            if heredoc.tabs && line_start && c == '\t' {
                self.pos += 1;
                continue;
            }
            line_start = c == '\n';
            match c {
                '$' | '`' if !heredoc.quoted => self.expansion(&mut word),
                '\\' if !heredoc.quoted => self.escape(&mut word, &['$', '`', '\\']),
                _ => self.take(&mut word, c),
            }
        }
        (self.pos, self.end) = (after, outer);
        word
    }

    fn take(&mut self, word: &mut Word, c: char) {
        word.push(self.pos, c);
        self.pos += c.len_utf8();
    }

    /// A backslash before one of `special` stands for it alone.
    fn escape(&mut self, word: &mut Word, special: &[char]) {
        if self.eat("\\\n") || self.eat("\\\r\n") {
            return;
        }
        let at = self.pos;
        self.pos += 1;
        match self.peek() {
            Some(c) if special.contains(&c) || special.is_empty() => self.take(word, c),
            _ => word.push(at, '\\'),
        }
    }

    /// One word; empty at an operator.
    fn word(&mut self) -> Word {
        let mut word = Word { at: self.pos, ..Word::default() };
        while let Some(c) = self.peek() {
            match c {
                ' ' | '\t' | '\n' | '\r' | ';' | '&' | '|' | '<' | '>' | '(' | ')' => break,
                '\'' => self.single(&mut word),
                '"' => self.double(&mut word),
                '\\' => self.escape(&mut word, &[]),
                '$' if self.starts_with("$'") => {
                    self.pos += 1;
                    self.single(&mut word);
                }
                '$' | '`' => self.expansion(&mut word),
                _ => self.take(&mut word, c),
            }
        }
        word
    }

    fn single(&mut self, word: &mut Word) {
        let open = self.pos;
        self.pos += 1;
        word.quoted = true;
        while let Some(c) = self.peek() {
            if c == '\'' {
                self.pos += 1;
                return;
            }
            self.take(word, c);
        }
        self.fault(open, "the quote `'` is not closed");
    }

    fn double(&mut self, word: &mut Word) {
        let open = self.pos;
        self.pos += 1;
        word.quoted = true;
        while let Some(c) = self.peek() {
            match c {
                '"' => {
                    self.pos += 1;
                    return;
                }
                '\\' => self.escape(word, &['"', '$', '`', '\\']),
                '$' | '`' => self.expansion(word),
                _ => self.take(word, c),
            }
        }
        self.fault(open, "the quote `\"` is not closed");
    }

    /// An expansion that starts here with `$` or a backquote.
    fn expansion(&mut self, word: &mut Word) {
        let at = self.pos;
        if self.eat("`") {
            let rest = &self.text[self.pos..self.end];
            match rest.find('`') {
                Some(length) => {
                    self.pos += length + 1;
                    word.parts.push(Part::Foreign(self.text[at..self.pos].to_owned()));
                }
                None => {
                    self.pos = self.end;
                    self.fault(at, "the quote ` is not closed");
                }
            }
        } else if self.eat("$((") {
            self.foreign(word, at, "))");
        } else if self.eat("$(") {
            self.substitution(word, at);
        } else if self.eat("${") {
            self.braced(word, at);
        } else {
            self.pos += 1;
            let rest = &self.text[self.pos..self.end];
            let length = rest.find(|c: char| !is_name(c)).unwrap_or(rest.len());
            if length > 0 && !rest.starts_with(|c: char| c.is_ascii_digit()) {
                self.pos += length;
                word.parts.push(Part::Variable { name: rest[..length].to_owned(), default: None });
            } else if let Some(c) =
                rest.chars().next().filter(|c| c.is_ascii_digit() || "@*#?$!-".contains(*c))
            {
                self.pos += c.len_utf8();
                word.parts.push(Part::Foreign(self.text[at..self.pos].to_owned()));
            } else {
                word.push(at, '$');
            }
        }
    }

    fn foreign(&mut self, word: &mut Word, at: usize, close: &str) {
        let rest = &self.text[self.pos..self.end];
        match rest.find(close) {
            Some(length) => {
                self.pos += length + close.len();
                word.parts.push(Part::Foreign(self.text[at..self.pos].to_owned()));
            }
            None => {
                self.pos = self.end;
                self.fault(at, format!("the expansion has no `{close}` at its end"));
            }
        }
    }

    fn braced(&mut self, word: &mut Word, at: usize) {
        let rest = &self.text[self.pos..self.end];
        let Some(close) = rest.find('}') else {
            self.pos = self.end;
            self.fault(at, "the expansion has no `}` at its end");
            return;
        };
        let inner = &rest[..close];
        let length = inner.find(|c: char| !is_name(c)).unwrap_or(inner.len());
        let (name, operator) = inner.split_at(length);
        self.pos += close + 1;
        let default =
            [":-", ":=", "-", "="].iter().find_map(|prefix| operator.strip_prefix(prefix));
        let plain = operator.is_empty() || operator.starts_with(":?") || operator.starts_with('?');
        let named = !name.is_empty() && !name.starts_with(|c: char| c.is_ascii_digit());
        word.parts.push(match default {
            Some(default) if named && !default.contains(['$', '`', '\\', '"', '\'']) => {
                Part::Variable { name: name.to_owned(), default: Some(default.to_owned()) }
            }
            None if named && plain => Part::Variable { name: name.to_owned(), default: None },
            _ => Part::Foreign(self.text[at..self.pos].to_owned()),
        });
    }

    fn substitution(&mut self, word: &mut Word, at: usize) {
        if self.depth == MAX_DEPTH {
            self.pos = self.end;
            self.fault(at, format!("more than {MAX_DEPTH} commands stand inside one another"));
            return;
        }
        self.depth += 1;
        let heredocs = std::mem::take(&mut self.heredocs);
        let commands = self.commands();
        self.heredocs = heredocs;
        self.depth -= 1;
        if !self.text[..self.pos].ends_with(')') {
            self.fault(at, "the `$(` is not closed");
        }
        let source = self.text[at..self.pos].to_owned();
        word.parts.push(Part::Commands { commands, source });
    }
}

/// Whether a variable's name may have this character.
pub(super) fn is_name(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_'
}
