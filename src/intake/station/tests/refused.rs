//! What the kernel refuses is done without it.

use super::*;

#[test]
fn where_the_kernel_watches_no_more_folders_they_are_looked_at() {
    let mut desk = Desk::new(|rules| {
        rules.discovery = Discovery::Inotify;
        // Only looking again and again finds anything in time.
        rules.rescan = Duration::from_secs(3600);
    });
    if let Some(kernel) = &mut desk.station.kernel {
        kernel.most = 3;
    }
    desk.put("a/1.pdf", END);
    desk.until_taken(1);
    assert_eq!(desk.station.discovery(), Discovery::Inotify);
    // More folders than it watches, while the line is at work.
    for number in 0..10 {
        desk.put(&format!("b{number}/x/1.pdf"), END);
    }
    desk.until_taken(11);
    assert_eq!(desk.station.discovery(), Discovery::Poll);
    let begun = Instant::now();
    desk.put("c/late/2.pdf", END);
    desk.put("a/2.pdf", END);
    desk.until_taken(13);
    assert!(begun.elapsed() < Duration::from_secs(15), "{:?}", begun.elapsed());
    assert!(desk.troubles.is_empty());
}
