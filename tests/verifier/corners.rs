//! The corners of the posting table, one by one: worked out by hand, and compared with both programs.

use super::history::{History, dated};
use super::house::{allocation, line, order};
use super::{assert_same_figures, balance_of, by_fund, stages_of, verify};
use earmark::chain::hash;
use earmark::domain::command::*;
use earmark::domain::event::*;
use earmark::domain::ids::{Code, Tag, Text};
use earmark::domain::kinds::{RestKind, Stage};
use earmark::domain::money::Amount;
use earmark::domain::posting::Leaf;
use earmark::ledger::{RowIn, RowOut};
use serde_json::Value;

const L24: &str = "PD-INFO:2024";
const L25: &str = "PD-INFO:2025";
const L26: &str = "PD-INFO:2026";
const CARRIED: &str = "PD-INFO:2026:2025";

/// Orders that must all be admitted.
struct Book(History);

impl Book {
    #[track_caller]
    fn take(&mut self, order: Order) -> u64 {
        assert!(self.0.take(order.clone()), "refused: {order:?}");
        self.0.ledger.head().size - 1
    }

    fn approve(&mut self, project: &str, funding: &[(&str, i128)]) {
        let funding = (funding.iter())
            .map(|(at, amount)| Funding { line: line(at), amount: Amount(*amount) })
            .collect();
        self.take(dated(
            2025,
            Command::ApproveProject(ProjectApproved {
                code: Code::new(project),
                title: Text::new("校校通"),
                title_zh: None,
                purpose: Tag::new("it"),
                district: None,
                programme: None,
                start: None,
                end: None,
                ceiling: None,
                funding,
                duplicates: Vec::new(),
                duplicates_reason: None,
                filing: Filing::default(),
            }),
        ));
    }

    fn commit(&mut self, contract: &str, project: &str, at: &str, amount: i128) -> u64 {
        let made = MakeCommitment {
            contract: Code::new(contract),
            payee: None,
            purpose: None,
            title: None,
            drawing: drawing(Some(project), at, amount),
            tranches: Vec::new(),
            filing: Filing::default(),
        };
        self.take(on(at, Command::MakeCommitment(made)))
    }

    fn change(&mut self, more: bool, contract: &str, project: &str, at: &str, amount: i128) -> u64 {
        let b = ChangeCommitment {
            contract: Code::new(contract),
            drawing: drawing(Some(project), at, amount),
            reason: None,
            filing: Filing::default(),
        };
        let command =
            if more { Command::IncreaseCommitment(b) } else { Command::ReduceCommitment(b) };
        self.take(on(at, command))
    }

    fn reserve(&mut self, project: &str, at: &str, amount: i128) -> u64 {
        let (project, line, amount) = (Code::new(project), line(at), Amount(amount));
        let b = FundsReserved { project, line, amount, filing: Filing::default() };
        self.take(on(at, Command::ReserveFunds(b)))
    }

    fn pay(&mut self, contract: Option<&str>, project: &str, at: &str, amount: i128) -> u64 {
        self.take(on(at, payment(contract, project, at, amount)))
    }

    fn refund(
        &mut self,
        payment: u64,
        restores: bool,
        project: &str,
        at: &str,
        amount: i128,
    ) -> u64 {
        self.take(order(Command::ReceiveRefund(ReceiveRefund {
            disbursement: payment,
            drawing: drawing(Some(project), at, amount),
            restores_budget: Some(restores),
            reason: None,
            filing: Filing::default(),
        })))
    }

    fn complete(&mut self, project: &str) {
        let (code, reason, filing) = (Code::new(project), None, Filing::default());
        self.take(order(Command::CompleteProject(ProjectCompleted { code, reason, filing })));
    }

    fn terminate(&mut self, project: &str) -> u64 {
        let (code, reason, filing) = (Code::new(project), None, Filing::default());
        self.take(order(Command::TerminateProject(ProjectTerminated { code, reason, filing })))
    }

