//! Plain text.

use std::io::{self, Write};

use super::ExportPage;

/// Lines as they stand, an empty one before each block but the first; a form feed before each page but the first.
pub(super) fn page(out: &mut impl Write, page: ExportPage, first: bool) -> io::Result<()> {
    if !first {
        out.write_all(b"\x0c")?;
    }
    for (index, line) in page.record.lines.iter().enumerate() {
        if line.starts_block && index > 0 {
            writeln!(out)?;
        }
        // A control character inside a word would look like a line's or a page's end.
        let text: String = line.text().chars().filter(|c| !c.is_control()).collect();
        writeln!(out, "{text}")?;
    }
    Ok(())
}
