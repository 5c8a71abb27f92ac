//! What is wrong with a pipeline file, and where.

use std::fmt;

/// One mistake in a pipeline file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Counted from 1.
    pub line: usize,
    /// In characters, counted from 1.
    pub column: usize,
    /// The key it is about, with its table (`ocr.engine`, `type.titles`); empty where a syntax error belongs to none.
    pub key: String,
    /// What is wrong: a lower-case fragment.
    pub message: String,
    /// What would be right.
    pub hint: Option<String>,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: ", self.line, self.column)?;
        if !self.key.is_empty() {
            write!(f, "{}: ", self.key)?;
        }
        f.write_str(&self.message)?;
        self.hint.as_ref().map_or(Ok(()), |hint| write!(f, "; {hint}"))
    }
}

/// Turns byte offsets of a text into lines and columns.
pub(super) struct Positions<'t> {
    text: &'t str,
    /// Byte offsets at which lines begin.
    starts: Vec<usize>,
}

impl<'t> Positions<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        let starts = std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect();
        Self { text, starts }
    }

    /// Line and column of a byte offset, both counted from 1. An offset inside a character means that character, one
    /// behind the end the end.
    pub(super) fn of(&self, offset: usize) -> (usize, usize) {
        let line = self.starts.partition_point(|&start| start <= offset).max(1);
        let start = self.starts.get(line - 1).copied().unwrap_or(0);
        let before = self.text.get(start..).unwrap_or_default().char_indices();
        // A byte order mark is no column: editors do not show it.
        let columns =
            before.take_while(|&(at, c)| start + at + c.len_utf8() <= offset).filter(|&(_, c)| c != '\u{feff}');
        (line, columns.count() + 1)
    }

    /// The text of a line counted from 1.
    pub(super) fn line(&self, line: usize) -> &'t str {
        self.starts
            .get(line.wrapping_sub(1))
            .and_then(|&at| self.text.get(at..))
            .and_then(|t| t.lines().next())
            .unwrap_or_default()
    }
}

/// The name among `known` that a person most likely meant by `typed`.
///
/// Optimal string alignment distance (Levenshtein plus swapped neighbours), letters compared without case, `-` as `_`;
/// at most a third of the longer name may differ, but one slip always may.
pub(super) fn nearest<'k>(typed: &str, known: impl IntoIterator<Item = &'k str>) -> Option<&'k str> {
    let fold = |s: &str| s.to_lowercase().replace('-', "_").chars().take(64).collect::<Vec<char>>();
    let typed = fold(typed);
    known
        .into_iter()
        .map(|name| {
            let folded = fold(name);
            let allowed = (typed.len().max(folded.len()) / 3).max(1);
            (distance(&typed, &folded), allowed, name)
        })
        .filter(|&(d, allowed, name)| d <= allowed && d < name.chars().count())
        .min_by_key(|&(d, ..)| d)
        .map(|(.., name)| name)
}

fn distance(a: &[char], b: &[char]) -> usize {
    let mut before: Vec<usize> = Vec::new();
    let mut above: Vec<usize> = (0..=b.len()).collect();
    for (i, ca) in a.iter().enumerate() {
        let mut row = vec![i + 1];
        for (j, cb) in b.iter().enumerate() {
            let mut best = (above[j] + usize::from(ca != cb)).min(above[j + 1] + 1).min(row[j] + 1);
            if i > 0 && j > 0 && a[i - 1] == *cb && *ca == b[j - 1] {
                best = best.min(before[j - 1] + 1);
            }
            row.push(best);
        }
        before = std::mem::replace(&mut above, row);
    }
    above.last().copied().unwrap_or(0)
}

/// `a, b, c`.
pub(super) fn list<'n>(names: impl IntoIterator<Item = &'n str>) -> String {
    names.into_iter().collect::<Vec<_>>().join(", ")
}

/// `table.key`. Names as TOML writes them without quotes are shown so; others are foreign text.
pub(super) fn dotted(table: &str, key: &str) -> String {
    let bare = !key.is_empty() && key.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-');
    let key = if bare { key.to_owned() } else { quoted(key) };
    if table.is_empty() { key } else { format!("{table}.{key}") }
}

/// Foreign text for a message: in quotes, one line, no control characters, at most 40 characters.
pub(super) fn quoted(text: &str) -> String {
    let short: String = text.chars().take(40).collect();
    let dots = if short.len() < text.len() { "…" } else { "" };
    // A quote mark inside is shown as it stands; everything else that does not print is escaped.
    let shown: String =
        short.chars().flat_map(|c| if c == '"' || c == '\'' { vec![c] } else { c.escape_debug().collect() }).collect();
    format!("\"{shown}{dots}\"")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_count_characters_not_bytes() {
        let positions = Positions::new("\u{feff}[ä]\r\nüb = 1\n");
        assert_eq!(positions.of(3), (1, 1), "the byte order mark is not seen");
        assert_eq!(positions.of(7), (1, 4), "]…\\r");
        assert_eq!(positions.of(9), (2, 1));
        assert_eq!(positions.of(11), (2, 2));
        assert_eq!(positions.of(1000), (3, 1));
        assert_eq!(positions.line(2), "üb = 1");
    }

    #[test]
    fn slips_of_the_finger_find_their_name() {
        let keys = ["engine", "languages", "line_width", "enabled", "models"];
        for (typed, meant) in [
            ("engin", Some("engine")),
            ("egnine", Some("engine")),
            ("language", Some("languages")),
            ("LINE-WIDTH", Some("line_width")),
            ("modells", Some("models")),
            ("jpeg_quality", None),
            ("", None),
        ] {
            assert_eq!(nearest(typed, keys), meant, "{typed}");
        }
    }

    #[test]
    fn foreign_text_stays_on_one_line() {
        assert_eq!(quoted("a\nb\u{1b}"), r#""a\nb\u{1b}""#);
        assert_eq!(quoted(&"ß".repeat(50)), format!("\"{}…\"", "ß".repeat(40)));
    }
}
