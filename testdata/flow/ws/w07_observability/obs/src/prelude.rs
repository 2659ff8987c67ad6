pub use crate::{breadcrumb, count as counted, report, tick, Event};
