use claim_store::{PoolError, StoreError};
use thiserror::Error;

#[derive(Debug, Error)]
pub enum RuleError {
    #[error("rule {0} failed")]
    Failed(u16),
    #[error("diagnosis {diagnosis} is not covered")]
    NotCovered { diagnosis: String },
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("pool")]
    Pool(#[from] PoolError),
}

/// Only the rule's number is left.
#[derive(Debug, Error)]
#[error("rule {number} failed")]
pub struct Summary {
    pub number: u16,
}

impl From<RuleError> for Summary {
    fn from(err: RuleError) -> Self {
        Summary {
            number: match err {
                RuleError::Failed(n) => n,
                RuleError::NotCovered { .. } => 1,
                _ => 0,
            },
        }
    }
}

pub fn apply(member_id: &str, diagnosis: &str) -> Result<i64, RuleError> {
    claim_store::connect()?;
    let claim = claim_store::find(member_id)?;
    if diagnosis.is_empty() {
        return Err(RuleError::NotCovered { diagnosis: diagnosis.to_owned() });
    }
    Ok(claim.cents)
}

pub fn summarised(member_id: &str, diagnosis: &str) -> Result<i64, Summary> {
    Ok(apply(member_id, diagnosis)?)
}
