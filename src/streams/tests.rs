//! Every form of the machine says what is asked, plainly.

use proptest::prelude::*;

use super::program::{Builder, Node};
use super::*;

/// A question about a place of a text, said plainly.
type Says = fn(&[u8], usize) -> bool;

/// A program with a step of each kind, and what it asks.
fn sample() -> (Program, Vec<Says>) {
    let mut b = Builder::new();
    let digit = b.set(|b| b.is_ascii_digit());
    let upper = b.set(|b| b.is_ascii_uppercase() || b >= 0xc3);
    let word = b.set(|b| b.is_ascii_alphanumeric() || b >= 0x80);
    let odd = b.set(|b| b.wrapping_mul(37) % 5 == 1);
    let none = b.set(|_| false);
    let all = b.set(|_| true);
    let blank = b.byte(b' ');
    let free = b.before(word, 1);
    let starts = b.less(word, free);
    let ends = b.through(starts, word);
    let three = [b.after(digit, 1), b.before(upper, 63)];
    let far = b.and_after(blank, digit, 40);
    let either = b.any(&[three[0], three[1], far]).unwrap_or(none);
    let not = b.not(odd);
    let asked: [Node; 9] = [digit, upper, word, odd, none, all, ends, either, not];
    (
        b.finish(&asked),
        vec![
            |t, i| t[i].is_ascii_digit(),
            |t, i| t[i].is_ascii_uppercase() || t[i] >= 0xc3,
            |t, i| t[i].is_ascii_alphanumeric() || t[i] >= 0x80,
            |t, i| t[i].wrapping_mul(37) % 5 == 1,
            |_, _| false,
            |_, _| true,
            |t, i| {
                let word = |b: u8| b.is_ascii_alphanumeric() || b >= 0x80;
                i > 0 && word(t[i - 1]) && !word(t[i])
            },
            |t, i| {
                let digit = |i: usize| t.get(i).is_some_and(u8::is_ascii_digit);
                let upper = |b: u8| b.is_ascii_uppercase() || b >= 0xc3;
                digit(i + 1) || i >= 63 && upper(t[i - 63]) || t[i] == b' ' && digit(i + 40)
            },
            |t, i| t[i].wrapping_mul(37) % 5 != 1,
        ],
    )
}

proptest! {
    /// Every form that this processor has says what the questions say, wherever windows begin.
    #[test]
    fn forms_say_what_is_asked(text in prop::collection::vec(prop_oneof![any::<u8>(), Just(b'a'), Just(b'7'), Just(b' ')], 0..6000)) {
        let (program, plain) = sample();
        for form in Form::all() {
            let mut machine = Machine::on(form, (&program, None), &text);
            let mut seen = 0;
            while let Some(own) = machine.next() {
                prop_assert_eq!(own.start, seen);
                seen = own.end;
                for at in own {
                    let block = at / BLOCK * BLOCK;
                    for (question, says) in plain.iter().enumerate() {
                        let answer = machine.answers(block)(question) >> (at - block) & 1 == 1;
                        prop_assert_eq!(answer, says(&text, at), "{:?}: question {} at {}", form, question, at);
                    }
                }
            }
            prop_assert_eq!(seen, text.len());
        }
    }
}

#[test]
fn programs_are_kept_as_bytes() {
    let (program, _) = sample();
    let bytes = [program.to_bytes(), vec![7]].concat();
    assert_eq!(Program::from_bytes(&bytes), Some((program, &[7][..])));
    assert!(Program::from_bytes(&bytes[..20]).is_none());
}
