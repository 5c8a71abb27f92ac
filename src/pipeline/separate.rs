//! What separates documents and what raises an alarm: `[separate]`, `[[barcode]]`, `[alarms]`, `[cases]`,
//! `type.max_pages`.

use std::fs::File;
use std::io::BufReader;
use std::path::PathBuf;

use toml::de::DeTable;

use super::Problem;
use super::problem::{Positions, quoted};
use super::reader::{Table, given_twice};
use super::resolve::Intake;
use crate::assemble::separate::{
    BarcodeRule, CaseListError, CodeAction, ContentRules, PatchMeanings, Pattern, SYMBOLOGIES, SheetBack, Sides,
    Stands, symbology,
};
use crate::assemble::{AlarmRules, CaseList, CaseRules, CheckDigit, SeparateBy, SeparateRules, TypeRule};
use crate::intake::Layout;
use crate::model::{PageOrder, SheetLevel};

/// Most pages of a document that a limit can name.
const MAX_PAGES: i64 = 100_000;

const LEVELS: [(&str, SheetLevel); 3] =
    [("document", SheetLevel::Document), ("case", SheetLevel::Case), ("batch", SheetLevel::Batch)];

const PATCH_LEVELS: [(&str, Option<SheetLevel>); 4] = [
    ("nothing", None),
    ("document", Some(SheetLevel::Document)),
    ("case", Some(SheetLevel::Case)),
    ("batch", Some(SheetLevel::Batch)),
];

const ACTIONS: [(&str, CodeAction); 2] = [("drop", CodeAction::Drop), ("keep", CodeAction::Keep)];

/// Sheets, and the end of a document, would be missing in the stack where the scan is that was left out.
pub(super) const DUPLICATES: &str =
    "cannot be kept together with intake.duplicates: a scan that is left out takes its separator sheets with it";
pub(super) const DUPLICATES_HINT: &str =
    "write intake.duplicates = \"process\", or by = \"file\", or a layout of files";

/// `[separate]` and `[[barcode]]`.
pub(super) fn rules(top: &Table<'_>, intake: &Intake, types: &[TypeRule]) -> (SeparateBy, SeparateRules) {
    let table = top.table("separate");
    let by = by(&table, intake);
    let defaults = SeparateRules::default();
    let patches = defaults.patches;
    let patch = |key, default| table.choice(key, &PATCH_LEVELS).unwrap_or(default);
    let rules = SeparateRules {
        sheets: table.flag("sheets").unwrap_or(defaults.sheets),
        patches: PatchMeanings {
            one: patch("patch_1", patches.one),
            two: patch("patch_2", patches.two),
            three: patch("patch_3", patches.three),
            four: patch("patch_4", patches.four),
            six: patch("patch_6", patches.six),
            t: patch("patch_t", patches.t),
        },
        patch_action: table.choice("patch_action", &ACTIONS).unwrap_or(defaults.patch_action),
        back: table
            .choice(
                "sheet_back",
                &[("separator", SheetBack::Separator), ("blank", SheetBack::Blank), ("page", SheetBack::Page)],
            )
            .unwrap_or(defaults.back),
        barcodes: top.tables("barcode").into_iter().filter_map(barcode).collect(),
        content: content(&table, by, intake.rules.layout, types),
    };
    table.finish();
    (by, rules)
}

