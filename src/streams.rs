//! Text as bit streams: for 64 bytes at a time, one word of bits for each question that is asked of every byte.
//!
//! All questions about neighbours ("a capital behind a blank") are then a few shifts and ands for many bytes at once.
//! They are written as a [`program`], and a [`Machine`] runs it over a text. `detect/search.rs` asks where something
//! may be, `fields/marks.rs` what a document may be.

mod portable;
pub(crate) mod program;
#[cfg(test)]
mod tests;
#[cfg(target_arch = "x86_64")]
mod x86;

use std::ops::Range;

use program::Program;

/// How many bytes make one word of bits.
pub(crate) const BLOCK: usize = 64;
/// How many words an interpreted program runs over together.
const WORDS: usize = OWN + 2;
/// The first and the last word of a window. They belong to its neighbours: what lies before, and what lies ahead.
const FIRST: usize = 8;
const LAST: usize = FIRST + WORDS - 1;
/// How many words of a window are its own.
const OWN: usize = GROUPS * GROUP_OWN;

/// The answers to one question, for a stretch of text; aligned for vector instructions. Before the first word stands
/// nothing; behind the last, which is not known, everything.
#[repr(C, align(64))]
#[derive(Clone)]
struct Window([u64; FIRST + WORDS + 8]);

impl Window {
    fn new() -> Self {
        let mut window = Self([0; FIRST + WORDS + 8]);
        window.0[LAST + 1] = u64::MAX;
        window
    }
}

/// What programs run on: the best that this processor has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    Portable,
    #[cfg(target_arch = "x86_64")]
    X86(x86::Form),
}

impl Form {
    /// Every form that this processor has, the best last.
    fn all() -> impl Iterator<Item = Self> {
        let all = std::iter::once(Self::Portable);
        #[cfg(target_arch = "x86_64")]
        let all = all.chain(x86::Form::all().map(Self::X86));
        all
    }

    #[inline]
    fn transpose(self, bytes: &[u8; BLOCK]) -> [u64; 8] {
        match self {
            Self::Portable => portable::transpose(bytes),
            #[cfg(target_arch = "x86_64")]
            Self::X86(form) => form.transpose(bytes),
        }
    }

    fn run(self, program: &Program, registers: &mut [Window], carries: &mut [bool]) {
        match self {
            Self::Portable => portable::run(program, registers, carries),
            #[cfg(target_arch = "x86_64")]
            Self::X86(form) => form.run(program, registers, carries),
        }
    }
}

/// How many words compiled code runs over together, the one ahead included.
pub(crate) const GROUP: usize = 8;
/// How many of them are its own.
const GROUP_OWN: usize = GROUP - 1;
/// How many groups make a window.
const GROUPS: usize = 4;

/// [`GROUP`] words of bits.
pub(crate) type Words = [u64; GROUP];

/// A program that was compiled when phivet was built (`build.rs` writes it): it runs over [`GROUP`] words together, of
/// which the last lies ahead, stage by stage. Each stage runs over all groups of a window before the next begins, so that
/// its code need not come from far each time.
pub(crate) trait Code {
    /// How many steps look back, and how many follow runs.
    const BEFORES: usize;
    const THROUGHS: usize;
    /// How many questions it answers.
    const ANSWERS: usize;
    /// How many stages it has, and how many answers of steps they hand on.
    const STAGES: usize;
    const KEPT: usize;

