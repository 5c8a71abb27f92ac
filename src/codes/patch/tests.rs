//! Drawn sheets.
