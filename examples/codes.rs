//! What is found of patch codes and barcodes in scans, and what it costs: a JSON line for each page.
//!
//! `codes [--upright] FILE...`, or file names on standard input, one a line. With `--upright` pages are taken to stand as they are,
//! and no model is needed. For `tools/figures/codes.py`.

#![allow(clippy::print_stdout, clippy::print_stderr)]

use std::error::Error;
use std::io::{BufRead, stdin};
use std::path::Path;
use std::time::Duration;

use rustix::time::{ClockId, clock_gettime};
use scanstrasse::codes::{CodeParams, Standing, find};
use scanstrasse::infer::ModelFolder;
use scanstrasse::model::{Placement, QuarterTurn};
use scanstrasse::ocr::OrientNet;
use scanstrasse::raster::{BlankParams, DecodeParams, ScanFile, blank, turned};
use serde_json::json;

fn main() -> Result<(), Box<dyn Error>> {
    let mut names: Vec<String> = std::env::args().skip(1).collect();
    let upright = names.iter().any(|name| name == "--upright");
    names.retain(|name| name != "--upright");
    let mut orient = if upright { None } else { Some(OrientNet::open(&ModelFolder::locate(None)?)?) };
    if names.is_empty() {
        names = stdin().lock().lines().collect::<Result<_, _>>()?;
    }
    for name in names {
        if let Err(error) = look(Path::new(&name), orient.as_mut()) {
            eprintln!("{name}: {error}");
        }
    }
    Ok(())
}

fn look(path: &Path, mut orient: Option<&mut OrientNet>) -> Result<(), Box<dyn Error>> {
    let mut scan = ScanFile::open(path, &DecodeParams::default())?;
    for index in 0..scan.pages() {
        let page = scan.page(index)?;
        let as_tagged = turned(&page.grey, page.tagged);
        let is_blank = blank(&as_tagged, page.resolution, &BlankParams::default()).is_blank;
        let (turn, sure) = match orient.as_deref_mut() {
            Some(orient) => orient.turn(&as_tagged)?,
            None => (QuarterTurn::None, 1.0),
        };
        let page_upright = turned(&as_tagged, Placement { mirrored: false, turn });
        let standing = if sure >= 0.2 { Standing::Upright } else { Standing::Unknown };
        let resolution = page.tagged.with_content_turn(turn).upright_resolution(page.resolution);
        let begun = processor_time();
        let (barcodes, patch_codes) = find(&page_upright, resolution, standing, &CodeParams::default())?;
        let ms = (processor_time() - begun).as_secs_f64() * 1e3;
        let line = json!({
            "file": path, "page": index, "ms": ms, "blank": is_blank, "turn": turn.degrees(), "sure": sure,
            "size": page_upright.size(), "barcodes": barcodes, "patch_codes": patch_codes,
        });
        println!("{line}");
    }
    Ok(())
}

fn processor_time() -> Duration {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    Duration::new(time.tv_sec.unsigned_abs(), u32::try_from(time.tv_nsec).unwrap_or_default())
}
