//! The reference file and the manual page name every key, with its true default.

use super::*;

fn known_keys() -> Vec<String> {
    let notes = reader::Notes::default();
    let tree = toml::de::DeTable::parse("[[type]]\n[[watch]]\n[[barcode]]\n[[field]]").unwrap().into_inner();
    resolve::pipeline(&notes, &tree, "", Digest::of(b""));
    notes.keys()
}

/// The comments of a pipeline file as `(table.key, line, is an example)`.
fn commented_keys(text: &str) -> Vec<(String, String, bool)> {
    let mut table = String::new();
    let mut keys = Vec::new();
    for line in text.lines() {
        // A table that may be left out stands there as an example.
        let header = line.strip_prefix("# Example: ").unwrap_or(line);
        if header.starts_with('[') {
            table = header.trim_matches(['[', ']']).to_owned();
        }
        let example = line.strip_prefix("# Example: ");
        let Some(entry) = example.or_else(|| line.strip_prefix('#').filter(|rest| !rest.starts_with(' '))) else {
            continue;
        };
        if let Some((key, _)) = entry.split_once(" = ") {
            keys.push((format!("{table}.{key}"), entry.to_owned(), example.is_some()));
        }
    }
    keys
}

#[test]
fn the_reference_file_names_every_key_and_its_true_default() {
    let text = read("pipelines/auslaenderamt.toml");
    let known: BTreeSet<String> = known_keys().into_iter().collect();
    let commented = commented_keys(&text);
    let mut named: BTreeSet<String> = commented.iter().map(|(key, ..)| key.clone()).collect();
    named.extend(["line.name", "classify.model", "type.name", "type.titles", "type.phrases"].map(str::to_owned));
    assert_eq!(named, known);

    // With every default written out, nothing changes. An example table is one with its required key.
    let barcode = ["[[barcode]]", "pattern = 'AZ-(?<case>[0-9]{4}-[0-9]{6})'"];
    let field = ["[[field]]", "name = \"BG-Nummer\"", "labels = [\"BG-Nummer\", \"Nummer der Bedarfsgemeinschaft\"]"];
    let text = ["[[watch]]", "folder = \"/srv/scans/station1\"", barcode[0], barcode[1]]
        .iter()
        .chain(&field)
        .fold(text, |text, example| text.replace(&format!("\n# Example: {example}\n"), &format!("\n{example}\n")));
    let examples = parse("auslaenderamt", &text).unwrap();
    assert_eq!((examples.watch.len(), examples.separators.barcodes.len()), (1, 1));
    let defaults = commented.iter().filter(|(.., is_example)| !is_example);
    let written_out = defaults
        .fold(text.clone(), |text, (_, entry, _)| text.replace(&format!("\n#{entry}\n"), &format!("\n{entry}\n")));
    assert_ne!(written_out, text);
    let digest = Digest::of(b"");
    let with = Pipeline { digest, ..parse("auslaenderamt", &written_out).unwrap() };
    assert_eq!(with, Pipeline { digest, ..parse("auslaenderamt", &text).unwrap() });
}

#[test]
fn comments_of_all_pipelines_name_keys_that_exist() {
    let known = known_keys();
    for path in shipped() {
        for (key, ..) in commented_keys(&std::fs::read_to_string(&path).unwrap()) {
            assert!(known.contains(&key), "{}: {key}", path.display());
        }
    }
}

#[test]
fn the_manual_page_is_true() {
    let page = read("docs/pipeline.md");
    let rows = page.lines().skip_while(|line| *line != "## Keys").take_while(|line| *line != "## Layouts");
    let rows = rows.filter_map(|line| line.strip_prefix("| `")).filter_map(|row| row.split_once("` | "));
    let rows: Vec<(&str, &str)> = rows.collect();
    let listed: Vec<&str> = rows.iter().map(|(key, _)| *key).collect();
    let mut sorted = known_keys();
    sorted.sort();
    let mut listed_sorted = listed.clone();
    listed_sorted.sort_unstable();
    assert_eq!(listed_sorted, sorted);

    let (bare, watch) = ("line.name = \"x\"\n", "[[watch]]\nfolder = \"x\"\n");
    let barcode = "[[barcode]]\npattern = \"x\"\n";
    let field = "[[field]]\nname = \"x\"\nlabels = [\"xx\"]\n";
    let kind = "[[type]]\nname = \"x\"\ntitles = [\"xx\"]\n";
    let (mut defaults, mut tables) = (
        bare.to_owned(),
        [
            ("watch.", watch.to_owned()),
            ("barcode.", barcode.to_owned()),
            ("field.", field.to_owned()),
            ("type.", kind.to_owned()),
        ],
    );
    for (key, rest) in rows {
        if let Some(default) = rest.split(" | ").next().and_then(|cell| cell.strip_prefix('`')?.strip_suffix('`')) {
            match tables.iter_mut().find_map(|(table, text)| Some((key.strip_prefix(*table)?, text))) {
                Some((key, text)) => text.push_str(&format!("{key} = {default}\n")),
                None => defaults.push_str(&format!("{key} = {default}\n")),
            }
        }
    }
    let digest = Digest::of(b"");
    let with = Pipeline { digest, ..parse("x", &(defaults + &tables.map(|(_, text)| text).concat())).unwrap() };
    assert_eq!(with, Pipeline { digest, ..parse("x", &format!("{bare}{watch}{barcode}{field}{kind}")).unwrap() });

    let block = |mark: &str| page.split_once(mark).unwrap().1.split_once("\n```").unwrap().0.to_owned();
    let problems = parse("broken", &block("```toml\n")).unwrap_err();
    let said = LoadError::Problems { path: "broken.toml".into(), problems }.to_string();
    assert_eq!(said, block("```text\n"));
}
