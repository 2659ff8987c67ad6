//! All requests of whoever writes go through here: what could change anything but objects of the target is refused.

use async_trait::async_trait;
use object_store::ClientOptions;
use object_store::client::{
    HttpClient, HttpConnector, HttpError, HttpErrorKind, HttpRequest, HttpResponse, HttpService, ReqwestConnector,
};
use object_store::path::Path;

use super::guard::Guard;

/// Makes clients that write objects of one place, and nothing else.
#[derive(Clone)]
pub(super) struct WriteGuard {
    /// What only reads: it judges all that does not write.
    pub(super) reading: Guard,
    /// The bucket.
    pub(super) bucket: String,
    /// The beginning of keys, or one key.
    pub(super) key: Path,
}

impl std::fmt::Debug for WriteGuard {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("WriteGuard")
    }
}

impl HttpConnector for WriteGuard {
    fn connect(&self, options: &ClientOptions) -> object_store::Result<HttpClient> {
        let client = ReqwestConnector::default().connect(options)?;
        Ok(HttpClient::new(Guarded { client, guard: self.clone() }))
    }
}

#[derive(Debug)]
struct Guarded {
    client: HttpClient,
    guard: WriteGuard,
}

#[async_trait]
impl HttpService for Guarded {
    async fn call(&self, request: HttpRequest) -> Result<HttpResponse, HttpError> {
        let (method, uri) = (request.method().as_str(), request.uri());
        let host = uri.host().unwrap_or_default();
        let copies = COPIES.iter().any(|name| request.headers().contains_key(*name));
        let is_own = !copies && self.guard.writes(method, host, uri.path(), uri.query().unwrap_or_default());
        if let Some(refusal) = self.guard.reading.refusal(method, host).filter(|_| !is_own) {
            return Err(HttpError::new(HttpErrorKind::Unknown, std::io::Error::other(refusal)));
        }
        self.client.execute(request).await
    }
}

/// Headers by which a server takes the content from elsewhere: it would not be what was redacted.
const COPIES: &[&str] = &["x-amz-copy-source", "x-goog-copy-source", "x-ms-copy-source"];

/// Parts of a query that ask for something other than an object's content.
const OTHER: &[&str] = &["acl", "tagging", "retention", "legal-hold", "restore", "restype", "delete", "compose"];

impl WriteGuard {
    /// Is this a request that writes an object of the target, or a part of one, or gives up what was begun?
    fn writes(&self, method: &str, host: &str, path: &str, query: &str) -> bool {
        let pairs = || query.split('&').map(|pair| pair.split_once('=').unwrap_or((pair, "")));
        let has = |name: &str| pairs().any(|(known, _)| known == name);
        let is_content = !pairs().any(|(name, _)| OTHER.contains(&name))
            && pairs().all(|(name, value)| name != "comp" || matches!(value, "block" | "blocklist"));
        let is_write = match method {
            "PUT" => true,
            "POST" => has("uploads") || has("uploadId"),
            // An object that is there is never deleted.
            "DELETE" => has("uploadId"),
            _ => false,
        };
        is_write && is_content && self.holds(host, path)
    }

    /// Does this path name an object of the target? The bucket is the host's first part, or stands in the path, behind
    /// what stands there for the server (an account).
    fn holds(&self, host: &str, path: &str) -> bool {
        let Ok(path) = Path::from_url_path(path) else { return false };
        let is_key = |key: &str| {
            let rest = key.strip_prefix(self.key.as_ref());
            let begins = |rest: &str| rest.is_empty() || rest.starts_with('/') || self.key.as_ref().is_empty();
            !key.is_empty() && rest.is_some_and(begins)
        };
        let of_host = host.strip_prefix(&self.bucket).is_some_and(|rest| rest.starts_with('.'));
        let behind = |parts: usize| {
            let mut rest = path.as_ref();
            for _ in 0..parts {
                rest = rest.split_once('/')?.1;
            }
            rest.strip_prefix(&self.bucket)?.strip_prefix('/')
        };
        (of_host && is_key(path.as_ref())) || (0..3).filter_map(behind).any(is_key)
    }
}

#[cfg(test)]
mod tests;