fn by(table: &Table<'_>, intake: &Intake) -> SeparateBy {
    #[derive(Clone, Copy, PartialEq)]
    enum By {
        File,
        Batch,
        Pages,
    }
    let by = table.choice("by", &[("file", By::File), ("batch", By::Batch), ("pages", By::Pages)]);
    let pages = table.integer("pages", 1..=MAX_PAGES);
    match by {
        Some(By::Pages) => table.require("pages", "write pages = 2 for documents of two pages each"),
        None if table.has("by") => {}
        _ if table.has("pages") => {
            table.refuse(
                "pages",
                "has no effect without by = \"pages\"",
                Some("write by = \"pages\", or remove pages".into()),
            );
        }
        _ => {}
    }
    let layout = intake.rules.layout;
    if layout == Layout::FileIsDocument && by.is_some_and(|by| by != By::File) {
        let message = "contradicts intake.layout = \"file_is_document\", where every file is one document";
        table.refuse("by", message, Some("write by = \"file\", or layout = \"file_is_case\"".into()));
    }
    let of_one_file = matches!(layout, Layout::FileIsCase | Layout::FileIsDocument);
    if intake.collate == PageOrder::FrontsThenBacks && !of_one_file && by.is_none_or(|by| by == By::File) {
        let message =
            "contradicts intake.collate = \"fronts_then_backs\": the sheets of a folder's stack lie across its files";
        let hint = "write [separate] by = \"batch\" (or \"pages\"), or a layout where every file is a stack";
        table.refuse("by", message, Some(hint.into()));
    }
    if intake.duplicates.is_some() && !of_one_file && by.is_some_and(|by| by != By::File) {
        table.refuse("by", DUPLICATES, Some(DUPLICATES_HINT.into()));
    }
    match by {
        Some(By::Batch) => SeparateBy::Batch,
        Some(By::Pages) => pages.map_or(SeparateBy::File, SeparateBy::Pages),
        Some(By::File) | None => SeparateBy::File,
    }
}

fn content(table: &Table<'_>, by: SeparateBy, layout: Layout, types: &[TypeRule]) -> ContentRules {
    let mut rules = ContentRules::default();
    let Some(texts) = table.texts("content") else { return rules };
    if !texts.is_empty() && matches!(by, SeparateBy::Pages(_)) {
        let message = "contradicts by = \"pages\", where all documents have the same number of pages";
        table.refuse("content", message, Some("write by = \"batch\" or by = \"file\"".into()));
    }
    if !texts.is_empty() && layout == Layout::FileIsDocument {
        let message = "contradicts intake.layout = \"file_is_document\", where every file is one document";
        table.refuse("content", message, Some("remove it, or write layout = \"file_is_case\"".into()));
    }
    for text in texts {
        let rule = match text.value {
            "letters" => &mut rules.letters,
            "page_numbers" => &mut rules.numbers,
            "types" => &mut rules.types,
            _ => {
                let hint = "one of: \"letters\", \"page_numbers\", \"types\"";
                table.refuse_at(
                    text.offset,
                    "content",
                    format!("unknown value {}", quoted(text.value)),
                    Some(hint.into()),
                );
                continue;
            }
        };
        if std::mem::replace(rule, true) {
            table.refuse_at(text.offset, "content", given_twice(text), None);
        }
        if text.value == "types" && types.iter().all(|kind| kind.titles.is_empty()) {
            let message = "\"types\" has no effect: no [[type]] has titles";
            table.refuse_at(text.offset, "content", message, Some("write titles, or remove \"types\"".into()));
        }
    }
    rules
}

fn barcode(table: Table<'_>) -> Option<BarcodeRule> {
    table.require("pattern", "every [[barcode]] has a pattern, as pattern = 'AZ-(?<case>\\d+)'");
    let pattern = pattern(&table, &["case", "type", "date"]);
    let symbologies = symbologies(&table);
    let level = table.choice("level", &LEVELS).unwrap_or(SheetLevel::Document);
    let action = table.choice("action", &ACTIONS).unwrap_or_default();
    let stands = table.choice("stands_on", &[("first", Stands::First), ("every", Stands::Every)]);
    if table.has("stands_on") && action == CodeAction::Drop {
        let hint = "write action = \"keep\", or remove stands_on";
        table.refuse("stands_on", "has no effect with action = \"drop\": each sheet is one", Some(hint.into()));
    }
    let type_name = table.text("type").map(|text| text.value.to_owned());
    table.finish();
    let stands = stands.unwrap_or_default();
    pattern.map(|pattern| BarcodeRule { pattern, symbologies, level, action, stands, type_name })
}

/// The regular expression under `pattern`, with no named groups but these.
fn pattern(table: &Table<'_>, groups: &[&str]) -> Option<Pattern> {
    let text = table.text("pattern")?;
    let pattern = match Pattern::new(text.value) {
        Ok(pattern) => pattern,
        Err(error) => {
            let hint = "see docs.rs/regex for the syntax; single quotes '…' keep every \\ as it is";
            table.refuse("pattern", format!("is no regular expression: {error}"), Some(hint.into()));
            return None;
        }
    };
    if let Some(stranger) = pattern.groups().find(|name| !groups.contains(name)) {
        let hint = format!("groups with a meaning: {}", groups.join(", "));
        table.refuse("pattern", format!("has a group {} that means nothing", quoted(stranger)), Some(hint));
        return None;
    }
    Some(pattern)
}

