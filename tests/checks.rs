//! The checks against published vectors, arbitrary bytes, changed check digits and chance.

use phivet::detect::checks::{CHECKS, Verdict, check, is_placeholder};
use proptest::prelude::*;
use serde_json::Value;

fn verdict(name: &str, value: &[u8]) -> Verdict {
    check(name).unwrap_or_else(|| panic!("no check {name}"))(value)
}

fn all(name: &str, expected: Verdict, values: &[&str]) {
    for value in values {
        assert!(verdict(name, value.as_bytes()) == expected, "{name} of {value}: not as expected");
    }
}

fn vectors(kind: &str, list: &str) -> Vec<String> {
    let text = include_str!("../testdata/test_vectors.json");
    let all: Value = serde_json::from_str(text).expect("vectors are JSON");
    let list = all[kind][list].as_array().unwrap_or_else(|| panic!("no vectors {kind} {list}"));
    // Some carry a remark: `123-45-6789(known dummy)`.
    let plain = |v: &str| match v.strip_suffix(')').and_then(|v| v.rsplit_once('(')) {
        Some((value, _)) => value.to_owned(),
        None => v.to_owned(),
    };
    list.iter().map(|v| plain(v.as_str().expect("a string"))).collect()
}

/// All of a list pass (or are reserved), or none is valid.
fn vectors_hold(check: &str, kind: &str, good: &[&str], bad: &[&str]) {
    for (lists, pass) in [(good, true), (bad, false)] {
        for value in lists.iter().flat_map(|list| vectors(kind, list)) {
            let found = verdict(check, value.as_bytes());
            let right = if pass { found != Verdict::Invalid } else { found != Verdict::Valid };
            assert!(right, "{check} of {value}");
        }
    }
}

#[test]
fn published_vectors_get_the_right_verdict() {
    for name in ["npi", "dea", "mbi", "itin", "aba", "iban", "imei", "vin", "loinc", "snomed"] {
        vectors_hold(name, name, &["valid"], &["invalid"]);
    }
    vectors_hold("ssn", "ssn", &["format_valid"], &["never_issued", "known_public_or_ad", "woolworth_style_dummy"]);
    vectors_hold("luhn_card", "card_luhn", &["brand_test"], &["invalid"]);
    vectors_hold("loinc", "loinc", &["known_bad_check_digit_but_real"], &[]);
    vectors_hold("icd10cm", "icd10cm", &["valid"], &["invalid", "format_ok_but_unassigned"]);
    vectors_hold("ndc", "ndc", &["valid_10", "valid_11", "fda_2033_12"], &[]);
    vectors_hold("phone_us", "phone", &[], &["fictitious", "invalid"]);
    for gtin in vectors("gtin", "valid") {
        assert!(verdict("udi", format!("(01){gtin:0>14}(21)A1").as_bytes()) != Verdict::Invalid, "{gtin}");
    }
    for gtin in vectors("gtin", "invalid") {
        assert!(verdict("udi", format!("(01){gtin:0>14}(21)A1").as_bytes()) == Verdict::Invalid, "{gtin}");
    }
}

