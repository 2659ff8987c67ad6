//! Types of the clinic, handed on from private modules.
mod people;
#[path = "things/stock.rs"]
mod inventory;
pub mod v1;
pub mod v2;

pub use inventory::{Drug, Shelf as StockShelf};
pub use people::*;
pub use v2::Record;

pub mod prelude {
    pub use crate::people::{Caregiver, Patient};
    pub use crate::v1::Record as OldRecord;
    pub use crate::Drug;
}
