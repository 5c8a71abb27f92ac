//! Where Prometheus asks: HTTP/1.1, two pages, on a thread of its own that nothing else waits for.

use std::io;
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use http_body_util::Full;
use hyper::body::{Bytes, Incoming};
use hyper::header::{ALLOW, CONTENT_TYPE, HeaderValue};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::{TokioIo, TokioTimer};

use super::{Health, Metrics};

/// Connections at a time; one more is closed at once. A Prometheus needs one.
const MAX_CONNECTIONS: usize = 16;

/// Time that a client gets to send the head of its request.
const HEAD_TIME: Duration = Duration::from_secs(5);

/// Time for a whole connection, with one answer.
const CONNECTION_TIME: Duration = Duration::from_secs(15);

/// Most header lines of a request.
const MAX_HEADERS: usize = 32;

/// Most bytes of a request's head; the least that hyper takes.
const MAX_HEAD_BYTES: usize = 8192;

const OPEN_METRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";
const PLAIN: &str = "text/plain; charset=utf-8";

/// Listens at `address`, and answers until the process ends. Tells where it listens, for port 0.
///
/// # Errors
/// The address is taken or not of this machine, or there is no thread to be had.
pub(crate) fn open(address: SocketAddr, metrics: Arc<Metrics>) -> io::Result<SocketAddr> {
    let listener = TcpListener::bind(address)?;
    listener.set_nonblocking(true)?;
    let bound = listener.local_addr()?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    thread::Builder::new().name("metrics".into()).spawn(move || runtime.block_on(serve(listener, metrics)))?;
    Ok(bound)
}

async fn serve(listener: TcpListener, metrics: Arc<Metrics>) {
    // Cannot fail within a runtime for a listener that does not block; the line goes on without its numbers.
    let Ok(listener) = tokio::net::TcpListener::from_std(listener) else { return };
    let slots = Arc::new(());
    loop {
        let Ok((stream, _)) = listener.accept().await else {
            // No descriptors left, most likely: others may give theirs back.
            tokio::time::sleep(Duration::from_secs(1)).await;
            continue;
        };
        if Arc::strong_count(&slots) > MAX_CONNECTIONS {
            continue;
        }
        let (slot, metrics) = (slots.clone(), metrics.clone());
        tokio::spawn(async move {
            let answer = service_fn(move |request| {
                let metrics = metrics.clone();
                async move { Ok::<_, std::convert::Infallible>(answer(&request, &metrics)) }
            });
            let connection = http1::Builder::new()
                .timer(TokioTimer::new())
                .header_read_timeout(HEAD_TIME)
                .max_headers(MAX_HEADERS)
                .max_buf_size(MAX_HEAD_BYTES)
                .keep_alive(false)
                .serve_connection(TokioIo::new(stream), answer);
            // A client that went away or took too long is no concern of the line.
            let _ = tokio::time::timeout(CONNECTION_TIME, connection).await;
            drop(slot);
        });
    }
}

fn answer(request: &Request<Incoming>, metrics: &Metrics) -> Response<Full<Bytes>> {
    if request.method() != Method::GET {
        let mut refusal = page(StatusCode::METHOD_NOT_ALLOWED, PLAIN, "only GET\n");
        refusal.headers_mut().insert(ALLOW, HeaderValue::from_static("GET"));
        return refusal;
    }
    match request.uri().path() {
        "/metrics" => match metrics.text() {
            Ok(text) => page(StatusCode::OK, OPEN_METRICS, text),
            Err(_) => page(StatusCode::INTERNAL_SERVER_ERROR, PLAIN, "the numbers cannot be written\n"),
        },
        "/healthz" => match metrics.health() {
            Health::Moving => page(StatusCode::OK, PLAIN, "ok\n"),
            Health::Paused => page(StatusCode::OK, PLAIN, "paused\n"),
            Health::Stuck => page(StatusCode::SERVICE_UNAVAILABLE, PLAIN, "stuck\n"),
        },
        _ => page(StatusCode::NOT_FOUND, PLAIN, "there are /metrics and /healthz\n"),
    }
}

fn page(status: StatusCode, kind: &'static str, body: impl Into<Bytes>) -> Response<Full<Bytes>> {
    let mut page = Response::new(Full::new(body.into()));
    *page.status_mut() = status;
    page.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    page
}
