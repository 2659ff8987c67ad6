//! Standard input as one document.
#![allow(clippy::disallowed_methods)]

use super::{Input, Push, Stream, Wanted};

/// Lists standard input under the name `wanted.stdin`, if it is wanted.
pub(super) fn inputs(wanted: &Wanted, push: Push<'_>) -> bool {
    let Some(name) = &wanted.stdin else { return true };
    let open = Box::new(|| Ok(Stream::new(std::io::stdin(), None)));
    push(Input { name: name.clone(), open })
}
