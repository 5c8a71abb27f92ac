//! The endpoint for Prometheus, and the dashboard that asks it.

use std::collections::BTreeSet;
use std::fs;
use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use rustix::process::Signal;
use serde_json::Value;

use crate::openmetrics;
use crate::rig::{Place, Running, root};
use crate::signals::scan;

/// Head and body of the answer to one request.
fn ask(address: &str, request: &str) -> (String, String) {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
    stream.write_all(format!("{request}\r\nHost: localhost\r\n\r\n").as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").expect(&answer);
    (head.to_owned(), body.to_owned())
}

fn start(place: &Place) -> (Running, String) {
    let mut line = place.watch(&["--metrics", "127.0.0.1:0"]);
    let address = line.wait_event("ready", 1)["metrics"].as_str().unwrap().to_owned();
    (line, address)
}

fn scrape(address: &str) -> openmetrics::Exposition {
    let (head, body) = ask(address, "GET /metrics HTTP/1.1");
    assert!(head.starts_with("HTTP/1.1 200 "), "{head}");
    assert!(head.contains("content-type: application/openmetrics-text; version=1.0.0; charset=utf-8"), "{head}");
    openmetrics::read(&body)
}

#[test]
fn prometheus_reads_what_the_line_does() {
    let place = Place::new();
    place.define("give_up_minutes = 0\n");
    let (mut line, address) = start(&place);
    let before = scrape(&address);
    assert_eq!(before.value("scanstrasse_pages_processed_total", &[("line", "post")]), Some(0.0));
    for stage in ["unopened", "pages", "in_work", "finishing"] {
        assert_eq!(before.value("scanstrasse_queue", &[("stage", stage)]), Some(0.0), "{stage}");
    }
    assert_eq!(before.value("scanstrasse_files_claimed_total", &[("station", "Station 1")]), Some(0.0));
    assert_eq!(before.value("scanstrasse_paused", &[("by", "machine")]), Some(0.0));
    assert!(before.value("scanstrasse_free_bytes", &[("folder", "output")]).unwrap() > 0.0);
    assert_eq!(ask(&address, "GET /healthz HTTP/1.1").1, "ok\n");

    fs::copy(scan(), place.path("in/Öger.tif")).unwrap();
    line.wait_event("batch_delivered", 1);
    line.listen(Duration::from_secs(2));
    let (head, body) = ask(&address, "GET /metrics HTTP/1.1");
    assert!(head.starts_with("HTTP/1.1 200 ") && !body.contains("ger"), "{body}");
    let after = openmetrics::read(&body);
    assert_eq!(after.value("scanstrasse_files_claimed_total", &[("station", "Station 1")]), Some(1.0));
    assert_eq!(after.value("scanstrasse_files_waiting", &[("station", "Station 1")]), Some(0.0));
    assert_eq!(after.value("scanstrasse_documents_delivered_total", &[]), Some(1.0));
    let pages = after.value("scanstrasse_pages_processed_total", &[]).unwrap();
    assert!(pages >= 1.0);
    assert_eq!(after.value("scanstrasse_page_seconds_count", &[]), Some(pages));
    assert!(after.value("scanstrasse_worker_busy_seconds_total", &[("worker", "0")]).unwrap() > 0.0);
    assert_eq!(after.value("scanstrasse_held_open", &[]), Some(0.0));

    // What breaks off is given up at once here, and held as a whole.
    let whole = fs::read(scan()).unwrap();
    fs::write(place.path("in/torn.tif"), &whole[..whole.len() / 2]).unwrap();
    line.wait_event("held", 1);
    // What the ledger says is told for some seconds.
    line.listen(Duration::from_secs(6));
    assert_eq!(scrape(&address).value("scanstrasse_held_open", &[]), Some(1.0));

    line.signal(Signal::TERM);
    assert_eq!(line.wait_end().0.code(), Some(0));
    assert_eq!(TcpStream::connect(&address).map_err(|e| e.kind()).err(), Some(ErrorKind::ConnectionRefused));
}

#[test]
fn only_two_pages_are_answered_and_nobody_can_keep_the_endpoint_busy() {
    let place = Place::new();
    let (_line, address) = start(&place);
    for (request, status) in [
        ("GET /metrics?x=1 HTTP/1.1", "200"),
        ("GET / HTTP/1.1", "404"),
        ("GET /../etc/passwd HTTP/1.1", "404"),
        ("POST /metrics HTTP/1.1", "405"),
        ("DELETE /healthz HTTP/1.1", "405"),
        ("nonsense", "400"),
    ] {
        let (head, _) = ask(&address, request);
        assert!(head.starts_with(&format!("HTTP/1.1 {status} ")), "{request}: {head}");
    }
    let long = format!("GET /metrics HTTP/1.1\r\nX: {}", "a".repeat(20_000));
    let mut stream = TcpStream::connect(&address).unwrap();
    let _ = stream.write_all(long.as_bytes());
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer);
    assert!(!answer.starts_with(b"HTTP/1.1 200"), "a head of 20,000 bytes was taken");

    // Clients that say nothing take all places there are; they lose them, and Prometheus gets its answer.
    let idle: Vec<_> = (0..40).map(|_| TcpStream::connect(&address).unwrap()).collect();
    let begun = Instant::now();
    let answered = loop {
        let mut stream = TcpStream::connect(&address).unwrap();
        let _ = stream.write_all(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n");
        let mut answer = String::new();
        if stream.read_to_string(&mut answer).is_ok() && answer.ends_with("ok\n") {
            break begun.elapsed();
        }
        assert!(begun.elapsed() < Duration::from_secs(30), "idle clients keep it busy");
        std::thread::sleep(Duration::from_millis(100));
    };
    assert!(answered < Duration::from_secs(12), "{answered:?}");
    drop(idle);
}

#[test]
fn the_dashboard_asks_only_for_what_there_is() {
    let place = Place::new();
    let (_line, address) = start(&place);
    let names = scrape(&address).names();
    let text = fs::read_to_string(root().join("packaging/grafana/scanstrasse.json")).unwrap();
    let dashboard: Value = serde_json::from_str(&text).unwrap();
    let panels = dashboard["panels"].as_array().unwrap();
    let queries = panels.iter().flat_map(|panel| panel["targets"].as_array().unwrap());
    let mut asked: BTreeSet<String> = queries.flat_map(|query| metric_names(query["expr"].as_str().unwrap())).collect();
    asked.extend(metric_names(dashboard["templating"]["list"][1]["definition"].as_str().unwrap()));
    assert!(asked.len() >= 10, "{asked:?}");
    let unknown: Vec<_> = asked.difference(&names).collect();
    assert!(unknown.is_empty(), "{unknown:?} of {names:?}");
    let ids: BTreeSet<_> = panels.iter().map(|panel| panel["id"].as_u64().unwrap()).collect();
    assert_eq!(ids.len(), panels.len(), "ids of panels are their own");
}

/// Words of a query that begin as our metrics do.
fn metric_names(query: &str) -> Vec<String> {
    let words = query.split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
    words.filter(|word| word.starts_with("scanstrasse_")).map(str::to_owned).collect()
}
