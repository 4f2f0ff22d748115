//! A body of every type, once with every optional field present and once with none. Names are the
//! essay's; nobody here is a real person.

use earmark::domain::calendar::Date;
use earmark::domain::command::Drawing;
use earmark::domain::event::*;
use earmark::domain::ids::{Code, LineKey, Tag, Text};
use earmark::domain::kinds::*;
use earmark::domain::money::Amount;

fn code(text: &str) -> Code {
    Code::new(text)
}

fn text(text: &str) -> Text {
    Text::new(text)
}

pub fn day(text: &str) -> Date {
    Date::parse(text).unwrap()
}

fn line(text: &str) -> LineKey {
    LineKey::parse(text).unwrap()
}

/// Keeps optional values and lists where `full`, drops them else.
pub struct Pen {
    /// Whether optional values are there.
    pub full: bool,
}

impl Pen {
    /// The value, or none.
    pub fn opt<T>(&self, value: T) -> Option<T> {
        self.full.then_some(value)
    }

    pub fn list<T>(&self, values: Vec<T>) -> Vec<T> {
        if self.full { values } else { Vec::new() }
    }

    pub fn filing(&self) -> Filing {
        let document = |kind: &str, name: &str, pages| DocumentRef {
            hash: Bytes32([0xab; 32]),
            kind: text(kind),
            name: text(name),
            pages,
        };
        Filing {
            documents: self.list(vec![
                document("contract", "合同.pdf", Some(12)),
                document("e-voucher", "voucher.xml", None),
            ]),
            document_no: self.opt(text("沪财〔2002〕15号")),
        }
    }

    fn splits(&self) -> Vec<Split> {
        let split = |at: &str, project: Option<Code>, amount| Split {
            line: line(at),
            project,
            amount: Amount(amount),
        };
        if self.full {
            vec![
                split("PD-INFO:2002", Some(code("SOCIAL-CARD")), 125_000_000),
                split("PD-INFO:2002:2001:设备", None, 250),
            ]
        } else {
            vec![split("PD-INFO:2002", None, 0)]
        }
    }

    /// Where an amount is drawn from.
    pub fn drawing(&self) -> Drawing {
        Drawing {
            amount: Amount(125_000_250),
            project: self.opt(code("SOCIAL-CARD")),
            fund: self.opt(code("PD-INFO")),
            year: self.opt(2002),
            from: self.list(vec![
                (line("PD-INFO:2002"), Amount(125_000_000)),
                (line("PD-INFO:2002:2001:设备"), Amount(250)),
            ]),
        }
    }

    fn policy(&self) -> Policy {
        if !self.full {
            return Policy { rule_set_version: 1, ..Policy::default() };
        }
        let band = |from, approvals| ApprovalBand { from: Amount(from), approvals };
        Policy {
            control: Control::Warn,
            tolerance_basis_points: 500,
            tolerance_minor_units: Amount(10_000_000),
            project_required: false,
            transfer_between_purposes: true,
            approval_bands: vec![band(0, 1), band(100_000_000, 2)],
            duplicate_window_days: 365,
            history_before: Some(day("2026-01-01")),
            rule_set_version: 1,
        }
    }
}

/// The ledger of the samples.
pub const LEDGER: [u8; 16] = [
    0x01, 0x9c, 0x3f, 0x2e, 0x00, 0x00, 0x70, 0x00, 0x80, 0x00, 0xea, 0x12, 0xea, 0x12, 0xea, 0x12,
];

/// LedgerOpened of the samples' ledger.
pub fn ledger_opened(full: bool) -> LedgerOpened {
    let pen = Pen { full };
    LedgerOpened {
        ledger: Bytes16(LEDGER),
        origin: text("example.org/pudong-informatization"),
        name: text("浦东新区信息化建设专项资金"),
        currency: text("CNY"),
        exponent: 2,
        utc_offset_minutes: if full { 480 } else { -210 },
        fiscal_year_start_month: if full { 1 } else { 4 },
        log_key: Bytes32([0x10; 32]),
        policy: pen.policy(),
        filing: pen.filing(),
    }
}

