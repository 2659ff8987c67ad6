//! A program as Rust: the build script writes it, and the library compiles it.
//!
//! Most questions are about what ordinary text hardly ever holds. Their steps stand behind *gates*: a few steps that say,
//! for a whole group of words, whether the rest can say yes at all. Where gates go is measured on a sample of ordinary
//! text; the answers do not depend on it.

use std::collections::BTreeMap;
use std::fmt::Write;

use super::program::{Op, Program};

/// How many words a group has of its own; one more lies ahead (as [`super::GROUP`] says).
const OWN: usize = 7;
/// What testing a gate costs, in instructions.
const TEST: f64 = 5.0;
/// How deep gates stand behind gates.
const DEEPEST: u32 = 4;
/// Of how many steps a gate is made, at most, and how deep ways are looked for.
const WAYS: usize = 4;
const DEPTH: usize = 3;

/// A step's place among all; steps only name those before them.
type Id = u16;
/// What must hold, at most so many places ahead, where a step holds.
type Needs = BTreeMap<Id, u32>;
/// Somewhere one of these holds, or the gate stays shut.
type Gate = Vec<(Id, u32)>;

/// A set of steps.
#[derive(Clone, PartialEq, Eq)]
struct Set(Vec<u64>);

impl Set {
    fn new(size: usize) -> Self {
        Self(vec![0; size.div_ceil(64)])
    }

    fn add(&mut self, id: Id) {
        self.0[usize::from(id / 64)] |= 1 << (id % 64);
    }

    fn has(&self, id: Id) -> bool {
        self.0[usize::from(id / 64)] >> (id % 64) & 1 == 1
    }

    fn join(&mut self, other: &Self) {
        self.0.iter_mut().zip(&other.0).for_each(|(own, more)| *own |= more);
    }

    fn ids(&self) -> Vec<Id> {
        (0..self.0.len() as Id * 64).filter(|id| self.has(*id)).collect()
    }
}

/// A program's steps, and what they say of a sample.
struct Steps {
    ops: Vec<Op>,
    costs: Vec<f64>,
    needs: Vec<Needs>,
    /// Each step with all that it is made of.
    cones: Vec<Set>,
    /// For each step and group of the sample how far ahead of the group's own words it holds first; 0 inside of them.
    first: Vec<Vec<u8>>,
}

impl Steps {
    fn of(program: &Program, sample: &[u8]) -> Self {
        let ops = program.steps.clone();
        let (mut needs, mut cones) = (Vec::new(), Vec::<Set>::new());
        for (id, op) in (0..).zip(&ops) {
            needs.push(must(id, *op, &needs));
            let mut cone = Set::new(ops.len());
            cone.add(id);
            operands(*op).into_iter().flatten().for_each(|operand| cone.join(&cones[usize::from(operand)]));
            cones.push(cone);
        }
        let costs = ops.iter().map(cost).collect();
        Self { first: program.says(sample).iter().map(|said| first(said)).collect(), costs, needs, cones, ops }
    }

    /// What `with` costs where `known` is known.
    fn cost(&self, with: &Set, known: &Set) -> f64 {
        let new = with.0.iter().zip(&known.0).enumerate();
        new.map(|(at, (with, known))| {
            let (mut left, mut sum) = (with & !known, 0.0);
            while left != 0 {
                sum += self.costs[at * 64 + left.trailing_zeros() as usize];
                left &= left - 1;
            }
            sum
        })
        .sum()
    }

    /// In which of the sample's groups a gate opens.
    fn opens(&self, gate: &Gate, groups: &[usize]) -> Vec<usize> {
        let open = |group: &usize| gate.iter().any(|(id, far)| u32::from(self.first[usize::from(*id)][*group]) <= *far);
        groups.iter().copied().filter(open).collect()
    }

    /// The gate before a step that saves most.
    fn gate(&self, id: Id, known: &Set, groups: &[usize], depth: usize) -> Gate {
        let mut whole = known.clone();
        whole.join(&self.cones[usize::from(id)]);
        let (mut best, mut least) = (vec![(id, 0)], self.cost(&whole, known));
        let mut consider = |gate: Gate| {
            let mut own = known.clone();
            gate.iter().for_each(|(id, _)| own.join(&self.cones[usize::from(*id)]));
            let tested = self.cost(&own, known) + TEST * gate.len() as f64;
            if tested < least {
                let share = self.opens(&gate, groups).len() as f64 / groups.len().max(1) as f64;
                let cost = tested + share * self.cost(&whole, &own);
                if cost < least {
                    (best, least) = (gate, cost);
                }
            }
        };
        for (need, far) in &self.needs[usize::from(id)] {
            consider(vec![(*need, *far)]);
            if let (Op::Or(a, b), true) = (self.ops[usize::from(*need)], depth > 0) {
                let ways = [a, b].into_iter().flat_map(|way| self.gate(way, known, groups, depth - 1));
                let gate: Gate = ways.map(|(id, own)| (id, own + far)).collect();
                if gate.len() <= WAYS && gate.iter().all(|(_, far)| *far < 64) {
                    consider(gate);
                }
            }
        }
        best
    }

