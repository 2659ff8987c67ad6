//! XML, C-CDA and FHIR: what stands where.
#![allow(clippy::disallowed_methods)] // it measures time

use phivet::document::Document;
use phivet::fields::{Field, Format, Label, Owner, fhir, xml};
use proptest::prelude::*;

/// The fields of a text as `label=value`, those that say nothing left out; empty when it is not of this format.
fn fields(format: &Format, text: &str) -> Vec<String> {
    let document = Document::of("x", text.as_bytes().to_vec());
    if !(format.is)(&document) {
        return Vec::new();
    }
    let mut out = Vec::new();
    (format.read)(&document, &mut out);
    out.iter().filter(|field| field.label != Label::Nothing).map(|field| line(&document, field)).collect()
}

/// A provider's or organisation's field ends in its owner's initial.
fn line(document: &Document, field: &Field) -> String {
    let text = |range: &std::ops::Range<usize>| String::from_utf8_lossy(&document.bytes[range.clone()]).into_owned();
    let label = match &field.label {
        Label::Text(range) => text(range),
        Label::Word(word) => word.clone(),
        Label::Kind(kind) => (*kind).to_owned(),
        Label::Prose => "prose".to_owned(),
        Label::Base64 => "base64".to_owned(),
        Label::Nothing | Label::Synthetic => "-".to_owned(),
    };
    let owner = match field.owner {
        Owner::Provider => " (provider)",
        Owner::Organisation => " (organisation)",
        _ => "",
    };
    format!("{label}={}{owner}", text(&field.value))
}

const PATIENT: &str = r#"{
  "id": "p-17",
  "meta": {"lastUpdated": "2024-05-01T10:00:00Z"},
  "identifier": [
    {"value": "00412", "type": {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/v2-0203", "code": "MR"}]}},
    {"system": "http://hl7.org/fhir/sid/us-ssn", "value": "219-09-9998"},
    {"system": "urn:oid:2.16.840.1.113883.4.3.25", "value": "S99988801"},
    {"system": "http://hl7.org/fhir/sid/us-npi", "value": "1234567893"}
  ],
  "name": [{"use": "official", "family": "Oduya", "given": ["Mira", "Ada"], "prefix": ["Ms."]}],
  "telecom": [{"value": "617-555-0143", "system": "phone"}, {"system": "email", "value": "mira@oduya.example"}],
  "birthDate": "1961-04-09",
  "address": [{"line": ["12 Elm Road"], "city": "Salem", "state": "MA", "postalCode": "01970"}],
  "extension": [{"url": "http://hl7.org/fhir/StructureDefinition/patient-mothersMaidenName", "valueString": "Adeyemi"}],
  "generalPractitioner": [{"reference": "Practitioner/9", "display": "Dr. Lund"}],
  "managingOrganization": {"reference": "Organization/1", "display": "Salem Clinic"},
  "contained": [{"resourceType": "Practitioner", "name": [{"text": "Dr. Lund"}], "birthDate": "1970-01-30"}],
  "resourceType": "Patient"
}"#;

#[test]
fn a_patient() {
    let want = [
        "mrn=00412",
        "ssn=219-09-9998",
        "license=S99988801",
        "license=1234567893 (provider)",
        "name=Oduya",
        "name=Mira",
        "name=Ada",
        "phone=617-555-0143",
        "email=mira@oduya.example",
        "dob=1961-04-09",
        "address=12 Elm Road",
        "city=Salem",
        "zip=01970",
        "name=Adeyemi",
        "name=Dr. Lund (provider)",
        "name=Salem Clinic (organisation)",
        "name=Dr. Lund (provider)",
        "dob=1970-01-30 (provider)",
    ];
    assert_eq!(fields(&fhir::FORMAT, PATIENT), want);
}

#[test]
fn clinical_resources() {
    let text = r#"{"resourceType":"Bundle","timestamp":"2024-05-01T10:00:00Z","entry":[
      {"fullUrl":"urn:uuid:1","resource":{"resourceType":"Observation","status":"final","code":{"coding":[{"code":"8867-4","display":"Heart rate"}],"text":"Heart rate"},
        "subject":{"display":"Mira Oduya","reference":"Patient/p-17"},"performer":[{"display":"Jon Brandt"}],
        "effectivePeriod":{"start":"2024-04-30","end":"2024-05"},"valueQuantity":{"value":72,"unit":"beats/minute"},"note":[{"text":"Seen with her son"}]}},
      {"resource":{"resourceType":"Device","serialNumber":"SN-1180","patient":{"reference":"Patient/p-17"}}},
      {"resource":{"resourceType":"Coverage","subscriberId":"W113555","period":{"start":"2024-01-01"}}},
      {"resource":{"resourceType":"StructureDefinition","name":"Mira Oduya","date":"2020-01-01","contact":[{"telecom":[{"system":"email","value":"a@b.example"}]}]}}]}"#;
    let want = [
        "name=Mira Oduya",
        "name=Jon Brandt (provider)",
        "date=2024-04-30",
        "prose=Seen with her son",
        "device=SN-1180",
        "health_plan_id=W113555",
        "date=2024-01-01",
    ];
    assert_eq!(fields(&fhir::FORMAT, text), want);
}

