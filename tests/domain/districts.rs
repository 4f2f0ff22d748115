//! The districts of Shanghai, whose codes ended and were followed by others; and programmes that
//! they lead. History is never renamed: what was Nanhui's stays Nanhui's.

use crate::given::{Given, day};
use crate::wishes::*;
use earmark::domain::event::{
    DistrictRegistered, FundEstablished, ProgrammeRegistered, ProjectApproved,
};
use earmark::domain::kinds::Level;

/// A city with the four districts that ended, and those that followed them.
fn shanghai() -> Given {
    let of_city = |name: &str| DistrictRegistered {
        parent: Some(code("310000")),
        ..district(name, Level::District)
    };
    let given = Given::ledger().today("2017-01-01").and(district("310000", Level::City));
    let kept = ["310101", "310106", "310115"]
        .into_iter()
        .fold(given, |given, name| given.and(of_city(name)));
    let all = ["310119", "310103", "310108", "310230"]
        .into_iter()
        .fold(kept, |given, name| given.and(of_city(name)));
    // Chongming was a county, and came back under another code as a district.
    let chongming = DistrictRegistered { valid_from: Some(day("2016-07-22")), ..of_city("310151") };
    all.and(retire("310119", Some("310115")).on("2009-05-31"))
        .and(retire("310103", Some("310101")).on("2011-06-30"))
        .and(retire("310108", Some("310106")).on("2015-10-31"))
        .and(chongming)
        .and(retire("310230", Some("310151")).on("2016-07-21"))
}

#[test]
fn a_district_that_ended_names_its_successor() {
    for (ended, last_day, day_after, successor) in [
        ("310119", "2009-05-31", "2009-06-01", "310115"),
        ("310103", "2011-06-30", "2011-07-01", "310101"),
        ("310108", "2015-10-31", "2015-11-01", "310106"),
        ("310230", "2016-07-21", "2016-07-22", "310151"),
    ] {
        let wish = FundEstablished { district: Some(code(ended)), ..fund("F") };
        shanghai().and(wish.clone().on(last_day));
        shanghai().when(wish.on(day_after)).then_refused(
            "district_not_valid",
            &format!(
                "district {ended} is valid from open to {last_day}, not on {day_after}
                 hint: use its successor {successor}
                 details: date={day_after} | valid_to={last_day}"
            ),
        );
    }
}

#[test]
fn a_code_is_not_valid_before_its_day() {
    let wish = FundEstablished { district: Some(code("310151")), ..fund("CM") };
    shanghai().when(wish.clone().on("2016-07-21")).then_refused(
        "district_not_valid",
        "district 310151 is valid from 2016-07-22 to open, not on 2016-07-21
         hint: name the district that was valid on that day
         details: date=2016-07-21 | valid_from=2016-07-22",
    );
    shanghai().and(wish.on("2016-07-22"));
}

#[test]
fn what_a_district_had_stays_its_own() {
    let of =
        |wish: FundEstablished, name: &str| FundEstablished { district: Some(code(name)), ..wish };
    let given = shanghai()
        .and(of(fund("NH"), "310119").on("2002-01-01"))
        .payee("V-1")
        .and(allocate("NH:2009", 100).on("2009-01-01"));
    // Its fund is used after it ended; only new things need a district that is valid.
    let in_nanhui = ProjectApproved { district: Some(code("310119")), ..project("P") };
    let given = given.and(in_nanhui.clone().on("2009-05-31"));
    let given = given.and(commit("C-1").of("P").of_fund("NH").amount(50).on("2009-07-01"));
    let late = ProjectApproved { code: code("Q"), ..in_nanhui };
    given
        .when(late.on("2009-07-01"))
        .then_refused(
            "district_not_valid",
            "district 310119 is valid from open to 2009-05-31, not on 2009-07-01
             hint: use its successor 310115
             details: date=2009-07-01 | valid_to=2009-05-31",
        )
        .when(ProgrammeRegistered { district: Some(code("310108")), ..programme("G") })
        .then_refused(
            "district_not_valid",
            "district 310108 is valid from open to 2015-10-31, not on 2017-01-01
             hint: use its successor 310106
             details: date=2017-01-01 | valid_to=2015-10-31",
        );
}

#[test]
fn streets_lie_in_districts_and_districts_in_the_city() {
    let street =
        DistrictRegistered { parent: Some(code("310115")), ..district("S", Level::Street) };
    let inside = DistrictRegistered { parent: Some(code("S")), ..district("T", Level::Street) };
    shanghai().and(street).when(inside).then_refused(
        "district_order",
        "district S is not of a level above T
         hint: a street lies in a district, a district in a city",
    );
}

#[test]
fn a_project_implements_a_programme_of_the_city() {
    let led =
        ProgrammeRegistered { district: Some(code("310000")), ..programme("社会保障卡") };
    let implements = ProjectApproved { programme: Some(code("社会保障卡")), ..project("P") };
    shanghai().and(led).and(implements);
}
