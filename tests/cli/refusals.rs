//! What is refused: in words, with both figures and the next step, and by exit status.

use super::Place;

#[test]
fn a_rule_that_says_no_exits_1_and_writes_nothing() {
    let place = Place::with_fund();
    place.ok("payee register SOFT-A --name A");
    place.ok("project approve CARD --title Card --purpose it/card --ceiling 300万 --from PD-INFO:2002=300万");
    place.ok("commit HT-1 --project CARD --payee SOFT-A --amount 240万");
    let size = place.size();
    place.refuses(
        "disburse 300万 --commitment HT-1",
        1,
        "
commitment_exceeded: a payment or reduction stays within what is committed: commitment HT-1 on line PD-INFO:2002 has CNY 2,400,000.00, asked for CNY 3,000,000.00
  next: pay less, or increase the commitment (earmark commitment increase)
",
    );
    place.refuses(
        "project approve ROADS --title Roads --purpose roads --from PD-INFO:2002=1",
        1,
        "
purpose_outside: roads is not a purpose of fund PD-INFO, which is for it (专款专用)
  next: use a fund for this purpose (earmark funds)
",
    );
    place.refuses(
        "disburse 5 --commitment HT-2 -O json",
        1,
        "
{\"error\":{\"code\":\"unknown_commitment\",\"message\":\"there is no commitment HT-2\",\"details\":{},\"hint\":\"did you mean HT-1? see `earmark commitments`\"}}
",
    );
    assert_eq!(place.size(), size);
}

#[test]
fn words_that_do_not_parse_exit_2() {
    let place = Place::with_fund();
    place.refuses(
        "bal",
        2,
        "
error: unrecognized subcommand 'bal'

  tip: a similar subcommand exists: 'balance'

Usage: earmark [OPTIONS] <COMMAND>

For more information, try '--help'.
",
    );
    place.refuses(
        "bal -O json",
        2,
        "
{\"error\":{\"code\":\"usage\",\"message\":\"unrecognized subcommand 'bal'\",\"details\":{\"found\":\"bal\",\"meant\":\"balance\"},\"hint\":\"see the verb's --help\"}}
",
    );
    place.refuses(
        "allocate PD-INFO 2003 -5",
        2,
        "
amount_signed: <AMOUNT>: amounts are never signed; the verb says the direction; found `-5`
  next: leave the sign out, and choose the verb: supplement or reduce, increase or reduce
",
    );
    place.refuses(
        "balance --as-of 2002Q5 -O json",
        2,
        "
{\"error\":{\"code\":\"period_malformed\",\"message\":\"--as-of <DATE>: not a day, month, quarter or year; found `2002Q5`\",\"details\":{\"found\":\"2002Q5\",\"allowed\":\"2002-03-15, 2002-03, 2002Q1 or 2002\",\"argument\":\"--as-of <DATE>\"},\"hint\":\"write 2002-03-15, 2002-03, 2002Q1 or 2002\"}}
",
    );
    place.refuses(
        "allocate PD-INFO 2003 0.001",
        2,
        "
amount_too_fine: amounts in CNY have at most 2 places after the point; found `0.001`
  next: round it as your office rounds
",
    );
}

#[test]
fn flags_that_mean_nothing_together_exit_2() {
    let place = Place::with_fund();
    for (line, first) in [
        (
            "balance --officer li",
            "flag_unfit: --officer says whose key signs; this verb signs nothing",
        ),
        (
            "key new wang --ledger pudong",
            "flag_unfit: --ledger names a ledger that is there; this verb needs none",
        ),
        ("allocate PD-INFO 2003 1 -O csv", "format_unfit: this verb prints table or json, not csv"),
        (
            "allocate PD-INFO 2003 1 -o receipt.csv",
            "format_unfit: this verb prints table or json, not csv",
        ),
        (
            "allocate PD-INFO 2003 1 --unit wan",
            "flag_unfit: --unit is the display unit of tables; this prints none in it",
        ),
        (
            "balance -O csv --unit wan",
            "flag_unfit: --unit is the display unit of tables; this prints none in it",
        ),
        ("balance --raw", "flag_unfit: --raw is about the cells of CSV; this prints none"),
        (
            "export csv -O csv",
            "flag_unfit: -O chooses a format; the export has the one of its name",
        ),
        ("export hledger --raw", "flag_unfit: --raw is about the cells of CSV; this prints none"),
        ("balance -o balance.ods", "format_unknown: this release writes no balance.ods"),
        ("balance --on 2002-01-01", "error: unexpected argument '--on' found"),
        ("balance -q -v", "error: the argument '--quiet' cannot be used with '--verbose'"),
        (
            "commit K --project P --fund F --purpose it --amount 1",
            "error: the argument '--project <CODE>' cannot be used with:",
        ),
        (
            "verify --log-key x --unpinned",
            "error: the argument '--log-key <VKEY>' cannot be used with '--unpinned'",
        ),
        (
            "import a.csv --mapping m.toml --on 2002-01-01",
            "error: unexpected argument '--on' found",
        ),
    ] {
        let ran = place.run(line);
        let found = ran.err.lines().next().unwrap_or_default();
        assert_eq!((found, ran.status, ran.out.as_str()), (first, 2, ""), "earmark {line}");
    }
    assert_eq!(place.size(), 4);
}

#[test]
fn what_the_machine_cannot_exits_4() {
    let place = Place::with_fund();
    let held = earmark::edge::lock::LedgerLock::acquire(&place.path("pudong")).unwrap();
    let pid = std::process::id();
    place.refuses(
        "allocate PD-INFO 2003 1 --wait 0",
        4,
        &format!(
            "locked: the ledger DIR/pudong is held by process {pid}\n  next: wait until it is done \
             and try again, or end it: what it has acknowledged is kept; reading and verifying need \
             no lock\n"
        ),
    );
    assert!(place.ok("balance").contains("PD-INFO"));
    assert!(place.ok("verify").starts_with("Verified: "));
    drop(held);
    let ran = place.ran(
        place
            .command("balance")
            .stdout(std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap()),
    );
    assert_eq!(ran.status, 4);
    assert_eq!(
        ran.err,
        "not_printed: the result could not be printed: No space left on device (os error 28)\n  \
         next: check where the output goes; what was recorded stays recorded\n"
    );
}

#[test]
fn a_reader_that_goes_away_ends_the_run_quietly() {
    let place = Place::with_fund();
    for line in ["register", "export jsonl", "export hledger", "--help", "verify"] {
        let mut child = place
            .command(line)
            .stdout(std::process::Stdio::piped())
            .stderr(std::process::Stdio::piped())
            .spawn()
            .unwrap();
        drop(child.stdout.take());
        let output = child.wait_with_output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!((output.status.code(), said.as_str()), (Some(0), ""), "earmark {line}");
    }
}

#[test]
fn the_same_command_id_is_recorded_once() {
    let place = Place::with_fund();
    let line = "allocation supplement PD-INFO 2002 50万 --on 2002-03-01 --command-id 2002-0301-01";
    place.ok(line);
    place.prints(
        line,
        "
Recorded before as @4, by the same command id: a supplement of CNY 500,000.00 to PD-INFO:2002, dated 2002-03-01.
  left: CNY 10,500,000.00 available on PD-INFO:2002
  published; the ledger has 5 entries
",
    );
    let ran = place.run(&line.replace("50万", "60万"));
    assert_eq!(ran.status, 1);
    assert!(
        ran.err.starts_with("command_id_reused: this command id was used at @4"),
        "{}",
        ran.err
    );
    assert!(ran.err.contains("amount"), "{}", ran.err);
    assert_eq!(place.size(), 5);
}

#[test]
fn a_dry_run_shows_everything_and_writes_nothing() {
    let place = Place::with_fund();
    place.prints(
        "allocation supplement PD-INFO 2002 50万 --dry-run",
        "
Would record: a supplement of CNY 500,000.00 to PD-INFO:2002, dated 2002-06-30.
  left: CNY 10,500,000.00 available on PD-INFO:2002
  dry run: nothing was written
",
    );
    assert_eq!(place.run("allocation lapse PD-INFO:2002 2000万 --dry-run").status, 1);
    assert_eq!(place.size(), 4);
}
