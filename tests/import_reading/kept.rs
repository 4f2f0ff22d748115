//! Imports into a real ledger on disk: what is there when it is opened again, after an end in the
//! middle too.

use crate::data;
use crate::house::House;
use crate::taking::{mapping, ward_budgets};
use earmark::domain::kinds::Stage;
use earmark::error::{Error, Kind, Result};
use earmark::import::intake::LedgerIntake;
use earmark::import::mapping::Mapping;
use earmark::import::rejects::{Refused, Rejects};
use earmark::import::run::{Input, Job, Summary, run};
use earmark::import::survey::Expected;
use earmark::ledger::Ledger;

/// Counts refused rows, and fails at the one after `at_most`.
struct Counted {
    rows: u64,
    at_most: u64,
}

impl Rejects for Counted {
    fn reject(&mut self, _: &Refused<'_>) -> Result<()> {
        self.rows += 1;
        if self.rows <= self.at_most {
            return Ok(());
        }
        Err(Error::new(Kind::Io, "rejects_unwritten", "no room on the disk"))
    }
}

fn import(
    house: &House,
    ledger: &mut Ledger,
    table: &[u8],
    mapping: &Mapping,
    (at_most, dry_run): (u64, bool),
) -> Result<Summary> {
    let path = house.folder.path().join("table.csv");
    std::fs::write(&path, table).unwrap();
    let job = Job {
        input: Input::File(&path),
        mapping,
        source: &mapping.source_of(&path, None)?,
        again: false,
        create_missing: true,
        expected: Expected::default(),
        documents: &|| Ok(Vec::new()),
    };
    let signer = house.officer();
    let batch = ledger.batch(&mapping.source, &signer, None, dry_run)?;
    let mut intake = LedgerIntake::new(batch);
    let mut rejects = Counted { rows: 0, at_most };
    let summary = run(&job, &mut intake, &mut rejects, &mut |_| ())?;
    assert_eq!(summary.refused, rejects.rows);
    intake.finish()?;
    Ok(summary)
}

const ALL: (u64, bool) = (u64::MAX, false);

#[test]
fn chicago_is_kept_as_it_was_taken_even_when_it_ended_in_the_middle() {
    let Some(items) = data("chicago_menu/AllMenu2012-2023.csv.gz") else { return };
    let (budgets, menu) = (mapping("chicago_allocations.toml"), mapping("chicago_menu.toml"));
    let house = House::new();
    let mut ledger = house.create();
    import(&house, &mut ledger, &ward_budgets(), &budgets, ALL).unwrap();
    let before = ledger.head();
    ledger.close().unwrap();

    let mut ledger = house.open();
    let ended = import(&house, &mut ledger, &items, &menu, (20, false));
    assert_eq!(ended.unwrap_err().code(), "rejects_unwritten");
    drop(ledger);

    let mut ledger = house.open();
    let in_the_middle = ledger.head();
    let kept = in_the_middle.size - before.size;
    assert!((8_000..28_087).contains(&kept), "{kept} entries were sealed and durable");
    let dry = import(&house, &mut ledger, &items, &menu, (u64::MAX, true)).unwrap();
    assert_eq!((dry.known, dry.entries, dry.refused), (kept, 28_087 - kept, 21));
    drop(ledger);

    let mut ledger = house.open();
    assert_eq!(ledger.head(), in_the_middle, "a dry run writes nothing");
    let summary = import(&house, &mut ledger, &items, &menu, ALL).unwrap();
    assert_eq!((summary.known, summary.booked, summary.refused), (kept, 28_087 - kept, 21));
    assert_eq!(summary.refused_amount.unwrap().0, 149_515_726);
    let again = import(&house, &mut ledger, &items, &menu, ALL).unwrap();
    assert_eq!((again.known, again.entries, again.refused), (28_087, 0, 21));
    let (state, head) = (ledger.state().clone(), ledger.head());
    ledger.close().unwrap();

    let ledger = house.open();
    assert_eq!((ledger.state(), ledger.head()), (&state, head));
    assert_eq!(head.size, before.size + 28_087);
    let committed = state.leaves.iter().filter(|(leaf, _)| leaf.stage == Stage::Committed);
    assert_eq!(committed.map(|(_, amount)| amount.0).sum::<i128>(), 80_251_272_591);
}
