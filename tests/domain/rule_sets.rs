//! What rule set 3 asks beyond 2: each rule under both, since a ledger stays judged by the rules of each
//! command's time.

use crate::given::Given;
use crate::wishes::*;
use earmark::domain::event::*;
use earmark::domain::ids::{Code, Tag, Text};
use earmark::domain::kinds::Control;
use earmark::domain::rejection::Rejection;

/// With a line of 100 and a project of a ceiling of 50, of which 30 are reserved.
fn capped(given: Given) -> Given {
    let given = given.fund("PD").allocation("PD:2001", 100).payee("V-1");
    given.and(project("P").ceiling(50).funded(&[("PD:2001", 30)]))
}

fn adopt(rule_set: u32) -> PolicyAdopted {
    let policy = Policy { rule_set_version: rule_set, ..Policy::default() };
    PolicyAdopted { policy, filing: no_filing() }
}

#[test]
fn a_reservation_stays_within_the_ceiling() {
    let given = capped(Given::under(3))
        .and(commit("C-1").of("P").amount(10))
        .and(reserve("P", "PD:2001", 20));
    given.clone().when(reserve("P", "PD:2001", 1)).then_refused(
        "reserved_above_ceiling",
        "what is reserved for a project stays, with what it has engaged, within its ceiling: project P \
         has CNY 0.00, asked for CNY 1.00
         hint: reserve less, or release what it does not need (earmark reservation release)
         details: asked=1.00 | available=0.00 | limit=project P",
    );
    // What is paid back to the project, or no longer committed, was within it before.
    let given = given.and(reduce("C-1").from(&[("PD:2001", 4)]));
    // A release that is taken back reserves as well.
    let mut released = 0;
    let given = given.and(release("P", "PD:2001", 10)).mark(&mut released);
    given.clone().and(reverse(released));
    let given = given.and(reserve("P", "PD:2001", 10));
    given.when(reverse(released)).then_refused(
        "has_dependents",
        &format!(
            "reversing @{released} would leave project P at CNY -10.00
             hint: reverse the later entries first, last first
             details: entry=@{released} | account=project P | balance=-10.00"
        ),
    );
}

#[test]
fn a_reservation_above_the_ceiling_was_booked_under_2() {
    let given = capped(Given::under(2)).and(reserve("P", "PD:2001", 21));
    let given = given.and(adopt(3));
    given.clone().when(reserve("P", "PD:2001", 1)).then_refused_with("reserved_above_ceiling");
    // What stands may be released, committed up to the ceiling, carried and reversed.
    given.and(commit("C-1").of("P").amount(50)).and(release("P", "PD:2001", 1));
}

#[test]
fn a_reservation_above_the_ceiling_is_a_finding_where_the_policy_only_warns() {
    let warned = capped(Given::under(3)).policy(|policy| policy.control = Control::Warn);
    warned.when(reserve("P", "PD:2001", 30)).then_finds(
        "reserved_above_ceiling: project P has CNY 60.00 reserved or engaged, above its ceiling of CNY \
         50.00",
    );
}

#[test]
fn the_end_of_a_project_is_taken_back() {
    for end in [Wish::from(complete("P")), Wish::from(terminate("P"))] {
        let mut ended = 0;
        let before = capped(Given::under(3));
        let given = before.clone().and(end).mark(&mut ended);
        given.clone().when(commit("C-1").of("P").amount(5)).then_refused_with("project_status");
        let undone = given.clone().and(reverse(ended));
        assert_eq!(undone.state.projects, before.state.projects);
        undone.clone().and(commit("C-1").of("P").amount(5));
        undone.clone().and(complete("P")).and(close_out("P"));
        undone.when(reverse(ended)).then_refused_with("already_reversed");

        let mut closed = 0;
        let settled = given.and(close_out("P")).mark(&mut closed);
        settled.clone().when(reverse(ended)).then_refused(
            "has_dependents",
            &format!(
                "later entries build on @{ended}: project P was closed out
                 hint: reverse the later entries first, last first
                 details: entry=@{ended} | account=project P was closed out"
            ),
        );
        settled.and(reverse(closed)).and(reverse(ended));
    }
}

#[test]
fn under_2_a_project_ends_for_good() {
    let mut ended = 0;
    let given = capped(Given::under(2)).and(complete("P")).mark(&mut ended);
    given.clone().when(reverse(ended)).then_refused(
        "not_reversible",
        &format!(
            "@{ended} is ProjectCompleted, which moves no money and cannot be reversed
             hint: it ends by an event of its own (close, retire, …)"
        ),
    );
    // Whatever it was recorded under: what counts is the time of the reversal.
    given.and(adopt(3)).and(reverse(ended));
}

