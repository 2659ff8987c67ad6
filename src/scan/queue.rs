//! Work for the threads of a run: inputs to read, and parts of large inputs to scan.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use crate::document::Document;
use crate::source::Input;

/// How many inputs may wait to be read.
const INPUTS: usize = 1024;

/// One piece of work.
pub(crate) enum Job {
    /// Read this input (its number, itself).
    Input(u64, Input),
    /// Scan this part (number of the input, of the part, itself).
    Part(u64, u64, Document),
}

#[derive(Default)]
struct State {
    inputs: VecDeque<(u64, Input)>,
    parts: VecDeque<(u64, u64, Document)>,
    added: u64,
    listed: bool,
    stopped: bool,
    reading: usize,
}

/// The queue. Parts go first, so that memory holds few of them.
pub(crate) struct Queue {
    state: Mutex<State>,
    changed: Condvar,
    threads: usize,
}

impl Queue {
    pub(crate) fn new(threads: usize) -> Self {
        Self { state: Mutex::default(), changed: Condvar::new(), threads }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // A panic elsewhere leaves the queue as it was: every change of it is one assignment or push.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds an input, waiting while too many wait; `false` when the run has ended.
    pub(crate) fn add(&self, input: Input) -> bool {
        let mut state = self.lock();
        while state.inputs.len() >= INPUTS && !state.stopped {
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        let number = state.added;
        state.added += 1;
        state.inputs.push_back((number, input));
        let go_on = !state.stopped;
        drop(state);
        self.changed.notify_all();
        go_on
    }

    /// There are no more inputs.
    pub(crate) fn listed(&self) {
        self.lock().listed = true;
        self.changed.notify_all();
    }

    /// Nobody wants more answers.
    pub(crate) fn stop(&self) {
        self.lock().stopped = true;
        self.changed.notify_all();
    }

    /// The next piece of work; `None` when all is done.
    pub(crate) fn next(&self) -> Option<Job> {
        let mut state = self.lock();
        loop {
            if state.stopped {
                return None;
            }
            if let Some((input, part, document)) = state.parts.pop_front() {
                return Some(Job::Part(input, part, document));
            }
            if let Some((number, input)) = state.inputs.pop_front() {
                state.reading += 1;
                let full = state.inputs.len() + 1 == INPUTS;
                drop(state);
                if full {
                    self.changed.notify_all();
                }
                return Some(Job::Input(number, input));
            }
            if state.listed && state.reading == 0 {
                return None;
            }
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// An input has been read to its end.
    pub(crate) fn read(&self) {
        self.lock().reading -= 1;
        self.changed.notify_all();
    }

    /// Leaves a part to another thread, or gives it back when the caller had better scan it itself.
    pub(crate) fn offer(&self, input: u64, part: u64, document: Document) -> Option<Document> {
        let later = document.head.is_some();
        let mut state = self.lock();
        if !later || self.threads == 1 || state.parts.len() >= self.threads {
            return Some(document);
        }
        state.parts.push_back((input, part, document));
        drop(state);
        self.changed.notify_all();
        None
    }
}
