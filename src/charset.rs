//! Text that other programs wrote (index files, lists): UTF-8, UTF-16 with its mark, or else the Windows code page of
//! western Europe, which is Latin-1 with signs where that has control characters.

/// What Windows-1252 has where Latin-1 has control characters, 0x80 to 0x9f; five places have nothing.
/// Source: the Unicode Consortium's table `CP1252.TXT`.
const WINDOWS_1252: [char; 32] = [
    '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8d}', 'Ž', '\u{8f}', '\u{90}', '‘', '’',
    '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{9d}', 'ž', 'Ÿ',
];

/// Bytes as text. Every sequence of bytes is one.
pub(crate) fn decode(bytes: &[u8]) -> String {
    let wide = |bytes: &[u8], unit: fn([u8; 2]) -> u16| {
        let units = bytes.as_chunks::<2>().0.iter().map(|&pair| unit(pair));
        char::decode_utf16(units).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)).collect()
    };
    match bytes {
        [0xff, 0xfe, rest @ ..] => wide(rest, u16::from_le_bytes),
        [0xfe, 0xff, rest @ ..] => wide(rest, u16::from_be_bytes),
        [0xef, 0xbb, 0xbf, rest @ ..] => narrow(rest),
        bytes => narrow(bytes),
    }
}

/// A part of a text that has no mark: UTF-8 or Windows-1252. Every sequence of bytes is one.
pub(crate) fn narrow(bytes: &[u8]) -> String {
    let letter = |&byte: &u8| match byte {
        0x80..=0x9f => WINDOWS_1252.get(usize::from(byte - 0x80)).copied().unwrap_or(char::REPLACEMENT_CHARACTER),
        byte => char::from(byte),
    };
    std::str::from_utf8(bytes).map_or_else(|_| bytes.iter().map(letter).collect(), str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn code_pages_of_the_trade_are_text() {
        let wide: Vec<u8> = [0xff, 0xfe].into_iter().chain("Müß €".encode_utf16().flat_map(u16::to_le_bytes)).collect();
        for bytes in [b"M\xfc\xdf \x80".as_slice(), "Müß €".as_bytes(), "\u{feff}Müß €".as_bytes(), &wide] {
            assert_eq!(decode(bytes), "Müß €", "{bytes:?}");
        }
    }
}
