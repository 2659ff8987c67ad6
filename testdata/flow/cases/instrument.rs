//! `#[instrument]`: every parameter is a span field by Debug, unless it is skipped or named anew in `fields`.
use std::fmt;
use std::sync::Arc;
use tracing::{info, instrument};

#[derive(Debug, Clone)]
pub struct Claim {
    pub control: u64,
    pub subscriber_name: String,
    pub diagnosis_codes: Vec<String>,
    pub total_cents: i64,
}

#[derive(Debug)]
pub struct Pool {
    pub size: usize,
}

pub struct Repo {
    pool: Arc<Pool>,
    claims: Vec<Claim>,
}

impl fmt::Debug for Repo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Repo").field("size", &self.pool.size).finish()
    }
}

#[derive(Debug, thiserror::Error)]
pub enum ClaimError {
    #[error("no coverage for {0}")]
    NoCoverage(String),
    #[error("database")]
    Database,
}

#[derive(Debug, thiserror::Error)]
#[error("claim is locked")]
pub struct Locked;

#[instrument] // expect: phi-log span=1 kind=span
pub fn bare(claim: &Claim) -> i64 {
    claim.total_cents
}

#[instrument] // ok: numbers only
pub fn bare_numbers(total_cents: i64, page: u32) -> i64 {
    total_cents * i64::from(page)
}

#[instrument(skip(claim))] // ok: the claim is skipped
pub fn skipped(claim: &Claim, page: u32) -> i64 {
    claim.total_cents + i64::from(page)
}

#[instrument(skip(page))] // expect: phi-log span=1 kind=span
pub fn skips_the_wrong_one(claim: &Claim, page: u32) -> i64 {
    claim.total_cents + i64::from(page)
}

#[instrument(skip_all)] // ok: all skipped
pub fn all_skipped(claim: &Claim, ssn: &str) -> usize {
    claim.diagnosis_codes.len() + ssn.len()
}

#[tracing::instrument(level = "debug", skip_all, fields(total = claim.total_cents))] // ok: an amount
pub fn amount(claim: &Claim) -> i64 {
    claim.total_cents
}

#[tracing::instrument(level = "debug", skip_all, fields(total = claim.total_cents, who = %claim.subscriber_name))] // expect: phi-log span=1 kind=span
pub fn amount_and_name(claim: &Claim) -> i64 {
    claim.total_cents
}

#[instrument(skip_all, fields(codes = ?claim.diagnosis_codes))] // expect: phi-log span=1 kind=span
pub fn coded(claim: &Claim) -> usize {
    claim.diagnosis_codes.len()
}

#[instrument(fields(claim = claim.control % 100))] // ok: the field replaces the parameter of the same name
pub fn renamed(claim: &Claim) -> i64 {
    claim.total_cents
}

#[instrument(fields(mrn = tracing::field::Empty))] // expect: phi-log span=1 kind=span
pub fn declared(date_of_birth: &str) -> usize {
    date_of_birth.len()
}

#[instrument(skip(ssn), fields(ssn = "withheld"))] // ok: a literal
pub fn withheld(ssn: &str) -> bool {
    ssn.len() == 9
}

#[instrument(skip_all, ret)] // expect: phi-log span=1 kind=span
pub fn returns_claim(repo: &Repo, control: u64) -> Claim {
    repo.load(control)
}

#[instrument(skip_all, ret)] // ok: an amount is returned
pub fn returns_amount(repo: &Repo, control: u64) -> i64 {
    repo.load(control).total_cents
}

#[instrument(skip_all, err)] // expect: phi-log span=1 kind=span
pub fn fails_with_name(claim: &Claim) -> Result<(), ClaimError> {
    Err(ClaimError::NoCoverage(claim.subscriber_name.clone()))
}

#[instrument(skip_all, err)] // ok: the error says nothing
pub fn fails_plainly(claim: &Claim) -> Result<i64, Locked> {
    if claim.total_cents < 0 { Err(Locked) } else { Ok(claim.total_cents) }
}

#[instrument(skip_all, ret, err(Debug))] // expect: phi-log span=1 kind=span
pub fn returns_and_fails(repo: &Repo, control: u64) -> Result<Claim, Locked> {
    Ok(repo.load(control))
}

#[cfg_attr(feature = "audit-verbose", tracing::instrument)] // expect: phi-log span=1 kind=span
pub fn behind_a_feature(mrn: &str) -> usize {
    mrn.len()
}

#[cfg_attr(feature = "audit-verbose", tracing::instrument(skip(mrn)))] // ok: skipped
pub fn behind_a_feature_skipped(mrn: &str) -> usize {
    mrn.len()
}

impl Repo {
    fn load(&self, control: u64) -> Claim {
        self.claims[control as usize % self.claims.len()].clone()
    }

    #[instrument] // ok: the repository's Debug shows the size of the pool
    pub async fn ping(&self) -> bool {
        self.pool.size > 0
    }

    #[instrument(skip(self))] // expect: phi-log span=1 kind=span
    pub async fn by_member(&self, member_number: &str) -> Option<Claim> {
        info!("looking up"); // ok: nothing of its own
        (!member_number.is_empty()).then(|| self.load(1))
    }

    #[instrument(skip(self, member_number))] // ok: the number is skipped
    pub async fn by_member_quiet(&self, member_number: &str, page: u32) -> Option<Claim> {
        (!member_number.is_empty()).then(|| self.load(u64::from(page)))
    }
}

impl Claim {
    #[instrument] // expect: phi-log span=1 kind=span
    pub fn total(&self) -> i64 {
        self.total_cents
    }

    #[instrument(skip(self))] // ok: self is skipped
    pub fn rounded(&self, cents: i64) -> i64 {
        self.total_cents / cents
    }

    #[instrument(skip(self), fields(codes = self.diagnosis_codes.len()))] // ok: a count
    pub fn code_count(&self) -> usize {
        self.diagnosis_codes.len()
    }
}

#[async_trait::async_trait]
pub trait Adjudicate {
    async fn adjudicate(&self, claim: Claim) -> Result<i64, Locked>;
}

#[async_trait::async_trait]
impl Adjudicate for Repo {
    #[instrument(skip(self))] // expect: phi-log span=1 kind=span
    async fn adjudicate(&self, claim: Claim) -> Result<i64, Locked> {
        Ok(claim.total_cents)
    }
}

#[instrument( // expect: phi-log span=5 kind=span
    name = "resubmit",
    skip(repo),
    fields(control = control),
)]
pub fn resubmit(repo: &Repo, control: u64, subscriber_name: String) -> i64 {
    repo.load(control).total_cents + subscriber_name.len() as i64
}

#[instrument(skip(repo))] // ok: a secret wrapper hides its value in Debug
pub fn with_secret(repo: &Repo, ssn: secrecy::SecretString) -> bool {
    repo.pool.size > 0 && !secrecy::ExposeSecret::expose_secret(&ssn).is_empty()
}
