//! Rows that are known by columns of their own: held against the booking that stands, of their own list,
//! in every field.

use super::Place;
use super::rows::{MAPPING, counts, import, place, read};

fn keyed(source: &str) -> String {
    let mapping = MAPPING.replace("source = \"payments\"", &format!("source = \"{source}\""));
    format!("key = [\"No\"]\n{mapping}")
}

fn refused(place: &Place, file: &str) -> String {
    read(place, file).lines().nth(1).unwrap().to_owned()
}

fn list(amount: &str) -> String {
    format!("No,Date,Payee,Amount\n1,2001-02-01,Ash,{amount}\n")
}

#[test]
fn a_row_that_was_reversed_and_booked_anew_is_held_against_the_new_booking() {
    let place = place();
    place.write("keyed.toml", &keyed("payments"));
    let take = |name: &str, amount: &str| {
        place.write(name, &list(amount));
        import(&place, &format!("{name} --mapping keyed.toml"))
    };
    counts(&take("a.csv", "10"), 1, 0, 0);
    place.ok(&format!("reverse @{} --reason wrong --on 2001-02-02", place.size() - 1));
    counts(&take("b.csv", "12"), 1, 0, 0);
    counts(&take("b.csv", "12"), 0, 1, 0);
    counts(&take("c.csv", "10"), 0, 0, 1);
    let said = refused(&place, "c.rejects.csv");
    assert!(said.contains("row_changed") && said.contains("12.00"), "{said}");
}

#[test]
fn two_lists_that_number_their_rows_alike_are_two_lists() {
    let place = place();
    for (source, amount) in [("run-a", "10"), ("run-b", "20")] {
        place.write(&format!("{source}.toml"), &keyed(source));
        place.write(&format!("{source}.csv"), &list(amount));
        counts(&import(&place, &format!("{source}.csv --mapping {source}.toml")), 1, 0, 0);
    }
    for source in ["run-a", "run-b"] {
        counts(&import(&place, &format!("{source}.csv --mapping {source}.toml")), 0, 1, 0);
    }
}

const PAYEES: &str = r#"source = "names"
key = ["No"]
historical = true
[[event]]
type = "payee.register"
occurred_on = "2001-01-01"
code = { template = "{Payee|code}" }
name = { column = "Payee" }
"#;

#[test]
fn a_reversal_of_something_else_changes_no_row() {
    let place = place();
    place.write("payees.toml", PAYEES);
    place.write("payees.csv", "No,Payee\n1,Ash\n");
    counts(&import(&place, "payees.csv --mapping payees.toml"), 1, 0, 0);
    place.ok("allocation supplement GF 2001 5 --on 2002-03-01");
    place.ok(&format!("reverse @{} --reason wrong --on 2002-03-02", place.size() - 1));
    place.write("keyed.toml", &keyed("payments"));
    place.write("a.csv", &list("10"));
    counts(&import(&place, "a.csv --mapping keyed.toml"), 1, 0, 0);
    counts(&import(&place, "payees.csv --mapping payees.toml"), 0, 1, 0);
}

const PROJECTS: &str = r#"source = "projects"
key = ["No"]
historical = true
[[event]]
type = "project.approve"
occurred_on = "2001-02-01"
code = { column = "Code" }
title = "T"
purpose = { column = "Purpose" }
district = "D"
ceiling = { column = "Ceiling" }
"#;

const PLEDGES: &str = r#"source = "pledges"
key = ["No"]
historical = true
[[event]]
type = "follow-on.pledge"
occurred_on = "2001-02-01"
code = { column = "No" }
project = "P"
investor = { column = "Investor" }
kind = { column = "Kind" }
amount = 5
"#;

const MOVES: &str = r#"source = "moves"
key = ["No"]
historical = true
[[event]]
type = "allocation.supplement"
when = { column = "Way", equals = "more" }
occurred_on = "2001-02-01"
fund = "GF"
year = 2001
amount = { column = "Amount" }
[[event]]
type = "allocation.reduce"
when = { column = "Way", equals = "less" }
occurred_on = "2001-02-01"
fund = "GF"
year = 2001
amount = { column = "Amount" }
"#;

#[test]
fn every_field_of_a_row_is_held_against_what_is_booked() {
    let place = place();
    place.ok(
        "district register D --name D --level district --valid-from 1993-01-01 --on 2002-01-02",
    );
    for (name, mapping, first, changed) in [
        (
            "projects",
            PROJECTS,
            "No,Code,Purpose,Ceiling\n1,P,gen,1000\n",
            &[
                "No,Code,Purpose,Ceiling\n1,P,gen,999999\n",
                "No,Code,Purpose,Ceiling\n1,P,gen/more,1000\n",
            ][..],
        ),
        (
            "pledges",
            PLEDGES,
            "No,Investor,Kind\n1,Li,private\n",
            &["No,Investor,Kind\n1,Wang,private\n", "No,Investor,Kind\n1,Li,own_funds\n"][..],
        ),
        ("moves", MOVES, "No,Way,Amount\n1,more,100\n", &["No,Way,Amount\n1,less,100\n"][..]),
    ] {
        place.write("map.toml", mapping);
        place.write("rows.csv", first);
        counts(&import(&place, "rows.csv --mapping map.toml"), 1, 0, 0);
        counts(&import(&place, "rows.csv --mapping map.toml"), 0, 1, 0);
        for (number, list) in changed.iter().enumerate() {
            let file = format!("{name}-{number}");
            place.write(&format!("{file}.csv"), list);
            counts(&import(&place, &format!("{file}.csv --mapping map.toml")), 0, 0, 1);
            let said = refused(&place, &format!("{file}.rejects.csv"));
            assert!(said.contains("row_changed"), "{said}");
        }
    }
}

#[test]
fn rows_of_another_mapping_are_counted_also_where_they_have_a_key() {
    let place = place();
    place.write("keyed.toml", &keyed("payments"));
    place.write("a.csv", &list("10"));
    counts(&import(&place, "a.csv --mapping keyed.toml"), 1, 0, 0);
    place.write("keyed.toml", &format!("# completed\n{}", keyed("payments")));
    let again = import(&place, "a.csv --mapping keyed.toml");
    counts(&again, 0, 1, 0);
    assert_eq!(again["known_of_other_mapping"], 1);
}

#[test]
fn a_line_that_is_brought_to_zero_is_no_row() {
    let place = place();
    let targets = |day: &str| {
        format!(
            "source = \"budget\"\nhistorical = true\ntarget = {{ as_of = \"{day}\", absent = \"zero\" }}\n\
             [create.fund]\nname = {{ column = \"Fund\" }}\nkind = \"special\"\npurposes = \"gen\"\n\
             [[event]]\ntype = \"allocation.record\"\namount_is = \"target\"\noccurred_on = \"{day}\"\n\
             fund = {{ column = \"Fund\" }}\nyear = 2001\namount = {{ column = \"Amount\" }}\n"
        )
    };
    place.write("first.toml", &targets("2001-01-01"));
    place.write("first.csv", "Fund,Amount\nA,500\nB,300\n");
    counts(&import(&place, "first.csv --mapping first.toml"), 2, 0, 0);
    place.write("later.toml", &targets("2001-06-30"));
    place.write("later.csv", "Fund,Amount\nA,600\n");
    let later = import(&place, "later.csv --mapping later.toml");
    assert_eq!((&later["rows"], &later["booked"]), (&1.into(), &1.into()), "{later}");
    assert!(place.run("balance B").out.contains("0.00"));
}
