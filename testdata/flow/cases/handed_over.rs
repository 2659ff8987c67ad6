//! Closures handed to functions, maps made of pairs, newtypes, iterators of one's own, values left and swapped, files.

use std::collections::{BTreeMap, HashMap};
pub struct Member { pub ssn: String, pub visits: Vec<u32> }
fn run1(f: impl Fn()) { f() }
fn run3(f: &dyn Fn()) { f() }
fn run6<R>(f: impl FnOnce() -> R) -> R { f() }
fn with<R>(m: &Member, f: impl FnOnce(&Member) -> R) -> R { f(m) }
pub fn c1(m: &Member) {
    run1(|| log::info!("{}", m.ssn)); // expect: phi-log
    run3(&|| log::info!("{}", m.ssn)); // expect: phi-log
    with(m, |x| log::info!("{}", x.ssn)); // expect: phi-log
    let s = run6(|| m.ssn.clone());
    log::info!("{s}"); // expect: phi-log
}
pub fn c2(rs: &[Member], m: &Member) {
    let by: BTreeMap<String, usize> = rs.iter().map(|r| (r.ssn.clone(), r.visits.len())).collect();
    for (k, n) in &by {
        log::info!("{n}"); // ok: a count
        log::info!("{k}"); // expect: phi-log
    }
    let h = HashMap::from([("who", m.ssn.clone())]);
    log::warn!("{}", h["who"]); // expect: phi-log
    log::warn!("{:?}", h.get("who")); // expect: phi-log
}
pub struct Ssn { inner: String }
impl Ssn { pub fn expose(&self) -> &str { &self.inner } }
pub fn c3(s: &Ssn) {
    log::info!("{}", s.expose()); // expect: phi-log
    log::info!("{}", s.inner); // expect: phi-log
}
pub struct Mrn(String);
impl std::ops::Deref for Mrn { type Target = String; fn deref(&self) -> &String { &self.0 } }
pub fn c4(m: &Mrn) {
    log::info!("{}", m.as_str()); // expect: phi-log
    log::info!("{}", &**m); // expect: phi-log
    log::info!("{}", m.to_uppercase()); // expect: phi-log
    log::info!("{}", m.len()); // ok: a length
}
struct It { p: Member, n: u8 }
impl Iterator for It { type Item = String; fn next(&mut self) -> Option<String> { Some(self.p.ssn.clone()) } }
pub fn c5(it: It) {
    for x in it {
        log::info!("{x}"); // expect: phi-log
    }
}
pub fn c5b(it: It) {
    let v: Vec<String> = it.take(3).collect();
    log::info!("{v:?}"); // expect: phi-log
}
pub fn c6(ssn: String, b: bool) {
    let x = b.then_some(ssn.clone());
    log::info!("{x:?}"); // expect: phi-log
    let mut o: Option<String> = None; o.replace(ssn.clone());
    log::info!("{o:?}"); // expect: phi-log
    let mut o2: Option<String> = None; let g = o2.get_or_insert(ssn.clone());
    log::info!("{g:?}"); // expect: phi-log
    let a = Some(1).and(Some(ssn.clone()));
    log::info!("{a:?}"); // expect: phi-log
    let e = None.or_else(|| Some(ssn.clone()));
    log::info!("{e:?}"); // expect: phi-log
    let mut z = String::new(); let mut y = ssn.clone(); std::mem::swap(&mut z, &mut y);
    log::info!("{z}"); // expect: phi-log
    let t: String = ssn.chars().scan(0, |_, c| Some(c)).collect();
    log::info!("{t}"); // expect: phi-log
}
pub fn c7(ssn: &str, n: u8) {
    let s = 'a: { if n > 3 { break 'a ssn; } "none" };
    log::info!("{s}"); // expect: phi-log
    let s2 = 'b: loop { loop { break 'b ssn; } };
    log::info!("{s2}"); // expect: phi-log
}
pub fn c8(ssn: &str) -> std::io::Result<()> {
    use std::io::Write;
    std::io::BufWriter::new(std::io::stderr()).write_all(ssn.as_bytes())?; // expect: phi-log
    let mut f = std::fs::OpenOptions::new().append(true).open("/var/log/visit.log")?;
    writeln!(f, "{ssn}")?; // expect: phi-log
    let mut g = std::fs::File::create("visit.log")?;
    writeln!(g, "{ssn}")?; // expect: phi-log
    Ok(())
}
#[derive(Clone, Debug)]
pub struct BadMrn(String);
impl std::fmt::Display for BadMrn { fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result { write!(f, "bad {}", self.0) } }
pub struct Mrn2(u64);
impl std::str::FromStr for Mrn2 { type Err = BadMrn; fn from_str(s: &str) -> Result<Self, BadMrn> { s.parse().map(Mrn2).map_err(|_| BadMrn(s.to_owned())) } }
pub fn c9(mrn: &str) {
    match mrn.parse::<Mrn2>() {
        Ok(_) => {}
        Err(e) => log::warn!("{e}"), // expect: phi-log
    }
}
thread_local! { static CUR: std::cell::RefCell<Option<String>> = std::cell::RefCell::new(None); }
pub fn c10(ssn: String) {
    CUR.with(|c| *c.borrow_mut() = Some(ssn));
}
pub fn c11() {
    CUR.with(|c| log::info!("{:?}", c.borrow())); // expect: phi-log
}
pub struct Held { cb: Box<dyn Fn(&str)> }
pub fn c12(m: &Member) {
    let h = Held { cb: Box::new(|s| log::info!("{s}")) }; // expect: phi-log id=held
    (h.cb)(&m.ssn); // via: held
}
