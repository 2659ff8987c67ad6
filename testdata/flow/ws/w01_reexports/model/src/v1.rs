/// The old record: its Debug shows everything.
#[derive(Debug, Clone)]
pub struct Record {
    pub mrn: String,
    pub pages: u32,
}