    fn close_out(&mut self, project: &str) -> u64 {
        let (code, reason, filing) = (Code::new(project), None, Filing::default());
        self.take(order(Command::CloseOutProject(ProjectClosedOut { code, reason, filing })))
    }

    fn close(&mut self, contract: &str) -> u64 {
        let (contract, reason, filing) = (Code::new(contract), None, Filing::default());
        self.take(order(Command::CloseCommitment(CommitmentClosed { contract, reason, filing })))
    }

    fn reverse(&mut self, entry: u64) {
        let (reason, filing) = (Text::new("typed twice"), Filing::default());
        self.take(order(Command::ReverseEntry(EntryReversed { entry, reason, filing })));
    }

    fn carry(
        &mut self,
        stage: Stage,
        project: Option<&str>,
        contract: Option<&str>,
        amount: i128,
    ) -> u64 {
        self.take(order(Command::CarryForward(BalanceCarriedForward {
            from: line(L25),
            to: line(CARRIED),
            stage,
            project: project.map(Code::new),
            commitment: contract.map(Code::new),
            amount: Amount(amount),
            rest: RestKind::CarryOver,
            filing: Filing::default(),
        })))
    }

    /// Rows of an old book: a commitment, then payments under it.
    fn import(&mut self, contract: &str, committed: i128, paid: &[i128]) {
        let officer = self.0.house.officer();
        let history = |command| Order { historical: true, ..dated(2024, command) };
        let mut orders = vec![history(Command::MakeCommitment(MakeCommitment {
            contract: Code::new(contract),
            payee: None,
            purpose: Some(Tag::new("it")),
            title: None,
            drawing: drawing(None, L24, committed),
            tranches: Vec::new(),
            filing: Filing::default(),
        }))];
        orders.extend(paid.iter().map(|amount| {
            history(Command::RecordDisbursement(RecordDisbursement {
                commitment: Some(Code::new(contract)),
                drawing: drawing(None, L24, *amount),
                payee: None,
                purpose: None,
                source_number: None,
                filing: Filing::default(),
            }))
        }));
        let mut batch = self.0.ledger.batch("old-book", &officer, None, false).unwrap();
        let row = RowIn { key: hash::row_key([contract], 0), orders: &orders };
        assert!(matches!(batch.admit(&row).unwrap(), RowOut::Admitted { .. }));
        batch.finish().unwrap();
    }

    fn at(&self, at: &str, stage: Stage, project: Option<&str>, contract: Option<&str>) -> i128 {
        let (project, contract) = (project.map(Code::new), contract.map(Code::new));
        let leaf = Leaf::new(&line(at), stage, project.as_ref(), contract.as_ref());
        self.0.ledger.state().balance(&leaf).0
    }

    fn reserved(&self, project: &str, at: &str) -> i128 {
        self.at(at, Stage::Reserved, Some(project), None)
    }

    fn unreserved(&self, at: &str) -> i128 {
        self.at(at, Stage::Unreserved, None, None)
    }

    fn supplement(&mut self, at: &str, amount: i128) {
        self.take(on(at, allocation(at, amount).command));
    }
}

fn payment(contract: Option<&str>, project: &str, at: &str, amount: i128) -> Command {
    Command::RecordDisbursement(RecordDisbursement {
        commitment: contract.map(Code::new),
        drawing: drawing(Some(project), at, amount),
        payee: Some(Code::new("V-1")),
        purpose: None,
        source_number: None,
        filing: Filing::default(),
    })
}

/// Dated in the line's year; on a line that was carried to, on the day it was.
fn on(at: &str, command: Command) -> Order {
    if at == CARRIED { order(command) } else { dated(line(at).year, command) }
}

fn drawing(project: Option<&str>, at: &str, amount: i128) -> Drawing {
    let (amount, project) = (Amount(amount), project.map(Code::new));
    Drawing { amount, project, from: vec![(line(at), amount)], ..Drawing::default() }
}

