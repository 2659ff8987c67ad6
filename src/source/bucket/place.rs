//! An address as a store of objects and the beginning of keys in it.
#![allow(clippy::disallowed_methods)] // credentials stand in the environment

use std::sync::Arc;
use std::time::Duration;

use object_store::aws::AmazonS3Builder;
use object_store::azure::{AzureConfigKey, MicrosoftAzureBuilder};
use object_store::gcp::{GoogleCloudStorageBuilder, GoogleConfigKey};
use object_store::http::HttpBuilder;
use object_store::path::Path;
use object_store::{BackoffConfig, Certificate, ClientOptions, ObjectStore, RetryConfig};
use url::Url;

use super::guard::Guard;
use super::{Buckets, shown};

/// How often a request is repeated.
const RETRIES: usize = 6;
/// For how long it is repeated.
const RETRY_TIME: Duration = Duration::from_secs(60);
/// How long a connection may take to be made.
const CONNECT_TIME: Duration = Duration::from_secs(10);
/// How long a server may say nothing.
const SILENCE: Duration = Duration::from_secs(30);

/// A store, and what of it an address names.
pub(super) struct Place {
    pub(super) store: Arc<dyn ObjectStore>,
    /// What stands before keys in names: `s3://bucket/`.
    pub(super) root: String,
    /// The beginning of keys, or the key of one object.
    pub(super) prefix: Path,
    /// Is it one object, by its address alone?
    pub(super) single: bool,
    /// Are keys listed in the order of their bytes?
    pub(super) ordered: bool,
}

const NO_ADDRESS: &str = "not an address as in s3://bucket/logs/";

/// Opens the place that an address names; an error is a reason in words.
pub(super) fn open(buckets: &Buckets, address: &str) -> Result<Place, String> {
    let url = Url::parse(address).map_err(|_| NO_ADDRESS.to_owned())?;
    if url.host_str().is_none_or(str::is_empty) {
        return Err(NO_ADDRESS.to_owned());
    }
    let options = client_options(buckets, &url)?;
    let guard = Guard { traffic: Arc::clone(&buckets.traffic), instance_credentials: buckets.instance_credentials };
    let bare = shown(&format!(
        "{}://{}/",
        url.scheme(),
        &address[url.scheme().len() + 3..].split('/').next().unwrap_or_default()
    ));
    let key = url.path().trim_start_matches('/');
    let prefix = Path::from_url_path(key).map_err(|_| "the part behind the bucket is no key".to_owned())?;
    let (store, single): (object_store::Result<Arc<dyn ObjectStore>>, bool) = match url.scheme() {
        "s3" | "s3a" => (s3(buckets, address, options, guard), false),
        "gs" => (gs(buckets, address, options, guard), false),
        "https" | "http" => {
            let mut base = url.clone();
            base.set_path("/");
            let http = HttpBuilder::new().with_url(base).with_retry(retries());
            let store = http.with_client_options(options).with_http_connector(guard).build();
            (store.map(|store| Arc::new(store) as Arc<dyn ObjectStore>), !url.path().ends_with('/'))
        }
        _ => (azure(buckets, address, options, guard), false),
    };
    let store = store.map_err(|error| super::fetch::words(&error))?;
    let ordered = !matches!(url.scheme(), "http" | "https");
    Ok(Place { store, root: bare, prefix, single, ordered })
}

fn s3(
    buckets: &Buckets,
    address: &str,
    options: ClientOptions,
    guard: Guard,
) -> object_store::Result<Arc<dyn ObjectStore>> {
    let mut builder = AmazonS3Builder::from_env().with_url(address).with_retry(retries());
    if let Some(endpoint) = &buckets.endpoint {
        builder = builder.with_endpoint(endpoint);
    }
    let named = [
        "AWS_ACCESS_KEY_ID",
        "AWS_WEB_IDENTITY_TOKEN_FILE",
        "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
        "AWS_CONTAINER_CREDENTIALS_FULL_URI",
    ];
    if !buckets.instance_credentials && named.iter().all(|name| !is_set(name)) {
        builder = builder.with_skip_signature(true);
    }
    Ok(Arc::new(builder.with_client_options(options).with_http_connector(guard).build()?))
}

