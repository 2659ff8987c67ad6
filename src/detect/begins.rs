//! What patterns begin with, put together: asking of every place what each of many patterns asks costs more than asking
//! what some have in common, and reading on where that is so. How often it is so, a sample of text tells.

use std::collections::{BTreeMap, HashMap};

use super::shapes::Bytes;

/// How many of a pattern's first bytes are asked for, at most.
pub(crate) const FIRST: usize = 8;
/// What it costs to ask for one more byte and for each kind of bytes that it may be, for each byte of a text, and to read on
/// at a place: in instructions of AVX2.
const ASKING: f64 = 14.0 / 448.0;
const KIND: f64 = 2.2 / 448.0;
const READING: f64 = 200.0;

/// For each of the first places of a match which bytes may stand there.
pub(crate) type First = Vec<Bytes>;

/// Patterns that are asked for together: all of their first bytes, how many of them are asked for, and what that costs.
#[derive(Clone)]
struct Begin {
    all: First,
    len: usize,
    cost: f64,
}

/// Ordinary text.
pub(crate) struct Sample {
    len: usize,
    /// Where a match may begin, a bit a place.
    begins: Vec<u64>,
    /// For each byte where it stands.
    of_byte: Vec<Vec<u64>>,
    /// The same for sets of bytes.
    of_set: HashMap<Bytes, Vec<u64>>,
}

impl Sample {
    /// Matches begin at tokens, or anywhere.
    pub(crate) fn new(text: &[u8], tokens: bool) -> Self {
        let in_word = |b: u8| b.is_ascii_alphanumeric() || b >= 0x80;
        let mut begins = vec![0; text.len() / 64];
        let mut of_byte = vec![begins.clone(); 256];
        for (at, byte) in text[..begins.len() * 64].iter().enumerate() {
            let bit = 1 << (at % 64);
            of_byte[usize::from(*byte)][at / 64] |= bit;
            if !tokens || at == 0 || !in_word(text[at - 1]) {
                begins[at / 64] |= bit;
            }
        }
        Self { len: text.len(), begins, of_byte, of_set: HashMap::new() }
    }

    /// As few of these bytes as are worth asking for.
    fn begin(&mut self, all: First) -> Begin {
        let mut left = self.begins.clone();
        let share = |left: &[u64]| f64::from(left.iter().map(|word| word.count_ones()).sum::<u32>()) / self.len as f64;
        let (mut len, mut cost, mut asked) = (0, READING * share(&left), 0.0);
        for (far, set) in all.iter().enumerate() {
            let here = self.of_set.entry(*set).or_insert_with(|| {
                let mut here = vec![0; left.len()];
                for byte in (0..=255).filter(|byte| set.has(*byte)) {
                    here.iter_mut().zip(&self.of_byte[usize::from(byte)]).for_each(|(all, one)| *all |= one);
                }
                here
            });
            for (word, left) in left.iter_mut().enumerate() {
                let next = here.get(word + 1).copied().unwrap_or(0);
                *left &= if far == 0 { here[word] } else { here[word] >> far | next << (64 - far) };
            }
            asked += ASKING + KIND * kinds(*set).len() as f64;
            let own = asked + READING * share(&left);
            if own < cost {
                (len, cost) = (far + 1, own);
            }
        }
        Begin { all, len, cost }
    }

    /// What is asked for: first bytes, put together as long as that is cheaper.
    pub(crate) fn together(&mut self, all: Vec<First>) -> Vec<First> {
        let all = all.into_iter().map(|first| self.begin(first.into_iter().map(closed).collect()));
        let mut begins: BTreeMap<usize, Begin> = (0..).zip(all).collect();
        let mut pairs: BTreeMap<(usize, usize), Begin> = BTreeMap::new();
        let mut new: Vec<usize> = begins.keys().copied().collect();
        loop {
            for (i, j) in new.iter().flat_map(|i| begins.keys().map(move |j| (*i.min(j), *i.max(j)))) {
                if i != j && !pairs.contains_key(&(i, j)) {
                    let both = begins[&i].all.iter().zip(&begins[&j].all).map(|(one, other)| closed(one.or(*other)));
                    pairs.insert((i, j), self.begin(both.collect()));
                }
            }
            let saved = |((i, j), both): (&(usize, usize), &Begin)| begins[i].cost + begins[j].cost - both.cost;
            let best = pairs.iter().max_by(|a, b| saved(*a).total_cmp(&saved(*b))).filter(|best| saved(*best) > 0.0);
            let Some(((i, j), both)) = best.map(|(key, both)| (*key, both.clone())) else { break };
            begins.remove(&i);
            begins.remove(&j);
            pairs.retain(|(one, other), _| ![i, j].contains(one) && ![i, j].contains(other));
            let next = begins.len() + new.iter().max().copied().unwrap_or(0) + 1_000;
            begins.insert(next, both);
            new = vec![next];
        }
        begins.into_values().map(|begin| begin.all[..begin.len].to_vec()).collect()
    }
}

/// A set as kinds of bytes that many sets have in common, so that each is asked for once; together they may be more than
/// the set: all digits, all letters of a case, a letter in both cases, single signs, all bytes beyond ASCII.
pub(crate) fn kinds(set: Bytes) -> Vec<Bytes> {
    let of = |is: &dyn Fn(u8) -> bool| {
        let mut kind = Bytes::NONE;
        (0..=255).filter(|byte| is(*byte)).for_each(|byte| kind.add(byte));
        kind
    };
    let count = |is: fn(&u8) -> bool| (0..=255).filter(|byte| is(byte) && set.has(*byte)).count();
    let (digits, capitals) = (count(u8::is_ascii_digit), count(u8::is_ascii_uppercase));
    let (small, beyond) = (count(u8::is_ascii_lowercase), count(|byte| !byte.is_ascii()));
    let whole = [
        (digits > 2).then(|| of(&|byte| byte.is_ascii_digit())),
        (capitals > 8).then(|| of(&|byte| byte.is_ascii_uppercase())),
        (small > 14).then(|| of(&|byte| byte.is_ascii_lowercase())),
        (beyond > 0).then(|| of(&|byte| !byte.is_ascii())),
    ];
    let mut kinds: Vec<Bytes> = whole.into_iter().flatten().collect();
    let known = closed_by(&kinds);
    for byte in (0..128).filter(|byte| set.has(*byte) && !known.has(*byte)) {
        let both = of(&|other: u8| other.eq_ignore_ascii_case(&byte));
        if !kinds.contains(&both) {
            kinds.push(both);
        }
    }
    kinds
}

fn closed_by(kinds: &[Bytes]) -> Bytes {
    kinds.iter().fold(Bytes::NONE, |all, kind| all.or(*kind))
}

/// All bytes of a set's kinds.
fn closed(set: Bytes) -> Bytes {
    closed_by(&kinds(set))
}
