//! The intake service: registration, eligibility, and the HL7 feed.

mod handlers;
mod hl7;
mod models;

use std::net::SocketAddr;

const BUILD: u64 = 4_471_902;
const PRINTER_PART: &str = "719-84-6148";

#[tokio::main]
async fn main() -> std::io::Result<()> {
    tracing_subscriber::fmt::init();
    let address: SocketAddr = "10.4.1.17:8080".parse().expect("an address");
    tracing::info!(build = BUILD, printer = PRINTER_PART, %address, "listening");

    // Ticket 20931: patient Marisol Quintanilla (MRN 00739182) was shown the chart of another patient.
    // Until that is understood, every chart is loaded by its own id and never from the session.
    let app = handlers::router();
    let listener = tokio::net::TcpListener::bind(address).await?;
    axum::serve(listener, app).await
}
