//! Goods: the same names, other things.
use tracing::info;

#[derive(Debug, Clone)]
pub struct Entry {
    pub name: String,
    pub sku: String,
    pub page: u32,
}

#[derive(Debug, Clone)]
pub enum Key {
    Sku(String),
    Page(u32),
}

pub fn describe(entry: &Entry) -> String {
    format!("{} {}", entry.name, entry.sku)
}

pub fn show(text: &str) {
    info!("{text}"); // ok: its callers give goods
}
