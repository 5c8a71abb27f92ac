//! Index files as their makers document them, and as nobody would write them.
#![allow(clippy::unwrap_used, clippy::disallowed_methods)]

use proptest::prelude::*;

use super::*;

/// What the index of a folder says; the files are (name, content).
fn of(files: &[(&str, &[u8])]) -> Option<Expected> {
    expected(files.iter().map(|(name, _)| *name), |wanted| {
        files.iter().find(|(name, _)| *name == wanted).map(|(_, bytes)| bytes.to_vec())
    })
}

fn fields(expected: &Expected, document: usize) -> Vec<(&str, &str)> {
    expected.documents[document].fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect()
}

/// The example of the guide, page 4-72: three documents with three fields, of which the second is empty.
#[test]
fn kodak_with_a_folder_for_each_document() {
    let index = b"\"I05u\";\"01\";\"0000000001\";\"C12345\";;\"12201997\"\r\n\"I05u\";\"01\";\"0000000002\";\"B23456\";;\"11171996\"\r\n";
    let expected = of(&[("INDEX.DAT", index)]).unwrap();
    assert_eq!(expected.source, Source::Kodak);
    assert_eq!(fields(&expected, 0), [("1", "C12345"), ("2", ""), ("3", "12201997")]);
    let first = ["00000001/00000001.TIF", "00000001/00000002.TIF"];
    assert_eq!(expected.missing(first), 1);
    assert_eq!(expected.missing(first.into_iter().chain(["00000002/00000001.JPG"])), 0);
}

#[test]
fn kodak_with_images_by_number() {
    let index = "\"I02r\";\"01\";\"0000000001\";\" 0000000001\";\" 0000000004\";\"M\u{fc}ller \"\"Bau\"\"\";\"x;y\"";
    // As the scanner's Windows writes it.
    let bytes: Vec<u8> = index.chars().map(|c| c as u8).collect();
    let expected = of(&[("index.dat", &bytes)]).unwrap();
    assert_eq!(fields(&expected, 0), [("1", "Müller \"Bau\""), ("2", "x;y")]);
    assert_eq!(expected.missing(["00000001.TIF", "00000002.TIF", "00000003.TIF", "INDEX.DAT"]), 1);
    assert_eq!(expected.missing(["00000001.TIF", "00000002.JPG", "00000003.TIF", "4.TIF"]), 0);
    assert_eq!(expected.missing(["00000001/00000001.TIF"]), 4, "they lie in the folder itself");
}

#[test]
fn kodak_with_one_file_for_each_document() {
    let index =
        b"\"I04t\";\"01\";\"0000000001\";\"0000000004\";\"C\"\n\"I04t\";\"01\";\"0000000002\";\"0000000002\";\"D\"\n";
    let expected = of(&[("INDEX.DAT", index)]).unwrap();
    assert_eq!(expected.missing(["00000001.TIF"]), 1);
    assert_eq!(expected.missing(["00000001.TIF", "00000002.TIF"]), 0);
}

/// The example of the help page.
#[test]
fn kofax_lines() {
    let index = b"\"Medical Forms\",\"Plan Num\",\"JM3891\",\"Name\",\"Lee\",\"x:\\reldocs\\5.tif\"\r\n\"Medical Forms\",\"Plan Num\",\"PB7930\",\"Name\",\"Smith, \"Bob\"\",\"x:\\reldocs\\6.TIF\"\r\n";
    let expected = of(&[("5.tif", b""), ("index.txt", index)]).unwrap();
    assert_eq!((expected.source, expected.documents.len()), (Source::Kofax, 2));
    assert_eq!(fields(&expected, 0), [("Plan Num", "JM3891"), ("Name", "Lee")]);
    assert_eq!(fields(&expected, 1)[1], ("Name", "Smith, \"Bob\""));
    assert_eq!(expected.missing(["5.tif"]), 1);
    assert_eq!(expected.missing(["5.TIF", "6.tif"]), 0);
}

#[test]
fn names_that_crosscap_and_schleupen_mention() {
    let idx = "Stapel;4711\nAZ-2024-1;Antrag;D:\\export\\4711_0001.pdf\nAZ-2024-1;Bescheid v. 1.2.tif;4711_0002.PDF\n";
    let expected = of(&[("../4711.idx", idx.as_bytes())]).unwrap();
    assert_eq!((expected.source, expected.missing(["4711_0001.pdf"])), (Source::Crosscap, 2));
    let xml = "<?xml version=\"1.0\"?>\n<stapel><datei name=\"a &amp; b.tif\"/><datei>d'Or.tif</datei><datei name='c.tif' /></stapel>";
    let expected = of(&[("x.meta.xml", xml.as_bytes())]).unwrap();
    assert_eq!(
        (expected.source, expected.missing(["A & B.tif"]), expected.missing(["a & b.tif", "c.TIF", "D'or.tif"])),
        (Source::Schleupen, 2, 0)
    );
    assert_eq!(of(&[("x.idx", b"Stapel;4711\n")]), None, "nothing is mentioned");
}

