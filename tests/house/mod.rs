//! A ledger in a temporary folder with keys, clock and ids of its own, for tests.
#![allow(dead_code, reason = "each test file uses its part")]

pub(crate) mod gate;

use earmark::chain::entry::LedgerId;
use earmark::chain::signature::{SeedSigner, Signer, enrol_message};
use earmark::domain::command::{Command, Drawing, MakeCommitment, Order, RecordDisbursement};
use earmark::domain::event::*;
use earmark::domain::ids::{Code, LineKey, Tag, Text};
use earmark::domain::kinds::{FundKind, Role, SourceKind};
use earmark::domain::money::Amount;
use earmark::edge::anchors::Anchors;
use earmark::edge::clock::FixedClock;
use earmark::edge::config::LedgerConfig;
use earmark::edge::ids::SeededIds;
use earmark::error::Result;
use earmark::ledger::{Durability, Ledger, Media, Outside, Receipt, Submission};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

/// 2026-03-01T00:00:00Z in microseconds.
pub(crate) const NOW: i64 = 1_772_323_200_000_000;
pub(crate) const ORIGIN: &str = "example.org/pudong";

pub(crate) struct House {
    pub(crate) folder: tempfile::TempDir,
    pub(crate) policy: Policy,
    /// Each opening has random numbers of its own.
    openings: AtomicU64,
}

/// A folder in memory where there is one: what these tests look at is there either way, and a sync
/// takes no time.
pub(crate) fn folder() -> tempfile::TempDir {
    let memory = Path::new("/dev/shm");
    if memory.is_dir() {
        tempfile::tempdir_in(memory).unwrap()
    } else {
        tempfile::tempdir().unwrap()
    }
}

pub(crate) fn copy_folder(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for found in std::fs::read_dir(from).unwrap() {
        let found = found.unwrap();
        let target = to.join(found.file_name());
        if found.file_type().unwrap().is_dir() {
            copy_folder(&found.path(), &target);
        } else {
            std::fs::copy(found.path(), target).unwrap();
        }
    }
}

pub(crate) fn line(text: &str) -> LineKey {
    LineKey::parse(text).unwrap()
}

pub(crate) fn order(command: Command) -> Order {
    Order { occurred_on: None, historical: false, command }
}

pub(crate) fn fund(code: &str) -> Order {
    order(Command::EstablishFund(FundEstablished {
        code: Code::new(code),
        name: Text::new("信息化建设专项资金"),
        name_zh: None,
        kind: FundKind::Special,
        purposes: vec![Tag::new("it")],
        manager: None,
        district: None,
        filing: Filing::default(),
    }))
}

pub(crate) fn allocation(of: &str, amount: i128) -> Order {
    order(Command::RecordAllocation(AllocationRecorded {
        line: line(of),
        amount: Amount(amount),
        source: MoneySource { kind: SourceKind::Own, division: None, reference: None },
        filing: Filing::default(),
    }))
}

pub(crate) fn payee(code: &str) -> Order {
    order(Command::RegisterPayee(PayeeRegistered {
        code: Code::new(code),
        name: Text::new("示例软件企业甲"),
        name_zh: None,
        credit_code: None,
        accounts: Vec::new(),
        filing: Filing::default(),
    }))
}

pub(crate) fn drawing(fund: &str, amount: i128) -> Drawing {
    Drawing { amount: Amount(amount), fund: Some(Code::new(fund)), ..Drawing::default() }
}

pub(crate) fn commitment(contract: &str, fund: &str, amount: i128) -> Order {
    order(Command::MakeCommitment(MakeCommitment {
        contract: Code::new(contract),
        payee: None,
        purpose: Some(Tag::new("it")),
        title: None,
        drawing: drawing(fund, amount),
        tranches: Vec::new(),
        filing: Filing::default(),
    }))
}