    /// Runs a stage over the bits of a group's bytes.
    fn stage<V: Vector>(number: usize, bits: &[Words; 8], kept: &mut [Words], state: &mut State, to: &mut To<'_>);
}

/// What a stage runs on: the bits of the group's bytes, what stages hand on, what goes on from group to group, and where
/// its answers go.
pub(crate) type On<'a, 'b> = (&'a [Words; 8], &'a mut [Words], &'a mut State, &'a mut To<'b>);

/// [`GROUP`] words in a form that the processor works on at once.
pub(crate) trait Vector: Copy {
    fn load(words: &Words) -> Self;
    fn store(self, to: &mut Words);
    fn and(self, other: Self) -> Self;
    fn or(self, other: Self) -> Self;
    /// This and not the other.
    fn less(self, other: Self) -> Self;
    fn not(self) -> Self;
    /// `yes` where this is, else `no`.
    fn select(self, yes: Self, no: Self) -> Self;
    /// What was `n` (1 to 63) places before; `last` is the group before this one, and becomes this one.
    fn before(self, n: u32, last: &mut Words) -> Self;
    /// What is `n` (1 to 63) places behind.
    fn after(self, n: u32) -> Self;

    /// Is anything in the words but for the last, or in the first `ahead` (0 to 63) places of that?
    fn any(self, ahead: u32) -> bool;

    /// Where the runs end that begin at these marks.
    #[inline(always)]
    fn through(self, runs: Self, carry: &mut bool) -> Self {
        let (mut marks, mut words, mut out) = ([0; GROUP], [0; GROUP], [0; GROUP]);
        self.store(&mut marks);
        runs.store(&mut words);
        for i in 0..GROUP - 1 {
            out[i] = through(marks[i], words[i], carry);
        }
        Self::load(&out)
    }
}

/// An addition carries a mark through its run to the place behind it.
#[inline(always)]
fn through(marks: u64, runs: u64, carry: &mut bool) -> u64 {
    let (sum, over) = runs.overflowing_add(marks);
    let (sum, more) = sum.overflowing_add(u64::from(*carry));
    *carry = over | more;
    sum & !runs
}

/// What goes on from one group to the next.
#[derive(Default)]
pub(crate) struct State {
    pub(crate) before: Vec<Words>,
    pub(crate) through: Vec<bool>,
}

/// The answers of a window: for each question its words, in groups; the last of a group is not its own.
type Answers = Vec<[Words; GROUPS]>;

/// Questions of a group that are answered with yes somewhere, one bit each; what the others' answers hold is old.
type Lively = u128;

/// Where a group's answers go.
pub(crate) struct To<'a> {
    answers: &'a mut Answers,
    group: usize,
    lively: &'a mut Lively,
}

impl To<'_> {
    #[inline(always)]
    pub(crate) fn put<V: Vector>(&mut self, question: usize, answer: V) {
        if let Some(place) = self.answers.get_mut(question).and_then(|row| row.get_mut(self.group)) {
            answer.store(place);
        }
    }

    /// The same of a question that is hardly ever answered with yes: only [`Machine::which`] may ask for it.
    #[inline(always)]
    pub(crate) fn put_rare<V: Vector>(&mut self, question: usize, answer: V) {
        if answer.any(0) {
            self.put(question, answer);
            *self.lively |= 1 << question;
        }
    }
}

/// A [`Code`] as a value.
#[derive(Clone, Copy)]
pub(crate) struct Compiled {
    #[cfg(target_arch = "x86_64")]
    run: fn(x86::Form, usize, On<'_, '_>),
    befores: usize,
    throughs: usize,
    answers: usize,
    stages: usize,
    kept: usize,
}

impl Compiled {
    pub(crate) fn of<C: Code>() -> Self {
        Self {
            #[cfg(target_arch = "x86_64")]
            run: |form, stage, on| form.run_code::<C>(stage, on),
            befores: C::BEFORES,
            throughs: C::THROUGHS,
            answers: C::ANSWERS,
            stages: C::STAGES,
            kept: C::KEPT,
        }
    }
}

/// Runs a program over a text, window by window.
pub(crate) struct Machine<'t> {
    form: Form,
    program: &'t Program,
    /// The same program, compiled.
    compiled: Option<Compiled>,
    text: &'t [u8],
    registers: Vec<Window>,
    state: State,
    answers: Answers,
    lively: [Lively; GROUPS],
    /// What the stages of a compiled program hand on, group by group.
    kept: Vec<Words>,
    /// The bytes of the window that was read last.
    own: Range<usize>,
}

impl<'t> Machine<'t> {
    pub(crate) fn new(program: &'t Program, compiled: Option<Compiled>, text: &'t [u8]) -> Self {
        Self::on(Form::all().last().unwrap_or(Form::Portable), (program, compiled), text)
    }

