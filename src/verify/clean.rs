//! What has been removed or replaced well: placeholders, and codes that look random.

use crate::detect::checks::{self, Verdict};

/// Does a cell hold nothing of a value: a placeholder (`[NAME]`, `***`), or a code?
pub(super) fn is_removed(value: &[u8]) -> bool {
    let value = value.trim_ascii();
    checks::is_placeholder(value) || is_bracketed(value) || value.starts_with(b"REDACTED-") || is_code(value)
}

/// What `phivet redact` begins its codes with: derived under a key, drawn at random, sealed.
const OWN: [&[u8]; 3] = [b"tok_", b"psn_", b"enc_"];

/// How many codes of a text are derived from values under a key, by `phivet redact`.
pub(super) fn derived(text: &[u8]) -> u64 {
    [OWN[0], OWN[2]].iter().map(|begin| memchr::memmem::find_iter(text, begin).count() as u64).sum()
}

/// `[NAME]`, `[DATE-2]`, `<PATIENT_1>`: what de-identification writes in the place of a value.
pub(super) fn is_bracketed(value: &[u8]) -> bool {
    let inner = match value {
        [b'[', inner @ .., b']'] | [b'<', inner @ .., b'>'] | [b'{', inner @ .., b'}'] => inner,
        _ => return false,
    };
    let written = |b: &u8| b.is_ascii_alphanumeric() || b" _:-*#".contains(b);
    inner.len() <= 64
        && inner.iter().all(written)
        && inner.iter().filter(|b| b.is_ascii_digit()).count() <= 3
        && !inner.iter().any(u8::is_ascii_lowercase)
}

/// Fewest characters of a code's random part.
const RANDOM: usize = 8;

/// Does it look like a code that was drawn at random (164.514(c)(1) allows only those): a UUID of version 4, or letters
/// and digits mixed throughout? That it was not made from the value, nobody can see.
pub(super) fn is_code(value: &[u8]) -> bool {
    let value = value.trim_ascii();
    let own = |begin: &&[u8]| value.len() >= 16 && value.starts_with(begin);
    if OWN.iter().any(own) && value.iter().all(|b| b.is_ascii_alphanumeric() || b"_-".contains(b)) {
        return true;
    }
    if is_uuid4(value) || value.starts_with(b"2.25.") && value[5..].iter().all(u8::is_ascii_digit) {
        return true;
    }
    let written = |b: &u8| b.is_ascii_alphanumeric() || b"_-.:".contains(b);
    if !value.iter().all(written) || is_of_a_plan(value) {
        return false;
    }
    let mut pieces: Vec<&[u8]> = value.split(|b| b"_-.:".contains(b)).filter(|piece| !piece.is_empty()).collect();
    let prefixed = pieces.len() > 1 && pieces.first().is_some_and(|piece| piece.iter().all(u8::is_ascii_alphabetic));
    let Some(last) = pieces.pop() else { return false };
    let turns = last.windows(2).filter(|two| two[0].is_ascii_digit() != two[1].is_ascii_digit()).count();
    if prefixed { last.len() >= RANDOM && turns >= 2 } else { last.len() >= RANDOM + 2 && turns >= 3 }
}

/// A Medicare number mixes letters and digits too.
fn is_of_a_plan(value: &[u8]) -> bool {
    ["mbi", "vin"].iter().any(|name| checks::check(name).is_some_and(|check| check(value) != Verdict::Invalid))
}

/// RFC 9562, section 5.4.
fn is_uuid4(value: &[u8]) -> bool {
    let form = |(at, byte): (usize, &u8)| match at {
        8 | 13 | 18 | 23 => *byte == b'-',
        14 => *byte == b'4',
        19 => matches!(byte.to_ascii_lowercase(), b'8' | b'9' | b'a' | b'b'),
        _ => byte.is_ascii_hexdigit(),
    };
    value.len() == 36 && value.iter().enumerate().all(form)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_told_from_numbers() {
        for code in [
            "tok_ssn_k1_3f9a7c21b0d4",
            "P-7QX2M9KD4T",
            "c41f8e27-6b0d-4935-a2e8-57d90b3f6c18",
            "9f2c4e81b7d03a56",
            "2.25.329800735698586629295641978511506172918",
        ] {
            assert!(is_code(code.as_bytes()), "{code}");
        }
        for value in
            ["00482913", "MRN-00482913", "E4482917", "1EG4-TE5-MK7", "1HGCM82633A004352", "A00482913", "Caldwell"]
        {
            assert!(!is_code(value.as_bytes()), "{value}");
        }
        for value in ["[NAME]", "[DATE-2]", "***", "<PATIENT>", "REDACTED"] {
            assert!(is_removed(value.as_bytes()), "{value}");
        }
        assert!(!is_removed(b"Denise Caldwell") && !is_removed(b"[4821-9937]"));
    }
}
