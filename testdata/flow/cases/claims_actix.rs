//! A claims service with actix: handlers, a guard, an error with a response, a batch, adjudication rules.
use actix_web::{get, post, web, HttpRequest, HttpResponse, Responder, ResponseError};
use log::{debug, error, info, warn};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::fmt;
use std::sync::Mutex;

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Claim {
    pub claim_number: String,
    pub subscriber: Subscriber,
    pub service_lines: Vec<ServiceLine>,
    pub payer: Payer,
    pub status: Status,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Subscriber {
    pub member_id: String,
    pub last_name: String,
    pub dob: String,
    pub group: Option<String>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ServiceLine {
    pub line: u16,
    pub diagnosis: String,
    pub charge_cents: i64,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Payer {
    pub name: String,
    pub payer_code: String,
}

#[derive(Debug, Clone, Copy, Serialize, Deserialize, PartialEq)]
pub enum Status {
    Received,
    Paid,
    Denied,
}

#[derive(Debug)]
pub enum ClaimError {
    Duplicate(Box<Claim>),
    NotEligible { member_id: String },
    Payer(String),
    Busy,
}

impl fmt::Display for ClaimError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ClaimError::Duplicate(_) => write!(f, "duplicate claim"),
            ClaimError::NotEligible { .. } => write!(f, "member is not eligible"),
            ClaimError::Payer(name) => write!(f, "payer {name} is unknown"),
            ClaimError::Busy => f.write_str("busy"),
        }
    }
}

impl ResponseError for ClaimError {
    fn error_response(&self) -> HttpResponse {
        debug!("answering {self}"); // ok: Display prints a payer at most
        match self {
            ClaimError::NotEligible { member_id } => {
                warn!("member {member_id} is not eligible"); // expect: phi-log
                HttpResponse::UnprocessableEntity().body(format!("{member_id} is not eligible")) // ok: an answer's body
            }
            ClaimError::Payer(name) => {
                warn!("payer {name}"); // ok: a payer
                HttpResponse::BadRequest().finish()
            }
            other => {
                error!("{other:?}"); // expect: phi-log
                HttpResponse::InternalServerError().finish()
            }
        }
    }
}

#[derive(Default)]
pub struct Desk {
    seen: Mutex<HashMap<String, usize>>,
    amounts: Mutex<HashMap<String, i64>>,
}

#[post("/claims")]
pub async fn submit(desk: web::Data<Desk>, claim: web::Json<Claim>, req: HttpRequest) -> Result<HttpResponse, ClaimError> {
    info!("{} {} bytes of headers", req.method(), req.headers().len()); // ok: a method and a count
    info!("claim of {} lines from {}", claim.service_lines.len(), claim.payer.name); // ok: a count and a payer
    debug!("claim {:?}", claim.0); // expect: phi-log
    let claim = claim.into_inner();
    let mut seen = desk.seen.lock().map_err(|_| ClaimError::Busy)?;
    let times = seen.entry(claim.claim_number.clone()).or_insert(0);
    *times += 1;
    if *times > 1 {
        warn!("claim seen {times} times"); // ok: a count
        warn!("claim of {} seen {times} times", claim.subscriber.last_name); // expect: phi-log
        return Err(ClaimError::Duplicate(Box::new(claim)));
    }
    if claim.subscriber.group.is_none() {
        return Err(ClaimError::NotEligible { member_id: claim.subscriber.member_id });
    }
    let mut amounts = desk.amounts.lock().map_err(|_| ClaimError::Busy)?;
    let total: i64 = claim.service_lines.iter().map(|l| l.charge_cents).sum();
    amounts.insert(claim.payer.payer_code.clone(), total);
    info!("{} has {} cents", claim.payer.payer_code, total); // ok: a payer and an amount
    info!("totals {amounts:?}"); // ok: amounts by payer
    Ok(HttpResponse::Accepted().json(&claim)) // ok: an answer's body
}

#[get("/claims/{number}")]
pub async fn find(path: web::Path<String>, desk: web::Data<Desk>) -> impl Responder {
    let seen = desk.seen.lock().map(|s| s.contains_key(path.as_str())).unwrap_or(false);
    info!("found: {seen}"); // ok: a bool
    HttpResponse::Ok().body(path.into_inner())
}

#[derive(Deserialize)]
pub struct EligibilityQuery {
    pub subscriber_dob: String,
    pub payer_code: String,
}

#[get("/eligibility")]
pub async fn eligibility(query: web::Query<EligibilityQuery>) -> impl Responder {
    let query = query.into_inner();
    info!("eligibility with {}", query.payer_code); // ok: a payer
    info!("eligibility of one born {}", query.subscriber_dob); // expect: phi-log
    HttpResponse::Ok().json(serde_json::json!({ "born": query.subscriber_dob })) // ok: an answer's body
}

/// What adjudication decides, and why.
pub enum Decision<'a> {
    Pay(i64),
    Deny { reason: &'static str, line: &'a ServiceLine },
    Ask { whom: &'a Subscriber },
}

pub fn adjudicate(claim: &Claim) -> Decision<'_> {
    match claim.service_lines.iter().find(|l| l.diagnosis.is_empty()) {
        Some(line) => Decision::Deny { reason: "no diagnosis", line },
        None if claim.subscriber.dob.is_empty() => Decision::Ask { whom: &claim.subscriber },
        None => Decision::Pay(claim.service_lines.iter().map(|l| l.charge_cents).sum()),
    }
}

pub fn explain(claim: &Claim) {
    match adjudicate(claim) {
        Decision::Pay(cents) => info!("pays {cents}"), // ok: an amount
        Decision::Deny { reason, line } => {
            info!("denied: {reason}"); // ok: constants
            info!("denied line {}", line.line); // ok: a line's number
            info!("denied for {}", line.diagnosis); // expect: phi-log
        }
        Decision::Ask { whom } => info!("asking {}", whom.last_name), // expect: phi-log
    }
    info!("status {:?}", claim.status); // ok: an enum without payload
    info!("is paid: {}", claim.status == Status::Paid); // ok: a comparison
}

pub fn batch(claims: &[Claim]) -> String {
    let mut by_status: HashMap<&'static str, usize> = HashMap::new();
    let mut rejected = Vec::new();
    for claim in claims {
        let key = match claim.status {
            Status::Received => "received",
            Status::Paid => "paid",
            Status::Denied => "denied",
        };
        *by_status.entry(key).or_default() += 1;
        if claim.status == Status::Denied {
            rejected.push(&claim.subscriber);
        }
    }
    info!("{by_status:?}"); // ok: counts by constants
    error!("rejected: {rejected:?}"); // expect: phi-log
    error!("rejected: {}", rejected.len()); // ok: a count
    let names: Vec<&str> = rejected.iter().map(|s| s.last_name.as_str()).collect();
    let text = names.join("\n");
    error!("rejected:\n{text}"); // expect: phi-log
    text
}
