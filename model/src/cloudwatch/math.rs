//! CloudWatch metric math: expressions over metrics, a datapoint at a time.
//!
//! Source: CloudWatch user guide, "Using math expressions". A datapoint that
//! is missing makes what is computed from it missing, and so does a division
//! by zero.

use crate::decimal;

/// An expression with its Id.
#[derive(Debug, Clone, PartialEq)]
pub struct Expression {
    /// Its Id.
    pub id: String,
    root: Node,
    /// How many nodes remember something.
    memories: usize,
}

/// What expressions remember from one datapoint to the next.
#[derive(Debug, Clone, Default)]
pub struct Memory(Vec<Vec<Option<f64>>>);

#[derive(Debug, Clone, PartialEq)]
enum Node {
    Number(f64),
    /// The input or expression with this index.
    Value(usize),
    Negate(Box<Node>),
    Binary(Operator, Box<Node>, Box<Node>),
    If(Box<[Node; 3]>),
    Fold(Fold, Vec<Node>),
    Map(Map, Box<Node>),
    /// FILL: with what, and where the last real value is remembered.
    Fill(Box<Node>, Option<Box<Node>>, usize),
    /// DIFF, or RATE if divided by the period.
    Diff(Box<Node>, f64, usize),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Operator {
    Add,
    Subtract,
    Multiply,
    Divide,
    Power,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    Equal,
    NotEqual,
    And,
    Or,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fold {
    Min,
    Max,
    Sum,
    Avg,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Map {
    Abs,
    Ceil,
    Floor,
}

/// The period of every metric in metric math here [s].
const PERIOD_S: f64 = 60.0;
/// AWS's limit on an expression.
const MAX_CHARACTERS: usize = 2048;
const MAX_DEPTH: usize = 64;
/// Operators by how tightly they bind, loosest first.
const LEVELS: &[&[(&str, Operator)]] = &[
    &[("||", Operator::Or), ("OR", Operator::Or)],
    &[("&&", Operator::And), ("AND", Operator::And)],
    &[
        ("<=", Operator::LessOrEqual),
        (">=", Operator::GreaterOrEqual),
        ("==", Operator::Equal),
        ("!=", Operator::NotEqual),
        ("<", Operator::Less),
        (">", Operator::Greater),
    ],
    &[("+", Operator::Add), ("-", Operator::Subtract)],
    &[("*", Operator::Multiply), ("/", Operator::Divide)],
];

impl Expression {
    /// Reads an expression over the values with these Ids, in this order.
    ///
    /// # Errors
    ///
    /// What is wrong and what would be right, in one sentence.
    pub fn parse(id: &str, text: &str, ids: &[&str]) -> Result<Self, String> {
        if text.chars().count() > MAX_CHARACTERS {
            return Err(format!("an expression has at most {MAX_CHARACTERS} characters"));
        }
        let mut parser = Parser { text, ids, memories: 0, depth: 0 };
        let root = parser.level(0)?;
        let rest = parser.text.trim_start();
        if !rest.is_empty() {
            return Err(parser.unexpected("an operator or the end"));
        }
        Ok(Self { id: id.to_owned(), root, memories: parser.memories })
    }
}

impl Memory {
    /// The last expression's value for the inputs' values in the next period.
    pub(super) fn step(
        &mut self,
        expressions: &[Expression],
        inputs: impl Iterator<Item = Option<f64>>,
    ) -> Option<f64> {
        self.0.resize_with(expressions.len(), Vec::new);
        let mut values: Vec<_> = inputs.collect();
        for (expression, memory) in expressions.iter().zip(&mut self.0) {
            memory.resize(expression.memories, None);
            let value = evaluate(&expression.root, &values, memory);
            values.push(value.filter(|value| value.is_finite()));
        }
        values.last().copied().flatten()
    }
}

fn evaluate(node: &Node, values: &[Option<f64>], memory: &mut [Option<f64>]) -> Option<f64> {
    match node {
        Node::Number(number) => Some(*number),
        Node::Value(index) => values.get(*index).copied().flatten(),
        Node::Negate(of) => evaluate(of, values, memory).map(|value| -value),
        Node::Binary(operator, left, right) => {
            // Both sides, so that what they remember goes on.
            let (left, right) = (evaluate(left, values, memory), evaluate(right, values, memory));
            apply(*operator, left?, right?)
        }
        Node::If(parts) => {
            let [condition, yes, no] =
                [0, 1, 2].map(|part: usize| evaluate(&parts[part], values, memory));
            if condition? != 0.0 { yes } else { no }
        }
        Node::Fold(fold, of) => {
            let all: Vec<_> = of.iter().map(|node| evaluate(node, values, memory)).collect();
            let real = || all.iter().flatten().copied();
            let first = real().next()?;
            let count = real().count() as f64;
            Some(match fold {
                Fold::Min => real().fold(first, f64::min),
                Fold::Max => real().fold(first, f64::max),
                Fold::Sum => real().sum(),
                Fold::Avg => real().sum::<f64>() / count,
            })
        }
        Node::Map(map, of) => {
            let value = evaluate(of, values, memory)?;
            Some(match map {
                Map::Abs => libm::fabs(value),
                Map::Ceil => libm::ceil(value),
                Map::Floor => libm::floor(value),
            })
        }
        Node::Fill(of, with, at) => {
            let value = evaluate(of, values, memory);
            let filler = with.as_ref().map(|with| evaluate(with, values, memory));
            if value.is_some() {
                memory[*at] = value;
            }
            value.or(match filler {
                Some(filler) => filler,
                None => memory[*at],
            })
        }
        Node::Diff(of, divisor, at) => {
            let value = evaluate(of, values, memory);
            let before = std::mem::replace(&mut memory[*at], value);
            Some((value? - before?) / divisor)
        }
    }
}

fn apply(operator: Operator, left: f64, right: f64) -> Option<f64> {
    let truth = |holds: bool| f64::from(u8::from(holds));
    Some(match operator {
        Operator::Add => left + right,
        Operator::Subtract => left - right,
        Operator::Multiply => left * right,
        Operator::Divide if right == 0.0 => return None,
        Operator::Divide => left / right,
        Operator::Power => libm::pow(left, right),
        Operator::Less => truth(left < right),
        Operator::LessOrEqual => truth(left <= right),
        Operator::Greater => truth(left > right),
        Operator::GreaterOrEqual => truth(left >= right),
        Operator::Equal => truth(left == right),
        Operator::NotEqual => truth(left != right),
        Operator::And => truth(left != 0.0 && right != 0.0),
        Operator::Or => truth(left != 0.0 || right != 0.0),
    })
}

struct Parser<'a> {
    /// What is left to read.
    text: &'a str,
    ids: &'a [&'a str],
    memories: usize,
    depth: usize,
}

impl Parser<'_> {
    fn unexpected(&self, wanted: &str) -> String {
        let rest: String = self.text.trim_start().chars().take(20).collect();
        if rest.is_empty() {
            format!("the expression ends where {wanted} should be")
        } else {
            format!("expected {wanted} before \"{rest}\"")
        }
    }

