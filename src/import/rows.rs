//! A mapped row as orders, in the words of the domain's commands; with `--create-missing`, what the
//! row names and the ledger does not know comes first. Judges nothing: `propose` and `admit` do.

use super::fields::{Created, EventKind, Field};
use super::payments::Payments;
use super::plan::{MappedEvent, Plan, Value};
use super::problem::{Problem, quoted};
use super::reader::Row;
use super::text::comparable;
use super::wish::{created_code, filing_of, opened_line};
use crate::domain::calendar::{Date, Year};
use crate::domain::command::{Command, Order};
use crate::domain::event::{AllocationRecorded, DocumentRef, Filing, MoneySource};
use crate::domain::ids::{Code, LineKey, Text};
use crate::domain::kinds::{FundKind, SourceKind};
use crate::domain::money::Amount;
use crate::domain::state::State;
use crate::form::build::Scene;
use std::collections::BTreeMap;

/// The orders of one row, all taken or none.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RowOrders {
    /// The orders.
    pub orders: Vec<Order>,
    /// For each order, the number of the `[[event]]` it is for.
    pub rules: Vec<usize>,
    /// What the row calls things that have codes.
    pub names: Vec<(Created, Code, Text)>,
}

impl RowOrders {
    /// The order of an event itself, which follows what is created for it.
    #[must_use]
    pub fn event(&self, rule: usize) -> Option<&Order> {
        let last = self.rules.iter().rposition(|of| *of == rule)?;
        self.orders.get(last)
    }

    /// Attaches documents to the first order.
    pub fn attach(&mut self, documents: &[DocumentRef]) {
        let first = self.orders.first_mut();
        if let Some(filing) = first.and_then(|order| filing_of(&mut order.command)) {
            filing.documents.extend_from_slice(documents);
        }
    }
}

/// Names under codes, where they are not the code itself.
pub type Names = BTreeMap<(Created, Code), Text>;

/// What rows before said, of this import and of earlier ones.
#[derive(Debug, Default)]
pub struct Met {
    /// Names under codes.
    pub names: Names,
    /// Payments that may be refunded.
    pub payments: Payments,
}

/// How rows become orders.
#[derive(Debug, Clone, Copy)]
pub struct Ordering<'a> {
    /// The mapping, fitted to the file.
    pub plan: &'a Plan,
    /// Whether every event is history.
    pub historical: bool,
    /// Whether what is missing is created.
    pub create_missing: bool,
}

impl Ordering<'_> {
    /// The orders of `row`, which says `events`, on the state before it.
    ///
    /// # Errors
    /// The row's [`Problem`], where a field of something to be created cannot be read.
    pub fn orders(
        &self,
        row: &Row,
        events: Vec<MappedEvent>,
        state: &State,
        met: &Met,
    ) -> Result<RowOrders, Problem> {
        let mut making = Making { how: self, row, state, met, out: RowOrders::default() };
        for mut event in events {
            if self.create_missing {
                making.create_missing(&event)?;
            }
            let filing =
                Filing { documents: Vec::new(), document_no: event.values.text(Field::DocumentNo) };
            let (rule, day) = (event.rule, event.occurred_on);
            let command = making.command(event, filing)?;
            making.push(rule, day, command);
        }
        Ok(making.out)
    }
}

impl Ordering<'_> {
    /// The lines of which `events` say what they should have.
    #[must_use]
    pub fn targets(&self, events: &[MappedEvent], state: &State) -> Vec<LineKey> {
        let targets = events.iter().filter(|event| event.target);
        targets.filter_map(|event| line(event, state).ok()).collect()
    }

    /// The order that takes a line's authority away, as of `day`.
    #[must_use]
    pub fn zero(&self, line: LineKey, day: Date) -> Order {
        let source = MoneySource { kind: SourceKind::Own, division: None, reference: None };
        let (amount, filing) = (Amount::ZERO, Filing::default());
        let command = Command::SetAllocation(AllocationRecorded { line, amount, source, filing });
        Order { occurred_on: Some(day), historical: self.historical, command }
    }
}

/// The line that an event names.
fn line(event: &MappedEvent, state: &State) -> Result<LineKey, Problem> {
    Ok(Scene { state, day: Some(event.occurred_on) }.line(&event.values)?)
}

/// The orders of one row, being made.
struct Making<'a> {
    how: &'a Ordering<'a>,
    row: &'a Row,
    state: &'a State,
    met: &'a Met,
    out: RowOrders,
}

