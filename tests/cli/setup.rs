//! Opening a ledger, keys, officers, and how the ledger is found.

use super::Place;

#[test]
fn init_says_what_it_made_and_what_comes_next() {
    let place = Place::new();
    place.prints(
        "init pudong --name 浦东 --origin example.org/pudong --officer li",
        "
Opened the ledger 浦东 in pudong.
  ledger id   ID
  genesis     HASH
  officer     li, key HASH
  log key     VKEY
              give it to whoever will verify this ledger: earmark verify --log-key …
  home        DIR/user
              back it up: without the keys in it nothing more can be recorded

Next:
  cd pudong
  earmark fund establish CODE --name NAME --kind special --purpose TAG
  earmark allocate CODE YEAR AMOUNT
",
    );
    for name in [
        "user/keys/officers/li.pem",
        "user/known-logs",
        "pudong/ledger.toml",
        "pudong/log/checkpoint",
    ] {
        assert!(place.path(name).is_file(), "{name}");
    }
    // The second ledger takes the only officer there is.
    place.ok("init xuhui --name 徐汇 --origin example.org/xuhui");
}

#[test]
fn init_refuses_before_it_makes_anything() {
    let place = Place::with_fund();
    std::fs::create_dir(place.path("full")).unwrap();
    place.write("full/file", "");
    for (line, status, code) in [
        ("init new --name N --origin example.org/pudong", 2, "origin_has_key"),
        ("init pudong --name N --origin example.org/new", 2, "ledger_exists"),
        ("init full --name N --origin example.org/new", 2, "folder_not_empty"),
        ("init new --name N --origin https://example.org/new", 2, "origin_malformed"),
        ("init new --name N --origin example.org/new --currency XYZ", 2, "currency_unknown"),
        ("init new --name N --origin example.org/new --on 2002-07-01", 1, "date_in_future"),
        ("init new --name '' --origin example.org/new", 1, "text_empty"),
        ("init . --name N --origin example.org/new", 2, "home_in_ledger"),
        ("init new --name N --origin example.org/new --officer ../li", 2, "key_name"),
    ] {
        let ran = place.run(line);
        let found = ran.err.split(':').next().unwrap_or_default();
        assert_eq!((found, ran.status), (code, status), "earmark {line}\n{}", ran.err);
    }
    place.ok("init new --name N --origin example.org/new --dry-run");
    assert!(!place.path("new").exists());
    assert_eq!(std::fs::read_dir(place.path("user/keys/log")).unwrap().count(), 1);
    place.refuses(
        "init new --name N --origin example.org/pudong",
        2,
        "
origin_has_key: the origin example.org/pudong has a log key already, at DIR/user/keys/log/HASH.pem: an origin names one log for ever
  next: choose another --origin; only if an init of release 0.1.0 failed before it printed a ledger id, move that key away and run it again
",
    );
}

#[test]
fn a_ledger_is_opened_by_an_officer() {
    let place = Place::new();
    place.refuses(
        "init pudong --name N --origin example.org/pudong",
        2,
        "
officer_needed: a ledger is opened by an officer, and none is named
  next: add --officer NAME; init makes the key where it is missing
",
    );
}

#[test]
fn officers_sign_with_their_own_keys() {
    let place = Place::with_fund();
    place.ok("key new wang");
    place.refuses(
        "allocate PD-INFO 2003 1",
        2,
        "
officer_unclear: 2 officers have a key here, and none is named
  next: add --officer NAME, one of: li, wang
",
    );
    place.refuses(
        "allocate PD-INFO 2003 1 --officer wang",
        1,
        "
unknown_officer: wang is no officer of this ledger: the key HASH is not enrolled
  next: sign with --officer of an enrolled one (earmark officer list), or have one run: earmark officer enroll wang --role maker
",
    );
    place.refuses(
        "allocate PD-INFO 2003 1 --officer zhao",
        2,
        "
no_key: no key of officer zhao at DIR/user/keys/officers/zhao.pem
  next: name one of: li, wang; or make it: earmark key new zhao
",
    );
    place.prints(
        "officer enroll wang --role maker --role approver --limit 50万 --officer li",
        "
Recorded @4: officer wang as maker, approver, dated 2002-06-30.
  published; the ledger has 5 entries
",
    );
    place.ok("allocation supplement PD-INFO 2002 1 --officer wang");
    let list = place.value("officer list");
    assert_eq!(list["rows"][1]["officer"], "wang");
    assert_eq!(list["rows"][1]["limit"], "500000.00");
}

#[test]
fn an_officer_of_another_machine_is_enrolled_by_request() {
    let place = Place::with_fund();
    let id = place.value("stats")["stats"]["ledger"].as_str().unwrap().to_owned();
    let elsewhere = |line: &str| {
        let mut command = place.command(line);
        command.env("EARMARK_HOME", place.path("elsewhere"));
        place.ran(&mut command)
    };
    assert_eq!(elsewhere("key new zhao").status, 0);
    let request = format!("key request zhao --ledger-id {id} -o zhao.request");
    assert_eq!(elsewhere(&request).status, 0);
    place.ok("officer enroll zhao --key zhao.request --role auditor");
    let text = std::fs::read_to_string(place.path("zhao.request")).unwrap();
    let cases = [
        (text.replace("name zhao", "name chen"), "it is for the name chen, not zhao"),
        (text.replace(&id, "018f4d2e-6b5a-4c00-8000-000000000000"), "it is for ledger ID, not ID"),
        (text.replace("proof ", "prof "), "the line `proof …` is missing"),
        (text.replace("-v1", "-v2"), "its first line is not `earmark-enrol-request-v1`"),
        (forged(&text), "its proof does not verify under its key"),
    ];
    for (text, why) in cases {
        place.write("bad.request", &text);
        let ran = place.run("officer enroll zhao --key bad.request --role auditor");
        let first =
            format!("request_malformed: bad.request is no request to be enrolled here: {why}");
        assert_eq!((ran.err.lines().next().unwrap(), ran.status), (first.as_str(), 2));
    }
}

/// The same request with another digit in its proof.
fn forged(text: &str) -> String {
    let at = text.find("proof ").unwrap() + 6;
    let other = if text.as_bytes()[at] == b'0' { "1" } else { "0" };
    format!("{}{other}{}", &text[..at], &text[at + 1..])
}

#[test]
fn the_ledger_is_found_by_flag_variable_or_folder() {
    let place = Place::with_fund();
    let without = |line: &str, folder: &str| {
        let mut command = place.command(line);
        command.env_remove("EARMARK_LEDGER").current_dir(place.path(folder));
        place.ran(&mut command)
    };
    assert_eq!(without("balance", "pudong").status, 0);
    assert_eq!(without("balance", "pudong/log/tile").status, 0);
    assert_eq!(without("balance --ledger pudong", "").status, 0);
    let ran = without("balance", "");
    assert_eq!(ran.status, 2);
    assert_eq!(
        ran.err,
        "no_ledger: no ledger.toml in DIR or around it\n  next: go into a ledger's folder, name it \
         with --ledger DIR or EARMARK_LEDGER, or make one: earmark init DIR\n"
    );
    let ran = without("balance --ledger nowhere", "");
    assert_eq!(ran.status, 2);
    assert!(
        ran.err.starts_with("no_ledger: no ledger in DIR/nowhere: it has no ledger.toml"),
        "{}",
        ran.err
    );
    // A flag wins over the variable.
    assert_eq!(place.run("balance --ledger nowhere").status, 2);
}
