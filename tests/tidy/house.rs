//! The rules of the house as tables. A deliberate change of the house is a change of these.

/// What each room, or one of its files, may import from the other rooms. Its own room is always
/// allowed, and `error`. The longest name that fits a file counts; `-` takes out again.
pub const MAY_IMPORT: &[(&str, &str)] = &[
    ("error", "domain::rejection words"),
    ("file", "-error"),
    ("domain", "-error"),
    ("words", "-error domain"),
    ("words::verdict", "-error domain chain tlog projection verify"),
    ("form", "domain"),
    ("chain", ""),
    ("chain::body", "domain"),
    ("tlog", "chain::signature"),
    ("store", "chain::entry chain::hash"),
    ("archive", "chain::entry chain::hash tlog"),
    ("projection", "domain chain::entry chain::hash"),
    (
        "report",
        "domain::money domain::calendar domain::ids domain::kinds domain::posting chain::entry \
         projection words",
    ),
    ("ledger", "domain chain tlog store archive projection edge -store::sled -edge::keys"),
    (
        "verify",
        "domain chain tlog store archive projection ledger::reader ledger::Reader edge \
         -store::sled -edge::keys",
    ),
    ("import", "domain words chain::hash form projection report ledger export edge -edge::keys"),
    ("export", "domain chain::hash tlog::tree projection report ledger import edge -edge::keys"),
    (
        "edge",
        "domain::money domain::calendar domain::ids domain::kinds chain::entry chain::hash \
         chain::signature",
    ),
    ("witness", "tlog edge -edge::keys"),
    ("api", "witness"),
    (
        "desk",
        "domain words chain tlog archive form projection report ledger verify export edge -store::sled",
    ),
    (
        "cli",
        "domain words chain tlog store archive form projection report ledger verify import export edge \
         witness api desk -store::sled",
    ),
    ("main", "cli"),
];

/// Files that need each other, a row a circle: none. It stays so.
pub const CIRCLES_LEFT: &[&str] = &[];

/// The rooms whose answers follow from their arguments alone, and what they therefore never name.
pub const PURE_ROOMS: &[&str] =
    &["domain", "words", "form", "chain", "tlog", "projection", "report"];
/// What a pure room never names.
pub const IMPURE: &[&str] =
    &["std::fs", "std::env", "std::net", "std::process", "std::os", "crate::file"];

/// The rooms in whose texts nothing is typed, for they are read on pages too.
pub const NO_SURFACE: &[&str] = &["domain"];
/// What is typed on a command line.
pub const TYPED: &[&str] = &["--", "earmark "];

/// Where tests verify by ours alone: through which all others go to both, with a cache or a bookmark beside the
/// other one's word, while the log grows, after simulated power cuts, and where what one reads is counted.
pub const VERIFY_HOMES: &[&str] = &[
    "tests/both/",
    "tests/tamper/book.rs",
    "tests/tamper/bookmark.rs",
    "tests/tamper/live.rs",
    "tests/crash/",
    "tests/work.rs",
];

/// The only homes of an external crate.
pub const CRATE_HOMES: &[(&str, &[&str])] = &[
    ("bincode", &["chain::body"]),
    ("blake3", &["chain::hash"]),
    ("chacha20poly1305", &["chain::confidential"]),
    ("sled", &["store::sled"]),
    ("crc32c", &["store"]),
    ("clap", &["cli"]),
    ("indicatif", &["cli"]),
    ("terminal_size", &["cli"]),
    ("ed25519_dalek", &["chain::signature", "tlog", "edge::keys"]),
    ("pkcs8", &["edge::keys"]),
    ("rpassword", &["edge::keys"]),
    ("sha2", &["chain::signature", "tlog", "edge::keys"]),
    ("libc", &["file"]),
    ("rustix", &["edge::apart"]),
    ("calamine", &["import::sheet"]),
    ("getrandom", &["edge::randomness"]),
    ("indexmap", &["domain::table"]),
    ("foldhash", &["domain::table"]),
    ("encoding_rs", &["import"]),
    ("regex", &["import"]),
    ("csv", &["import", "report", "export"]),
    (
        "serde_json",
        &[
            "import",
            "report",
            "desk",
            "export",
            "cli",
            "archive::package",
            "words::receipt",
            "words::verdict",
        ],
    ),
    ("zip", &["export", "archive::package", "import::sheet"]),
    ("rust_xlsxwriter", &["report::xlsx"]),
    ("toml", &["import", "edge::config", "desk"]),
    ("axum", &["api"]),
    ("tokio", &["api"]),
    ("ureq", &["edge::http"]),
    ("flate2", &["edge::http"]),
];