/// OfficerEnrolled with a key and a proof made by the caller.
pub fn officer_enrolled(
    number: u32,
    name: &str,
    key: [u8; 32],
    proof: [u8; 64],
) -> OfficerEnrolled {
    let pen = Pen { full: number == 0 };
    OfficerEnrolled {
        number,
        name: text(name),
        key: Bytes32(key),
        proof: Bytes64(proof),
        roles: pen.list(vec![Role::Maker, Role::Approver, Role::Auditor, Role::Administrator]),
        limit: pen.opt(Amount(500_000_000)),
        filing: pen.filing(),
    }
}

/// A body of every type but OfficerEnrolled and LedgerOpened, in the order of the numbers.
pub fn bodies(full: bool) -> Vec<Body> {
    let mut all = master(full);
    all.extend(authority(full));
    all.extend(projects(full));
    all.extend(commitments(full));
    all.extend(follow_ons(full));
    all.extend(year_end_and_corrections(full));
    all.sort_by_key(Body::number);
    all
}

fn master(full: bool) -> Vec<Body> {
    let pen = Pen { full };
    let filing = || pen.filing();
    vec![
        PolicyAdopted { policy: pen.policy(), filing: filing() }.into(),
        DistrictRegistered {
            code: code("310115"),
            name: text("Pudong New Area"),
            name_zh: pen.opt(text("浦东新区")),
            level: if full { Level::District } else { Level::City },
            parent: pen.opt(code("310000")),
            valid_from: pen.opt(day("1993-01-01")),
            valid_to: pen.opt(day("2199-12-31")),
            successor: pen.opt(code("310115-2")),
            filing: filing(),
        }
        .into(),
        DistrictRetired {
            code: code("310119"),
            successor: pen.opt(code("310115")),
            filing: filing(),
        }
        .into(),
        FundEstablished {
            code: code("PD-INFO"),
            name: text("Pudong informatization construction fund"),
            name_zh: pen.opt(text("浦东新区信息化建设专项资金")),
            kind: if full { FundKind::Special } else { FundKind::Matching },
            purposes: vec![Tag::new("it"), Tag::new("community/information")],
            manager: pen.opt(text("District informatization office")),
            district: pen.opt(code("310115")),
            filing: filing(),
        }
        .into(),
        FundClosed { code: code("PD-INFO"), reason: pen.opt(text("goal met")), filing: filing() }
            .into(),
        ProgrammeRegistered {
            code: code("SOCIAL-SECURITY-CARD"),
            name: text("Social security card"),
            name_zh: pen.opt(text("社会保障卡")),
            district: pen.opt(code("310000")),
            filing: filing(),
        }
        .into(),
        PayeeRegistered {
            code: code("V-1"),
            name: text("Vendor 1"),
            name_zh: pen.opt(text("供应商一")),
            credit_code: pen.opt(text("91110000600037341L")),
            accounts: pen.list(vec![
                PayeeAccount {
                    label: text("main"),
                    valid_from: Some(day("2001-01-01")),
                    valid_to: None,
                },
                PayeeAccount {
                    label: text("old"),
                    valid_from: None,
                    valid_to: Some(day("2000-12-31")),
                },
            ]),
            filing: filing(),
        }
        .into(),
    ]
}

fn authority(full: bool) -> Vec<Body> {
    let pen = Pen { full };
    let filing = || pen.filing();
    vec![
        AllocationRecorded {
            line: line("PD-INFO:2001"),
            amount: Amount(1_000_000_000),
            source: MoneySource {
                kind: if full { SourceKind::UpperLevel } else { SourceKind::Own },
                division: pen.opt(text("上海市")),
                reference: pen.opt(text("2001-7")),
            },
            filing: filing(),
        }
        .into(),
        AllocationAdjusted {
            line: line("PD-INFO:2001"),
            direction: if full { Direction::Supplement } else { Direction::Reduction },
            amount: Amount(if full { 20_000_000_000_000_000_000 } else { 250 }),
            reason: pen.opt(text("mid-year")),
            filing: filing(),
        }
        .into(),
        AllocationTransferred {
            from: line("PD-INFO:2001"),
            to: pen.opt(line("XH-INFO:2001")),
            elsewhere: (!full).then_some(ForeignEntry {
                ledger: Bytes16([0x77; 16]),
                entry: Some(4_000_000_000),
            }),
            amount: Amount(251),
            reason: pen.opt(text("shared platform")),
            filing: filing(),
        }
        .into(),
        FundsReserved {
            project: code("SOCIAL-CARD"),
            line: line("PD-INFO:2001"),
            amount: Amount(65_535),
            filing: filing(),
        }
        .into(),
        ReservationReleased {
            project: code("SOCIAL-CARD"),
            line: line("PD-INFO:2001"),
            amount: Amount(65_536),
            filing: filing(),
        }
        .into(),
    ]
}