#[test]
fn published_samples_are_reserved() {
    let lists = [
        ("ssn", "ssn", "known_public_or_ad"),
        ("ssn", "ssn", "woolworth_style_dummy"),
        ("mbi", "mbi", "synthetic_position2_S"),
        ("luhn_card", "card_luhn", "brand_test"),
        ("phone_us", "phone", "fictitious"),
    ];
    for (check, kind, list) in lists {
        for value in vectors(kind, list) {
            assert!(verdict(check, value.as_bytes()) == Verdict::Reserved, "{check} of {value}");
        }
    }
    all("ssn", Verdict::Reserved, &["999-34-5678", "000-00-0000", "078051120", "123-45-6789"]);
    all("mbi", Verdict::Reserved, &["1EG4-TE5-MK73", "1eg4te5mk72"]);
    all("npi", Verdict::Reserved, &["1234567893"]);
    all("hicn", Verdict::Reserved, &["T12345678A"]);
    all(
        "email",
        Verdict::Reserved,
        &["jane@example.com", "a.b@clinic.test", "noreply@stmarys.org", "x@mail.example.org"],
    );
    all(
        "ipv4_person",
        Verdict::Reserved,
        &["10.1.2.3", "203.0.113.9", "127.0.0.1", "8.8.8.8", "255.255.255.0", "73.15.22.0"],
    );
    all("ipv6_person", Verdict::Reserved, &["2001:db8::1:2", "fe80::1:2:3", "2001:4860:4860::8888"]);
    all(
        "mac",
        Verdict::Reserved,
        &["00:00:5E:00:53:01", "00:00:00:00:00:00", "ff-ff-ff-ff-ff-ff", "00:11:22:33:44:55", "02:42:ac:11:00:02"],
    );
    all("dob", Verdict::Reserved, &["1900-01-01", "01/01/1970", "9999-12-31", "19700101", "01JAN1900"]);
    all("uuid", Verdict::Reserved, &["00000000-0000-0000-0000-000000000000", "123e4567-e89b-12d3-a456-426614174000"]);
    all("mrn", Verdict::Reserved, &["12345678", "00000000", "MRN-12345", "TEST001", "{mrn}", "11111111"]);
    all(
        "street_address",
        Verdict::Reserved,
        &["742 Evergreen Terrace", "123 Main St", "1600 Pennsylvania Ave NW", "51 Franklin Street"],
    );
    all("city_state_zip", Verdict::Reserved, &["Beverly Hills, CA 90210"]);
    all(
        "url_patient",
        Verdict::Reserved,
        &[
            "https://hapi.fhir.org/baseR4/Patient/592312",
            "https://x.health/Patient/{id}",
            "https://x.health/patients/12",
            "https://x.health/patients/care-team",
        ],
    );
    all("photo_file", Verdict::Reserved, &["patient_photo_placeholder.png"]);
}

#[test]
fn values_that_could_be_real_are_valid() {
    all(
        "ssn",
        Verdict::Valid,
        &["536-90-4399", "536904399", "536 90 4399", "536%2D90%2D4399", "536\u{2011}90\u{2011}4399"],
    );
    all("ssn4", Verdict::Valid, &["4399", "***-**-4399", "XXX-XX-4399"]);
    all("mbi", Verdict::Valid, &["2KD5-WR8-YT41", "2kd5wr8yt41"]);
    all("hicn", Verdict::Valid, &["536904399A", "536-90-4399-B2"]);
    all("rrb", Verdict::Valid, &["WA 536904399", "A482917"]);
    all("va_icn", Verdict::Valid, &["1018273645V918273"]);
    all(
        "phone_us",
        Verdict::Valid,
        &["(415) 861-2093", "415-861-2093 x12", "+1 415 861 2093", "14158612093", "1-415-861-2093, ext. 7", "861-2093"],
    );
    all("phone_e164", Verdict::Valid, &["+44 20 7183 8750", "+4930901820", "0044 20 7183 8750", "+1 415 861 2093"]);
    all("email", Verdict::Valid, &["denise.caldwell@stmaryshospital.org", "d_caldwell88%40gmail.com"]);
    all("ipv4_person", Verdict::Valid, &["73.162.41.209"]);
    all(
        "ipv6_person",
        Verdict::Valid,
        &["2601:646:8500:1a2b:9c1d:3e4f:5a6b:7c8d", "2601:646::1a2b:9", "2601:646:8500:1a2b:9c1d:3e4f:73.12.9.4"],
    );
    all("mac", Verdict::Valid, &["3C:22:FB:8A:91:0D", "3c22.fb8a.910d"]);
    all(
        "street_address",
        Verdict::Valid,
        &[
            "4812 Larkspur Lane",
            "77 N Oak Hollow Dr Apt 4B",
            "P.O. Box 2291",
            "RR 2 Box 118",
            "5120 State Route 9",
            "PSC 3 Box 1201, APO AE 09021",
        ],
    );
    all(
        "city_state_zip",
        Verdict::Valid,
        &["Portland, OR 97214", "Ann Arbor MI 48104-2231", "Santa Fe, New Mexico 87505", "Washington, DC 20009"],
    );
    all("zip", Verdict::Valid, &["97214", "97214-1120", "972141120"]);
    all("latlon", Verdict::Valid, &["45.52306, -122.67648", "POINT(-122.67648 45.52306)", "lat=45.5231&lon=-122.6764"]);
    all("driver_licence", Verdict::Valid, &["D7391846", "S530-4609-1847", "WDLABCD456DG", "73918462"]);
    all("passport_us", Verdict::Valid, &["548219073", "A73918462"]);
    all("a_number", Verdict::Valid, &["A073918462", "A 073-918-462"]);
    all("icd10_dotted", Verdict::Valid, &["E11.9", "S72.001A"]);
    all("vin", Verdict::Valid, &["1FAHP3F29CL302917"].map(with_vin_check).each_ref().map(String::as_str));
    all("uuid", Verdict::Valid, &["8f14e45f-ceea-467f-a0e6-1d5b9c3d2f70"]);
    all("unkeyed_hash", Verdict::Valid, &["9b74c9897bac770ffc029102a200c5de"]);
    all("mrn", Verdict::Valid, &["MRN-4471902", "00482917", "E4471902", "Z8841", "4471"]);
    all("id_value", Verdict::Valid, &["W482913640", "XGF882014455", "204817733"]);
    all(
        "url_patient",
        Verdict::Valid,
        &[
            "https://ehr.stmarys.org/patients/4471902/chart",
            "https://ehr.stmarys.org/s?mrn=4471902",
            "https://ehr.stmarys.org/patients/denise-caldwell",
        ],
    );
    all("photo_file", Verdict::Valid, &["patient_4471_face.jpg", "IMG-resident-photo.heic"]);
    all("dicom_uid", Verdict::Valid, &["1.2.840.113619.2.55.3.604688119"]);
    all("age90", Verdict::Valid, &["92 y/o", "a ninety-three-year-old", "092Y", "101 years"]);
    all("hcpcs", Verdict::Valid, &["J1885", "99213"]);
    all("iccid", Verdict::Valid, &["8901410321111851072"].map(with_luhn).each_ref().map(String::as_str));
}

