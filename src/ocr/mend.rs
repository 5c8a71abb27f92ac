//! Characters that the engines read wrongly by rule, put right: pure functions on the words of a line.
//!
//! Only what cannot stand on German paper is changed. Names keep every letter of every Latin alphabet.

use unicode_normalization::UnicodeNormalization;

use crate::model::Word;

/// Puts the words of a line right; words that were no more than a table's rule are dropped.
pub(super) fn line(words: &mut Vec<Word>) {
    for word in words.iter_mut() {
        word.text = mended(&word.text);
    }
    words.retain(|word| !word.text.is_empty());
    let mut texts: Vec<&mut String> = words.iter_mut().map(|word| &mut word.text).collect();
    separators(&mut texts);
    quotes(&mut texts);
}

/// A word as it was written, from how it was read; empty if it was no word.
fn mended(text: &str) -> String {
    let chars: Vec<char> = text.nfc().collect();
    let chars = opening_quote(&without_rules(&chars));
    let chars = capital_i(&l_in_words(&digits(&chars)));
    chars.iter().map(|&c| written(c)).collect::<String>().nfc().collect()
}

/// What stands for a character in today's German text.
fn written(c: char) -> String {
    match c {
        'ﬁ' => "fi".into(),
        'ﬂ' => "fl".into(),
        'ſ' => "s".into(),
        // The empty set for the diameter and average sign.
        '∅' => "Ø".into(),
        c => c.into(),
    }
}

/// Vertical bars at a word's ends are rules of a table or form.
fn without_rules(chars: &[char]) -> Vec<char> {
    let first = chars.iter().position(|&c| c != '|');
    let last = chars.iter().rposition(|&c| c != '|');
    first.zip(last).map_or_else(Vec::new, |(first, last)| chars[first..=last].to_vec())
}

/// The low quotes are missing from the alphabet: „ comes out as one or two commas before a word, also after brackets.
fn opening_quote(chars: &[char]) -> Vec<char> {
    let brackets = chars.iter().take_while(|c| matches!(c, '(' | '[')).count();
    let commas = chars[brackets..].iter().take_while(|&&c| c == ',').count();
    let before_text = chars.get(brackets + commas).is_some_and(|c| c.is_alphanumeric());
    if !before_text || !(1..=2).contains(&commas) {
        return chars.to_vec();
    }
    // A lone comma before a digit is a decimal comma whose zero was lost or left out.
    if commas == 1 && chars[brackets + 1].is_numeric() {
        return chars.to_vec();
    }
    [&chars[..brackets], &['„'], &chars[brackets + commas..]].concat()
}

/// In numbers: `I`, `l` for 1, `O`, `o` for 0; in dates also `s`, `S` for 5. A number has at least as many digits as
/// such letters and, but for signs, nothing else.
fn digits(chars: &[char]) -> Vec<char> {
    let is_sign = |c: char| matches!(c, '.' | ',' | ':' | '/' | '-' | '(' | ')');
    let count = |wanted: &dyn Fn(char) -> bool| chars.iter().filter(|&&c| wanted(c)).count();
    let (figures, signs) = (count(&|c| c.is_ascii_digit()), count(&is_sign));
    let (lookalikes, fives) = (count(&|c| "IlOo".contains(c)), count(&|c| "sS".contains(c)));
    let is_date = has_shape_of_date(chars);
    let letters = lookalikes + if is_date { fives } else { 0 };
    if letters == 0 || figures + signs + letters != chars.len() || figures < letters && !is_date {
        return chars.to_vec();
    }
    let next_to_number = |i: usize, step: isize| {
        let mut at = i.checked_add_signed(step);
        while let Some(c) = at.and_then(|at| chars.get(at)) {
            if !is_sign(*c) {
                return c.is_ascii_digit() || "IlOo".contains(*c);
            }
            at = at.and_then(|at| at.checked_add_signed(step));
        }
        false
    };
    let digit = |(i, &c): (usize, &char)| match c {
        'I' => '1',
        // At the end it is litres: 0,5l.
        'l' if next_to_number(i, 1) || is_date => '1',
        'O' | 'o' if next_to_number(i, -1) || next_to_number(i, 1) => '0',
        's' | 'S' if is_date => '5',
        c => c,
    };
    chars.iter().enumerate().map(digit).collect()
}

/// `dd.dd.dddd`, also with a sign after it, where every `d` is a digit or a letter that looks like one.
fn has_shape_of_date(chars: &[char]) -> bool {
    const SHAPE: &str = "dd.dd.dddd";
    let fits = |(c, shape): (&char, char)| match shape {
        'd' => c.is_ascii_digit() || "IlOosS".contains(*c),
        shape => *c == shape,
    };
    let figures = chars.iter().filter(|c| c.is_ascii_digit()).count();
    figures >= 3
        && chars.len() >= SHAPE.len()
        && chars.len() <= SHAPE.len() + 1
        && chars.iter().zip(SHAPE.chars()).all(fits)
}

