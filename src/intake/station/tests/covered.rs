//! Batches that are counted by their cover sheets.

use super::*;
use crate::model::Face;

const GIVE_UP: Duration = Duration::from_secs(2);

/// Who looks at pages; here they are words: `P`, `B` (blank), `S5` (a separator: five pages follow), `s5` (five sheets), `S`.
pub(super) fn opening(path: &Path, faces: bool) -> Option<Opening> {
    let text = fs::read_to_string(path).ok()?;
    let face = |word: &str| match word.split_at(1) {
        ("S", pages) => Face::Separator { pages: pages.parse().ok(), sheets: None },
        ("s", sheets) => Face::Separator { pages: None, sheets: sheets.parse().ok() },
        ("B", _) => Face::Blank,
        _ => Face::Page,
    };
    let mut told = text.strip_suffix("%%EOF")?.split_whitespace().map(face);
    let pages = u32::try_from(told.clone().count()).unwrap();
    let (first, second) = if faces { (told.next(), told.next()) } else { (None, None) };
    Some(Opening { pages, first, second })
}

fn covered() -> Desk {
    Desk::new(|rules| {
        rules.intake.layout = Layout::FolderIsBatch;
        rules.counting = Counting::Cover { fronts_then_backs: false };
        rules.give_up = GIVE_UP;
    })
}

fn scan(pages: &str) -> Vec<u8> {
    [pages.as_bytes(), END].concat()
}

#[test]
fn a_batch_waits_for_as_many_pages_as_its_cover_says_however_long_the_pauses() {
    for scans in [
        // A file for each page, several pages in a file, everything behind the first file.
        &["S3", "P", "P", "P"][..],
        &["S3 P", "P P"],
        &["S3", "P P B"],
        // The back of the cover is no page that follows, be it blank or printed alike.
        &["S3 B", "P P", "P"],
        &["S3 S3", "P P", "P"],
        &["S3", "B", "P P", "P"],
        // A sheet of paper has one page, or two where the cover has.
        &["s3", "P", "P P"],
        &["s2 B", "P B P", "B"],
    ] {
        let mut desk = covered();
        let begun = Instant::now();
        let (last, all) = scans.split_last().unwrap();
        for (number, pages) in all.iter().enumerate() {
            desk.put(&format!("b/{}.tif", number + 1), &scan(pages));
        }
        // Longer than the settle time, and shorter than the end of all patience.
        desk.run_for(SETTLE * 3);
        assert!(desk.names().is_empty(), "{scans:?}: taken without what the cover says");
        desk.put(&format!("b/{}.tif", scans.len()), &scan(last));
        desk.until_taken(scans.len());
        assert!(begun.elapsed() < GIVE_UP, "{scans:?}: only after the end of all patience");
        assert_eq!(desk.doubts, [None], "{scans:?}");
    }
}

#[test]
fn the_backs_of_a_stack_are_waited_for() {
    let mut desk = Desk::new(|rules| {
        rules.intake.layout = Layout::FolderIsBatch;
        rules.counting = Counting::Cover { fronts_then_backs: true };
        rules.give_up = GIVE_UP;
    });
    desk.put("b/1.tif", &scan("s2 P P"));
    desk.run_for(SETTLE * 3);
    assert!(desk.names().is_empty(), "taken while somebody turns the stack");
    desk.put("b/2.tif", &scan("P B B"));
    let begun = Instant::now();
    desk.until_taken(2);
    assert!(begun.elapsed() < GIVE_UP);
}

#[test]
fn a_scan_that_grows_is_counted_as_it_is_then() {
    let mut desk = covered();
    desk.put("b/1.tif", &scan("S2 P"));
    desk.run_for(SETTLE * 3);
    assert!(desk.names().is_empty());
    desk.put("b/1.tif", &scan("S2 P P"));
    let begun = Instant::now();
    desk.until_taken(1);
    assert!(begun.elapsed() < GIVE_UP);
}

#[test]
fn what_never_comes_is_waited_for_no_longer_than_given() {
    let mut desk = covered();
    let begun = Instant::now();
    desk.put("b/1.tif", &scan("S9"));
    desk.put("b/2.tif", &scan("P P"));
    desk.until_taken(2);
    assert!(begun.elapsed() >= GIVE_UP);
    // Who has read the batch tells how many came.
    assert_eq!(desk.doubts, [None]);
}

#[test]
fn a_batch_without_a_cover_that_counts_is_told_with_its_last_scan() {
    // No sheet, one without a number, one in another place.
    for scans in [["P P", "P"], ["S", "P"], ["P", "S1 P"]] {
        let mut desk = covered();
        desk.put("b/1.tif", &scan(scans[0]));
        desk.put("b/2.tif", &scan(scans[1]));
        desk.until_taken(2);
        let (position, fault) = desk.doubts[0].clone().unwrap();
        assert_eq!((position, fault.kind), (1, crate::model::FaultKind::CountDiffers), "{scans:?}");
        assert!(fault.detail.contains("no cover sheet"), "{}", fault.detail);
        // A line that is killed then carries the claim out once more and comes to the same end.
        let batch = desk.station.carry_out(&desk.claims[0]).unwrap().unwrap();
        assert_eq!(desk.station.doubt(&desk.claims[0], &batch, LOOKOUT), desk.doubts[0]);
    }
}
