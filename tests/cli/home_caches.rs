//! Caches that a home keeps of logs it reads, and the key that they are sealed under: what is wrong with
//! either costs time, and never changes a figure.

use super::{Place, copy_folder};
use earmark::chain::entry::{self, Head};
use earmark::edge::home::Home;
use earmark::edge::local::{LocalKey, LocalKeyFile};
use earmark::ledger::Reader;
use earmark::ledger::reader::books::Books;
use earmark::ledger::reader::cache::{self, Cache};
use earmark::ledger::reader::home_cache::HomeCaches;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;
use std::process::Command;

const ORIGIN: &str = "example.org/pudong";

/// What a reader of the log says that there is to spend; with the caches of the home in `home`, left at
/// every read.
fn available(place: &Place, home: &str) -> String {
    let home = Home::at(place.path(home));
    let caches = HomeCaches::new(home.caches(), home.local_key(), 1);
    let reader = Reader::open_log(&place.path("pudong/log"), None, None).unwrap();
    let reader = reader.with_home_caches(Some(caches));
    let books = reader.books(reader.size(), None).unwrap();
    figures(&books)
}

/// The balances in words, without the index to them, which a cache has not.
fn figures(books: &Books) -> String {
    let text = format!("{:?}", books.balances);
    text.split(", index: ").next().unwrap().to_owned()
}

fn cache_file(place: &Place, home: &str) -> std::path::PathBuf {
    let home = Home::at(place.path(home));
    HomeCaches::new(home.caches(), home.local_key(), 1).path(ORIGIN)
}

/// The value of a cache of the log without a figure in it, and the log's head.
fn without_figures(place: &Place) -> (Vec<u8>, Head) {
    let signer = Home::at(place.path("user")).keys().log(ORIGIN).unwrap();
    let reader = Reader::open(&place.path("pudong"), None).unwrap();
    let head = reader.head_at(reader.size()).unwrap();
    let sealed = reader.entry(head.size - 1).unwrap().unwrap();
    let envelope = entry::parse(&sealed.bytes).unwrap();
    let state = reader.books(head.size, None).unwrap().state;
    let cache = Cache {
        ledger: envelope.ledger.0,
        head,
        recorded_at_microseconds: envelope.recorded_at_microseconds,
        books: Books { state, ..Books::default() },
    };
    cache::write(&place.path("made"), &cache, &signer).unwrap();
    let bytes = std::fs::read(place.path("made/projections")).unwrap();
    (bytes[72..].to_vec(), head)
}

/// A cache file, sealed for this purpose and origin, at this head.
fn sealed(key: &LocalKey, purpose: &str, origin: &str, head: Head, value: &[u8]) -> Vec<u8> {
    let front = u32::from_le_bytes(value[..4].try_into().unwrap()) as usize;
    let seal = key.seal(purpose, origin, head, &value[4..4 + front]);
    [b"EARMHOM2".as_slice(), &seal.0, value].concat()
}

