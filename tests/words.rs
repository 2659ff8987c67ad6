//! The dictionaries say what their lists say, and nothing of words in no list.

use std::collections::HashMap;

use phivet::words::{
    Class, Facts, facts, fold, is_area_code, is_icd10cm, is_placeholder_person, is_restricted_zip3, is_zip5, phrase,
    zip3_in_state, zip3_state,
};

macro_rules! list {
    ($name:literal) => {
        lines(include_str!(concat!("../rules/words/", $name, ".txt")))
    };
}

/// The lines of a list, without its comment, as columns.
fn lines(text: &'static str) -> impl Iterator<Item = Vec<&'static str>> {
    text.lines().filter(|line| !line.starts_with('#')).map(|line| line.split('\t').collect())
}

fn names(facts: Facts) -> (u8, u8, u8) {
    (facts.given(), facts.surname(), facts.common())
}

#[test]
fn names_have_their_frequency() {
    assert_eq!(names(facts(b"SMITH")).1, 7);
    assert_eq!(names(facts(b"john")).0, 7);
    assert_eq!(names(facts(b"John")), names(facts(b"JOHN")));
    assert_eq!(facts(b"the").common(), 7);
    assert!(facts(b"patient").common() >= 4 && facts(b"patient").given() == 0);
    assert!(facts(b"john").common() <= 3, "mostly a name");
    assert!(facts(b"daleyza").given() > 0, "a name that the census file lacks");
    assert_eq!(facts(b"unknown").given(), 0);
}

#[test]
fn accents_are_folded() {
    for (accented, plain) in
        [("José", "jose"), ("Đặng", "dang"), ("NGUYỄN", "nguyen"), ("Muñoz", "munoz"), ("Trần", "tran")]
    {
        assert_eq!(facts(accented.as_bytes()), facts(plain.as_bytes()));
        assert!(facts(plain.as_bytes()).surname() > 0, "{plain}");
    }
    assert_eq!(facts(b"Jos\xE9"), facts(b"jose"), "Latin-1");
    assert_eq!(facts("Jose\u{301}".as_bytes()), facts(b"jose"), "decomposed");
    assert_eq!(phrase("Crohn’s disease".as_bytes()), phrase(b"crohn's disease"));
    let mut out = [0; 32];
    for (word, folded) in
        [("Größe", "grosse"), ("Ærø", "aero"), ("ŁÓDŹ", "lodz"), ("Ơn", "on"), ("a×b", "a×b"), ("Жук", "Жук"), ("", "")]
    {
        let length = fold(word.as_bytes(), &mut out);
        assert_eq!(length.map(|n| &out[..n]), Some(folded.as_bytes()), "{word}");
    }
    assert_eq!(fold(&[b'a'; 32], &mut out), Some(32));
    assert_eq!(fold(&[b'a'; 33], &mut out), None);
}

#[test]
fn classes_are_told() {
    for (word, class) in [
        ("java", Class::Stop),
        ("may", Class::Month),
        ("Tuesday", Class::Month),
        ("Bayamón", Class::City),
        ("Springfield", Class::City),
        ("Ohio", Class::State),
        ("tx", Class::State),
        ("metformin", Class::Drug),
        ("asthma", Class::Condition),
        ("hematocrit", Class::Lab),
        ("icu", Class::Health),
        ("copd", Class::Health),
        ("copd", Class::Abbreviation),
        ("blvd", Class::StreetSuffix),
        ("Mrs", Class::Title),
        ("rn", Class::Credential),
        ("jr", Class::Credential),
        ("mother", Class::Relative),
        ("patient", Class::NameCue),
        ("Autauga", Class::County),
    ] {
        assert!(facts(word.as_bytes()).is(class), "{word}");
    }
    assert!(phrase(b"New  York").is(Class::City) && phrase(b"new york").is(Class::State));
    assert!(phrase(b"St. Louis").is(Class::City) && phrase(b"Saint Louis").is(Class::City));
    assert!(phrase(b"insulin glargine").is(Class::Drug));
    assert!(phrase(b"next of kin").is(Class::Relative));
    assert!(phrase(b"Cook County").is(Class::County));
    assert!(!facts(b"table").is(Class::Drug) && !facts(b"smith").is(Class::Stop));
}

#[test]
fn unknown_words_have_no_facts() {
    for word in ["", "zzqxv", "qwrtpl", "kubectlx", "xvbnmq", "12345", "---"] {
        assert!(facts(word.as_bytes()).is_empty() && phrase(word.as_bytes()).is_empty(), "{word}");
    }
    assert!(facts(&[b'a'; 5_000]).is_empty() && phrase(&[b'a'; 5_000]).is_empty());
    assert!(facts(&[0xFF; 40]).is_empty() && facts(&[0xFF, 0xFE, 0xFF]).is_empty() && facts(&[0xE1, 0xBB]).is_empty());
    // Only the placeholder list holds it: its mark is not one of the facts.
    assert!(phrase(b"testy mctestface").is_empty());
}

#[test]
fn a_hash_seldom_passes_for_another() {
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state
    };
    let known = (0..1_000_000).filter(|_| {
        let word: Vec<u8> =
            (0..9 + next() % 6).map(|_| b"abcdefghijklmnopqrstuvwxyz"[(next() >> 32) as usize % 26]).collect();
        !facts(&word).is_empty()
    });
    assert!(known.count() < 100, "fewer than 1 in 10 000");
}

