//! E-mail addresses and host names.

use super::{Verdict, reserved_if};

/// Top levels that no one can register (RFC 2606, RFC 6761, RFC 6762, RFC 8375, ICANN 2024 for `internal`).
const RESERVED_ENDS: &[&str] = &[
    "example",
    "test",
    "invalid",
    "localhost",
    "local",
    "internal",
    "lan",
    "home.arpa",
    "localdomain",
    "intranet",
    "corp",
    "onion",
];
/// Domains of examples, by RFC 2606 or because everyone writes them.
const SAMPLE_DOMAINS: &[&str] = &[
    "example.com",
    "example.org",
    "example.net",
    "example.edu",
    "test.com",
    "test.org",
    "domain.com",
    "domain.tld",
    "yourdomain.com",
    "mydomain.com",
    "yourcompany.com",
    "company.com",
    "mycompany.com",
    "acme.com",
    "acme.org",
    "foo.com",
    "bar.com",
    "foobar.com",
    "somewhere.com",
    "nowhere.com",
    "mailinator.com",
    "email.com",
    "sample.com",
    "users.noreply.github.com",
    "noreply.github.com",
    "sentry.io",
    "xyz.com",
    "abc.com",
    "fake.com",
    "a.com",
    "b.com",
    "x.com",
    "y.com",
    "foo.org",
    "bar.org",
];
/// Mailboxes of roles, not of people (RFC 2142 and custom).
const ROLES: &[&str] = &[
    "abuse",
    "admin",
    "administrator",
    "alerts",
    "all",
    "api",
    "billing",
    "bot",
    "bounce",
    "bugs",
    "build",
    "ci",
    "compliance",
    "contact",
    "customercare",
    "customerservice",
    "dev",
    "devnull",
    "devops",
    "do-not-reply",
    "do_not_reply",
    "donotreply",
    "enquiries",
    "feedback",
    "frontdesk",
    "hello",
    "help",
    "helpdesk",
    "hostmaster",
    "hr",
    "info",
    "it",
    "jobs",
    "legal",
    "mail",
    "mailer-daemon",
    "marketing",
    "me",
    "media",
    "news",
    "newsletter",
    "no-reply",
    "no_reply",
    "nobody",
    "noc",
    "noreply",
    "notification",
    "notifications",
    "office",
    "ops",
    "orders",
    "postmaster",
    "press",
    "privacy",
    "reception",
    "records",
    "reply",
    "root",
    "sales",
    "scheduling",
    "security",
    "service",
    "services",
    "spam",
    "staff",
    "support",
    "sysadmin",
    "system",
    "team",
    "test",
    "tester",
    "testing",
    "unsubscribe",
    "user",
    "username",
    "webmaster",
    "you",
    "your",
    "your.email",
    "youremail",
    "name",
    "someone",
    "somebody",
    "email",
];
/// Endings of file names that look like a top level (`icon@2x.png`).
const FILE_ENDS: &[&str] = &[
    "png", "jpg", "jpeg", "gif", "svg", "webp", "ico", "bmp", "pdf", "js", "ts", "jsx", "tsx", "mjs", "cjs", "css",
    "scss", "less", "html", "htm", "json", "yaml", "yml", "toml", "xml", "csv", "txt", "rs", "py", "rb", "java", "kt",
    "go", "cpp", "hpp", "cs", "php", "sql", "lock", "log", "map", "wasm", "whl", "tgz", "gz", "zip", "jar", "exe",
    "dll", "service", "socket", "timer", "target", "mount", "git",
];

/// An e-mail address: lengths and labels of RFC 5321, a top level of letters. Reserved domains and role accounts are
/// reserved; file names and users of a code host are none. `%40` stands for `@` too.
pub(super) fn email(value: &[u8]) -> Verdict {
    let value = value.trim_ascii();
    let value = value.strip_prefix(b"mailto:").unwrap_or(value);
    let lower = value.to_ascii_lowercase();
    let Some((local, domain)) = split(&lower) else { return Verdict::Invalid };
    if !is_local(local) || !is_domain(domain) || lower.len() > 254 || local == b"git" || local == b"hg" {
        return Verdict::Invalid;
    }
    let role = local.split(|b| *b == b'+').next().unwrap_or(local);
    let role =
        ROLES.iter().any(|r| r.as_bytes() == role) || role.starts_with(b"noreply") || role.starts_with(b"no-reply");
    reserved_if(role || is_reserved_host(domain))
}

fn split(value: &[u8]) -> Option<(&[u8], &[u8])> {
    if let Some(at) = value.iter().rposition(|b| *b == b'@') {
        return Some((&value[..at], &value[at + 1..]));
    }
    let at = value.windows(3).position(|w| w == b"%40")?;
    Some((&value[..at], &value[at + 3..]))
}

/// A mailbox of RFC 5321 4.1.2 without quotes, 64 bytes at most.
fn is_local(local: &[u8]) -> bool {
    let atom = |b: &u8| b.is_ascii_alphanumeric() || b"!#$%&'*+/=?^_`{|}~-".contains(b) || *b >= 0x80;
    local.len() <= 64 && local.split(|b| *b == b'.').all(|part| !part.is_empty() && part.iter().all(atom))
}

/// Labels of letters, digits and hyphens, 63 bytes at most each; the last of letters or `xn--`.
fn is_domain(domain: &[u8]) -> bool {
    let label = |l: &[u8]| {
        (1..=63).contains(&l.len())
            && l.iter().all(|b| b.is_ascii_alphanumeric() || *b == b'-' || *b >= 0x80)
            && l.first() != Some(&b'-')
            && l.last() != Some(&b'-')
    };
    let Some(dot) = domain.iter().rposition(|b| *b == b'.') else { return false };
    let top = &domain[dot + 1..];
    let letters = top.len() >= 2 && top.iter().all(u8::is_ascii_alphabetic);
    domain.split(|b| *b == b'.').all(label)
        && (letters || top.starts_with(b"xn--"))
        && !FILE_ENDS.iter().any(|end| end.as_bytes() == top)
}

/// Is a host name that of a domain or under it?
pub(super) fn is_under(host: &[u8], domain: &[u8]) -> bool {
    host.strip_suffix(domain).is_some_and(|front| front.is_empty() || front.ends_with(b"."))
}

/// Is a host name, in lower case, kept for examples or for inner networks?
pub(super) fn is_reserved_host(host: &[u8]) -> bool {
    RESERVED_ENDS.iter().chain(SAMPLE_DOMAINS).any(|domain| is_under(host, domain.as_bytes()))
}
