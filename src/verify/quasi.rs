//! Quasi-identifiers: what identifies nobody alone and somebody together. k-anonymity (Sweeney 2002), l-diversity
//! (Machanavajjhala 2007, distinct values), and which records stand alone.

use std::collections::{HashMap, HashSet};
use std::hash::{BuildHasher, RandomState};

use serde::Serialize;

use super::columns::Column;
use super::roles;
use crate::document::Document;
use crate::mask::Masked;

/// Which columns to look at, and what is asked of them.
#[derive(Clone, Debug, Default)]
pub struct Asked {
    /// Names of the quasi-identifiers' columns.
    pub columns: Vec<String>,
    /// Name of the column whose values must differ within a class (l-diversity).
    pub sensitive: Option<String>,
    /// How many records a class must have.
    pub k: u64,
    /// How many different sensitive values a class must have.
    pub l: u64,
}

/// Most places that are kept of records at risk.
const PLACES: usize = 1000;
/// Most sensitive values that are told apart in a class.
const VALUES: usize = 1000;

/// Records counted by what their quasi-identifiers hold. Values are kept as hashes under two keys that nobody knows:
/// memory grows with the number of different combinations.
pub(super) struct Quasi {
    asked: Asked,
    names: Vec<Vec<String>>,
    sensitive: Option<Vec<String>>,
    keys: [RandomState; 2],
    classes: HashMap<[u64; 2], Class>,
    documents: Vec<Masked>,
}

/// Where a record begins, its values of the quasi-identifiers, and its sensitive one.
type Record<'t> = (usize, Vec<&'t [u8]>, Option<&'t [u8]>);

#[derive(Default)]
struct Class {
    records: u64,
    values: HashSet<u64>,
    /// The first records: document and line.
    places: Vec<(u32, u64)>,
}

/// What the quasi-identifiers amount to.
#[derive(Clone, Debug, Serialize)]
pub struct Risk {
    /// Names of the columns, as they were asked for.
    pub columns: Vec<String>,
    /// Records with all of these columns.
    pub records: u64,
    /// Different combinations of values.
    pub classes: u64,
    /// Records of the smallest class: the data set's k.
    pub k: u64,
    /// What k was asked to be at least.
    pub k_asked: u64,
    /// Records that are alone with their combination.
    pub unique: u64,
    /// Records in classes that are too small.
    pub at_risk: u64,
    /// Different sensitive values in the class that has fewest: the data set's l.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub l: Option<u64>,
    /// What l was asked to be at least.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub l_asked: Option<u64>,
    /// Where records at risk stand: `document:line`; at most a thousand.
    pub places: Vec<String>,
}

impl Risk {
    /// Is every class large and diverse enough?
    #[must_use]
    pub fn passes(&self) -> bool {
        self.at_risk == 0 && self.l.zip(self.l_asked).is_none_or(|(l, asked)| l >= asked)
    }
}

impl Quasi {
    pub(super) fn new(asked: Asked) -> Self {
        let words = |name: &String| roles::words(name.as_bytes());
        Self {
            names: asked.columns.iter().map(words).collect(),
            sensitive: asked.sensitive.as_ref().map(words),
            asked,
            keys: [RandomState::new(), RandomState::new()],
            classes: HashMap::new(),
            documents: Vec::new(),
        }
    }