fn projects(full: bool) -> Vec<Body> {
    let pen = Pen { full };
    let filing = || pen.filing();
    let project = || code("SOCIAL-CARD");
    vec![
        ProjectApproved {
            code: project(),
            title: text("Social security card in Pudong"),
            title_zh: pen.opt(text("社保卡")),
            purpose: Tag::new("it/social-card"),
            district: pen.opt(code("310115")),
            programme: pen.opt(code("SOCIAL-SECURITY-CARD")),
            start: pen.opt(day("2001-03-01")),
            end: pen.opt(day("2003-12-31")),
            ceiling: pen.opt(Amount(600_000_000)),
            funding: pen.list(vec![
                Funding { line: line("PD-INFO:2001"), amount: Amount(400_000_000) },
                Funding { line: line("PD-INFO:2002"), amount: Amount(0) },
            ]),
            duplicates: pen.list(vec![code("CARD-PILOT")]),
            duplicates_reason: pen.opt(text("follows the pilot")),
            filing: filing(),
        }
        .into(),
        ProjectCompleted { code: project(), reason: pen.opt(text("accepted")), filing: filing() }
            .into(),
        ProjectTerminated { code: project(), reason: pen.opt(text("given up")), filing: filing() }
            .into(),
        ProjectClosedOut { code: project(), reason: pen.opt(text("settled")), filing: filing() }
            .into(),
    ]
}

fn commitments(full: bool) -> Vec<Body> {
    let pen = Pen { full };
    let filing = || pen.filing();
    let contract = || code("沪浦信〔2002〕7号");
    vec![
        CommitmentMade {
            contract: contract(),
            payee: pen.opt(code("V-1")),
            purpose: pen.opt(Tag::new("it/social-card")),
            title: pen.opt(text("Card readers")),
            splits: pen.splits(),
            tranches: pen.list(vec![
                Tranche {
                    code: code("1"),
                    amount: Amount(100_000_000),
                    due: Some(day("2002-06-30")),
                },
                Tranche { code: code("2"), amount: Amount(25_000_250), due: None },
            ]),
            filing: filing(),
        }
        .into(),
        CommitmentIncreased {
            contract: contract(),
            splits: pen.splits(),
            reason: pen.opt(text("more readers")),
            filing: filing(),
        }
        .into(),
        CommitmentReduced {
            contract: contract(),
            splits: pen.splits(),
            reason: pen.opt(text("fewer readers")),
            filing: filing(),
        }
        .into(),
        CommitmentClosed {
            contract: contract(),
            reason: pen.opt(text("delivered")),
            filing: filing(),
        }
        .into(),
        DisbursementRecorded {
            commitment: pen.opt(contract()),
            splits: pen.splits(),
            payee: pen.opt(code("V-1")),
            purpose: pen.opt(Tag::new("it/social-card")),
            source_number: pen.opt(text("INV-2002-0917")),
            voucher_no: if full { 4_294_967_296 } else { 1 },
            filing: filing(),
        }
        .into(),
        RefundReceived {
            disbursement: 300,
            splits: pen.splits(),
            restores_budget: full,
            reason: pen.opt(text("returned goods")),
            filing: filing(),
        }
        .into(),
    ]
}