/// What is refused under 3 and was booked under 2.
#[track_caller]
fn since_3_refused(code: &str, wish: impl Into<Wish>, words: &str) {
    let wish = wish.into();
    let given = |rule_set| Given::under(rule_set).fund("PD");
    given(2).and(wish.clone());
    given(3).when(wish.clone()).then_refused(code, words);
    given(2).and(adopt(3)).when(wish).then_refused(code, words);
}

#[test]
fn codes_that_look_alike_are_alike() {
    let hidden = |field: &str, shown: &str| {
        format!(
            "{field} contains {shown}, which cannot be seen or looks different elsewhere; whoever reads a \
             code has to see all of it
             hint: take that character out"
        )
    };
    let all = [
        ("AC\u{200B}ME", "U+200B"),
        ("ACME\u{2060}", "U+2060"),
        ("AC\u{AD}ME", "U+00AD"),
        ("\u{3164}", "U+3164"),
        ("\u{FEFF}ACME", "U+FEFF"),
        ("葛\u{E0100}", "U+E0100"),
        ("AC\u{FE0F}ME", "U+FE0F"),
        ("\u{E000}", "U+E000"),
        ("A\u{F0000}", "U+F0000"),
        ("A\u{10FFFD}", "U+10FFFD"),
    ];
    for (code, shown) in all {
        since_3_refused(
            "character_hidden",
            PayeeRegistered { name: Text::new("Acme"), ..payee(code) },
            &hidden("payee", shown),
        );
    }
    let code = "PD:2001:2001:A\u{200D}B";
    since_3_refused("character_hidden", allocate(code, 1), &hidden("class", "U+200D"));
    let purposes = vec![Tag::new("it/\u{2063}")];
    since_3_refused(
        "character_hidden",
        FundEstablished { purposes, ..fund("XH") },
        &hidden("purpose", "U+2063"),
    );
    // What can be seen stays, however rare.
    Given::under(3).payee("沪财〔2002〕15号").payee("😀").payee("ﷺ").payee("é");
}

/// A line that was opened under older rules is of use as long as it has money.
#[test]
fn what_was_named_under_2_can_be_used_for_ever() {
    let line = "PD:2001:2001:A\u{200D}B";
    let given = Given::under(2).fund("PD").and(allocate(line, 100)).payee("V\u{200B}");
    let given = given.and(adopt(3)).and(project("P").funded(&[(line, 60)]));
    let given = given.and(PayeeRegistered { name: Text::new("Other"), ..payee("V-1") });
    let given = given.and(supplement(line, 10)).and(commit("C-1").of("P").from(&[(line, 50)]));
    let given = given.and(pay("C-1").from(&[(line, 20)])).and(reserve("P", line, 10));
    given.and(release("P", line, 20)).and(lapse(line, 60));
}

#[test]
fn an_origin_shows_what_it_is() {
    let open = |rule_set| {
        let mut opened = ledger();
        opened.policy.rule_set_version = rule_set;
        opened.origin = Text::new("example.org/led\u{200B}ger");
        crate::wishes::opened(opened)
    };
    Given::nothing().and(open(2));
    Given::nothing().when(open(3)).then_refused_with("character_hidden");
}

#[test]
fn a_name_begins_and_ends_with_something_to_be_seen() {
    for (name, shown) in [
        (" Fund", "U+0020"),
        ("Fund\u{3000}", "U+3000"),
        ("Fund\u{A0}", "U+00A0"),
        ("\u{FEFF}Fund", "U+FEFF"),
        ("Fund\u{200B}", "U+200B"),
        (" ", "U+0020"),
    ] {
        let wish = FundEstablished { name: Text::new(name), ..fund("XH") };
        let words = format!(
            "name begins or ends with {shown}, which cannot be seen there
             hint: take it off at both ends"
        );
        since_3_refused("text_padded", wish, &words);
    }
    for (typed, name) in [
        ("\u{FEFF} 基金\u{3000}", "基金"),
        ("葛\u{E0100}", "葛\u{E0100}"),
        ("a \u{200B} b", "a \u{200B} b"),
        ("\u{200B}", ""),
    ] {
        assert_eq!(Text::typed(typed), Text::new(name));
    }
    Given::under(3).and(FundEstablished { name: Text::new("葛\u{E0100}"), ..fund("XH") });
}

/// The rule set of the time before a command judges all of it.
#[test]
fn what_a_command_adopts_counts_from_the_next_on() {
    let given = Given::under(2).fund("PD");
    let mut events = Vec::new();
    let named = PayeeRegistered { name: Text::new("x"), ..payee("A\u{200B}") };
    for body in [Body::from(adopt(3)), Body::from(named)] {
        events.push(Event {
            occurred_on: given.today,
            historical: false,
            confidential: None,
            body,
        });
    }
    given.clone().when_events(events.clone()).then_booked();
    given.and(adopt(3)).when_events(events).then_refused_with("character_hidden");
    assert_eq!(Code::new("A\u{200B}").check("payee"), Ok::<(), Rejection>(()));
}
