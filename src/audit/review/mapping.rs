//! Which column or key of a log says what.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::event::Raw;

/// What a mapping file may say. A name is a column's, or the way to a key, with dots: `actor.user.name`.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Mapping {
    /// Who did it.
    pub user: Option<String>,
    /// That person's name.
    pub user_name: Option<String>,
    /// That person's role or department: people are compared with others of the same.
    pub role: Option<String>,
    /// Whose record it was.
    pub patient: Option<String>,
    /// The patient's name.
    pub patient_name: Option<String>,
    /// When.
    pub time: Option<String>,
    /// What was done.
    pub action: Option<String>,
    /// Whether it was successful.
    pub outcome: Option<String>,
    /// Whether emergency access was reviewed.
    pub reviewed: Option<String>,
    /// What every event must say: user, time, action, patient, role, outcome.
    pub required: Option<Vec<Field>>,
    /// The working day, from and to an hour: `[7, 19]`.
    pub hours: Option<(u8, u8)>,
}

/// What common exports call the fields, without case and separators.
const CALLED: &[(&str, &[&str])] = &[
    (
        "user",
        &["user", "userid", "username", "login", "loginid", "actor", "actoruserid", "staffid", "employeeid", "who"],
    ),
    (
        "user_name",
        &["userfullname", "userdisplayname", "userlastname", "usersurname", "employeename", "staffname", "fullname"],
    ),
    ("role", &["role", "userrole", "department", "dept", "jobtitle", "position", "usertype"]),
    (
        "patient",
        &["patient", "patientid", "patid", "mrn", "patientmrn", "medicalrecordnumber", "subject", "subjectid", "pid"],
    ),
    ("patient_name", &["patientname", "patname", "patientlastname", "patientsurname", "patientfullname"]),
    (
        "time",
        &[
            "time",
            "timestamp",
            "datetime",
            "date",
            "at",
            "when",
            "accesstime",
            "accessedat",
            "eventtime",
            "recorded",
            "createdat",
        ],
    ),
    ("action", &["action", "event", "eventtype", "activity", "operation", "accesstype", "type", "what", "actioncode"]),
    ("outcome", &["outcome", "status", "result", "success"]),
    ("reviewed", &["reviewed", "reviewedby", "reviewedat", "reviewstatus"]),
];

/// What an event can be asked to say.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Field {
    /// Who.
    User,
    /// When.
    Time,
    /// What.
    Action,
    /// Whose record, where one was looked at.
    Patient,
    /// In which role.
    Role,
    /// How it ended.
    Outcome,
}

impl Field {
    /// The word for it.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Time => "time",
            Self::Action => "action",
            Self::Patient => "patient",
            Self::Role => "role",
            Self::Outcome => "outcome",
        }
    }
}

/// What an event must say if the mapping does not.
const REQUIRED: &[Field] = &[Field::User, Field::Time, Field::Action, Field::Patient];

/// The fields of an event, in the order of [`CALLED`].
const FIELDS: usize = CALLED.len();

impl Mapping {
    fn named(&self) -> [&Option<String>; FIELDS] {
        [
            &self.user,
            &self.user_name,
            &self.role,
            &self.patient,
            &self.patient_name,
            &self.time,
            &self.action,
            &self.outcome,
            &self.reviewed,
        ]
    }

    /// What every event must say.
    pub(super) fn required(&self) -> Vec<Field> {
        self.required.clone().unwrap_or_else(|| REQUIRED.to_vec())
    }

    /// What is wrong with it, if something is.
    #[must_use]
    pub fn wrong(&self) -> Option<&'static str> {
        let (from, to) = self.hours?;
        (from >= to || to > 24).then_some("`hours` is not a working day: from an hour to a later one, as in [7, 19]")
    }

    /// Where each field stands among these columns or keys.
    pub(super) fn columns(&self, head: &[String]) -> [Option<usize>; FIELDS] {
        let mut places = [None; FIELDS];
        for ((place, named), (_, called)) in places.iter_mut().zip(self.named()).zip(CALLED) {
            *place = match named {
                Some(name) => head.iter().position(|column| column == name),
                None => called.iter().find_map(|name| head.iter().position(|column| plain(column) == *name)),
            };
        }
        places
    }

    /// What an object says.
    pub(super) fn of_object(&self, object: &Value) -> Raw {
        let keys: Vec<String> = object.as_object().map(|all| all.keys().cloned().collect()).unwrap_or_default();
        let columns = self.columns(&keys);
        let mut rest = object.clone();
        let mut raw = raw(|field| {
            let path = match self.named()[field] {
                Some(path) => path.split('.').collect(),
                None => columns[field].map(|at| vec![keys[at].as_str()]).unwrap_or_default(),
            };
            take_out(&mut rest, &path);
            let value = match self.named()[field] {
                Some(path) => path.split('.').try_fold(object, |value, key| value.get(key)),
                None => columns[field].and_then(|at| object.get(&keys[at])),
            };
            value.and_then(text)
        });
        raw.rest = rest.to_string();
        raw
    }

    /// The fields that are named and that a log of these columns does not have.
    pub(super) fn absent<'m>(&'m self, head: &[String]) -> Option<&'m str> {
        self.named().into_iter().flatten().find(|name| !head.contains(name)).map(String::as_str)
    }
}

/// Takes what stands at the end of a way out of an object.
pub(super) fn take_out(object: &mut Value, path: &[&str]) {
    let Some((last, way)) = path.split_last() else { return };
    let inner = way.iter().try_fold(object, |object, key| object.get_mut(*key));
    if let Some(object) = inner.and_then(Value::as_object_mut) {
        object.remove(*last);
    }
}

/// The fields of an event, each asked for by its number in [`CALLED`].
pub(super) fn raw(mut field: impl FnMut(usize) -> Option<String>) -> Raw {
    Raw {
        user: field(0),
        user_name: field(1),
        role: field(2),
        patient: field(3),
        patient_name: field(4),
        time: field(5),
        action: field(6),
        outcome: field(7),
        reviewed: field(8),
        ..Raw::default()
    }
}

/// A text, a number or a truth value as text.
pub(super) fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(truth) => Some(truth.to_string()),
        _ => None,
    }
}

fn plain(name: &str) -> String {
    name.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect()
}
