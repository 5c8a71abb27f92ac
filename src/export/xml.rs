//! Text in XML 1.0: five characters escaped, and those that no XML can carry left out.

use std::fmt;

/// Shows text so that it can stand between tags and in attributes of either quotation mark.
pub(super) struct Escaped<'a>(pub(super) &'a str);

impl fmt::Display for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        use fmt::Write;
        self.0.chars().try_for_each(|c| match c {
            '&' => f.write_str("&amp;"),
            '<' => f.write_str("&lt;"),
            '>' => f.write_str("&gt;"),
            '"' => f.write_str("&quot;"),
            '\'' => f.write_str("&#39;"),
            // Plain white space in attributes would be normalised to blanks.
            '\t' | '\n' | '\r' => write!(f, "&#{};", c as u32),
            // Not a `Char` of XML 1.0 (section 2.2), or discouraged there as a control.
            '\0'..='\u{1f}' | '\u{7f}'..='\u{9f}' | '\u{fffe}' | '\u{ffff}' => Ok(()),
            other => f.write_char(other),
        })
    }
}
