//! What `anchor show` and `checkpoint sign` say, and what a lost or newer anchor does to a write.

use super::{Place, assert_text, copy_folder};
use std::path::{Path, PathBuf};

/// The one anchor in the user's home.
fn anchor_of(home: &Path) -> PathBuf {
    let mut anchors = std::fs::read_dir(home.join("anchors")).unwrap();
    let path = anchors.next().unwrap().unwrap().path();
    assert!(anchors.next().is_none());
    path
}

#[test]
fn the_anchor_is_shown_with_what_the_log_says_of_it() {
    let place = Place::with_fund();
    let shown = place.ok("anchor show");
    assert!(shown.starts_with("Anchor of example.org/pudong: 4 entries, root "), "{shown}");
    assert!(
        shown.ends_with("/anchors/HASH\n  the log     agrees with it at 4 entries\n"),
        "{shown}"
    );
    let told = place.value("anchor show");
    assert_eq!(
        (&told["anchor"]["standing"], &told["anchor"]["size"]),
        (&"agrees".into(), &4.into())
    );
    // The log was rolled back below it.
    copy_folder(&place.path("pudong"), &place.path("older"));
    place.ok("allocation supplement PD-INFO 2002 1万");
    std::fs::remove_dir_all(place.path("pudong")).unwrap();
    std::fs::rename(place.path("older"), place.path("pudong")).unwrap();
    let ran = place.run("anchor show");
    assert_eq!(ran.status, 3);
    assert!(
        ran.out.ends_with("the log     has only 4 entries: it was rolled back or cut\n"),
        "{}",
        ran.out
    );
    let ran = place.run("allocation supplement PD-INFO 2002 1万");
    assert_eq!((ran.status, &ran.err[..20]), (3, "shorter_than_anchor:"));
    // It is gone.
    std::fs::remove_file(anchor_of(&place.path("user"))).unwrap();
    let ran = place.run("anchor show");
    assert_eq!(ran.status, 3);
    assert!(ran.out.starts_with("Anchor of example.org/pudong: none\n"), "{}", ran.out);
    assert!(
        ran.out.contains("has 4 entries; nothing outside it says how long it was"),
        "{}",
        ran.out
    );
    let ran = place.run("allocation supplement PD-INFO 2002 1万");
    assert_eq!((ran.status, &ran.err[..15]), (3, "anchor_missing:"));
    assert!(std::fs::read_dir(place.path("user/anchors")).unwrap().next().is_none());
}

#[test]
fn a_head_is_signed_anew_only_where_it_has_to_be() {
    let place = Place::with_fund();
    let before = std::fs::read(place.path("pudong/log/checkpoint")).unwrap();
    let said = place.ok("checkpoint sign");
    assert!(said.starts_with(
        "The head of example.org/pudong is published: 4 entries.\nexample.org/pudong\n4\n"
    ));
    assert_eq!(std::fs::read(place.path("pudong/log/checkpoint")).unwrap(), before);
    // A checkpoint that was taken away is signed again: the anchor stands for it.
    std::fs::remove_file(place.path("pudong/log/checkpoint")).unwrap();
    let ran = place.run("checkpoint sign");
    assert_eq!(ran.status, 0, "{}", ran.err);
    assert_eq!(std::fs::read(place.path("pudong/log/checkpoint")).unwrap(), before);
    assert_text("verify", &place.ok("verify")[..9], "Verified:");
}

/// Rolls the ledger back to 4 entries while the anchor says 5.
fn rolled_back() -> Place {
    let place = Place::with_fund();
    copy_folder(&place.path("pudong"), &place.path("older"));
    place.ok("allocation supplement PD-INFO 2002 1万");
    std::fs::remove_dir_all(place.path("pudong")).unwrap();
    std::fs::rename(place.path("older"), place.path("pudong")).unwrap();
    place
}

#[test]
fn an_anchor_is_given_up_only_by_an_entry_and_kept_beside() {
    let place = rolled_back();
    let anchor = anchor_of(&place.path("user"));
    let old = std::fs::read(&anchor).unwrap();
    let dry = place.ok("anchor adopt pudong/log/checkpoint --dry-run");
    assert!(dry.starts_with("Would take the checkpoint at 4 entries for the anchor"), "{dry}");
    assert_eq!(std::fs::read(&anchor).unwrap(), old);
    let said = place.ok("anchor adopt pudong/log/checkpoint");
    assert!(
        said.contains("given up    the anchor at 5 entries: what was published beyond 4"),
        "{said}"
    );
    assert!(said.contains(".given-up-1\n  recorded    @4 AnchorAdopted\n"), "{said}");
    let kept = anchor.with_extension("given-up-1");
    assert_eq!(std::fs::read(kept).unwrap(), old);
    assert_eq!(place.size(), 5);
    place.ok("allocation supplement PD-INFO 2002 1万");
    assert!(place.ok("verify").starts_with("Verified: 6 entries"));
    assert_eq!(place.run("anchor show").status, 0);
    // Where ledger and anchor agree there is nothing to give up.
    let ran = place.run("anchor adopt pudong/log/checkpoint");
    assert_eq!((ran.status, &ran.err[..14]), (2, "anchor_stands:"));
}

#[test]
fn a_lost_anchor_is_adopted_from_the_checkpoint_that_somebody_kept() {
    let place = Place::with_fund();
    std::fs::copy(place.path("pudong/log/checkpoint"), place.path("kept")).unwrap();
    place.ok("allocation supplement PD-INFO 2002 1万");
    std::fs::remove_file(anchor_of(&place.path("user"))).unwrap();
    for (text, status, code) in [
        ("nothing", 3, "note_malformed:"),
        (
            "example.org/pudong\n9\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n",
            3,
            "note_malformed:",
        ),
    ] {
        place.write("other", text);
        let ran = place.run("anchor adopt other");
        assert_eq!((ran.status, &ran.err[..code.len()]), (status, code), "{}", ran.err);
    }
    assert_eq!(place.run("anchor adopt none").status, 2);
    // A checkpoint of another log, signed by another key.
    let other = Place::with_fund();
    std::fs::copy(other.path("pudong/log/checkpoint"), place.path("other")).unwrap();
    let ran = place.run("anchor adopt other");
    assert_eq!(ran.status, 3, "{}", ran.err);
    let said = place.ok("anchor adopt kept");
    assert!(said.contains("before      there was none that could be read"), "{said}");
    assert_eq!((place.size(), place.run("anchor show").status), (6, 0));
    // A checkpoint beyond the ledger is refused and nothing is recorded.
    std::fs::copy(place.path("pudong/log/checkpoint"), place.path("beyond")).unwrap();
    let place2 = rolled_back();
    let ahead = std::fs::read(anchor_of(&place2.path("user"))).unwrap();
    std::fs::write(place2.path("ahead"), ahead).unwrap();
    let ran = place2.run("anchor adopt ahead");
    assert_eq!((ran.status, &ran.err[..24]), (3, "shorter_than_checkpoint:"));
}
