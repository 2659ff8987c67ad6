//! Query strings (written to every proxy's log) and mail (travels in clear); bodies of requests are the intended payload.
use lettre::message::Mailbox;
use lettre::Message;
use reqwest::{Client, RequestBuilder};
use url::Url;

#[derive(Debug, Clone, serde::Serialize)]
pub struct Member {
    pub last_name: String,
    pub birth_date: String,
    pub policy_number: String,
    pub email: String,
    pub allergies: Vec<String>,
    pub page_size: u32,
}

const BASE: &str = "https://eligibility.example.org/v2";

pub fn by_query(client: &Client, m: &Member) -> RequestBuilder {
    client.get(BASE).query(&[("birth_date", &m.birth_date)]) // expect: phi-log kind=url
}
pub fn by_page(client: &Client, m: &Member) -> RequestBuilder {
    client.get(BASE).query(&[("birth_date", m.page_size)]) // ok: the value is a page size
}
pub fn by_struct(client: &Client, m: &Member) -> RequestBuilder {
    client.get(BASE).query(m) // expect: phi-log kind=url
}
pub fn by_body(client: &Client, m: &Member) -> RequestBuilder {
    client.post(BASE).json(m) // ok: a body
}
pub fn by_form(client: &Client, m: &Member) -> RequestBuilder {
    client.post(BASE).form(&[("policy", &m.policy_number)]) // ok: a form is a body
}
pub fn by_format(client: &Client, m: &Member) -> RequestBuilder {
    client.get(format!("{BASE}?policy={}", m.policy_number)) // expect: phi-log kind=url
}
pub fn by_format_page(client: &Client, m: &Member) -> RequestBuilder {
    client.get(format!("{BASE}?policy_number=required&n={}", m.page_size)) // ok: a page size
}
pub fn by_variable(client: &Client, m: &Member) -> RequestBuilder {
    let address = format!("{BASE}?last={}&born={}", m.last_name, m.birth_date);
    client.get(&address) // expect: phi-log kind=url
}
pub fn by_mrn(client: &Client, mrn: &str) -> RequestBuilder {
    let query = vec![("id", mrn.to_string()), ("page", "1".to_string())];
    client.get(BASE).query(&query) // expect: phi-log kind=url
}
pub fn by_token(client: &Client, mrn: &str) -> RequestBuilder {
    let query = vec![("id", tokenize(mrn)), ("page", "1".to_string())];
    client.get(BASE).query(&query) // ok: a token of the vault
}

fn tokenize(value: &str) -> String {
    vault::token_for(value)
}

mod vault {
    use std::collections::HashMap;
    use std::sync::Mutex;
    static TOKENS: Mutex<Option<HashMap<String, u64>>> = Mutex::new(None);
    /// A random surrogate, the same for the same value.
    pub fn token_for(value: &str) -> String {
        let mut tokens = TOKENS.lock().unwrap_or_else(|e| e.into_inner());
        let known = tokens.get_or_insert_with(HashMap::new);
        let next = known.len() as u64;
        known.entry(value.to_owned()).or_insert(next).to_string()
    }
}

pub fn pairs(m: &Member) -> Result<Url, url::ParseError> {
    let mut url = Url::parse(BASE)?; // ok: a constant
    url.query_pairs_mut().append_pair("size", &m.page_size.to_string()); // ok: a page size
    url.query_pairs_mut().append_pair("last", &m.last_name); // expect: phi-log kind=url
    url.set_path("/members"); // ok: a literal
    url.set_query(Some(&format!("policy={}", m.policy_number))); // expect: phi-log kind=url
    Ok(url)
}

pub fn parsed(m: &Member) -> Result<Url, url::ParseError> {
    let safe = Url::parse_with_params(BASE, &[("size", m.page_size.to_string())])?; // ok: a page size
    println!("{safe}"); // ok: the address holds a page size
    Url::parse(&format!("{BASE}?allergy={}", m.allergies.join(","))) // expect: phi-log kind=url
}

pub fn subject(m: &Member, to: Mailbox) -> Option<Message> {
    Message::builder() // via: um-subject
        .to(to)
        .subject(format!("{}: your allergies", m.last_name)) // expect: phi-log kind=mail id=um-subject
        .body("Sign in to read the message.".to_owned()) // ok: a literal
        .ok()
}

pub fn body(m: &Member, to: Mailbox) -> Option<Message> {
    Message::builder() // via: um-body
        .to(to)
        .subject("A message about your allergies waits for you") // ok: a literal
        .body(format!("On file: {}", m.allergies.join(", "))) // expect: phi-log kind=mail id=um-body
        .ok()
}

pub fn invitation(m: &Member) -> Option<Message> {
    Message::builder()
        .to(m.email.parse().ok()?) // ok: the recipient's address is no subject and no body
        .subject("A message waits for you") // ok: a literal
        .body(format!("{} items", m.allergies.len())) // ok: a count
        .ok()
}