    /// Steps of a kind, numbered.
    fn numbered(&self, is: fn(&Op) -> bool) -> BTreeMap<Id, usize> {
        (0..self.ops.len() as Id).filter(|id| is(&self.ops[usize::from(*id)])).zip(0..).collect()
    }
}

/// The steps that a step names.
fn operands(op: Op) -> [Option<Id>; 3] {
    match op {
        Op::Bit(_) => [None; 3],
        Op::Not(a) | Op::Before(a, _) | Op::After(a, _) => [Some(a), None, None],
        Op::And(a, b) | Op::Or(a, b) | Op::Less(a, b) | Op::AndAfter(a, b, _) | Op::Through(a, b) => {
            [Some(a), Some(b), None]
        }
        Op::Select(a, b, c) => [Some(a), Some(b), Some(c)],
    }
}

/// What a step costs, in instructions of AVX2.
fn cost(op: &Op) -> f64 {
    match op {
        Op::Bit(_) => 0.0,
        Op::And(..) | Op::Or(..) | Op::Less(..) | Op::Not(_) => 2.5,
        Op::Select(..) => 6.0,
        Op::Before(..) | Op::After(..) => 10.0,
        Op::AndAfter(..) => 12.0,
        Op::Through(..) => 60.0,
    }
}

/// What must hold where a step holds, by what must where those before it do.
fn must(id: Id, op: Op, needs: &[Needs]) -> Needs {
    let of = |id: u16| needs[usize::from(id)].clone();
    let ahead = |id: u16, n: u8| -> Needs { of(id).into_iter().map(|(id, far)| (id, far + u32::from(n))).collect() };
    let both = |mut one: Needs, other: Needs| {
        for (id, far) in other {
            one.entry(id).and_modify(|own| *own = far.min(*own)).or_insert(far);
        }
        one
    };
    let mut all = match op {
        Op::And(a, b) => both(of(a), of(b)),
        Op::Less(a, _) => of(a),
        Op::After(a, n) => ahead(a, n),
        Op::AndAfter(a, b, n) => both(of(a), ahead(b, n)),
        Op::Or(a, b) => {
            let other = of(b);
            of(a).into_iter().filter_map(|(id, far)| Some((id, far.max(*other.get(&id)?)))).collect()
        }
        Op::Bit(_) | Op::Not(_) | Op::Select(..) | Op::Before(..) | Op::Through(..) => Needs::new(),
    };
    all.insert(id, 0);
    // The word ahead is known, and what lies behind it is not.
    all.retain(|_, far| *far < 64);
    all
}

/// For each group how far ahead of its own words something is said first: 0 inside of them, 64 and more nowhere.
fn first(said: &[u64]) -> Vec<u8> {
    let groups = said.len().saturating_sub(1) / OWN;
    let of = |group: usize| match said[group * OWN..][..OWN].iter().any(|word| *word != 0) {
        true => 0,
        false => said[group * OWN + OWN].trailing_zeros() as u8 + 1,
    };
    (0..groups).map(of).collect()
}

/// Numbers of the steps that go on from group to group.
struct Numbers {
    befores: BTreeMap<Id, usize>,
    throughs: BTreeMap<Id, usize>,
}

/// Writes the code.
struct Writer<'s> {
    steps: &'s Steps,
    numbers: Numbers,
    out: String,
}

