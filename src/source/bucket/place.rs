//! An address as a store of objects and the beginning of keys in it.
#![allow(clippy::disallowed_methods)] // credentials stand in the environment

use std::sync::Arc;
use std::time::Duration;

use object_store::aws::AmazonS3Builder;
use object_store::azure::{AzureConfigKey, MicrosoftAzureBuilder};
use object_store::client::HttpConnector;
use object_store::gcp::{GoogleCloudStorageBuilder, GoogleConfigKey};
use object_store::http::HttpBuilder;
use object_store::path::Path;
use object_store::{BackoffConfig, Certificate, ClientOptions, ObjectStore, RetryConfig};
use url::Url;

use super::address::Address;
use super::fetch::words;
use super::{Buckets, Profile};

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

/// How a server is reached.
pub(super) struct Access<'a> {
    pub(super) endpoint: Option<&'a str>,
    pub(super) authorities: Option<&'a [u8]>,
    pub(super) instance_credentials: bool,
    /// Credentials instead of those in the environment.
    pub(super) profile: Option<&'a Profile>,
}

impl<'a> Access<'a> {
    /// As buckets are read.
    pub(super) fn of(buckets: &'a Buckets) -> Self {
        Self {
            endpoint: buckets.endpoint.as_deref(),
            authorities: buckets.authorities.as_deref(),
            instance_credentials: buckets.instance_credentials,
            profile: None,
        }
    }
}

type Opened = Result<Arc<dyn ObjectStore>, String>;

/// Opens the place that an address names; an error is a reason in words.
pub(super) fn open(access: &Access, address: &str, guard: impl HttpConnector) -> Result<Place, String> {
    let named = Address::parse(address)?;
    let options = client_options(access, &named.url)?;
    let (store, single) = match named.protocol() {
        "s3" => (s3(access, address, options, guard), false),
        "gs" => (gs(access, address, options, guard), false),
        "http" => {
            let mut base = named.url.clone();
            base.set_path("/");
            let http = HttpBuilder::new().with_url(base).with_retry(retries());
            let store = http.with_client_options(options).with_http_connector(guard).build();
            (
                store.map(|store| Arc::new(store) as Arc<dyn ObjectStore>).map_err(|error| words(&error)),
                !named.is_folder,
            )
        }
        _ => (azure(access, address, options, guard), false),
    };
    let ordered = !named.is_web();
    Ok(Place { store: store?, root: named.root, prefix: named.key, single, ordered })
}

fn s3(access: &Access, address: &str, options: ClientOptions, guard: impl HttpConnector) -> Opened {
    let mut builder = match access.profile {
        None => AmazonS3Builder::from_env(),
        Some(profile) => profile.set(environment(OF_S3), AmazonS3Builder::new(), AmazonS3Builder::with_config),
    };
    builder = builder.with_url(address).with_retry(retries());
    if let Some(endpoint) = access.endpoint {
        builder = builder.with_endpoint(endpoint);
    }
    let named = [
        "AWS_ACCESS_KEY_ID",
        "AWS_WEB_IDENTITY_TOKEN_FILE",
        "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
        "AWS_CONTAINER_CREDENTIALS_FULL_URI",
    ];
    if access.profile.is_none() && !access.instance_credentials && named.iter().all(|name| !is_set(name)) {
        builder = builder.with_skip_signature(true);
    }
    let store = builder.with_client_options(options).with_http_connector(guard).build();
    Ok(Arc::new(store.map_err(|error| words(&error))?))
}

fn gs(access: &Access, address: &str, options: ClientOptions, guard: impl HttpConnector) -> Opened {
    let mut builder = match access.profile {
        None => GoogleCloudStorageBuilder::from_env(),
        Some(profile) => {
            profile.set(Vec::new(), GoogleCloudStorageBuilder::new(), GoogleCloudStorageBuilder::with_config)
        }
    };
    builder = builder.with_url(address).with_retry(retries());
    if let Some(endpoint) = access.endpoint {
        builder = builder.with_config(GoogleConfigKey::BaseUrl, endpoint);
    }
    let named = [
        GoogleConfigKey::ApplicationCredentials,
        GoogleConfigKey::ServiceAccount,
        GoogleConfigKey::ServiceAccountKey,
        GoogleConfigKey::BearerToken,
    ];
    if named.iter().all(|key| builder.get_config_value(key).is_none_or(|value| value.is_empty())) {
        if access.profile.is_some() {
            return Err(NO_CREDENTIALS.to_owned());
        }
        if !access.instance_credentials {
            builder = builder.with_skip_signature(true);
        }
    }
    let store = builder.with_client_options(options).with_http_connector(guard).build();
    Ok(Arc::new(store.map_err(|error| words(&error))?))
}

