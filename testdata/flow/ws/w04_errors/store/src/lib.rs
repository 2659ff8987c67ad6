use thiserror::Error;

#[derive(Debug, Error)]
pub enum StoreError {
    #[error("claim of {member_id} not found")]
    Missing { member_id: String },
    #[error("timeout after {ms} ms")]
    Timeout { ms: u64 },
}

/// Its Display is plain, its Debug is not.
#[derive(Debug, Error)]
#[error("row is damaged")]
pub struct Damaged {
    pub row: u64,
    pub patient_name: String,
}

#[derive(Debug, Error)]
#[error("pool has {open} connections")]
pub struct PoolError {
    pub open: u32,
}

#[derive(Debug, Clone)]
pub struct Claim {
    pub member_id: String,
    pub cents: i64,
}

pub fn find(member_id: &str) -> Result<Claim, StoreError> {
    if member_id.is_empty() {
        return Err(StoreError::Timeout { ms: 30 });
    }
    Err(StoreError::Missing { member_id: member_id.to_owned() })
}

pub fn check(row: u64, patient_name: &str) -> Result<(), Damaged> {
    Err(Damaged { row, patient_name: patient_name.to_owned() })
}

pub fn connect() -> Result<u32, PoolError> {
    Err(PoolError { open: 8 })
}