#[test]
fn what_cannot_be_is_invalid() {
    all("ssn", Verdict::Invalid, &["536-90.4399", "53-690-4399", "536-90-43999", "666-12-3456", "900-12-3456", ""]);
    all("ssn4", Verdict::Invalid, &["0000", "439", "43990"]);
    all("itin", Verdict::Invalid, &["536-90-4399"]);
    all("phone_us", Verdict::Invalid, &["415-111-2093", "415-061-2093", "2024-01-15", "1.2.3.4"]);
    all("phone_e164", Verdict::Invalid, &["+2891234567", "+1234", "20240115"]);
    all("email", Verdict::Invalid, &["icon@2x.png", "git@github.com", "a..b@gmail.com", "user@host", "x@y.rs"]);
    all("ipv4_person", Verdict::Invalid, &["1.2.3.256", "01.2.3.4", "1.2.3"]);
    all(
        "ipv6_person",
        Verdict::Invalid,
        &["a::b", "2600::1", "::1", "dead::beef", "std::fs::read", "12:30:45", "2025:10:20:30"],
    );
    all("mac", Verdict::Invalid, &["3C:22:FB:8A:91", "3C:22:FB:8A:91:0D:11", "01:22:FB:8A:91:0D", "3C:22-FB:8A:91:0D"]);
    all(
        "date",
        Verdict::Invalid,
        &["2023-02-29", "13/13/1990", "1850-01-01", "2090-01-01", "10.0.1", "20241301", "hello"],
    );
    all("street_address", Verdict::Invalid, &["5 bytes long", "Larkspur Lane", "3 Way"]);
    all("city_state_zip", Verdict::Invalid, &["Portland, OR 10001", "Error, XX 97214", "97214"]);
    all("latlon", Verdict::Invalid, &["45.5, -122.6", "95.52306, -122.67648", "1.23", "1.2345, 2.3456, 3.4567"]);
    all("mrn", Verdict::Invalid, &["2024", "abcd", "12", "1999", "hello world"]);
    all("icd10_dotted", Verdict::Invalid, &["E119", "E0277"]);
    all("ndc", Verdict::Invalid, &["2020-10-12", "1-2-3"]);
    all("uuid", Verdict::Invalid, &["8f14e45f-ceea-467f-a0e6", "zzzz"]);
    all("unkeyed_hash", Verdict::Invalid, &["deadbeef", &"a".repeat(32)]);
    all("url_patient", Verdict::Invalid, &["https://ehr.stmarys.org/about", "stmarys.org/patients/4471902"]);
    all("dicom_uid", Verdict::Invalid, &["1.2.840.10008.5.1.4.1.1.2", "1.02.3.4.5", "9.1.2.3.4"]);
    all("age90", Verdict::Invalid, &["89", "126", "1990", "0.95", "nineteen"]);
}

