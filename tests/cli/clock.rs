//! A clock that does not fit the last entry: asked by its own day, counted, and said where a time is
//! asked for.

use super::{NOW, Place};

#[test]
fn the_first_command_after_a_month_is_recorded_without_a_question() {
    let mut place = Place::with_fund();
    place.now = "2002-08-08T09:00:00+08:00".to_owned();
    place.ok("fund establish F-2 --name Two --kind special --purpose it");
    place.now = "2002-09-17T09:00:01+08:00".to_owned();
    place.refuses(
        "fund establish F-3 --name Three --kind special --purpose it",
        1,
        "
clock_ahead: the clock says 2002-09-17T01:00:01.000000Z, more than 40 days after the last entry of 2002-08-08T01:00:00.000000Z
  next: if the clock is right, repeat its day: --accept-clock 2002-09-17; else set it right and run the same command again
",
    );
    place.refuses(
        "fund establish F-3 --name Three --kind special --purpose it --accept-clock 2002-09-16",
        1,
        "
clock_day: --accept-clock repeats the clock's own day, which is 2002-09-17, not 2002-09-16
  next: look whether the clock is right; if it is, write its own day, else set it right
",
    );
    place.ok(
        "fund establish F-3 --name Three --kind special --purpose it --accept-clock 2002-09-17",
    );
    assert_eq!(place.value("verify")["verify"]["clocks"]["ahead"], 1);
}

#[test]
fn after_an_officer_with_a_clock_150_years_ahead_everybody_goes_on() {
    let mut place = Place::with_fund();
    place.now = "2152-06-30T09:00:00+08:00".to_owned();
    place.ok("fund establish F-2 --name Two --kind special --purpose it --accept-clock 2152-06-30");
    place.now = NOW.replace("06-30", "07-01");
    place.refuses(
        "payee register P-1 --name One",
        1,
        "
clock_behind: the clock says 2002-07-01T01:00:00.000000Z, more than a minute before the last entry of 2152-06-30T01:00:00.000000Z
  next: set the clock right and run the same command again; if it is right, and the last entry's was wrong, repeat its day: --accept-clock 2002-07-01 (recorded right after the last entry, and marked)
",
    );
    place.ok("payee register P-1 --name One --accept-clock 2002-07-01");
    place.refuses(
        "payee register P-2 --name Two --accept-clock 2002-07-01 --on 2002-07-02",
        1,
        "
date_in_future: 2002-07-02 is after today, 2002-07-01
  next: give the day it happened with --on
",
    );
    let verdict = place.value("verify");
    assert_eq!(verdict["verify"]["verified"], true);
    assert_eq!(verdict["verify"]["clocks"], serde_json::json!({"ahead": 1, "behind": 1}));
    let text = place.ok("verify");
    let line = "  clocks:      recorded on an officer's word: 1 more than 40 days after the entry before, 1 under a \
                clock behind it; over such a stretch a time says nothing, a size does\n";
    assert!(text.contains(line), "{text}");
    let doctor = place.ok("doctor");
    assert!(
        doctor.contains(
            "note      clock    recorded on an officer's word: 1 more than 40 days after the entry before, 1 \
             under a clock behind it\n"
        ) && doctor.contains("ask for --as-known-at SIZE"),
        "{doctor}"
    );

    // The time of a day in that stretch says so, in both languages, and names the sizes.
    let ran = place.run("payees --as-known-at 2002-07-01");
    assert_eq!(
        (ran.status, ran.err.as_str()),
        (
            0,
            "warning: time says nothing here, size does: a clock did not fit the log, and what stands at @4 to \
             @5 may have been known then; this is size 4; --as-known-at 6 is the log with them\n"
        )
    );
    let ran = place.run("payees --as-known-at 2002-07-01 --lang zh");
    assert!(ran.err.contains("请以条数为准"), "{}", ran.err);
    for clear in ["2001-12-31", "2160-01-01", "6", "4"] {
        assert_eq!(place.run(&format!("payees --as-known-at {clear}")).err, "", "{clear}");
    }
}
