//! Typed reading of TOML tables that remembers which keys were asked for: what is left over is unknown.
//!
//! A value that is wrong is noted and then treated as absent, so that one mistake does not hide the next.

use std::cell::RefCell;
use std::ops::RangeInclusive;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::problem::{dotted, list, nearest, quoted};

/// A problem whose place is still a byte offset.
pub(super) struct Noted {
    pub(super) offset: usize,
    pub(super) key: String,
    pub(super) message: String,
    pub(super) hint: Option<String>,
}

/// A key that nobody asked for.
struct Unknown {
    offset: usize,
    table: String,
    /// Where the table's header stands: several may share a path.
    table_offset: usize,
    key: String,
    is_table: bool,
}

/// A required key that is not there.
struct Missing {
    offset: usize,
    table: String,
    key: &'static str,
    hint: String,
}

/// What reading a file brings to light.
#[derive(Default)]
pub(super) struct Notes {
    noted: RefCell<Vec<Noted>>,
    unknown: RefCell<Vec<Unknown>>,
    missing: RefCell<Vec<Missing>>,
    /// Every table and key that was asked for, in order; the table of the tables is "".
    known: RefCell<Vec<(String, &'static str)>>,
}

/// A table being read; absent tables read as empty ones.
#[must_use = "call finish() to find unknown keys"]
pub(super) struct Table<'a> {
    notes: &'a Notes,
    /// `ocr`; empty at the top.
    path: String,
    /// Where its header stands.
    offset: usize,
    entries: Option<&'a DeTable<'a>>,
}

/// A text and where it stands.
#[derive(Clone, Copy)]
pub(super) struct Text<'a> {
    pub(super) value: &'a str,
    pub(super) offset: usize,
}

/// What is wrong with a value that a list has already.
pub(super) fn given_twice(text: Text<'_>) -> String {
    format!("{} is given twice", quoted(text.value))
}

impl<'a> Table<'a> {
    pub(super) fn top(notes: &'a Notes, entries: &'a DeTable<'a>) -> Self {
        Self { notes, path: String::new(), offset: 0, entries: Some(entries) }
    }

    /// The table under `key`.
    pub(super) fn table(&self, key: &'static str) -> Self {
        let value = self.value(key);
        let entries = value.and_then(|v| match v.get_ref() {
            DeValue::Table(table) => Some(table),
            other => {
                self.mistyped(key, v.span().start, "a table", other, Some(format!("write [{key}]")));
                None
            }
        });
        self.child(key, value, entries)
    }

    /// The tables under `[[key]]`, in order.
    pub(super) fn tables(&self, key: &'static str) -> Vec<Self> {
        let hint = || Some(format!("write [[{key}]] above each"));
        let Some(value) = self.value(key) else { return Vec::new() };
        let DeValue::Array(items) = value.get_ref() else {
            self.mistyped(key, value.span().start, "a list of tables", value.get_ref(), hint());
            // What it holds is read all the same: its own mistakes are to be told at once.
            return value
                .get_ref()
                .as_table()
                .map(|entries| self.child(key, Some(value), Some(entries)))
                .into_iter()
                .collect();
        };
        let read = |item: &'a Spanned<DeValue<'a>>| match item.get_ref() {
            DeValue::Table(entries) => Some(self.child(key, Some(item), Some(entries))),
            other => {
                self.mistyped(key, item.span().start, "a table", other, hint());
                None
            }
        };
        items.iter().filter_map(read).collect()
    }

    fn child(&self, key: &str, value: Option<&Spanned<DeValue<'_>>>, entries: Option<&'a DeTable<'a>>) -> Self {
        Self { notes: self.notes, path: self.join(key), offset: value.map_or(self.offset, |v| v.span().start), entries }
    }

    /// `true` or `false`.
    pub(super) fn flag(&self, key: &'static str) -> Option<bool> {
        let value = self.value(key)?;
        let flag = value.get_ref().as_bool();
        if flag.is_none() {
            self.mistyped(key, value.span().start, "true or false", value.get_ref(), None);
        }
        flag
    }

    /// A whole number within `range`. `T` must hold all of it.
    pub(super) fn integer<T: TryFrom<i64>>(&self, key: &'static str, range: RangeInclusive<i64>) -> Option<T> {
        let value = self.value(key)?;
        let Some(digits) = value.get_ref().as_integer() else {
            self.mistyped(key, value.span().start, "a whole number", value.get_ref(), None);
            return None;
        };
        let number = i64::from_str_radix(digits.as_str(), digits.radix()).ok();
        let number = number.filter(|n| range.contains(n)).and_then(|n| T::try_from(n).ok());
        if number.is_none() {
            self.refuse(key, format!("{digits} is not between {} and {}", range.start(), range.end()), None);
        }
        number
    }

