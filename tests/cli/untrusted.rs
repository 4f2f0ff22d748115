//! What anybody can write into a folder, or answer on the web, that a stranger is asked to verify: it
//! costs neither time nor memory, and is told as one fault.

use super::{Place, copy_folder};
use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// Long enough for a debug build on a busy machine, and far below what running away takes.
const SOON: Duration = Duration::from_secs(30);
/// The most memory that a run may have had, beside the program itself.
const MOST_BYTES: u64 = 28 << 20;

/// The most memory that a verification may have had beside the program itself, whatever size it is told.
const VERIFY_BYTES: u64 = 12 << 20;

/// What a line did, and the most memory that it was seen to have.
pub(super) struct Watched {
    pub(super) status: i32,
    pub(super) out: String,
    pub(super) err: String,
    pub(super) peak_bytes: u64,
    pub(super) took: Duration,
}

/// Runs a line until it ends, or for so long; one that had to be stopped has the status -9.
#[expect(clippy::disallowed_methods, reason = "how long a run takes is what is looked at")]
pub(super) fn watch(mut command: Command, longest: Duration) -> Watched {
    let folder = tempfile::tempdir().unwrap();
    let (out, err) = (folder.path().join("out"), folder.path().join("err"));
    command.stdout(std::fs::File::create(&out).unwrap());
    command.stderr(std::fs::File::create(&err).unwrap());
    command.stdin(Stdio::null());
    let begun = Instant::now();
    let mut child = command.spawn().unwrap();
    let status_file = format!("/proc/{}/status", child.id());
    let mut peak_bytes = 0;
    let status = loop {
        peak_bytes = peak_bytes.max(peak_of(&status_file));
        if let Some(status) = child.try_wait().unwrap() {
            break status.code().unwrap_or(-1);
        }
        if begun.elapsed() > longest || peak_bytes > 2 << 30 {
            child.kill().unwrap();
            child.wait().unwrap();
            break -9;
        }
        std::thread::sleep(Duration::from_millis(1));
    };
    let read = |path: &Path| String::from_utf8_lossy(&std::fs::read(path).unwrap()).into_owned();
    let took = begun.elapsed();
    Watched { status, out: read(&out), err: read(&err), peak_bytes, took }
}

fn peak_of(status_file: &str) -> u64 {
    let text = std::fs::read_to_string(status_file).unwrap_or_default();
    // Before it becomes the program, the new process shows the memory of this one.
    if !text.starts_with("Name:\tearmark\n") {
        return 0;
    }
    let kib_of = |name: &str| {
        let line = text.lines().find(|line| line.starts_with(name));
        line.and_then(|line| line.split_whitespace().nth(1)?.parse::<u64>().ok()).unwrap_or(0)
    };
    // Pages of the program's file are no memory that a run asks for: a debug build has 25 MiB of them.
    kib_of("VmHWM:").saturating_sub(kib_of("RssFile:")) * 1024
}

impl Place {
    /// Runs a line that must come to an end soon and with little memory.
    #[track_caller]
    pub(super) fn soon(&self, line: &str) -> Watched {
        let ran = watch(self.command(line), SOON);
        assert!(ran.took < SOON, "earmark {line} took {:?}\n{}{}", ran.took, ran.out, ran.err);
        assert!(ran.peak_bytes < MOST_BYTES, "earmark {line} had {} MiB", ran.peak_bytes >> 20);
        assert!((0..=6).contains(&ran.status), "earmark {line}: {}\n{}", ran.status, ran.err);
        ran
    }
}

/// The checkpoint of a log says another size.
fn with_size(checkpoint: &Path, size: u64) {
    let text = std::fs::read_to_string(checkpoint).unwrap();
    let mut lines: Vec<String> = text.split('\n').map(str::to_owned).collect();
    lines[1] = size.to_string();
    std::fs::write(checkpoint, lines.join("\n")).unwrap();
}

fn breaks(out: &str) -> Vec<&str> {
    out.lines().filter(|line| line.starts_with("  break:")).collect()
}

