//! Distinct people: exactly up to a million, then by HyperLogLog (Flajolet et al. 2007).

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use super::estimate::Estimate;

/// Most people that are counted exactly.
const EXACT: usize = 1_000_000;

/// Seals by which the person of a record is known.
#[derive(Default)]
pub(super) struct Person {
    /// Numbers that one person alone has, each with the bit of its kind: records that share one are about one person.
    pub(super) own: Vec<(u64, u8)>,
    /// What several people may share (a family's plan, a name with a birth date): it joins records whose own numbers do
    /// not speak against it.
    pub(super) shared: Vec<u64>,
}

impl Person {
    /// The surest.
    fn first(&self) -> Option<u64> {
        self.own.first().map(|(seal, _)| *seal).or_else(|| self.shared.first().copied())
    }
}

/// How many different values there are.
#[derive(Default)]
pub(super) struct Count {
    exact: HashSet<u64>,
    estimate: Option<Estimate>,
}

impl Count {
    pub(super) fn add(&mut self, seal: u64) {
        match &mut self.estimate {
            Some(estimate) => estimate.add(seal),
            None if self.exact.len() < EXACT => drop(self.exact.insert(seal)),
            None => {
                let mut estimate = Estimate::default();
                std::mem::take(&mut self.exact).into_iter().chain([seal]).for_each(|seal| estimate.add(seal));
                self.estimate = Some(estimate);
            }
        }
    }

    pub(super) fn count(&self) -> u64 {
        self.estimate.as_ref().map_or(self.exact.len() as u64, Estimate::count)
    }
}

/// The people, each a tree of seals that stood in one record.
#[derive(Default)]
pub(super) struct People {
    numbers: HashMap<u64, u32>,
    parents: Vec<u32>,
    /// Which kinds of own numbers those of a tree are, at its root.
    kinds: Vec<u8>,
    /// By what is shared: own numbers that stood beside it.
    beside: BTreeMap<u32, BTreeSet<u32>>,
    of_state: HashSet<([u8; 2], u32)>,
    of_kind: HashSet<(String, u32)>,
    /// In place of the above where there are more than [`EXACT`]: of all, and by state.
    estimate: Option<(Estimate, BTreeMap<[u8; 2], Estimate>)>,
}

impl People {
    /// A record of somebody, perhaps with a state.
    pub(super) fn add(&mut self, person: &Person, state: Option<[u8; 2]>) {
        let Some(first) = person.first() else { return };
        if self.estimate.is_none() && self.parents.len() >= EXACT {
            self.estimate = Some(self.estimated());
        }
        if let Some((all, states)) = &mut self.estimate {
            all.add(first);
            if let Some(state) = state {
                states.entry(state).or_default().add(first);
            }
            return;
        }
        let number = self.number(first);
        for (seal, kind) in &person.own {
            let own = self.number(*seal);
            self.kinds[own as usize] |= kind;
            self.join(number, own);
        }
        for seal in &person.shared {
            let shared = self.number(*seal);
            if person.own.is_empty() {
                self.join(number, shared);
            } else {
                self.beside.entry(shared).or_default().insert(number);
            }
        }
        if let Some(state) = state {
            self.of_state.insert((state, number));
        }
    }

    /// Makes one tree of two.
    fn join(&mut self, one: u32, other: u32) {
        let (one, other) = (root(&self.parents, one), root(&self.parents, other));
        if one != other {
            self.parents[other as usize] = one;
            self.kinds[one as usize] |= self.kinds[other as usize];
        }
    }

