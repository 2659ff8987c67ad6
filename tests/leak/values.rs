//! Made-up values of every kind: those of the rules' own examples, and many generated ones.

use phivet::{Document, Policy, Profile, Rules, Scanner};

/// A value to plant, and what a document calls it.
pub(crate) struct Value {
    /// The kind in the report's contract.
    pub(crate) kind: String,
    /// A label, as a key.
    pub(crate) label: String,
    /// The value itself.
    pub(crate) text: String,
}

/// Numbers that look random and are the same in every run.
pub(crate) struct Dice(u64);

impl Dice {
    pub(crate) fn new() -> Self {
        Self(0x2545_F491_4F6C_DD1D)
    }

    fn roll(&mut self, from: u64, to: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        from + self.0 % (to - from)
    }

    fn of<'a>(&mut self, list: &[&'a str]) -> &'a str {
        list[self.roll(0, list.len() as u64) as usize]
    }

    fn digits(&mut self, count: usize) -> String {
        (0..count).map(|at| char::from(b'0' + self.roll(u64::from(at == 0), 10) as u8)).collect()
    }
}

const GIVEN: &[&str] = &[
    "Maria", "James", "Linda", "Robert", "Patricia", "Michael", "Barbara", "William", "Jennifer", "David", "Susan",
    "Richard", "Jessica", "Thomas", "Karen", "Daniel", "Nancy", "Matthew", "Sandra", "Anthony", "Ashley", "Steven",
];

const SURNAME: &[&str] = &[
    "Alvarez",
    "Johnson",
    "Williams",
    "Rodriguez",
    "Martinez",
    "Hernandez",
    "Gonzalez",
    "Anderson",
    "Thompson",
    "Robinson",
    "Sanchez",
    "Ramirez",
    "Campbell",
    "Mitchell",
    "Phillips",
    "Sullivan",
    "Castillo",
    "Schneider",
];

const STREET: &[&str] = &["Willowbrook", "Juniper", "Ashgrove", "Kensington", "Larkspur", "Brambleton", "Thornbury"];

/// One generated value of each kind.
fn generated(dice: &mut Dice) -> Vec<(&'static str, &'static str, String)> {
    let (given, surname) = (dice.of(GIVEN), dice.of(SURNAME));
    let (area, group) = (dice.roll(101, 665), dice.roll(10, 99));
    let (year, month, day) = (dice.roll(1931, 2012), dice.roll(1, 13), dice.roll(1, 28));
    let number = dice.roll(10, 99_999);
    vec![
        ("ssn", "patient_ssn", format!("{area:03}-{group:02}-{}", dice.digits(4))),
        ("ssn", "ssn", format!("{area:03}{group:02}{}", dice.digits(4))),
        ("phone", "phone", format!("(312) {}-{}", dice.roll(220, 550), dice.digits(4))),
        ("phone", "home_phone", format!("+1 617 {} {}", dice.roll(220, 550), dice.digits(4))),
        ("fax", "fax", format!("415-{}-{}", dice.roll(220, 550), dice.digits(4))),
        ("name", "patient_name", format!("{given} {surname}")),
        ("name", "patient", format!("{}, {given} Q", surname.to_uppercase())),
        ("mrn", "mrn", dice.digits(8)),
        ("mrn", "medical_record_number", format!("MRN-{}", dice.digits(7))),
        ("email", "email", format!("{}.{}{}@gmail.com", given.to_lowercase(), surname.to_lowercase(), dice.digits(3))),
        ("account", "card_number", card(dice)),
        ("account", "patient_account", format!("PA{}", dice.digits(9))),
        ("health_plan_id", "mbi", mbi(dice)),
        ("health_plan_id", "member_id", format!("XQH{}", dice.digits(9))),
        ("address", "address", format!("{number} {} Street", dice.of(STREET))),
        ("dob", "date_of_birth", format!("{year}-{month:02}-{day:02}")),
        ("dob", "dob", format!("{month:02}/{day:02}/{year}")),
        ("zip", "zip", format!("606{}-{}", dice.digits(2), dice.digits(4))),
        ("license", "drivers_license", format!("D{}-{}-{}", dice.digits(3), dice.digits(4), dice.digits(4))),
        ("device", "device_serial", format!("SN{}", dice.digits(9))),
        ("ip", "client_ip", format!("73.{}.{}.{}", dice.roll(100, 250), dice.roll(100, 250), dice.roll(100, 250))),
        ("other_id", "encounter_id", format!("ENC{}", dice.digits(8))),
    ]
}

/// A card number with its check digit (ISO/IEC 7812-1, annex B).
fn card(dice: &mut Dice) -> String {
    let body = format!("4532{}", dice.digits(11));
    let sum: u32 = body
        .bytes()
        .enumerate()
        .map(|(at, b)| {
            let digit = u32::from(b - b'0') * if at % 2 == 0 { 2 } else { 1 };
            digit / 10 + digit % 10
        })
        .sum();
    format!("{body}{}", (10 - sum % 10) % 10)
}

/// A Medicare beneficiary identifier (CMS, "Understanding the MBI format").
fn mbi(dice: &mut Dice) -> String {
    let letters = ["A", "C", "D", "E", "F", "G", "H", "J", "K", "M", "N", "P", "Q", "R", "T", "U", "V", "W", "X", "Y"];
    let mut text = String::new();
    for sort in "9AX9AX9AA99".chars() {
        match sort {
            '9' => text += &dice.digits(1),
            'X' if dice.roll(0, 2) == 0 => text += &dice.digits(1),
            _ => text += dice.of(&letters),
        }
    }
    text
}

/// `rounds` of generated values.
pub(crate) fn many(rounds: usize) -> Vec<Value> {
    let mut dice = Dice::new();
    (0..rounds)
        .flat_map(|_| generated(&mut dice))
        .map(|(kind, label, text)| Value { kind: kind.to_owned(), label: label.to_owned(), text })
        .collect()
}

/// What each rule's own examples hold, with the example.
pub(crate) fn of_examples() -> Vec<(Value, String)> {
    let scanner = Scanner::new(
        Rules::builtin().expect("the catalogue is good"),
        Policy { profile: Profile::Strict, min_confidence: Some(0.3), ..Policy::default() },
    )
    .expect("the catalogue compiles");
    let mut values = Vec::new();
    for (id, rule) in scanner.rules().iter() {
        for example in &rule.examples.hit {
            let document = Document::of("example.txt", example.as_bytes().to_vec());
            for found in scanner.scan(&document).iter().filter(|found| found.rule == id) {
                let at = found.start_byte as usize..found.end_byte as usize;
                let text = String::from_utf8_lossy(&document.bytes[at]).into_owned();
                let label = rule.identifier.called.first().unwrap_or(&rule.id).replace(' ', "_");
                values.push((Value { kind: found.kind.clone(), label, text }, example.clone()));
            }
        }
    }
    values
}
