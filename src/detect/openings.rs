//! How matches open: the first bytes of many patterns as one automaton, which says at a place which of them may match
//! there. It is a table, made when phivet is built (`build.rs` shares this file), or at the start for own rules.

use std::borrow::Cow;
use std::collections::HashMap;

use regex_automata::nfa::thompson::{NFA, State, WhichCaptures};
use regex_automata::util::primitives::StateID;
use regex_syntax::hir::Hir;

use super::shapes::Bytes;

/// Most bytes that the automaton of one pattern may take.
const LARGEST: usize = 64 << 20;
/// The state that nothing follows.
const DEAD: u16 = 0;

/// How much may be spent on making one.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Effort {
    /// How many bytes of a match are looked at.
    pub(crate) depth: usize,
    /// How many states may be looked at while it is made, and how many steps may be taken; with more, fewer bytes of a match
    /// are looked at.
    pub(crate) states: usize,
    pub(crate) steps: usize,
}

/// Which of some patterns may match at a place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Openings {
    /// Of each byte its column in a row; a row has two to the power of `width` columns.
    columns: [u8; 256],
    width: u32,
    /// For each state and column the next state.
    rows: Cow<'static, [[u8; 2]]>,
    start: u16,
    /// States from this one on tell patterns that may match.
    telling: u16,
    /// For each of them where the list of its patterns ends in `told`.
    ends: Vec<u32>,
    told: Vec<u16>,
}

impl Openings {
    /// Derives it from patterns. They are told by their numbers. What `ordinary` text leads to stands together, so that it
    /// stays in the processor's caches.
    ///
    /// # Errors
    /// Which pattern is too large, and why.
    pub(crate) fn new(patterns: &[Hir], effort: Effort, ordinary: &[u8]) -> Result<Self, (usize, String)> {
        let automata = patterns.iter().enumerate().map(|(i, hir)| automaton(hir).map_err(|why| (i, why)));
        let automata = automata.collect::<Result<Vec<_>, _>>()?;
        let mut effort = effort;
        loop {
            match Maker::new(&automata, effort).make(ordinary) {
                Some(made) => return Ok(made),
                None => effort.depth -= effort.depth.div_ceil(4),
            }
        }
    }

    /// Which patterns may match at the start of `text`, by their numbers, into `found`; in no order.
    #[inline]
    pub(crate) fn at(&self, text: &[u8], found: &mut Vec<u16>) {
        let (columns, width, rows) = (&self.columns, self.width, &*self.rows);
        let mut state = self.start;
        if state >= self.telling {
            self.tell(state, found);
        }
        for byte in text {
            let column = usize::from(columns[usize::from(*byte)]);
            state = rows.get(usize::from(state) << width | column).map_or(DEAD, |to| u16::from_le_bytes(*to));
            if state >= self.telling {
                self.tell(state, found);
            }
            if state == DEAD {
                break;
            }
        }
    }

    #[cold]
    fn tell(&self, state: u16, found: &mut Vec<u16>) {
        let number = usize::from(state - self.telling);
        let end = |number: usize| self.ends.get(number).map_or(0, |end| *end as usize);
        let from = number.checked_sub(1).map_or(0, end);
        found.extend_from_slice(self.told.get(from..end(number)).unwrap_or_default());
    }

    /// As bytes, for [`Openings::from_bytes`].
    #[allow(dead_code, reason = "only the build script and a test write it")]
    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = self.columns.to_vec();
        let sizes = [self.width as usize, usize::from(self.start), usize::from(self.telling)];
        let sizes = sizes.into_iter().chain([self.ends.len(), self.told.len(), self.rows.len()]);
        sizes.for_each(|n| bytes.extend((n as u32).to_le_bytes()));
        self.ends.iter().for_each(|n| bytes.extend(n.to_le_bytes()));
        self.told.iter().for_each(|n| bytes.extend(n.to_le_bytes()));
        self.rows.iter().for_each(|to| bytes.extend(to));
        bytes
    }

    /// Reads what [`Openings::to_bytes`] wrote, and what follows it; `None` if it is something else.
    pub(crate) fn from_bytes(bytes: &'static [u8]) -> Option<(Self, &'static [u8])> {
        let (columns, bytes) = bytes.split_first_chunk::<256>()?;
        let (sizes, bytes) = bytes.split_first_chunk::<24>()?;
        let mut sizes = sizes.as_chunks::<4>().0.iter().map(|n| u32::from_le_bytes(*n) as usize);
        let mut size = || sizes.next();
        let (width, start, telling) = (size()? as u32, size()? as u16, size()? as u16);
        let (ends, told, rows) = (size()?, size()?, size()?);
        let (ends, bytes) = bytes.split_at_checked(ends * 4)?;
        let (told, bytes) = bytes.split_at_checked(told * 2)?;
        let (rows, bytes) = bytes.split_at_checked(rows * 2)?;
        let ends = ends.as_chunks::<4>().0.iter().map(|n| u32::from_le_bytes(*n)).collect();
        let told = told.as_chunks::<2>().0.iter().map(|n| u16::from_le_bytes(*n)).collect();
        let rows = Cow::Borrowed(rows.as_chunks::<2>().0);
        Some((Self { columns: *columns, width, rows, start, telling, ends, told }, bytes))
    }
}