const SIZES: [u64; 5] = [5, 300, 100_000_000, (1 << 63) - 1, u64::MAX];

#[test]
fn a_size_that_nobody_signed_costs_nothing() {
    let place = Place::with_fund();
    let vkey = place.value("verify")["verify"]["claimed_log_key"].as_str().unwrap().to_owned();
    let checkpoint = place.path("pudong/log/checkpoint");
    let good = std::fs::read(&checkpoint).unwrap();
    for size in SIZES {
        std::fs::write(&checkpoint, &good).unwrap();
        with_size(&checkpoint, size);
        copy_folder(&place.path("pudong/log"), &place.path("copy"));
        for line in [
            "verify".to_owned(),
            "verify --store".to_owned(),
            "verify --resume".to_owned(),
            format!("verify --from copy --log-key {vkey}"),
            "verify --from copy --unpinned".to_owned(),
        ] {
            let ran = place.soon(&line);
            assert_eq!(ran.status, 3, "{line}, size {size}: {}{}", ran.out, ran.err);
            assert!((1..=3).contains(&breaks(&ran.out).len()), "{line}, {size}: {}", ran.out);
            assert!(ran.peak_bytes < VERIFY_BYTES, "{line}, {size}: {} KiB", ran.peak_bytes >> 10);
            // All entries that are there were followed.
            assert!(ran.out.contains("at size 4"), "{line}, {size}: {}", ran.out);
        }
        for line in ["doctor", "balance", "register", "show @3", "prove @3", "stats"] {
            place.soon(line);
        }
        let against = place.soon("verify --from copy --against pudong/log --unpinned");
        assert_eq!(against.status, 3, "{}", against.out);
        let ran = place.soon("archive restore --from copy other --unpinned");
        assert_eq!(ran.status, 3, "{}", ran.err);
        assert!(!place.path("other").exists());
        // Opening it for a write heals it, from what is signed.
        let ran = place.soon("doctor --fix");
        assert_eq!(ran.status, 0, "size {size}: {}{}", ran.out, ran.err);
        assert!(place.ok("verify").starts_with("Verified: "), "{size}");
        std::fs::remove_dir_all(place.path("copy")).unwrap();
        for found in std::fs::read_dir(place.path("pudong")).unwrap() {
            let path = found.unwrap().path();
            if path.display().to_string().contains(".quarantine-") {
                std::fs::remove_dir_all(path).unwrap();
            }
        }
    }
}

/// Serves on this machine until the test ends: `answer` gives the body for a path, or none.
fn serve(answer: impl Fn(&str) -> Option<Vec<u8>> + Send + Sync + 'static) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let answer = std::sync::Arc::new(answer);
    std::thread::spawn(move || {
        for stream in listener.incoming().take(5_000) {
            let Ok(mut stream) = stream else { return };
            let answer = std::sync::Arc::clone(&answer);
            std::thread::spawn(move || {
                let mut reading = BufReader::new(stream.try_clone().unwrap());
                loop {
                    let mut first = String::new();
                    if reading.read_line(&mut first).unwrap_or(0) == 0 {
                        return;
                    }
                    let mut line = String::new();
                    while reading.read_line(&mut line).is_ok_and(|read| read > 2) {
                        line.clear();
                    }
                    let path = first.split(' ').nth(1).unwrap_or("/").to_owned();
                    let (status, body) = match answer(path.trim_start_matches('/')) {
                        Some(body) => ("200 OK", body),
                        None => ("404 Not Found", Vec::new()),
                    };
                    let head =
                        format!("HTTP/1.1 {status}\r\nContent-Length: {}\r\n\r\n", body.len());
                    if stream.write_all(&[head.as_bytes(), &body].concat()).is_err() {
                        return;
                    }
                }
            });
        }
    });
    format!("http://{address}")
}

fn file_in(folder: PathBuf) -> impl Fn(&str) -> Option<Vec<u8>> + Send + Sync {
    move |path| std::fs::read(folder.join(path)).ok()
}

