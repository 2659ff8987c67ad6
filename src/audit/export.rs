//! Entries in the forms that others read: JSON, CSV, and events after the Open Cybersecurity Schema Framework.

use serde_json::{Value, json};

use super::entry::{Entry, Outcome};

/// The head of the CSV.
pub const CSV_HEAD: &str = "seq,time,user,uid,host,ci,ci_actor,ci_run,command,targets,counts,details,reason,outcome,review,reviews,rules,config,tool";

/// An entry as a row of CSV (RFC 4180), without its line end.
#[must_use]
pub fn csv(entry: &Entry) -> String {
    let who = &entry.who;
    let ci = who.ci.clone().unwrap_or_default();
    let pairs = |all: &mut dyn Iterator<Item = String>| all.collect::<Vec<_>>().join("; ");
    let mut targets = entry.targets.join("; ");
    if entry.more_targets > 0 {
        targets += &format!("; and {} more", entry.more_targets);
    }
    let cells = [
        entry.seq.to_string(),
        entry.time.clone(),
        who.user.clone(),
        who.uid.map(|uid| uid.to_string()).unwrap_or_default(),
        who.host.clone().unwrap_or_default(),
        ci.system,
        ci.actor.unwrap_or_default(),
        ci.run.unwrap_or_default(),
        entry.command.clone(),
        targets,
        pairs(&mut entry.counts.iter().map(|(kind, count)| format!("{kind}={count}"))),
        pairs(&mut entry.details.iter().map(|(name, value)| format!("{name}={value}"))),
        entry.reason.clone().unwrap_or_default(),
        outcome(entry.outcome).to_owned(),
        entry.review.to_string(),
        pairs(&mut entry.reviews.iter().map(u64::to_string)),
        entry.rules.clone().unwrap_or_default(),
        entry.config.clone().unwrap_or_default(),
        entry.tool.clone(),
    ];
    cells.map(|text| cell(&text)).join(",")
}

/// A cell. A spreadsheet takes what begins with one of `=+-@` for a formula: a quote before it makes it a text.
fn cell(text: &str) -> String {
    let formula = text.starts_with(['=', '+', '-', '@', '\t', '\r']);
    let text = if formula { format!("'{text}") } else { text.to_owned() };
    if text.contains([',', '"', '\n', '\r', '\'']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text }
}

/// The word for an outcome.
#[must_use]
pub fn outcome(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Started => "started",
        Outcome::Done => "done",
        Outcome::Clean => "clean",
        Outcome::Found => "found",
        Outcome::Nothing => "nothing",
        Outcome::Refused => "refused",
        Outcome::Failed => "failed",
    }
}

/// An entry as an event "API Activity" (class 6003) of OCSF 1.3; what that class has no place for stands under `unmapped`.
#[must_use]
pub fn ocsf(entry: &Entry) -> Value {
    // Activities of the class: 1 create, 2 read, 3 update, 4 delete, 99 other.
    let activity = match entry.command.split(' ').next().unwrap_or_default() {
        "scan" | "verify" | "stats" | "incident" | "reveal" => 2,
        "redact" => 3,
        "baseline" | "keys" => 1,
        _ => 99,
    };
    // 0 unknown, 1 success, 2 failure.
    let status = match entry.outcome {
        Outcome::Started => 0,
        Outcome::Refused | Outcome::Failed => 2,
        _ => 1,
    };
    let who = &entry.who;
    let (product, version) = entry.tool.split_once(' ').unwrap_or((&entry.tool, ""));
    json!({
        "category_uid": 6,
        "class_uid": 6003,
        "class_name": "API Activity",
        "activity_id": activity,
        "type_uid": 600_300 + activity,
        "time": entry.seconds() * 1000,
        // 1 informational, 3 medium: somebody must look at it.
        "severity_id": if entry.review { 3 } else { 1 },
        "status_id": status,
        "status_detail": outcome(entry.outcome),
        "message": entry.reason,
        "metadata": {
            "version": "1.3.0",
            "product": {"name": product, "vendor_name": "phivet", "version": version},
            "log_name": "phivet audit trail",
            "sequence": entry.seq,
            "original_time": entry.time,
        },
        "actor": {"user": {"name": who.user, "uid": who.uid.map(|uid| uid.to_string())}},
        "src_endpoint": {"hostname": who.host},
        "api": {"operation": entry.command, "service": {"name": "phivet"}},
        "resources": entry.targets.iter().map(|name| json!({"name": name})).collect::<Vec<_>>(),
        "unmapped": {
            "ci": who.ci,
            "counts": entry.counts,
            "details": entry.details,
            "review": entry.review,
            "reviews": entry.reviews,
            "rules": entry.rules,
            "config": entry.config,
        },
    })
}
