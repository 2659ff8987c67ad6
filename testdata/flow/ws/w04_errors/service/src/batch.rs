use claim_rules::RuleError;
use tracing::{error, info};

/// What went wrong, by member.
#[derive(Default)]
pub struct Failures {
    lines: Vec<String>,
    by_rule: std::collections::BTreeMap<u16, usize>,
}

impl Failures {
    pub fn add(&mut self, member_id: &str, err: &RuleError) {
        self.lines.push(format!("{member_id}: {err}"));
        *self.by_rule.entry(number(err)).or_default() += 1;
    }
    pub fn report(&self) {
        info!("{:?}", self.by_rule); // ok: counts by rule
        error!("{}", self.lines.join("\n")); // expect: phi-log
        error!("{} failures", self.lines.len()); // ok: a count
    }
}

fn number(err: &RuleError) -> u16 {
    match err {
        RuleError::Failed(n) => *n,
        _ => 0,
    }
}

pub fn run(members: &[(String, String)]) {
    let mut failures = Failures::default();
    for (member_id, diagnosis) in members {
        if let Err(err) = claim_rules::apply(member_id, diagnosis) {
            failures.add(member_id, &err);
            error!("rule {}", number(&err)); // ok: a rule's number
        }
    }
    failures.report();
    let failed: Vec<&String> = members.iter().map(|(m, _)| m).collect();
    error!("{failed:?}"); // expect: phi-log
    error!("{}", failed.len()); // ok: a count
}
