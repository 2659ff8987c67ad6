//! A file that does not parse: sinks are looked for in its tokens, line by line where it has none.

use super::super::ir::{FnItem, Kind, PathRef, Ty};
use super::lower::Lower;

/// Longest call that is looked at, in bytes.
const LONGEST: usize = 4096;

/// Finds calls of known macros in the text, each for itself.
pub(super) fn read(lower: &mut Lower<'_>, text: &str) {
    lower.file.fallback = true;
    let mut item = FnItem {
        generics: Vec::new(),
        params: Vec::new(),
        method: false,
        ret: Ty::Infer,
        code: None,
        calls: Vec::new(),
        result: None,
        attr: PathRef::default(),
        sinks: true,
        span: (0, 0),
    };
    let (root, mut frame) = lower.framed(|lower| {
        let mut list = Vec::new();
        for (at, call) in calls(text, lower) {
            if let Ok(mac) = syn::parse_str::<syn::Macro>(call) {
                let from = lower.at.body.spans.len();
                list.push(lower.macro_call(&mac));
                moved(lower, from, at, call.len());
            }
        }
        lower.push(super::super::ir::Ex::Block(list, None), (0, 0))
    });
    frame.body.root = root;
    frame.sinks = true;
    lower.finish(&mut item, frame);
    let name = lower.name("?");
    lower.item(name, Kind::Fn(item, None));
}

/// Spans of a piece of text are those of the piece; the finding stands where the piece stands.
fn moved(lower: &mut Lower<'_>, from: usize, at: usize, length: usize) {
    let at = u32::try_from(at).unwrap_or(u32::MAX);
    let length = u32::try_from(length).unwrap_or(0);
    let whole = |span: &mut (u32, u32)| *span = (at, at.saturating_add(length));
    lower.at.body.spans[from..].iter_mut().for_each(whole);
    for node in &mut lower.at.body.nodes[from..] {
        match node {
            super::super::ir::Ex::Sink(sink) => sink.args.iter_mut().for_each(|a| whole(&mut a.span)),
            super::super::ir::Ex::Format(args) | super::super::ir::Ex::Write(_, args) => {
                args.iter_mut().for_each(|a| whole(&mut a.span));
            }
            _ => {}
        }
    }
}

/// Calls of known macros: where they stand, and their text.
fn calls<'t>(text: &'t str, lower: &Lower<'_>) -> Vec<(usize, &'t str)> {
    let bytes = text.as_bytes();
    let mut found = Vec::new();
    let mut from = 0;
    for bang in memchr::memchr_iter(b'!', bytes) {
        let word = bytes[..bang].iter().rev().take_while(|b| b.is_ascii_alphanumeric() || **b == b'_').count();
        let name = &text[bang - word..bang];
        let rest = bytes[bang + 1..].trim_ascii_start();
        if bang - word < from || !lower.language.grammars.contains_key(name) || !rest.starts_with(b"(") {
            continue;
        }
        if let Some(end) = closing(&bytes[bang + 1..]) {
            let end = bang + 1 + end;
            if let Some(call) = text.get(bang - word..end) {
                found.push((bang - word, call));
                from = end;
            }
        }
    }
    found
}

fn closing(text: &[u8]) -> Option<usize> {
    let mut depth = 0_usize;
    let mut quoted = false;
    for (i, b) in text.iter().enumerate().take(LONGEST) {
        match b {
            b'"' if i == 0 || text[i - 1] != b'\\' => quoted = !quoted,
            b'(' if !quoted => depth += 1,
            b')' if !quoted => {
                depth = depth.checked_sub(1)?;
                if depth == 0 {
                    return Some(i + 1);
                }
            }
            _ => {}
        }
    }
    None
}
