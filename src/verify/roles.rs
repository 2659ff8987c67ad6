//! What the name of a column says of its values.

/// What a column's name says of its values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    /// About files and programs, not about people.
    Operation,
    /// A birth date, or a part of one.
    Birth,
    /// A month, week, day or quarter of something that happened to somebody.
    DatePart,
    /// Another date.
    Date,
    /// An age in years, months (12) or days (365): how many make a year.
    Age(u32),
    /// A ZIP code, or a part of one.
    Zip,
    /// Latitude or longitude, a grid or census code.
    Geo,
    /// A city, county or another place smaller than a state.
    Place,
    /// Initials of a name.
    Initials,
    /// A name of a person.
    Name,
    /// A name of something else, or a word of a list.
    Term,
    /// Nothing that is known.
    Other,
}

/// The words of a name, in lower case: `admitDate2`, `ADMIT_DATE`, `admit-date`.
pub(super) fn words(name: &[u8]) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut last = b' ';
    for &byte in name.iter().take(256) {
        let turns = byte.is_ascii_uppercase() && last.is_ascii_lowercase();
        let number = byte.is_ascii_digit() != last.is_ascii_digit() && last.is_ascii_alphanumeric();
        if byte.is_ascii_alphanumeric() {
            match words.last_mut() {
                Some(word) if last.is_ascii_alphanumeric() && !turns && !number => {
                    word.push(byte.to_ascii_lowercase() as char);
                }
                _ => words.push((byte.to_ascii_lowercase() as char).to_string()),
            }
        }
        last = byte;
    }
    words
}

/// Names of files' and programs' own times and addresses.
const OPERATION: &[&str] = &[
    "created",
    "updated",
    "modified",
    "loaded",
    "exported",
    "extracted",
    "export",
    "extract",
    "load",
    "ingested",
    "etl",
    "file",
    "batch",
    "version",
    "release",
    "generated",
    "published",
    "system",
    "schema",
    "insert",
    "inserted",
    "meta",
    "url",
    "uri",
    "profile",
    "license",
    "copyright",
    "etag",
];
/// What happens to a patient.
pub(super) const EVENT: &[&str] = &[
    "birth",
    "dob",
    "born",
    "admit",
    "admission",
    "admitted",
    "discharge",
    "discharged",
    "death",
    "died",
    "deceased",
    "visit",
    "service",
    "encounter",
    "surgery",
    "procedure",
    "diagnosis",
    "onset",
    "appointment",
    "event",
    "dx",
    "collection",
    "specimen",
    "order",
    "claim",
    "fill",
    "rx",
    "treatment",
    "exam",
    "arrival",
    "transfer",
    "seen",
];
const PARTS: &[&str] = &["month", "day", "week", "quarter", "weekday", "dow", "doy", "season", "qtr"];
/// What makes a count of days or months out of `day` and `month`.
const COUNTS: &[&str] = &[
    "per", "since", "in", "of", "stay", "supply", "length", "count", "number", "num", "to", "until", "last", "avg",
    "mean", "dose", "times", "rate", "follow", "followup", "up", "study", "los", "days", "months", "weeks", "offset",
    "relative", "post", "pre",
];
/// Names of things that are no people.
const THINGS: &[&str] = &[
    "drug",
    "medication",
    "test",
    "lab",
    "procedure",
    "product",
    "table",
    "plan",
    "payer",
    "generic",
    "brand",
    "code",
    "diagnosis",
    "condition",
    "study",
    "group",
    "event",
    "measure",
    "race",
    "ethnicity",
    "language",
    "country",
    "nation",
    "nationality",
    "state",
    "sex",
    "gender",
    "status",
    "type",
    "category",
    "unit",
    "units",
    "class",
    "specialty",
    "department",
    "service",
    "organism",
    "allergen",
    "route",
    "form",
    "model",
    "arm",
    "site",
    "religion",
    "color",
    "colour",
    "analyte",
    "component",
    "display",
    "resource",
    "method",
    "part",
    "parts",
    "sku",
    "item",
    "catalog",
    "lot",
    "ndc",
    "isbn",
    "asset",
];

/// What a column of this name holds.
pub(super) fn role(words: &[String]) -> Role {
    let any = |list: &[&str]| words.iter().any(|word| list.contains(&word.as_str()));
    let has = |word: &str| words.iter().any(|own| own == word);
    if any(OPERATION) && !any(EVENT) {
        return Role::Operation;
    }
    if (has("age") || has("ages")) && !any(&["group", "band", "range", "bucket", "category", "bin"]) {
        return Role::Age(if any(&["month", "months", "mo"]) {
            12
        } else if any(&["day", "days"]) {
            365
        } else {
            1
        });
    }
    if any(PARTS) && !any(COUNTS) && (any(EVENT) || words.len() == 1 && !has("day")) {
        return Role::DatePart;
    }
    if any(&["birth", "dob", "born", "birthdate", "birthyear", "yob", "bday", "birthday", "birthtime"]) {
        return if any(&["weight", "order", "place", "country", "state", "sex", "type", "rank"]) {
            Role::Other
        } else {
            Role::Birth
        };
    }
    if any(&["zip", "zipcode", "postal", "postcode", "zcta", "plz", "postalcode"]) {
        return Role::Zip;
    }
    if any(&[
        "lat",
        "latitude",
        "lon",
        "lng",
        "longitude",
        "geohash",
        "tract",
        "blockgroup",
        "geocode",
        "coordinates",
        "geoid",
    ]) {
        return Role::Geo;
    }
    if has("initials") {
        return Role::Initials;
    }
    if any(&["city", "town", "county", "municipality", "parish", "precinct", "neighborhood", "village", "borough"]) {
        return if any(&["code", "size", "type", "population", "id", "category"]) { Role::Other } else { Role::Place };
    }
    if any(&["date", "dt", "dttm", "datetime", "timestamp", "dos", "time"]) || any(EVENT) && !any(THINGS) {
        return Role::Date;
    }
    name_role(words)
}

fn name_role(words: &[String]) -> Role {
    let any = |list: &[&str]| words.iter().any(|word| list.contains(&word.as_str()));
    let names =
        ["name", "surname", "lastname", "firstname", "fullname", "fname", "lname", "nickname", "maiden", "forename"];
    let person = any(&[
        "patient",
        "person",
        "member",
        "subscriber",
        "last",
        "first",
        "middle",
        "given",
        "family",
        "mother",
        "father",
        "guarantor",
        "contact",
    ]);
    if any(THINGS) && !(any(&names) && person) {
        return Role::Term;
    }
    if any(&names) { Role::Name } else { Role::Other }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_say_what_their_values_are() {
        let role_of = |name: &str| role(&words(name.as_bytes()));
        for (name, expected) in [
            ("admit_month", Role::DatePart),
            ("AdmitYear", Role::Date),
            ("days_supply", Role::Other),
            ("length_of_stay_days", Role::Other),
            ("study_day", Role::Term),
            ("age_at_visit", Role::Age(1)),
            ("ageMonths", Role::Age(12)),
            ("age_group", Role::Term),
            ("birthYear", Role::Birth),
            ("birth_weight", Role::Other),
            ("zip3", Role::Zip),
            ("home_city", Role::Place),
            ("drug_name", Role::Term),
            ("patient_last_name", Role::Name),
            ("exported_at", Role::Operation),
            ("lastUpdated", Role::Operation),
            ("initials", Role::Initials),
            ("cohort", Role::Other),
        ] {
            assert_eq!(role_of(name), expected, "{name}");
        }
    }
}
