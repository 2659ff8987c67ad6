use obs::prelude::*;
use privacy::{clean_whitespace, pseudonymize, scrub, Hidden, Quoted, Redact};
use tracing::info;

pub struct Account {
    pub member_name: String,
    pub ssn: String,
    pub locale: String,
    pub logins: u32,
}

pub fn metrics(a: &Account) {
    counted("logins", &a.locale); // ok: a locale
    counted("logins", &a.member_name); // via: w7-count
    tick("logins"); // ok: a constant
    breadcrumb("login"); // ok: a literal
    report(format!("{} cannot sign in", a.member_name)); // via: w7-report
    report("sign-in failed"); // ok: a literal
}

pub fn events(a: &Account) {
    Event::new("login").field("who", &a.member_name).emit(); // via: w7-emit
    Event::new("login").field("locale", &a.locale).emit(); // ok: a locale
    Event::new("login").field("who", &a.member_name).emit_name(); // ok: only the name and a count
}

pub fn barriers(a: &Account, key: &[u8]) {
    info!("{}", Hidden(&a.ssn)); // ok: stars
    info!("{:?}", Hidden(&a.ssn)); // ok: a type's name
    info!("{}", Hidden(&a.ssn).0); // expect: phi-log
    info!("{}", Quoted(&a.member_name)); // expect: phi-log
    info!("{}", Quoted(a.logins)); // ok: a count
    info!("{}", a.ssn.redact()); // ok: redacted
    info!("{}", pseudonymize(key, &a.ssn)); // ok: a keyed hash
    info!("{}", scrub(&a.ssn)); // expect: phi-log
    info!("{}", clean_whitespace(&a.member_name)); // expect: phi-log
    let who = Hidden(a.member_name.clone());
    info!(%who); // ok: stars
    let Hidden(inner) = who;
    info!(%inner); // expect: phi-log
}

pub fn links(a: &Account) -> Result<url::Url, url::ParseError> {
    let plain = url::Url::parse(&format!("https://portal.example.org/?locale={}", a.locale))?; // ok: a locale
    info!("{plain}"); // ok: a locale
    url::Url::parse(&format!("https://portal.example.org/?who={}", a.member_name)) // expect: phi-log kind=url
}
