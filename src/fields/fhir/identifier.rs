//! Which identifier a number is, by HL7's type codes, systems and OIDs.

/// A kind, and whether it identifies a provider.
pub(crate) type Kind = (&'static str, bool);

/// By code of HL7 table 0203 (identifier type).
pub(super) fn by_code(code: &[u8]) -> Option<Kind> {
    Some(match code {
        b"SS" | b"SB" => ("ssn", false),
        b"MR" | b"MRT" | b"PI" | b"PT" | b"PN" => ("mrn", false),
        b"DL" => ("license", false),
        b"MB" | b"SN" | b"MA" | b"MC" | b"HC" | b"PHC" => ("health_plan_id", false),
        b"AN" | b"ANON" | b"BC" | b"BA" | b"GI" => ("account", false),
        b"SNO" | b"UDI" => ("device", false),
        b"PPN" | b"VN" | b"JHN" | b"NI" | b"EI" | b"WC" | b"ACSN" | b"PLAC" | b"FILL" | b"CZ" | b"PE" | b"TPR" => {
            ("other_id", false)
        }
        b"PRN" | b"NPI" | b"DEA" | b"MD" | b"RN" | b"TAX" | b"XX" | b"UPIN" | b"DN" | b"LN" | b"SL" | b"PA" | b"NP" => {
            ("license", true)
        }
        _ => return None,
    })
}

/// By the system's URI (<https://hl7.org/fhir/R4/identifier-registry.html>).
pub(super) fn by_system(system: &[u8]) -> Option<Kind> {
    if let Some(oid) = system.strip_prefix(b"urn:oid:") {
        return by_oid(oid);
    }
    let system = system.to_ascii_lowercase();
    let has = |word: &str| system.windows(word.len()).any(|w| w == word.as_bytes());
    let rows: &[(&[&str], Kind)] = &[
        (&["us-npi", "/npi", "us-dea"], ("license", true)),
        (&["ssn", "social-security"], ("ssn", false)),
        (
            &["us-mbi", "us-medicare", "medicaid", "subscriber", "memberid", "member-id", "hicn"],
            ("health_plan_id", false),
        ),
        (&["mrn", "medical-record", "medicalrecord"], ("mrn", false)),
        (&["driver", "license", "licence"], ("license", false)),
        (&["passport"], ("other_id", false)),
        (&["account"], ("account", false)),
    ];
    rows.iter().find(|(words, _)| words.iter().any(|w| has(w))).map(|row| row.1)
}

/// By the OID of the system that gave it (HL7 OID registry; 4.3.* are the states' driver's licences).
pub(crate) fn by_oid(oid: &[u8]) -> Option<Kind> {
    Some(match oid.strip_prefix(b"2.16.840.1.113883.".as_slice())? {
        b"4.1" => ("ssn", false),
        b"4.6" | b"4.7" | b"4.8" => ("license", true),
        b"4.572" | b"4.927" | b"4.338" => ("health_plan_id", false),
        b"4.330" => ("other_id", false),
        b"3.3719" => ("device", false),
        other if other.starts_with(b"4.3.") => ("license", false),
        other if other.starts_with(b"4.330.") => ("other_id", false),
        _ => return None,
    })
}

/// A telecom's kind, by the system's name, else by its looks.
pub(super) fn by_telecom(system: Option<&[u8]>, value: &[u8]) -> Option<&'static str> {
    Some(match system {
        Some(b"phone" | b"sms" | b"pager") => "phone",
        Some(b"fax") => "fax",
        Some(b"email") => "email",
        Some(b"url") => "url",
        _ if value.contains(&b'@') => "email",
        _ if value.iter().filter(|b| b.is_ascii_digit()).count() >= 7 => "phone",
        _ => return None,
    })
}

/// A telecom URI's kind and the length of its scheme (RFC 3966, RFC 6068).
pub(crate) fn by_telecom_uri(uri: &[u8]) -> Option<(&'static str, usize)> {
    let schemes = [
        ("tel:", "phone"),
        ("fax:", "fax"),
        ("mailto:", "email"),
        ("sms:", "phone"),
        ("http:", "url"),
        ("https:", "url"),
    ];
    for (scheme, kind) in schemes {
        if uri.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme.as_bytes())) {
            let rest = &uri[scheme.len()..];
            let blanks = rest.len() - rest.trim_ascii_start().len();
            return Some((kind, if kind == "url" { 0 } else { scheme.len() + blanks }));
        }
    }
    by_telecom(None, uri).map(|kind| (kind, 0))
}

/// Is this a date precise to the day, as FHIR (`2011-02-03…`) or CDA (`20110203…`) writes it?
pub(crate) fn is_day(value: &[u8]) -> bool {
    let digits = |part: &[u8]| part.iter().all(u8::is_ascii_digit);
    match value {
        [y @ .., b'-', m1, m2, b'-', d1, d2] if y.len() == 4 => digits(y) && digits(&[*m1, *m2, *d1, *d2]),
        _ if value.len() > 10 && matches!(value[10], b'T' | b't' | b' ') => is_day(&value[..10]),
        _ => {
            value.len() >= 8
                && digits(&value[..8])
                && value.get(8).is_none_or(|b| b.is_ascii_digit() || b"+-Z.".contains(b))
        }
    }
}