    /// The same without vector instructions of a certain kind.
    pub(crate) fn plain(program: &'t Program, text: &'t [u8]) -> Self {
        Self::on(Form::Portable, (program, None), text)
    }

    fn on(form: Form, (program, compiled): (&'t Program, Option<Compiled>), text: &'t [u8]) -> Self {
        let fits = |code: &Compiled| code.answers == program.answers.len() && code.answers < Lively::BITS as usize;
        let compiled = compiled.filter(|code| form != Form::Portable && fits(code));
        let (registers, state) = match compiled {
            Some(code) => {
                (Vec::new(), State { before: vec![[0; GROUP]; code.befores], through: vec![false; code.throughs] })
            }
            None => {
                let registers = vec![Window::new(); program.registers.max(8)];
                (registers, State { before: Vec::new(), through: vec![false; program.steps.len()] })
            }
        };
        let answers = vec![[[0; GROUP]; GROUPS]; program.answers.len()];
        let lively = [0; GROUPS];
        let kept = vec![[0; GROUP]; compiled.map_or(0, |code| code.kept * GROUPS)];
        let mut machine = Self { form, program, compiled, text, registers, state, answers, lively, kept, own: 0..0 };
        if compiled.is_none() {
            machine.fill(0, LAST);
        }
        machine
    }

    /// The bits of the block that begins at `at`.
    #[inline]
    fn bits(&self, at: usize) -> [u64; 8] {
        match self.text.get(at..).and_then(<[u8]>::first_chunk) {
            Some(block) => self.form.transpose(block),
            None => self.last_bits(at),
        }
    }

    /// The same of a block that the text's end cuts off.
    #[cold]
    fn last_bits(&self, at: usize) -> [u64; 8] {
        let rest = self.text.get(at..).unwrap_or_default();
        if rest.is_empty() {
            return [0; 8];
        }
        let mut block = [0; BLOCK];
        block[..rest.len()].copy_from_slice(rest);
        self.form.transpose(&block)
    }

    /// The bits of the block at `at` into word `word` of the registers.
    fn fill(&mut self, at: usize, word: usize) {
        let bits = self.bits(at);
        for (window, bits) in self.registers.iter_mut().zip(bits) {
            window.0[word] = bits;
        }
    }

    /// Reads on: the bytes of the next window; `None` behind the last.
    pub(crate) fn next(&mut self) -> Option<Range<usize>> {
        let start = self.own.end;
        if start >= self.text.len() {
            return None;
        }
        let words = match self.compiled {
            Some(code) => self.run_compiled(code, start),
            None => self.run(start),
        };
        self.own = start..(start + words * BLOCK).min(self.text.len());
        // Behind the text's end there is nothing.
        if let Some(bits @ 1..) = self.own.len().checked_rem(BLOCK) {
            let (group, word) = place(self.own.len());
            self.answers.iter_mut().for_each(|row| row[group][word] &= (1 << bits) - 1);
        }
        Some(self.own.clone())
    }

    /// Answers for the window that begins at `start`; how many words it has.
    fn run_compiled(&mut self, code: Compiled, start: usize) -> usize {
        let mut bits = [[[0; GROUP]; 8]; GROUPS];
        let groups = (self.text.len() - start).div_ceil(GROUP_OWN * BLOCK).min(GROUPS);
        for (group, bits) in bits[..groups].iter_mut().enumerate() {
            let from = start + group * GROUP_OWN * BLOCK;
            for word in 0..GROUP {
                for (plane, bits) in bits.iter_mut().zip(self.bits(from + word * BLOCK)) {
                    plane[word] = bits;
                }
            }
        }
        self.lively = [0; GROUPS];
        for stage in 0..code.stages {
            for (group, bits) in bits[..groups].iter().enumerate() {
                let kept = &mut self.kept[group * code.kept..][..code.kept];
                let mut to = To { answers: &mut self.answers, group, lively: &mut self.lively[group] };
                #[cfg(target_arch = "x86_64")]
                if let Form::X86(form) = self.form {
                    (code.run)(form, stage, (bits, kept, &mut self.state, &mut to));
                }
                let _ = (&code, stage, bits, &kept, &mut to);
            }
        }
        OWN
    }

    fn run(&mut self, start: usize) -> usize {
        for window in self.registers.iter_mut().take(8) {
            // What lay ahead is the first of the new window, what was its last lies before it.
            (window.0[FIRST], window.0[FIRST + 1]) = (window.0[LAST - 1], window.0[LAST]);
        }
        for word in FIRST + 2..=LAST {
            self.fill(start + (word - FIRST - 1) * BLOCK, word);
        }
        self.form.run(self.program, &mut self.registers, &mut self.state.through);
        for (row, register) in self.answers.iter_mut().zip(&self.program.answers) {
            let own = self.registers[usize::from(*register)].0[FIRST + 1..LAST].chunks(GROUP_OWN);
            row.iter_mut().zip(own).for_each(|(group, own)| group[..own.len()].copy_from_slice(own));
        }
        OWN
    }

    /// The offsets of the window's blocks.
    pub(crate) fn blocks(&self) -> impl Iterator<Item = usize> + use<> {
        self.own.clone().step_by(BLOCK)
    }

    /// The answers to a question, for all blocks of the window, into `to`.
    pub(crate) fn append(&self, question: usize, to: &mut Vec<u64>) {
        let all = to.len() + self.own.len().div_ceil(BLOCK);
        self.answers[question].iter().for_each(|group| to.extend_from_slice(&group[..GROUP_OWN]));
        to.truncate(all);
    }

    /// The answers for the block that begins at `at`, one of the window's.
    #[inline]
    pub(crate) fn answers(&self, at: usize) -> impl Fn(usize) -> u64 {
        let (group, word) = place(at - self.own.start);
        move |question| self.answers[question][group][word]
    }

    /// Which of the questions are answered with yes at a bit of the block at `at`.
    #[inline]
    pub(crate) fn which(&self, questions: Range<usize>, at: usize, bit: u64) -> impl Iterator<Item = usize> {
        let (group, word) = place(at - self.own.start);
        let first = questions.start;
        // Interpreted programs answer all.
        let (mut lively, rest) = match self.compiled {
            Some(_) => (self.lively[group] >> first & ((1 << questions.len()) - 1), 0..0),
            None => (0, questions),
        };
        let next = move || {
            let question = lively.trailing_zeros() as usize;
            (lively != 0).then(|| lively &= lively - 1).map(|()| first + question)
        };
        let is = move |question: &usize| self.answers[*question][group][word] & bit != 0;
        std::iter::from_fn(next).chain(rest).filter(is).map(move |question| question - first)
    }
}

/// The group, and the word in it, where the byte stands that is so many behind a window's first.
#[inline]
fn place(at: usize) -> (usize, usize) {
    let word = at / BLOCK;
    (word / GROUP_OWN % GROUPS, word % GROUP_OWN)
}

/// Does the compiled program say the same as the other to the first `questions` questions, with all that this processor
/// has? Else where it does not. (Others may look so far ahead that it matters where windows end.)
#[cfg(test)]
pub(crate) fn same_on_all_forms(
    (program, compiled): (&Program, Compiled),
    questions: usize,
    text: &[u8],
) -> Result<(), String> {
    let answers = |form: Form, compiled: Option<Compiled>| {
        let mut machine = Machine::on(form, (program, compiled), text);
        let mut all = Vec::new();
        while machine.next().is_some() {
            for block in machine.blocks() {
                let answers = machine.answers(block);
                all.extend((0..questions).map(|question| (block, question, answers(question))));
            }
        }
        all
    };
    let wanted = answers(Form::Portable, None);
    for form in Form::all() {
        for compiled in [None, Some(compiled)] {
            let found = answers(form, compiled);
            let lost = wanted.iter().zip(&found).find(|(wanted, found)| wanted != found);
            if let Some((wanted, found)) = lost {
                return Err(format!("{form:?}, compiled {}: {found:?} instead of {wanted:?}", compiled.is_some()));
            }
        }
    }
    Ok(())
}
