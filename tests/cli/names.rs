//! Names come from strangers: to a terminal they are harmless, and what is shown is found.

use super::Place;

#[test]
fn what_is_typed_never_moves_the_terminal() {
    let place = Place::with_fund();
    for line in [
        "show 'a\u{1b}[2Jb'",
        "balance 'a\u{1b}[2Jb'",
        "register 'x\u{1b}[2J'",
        "allocate 'a\u{1b}[2Jb' 2002 1",
        "allocate PD-INFO 2002 '\u{1b}[2J'",
        "payee register P --name 'a\u{1b}[2Jb'",
        "payee register P --name 'a\u{202e}b'",
        "allocate PD-INFO 2003 1 --document 'a\u{1b}[2Jb'",
        "officer enroll 'a\u{1b}[2Jb' --role maker",
        "verify --log-key 'a\u{1b}[2Jb'",
        "init n --name n --origin 'a\u{1b}[2Jb'",
        "balance --ledger 'a\u{1b}[2Jb'",
        "import 'a\u{1b}[2Jb' --mapping 'a\u{1b}[2Jb'",
    ] {
        let ran = place.run(line);
        assert!(matches!(ran.status, 1 | 2), "earmark {line}: {}", ran.status);
        assert!(!ran.err.contains(['\u{1b}', '\u{202e}']), "earmark {line}\n{}", ran.err);
        assert_eq!(ran.out, "");
    }
    place.refuses(
        "payee register P --name 'a\u{1b}[2Jb'",
        1,
        "
text_not_allowed: name contains U+001B; control, direction, line-separator and unassigned characters are not allowed
  next: take that character out
",
    );
}

#[test]
fn a_name_that_a_spreadsheet_would_run_is_guarded_in_csv() {
    let place = Place::with_fund();
    place.ok("payee register EVIL --name '=cmd|calc'");
    assert!(place.ok("payees -O csv").contains("EVIL,'=cmd|calc,"));
    assert!(place.ok("payees -O csv --raw").contains("EVIL,=cmd|calc,"));
    assert!(place.ok("payees").contains("=cmd|calc"));
    assert_eq!(place.value("payees")["rows"][0]["name"], "=cmd|calc");
}

#[test]
fn a_bare_code_is_taken_only_where_one_thing_has_it() {
    let place = Place::with_fund();
    place.ok("payee register SAME --name A");
    place.ok("project approve SAME --title B --purpose it");
    place.refuses(
        "show SAME",
        2,
        "
name_ambiguous: SAME names 2 things
  next: say which: project:SAME, payee:SAME
",
    );
    assert!(place.ok("show payee:SAME").starts_with("Payee SAME\n"));
    place.refuses(
        "show fund:SAME",
        2,
        "
unknown_name: there is no fund SAME
  next: see earmark funds
",
    );
    for line in [
        "show @3",
        "show PD-INFO",
        "show PD-INFO:2002",
        "show officer:li",
        "show line:PD-INFO:2002",
    ] {
        place.ok(line);
    }
    for line in ["show @99", "show PD-INFO:2003", "show PD-INFO/2002/1", "show nothing"] {
        assert!(place.run(line).err.starts_with("unknown_name: "), "{line}");
    }
}

#[test]
fn an_entry_is_shown_with_where_the_money_went() {
    let place = Place::with_fund();
    place.prints(
        "show @3",
        "
@3 · AllocationRecorded
  entry        3
  id           ID
  hash         HASH
  recorded_at  2002-06-30T01:00:00.000003Z
  occurred_on  2002-01-10
  type         AllocationRecorded
  officer      li
  command      ID
  line         PD-INFO:2002
  amount       10,000,000.00
  source.kind  own
  moves        PD-INFO:2002 authority → PD-INFO:2002 unreserved, CNY 10,000,000.00
",
    );
}
