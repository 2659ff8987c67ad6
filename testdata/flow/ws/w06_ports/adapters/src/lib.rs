use domain::{Notify, Referral, Referrals};
use std::collections::VecDeque;
use std::sync::Mutex;

/// Writes to the log.
pub struct LogNotifier;

/// Keeps texts in memory for the portal.
#[derive(Default)]
pub struct Inbox {
    texts: Mutex<Vec<String>>,
}

/// Writes how long a text was.
pub struct Meter;

impl Notify for LogNotifier {
    fn notify(&self, text: &str) {
        log::info!("{text}"); // expect: phi-log id=w6-notify
    }
}

impl Notify for Inbox {
    fn notify(&self, text: &str) {
        let mut texts = self.texts.lock().unwrap_or_else(|e| e.into_inner());
        texts.push(text.to_owned());
        log::debug!("{} texts", texts.len()); // ok: a count
    }
}

impl Notify for Meter {
    fn notify(&self, text: &str) {
        log::debug!("{} bytes", text.len()); // ok: a length
    }
}

#[derive(Default)]
pub struct Memory {
    queue: Mutex<VecDeque<Referral>>,
}

#[async_trait::async_trait]
impl Referrals for Memory {
    async fn next(&self) -> Option<Referral> {
        let next = self.queue.lock().unwrap_or_else(|e| e.into_inner()).pop_front();
        log::debug!("{:?}", next.as_ref().map(|r| &r.clinic)); // ok: a clinic
        log::trace!("{next:?}"); // expect: phi-log
        next
    }
    async fn waiting(&self) -> usize {
        self.queue.lock().map(|q| q.len()).unwrap_or(0)
    }
}
