//! Does a value that identifies a patient reach a log? Asked of source code, without a compiler.

pub mod ir;
pub mod names;
pub mod rust;
pub mod solve;
pub mod words;
pub mod workspace;
