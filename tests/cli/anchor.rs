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
