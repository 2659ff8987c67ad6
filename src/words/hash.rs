//! Folding and hashing of words: one piece of code for the build script, which fills the table, and for the look-up.

/// Length of the longest folded phrase that is looked up, in bytes.
pub(crate) const LONGEST_PHRASE: usize = 96;

/// Base letters of U+00C0 to U+017F; an upper-case letter stands for two letters (see `pair`), `-` for none.
const LATIN: &[u8; 192] = b"aaaaaaEceeeeiiiidnooooo-ouuuuyTSaaaaaaEceeeeiiiidnooooo-ouuuuyTy\
aaaaaaccccccccddddeeeeeeeeeegggggggghhhhiiiiiiiiiiJJjjkkklllllll\
lllnnnnnnnnnooooooOOrrrrrrssssssssttttttuuuuuuuuuuuuwwyyyzzzzzzs";

/// Base letters of U+1E00 to U+1EFF (Latin Extended Additional: Vietnamese).
const VIETNAMESE: &[u8; 256] = b"aabbbbbbccddddddddddeeeeeeeeeeffgghhhhhhhhhhiiiikkkkkkllllllllmm\
mmmmnnnnnnnnoooooooopppprrrrrrrrssssssssssttttttttuuuuuuuuuuvvvv\
wwwwwwwwwwxxxxyyzzzzzzhtwy-s----aaaaaaaaaaaaaaaaaaaaaaaaeeeeeeee\
eeeeeeeeiiiioooooooooooooooooooooooouuuuuuuuuuuuuuyyyyyyyy------";

/// Hands `text`, lower-cased and without accents, to `put`, byte by byte. Other scripts pass as they are.
#[inline]
pub(crate) fn fold_each(text: &[u8], mut put: impl FnMut(u8)) {
    let mut at = 0;
    while let Some(&byte) = text.get(at) {
        if byte.is_ascii() {
            put(byte.to_ascii_lowercase());
            at += 1;
        } else {
            at += fold_letter(&text[at..], &mut put);
        }
    }
}

/// Folds the letter that `text`, which begins with a byte above 127, begins with; says how many bytes it takes.
#[cold]
fn fold_letter(text: &[u8], put: &mut impl FnMut(u8)) -> usize {
    let next = text.get(1).copied().unwrap_or(0);
    let third = text.get(2).copied().unwrap_or(0);
    let low = |byte: u8| usize::from(byte & 0x3F);
    let base = match (text[0], next, third) {
        (first @ 0xC3..=0xC5, 0x80..=0xBF, _) => LATIN[low(first - 0xC3) * 64 + low(next)],
        (0xC6, 0xA0 | 0xA1, _) => b'o',
        (0xC6, 0xAF | 0xB0, _) => b'u',
        (0xC8, 0x98 | 0x99, _) => b's',
        (0xC8, 0x9A | 0x9B, _) => b't',
        (0xCA, 0xBB | 0xBC, _) => b'\'',
        // A combining mark: the letter before it is already folded.
        (0xCC, 0x80..=0xBF, _) | (0xCD, 0x80..=0xAF, _) => return 2,
        (0xE1, 0xB8..=0xBB, 0x80..=0xBF) => VIETNAMESE[low(next - 0xB8) * 64 + low(third)],
        (0xE2, 0x80, 0x98 | 0x99) => b'\'',
        // Not UTF-8: a letter of Latin-1, as old systems write them.
        (first @ 0xC0.., 0..=0x7F | 0xC0.., _) => LATIN[low(first)],
        _ => b'-',
    };
    let width = match text[0] {
        0xE1 | 0xE2 if base != b'-' && next & 0xC0 == 0x80 => 3,
        0xC3..=0xCD if base != b'-' && next & 0xC0 == 0x80 => 2,
        _ => 1,
    };
    match pair(base) {
        Some([first, second]) => {
            put(first);
            put(second);
        }
        None if base == b'-' => put(text[0]),
        None => put(base),
    }
    width
}

/// The two letters that a ligature's mark in `LATIN` stands for.
fn pair(mark: u8) -> Option<[u8; 2]> {
    match mark {
        b'E' => Some(*b"ae"),
        b'S' => Some(*b"ss"),
        b'O' => Some(*b"oe"),
        b'T' => Some(*b"th"),
        b'J' => Some(*b"ij"),
        _ => None,
    }
}

