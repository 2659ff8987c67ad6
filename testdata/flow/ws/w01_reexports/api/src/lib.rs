pub mod desk;
pub use clinic_model as model;
pub use clinic_model::v1::Record as Archived;
pub use clinic_model::Record;
pub use desk::{greet as welcome, open};