fn gs(
    buckets: &Buckets,
    address: &str,
    options: ClientOptions,
    guard: Guard,
) -> object_store::Result<Arc<dyn ObjectStore>> {
    let mut builder = GoogleCloudStorageBuilder::from_env().with_url(address).with_retry(retries());
    if let Some(endpoint) = &buckets.endpoint {
        builder = builder.with_config(GoogleConfigKey::BaseUrl, endpoint);
    }
    if let Some(token) = std::env::var("GOOGLE_BEARER_TOKEN").ok().filter(|token| !token.is_empty()) {
        builder = builder.with_bearer_token(token);
    }
    let named = [
        "GOOGLE_APPLICATION_CREDENTIALS",
        "GOOGLE_SERVICE_ACCOUNT",
        "GOOGLE_SERVICE_ACCOUNT_PATH",
        "GOOGLE_SERVICE_ACCOUNT_KEY",
        "GOOGLE_BEARER_TOKEN",
    ];
    if !buckets.instance_credentials && named.iter().all(|name| !is_set(name)) {
        builder = builder.with_skip_signature(true);
    }
    Ok(Arc::new(builder.with_client_options(options).with_http_connector(guard).build()?))
}

fn azure(
    buckets: &Buckets,
    address: &str,
    options: ClientOptions,
    guard: Guard,
) -> object_store::Result<Arc<dyn ObjectStore>> {
    let mut builder = MicrosoftAzureBuilder::from_env().with_url(address).with_retry(retries());
    if let Some(endpoint) = &buckets.endpoint {
        builder = builder.with_endpoint(endpoint.clone());
    }
    let named = [
        AzureConfigKey::AccessKey,
        AzureConfigKey::SasKey,
        AzureConfigKey::Token,
        AzureConfigKey::ClientSecret,
        AzureConfigKey::FederatedTokenFile,
    ];
    let emulator = builder.get_config_value(&AzureConfigKey::UseEmulator).is_some_and(|value| value == "true");
    if !buckets.instance_credentials && !emulator && named.iter().all(|key| builder.get_config_value(key).is_none()) {
        builder = builder.with_skip_signature(true);
    }
    Ok(Arc::new(builder.with_client_options(options).with_http_connector(guard).build()?))
}

fn is_set(name: &str) -> bool {
    std::env::var_os(name).is_some_and(|value| !value.is_empty())
}

fn retries() -> RetryConfig {
    let backoff =
        BackoffConfig { init_backoff: Duration::from_millis(100), max_backoff: Duration::from_secs(5), base: 2.0 };
    RetryConfig { backoff, max_retries: RETRIES, retry_timeout: RETRY_TIME }
}

fn client_options(buckets: &Buckets, url: &Url) -> Result<ClientOptions, String> {
    // Once for the process; a second time changes nothing.
    let _ = rustls::crypto::ring::default_provider().install_default();
    // Without encryption only where somebody wrote http:// himself.
    let plain = |address: &str| address.starts_with("http://");
    let allow_http = url.scheme() == "http"
        || buckets.endpoint.as_deref().is_some_and(plain)
        || is_true("AWS_ALLOW_HTTP")
        || is_true("AZURE_ALLOW_HTTP")
        || is_true("AZURE_STORAGE_USE_EMULATOR");
    let mut options = ClientOptions::new()
        .with_timeout_disabled()
        .with_read_timeout(SILENCE)
        .with_connect_timeout(CONNECT_TIME)
        .with_allow_http(allow_http);
    if let Some(pem) = &buckets.authorities {
        let certificates =
            Certificate::from_pem_bundle(pem).map_err(|_| "the file of --ca holds no certificate (PEM)".to_owned())?;
        for certificate in certificates {
            options = options.with_root_certificate(certificate);
        }
    }
    Ok(options)
}

fn is_true(name: &str) -> bool {
    std::env::var(name).is_ok_and(|value| value.eq_ignore_ascii_case("true") || value == "1")
}
