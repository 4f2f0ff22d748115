//! What `verify` says, and what it never says.

use super::Place;
use super::conforms::conforms;
use serde_json::Value;

#[test]
fn a_whole_ledger_of_a_pinned_log_is_verified() {
    let place = Place::with_fund();
    place.prints(
        "verify",
        "
Verified: 4 entries in 3 commands of example.org/pudong.
  chain:       passed
  signatures:  passed
  log:         passed
  rules:       passed
  projections: no caches
  identity:    pinned on this machine
  genesis:     HASH
  head:        HASH at size 4
  read:        log
  not read:    db; wal; cache
",
    );
    assert!(place.ok("verify --store").contains("sled, 4 entries; durability log, 4 entries"));
    assert!(place.ok("verify --tier chain").contains("rules:       not asked for"));
}

#[test]
fn chain_and_log_alone_follow_keys_and_no_rules() {
    let place = Place::with_fund();
    let same = |place: &Place| {
        let [two, all] = ["verify --tier chain,log", "verify"].map(|line| place.value(line));
        for field in ["verified", "identity", "size", "root", "head", "commands", "succession"] {
            assert_eq!(two["verify"][field], all["verify"][field], "{field}");
        }
        [two, all].map(|told| told["verify"]["figures"].clone())
    };
    let [two, all] = same(&place);
    assert_eq!(two["name"], all["name"]);
    assert_eq!((&two["officers"], &two["funds"]), (&Value::Array(vec![]), &Value::Array(vec![])));
    assert_eq!(two["totals"]["allocated"], Value::Null);
    assert_ne!(all["officers"], two["officers"]);
    // Whether a log key that was brought in counts, only the rules tell: all is run.
    place.ok("key rotate-log");
    place.ok("payee register P-2 --name Hengtai");
    let [two, all] = same(&place);
    assert_eq!(two, all);
    let ran = place.run("verify --tier chain,log --resume");
    assert!(ran.status == 2 && ran.err.contains("resume_tiers"), "{}", ran.err);
    // What is wrong is told as it is by all tiers.
    let bundle = place.path("pudong/log/tile/entries/000.p/6");
    let mut bytes = std::fs::read(&bundle).unwrap();
    let last = bytes.len() - 70;
    bytes[last] ^= 1;
    std::fs::write(&bundle, bytes).unwrap();
    let told = |line: &str| {
        let value = place.value(line);
        assert_eq!(value["verify"]["verified"], false);
        let faults = value["verify"]["faults"].as_array().unwrap().clone();
        let of = |tier: &str| faults.iter().filter(|f| f["tier"] == tier).cloned().collect();
        [of("chain"), of("log")]
    };
    let two: [Vec<Value>; 2] = told("verify --tier chain,log");
    assert!(two.iter().any(|faults| !faults.is_empty()));
    assert_eq!(two, told("verify"));
}

#[test]
fn a_verification_is_gone_on_with() {
    let place = Place::with_fund();
    let first = place.ok("verify --resume");
    assert!(first.starts_with("Verified: 4 entries") && !first.contains("resumed"), "{first}");
    place.ok("payee register P-2 --name Hengtai");
    let second = place.ok("verify --resume");
    assert!(second.starts_with("Verified: 5 entries"), "{second}");
    let said =
        "  resumed:     what signatures and rules say of the first 4 entries is from the run of ";
    assert!(second.contains(said), "{second}");
    assert_eq!(place.value("verify --resume")["verify"]["resumption"]["from"], 5);
    assert_eq!(place.value("verify")["verify"]["resumption"], Value::Null);
    // A damaged bookmark is said, and costs nothing but time.
    let folder = std::fs::read_dir(place.path("user/bookmarks")).unwrap();
    let files: Vec<_> = folder.map(|file| file.unwrap().path()).collect();
    assert_eq!(files.len(), 1);
    std::fs::write(&files[0], b"spoiled").unwrap();
    let third = place.ok("verify --resume");
    assert!(third.contains("  resumed:     no, from the first entry on: "), "{third}");
    assert!(place.ok("verify --resume --lang zh").contains("续核"));
}

