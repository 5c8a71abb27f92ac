//! The page tree: balanced, written while the pages come, one open node on each level.

use std::io::Write;

use pdf_writer::Ref;

use super::PdfError;
use super::objects::Objects;

/// Children of a node. Viewers find a page by walking one path: 32 a level is two levels up to 1,024 pages.
const FAN_OUT: usize = 32;

/// A node that still takes children.
struct OpenNode {
    id: Ref,
    kids: Vec<Ref>,
    /// Pages below it.
    pages: i32,
}

/// The open nodes, leaves' parents first. Its size grows with the logarithm of the number of pages.
#[derive(Default)]
pub(super) struct PageTree {
    levels: Vec<OpenNode>,
}

impl PageTree {
    /// Takes `page` in as the next page and names its parent node.
    pub(super) fn push<W: Write>(&mut self, page: Ref, objects: &mut Objects<W>) -> Result<Ref, PdfError> {
        self.add(0, page, 1, objects)
    }

    fn add<W: Write>(&mut self, level: usize, kid: Ref, pages: i32, objects: &mut Objects<W>) -> Result<Ref, PdfError> {
        match self.levels.get_mut(level) {
            Some(node) if node.kids.len() < FAN_OUT => {
                node.kids.push(kid);
                node.pages = node.pages.saturating_add(pages);
                Ok(node.id)
            }
            full => {
                let id = objects.reserve()?;
                let fresh = OpenNode { id, kids: vec![kid], pages };
                match full {
                    Some(node) => {
                        let done = std::mem::replace(node, fresh);
                        let parent = self.add(level + 1, done.id, done.pages, objects)?;
                        write_node(&done, Some(parent), objects)?;
                    }
                    None => self.levels.push(fresh),
                }
                Ok(id)
            }
        }
    }

    /// Writes the open nodes and names the root; `None` if no page ever came.
    pub(super) fn finish<W: Write>(mut self, objects: &mut Objects<W>) -> Result<Option<Ref>, PdfError> {
        let mut level = 0;
        while level + 1 < self.levels.len() {
            let (id, pages) = (self.levels[level].id, self.levels[level].pages);
            let parent = self.add(level + 1, id, pages, objects)?;
            write_node(&self.levels[level], Some(parent), objects)?;
            level += 1;
        }
        let Some(root) = self.levels.last() else { return Ok(None) };
        write_node(root, None, objects)?;
        Ok(Some(root.id))
    }
}

fn write_node<W: Write>(node: &OpenNode, parent: Option<Ref>, objects: &mut Objects<W>) -> Result<(), PdfError> {
    objects.write(node.id, |chunk| {
        let mut pages = chunk.indirect(node.id).start::<pdf_writer::writers::Pages>();
        if let Some(parent) = parent {
            pages.parent(parent);
        }
        pages.count(node.pages).kids(node.kids.iter().copied());
    })
}
