//! Small programs over bit streams, and how they are built.
//!
//! A program says once, for all places of a text together, what is asked of them: "a digit behind a blank, and two more".
//! Its nodes are sets of bytes and shifts, ands and ors of other nodes; equal nodes are one. It is made and compiled when
//! phivet is built (`build.rs` shares this file, and `source.rs` writes the code); the library has it for its tests only.

use std::collections::HashMap;

/// A question to all places of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Node(u16);

/// One step. Its operands are numbers of steps before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Op {
    /// Bit number so and so of the byte: always the step of that number.
    Bit(u16),
    And(u16, u16),
    Or(u16, u16),
    /// The first and not the second.
    Less(u16, u16),
    Not(u16),
    /// The second where the first is, else the third.
    Select(u16, u16, u16),
    /// So many (1 to 63) places before it is such a one.
    Before(u16, u8),
    /// So many (1 to 63) places behind it is such a one. What lies too far ahead counts as one.
    After(u16, u8),
    /// The first is here and, so many places behind it, the second.
    AndAfter(u16, u16, u8),
    /// Where runs of the second end that begin at the first: the first place behind that is none of them. Not to be
    /// shifted: it is known only where the text is read the first time.
    Through(u16, u16),
}

/// Builds a program.
pub(crate) struct Builder {
    ops: Vec<Op>,
    known: HashMap<Op, Node>,
}

/// A part of a set's table: nothing of it, all of it, or what a node says.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    None,
    All,
    Some(Node),
}

impl Builder {
    pub(crate) fn new() -> Self {
        let mut builder = Self { ops: Vec::new(), known: HashMap::new() };
        for k in 0..8 {
            builder.node(Op::Bit(k));
        }
        builder
    }

    fn node(&mut self, op: Op) -> Node {
        let op = match op {
            Op::And(a, b) => Op::And(a.min(b), a.max(b)),
            Op::Or(a, b) => Op::Or(a.min(b), a.max(b)),
            op => op,
        };
        match op {
            Op::And(a, b) | Op::Or(a, b) if a == b => return Node(a),
            _ => {}
        }
        let next = Node(self.ops.len() as u16);
        let node = *self.known.entry(op).or_insert(next);
        if node == next {
            self.ops.push(op);
        }
        node
    }

    /// Bytes for which `is` says yes.
    pub(crate) fn set(&mut self, is: impl Fn(u8) -> bool) -> Node {
        let table: Vec<bool> = (0..=255).map(is).collect();
        // Two ways to make the circuit: bit by bit, and by the halves of the byte. The one counts that takes fewer steps.
        let before = self.ops.len();
        self.part(&table);
        let steps = self.ops.len() - before;
        self.forget(before);
        let by_halves = self.halves(&table);
        // Single bytes are many, and share their halves.
        let single = table.iter().filter(|yes| **yes).count() <= 2;
        let part = if single || self.ops.len() - before <= steps {
            by_halves
        } else {
            self.forget(before);
            self.part(&table)
        };
        match part {
            Part::Some(node) => node,
            Part::None => self.node(Op::Less(0, 0)),
            Part::All => {
                let not = self.node(Op::Not(0));
                self.or(Node(0), not)
            }
        }
    }

    /// Takes back the nodes from this number on.
    fn forget(&mut self, from: usize) {
        for op in self.ops.drain(from..) {
            self.known.remove(&op);
        }
    }

    /// The circuit of a table: for each choice of low halves, the high halves that go with it.
    fn halves(&mut self, table: &[bool]) -> Part {
        let rows: Vec<&[bool]> = table.chunks(16).collect();
        let mut whole = Part::None;
        for (number, row) in rows.iter().enumerate() {
            if rows[..number].contains(row) {
                continue;
            }
            let low = self.part(row);
            let with: Vec<bool> = rows.iter().map(|other| other == row).collect();
            let high = self.part_above(&with);
            let term = match (low, high) {
                (Part::None, _) | (_, Part::None) => continue,
                (Part::All, part) | (part, Part::All) => part,
                (Part::Some(low), Part::Some(high)) => Part::Some(self.and(low, high)),
            };
            whole = match (whole, term) {
                (Part::None, part) | (part, Part::None) => part,
                (Part::All, _) | (_, Part::All) => Part::All,
                (Part::Some(a), Part::Some(b)) => Part::Some(self.or(a, b)),
            };
        }
        whole
    }

    /// As [`Builder::part`], of the upper half of the byte.
    fn part_above(&mut self, rows: &[bool]) -> Part {
        let table: Vec<bool> = rows.iter().flat_map(|yes| [*yes; 16]).collect();
        self.part(&table)
    }