    /// A record of somebody with identifiers of these kinds. Beyond [`EXACT`] people they are not told apart any more.
    pub(super) fn add_kinds<'k>(&mut self, person: &Person, kinds: impl Iterator<Item = &'k str>) {
        let Some(first) = person.first().filter(|_| self.estimate.is_none()) else { return };
        let number = self.number(first);
        self.of_kind.extend(kinds.map(|kind| (kind.to_owned(), number)));
    }

    /// The kinds of each person; `None` where there are too many people.
    pub(super) fn kinds(&self) -> Option<Vec<Vec<String>>> {
        if self.estimate.is_some() {
            return None;
        }
        let people = self.joined();
        let mut kinds: BTreeMap<u32, Vec<String>> = BTreeMap::new();
        for (kind, number) in &self.of_kind {
            let own = kinds.entry(root(&people, *number)).or_default();
            if !own.contains(kind) {
                own.push(kind.clone());
            }
        }
        Some(kinds.into_values().collect())
    }

    fn number(&mut self, seal: u64) -> u32 {
        let next = u32::try_from(self.parents.len()).unwrap_or(u32::MAX);
        let number = *self.numbers.entry(seal).or_insert(next);
        if number == next {
            self.parents.push(next);
            self.kinds.push(0);
        }
        number
    }

    /// The trees, joined by what is shared where nothing speaks against it. Of those that share it, two that both have a
    /// Social Security number, or both a record number, are two people: the same one would have made one tree of them.
    /// Which of several people a record is about that has another kind of number nobody can tell; it is one of its own.
    fn joined(&self) -> Vec<u32> {
        let (mut parents, mut kinds) = (self.parents.clone(), self.kinds.clone());
        let mut by_shared: BTreeMap<u32, BTreeSet<u32>> = BTreeMap::new();
        for (shared, beside) in &self.beside {
            by_shared.entry(root(&parents, *shared)).or_default().extend(beside);
        }
        for (shared, beside) in by_shared {
            let trees: BTreeSet<u32> = beside.iter().map(|number| root(&parents, *number)).collect();
            let trees: Vec<u32> = trees.into_iter().collect();
            if let [one, other] = trees[..]
                && kinds[one as usize] & kinds[other as usize] == 0
            {
                parents[other as usize] = one;
                kinds[one as usize] |= kinds[other as usize];
            }
            // What says no more than this is about one of them.
            if let (Some(first), shared) = (trees.first(), root(&parents, shared)) {
                let first = root(&parents, *first);
                parents[shared as usize] = first;
            }
        }
        parents
    }

    /// From now on people are estimated: one seal stands for each that is known so far.
    fn estimated(&mut self) -> (Estimate, BTreeMap<[u8; 2], Estimate>) {
        let people = self.joined();
        let mut seals: HashMap<u32, u64> = HashMap::new();
        for (seal, number) in &self.numbers {
            seals.entry(root(&people, *number)).and_modify(|own| *own = (*own).min(*seal)).or_insert(*seal);
        }
        let mut all = Estimate::default();
        seals.values().for_each(|seal| all.add(*seal));
        let mut states: BTreeMap<[u8; 2], Estimate> = BTreeMap::new();
        for (state, number) in &self.of_state {
            if let Some(seal) = seals.get(&root(&people, *number)) {
                states.entry(*state).or_default().add(*seal);
            }
        }
        *self = Self::default();
        (all, states)
    }

    /// How many there are, and with which relative error if that is an estimate.
    pub(super) fn count(&self) -> (u64, Option<f64>) {
        match &self.estimate {
            Some((all, _)) => (all.count(), Some(all.error())),
            None => {
                let people = self.joined();
                (people.iter().zip(0..).filter(|(parent, at)| *parent == at).count() as u64, None)
            }
        }
    }

    /// How many there are in each state, and how many have records in several: they count in each.
    pub(super) fn states(&self) -> (BTreeMap<String, u64>, Option<u64>) {
        let name = |state: [u8; 2]| String::from_utf8_lossy(&state).into_owned();
        if let Some((_, states)) = &self.estimate {
            return (states.iter().map(|(state, estimate)| (name(*state), estimate.count())).collect(), None);
        }
        let people = self.joined();
        let found: HashSet<(u32, [u8; 2])> =
            self.of_state.iter().map(|(state, number)| (root(&people, *number), *state)).collect();
        let (mut counts, mut states_of) = (BTreeMap::new(), HashMap::<u32, u64>::new());
        for (person, state) in found {
            *counts.entry(name(state)).or_default() += 1;
            *states_of.entry(person).or_default() += 1;
        }
        (counts, Some(states_of.values().filter(|states| **states > 1).count() as u64))
    }
}

/// The root of a tree.
fn root(parents: &[u32], mut number: u32) -> u32 {
    while let Some(parent) = parents.get(number as usize).filter(|parent| **parent != number) {
        number = *parent;
    }
    number
}

#[cfg(test)]
mod tests {
    use super::super::estimate::tests::mixed;
    use super::*;

    /// A record with Social Security numbers, record numbers, and what several may share.
    fn person(ssn: &[u64], mrn: &[u64], shared: &[u64]) -> Person {
        let own = ssn.iter().map(|seal| (*seal, 1)).chain(mrn.iter().map(|seal| (*seal, 2)));
        Person { own: own.collect(), shared: shared.to_vec() }
    }

    #[test]
    fn records_that_share_a_number_are_of_one_person() {
        let mut people = People::default();
        people.add(&person(&[1], &[2], &[]), Some(*b"OH"));
        people.add(&person(&[3], &[], &[]), Some(*b"OH"));
        people.add(&person(&[], &[2, 4], &[]), Some(*b"CA"));
        assert_eq!(people.count(), (2, None));
        people.add(&person(&[3], &[4], &[]), None);
        assert_eq!(people.count(), (1, None));
        assert_eq!(people.states(), (BTreeMap::from([("CA".to_owned(), 1), ("OH".to_owned(), 1)]), Some(1)));
    }

    #[test]
    fn what_people_share_joins_nobody_whose_numbers_differ() {
        let mut people = People::default();
        for number in 0..600 {
            people.add(&person(&[1000 + number], &[2000 + number], &[number % 28]), None);
        }
        assert_eq!(people.count(), (600, None));
        // Whoever has nothing but the name is one of them.
        people.add(&person(&[], &[], &[7]), None);
        assert_eq!(people.count(), (600, None));
        // One with a Social Security number alone, the other with a record number alone, are one.
        let mut people = People::default();
        people.add(&person(&[1], &[], &[9]), None);
        people.add(&person(&[], &[2], &[9]), None);
        people.add(&person(&[], &[], &[9]), None);
        assert_eq!(people.count(), (1, None));
        people.add(&person(&[], &[3], &[9]), None);
        assert_eq!(people.count(), (3, None));
        // What is shared, without any number, is one person.
        people.add(&person(&[], &[], &[11, 12]), None);
        people.add(&person(&[], &[], &[12]), None);
        assert_eq!(people.count(), (4, None));
    }

    #[test]
    fn beyond_a_million_the_error_is_stated() {
        let mut people = People::default();
        (1..=1_200_000).for_each(|number| people.add(&person(&[], &[mixed(number)], &[]), Some(*b"TX")));
        let (count, error) = people.count();
        assert!(error.is_some_and(|error| error < 0.009) && count.abs_diff(1_200_000) < 36_000, "{count}");
        assert!(people.states().0["TX"].abs_diff(1_200_000) < 36_000);
    }
}
