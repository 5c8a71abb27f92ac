//! Page records in, text, JSON, hOCR or ALTO out. Pure.