    /// A number within `range`, whole or with a point.
    pub(super) fn number(&self, key: &'static str, range: RangeInclusive<f32>) -> Option<f32> {
        let value = self.value(key)?;
        let (shown, number) = match value.get_ref() {
            DeValue::Float(float) => (float.as_str().to_owned(), float.as_str().parse::<f32>().ok()),
            DeValue::Integer(digits) => {
                (digits.to_string(), i64::from_str_radix(digits.as_str(), digits.radix()).ok().map(|n| n as f32))
            }
            other => {
                self.mistyped(key, value.span().start, "a number", other, None);
                return None;
            }
        };
        let number = number.filter(|n| range.contains(n));
        if number.is_none() {
            self.refuse(key, format!("{shown} is not between {} and {}", range.start(), range.end()), None);
        }
        number
    }

    /// A text that is not blank.
    pub(super) fn text(&self, key: &'static str) -> Option<Text<'a>> {
        let value = self.value(key)?;
        let Some(text) = value.get_ref().as_str() else {
            self.mistyped(key, value.span().start, "a text", value.get_ref(), Some("put it in quotes".into()));
            return None;
        };
        self.not_blank(key, Text { value: text, offset: value.span().start })
    }

    /// A list of texts that are not blank.
    pub(super) fn texts(&self, key: &'static str) -> Option<Vec<Text<'a>>> {
        let value = self.value(key)?;
        let DeValue::Array(items) = value.get_ref() else {
            let hint = value.get_ref().as_str().map_or("[\"…\"]".into(), |text| format!("[{}]", quoted(text)));
            self.mistyped(key, value.span().start, "a list of texts", value.get_ref(), Some(format!("write {hint}")));
            return None;
        };
        let read = |item: &'a Spanned<DeValue<'a>>| {
            let offset = item.span().start;
            match item.get_ref().as_str() {
                Some(value) => self.not_blank(key, Text { value, offset }),
                None => {
                    self.mistyped(key, offset, "a text", item.get_ref(), Some("put it in quotes".into()));
                    None
                }
            }
        };
        Some(items.iter().filter_map(read).collect())
    }

    fn not_blank(&self, key: &'static str, text: Text<'a>) -> Option<Text<'a>> {
        if text.value.trim().is_empty() {
            self.refuse_at(text.offset, key, "is empty", None);
            return None;
        }
        Some(text)
    }

    /// One of the named values.
    pub(super) fn choice<T: Copy>(&self, key: &'static str, choices: &[(&'static str, T)]) -> Option<T> {
        let names = || choices.iter().map(|&(name, _)| name);
        let all = || list(names().map(|name| format!("\"{name}\"")).collect::<Vec<_>>().iter().map(String::as_str));
        let value = self.value(key)?;
        let Some(typed) = value.get_ref().as_str() else {
            self.mistyped(key, value.span().start, "a text", value.get_ref(), Some(format!("one of: {}", all())));
            return None;
        };
        let chosen = choices.iter().find(|&&(name, _)| name == typed).map(|&(_, chosen)| chosen);
        if chosen.is_none() {
            let hint = match nearest(typed, names()) {
                Some(name) => format!("did you mean \"{name}\"? (one of: {})", all()),
                None => format!("one of: {}", all()),
            };
            self.refuse(key, format!("unknown value {}", quoted(typed)), Some(hint));
        }
        chosen
    }

    /// Whether the key is given, rightly or wrongly.
    pub(super) fn has(&self, key: &str) -> bool {
        self.entries.is_some_and(|entries| entries.contains_key(key))
    }

    /// Notes that the value of `key` cannot be.
    pub(super) fn refuse(&self, key: &'static str, message: impl Into<String>, hint: Option<String>) {
        let offset = self.entries.and_then(|entries| entries.get(key)).map_or(self.offset, |value| value.span().start);
        self.refuse_at(offset, key, message, hint);
    }

    /// Notes that a part of the value of `key` cannot be.
    pub(super) fn refuse_at(&self, offset: usize, key: &'static str, message: impl Into<String>, hint: Option<String>) {
        let noted = Noted { offset, key: self.join(key), message: message.into(), hint };
        self.notes.noted.borrow_mut().push(noted);
    }

    /// Notes that `key` is needed, unless it is there.
    pub(super) fn require(&self, key: &'static str, hint: impl Into<String>) {
        if !self.has(key) {
            let missing = Missing { offset: self.offset, table: self.path.clone(), key, hint: hint.into() };
            self.notes.missing.borrow_mut().push(missing);
        }
    }

    /// All keys were asked for: whatever else stands in the table is unknown.
    pub(super) fn finish(self) {
        let known = self.notes.known.borrow();
        let strangers = self.entries.into_iter().flat_map(|entries| entries.iter()).filter(|(key, _)| {
            !known.iter().any(|(table, name)| *table == self.path && *name == key.get_ref().as_ref())
        });
        self.notes.unknown.borrow_mut().extend(strangers.map(|(key, value)| {
            Unknown {
                offset: key.span().start,
                table: self.path.clone(),
                table_offset: self.offset,
                key: key.get_ref().to_string(),
                is_table: value.get_ref().is_table()
                    || value
                        .get_ref()
                        .as_array()
                        .and_then(|items| items.iter().next())
                        .is_some_and(|i| i.get_ref().is_table()),
            }
        }));
    }

    fn value(&self, key: &'static str) -> Option<&'a Spanned<DeValue<'a>>> {
        let mut known = self.notes.known.borrow_mut();
        if !known.iter().any(|(table, name)| *table == self.path && *name == key) {
            known.push((self.path.clone(), key));
        }
        self.entries?.get(key)
    }

    fn mistyped(&self, key: &'static str, offset: usize, wanted: &str, found: &DeValue<'_>, hint: Option<String>) {
        let (name, bare) = match found {
            DeValue::String(text) => ("a text", Some(text.as_ref())),
            DeValue::Integer(_) => ("a whole number", None),
            DeValue::Float(_) => ("a number", None),
            DeValue::Boolean(_) => ("true or false", None),
            DeValue::Datetime(_) => ("a date", None),
            DeValue::Array(_) => ("a list", None),
            DeValue::Table(_) => ("a table", None),
        };
        let unquoted =
            bare.filter(|text| !text.is_empty() && DeValue::parse(text).is_ok_and(|v| !v.get_ref().is_str()));
        let hint = hint.or_else(|| unquoted.map(|text| format!("write {text} without quotes")));
        self.refuse_at(offset, key, format!("expected {wanted}, found {name}"), hint);
    }

    fn join(&self, key: &str) -> String {
        dotted(&self.path, key)
    }
}

