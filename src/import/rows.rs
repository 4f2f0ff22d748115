//! A mapped row as orders, in the words of the domain's commands; with `--create-missing`, what the
//! row names and the ledger does not know comes first. Judges nothing: `propose` and `admit` do.

use super::fields::{Created, EventKind, Field};
use super::plan::{MappedEvent, Plan, Values};
use super::problem::Problem;
use super::reader::Row;
use super::wish::{
    amount, code, created_code, filing_of, follow_on, fund, master, opened_line, payee, project,
    project_end, word,
};
use crate::domain::calendar::{Date, Year};
use crate::domain::command::{
    ChangeCommitment, Command, Drawing, MakeCommitment, Order, RecordDisbursement,
};
use crate::domain::event::{
    AllocationAdjusted, AllocationRecorded, CommitmentClosed, DocumentRef, Filing, Funding,
    MoneySource,
};
use crate::domain::ids::{Code, LineKey, Text};
use crate::domain::kinds::{Direction, SourceKind};
use crate::domain::money::Amount;
use crate::domain::state::State;

/// The orders of one row, all taken or none.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RowOrders {
    /// The orders.
    pub orders: Vec<Order>,
    /// For each order, the number of the `[[event]]` it is for.
    pub rules: Vec<usize>,
}

impl RowOrders {
    /// Attaches a document to the first order.
    pub fn attach(&mut self, document: &DocumentRef) {
        let first = self.orders.first_mut();
        if let Some(filing) = first.and_then(|order| filing_of(&mut order.command)) {
            filing.documents.push(document.clone());
        }
    }
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
    ) -> Result<RowOrders, Problem> {
        let mut making = Making { how: self, row, state, out: RowOrders::default() };
        for mut event in events {
            if self.create_missing {
                making.create_missing(&event)?;
            }
            let filing =
                Filing { documents: Vec::new(), document_no: event.values.text(Field::DocumentNo) };
            let command = making.command(&mut event, filing);
            making.push(event.rule, event.occurred_on, command);
        }
        Ok(making.out)
    }
}

/// The orders of one row, being made.
struct Making<'a> {
    how: &'a Ordering<'a>,
    row: &'a Row,
    state: &'a State,
    out: RowOrders,
}

