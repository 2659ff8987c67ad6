//! What an address names: a kind of store, a bucket, the beginning of keys; and whether two addresses are apart.

use object_store::path::Path;
use url::Url;

use super::shown;

/// Hosts of providers: whatever name of theirs is used, a bucket is the same.
const PROVIDERS: &[&str] = &["amazonaws.com", "googleapis.com", "core.windows.net", "fabric.microsoft.com"];

const NO_ADDRESS: &str = "not an address as in s3://bucket/logs/";

/// An address, taken apart.
pub(super) struct Address {
    pub(super) url: Url,
    /// What stands before keys in names: `s3://bucket/`.
    pub(super) root: String,
    /// The beginning of keys, or the key of one object.
    pub(super) key: Path,
    /// The bucket, or the container.
    pub(super) bucket: String,
    /// Does it name a bucket, or end with `/`: is it surely no single object?
    pub(super) is_folder: bool,
}

/// How two places lie to each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Overlap {
    /// They are one.
    Same,
    /// The second lies in the first.
    Inside,
    /// The second holds the first.
    Holds,
}

impl Address {
    /// An error is a reason in words.
    pub(super) fn parse(address: &str) -> Result<Self, String> {
        let url = Url::parse(address).map_err(|_| NO_ADDRESS.to_owned())?;
        let Some(host) = url.host_str().filter(|host| !host.is_empty()) else { return Err(NO_ADDRESS.to_owned()) };
        let written = address[url.scheme().len() + 3..].split('/').next().unwrap_or_default();
        let root = shown(&format!("{}://{written}/", url.scheme()));
        let path = url.path().trim_start_matches('/');
        let key = Path::from_url_path(path).map_err(|_| "the part behind the bucket is no key".to_owned())?;
        // abfss://container@account.dfs.core.windows.net/
        let bucket = if is_web(&url) || url.username().is_empty() { host } else { url.username() }.to_owned();
        let is_folder = path.is_empty() || path.ends_with('/');
        Ok(Self { root, key, bucket, is_folder, url })
    }

    /// Is it read by HTTP alone, without a provider's protocol?
    pub(super) fn is_web(&self) -> bool {
        is_web(&self.url)
    }

    /// The protocol, whichever of its names the address has.
    pub(super) fn protocol(&self) -> &'static str {
        super::protocol(self.url.as_str())
    }

    /// The account, where there are accounts: of the address itself, of its server, or the one that is configured.
    fn account(&self, server: Option<&str>, configured: Option<&str>) -> Option<String> {
        if self.protocol() != "az" {
            return None;
        }
        let own = self.url.host_str().filter(|_| !self.url.username().is_empty());
        let own = own.and_then(|host| host.split('.').next()).map(str::to_owned);
        let of_server = || {
            let url = Url::parse(server?).ok()?;
            let host = url.host_str().filter(|host| is_provider(host));
            let path = url.path_segments().and_then(|mut parts| parts.rfind(|part| !part.is_empty()));
            host.and_then(|host| host.split('.').next()).or(path).map(str::to_owned)
        };
        let account = own.or_else(of_server).or_else(|| configured.map(str::to_owned));
        account.map(|account| account.to_ascii_lowercase())
    }

    /// Buckets and keys that it may mean: an address of the web may be another way into a bucket.
    fn readings(&self, server: &str) -> Vec<(String, Path)> {
        if !self.is_web() {
            return vec![(self.bucket.to_ascii_lowercase(), self.key.clone())];
        }
        let host = self.url.host_str().unwrap_or_default().to_ascii_lowercase();
        if server_of(Some(self.url.as_str())) != server && !is_provider(&host) {
            return Vec::new();
        }
        let parts: Vec<String> = self.key.parts().map(|part| part.as_ref().to_owned()).collect();
        let from = |n: usize| {
            let bucket = parts.get(n)?.to_ascii_lowercase();
            Some((bucket, Path::parse(parts[n + 1..].join("/")).ok()?))
        };
        let by_host = host.split('.').next().map(|bucket| (bucket.to_owned(), self.key.clone()));
        by_host.into_iter().chain(from(0)).chain(from(1)).collect()
    }
}

fn is_web(url: &Url) -> bool {
    matches!(url.scheme(), "http" | "https")
}

fn is_provider(host: &str) -> bool {
    PROVIDERS.iter().any(|known| host.strip_suffix(known).is_some_and(|rest| rest.is_empty() || rest.ends_with('.')))
}

/// A server, alike however it is written; empty for the provider's own.
fn server_of(endpoint: Option<&str>) -> String {
    let Some(url) = endpoint.and_then(|endpoint| Url::parse(endpoint).ok()) else { return String::new() };
    let host = url.host_str().unwrap_or_default().to_ascii_lowercase();
    if is_provider(&host) {
        return String::new();
    }
    let host = if matches!(&host[..], "localhost" | "[::1]") { "127.0.0.1".to_owned() } else { host };
    format!("{host}:{}", url.port_or_known_default().unwrap_or_default())
}

/// A place: its address, its server if that is another than the provider's, its account if there are accounts.
pub(super) type Known<'k> = (&'k Address, Option<&'k str>, Option<&'k str>);

/// How a target lies to a source, where they are not apart. Doubts count as lying together.
pub(super) fn overlap((from, from_server, from_account): Known, (to, to_server, to_account): Known) -> Option<Overlap> {
    let server = server_of(to_server);
    let is_other_server = !from.is_web() && server_of(from_server) != server;
    let accounts = (from.account(from_server, from_account), to.account(to_server, to_account));
    let is_other_account = matches!(accounts, (Some(one), Some(other)) if one != other);
    let is_other_protocol = !from.is_web() && from.protocol() != to.protocol();
    if is_other_server || is_other_protocol || is_other_account {
        return None;
    }
    let bucket = to.bucket.to_ascii_lowercase();
    let readings = from.readings(&server);
    readings.iter().filter(|(read, _)| *read == bucket).find_map(|(_, key)| {
        match (to.key.prefix_matches(key), key.prefix_matches(&to.key)) {
            (true, true) => Some(Overlap::Same),
            (true, false) => Some(Overlap::Inside),
            (false, true) => Some(Overlap::Holds),
            (false, false) => None,
        }
    })
}

/// What of an object's name stands behind the address by which it was found; nothing, where it is that object itself.
#[must_use]
pub fn below(address: &str, name: &str) -> Option<String> {
    let address = Address::parse(address).ok()?;
    let key = name.strip_prefix(&address.root)?;
    let rest = key.strip_prefix(address.key.as_ref())?;
    match rest.strip_prefix('/') {
        Some(rest) => Some(rest.to_owned()),
        None => (rest.is_empty() || address.key.as_ref().is_empty()).then(|| rest.to_owned()),
    }
}

#[cfg(test)]
mod tests;
