//! Addresses of machines and pages that lead to a person.

use std::net::{Ipv4Addr, Ipv6Addr};

use super::placeholder::is_placeholder;
use super::{Verdict, reserved_if, valid_if};
use crate::words;

/// Resolvers that everyone uses.
const RESOLVERS: [[u8; 4]; 9] = [
    [1, 1, 1, 1],
    [1, 0, 0, 1],
    [8, 8, 8, 8],
    [8, 8, 4, 4],
    [9, 9, 9, 9],
    [149, 112, 112, 112],
    [208, 67, 222, 222],
    [208, 67, 220, 220],
    [4, 2, 2, 2],
];

/// An IPv4 address that can be a person's: octets to 255 without leading zeros. Private, special and documentation
/// ranges (IANA IPv4 Special-Purpose Registry; RFC 5737), public resolvers, networks and netmasks are reserved.
pub(super) fn ipv4_person(value: &[u8]) -> Verdict {
    let text = value.split(|b| matches!(b, b'/' | b':')).next().unwrap_or_default();
    match std::str::from_utf8(text).ok().and_then(|t| t.parse::<Ipv4Addr>().ok()) {
        Some(address) => reserved_if(is_special4(address)),
        None => Verdict::Invalid,
    }
}

fn is_special4(address: Ipv4Addr) -> bool {
    let octets = address.octets();
    let special = match octets {
        [0 | 10 | 127 | 224.., ..] | [100, 64..=127, ..] | [169, 254, ..] | [172, 16..=31, ..] | [192, 168, ..] => true,
        [192, 0, 0 | 2, _] | [192, 88, 99, _] | [192, 31, 196, _] | [192, 52, 193, _] | [192, 175, 48, _] => true,
        [198, 18..=19, ..] | [198, 51, 100, _] | [203, 0, 113, _] => true,
        // Placeholders that read like one (1.2.3.4), and what object identifiers begin with (1.3.6.1).
        [1, 2, 3, 4] | [1, 3, 6, 1] | [11, 22, 33, 44] | [12, 34, 56, 78] | [5, 6, 7, 8] => true,
        _ => false,
    };
    let same = octets.iter().all(|o| *o == octets[0]);
    special || same || matches!(octets[3], 0 | 255) || RESOLVERS.contains(&octets)
}

/// An IPv6 address that can be a person's (RFC 4291 2.2), with three groups at least, which paths such as `a::b` have
/// not. Special and documentation ranges (IANA IPv6 Special-Purpose Registry; RFC 3849; RFC 9637) are reserved.
pub(super) fn ipv6_person(value: &[u8]) -> Verdict {
    let text = value.split(|b| matches!(b, b'/' | b'%')).next().unwrap_or_default();
    let text = text.strip_prefix(b"[").and_then(|t| t.strip_suffix(b"]")).unwrap_or(text);
    // `2025:10:20:30` is a time in a log: without `::` there are eight groups, or six and an IPv4 address.
    let colons = text.iter().filter(|b| **b == b':').count();
    if colons != 7 && !text.contains(&b'.') && !text.windows(2).any(|two| two == b"::") {
        return Verdict::Invalid;
    }
    let groups = text.split(|b| *b == b':').filter(|g| !g.is_empty()).count();
    let Some(address) = std::str::from_utf8(text).ok().and_then(|t| t.parse::<Ipv6Addr>().ok()) else {
        return Verdict::Invalid;
    };
    if groups < 3 {
        return Verdict::Invalid;
    }
    reserved_if(is_special6(address) || address.to_ipv4_mapped().is_some_and(is_special4))
}

