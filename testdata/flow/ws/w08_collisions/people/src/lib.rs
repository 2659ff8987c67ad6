//! People: `Entry` and `describe` hold what a person is.
use tracing::info;

#[derive(Debug, Clone)]
pub struct Entry {
    pub name: String,
    pub social_security_number: String,
    pub page: u32,
}

#[derive(Debug, Clone)]
pub enum Key {
    Mrn(String),
    Page(u32),
}

pub fn describe(entry: &Entry) -> String {
    format!("{} {}", entry.name, entry.social_security_number)
}

pub fn show(text: &str) {
    info!("{text}"); // expect: phi-log id=w8-show
}

pub mod archive {
    /// The archive's entry has lost its identifiers.
    #[derive(Debug, Clone)]
    pub struct Entry {
        pub page: u32,
        pub year: u16,
    }

    impl From<super::Entry> for Entry {
        fn from(e: super::Entry) -> Self {
            Entry { page: e.page, year: 2000 }
        }
    }

    pub fn describe(entry: &Entry) -> String {
        format!("page {} of {}", entry.page, entry.year)
    }
}
