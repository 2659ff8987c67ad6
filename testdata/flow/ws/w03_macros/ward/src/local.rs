/// Textual scope: used by the modules after this one.
macro_rules! bedside {
    ($r:ident . $field:ident) => {
        log::debug!(concat!(stringify!($field), " {:?}"), $r.$field)
    };
    (all $r:ident) => {
        log::debug!("bed {}", $r.bed)
    };
}
