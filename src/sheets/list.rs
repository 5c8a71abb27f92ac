//! A list of cases for which separators are wanted: a CSV file as offices save it.
//!
//! Fields are parted by `;`, `,` or tabs, quoted as RFC 4180 says; the first row names the columns, in German or English.

use csv::{ReaderBuilder, StringRecord};

use super::orders::{MAX_COUNT, case_number, type_name};
use crate::model::{SheetLevel, SheetOrder};

/// What the list says, or all that is wrong with it.
#[derive(Debug, PartialEq)]
pub struct CaseList {
    /// An order for each row, without serials.
    pub orders: Vec<SheetOrder>,
    /// Names of columns that mean nothing here.
    pub unknown: Vec<String>,
    /// Rows with the case number and level of an earlier row, as they are counted in the file.
    pub repeated: Vec<u64>,
}

/// Something that is wrong with a list. Quotes no value: case numbers are personal data.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("row {row}: {what}")]
pub struct ListFault {
    /// Counted from 1, as an editor counts lines.
    pub row: u64,
    /// What, and what is expected.
    pub what: String,
}

/// A column that means something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Column {
    Case,
    Type,
    Pages,
    Sheets,
    Level,
}

impl Column {
    /// The column called `name`, however it is written.
    fn of(name: &str) -> Option<Self> {
        let name: String = name.to_lowercase().chars().filter(|c| c.is_alphanumeric()).collect();
        Some(match name.as_str() {
            "aktenzeichen" | "akte" | "az" | "geschäftszeichen" | "geschaeftszeichen" | "gz" | "case"
            | "casenumber" => Self::Case,
            "art" | "dokumentart" | "dokumenttyp" | "typ" | "type" | "documenttype" => Self::Type,
            "seiten" | "seitenzahl" | "anzahlseiten" | "pages" | "pagecount" => Self::Pages,
            "blätter" | "blaetter" | "blatt" | "blattzahl" | "anzahlblätter" | "anzahlblaetter" | "sheets"
            | "sheetcount" => Self::Sheets,
            "ebene" | "trennblatt" | "level" => Self::Level,
            _ => return None,
        })
    }
}

/// Reads a list. What a row does not say is as in `preset`.
///
/// # Errors
/// Everything that is wrong, at least one fault.
pub fn read(text: &str, preset: &SheetOrder) -> Result<CaseList, Vec<ListFault>> {
    let head = text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
    let separator = [b';', b'\t', b','].into_iter().max_by_key(|sign| (count(head, *sign), *sign == b';'));
    let mut reader = ReaderBuilder::new()
        .delimiter(separator.unwrap_or(b';'))
        .has_headers(false)
        .flexible(true)
        .trim(csv::Trim::All)
        .from_reader(text.as_bytes());
    let mut rows = reader.records().filter_map(Result::ok).filter(|row| row.iter().any(|field| !field.is_empty()));
    let Some(head) = rows.next() else { return Err(vec![fault(1, "the list is empty")]) };
    let columns = columns(&head, line_of(&head, text))?;
    let mut faults = Vec::new();
    let mut list = CaseList { orders: Vec::new(), unknown: Vec::new(), repeated: Vec::new() };
    list.unknown.extend(head.iter().filter(|name| !name.is_empty() && Column::of(name).is_none()).map(str::to_owned));
    let mut known = std::collections::HashSet::new();
    for row in rows {
        let number = line_of(&row, text);
        match order(&row, &columns, preset) {
            Ok(order) => {
                if !known.insert((order.level, order.case.clone())) {
                    list.repeated.push(number);
                }
                list.orders.push(order);
            }
            Err(what) => faults.extend(what.into_iter().map(|what| ListFault { row: number, what })),
        }
    }
    if faults.is_empty() && list.orders.is_empty() {
        faults.push(fault(line_of(&head, text), "there is no row below the names of the columns"));
    }
    if faults.is_empty() { Ok(list) } else { Err(faults) }
}

fn count(text: &str, sign: u8) -> usize {
    text.bytes().filter(|&byte| byte == sign).count()
}

fn fault(row: u64, what: &str) -> ListFault {
    ListFault { row, what: what.to_owned() }
}

/// The line on which a row begins. Its position is where the reader stood before it skipped line ends.
fn line_of(row: &StringRecord, text: &str) -> u64 {
    let Some(position) = row.position() else { return 0 };
    let before = usize::try_from(position.byte()).ok().and_then(|at| text.as_bytes().get(at..)).unwrap_or_default();
    let skipped = before.iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).filter(|byte| **byte == b'\n').count();
    position.line().saturating_add(skipped as u64)
}

/// What each column of the head means.
fn columns(head: &StringRecord, row: u64) -> Result<Vec<Option<Column>>, Vec<ListFault>> {
    let columns: Vec<Option<Column>> = head.iter().map(Column::of).collect();
    let mut faults = Vec::new();
    if !columns.contains(&Some(Column::Case)) {
        let hint = "no column is called Aktenzeichen (or case); the first row names the columns: Aktenzeichen; Art; Seiten; Blätter";
        faults.push(fault(row, hint));
    }
    for (at, column) in columns.iter().enumerate() {
        if column.is_some() && columns[..at].contains(column) {
            faults.push(ListFault { row, what: format!("column {} means the same as an earlier one", at + 1) });
        }
    }
    if faults.is_empty() { Ok(columns) } else { Err(faults) }
}