fn follow_ons(full: bool) -> Vec<Body> {
    let pen = Pen { full };
    let filing = || pen.filing();
    vec![
        FollowOnPledged {
            code: code("FO-1"),
            project: code("SOCIAL-CARD"),
            investor: text("Enterprise 1"),
            kind: if full { FollowOnKind::EnterpriseBuild } else { FollowOnKind::Private },
            amount: Amount(827_000_000),
            original: pen.opt(OriginalAmount {
                amount: Amount(100_000_000),
                currency: text("USD"),
                rate: text("8.27"),
                source: text("central bank, 2002-03-15"),
            }),
            valuation: pen.opt(Bytes32([0xcd; 32])),
            agreement: pen.opt(text("协议 2002-3")),
            causality: pen.opt(text("named in the approval as a condition")),
            filing: filing(),
        }
        .into(),
        FollowOnPaidIn { code: code("FO-1"), amount: Amount(27_000_000), filing: filing() }.into(),
        FollowOnWithdrawn {
            code: code("FO-1"),
            amount: Amount(800_000_000),
            reason: pen.opt(text("market changed")),
            filing: filing(),
        }
        .into(),
    ]
}

fn year_end_and_corrections(full: bool) -> Vec<Body> {
    let pen = Pen { full };
    let filing = || pen.filing();
    vec![
        BalanceCarriedForward {
            from: line("PD-INFO:2001"),
            to: line("PD-INFO:2002:2001"),
            stage: if full { Stage::Committed } else { Stage::Unreserved },
            project: pen.opt(code("SOCIAL-CARD")),
            commitment: pen.opt(code("沪浦信〔2002〕7号")),
            amount: Amount(123),
            rest: if full { RestKind::CarryOver } else { RestKind::Surplus },
            filing: filing(),
        }
        .into(),
        BalanceLapsed {
            line: line("PD-INFO:2001"),
            amount: Amount(1),
            reason: pen.opt(text("goal met")),
            filing: filing(),
        }
        .into(),
        EntryReversed { entry: 65_536, reason: text("typed twice"), filing: filing() }.into(),
        DocumentAttached { entry: 250, filing: filing() }.into(),
    ]
}

/// A body of every type since 0.3.0.
pub fn later_bodies(full: bool) -> Vec<Body> {
    let pen = Pen { full };
    vec![
        FundAmended {
            code: code("PD-INFO"),
            name: pen.opt(text("Pudong data fund")),
            name_zh: pen.opt(text("浦东新区数据专项资金")),
            manager: pen.opt(text("District data bureau")),
            purposes_added: pen.list(vec![Tag::new("data"), Tag::new("community/data")]),
            filing: pen.filing(),
        }
        .into(),
    ]
}

/// A body of every type since 0.4.0.
pub fn latest_bodies(full: bool) -> Vec<Body> {
    let pen = Pen { full };
    vec![
        BreachAcknowledged {
            first: 65_539,
            rule: text("line_exceeded"),
            reason: text("written by a program of the office's own"),
            filing: pen.filing(),
        }
        .into(),
    ]
}

/// Bodies with what only history has: negative amounts, and numbers at the edges of the encoding.
pub fn edge_bodies() -> Vec<(&'static str, Body)> {
    let pen = Pen { full: false };
    let payment = |amount: i128, fund: &str, year, voucher_no| {
        Body::from(DisbursementRecorded {
            commitment: None,
            splits: vec![Split {
                line: LineKey::new(Code::new(fund), year),
                project: None,
                amount: Amount(amount),
            }],
            payee: None,
            purpose: Some(Tag::new("ward/menu")),
            source_number: None,
            voucher_no,
            filing: pen.filing(),
        })
    };
    vec![
        ("a negative amount", payment(-1, "W-1", 2012, 250)),
        ("the largest amount and number", payment(i128::MAX, "W-1", i16::MAX, u64::MAX)),
        ("the smallest amount and year", payment(i128::MIN, "W-1", i16::MIN, 251)),
        (
            "a varint of 2^16 and a code of 64 characters",
            payment(32_768, &"長".repeat(64), 2012, 65_536),
        ),
    ]
}
