//! Buckets and addresses: `s3://`, `gs://`, `az://`, `https://`, read object by object as they are listed.
//!
//! Nothing of what is read is ever written: `guard` lets no request through that could. Objects are fetched ahead of the
//! scan, a bounded number of objects and bytes at a time, and handed on in the order of the listing. Whoever rewrites
//! documents has a store of its own for the target ([`Uploads`]), whose `write_guard` lets objects of the target through.

#[cfg(feature = "cloud")]
mod address;
#[cfg(feature = "cloud")]
mod fetch;
#[cfg(feature = "cloud")]
mod guard;
#[cfg(feature = "cloud")]
mod listing;
#[cfg(feature = "cloud")]
mod place;
#[cfg(not(feature = "cloud"))]
mod unbuilt;
#[cfg(feature = "cloud")]
mod upload;
#[cfg(feature = "cloud")]
mod write_guard;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use zeroize::Zeroizing;

#[cfg(feature = "cloud")]
pub use address::below;
#[cfg(feature = "cloud")]
pub(super) use listing::inputs;
#[cfg(not(feature = "cloud"))]
pub use unbuilt::{Upload, Uploads, below};
#[cfg(feature = "cloud")]
pub use upload::{Upload, Uploads};

/// What of buckets is wanted, and how it is fetched.
pub struct Buckets {
    /// Addresses: a bucket, a bucket and the beginning of keys, or one object.
    pub urls: Vec<String>,
    /// Another server than the provider's.
    pub endpoint: Option<String>,
    /// Certificates (PEM) of authorities that are trusted beside the system's.
    pub authorities: Option<Vec<u8>>,
    /// May the machine's own identity be asked for credentials?
    pub instance_credentials: bool,
    /// Only objects changed at or after this time, in seconds since 1970.
    pub since: Option<i64>,
    /// Only objects changed before this time, in seconds since 1970.
    pub until: Option<i64>,
    /// Only so many of 10,000 objects, always the same ones.
    pub sample: Option<u64>,
    /// How many objects are fetched at once.
    pub in_flight: usize,
    /// Asked for each object before it is fetched: `false` leaves it out.
    pub begin: Begin,
    /// The object behind which the listing of an address (by its number) goes on.
    pub after: Arc<dyn Fn(usize) -> Option<String> + Send + Sync>,
    /// What was asked of servers.
    pub traffic: Arc<Traffic>,
}

/// Credentials of their own for a place, and what belongs to them: settings by the names that they have in the
/// environment, in small letters (`aws_access_key_id`).
pub struct Profile(pub Vec<(String, Zeroizing<String>)>);

/// Where objects are written to.
pub struct Destination {
    /// Its address: a bucket, the beginning of keys, or one key.
    pub url: String,
    /// Another server than the provider's.
    pub endpoint: Option<String>,
    /// Certificates (PEM) of authorities that are trusted beside the system's.
    pub authorities: Option<Vec<u8>>,
    /// May the machine's own identity be asked for credentials?
    pub instance_credentials: bool,
    /// Credentials instead of those in the environment.
    pub profile: Option<Profile>,
    /// The address that is read, and its server, where an address is: the target must lie apart from it.
    pub source: Option<(String, Option<String>)>,
}

/// Asked for each object before it is fetched.
pub type Begin = Arc<dyn Fn(&Object) -> bool + Send + Sync>;

/// An object as it was listed.
pub struct Object {
    /// Its address, which reports call it (before masking).
    pub name: String,
    /// By which address it was found.
    pub address: usize,
    /// Its size in bytes.
    pub size: u64,
    /// When it was last changed, in milliseconds since 1970.
    pub changed: i64,
}

/// What was asked of servers.
#[derive(Default)]
pub struct Traffic {
    requests: AtomicU64,
    bytes: AtomicU64,
}

impl Traffic {
    /// Requests that were sent, repeated ones too.
    #[must_use]
    pub fn requests(&self) -> u64 {
        self.requests.load(Ordering::Relaxed)
    }

    /// Bytes of objects that arrived, repeated ones too.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.bytes.load(Ordering::Relaxed)
    }
}

/// The schemes of addresses.
pub const SCHEMES: &[&str] = &["s3", "s3a", "gs", "az", "azure", "abfs", "abfss", "https", "http"];

/// Is this an address rather than a path?
#[must_use]
pub fn is_address(path: &str) -> bool {
    let scheme = path.split_once("://").map(|(scheme, _)| scheme);
    scheme.is_some_and(|scheme| SCHEMES.iter().any(|known| known.eq_ignore_ascii_case(scheme)))
}

/// The protocol of an address: `s3`, `gs`, `az` or `http`.
#[must_use]
pub fn protocol(url: &str) -> &'static str {
    match &url.split("://").next().unwrap_or_default().to_ascii_lowercase()[..] {
        "s3" | "s3a" => "s3",
        "gs" => "gs",
        "http" | "https" => "http",
        _ => "az",
    }
}

/// An address as it may be shown: without a password, and without a query, which may hold a signature.
#[must_use]
pub fn shown(url: &str) -> String {
    let url = url.split(['?', '#']).next().unwrap_or(url);
    let Some((scheme, rest)) = url.split_once("://") else { return url.to_owned() };
    let (host, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    // In abfss://container@account the part before the `@` is no password.
    let host = if scheme.starts_with("http") { host.rsplit('@').next().unwrap_or(host) } else { host };
    format!("{scheme}://{host}{path}")
}

/// Is this key among so many of 10,000? Always the same answer for a key.
#[cfg_attr(not(feature = "cloud"), allow(dead_code))]
fn is_sampled(key: &str, of_10_000: u64) -> bool {
    // FNV-1a, 64 bits.
    let hash =
        key.bytes().fold(0xcbf2_9ce4_8422_2325u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3));
    (hash >> 20) % 10_000 < of_10_000
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_show_no_secret() {
        for (url, wanted) in [
            ("https://me:pass@host/a.log?X-Amz-Signature=abc", "https://host/a.log"),
            ("s3://bucket/logs/", "s3://bucket/logs/"),
            ("abfss://box@account/a", "abfss://box@account/a"),
            ("gs://bucket", "gs://bucket"),
        ] {
            assert_eq!(shown(url), wanted);
        }
        assert!(is_address("S3://b/") && !is_address("C://x") && !is_address("a/b"));
    }

    #[test]
    fn samples_are_near_their_share() {
        let taken = (0..20_000).filter(|n| is_sampled(&format!("logs/2026/{n}.json.gz"), 500)).count();
        assert!((800..1200).contains(&taken), "{taken}");
        assert!(is_sampled("a", 10_000) && !is_sampled("a", 0));
    }
}