    /// Takes a sign or word if it is next. A word must end where it ends.
    fn take(&mut self, sign: &str) -> bool {
        let Some(rest) = self.text.trim_start().strip_prefix(sign) else { return false };
        let is_word = sign.starts_with(char::is_alphabetic);
        if is_word && rest.starts_with(|c: char| c.is_alphanumeric() || c == '_') {
            return false;
        }
        self.text = rest;
        true
    }

    fn expect(&mut self, sign: &str) -> Result<(), String> {
        if self.take(sign) { Ok(()) } else { Err(self.unexpected(&format!("\"{sign}\""))) }
    }

    fn level(&mut self, level: usize) -> Result<Node, String> {
        let Some(operators) = LEVELS.get(level) else { return self.unary() };
        let mut left = self.level(level + 1)?;
        while let Some((_, operator)) = operators.iter().find(|(sign, _)| self.take(sign)) {
            let right = self.level(level + 1)?;
            left = Node::Binary(*operator, Box::new(left), Box::new(right));
        }
        Ok(left)
    }

    fn unary(&mut self) -> Result<Node, String> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(format!("the expression is nested more than {MAX_DEPTH} deep"));
        }
        let node = if self.take("-") {
            Node::Negate(Box::new(self.unary()?))
        } else {
            let base = self.primary()?;
            if self.take("^") {
                Node::Binary(Operator::Power, Box::new(base), Box::new(self.unary()?))
            } else {
                base
            }
        };
        self.depth -= 1;
        Ok(node)
    }

    fn primary(&mut self) -> Result<Node, String> {
        if self.take("(") {
            let inner = self.level(0)?;
            self.expect(")")?;
            return Ok(inner);
        }
        let rest = self.text.trim_start();
        let word = |c: char| !(c.is_alphanumeric() || c == '_' || c == '.');
        let end = rest.find(word).unwrap_or(rest.len());
        let (name, after) = rest.split_at_checked(end).unwrap_or((rest, ""));
        if name.starts_with(|c: char| c.is_ascii_digit() || c == '.') {
            let number =
                decimal::read(name).ok_or_else(|| format!("\"{name}\" is not a number"))?;
            self.text = after;
            return Ok(Node::Number(number));
        }
        if name.is_empty() {
            return Err(self.unexpected("a number, an Id or a function"));
        }
        self.text = after;
        if self.take("(") {
            return self.call(name);
        }
        match self.ids.iter().position(|id| *id == name) {
            Some(index) => Ok(Node::Value(index)),
            None => Err(format!(
                "\"{name}\" is no Id that the expression can read; there are {}",
                self.ids.join(", ")
            )),
        }
    }

    fn call(&mut self, name: &str) -> Result<Node, String> {
        let node = match name.to_ascii_uppercase().as_str() {
            "IF" => {
                let condition = self.level(0)?;
                self.expect(",")?;
                let yes = self.level(0)?;
                self.expect(",")?;
                Node::If(Box::new([condition, yes, self.level(0)?]))
            }
            "ABS" => Node::Map(Map::Abs, Box::new(self.level(0)?)),
            "CEIL" => Node::Map(Map::Ceil, Box::new(self.level(0)?)),
            "FLOOR" => Node::Map(Map::Floor, Box::new(self.level(0)?)),
            "MIN" => Node::Fold(Fold::Min, self.list(name)?),
            "MAX" => Node::Fold(Fold::Max, self.list(name)?),
            "SUM" => Node::Fold(Fold::Sum, self.list(name)?),
            "AVG" => Node::Fold(Fold::Avg, self.list(name)?),
            "PERIOD" => {
                self.level(0)?;
                Node::Number(PERIOD_S)
            }
            "DIFF" => Node::Diff(Box::new(self.level(0)?), 1.0, self.remember()),
            "RATE" => Node::Diff(Box::new(self.level(0)?), PERIOD_S, self.remember()),
            "FILL" => {
                let of = Box::new(self.level(0)?);
                self.expect(",")?;
                if self.take("LINEAR") {
                    return Err("FILL(…, LINEAR) reads datapoints that are still to come and is \
                                not modelled; use FILL(…, REPEAT) or a number"
                        .to_owned());
                }
                let with = if self.take("REPEAT") { None } else { Some(Box::new(self.level(0)?)) };
                Node::Fill(of, with, self.remember())
            }
            _ => {
                return Err(format!(
                    "the function {name} is not modelled; there are ABS, AVG, CEIL, DIFF, FILL, \
                     FLOOR, IF, MAX, MIN, PERIOD, RATE and SUM"
                ));
            }
        };
        self.expect(")")?;
        Ok(node)
    }

    /// `[a, b]`, or METRICS() for all inputs.
    fn list(&mut self, name: &str) -> Result<Vec<Node>, String> {
        if self.take("METRICS") {
            self.expect("(")?;
            self.expect(")")?;
            return Ok((0..self.ids.len()).map(Node::Value).collect());
        }
        if !self.take("[") {
            return Err(format!(
                "{name} of one series is one number for all time and is not modelled; give a list, {name}([m1, m2])"
            ));
        }
        let mut nodes = vec![self.level(0)?];
        while self.take(",") {
            nodes.push(self.level(0)?);
        }
        self.expect("]")?;
        Ok(nodes)
    }

    fn remember(&mut self) -> usize {
        self.memories += 1;
        self.memories - 1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The values of an expression over `m1` and `m2`.
    fn values(text: &str, m1: &[Option<f64>], m2: &[Option<f64>]) -> Vec<Option<f64>> {
        let expressions = [Expression::parse("e1", text, &["m1", "m2"]).expect(text)];
        let mut memory = Memory::default();
        m1.iter().zip(m2).map(|(a, b)| memory.step(&expressions, [*a, *b].into_iter())).collect()
    }

    fn value(text: &str) -> Option<f64> {
        values(text, &[Some(6.0)], &[Some(4.0)])[0]
    }

    #[test]
    fn operators_bind_as_in_arithmetic() {
        for (text, expected) in [
            ("m1 / m2", 1.5),
            ("m1 + m2 * 2", 14.0),
            ("(m1 + m2) * 2", 20.0),
            ("m1 - m2 - 1", 1.0),
            ("-m2 ^ 2", -16.0),
            ("2 ^ 3 ^ 2", 512.0),
            ("m1 > m2 AND m2 >= 4", 1.0),
            ("m1 == 5 || m2 != 4", 0.0),
            ("IF(m1 > 5, m1, 0.5)", 6.0),
            ("MAX([m1, m2, 5])", 6.0),
            ("AVG(METRICS())", 5.0),
            ("CEIL(m1 / m2) + FLOOR(m1 / m2) + ABS(-1)", 4.0),
            ("m1 / PERIOD(m1)", 0.1),
        ] {
            assert_eq!(value(text), Some(expected), "{text}");
        }
        assert_eq!(value("m1 / (m2 - 4)"), None, "no datapoint");
    }

    #[test]
    fn missing_datapoints_can_be_filled() {
        let m1 = [None, Some(1.0), None, Some(4.0)];
        let m2 = [Some(2.0); 4];
        assert_eq!(values("m1 + m2", &m1, &m2), [None, Some(3.0), None, Some(6.0)]);
        let repeated = [None, Some(1.0), Some(1.0), Some(4.0)];
        assert_eq!(values("FILL(m1, REPEAT)", &m1, &m2), repeated);
        assert_eq!(values("FILL(m1, 0)", &m1, &m2)[0], Some(0.0));
        assert_eq!(values("SUM([m1, m2])", &m1, &m2)[2], Some(2.0));
        assert_eq!(values("DIFF(FILL(m1, 0))", &m1, &m2), [None, Some(1.0), Some(-1.0), Some(4.0)]);
    }

    #[test]
    fn a_wrong_expression_says_what_would_be_right() {
        let deep = "(".repeat(1000);
        for (text, told) in [
            ("m1 / m3", "there are m1, m2"),
            ("m1 m2", "an operator or the end"),
            ("(m1", "\")\""),
            ("m1 +", "ends where"),
            ("MAX(m1)", "MAX([m1, m2])"),
            ("SEARCH('x')", "not modelled"),
            ("FILL(m1, LINEAR)", "REPEAT"),
            ("1.2.3", "not a number"),
            (&deep, "64 deep"),
        ] {
            let fault = Expression::parse("e1", text, &["m1", "m2"]).expect_err(text);
            assert!(fault.contains(told), "{text}: {fault}");
        }
    }
}
