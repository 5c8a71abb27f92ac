//! Setting text into a width: lines, and a size that fits.

use unicode_normalization::UnicodeNormalization;

use crate::pdf::Face;

/// A paragraph that was set.
#[derive(Debug, PartialEq)]
pub(super) struct Setting {
    pub(super) size_pt: f32,
    pub(super) lines: Vec<String>,
}

/// Distance of base lines, mm.
pub(super) fn leading_mm(size_pt: f32) -> f32 {
    size_pt * 1.22 * 25.4 / 72.0
}

/// Sets `text` into `width_mm` in the first of `sizes_pt` in which it takes at most `max_lines`, else in the last.
pub(super) fn fit(text: &str, face: Face, width_mm: f32, sizes_pt: &[f32], max_lines: usize) -> Setting {
    let set = |&size_pt: &f32| Setting { size_pt, lines: wrap(text, face, size_pt, width_mm) };
    let fits = |set: &Setting| set.lines.len() <= max_lines;
    let smallest = || sizes_pt.last().map(set).unwrap_or(Setting { size_pt: 0.0, lines: Vec::new() });
    sizes_pt.iter().map(set).find(fits).unwrap_or_else(smallest)
}

/// Lines no wider than `width_mm`: broken at blanks and behind the signs that part numbers, else where the line is full.
/// A character that is wider than the line has one of its own. No text has no line.
pub(super) fn wrap(text: &str, face: Face, size_pt: f32, width_mm: f32) -> Vec<String> {
    let fits = |line: &str| face.width_mm(line.trim_end(), size_pt) <= width_mm;
    let mut lines = Vec::new();
    let mut line = String::new();
    for piece in pieces(&text.nfc().collect::<String>()) {
        if fits(&format!("{line}{piece}")) {
            line.push_str(piece);
            continue;
        }
        if !line.is_empty() {
            lines.push(std::mem::take(&mut line));
        }
        for letter in piece.chars() {
            line.push(letter);
            if !fits(&line) && line.chars().nth(1).is_some() {
                line.pop();
                lines.push(std::mem::replace(&mut line, letter.to_string()));
            }
        }
    }
    lines.push(line);
    lines.iter_mut().for_each(|line| *line = line.trim().to_owned());
    lines.retain(|line| !line.is_empty());
    lines
}

/// `text` in parts that end where a line may.
fn pieces(text: &str) -> impl Iterator<Item = &str> {
    text.split_inclusive([' ', '/', '-', '.', '_', ':', ',', ';'])
}

/// `text` cut to `width_mm`, with an ellipsis where something is missing.
pub(super) fn cut(text: &str, face: Face, size_pt: f32, width_mm: f32) -> String {
    let text: String = text.nfc().collect();
    if face.width_mm(&text, size_pt) <= width_mm {
        return text;
    }
    let mut kept = String::new();
    for letter in text.chars() {
        kept.push(letter);
        if face.width_mm(&format!("{kept}…"), size_pt) > width_mm {
            kept.pop();
            break;
        }
    }
    format!("{}…", kept.trim_end())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn nothing_is_lost_and_nothing_too_wide(text in "[A-Za-zäöüß0-9/. -]{0,120}", width in 10.0_f32..150.0) {
            let lines = wrap(&text, Face::Medium, 16.0, width);
            let letters = |text: &str| text.chars().filter(|c| *c != ' ').collect::<String>();
            prop_assert_eq!(letters(&lines.concat()), letters(&text));
            for line in &lines {
                prop_assert!(Face::Medium.width_mm(line, 16.0) <= width, "{}", line);
            }
            let cut = cut(&text, Face::Medium, 16.0, width);
            prop_assert!(Face::Medium.width_mm(&cut, 16.0) <= width);
            prop_assert!(text.starts_with(cut.trim_end_matches('…')));
        }
    }

    #[test]
    fn lines_end_where_people_would_end_them() {
        assert_eq!(wrap("Antrag auf Erteilung", Face::Regular, 20.0, 40.0), ["Antrag auf", "Erteilung"]);
        assert_eq!(wrap("33.2-4711/2024-12345", Face::Regular, 20.0, 45.0), ["33.2-4711/", "2024-12345"]);
        assert_eq!(wrap("", Face::Regular, 20.0, 45.0), [""; 0]);
    }

    #[test]
    fn a_short_text_is_large_and_a_long_one_small() {
        let sizes = [28.0, 20.0, 14.0];
        assert_eq!(fit("4711", Face::Medium, 140.0, &sizes, 1).size_pt, 28.0);
        let long = fit(&"W".repeat(120), Face::Medium, 140.0, &sizes, 2);
        assert!(long.size_pt == 14.0 && long.lines.concat().len() == 120);
    }
}
