//! The picture: the sheet, a line with the keys, and help over it.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Line;
use ratatui::widgets::Widget;

use crate::cli::board::{Phase, View};
use crate::cli::paused::Places;
use crate::cli::sheet::{Look, Tone, sheet};
use crate::words::wrapped;

/// What stands at the foot.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Footer<'a> {
    /// The keys are explained.
    pub(super) help: bool,
    /// There is a key to drain the line.
    pub(super) drains: bool,
    /// The answer to a key.
    pub(super) told: Option<&'a str>,
}

/// Paints all of it, whatever the size.
pub(super) fn paint(buffer: &mut Buffer, view: &View, places: &Places, look: Look, footer: Footer<'_>) {
    let area = buffer.area;
    let (width, height) = (usize::from(area.width), usize::from(area.height));
    if width == 0 || height == 0 {
        return;
    }
    let mut foot = Vec::new();
    if let Some(told) = footer.told {
        foot.extend(wrapped(told, width).into_iter().map(|text| Line::from(look.span(text, Tone::Strong))));
    }
    foot.extend(keys(view, look, footer.drains, width));
    foot.truncate(height / 2);
    let room = height - foot.len();
    let lines = sheet(view, Some(places), look, width, Some(room));
    for (row, line) in lines.into_iter().take(room).enumerate() {
        line.render(row_of(area, row), buffer);
    }
    let first = height - foot.len();
    for (row, line) in foot.into_iter().enumerate() {
        line.render(row_of(area, first + row), buffer);
    }
    if footer.help {
        help(buffer, look, footer.drains);
    }
}

fn row_of(area: Rect, row: usize) -> Rect {
    let y = area.y.saturating_add(row as u16);
    Rect { y, height: 1, ..area }.intersection(area)
}

/// `p pause  d drain  ...`, as many as there is room for; help is the last to go.
fn keys(view: &View, look: Look, drains: bool, width: usize) -> Vec<Line<'static>> {
    let words = look.words();
    let pause = if view.phase == Phase::Paused { words.key_resume } else { words.key_pause };
    let mut keys = vec![
        ("?", words.key_help),
        ("q", words.key_stop),
        ("p", pause),
        ("r", words.key_retry),
        ("d", words.key_drain),
    ];
    keys.retain(|(key, _)| drains || *key != "d");
    let length = |keys: &[(&str, &str)]| keys.iter().map(|(_, what)| what.chars().count() + 5).sum::<usize>();
    while length(&keys) > width + 2 && keys.len() > 1 {
        keys.pop();
    }
    let order = ["p", "d", "r", "q", "?"];
    keys.sort_by_key(|(key, _)| order.iter().position(|known| known == key));
    let mut spans = Vec::new();
    for (key, what) in keys {
        spans.push(look.span(format!(" {key} "), Tone::Strong));
        spans.push(look.span(format!("{what}  "), Tone::Dim));
    }
    vec![Line::from(spans)]
}

/// What each key does, in the middle.
fn help(buffer: &mut Buffer, look: Look, drains: bool) {
    let words = look.words();
    let area = buffer.area;
    let inner = usize::from(area.width).saturating_sub(4).min(72);
    let mut lines = vec![Line::from(look.span(words.help_title, Tone::Strong)), Line::default()];
    for (key, what) in words.help.iter().filter(|(key, _)| drains || *key != "d") {
        for (at, text) in wrapped(what, inner.saturating_sub(4)).into_iter().enumerate() {
            let key = if at == 0 { key } else { " " };
            lines.push(Line::from(vec![look.span(format!("{key}   "), Tone::Strong), look.span(text, Tone::Plain)]));
        }
    }
    lines.push(Line::default());
    lines.push(Line::from(look.span(words.help_close, Tone::Dim)));
    let height = (lines.len() as u16 + 2).min(area.height);
    let width = (inner as u16 + 4).min(area.width);
    let frame = Rect { x: area.x + (area.width - width) / 2, y: area.y + (area.height - height) / 2, width, height };
    for y in frame.top()..frame.bottom() {
        for x in area.left()..area.right() {
            if let Some(cell) = buffer.cell_mut((x, y)) {
                cell.reset();
            }
        }
    }
    let (top, side) = if look.unicode { ("─", "│") } else { ("-", "|") };
    for x in frame.left()..frame.right() {
        for y in [frame.top(), frame.bottom().saturating_sub(1)] {
            if let Some(cell) = buffer.cell_mut((x, y)) {
                cell.set_symbol(top);
            }
        }
    }
    for y in frame.top().saturating_add(1)..frame.bottom().saturating_sub(1) {
        for x in [frame.left(), frame.right().saturating_sub(1)] {
            if let Some(cell) = buffer.cell_mut((x, y)) {
                cell.set_symbol(side);
            }
        }
    }
    let inside = Rect {
        x: frame.x.saturating_add(2),
        y: frame.y.saturating_add(1),
        width: frame.width.saturating_sub(4),
        height: frame.height.saturating_sub(2),
    };
    for (row, line) in lines.into_iter().take(usize::from(inside.height)).enumerate() {
        line.render(row_of(inside, row), buffer);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::cli::board::{Board, Moment, Setup};
    use crate::words::Lang;

    fn painted(width: u16, height: u16, lang: Lang, footer: Footer<'_>) -> Vec<String> {
        let now = Moment::now();
        let view = Board::new(Setup { line: "amt".into(), watches: true, ..Setup::default() }, now).view(now);
        let mut buffer = Buffer::empty(Rect::new(0, 0, width, height));
        let look = Look { lang, colour: true, unicode: true };
        paint(&mut buffer, &view, &Places::default(), look, footer);
        let row = |y| (0..width).map(|x| buffer[(x, y)].symbol()).collect::<String>().trim_end().to_owned();
        (0..height).map(row).collect()
    }

    #[test]
    fn the_foot_names_the_keys_that_there_is_room_for() {
        let foot = |width, drains| {
            let rows = painted(width, 24, Lang::De, Footer { drains, ..Footer::default() });
            rows.last().cloned().unwrap_or_default()
        };
        assert_eq!(foot(90, true), " p anhalten   d leerlaufen   r Zurückgehaltenes erneut   q beenden   ? Hilfe");
        assert!(!foot(90, false).contains("leerlaufen"));
        assert_eq!(foot(32, true), " q beenden   ? Hilfe");
        assert_eq!(foot(8, true), " ? Hilfe");
    }

    #[test]
    fn an_answer_stands_above_the_keys_and_help_above_all() {
        let footer = Footer { help: true, drains: true, told: Some("going on") };
        let rows = painted(80, 24, Lang::En, footer);
        assert_eq!(rows[22], "going on");
        for key in ["p   begin nothing new", "d   take no more files", "q   finish the pages", "any key closes"] {
            assert!(rows.iter().any(|row| row.contains(key)), "{key}: {rows:#?}");
        }
    }

    proptest! {
        #[test]
        fn no_terminal_is_too_small(width in 0u16..130, height in 0u16..50, help: bool, told: bool, german: bool) {
            let told = told.then_some("draining: what was taken is delivered, then the line ends");
            let lang = if german { Lang::De } else { Lang::En };
            let rows = painted(width, height, lang, Footer { help, drains: true, told });
            if height > 2 && width >= 24 && !help {
                prop_assert!(rows[0].starts_with("Scanstraße amt"), "{rows:#?}");
            }
        }
    }
}