/// The only home of the clock, and how it is read.
pub const CLOCK_HOME: &str = "edge::clock";
/// The calls that read the clock.
pub const CLOCK_CALLS: &[&str] =
    &["SystemTime::now", "Instant::now", "Timestamp::now", "Zoned::now"];

/// The only place where files are opened, and how they are.
pub const FILE_HOME: &str = "file";
/// The calls that open a file by its name.
pub const FILE_CALLS: &[&str] = &[
    "File::open",
    "File::create",
    "File::create_new",
    "File::options",
    "OpenOptions",
    "fs::read",
    "fs::read_to_string",
    "fs::write",
    "fs::copy",
];

/// A question whose answer is "no" where the disk cannot tell.
pub const UNSURE: &str = ". exists (";

/// The most lines of a file without the tests at its end.
pub const MAX_LINES: usize = 500;
/// The most lines of `src/main.rs`: parse, run, exit code.
pub const MAX_MAIN_LINES: usize = 15;

/// Words that are not the field's (design: Words), in names of modules and types.
pub const FOREIGN_WORDS: &[&str] = &[
    "block", "offset", "parent", "tip", "backend", "driver", "manager", "service", "helper",
    "util", "common", "process", "handle",
];
/// A foreign word as a noun only: `AllocationRecord` is refused, `RecordAllocation` is a wish.
pub const FOREIGN_NOUN: &str = "record";

/// What is never left behind, in any text file. Written in halves so that this file passes.
pub const LEFT_BEHIND: &[(&str, &str)] = &[
    (concat!("TO", "DO"), "finish it, or say it in the commit"),
    (concat!("FIX", "ME"), "finish it, or say it in the commit"),
    (concat!("todo", "!("), "finish it"),
    (concat!("unimplemented", "!("), "finish it"),
    (concat!("#[ig", "nore"), "make the test pass or take it out"),
    (concat!("/wo", "rk/"), "name no path of one machine"),
    (concat!("/ro", "ot/"), "name no path of one machine"),
    (concat!("/ho", "me/"), "name no path of one machine"),
];

/// The lines that Cargo.toml's lints must hold.
pub const LINTS: &[&str] = &[
    "unsafe_code = \"forbid\"",
    "missing_docs = \"deny\"",
    "missing_debug_implementations = \"deny\"",
    "unreachable_pub = \"deny\"",
    "let_underscore_drop = \"deny\"",
    "arithmetic_side_effects = \"deny\"",
    "indexing_slicing = \"deny\"",
    "unwrap_used = \"deny\"",
    "expect_used = \"deny\"",
    "as_conversions = \"deny\"",
    "float_arithmetic = \"deny\"",
    "wildcard_enum_match_arm = \"deny\"",
    "missing_errors_doc = \"deny\"",
    "missing_panics_doc = \"deny\"",
    "too_many_lines = \"deny\"",
    "print_stdout = \"deny\"",
    "print_stderr = \"deny\"",
    "dbg_macro = \"deny\"",
    "allow_attributes_without_reason = \"deny\"",
    "disallowed_methods = \"deny\"",
    "disallowed_types = \"deny\"",
];
/// The line that clippy.toml must hold: how long a function may be.
pub const FUNCTION_LIMIT: &str = "too-many-lines-threshold = 70";
