//! All requests go through here: those that could change something are refused, the others are counted.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use async_trait::async_trait;
use object_store::ClientOptions;
use object_store::client::{
    HttpClient, HttpConnector, HttpError, HttpErrorKind, HttpRequest, HttpResponse, HttpService, ReqwestConnector,
};

use super::Traffic;

/// Where machines in a cloud ask for an identity.
const METADATA: &[&str] =
    &["169.254.169.254", "169.254.170.2", "169.254.170.23", "metadata.google.internal", "metadata"];

/// Where identities that stand in the environment or a file are exchanged for tokens, by POST.
const TOKENS: &[&str] = &["login.microsoftonline.com", "oauth2.googleapis.com", "accounts.google.com", "sts."];

/// Makes clients that only read.
#[derive(Clone)]
pub(super) struct Guard {
    pub(super) traffic: Arc<Traffic>,
    /// May the machine's own identity be asked for?
    pub(super) instance_credentials: bool,
}

impl std::fmt::Debug for Guard {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Guard")
    }
}

impl HttpConnector for Guard {
    fn connect(&self, options: &ClientOptions) -> object_store::Result<HttpClient> {
        let client = ReqwestConnector::default().connect(options)?;
        Ok(HttpClient::new(Guarded { client, guard: self.clone() }))
    }
}

#[derive(Debug)]
struct Guarded {
    client: HttpClient,
    guard: Guard,
}

#[async_trait]
impl HttpService for Guarded {
    async fn call(&self, request: HttpRequest) -> Result<HttpResponse, HttpError> {
        if let Some(refusal) = self.guard.refusal(request.method().as_str(), request.uri().host().unwrap_or_default()) {
            return Err(HttpError::new(HttpErrorKind::Unknown, std::io::Error::other(refusal)));
        }
        self.guard.traffic.requests.fetch_add(1, Ordering::Relaxed);
        self.client.execute(request).await
    }
}

/// Said where the machine's own identity would have been asked for.
pub(super) const NO_INSTANCE: &str = "no credentials, and --no-instance-credentials";

impl Guard {
    /// Why a request is not sent.
    pub(super) fn refusal(&self, method: &str, host: &str) -> Option<&'static str> {
        let is_metadata = METADATA.contains(&host);
        if is_metadata && !self.instance_credentials {
            return Some(NO_INSTANCE);
        }
        let reads = matches!(method, "GET" | "HEAD" | "PROPFIND");
        let asks_for_token = is_metadata || TOKENS.iter().any(|token| host.starts_with(token));
        let fetches_token = asks_for_token && matches!(method, "PUT" | "POST");
        (!reads && !fetches_token).then_some("phivet only reads")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_reading_passes() {
        let guard = Guard { traffic: Arc::default(), instance_credentials: true };
        for method in ["PUT", "POST", "DELETE", "PATCH", "MKCOL", "COPY", "MOVE"] {
            assert!(guard.refusal(method, "bucket.s3.amazonaws.com").is_some(), "{method}");
        }
        for (method, host) in
            [("GET", "a"), ("HEAD", "a"), ("PUT", "169.254.169.254"), ("POST", "oauth2.googleapis.com")]
        {
            assert!(guard.refusal(method, host).is_none(), "{method} {host}");
        }
        let guard = Guard { instance_credentials: false, ..guard };
        assert_eq!(guard.refusal("GET", "169.254.169.254"), Some(NO_INSTANCE));
    }
}
