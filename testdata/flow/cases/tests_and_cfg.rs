//! Code of tests stays silent; code behind features and debug assertions does not.
use tracing::{debug, info};

#[derive(Debug, Clone, PartialEq)]
pub struct Member {
    pub first_name: String,
    pub ssn: String,
    pub plan_year: u16,
}

pub fn parse(line: &str) -> Option<Member> {
    let mut cells = line.split('|');
    let member = Member {
        first_name: cells.next()?.to_owned(),
        ssn: cells.next()?.to_owned(),
        plan_year: cells.next()?.parse().ok()?,
    };
    #[cfg(debug_assertions)]
    debug!("parsed {member:?}"); // expect: phi-log
    #[cfg(debug_assertions)]
    debug!("parsed a line of {} bytes", line.len()); // ok: a length
    if cfg!(feature = "audit-verbose") {
        info!("ssn {}", member.ssn); // expect: phi-log
    }
    Some(member)
}

#[cfg(feature = "audit-verbose")]
pub fn report(member: &Member) {
    info!("{}", member.first_name); // expect: phi-log
    info!("{}", member.plan_year); // ok: a year of a plan
}

#[cfg(not(feature = "audit-verbose"))]
pub fn report(member: &Member) {
    info!("{}", member.plan_year); // ok: a year of a plan
}

#[cfg(not(test))]
pub fn dump(member: &Member) {
    eprintln!("{member:?}"); // expect: phi-log
}

#[cfg(test)]
pub fn dump(member: &Member) {
    eprintln!("{member:?}"); // ok: only in tests
}

#[cfg(test)]
impl Member {
    fn sample() -> Self {
        let sample = Member { first_name: "Testy".into(), ssn: "synthetic".into(), plan_year: 2020 };
        println!("{}", sample.ssn); // ok: only in tests
        sample
    }
}

/// An ordinary function whose name speaks of tests.
pub fn test_connection(member: &Member) {
    info!("probe for {}", member.ssn); // expect: phi-log
    info!("probe"); // ok: a word
}

/// An ordinary module whose name speaks of tests.
pub mod test_orders {
    pub fn order(m: &super::Member) {
        tracing::info!("blood test for {}", m.first_name); // expect: phi-log
        tracing::info!("blood test in {}", m.plan_year); // ok: a year of a plan
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_parsed() {
        let member = parse("Testy|synthetic|2020").expect("a line");
        println!("{member:?}"); // ok: a test
        assert_eq!(member.ssn, "synthetic"); // ok: a test
        assert_eq!(member, Member::sample()); // ok: a test
        dbg!(&member.first_name); // ok: a test
    }

    #[tokio::test]
    async fn also_in_async_tests() {
        let member = Member::sample();
        tracing::info!("{}", member.ssn); // ok: a test
    }

    fn helper(ssn: &str) {
        panic!("unexpected {ssn}"); // ok: a helper of tests
    }

    #[test]
    #[should_panic]
    fn the_helper_panics() {
        helper("synthetic");
    }
}

#[cfg(all(test, feature = "audit-verbose"))]
mod verbose_tests {
    #[test]
    fn prints() {
        println!("{:?}", super::parse("Testy|synthetic|2020")); // ok: a test
    }
}

#[test]
fn a_test_outside_of_a_module() {
    let ssn = "synthetic".to_owned();
    let member = Member { first_name: "Testy".into(), ssn, plan_year: 2020 };
    assert_eq!(member.ssn.len(), 9, "{}", member.ssn); // ok: a test
}
