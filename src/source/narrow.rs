//! Of a text, only what is new in it, with a little of its surroundings.

use std::ops::Range;
use std::sync::Arc;

use super::{Item, News, Sink};
use crate::document::{Document, line_around, line_ends, utf16_width};
use crate::kind::Kind;

/// How much of a text's beginning is told to whoever sees only what stands further down: a table's header.
const HEAD: usize = 2 << 10;

/// The stretches of a text with something new in them, each as a part of the document; then its end.
pub(super) fn windows(name: String, news: &News, sink: Sink<'_>) {
    let mut near: Vec<Range<usize>> = Vec::new();
    let mut windows = Windows { name: &name, news, head: None, at: 0, line: 1 };
    for range in &news.added {
        if near.last().is_some_and(|last| range.start > last.end + 2 * news.around) {
            sink(Item::Part(windows.window(std::mem::take(&mut near))));
        }
        near.push(range.clone());
    }
    if !near.is_empty() {
        sink(Item::Part(windows.window(near)));
    }
    sink(Item::End { bytes: news.text.len() as u64, name });
}

struct Windows<'n> {
    name: &'n str,
    news: &'n News,
    head: Option<Arc<[u8]>>,
    /// Up to here lines are counted.
    at: usize,
    line: u64,
}

impl Windows<'_> {
    /// The part around what is `added`.
    fn window(&mut self, added: Vec<Range<usize>>) -> Document {
        let (text, around) = (&self.news.text, self.news.around);
        let own = added[0].start..added[added.len() - 1].end;
        let from = start_near(text, own.start.saturating_sub(around), own.start);
        let to = line_around(text, text.len().min(own.end + around)).start.max(own.end);
        self.line += line_ends(&text[self.at..from]);
        self.at = from;
        let line = line_around(text, from).start;
        let head = (from > 0).then(|| {
            // Code has no header, and looking for one takes longer than all else.
            let has_header = matches!(self.news.kind, Kind::Data | Kind::Log | Kind::Config | Kind::Unknown);
            let head = || if has_header { line_around(text, HEAD.min(text.len())).start } else { 0 };
            Arc::clone(self.head.get_or_insert_with(|| text[..head()].into()))
        });
        Document {
            name: self.name.to_owned(),
            kind: self.news.kind,
            bytes: text[from..to].to_vec(),
            first_line: self.line,
            first_column: 1 + utf16_width(&text[line..from]),
            first_byte: from as u64,
            own: own.start - from..own.end - from,
            added: Some(added.into_iter().map(|range| range.start - from..range.end - from).collect()),
            head,
            exposure: None,
            origin: None,
        }
    }
}

/// The first start of a line at or behind `from`, but not behind `until`.
fn start_near(text: &[u8], from: usize, until: usize) -> usize {
    if from == 0 {
        return 0;
    }
    let end = memchr::memchr(b'\n', &text[from - 1..until]);
    end.map_or(until, |end| from + end)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows_know_their_place() {
        let text: Vec<u8> = (1..=200).flat_map(|n| format!("line é {n}\n").into_bytes()).collect();
        let at = |n: usize| memchr::memmem::find(&text, format!(" {n}\n").as_bytes()).expect("a line") - 7;
        let added = vec![at(3)..at(5), at(7)..at(8), at(150)..at(151)];
        for around in [0, 1, 20, 64] {
            let news = News { text: text.clone().into(), kind: Kind::Log, added: added.clone(), around };
            let mut seen = Vec::new();
            windows("a".to_owned(), &news, &mut |item| {
                let Item::Part(part) = item else { return };
                let first = usize::try_from(part.first_byte).expect("small");
                assert_eq!(part.bytes, text[first..first + part.bytes.len()]);
                assert_eq!(part.first_line, 1 + line_ends(&text[..first]));
                assert!(part.bytes.starts_with(b"line") && part.bytes.ends_with(b"\n"));
                seen.extend((0..part.bytes.len()).filter(|at| part.owns(*at)).map(|at| first + at));
            });
            assert_eq!(seen, added.iter().cloned().flatten().collect::<Vec<_>>(), "{around}");
        }
    }
}