fn is_special6(address: Ipv6Addr) -> bool {
    let s = address.segments();
    let global = s[0] & 0xE000 == 0x2000;
    let mapped = address.to_ipv4_mapped().is_some();
    let resolver = matches!(
        s,
        [0x2606, 0x4700, 0x4700, 0, 0, 0, 0, 0x1111 | 0x1001]
            | [0x2001, 0x4860, 0x4860, 0, 0, 0, 0, 0x8888 | 0x8844]
            | [0x2620, 0xFE, 0, 0, 0, 0, 0, 0xFE | 9]
    );
    let docs = s[0] == 0x2001 && s[1] == 0xDB8 || s[0] == 0x3FFF && s[1] < 0x1000;
    // 2001::/23 is kept for protocols; 2002::/16 is 6to4.
    let protocol = s[0] == 0x2001 && s[1] < 0x200 || s[0] == 0x2002;
    (!global && !mapped) || resolver || docs || protocol
}

/// A MAC address: six groups of two hex digits with the same sign between, or three of four with dots (IEEE 802). Zero,
/// broadcast, documentation (RFC 9542), containers' and made-up ones are reserved; a multicast group is no device.
pub(super) fn mac(value: &[u8]) -> Verdict {
    let Some(sign) = value.iter().find(|b| matches!(b, b':' | b'-' | b'.')) else { return Verdict::Invalid };
    let (groups, width) = if *sign == b'.' { (3, 4) } else { (6, 2) };
    let ok = value.split(|b| b == sign).all(|g| g.len() == width && g.iter().all(u8::is_ascii_hexdigit));
    if !ok || value.split(|b| b == sign).count() != groups {
        return Verdict::Invalid;
    }
    let mut octets = [0_u8; 6];
    let digits = value.iter().filter_map(|b| (*b as char).to_digit(16));
    for (i, digit) in digits.enumerate() {
        octets[i / 2] = octets[i / 2] << 4 | digit as u8;
    }
    let counts = |step: u8| octets.windows(2).all(|p| p[1] == p[0].wrapping_add(step));
    let sample = match octets {
        [0, 0, 0x5E, 0, 0x53, _]
        | [0x02, 0x42, ..]
        | [0x12, 0x34, 0x56, 0x78, 0x9A, 0xBC]
        | [1, 0x23, 0x45, 0x67, 0x89, 0xAB] => true,
        [0xDE, 0xAD, 0xBE, 0xEF, ..] | [0xCA, 0xFE, 0xBA, 0xBE, ..] => true,
        _ => counts(0) || counts(1) || counts(0x11),
    };
    if sample { Verdict::Reserved } else { valid_if(octets[0] & 1 == 0) }
}

/// Servers for trying things out, and hosts of documentation.
const SANDBOXES: &[&str] = &[
    "localhost",
    "127.0.0.1",
    "0.0.0.0",
    "::1",
    "hapi.fhir.org",
    "server.fire.ly",
    "r4.smarthealthit.org",
    "launch.smarthealthit.org",
    "r3.smarthealthit.org",
    "fhir.epic.com",
    "open.epic.com",
    "open-ic.epic.com",
    "fhir-open.cerner.com",
    "fhir-ehr-code.cerner.com",
    "sandbox.bluebutton.cms.gov",
    "test.fhir.org",
    "www.hl7.org",
    "hl7.org",
    "build.fhir.org",
    "terminology.hl7.org",
    "loinc.org",
    "example.com",
    "example.org",
    "example.net",
    "github.com",
    "synthea.mitre.org",
    "wildfhir4.aegis.net",
    "fhirtest.uhn.ca",
];

/// A URL that points at one patient: by an id in its path or a value in its query (domain of 45 CFR 164.514(b)(2)(i)(N)).
/// Sandboxes, reserved hosts (RFC 2606) and placeholders in the id's place are reserved.
pub(super) fn url_patient(value: &[u8]) -> Verdict {
    let lower = value.to_ascii_lowercase();
    let Some(at) = lower.windows(3).position(|w| w == b"://") else { return Verdict::Invalid };
    let rest = lower[at + 3..].split(|b| *b == b'#').next().unwrap_or_default();
    let end = rest.iter().position(|b| matches!(b, b'/' | b'?')).unwrap_or(rest.len());
    let (host, path) = rest.split_at(end);
    let host = host.rsplit(|b| *b == b'@').next().unwrap_or_default();
    let host = host.split(|b| *b == b':').next().unwrap_or_default();
    let (path, query) = match path.iter().position(|b| *b == b'?') {
        Some(at) => (&path[..at], &path[at + 1..]),
        None => (path, &[][..]),
    };
    let ids: Vec<&[u8]> = path_ids(path).chain(query_ids(query)).filter(|id| !id.is_empty()).collect();
    if ids.is_empty() {
        return Verdict::Invalid;
    }
    let sandbox =
        SANDBOXES.iter().any(|s| super::mail::is_under(host, s.as_bytes())) || super::mail::is_reserved_host(host);
    reserved_if(sandbox || ids.iter().all(|id| is_no_patient(id)))
}