#[test]
fn dates_of_all_forms_are_read() {
    all(
        "date",
        Verdict::Valid,
        &[
            "1952-07-14",
            "1952/07/14",
            "07/14/1952",
            "7/4/52",
            "14.07.1952",
            "14-Jul-1952",
            "Jul 14, 1952",
            "July 14th, 1952",
            "14 July 1952",
            "07-14-1952",
            "19520714",
            "195207141530",
            "19520714153022",
            "19520714153022.123-0500",
            "14JUL1952",
            "1952-07-14T15:30:22Z",
            "1952-07-14 15:30",
            "07%2F14%2F1952",
            "Monday, July 14, 1952",
            "2000-02-29",
            "1952-Jul-14",
            "7/14/1952 3:30 PM",
            "Sept 4, 1961",
            "07141952",
        ],
    );
    all("dob", Verdict::Valid, &["1952-07-14", "07/14/1952", "19520714"]);
}

#[test]
fn placeholders_are_known() {
    let yes = [
        "${ssn}",
        "{{ patient.name }}",
        "<name>",
        "%s",
        "xxx-xx-xxxx",
        "***",
        "N/A",
        "null",
        "None",
        "nil",
        "undefined",
        "redacted",
        "Unknown",
        "test",
        "example",
        "TBD",
        "string",
        "[REDACTED]",
        "XXXXXXXX",
        "###-##-####",
        "your_ssn_here",
        "",
        "  ",
        "\"N/A\"",
        "%(name)s",
        "$name",
        "{id}",
        "user-{id}",
        "__MRN__",
        ":id",
        "•••-••-••••",
    ];
    for value in yes {
        assert!(is_placeholder(value.as_bytes()), "{value}");
    }
    for value in
        ["536-90-4399", "Denise Caldwell", "MRN-4471902", "Xavier", "Nolan", "Test Street 4", "07/14/1952", "Nair"]
    {
        assert!(!is_placeholder(value.as_bytes()), "{value}");
    }
}

#[test]
fn checks_are_sorted_and_unique() {
    assert!(CHECKS.windows(2).all(|pair| pair[0].0 < pair[1].0));
    assert!(check("no such check").is_none());
}

proptest! {
    #[test]
    fn no_check_panics(bytes in prop::collection::vec(any::<u8>(), 0..64)) {
        CHECKS.iter().for_each(|(_, check)| { let _ = check(&bytes); });
        let _ = is_placeholder(&bytes);
    }

    #[test]
    fn no_check_panics_on_near_values(text in "[-0-9A-Z:./%@(){}+ é—<>]{0,64}") {
        CHECKS.iter().for_each(|(_, check)| { let _ = check(text.as_bytes()); });
        let _ = is_placeholder(text.as_bytes());
    }

    #[test]
    fn npi_has_one_check_digit(body in "[12][0-9]{8}") {
        one_digit_passes("npi", &body, "", "");
    }

    #[test]
    fn routing_number_has_one_check_digit(body in "(0[1-9]|2[1-9]|3[0-2]|6[1-9]|7[0-2])[0-9]{6}") {
        one_digit_passes("aba", &body, "", "");
    }

    #[test]
    fn card_has_one_check_digit(body in "4[0-9]{14}") {
        one_digit_passes("luhn_card", &body, "", "");
    }

    #[test]
    fn snomed_has_one_check_digit(body in "[1-9][0-9]{5,13}0[0-2]") {
        one_digit_passes("snomed", &body, "", "");
    }

    #[test]
    fn gtin_has_one_check_digit(body in "[0-9]{13}") {
        one_digit_passes("udi", &body, "(01)", "(21)A1");
    }

    #[test]
    fn vin_has_one_check_digit(body in "[1-5][A-HJ-NPR-Z][A-HJ-NPR-Z0-9]{6}", tail in "[A-HJ-NPR-TV-Y1-9][A-HJ-NPR-Z0-9]{3}[0-9]{4}") {
        let passing = "0123456789X".chars().filter(|c| verdict("vin", format!("{body}{c}{tail}").as_bytes()) != Verdict::Invalid);
        prop_assert_eq!(passing.count(), 1);
    }

    #[test]
    fn iban_has_one_pair_of_check_digits(account in "[0-9]{18}") {
        let passing = (2..=98).filter(|n| verdict("iban", format!("DE{n:02}{account}").as_bytes()) != Verdict::Invalid);
        prop_assert_eq!(passing.count(), 1);
    }
}

