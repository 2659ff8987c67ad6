//! FHIR's `AuditEvent` (R4 and R5), as IHE's Basic Audit Log Patterns (BALP) fill it.

use serde_json::Value;

use super::event::Raw;
use super::mapping::{take_out, text};

/// Is it one?
pub(super) fn is_event(value: &Value) -> bool {
    value["resourceType"] == "AuditEvent"
}

/// What an event says.
pub(super) fn raw(event: &Value) -> Raw {
    let agents = event["agent"].as_array().map(Vec::as_slice).unwrap_or_default();
    // The one who asked for it; a program that did it for somebody stands beside.
    let agent = agents.iter().find(|agent| agent["requestor"] == true).or(agents.first()).unwrap_or(&Value::Null);
    let who = &agent["who"];
    let user = [&who["identifier"]["value"], &who["reference"], &agent["altId"], &who["display"], &agent["name"]];
    let name = [&agent["name"], &who["display"]];
    let role = [&agent["role"][0]["text"], &agent["role"][0]["coding"][0]["code"]];
    let entities = event["entity"].as_array().map(Vec::as_slice).unwrap_or_default();
    let is_patient = |entity: &&Value| {
        let reference = entity["what"]["reference"].as_str().unwrap_or_default();
        // BALP: a patient is an entity of role 1 (object-role) and type 1 (audit-entity-type, a person).
        reference.contains("Patient/") || entity["role"]["code"] == "1" || entity["role"]["coding"][0]["code"] == "1"
    };
    let patient = entities.iter().find(is_patient).unwrap_or(&Value::Null);
    let what = &patient["what"];
    let of_patient = [&what["reference"], &what["identifier"]["value"], &event["patient"]["reference"]];
    let first = |values: &[&Value]| values.iter().find_map(|value| text(value));
    let outcome = [&event["outcome"], &event["outcome"]["code"]["code"]];
    Raw {
        user: first(&user),
        user_name: first(&name),
        role: first(&role),
        patient: first(&of_patient),
        patient_name: first(&[&what["display"], &patient["name"]]),
        time: text(&event["recorded"]),
        action: action(event, agent),
        outcome: first(&outcome),
        rest: rest(event),
        ..Raw::default()
    }
}

/// All codes that say what was done, and what for.
fn action(event: &Value, agent: &Value) -> Option<String> {
    let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
    let mut codings: Vec<Value> = list(&event["code"]["coding"]);
    for concept in list(&event["subtype"]).into_iter().chain(list(&event["category"])) {
        codings.extend(list(&concept["coding"]));
        codings.push(concept);
    }
    let mut words: Vec<String> = codings.iter().flat_map(said).collect();
    let purposes = [&event["purposeOfEvent"], &agent["purposeOfUse"], &event["authorization"], &agent["authorization"]];
    let purposes = purposes.into_iter().flat_map(list).flat_map(|concept| list(&concept["coding"]));
    // HL7's v3-ActReason: break the glass, emergency treatment.
    let emergency = purposes.filter(|coding| coding["code"] == "BTG" || coding["code"] == "ETREAT");
    words.extend(emergency.map(|_| "break-glass".to_owned()));
    words.extend(text(&event["action"]));
    if words.is_empty() {
        words.extend(said(&event["type"]));
    }
    (!words.is_empty()).then(|| words.join(" "))
}

/// The code of a coding, and what it is called.
fn said(coding: &Value) -> Vec<String> {
    [&coding["code"], &coding["display"]].into_iter().filter_map(text).collect()
}

/// What it says beside who, whom, when and what: texts, queries, details.
fn rest(event: &Value) -> String {
    let mut event = event.clone();
    for key in ["resourceType", "id", "meta", "agent", "source", "patient", "encounter", "recorded", "period"] {
        take_out(&mut event, &[key]);
    }
    for entity in event["entity"].as_array_mut().into_iter().flatten() {
        take_out(entity, &["what"]);
        take_out(entity, &["name"]);
    }
    event.to_string()
}