#[test]
fn a_cache_is_used_under_its_own_seal_alone() {
    let place = Place::with_fund();
    let right = available(&place, "none");
    let key = Home::at(place.path("user")).local_key().read_or_make().unwrap();
    let foreign = Home::at(place.path("other")).local_key().read_or_make().unwrap();
    let (value, head) = without_figures(&place);
    let file = cache_file(&place, "user");
    std::fs::create_dir_all(file.parent().unwrap()).unwrap();
    let shown = |bytes: &[u8]| {
        std::fs::write(&file, bytes).unwrap();
        available(&place, "user")
    };
    let good = sealed(&key, "cache front", ORIGIN, head, &value);
    assert_ne!(shown(&good), right, "what this home sealed is used, so that the rest can fail");
    for (what, bytes) in [
        ("a cache of another home", sealed(&foreign, "cache front", ORIGIN, head, &value)),
        ("another purpose", sealed(&key, "copy", ORIGIN, head, &value)),
        ("another origin", sealed(&key, "cache front", "example.org/other", head, &value)),
        ("another size", sealed(&key, "cache front", ORIGIN, Head { size: 3, ..head }, &value)),
        ("no bytes", Vec::new()),
        ("a front", good[..48].to_vec()),
    ] {
        assert_eq!(shown(&bytes), right, "{what}");
        // A new one took its place, and says the same.
        assert_eq!(available(&place, "user"), right, "{what}");
        assert_ne!(std::fs::read(&file).unwrap(), bytes, "{what}");
    }
    for at in (0..good.len()).filter(|at| *at < 120 || at % 7 == 0) {
        let mut bad = good.clone();
        bad[at] ^= 1;
        assert_eq!(shown(&bad), right, "byte {at}");
    }
    // Sealed here, of a log of the same origin that has another head.
    let stranger = Place::with_fund();
    let (value, head) = without_figures(&stranger);
    assert_eq!(shown(&sealed(&key, "cache front", ORIGIN, head, &value)), right, "another log");
    // Of more entries than this copy of the log has.
    let reader = Reader::open(&place.path("pudong"), None).unwrap();
    copy_folder(&place.path("pudong/log"), &place.path("older"));
    place.ok("allocation supplement PD-INFO 2002 1");
    available(&place, "user");
    let home = Home::at(place.path("user"));
    let caches = HomeCaches::new(home.caches(), home.local_key(), 1);
    let older = Reader::open_log(&place.path("older"), None, None).unwrap();
    let books = older.with_home_caches(Some(caches)).books(reader.size(), None).unwrap();
    assert_eq!(figures(&books), right, "an older copy");
}

#[test]
fn a_lost_or_unfit_key_costs_time_alone() {
    let place = Place::with_fund();
    let right = available(&place, "user");
    let (file, home) = (cache_file(&place, "user"), Home::at(place.path("user")));
    let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode(&file), mode(file.parent().unwrap())), (0o600, 0o700));
    assert_eq!(mode(home.local_key().path()), 0o600);
    let first = std::fs::read(&file).unwrap();
    std::fs::remove_file(home.local_key().path()).unwrap();
    assert_eq!(available(&place, "user"), right);
    assert_ne!(std::fs::read(&file).unwrap(), first, "under another key");
    // Open to others: neither used nor replaced, and nothing is left under it.
    let second = std::fs::read(&file).unwrap();
    let key = std::fs::read(home.local_key().path()).unwrap();
    std::fs::set_permissions(home.local_key().path(), PermissionsExt::from_mode(0o644)).unwrap();
    assert_eq!(available(&place, "user"), right);
    assert_eq!(std::fs::read(&file).unwrap(), second);
    assert_eq!(std::fs::read(home.local_key().path()).unwrap(), key);
}

#[test]
fn a_read_warns_of_an_unfit_key_and_answers() {
    let place = Place::with_fund();
    let right = place.ok("balance");
    let key = Home::at(place.path("user")).local_key();
    assert!(!key.path().exists(), "a short log needs no cache");
    std::fs::write(key.path(), [1; 32]).unwrap();
    std::fs::set_permissions(key.path(), PermissionsExt::from_mode(0o640)).unwrap();
    let ran = place.run("balance");
    assert_eq!((ran.status, &ran.out), (0, &right));
    assert_eq!(
        ran.err,
        "warning: DIR/user/keys/local is no key that this home's own files are sealed under: mode 640, expected \
         600; see who changed it, and remove it: another is made, and what it sealed is made anew; if only its \
         mode is wrong: chmod 600 'DIR/user/keys/local'\n"
    );
    let zh = place.run("balance --lang zh").err;
    assert!(
        zh.starts_with("警告：DIR/user/keys/local 不能用作本密钥文件夹自用文件的密钥：mode 640"),
        "{zh}"
    );
    let ran = place.run("doctor");
    assert!(ran.out.contains("others can read the private key DIR/user/keys/local"), "{}", ran.out);
    place.run("doctor --fix");
    assert_eq!(std::fs::metadata(key.path()).unwrap().permissions().mode() & 0o777, 0o600);
    assert!(!place.run("doctor").out.contains("keys/local"));
    assert_eq!(place.ok("balance"), right);
    std::fs::remove_file(key.path()).unwrap();
    symlink(place.path("elsewhere"), key.path()).unwrap();
    assert!(place.run("balance").err.contains("keys/local is no key that"));
    let ran = place.run("doctor");
    assert!(
        ran.out.contains("note      keys     DIR/user/keys/local is no key that"),
        "{}",
        ran.out
    );
    assert!(!place.path("elsewhere").exists());
}