impl Making<'_> {
    fn push(&mut self, rule: usize, occurred_on: Date, command: Command) {
        let occurred_on = Some(occurred_on);
        self.out.orders.push(Order { occurred_on, historical: self.how.historical, command });
        self.out.rules.push(rule);
    }

    fn fiscal_year(&self, date: Date) -> Year {
        self.state.ledger.as_ref().map_or_else(|| date.year(), |facts| facts.fiscal_year(date))
    }

    fn command(&self, event: &mut MappedEvent, filing: Filing) -> Command {
        let day = event.occurred_on;
        let v = &mut event.values;
        match event.kind {
            EventKind::DistrictRegister
            | EventKind::ProgrammeRegister
            | EventKind::PayeeRegister
            | EventKind::FundEstablish => master(event.kind, v, filing),
            EventKind::AllocationRecord => {
                let (line, amount) = (self.line(v, day), amount(v));
                let source = MoneySource {
                    kind: word(v, Field::SourceOfMoney, SourceKind::from_text)
                        .unwrap_or(SourceKind::Own),
                    division: v.text(Field::Division),
                    reference: v.text(Field::Reference),
                };
                let recorded = AllocationRecorded { line, amount, source, filing };
                if event.target {
                    Command::SetAllocation(recorded)
                } else {
                    Command::RecordAllocation(recorded)
                }
            }
            EventKind::AllocationSupplement | EventKind::AllocationReduce => {
                let direction = if event.kind == EventKind::AllocationReduce {
                    Direction::Reduction
                } else {
                    Direction::Supplement
                };
                let (line, amount, reason) = (self.line(v, day), amount(v), v.text(Field::Reason));
                let adjusted = AllocationAdjusted { line, direction, amount, reason, filing };
                Command::AdjustAllocation(adjusted)
            }
            EventKind::ProjectApprove => {
                let funding = v.amount(Field::Amount).map(|amount| {
                    let line = self.line(v, day);
                    Funding { line, amount }
                });
                Command::ApproveProject(project(code(v, Field::Code), v, funding, filing))
            }
            EventKind::ProjectComplete
            | EventKind::ProjectTerminate
            | EventKind::ProjectCloseOut => project_end(event.kind, v, filing),
            EventKind::CommitmentMake
            | EventKind::CommitmentIncrease
            | EventKind::CommitmentReduce
            | EventKind::CommitmentClose
            | EventKind::DisbursementRecord => self.use_of_money(event.kind, v, day, filing),
            EventKind::FollowOnPledge | EventKind::FollowOnPayIn | EventKind::FollowOnWithdraw => {
                follow_on(event.kind, v, filing)
            }
        }
    }

    fn use_of_money(&self, kind: EventKind, v: &mut Values, day: Date, filing: Filing) -> Command {
        if kind == EventKind::CommitmentClose {
            let (contract, reason) = (code(v, Field::Contract), v.text(Field::Reason));
            return Command::CloseCommitment(CommitmentClosed { contract, reason, filing });
        }
        let drawing = self.drawing(v, day);
        if kind == EventKind::CommitmentMake {
            return Command::MakeCommitment(MakeCommitment {
                contract: code(v, Field::Contract),
                payee: v.code(Field::Payee),
                purpose: v.tag(Field::Purpose),
                title: v.text(Field::Title),
                drawing,
                tranches: Vec::new(),
                filing,
            });
        }
        if kind == EventKind::DisbursementRecord {
            return Command::RecordDisbursement(RecordDisbursement {
                commitment: v.code(Field::Commitment),
                drawing,
                payee: v.code(Field::Payee),
                purpose: v.tag(Field::Purpose),
                source_number: v.text(Field::SourceNo),
                filing,
            });
        }
        let (contract, reason) = (code(v, Field::Contract), v.text(Field::Reason));
        let change = ChangeCommitment { contract, drawing, reason, filing };
        if kind == EventKind::CommitmentReduce {
            Command::ReduceCommitment(change)
        } else {
            Command::IncreaseCommitment(change)
        }
    }

    /// The line of fund, year, origin and class; the year is by default that of the day.
    fn line(&self, v: &mut Values, day: Date) -> LineKey {
        let fund = code(v, Field::Fund);
        let year = v.year(Field::Year).unwrap_or_else(|| self.fiscal_year(day));
        let origin = v.year(Field::Origin).unwrap_or(year);
        LineKey { fund, year, origin, class: v.code(Field::Class).unwrap_or_default() }
    }

    /// Where an amount is drawn from, as far as the row says: the very line where origin or class is
    /// given, else fund and year.
    fn drawing(&self, v: &mut Values, day: Date) -> Drawing {
        let (amount, project) = (amount(v), v.code(Field::Project));
        if v.has(Field::Origin) || v.has(Field::Class) {
            let from = vec![(self.line(v, day), amount)];
            return Drawing { amount, project, fund: None, year: None, from };
        }
        let (fund, year) = (v.code(Field::Fund), v.year(Field::Year));
        Drawing { amount, project, fund, year, from: Vec::new() }
    }

    fn create_missing(&mut self, event: &MappedEvent) -> Result<(), Problem> {
        let v = &event.values;
        let of_its_own = match event.kind {
            EventKind::AllocationRecord
            | EventKind::AllocationSupplement
            | EventKind::AllocationReduce
            | EventKind::ProjectApprove
            | EventKind::CommitmentMake
            | EventKind::CommitmentIncrease
            | EventKind::DisbursementRecord
            | EventKind::FollowOnPledge => true,
            EventKind::DistrictRegister
            | EventKind::ProgrammeRegister
            | EventKind::PayeeRegister
            | EventKind::FundEstablish
            | EventKind::ProjectComplete
            | EventKind::ProjectTerminate
            | EventKind::ProjectCloseOut
            | EventKind::CommitmentReduce
            | EventKind::CommitmentClose
            | EventKind::FollowOnPayIn
            | EventKind::FollowOnWithdraw => false,
        };
        if !of_its_own {
            return Ok(());
        }
        if let Some(fund) = v.code_of(Field::Fund) {
            self.create(Created::Fund, fund, event)?;
            if event.kind != EventKind::AllocationRecord {
                self.create_line(event);
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
        if known || self.makes(|command| created_code(one, command) == Some(wanted)) {
            return Ok(());
        }
        let Some(mut v) = self.how.plan.created(one, self.row)? else { return Ok(()) };
        let filing = Filing::default();
        let by_code = || Text::new(wanted.as_str());
        let name = v.text(Field::Name).unwrap_or_else(by_code);
        let command = match one {
            Created::Fund => Command::EstablishFund(fund(wanted.clone(), name, &mut v, filing)),
            Created::Payee => Command::RegisterPayee(payee(wanted.clone(), name, &mut v, filing)),
            Created::Project => {
                let mut approved = project(wanted.clone(), &mut v, None, filing);
                if approved.title.as_str().is_empty() {
                    approved.title = by_code();
                }
                Command::ApproveProject(approved)
            }
        };
        self.push(event.rule, event.occurred_on, command);
        Ok(())
    }

    /// Opens the line with an allocation of 0 where neither the ledger nor this row has one that
    /// the event could mean.
    fn create_line(&mut self, event: &MappedEvent) {
        let mut v = event.values.clone();
        let exact = v.has(Field::Origin)
            || v.has(Field::Class)
            || matches!(
                event.kind,
                EventKind::AllocationSupplement
                    | EventKind::AllocationReduce
                    | EventKind::ProjectApprove
            );
        let line = self.line(&mut v, event.occurred_on);
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
        let source = MoneySource { kind: SourceKind::Own, division: None, reference: None };
        let (amount, filing) = (Amount::ZERO, Filing::default());
        let command =
            Command::RecordAllocation(AllocationRecorded { line, amount, source, filing });
        self.push(event.rule, event.occurred_on, command);
    }

    /// Whether an order of this row already does what `wanted` says.
    fn makes(&self, wanted: impl Fn(&Command) -> bool) -> bool {
        self.out.orders.iter().any(|order| wanted(&order.command))
    }
}