    /// Counts the records of a document; `name` is how its name may be printed.
    pub(super) fn add(&mut self, document: &Document, columns: &[Column], name: &dyn Fn() -> Masked) {
        let find = |wanted: &Vec<String>| columns.iter().find(|column| column.name.concat() == wanted.concat());
        let Some(found) = self.names.iter().map(find).collect::<Option<Vec<&Column>>>() else { return };
        let sensitive = self.sensitive.as_ref().and_then(find);
        let text = &document.bytes[..];
        let mut records: HashMap<u64, Record<'_>> = HashMap::new();
        for (number, column) in found.iter().enumerate() {
            for (record, at) in &column.cells {
                let entry =
                    records.entry(*record).or_insert_with(|| (at.start, vec![b"".as_slice(); found.len()], None));
                entry.0 = entry.0.min(at.start);
                entry.1[number] = text[at.clone()].trim_ascii();
            }
        }
        for (record, at) in sensitive.into_iter().flat_map(|column| &column.cells) {
            if let Some(entry) = records.get_mut(record) {
                entry.2 = Some(text[at.clone()].trim_ascii());
            }
        }
        let mut records: Vec<_> = records.into_values().filter(|(at, ..)| document.owns(*at)).collect();
        records.sort_unstable_by_key(|(at, ..)| *at);
        let number = u32::try_from(self.documents.len()).unwrap_or(u32::MAX);
        self.documents.push(name());
        let (mut line, mut counted) = (document.first_line, 0);
        for (at, values, sensitive) in records {
            line += memchr::memchr_iter(b'\n', &text[counted..at]).count() as u64;
            counted = at;
            self.record((number, line), &values, sensitive);
        }
    }

    fn record(&mut self, place: (u32, u64), values: &[&[u8]], sensitive: Option<&[u8]>) {
        let key = [self.keys[0].hash_one(values), self.keys[1].hash_one(values)];
        let class = self.classes.entry(key).or_default();
        class.records += 1;
        if class.records < self.asked.k.max(2) {
            class.places.push(place);
        } else {
            class.places = Vec::new();
        }
        if let (Some(value), true) = (sensitive, class.values.len() < VALUES) {
            class.values.insert(self.keys[0].hash_one(value.to_ascii_lowercase()));
        }
    }

    /// What the records amount to; `None` where no document has all the columns.
    pub(super) fn risk(&self) -> Option<Risk> {
        if self.classes.is_empty() {
            return None;
        }
        let counts = || self.classes.values().map(|class| class.records);
        let small = |class: &&Class| class.records < self.asked.k;
        let mut places: Vec<(u32, u64)> =
            self.classes.values().filter(small).flat_map(|class| class.places.iter().copied()).collect();
        places.sort_unstable();
        places.truncate(PLACES);
        let place = |(document, line): (u32, u64)| {
            let name = self.documents.get(document as usize).map_or("", Masked::as_str);
            format!("{name}:{line}")
        };
        let diverse = self.classes.values().map(|class| class.values.len() as u64).min();
        Some(Risk {
            columns: self.asked.columns.clone(),
            records: counts().sum(),
            classes: self.classes.len() as u64,
            k: counts().min().unwrap_or(0),
            k_asked: self.asked.k,
            unique: counts().filter(|count| *count == 1).sum(),
            at_risk: self.classes.values().filter(small).map(|class| class.records).sum(),
            l: self.sensitive.as_ref().and(diverse),
            l_asked: self.sensitive.as_ref().map(|_| self.asked.l),
            places: places.into_iter().map(place).collect(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::columns;
    use super::*;
    use crate::{Policy, Rules, Scanner};

    #[test]
    fn classes_are_counted() {
        let scanner = Scanner::new(Rules::builtin().expect("rules"), Policy::default()).expect("a scanner");
        let asked =
            Asked { columns: vec!["zip3".into(), "birthYear".into()], sensitive: Some("dx".into()), k: 2, l: 2 };
        let mut quasi = Quasi::new(asked);
        let csv = "zip3,birth_year,dx\n941,1980,I10\n941,1980,E11\n100,1971,I10\n100,1971,i10\n606,1990,J45\n";
        let json = "{\"zip3\":\"941\",\"birth_year\":1980,\"dx\":\"J45\"}\n";
        for (name, text) in [("a.csv", csv), ("b.ndjson", json), ("c.csv", "x,y\n1,2\n3,4\n")] {
            let document = Document::of(name, text.as_bytes().to_vec());
            quasi.add(&document, &columns::of(&document), &|| scanner.name(name));
        }
        let risk = quasi.risk().expect("records");
        assert_eq!((risk.records, risk.classes, risk.k, risk.unique, risk.at_risk, risk.l), (6, 3, 1, 1, 1, Some(1)));
        assert_eq!(risk.places, ["a.csv:6"]);
        assert!(!risk.passes());
    }
}
