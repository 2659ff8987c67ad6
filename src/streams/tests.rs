//! Every form of the machine says what is asked, plainly; and so does a program's own account of its steps.

use proptest::prelude::*;

use super::program::Builder;
use super::*;

/// A question about a place of a text, said plainly.
type Says = fn(&[u8], usize) -> bool;

fn digit(text: &[u8], at: usize) -> bool {
    text.get(at).is_some_and(u8::is_ascii_digit)
}

/// A question for each thing that a vector can do.
const ASKED: [Says; 9] = [
    digit,
    |text, at| !digit(text, at),
    |text, at| if text[at] & 1 == 1 { digit(text, at) } else { text[at] == b' ' },
    |text, at| at >= 1 && digit(text, at - 1),
    |text, at| at >= 63 && digit(text, at - 63) && !digit(text, at),
    |text, at| digit(text, at + 1) || text[at] == b' ',
    |text, at| text[at] == b' ' && digit(text, at + 40),
    |text, at| at >= 1 && digit(text, at - 1) && !digit(text, at),
    // Is there a digit in the group, or among the five bytes behind it?
    |text, at| {
        let start = at / (OWN * BLOCK) * OWN * BLOCK;
        (start..start + OWN * BLOCK + 5).any(|at| digit(text, at))
    },
];

/// The same as code.
struct Asked;

impl Code for Asked {
    const BEFORES: usize = 2;
    const THROUGHS: usize = 1;
    const ANSWERS: usize = ASKED.len();

    #[inline(always)]
    fn group<V: Vector>(bits: &[Words; 8], state: &mut State, answers: &mut [Words]) {
        let [b0, b1, b2, b3, b4, b5, b6, b7] = [0, 1, 2, 3, 4, 5, 6, 7].map(|bit| V::load(&bits[bit]));
        let low = b5.less(b6).less(b7);
        let digit = low.and(b4).less(b3.and(b1.or(b2)));
        let blank = low.less(b4).less(b3).less(b2).less(b1).less(b0);
        let [one, far] = [1, 63].map(|n| digit.before(n, &mut state.befores[usize::from(n > 1)]));
        let any = if digit.any(5) { b0.or(b0.not()) } else { b0.less(b0) };
        let starts = digit.less(one);
        let said = [
            digit,
            digit.not(),
            b0.select(digit, blank),
            one,
            far.less(digit),
            digit.after(1).or(blank),
            blank.and(digit.after(40)),
            starts.through(digit, &mut state.throughs[0]),
            any,
        ];
        answers.iter_mut().zip(said).for_each(|(answer, said)| said.store(answer));
    }
}

fn texts() -> impl Strategy<Value = Vec<u8>> {
    let byte = prop_oneof![any::<u8>(), Just(b'a'), Just(b'7'), Just(b' ')];
    prop_oneof![
        prop::collection::vec(byte, 0..9000),
        prop::collection::vec(prop_oneof![Just(b'a'), Just(b'7')], 400..600)
    ]
}

proptest! {
    /// Every form that this processor has says what the questions say, wherever groups begin and the text ends.
    #[test]
    fn forms_say_what_is_asked(text in texts()) {
        for (form, said) in on_all_forms::<Asked>(&text) {
            for (question, says) in ASKED.iter().enumerate() {
                prop_assert_eq!(said[question].len(), text.len().div_ceil(BLOCK));
                for at in 0..text.len() {
                    let answer = said[question][at / BLOCK] >> (at % BLOCK) & 1 == 1;
                    prop_assert_eq!(answer, says(&text, at), "{}: question {} at {}", form, question, at);
                }
            }
        }
    }

    /// What a program's steps say is what they were made for.
    #[test]
    fn steps_say_what_is_asked(text in prop::collection::vec(prop_oneof![any::<u8>(), Just(b'7')], 256..512)) {
        let mut b = Builder::new();
        let odd = b.set(|b| b.wrapping_mul(37) % 5 == 1);
        let (none, all) = (b.set(|_| false), b.set(|_| true));
        let number = b.set(|b| b.is_ascii_digit());
        let before = b.before(number, 1);
        let starts = b.less(number, before);
        let ends = b.through(starts, number);
        let (behind, far) = (b.after(number, 1), b.and_after(odd, number, 40));
        let not = b.not(odd);
        let program = b.finish(&[odd, none, all, ends, behind, far, not], &[vec![odd, behind]]);
        let plain: [Says; 7] = [
            |t, i| t[i].wrapping_mul(37) % 5 == 1,
            |_, _| false,
            |_, _| true,
            |t, i| i >= 1 && digit(t, i - 1) && !digit(t, i),
            |t, i| digit(t, i + 1),
            |t, i| t[i].wrapping_mul(37) % 5 == 1 && digit(t, i + 40),
            |t, i| t[i].wrapping_mul(37) % 5 != 1,
        ];
        let said = program.says(&text);
        // The last word is looked at, and not told.
        for at in 0..text.len() / BLOCK * BLOCK - BLOCK {
            for (step, says) in program.asked.iter().zip(plain) {
                let answer = said[usize::from(*step)][at / BLOCK] >> (at % BLOCK) & 1 == 1;
                prop_assert_eq!(answer, says(&text, at), "step {} at {}", step, at);
            }
        }
        prop_assert_eq!(&program.any, &[vec![program.asked[0], program.asked[4]]]);
    }
}
