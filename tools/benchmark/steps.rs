//! The steps, in the order of the table.

use crate::beside::Sqlite;
use crate::{
    Table, Wanted, cores, cpu_seconds, folder_bytes, in_child, ledgers, peak_mebibytes, raw,
};
use earmark::chain::signature::Signer;
use earmark::desk::writer::Writer;
use earmark::ledger::{Durability, Reader};
use earmark::verify::{Tier, Trust, verify};
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

fn at(sorted: &[f64], share: f64) -> f64 {
    sorted[((sorted.len() - 1) as f64 * share).round() as usize]
}

fn micros(mut seconds: Vec<f64>) -> (f64, f64) {
    seconds.sort_by(f64::total_cmp);
    (at(&seconds, 0.5) * 1e6, at(&seconds, 0.99) * 1e6)
}

pub(crate) fn run(wanted: &Wanted, folder: &Path, table: &mut Table) {
    let small = folder.join("small");
    std::fs::create_dir(&small).unwrap();
    drop(ledgers::create(&small).close());
    let entry = payment_bytes(&small);
    let single = records(wanted, folder, &small, &entry, table);
    waiting(wanted, &small, single, table);
    hashing(&entry, table);
    import(wanted, folder, table);
    signatures(wanted, folder, table);
    balances(wanted, folder, table);
}

/// The bytes of a payment's entry, as they stand in the log.
fn payment_bytes(folder: &Path) -> Vec<u8> {
    let mut ledger = ledgers::open(folder);
    let receipt =
        ledgers::submit(&mut ledger, &ledgers::payment("HT-00001", 1), Durability::Published);
    let sealed = ledger.entry(receipt.entries[0].index).unwrap().unwrap();
    ledger.close().unwrap();
    sealed.bytes
}

/// Gives the medians of a single record, recorded and published, and of a payment in SQLite, µs.
fn records(
    wanted: &Wanted,
    folder: &Path,
    small: &Path,
    entry: &[u8],
    table: &mut Table,
) -> [f64; 3] {
    let (sign, check) = raw::signature();
    let mut ledger = ledgers::open(small);
    // Raw, recorded and published take turns, so that a disk that drifts drifts for all.
    let (mut raws, mut recorded, mut published) = (Vec::new(), Vec::new(), Vec::new());
    let (sqlite, mut beside) = (Sqlite::new(wanted, folder, "sqlite-single"), Vec::new());
    let rounds = wanted.records.div_ceil(50);
    for _ in 0..rounds {
        raws.extend(raw::fdatasync(folder, entry, 50));
        beside.push(sqlite.single(50) / 1e6);
        for (until, times) in
            [(Durability::Recorded, &mut recorded), (Durability::Published, &mut published)]
        {
            for _ in 0..50 {
                let order = ledgers::payment("HT-00001", 1);
                let start = Instant::now();
                ledgers::submit(&mut ledger, &order, until);
                times.push(start.elapsed().as_secs_f64());
            }
        }
    }
    ledger.close().unwrap();
    let (raw_p50, raw_p99) = micros(raws);
    let (rec_p50, rec_p99) = micros(recorded);
    let (pub_p50, pub_p99) = micros(published);
    let (sqlite_p50, _) = micros(beside);
    table.row(
        "beside: SQLite, single payment",
        format!("p50 {sqlite_p50:.0} µs"),
        "WAL, synchronous = FULL, BLAKE3 chain, unique document number, kept totals; no signature",
    );
    let bytes = entry.len();
    table.row(
        "raw: write + fdatasync",
        format!("p50 {raw_p50:.0} µs, p99 {raw_p99:.0} µs"),
        &format!("{bytes} bytes of our entry into a preallocated file"),
    );
    let signature = format!("sign {:.1} µs, verify {:.1} µs", sign * 1e6, check * 1e6);
    table.row("raw: Ed25519", signature, "one core");
    let limit = raw_p50 + sign * 1e6;
    table.row(
        "single record, recorded",
        format!("p50 {rec_p50:.0} µs, p99 {rec_p99:.0} µs"),
        &format!(
            "1 entry a command, 1 signature; {:.2} × (raw fdatasync + signature), {:.2} × SQLite",
            rec_p50 / limit,
            rec_p50 / sqlite_p50
        ),
    );
    table.row(
        "single record, published",
        format!("p50 {pub_p50:.0} µs, p99 {pub_p99:.0} µs"),
        &format!("with archive, anchor and checkpoint; {:.1} × raw fdatasync", pub_p50 / raw_p50),
    );
    [rec_p50, pub_p50, sqlite_p50]
}