#[test]
fn every_line_is_found() {
    for line in list!("given_names") {
        assert_eq!(phrase(line[0].as_bytes()).given().to_string(), line[1], "{}", line[0]);
    }
    for line in list!("surnames") {
        assert_eq!(phrase(line[0].as_bytes()).surname().to_string(), line[1], "{}", line[0]);
    }
    for line in list!("common_words") {
        assert_eq!(phrase(line[0].as_bytes()).common().to_string(), line[1], "{}", line[0]);
    }
    let all = |lines: &mut dyn Iterator<Item = Vec<&'static str>>, class| {
        for word in lines.flatten() {
            assert!(phrase(word.as_bytes()).is(class), "{word}");
        }
    };
    all(&mut list!("name_stop_terms"), Class::Stop);
    all(&mut list!("cities"), Class::City);
    all(&mut list!("counties"), Class::County);
    all(&mut list!("states"), Class::State);
    all(&mut list!("drugs"), Class::Drug);
    all(&mut list!("conditions"), Class::Condition);
    all(&mut list!("labs"), Class::Lab);
    all(&mut list!("health"), Class::Health);
    all(&mut list!("abbreviations"), Class::Abbreviation);
    all(&mut list!("abbreviations"), Class::Health);
    all(&mut list!("months"), Class::Month);
    all(&mut list!("street_suffixes"), Class::StreetSuffix);
    all(&mut list!("titles"), Class::Title);
    all(&mut list!("credentials"), Class::Credential);
    all(&mut list!("relatives"), Class::Relative);
    all(&mut list!("name_cues"), Class::NameCue);
    assert!(list!("placeholder_people").all(|line| is_placeholder_person(line[0].as_bytes())));
    assert!(list!("icd10cm").all(|line| is_icd10cm(line[0].as_bytes())));
}

#[test]
fn no_line_has_the_facts_of_another() {
    let given: HashMap<_, _> = list!("given_names").map(|line| (line[0], line[1])).collect();
    let surnames: HashMap<_, _> = list!("surnames").map(|line| (line[0], line[1])).collect();
    let common: HashMap<_, _> = list!("common_words").map(|line| (line[0], line[1])).collect();
    let class = |list: &HashMap<_, &str>, word| list.get(word).map_or(0, |class| class.parse().unwrap_or(9));
    for word in given.keys().chain(surnames.keys()).chain(common.keys()) {
        let listed = (class(&given, word), class(&surnames, word), class(&common, word));
        assert_eq!(names(facts(word.as_bytes())), listed, "{word}");
    }
}

