//! The spots are those that are asked for, and no match is lost.

use proptest::prelude::*;
use regex::bytes::RegexBuilder;

use super::*;
use crate::detect::engine::{Engine, patterns};
use crate::detect::questions::questions;
use crate::rule::Rules;
use crate::streams::on_all_forms;

/// Texts of what patterns are made of, so that some match and many almost do.
fn texts() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        "[0-9]{1,5}",
        "[-./: (),+@=#]{1,3}",
        "[A-Za-z]{1,8}",
        "[A-Z]{1,3}[0-9]{1,4}",
        Just(" ".to_owned()),
        "https?://[a-z.]{3,9}/(patients|mychart)/[a-z0-9]{2,9}",
        "[0-9]{3}-[0-9]{2}-[0-9]{4}",
        "[0-9]{1,4} [A-Z][a-z]{2,6} (St|Ave|Road)",
        "[(][0-9]{3}[)] [0-9]{3}-[0-9]{4}",
        "9[0-9] ?(yo|years old)",
        "\\PC{0,4}",
    ];
    prop::collection::vec(piece, 0..400).prop_map(|pieces| pieces.concat().into_bytes())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// The compiled program answers as its steps say, with all that this processor has, wherever groups begin.
    #[test]
    fn compiled_is_the_same(text in texts()) {
        let rules = Rules::builtin().expect("the built-in rules");
        let program = questions(patterns(&rules), include_bytes!("../../streams/ordinary.txt")).expect("a program");
        let padded = [&text[..], &[0; 2 * BLOCK]].concat();
        let says = program.says(&padded);
        for (form, said) in on_all_forms::<Built>(&text) {
            for (question, step) in program.asked.iter().enumerate() {
                let mut wanted = says[usize::from(*step)][..text.len().div_ceil(BLOCK)].to_vec();
                if let (Some(last), bits @ 1..) = (wanted.last_mut(), text.len() % BLOCK) {
                    *last &= (1 << bits) - 1;
                }
                prop_assert_eq!(&said[question], &wanted, "{}: question {}", form, question);
            }
        }
    }

    /// Where a pattern matches, its spot is seen and its number told.
    #[test]
    fn no_match_is_lost(text in texts()) {
        let rules = Rules::builtin().expect("the built-in rules");
        let engine = Engine::new(&rules).expect("an engine");
        let search = &engine.search;
        let regex = |(rule, look): (u16, u16)| {
            let looks = &rules.get(crate::rule::RuleId(rule)).identifier.looks;
            let pattern = format!("^(?:{})", looks[usize::from(look)]);
            RegexBuilder::new(&pattern).unicode(false).build().expect("a pattern")
        };
        let is_near = |(rule, _): (u16, u16), at: usize| {
            engine.matchers.get(crate::rule::RuleId(rule)).is_near(&text[at..])
        };
        let looks: Vec<_> = search.looks.iter().map(|look| (*look, regex(*look))).collect();
        let streets: Vec<_> = search.streets.iter().map(|look| (*look, regex(*look))).collect();
        let word = |b: u8| b.is_ascii_alphanumeric() || b >= 0x80;
        for plain in [false, true] {
            let (mut reader, mut marks, mut all) = (Reader::new(&text, false, plain), Marks::default(), Vec::new());
            while let Some(groups) = reader.next(&mut marks) {
                groups.for_each(|group| all.extend(reader.spots(group).map(|(_, spots)| spots)));
            }
            for at in (0..text.len()).filter(|at| *at == 0 || !word(text[at - 1])) {
                let (spots, bit) = (all[at / BLOCK], 1 << (at % BLOCK));
                let mut told = Vec::new();
                if spots.patterns & bit != 0 {
                    search.openings.at(&text[at..], &mut told);
                }
                for (number, (look, regex)) in looks.iter().enumerate() {
                    // Where what must stand near does not, no pattern is tried.
                    let is_match = regex.is_match(&text[at..]) && is_near(*look, at);
                    prop_assert!(!is_match || told.contains(&(number as u16)), "{:?} at {}", look, at);
                }
                for (look, regex) in &streets {
                    let is_match = regex.is_match(&text[at..]) && is_near(*look, at);
                    let end = at + text[at..].iter().take_while(|b| b.is_ascii_alphanumeric() || **b == b'-').count().max(1) - 1;
                    let seen = all[end / BLOCK].streets & 1 << (end % BLOCK) != 0;
                    prop_assert!(!is_match || seen, "{:?} at {}", look, at);
                }
            }
        }
    }
}
