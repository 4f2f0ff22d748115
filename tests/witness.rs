//! A city that is the witness of three districts' ledgers, by the built binary and over HTTP.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::arithmetic_side_effects,
    reason = "test code"
)]

use earmark::edge::clock::Stopwatch;
use earmark::edge::http::Http;
use earmark::tlog::checkpoint::Checkpoint;
use earmark::tlog::cosignature::WitnessKey;
use earmark::tlog::note::{Note, NoteSignature};
use serde_json::Value;
use std::io::{BufRead, BufReader, ErrorKind, Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

const DISTRICTS: [&str; 3] = ["pudong", "xuhui", "minhang"];

/// A folder with a home for each office.
struct City(tempfile::TempDir);

struct Ran {
    status: i32,
    out: String,
    err: String,
}

/// A witness that is ended by its process id when it goes out of scope.
struct Serving {
    child: Child,
    url: String,
}

impl Drop for Serving {
    fn drop(&mut self) {
        let _gone = self.child.kill();
        let _waited = self.child.wait();
    }
}

impl Serving {
    /// Asks it to stop, as a system does; true if it ends with success.
    fn stop(mut self) -> bool {
        let pid = self.child.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &pid]).status().unwrap().success());
        self.child.wait().unwrap().success()
    }
}

impl City {
    /// Three districts with a ledger each, and the city's witness.
    fn new() -> Self {
        let city = Self(tempfile::tempdir().unwrap());
        for name in DISTRICTS {
            let origin = format!("budget.example/{name}");
            city.ok(name, &["init", name, "--name", name, "--origin", &origin, "--officer", "li"]);
        }
        city.ok("city", &["witness", "init", "--name", "city.example/witness"]);
        city
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn command(&self, home: &str, words: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_earmark"));
        command.current_dir(self.0.path()).env_clear().stdin(Stdio::null()).args(words);
        command.env("EARMARK_HOME", self.path(&format!("{home}-home")));
        command
    }

    fn run(&self, home: &str, words: &[&str]) -> Ran {
        let output = self.command(home, words).output().unwrap();
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        let status = output.status.code().unwrap();
        Ran { status, out: text(output.stdout), err: text(output.stderr) }
    }

    fn ok(&self, home: &str, words: &[&str]) -> String {
        let ran = self.run(home, words);
        assert_eq!(ran.status, 0, "{words:?}\n{}{}", ran.out, ran.err);
        ran.out
    }

    fn json(&self, home: &str, words: &[&str]) -> Value {
        serde_json::from_str(&self.ok(home, &[words, &["-O", "json"]].concat())).unwrap()
    }

    /// The key of a district's log, from its pin.
    fn log_key(&self, name: &str) -> String {
        let pins = std::fs::read_to_string(self.path(&format!("{name}-home/known-logs"))).unwrap();
        let pin = pins.lines().find(|line| line.starts_with("budget.example/")).unwrap();
        pin.split(' ').nth(3).unwrap().to_owned()
    }

    fn witness_key(&self) -> WitnessKey {
        let shown = self.json("city", &["witness", "show"]);
        shown["witness"]["vkey"].as_str().unwrap().parse().unwrap()
    }

    fn serve(&self) -> Serving {
        let keys = DISTRICTS.map(|name| self.log_key(name));
        let mut words = vec!["witness", "serve", "--listen", "127.0.0.1:0"];
        keys.iter().for_each(|key| words.extend(["--log", key]));
        let mut command = self.command("city", &words);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let url = line.trim().rsplit(' ').next().unwrap().to_owned();
        assert!(url.starts_with("http://127.0.0.1:"), "{line}");
        Serving { child, url }
    }

    /// The policy of a district: its log, and the city as the one witness at this URL.
    fn policy(&self, name: &str, url: &str) -> String {
        let (log, witness) = (self.log_key(name), self.witness_key());
        let text = format!("log {log}\nwitness city {witness} {url}\nquorum city\n");
        std::fs::write(self.path(&format!("{name}.policy")), text).unwrap();
        format!("{name}.policy")
    }

    fn establish(&self, home: &str, ledger: &str, fund: &str) {
        let words = ["fund", "establish", fund, "--name", fund, "--kind", "special"];
        self.ok(home, &[&words[..], &["--purpose", "it", "--ledger", ledger]].concat());
    }

    fn publish(&self, name: &str) -> Ran {
        self.run(name, &["publish", "--ledger", name, "--policy", &format!("{name}.policy")])
    }

    /// What somebody with the policy and nothing else says of a district's log.
    fn audit(&self, name: &str) -> Ran {
        let (log, policy) = (format!("{name}/log"), format!("{name}.policy"));
        self.run("auditor", &["verify", "--from", &log, "--policy", &policy])
    }

    fn read(&self, path: &str) -> String {
        std::fs::read_to_string(self.path(path)).unwrap()
    }
}

fn copy(from: &Path, to: &Path) {
    assert!(Command::new("cp").arg("-a").args([from, to]).status().unwrap().success());
}

#[test]
fn a_city_cosigns_its_districts_and_notices_a_fork() {
    let city = City::new();
    let serving = city.serve();
    for name in DISTRICTS {
        city.policy(name, &serving.url);
        let alone = city.audit(name);
        assert_eq!(alone.status, 3, "{}", alone.out);
        assert!(alone.out.contains("quorum"), "{}", alone.out);
        let published = city.publish(name);
        assert_eq!(published.status, 0, "{}{}", published.out, published.err);
        assert!(published.out.contains("quorum       city met"), "{}", published.out);
        let audited = city.audit(name);
        assert_eq!(audited.status, 0, "{}{}", audited.out, audited.err);
        assert!(audited.out.starts_with("Verified: "), "{}", audited.out);
        let (checkpoint, cosigned) = ("log/checkpoint", "log/checkpoint.cosigned");
        assert_eq!(
            city.read(&format!("{name}/{checkpoint}")),
            city.read(&format!("{name}/{cosigned}"))
        );
    }
    // A twin of the first district, as somebody with its keys could make.
    copy(&city.path("pudong"), &city.path("twin"));
    copy(&city.path("pudong-home"), &city.path("twin-home"));
    std::fs::copy(city.path("pudong.policy"), city.path("twin.policy")).unwrap();

    // What comes after is covered by the last cosigned head, but for itself.
    city.establish("pudong", "pudong", "PD-1");
    assert_eq!(
        Note::parse(city.read("pudong/log/checkpoint").as_bytes()).unwrap().signatures().len(),
        1
    );
    let audited = city.audit("pudong");
    assert_eq!(audited.status, 0, "{}{}", audited.out, audited.err);
    assert!(audited.out.contains("1 entry not yet cosigned"), "{}", audited.out);
    assert_eq!(city.publish("pudong").status, 0);
    assert!(!city.audit("pudong").out.contains("not yet cosigned"));
    // Asked again it cosigns again; a publish with nothing new keeps what is there.
    assert_eq!(city.publish("pudong").status, 0);
    city.ok("pudong", &["publish", "--ledger", "pudong"]);
    assert_eq!(
        Note::parse(city.read("pudong/log/checkpoint").as_bytes()).unwrap().signatures().len(),
        2
    );

    city.establish("twin", "twin", "PD-2");
    let forked = city.publish("twin");
    assert_eq!(forked.status, 4, "{}", forked.out);
    assert!(
        forked.err.starts_with("quorum_not_reached: the entries are published, but"),
        "{}",
        forked.err
    );
    assert!(forked.out.contains("witness_says_fork"), "{}", forked.out);
    // The twin's last cosigned head is older, and it still extends that one.
    assert!(city.audit("twin").out.contains("1 entry not yet cosigned"));

    // Without the witness the entries are published all the same.
    assert!(serving.stop());
    city.establish("xuhui", "xuhui", "XH-1");
    // A package carries the last cosigned head, and holds by it.
    city.ok("xuhui", &["export", "package", "--ledger", "xuhui", "-o", "kit.zip"]);
    let kit = ["verify", "--from", "kit.zip", "--policy", "xuhui.policy"];
    assert!(city.ok("auditor", &kit).contains("1 entry not yet cosigned"));
    let alone = city.publish("xuhui");
    assert_eq!(alone.status, 4, "{}", alone.out);
    assert!(alone.err.contains("city: unreachable"), "{}", alone.err);
    let serving = city.serve();
    city.policy("xuhui", &serving.url);
    assert_eq!(city.publish("xuhui").status, 0);
    assert!(!city.audit("xuhui").out.contains("not yet cosigned"));
}

#[test]
fn a_log_that_was_taken_back_behind_its_cosigned_head_is_no_longer_verified() {
    let city = City::new();
    let serving = city.serve();
    city.policy("pudong", &serving.url);
    copy(&city.path("pudong/log"), &city.path("old-log"));
    city.establish("pudong", "pudong", "PD-1");
    assert_eq!(city.publish("pudong").status, 0);
    let cosigned = city.path("pudong/log/checkpoint.cosigned");
    // The older log with the newer cosigned head: it lacks what was cosigned.
    std::fs::copy(&cosigned, city.path("old-log/checkpoint.cosigned")).unwrap();
    let words = ["verify", "--from", "old-log", "--policy", "pudong.policy"];
    let behind = city.run("auditor", &words);
    assert_eq!(behind.status, 3);
    assert!(behind.out.contains("truncated"), "{}", behind.out);
    // Without it there is no cosignature at all.
    std::fs::remove_file(city.path("old-log/checkpoint.cosigned")).unwrap();
    let none = city.run("auditor", &words);
    assert_eq!(none.status, 3);
    assert!(none.out.contains("the quorum city is not met"), "{}", none.out);
}

/// Posts as a log does; gives what was cosigned.
fn post(url: &str, body: &str) -> (u16, String, String) {
    let http = Http::default();
    let answer = http.post(&format!("{url}/add-checkpoint"), body.as_bytes(), 65_536).unwrap();
    (answer.status, answer.content_type, String::from_utf8(answer.body).unwrap())
}

#[test]
fn the_answers_are_those_of_the_protocol() {
    let city = City::new();
    let serving = city.serve();
    let first = city.read("pudong/log/checkpoint");
    let body = format!("old 0\n\n{first}");
    let (status, kind, line) = post(&serving.url, &body);
    assert_eq!((status, kind.as_str()), (200, "text/plain"));
    let line: NoteSignature = line.strip_suffix('\n').unwrap().parse().unwrap();
    let note = Note::parse(first.as_bytes()).unwrap();
    assert!(city.witness_key().check(note.text(), &line).is_some());
    let size = Checkpoint::parse(note.text()).unwrap().size;
    let held = (409, "text/x.tlog.size".to_owned(), format!("{size}\n"));
    assert_eq!(post(&serving.url, &body), held);
    let unknown = body.replacen("budget.example/pudong", "budget.example/nowhere", 1);
    let status = |body: &str| post(&serving.url, body).0;
    assert_eq!(status(&unknown), 404);
    assert_eq!(status("nonsense"), 400);
    assert_eq!(status(&body.replacen("old 0", "old 99", 1)), 400);
    let resized = body.replacen(&format!("\n{size}\n"), &format!("\n{}\n", size + 1), 1);
    assert_eq!(status(&resized), 403);
    let proven = body.replacen(
        "old 0",
        &format!("old {size}\n{}", earmark::tlog::tree::EMPTY_ROOT.to_base64()),
        1,
    );
    assert_eq!(status(&proven), 422);
    assert_eq!(status(&"x".repeat(100_000)), 413);

    let hash = earmark::tlog::tree::sha256(b"budget.example/pudong");
    let get = |path: &str| Http::default().get(&format!("{}/{path}", serving.url), 65_536).unwrap();
    let monitored = get(&format!("{hash}/checkpoint")).unwrap();
    let monitored = Note::parse(&monitored).unwrap();
    assert!(city.witness_key().cosigned_at(&monitored).unwrap().is_some());
    assert_eq!(get("00/checkpoint"), None);
    assert_eq!(get("elsewhere"), None);
}

/// What somebody sends who does not mean to end: a connection and no more, half a head, a head without its
/// end, half a body, and one byte now and then.
const HALVES: [&str; 5] = [
    "",
    "POST /add-che",
    "POST /add-checkpoint HTTP/1.1\r\nHost: x\r\nX-A: ",
    "POST /add-checkpoint HTTP/1.1\r\nHost: x\r\nContent-Length: 900\r\n\r\nold 0\n",
    "POST /add-checkpoint HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nold",
];

/// Whoever holds places without ending a request holds them from nobody: an honest request is answered at
/// once, again and again, and the memory stays bounded.
#[test]
fn half_requests_keep_nobody_waiting() {
    let city = City::new();
    let serving = city.serve();
    let policy = city.policy("pudong", &serving.url);
    let address = serving.url.trim_start_matches("http://").to_owned();
    for (count, soon) in [(256_usize, 3), (2_000, 10)] {
        let stopped = Arc::new(AtomicBool::new(false));
        let mut halves: Vec<TcpStream> = (0..count)
            .map(|number| {
                let mut stream = TcpStream::connect(&address).unwrap();
                // One that was put out already refuses it, which is as it should be.
                let _put_out = stream.write_all(HALVES[number % HALVES.len()].as_bytes());
                stream
            })
            .collect();
        // Slow senders: a byte to each, round and round; who was put out comes again.
        let slow = std::thread::spawn({
            let (stopped, address) = (Arc::clone(&stopped), address.clone());
            move || {
                let mut turns = 0_usize;
                while !stopped.load(Ordering::Relaxed) {
                    for half in &mut halves {
                        if half.write_all(b"x").is_err()
                            && let Ok(again) = TcpStream::connect(&address)
                        {
                            *half = again;
                        }
                        if stopped.load(Ordering::Relaxed) {
                            break;
                        }
                    }
                    turns += 1;
                    std::thread::sleep(Duration::from_millis(20));
                }
                turns
            }
        });
        for turn in 0..3 {
            city.establish("pudong", "pudong", &format!("F-{count}-{turn}"));
            let since = Stopwatch::start();
            let ran = city.publish("pudong");
            let took = since.elapsed();
            assert_eq!(ran.status, 0, "{policy}: {}{}", ran.out, ran.err);
            assert!(took < Duration::from_secs(soon), "{count} half requests: {took:?}");
        }
        stopped.store(true, Ordering::Relaxed);
        assert!(slow.join().unwrap() > 0);
    }
    let status = std::fs::read_to_string(format!("/proc/{}/status", serving.child.id())).unwrap();
    let peak = status.lines().find(|line| line.starts_with("VmHWM:")).unwrap();
    let kib: u64 = peak.split_whitespace().nth(1).unwrap().parse().unwrap();
    assert!(kib < 64 * 1_024, "{kib} KiB");
    assert!(serving.stop());
}

/// Where nobody needs its place, a connection that says nothing is ended all the same, in its time.
#[test]
fn an_idle_connection_ends() {
    let city = City::new();
    let serving = city.serve();
    let since = Stopwatch::start();
    let mut idle = TcpStream::connect(serving.url.trim_start_matches("http://")).unwrap();
    idle.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
    match idle.read(&mut [0]) {
        Ok(0) => {}
        Err(error) if error.kind() == ErrorKind::ConnectionReset => {}
        other => panic!("{other:?}"),
    }
    let lasted = since.elapsed();
    assert!(lasted > Duration::from_secs(25), "{lasted:?}: it was ended early");
}

/// Killed in the middle of its work again and again, it never forgets what it cosigned.
#[test]
fn a_witness_that_is_killed_knows_every_head_it_gave_out() {
    let city = City::new();
    let mut largest = 0;
    for round in 0..6_u64 {
        let mut serving = city.serve();
        let url = serving.url.clone();
        let path = city.policy("pudong", &url);
        city.establish("pudong", "pudong", &format!("PD-{round}"));
        let publish = ["publish", "--ledger", "pudong", "--policy", &path, "-q"];
        let mut publishing =
            city.command("pudong", &publish).stderr(Stdio::null()).spawn().unwrap();
        std::thread::sleep(std::time::Duration::from_millis(40 * round));
        serving.child.kill().unwrap();
        serving.child.wait().unwrap();
        publishing.wait().unwrap();
        let cosigned = std::fs::read(city.path("pudong/log/checkpoint.cosigned")).ok();
        let cosigned = cosigned.map_or(0, |note| Checkpoint::read(&note).unwrap().size);
        assert!(cosigned >= largest);
        largest = cosigned;
        let again = city.serve();
        // Whoever asks without knowing is told a size at least as large.
        let checkpoint = city.read("pudong/log/checkpoint");
        let (status, _, size) = post(&again.url, &format!("old 0\n\n{checkpoint}"));
        match status {
            409 => assert!(size.trim().parse::<u64>().unwrap() >= largest),
            other => assert_eq!((other, largest), (200, 0)),
        }
    }
}

#[test]
fn verbs_say_what_is_missing() {
    let city = City::new();
    let again = city.run("city", &["witness", "init", "--name", "other"]);
    assert_eq!((again.status, &again.err[..15]), (2, "witness_exists:"));
    let none = city.run("nobody", &["witness", "serve", "--log", &city.log_key("pudong")]);
    assert_eq!((none.status, &none.err[..11]), (2, "no_witness:"));
    let name = city.run("nobody", &["witness", "init", "--name", "a b"]);
    assert_eq!((name.status, &name.err[..19]), (2, "key_name_malformed:"));
    assert!(!city.path("nobody-home/keys").exists());
    city.policy("xuhui", "http://127.0.0.1:9");
    let other = city.run("pudong", &["publish", "--ledger", "pudong", "--policy", "xuhui.policy"]);
    assert_eq!((other.status, &other.err[..18]), (2, "log_not_in_policy:"));
    std::fs::write(city.path("bad.policy"), "quorum W\n").unwrap();
    let bad = city.run("pudong", &["publish", "--ledger", "pudong", "--policy", "bad.policy"]);
    assert_eq!(bad.status, 2);
    assert!(
        bad.err.starts_with("policy_malformed: bad.policy: the policy cannot be read: line 1:"),
        "{}",
        bad.err
    );
    let neither = city.run("city", &["witness", "serve"]);
    assert_eq!(neither.status, 2);
}

/// The keys came to a new machine without the anchor: only the witness knows how long the log was.
#[test]
fn a_copy_older_than_what_the_witness_cosigned_is_not_written_to() {
    let city = City::new();
    let serving = city.serve();
    let policy = city.policy("pudong", &serving.url);
    copy(&city.path("pudong/log"), &city.path("old-log"));
    city.establish("pudong", "pudong", "PD-1");
    city.establish("pudong", "pudong", "PD-2");
    assert_eq!(city.publish("pudong").status, 0);
    let restore = |from: &str, to: &str| {
        std::fs::remove_dir_all(city.path("pudong-home/anchors")).unwrap();
        city.run("pudong", &["archive", "restore", "--from", from, "--policy", &policy, to])
    };

    let ran = restore("old-log", "old");
    assert_eq!(ran.status, 3, "{}{}", ran.out, ran.err);
    assert!(ran.out.contains("this machine's anchor says more entries"), "{}", ran.out);
    let words = ["fund", "close", "PD-1", "--ledger", "old"];
    let refused = city.run("pudong", &words);
    assert!(refused.err.starts_with("shorter_than_anchor: "), "{}", refused.err);

    let ran = restore("pudong/log", "whole");
    assert_eq!((ran.status, ran.err.as_str()), (0, ""), "{}", ran.out);
    city.establish("pudong", "whole", "PD-3");

    // A witness that cannot be heard is told; the copy's own cosigned head still counts.
    assert!(serving.stop());
    copy(&city.path("pudong/log/checkpoint.cosigned"), &city.path("old-log/"));
    let ran = restore("old-log", "unheard");
    assert_eq!(ran.status, 3, "{}{}", ran.out, ran.err);
    assert!(ran.err.contains("witness city was not heard: "), "{}", ran.err);
}