fn azure(access: &Access, address: &str, options: ClientOptions, guard: impl HttpConnector) -> Opened {
    let mut builder = match access.profile {
        None => MicrosoftAzureBuilder::from_env(),
        Some(profile) => {
            profile.set(environment(OF_AZURE), MicrosoftAzureBuilder::new(), MicrosoftAzureBuilder::with_config)
        }
    };
    builder = builder.with_url(address).with_retry(retries());
    if let Some(endpoint) = access.endpoint {
        builder = builder.with_endpoint(endpoint.to_owned());
    }
    let named = [
        AzureConfigKey::AccessKey,
        AzureConfigKey::SasKey,
        AzureConfigKey::Token,
        AzureConfigKey::ClientSecret,
        AzureConfigKey::FederatedTokenFile,
    ];
    let emulator = builder.get_config_value(&AzureConfigKey::UseEmulator).is_some_and(|value| value == "true");
    if !emulator && named.iter().all(|key| builder.get_config_value(key).is_none()) {
        if access.profile.is_some() {
            return Err(NO_CREDENTIALS.to_owned());
        }
        if !access.instance_credentials {
            builder = builder.with_skip_signature(true);
        }
    }
    let store = builder.with_client_options(options).with_http_connector(guard).build();
    Ok(Arc::new(store.map_err(|error| words(&error))?))
}

/// The server at which an address is, where one is named: by a flag, or by the environment.
pub(super) fn endpoint(protocol: &str, named: Option<&str>) -> Option<String> {
    let variables: &[&str] = match protocol {
        "s3" => &["AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL", "AWS_ENDPOINT"],
        "gs" => &["GOOGLE_BASE_URL"],
        "az" => &["AZURE_STORAGE_ENDPOINT", "AZURE_ENDPOINT"],
        _ => &[],
    };
    let set = || variables.iter().find_map(|name| std::env::var(name).ok().filter(|value| !value.is_empty()));
    named.map(str::to_owned).or_else(set)
}

/// The account of storage that a profile names, or the environment.
pub(super) fn account(profile: Option<&Profile>) -> Option<String> {
    let own = profile.and_then(|profile| profile.0.iter().find(|(name, _)| name == "azure_storage_account_name"));
    own.map(|(_, value)| value.to_string()).or_else(|| std::env::var("AZURE_STORAGE_ACCOUNT_NAME").ok())
}

const NO_CREDENTIALS: &str = "what is set for the profile are no credentials";

/// Of the environment, what holds for any credentials.
const OF_S3: &[&str] = &[
    "AWS_REGION",
    "AWS_DEFAULT_REGION",
    "AWS_ENDPOINT",
    "AWS_ENDPOINT_URL",
    "AWS_ENDPOINT_URL_S3",
    "AWS_VIRTUAL_HOSTED_STYLE_REQUEST",
    "AWS_SERVER_SIDE_ENCRYPTION",
    "AWS_SSE_KMS_KEY_ID",
    "AWS_SSE_BUCKET_KEY_ENABLED",
    "AWS_REQUEST_PAYER",
    "AWS_UNSIGNED_PAYLOAD",
    "AWS_CHECKSUM_ALGORITHM",
];
const OF_AZURE: &[&str] = &["AZURE_STORAGE_ACCOUNT_NAME"];

/// What is set of these variables, by names as settings have them.
fn environment(names: &[&str]) -> Vec<(String, String)> {
    let set =
        |name: &&str| Some((name.to_ascii_lowercase(), std::env::var(name).ok().filter(|value| !value.is_empty())?));
    names.iter().filter_map(set).collect()
}

impl Profile {
    /// A builder with settings of the environment, and then with its own.
    fn set<B, K: std::str::FromStr>(
        &self,
        first: Vec<(String, String)>,
        builder: B,
        with: impl Fn(B, K, String) -> B,
    ) -> B {
        let own = self.0.iter().map(|(name, value)| (name.clone(), value.to_string()));
        first.into_iter().chain(own).fold(builder, |builder, (name, value)| match name.parse() {
            Ok(key) => with(builder, key, value),
            Err(_) => builder,
        })
    }
}

fn is_set(name: &str) -> bool {
    std::env::var_os(name).is_some_and(|value| !value.is_empty())
}

fn retries() -> RetryConfig {
    let backoff =
        BackoffConfig { init_backoff: Duration::from_millis(100), max_backoff: Duration::from_secs(5), base: 2.0 };
    RetryConfig { backoff, max_retries: RETRIES, retry_timeout: RETRY_TIME }
}

fn client_options(access: &Access, url: &Url) -> Result<ClientOptions, String> {
    // Once for the process; a second time changes nothing.
    let _ = rustls::crypto::ring::default_provider().install_default();
    // Without encryption only where somebody wrote http:// himself.
    let plain = |address: &str| address.starts_with("http://");
    let allow_http = url.scheme() == "http"
        || access.endpoint.is_some_and(plain)
        || is_true("AWS_ALLOW_HTTP")
        || is_true("AZURE_ALLOW_HTTP")
        || is_true("AZURE_STORAGE_USE_EMULATOR");
    let mut options = ClientOptions::new()
        .with_timeout_disabled()
        .with_read_timeout(SILENCE)
        .with_connect_timeout(CONNECT_TIME)
        .with_allow_http(allow_http);
    if let Some(pem) = access.authorities {
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