fn automaton(hir: &Hir) -> Result<NFA, String> {
    let config = NFA::config().utf8(false).which_captures(WhichCaptures::None).nfa_size_limit(Some(LARGEST));
    NFA::compiler().configure(config).build_from_hir(hir).map_err(|e| e.to_string())
}

/// Which bytes may stand at each of the first `len` places of a match; fewer, where a match may end before.
///
/// # Errors
/// Why the pattern is too large.
pub(crate) fn first_bytes(hir: &Hir, len: usize) -> Result<Vec<Bytes>, String> {
    let automata = [automaton(hir)?];
    let mut maker = Maker::new(&automata, Effort { depth: 0, states: 0, steps: 0 });
    let mut places = Vec::new();
    maker.reach((0, automata[0].start_anchored()), &mut places);
    let mut first = Vec::new();
    while first.len() < len && !places.iter().any(|place| matches!(maker.at(*place), State::Match { .. })) {
        let (mut set, mut next) = (Bytes::NONE, Vec::new());
        maker.forget();
        for byte in 0..=255 {
            let to: Vec<StateID> = places.iter().filter_map(|place| maker.follow(*place, byte)).collect();
            if !to.is_empty() {
                set.add(byte);
            }
            to.into_iter().for_each(|id| maker.reach((0, id), &mut next));
        }
        first.push(set);
        places = next;
    }
    Ok(first)
}

/// A state of a pattern's automaton: the pattern's number, the state.
type Place = (u16, StateID);

/// A state of the table, while that is made: where each class of bytes leads, and which patterns it tells.
type Made = (Vec<u16>, Vec<u16>);

/// Makes the table: for each set of states that the patterns' automata are in after the same bytes, one state. Equal
/// states are one.
struct Maker<'n> {
    automata: &'n [NFA],
    effort: Effort,
    /// The first byte of each class of bytes that no pattern tells apart, and the class of each byte.
    firsts: Vec<u8>,
    classes: [u8; 256],
    known: HashMap<(usize, Vec<Place>), u16>,
    numbers: HashMap<Made, u16>,
    states: Vec<Made>,
    /// For each state of the patterns' automata in which round it was reached; the number of this round.
    reached: Vec<Vec<u32>>,
    round: u32,
    steps: usize,
}

impl<'n> Maker<'n> {
    fn new(automata: &'n [NFA], effort: Effort) -> Self {
        let mut begins = [false; 257];
        begins[0] = true;
        for state in automata.iter().flat_map(NFA::states) {
            let mut range = |start: u8, end: u8| {
                begins[usize::from(start)] = true;
                begins[usize::from(end) + 1] = true;
            };
            match state {
                State::ByteRange { trans } => range(trans.start, trans.end),
                State::Sparse(sparse) => sparse.transitions.iter().for_each(|t| range(t.start, t.end)),
                State::Dense(_) => begins = [true; 257],
                _ => {}
            }
        }
        let (mut firsts, mut classes) = (Vec::new(), [0; 256]);
        for byte in 0..=255u8 {
            if begins[usize::from(byte)] {
                firsts.push(byte);
            }
            classes[usize::from(byte)] = (firsts.len() - 1) as u8;
        }
        let (known, numbers, states) = (HashMap::new(), HashMap::new(), Vec::new());
        let reached = automata.iter().map(|automaton| vec![0; automaton.states().len()]).collect();
        Self { automata, effort, firsts, classes, known, numbers, states, reached, round: 1, steps: 0 }
    }

    /// `None` when it takes more than the effort.
    fn make(mut self, ordinary: &[u8]) -> Option<Openings> {
        self.number((Vec::new(), Vec::new()))?;
        let mut all = Vec::new();
        for (pattern, automaton) in (0..).zip(self.automata) {
            self.reach((pattern, automaton.start_anchored()), &mut all);
        }
        let start = self.state(all, 0)?;
        Some(self.table(usize::from(start), ordinary))
    }

    fn number(&mut self, made: Made) -> Option<u16> {
        let next = u16::try_from(self.states.len()).ok()?;
        let number = *self.numbers.entry(made.clone()).or_insert(next);
        if number == next {
            self.states.push(made);
        }
        Some(number)
    }

    fn at(&self, (pattern, id): Place) -> &State {
        self.automata[usize::from(pattern)].state(id)
    }

    /// Where a byte leads from a place.
    fn follow(&self, place: Place, byte: u8) -> Option<StateID> {
        match self.at(place) {
            State::ByteRange { trans } => trans.matches_byte(byte).then_some(trans.next),
            State::Sparse(sparse) => sparse.matches_byte(byte),
            State::Dense(dense) => dense.matches_byte(byte),
            _ => None,
        }
    }

    /// Begins a new round, in which no place is reached yet.
    fn forget(&mut self) {
        self.round += 1;
    }