#[test]
fn lists_are_sorted_and_named() {
    for text in [
        include_str!("../rules/words/given_names.txt"),
        include_str!("../rules/words/cities.txt"),
        include_str!("../rules/words/drugs.txt"),
        include_str!("../rules/words/conditions.txt"),
        include_str!("../rules/words/icd10cm.txt"),
        include_str!("../rules/words/health.txt"),
    ] {
        assert!(text.starts_with("# "), "the first line names origin and licence");
        let words: Vec<&str> = lines(text).map(|line| line[0]).collect();
        assert!(words.is_sorted_by(|a, b| a < b));
    }
}

#[test]
fn placeholder_people_are_known_in_any_order() {
    for name in [
        "John Doe",
        "DOE, JOHN",
        "EVERYMAN^ADAM^A",
        "duck  donald",
        "Jane Q. Public",
        "Bénédicte du Marché",
        "Doe^Jane",
    ] {
        assert!(is_placeholder_person(name.as_bytes()), "{name}");
    }
    for name in ["", "Doe", "Smith", "Marisol Okonkwo-Lindqvist", " , "] {
        assert!(!is_placeholder_person(name.as_bytes()), "{name}");
    }
}

#[test]
fn icd10cm_is_exact() {
    for code in ["E11.9", "I10", "F33.1", "S72.001A", "C7A.00", "Z3A.28", "U07.1", "T40.1X1A", "e119", "E11", "A00"] {
        assert!(is_icd10cm(code.as_bytes()), "{code}");
    }
    for code in
        ["E11.99Z", "A00.5", "11.9", "EE1.9", "I1", "E11.", "E1.19", "E11..9", "", "S72.001AA", "E11-9", "Z99.899"]
    {
        assert!(!is_icd10cm(code.as_bytes()), "{code}");
    }
    assert_eq!(list!("icd10cm").count(), 98_166);
}

#[test]
fn places_have_their_numbers() {
    assert!(is_zip5(10_001) && is_zip5(601) && !is_zip5(0) && !is_zip5(100_000) && !is_zip5(u32::MAX));
    assert_eq!((0..100_000).filter(|&zip| is_zip5(zip)).count(), list!("zip5").count());
    assert!(is_area_code(212) && is_area_code(800) && !is_area_code(555) && !is_area_code(123) && !is_area_code(9_999));
    assert_eq!((0..1_000).filter(|&code| is_area_code(code)).count(), list!("area_codes").count());
    assert_eq!(zip3_state(100), Some(*b"NY"));
    assert_eq!(zip3_state(63), Some(*b"CT"));
    assert_eq!(zip3_state(969), Some(*b"GU"));
    assert_eq!((zip3_state(0), zip3_state(1_000)), (None, None));
    assert!(zip3_in_state(63, b"ny") && zip3_in_state(63, b"Connecticut") && zip3_in_state(100, b"NEW YORK"));
    assert!(
        !zip3_in_state(100, b"CA")
            && !zip3_in_state(100, b"")
            && !zip3_in_state(1_000, b"NY")
            && !zip3_in_state(0, b"NY")
    );
    for line in list!("zip3") {
        let zip3 = line[0].parse().unwrap_or(1_000);
        assert_eq!(zip3_state(zip3).map(|s| s.to_vec()), Some(line[1].as_bytes()[..2].to_vec()), "{}", line[0]);
        assert!(line[1].split(',').all(|state| zip3_in_state(zip3, state.as_bytes())), "{}", line[0]);
        assert_eq!(is_restricted_zip3(zip3), line.len() == 3, "{}", line[0]);
    }
}

#[test]
fn restricted_zip3_hold_the_hhs_list_of_census_2000() {
    for zip3 in [36, 59, 63, 102, 203, 556, 692, 790, 821, 823, 830, 831, 878, 879, 884, 890, 893] {
        assert!(is_restricted_zip3(zip3), "{zip3}");
    }
    assert!(!is_restricted_zip3(100) && !is_restricted_zip3(0) && !is_restricted_zip3(1_000));
}
