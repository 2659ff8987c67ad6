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

/// A program's steps with names of their own, and what they say of a sample.
struct Steps {
    ops: Vec<Op>,
    costs: Vec<f64>,
    /// For each question its step.
    answers: Vec<Id>,
    needs: Vec<Needs>,
    /// Each step with all that it is made of.
    cones: Vec<Set>,
    /// For each step and group of the sample how far ahead of the group's own words it holds first; 0 inside of them.
    first: Vec<Vec<u8>>,
}

impl Steps {
    fn of(program: &Program, sample: &[u8]) -> Self {
        // Registers are used again and again; here every step has a name of its own.
        let mut ops: Vec<Op> = (0..8).map(Op::Bit).collect();
        let mut now: Vec<Id> = (0..program.registers.max(8) as u16).collect();
        for (to, op) in &program.steps {
            ops.push(op.with(|register| now[usize::from(register)]));
            now[usize::from(*to)] = (ops.len() - 1) as Id;
        }
        let answers = program.answers.iter().map(|register| now[usize::from(*register)]).collect();
        let (mut said, mut needs, mut cones) = (Vec::new(), Vec::new(), Vec::<Set>::new());
        for (id, op) in (0..).zip(&ops) {
            said.push(say(*op, &said, sample));
            needs.push(must(id, *op, &needs));
            let mut cone = Set::new(ops.len());
            cone.add(id);
            op.operands().into_iter().flatten().for_each(|operand| cone.join(&cones[usize::from(operand)]));
            cones.push(cone);
        }
        let costs = ops.iter().map(cost).collect();
        Self { first: said.iter().map(|said| first(said)).collect(), costs, answers, needs, cones, ops }
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

    /// The questions `rare` whose ors make `id`; nothing, if something else is among them.
    fn union(&self, id: Id, rare: &Set) -> Option<Set> {
        if rare.has(id) {
            let mut one = Set::new(self.ops.len());
            one.add(id);
            return Some(one);
        }
        let Op::Or(a, b) = self.ops[usize::from(id)] else { return None };
        let mut of = self.union(a, rare)?;
        of.join(&self.union(b, rare)?);
        Some(of)
    }

    /// The largest ors of rare answers, with them.
    fn unions(&self, rare: &Set) -> BTreeMap<Id, Set> {
        let mut unions: BTreeMap<Id, Set> = BTreeMap::new();
        for id in (0..self.ops.len() as Id).rev().filter(|id| !rare.has(*id)) {
            if unions.keys().all(|union| !self.cones[usize::from(*union)].has(id))
                && let Some(of) = self.union(id, rare)
            {
                unions.insert(id, of);
            }
        }
        unions
    }

    /// Steps of a kind, numbered.
    fn numbered(&self, is: fn(&Op) -> bool) -> BTreeMap<Id, usize> {
        (0..self.ops.len() as Id).filter(|id| is(&self.ops[usize::from(*id)])).zip(0..).collect()
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

/// What a step says of the sample, by what those before it said.
fn say(op: Op, said: &[Vec<u64>], sample: &[u8]) -> Vec<u64> {
    let of = |id: u16, word: usize| said[usize::from(id)].get(word).copied().unwrap_or(0);
    let after = |id: u16, n: u8, word: usize| of(id, word) >> n | of(id, word + 1) << (64 - n);
    let mut carry = false;
    let word = |word: usize| match op {
        Op::Bit(k) => {
            let bytes = sample[word * 64..][..64].iter().enumerate();
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
    (0..sample.len() / 64).map(word).collect()
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

/// Writes the code of a stage.
struct Writer<'s> {
    steps: &'s Steps,
    /// What earlier stages have found, and of it what this one uses.
    kept: Set,
    used: Set,
    /// Steps that are any of other questions, with these: they are put together as those are answered.
    unions: &'s BTreeMap<Id, Set>,
    numbers: &'s Numbers,
    out: String,
}

/// Numbers of the steps that go on from group to group.
struct Numbers {
    befores: BTreeMap<Id, usize>,
    throughs: BTreeMap<Id, usize>,
}

impl Writer<'_> {
    /// Writes those steps of `wanted` that are not known yet.
    fn steps(&mut self, wanted: &Set, known: &mut Set) {
        for id in wanted.ids().into_iter().filter(|id| !known.has(*id)) {
            self.step(id);
        }
        known.join(wanted);
    }

    /// The name of a step's answer.
    fn name(&mut self, id: Id) -> String {
        if self.kept.has(id) {
            self.used.add(id);
        }
        format!("r{id}")
    }

    fn step(&mut self, id: Id) {
        let op = self.steps.ops[usize::from(id)];
        let names: Vec<String> = op.operands().into_iter().flatten().map(|operand| self.name(operand)).collect();
        let says = match (op, &names[..]) {
            (Op::And(..), [a, b]) => format!("{a}.and({b})"),
            (Op::Or(..), [a, b]) => format!("{a}.or({b})"),
            (Op::Less(..), [a, b]) => format!("{a}.less({b})"),
            (Op::Not(_), [a]) => format!("{a}.not()"),
            (Op::Select(..), [c, a, b]) => format!("{c}.select({a}, {b})"),
            (Op::Before(_, n), [a]) => format!("{a}.before({n}, &mut state.before[{}])", self.numbers.befores[&id]),
            (Op::After(_, n), [a]) => format!("{a}.after({n})"),
            (Op::AndAfter(_, _, n), [a, b]) => format!("{a}.and({b}.after({n}))"),
            (Op::Through(..), [a, b]) => {
                format!("{a}.through({b}, &mut state.through[{}])", self.numbers.throughs[&id])
            }
            _ => return,
        };
        let _ = writeln!(self.out, "    let r{id} = {says};");
    }

    /// Answers what is `asked`, behind gates where that saves something. `groups` are those of the sample that get here.
    fn answers(&mut self, asked: &[(usize, Id)], mut known: Set, groups: &[usize], depth: u32) {
        let mut gated: BTreeMap<Gate, Vec<(usize, Id)>> = BTreeMap::new();
        for (question, id) in asked {
            // Where the sample never gets, nothing is known.
            let may = depth > 0 && !groups.is_empty();
            let gate = if may { self.steps.gate(*id, &known, groups, DEPTH) } else { vec![(*id, 0)] };
            let mut wanted = known.clone();
            gate.iter().for_each(|(id, _)| wanted.join(&self.steps.cones[usize::from(*id)]));
            self.steps(&wanted, &mut known);
            if gate == [(*id, 0)] {
                self.put_rare(*question, *id);
            } else {
                gated.entry(gate).or_default().push((*question, *id));
            }
        }
        for (gate, asked) in gated {
            let tests: Vec<String> = gate.iter().map(|(id, far)| format!("{}.any({far})", self.name(*id))).collect();
            let _ = writeln!(self.out, "    if {} {{", tests.join(" || "));
            self.answers(&asked, known.clone(), &self.steps.opens(&gate, groups), depth - 1);
            self.out += "    }\n";
        }
    }

    fn put(&mut self, answers: &[(usize, Id)]) {
        for (question, id) in answers {
            let name = self.name(*id);
            let _ = writeln!(self.out, "    to.put({question}, {name});");
        }
    }

    fn put_rare(&mut self, question: usize, id: Id) {
        let name = self.name(id);
        let _ = writeln!(self.out, "    to.put_rare({question}, {name});");
        for union in self.unions.iter().filter(|(_, of)| of.has(id)).map(|(union, _)| *union) {
            self.used.add(union);
            let _ = writeln!(self.out, "    r{union} = r{union}.or({name});");
        }
    }
}

/// How many rare questions make a stage: its code must stay in the processor's cache while it runs over a window.
const STAGE: usize = 30;

/// A stage: its code, and which steps it takes from those before it.
struct Stage {
    code: String,
    used: Set,
}

/// The program as Rust: a type `Built` whose [`super::Code`] answers its questions; those from number `rare` on stand
/// behind gates. `sample` is ordinary text.
pub(crate) fn write(program: &Program, rare: usize, sample: &[u8]) -> String {
    let steps = Steps::of(program, sample);
    let asked: Vec<(usize, Id)> = steps.answers.iter().copied().enumerate().collect();
    let (always, rare) = asked.split_at(rare.min(asked.len()));
    let mut of_rare = Set::new(steps.ops.len());
    rare.iter().for_each(|(_, id)| of_rare.add(*id));
    let unions = steps.unions(&of_rare);
    let waits = |id: Id| unions.keys().any(|union| steps.cones[usize::from(id)].has(*union));
    let (late, early): (Vec<_>, Vec<_>) = always.iter().copied().partition(|(_, id)| waits(*id));
    let numbers = Numbers {
        befores: steps.numbered(|op| matches!(op, Op::Before(..))),
        throughs: steps.numbered(|op| matches!(op, Op::Through(..))),
    };
    // What goes on from group to group, and what is always asked, but for what waits for the unions.
    let (mut bits, none) = (Set::new(steps.ops.len()), Set::new(steps.ops.len()));
    (0..8).for_each(|bit| bits.add(bit));
    let mut base = bits.clone();
    let stateful = numbers.befores.keys().chain(numbers.throughs.keys());
    let first = early.iter().map(|(_, id)| id).chain(stateful);
    first.for_each(|id| base.join(&steps.cones[usize::from(*id)]));
    let writer = |kept: &Set| Writer {
        steps: &steps,
        kept: kept.clone(),
        used: none.clone(),
        unions: &unions,
        numbers: &numbers,
        out: String::new(),
    };
    let mut begins = writer(&none);
    begins.steps(&base, &mut bits.clone());
    begins.put(&early);
    let groups: Vec<usize> = (0..steps.first.first().map_or(0, Vec::len)).collect();
    let mut stages = vec![Stage { code: begins.out, used: none.clone() }];
    for asked in rare.chunks(STAGE) {
        let mut stage = writer(&base);
        stage.answers(asked, base.clone(), &groups, DEEPEST);
        stages.push(Stage { code: stage.out, used: stage.used });
    }
    let mut ends = base.clone();
    unions.keys().for_each(|id| ends.add(*id));
    let mut stage = writer(&ends);
    let mut wanted = ends.clone();
    late.iter().filter(|(_, id)| !ends.has(*id)).for_each(|(_, id)| wanted.join(&steps.cones[usize::from(*id)]));
    stage.steps(&wanted, &mut ends);
    stage.put(&late);
    stages.push(Stage { code: stage.out, used: stage.used });
    let numbers = [numbers.befores.len(), numbers.throughs.len(), asked.len()];
    code(&stages, &bits, unions.keys().copied().collect(), numbers)
}

/// The stages as one type, and what they hand on.
fn code(stages: &[Stage], bits: &Set, unions: Vec<Id>, [befores, throughs, answers]: [usize; 3]) -> String {
    let mut used = Set(vec![0; bits.0.len()]);
    stages.iter().for_each(|stage| used.join(&stage.used));
    let kept: BTreeMap<Id, usize> = used.ids().into_iter().filter(|id| !bits.has(*id)).zip(0..).collect();
    let mut out = "impl Code for Built {\n".to_owned();
    let numbers = [
        ("BEFORES", befores),
        ("THROUGHS", throughs),
        ("ANSWERS", answers),
        ("STAGES", stages.len()),
        ("KEPT", kept.len()),
    ];
    for (name, number) in numbers {
        let _ = writeln!(out, "    const {name}: usize = {number};");
    }
    const ARGUMENTS: &str = "bits: &[Words; 8], kept: &mut [Words], state: &mut State, to: &mut To<'_>)";
    let _ = writeln!(out, "\n    #[inline(always)]\n    fn stage<V: Vector>(number: usize, {ARGUMENTS} {{");
    out += "        match number {\n";
    for number in 0..stages.len() {
        let _ = writeln!(out, "            {number} => stage_{number}::<V>(bits, kept, state, to),");
    }
    out += "            _ => {}\n        }\n    }\n}\n";
    for (number, stage) in stages.iter().enumerate() {
        let _ = writeln!(
            out,
            "\n#[inline(always)]\n#[allow(clippy::collapsible_if, unused_mut, unused_variables)]\nfn stage_{number}<V: Vector>({ARGUMENTS} {{"
        );
        let _ = writeln!(out, "    let Some(kept) = kept.first_chunk_mut::<{}>() else {{ return }};", kept.len());
        for bit in 0..8 {
            let _ = writeln!(out, "    let r{bit} = V::load(&bits[{bit}]);");
        }
        let is_union = |id: &Id| unions.contains(id);
        for (id, place) in kept.iter().filter(|(id, _)| number > 0 && stage.used.has(**id)) {
            let mutable = if is_union(id) { "mut " } else { "" };
            let _ = writeln!(out, "    let {mutable}r{id} = V::load(&kept[{place}]);");
        }
        out += &stage.code;
        for (id, place) in
            kept.iter().filter(|(id, _)| if number > 0 { is_union(id) && stage.used.has(**id) } else { true })
        {
            let from = if number == 0 && is_union(id) { "r0.less(r0)".to_owned() } else { format!("r{id}") };
            let _ = writeln!(out, "    {from}.store(&mut kept[{place}]);");
        }
        out += "}\n";
    }
    out
}
