//! Repositories over SQL: binds are storage, rows are people, statements are text.
use sqlx::postgres::{PgPool, PgRow};
use sqlx::{FromRow, Row};
use tracing::{debug, error, info, instrument, warn};

#[derive(Debug, Clone, FromRow)]
pub struct PatientRow {
    pub id: i64,
    pub full_name: String,
    pub mrn: String,
    pub home_address: Option<String>,
    pub clinic_id: i32,
}

#[derive(Debug, Clone, FromRow)]
pub struct ClinicRow {
    pub id: i32,
    pub name: String,
    pub phone: String,
}

pub struct PatientRepo {
    pool: PgPool,
    table: &'static str,
}

#[derive(Debug, thiserror::Error)]
pub enum RepoError {
    #[error("no row for mrn {mrn}")]
    NotFound { mrn: String },
    #[error("{table} is locked")]
    Locked { table: &'static str },
    #[error("database")]
    Database,
}

const INSERT: &str = "INSERT INTO patients (full_name, mrn) VALUES ($1, $2)";

impl PatientRepo {
    #[instrument(skip(self, row))] // ok: the row is skipped
    pub async fn insert(&self, row: &PatientRow) -> Result<u64, RepoError> {
        debug!(sql = INSERT, "running"); // ok: the statement's text
        let done = sqlx::query(INSERT)
            .bind(&row.full_name) // ok: a parameter of a statement
            .bind(&row.mrn) // ok: a parameter of a statement
            .execute(&self.pool)
            .await
            .map_err(|_| RepoError::Database)?;
        info!(rows = done.rows_affected(), "inserted into {}", self.table); // ok: a count and a table
        debug!("inserted {row:?}"); // expect: phi-log
        Ok(done.rows_affected())
    }

    #[instrument(skip(self), err)] // expect: phi-log span=1 kind=span
    pub async fn by_mrn(&self, mrn: &str) -> Result<PatientRow, RepoError> {
        let sql = format!("SELECT * FROM {} WHERE mrn = $1", self.table);
        debug!("{sql}"); // ok: the statement's text
        let found: Option<PatientRow> =
            sqlx::query_as(&sql).bind(mrn).fetch_optional(&self.pool).await.map_err(|_| RepoError::Database)?;
        info!(found = found.is_some()); // ok: presence
        found.ok_or_else(|| RepoError::NotFound { mrn: mrn.to_owned() })
    }

    #[instrument(skip_all, fields(table = self.table))] // ok: a table
    pub async fn all(&self) -> Vec<PatientRow> {
        let rows: Vec<PatientRow> = sqlx::query_as("SELECT * FROM patients").fetch_all(&self.pool).await.unwrap_or_default();
        info!("{} rows", rows.len()); // ok: a count
        for row in &rows {
            debug!("clinic {}", row.clinic_id); // ok: a clinic
            debug!("row of {}", row.full_name); // expect: phi-log
        }
        rows
    }

    pub async fn concatenated(&self, full_name: &str) -> Option<PgRow> {
        let sql = format!("SELECT * FROM patients WHERE full_name = '{full_name}'");
        warn!("slow statement: {sql}"); // neutral: a name without an owner in a function of a repository
        sqlx::query(&sql).fetch_optional(&self.pool).await.ok().flatten()
    }

    pub async fn concatenated_mrn(&self, mrn: &str) -> Option<PgRow> {
        let sql = format!("SELECT * FROM patients WHERE mrn = '{mrn}'");
        warn!("slow statement: {sql}"); // expect: phi-log
        warn!("slow statement of {} bytes", sql.len()); // ok: a length
        sqlx::query(&sql).fetch_optional(&self.pool).await.ok().flatten()
    }

    pub async fn column_by_column(&self, row: &PgRow) {
        let ssn: String = row.get("ssn");
        debug!("{ssn}"); // expect: phi-log
        let ssn_len = ssn.len();
        debug!("{ssn_len}"); // ok: a length
        let count: i64 = row.get("count");
        debug!("{count}"); // ok: a count
        let patient_name: Option<String> = row.try_get("patient_name").ok();
        debug!("{patient_name:?}"); // expect: phi-log
        debug!("{}", row.len()); // ok: a number of columns
    }
}

pub async fn clinics(pool: &PgPool) {
    let rows: Vec<ClinicRow> = sqlx::query_as("SELECT * FROM clinics").fetch_all(pool).await.unwrap_or_default();
    for row in rows {
        info!("{} {}", row.name, row.phone); // ok: a clinic
        info!("{row:?}"); // ok: a clinic
    }
}

pub async fn lookup(repo: &PatientRepo, mrn: &str) {
    match repo.by_mrn(mrn).await {
        Ok(row) => info!("clinic {}", row.clinic_id), // ok: a clinic
        Err(RepoError::Locked { table }) => warn!("{table} is locked"), // ok: a table
        Err(RepoError::Database) => error!("database"), // ok: a word
        Err(err) => error!("{err}"), // expect: phi-log
    }
    let addresses: Vec<Option<String>> = repo.all().await.into_iter().map(|r| r.home_address).collect();
    info!("{}", addresses.iter().flatten().count()); // ok: a count
    info!("{addresses:?}"); // expect: phi-log
}

/// A unit of work: its closure decides what is logged.
pub async fn with_retry<T, F, Fut>(name: &'static str, mut run: F) -> Option<T>
where
    F: FnMut() -> Fut,
    Fut: std::future::Future<Output = Result<T, RepoError>>,
{
    for attempt in 0..3_u8 {
        match run().await {
            Ok(value) => return Some(value),
            Err(RepoError::Locked { table }) => warn!(name, attempt, table, "locked"), // ok: constants and a count
            Err(err) => {
                warn!(name, attempt, "retrying"); // ok: a constant and a count
                warn!("{err}"); // expect: phi-log
            }
        }
    }
    None
}