/// After a close-out everything that comes back is unreserved; undone, it is reserved again.
fn close_outs(book: &mut Book) {
    book.approve("P-1", &[(L26, 10_000)]);
    book.commit("C-1", "P-1", L26, 4_000);
    let payment = book.pay(None, "P-1", L26, 2_000);
    book.complete("P-1");
    let before = book.unreserved(L26);
    let closed_out = book.close_out("P-1");
    assert_eq!((book.reserved("P-1", L26), book.unreserved(L26)), (0, before + 4_000));
    book.change(false, "C-1", "P-1", L26, 1_000);
    book.refund(payment, true, "P-1", L26, 500);
    let closed = book.close("C-1");
    assert_eq!((book.reserved("P-1", L26), book.unreserved(L26)), (0, before + 8_500));
    book.reverse(closed);
    book.reverse(closed_out);
    assert_eq!((book.reserved("P-1", L26), book.unreserved(L26)), (4_000, before + 1_500));
    book.refund(payment, true, "P-1", L26, 300);
    book.change(false, "C-1", "P-1", L26, 100);
    assert_eq!((book.reserved("P-1", L26), book.unreserved(L26)), (4_400, before + 1_500));

    book.approve("P-2", &[(L26, 1_000)]);
    let payment = book.pay(None, "P-2", L26, 600);
    let terminated = book.terminate("P-2");
    let before = book.unreserved(L26);
    book.refund(payment, true, "P-2", L26, 100);
    book.refund(payment, false, "P-2", L26, 50);
    assert_eq!((book.reserved("P-2", L26), book.unreserved(L26)), (400, before + 100));
    assert_eq!(book.at(L26, Stage::RefundedOut, Some("P-2"), None), 50);
    // Approved again, it takes back what is paid back.
    book.reverse(terminated);
    book.refund(payment, true, "P-2", L26, 30);
    assert_eq!((book.reserved("P-2", L26), book.unreserved(L26)), (430, before + 100));
}

/// A share keeps its source, whatever funding the project gets later.
fn shares(book: &mut Book) {
    book.approve("P-3", &[]);
    book.commit("C-3", "P-3", L26, 1_000);
    book.reserve("P-3", L26, 5_000);
    let before = book.unreserved(L26);
    book.change(true, "C-3", "P-3", L26, 300);
    book.change(false, "C-3", "P-3", L26, 200);
    assert_eq!((book.reserved("P-3", L26), book.unreserved(L26)), (5_000, before - 100));
    // A new commitment of the same project draws on what is reserved.
    book.commit("C-4", "P-3", L26, 3_000);
    assert_eq!(book.reserved("P-3", L26), 2_000);
    // More than both: committed, then reserved, then unreserved.
    let paid = book.pay(Some("C-4"), "P-3", L26, 6_000);
    assert_eq!((book.reserved("P-3", L26), book.unreserved(L26)), (0, before - 1_100));
    book.reverse(paid);
    assert_eq!((book.reserved("P-3", L26), book.unreserved(L26)), (2_000, before - 100));
    // Reversed, its number is free, and its shares begin anew.
    let made = book.commit("C-5", "P-3", L25, 100);
    book.reverse(made);
    book.reserve("P-3", L25, 100);
    book.commit("C-5", "P-3", L25, 100);
    assert_eq!(book.reserved("P-3", L25), 0);
}

