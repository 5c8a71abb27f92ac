//! Bookmarks: one flat list, written while the pages come; only the last one waits for its successor.

use std::io::Write;

use pdf_writer::{Ref, TextStr};

use super::PdfError;
use super::objects::Objects;

struct Item {
    id: Ref,
    previous: Option<Ref>,
    title: String,
    page: Ref,
}

/// The outline under way.
#[derive(Default)]
pub(super) struct Outline {
    root: Option<Ref>,
    first: Option<Ref>,
    count: i32,
    waiting: Option<Item>,
}

impl Outline {
    /// Adds a bookmark that opens `page` as a whole.
    pub(super) fn push<W: Write>(&mut self, title: &str, page: Ref, objects: &mut Objects<W>) -> Result<(), PdfError> {
        let root = match self.root {
            Some(root) => root,
            None => objects.reserve()?,
        };
        let id = objects.reserve()?;
        let previous = self.waiting.as_ref().map(|item| item.id);
        let item = Item { id, previous, title: super::metadata::plain(title), page };
        if let Some(done) = self.waiting.replace(item) {
            write_item(&done, root, Some(id), objects)?;
        }
        self.root = Some(root);
        self.first = self.first.or(Some(id));
        self.count = self.count.saturating_add(1);
        Ok(())
    }

    /// Writes what waits and names the root; `None` without bookmarks.
    pub(super) fn finish<W: Write>(self, objects: &mut Objects<W>) -> Result<Option<Ref>, PdfError> {
        let (Some(root), Some(first), Some(last)) = (self.root, self.first, self.waiting) else { return Ok(None) };
        write_item(&last, root, None, objects)?;
        objects.write(root, |chunk| {
            chunk.outline(root).first(first).last(last.id).count(self.count);
        })?;
        Ok(Some(root))
    }
}

fn write_item<W: Write>(item: &Item, root: Ref, next: Option<Ref>, objects: &mut Objects<W>) -> Result<(), PdfError> {
    objects.write(item.id, |chunk| {
        let mut entry = chunk.outline_item(item.id);
        entry.title(TextStr(&item.title)).parent(root);
        if let Some(previous) = item.previous {
            entry.prev(previous);
        }
        if let Some(next) = next {
            entry.next(next);
        }
        entry.dest().page(item.page).fit();
    })
}