#[test]
fn without_a_key_from_outside_nothing_is_called_verified() {
    let place = Place::with_fund();
    let elsewhere = |line: &str| {
        let mut command = place.command(line);
        command.env("EARMARK_HOME", place.path("elsewhere"));
        place.ran(&mut command)
    };
    let ran = elsewhere("verify");
    assert_eq!(ran.status, 3);
    assert!(
        ran.out.contains("identity:    NOT PINNED; the ledger itself names the log key VKEY."),
        "{}",
        ran.out
    );
    assert!(!ran.out.to_lowercase().contains("verified"), "{}", ran.out);
    assert!(ran.out.contains("genesis:     HASH"));
    let ran = elsewhere("verify --unpinned");
    assert_eq!(ran.status, 0);
    assert!(!ran.out.to_lowercase().contains("verified"), "{}", ran.out);
    let vkey = place.value("verify")["verify"]["claimed_log_key"].as_str().unwrap().to_owned();
    let ran = elsewhere(&format!("verify --log-key {vkey}"));
    assert_eq!(ran.status, 0);
    assert!(ran.out.contains("identity:    signed by the log key that was given"), "{}", ran.out);
    // A copy of the log alone is all that an auditor needs.
    let ran = elsewhere(&format!("verify --from pudong/log --log-key {vkey}"));
    assert_eq!((ran.status, &ran.out[..8]), (0, "Verified"));
    let ran = elsewhere("verify --log-key nonsense");
    assert_eq!((ran.status, &ran.err[..15]), (2, "vkey_malformed:"));
}

#[test]
fn an_auditor_needs_no_home() {
    let place = Place::with_fund();
    let vkey = place.value("verify")["verify"]["claimed_log_key"].as_str().unwrap().to_owned();
    place.ok("prove @3 -o one.tlog-proof");
    let homeless = |line: &str| {
        let mut command = place.command(line);
        command.env_remove("EARMARK_HOME").env_remove("HOME");
        place.ran(&mut command)
    };
    let ran = homeless(&format!("verify --log-key {vkey}"));
    assert_eq!((ran.status, &ran.out[..8]), (0, "Verified"), "{}", ran.err);
    let ran = homeless("verify");
    assert!(ran.status == 3 && ran.out.contains("NOT PINNED"), "{}{}", ran.out, ran.err);
    let check = format!("check-proof one.tlog-proof --entry one.entry --log-key {vkey}");
    assert_eq!(homeless(&check).status, 0);
    assert_eq!(homeless("balance").status, 0);
    for line in ["allocation supplement PD-INFO 2002 1", "verify --resume", "key new wang"] {
        let ran = homeless(line);
        assert_eq!((ran.status, &ran.err[..8]), (2, "no_home:"), "{line}: {}", ran.err);
    }
}

#[test]
fn a_changed_byte_is_named_and_exits_3() {
    let place = Place::with_fund();
    let bundle = place.path("pudong/log/tile/entries/000.p/4");
    let mut bytes = std::fs::read(&bundle).unwrap();
    let at = bytes.len() - 100;
    bytes[at] ^= 1;
    std::fs::write(&bundle, bytes).unwrap();
    let ran = place.run("verify");
    assert_eq!(ran.status, 3);
    assert!(ran.out.starts_with("BROKEN: 4 entries in"), "{}", ran.out);
    assert!(ran.out.contains("  break: "), "{}", ran.out);
    assert!(ran.out.contains("entry 3"), "{}", ran.out);
    let told = place.value("verify");
    assert_eq!(told["verify"]["verified"], false);
    assert_eq!(told["verify"]["faults"][0]["index"], 3);
}

#[test]
fn a_log_that_is_gone_is_a_break() {
    let place = Place::with_fund();
    std::fs::rename(place.path("pudong/log"), place.path("moved")).unwrap();
    let ran = place.run("verify");
    assert_eq!(ran.status, 3);
    assert!(ran.err.starts_with("log_missing: the ledger has no log: "), "{}", ran.err);
    assert_eq!(place.run("verify --from nowhere").status, 2);
}

/// Flips a byte of the last published bundle, `back` bytes before its end.
fn flip(place: &Place, back: usize) {
    let bundle = place.path("pudong/log/tile/entries/000.p/4");
    let mut bytes = std::fs::read(&bundle).unwrap();
    let at = bytes.len() - back;
    bytes[at] ^= 1;
    std::fs::write(&bundle, bytes).unwrap();
}

