//! Files in other encodings than UTF-8: places and hashes are those of the file, cells those of the text.

use encoding_rs::Encoding;

use highwater::base::digest::sha256;
use highwater::intake::{Stated, record_in_source};

use crate::support::{Bench, cell};

/// Encodings, and letters that they write in one, two or four bytes; some of these bytes are ASCII ones.
const ENCODINGS: [(&str, &str); 12] = [
    ("UTF-8", "Zoë 日本 🦀"),
    ("windows-1252", "Zoë é"),
    ("windows-1251", "Зоя"),
    ("iso-8859-2", "Ząb"),
    ("macintosh", "Zoë"),
    ("Shift_JIS", "表ソ ﾊ 日本"),
    ("EUC-JP", "表日本"),
    ("Big5", "功許蓋"),
    ("GBK", "鎈張丂"),
    ("gb18030", "鎈ë€𠀀"),
    ("EUC-KR", "한국"),
    ("UTF-16LE", "Zoë 日本 🦀"),
];

/// A file with every kind of reject, in an encoding.
fn written(label: &str, letters: &str) -> Vec<u8> {
    let text = format!(
        "user_id,account_id,name,created_at\r\n1,a,{letters},2016-01-01\r\n2,{letters}\r\n\
         3,a,\"{letters},\r\n{letters}\",{letters}\r\n4,,{letters},\r\n5,a,\"{letters}\n6,b,x,\r\n7,b,{letters},"
    );
    if label == "UTF-16LE" {
        return std::iter::once(0xfeff).chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect();
    }
    let (bytes, _, has_failed) = Encoding::for_label(label.as_bytes()).unwrap().encode(&text);
    assert!(!has_failed, "{label} writes {letters}");
    bytes.into_owned()
}

#[test]
fn places_and_hashes_are_those_of_the_file_in_every_encoding() {
    for (label, letters) in ENCODINGS {
        let bench = Bench::new();
        let bytes = written(label, letters);
        let encoding = Encoding::for_label(label.as_bytes());
        let stated =
            Stated { encoding: encoding.filter(|e| *e != encoding_rs::UTF_16LE), ..Stated::default() };
        let (source, rows) = bench.one("users.csv", &bytes, stated);
        assert_eq!(
            (source.read, source.rejected, source.sha256.as_str()),
            (7, 3, sha256(&bytes).as_str()),
            "{label}"
        );
        let names: Vec<&str> = rows.iter().map(|row| cell(row, "name")).collect();
        assert_eq!(names, [letters, format!("{letters},\r\n{letters}").as_str(), "x", letters], "{label}");
        let rejects = bench.rejects(&source);
        let reasons: Vec<&str> = rejects.iter().map(|reject| cell(reject, "reason")).collect();
        assert_eq!(reasons, ["FIELD_COUNT", "NOT_AN_INSTANT", "REQUIRED_MISSING", "QUOTE_OPEN"], "{label}");
        for reject in rejects {
            let place = |column: &str| cell(&reject, column).parse::<usize>().unwrap();
            let (start, end) = (place("byte_start"), place("byte_end"));
            assert_eq!(sha256(&bytes[start..end]), cell(&reject, "sha256"), "{label} {reject:?}");
        }
        let path = bench.exports().join("users.csv");
        for number in 1..=source.read {
            let record = record_in_source(&path, &source, number).unwrap();
            let at = usize::try_from(record.start).unwrap()..usize::try_from(record.end).unwrap();
            assert_eq!(record.bytes, bytes[at], "{label} {number}");
            let text = encoding.unwrap().decode_without_bom_handling(&record.bytes).0.into_owned();
            assert!(text.starts_with(&format!("{number},")), "{label}: {text}");
        }
    }
}

/// Halves of characters, and half a unit at the end: what is no text is rejected at its own place.
#[test]
fn utf_16_that_is_no_text_is_rejected_at_its_own_place() {
    let mut units: Vec<u16> = "\u{feff}user_id,account_id,name\n1,a,".encode_utf16().collect();
    units.extend([0xd83e, u16::from(b'x'), u16::from(b'\n')]);
    units.extend("2,a,\u{1f980}\n3,a,".encode_utf16());
    units.extend([0xdd80, 0xd83e, u16::from(b'\n')]);
    units.extend("4,a,y".encode_utf16());
    let mut bytes: Vec<u8> = units.into_iter().flat_map(u16::to_be_bytes).collect();
    bytes.push(b'\n');
    let bench = Bench::new();
    let (source, rows) = bench.one("users.csv", &bytes, Stated::default());
    assert_eq!(rows.iter().map(|row| cell(row, "name")).collect::<Vec<_>>(), ["\u{1f980}"]);
    let rejects = bench.rejects(&source);
    assert_eq!(rejects.iter().map(|r| cell(r, "reason")).collect::<Vec<_>>(), ["NOT_TEXT"; 3]);
    for reject in rejects {
        let place = |column: &str| cell(&reject, column).parse::<usize>().unwrap();
        assert_eq!(
            sha256(&bytes[place("byte_start")..place("byte_end")]),
            cell(&reject, "sha256"),
            "{reject:?}"
        );
    }
}

#[test]
fn chunks_cut_characters_and_units_anywhere_without_harm() {
    let lines: String = (0..200_000).map(|n| format!("{n},a,\"Zoë\n日本 🦀 {}\"\r\n", n % 7)).collect();
    let text = format!("\u{feff}user_id,account_id,name\r\n{lines}ragged\n");
    let bytes: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let bench = Bench::new();
    let (source, rows) = bench.one("users.csv", &bytes, Stated::default());
    assert_eq!((source.stored, source.rejected), (200_000, 1));
    assert!(source.chunks.len() > 2);
    assert_eq!(cell(&rows[199_999], "name"), format!("Zoë\n日本 🦀 {}", 199_999 % 7));
    let path = bench.exports().join("users.csv");
    for number in [1, 70_000, 133_333, 200_000] {
        let record = record_in_source(&path, &source, number).unwrap();
        let at = usize::try_from(record.start).unwrap()..usize::try_from(record.end).unwrap();
        assert_eq!(record.bytes, bytes[at]);
        let text = encoding_rs::UTF_16LE.decode_without_bom_handling(&record.bytes).0.into_owned();
        assert!(text.starts_with(&format!("{},a,\"Zoë", number - 1)), "{text}");
    }
}

#[test]
fn a_separator_that_can_be_half_a_character_does_not_separate() {
    // In Shift_JIS the second byte of this letter is that of `|`.
    let letter = "ポ";
    let (bytes, _, _) = encoding_rs::SHIFT_JIS.encode(letter);
    assert_eq!(bytes[1], b'|');
    let (text, _, _) = encoding_rs::SHIFT_JIS.encode("account_id,ポ\na,ポ\n");
    let stated = Stated { encoding: Some(encoding_rs::SHIFT_JIS), ..Stated::default() };
    let (source, _) = Bench::new().one("accounts.csv", &text, stated);
    assert_eq!((source.reading.delimiter.as_str(), source.unknown_columns), (",", vec![letter.to_owned()]));
}

#[test]
fn an_encoding_with_states_is_refused_with_what_would_settle_it() {
    let bench = Bench::new();
    let path = bench.file("users.csv", "user_id,account_id\n1,a\n");
    let stated = Stated { encoding: Some(encoding_rs::ISO_2022_JP), ..Stated::default() };
    let told = bench.ingest_with(&[path], stated, 1).unwrap_err().to_string();
    assert!(told.contains("ISO-2022-JP") && told.contains("UTF-8"), "{told}");
}
