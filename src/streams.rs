//! Text as bit streams: for 64 bytes at a time, one word of bits for each question that is asked of every byte.
//!
//! All questions about neighbours ("a capital behind a blank") are then a few shifts and ands for many bytes at once.
//! They are written as a [`program`], which is compiled when phivet is built; a [`Machine`] runs its code over a text.

mod form;
pub(crate) mod fragments;
mod letters;
mod lines;
mod portable;
#[cfg(test)]
pub(crate) mod program;
mod sets;
#[cfg(test)]
mod tests;
#[cfg(target_arch = "x86_64")]
mod x86;

use std::cell::Cell;
use std::marker::PhantomData;
use std::ops::Range;

use form::Form;
pub(crate) use letters::{FirmStarts, FreePlaces, WordStarts};
pub(crate) use lines::Lines;
pub(crate) use sets::Set;

/// How many bytes make one word of bits.
pub(crate) const BLOCK: usize = 64;
/// How many words code runs over together, the one ahead included.
pub(crate) const GROUP: usize = 8;
/// How many of them are its own.
pub(crate) const OWN: usize = GROUP - 1;
/// How many groups are read together, so that code need not come from far for each.
const GROUPS: usize = 16;

/// [`GROUP`] words of bits.
pub(crate) type Words = [u64; GROUP];
/// The bytes that they are asked of.
type Bytes = [[u8; BLOCK]; GROUP];

/// A program that was compiled when phivet was built (`build.rs` writes it).
pub(crate) trait Code {
    /// How many steps look back, and how many follow runs.
    const BEFORES: usize;
    const THROUGHS: usize;
    /// How many questions it answers.
    const ANSWERS: usize;

    /// Answers them for [`GROUP`] words together, of which the last lies ahead. Bit `k` of the bytes stands in `bits[k]`.
    fn group<V: Vector>(bits: &[Words; 8], state: &mut State, answers: &mut [Words]);
}

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
    /// What is `n` (1 to 63) places behind. Behind the last word everything may be.
    fn after(self, n: u32) -> Self;

    /// Is anything in the words but for the last, or in the first `ahead` (0 to 63) places of that?
    fn any(self, ahead: u32) -> bool;

    /// Where the runs end that begin at these marks.
    #[inline(always)]
    fn through(self, runs: Self, carry: &mut bool) -> Self {
        let (mut marks, mut words, mut out) = ([0; GROUP], [0; GROUP], [0; GROUP]);
        self.store(&mut marks);
        runs.store(&mut words);
        for i in 0..OWN {
            // An addition carries a mark through its run to the place behind it.
            let (sum, over) = words[i].overflowing_add(marks[i]);
            let (sum, more) = sum.overflowing_add(u64::from(*carry));
            *carry = over | more;
            out[i] = sum & !words[i];
        }
        Self::load(&out)
    }
}

/// What goes on from one group to the next.
pub(crate) struct State {
    pub(crate) befores: Vec<Words>,
    pub(crate) throughs: Vec<bool>,
}

/// Room for some groups, which the next text has use for, too.
#[derive(Default)]
struct Room {
    /// The bits of each group's bytes.
    bits: Vec<[Words; 8]>,
    /// For each group and question its words; the last is not the group's own.
    answers: Vec<Words>,
}

thread_local! {
    static ROOM: Cell<Option<Room>> = const { Cell::new(None) };
}

/// Runs code over a text, [`GROUPS`] groups at a time.
pub(crate) struct Machine<'t, C> {
    form: Form,
    text: &'t [u8],
    state: State,
    room: Room,
    /// The bytes of the groups that were read last.
    own: Range<usize>,
    code: PhantomData<C>,
}

impl<'t, C: Code> Machine<'t, C> {
    pub(crate) fn new(text: &'t [u8]) -> Self {
        Self::on(Form::best(), text)
    }

    /// The same without vector instructions of a certain kind.
    pub(crate) fn portable(text: &'t [u8]) -> Self {
        Self::on(Form::Portable, text)
    }