/// `1` between small letters is `l`; so it is before a hyphen that follows small letters (`Bestel1-Nr`).
fn l_in_words(chars: &[char]) -> Vec<char> {
    let mut mended = chars.to_vec();
    for i in 0..chars.len() {
        let ones = chars[i..].iter().take_while(|&&c| c == '1').count();
        let after_small = i.checked_sub(1).is_some_and(|before| mended[before].is_lowercase());
        let rest = &chars[i + ones..];
        let goes_on = match rest {
            [c, ..] if c.is_lowercase() => true,
            ['-', c, ..] => c.is_alphabetic(),
            _ => false,
        };
        if (1..=2).contains(&ones) && after_small && goes_on {
            mended[i..i + ones].fill('l');
        }
    }
    mended
}

/// `l` at the beginning of a part of a word and before two capitals is `I`: `lBAN`, `USt-lDNr`.
fn capital_i(chars: &[char]) -> Vec<char> {
    let begins = |i: usize| i.checked_sub(1).is_none_or(|before| !chars[before].is_alphanumeric());
    let capital = |i: usize| chars.get(i).is_some_and(|c| c.is_uppercase());
    let letter =
        |(i, &c): (usize, &char)| if c == 'l' && begins(i) && capital(i + 1) && capital(i + 2) { 'I' } else { c };
    chars.iter().enumerate().map(letter).collect()
}

/// A full stop alone between two words is the middle dot of an address line.
fn separators(texts: &mut [&mut String]) {
    let last = texts.len().saturating_sub(1);
    for text in texts.iter_mut().take(last).skip(1) {
        if *text == "." {
            **text = "·".into();
        }
    }
}

/// Pairs quotes the German way: after „ the next upper quote closes, whichever way it was read.
fn quotes(texts: &mut [&mut String]) {
    let mut open = false;
    for text in texts {
        if !text.contains(['„', '"', '”', '“']) {
            continue;
        }
        let mut mended = String::with_capacity(text.len());
        for c in text.chars() {
            match c {
                '„' => open = true,
                // Two signs for one closing quote.
                '"' | '”' | '“' if mended.ends_with('“') => continue,
                '"' | '”' | '“' if open => {
                    open = false;
                    mended.push('“');
                    continue;
                }
                _ => {}
            }
            mended.push(c);
        }
        **text = mended;
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::model::Quad;

    fn mend(text: &str) -> String {
        let word = |text: &str| Word { text: text.into(), quad: Quad::default(), confidence: 1.0 };
        let mut words: Vec<Word> = text.split(' ').map(word).collect();
        line(&mut words);
        words.iter().map(|word| word.text.as_str()).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn what_is_read_wrongly_by_rule_is_put_right() {
        let cases = [
            // quotes
            (",,Zukunft Raum\"", "„Zukunft Raum“"),
            ("(,Riester-Rente\")", "(„Riester-Rente“)"),
            ("„Erfolg\"“ hat", "„Erfolg“ hat"),
            // numbers
            ("120I EUR", "1201 EUR"),
            ("IIo.04I,78", "110.041,78"),
            ("I3.os.2005", "13.05.2005"),
            ("12O,5O", "120,50"),
            ("2o2l/7", "2021/7"),
            // words
            ("lBAN", "IBAN"),
            ("USt-lDNr.", "USt-IDNr."),
            ("Beste11ungen", "Bestellungen"),
            ("Bestel1-Nr", "Bestell-Nr"),
            // signs
            ("Amt . Markt 1", "Amt · Markt 1"),
            ("ja |nein |", "ja nein"),
            ("∅ 22", "Ø 22"),
            ("ﬁnden", "finden"),
            ("u\u{308}ber", "über"),
        ];
        for (read, written) in cases {
            assert_eq!(mend(read), written, "{read}");
        }
    }

    #[test]
    fn what_can_stand_on_paper_is_left_alone() {
        let right = [
            "Yılmaz",
            "0,5l",
            "II.",
            "III",
            "Anlage1",
            "a1",
            "Io",
            ",5",
            "1.",
            "Öl",
            "lII",
            "§ 1a",
            "Az. 12-SoS",
            "\"Zitat\"",
            "Müller, Maier",
            "...",
            "So",
            "1,0l Wasser",
            "12:00",
            "ISO 9001",
            "z.B.",
        ];
        for text in right {
            assert_eq!(mend(text), if text == "lII" { "III" } else { text }, "{text}");
        }
    }

    proptest! {
        #[test]
        fn mending_twice_changes_nothing_more(text in "[a-zA-Z0-9.,|„“\"'lIoO1 -]{0,24}") {
            let once = mend(&text);
            prop_assert_eq!(mend(&once), once);
        }

        #[test]
        fn plain_words_are_never_changed(text in "[A-ZÄÖÜ]?[a-zäöüßéèçıłş]{2,20}") {
            prop_assert_eq!(mend(&text), text);
        }

        #[test]
        fn plain_numbers_are_never_changed(text in "[0-9]{1,3}(\\.[0-9]{3}){0,2}(,[0-9]{2})?") {
            prop_assert_eq!(mend(&text), text);
        }
    }
}