impl Writer<'_> {
    /// Writes those steps of `wanted` that are not known yet.
    fn steps(&mut self, wanted: &Set, known: &mut Set) {
        for id in wanted.ids().into_iter().filter(|id| !known.has(*id)) {
            self.step(id);
        }
        known.join(wanted);
    }

    fn step(&mut self, id: Id) {
        let numbers = &self.numbers;
        let says = match self.steps.ops[usize::from(id)] {
            Op::Bit(bit) => format!("V::load(&bits[{bit}])"),
            Op::And(a, b) => format!("r{a}.and(r{b})"),
            Op::Or(a, b) => format!("r{a}.or(r{b})"),
            Op::Less(a, b) => format!("r{a}.less(r{b})"),
            Op::Not(a) => format!("r{a}.not()"),
            Op::Select(c, a, b) => format!("r{c}.select(r{a}, r{b})"),
            Op::Before(a, n) => format!("r{a}.before({n}, &mut befores[{}])", numbers.befores[&id]),
            Op::After(a, n) => format!("r{a}.after({n})"),
            Op::AndAfter(a, b, n) => format!("r{a}.and(r{b}.after({n}))"),
            Op::Through(a, b) => format!("r{a}.through(r{b}, &mut throughs[{}])", numbers.throughs[&id]),
        };
        let _ = writeln!(self.out, "    let r{id} = {says};");
    }

    /// Answers a question that is any of `parts`, behind gates where that saves something. `groups` are those of the
    /// sample that get here.
    fn any(&mut self, question: usize, parts: &[Id], mut known: Set, groups: &[usize], depth: u32) {
        let mut gated: BTreeMap<Gate, Vec<Id>> = BTreeMap::new();
        for id in parts {
            // Where the sample never gets, nothing is known.
            let may = depth > 0 && !groups.is_empty();
            let gate = if may { self.steps.gate(*id, &known, groups, DEPTH) } else { vec![(*id, 0)] };
            let mut wanted = known.clone();
            gate.iter().for_each(|(id, _)| wanted.join(&self.steps.cones[usize::from(*id)]));
            self.steps(&wanted, &mut known);
            if gate == [(*id, 0)] {
                let _ = writeln!(self.out, "    any_{question} = any_{question}.or(r{id});");
            } else {
                gated.entry(gate).or_default().push(*id);
            }
        }
        for (gate, parts) in gated {
            let tests: Vec<String> = gate.iter().map(|(id, far)| format!("r{id}.any({far})")).collect();
            let _ = writeln!(self.out, "    if {} {{", tests.join(" || "));
            self.any(question, &parts, known.clone(), &self.steps.opens(&gate, groups), depth - 1);
            self.out += "    }\n";
        }
    }
}

/// The program as Rust: a type `Built` whose [`super::Code`] answers its questions. What is any of several steps stands
/// behind gates. `sample` is ordinary text.
pub(crate) fn write(program: &Program, sample: &[u8]) -> String {
    let steps = Steps::of(program, sample);
    let (befores, throughs) =
        (steps.numbered(|op| matches!(op, Op::Before(..))), steps.numbered(|op| matches!(op, Op::Through(..))));
    let mut base = Set::new(steps.ops.len());
    // What goes on from group to group is always asked.
    let first = program.asked.iter().chain(befores.keys()).chain(throughs.keys());
    first.for_each(|id| base.join(&steps.cones[usize::from(*id)]));
    let answers = program.asked.len() + program.any.len();
    let sizes = [("BEFORES", befores.len()), ("THROUGHS", throughs.len()), ("ANSWERS", answers)];
    let mut out = "impl Code for Built {\n".to_owned();
    sizes.iter().for_each(|(name, size)| out += &format!("    const {name}: usize = {size};\n"));
    out += "\n    #[inline(always)]\n    #[allow(clippy::collapsible_if, unused_mut, unused_variables)]\n";
    out += "    fn group<V: Vector>(bits: &[Words; 8], state: &mut State, answers: &mut [Words]) {\n";
    for (name, from, size) in [
        ("befores", "state.befores", sizes[0].1),
        ("throughs", "state.throughs", sizes[1].1),
        ("answers", "answers", answers),
    ] {
        let _ = writeln!(out, "    let Some({name}) = {from}.first_chunk_mut::<{size}>() else {{ return }};");
    }
    let mut writer = Writer { steps: &steps, numbers: Numbers { befores, throughs }, out };
    let mut known = Set::new(steps.ops.len());
    writer.steps(&base, &mut known);
    for (question, id) in program.asked.iter().enumerate() {
        let _ = writeln!(writer.out, "    r{id}.store(&mut answers[{question}]);");
    }
    let groups: Vec<usize> = (0..steps.first.first().map_or(0, Vec::len)).collect();
    for (question, parts) in (program.asked.len()..).zip(&program.any) {
        let _ = writeln!(writer.out, "    let mut any_{question} = r0.less(r0);");
        writer.any(question, parts, known.clone(), &groups, DEEPEST);
        let _ = writeln!(writer.out, "    any_{question}.store(&mut answers[{question}]);");
    }
    writer.out + "    }\n}\n"
}