impl Notes {
    /// Everything that was noted, in no order: unknown keys with the names that would be right, and required keys
    /// unless a misspelt one stands for them.
    pub(super) fn into_noted(self) -> Vec<Noted> {
        let known = self.known.into_inner();
        let mut noted = self.noted.into_inner();
        // The table, the key, and where the table stands if it is this one only.
        let mut meant: Vec<(String, String, Option<usize>)> = Vec::new();
        for stranger in self.unknown.into_inner() {
            let siblings = || known.iter().filter(|(table, _)| *table == stranger.table).map(|&(_, name)| name);
            let here = match (stranger.table.as_str(), stranger.is_table) {
                ("", true) => format!("tables: {}", list(siblings())),
                ("", false) => format!("every key belongs to a table: {}", list(siblings())),
                (table, _) => format!("keys of [{table}]: {}", list(siblings())),
            };
            let nearest_here = nearest(&stranger.key, siblings());
            let elsewhere = known.iter().find(|(table, name)| !table.is_empty() && *name == stranger.key);
            let hint = match (nearest_here, elsewhere) {
                (_, Some((table, name))) => format!("{name} belongs to [{table}] ({here})"),
                (Some(name), None) => format!("did you mean \"{name}\"? ({here})"),
                (None, None) => here,
            };
            meant.extend(match (nearest_here, elsewhere) {
                (_, Some((table, name))) => Some((table.clone(), (*name).to_owned(), None)),
                (here, None) => here.map(|name| (stranger.table.clone(), name.to_owned(), Some(stranger.table_offset))),
            });
            noted.push(Noted {
                offset: stranger.offset,
                key: dotted(&stranger.table, &stranger.key),
                message: if stranger.is_table { "unknown table" } else { "unknown key" }.into(),
                hint: Some(hint),
            });
        }
        let stands_in = |table: &str, key: &str, offset: usize| {
            meant.iter().any(|(t, k, at)| t == table && k == key && at.is_none_or(|at| at == offset))
        };
        for Missing { offset, table, key, hint } in self.missing.into_inner() {
            if !stands_in(&table, key, offset) && !stands_in("", &table, 0) {
                noted.push(Noted { offset, key: dotted(&table, key), message: "is missing".into(), hint: Some(hint) });
            }
        }
        noted
    }

    /// Every key that was asked for, as `table.key`, in order.
    #[cfg(test)]
    pub(super) fn keys(&self) -> Vec<String> {
        let known = self.known.borrow();
        known.iter().filter(|(table, _)| !table.is_empty()).map(|(table, key)| dotted(table, key)).collect()
    }
}
