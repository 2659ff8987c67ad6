//! Handlers of a web service, workers, `select!`, streams: what they log and what they answer.
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::IntoResponse;
use axum::Json;
use futures::{Stream, StreamExt};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{broadcast, mpsc, oneshot, watch, RwLock};
use tracing::{debug, error, info, instrument, warn};

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct RegisterRequest {
    pub first_name: String,
    pub last_name: String,
    pub date_of_birth: String,
    pub insurance_number: Option<String>,
    pub site: String,
}

#[derive(Debug, Deserialize)]
pub struct SearchParams {
    pub last_name: String,
    pub dob: String,
    pub page: u32,
}

#[derive(Debug, Clone)]
pub struct AppState {
    pub started: u64,
    pub queue: mpsc::Sender<RegisterRequest>,
}

pub async fn register(State(app): State<Arc<AppState>>, Json(req): Json<RegisterRequest>) -> impl IntoResponse {
    info!(site = %req.site, "registration"); // ok: a site
    debug!(?req, "registration"); // expect: phi-log
    if req.insurance_number.is_none() {
        warn!("registration without insurance number at {}", req.site); // ok: a site
        return (StatusCode::UNPROCESSABLE_ENTITY, format!("{} has no insurance number", req.last_name)); // ok: an answer's body
    }
    let who = format!("{} {}", req.first_name, req.last_name);
    if let Err(err) = app.queue.send(req).await {
        error!("queue is closed for {who}"); // expect: phi-log
        error!("queue is closed: {}", err.0.site); // ok: a site
        error!("not queued: {:?}", err.0); // expect: phi-log tier=low
    }
    (StatusCode::CREATED, who) // ok: an answer's body
}

#[instrument(skip(app))] // expect: phi-log span=1 kind=span
pub async fn search(State(app): State<Arc<AppState>>, Query(params): Query<SearchParams>) -> Json<Vec<String>> {
    info!(page = params.page, started = app.started, "search"); // ok: numbers
    Json(vec![params.last_name]) // ok: an answer's body
}

#[instrument(skip_all, fields(page = params.page))] // ok: a page's number
pub async fn search_quiet(Query(params): Query<SearchParams>) -> StatusCode {
    if params.dob.len() != 10 {
        info!("dob has {} characters", params.dob.len()); // ok: a length
        return StatusCode::BAD_REQUEST;
    }
    info!("searching {} born {}", params.last_name, params.dob); // expect: phi-log
    StatusCode::OK
}

pub async fn by_mrn(Path(mrn): Path<String>) -> Result<Json<RegisterRequest>, StatusCode> {
    let found = fetch(&mrn).await;
    match found {
        Ok(req) => {
            info!("found at {}", req.site); // ok: a site
            Ok(Json(req)) // ok: an answer's body
        }
        Err(err) => {
            warn!(%err, "lookup failed"); // ok: the error holds a status only
            warn!(mrn, "lookup failed"); // expect: phi-log
            Err(StatusCode::NOT_FOUND)
        }
    }
}

#[derive(Debug, thiserror::Error)]
#[error("upstream answered {status}")]
pub struct Upstream {
    pub status: u16,
}

async fn fetch(mrn: &str) -> Result<RegisterRequest, Upstream> {
    let client = reqwest::Client::new();
    let answer = client.post("https://index.example.org/find").json(&serde_json::json!({ "mrn": mrn })).send().await; // ok: a body
    let answer = answer.map_err(|err| Upstream { status: err.status().map_or(0, |s| s.as_u16()) })?;
    answer.json::<RegisterRequest>().await.map_err(|_| Upstream { status: 502 })
}

pub async fn worker(mut jobs: mpsc::Receiver<RegisterRequest>, mut stop: oneshot::Receiver<()>) {
    loop {
        tokio::select! {
            Some(job) = jobs.recv() => {
                info!(site = job.site, "working"); // ok: a site
                info!("working on {}", job.last_name); // expect: phi-log
            }
            _ = &mut stop => {
                info!("stopped"); // ok: a word
                break;
            }
            _ = tokio::time::sleep(Duration::from_secs(60)) => debug!("idle"), // ok: a word
        }
    }
}

pub async fn joined(a: RegisterRequest, b: RegisterRequest) {
    let (x, y) = tokio::join!(async { a.insurance_number.clone() }, async { b.site.clone() });
    info!("{x:?}"); // expect: phi-log
    info!("{y}"); // ok: a site
    let task = tokio::spawn(async move {
        debug!("{}", a.site); // ok: a site
        a.date_of_birth
    });
    match task.await {
        Ok(born) => info!("{born}"), // expect: phi-log
        Err(err) => error!("{err}"), // ok: the runtime's error
    }
    let length = async move { b.last_name.len() }.await;
    info!("{length}"); // ok: a length
    let timed = tokio::time::timeout(Duration::from_secs(1), async { x }).await;
    match timed {
        Ok(text) => info!("{text:?}"), // expect: phi-log
        Err(_) => warn!("timed out"), // ok: a word
    }
}

pub async fn channels(req: RegisterRequest) {
    let (tx, mut rx) = mpsc::channel::<String>(4);
    let _ = tx.send(req.last_name.clone()).await;
    if let Some(text) = rx.recv().await {
        info!("{text}"); // expect: phi-log
    }
    let (tx, mut rx) = watch::channel(0_usize);
    let _ = tx.send(req.last_name.len());
    if rx.changed().await.is_ok() {
        info!("{}", *rx.borrow()); // ok: a length
    }
    let (tx, mut rx) = broadcast::channel(4);
    let _ = tx.send(req.clone());
    while let Ok(copy) = rx.recv().await {
        info!("{}", copy.site); // ok: a site
        info!("{}", copy.first_name); // expect: phi-log
    }
    let (tx, rx) = oneshot::channel();
    let _ = tx.send(req.date_of_birth);
    if let Ok(text) = rx.await {
        info!("{text}"); // expect: phi-log
    }
}

pub async fn streamed<S: Stream<Item = RegisterRequest> + Unpin>(mut incoming: S) {
    let mut n = 0;
    while let Some(req) = incoming.next().await {
        n += 1;
        debug!("{}", req.site); // ok: a site
        debug!("{}", req.first_name); // expect: phi-log
    }
    info!("{n} requests"); // ok: a count
}

pub async fn guarded(cache: Arc<RwLock<Vec<RegisterRequest>>>) {
    let all = cache.read().await;
    info!("{}", all.len()); // ok: a count
    if let Some(last) = all.last() {
        info!("{}", last.last_name); // expect: phi-log
        info!("{}", last.site); // ok: a site
    }
    let names = futures::future::join_all(all.iter().map(|r| async move { r.last_name.clone() })).await;
    info!("{}", names.join(",")); // expect: phi-log
}

/// A middleware: path and status, not what the body holds.
pub async fn access_log(req: axum::extract::Request, next: axum::middleware::Next) -> axum::response::Response {
    let method = req.method().clone();
    let path = req.uri().path().len();
    let response = next.run(req).await;
    info!(%method, path, status = response.status().as_u16(), "served"); // ok: a method, a length, a status
    response
}
