//! Digits that matches begin with: a quick no for patterns of dates and numbers, made when phivet is built (`build.rs` shares
//! this file).

use regex_automata::dfa::Automaton;
use regex_automata::util::primitives::StateID;
use regex_automata::{Anchored, Input};

/// Where an automaton begins at the start of a text.
pub(crate) fn begin(dfa: &impl Automaton) -> Option<StateID> {
    dfa.start_state_forward(&Input::new("").anchored(Anchored::Yes)).ok()
}

/// Digits that a text begins with, as far as they are told apart, and what stands behind them: one bit for each way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Digits(u64);

/// Kinds of bytes behind digits.
const KINDS: u32 = 8;
/// So many digits are not told from more.
const MOST: u32 = 64 / KINDS - 1;

impl Digits {
    /// What all patterns may begin with.
    pub(crate) const ANY: Self = Self(u64::MAX);

    /// As a number, for [`Digits::of_bits`].
    #[allow(dead_code, reason = "only the build script asks")]
    pub(crate) fn bits(self) -> u64 {
        self.0
    }

    /// What [`Digits::bits`] wrote.
    pub(crate) fn of_bits(bits: u64) -> Self {
        Self(bits)
    }

    /// What `text` begins with.
    pub(crate) fn of(text: &[u8]) -> Self {
        let count = text.iter().take(MOST as usize).take_while(|byte| byte.is_ascii_digit()).count() as u32;
        if count == MOST { Self::from(MOST) } else { Self::with(count, text.get(count as usize).copied()) }
    }

    /// So many digits and more, and whatever stands behind them.
    fn from(count: u32) -> Self {
        Self(u64::MAX << (count * KINDS))
    }

    fn with(count: u32, behind: Option<u8>) -> Self {
        let kind = match behind {
            None => 0,
            Some(b'-') => 1,
            Some(b'/') => 2,
            Some(b'.') => 3,
            Some(b' ') => 4,
            Some(byte) if byte.is_ascii_alphabetic() => 5,
            Some(byte) if byte.is_ascii() => 6,
            Some(_) => 7,
        };
        Self(1 << (count * KINDS + kind))
    }

    /// Is there one way for both?
    pub(crate) fn meets(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    /// What the matches of an automaton may begin with.
    #[allow(dead_code, reason = "only the build script and a test ask")]
    pub(crate) fn matching(dfa: &impl Automaton) -> Self {
        let Some(begin) = begin(dfa) else { return Self::ANY };
        let (mut all, mut states) = (0, vec![begin]);
        for count in 0..=MOST {
            // An automaton tells a match when it has seen the byte behind it.
            let matches = states.iter().any(|state| dfa.is_match_state(*state));
            if matches || count == MOST && !states.is_empty() {
                return Self(all | Self::from(count).0);
            }
            for state in &states {
                let goes_on = |byte: &u8| !dfa.is_dead_state(dfa.next_state(*state, *byte));
                let behind = (0..=u8::MAX).filter(|byte| !byte.is_ascii_digit()).filter(goes_on);
                all |= behind.fold(0, |all, byte| all | Self::with(count, Some(byte)).0);
                if dfa.is_match_state(dfa.next_eoi_state(*state)) {
                    all |= Self::with(count, None).0;
                }
            }
            states = states.iter().flat_map(|state| (b'0'..=b'9').map(|digit| dfa.next_state(*state, digit))).collect();
            states.retain(|state| !dfa.is_dead_state(*state));
            states.sort_unstable();
            states.dedup();
        }
        Self(all)
    }
}
