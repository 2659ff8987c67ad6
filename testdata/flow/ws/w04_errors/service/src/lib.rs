pub mod batch;
use anyhow::Context;
use claim_rules::{apply, summarised, RuleError, Summary};
use claim_store::{check, connect, find, PoolError, StoreError};
use tracing::{debug, error, info, instrument, warn};

pub fn direct(member_id: &str, patient_name: &str, row: u64) {
    match find(member_id) {
        Ok(claim) => info!("{} cents", claim.cents), // ok: an amount
        Err(StoreError::Timeout { ms }) => warn!("timeout after {ms}"), // ok: a duration
        Err(err) => warn!("{err}"), // expect: phi-log
    }
    if let Err(err) = connect() {
        warn!("{err}"); // ok: a number of connections
        warn!("{err:?}"); // ok: a number of connections
    }
    if let Err(err) = check(row, patient_name) {
        warn!("{err}"); // ok: its Display is plain
        warn!(?err, "damaged"); // expect: phi-log
        warn!(row = err.row, "damaged"); // ok: a row
    }
}

pub fn wrapped(member_id: &str, diagnosis: &str) {
    match apply(member_id, diagnosis) {
        Ok(cents) => info!(cents), // ok: an amount
        Err(RuleError::Failed(n)) => error!("rule {n}"), // ok: a rule's number
        Err(RuleError::Store(inner)) => error!("store: {inner}"), // expect: phi-log
        Err(err @ RuleError::NotCovered { .. }) => error!("{err}"), // expect: phi-log
        Err(RuleError::Pool(inner)) => error!("pool: {inner}"), // ok: a number of connections
    }
    if let Err(err) = summarised(member_id, diagnosis) {
        error!("{err}"); // ok: only a rule's number is left
        error!("{err:?}"); // ok: only a rule's number is left
    }
}

pub fn anyhow_chain(member_id: &str) -> anyhow::Result<i64> {
    connect().context("connecting")?; // ok: a literal
    let claim = find(member_id).with_context(|| format!("finding {member_id}"))?; // expect: phi-log kind=error
    Ok(claim.cents)
}

pub fn anyhow_plain() -> anyhow::Result<u32> {
    let open = connect().context("connecting")?; // ok: a literal
    Ok(open)
}

pub fn caller(member_id: &str) {
    if let Err(err) = anyhow_chain(member_id) {
        error!("{err:#}"); // expect: phi-log
        if let Some(PoolError { open }) = err.downcast_ref::<PoolError>() {
            error!("{open} open"); // ok: a number of connections
        }
        if let Some(inner) = err.downcast_ref::<StoreError>() {
            error!("{inner}"); // expect: phi-log
        }
    }
    if let Err(err) = anyhow_plain() {
        error!("{err:#}"); // ok: a number of connections
    }
}

#[instrument(skip_all, err)] // expect: phi-log span=1 kind=span
pub fn traced(member_id: &str, diagnosis: &str) -> Result<i64, RuleError> {
    apply(member_id, diagnosis)
}

#[instrument(skip_all, err)] // ok: only a rule's number is left
pub fn traced_summary(member_id: &str, diagnosis: &str) -> Result<i64, Summary> {
    let out = summarised(member_id, diagnosis);
    debug!(ok = out.is_ok()); // ok: an outcome
    out
}