#[test]
fn what_a_program_is_told_holds_to_its_schema() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/schemas/verify.json");
    let schema: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let place = Place::with_fund();
    let fits = |told: &Value| conforms(&schema, &schema, told, "verify");
    fits(&place.value("verify --resume")).unwrap();
    fits(&place.value("verify --tier chain,log")).unwrap();
    fits(&place.value("verify --resume")).unwrap();
    let told = place.value("verify --store");
    fits(&told).unwrap();
    let fund = &told["verify"]["figures"]["funds"][0];
    assert_eq!(
        (&fund["fund"], &fund["stages"]["authority"]),
        (&"PD-INFO".into(), &"-10000000.00".into())
    );
    assert_eq!(told["verify"]["figures"]["officers"][0]["commands"], 3);
    fits(&place.value("verify --tier chain")).unwrap();
    flip(&place, 100);
    let told = place.value("verify");
    fits(&told).unwrap();
    assert_eq!(
        told["verify"]["figures"]["funds"],
        Value::Array(Vec::new()),
        "sums of what is broken are not told"
    );
    let mut other = told.clone();
    other["verify"]["faults"][0]["likely"] = "odd".into();
    assert!(fits(&other).is_err());
}

#[test]
fn in_chinese_it_says_the_same() {
    let place = Place::with_fund();
    place.prints(
        "verify --lang zh",
        "
已核验：example.org/pudong，4 条，3 个命令。
  链：       通过
  签名：     通过
  日志：     通过
  规则：     通过
  缓存：     无缓存
  身份：     与本机固定的公钥一致
  首条指纹： HASH
  末条指纹： HASH，共 4 条
  已读：     log
  未读：     db；wal；cache
",
    );
    let mut elsewhere = place.command("verify --lang zh");
    elsewhere.env("EARMARK_HOME", place.path("elsewhere"));
    let ran = place.ran(&mut elsewhere);
    assert_eq!(ran.status, 3);
    assert!(ran.out.starts_with("自身完整：") && !ran.out.contains("已核验"), "{}", ran.out);
    flip(&place, 100);
    let ran = place.run("verify --lang zh");
    assert_eq!(ran.status, 3);
    assert!(ran.out.starts_with("不符：") && !ran.out.contains("已核验"), "{}", ran.out);
    assert!(ran.out.contains("第 3 条") && ran.out.contains("（可能被改动）"), "{}", ran.out);
}

#[test]
fn a_page_is_whole_in_itself_and_names_strangers_harmlessly() {
    let place = Place::with_fund();
    place.ok("fund establish F-2 --name '<script>alert(1)</script>' --kind special --purpose it --on 2002-01-02");
    place.ok("verify -o page.html");
    place.ok("verify --lang zh -o seite.html");
    let read = |name: &str| std::fs::read_to_string(place.path(name)).unwrap();
    let page = read("page.html");
    for words in [
        "<strong>Verified</strong>",
        "<h1>浦东</h1>",
        "PD-INFO Pudong",
        "10,000,000.00",
        "2002-06-30 01:00 UTC",
        "— example.org/pudong ",
        "F-2 &lt;script&gt;alert(1)&lt;/script&gt;",
        "pinned on this machine",
    ] {
        assert!(page.contains(words), "{words}\n{page}");
    }
    for never in ["<script", "http:", "https:", "src=", "href=", "url("] {
        assert!(!page.contains(never), "{never}");
    }
    assert!(read("seite.html").contains("<strong>已核验</strong>"));
    // Figures say their column where the table is no grid; a total stands once, not on every page.
    assert!(
        page.contains("data-column=\"Final budget\"") && page.contains("data-column=\"Available\""),
        "{page}"
    );
    assert_eq!(page.matches("<tfoot>").count(), 1);
    assert!(page.contains("tfoot { display: table-row-group; }"), "{page}");

    let mut elsewhere = place.command("verify -o unknown.html");
    elsewhere.env("EARMARK_HOME", place.path("elsewhere"));
    assert_eq!(place.ran(&mut elsewhere).status, 3);
    let page = read("unknown.html");
    assert!(page.contains("<strong>Whole in itself</strong>") && page.contains("NOT PINNED"));
    assert!(!page.contains("Verified") && !page.contains("verified"), "{page}");
    std::fs::remove_file(place.path("pudong/log/tile/0/000.p/5")).unwrap();
    assert_eq!(place.run("verify -o broken.html").status, 3);
    let page = read("broken.html");
    assert!(page.contains("<strong>BROKEN</strong>") && page.contains("log: missing"), "{page}");
}
