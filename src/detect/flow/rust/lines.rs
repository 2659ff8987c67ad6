//! From the places of proc-macro2 to bytes.
//!
//! `Span::byte_range` enters every place that it is asked for into a tree and counts characters between them; that took
//! a fifth of the time in which facts are read. Lines and columns are cheap, and where lines begin is soon counted.

use std::cell::RefCell;

use proc_macro2::{LineColumn, Span};

thread_local! {
    /// The text that is being read on this thread: proc-macro2 keeps its own of each thread, too.
    static LINES: RefCell<Lines> = RefCell::default();
}

/// Where lines begin.
#[derive(Default)]
struct Lines {
    starts: Vec<usize>,
    /// The text, where its columns are not its bytes.
    wide: Option<String>,
}

impl Lines {
    fn byte(&self, at: LineColumn) -> usize {
        let Some(&start) = at.line.checked_sub(1).and_then(|line| self.starts.get(line)) else { return 0 };
        let Some(text) = self.wide.as_deref().and_then(|text| text.get(start..)) else { return start + at.column };
        start + text.char_indices().nth(at.column).map_or(text.len(), |(i, _)| i)
    }
}

/// From now on, this text is read on this thread.
pub(super) fn enter(text: &str) {
    let starts = std::iter::once(0).chain(memchr::memchr_iter(b'\n', text.as_bytes()).map(|i| i + 1)).collect();
    let wide = (!text.is_ascii()).then(|| text.to_owned());
    LINES.with_borrow_mut(|lines| *lines = Lines { starts, wide });
}

/// The text is read: nothing of it is kept. A thread that ends may be waited for without what it still holds.
pub(super) fn leave() {
    LINES.with_borrow_mut(|lines| *lines = Lines::default());
}

/// The bytes of a piece of the text that is being read.
pub(super) fn bytes(span: Span) -> (usize, usize) {
    LINES.with_borrow(|lines| (lines.byte(span.start()), lines.byte(span.end())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_those_of_proc_macro2() {
        for text in ["fn a() {\n    let b = 1;\r\n}", "/* é */ fn ü() { \"ñ\n𝕏\"; x }", "\n\n\nz"] {
            enter(text);
            let mut trees: Vec<_> = text.parse::<proc_macro2::TokenStream>().expect("tokens").into_iter().collect();
            while let Some(tree) = trees.pop() {
                let range = tree.span().byte_range();
                assert_eq!(bytes(tree.span()), (range.start, range.end), "{tree}");
                if let proc_macro2::TokenTree::Group(group) = tree {
                    trees.extend(group.stream());
                }
            }
        }
    }
}