#[test]
fn a_server_that_answers_anything_is_left_at_the_first_thing_that_is_wrong() {
    let place = Place::with_fund();
    let vkey = place.value("verify")["verify"]["claimed_log_key"].as_str().unwrap().to_owned();
    copy_folder(&place.path("pudong/log"), &place.path("copy"));
    let log = place.path("copy");
    let bundle = std::fs::read(log.join("tile/entries/000.p/4")).unwrap();
    let honest = serve(file_in(place.path("pudong/log")));
    assert_eq!(place.soon(&format!("verify --from {honest} --log-key {vkey}")).status, 0);
    for size in SIZES {
        with_size(&log.join("checkpoint"), size);
        let note = std::fs::read(log.join("checkpoint")).unwrap();
        let of = |path: &str| if path == "checkpoint" { Some(note.clone()) } else { None };
        type Answer = Box<dyn Fn(&str) -> Option<Vec<u8>> + Send + Sync>;
        let (one, two, three, four) = (note.clone(), note.clone(), note.clone(), note.clone());
        let first_or = move |path: &str, note: &[u8], other: Vec<u8>| {
            Some(if path == "checkpoint" { note.to_vec() } else { other })
        };
        let full = (0..64).flat_map(|_| bundle.clone()).collect::<Vec<u8>>();
        let servers: [(&str, Answer); 5] = [
            ("the log with another size", Box::new(file_in(log.clone()))),
            (
                "the checkpoint for anything",
                Box::new(move |path| first_or(path, &one, one.clone())),
            ),
            ("nothing", Box::new(move |path| (path == "checkpoint").then(|| two.clone()))),
            // Tiles that fit into a tree, over one bundle again and again.
            (
                "one bundle for all",
                Box::new(move |path| {
                    let is_bundle = path.starts_with("tile/entries/");
                    let tile = || vec![7; 8_192];
                    first_or(path, &three, if is_bundle { full.clone() } else { tile() })
                }),
            ),
            ("much", Box::new(move |path| first_or(path, &four, vec![0; 4 << 20]))),
        ];
        assert!(of("tile/0/000").is_none());
        for (name, answer) in servers {
            let url = serve(answer);
            for trust in [format!("--log-key {vkey}"), "--unpinned".to_owned()] {
                let ran = place.soon(&format!("verify --from {url} {trust}"));
                assert_eq!(ran.status, 3, "{name}, {size}: {}{}", ran.out, ran.err);
            }
        }
    }
}

/// What may be at a name in a folder that somebody hands over.
#[derive(Debug, Clone, Copy)]
enum Thing {
    Pipe,
    EndlessDevice,
    Link,
    SecondName,
    Folder,
    Socket,
    Sparse,
}

const THINGS: [Thing; 7] = [
    Thing::Pipe,
    Thing::EndlessDevice,
    Thing::Link,
    Thing::SecondName,
    Thing::Folder,
    Thing::Socket,
    Thing::Sparse,
];

const SECRET: &str = "what nobody but its owner may read or write\n";

impl Thing {
    /// Puts it at `path`, whatever was there.
    fn put(self, path: &Path, secret: &Path) {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        match path.symlink_metadata() {
            Ok(found) if found.is_dir() => std::fs::remove_dir_all(path).unwrap(),
            Ok(_) => std::fs::remove_file(path).unwrap(),
            Err(_) => {}
        }
        match self {
            Self::Pipe => {
                assert!(Command::new("mkfifo").arg(path).status().unwrap().success());
            }
            Self::EndlessDevice => std::os::unix::fs::symlink("/dev/zero", path).unwrap(),
            Self::Link => std::os::unix::fs::symlink(secret, path).unwrap(),
            Self::SecondName => std::fs::hard_link(secret, path).unwrap(),
            Self::Folder => std::fs::create_dir(path).unwrap(),
            // A socket's name is short: it is made elsewhere and moved.
            Self::Socket => {
                let short = tempfile::tempdir().unwrap();
                drop(std::os::unix::net::UnixListener::bind(short.path().join("s")).unwrap());
                std::fs::rename(short.path().join("s"), path).unwrap();
            }
            Self::Sparse => {
                std::fs::File::create(path).unwrap().set_len(12 << 30).unwrap();
            }
        }
    }
}

