//! Small programs over bit streams, and how they are built.
//!
//! A program says once, for all places of a text together, what is asked of them: "a digit behind a blank, and two more".
//! Its nodes are sets of bytes and shifts, ands and ors of other nodes; equal nodes are one. The program of the built-in
//! rules is made when phivet is built (`build.rs` shares this file).

use std::collections::HashMap;

/// What a program asks: number of a register.
pub(crate) type Register = u16;

/// A question to all places of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Node(u16);

/// One step. As a node its operands are nodes; in a finished program, registers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Op {
    /// Bit number so and so of the byte: always in the register of that number.
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

impl Op {
    pub(super) fn operands(self) -> [Option<u16>; 3] {
        match self {
            Self::Bit(_) => [None; 3],
            Self::Not(a) | Self::Before(a, _) | Self::After(a, _) => [Some(a), None, None],
            Self::And(a, b) | Self::Or(a, b) | Self::Less(a, b) | Self::AndAfter(a, b, _) | Self::Through(a, b) => {
                [Some(a), Some(b), None]
            }
            Self::Select(a, b, c) => [Some(a), Some(b), Some(c)],
        }
    }

    pub(super) fn with(self, to: impl Fn(u16) -> u16) -> Self {
        match self {
            Self::Bit(k) => Self::Bit(k),
            Self::And(a, b) => Self::And(to(a), to(b)),
            Self::Or(a, b) => Self::Or(to(a), to(b)),
            Self::Less(a, b) => Self::Less(to(a), to(b)),
            Self::Not(a) => Self::Not(to(a)),
            Self::Select(a, b, c) => Self::Select(to(a), to(b), to(c)),
            Self::Before(a, n) => Self::Before(to(a), n),
            Self::After(a, n) => Self::After(to(a), n),
            Self::AndAfter(a, b, n) => Self::AndAfter(to(a), to(b), n),
            Self::Through(a, b) => Self::Through(to(a), to(b)),
        }
    }

    fn to_bytes(self) -> [u8; 8] {
        let (code, n, [a, b, c]) = match self {
            Self::Bit(k) => (0, 0, [k, 0, 0]),
            Self::And(a, b) => (1, 0, [a, b, 0]),
            Self::Or(a, b) => (2, 0, [a, b, 0]),
            Self::Less(a, b) => (3, 0, [a, b, 0]),
            Self::Not(a) => (4, 0, [a, 0, 0]),
            Self::Select(a, b, c) => (5, 0, [a, b, c]),
            Self::Before(a, n) => (6, n, [a, 0, 0]),
            Self::After(a, n) => (7, n, [a, 0, 0]),
            Self::AndAfter(a, b, n) => (8, n, [a, b, 0]),
            Self::Through(a, b) => (9, 0, [a, b, 0]),
        };
        let [[a0, a1], [b0, b1], [c0, c1]] = [a, b, c].map(u16::to_le_bytes);
        [code, n, a0, a1, b0, b1, c0, c1]
    }

    fn from_bytes([code, n, a0, a1, b0, b1, c0, c1]: [u8; 8]) -> Option<Self> {
        let [a, b, c] = [[a0, a1], [b0, b1], [c0, c1]].map(u16::from_le_bytes);
        Some(match code {
            0 => Self::Bit(a),
            1 => Self::And(a, b),
            2 => Self::Or(a, b),
            3 => Self::Less(a, b),
            4 => Self::Not(a),
            5 => Self::Select(a, b, c),
            6 => Self::Before(a, n),
            7 => Self::After(a, n),
            8 => Self::AndAfter(a, b, n),
            9 => Self::Through(a, b),
            _ => return None,
        })
    }
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

    /// The program that answers these questions, in this order.
    pub(crate) fn finish(self, asked: &[Node]) -> Program {
        let mut last = vec![0usize; self.ops.len()];
        for node in asked.iter().copied().chain((0..8).map(Node)) {
            last[usize::from(node.0)] = usize::MAX;
        }
        for (i, op) in self.ops.iter().enumerate().rev() {
            if last[i] > 0 {
                op.operands().into_iter().flatten().for_each(|o| last[usize::from(o)] = last[usize::from(o)].max(i));
            }
        }
        let (mut free, mut registers) = (Vec::new(), 0);
        let mut place = vec![0u16; self.ops.len()];
        let mut steps = Vec::new();
        for (i, op) in self.ops.iter().enumerate().filter(|(i, _)| last[*i] > 0) {
            // A step never writes what it reads.
            place[i] = free.pop().unwrap_or_else(|| {
                registers += 1;
                registers - 1
            });
            if i >= 8 {
                steps.push((place[i], op.with(|o| place[usize::from(o)])));
            }
            let mut done: Vec<u16> =
                op.operands().into_iter().flatten().filter(|o| last[usize::from(*o)] == i).collect();
            done.dedup();
            free.extend(done.into_iter().map(|o| place[usize::from(o)]));
        }
        let answers = asked.iter().map(|node| place[usize::from(node.0)]).collect();
        Program { steps, registers: usize::from(registers), answers }
    }
}

/// A program, ready to run.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Program {
    /// Where a step's result goes, and the step.
    pub(super) steps: Vec<(Register, Op)>,
    /// How many registers it needs; the first eight hold the bits of the text's bytes.
    pub(super) registers: usize,
    /// For each question the register that holds its answer.
    pub(super) answers: Vec<Register>,
}

impl Program {
    /// How many steps it has.
    #[allow(dead_code, reason = "a test holds it small")]
    pub(crate) fn len(&self) -> usize {
        self.steps.len()
    }

    /// As bytes, for [`Program::from_bytes`].
    #[allow(dead_code, reason = "only the build script and a test write it")]
    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        for n in [self.registers, self.steps.len(), self.answers.len()] {
            bytes.extend((n as u32).to_le_bytes());
        }
        for (register, op) in &self.steps {
            bytes.extend(register.to_le_bytes());
            bytes.extend(op.to_bytes());
        }
        self.answers.iter().for_each(|register| bytes.extend(register.to_le_bytes()));
        bytes
    }

    /// Reads what [`Program::to_bytes`] wrote, and what follows it; `None` if it is something else.
    pub(crate) fn from_bytes(bytes: &[u8]) -> Option<(Self, &[u8])> {
        let (head, bytes) = bytes.split_first_chunk::<12>()?;
        let mut numbers = head.as_chunks::<4>().0.iter().map(|n| u32::from_le_bytes(*n) as usize);
        let (registers, steps, answers) = (numbers.next()?, numbers.next()?, numbers.next()?);
        let (steps, bytes) = bytes.split_at_checked(steps * 10)?;
        let (answers, bytes) = bytes.split_at_checked(answers * 2)?;
        let step = |bytes: &[u8; 10]| {
            let (register, op) = bytes.split_first_chunk::<2>()?;
            Some((u16::from_le_bytes(*register), Op::from_bytes(*op.first_chunk()?)?))
        };
        let steps: Vec<_> = steps.as_chunks::<10>().0.iter().map(step).collect::<Option<_>>()?;
        let answers: Vec<_> = answers.as_chunks::<2>().0.iter().map(|n| u16::from_le_bytes(*n)).collect();
        let known = |r: u16| usize::from(r) < registers;
        let sound = |(to, op): &(u16, Op)| {
            known(*to) && *to >= 8 && op.operands().into_iter().flatten().all(|o| known(o) && o != *to)
        };
        (steps.iter().all(sound) && answers.iter().all(|r| known(*r))).then_some(())?;
        Some((Self { steps, registers, answers }, bytes))
    }
}
