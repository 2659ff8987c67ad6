//! Trails in memory: whatever is changed is found, whatever is torn is closed.

use std::io::Cursor;

use proptest::prelude::*;

use super::*;

fn entry(text: &str) -> Entry {
    Entry::of(&Record::of(text), Actor { user: "somebody".to_owned(), ..Actor::default() }, 1_793_536_200_123)
}

/// Appends an entry as a writer does.
fn append(trail: &mut Vec<u8>, text: &str, key: Option<&Key>) -> Head {
    let tail = tail(&mut Cursor::new(&trail)).expect("a tail");
    let keys: Vec<&Key> = key.into_iter().collect();
    let end = end(&tail, &keys, (key, None)).expect("an end");
    let before = end.head.unwrap_or_else(Head::start);
    let (line, head) = sealed(Entry { closes: end.closes, ..entry(text) }, &before, Seal(key)).expect("a line");
    if end.open {
        trail.push(b'\n');
    }
    trail.extend_from_slice(line.as_bytes());
    head
}

fn checked(trail: &[u8], key: Option<&Key>, anchors: Vec<Head>) -> Checked {
    let mut verifier = Verifier::new(key.into_iter().collect(), anchors, None);
    verifier.read(trail, &mut |_, _| {}).expect("bytes can be read");
    verifier.end()
}

fn key() -> impl Strategy<Value = Option<Key>> {
    prop::option::of(any::<[u8; 16]>().prop_map(|secret| Key::new(&secret).expect("long enough")))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn any_change_is_found_on_its_line(
        texts in prop::collection::vec(".{0,40}", 1..8), key in key(), place: prop::sample::Index, byte: u8,
    ) {
        let mut trail = Vec::new();
        let mut head = Head::start();
        for text in &texts {
            head = append(&mut trail, text, key.as_ref());
        }
        let told = checked(&trail, key.as_ref(), vec![head.clone()]);
        prop_assert_eq!((told.bad, told.entries, told.anchors), (None, texts.len() as u64, 1));
        let at = place.index(trail.len());
        prop_assume!(trail[at] != byte);
        let line = memchr::memchr_iter(b'\n', &trail[..at]).count() as u64 + 1;
        trail[at] = byte;
        let bad = checked(&trail, key.as_ref(), vec![head]).bad.expect("the change is found");
        prop_assert_eq!(bad.line, line);
    }

    #[test]
    fn torn_lines_are_closed_however_often(
        cuts in prop::collection::vec(any::<prop::sample::Index>(), 1..5), key in key(),
    ) {
        let mut trail = Vec::new();
        append(&mut trail, "the first", key.as_ref());
        for (number, cut) in cuts.iter().enumerate() {
            let whole = trail.len();
            append(&mut trail, &format!("step {number}"), key.as_ref());
            // Of what was being written, so much is on the disk; what stood before it is.
            trail.truncate(whole + cut.index(trail.len() - whole + 1));
            append(&mut trail, "the next", key.as_ref());
        }
        let told = checked(&trail, key.as_ref(), Vec::new());
        prop_assert!(told.bad.is_none() && told.torn.is_none(), "{}", told.bad.map(|bad| bad.why).unwrap_or_default());
    }

    #[test]
    fn an_end_that_no_writer_leaves_is_refused_and_told(
        texts in prop::collection::vec(".{0,40}", 1..8), key in key(), last: prop::sample::Index, how in 0..4,
    ) {
        let mut lines: Vec<Vec<u8>> = Vec::new();
        for text in &texts {
            let mut trail: Vec<u8> = lines.concat();
            let before = trail.len();
            append(&mut trail, text, key.as_ref());
            lines.push(trail.split_off(before));
        }
        // Of these lines, the last of the trail, one sign is taken away or put in; or they are made one.
        let from = last.index(lines.len());
        for line in &mut lines[from..] {
            let len = line.len();
            match how {
                0 => {
                    line.remove(len - 2);
                }
                1 => line.insert(len - 1, b'\r'),
                2 => line[0] = b'[',
                _ => {
                    line.remove(len - 1);
                }
            }
        }
        let trail = lines.concat();
        prop_assume!(how != 3 || lines.len() - from > 1);
        let keys: Vec<&Key> = key.iter().collect();
        let told = tail(&mut Cursor::new(&trail)).and_then(|tail| end(&tail, &keys, (key.as_ref(), None)));
        prop_assert!(matches!(told, Err(Refused::Line(..))));
        // And had somebody appended all the same, the closed lines would not pass.
        let closes = lines[from..].iter().map(|line| Closed::of(line.trim_ascii_end(), Seal(key.as_ref()))).collect();
        let forged = sealed(Entry { closes, ..entry("forged") }, &Head::start(), Seal(None)).expect("a line").0;
        let told = checked(&[&trail[..], forged.as_bytes()].concat(), key.as_ref(), Vec::new());
        prop_assert!(told.bad.is_some());
    }

    #[test]
    fn anything_else_is_no_trail_and_no_panic(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        let told = checked(&bytes, None, Vec::new());
        prop_assert_eq!(told.entries, 0);
        let _ = tail(&mut Cursor::new(&bytes)).map(|tail| end(&tail, &[], (None, None)));
    }
}

#[test]
fn heads_are_read_as_they_are_written() {
    let head = Head { seq: 12, hash: "0f".repeat(32) };
    assert_eq!(head.to_string().parse(), Ok(head));
    for text in ["", "12", "12:zz", "x:00", &format!("12:{}", "0F".repeat(32))] {
        assert!(text.parse::<Head>().is_err(), "{text}");
    }
}