    fn on(form: Form, text: &'t [u8]) -> Self {
        let state = State { befores: vec![[0; GROUP]; C::BEFORES], throughs: vec![false; C::THROUGHS] };
        let groups = text.len().div_ceil(OWN * BLOCK).min(GROUPS);
        // What stands in it from the text before is written over before it is read.
        let mut room = ROOM.take().unwrap_or_default();
        room.bits.resize(groups.max(room.bits.len()), [[0; GROUP]; 8]);
        room.answers.resize((groups * C::ANSWERS).max(room.answers.len()), [0; GROUP]);
        Self { form, text, state, room, own: 0..0, code: PhantomData }
    }

    /// Reads on: each group that was read, and where its bytes begin; `None` behind the last.
    pub(crate) fn next(&mut self) -> Option<impl Iterator<Item = (usize, usize)> + Clone + use<'t, C>> {
        let start = self.own.end;
        let rest = self.text.get(start..).filter(|rest| !rest.is_empty())?;
        let groups = rest.len().div_ceil(OWN * BLOCK).min(GROUPS);
        for (group, bits) in self.room.bits[..groups].iter_mut().enumerate() {
            let bytes = &rest[group * OWN * BLOCK..];
            match bytes.as_chunks().0.first_chunk() {
                Some(bytes) => self.form.transpose(bytes, bits),
                None => self.form.transpose(&last(bytes), bits),
            }
        }
        for (bits, answers) in self.room.bits[..groups].iter().zip(self.room.answers.chunks_mut(C::ANSWERS)) {
            self.form.run::<C>(bits, &mut self.state, answers);
        }
        self.own = start..self.text.len().min(start + groups * OWN * BLOCK);
        self.end(groups);
        Some((0..groups).map(move |group| (group, start + group * OWN * BLOCK)))
    }

    /// Behind the text's end there is nothing.
    fn end(&mut self, groups: usize) {
        let len = self.own.len() - (groups - 1) * OWN * BLOCK;
        if len < OWN * BLOCK {
            let last = self.room.answers.chunks_mut(C::ANSWERS).nth(groups - 1);
            last.into_iter().flatten().for_each(|row| row[len / BLOCK] &= (1 << (len % BLOCK)) - 1);
        }
    }

    /// The answers to a question, for all blocks of a group that was read.
    #[inline]
    pub(crate) fn row(&self, group: usize, question: usize) -> &[u64] {
        &self.words(group, question)[..self.blocks(group)]
    }

    /// The same with the words that are not the group's own.
    #[inline]
    pub(crate) fn words(&self, group: usize, question: usize) -> &Words {
        &self.room.answers[group * C::ANSWERS + question]
    }

    /// How many blocks a group has that was read, at most [`OWN`].
    #[inline]
    pub(crate) fn blocks(&self, group: usize) -> usize {
        (self.own.len() - group * OWN * BLOCK).div_ceil(BLOCK).min(OWN)
    }
}

impl<C> Drop for Machine<'_, C> {
    fn drop(&mut self) {
        ROOM.set(Some(std::mem::take(&mut self.room)));
    }
}

/// What a text ends with, and nothing behind.
#[cold]
fn last(rest: &[u8]) -> Bytes {
    let mut bytes = [[0; BLOCK]; GROUP];
    bytes.as_flattened_mut()[..rest.len()].copy_from_slice(rest);
    bytes
}

/// What code says of a text, for each question, in words of 64 bytes; with all that this processor has.
#[cfg(test)]
pub(crate) fn on_all_forms<C: Code>(text: &[u8]) -> Vec<(String, Vec<Vec<u64>>)> {
    let say = |form: Form| {
        let (mut machine, mut said) = (Machine::<C>::on(form, text), vec![Vec::new(); C::ANSWERS]);
        while let Some(groups) = machine.next() {
            for (group, _) in groups {
                (0..).zip(&mut said).for_each(|(question, said)| said.extend_from_slice(machine.row(group, question)));
            }
        }
        (format!("{form:?}"), said)
    };
    Form::all().map(say).collect()
}