#[test]
fn what_is_no_index_says_nothing() {
    for (name, content) in [
        ("INDEX.DAT", "\"I05u\";\"01\";\"0000000001\";\"torn"),
        ("INDEX.DAT", "\"I05u\";\"02\";\"0000000001\""),
        ("INDEX.DAT", "\"I99x\";\"01\";\"0000000001\""),
        ("INDEX.DAT", "\"I02r\";\"01\";\"0000000001\";\"0000000001\";\"9999999999\""),
        ("INDEX.DAT", ""),
        ("notes.txt", "Bitte zuerst 5.tif lesen"),
        ("notes.txt", "\"class\",\"field\",\"5.tif\""),
        ("notes.txt", "\"class\",\"field\",\"value\",\"5.exe\""),
        ("sub/INDEX.DAT", "\"I05u\";\"01\";\"0000000001\""),
        ("scan.tif", "\"I05u\";\"01\";\"0000000001\""),
    ] {
        assert_eq!(of(&[(name, content.as_bytes())]), None, "{name}: {content}");
    }
    let (notes, index) =
        (("a.txt", b"no lines of Kofax".as_slice()), ("INDEX.DAT", b"\"I05u\";\"01\";\"1\"".as_slice()));
    assert!(of(&[notes, index]).is_some(), "another file does not hide it");
}

#[test]
fn an_index_is_found_in_its_folder_and_beside() {
    let dir = tempfile::tempdir().unwrap();
    let batch = dir.path().join("BATCH001");
    fs::create_dir_all(batch.join("00000001")).unwrap();
    fs::write(batch.join("00000001/00000001.TIF"), "x").unwrap();
    fs::write(batch.join("00000001/Thumbs.db"), "x").unwrap();
    assert_eq!(expected_in(&batch).unwrap(), (vec!["00000001/00000001.TIF".to_owned()], None));
    fs::write(dir.path().join("BATCH001.idx"), "1;00000001.TIF;00000002.TIF").unwrap();
    let (names, beside) = expected_in(&batch).unwrap();
    assert_eq!(beside.unwrap().missing(names.iter().map(String::as_str)), 1);
    fs::write(batch.join("INDEX.DAT"), "\"I05u\";\"01\";\"0000000001\";\"M\u{fc}ller\"\r\n").unwrap();
    let (names, inside) = expected_in(&batch).unwrap();
    let inside = inside.unwrap();
    assert_eq!((inside.source, inside.missing(names.iter().map(String::as_str))), (Source::Kodak, 0));
    assert_eq!(fields(&inside, 0), [("1", "Müller")]);
    assert!(expected_in(&dir.path().join("gone")).is_err());
}

fn names() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec!["INDEX.DAT", "a.txt", "a.csv", "a.idx", "../a.meta.xml"])
}

proptest! {
    #[test]
    fn no_bytes_make_it_panic(name in names(), bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = of(&[(name, &bytes)]);
    }

    /// Bytes that come near to what is read.
    #[test]
    fn no_near_index_makes_it_panic(name in names(), text in "(\"I0[245][rtu]\";\"01\"|[\";,a1\n]|\"[0-9]{0,21}\"|\\.tif){0,20}") {
        if let Some(expected) = of(&[(name, text.as_bytes())]) {
            let wanted: BTreeSet<_> = expected.scans().collect();
            prop_assert!(!wanted.is_empty() && wanted.len() <= MAX_WANTED);
            prop_assert_eq!(expected.missing([]), wanted.len());
        }
    }

    /// Whatever was typed in at the scanner comes out again.
    #[test]
    fn kodak_fields_come_back(values in prop::collection::vec("[^\r\n\u{0}\u{1a}\u{85}\u{2028}\u{2029}]{0,20}", 1..5)) {
        let quoted: Vec<String> = values.iter().map(|value| format!("\"{}\"", value.replace('"', "\"\""))).collect();
        let line = format!("\"I05u\";\"01\";\"0000000007\";{}\r\n", quoted.join(";"));
        let expected = of(&[("INDEX.DAT", line.as_bytes())]).unwrap();
        let read: Vec<&str> = fields(&expected, 0).into_iter().map(|(_, value)| value).collect();
        prop_assert_eq!(read, values.iter().map(String::as_str).collect::<Vec<_>>());
    }
}