impl Making<'_> {
    fn push(&mut self, rule: usize, occurred_on: Date, command: Command) {
        let occurred_on = Some(occurred_on);
        self.out.orders.push(Order { occurred_on, historical: self.how.historical, command });
        self.out.rules.push(rule);
    }

    fn command(&self, mut event: MappedEvent, filing: Filing) -> Result<Command, Problem> {
        if let Some(of) = &event.refund {
            let found = self.met.payments.find(of, self.state);
            let payment = found.map_err(|problem| problem.in_column(&of.column))?;
            event.values.put(Field::Disbursement, Value::Entry(payment));
        }
        let scene = Scene { state: self.state, day: Some(event.occurred_on) };
        let command = event.kind.form().build(event.values, scene, filing)?;
        if event.target
            && let Command::RecordAllocation(recorded) = command
        {
            return Ok(Command::SetAllocation(recorded));
        }
        Ok(command)
    }

    fn line(&self, event: &MappedEvent) -> Result<LineKey, Problem> {
        line(event, self.state)
    }

    fn create_missing(&mut self, event: &MappedEvent) -> Result<(), Problem> {
        let v = &event.values;
        let of_its_own = matches!(
            event.kind,
            EventKind::AllocationRecord
                | EventKind::AllocationSupplement
                | EventKind::AllocationReduce
                | EventKind::ProjectApprove
                | EventKind::CommitmentMake
                | EventKind::CommitmentIncrease
                | EventKind::DisbursementRecord
                | EventKind::FollowOnPledge
                | EventKind::ReservationMake
        );
        if !of_its_own {
            return Ok(());
        }
        if let Some(fund) = v.code_of(Field::Fund) {
            self.create(Created::Fund, fund, event)?;
            if event.kind != EventKind::AllocationRecord {
                self.create_line(event)?;
            }
        }
        if let Some(Value::Parts(parts)) = v.of(Field::From) {
            for (line, _) in parts {
                self.create(Created::Fund, &line.fund, event)?;
                self.open_line(event, line.clone(), true);
            }
        }
        if let Some(project) = v.code_of(Field::Project) {
            self.create(Created::Project, project, event)?;
        }
        match v.code_of(Field::Payee) {
            Some(payee) => self.create(Created::Payee, payee, event),
            None => Ok(()),
        }
    }

    fn create(&mut self, one: Created, wanted: &Code, event: &MappedEvent) -> Result<(), Problem> {
        let known = match one {
            Created::Fund => self.state.funds.contains_key(wanted),
            Created::Project => self.state.projects.contains_key(wanted),
            Created::Payee => self.state.payees.contains_key(wanted),
        };
        let fields = match one {
            Created::Fund => (Field::Fund, Field::Name),
            Created::Project => (Field::Project, Field::Title),
            Created::Payee => (Field::Payee, Field::Name),
        };
        let made = self.makes(|command| created_code(one, command) == Some(wanted));
        let mut v = match self.how.plan.created(one, self.row) {
            Ok(Some(values)) => values,
            Ok(None) => return Ok(()),
            // What is there needs no fields to be created with.
            Err(_) if known => return Ok(()),
            Err(problem) => return Err(problem),
        };
        let name =
            v.text(fields.1).or_else(|| self.how.plan.plain_name(event.rule, fields.0, self.row));
        if let Some(name) = &name {
            self.check_name(one, wanted, name, self.how.plan.column(event.rule, fields.0))?;
            self.out.names.push((one, wanted.clone(), name.clone()));
        }
        if known || made {
            return Ok(());
        }
        v.put(Field::Code, Value::Code(wanted.clone()));
        v.put(fields.1, Value::Text(name.unwrap_or_else(|| Text::new(wanted.as_str()))));
        if one == Created::Fund && !v.has(Field::Kind) {
            v.put(Field::Kind, Value::Word(FundKind::Special.text()));
        }
        let scene = Scene { state: self.state, day: Some(event.occurred_on) };
        let command = one.event().form().build(v, scene, Filing::default())?;
        self.push(event.rule, event.occurred_on, command);
        Ok(())
    }

    /// Refuses a row that calls what is under a code by another name: two things would become one.
    fn check_name(
        &self,
        one: Created,
        code: &Code,
        name: &Text,
        column: &str,
    ) -> Result<(), Problem> {
        let Some(known) = self.met.names.get(&(one, code.clone())) else { return Ok(()) };
        if comparable(known.as_str()) == comparable(name.as_str()) {
            return Ok(());
        }
        let rule = format!(
            "the {} `{code}` has another name; a code of its own (template filter `code`), or one spelling of the name",
            one.text()
        );
        let (allowed, found) = (quoted(known.as_str()), quoted(name.as_str()));
        Err(Problem::new("name_differs", rule, allowed, found).in_column(column))
    }

    /// Opens the line with an allocation of 0 where neither the ledger nor this row has one that
    /// the event could mean.
    fn create_line(&mut self, event: &MappedEvent) -> Result<(), Problem> {
        let v = &event.values;
        let exact = v.has(Field::Origin)
            || v.has(Field::Class)
            || matches!(
                event.kind,
                EventKind::AllocationSupplement
                    | EventKind::AllocationReduce
                    | EventKind::ProjectApprove
                    | EventKind::ReservationMake
            );
        let line = self.line(event)?;
        self.open_line(event, line, exact);
        Ok(())
    }

    fn open_line(&mut self, event: &MappedEvent, line: LineKey, exact: bool) {
        let means = |other: &LineKey| {
            if exact { *other == line } else { other.fund == line.fund && other.year == line.year }
        };
        let known = if exact {
            self.state.lines.contains_key(&line)
        } else {
            let first = LineKey { origin: Year::MIN, class: Code::default(), ..line.clone() };
            self.state.lines.range(first..).next().is_some_and(|(other, _)| means(other))
        };
        if known || self.makes(|command| opened_line(command).is_some_and(means)) {
            return;
        }
        // Rows come in any order of their days: the line is there from the first day of its year.
        let start = self.state.ledger.as_ref().map_or(1, |facts| facts.fiscal_year_start_month);
        let first_day = Date::of_fiscal_year(line.year, start).map(|(first, _)| first);
        let opened_on = first_day.map_or(event.occurred_on, |first| first.min(event.occurred_on));
        let source = MoneySource { kind: SourceKind::Own, division: None, reference: None };
        let (amount, filing) = (Amount::ZERO, Filing::default());
        let command =
            Command::RecordAllocation(AllocationRecorded { line, amount, source, filing });
        self.push(event.rule, opened_on, command);
    }

    /// Whether an order of this row already does what `wanted` says.
    fn makes(&self, wanted: impl Fn(&Command) -> bool) -> bool {
        self.out.orders.iter().any(|order| wanted(&order.command))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::wildcard_enum_match_arm, reason = "test code")]
    use super::*;
    use crate::domain::event::Bytes32;
    use crate::domain::kinds::Direction;
    use crate::domain::state::Line;
    use crate::import::fields;
    use crate::import::mapping::Mapping;
    use crate::import::wish::amount_of;

    const MAPPING: &str = r#"
        source = "s"
        default_date = "2002-03-15"
        historical = true
        [create.fund]
        purposes = ["it", "schools"]
        [create.project]
        purpose = "it"
        title = "Untitled"
        [create.payee]
        name = { column = 2 }
    "#;

    /// The orders of the row `(PD, 校校通, 12)` by these events on `state`.
    fn orders(events: &str, state: &State, create_missing: bool) -> Vec<Order> {
        let mapping = Mapping::parse(&format!("{MAPPING}{events}")).unwrap();
        let header = ["a", "b", "c"].map(str::to_owned);
        let plan = Plan::new(&mapping, &header, 2).unwrap();
        let row = Row::new(&["PD", "校校通", "12"], 1, 2);
        let events = plan.map(&row).unwrap().unwrap();
        let ordering = Ordering { plan: &plan, historical: mapping.historical, create_missing };
        let orders = ordering.orders(&row, events, state, &Met::default()).unwrap();
        assert_eq!(orders.orders.len(), orders.rules.len());
        orders.orders
    }

    fn one(kind: &str, fields: &str) -> Command {
        let text = format!("[[event]]\ntype = \"{kind}\"\ndocument_no = \"no. 1\"\n{fields}");
        let mut all = orders(&text, &State::default(), false);
        assert_eq!(all.len(), 1);
        let order = all.remove(0);
        assert!(order.historical);
        assert_eq!(order.occurred_on, Date::parse("2002-03-15"));
        let mut command = order.command;
        let filing = filing_of(&mut command).unwrap();
        assert_eq!(filing.document_no.take(), Some(Text::new("no. 1")), "{kind}");
        command
    }

    fn line(text: &str) -> LineKey {
        LineKey::parse(text).unwrap()
    }

    const COMMANDS: [(EventKind, &str); 28] = [
        (EventKind::DistrictRegister, "RegisterDistrict("),
        (EventKind::DistrictRetire, "RetireDistrict("),
        (EventKind::ProgrammeRegister, "RegisterProgramme("),
        (EventKind::PayeeRegister, "RegisterPayee("),
        (EventKind::FundEstablish, "EstablishFund("),
        (EventKind::FundAmend, "AmendFund("),
        (EventKind::FundClose, "CloseFund("),
        (EventKind::AllocationRecord, "RecordAllocation("),
        (EventKind::AllocationSupplement, "AdjustAllocation("),
        (EventKind::AllocationReduce, "AdjustAllocation("),
        (EventKind::AllocationTransfer, "TransferAllocation("),
        (EventKind::AllocationCarry, "CarryForward("),
        (EventKind::AllocationLapse, "Lapse("),
        (EventKind::ReservationMake, "ReserveFunds("),
        (EventKind::ReservationRelease, "ReleaseReservation("),
        (EventKind::ProjectApprove, "ApproveProject("),
        (EventKind::ProjectComplete, "CompleteProject("),
        (EventKind::ProjectTerminate, "TerminateProject("),
        (EventKind::ProjectCloseOut, "CloseOutProject("),
        (EventKind::CommitmentMake, "MakeCommitment("),
        (EventKind::CommitmentIncrease, "IncreaseCommitment("),
        (EventKind::CommitmentReduce, "ReduceCommitment("),
        (EventKind::CommitmentClose, "CloseCommitment("),
        (EventKind::DisbursementRecord, "RecordDisbursement("),
        (EventKind::Refund, "ReceiveRefund("),
        (EventKind::FollowOnPledge, "PledgeFollowOn("),
        (EventKind::FollowOnPayIn, "PayInFollowOn("),
        (EventKind::FollowOnWithdraw, "WithdrawFollowOn("),
    ];

    #[test]
    fn every_event_becomes_its_command() {
        assert_eq!(fields::kinds().collect::<Vec<_>>(), COMMANDS.map(|(kind, _)| kind));
        for (kind, expected) in COMMANDS {
            let specs = fields::fields(kind);
            let fields: String = (specs.iter())
                .filter(|spec| fields::is_required(spec))
                .map(|spec| {
                    let value = match spec.kind {
                        fields::Shape::Line => "F:2002",
                        fields::Shape::Entry => "@7",
                        _ => spec.kind.choices().last().unwrap_or(&"7"),
                    };
                    format!("{} = \"{value}\"\n", spec.field.text())
                })
                .collect();
            let command = one(kind.text(), &fields);
            let debug = format!("{command:?}");
            assert!(debug.starts_with(expected), "{debug}");
            let has_amount = fields.contains("amount") && kind != EventKind::ProjectApprove;
            assert_eq!(
                amount_of(&command).is_some_and(|a| a == Amount(700)),
                has_amount,
                "{debug}"
            );
        }
        match one("allocation.reduce", "fund = \"F\"\namount = 1") {
            Command::AdjustAllocation(b) => assert_eq!(b.direction, Direction::Reduction),
            other => panic!("{other:?}"),
        }
        match one(
            "allocation.record",
            "fund = \"F\"\namount = 1\namount_is = \"target\"\ntarget = { as_of = \"2002-01-01\" }",
        ) {
            Command::SetAllocation(b) => assert_eq!(b.line, line("F:2002")),
            other => panic!("{other:?}"),
        }
        match one(
            "district.register",
            "code = 1\nname = \"n\"\nlevel = \"street\"\nparent = 2\nvalid_from = \"2001-01-01\"",
        ) {
            Command::RegisterDistrict(b) => {
                assert_eq!((b.level.text(), b.parent), ("street", Some(Code::new("2"))));
                assert_eq!(b.valid_from, Date::parse("2001-01-01"));
            }
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_drawing_names_its_line_only_where_the_row_does() {
        let drawing = |fields: &str| match one(
            "commitment.make",
            &format!("contract = 1\namount = 5\n{fields}"),
        ) {
            Command::MakeCommitment(c) => c.drawing,
            other => panic!("{other:?}"),
        };
        let loose = drawing("fund = { column = \"a\" }\nproject = { column = \"b\" }");
        assert_eq!((loose.fund, loose.year, loose.from.len()), (Some(Code::new("PD")), None, 0));
        assert_eq!(loose.project, Some(Code::new("校校通")));
        let exact = drawing("fund = \"F\"\nclass = \"设备\"");
        assert_eq!(exact.from, [(line("F:2002:2002:设备"), Amount(500))]);
        let carried = drawing("fund = \"F\"\nyear = 2003\norigin = 2001");
        assert_eq!(carried.from, [(line("F:2003:2001"), Amount(500))]);
        assert_eq!((carried.fund, carried.year), (None, None));
    }

    const PAYMENT: &str = r#"
        [[event]]
        type = "disbursement.record"
        fund = { column = "a" }
        project = { column = "b" }
        payee = "Ann"
        amount = { column = "c" }
        [[event]]
        type = "disbursement.record"
        fund = { column = "a" }
        project = { column = "b" }
        payee = "Ann"
        amount = 1
    "#;

    #[test]
    fn what_is_missing_is_created_once_and_before_its_event() {
        let words = |orders: &[Order]| -> Vec<String> {
            let name = |order: &Order| {
                format!("{:?}", order.command).split('(').next().unwrap().to_owned()
            };
            orders.iter().map(name).collect()
        };
        let mut state = State::default();
        let all = orders(PAYMENT, &state, true);
        assert_eq!(
            words(&all),
            [
                "EstablishFund",
                "RecordAllocation",
                "ApproveProject",
                "RegisterPayee",
                "RecordDisbursement",
                "RecordDisbursement"
            ]
        );
        match (&all[0].command, &all[1].command, &all[2].command, &all[3].command) {
            (
                Command::EstablishFund(fund),
                Command::RecordAllocation(opened),
                Command::ApproveProject(project),
                Command::RegisterPayee(payee),
            ) => {
                assert_eq!(
                    (fund.code.as_str(), fund.name.as_str(), fund.kind.text()),
                    ("PD", "PD", "special")
                );
                assert_eq!(fund.purposes.len(), 2);
                assert_eq!((&opened.line, opened.amount), (&line("PD:2002"), Amount::ZERO));
                assert_eq!(
                    (project.title.as_str(), project.ceiling, project.funding.len()),
                    ("Untitled", None, 0)
                );
                assert_eq!((payee.code.as_str(), payee.name.as_str()), ("Ann", "校校通"));
            }
            other => panic!("{other:?}"),
        }
        assert_eq!(
            words(&orders(PAYMENT, &state, false)),
            ["RecordDisbursement", "RecordDisbursement"]
        );
        // A line of another class is one that the payment could mean.
        let opened_on = Date::parse("2002-01-01").unwrap();
        state.lines.insert(line("PD:2002:2001:x"), Line { opened_on, entries: 1 });
        state.payees.insert(Code::new("Ann"), ());
        let some = orders(PAYMENT, &state, true);
        assert_eq!(words(&some)[..2], ["EstablishFund", "ApproveProject"]);
        // A supplement means its very line.
        let supplement = "[[event]]\ntype = \"allocation.supplement\"\nfund = \"PD\"\namount = 1\n";
        let all = orders(supplement, &state, true);
        assert_eq!(words(&all), ["EstablishFund", "RecordAllocation", "AdjustAllocation"]);
        // What the row itself makes is not made again.
        let own = "[[event]]\ntype = \"fund.establish\"\ncode = { column = \"a\" }\nname = \"n\"\nkind = \"special\"\npurposes = \"it\"\n[[event]]\ntype = \"allocation.record\"\nfund = { column = \"a\" }\namount = 1\n";
        let all = orders(&format!("{own}{PAYMENT}"), &State::default(), true);
        assert_eq!(words(&all)[..3], ["EstablishFund", "RecordAllocation", "ApproveProject"]);
    }

    #[test]
    fn a_document_goes_to_the_first_order_alone() {
        let mut row = RowOrders {
            orders: orders(PAYMENT, &State::default(), true),
            rules: vec![0; 6],
            names: Vec::new(),
        };
        let name = Text::new("t.csv");
        row.attach(&[DocumentRef {
            hash: Bytes32([1; 32]),
            kind: Text::new("import"),
            name,
            pages: None,
        }]);
        let counts: Vec<usize> = row
            .orders
            .iter_mut()
            .map(|order| filing_of(&mut order.command).unwrap().documents.len())
            .collect();
        assert_eq!(counts, [1, 0, 0, 0, 0, 0]);
    }
}