#[test]
fn resources_in_logs_and_code() {
    let want = ["name=Oduya", "ssn=219099998"];
    let inner = r#"{"resourceType":"Patient","name":[{"family":"Oduya"}],"identifier":[{"system":"http://hl7.org/fhir/sid/us-ssn","value":219099998}]}"#;
    let escaped = inner.replace('"', "\\\"");
    for text in [
        inner.to_owned(),
        format!("2024-05-01 INFO posting {inner} to /fhir\nnext {{line}}\n"),
        format!("{{\"ts\":1,\"body\":{inner}}}\n"),
        format!("{{\"ts\":1,\"message\":\"got {escaped}\"}}\n"),
        format!("String s = \"{escaped}\";\n"),
    ] {
        assert_eq!(fields(&fhir::FORMAT, &text), want, "{text}");
    }
    assert_eq!(fields(&fhir::FORMAT, &format!("{inner}\n{inner}\n")).len(), 4);
}

#[test]
fn other_json_is_no_fhir() {
    for text in [
        r#"{"resourceType": "AWS::EC2::Instance", "created": "2024-05-01"}"#,
        r#"{"resourceType": "Table", "created": "2024-05-01"}"#,
        r#"{"properties": {"resourceType": {"type": "string"}}}"#,
        r#"resourceType"#,
    ] {
        assert!(fields(&fhir::FORMAT, text).is_empty(), "{text}");
    }
}

const CDA: &str = r#"<?xml version="1.0"?>
<ClinicalDocument xmlns="urn:hl7-org:v3" xmlns:sdtc="urn:hl7-org:sdtc">
  <id root="1.2.3" extension="D77"/><effectiveTime value="20240501100000-0500"/>
  <recordTarget><patientRole>
    <id root="2.16.840.1.113883.4.1" extension="219-09-9998"/><id root="1.2.840.99" extension="00412"/>
    <addr><streetAddressLine>12 Elm Road</streetAddressLine><city>Salem</city><state>MA</state><postalCode>01970</postalCode></addr>
    <telecom value="tel: 617-555-0143"/><telecom value="mailto:mira@oduya.example"/>
    <patient><name><given>Mira</given><family>Oduya</family></name><birthTime value="19610409"/>
      <guardian><guardianPerson><name>Jon Oduya</name></guardianPerson></guardian></patient>
    <providerOrganization><id root="2.16.840.1.113883.4.6" extension="1234567893"/><name>Salem Clinic</name></providerOrganization>
  </patientRole></recordTarget>
  <author><time value="20240501"/><assignedAuthor><assignedPerson><name><family>Lund</family></name></assignedPerson></assignedAuthor></author>
  <component><section><title>Problems</title><text><table><tr><td>Asthma</td></tr></table></text>
    <entry><act classCode="ACT"><effectiveTime><low value="20240430"/><high value="2024"/></effectiveTime></act></entry></section></component>
</ClinicalDocument>"#;

#[test]
fn a_clinical_document() {
    let want = [
        "ssn=219-09-9998",
        "mrn=00412",
        "address=12 Elm Road",
        "city=Salem",
        "zip=01970",
        "phone=617-555-0143",
        "email=mira@oduya.example",
        "name=Mira",
        "name=Oduya",
        "dob=19610409",
        "name=Jon Oduya",
        "license=1234567893 (provider)",
        "name=Salem Clinic (organisation)",
        "name=Lund (provider)",
        "prose=Problems",
        "prose=<table><tr><td>Asthma</td></tr></table>",
        "date=20240430",
    ];
    assert_eq!(fields(&xml::FORMAT, CDA), want);
}

const FHIR_XML: &str = r#"<Patient xmlns="http://hl7.org/fhir"><id value="p-17"/>
  <text><status value="generated"/><div xmlns="http://www.w3.org/1999/xhtml">Mira <div>Oduya</div></div></text>
  <identifier><type><coding><code value="MR"/></coding></type><value value="00412"/></identifier>
  <name><family value="Oduya"/><given value="Mira"/></name><telecom><system value="fax"/><value value="617-555-0143"/></telecom>
  <birthDate value="1961-04-09"><extension url="x"><valueDateTime value="1961-04-09T10:00:00Z"/></extension></birthDate>
  <contained><Organization><name value="Salem Clinic"/></Organization></contained></Patient>"#;

