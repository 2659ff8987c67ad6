use goods::{self, Entry as Item};
use people::archive;
use people::{describe, Entry, Key};
use tracing::{info, warn};

pub fn people(e: &Entry, k: &Key) {
    info!("{e:?}"); // expect: phi-log
    info!("{}", describe(e)); // expect: phi-log
    info!("{}", e.page); // ok: a page
    info!("{k:?}"); // expect: phi-log
    people::show(&describe(e)); // via: w8-show
    people::show("done"); // ok: a literal
}

pub fn items(e: &Item, k: &goods::Key) {
    info!("{e:?}"); // ok: an article
    info!("{}", goods::describe(e)); // ok: an article
    info!("{}", e.name); // ok: an article
    info!("{k:?}"); // ok: an article's key
    goods::show(&goods::describe(e)); // ok: an article
}

pub fn archived(e: Entry) {
    let kept = archive::Entry::from(e.clone());
    warn!("{kept:?}"); // ok: the archive's entry has no identifiers
    warn!("{}", archive::describe(&kept)); // ok: a page and a year
    warn!("{}", describe(&e)); // expect: phi-log
    let entry: archive::Entry = e.into();
    warn!("{entry:?}"); // ok: the archive's entry has no identifiers
}

mod inner {
    pub mod goods {
        //! A module that is called as a crate is.
        #[derive(Debug, Clone)]
        pub struct Entry {
            pub member_name: String,
            pub shelf: u8,
        }
    }

    pub fn both(a: &self::goods::Entry, b: &::goods::Entry) {
        tracing::info!("{a:?}"); // expect: phi-log
        tracing::info!("{b:?}"); // ok: an article
        tracing::info!("{}", a.shelf); // ok: a shelf
    }
}

pub use inner::both;

pub fn local() {
    /// A type within a function shadows the imported one.
    #[derive(Debug)]
    struct Entry {
        count: usize,
    }
    let entry = Entry { count: 3 };
    info!("{entry:?}"); // ok: the type of this function holds a count
    fn describe(entry: &Entry) -> usize {
        entry.count
    }
    info!("{}", describe(&entry)); // ok: a count
}