pub(crate) fn payment(fund: &str, payee: &str, amount: i128) -> Order {
    order(Command::RecordDisbursement(RecordDisbursement {
        commitment: None,
        drawing: drawing(fund, amount),
        payee: Some(Code::new(payee)),
        purpose: Some(Tag::new("it")),
        source_number: None,
        filing: Filing::default(),
    }))
}

impl House {
    pub(crate) fn new() -> Self {
        let policy = Policy { project_required: false, ..Policy::default() };
        Self { folder: folder(), policy, openings: AtomicU64::new(0) }
    }

    /// The same ledger, keys and anchors in another place.
    pub(crate) fn copy(&self) -> Self {
        let new = Self {
            folder: folder(),
            policy: self.policy.clone(),
            openings: AtomicU64::new(self.openings.load(Ordering::SeqCst) + 1_000),
        };
        copy_folder(self.folder.path(), new.folder.path());
        new
    }

    pub(crate) fn officer(&self) -> SeedSigner {
        SeedSigner::new(&[1; 32])
    }

    pub(crate) fn log_signer(&self) -> SeedSigner {
        SeedSigner::new(&[2; 32])
    }

    pub(crate) fn ledger_folder(&self) -> PathBuf {
        self.folder.path().join("ledger")
    }

    pub(crate) fn outside(&self) -> Outside {
        Outside {
            clock: Box::new(FixedClock::at(NOW)),
            ids: Box::new(SeededIds::new(7 + self.openings.fetch_add(1, Ordering::SeqCst))),
            log_signer: Box::new(self.log_signer()),
            lost_log_key: None,
            anchors: Anchors::at(self.folder.path().join("home/anchors")),
        }
    }

    pub(crate) fn genesis(&self) -> Order {
        let ledger = [9; 16];
        let (name, key) = ("chen", self.officer().public_key());
        let proof = self.officer().sign(&enrol_message(LedgerId(ledger), name, &key));
        order(Command::OpenLedger(
            LedgerOpened {
                ledger: Bytes16(ledger),
                origin: Text::new(ORIGIN),
                name: Text::new("浦东新区"),
                currency: Text::new("CNY"),
                exponent: 2,
                utc_offset_minutes: 480,
                fiscal_year_start_month: 1,
                log_key: Bytes32(self.log_signer().public_key()),
                policy: self.policy.clone(),
                filing: Filing::default(),
            },
            OfficerEnrolled {
                number: 0,
                name: Text::new(name),
                key: Bytes32(key),
                proof: Bytes64(proof),
                roles: vec![Role::Maker, Role::Administrator],
                limit: None,
                filing: Filing::default(),
            },
        ))
    }

    pub(crate) fn create(&self) -> Ledger {
        let config = LedgerConfig::new(ORIGIN, "pudong");
        let officer = self.officer();
        let (folder, genesis) = (self.ledger_folder(), self.genesis());
        Ledger::create(&folder, &config, &genesis, &officer, self.outside()).unwrap().0
    }

    pub(crate) fn try_open(&self) -> Result<Ledger> {
        Ledger::open(&self.ledger_folder(), self.outside())
    }

    pub(crate) fn try_open_on(&self, media: &Media) -> Result<Ledger> {
        Ledger::open_on(&self.ledger_folder(), self.outside(), media)
    }

    pub(crate) fn open(&self) -> Ledger {
        self.try_open().unwrap()
    }

    pub(crate) fn submit_as(
        &self,
        ledger: &mut Ledger,
        order: &Order,
        key: Option<&[u8]>,
    ) -> Result<Receipt> {
        ledger.submit(&Submission {
            order,
            confidential: None,
            signer: &self.officer(),
            command_key: key,
            accept_clock: None,
            dry_run: false,
            until: Durability::Published,
        })
    }

    #[track_caller]
    pub(crate) fn submit(&self, ledger: &mut Ledger, order: Order) -> Receipt {
        self.submit_as(ledger, &order, None).unwrap()
    }
}