/// Eight who wait for one writer, each with one command at a time.
fn waiting(wanted: &Wanted, small: &Path, single: [f64; 3], table: &mut Table) {
    const WRITERS: usize = 8;
    let place = small.to_owned();
    let open = Box::new(move || Ok(ledgers::open(&place)));
    let writer = Writer::start(open, Arc::new(ledgers::Silent)).unwrap();
    let kinds = [("recorded", Durability::Recorded), ("published", Durability::Published)];
    let [_, _, sqlite] = single;
    for ((word, until), single) in kinds.into_iter().zip(single) {
        let each = wanted.records.div_ceil(2);
        let start = Instant::now();
        std::thread::scope(|scope| {
            for _ in 0..WRITERS {
                let queue = writer.queue();
                scope.spawn(move || {
                    let signer: Arc<dyn Signer> = Arc::new(ledgers::officer());
                    for _ in 0..each {
                        let instruction = ledgers::instruction(ledgers::payment("HT-00001", 1));
                        queue.submit(instruction, Arc::clone(&signer), until).wait().unwrap();
                    }
                });
            }
        });
        let rate = (WRITERS * each) as f64 / start.elapsed().as_secs_f64();
        table.row(
            &format!("eight waiting writers, {word}"),
            format!("{rate:.0} commands/s"),
            &format!(
                "one writer, a queue, one sync for all who wait; {:.1} × a single one's, {:.1} × SQLite's",
                rate * single / 1e6,
                rate * sqlite / 1e6
            ),
        );
    }
    writer.close().unwrap();
}

fn hashing(entry: &[u8], table: &mut Table) {
    let (blake3, sha256) = raw::hashes(entry);
    table.row("raw: BLAKE3", format!("{:.2} M entries/s", blake3 / 1e6), "our entry, one core");
    table.row("raw: SHA-256", format!("{:.2} M entries/s", sha256 / 1e6), "our entry, one core");
}

fn import(wanted: &Wanted, folder: &Path, table: &mut Table) {
    let big = folder.join("import");
    std::fs::create_dir(&big).unwrap();
    drop(ledgers::create(&big).close());
    let csv = folder.join("payments.csv");
    ledgers::write_csv(&csv, 0, wanted.rows);
    let before = folder_bytes(&ledgers::ledger_folder(&big).join("log"));
    let printed = in_child("import", &[big.to_str().unwrap(), csv.to_str().unwrap()]);
    let figures: Vec<f64> = printed.split_whitespace().map(|f| f.parse().unwrap()).collect();
    let (seconds, memory, commands, cpu) = (figures[0], figures[1], figures[2], figures[3]);
    let rows = f64::from(wanted.rows);
    let sqlite = Sqlite::new(wanted, folder, "sqlite-import");
    let (bulk, check) = (sqlite.import(&csv), sqlite.check());
    table.row(
        "beside: SQLite, the same CSV",
        format!("{bulk:.0} rows/s"),
        "parsed by the csv crate, a commit for 4,000 rows",
    );
    table.row(
        "import",
        format!("{:.0} entries/s", rows / seconds),
        &format!(
            "{rows} payments from CSV to published archive, {:.0} entries a command and signature; \
             {:.1} µs of processor time an entry; {:.2} × SQLite",
            rows / commands,
            cpu / rows * 1e6,
            rows / seconds / bulk
        ),
    );
    let allowed = (96e6 + 32.0 * rows) / 1_048_576.0;
    let note = format!("peak resident memory of the import; {allowed:.0} MiB allowed");
    table.row("import, memory", format!("{memory:.0} MiB"), &note);
    let ledger = ledgers::ledger_folder(&big);
    let log = folder_bytes(&ledger.join("log")) - before;
    let note = format!("archive; {:.0} with the store", folder_bytes(&ledger) as f64 / rows);
    table.row("bytes an entry", format!("{:.0} B", log as f64 / rows), &note);
    table.row(
        "beside: SQLite, chain check",
        format!("{check:.0} rows/s"),
        "every row read and hashed, one thread",
    );
    for (word, step) in [("all tiers", "verify"), ("--tier chain,log", "verify-log")] {
        let printed = in_child(step, &[ledger.to_str().unwrap()]);
        let figures: Vec<f64> = printed.split_whitespace().map(|f| f.parse().unwrap()).collect();
        table.row(
            &format!("verify, {word}"),
            format!("{:.0} entries/s", figures[0]),
            &format!(
                "cold process, {:.0} MiB, {:.1} µs of processor time an entry; {:.2} × SQLite",
                figures[1],
                figures[2],
                figures[0] / check
            ),
        );
    }
}

/// A ledger where every entry is a command: each has a signature to check.
fn signatures(wanted: &Wanted, folder: &Path, table: &mut Table) {
    let place = folder.join("signatures");
    std::fs::create_dir(&place).unwrap();
    let mut ledger = ledgers::create(&place);
    ledgers::pay_one_by_one(&mut ledger, wanted.commands);
    ledger.close().unwrap();
    let printed = in_child("verify", &[ledgers::ledger_folder(&place).to_str().unwrap()]);
    let figures: Vec<f64> = printed.split_whitespace().map(|f| f.parse().unwrap()).collect();
    let (_, check) = raw::signature();
    let wished = 0.7 * cores() as f64 / check;
    table.row(
        "verify, one entry a command",
        format!("{:.0} entries/s", figures[0]),
        &format!(
            "{} commands, each signed, cold process; 0.7 × {} cores ÷ one verify_strict ({:.1} µs) \
             = {wished:.0}",
            wanted.commands,
            cores(),
            check * 1e6
        ),
    );
}