    /// Adds the places that are reached from one without a byte, and were not in this round. Borders of words and lines
    /// count as passed.
    fn reach(&mut self, (pattern, from): Place, into: &mut Vec<Place>) {
        let mut left = vec![from];
        while let Some(id) = left.pop() {
            self.steps += 1;
            if std::mem::replace(&mut self.reached[usize::from(pattern)][id.as_usize()], self.round) == self.round {
                continue;
            }
            match self.at((pattern, id)) {
                State::Look { next, .. } | State::Capture { next, .. } => left.push(*next),
                State::Union { alternates } => left.extend(alternates.iter().copied()),
                State::BinaryUnion { alt1, alt2 } => left.extend([*alt1, *alt2]),
                State::Fail => {}
                State::ByteRange { .. } | State::Sparse(_) | State::Dense(_) | State::Match { .. } => {
                    into.push((pattern, id));
                }
            }
        }
    }

    /// The number of the state that is reached with `read` bytes, where these places are.
    fn state(&mut self, mut places: Vec<Place>, read: usize) -> Option<u16> {
        places.sort_unstable();
        let key = (read, places);
        if let Some(number) = self.known.get(&key) {
            return Some(*number);
        }
        let tells = |place: &&Place| read == self.effort.depth || matches!(self.at(**place), State::Match { .. });
        let mut told: Vec<u16> = key.1.iter().filter(tells).map(|(pattern, _)| *pattern).collect();
        told.dedup();
        let untold = |place: &&Place| told.binary_search(&place.0).is_err();
        let left: Vec<Place> = key.1.iter().filter(untold).copied().collect();
        let row = self.row(&left, read)?;
        let number = self.number((row, told))?;
        self.known.insert(key, number);
        (self.known.len() <= self.effort.states && self.steps <= self.effort.steps).then_some(number)
    }

    /// Where each class of bytes leads from these places; nothing where none leads on.
    fn row(&mut self, places: &[Place], read: usize) -> Option<Vec<u16>> {
        let mut row = Vec::new();
        for class in 0..self.firsts.len() {
            let (byte, mut next) = (self.firsts[class], Vec::new());
            self.forget();
            self.steps += places.len();
            if self.steps > self.effort.steps {
                return None;
            }
            for place in places {
                if let Some(to) = self.follow(*place, byte) {
                    self.reach((place.0, to), &mut next);
                }
            }
            row.push(if next.is_empty() { DEAD } else { self.state(next, read + 1)? });
        }
        if row.iter().all(|to| *to == DEAD) {
            row.clear();
        }
        Some(row)
    }

    /// How often each state is reached from where tokens of a text begin.
    fn visits(&self, start: usize, text: &[u8]) -> Vec<u32> {
        let mut visits = vec![0; self.states.len()];
        let in_word = |at: usize| text[at].is_ascii_alphanumeric() || text[at] >= 0x80;
        for at in (0..text.len()).filter(|at| *at == 0 || !in_word(at - 1)) {
            let mut state = start;
            for byte in &text[at..] {
                let class = usize::from(self.classes[usize::from(*byte)]);
                state = self.states[state].0.get(class).map_or(0, |to| usize::from(*to));
                if state == usize::from(DEAD) {
                    break;
                }
                visits[state] += 1;
            }
        }
        visits
    }

    fn table(self, start: usize, ordinary: &[u8]) -> Openings {
        // What tells stands last; before it stands first what is often reached.
        let visits = self.visits(start, ordinary);
        let mut order: Vec<usize> = (0..self.states.len()).collect();
        order.sort_by_key(|state| {
            let often = std::cmp::Reverse(visits[*state]);
            (!self.states[*state].1.is_empty(), *state != usize::from(DEAD), often)
        });
        let telling = order.partition_point(|state| self.states[*state].1.is_empty());
        let mut places = vec![DEAD; order.len()];
        (0..).zip(&order).for_each(|(place, state)| places[*state] = place);
        // Classes that lead to the same everywhere are one column.
        let column = |class: usize| -> Vec<u16> {
            let to = |state: &usize| self.states[*state].0.get(class).map_or(DEAD, |to| places[usize::from(*to)]);
            order.iter().map(to).collect()
        };
        let mut columns: Vec<Vec<u16>> = Vec::new();
        let of_class: Vec<u8> = (0..self.firsts.len())
            .map(|class| {
                let column = column(class);
                let known = columns.iter().position(|other| *other == column);
                known.unwrap_or_else(|| {
                    columns.push(column);
                    columns.len() - 1
                }) as u8
            })
            .collect();
        let width = columns.len().next_power_of_two();
        columns.resize(width, vec![DEAD; order.len()]);
        let rows = (0..order.len()).flat_map(|state| columns.iter().map(move |column| column[state].to_le_bytes()));
        let (mut ends, mut told) = (Vec::new(), Vec::new());
        for state in &order[telling..] {
            told.extend_from_slice(&self.states[*state].1);
            ends.push(told.len() as u32);
        }
        Openings {
            columns: self.classes.map(|class| of_class[usize::from(class)]),
            width: width.trailing_zeros(),
            rows: rows.collect(),
            start: places[start],
            telling: telling as u16,
            ends,
            told,
        }
    }
}

#[cfg(test)]
mod tests;
