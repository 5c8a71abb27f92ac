//! A page drawn by the program: marks at places in millimetres. Plain data; `drawn` writes it.

use super::Face;

/// A page: its size, and what is on it. Millimetres from the top left corner, y downwards; everything is black.
#[derive(Clone, Debug, PartialEq)]
pub struct Drawing {
    /// Width in mm.
    pub width_mm: f32,
    /// Height in mm.
    pub height_mm: f32,
    /// In the order in which they are read.
    pub marks: Vec<Mark>,
}

/// One thing on a page.
#[derive(Clone, Debug, PartialEq)]
pub enum Mark {
    /// A filled rectangle: left, top, width, height in mm.
    Bar([f32; 4]),
    /// A field of square modules, as of a QR code: filled runs of modules in rows, drawn as one path, so that no
    /// renderer leaves hair lines between them.
    Modules {
        /// Left edge of column 0, mm.
        x_mm: f32,
        /// Top edge of row 0, mm.
        y_mm: f32,
        /// Side of a module, mm.
        module_mm: f32,
        /// Column of the first, row, and number of dark modules.
        runs: Vec<[u16; 3]>,
    },
    /// A line of text.
    Text {
        /// Where it begins, mm.
        x_mm: f32,
        /// Its base line, mm.
        y_mm: f32,
        /// In which type.
        face: Face,
        /// Size of the type in points.
        size_pt: f32,
        /// What it says.
        text: String,
    },
}

impl Drawing {
    /// An empty A4 page, upright (ISO 216).
    pub fn a4() -> Self {
        Self { width_mm: 210.0, height_mm: 297.0, marks: Vec::new() }
    }

    /// Adds a filled rectangle: left, top, width, height in mm.
    pub fn bar(&mut self, rect_mm: [f32; 4]) {
        self.marks.push(Mark::Bar(rect_mm));
    }

    /// Adds a line of text that begins at `x_mm` on the base line `y_mm`.
    pub fn text(&mut self, (x_mm, y_mm): (f32, f32), (face, size_pt): (Face, f32), text: impl Into<String>) {
        self.marks.push(Mark::Text { x_mm, y_mm, face, size_pt, text: text.into() });
    }

    /// Adds a line of text that ends at `right_mm`.
    pub fn text_right(&mut self, (right_mm, y_mm): (f32, f32), (face, size_pt): (Face, f32), text: impl Into<String>) {
        let text = text.into();
        let x_mm = right_mm - face.width_mm(&text, size_pt);
        self.text((x_mm, y_mm), (face, size_pt), text);
    }
}
