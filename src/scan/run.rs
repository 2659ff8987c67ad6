//! The run over many inputs: all cores, one order.

use std::cell::RefCell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{self, Sender};

use super::Scanner;
use super::queue::{Ahead, Job, Queue, Turn};
use super::tell::{Teller, collect};
use crate::document::Document;
use crate::fields::remarks::{self, Remark};
use crate::judge::{Finding, Skipped};
use crate::mask::Masked;
use crate::source::{self, Input, Item, Limits, Push};

/// What a run tells, in the order of the inputs.
pub enum Event {
    /// A finding.
    Finding(Box<Finding>),
    /// Something was not read, or not to its end.
    Skipped(Skipped),
    /// A structured document is malformed, and was read as plain text in part ([`Scanner::with_remarks`]).
    Remark(Remarked),
    /// What was found so far is told, and more may be long in coming.
    Pause,
    /// Documents were read.
    Done(Read),
    /// All of an input was told: there is one of these for each input, in their order.
    End,
}

/// Documents that were read to their end (or to where they broke off).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Read {
    /// How many.
    pub documents: u64,
    /// How many bytes of them were read.
    pub bytes: u64,
}

/// How a run goes.
#[derive(Clone, Copy, Debug)]
pub struct Running {
    /// Threads that read and scan; none: the calling one does all, one input after the other.
    pub threads: usize,
    /// Every finding by itself (otherwise repeats are collapsed, per rule and document)?
    pub all: bool,
    /// How far archives are unpacked.
    pub limits: Limits,
}

/// A remark on a document.
pub struct Remarked {
    /// The document's name as it may be printed.
    pub document: Masked,
    /// The line, from 1.
    pub line: u64,
    /// What is so, in words that hold nothing of the document.
    pub says: &'static str,
}

/// What comes back from the workers: of which input, which part, what.
pub(super) type Answer = (u64, u64, Output);

/// How many ends of inputs wait to be sent together: most inputs are small files of which nothing is told.
const TOGETHER: usize = 64;
/// In bytes: before more is scanned, they are sent.
const LARGE: usize = 64 << 10;

/// What a worker has to say to the collector.
struct Outbox {
    to: Sender<Vec<Answer>>,
    held: RefCell<Vec<Answer>>,
}

impl Outbox {
    fn put(&self, answer: Answer) {
        self.held.borrow_mut().push(answer);
        self.send();
    }

    /// The end of a file waits for others, until the worker would wait itself. Behind other inputs the next may be long in
    /// coming, and a journal of what was done waits for them.
    fn end(&self, answer: Answer, file: bool) {
        self.held.borrow_mut().push(answer);
        if !file || self.held.borrow().len() >= TOGETHER {
            self.send();
        }
    }

    fn send(&self) {
        let held = self.held.take();
        if !held.is_empty() {
            let _ = self.to.send(held);
        }
    }
}

pub(super) enum Output {
    Findings(Vec<Finding>, Vec<Remarked>),
    Skipped(Skipped),
    /// More may be long in coming.
    Pause,
    /// The end of a document, and of others before it of which there was nothing to tell.
    Done(Read),
    /// The input has as many outputs as this one's number.
    End(Read),
}

impl Output {
    /// Is there nothing to tell?
    fn is_nothing(&self) -> bool {
        matches!(self, Self::Findings(findings, remarks) if findings.is_empty() && remarks.is_empty())
    }

    /// How many findings a scanned part had; what else there is to tell takes no room.
    pub(super) fn findings(&self) -> Option<usize> {
        match self {
            Self::Findings(findings, _) => Some(findings.len()),
            Self::Skipped(_) | Self::Pause | Self::Done(_) | Self::End(_) => None,
        }
    }
}

