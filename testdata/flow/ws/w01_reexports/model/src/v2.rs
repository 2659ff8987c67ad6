use std::fmt;

/// The new record: its Debug shows the pages.
#[derive(Clone)]
pub struct Record {
    pub mrn: String,
    pub pages: u32,
}

impl fmt::Debug for Record {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Record").field("pages", &self.pages).finish()
    }
}
