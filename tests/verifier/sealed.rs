//! Sealed files, opened and judged by the verifier that knows only schemas/confidential.md.

use crate::house::{House, order, payee};
use crate::{Said, log_key, run, run_bare};
use earmark::chain::confidential::{Field, Fields};
use earmark::domain::command::{Command, Order};
use earmark::domain::event::{ConfidentialErased, Filing};
use earmark::domain::ids::Text;
use earmark::ledger::{Durability, Ledger, Submission};
use std::path::PathBuf;

fn submit(house: &House, ledger: &mut Ledger, order: &Order, fields: Option<&Fields>) {
    ledger
        .submit(&Submission {
            order,
            confidential: fields,
            signer: &house.officer(),
            command_key: None,
            accept_clock: None,
            dry_run: false,
            until: Durability::Published,
        })
        .unwrap();
}

fn arguments(house: &House) -> [String; 5] {
    let ledger = house.ledger_folder();
    let path = |name: &str| ledger.join(name).to_str().unwrap().to_owned();
    let [log, confidential] = [path("log"), path("confidential")];
    [log, "--log-key".into(), log_key(house), "--confidential".into(), confidential]
}

fn judged(house: &House) -> Said {
    let arguments = arguments(house);
    run("verify.py", &arguments.each_ref().map(String::as_str))
}

/// A ledger with two payees (@2, @3) with fields of their own, and their files, @2's first.
fn two_payees() -> (House, Ledger, [PathBuf; 2]) {
    let house = House::new();
    let mut ledger = house.create();
    let files = [2, 3].map(|index: u64| {
        let mut fields = Fields::default();
        fields.set(Field::BankAccount, &format!("0000 {index}")).unwrap();
        // More than one block of the cipher.
        fields.set(Field::Contact, &"窗口一 ".repeat(90)).unwrap();
        submit(&house, &mut ledger, &payee(&format!("P-{index}")), Some(&fields));
        let event = ledger.event(index).unwrap().unwrap();
        house.ledger_folder().join("confidential").join(event.confidential.unwrap().to_string())
    });
    (house, ledger, files)
}

#[test]
fn sealed_files_are_opened_and_judged() {
    let (house, mut ledger, files) = two_payees();
    let counts = |said: &Said| {
        let json: serde_json::Value = serde_json::from_str(&said.stdout).unwrap();
        (json["sealed"].as_u64(), json["erased"].as_u64())
    };
    let said = judged(&house);
    assert_eq!((said.status, counts(&said)), (0, (Some(2), Some(0))), "{said:?}");
    assert!(!said.stdout.contains("0000"), "{said:?}");
    let arguments = arguments(&house);
    let arguments = arguments.each_ref().map(String::as_str);
    let bare = run_bare("verify.py", &arguments);
    assert_eq!((bare.status, bare.stdout), (0, said.stdout));
    let said = run("verify.py", &arguments[..3]);
    assert_eq!((said.status, counts(&said)), (0, (None, None)), "{said:?}");

    let broken = |found: &str| {
        let said = judged(&house);
        assert_eq!(said.status, 3, "{said:?}");
        assert!(said.stderr.contains("entry 3, sealed files"), "{said:?}");
        assert!(said.stderr.contains(found), "{said:?}");
    };
    let (sealed, key) = (&files[1], files[1].with_extension("key"));
    for (path, found) in [(sealed, "its key does not open"), (&key, "")] {
        let bytes = std::fs::read(path).unwrap();
        for at in [bytes.len() / 2, bytes.len() - 1] {
            let mut bad = bytes.clone();
            bad[at] ^= 1;
            std::fs::write(path, bad).unwrap();
            broken(found);
        }
        std::fs::remove_file(path).unwrap();
        broken("found");
        std::fs::write(path, bytes).unwrap();
    }
    // The files of another entry in the place of these.
    let own = [std::fs::read(sealed).unwrap(), std::fs::read(&key).unwrap()];
    std::fs::copy(&files[0], sealed).unwrap();
    std::fs::copy(files[0].with_extension("key"), &key).unwrap();
    broken("does not open");
    std::fs::write(sealed, &own[0]).unwrap();
    std::fs::write(&key, &own[1]).unwrap();

    let (legal_basis, filing) = (Text::new("request"), Filing::default());
    let erased = Command::EraseConfidential(ConfidentialErased { entry: 3, legal_basis, filing });
    submit(&house, &mut ledger, &order(erased), None);
    let said = judged(&house);
    assert_eq!((said.status, counts(&said)), (0, (Some(1), Some(1))), "{said:?}");
    std::fs::write(&key, &own[1]).unwrap();
    broken("erased by 4");
}
