//! Batches that are counted by their index files, by stations that write slowly, in any order, and not all.

use super::*;

const GIVE_UP: Duration = Duration::from_secs(2);

fn counted(layout: Layout) -> Desk {
    Desk::new(|rules| {
        rules.intake.layout = layout;
        rules.counting = Counting::Index;
        rules.give_up = GIVE_UP;
    })
}

fn kodak(documents: std::ops::RangeInclusive<u32>) -> String {
    documents.map(|n| format!("\"I05u\";\"01\";\"{n:010}\";\"C{n}\"\r\n")).collect()
}

/// Files in `done`, without the day, with the folders they lie in.
fn done(desk: &Desk) -> Vec<String> {
    let day = desk.root.join("done").join(jiff::Zoned::now().date().to_string());
    let mut found = Vec::new();
    let mut left = vec![day.clone()];
    while let Some(folder) = left.pop() {
        for entry in fs::read_dir(&folder).into_iter().flatten().flatten() {
            match entry.file_type().unwrap().is_dir() {
                true => left.push(entry.path()),
                false => found.push(entry.path().strip_prefix(&day).unwrap().to_string_lossy().into_owned()),
            }
        }
    }
    found.sort();
    found
}

#[test]
fn a_batch_waits_for_what_its_index_names_however_long_the_pauses() {
    // The index comes first, last, or beside the folder; another file than those named belongs to the batch all the same.
    for (name, index) in [
        ("b/stapel.idx", "1;a.pdf\n2;B.PDF\n".to_owned()),
        ("b.idx", "1;a.pdf\n2;B.PDF\n".to_owned()),
        ("b/index.txt", "\"k\",\"f\",\"v\",\"x:\\out\\a.pdf\"\r\n\"k\",\"f\",\"v\",\"x:\\out\\b.pdf\"\r\n".to_owned()),
    ] {
        let mut desk = counted(Layout::FolderIsBatch);
        desk.put(name, index.as_bytes());
        desk.put("b/a.pdf", END);
        desk.put("b/extra.pdf", END);
        // Each pause is longer than the settle time, and shorter than the end of all patience.
        desk.run_for(SETTLE * 4);
        assert!(desk.names().is_empty(), "{name}: taken without what the index names");
        desk.put("b/b.pdf", b"half");
        desk.run_for(SETTLE * 3);
        assert!(desk.names().is_empty(), "{name}: taken half written");
        let begun = Instant::now();
        desk.put("b/b.pdf", END);
        desk.until_taken(3);
        assert!(begun.elapsed() < GIVE_UP, "{name}: only after the end of all patience");
        assert_eq!(desk.names(), ["b/a.pdf", "b/b.pdf", "b/extra.pdf"]);
        assert_eq!(desk.doubts, [None], "{name}");
        assert_eq!(done(&desk), [name], "an index that stays would speak for the next batch of its name");
        assert!(!desk.root.join("b").exists(), "{name}: the batch's folder is left lying");
    }
}

#[test]
fn an_index_that_is_written_slowly_is_read_when_it_says_all() {
    let mut desk = counted(Layout::FolderIsCase);
    desk.put("7/00000001.TIF", END);
    let index = "\"I02r\";\"01\";\"0000000001\";\"0000000001\";\"0000000002\";\"M\u{fc}ller\"\r\n";
    let path = desk.root.join("7/INDEX.DAT");
    let (first, second) = index.as_bytes().split_at(40);
    let mut file = OpenOptions::new().create(true).append(true).open(&path).unwrap();
    file.write_all(first).unwrap();
    desk.run_for(SETTLE * 3);
    file.write_all(second).unwrap();
    desk.run_for(SETTLE * 3);
    assert!(desk.names().is_empty());
    desk.put("7/00000002.TIF", END);
    desk.until_taken(2);
    assert_eq!(desk.doubts, [None]);
}

#[test]
fn a_folder_for_each_document_is_counted_by_the_index_above() {
    let mut desk = counted(Layout::FolderIsBatch);
    for number in 1..=3 {
        desk.put(&format!("BATCH001/{number:08}/00000001.TIF"), END);
        // All folders together take longer than the patience with any of them.
        desk.run_for(GIVE_UP / 2);
        assert!(desk.names().is_empty(), "folder {number} is taken before the index came");
    }
    desk.put("BATCH001/INDEX.DAT", kodak(1..=4).as_bytes());
    desk.run_for(SETTLE * 3);
    assert!(desk.names().is_empty(), "taken before the last folder came");
    desk.put("BATCH001/00000004/00000001.TIF", END);
    desk.until_taken(4);
    assert_eq!(desk.doubts, [const { None }; 4]);
    assert_eq!(done(&desk), ["BATCH001/INDEX.DAT"]);
    assert!(desk.cases().values().all(|case| case == "BATCH001"));
}

#[test]
fn what_never_comes_is_told_with_the_index() {
    let mut desk = counted(Layout::FolderIsBatch);
    desk.put("b/1.pdf", END);
    let begun = Instant::now();
    desk.put("b/x.idx", b"1.pdf;2.pdf;3.pdf");
    desk.until_taken(2);
    assert!(begun.elapsed() >= GIVE_UP);
    assert_eq!(desk.names(), ["b/1.pdf", "b/x.idx"]);
    let (position, fault) = desk.doubts[0].clone().unwrap();
    assert_eq!((position, fault.kind), (1, crate::model::FaultKind::CountDiffers));
    assert_eq!(fault.detail, "the index file names 3, of which 2 did not come");
    // A line that is killed then carries the claim out once more and comes to the same end.
    let batch = desk.station.carry_out(&desk.claims[0]).unwrap().unwrap();
    assert_eq!(desk.station.doubt(&desk.claims[0], &batch, LOOKOUT), desk.doubts[0]);
}

#[test]
fn of_missing_folders_the_last_that_came_tells() {
    let mut desk = counted(Layout::FolderIsBatch);
    desk.put("B/00000001/1.TIF", END);
    desk.put("B/00000002/1.TIF", END);
    desk.put("B/INDEX.DAT", kodak(1..=3).as_bytes());
    desk.until_taken(3);
    assert_eq!(desk.doubts.iter().flatten().count(), 1, "{:?}", desk.doubts);
    assert_eq!(desk.names().iter().filter(|name| name.ends_with("INDEX.DAT")).count(), 1);
}

#[test]
fn a_batch_without_an_index_is_told_with_its_last_scan() {
    let mut desk = counted(Layout::FolderIsBatch);
    desk.put("b/1.pdf", END);
    desk.put("b/2.pdf", END);
    desk.until_taken(2);
    let (position, fault) = desk.doubts[0].clone().unwrap();
    assert_eq!((position, fault.detail.as_str()), (1, "no index file came with the batch"));
    // An index that is none is no excuse.
    desk.put("c/1.pdf", END);
    desk.put("c/INDEX.DAT", b"torn");
    desk.until_taken(4);
    let (position, fault) = desk.doubts[1].clone().unwrap();
    assert_eq!((position, fault.detail.as_str()), (1, "the index file of the batch cannot be understood"));
}

#[test]
fn a_complete_batch_is_no_doubt_to_a_line_that_starts_again() {
    let mut desk = counted(Layout::FolderIsBatch);
    desk.put("b/1.pdf", END);
    desk.put("b.meta.xml", b"<datei>1.pdf</datei>");
    desk.until_taken(1);
    let batch = desk.station.carry_out(&desk.claims[0]).unwrap().unwrap();
    assert_eq!(desk.station.doubt(&desk.claims[0], &batch, LOOKOUT), None);
}