fn symbologies(table: &Table<'_>) -> Vec<String> {
    let mut taken = Vec::new();
    for text in table.texts("symbologies").unwrap_or_default() {
        let name = symbology(text.value);
        if !SYMBOLOGIES.iter().any(|known| symbology(known) == name) {
            let hint = format!("one of: {}", SYMBOLOGIES.join(", "));
            table.refuse_at(text.offset, "symbologies", format!("{} is no symbology", quoted(text.value)), Some(hint));
        } else if taken.contains(&name) {
            table.refuse_at(text.offset, "symbologies", given_twice(text), None);
        }
        taken.push(name);
    }
    taken
}

/// `max_pages` of `[alarms]` or a `[[type]]`.
pub(super) fn max_pages(table: &Table<'_>) -> Option<u32> {
    table.integer("max_pages", 1..=MAX_PAGES)
}

/// `[alarms]` and `[cases]`.
pub(super) fn alarms<'t>(top: &Table<'_>, types: impl Iterator<Item = (&'t str, Option<u32>)>) -> AlarmRules {
    let table = top.table("alarms");
    let defaults = AlarmRules::default();
    let sides = [("auto", Sides::Auto), ("one", Sides::One), ("both", Sides::Both)];
    let rules = AlarmRules {
        counts: table.flag("counts").unwrap_or(defaults.counts),
        sides: table.choice("sides", &sides).unwrap_or(defaults.sides),
        repeated: table.flag("repeated_sheets").unwrap_or(defaults.repeated),
        case_numbers: table.flag("case_numbers").unwrap_or(defaults.case_numbers),
        max_pages: max_pages(&table),
        max_pages_of: types.filter_map(|(name, most)| Some((name.to_owned(), most?))).collect(),
        cases: cases(top),
    };
    table.finish();
    rules
}

fn cases(top: &Table<'_>) -> CaseRules {
    let table = top.table("cases");
    let schemes = CheckDigit::NAMED.map(|(name, scheme)| (name, Some(scheme)));
    let check = table.choice("check", &[&[("none", None)], &schemes[..]].concat());
    let rules = CaseRules {
        pattern: pattern(&table, &["number"]),
        check: check.flatten(),
        list: table.text("list").map(|text| PathBuf::from(text.value)),
        column: table.text("column").map(|text| text.value.to_owned()),
        folders: table.flag("folders").unwrap_or_default(),
    };
    if table.has("column") && !table.has("list") {
        table.refuse("column", "has no effect without list", Some("write list = \"akten.csv\"".into()));
    }
    if rules.folders && !["pattern", "check", "list"].iter().any(|key| table.has(key)) {
        table.refuse(
            "folders",
            "has no effect: nothing says what case numbers are",
            Some("write pattern, check or list".into()),
        );
    }
    table.finish();
    rules
}

/// Reads the list of cases, if the rules name one. Anew for each run: the list grows.
///
/// # Errors
/// See [`CaseListError`].
pub fn case_list(rules: &CaseRules) -> Result<Option<CaseList>, CaseListError> {
    let read = |path: &PathBuf| CaseList::read(BufReader::new(File::open(path)?), rules.column.as_deref());
    rules.list.as_ref().map(read).transpose()
}

/// What is wrong with the list of cases, at its place in the pipeline file.
pub(super) fn list_problem(text: &str, rules: &CaseRules) -> Option<Problem> {
    let path = rules.list.as_ref()?;
    let probe = || CaseList::probe(BufReader::new(File::open(path)?), rules.column.as_deref());
    let error = probe().err()?;
    let key = if matches!(error, CaseListError::NoColumn) { "column" } else { "list" };
    let (table, _) = DeTable::parse_recoverable(text);
    let place = table.get_ref().get("cases").and_then(|cases| cases.get_ref().as_table()?.get(key));
    let (line, column) = Positions::new(text).of(place.map_or(0, |value| value.span().start));
    let hint = (key == "list").then(|| "a relative path starts at the pipeline file's folder".to_owned());
    Some(Problem { line, column, key: format!("cases.{key}"), message: error.to_string(), hint })
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::panic, clippy::disallowed_methods)]
mod tests {
    use super::*;
    use crate::pipeline::{LoadError, load, parse};