/// Of the ten digits that can follow `body`, exactly one makes it pass.
fn one_digit_passes(name: &str, body: &str, before: &str, after: &str) {
    let passing = (0..10).filter(|d| verdict(name, format!("{before}{body}{d}{after}").as_bytes()) != Verdict::Invalid);
    assert!(passing.count() == 1, "{name} {body}");
}

/// The text with the last digit that Luhn asks for.
fn with_luhn(text: &str) -> String {
    let body = &text[..text.len() - 1];
    let right = (0..10).map(|d| format!("{body}{d}")).find(|t| verdict("iccid", t.as_bytes()) == Verdict::Valid);
    right.expect("one digit passes")
}

/// The VIN with the ninth place that the standard asks for.
fn with_vin_check(text: &str) -> String {
    let right = "0123456789X".chars().map(|c| format!("{}{c}{}", &text[..8], &text[9..]));
    right.into_iter().find(|t| verdict("vin", t.as_bytes()) == Verdict::Valid).expect("one digit passes")
}

/// Knuth's generator: the same draws on every machine.
struct Draws(u64);

impl Draws {
    fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) as usize) % n
    }

    fn text(&mut self, alphabet: &[u8], len: usize) -> Vec<u8> {
        (0..len).map(|_| alphabet[self.below(alphabet.len())]).collect()
    }
}

/// Percent of 20 000 random strings that pass.
fn chance(name: &str, first: &[u8], alphabet: &[u8], len: usize) -> f64 {
    let mut draws = Draws(7);
    let check = check(name).expect("a check");
    let passing = (0..20_000).filter(|_| {
        let mut text = draws.text(first, 1);
        text.extend(draws.text(alphabet, len - 1));
        check(&text) != Verdict::Invalid
    });
    passing.count() as f64 / 200.0
}

/// Check, first bytes, other bytes, length, percent that pass, tolerance.
type Measured = (&'static str, &'static [u8], &'static [u8], usize, f64, f64);

#[test]
fn random_strings_pass_as_often_as_measured() {
    const DIGITS: &[u8] = b"0123456789";
    const VIN: &[u8] = b"0123456789ABCDEFGHJKLMNPRSTUVWXYZ";
    const BASE36: &[u8] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
    // Percent and tolerance, by independent measurement over 200 000 draws.
    let measured: &[Measured] = &[
        ("ssn", DIGITS, DIGITS, 9, 88.9, 1.5),
        ("phone_us", DIGITS, DIGITS, 10, 35.9, 3.0),
        ("zip", DIGITS, DIGITS, 5, 34.1, 1.5),
        ("npi", b"12", DIGITS, 10, 10.0, 1.0),
        ("aba", DIGITS, DIGITS, 9, 3.7, 0.7),
        ("vin", VIN, VIN, 17, 3.0, 0.7),
        ("snomed", b"123456789", DIGITS, 9, 0.6, 0.3),
        ("mbi", BASE36, BASE36, 11, 0.013, 0.03),
        ("mbi", b"0123456789ABCDEF", b"0123456789ABCDEF", 11, 0.083, 0.07),
    ];
    for (name, first, alphabet, len, percent, tolerance) in measured {
        let found = chance(name, first, alphabet, *len);
        assert!((found - percent).abs() <= *tolerance, "{name}: {found} % pass, {percent} % expected");
    }
}
