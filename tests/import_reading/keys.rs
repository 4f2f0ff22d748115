//! The row keys of files that are well formed are what release 0.1.0 made of them, for ever: a ledger
//! that was fed by it knows its rows again. Values are append-only.

use crate::data;
use crate::taking::mapping;
use earmark::chain::hash;
use earmark::import::reader::{FileFormat, Row, RowReader};
use earmark::import::rowkey::RowMemory;

/// The number of rows, and one digest over their keys in the file's order.
fn digest(bytes: &[u8], format: &FileFormat) -> (u64, String) {
    let mut reader = RowReader::open(bytes, format).unwrap();
    let (mut row, mut memory, mut keys) = (Row::default(), RowMemory::default(), Vec::new());
    while reader.read(&mut row).unwrap() {
        keys.extend(memory.next(&row));
    }
    (row.number, hash::to_hex(&hash::plain(&keys).0[..16]))
}

#[test]
fn row_keys_of_the_three_data_sets_are_those_of_the_first_release() {
    for (file, map, rows, expected) in [
        (
            "chicago_menu/AllMenu2012-2023.csv.gz",
            "chicago_menu.toml",
            28_108,
            "d7c64e8a01aa0cb10642ad24e325fd86",
        ),
        (
            "nl_cofinancing/StructuralFundsNL2007NOW.csv",
            "nl_cofinancing.toml",
            1_808,
            "2e504c93e437a40c1419ec8421227b57",
        ),
        (
            "tw_budget_2019/proposed.csv",
            "tw_proposed.toml",
            1_177,
            "2548b8317a86d2ba3597046fed0b17a5",
        ),
        (
            "tw_budget_2019/enacted.csv",
            "tw_enacted.toml",
            1_177,
            "d87e4a159befff57ec4ec32873fac3e2",
        ),
    ] {
        let Some(bytes) = data(file) else { return };
        let found = digest(&bytes, &mapping(map).format);
        assert_eq!(found, (rows, expected.to_owned()), "{file}");
    }
}

#[test]
fn row_keys_of_well_formed_rows_are_those_of_the_first_release() {
    // `|` stands for the delimiter; the digest is of cells, so it is the same for each of them.
    let text = "\u{feff}\"a;b\"|\"c\n1\"\r\n x |\"y,\"\"z\"\"\"|\r\n||\n\n\"\"|'=1|é\u{301}浦\n\"l\r\n2\"|\" \t\"|end\n x |\"y,\"\"z\"\"\"|\n||\na|b\nlast|\"\"\"\"|\"\"";
    for (delimiter, label, header, expected) in [
        (",", "utf-8", 1, "629382fb2a47f8fd0d11e1297df07a6b"),
        (";", "utf-8", 1, "629382fb2a47f8fd0d11e1297df07a6b"),
        ("\t", "utf-8", 1, "629382fb2a47f8fd0d11e1297df07a6b"),
        (",", "gb18030", 0, "c081a6e144a9d836b4bd92a06656b231"),
        (",", "utf-16le", 3, "81fba8cb1b4b0bee54240e7a0f4cd8e2"),
    ] {
        let text = text.replace('|', delimiter);
        let bytes = match label {
            "utf-16le" => text.encode_utf16().flat_map(u16::to_le_bytes).collect(),
            "gb18030" => encoding_rs::GB18030.encode(&text).0.into_owned(),
            _ => text.as_bytes().to_vec(),
        };
        let format = FileFormat::new(label, delimiter, header).unwrap();
        let (_, found) = digest(&bytes, &format);
        assert_eq!(found, expected, "{delimiter:?} {label} {header}");
    }
}