const ITSELF: &str = "home_caches::programs_that_make_the_key_at_once_get_the_same";

#[test]
fn programs_that_make_the_key_at_once_get_the_same() {
    if let Some(path) = std::env::var_os("EARMARK_TEST_KEY") {
        // One of the programs that this test starts below.
        let key = LocalKeyFile::at(path).read_or_make().unwrap();
        println!("key: {}", key.seal("", "", Head::default(), b""));
        return;
    }
    let place = Place::new();
    for round in 0..5 {
        let file = LocalKeyFile::at(place.path(&format!("{round}/keys/local")));
        let children: Vec<_> = (0..6)
            .map(|_| {
                Command::new(std::env::current_exe().unwrap())
                    .args(["--exact", ITSELF, "--nocapture"])
                    .env("EARMARK_TEST_KEY", file.path())
                    .stdout(std::process::Stdio::piped())
                    .spawn()
                    .unwrap()
            })
            .collect();
        let key = |text: &str| {
            text.split("key: ")
                .nth(1)
                .map(|rest| rest.split_whitespace().next().unwrap().to_owned())
        };
        let made: Vec<_> = children
            .into_iter()
            .map(|child| {
                let output = child.wait_with_output().unwrap();
                key(&String::from_utf8(output.stdout).unwrap()).expect("a key was made")
            })
            .collect();
        assert!(made.iter().all(|one| *one == made[0]), "{made:?}");
        let now = file.read().unwrap().unwrap().seal("", "", Head::default(), b"").to_string();
        assert_eq!(now, made[0]);
        let left = std::fs::read_dir(file.path().parent().unwrap()).unwrap().count();
        assert_eq!(left, 1, "something was left beside the key");
    }
}

#[test]
fn a_long_log_leaves_a_cache_where_the_log_key_signed_none() {
    let place = Place::with_fund();
    let mut rows = "code,name,day\n".to_owned();
    for number in 0..10_000 {
        rows.push_str(&format!("P-{number},Payee {number},2002-02-01\n"));
    }
    place.write("rows.csv", &rows);
    place.write(
        "map.toml",
        "source = 'payees'\n[[event]]\ntype = 'payee.register'\ncode = { column = 'code' }\nname = { column = 'name' }\n\
         occurred_on = { column = 'day' }\n",
    );
    place.ok("import rows.csv --mapping map.toml");
    place.ok("export package -o kit.zip");
    let right = place.ok("balance");
    assert!(!place.path("user/caches").exists(), "the ledger has one that the log key signed");
    let elsewhere = |line: &str| {
        let mut command = place.command(line);
        command
            .env("EARMARK_HOME", place.path("reader"))
            .env("EARMARK_LEDGER", place.path("kit.zip"));
        let ran = place.ran(&mut command);
        assert_eq!(ran.status, 0, "{line}\n{}", ran.err);
        ran.out
    };
    let unpinned = "identity: not pinned; nothing outside says whose log this is (earmark verify --log-key VKEY)\n";
    for _ in 0..2 {
        assert_eq!(elsewhere("balance").replace(unpinned, ""), right);
    }
    let cache = std::fs::read_dir(place.path("reader/caches")).unwrap().next().unwrap().unwrap();
    assert!(cache.metadata().unwrap().len() > 10_000);
    assert!(place.path("reader/keys/local").exists());
    // As of a day, of an earlier size, and in verify nothing of it is used.
    std::fs::write(cache.path(), "EARMHOME").unwrap();
    elsewhere("balance --as-of 2002-01-31");
    elsewhere("balance --as-known-at 9000");
    elsewhere("verify --unpinned");
    assert_eq!(std::fs::read(cache.path()).unwrap(), b"EARMHOME");
}
