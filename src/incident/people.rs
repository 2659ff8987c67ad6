//! Distinct people: exactly up to a million, then by HyperLogLog (Flajolet et al. 2007).

use std::collections::{BTreeMap, HashMap, HashSet};

use super::estimate::Estimate;

/// Most people that are counted exactly.
const EXACT: usize = 1_000_000;

/// Seals by which the person of a record is known, the surest first; records that share one are about one person.
pub(super) struct Person(pub(super) Vec<u64>);

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
    of_state: HashSet<([u8; 2], u32)>,
    of_kind: HashSet<(String, u32)>,
    /// In place of the above where there are more than [`EXACT`]: of all, and by state.
    estimate: Option<(Estimate, BTreeMap<[u8; 2], Estimate>)>,
}

impl People {
    /// A record of somebody, perhaps with a state.
    pub(super) fn add(&mut self, person: &Person, state: Option<[u8; 2]>) {
        let Some(first) = person.0.first() else { return };
        if self.estimate.is_none() && self.parents.len() >= EXACT {
            self.estimate = Some(self.estimated());
        }
        if let Some((all, states)) = &mut self.estimate {
            all.add(*first);
            if let Some(state) = state {
                states.entry(state).or_default().add(*first);
            }
            return;
        }
        let own = self.number(*first);
        for seal in &person.0[1..] {
            let other = self.number(*seal);
            let (one, other) = (self.root(own), self.root(other));
            if let Some(parent) = self.parents.get_mut(other as usize) {
                *parent = one;
            }
        }
        if let Some(state) = state {
            self.of_state.insert((state, own));
        }
    }

    /// A record of somebody with identifiers of these kinds. Beyond [`EXACT`] people they are not told apart any more.
    pub(super) fn add_kinds<'k>(&mut self, person: &Person, kinds: impl Iterator<Item = &'k str>) {
        let Some(first) = person.0.first().filter(|_| self.estimate.is_none()) else { return };
        let number = self.number(*first);
        self.of_kind.extend(kinds.map(|kind| (kind.to_owned(), number)));
    }

    /// The kinds of each person; `None` where there are too many people.
    pub(super) fn kinds(&self) -> Option<Vec<Vec<String>>> {
        if self.estimate.is_some() {
            return None;
        }
        let mut kinds: BTreeMap<u32, Vec<String>> = BTreeMap::new();
        for (kind, number) in &self.of_kind {
            let own = kinds.entry(self.root(*number)).or_default();
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
        }
        number
    }

    fn root(&self, mut number: u32) -> u32 {
        while let Some(parent) = self.parents.get(number as usize).filter(|parent| **parent != number) {
            number = *parent;
        }
        number
    }

    /// From now on people are estimated: one seal stands for each that is known so far.
    fn estimated(&mut self) -> (Estimate, BTreeMap<[u8; 2], Estimate>) {
        let mut seals: HashMap<u32, u64> = HashMap::new();
        for (seal, number) in &self.numbers {
            seals.entry(self.root(*number)).and_modify(|own| *own = (*own).min(*seal)).or_insert(*seal);
        }
        let mut all = Estimate::default();
        seals.values().for_each(|seal| all.add(*seal));
        let mut states: BTreeMap<[u8; 2], Estimate> = BTreeMap::new();
        for (state, number) in &self.of_state {
            if let Some(seal) = seals.get(&self.root(*number)) {
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
                let roots = self.parents.iter().enumerate().filter(|(at, parent)| *at == **parent as usize);
                (roots.count() as u64, None)
            }
        }
    }

    pub(super) fn states(&self) -> BTreeMap<String, u64> {
        let name = |state: [u8; 2]| String::from_utf8_lossy(&state).into_owned();
        if let Some((_, states)) = &self.estimate {
            return states.iter().map(|(state, estimate)| (name(*state), estimate.count())).collect();
        }
        let people: HashSet<([u8; 2], u32)> =
            self.of_state.iter().map(|(state, number)| (*state, self.root(*number))).collect();
        let mut counts = BTreeMap::new();
        people.into_iter().for_each(|(state, _)| *counts.entry(name(state)).or_default() += 1);
        counts
    }
}

#[cfg(test)]
mod tests {
    use super::super::estimate::tests::mixed;
    use super::*;

    #[test]
    fn records_that_share_a_number_are_of_one_person() {
        let mut people = People::default();
        people.add(&Person(vec![1, 2]), Some(*b"OH"));
        people.add(&Person(vec![3]), Some(*b"OH"));
        people.add(&Person(vec![2, 4]), Some(*b"CA"));
        assert_eq!(people.count(), (2, None));
        people.add(&Person(vec![4, 3]), None);
        assert_eq!(people.count(), (1, None));
        assert_eq!(people.states(), BTreeMap::from([("CA".to_owned(), 1), ("OH".to_owned(), 1)]));
    }

    #[test]
    fn beyond_a_million_the_error_is_stated() {
        let mut people = People::default();
        (1..=1_200_000).for_each(|number| people.add(&Person(vec![mixed(number)]), Some(*b"TX")));
        let (count, error) = people.count();
        assert!(error.is_some_and(|error| error < 0.009) && count.abs_diff(1_200_000) < 36_000, "{count}");
        assert!(people.states()["TX"].abs_diff(1_200_000) < 36_000);
    }
}