/// Path segments behind `/patient/` and its like.
fn path_ids(path: &[u8]) -> impl Iterator<Item = &[u8]> {
    const ABOVE: &[&[u8]] = &[
        b"patient",
        b"patients",
        b"pt",
        b"member",
        b"members",
        b"chart",
        b"charts",
        b"resident",
        b"residents",
        b"medical-record",
        b"medical-records",
        b"medicalrecord",
        b"medicalrecords",
        b"mrn",
        b"mychart",
        b"record",
        b"records",
        b"beneficiary",
        b"beneficiaries",
    ];
    let above = std::iter::once(&b""[..]).chain(path.split(|b| *b == b'/'));
    above.zip(path.split(|b| *b == b'/')).filter(|(above, _)| ABOVE.contains(above)).map(|(_, id)| id)
}

/// Values of query keys that tell a patient.
fn query_ids(query: &[u8]) -> impl Iterator<Item = &[u8]> {
    const KEYS: &[&[u8]] = &[
        b"mrn",
        b"ssn",
        b"dob",
        b"birthdate",
        b"patient",
        b"patientid",
        b"patientname",
        b"lastname",
        b"firstname",
        b"family",
        b"given",
        b"memberid",
        b"patid",
        b"ptid",
        b"email",
        b"phone",
        b"subject",
        b"name",
        b"encounter",
        b"csn",
        b"mbi",
    ];
    let pairs = query.split(|b| matches!(b, b'&' | b';'));
    pairs.filter_map(|pair| {
        let at = pair.iter().position(|b| *b == b'=')?;
        let key: Vec<u8> = pair[..at].iter().copied().filter(|b| !matches!(b, b'_' | b'-' | b'.')).collect();
        KEYS.contains(&key.as_slice()).then_some(&pair[at + 1..])
    })
}

/// Ids of examples and templates, words of an interface, numbers below 1 000.
fn is_no_patient(id: &[u8]) -> bool {
    const WORDS: &[&[u8]] = &[
        b"f001",
        b"f201",
        b"pat1",
        b"pat2",
        b"search",
        b"list",
        b"new",
        b"create",
        b"edit",
        b"index",
        b"login",
        b"id",
        b"patientid",
        b"_search",
        b"_history",
        b"count",
        b"export",
        b"all",
        b"me",
        b"self",
        b"import",
        b"settings",
        b"help",
        b"dashboard",
        b"example",
        b"abc123",
    ];
    let id = id.strip_prefix(b"patient/").unwrap_or(id);
    let digits = super::digits::number(id);
    // `denise-caldwell` is a person, `care-team` a page.
    let mut parts = id.split(|b| matches!(b, b'-' | b'_' | b'.' | b'+'));
    let named = parts.clone().count() >= 2
        && parts.any(|p| words::facts(p).given().max(words::facts(p).surname()) > words::facts(p).common());
    let words = !named && id.contains(&b'-') && !id.iter().any(u8::is_ascii_digit);
    is_placeholder(id)
        || WORDS.contains(&id)
        || words
        || id.starts_with(b"example")
        || id.starts_with(b"test")
        || matches!(id.first(), Some(b'$' | b':' | b'{' | b'<' | b'%'))
        || digits.is_some_and(|n| n < 1000)
        || super::digits::is_dummy(id)
}