#[test]
fn fhir_as_xml() {
    let want = [
        "prose=Mira <div>Oduya</div>",
        "mrn=00412",
        "name=Oduya",
        "name=Mira",
        "fax=617-555-0143",
        "dob=1961-04-09",
        "date=1961-04-09T10:00:00Z",
        "name=Salem Clinic (organisation)",
    ];
    assert_eq!(fields(&xml::FORMAT, FHIR_XML), want);
}

const GENERAL: &str = "<!-- members -->\n<members>\n <member id='7'><lastName>Oduya</lastName><h:ssn>219-09-9998</h:ssn>\n\
    <property name=\"dob\" value=\"1961-04-09\"/><field key='city'><![CDATA[ Salem ]]></field><doctor><name>Lund</name></doctor></member>\n\
    <member id=\"8\"><lastName>Brandt</lastName></member></members>";

#[test]
fn general_xml() {
    let want = [
        "id=7",
        "lastName=Oduya",
        "ssn=219-09-9998",
        "dob=1961-04-09",
        "city=Salem",
        "name=Lund (provider)",
        "id=8",
        "lastName=Brandt",
    ];
    assert_eq!(fields(&xml::FORMAT, GENERAL), want);
    let document = Document::of("x", GENERAL.as_bytes().to_vec());
    let mut out = Vec::new();
    (xml::FORMAT.read)(&document, &mut out);
    assert_eq!(out.iter().map(|f| f.record).collect::<Vec<_>>(), [0, 0, 0, 0, 0, 0, 1, 1]);
    assert_eq!(out[0].owner, Owner::Person);
}

#[test]
fn html_and_other_texts_are_no_xml() {
    for text in [
        "<!DOCTYPE html><html><p>x</p></html>",
        "<p align=\"center\">x</p>\n# Title",
        "<mira@oduya.example> wrote",
        "a < b",
        "",
        "<",
        "<34>1 log",
    ] {
        assert!(fields(&xml::FORMAT, text).is_empty(), "{text}");
    }
}

#[test]
fn great_depth_and_hostile_input() {
    let deep = 100_000;
    let texts = [
        format!("{{\"resourceType\":\"Patient\",\"a\":{}", "{\"a\":".repeat(deep)),
        format!("{{\"resourceType\":\"Patient\",\"a\":{}", "[".repeat(deep)),
        format!("<ClinicalDocument>{}", "<a b='c'>".repeat(deep)),
        format!("<Patient xmlns=\"http://hl7.org/fhir\">{}", "<a b='c'>".repeat(deep)),
        format!("<x>{}{}", "<a b='c'>".repeat(deep), "</a>".repeat(deep)),
        "{\"resourceType\":\"Patient\"".repeat(20_000),
        "\"resourceType\":\"Patient\",".repeat(20_000),
        "{\\\"resourceType\\\":\\\"Patient\\\"".repeat(20_000),
        format!("<x>{}", "<!--".repeat(deep)),
        format!("<x>{}", "<a b=\"".repeat(deep)),
        format!("<x>{}", "</".repeat(deep)),
    ];
    for text in texts {
        let begin = std::time::Instant::now();
        check(text.as_bytes());
        assert!(begin.elapsed().as_secs() < 10, "{}", &text[..40]);
    }
}

/// Both readers on these bytes: nothing panics, values stand inside, in order.
fn check(bytes: &[u8]) {
    let document = Document::of("x", bytes.to_vec());
    for format in [fhir::FORMAT, xml::FORMAT] {
        let mut out = Vec::new();
        (format.is)(&document);
        (format.read)(&document, &mut out);
        let mut before = 0;
        for field in out {
            assert!(
                before <= field.value.start && field.value.start < field.value.end && field.value.end <= bytes.len()
            );
            before = field.value.start;
            if let Label::Text(range) = field.label {
                assert!(range.start <= range.end && range.end <= bytes.len());
            }
        }
    }
}

#[test]
fn every_prefix() {
    for text in [PATIENT, CDA, FHIR_XML, GENERAL] {
        for end in 0..=text.len() {
            check(&text.as_bytes()[..end]);
        }
    }
}

proptest! {
    #[test]
    fn damaged(which in 0..4_usize, edits in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..12)) {
        let mut bytes = [PATIENT, CDA, FHIR_XML, GENERAL][which].as_bytes().to_vec();
        for (at, byte) in edits {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        check(&bytes);
    }

    #[test]
    fn anything(text in "[a-b <>/='\"!?:{}\\[\\],0\\\\-]{0,200}") {
        check(text.as_bytes());
        check(format!("<a>{text}").as_bytes());
        check(format!("{{\"resourceType\":\"Patient\",{text}").as_bytes());
    }
}
