//! Tells what the threads of a run found, in the order of the inputs.

use std::collections::BTreeMap;
use std::sync::mpsc::Receiver;

use super::Scanner;
use super::collapse::{Collapse, Ordinals, fingerprint};
use super::queue::Queue;
use super::run::{Answer, Event, Output};
use crate::judge::Finding;

/// Brings the answers into order and tells them.
pub(super) fn collect(
    mut teller: Teller<'_>,
    queue: &Queue,
    answers: &Receiver<Vec<Answer>>,
    on: &mut dyn FnMut(Event) -> bool,
) {
    let mut waiting = BTreeMap::new();
    for (input, part, output) in answers.iter().flatten() {
        waiting.insert((input, part), output);
        while let Some(output) = waiting.remove(&teller.next) {
            let findings = output.findings();
            if !teller.tell(teller.next, output, on) {
                return;
            }
            queue.told(teller.next, findings);
        }
    }
}

/// Tells what was found, in order.
pub(super) struct Teller<'r> {
    scanner: &'r Scanner,
    pub(super) collapse: Collapse,
    ordinals: Ordinals,
    /// The answer that is due: of which input, which part.
    next: (u64, u64),
}

impl<'r> Teller<'r> {
    pub(super) fn new(scanner: &'r Scanner, all: bool) -> Self {
        Self { scanner, collapse: Collapse::new(all), ordinals: Ordinals::default(), next: (0, 0) }
    }

    /// Tells the answer that is due; `false` when nobody wants more.
    pub(super) fn tell(&mut self, number: (u64, u64), output: Output, on: &mut dyn FnMut(Event) -> bool) -> bool {
        debug_assert_eq!(number, self.next);
        self.next.1 += 1;
        let collapse = &mut self.collapse;
        match output {
            Output::Findings(findings, remarks) => {
                remarks.into_iter().all(|remark| on(Event::Remark(remark)))
                    && findings.into_iter().all(|finding| {
                        let ordinal = self.ordinals.count(&finding);
                        let number = |finding: &mut Finding| fingerprint(&self.scanner.rules, finding, ordinal);
                        collapse.add_with(finding, number, &mut |f| on(Event::Finding(Box::new(f))))
                    })
            }
            Output::Skipped(skipped) => on(Event::Skipped(skipped)),
            Output::Pause => collapse.flush(&mut |f| on(Event::Finding(Box::new(f)))) && on(Event::Pause),
            Output::Done(read) => {
                self.ordinals = Ordinals::default();
                collapse.flush(&mut |f| on(Event::Finding(Box::new(f)))) && on(Event::Done(read))
            }
            Output::End(read) => {
                self.ordinals = Ordinals::default();
                self.next = (self.next.0 + 1, 0);
                collapse.flush(&mut |f| on(Event::Finding(Box::new(f)))) && on(Event::Done(read)) && on(Event::End)
            }
        }
    }
}