fn balances(wanted: &Wanted, folder: &Path, table: &mut Table) {
    let big = folder.join("balances");
    std::fs::create_dir(&big).unwrap();
    drop(ledgers::create(&big).close());
    let ledger = ledgers::ledger_folder(&big);
    let sqlite = Sqlite::new(wanted, folder, "sqlite-balances");
    let mut rows = 0;
    for size in [10_000, 100_000, wanted.entries] {
        let present = Reader::open(&ledger, None).unwrap().size() as u32;
        if size <= present {
            continue;
        }
        let csv = folder.join("more.csv");
        ledgers::write_csv(&csv, rows, size - present);
        rows += size - present;
        in_child("import", &[big.to_str().unwrap(), csv.to_str().unwrap()]);
        let ask = ["balance", "--by", "fund", "-O", "json"];
        let median = median_of_cold(wanted, &big, &ledger, &ask);
        sqlite.import(&csv);
        let beside = median_of(|| sqlite.balance());
        table.row(
            &format!("balance by fund at {size}"),
            format!("{:.1} ms", median * 1e3),
            &format!(
                "median of 11 cold processes of the program; {:.1} × SQLite's kept totals ({:.1} ms)",
                median / beside,
                beside * 1e3
            ),
        );
    }
    let proof = folder.join("one.tlog-proof");
    let entry = format!("@{}", wanted.entries / 3);
    let ask = ["prove", entry.as_str(), "-o", proof.to_str().unwrap(), "-O", "json"];
    let median = median_of_cold(wanted, &big, &ledger, &ask);
    table.row(
        &format!("prove one entry at {}", wanted.entries),
        format!("{:.1} ms", median * 1e3),
        "median of 11 cold processes, with both files written; 5 ms allowed",
    );
    let printed = in_child("verify", &[ledger.to_str().unwrap()]);
    let figures: Vec<f64> = printed.split_whitespace().map(|f| f.parse().unwrap()).collect();
    table.row(
        &format!("verify, all tiers, at {}", wanted.entries),
        format!("{:.0} entries/s", figures[0]),
        &format!("cold process, {:.0} MiB", figures[1]),
    );
}

/// Median seconds of 11 cold processes of the program.
fn median_of_cold(wanted: &Wanted, folder: &Path, ledger: &Path, ask: &[&str]) -> f64 {
    median_of(|| {
        let mut command = std::process::Command::new(&wanted.earmark);
        command.args(["--ledger", ledger.to_str().unwrap()]).args(ask);
        command.env("EARMARK_HOME", folder.join("home"));
        command
    })
}

/// Median seconds of 11 runs of a command.
fn median_of(command: impl Fn() -> std::process::Command) -> f64 {
    let once = || {
        let start = Instant::now();
        let output = command().output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        start.elapsed().as_secs_f64()
    };
    let mut times: Vec<f64> = (0..11).map(|_| once()).collect();
    times.sort_by(f64::total_cmp);
    at(&times, 0.5)
}

/// A step in a process of its own: prints its figures.
pub(crate) fn child(step: &str, arguments: &[String]) {
    match step {
        // By hand: a ledger and a file of payments, to look at with a profiler.
        "create" => {
            let folder = Path::new(&arguments[0]);
            ledgers::create(folder).close().unwrap();
            ledgers::write_csv(&folder.join("payments.csv"), 0, arguments[1].parse().unwrap());
        }
        "singles" => {
            let mut ledger = ledgers::create(Path::new(&arguments[0]));
            ledgers::pay_one_by_one(&mut ledger, arguments[1].parse().unwrap());
            ledger.close().unwrap();
        }
        "import" => {
            let start = Instant::now();
            let summary = ledgers::import(Path::new(&arguments[0]), Path::new(&arguments[1]));
            let seconds = start.elapsed().as_secs_f64();
            println!("{seconds} {} {} {}", peak_mebibytes(), summary.commands, cpu_seconds());
        }
        "verify" | "verify-log" => {
            let all = if step == "verify" { &Tier::ALL[..] } else { &[Tier::Chain, Tier::Log] };
            let folder = Path::new(&arguments[0]);
            let start = Instant::now();
            let reader = Reader::open(folder, None).unwrap();
            let caches = folder.join("cache");
            let trust = Trust::default();
            let report = verify(&reader, Some(&caches), all, &trust, &mut |_| {}).unwrap();
            assert!(report.is_whole(), "{:?}", report.faults);
            let rate = report.size as f64 / start.elapsed().as_secs_f64();
            println!("{rate} {} {}", peak_mebibytes(), cpu_seconds() / report.size as f64 * 1e6);
        }
        other => panic!("no step {other}"),
    }
}