    /// The circuit of a table: its halves, chosen by one bit of the byte.
    fn part(&mut self, table: &[bool]) -> Part {
        if table.iter().all(|yes| *yes) {
            return Part::All;
        }
        if table.iter().all(|yes| !*yes) {
            return Part::None;
        }
        let (low, high) = table.split_at(table.len() / 2);
        let bit = Node(low.len().trailing_zeros() as u16);
        let (low, high) = (self.part(low), self.part(high));
        if low == high {
            return low;
        }
        Part::Some(match (low, high) {
            (Part::None, Part::All) => bit,
            (Part::None, Part::Some(high)) => self.and(bit, high),
            (Part::Some(low), Part::None) => self.less(low, bit),
            (Part::Some(low), Part::All) => self.or(low, bit),
            (Part::Some(low), Part::Some(high)) => self.node(Op::Select(bit.0, high.0, low.0)),
            (Part::All, high) => {
                let not = self.not(bit);
                if let Part::Some(high) = high { self.or(not, high) } else { not }
            }
            (Part::None, Part::None) => bit,
        })
    }

    /// This very byte.
    pub(crate) fn byte(&mut self, byte: u8) -> Node {
        self.set(|b| b == byte)
    }

    pub(crate) fn and(&mut self, a: Node, b: Node) -> Node {
        self.node(Op::And(a.0, b.0))
    }

    pub(crate) fn or(&mut self, a: Node, b: Node) -> Node {
        self.node(Op::Or(a.0, b.0))
    }

    /// Any of them.
    pub(crate) fn any(&mut self, nodes: &[Node]) -> Option<Node> {
        let (first, rest) = nodes.split_first()?;
        Some(rest.iter().fold(*first, |any, node| self.or(any, *node)))
    }

    /// `a` where `b` is not.
    pub(crate) fn less(&mut self, a: Node, b: Node) -> Node {
        self.node(Op::Less(a.0, b.0))
    }

    pub(crate) fn not(&mut self, a: Node) -> Node {
        self.node(Op::Not(a.0))
    }

    /// Places that have such a one `n` (1 to 63) places before them.
    pub(crate) fn before(&mut self, a: Node, n: u8) -> Node {
        self.node(Op::Before(a.0, n))
    }

    /// Places that have such a one `n` (1 to 63) places behind them.
    pub(crate) fn after(&mut self, a: Node, n: u8) -> Node {
        self.node(Op::After(a.0, n))
    }

    /// Places of `a` that have a `b` `n` (1 to 63) places behind them.
    pub(crate) fn and_after(&mut self, a: Node, b: Node, n: u8) -> Node {
        self.node(Op::AndAfter(a.0, b.0, n))
    }

    /// Where the runs of `runs` end that begin at `marks`.
    pub(crate) fn through(&mut self, marks: Node, runs: Node) -> Node {
        self.node(Op::Through(marks.0, runs.0))
    }

    /// The program that answers these questions, in this order; behind them those that are any of others.
    pub(crate) fn finish(self, asked: &[Node], any: &[Vec<Node>]) -> Program {
        let number = |node: &Node| node.0;
        let any = any.iter().map(|of| of.iter().map(number).collect()).collect();
        Program { steps: self.ops, asked: asked.iter().map(number).collect(), any }
    }
}

/// What is asked, in steps; each has what those say that it names by their numbers, which are lower.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Program {
    pub(crate) steps: Vec<Op>,
    /// For each question the step that answers it.
    pub(crate) asked: Vec<u16>,
    /// Further questions: each is any of these steps.
    pub(crate) any: Vec<Vec<u16>>,
}

impl Program {
    /// What each step says of a text, a word for 64 bytes; what lies behind the last whole word is not told.
    pub(crate) fn says(&self, text: &[u8]) -> Vec<Vec<u64>> {
        let mut said: Vec<Vec<u64>> = Vec::new();
        for op in &self.steps {
            said.push(say(*op, &said, text));
        }
        said
    }
}

/// What a step says of a text, by what those before it said.
fn say(op: Op, said: &[Vec<u64>], text: &[u8]) -> Vec<u64> {
    let of = |id: u16, word: usize| said[usize::from(id)].get(word).copied().unwrap_or(0);
    let after = |id: u16, n: u8, word: usize| of(id, word) >> n | of(id, word + 1) << (64 - n);
    let mut carry = false;
    let word = |word: usize| match op {
        Op::Bit(k) => {
            let bytes = text[word * 64..][..64].iter().enumerate();
            bytes.fold(0, |bits, (i, byte)| bits | u64::from(byte >> k & 1) << i)
        }
        Op::And(a, b) => of(a, word) & of(b, word),
        Op::Or(a, b) => of(a, word) | of(b, word),
        Op::Less(a, b) => of(a, word) & !of(b, word),
        Op::Not(a) => !of(a, word),
        Op::Select(c, a, b) => of(c, word) & of(a, word) | !of(c, word) & of(b, word),
        Op::Before(a, n) => of(a, word) << n | word.checked_sub(1).map_or(0, |last| of(a, last)) >> (64 - n),
        Op::After(a, n) => after(a, n, word),
        Op::AndAfter(a, b, n) => of(a, word) & after(b, n, word),
        Op::Through(a, b) => {
            let (sum, over) = of(b, word).overflowing_add(of(a, word));
            let (sum, more) = sum.overflowing_add(u64::from(carry));
            carry = over | more;
            sum & !of(b, word)
        }
    };
    (0..text.len() / 64).map(word).collect()
}