/// Scans all inputs that `list` pushes and tells `on` what it finds, in their order, whatever the number of threads.
/// `on` ends the run by answering `false`.
pub fn run(scanner: &Scanner, running: Running, list: impl FnOnce(Push<'_>) + Send, on: &mut dyn FnMut(Event) -> bool) {
    let teller = Teller::new(scanner, running.all);
    if running.threads == 0 {
        return alone(scanner, &running.limits, list, teller, on);
    }
    let queue = Queue::new(running.threads);
    let (send, answers) = mpsc::channel();
    std::thread::scope(|scope| {
        scope.spawn(|| {
            list(&mut |input| queue.add(input));
            queue.listed();
        });
        for _ in 0..running.threads {
            let out = Outbox { to: send.clone(), held: RefCell::default() };
            let worker = Worker { scanner, queue: &queue, out, all: running.all, began: false };
            scope.spawn(move || worker.work(&running.limits));
        }
        drop(send);
        collect(teller, &queue, &answers, on);
        queue.stop();
    });
}

/// All in the calling thread, one after the other.
fn alone(
    scanner: &Scanner,
    limits: &Limits,
    list: impl FnOnce(Push<'_>),
    teller: Teller<'_>,
    on: &mut dyn FnMut(Event) -> bool,
) {
    let (mut alone, mut number) = (Alone { scanner, teller, on, ended: false }, 0);
    list(&mut |input| {
        read_input(scanner, &mut alone, limits, number, input);
        number += 1;
        !alone.ended
    });
}

/// To whom the parts of an input go, and what is to be told of it.
trait Outlet {
    /// Scans a part, or has it scanned. Says whether it is told of: not where it holds nothing.
    fn part(&mut self, number: (u64, u64), document: Document) -> bool;
    /// Tells something else.
    fn tell(&mut self, number: (u64, u64), output: Output);
    /// Tells the end of an input, which was a file or something else.
    fn end(&mut self, number: (u64, u64), read: Read, file: bool);
}

struct Alone<'r> {
    scanner: &'r Scanner,
    teller: Teller<'r>,
    on: &'r mut dyn FnMut(Event) -> bool,
    /// Does nobody want more?
    ended: bool,
}

impl Outlet for Alone<'_> {
    fn part(&mut self, number: (u64, u64), document: Document) -> bool {
        if self.ended {
            return false;
        }
        let output = scan_part(self.scanner, &document, self.teller.collapse.is_idle());
        let told = !output.is_nothing();
        if told {
            self.tell(number, output);
        }
        told
    }

    fn tell(&mut self, number: (u64, u64), output: Output) {
        self.ended = self.ended || !self.teller.tell(number, output, self.on);
    }

    fn end(&mut self, number: (u64, u64), read: Read, _: bool) {
        self.tell(number, Output::End(read));
    }
}

/// One of several threads.
struct Worker<'r> {
    scanner: &'r Scanner,
    queue: &'r Queue,
    out: Outbox,
    all: bool,
    /// Was a part of the input read?
    began: bool,
}

impl Worker<'_> {
    fn work(mut self, limits: &Limits) {
        while let Some(job) = self.queue.next(&mut || self.out.send()) {
            match job {
                Job::Part(input, part, document) => {
                    self.in_turn((input, part), &document, false);
                }
                Job::Input(number, input) => {
                    self.began = false;
                    read_input(self.scanner, &mut self, limits, number, input);
                    self.queue.read();
                }
            }
        }
        self.out.send();
    }

    /// Scans a part when its findings are not too far ahead of those that are told. Says whether there is something to
    /// tell of it; with `quiet` nothing is told of a part without findings.
    fn in_turn(&self, number: (u64, u64), document: &Document, quiet: bool) -> bool {
        loop {
            match self.queue.turn(number, document.bytes.len(), &mut || self.out.send()) {
                Turn::Scan(ahead) => return self.answer(number, document, (ahead, quiet)),
                Turn::First(ahead, input, part, due) => {
                    self.answer((input, part), &due, (ahead, false));
                }
            }
        }
    }

    fn answer(&self, (input, part): (u64, u64), document: &Document, (ahead, quiet): (Ahead, bool)) -> bool {
        let output = scan_part(self.scanner, document, self.all);
        let told = !quiet || !output.is_nothing();
        self.queue.found(ahead, document.bytes.len(), output.findings(), told);
        if told {
            self.out.put((input, part, output));
        }
        told
    }
}

impl Outlet for Worker<'_> {
    /// What follows the first part goes to whoever is free; this thread reads on.
    fn part(&mut self, (input, part): (u64, u64), document: Document) -> bool {
        // A large one takes a while, and so may what has many.
        if std::mem::replace(&mut self.began, true) || document.bytes.len() > LARGE {
            self.out.send();
        }
        let rest = self.queue.offer(input, part, document);
        rest.is_none_or(|document| self.in_turn((input, part), &document, true))
    }

    fn tell(&mut self, (input, part): (u64, u64), output: Output) {
        self.out.put((input, part, output));
    }

    fn end(&mut self, (input, part): (u64, u64), read: Read, file: bool) {
        self.out.end((input, part, Output::End(read)), file);
    }
}

