//! Work for the threads of a run: inputs to read, and parts of large inputs to scan.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use crate::document::Document;
use crate::source::Input;

/// How many inputs may wait to be read.
const INPUTS: usize = 1024;

/// How many findings (found, or to be expected in what is being scanned) may wait until it is their turn to be told.
/// A finding is about a kilobyte; an answer without findings counts as one.
const AHEAD: f64 = 24_000.0;

/// A part of fewer bytes is sooner scanned than handed to another thread.
const SMALL: usize = 16 << 10;

/// Findings a byte, until some are counted: where all lines have some, two parts fit.
const EXPECTED: f64 = 1.0 / 24.0;

/// One piece of work.
pub(crate) enum Job {
    /// Read this input (its number, itself).
    Input(u64, Input),
    /// Scan this part (number of the input, of the part, itself).
    Part(u64, u64, Document),
}

/// What a thread with a part in hand had better do.
pub(crate) enum Turn {
    /// Scan it.
    Scan(Ahead),
    /// First scan this part: all wait for its answer.
    First(Ahead, u64, u64, Document),
}

/// Room for the findings of a part that is being scanned.
#[derive(Clone, Copy)]
pub(crate) struct Ahead(f64);

struct State {
    inputs: VecDeque<(u64, Input)>,
    parts: VecDeque<(u64, u64, Document)>,
    added: u64,
    listed: bool,
    stopped: bool,
    reading: usize,
    /// The answer that is told next: of which input, which part.
    due: (u64, u64),
    /// How many findings wait for their turn, or are expected in what is being scanned.
    ahead: f64,
    /// Findings a byte in what was scanned last.
    density: f64,
    /// How many threads wait for their turn.
    waiting: usize,
    /// How many wait for work.
    idle: usize,
    /// Does whoever lists the inputs wait for room?
    full: bool,
}

impl State {
    fn new() -> Self {
        Self {
            inputs: VecDeque::new(),
            parts: VecDeque::new(),
            added: 0,
            listed: false,
            stopped: false,
            reading: 0,
            due: (0, 0),
            ahead: 0.0,
            density: EXPECTED,
            waiting: 0,
            idle: 0,
            full: false,
        }
    }

    fn room(&mut self, bytes: usize) -> Ahead {
        let ahead = 1.0 + self.density * bytes as f64;
        self.ahead += ahead;
        Ahead(ahead)
    }
}

/// The queue. Parts go first, so that memory holds few of them.
pub(crate) struct Queue {
    state: Mutex<State>,
    changed: Condvar,
    turned: Condvar,
    drained: Condvar,
    threads: usize,
}

impl Queue {
    pub(crate) fn new(threads: usize) -> Self {
        Self {
            state: Mutex::new(State::new()),
            changed: Condvar::new(),
            turned: Condvar::new(),
            drained: Condvar::new(),
            threads,
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // A panic elsewhere leaves the queue as it was: every change of it is one assignment or push.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds an input, waiting while too many wait; `false` when the run has ended.
    pub(crate) fn add(&self, input: Input) -> bool {
        let mut state = self.lock();
        while state.inputs.len() >= INPUTS && !state.stopped {
            state.full = true;
            state = self.drained.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        let number = state.added;
        state.added += 1;
        state.inputs.push_back((number, input));
        let go_on = !state.stopped;
        // To wake who does not sleep takes as long as to read a small file.
        let idle = state.idle > 0;
        drop(state);
        if idle {
            self.changed.notify_all();
        }
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
        self.turned.notify_all();
        self.drained.notify_all();
    }

    /// The next piece of work; `None` when all is done. Before it waits for one, it calls `idle`.
    pub(crate) fn next(&self, idle: &mut dyn FnMut()) -> Option<Job> {
        let (mut state, mut called) = (self.lock(), false);
        loop {
            if state.stopped {
                return None;
            }
            if let Some((input, part, document)) = state.parts.pop_front() {
                return Some(Job::Part(input, part, document));
            }
            if let Some((number, input)) = state.inputs.pop_front() {
                state.reading += 1;
                // The lister is woken for many inputs at once.
                let drained = state.full && state.inputs.len() <= INPUTS / 2;
                state.full &= !drained;
                drop(state);
                if drained {
                    self.drained.notify_all();
                }
                return Some(Job::Input(number, input));
            }
            if state.listed && state.reading == 0 {
                return None;
            }
            if !std::mem::replace(&mut called, true) {
                drop(state);
                idle();
                state = self.lock();
                continue;
            }
            state.idle += 1;
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
            state.idle -= 1;
        }
    }

    /// An input has been read to its end.
    pub(crate) fn read(&self) {
        let mut state = self.lock();
        state.reading -= 1;
        let idle = state.idle > 0;
        drop(state);
        if idle {
            self.changed.notify_all();
        }
    }

    /// Leaves a part to another thread, or gives it back when the caller had better scan it itself.
    pub(crate) fn offer(&self, input: u64, part: u64, document: Document) -> Option<Document> {
        let mut state = self.lock();
        if part == 0 || document.bytes.len() < SMALL || self.threads == 1 || state.parts.len() >= self.threads {
            return Some(document);
        }
        state.parts.push_back((input, part, document));
        let (waiting, idle) = (state.waiting > 0, state.idle > 0);
        drop(state);
        if idle {
            self.changed.notify_all();
        }
        if waiting {
            self.turned.notify_all();
        }
        None
    }

    /// Waits while too many findings wait to be told. Never for ever: the part that is due may always be scanned, and
    /// where it still lies in the queue, a waiting thread gets it. Before it waits, it calls `idle`.
    pub(crate) fn turn(&self, (input, part): (u64, u64), bytes: usize, idle: &mut dyn FnMut()) -> Turn {
        let (mut state, mut called) = (self.lock(), false);
        loop {
            let fits = state.ahead + state.density * (bytes as f64) <= AHEAD;
            if fits || state.due == (input, part) || state.stopped {
                return Turn::Scan(state.room(bytes));
            }
            let due = state.due;
            if let Some(at) = state.parts.iter().position(|(input, part, _)| (*input, *part) == due)
                && let Some((input, part, document)) = state.parts.remove(at)
            {
                return Turn::First(state.room(document.bytes.len()), input, part, document);
            }
            if !std::mem::replace(&mut called, true) {
                drop(state);
                idle();
                state = self.lock();
                continue;
            }
            state.waiting += 1;
            state = self.turned.wait(state).unwrap_or_else(PoisonError::into_inner);
            state.waiting -= 1;
        }
    }

    /// A part of `bytes` bytes was scanned, so many findings were in it, and they wait to be `told`.
    pub(crate) fn found(&self, expected: Ahead, bytes: usize, findings: Option<usize>, told: bool) {
        let mut state = self.lock();
        state.ahead += findings.filter(|_| told).map_or(0.0, |findings| 1.0 + findings as f64) - expected.0;
        // A few bytes say nothing; and dense stretches come in groups.
        if let Some(findings) = findings
            && bytes >= 4096
        {
            state.density = (findings as f64 / bytes as f64).max(state.density * 0.75);
        }
        self.wake(state);
    }

    /// An answer with so many findings was told; `due` is next.
    pub(crate) fn told(&self, due: (u64, u64), findings: Option<usize>) {
        let mut state = self.lock();
        state.due = due;
        state.ahead -= findings.map_or(0.0, |findings| 1.0 + findings as f64);
        self.wake(state);
    }

    fn wake(&self, state: MutexGuard<'_, State>) {
        let waiting = state.waiting > 0;
        drop(state);
        if waiting {
            self.turned.notify_all();
        }
    }
}