/// A carried balance keeps its rights on the line it comes to.
fn carried(book: &mut Book) {
    book.approve("P-6", &[(L25, 3_000)]);
    book.commit("C-6", "P-6", L25, 2_000);
    book.carry(Stage::Committed, Some("P-6"), Some("C-6"), 1_500);
    book.change(false, "C-6", "P-6", CARRIED, 200);
    assert_eq!((book.reserved("P-6", CARRIED), book.unreserved(CARRIED)), (200, 0));
    book.carry(Stage::Reserved, Some("P-6"), None, 400);
    book.pay(None, "P-6", CARRIED, 600);
    assert_eq!((book.reserved("P-6", CARRIED), book.unreserved(CARRIED)), (0, 0));

    book.approve("P-7", &[]);
    book.commit("C-7", "P-7", L25, 900);
    book.carry(Stage::Committed, Some("P-7"), Some("C-7"), 900);
    book.change(false, "C-7", "P-7", CARRIED, 100);
    book.carry(Stage::Unreserved, None, None, 50);
    assert_eq!((book.reserved("P-7", CARRIED), book.unreserved(CARRIED)), (0, 150));
    assert_eq!(book.at(CARRIED, Stage::Authority, None, None), -(1_500 + 400 + 900 + 50));
}

/// What an entry gave is taken back with it: funding, and the shares that it alone stood for.
fn taken_back(book: &mut Book) {
    book.approve("P-8", &[]);
    let first = book.reserve("P-8", L25, 700);
    let second = book.reserve("P-8", L25, 0);
    book.reverse(first);
    // Still funded by an entry of nothing: there is nothing to draw on, and nothing else is drawn.
    assert!(!book.0.take(on(L25, payment(None, "P-8", L25, 10))));
    book.reverse(second);
    let before = book.unreserved(L25);
    book.pay(None, "P-8", L25, 10);
    assert_eq!(book.unreserved(L25), before - 10);

    // A share that one increase stood for is forgotten with it, and begins anew out of the reserve.
    book.commit("C-8", "P-8", L24, 100);
    let increase = book.change(true, "C-8", "P-8", L25, 40);
    book.reverse(increase);
    book.reserve("P-8", L25, 500);
    book.change(true, "C-8", "P-8", L25, 40);
    assert_eq!((book.reserved("P-8", L25), book.unreserved(L25)), (460, before - 510));

    // A carry-forward of nothing, from a share that is out of unreserved money when it is carried
    // and out of reserved money when the carry-forward is undone: it gave no funding and takes none.
    book.approve("P-9", &[]);
    book.commit("C-9", "P-9", L24, 1);
    let increase = book.change(true, "C-9", "P-9", L25, 40);
    let carried = book.carry(Stage::Committed, Some("P-9"), Some("C-9"), 0);
    book.reverse(increase);
    book.reserve("P-9", L25, 50);
    book.change(true, "C-9", "P-9", L25, 40);
    book.reserve("P-9", CARRIED, 30);
    book.reverse(carried);
    book.pay(None, "P-9", CARRIED, 20);
    assert_eq!((book.reserved("P-9", L25), book.reserved("P-9", CARRIED)), (10, 10));
}

/// History has negative amounts; what is committed below zero covers nothing.
fn negative(book: &mut Book) {
    let before = book.unreserved(L24);
    book.import("OLD-1", -500, &[300, -100]);
    assert_eq!(book.at(L24, Stage::Committed, None, Some("OLD-1")), -400);
    assert_eq!(book.at(L24, Stage::Paid, None, Some("OLD-1")), 200);
    assert_eq!(book.unreserved(L24), before + 500 - 300);
}

#[test]
fn corners_of_the_posting_table_are_the_same() {
    let mut book = Book(History::begin_bare(1));
    for at in [L24, L25, L26] {
        book.supplement(at, 1_000_000);
    }
    close_outs(&mut book);
    shares(&mut book);
    carried(&mut book);
    taken_back(&mut book);
    negative(&mut book);
    let History { house, mut ledger, .. } = book.0;
    ledger.publish().unwrap();
    let expected = by_fund(ledger.state());
    ledger.close().unwrap();
    let said = verify(&house, &house.ledger_folder().join("log"));
    assert_eq!((said.status, said.stderr.as_str()), (0, ""));
    let json: Value = serde_json::from_str(&said.stdout).unwrap();
    assert_eq!(stages_of(&json), expected);
    assert_same_figures(&json, &balance_of(&house));
}