fn scan_part(scanner: &Scanner, document: &Document, all: bool) -> Output {
    // A panic would be a bug of ours; its document must still not count as clean.
    match catch_unwind(AssertUnwindSafe(|| scanned(scanner, document, all))) {
        Ok(Scanned::Findings(findings, remarks)) => Output::Findings(findings, remarks),
        Ok(Scanned::Unread(skipped)) => Output::Skipped(skipped),
        Err(_) => Output::Skipped(Skipped {
            document: scanner.name(&document.name),
            reason: "an internal error of phivet; please report it".to_owned(),
        }),
    }
}

/// What a document gave.
enum Scanned {
    Findings(Vec<Finding>, Vec<Remarked>),
    Unread(Skipped),
}

fn scanned(scanner: &Scanner, document: &Document, all: bool) -> Scanned {
    if let Some(reason) = remarks::unread(document) {
        return Scanned::Unread(Skipped { document: scanner.name(&document.name), reason: reason.to_owned() });
    }
    // Parts are cut by us; only of a document in one piece can be said that it is cut off.
    let whole = scanner.remarks && document.head.is_none() && document.own == (0..document.bytes.len());
    let mut remarks = if whole { remarks::remarks(document) } else { Vec::new() };
    remarks.extend(whole.then(|| scanner.remark_on_code(document)).flatten());
    let line = |at: usize| {
        // Lines end at `\n`, or at a `\r` without one.
        let before = &document.bytes[..at];
        let ends = before
            .iter()
            .enumerate()
            .filter(|(i, b)| **b == b'\n' || **b == b'\r' && before.get(i + 1) != Some(&b'\n'));
        document.first_line + ends.count() as u64
    };
    let told = |remark: Remark| Remarked {
        document: scanner.name(&document.name),
        line: line(remark.at.min(document.bytes.len())),
        says: remark.says,
    };
    Scanned::Findings(scanner.findings(document, all), remarks.into_iter().map(told).collect())
}

fn read_input(scanner: &Scanner, out: &mut dyn Outlet, limits: &Limits, number: u64, input: Input) {
    let mut part = 0;
    // Documents of which nothing but their end is to be told wait for the next that is told.
    let (mut silent, mut has_outputs) = (Read::default(), false);
    let file = source::read(input, limits, &mut |item| {
        let output = match item {
            Item::Part(document) => {
                let told = out.part((number, part), document);
                has_outputs |= told;
                part += u64::from(told);
                return;
            }
            Item::Skipped { name, reason } => Output::Skipped(Skipped { document: scanner.name(&name), reason }),
            Item::End { bytes, .. } => {
                silent.documents += 1;
                silent.bytes += bytes;
                if !std::mem::take(&mut has_outputs) {
                    return;
                }
                Output::Done(std::mem::take(&mut silent))
            }
            Item::Pause => Output::Pause,
        };
        out.tell((number, part), output);
        part += 1;
    });
    out.end((number, part), silent, file);
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::judge::policy::Policy;
    use crate::rule::Rules;
    use crate::source::Stream;

    /// A journal of what was done, and a reader at a terminal, wait for it.
    #[test]
    fn what_comes_from_afar_is_told_before_the_next_is_read() {
        let rules = Rules::builtin().expect("the built-in rules");
        let scanner = Scanner::new(rules, Policy::default()).expect("a scanner");
        let (tell, told) = mpsc::channel();
        let text = || Ok(Stream::new(&b"a\n"[..], None));
        let next = move || match told.recv_timeout(Duration::from_secs(60)) {
            Ok(()) => text(),
            Err(_) => Err("the first was not told".to_owned()),
        };
        let inputs: [source::Open; 2] = [Box::new(text), Box::new(next)];
        let list = move |push: Push<'_>| {
            for open in inputs {
                push(Input { name: "a.txt".to_owned(), open });
            }
        };
        let (mut ends, running) = (0, Running { threads: 1, all: true, limits: Limits::default() });
        run(&scanner, running, list, &mut |event| {
            assert!(!matches!(event, Event::Skipped(_)), "it waits");
            if matches!(event, Event::End) {
                ends += 1;
                let _ = tell.send(());
            }
            true
        });
        assert_eq!(ends, 2);
    }
}