    /// Mistakes, each with the places that must be told. `N` stands for a sound `[line]` in line 1.
    #[test]
    fn mistakes_are_told_with_line_column_and_key() {
        let rows: &[(&str, &[&str])] = &[
            (
                "N\n[separate]\npatch_2 = \"page\"\npatch_5 = \"case\"",
                &["3:11 separate.patch_2", "4:1 separate.patch_5"],
            ),
            (
                "N\n[separate]\ncontent = [\"letters\", \"letter\", \"letters\", \"types\"]",
                &["3:23 separate.content", "3:33 separate.content", "3:44 separate.content"],
            ),
            ("N\n[separate]\nby = \"pages\"\npages = 2\ncontent = [\"letters\"]", &["5:11 separate.content"]),
            ("N\n[[barcode]]\nlevel = \"page\"", &["2:1 barcode.pattern", "3:9 barcode.level"]),
            ("N\n[[barcode]]\npattern = '('", &["3:11 barcode.pattern"]),
            ("N\n[[barcode]]\npattern = ')('", &["3:11 barcode.pattern"]),
            ("N\n[[barcode]]\npattern = '(?<Case>.)'", &["3:11 barcode.pattern"]),
            ("N\n[[barcode]]\npattern = '.'\nstands_on = \"every\"", &["4:13 barcode.stands_on"]),
            (
                "N\n[[barcode]]\npattern = '.'\nsymbologies = [\"code39\", \"Code 39\", \"QR\"]",
                &["4:26 barcode.symbologies", "4:37 barcode.symbologies"],
            ),
            ("N\n[alarms]\nmax_pages = 0\nsides = \"all\"", &["3:13 alarms.max_pages", "4:9 alarms.sides"]),
            ("N\n[cases]\ncheck = \"luhn\"\ncolumn = \"az\"", &["3:9 cases.check", "4:10 cases.column"]),
            ("N\n[cases]\nfolders = true", &["3:11 cases.folders"]),
            ("N\n[[type]]\nname = \"A\"\ntitles = [\"ab\"]\nmax_pages = 0", &["5:13 type.max_pages"]),
        ];
        for (text, expected) in rows {
            let text = text.replacen('N', "line.name = \"x\"", 1);
            let problems = parse("test", &text).err().unwrap_or_default();
            let told: Vec<String> = problems.iter().map(|p| format!("{}:{} {}", p.line, p.column, p.key)).collect();
            assert_eq!(told, *expected, "{text}\n{problems:#?}");
        }
    }

    #[test]
    fn a_list_of_cases_lies_beside_the_pipeline_and_is_looked_at() {
        let folder = tempfile::tempdir().unwrap();
        let (file, list) = (folder.path().join("x.toml"), folder.path().join("akten.csv"));
        std::fs::write(&file, "line.name = \"x\"\n[cases]\nlist = \"akten.csv\"\ncolumn = \"Az\"\n").unwrap();
        let place = || match load(&file) {
            Err(LoadError::Problems { problems, .. }) => {
                format!("{}:{} {}", problems[0].line, problems[0].column, problems[0].key)
            }
            Err(error) => panic!("{error}"),
            Ok(pipeline) => format!("{} cases", case_list(&pipeline.alarms.cases).unwrap().unwrap().len()),
        };
        assert_eq!(place(), "3:8 cases.list");
        std::fs::write(&list, "").unwrap();
        assert_eq!(place(), "4:10 cases.column");
        std::fs::write(&list, "Nr;Az\n").unwrap();
        assert_eq!(place(), "3:8 cases.list");
        std::fs::write(&list, "Nr;AZ\n1;A 1\n2;a1\n3;A2\n").unwrap();
        assert_eq!(place(), "2 cases");
    }
}