/// Folds the words, with single spaces between them, into `out`; says how long the whole is, unless it is too long.
pub(crate) fn fold_words<'a, const N: usize>(
    words: impl Iterator<Item = &'a [u8]>,
    out: &mut [u8; N],
) -> Option<usize> {
    let mut length = 0;
    let mut put = |byte| {
        if let Some(place) = out.get_mut(length) {
            *place = byte;
        }
        length += 1;
        length <= N
    };
    for (number, word) in words.enumerate() {
        // Stops early at what is far too long; a letter and its marks take a few bytes.
        if word.len() > 8 * N || (number > 0 && !put(b' ')) {
            return None;
        }
        fold_each(word, |byte| {
            put(byte);
        });
    }
    (length <= N).then_some(length)
}

/// Hash of an ASCII text without regard to case, eight bytes at a time; `None` if it is empty or not ASCII.
#[inline]
pub(crate) fn hash(text: &[u8]) -> Option<u64> {
    const HIGH: u64 = 0x8080_8080_8080_8080;
    let (chunks, rest) = text.as_chunks::<8>();
    let mut seen = 0;
    // Stirred, for a bare length would pass for a change of the first letter.
    let mut state = stir(text.len() as u64);
    for word in chunks.iter().map(|chunk| u64::from_le_bytes(*chunk)).chain([tail(rest)]) {
        seen |= word;
        state = stir(state ^ lower(word));
    }
    (seen & HIGH == 0 && !text.is_empty()).then(|| stir(state))
}

/// Up to seven bytes as a number; texts of the same length have the same number only if they are equal.
#[inline]
fn tail(rest: &[u8]) -> u64 {
    if let (Some(first), Some(last)) = (rest.first_chunk(), rest.last_chunk()) {
        return u64::from(u32::from_le_bytes(*first)) | u64::from(u32::from_le_bytes(*last)) << 32;
    }
    match *rest {
        [a] => u64::from(a),
        [a, b] => u64::from(a) | u64::from(b) << 8,
        [a, b, c] => u64::from(a) | u64::from(b) << 8 | u64::from(c) << 16,
        _ => 0,
    }
}

/// Eight ASCII letters to lower case: adding sets a byte's high bit from `A` on, and from beyond `Z` on.
#[inline]
fn lower(word: u64) -> u64 {
    const ONES: u64 = 0x0101_0101_0101_0101;
    let low = word & (0x7F * ONES);
    let from_a = low + (0x80 - b'A' as u64) * ONES;
    let beyond_z = low + (0x7F - b'Z' as u64) * ONES;
    word | ((from_a ^ beyond_z) & (0x80 * ONES)) >> 2
}

/// Spreads each bit over all, one to one.
#[inline]
fn stir(state: u64) -> u64 {
    let product = (state ^ 0xcbf2_9ce4_8422_2325).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    product ^ (product >> 32)
}

/// Number of an ICD-10-CM category (`E11`, `C7A`), below 26 * 360.
pub(crate) fn icd10cm_category(text: &[u8]) -> Option<usize> {
    let [letter, tens, last] = text else { return None };
    let letter = letter.to_ascii_uppercase();
    let tens = char::from(*tens).to_digit(10)?;
    let last = char::from(*last).to_digit(36)?;
    letter.is_ascii_uppercase().then(|| usize::from(letter - b'A') * 360 + (tens * 36 + last) as usize)
}

/// Number of what follows the category, up to four letters or digits; numbers sort as the texts do.
pub(crate) fn icd10cm_rest(text: &[u8]) -> Option<u32> {
    let digit = |at| text.get(at).map_or(Some(0), |&c| char::from(c).to_digit(36).map(|d| d + 1));
    (text.len() <= 4).then_some(())?;
    (0..4).try_fold(0, |sum, at| Some(sum * 37 + digit(at)?))
}

/// How many beginnings of four letters are told apart by [`four`].
#[allow(dead_code, reason = "only the build script asks")]
pub(crate) const FOURS: usize = 1 << 16;

/// Number of a word's first four letters, in small letters; what is no letter is 0.
#[inline]
pub(crate) fn four(letters: [u8; 4]) -> usize {
    u32::from_le_bytes(letters).wrapping_mul(0x9e37_79b1) as usize >> 16
}

#[allow(dead_code, reason = "only the build script asks")]
/// How many beginnings are told apart by [`beginning`].
pub(crate) const BEGINNINGS: usize = 32 * 32 * 16;

/// Number of a word's beginning: its first two letters, whatever their case, and its length.
pub(crate) fn beginning(word: &[u8]) -> usize {
    let letter = |i: usize| usize::from(word.get(i).copied().unwrap_or(0) & 31);
    (letter(0) * 32 + letter(1)) * 16 + word.len().min(15)
}
