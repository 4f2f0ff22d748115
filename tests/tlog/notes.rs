//! Go's `golang.org/x/mod/sumdb/note`: the same keys, notes and checkpoints, and nothing changed is
//! taken by either.

use super::go::{Go, hex};
use earmark::chain::signature::SeedSigner;
use earmark::tlog::Signer as _;
use earmark::tlog::checkpoint::Checkpoint;
use earmark::tlog::note::{self, Note, VerifierKey};
use earmark::tlog::tree::sha256;

const NAMES: [&str; 4] = ["ledger.pudong.example/info", "a", "浦东.example/资金", "x/y@z:1,2=3"];

/// A key named `name`, the seed in hex, and the signer.
fn key(name: &str, seed: u8) -> (VerifierKey, String, SeedSigner) {
    let seed = sha256(&[seed]);
    let signer = SeedSigner::new(&seed.0);
    (VerifierKey::new(name, &signer.public_key()).unwrap(), seed.to_string(), signer)
}

/// What we read in a note that this key signed.
fn ours(key: &VerifierKey, bytes: &[u8]) -> Option<String> {
    let note = Note::parse(bytes).ok()?;
    note.verify(std::slice::from_ref(key)).ok()?;
    Some(note.text().to_owned())
}

/// The text in hex that Go reads in a note, or `refused`.
fn theirs(go: &mut Go, key: &VerifierKey, bytes: &[u8]) -> String {
    go.ask(&format!("open {} {}", hex(key.to_string()), hex(bytes)))
}

#[test]
fn go_makes_the_same_keys_and_notes_and_takes_ours() {
    let Some(mut go) = Go::start() else { return };
    for (seed, name) in (0..).zip(NAMES) {
        let (key, secret, signer) = key(name, seed);
        let vkey = hex(key.to_string());
        assert_eq!(go.ask(&format!("key {} {secret}", hex(name))), vkey);
        let checkpoint = Checkpoint {
            origin: name.to_owned(),
            size: 1 << (seed * 8),
            root: sha256(name.as_bytes()),
            extensions: vec![],
        };
        for text in ["one\n", "one\n\ntwo\n\n\n", "\n", "第一行\n", &checkpoint.text()] {
            let signed = note::sign(text, name, &signer).unwrap();
            assert_eq!(go.ask(&format!("sign {vkey} {secret} {}", hex(text))), hex(&signed));
            assert_eq!(theirs(&mut go, &key, signed.as_bytes()), hex(text));
            assert_eq!(ours(&key, signed.as_bytes()).as_deref(), Some(text));
        }
        let signed = checkpoint.sign(&signer).unwrap();
        assert_eq!(theirs(&mut go, &key, signed.as_bytes()), hex(checkpoint.text()));
        assert_eq!(Checkpoint::verify(signed.as_bytes(), &key).unwrap(), checkpoint);
    }
}

#[test]
fn neither_go_nor_we_take_a_note_with_a_changed_byte() {
    let Some(mut go) = Go::start() else { return };
    let (key, _, signer) = key(NAMES[0], 7);
    let signed = note::sign("origin\n12\n\nmore\n", NAMES[0], &signer).unwrap().into_bytes();
    // The last digit of the base64 before `=` and the line feed has two bits that say nothing: Go
    // overlooks them, we do not.
    let overlooked = signed.len() - 3;
    for place in 0..signed.len() {
        for bit in 0..8 {
            let mut changed = signed.clone();
            changed[place] ^= 1 << bit;
            assert_eq!(ours(&key, &changed), None, "bit {bit} of byte {place}");
            let found = theirs(&mut go, &key, &changed);
            let is_same = place == overlooked && found == hex("origin\n12\n\nmore\n");
            assert!(is_same || found == "refused", "bit {bit} of byte {place}: {found}");
        }
        let cut = &signed[..place];
        assert_eq!((ours(&key, cut), theirs(&mut go, &key, cut).as_str()), (None, "refused"));
    }
}

#[test]
fn go_and_we_look_for_the_known_key_among_others() {
    let Some(mut go) = Go::start() else { return };
    let (first, _, signer) = key("first.example", 1);
    let (second, _, other) = key("second.example", 2);
    // Another key of the same name, and the same key under another name.
    let (strangers, text) = ([key("first.example", 3).0, key("third.example", 1).0], "text\n");
    let mut note =
        Note::parse(note::sign(text, first.name(), &signer).unwrap().as_bytes()).unwrap();
    let line = Note::parse(note::sign(text, second.name(), &other).unwrap().as_bytes()).unwrap();
    note.put(line.signatures()[0].clone());
    let both = note.to_string().into_bytes();
    for key in [&first, &second] {
        assert_eq!(theirs(&mut go, key, &both), hex(text));
        assert_eq!(ours(key, &both).as_deref(), Some(text));
    }
    for key in &strangers {
        assert_eq!(theirs(&mut go, key, &both), "refused");
        assert_eq!(ours(key, &both), None);
    }
    // A line of the second key whose signature is the first one's.
    let mut forged = note.signatures()[1].clone();
    forged.signature.clone_from(&note.signatures()[0].signature);
    note.put(forged);
    let forged = note.to_string().into_bytes();
    assert_eq!(theirs(&mut go, &second, &forged), "refused");
    assert_eq!(ours(&second, &forged), None);
    assert_eq!(theirs(&mut go, &first, &forged), hex(text));
    assert_eq!(ours(&first, &forged).as_deref(), Some(text));
}

#[test]
fn go_writes_and_reads_the_same_text_of_a_checkpoint() {
    let Some(mut go) = Go::start() else { return };
    for size in [1, 2, 255, 1_000_000, i64::MAX.unsigned_abs()] {
        let root = sha256(&size.to_be_bytes());
        // Go knows the one origin of its checksum database.
        let origin = "go.sum database tree".to_owned();
        let checkpoint = Checkpoint { origin, size, root, extensions: vec![] };
        let text = go.ask(&format!("tree-note {size} {root}"));
        assert_eq!(text, hex(checkpoint.text()));
        assert_eq!(Checkpoint::parse(&checkpoint.text()).unwrap(), checkpoint);
        assert_eq!(go.ask(&format!("read-tree-note {text}")), format!("{size} {root}"));
        let extended = Checkpoint { extensions: vec!["more".to_owned()], ..checkpoint };
        let read = go.ask(&format!("read-tree-note {}", hex(extended.text())));
        assert_eq!(read, format!("{size} {root}"));
        for bad in [
            extended.text().replacen('\n', "\n0", 1),
            extended.text().replacen('\n', "\n-", 1),
            extended.text().replacen('\n', "\n+", 1),
            extended.text().replacen(&root.to_base64(), "AAAA", 1),
        ] {
            assert_eq!(go.ask(&format!("read-tree-note {}", hex(&bad))), "refused", "{bad}");
            assert!(Checkpoint::parse(&bad).is_err(), "{bad}");
        }
    }
}
