//! Integration: HL7 v2 segments, FHIR resources of the house's own model, a listener, an audit event.
use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;
use tracing::{debug, error, info, trace, warn};

/// An HL7 v2 PID segment.
#[derive(Debug, Clone, Default)]
pub struct Pid {
    pub patient_identifier_list: Vec<String>,
    pub patient_name: HumanName,
    pub date_time_of_birth: Option<String>,
    pub set_id: u32,
}

/// An HL7 v2 MSH segment.
#[derive(Debug, Clone, Default)]
pub struct Msh {
    pub sending_facility: String,
    pub message_type: String,
    pub control_id: String,
}

#[derive(Debug, Clone, Default)]
pub struct HumanName {
    pub family: String,
    pub given: Vec<String>,
}

impl fmt::Display for HumanName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}^{}", self.family, self.given.join(" "))
    }
}

#[derive(Debug, Clone, Default)]
pub struct Patient {
    pub id: Option<String>,
    pub name: Vec<HumanName>,
    pub birth_date: Option<String>,
    pub telecom: Vec<ContactPoint>,
    pub managing_organization: Option<Organization>,
}

#[derive(Debug, Clone, Default)]
pub struct ContactPoint {
    pub system: Option<String>,
    pub value: Option<String>,
}

#[derive(Debug, Clone, Default)]
pub struct Organization {
    pub name: String,
    pub phone: String,
}

#[derive(Debug, Clone)]
pub enum Segment {
    Msh(Msh),
    Pid(Box<Pid>),
    Unknown { tag: String, fields: usize },
}

#[derive(Debug)]
pub enum ParseError {
    Truncated { line: usize },
    BadBirth { line: usize, date_of_birth: String },
}

impl fmt::Display for ParseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Truncated { line } | Self::BadBirth { line, .. } => write!(f, "line {line} is malformed"),
        }
    }
}

impl FromStr for Pid {
    type Err = ParseError;

    fn from_str(text: &str) -> Result<Self, ParseError> {
        let mut fields = text.split('|');
        let birth = fields.nth(7).unwrap_or_default();
        if birth.len() != 8 {
            debug!("date of birth has {} digits", birth.len()); // ok: a length
            return Err(ParseError::BadBirth { line: 1, date_of_birth: birth.to_owned() });
        }
        let name = HumanName { family: fields.next().unwrap_or_default().into(), given: Vec::new() };
        trace!("{name}"); // expect: phi-log
        Ok(Pid { patient_name: name, date_time_of_birth: Some(birth.into()), ..Pid::default() })
    }
}

pub fn segment(s: &Segment) {
    match s {
        Segment::Msh(msh) => info!("{} from {}", msh.message_type, msh.sending_facility), // ok: a facility
        Segment::Pid(pid) => info!("{}", pid.patient_name), // expect: phi-log
        Segment::Unknown { tag, fields } => warn!("{tag} with {fields} fields"), // ok: a segment's tag
    }
    if let Segment::Pid(pid) = s {
        info!("set {}", pid.set_id); // ok: the number of the set
        info!("{:?}", pid.patient_identifier_list.first()); // expect: phi-log
        info!("{}", pid.patient_identifier_list.len()); // ok: a count
    }
    debug!("{s:?}"); // expect: phi-log
}

pub fn listen(lines: &[String]) -> BTreeMap<String, usize> {
    let mut by_type = BTreeMap::new();
    for (n, line) in lines.iter().enumerate() {
        match line.parse::<Pid>() {
            Ok(pid) => {
                *by_type.entry("PID".to_owned()).or_insert(0) += 1;
                info!(set = pid.set_id, "line {n}"); // ok: numbers
                info!(family = pid.patient_name.family, "line {n}"); // expect: phi-log
            }
            Err(err) => {
                error!("line {n}: {err}"); // ok: Display prints a line's number
                error!("line {n}: {err:?}"); // expect: phi-log
            }
        }
    }
    info!("{by_type:?}"); // ok: counts by tag
    by_type
}

impl From<Pid> for Patient {
    fn from(pid: Pid) -> Self {
        Patient { name: vec![pid.patient_name], birth_date: pid.date_time_of_birth, ..Patient::default() }
    }
}

pub fn resource(p: &Patient) {
    info!("{:?}", p.name); // expect: phi-log
    info!("{}", p.name.len()); // ok: a count
    for point in &p.telecom {
        info!("{:?}", point.system); // neutral: `phone` or `email`, a kind, but a part of the telecom
        info!("{:?}", point.value); // expect: phi-log tier=low
    }
    if let Some(org) = &p.managing_organization {
        info!("{} {}", org.name, org.phone); // ok: an organisation
    }
    let family = p.name.first().map(|n| n.family.as_str()).unwrap_or("unknown");
    warn!("{family}"); // expect: phi-log
    let used = p.telecom.iter().filter(|t| t.value.is_some()).count();
    warn!("{used} contact points"); // ok: a count
    warn!("{:?}", p.birth_date.as_deref().map(|d| &d[..4])); // neutral: a year of birth by slicing
}

pub fn converted(pid: Pid) {
    let patient: Patient = pid.into();
    debug!("{:?}", patient.birth_date); // expect: phi-log
    debug!("{:?}", patient.birth_date.is_none()); // ok: presence
    debug!("{patient:?}"); // expect: phi-log
}

/// What happened to whom: the audit trail goes to a table, the log gets the outcome.
pub struct AuditEvent<'a> {
    pub outcome: &'static str,
    pub patient: &'a Patient,
    pub bytes: usize,
}

pub fn audited(event: &AuditEvent<'_>, table: &mut Vec<String>) {
    table.push(format!("{};{:?}", event.outcome, event.patient.name)); // ok: a table in memory
    info!(outcome = event.outcome, bytes = event.bytes, "audit"); // ok: constants and a count
    if let Some(first) = event.patient.name.first() {
        info!(outcome = event.outcome, who = %first, "audit"); // expect: phi-log
    }
}
