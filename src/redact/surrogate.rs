//! What looks real and is nobody's: out of ranges that are never issued, or that exist for documentation.
//!
//! A surrogate is known again (so that it stays when a text is redacted once more): by its range, or by digits in it
//! that only the key makes.

use super::base32;
use super::keys::Key;
use super::known_as;

const GIVEN: [&str; 48] = [
    "Alma", "Bruno", "Carla", "Dexter", "Edith", "Felix", "Greta", "Hugo", "Ines", "Jasper", "Klara", "Lionel",
    "Mabel", "Nolan", "Opal", "Percy", "Queenie", "Rufus", "Selma", "Tobias", "Ursula", "Victor", "Wilma", "Xavier",
    "Yvette", "Zelda", "Amos", "Blanche", "Cyrus", "Daphne", "Elmer", "Fiona", "Gordon", "Hilda", "Irving", "Judith",
    "Kenneth", "Lydia", "Morris", "Nadia", "Oscar", "Phoebe", "Quentin", "Rosalie", "Sidney", "Thelma", "Vernon",
    "Winona",
];

const SURNAMES: [&str; 64] = [
    "Abbott",
    "Barlow",
    "Carver",
    "Dalton",
    "Ellison",
    "Fenwick",
    "Garland",
    "Hawkins",
    "Ingram",
    "Jarvis",
    "Kendall",
    "Lawton",
    "Mercer",
    "Norwood",
    "Osborne",
    "Prescott",
    "Quigley",
    "Ramsey",
    "Sheldon",
    "Thornton",
    "Underhill",
    "Vaughan",
    "Whitaker",
    "Yardley",
    "Zimmer",
    "Ashford",
    "Bexley",
    "Colby",
    "Draper",
    "Easton",
    "Farrow",
    "Gresham",
    "Halsey",
    "Irwin",
    "Joyner",
    "Kirby",
    "Langley",
    "Marlowe",
    "Newell",
    "Oakley",
    "Paxton",
    "Radcliff",
    "Sutton",
    "Tilden",
    "Upton",
    "Vickers",
    "Wexford",
    "York",
    "Alston",
    "Bolton",
    "Crosby",
    "Dudley",
    "Emerson",
    "Fulton",
    "Gifford",
    "Hartley",
    "Ivers",
    "Jewell",
    "Keaton",
    "Lowell",
    "Milton",
    "Nash",
    "Orwell",
    "Pruitt",
];

/// The surrogate of a value; `None` where the value is one already.
pub(super) fn make(key: &Key, kind: &str, value: &[u8]) -> Option<String> {
    let text = String::from_utf8_lossy(value);
    let known_as = known_as(kind, value);
    let number = |modulus: u64| key.number("surrogate", &[kind.as_bytes(), &known_as]) % modulus;
    match kind {
        "name" => name(key, &text, &known_as),
        "ssn" => ssn(&text, number(99 * 9999)),
        "phone" | "fax" => phone(&text, number(100)),
        "email" => email(&text, key, &known_as),
        "ip" => ip(&text, number(254) + 1),
        "url" => {
            let code = base32::encode(&key.mac("surrogate", &[b"url", &known_as])[..8]);
            (!text.starts_with("https://example.com/")).then(|| format!("https://example.com/{code}"))
        }
        "address" => (!text.ends_with(" Example Street")).then(|| format!("{} Example Street", 100 + number(9900))),
        "city" => (text != "Anytown").then(|| "Anytown".to_owned()),
        "zip" => (text != "00000").then(|| "00000".to_owned()),
        _ => other(key, &text, number(100_000_000)),
    }
}

/// Three digits that only the key makes of a word.
fn check(key: &Key, word: &str) -> u64 {
    key.number("surrogate check", &[word.to_lowercase().as_bytes()]) % 1000
}

/// A name with digits behind each word, as synthetic records have them: nobody is called so.
fn name(key: &Key, text: &str, known_as: &[u8]) -> Option<String> {
    let is_ours = |word: &str| {
        let letters = word.trim_end_matches(|c: char| c.is_ascii_digit());
        word.len() == letters.len() + 3 && word[letters.len()..].parse() == Ok(check(key, letters))
    };
    let words: Vec<&str> = text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
    if !words.is_empty() && words.iter().all(|word| is_ours(word)) {
        return None;
    }
    let number = key.number("surrogate", &[b"name", known_as]);
    let pick = |list: &[&str], number: u64| {
        let word = list[usize::try_from(number).unwrap_or(0) % list.len()];
        let word = if text.chars().any(char::is_lowercase) { word.to_owned() } else { word.to_uppercase() };
        format!("{word}{:03}", check(key, &word))
    };
    let (given, surname) = (pick(&GIVEN, number), pick(&SURNAMES, number / 64));
    Some(match () {
        () if text.contains('^') => format!("{surname}^{given}"),
        () if text.contains(',') => format!("{surname}, {given}"),
        () if words.len() < 2 => given,
        () => format!("{given} {surname}"),
    })
}

/// Area 666 is never assigned (SSA, POMS RM 10201.030).
fn ssn(text: &str, number: u64) -> Option<String> {
    let (group, serial) = (1 + number % 99, 1 + number / 99);
    let sign = if text.contains('-') { "-" } else { "" };
    (!text.trim_start().starts_with("666")).then(|| format!("666{sign}{group:02}{sign}{serial:04}"))
}

/// 555-0100 to 555-0199 are for fiction (NANPA).
fn phone(text: &str, number: u64) -> Option<String> {
    let count = text.chars().filter(char::is_ascii_digit).count();
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    if digits.len() >= 7 && digits[..digits.len() - 2].ends_with("55501") {
        return None;
    }
    let long = if count > 10 { format!("{}20255501{number:02}", &digits[..count - 10]) } else { String::new() };
    let fake = match count {
        10 => format!("20255501{number:02}"),
        11..=15 if digits.starts_with('1') => long,
        7 => format!("55501{number:02}"),
        _ => return Some(format!("202-555-01{number:02}")),
    };
    let mut fake = fake.chars();
    Some(text.chars().map(|c| if c.is_ascii_digit() { fake.next().unwrap_or('0') } else { c }).collect())
}

/// example.com belongs to nobody (RFC 2606).
fn email(text: &str, key: &Key, known_as: &[u8]) -> Option<String> {
    let code = base32::encode(&key.mac("surrogate", &[b"email", known_as])[..8]);
    let ours = text.strip_suffix("@example.com").and_then(|user| user.strip_prefix("person-"));
    let is_ours = ours.is_some_and(|user| user.len() == code.len());
    (!is_ours).then(|| format!("person-{code}@example.com"))
}

/// Addresses for documentation (RFC 5737, RFC 3849).
fn ip(text: &str, number: u64) -> Option<String> {
    let is_ours = text.starts_with("192.0.2.") || text.starts_with("2001:db8:");
    let made = if text.contains(':') { format!("2001:db8::{number:x}") } else { format!("192.0.2.{number}") };
    (!is_ours).then_some(made)
}

/// `ZZ`, eight digits, three more that only the key makes of them.
fn other(key: &Key, text: &str, number: u64) -> Option<String> {
    let checked = |digits: &str| format!("ZZ{digits}{:03}", check(key, digits));
    let is_ours = text.get(2..10).is_some_and(|digits| text == checked(digits));
    (!is_ours).then(|| checked(&format!("{number:08}")))
}

#[cfg(test)]
mod tests;