/// Every file of a ledger's folder, below it, and some that are there at times only.
fn places(ledger: &Path) -> Vec<String> {
    let mut found = Vec::new();
    let mut folders = vec![PathBuf::new()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(ledger.join(&folder)).unwrap() {
            let entry = entry.unwrap();
            let below = folder.join(entry.file_name());
            if entry.file_type().unwrap().is_dir() {
                folders.push(below);
            } else {
                found.push(below.display().to_string());
            }
        }
    }
    let at_times = [
        "RESTORE",
        "cache/books",
        "log/checkpoint.cosigned",
        "log/.checkpoint.new",
        "log/tile/entries/000",
        "log/tile/0/000",
        "log.rebuilding/checkpoint",
        "db/snap.0000000000000000",
        "db/blobs/1",
        "db.rebuilding/complete",
        "wal/clean",
        "wal/sound",
        "wal/new",
        "wal/00000000000000000009",
    ];
    found.extend(at_times.map(str::to_owned));
    found.sort();
    found.dedup();
    found
}

#[test]
fn nothing_at_any_name_of_a_folder_hangs_takes_memory_or_is_written_through() {
    let place = Place::with_fund();
    place.write("account", "6222020200012345678\n");
    place.ok("payee register P-1 --name One --account-file account");
    let good = place.path("good");
    std::fs::rename(place.path("pudong"), &good).unwrap();
    let secret = place.path("secret");
    let places = places(&good);
    assert!(places.len() >= 26, "{places:?}");
    let mut wrong = Vec::new();
    let lines = [
        "verify --store",
        "doctor",
        "balance",
        "verify --from pudong --unpinned",
        "payee register P-2 --name Two",
    ];
    // Every thing at every name, and every line on each of both.
    for (number, name) in places.iter().enumerate() {
        for (thing, line) in THINGS.iter().zip(lines.iter().cycle().skip(number)) {
            std::fs::write(&secret, SECRET).unwrap();
            let ledger = place.path("pudong");
            std::fs::remove_dir_all(&ledger).ok();
            copy_folder(&good, &ledger);
            thing.put(&ledger.join(name), &secret);
            let mut command = place.command(line);
            command.env("EARMARK_LEDGER", &ledger);
            let ran = watch(command, SOON);
            let told = ran.out + &ran.err;
            let mebibytes = ran.peak_bytes >> 20;
            let fits = (0..=6).contains(&ran.status)
                && ran.peak_bytes < 4 * MOST_BYTES
                && std::fs::read_to_string(&secret).unwrap() == SECRET
                // A second name is a file like any other.
                && (matches!(thing, Thing::SecondName) || !told.contains("nobody but its owner"));
            if !fits {
                let (status, took) = (ran.status, ran.took);
                wrong.push(format!(
                    "{thing:?} at {name}: earmark {line}: {status}, {mebibytes} MiB, {took:?}\n{told}"
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{} cases:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn results_never_replace_what_cannot_be_made_again() {
    let place = Place::with_fund();
    let keys = place.path("user/keys/officers/li.pem");
    let key = std::fs::read(&keys).unwrap();
    std::fs::copy(&keys, place.path("kept.pem")).unwrap();
    std::fs::copy(place.path("pudong/log/checkpoint"), place.path("kept")).unwrap();
    copy_folder(&place.path("pudong/log"), &place.path("mirror"));
    let targets = [
        "pudong/log/checkpoint",
        "pudong/new.txt",
        "pudong/log/tile/new",
        "pudong/ledger.toml",
        "mirror/tile/new",
        "user/keys/officers/li.pem",
        "user/known-logs",
        "kept.pem",
        "kept",
    ];
    for target in targets {
        let before = std::fs::read(place.path(target)).ok();
        for line in ["balance -O csv", "checkpoint show"] {
            let ran = place.run(&format!("{line} -o {target}"));
            assert_eq!((ran.status, &ran.err[..15]), (2, "output_refused:"), "{line} {target}");
        }
        assert_eq!(std::fs::read(place.path(target)).ok(), before, "{target}");
    }
    assert_eq!(std::fs::read(&keys).unwrap(), key);
    // A link is replaced by the result, and what it led to stays.
    std::os::unix::fs::symlink(&keys, place.path("link.csv")).unwrap();
    place.run("balance -o link.csv");
    assert_eq!(std::fs::read(&keys).unwrap(), key);
    place.ok("balance -o plain.csv");
    place.ok("balance -o plain.csv");
    assert_eq!(place.run("balance -o /dev/null").status, 0);
}

#[test]
fn what_is_named_may_be_a_device_and_ends_all_the_same() {
    let place = Place::with_fund();
    place.write("map.toml", "source = \"s\"\n");
    for line in [
        "import /dev/zero --mapping /dev/zero",
        "policy adopt --file /dev/zero",
        "verify --policy /dev/zero",
        "verify --against /dev/zero",
        "verify --from /dev/zero --unpinned",
        "check-proof /dev/zero --entry /dev/zero --unpinned",
    ] {
        let ran = place.soon(line);
        assert_ne!(ran.status, 0, "{line}");
    }
}

#[test]
fn all_requests_together_have_a_time() {
    let place = Place::with_fund();
    let log = place.path("pudong/log");
    let vkey = place.value("verify")["verify"]["claimed_log_key"].as_str().unwrap().to_owned();
    // Each answer is in time, and late.
    let late = |milliseconds: u64| {
        let log = log.clone();
        serve(move |path| {
            std::thread::sleep(Duration::from_millis(milliseconds));
            std::fs::read(log.join(path)).ok()
        })
    };
    let slow = late(900);
    for line in [
        format!("verify --from {slow} --log-key {vkey} --time-limit 2"),
        format!("archive restore --from {slow} again --log-key {vkey} --time-limit 2"),
    ] {
        let ran = place.soon(&line);
        assert_eq!((ran.status, ran.out.as_str()), (4, ""), "{line}: {}", ran.err);
        assert!(
            ran.err.starts_with("time_limit: the server is too slow: in 2 seconds"),
            "{}",
            ran.err
        );
        assert!(ran.err.contains(" of 4 entries were there"), "{line}: {}", ran.err);
        assert!(ran.err.contains("--time-limit SECONDS"), "{}", ran.err);
        assert!(ran.took < Duration::from_secs(8), "{line}: {:?}", ran.took);
        assert!(!place.path("again").exists());
    }
    let ran = place.soon(&format!("verify --against {} --time-limit 1", late(2_000)));
    assert_eq!((ran.status, &ran.err[..12]), (4, "time_limit: "), "{}{}", ran.out, ran.err);
    let ran = place.soon(&format!("verify --from {} --log-key {vkey} --time-limit 20", late(50)));
    assert_eq!(ran.status, 0, "{}{}", ran.out, ran.err);
    // One answer that comes drop by drop.
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let head = "HTTP/1.1 200 OK\r\nContent-Length: 600\r\n\r\n";
        stream.write_all(head.as_bytes()).unwrap();
        while stream.write_all(b"x").is_ok() {
            std::thread::sleep(Duration::from_millis(100));
        }
    });
    let ran = place.soon(&format!("verify --from http://{address} --unpinned --time-limit 2"));
    assert_eq!(ran.status, 4, "{}", ran.err);
    assert!(
        ran.err.starts_with("time_limit: ") && ran.took < Duration::from_secs(8),
        "{}",
        ran.err
    );
    for line in ["verify --time-limit 5", "archive restore --from pudong other --time-limit 5"] {
        let ran = place.run(line);
        assert_eq!((ran.status, &ran.err[..12]), (2, "flag_unfit: "), "{line}: {}", ran.err);
    }
    for line in ["verify --help", "archive restore --help"] {
        assert!(place.ok(line).contains("[default: 1800]"), "{line}");
    }
}