/// The order of a row, or all that is wrong with it.
fn order(row: &StringRecord, columns: &[Option<Column>], preset: &SheetOrder) -> Result<SheetOrder, Vec<String>> {
    let mut order = preset.clone();
    let mut faults = Vec::new();
    if row.len() > columns.len() && row.iter().skip(columns.len()).any(|field| !field.is_empty()) {
        faults.push(format!(
            "{} fields, but {} columns; a field with the separator in it needs quotes",
            row.len(),
            columns.len()
        ));
    }
    for (field, column) in row.iter().zip(columns).filter(|(field, _)| !field.is_empty()) {
        let said = match column {
            Some(Column::Case) => case_number(field).map(|case| order.case = Some(case)),
            Some(Column::Type) => type_name(field).map(|name| order.type_name = Some(name)),
            Some(Column::Pages) => number("Seiten", field).map(|count| order.pages = Some(count)),
            Some(Column::Sheets) => number("Blätter", field).map(|count| order.sheets = Some(count)),
            Some(Column::Level) => level(field).map(|level| order.level = level),
            None => Ok(()),
        };
        faults.extend(said.err());
    }
    if order.case.is_none() && faults.is_empty() {
        faults.push("no case number".to_owned());
    }
    if faults.is_empty() { Ok(order) } else { Err(faults) }
}

fn number(column: &str, field: &str) -> Result<u32, String> {
    match field.parse() {
        Ok(count) if (1..=MAX_COUNT).contains(&count) => Ok(count),
        _ => Err(format!("{column} is no whole number from 1 to {MAX_COUNT}")),
    }
}

fn level(field: &str) -> Result<SheetLevel, String> {
    match field.to_lowercase().as_str() {
        "dokument" | "document" => Ok(SheetLevel::Document),
        "akte" | "case" => Ok(SheetLevel::Case),
        "stapel" | "batch" => Ok(SheetLevel::Batch),
        _ => Err("Ebene is none of Dokument, Akte, Stapel".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const PRESET: SheetOrder =
        SheetOrder { level: SheetLevel::Case, case: None, type_name: None, pages: None, sheets: None, serial: None };

    fn faults(text: &str) -> Vec<(u64, String)> {
        read(text, &PRESET).err().unwrap_or_default().into_iter().map(|fault| (fault.row, fault.what)).collect()
    }

    #[test]
    fn lists_as_offices_have_them() {
        let full = SheetOrder {
            level: SheetLevel::Case,
            case: Some("33.2-ä/17; alt".into()),
            type_name: Some("Ausländerakte".into()),
            pages: Some(120),
            sheets: Some(60),
            serial: None,
        };
        let bare = SheetOrder { case: Some("4711".into()), ..PRESET };
        for text in [
            "Aktenzeichen;Art;Seiten;Blätter\r\n\"33.2-ä/17; alt\";Ausländerakte;120;60\r\n;;;\r\n4711;;;\r\n",
            "case,type,pages,sheets\n33.2-ä/17; alt,Ausländerakte,120,60\n\n4711,,,\n",
            "Blätter\tAKTENZEICHEN \tName\tArt\tSeiten\n60\t33.2-ä/17; alt\tX\tAusländerakte\t120\n\t4711\n",
        ] {
            let list = read(text, &PRESET).map(|list| list.orders);
            assert_eq!(list, Ok(vec![full.clone(), bare.clone()]), "{text}");
        }
        // One column needs no separator at all.
        assert_eq!(read("Az.\n4711\n", &PRESET).map(|list| list.orders), Ok(vec![bare]));
    }

    #[test]
    fn rows_overrule_what_the_command_says() {
        let preset = SheetOrder { level: SheetLevel::Document, pages: Some(2), ..PRESET };
        let list = read("case;pages;Ebene\n1;;\n1;5;Stapel\n1;;", &preset);
        let Ok(list) = list else { panic!("{list:?}") };
        let said: Vec<_> = list.orders.iter().map(|order| (order.level, order.pages)).collect();
        assert_eq!(
            said,
            [(SheetLevel::Document, Some(2)), (SheetLevel::Batch, Some(5)), (SheetLevel::Document, Some(2))]
        );
        assert_eq!(list.repeated, [4], "rows 2 and 4 are the same");
    }

    #[test]
    fn all_that_is_wrong_is_told_by_row_without_values() {
        assert_eq!(faults(""), [(1, "the list is empty".to_owned())]);
        assert_eq!(faults("\n\nAktenzeichen\n")[0].0, 3);
        assert!(faults("4711\n4712\n")[0].1.contains("no column is called Aktenzeichen"));
        assert!(faults("case;Az\n1;2\n")[0].1.contains("column 2 means the same"));
        let text = "case;pages;sheets;level\n\nGeheim1;viele;0;Ordner\n;3;;\nGeheim2;1;1;Akte;Geheim3\n";
        let told = faults(text);
        assert_eq!(told.iter().map(|fault| fault.0).collect::<Vec<_>>(), [3, 3, 3, 4, 5]);
        assert_eq!(faults(&text.replace('\n', "\r\n")), told);
        assert!(told.iter().all(|fault| !fault.1.contains("Geheim") && !fault.1.contains("viele")), "{told:?}");
    }

    proptest! {
        #[test]
        fn any_text_is_a_list_or_refused(text in "((case|Art|Seiten)[;,\t])?[a-z0-9;,\"\n\t ]{0,60}") {
            if let Err(faults) = read(&text, &PRESET) {
                prop_assert!(!faults.is_empty());
            }
        }
    }
}
