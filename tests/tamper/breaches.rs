//! Logs full of entries that no rule would let in, signed one by one: both verifiers come to the same
//! accounts, though only one of them knows the rules; and once all of it is acknowledged, to the same keys.

use crate::book::{Log, entries_of, log_key, signed_by, start};
use crate::both::other;
use crate::house::{House, ORIGIN};
use earmark::chain::signature::{SeedSigner, Signer, enrol_message};
use earmark::domain::event::*;
use earmark::domain::ids::{Code, LineKey, Tag, Text};
use earmark::domain::kinds::*;
use earmark::domain::money::Amount;
use earmark::domain::state::State;
use earmark::ledger::Reader;
use earmark::tlog::note::VerifierKey;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Numbers that are the same in every run.
struct Dice(u64);

impl Dice {
    fn below(&mut self, most: u64) -> u64 {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % most
    }

    fn one<'a>(&mut self, of: &[&'a str]) -> &'a str {
        of[usize::try_from(self.below(of.len() as u64)).unwrap()]
    }

    fn code(&mut self, of: &[&str]) -> Code {
        Code::new(self.one(of))
    }

    fn amount(&mut self) -> Amount {
        Amount(match self.below(12) {
            0 => 0,
            1 => -500,
            2 => i128::MAX,
            3 => i128::MIN,
            4 => 1 << 126,
            n => i128::from(n) * 40_000,
        })
    }

    fn line(&mut self) -> LineKey {
        let (fund, year) =
            (self.one(&["PD-INFO", "PD-INFO", "PD-INFO", "F-2", "NONE"]), 2025 + self.below(3));
        LineKey::new(Code::new(fund), i16::try_from(year).unwrap())
    }

    fn project(&mut self) -> Code {
        self.code(&["A", "A", "B", "C"])
    }

    fn contract(&mut self) -> Code {
        self.code(&["K-1", "K-1", "K-2", "K-3"])
    }

    fn maybe(&mut self, code: fn(&mut Self) -> Code) -> Option<Code> {
        if self.below(2) == 0 { Some(code(self)) } else { None }
    }

    fn splits(&mut self) -> Vec<Split> {
        let split = |dice: &mut Self| {
            let (line, project) = (dice.line(), dice.maybe(Self::project));
            Split { line, project, amount: dice.amount() }
        };
        (0..self.below(4)).map(|_| split(self)).collect()
    }

    /// Anything that moves money or makes something, about `size` entries.
    fn body(&mut self, size: u64) -> Body {
        let filing = Filing::default();
        let (amount, entry) = (self.amount(), self.below(size + 2));
        match self.below(24) {
            0 => {
                let source = MoneySource { kind: SourceKind::Own, division: None, reference: None };
                AllocationRecorded { line: self.line(), amount, source, filing }.into()
            }
            1 => {
                let direction =
                    if self.below(2) == 0 { Direction::Supplement } else { Direction::Reduction };
                AllocationAdjusted { line: self.line(), direction, amount, reason: None, filing }
                    .into()
            }
            2 => {
                let (from, to) = (self.line(), (self.below(2) == 0).then(|| self.line()));
                AllocationTransferred { from, to, elsewhere: None, amount, reason: None, filing }
                    .into()
            }
            3 => {
                FundsReserved { project: self.project(), line: self.line(), amount, filing }.into()
            }
            4 => ReservationReleased { project: self.project(), line: self.line(), amount, filing }
                .into(),
            5 | 6 => self.approval(),
            7 => ProjectCompleted { code: self.project(), reason: None, filing }.into(),
            8 => ProjectTerminated { code: self.project(), reason: None, filing }.into(),
            9 => ProjectClosedOut { code: self.project(), reason: None, filing }.into(),
            10 | 11 => CommitmentMade {
                contract: self.contract(),
                payee: None,
                purpose: None,
                title: None,
                splits: self.splits(),
                tranches: Vec::new(),
                filing,
            }
            .into(),
            12..=19 => self.change(entry, amount),
            20 => self.fund(),
            _ => EntryReversed { entry, reason: Text::new("no"), filing }.into(),
        }
    }

    fn change(&mut self, entry: u64, amount: Amount) -> Body {
        let filing = Filing::default();
        match self.below(8) + 12 {
            12 => {
                let (contract, splits) = (self.contract(), self.splits());
                CommitmentIncreased { contract, splits, reason: None, filing }.into()
            }
            13 => {
                let (contract, splits) = (self.contract(), self.splits());
                CommitmentReduced { contract, splits, reason: None, filing }.into()
            }
            14 => CommitmentClosed { contract: self.contract(), reason: None, filing }.into(),
            15 | 16 => DisbursementRecorded {
                commitment: self.maybe(Self::contract),
                splits: self.splits(),
                payee: None,
                purpose: None,
                source_number: None,
                voucher_no: self.below(3),
                filing,
            }
            .into(),
            17 => {
                let (splits, restores_budget) = (self.splits(), self.below(2) == 0);
                RefundReceived {
                    disbursement: entry,
                    splits,
                    restores_budget,
                    reason: None,
                    filing,
                }
                .into()
            }
            18 => {
                let stage = [Stage::Unreserved, Stage::Reserved, Stage::Committed]
                    [usize::try_from(self.below(3)).unwrap()];
                let (project, commitment) = (self.maybe(Self::project), self.maybe(Self::contract));
                let (from, to, rest) = (self.line(), self.line(), RestKind::CarryOver);
                BalanceCarriedForward { from, to, stage, project, commitment, amount, rest, filing }
                    .into()
            }
            _ => BalanceLapsed { line: self.line(), amount, reason: None, filing }.into(),
        }
    }

    fn approval(&mut self) -> Body {
        let funding = self
            .splits()
            .into_iter()
            .map(|split| Funding { line: split.line, amount: split.amount });
        ProjectApproved {
            code: self.project(),
            title: Text::new("Project"),
            title_zh: None,
            purpose: Tag::new("it"),
            district: None,
            programme: None,
            start: None,
            end: None,
            ceiling: None,
            funding: funding.collect(),
            duplicates: Vec::new(),
            duplicates_reason: None,
            filing: Filing::default(),
        }
        .into()
    }

    fn fund(&mut self) -> Body {
        FundEstablished {
            code: self.code(&["F-2", "PD-INFO"]),
            name: Text::new("Fund"),
            name_zh: None,
            kind: FundKind::Special,
            purposes: vec![Tag::new("it")],
            manager: None,
            district: None,
            filing: Filing::default(),
        }
        .into()
    }

    /// Something that would give power.
    fn power(&mut self, entries: &[Vec<u8>]) -> Body {
        let (filing, seed) =
            (Filing::default(), SeedSigner::new(&[u8::try_from(9 + self.below(9)).unwrap(); 32]));
        let key = seed.public_key();
        let ledger = earmark::chain::entry::parse(&entries[0]).unwrap().ledger;
        let proof = |name: &str| Bytes64(seed.sign(&enrol_message(ledger, name, &key)));
        match self.below(5) {
            0 => OfficerEnrolled {
                number: u32::try_from(self.below(3)).unwrap(),
                name: Text::new("Friend"),
                key: Bytes32(key),
                proof: proof("Friend"),
                roles: vec![Role::Approver],
                limit: None,
                filing,
            }
            .into(),
            1 => {
                let roles = vec![Role::Maker];
                OfficerRolesChanged { number: 0, roles, limit: None, reason: None, filing }.into()
            }
            2 => OfficerRevoked { number: 0, reason: Text::new("gone"), filing }.into(),
            3 => LedgerRestored { source: Text::new("x"), size: 3, head: Bytes32([1; 32]), filing }
                .into(),
            _ => BreachAcknowledged {
                first: self.below(9),
                rule: Text::new("line_exceeded"),
                reason: Text::new("myself"),
                filing,
            }
            .into(),
        }
    }
}

fn officer() -> SeedSigner {
    SeedSigner::new(&[1; 32])
}

/// What the accounts of every fund hold, by stage, as the independent verifier writes them.
fn stages(state: &State) -> Value {
    let mut funds: BTreeMap<String, BTreeMap<&str, i128>> = BTreeMap::new();
    for (leaf, balance) in state.balances() {
        let of_fund = funds.entry(leaf.line.fund.to_string()).or_default();
        let sum = of_fund.entry(leaf.stage.text()).or_default();
        *sum = sum.wrapping_add(balance.0);
    }
    let told = funds.into_iter().map(|(fund, sums)| {
        let sums: BTreeMap<_, _> = sums
            .into_iter()
            .filter(|(_, sum)| *sum != 0)
            .map(|(s, n)| (s, n.to_string()))
            .collect();
        (fund, json!(sums))
    });
    told.filter(|(_, sums)| *sums != json!({})).collect::<serde_json::Map<_, _>>().into()
}

fn stages_of_other(said: &Value) -> Value {
    let funds = said["funds"].as_object().unwrap_or_else(|| panic!("{said}"));
    let told = funds.iter().map(|(fund, figures)| {
        let sums = figures["stages"].as_object().unwrap().iter();
        let sums = sums.map(|(stage, sum)| (stage.clone(), wrapped(sum.as_str().unwrap())));
        let sums =
            sums.filter(|(_, sum)| *sum != 0).map(|(stage, sum)| (stage, json!(sum.to_string())));
        (fund.clone(), sums.collect())
    });
    told.filter(|(_, sums)| *sums != json!({})).collect::<serde_json::Map<_, Value>>().into()
}

/// A sum that may be beyond 128 bits, as adding in 128 bits comes out.
fn wrapped(text: &str) -> i128 {
    let digits = text.trim_start_matches('-').bytes().map(|digit| i128::from(digit - b'0'));
    let sum = digits.fold(0_i128, |sum, digit| sum.wrapping_mul(10).wrapping_add(digit));
    if text.starts_with('-') { sum.wrapping_neg() } else { sum }
}

fn of_both(log: &Log, case: &str) -> (State, Value) {
    let reader = Reader::open_log(&log.path(), None, None).unwrap();
    let state = reader.books(reader.size(), None).unwrap().state;
    let key = VerifierKey::new(ORIGIN, &log_key().public_key()).unwrap();
    let (status, said, err) = other(&log.path(), &key.to_string());
    assert_eq!(status, 3, "{case}: {said}{err}");
    let named = said["breaches"].as_array().unwrap().iter();
    let void =
        named.filter(|breach| breach["found"].as_str().is_some_and(|f| f.contains("moves what")));
    let void: Vec<String> = void.map(|breach| breach["at"].as_str().unwrap().to_owned()).collect();
    let open = state
        .void
        .keys()
        .filter(|at| state.breaches.get(at).is_some_and(|b| b.acknowledged.is_none()));
    let open: Vec<String> = open.map(|at| format!("entry {at}")).collect();
    let apart =
        open.iter().find(|at| !void.contains(at)).or(void.iter().find(|at| !open.contains(at)));
    let event = apart.and_then(|at| reader.event(at[6..].parse().unwrap()).unwrap());
    assert_eq!(apart, None, "{case}: {:?}", event.map(|event| event.body));
    assert_eq!(stages(&state), stages_of_other(&said), "{case}");
    (state, said)
}

fn begun() -> Vec<Vec<u8>> {
    let house = House::new();
    start(&house).close().unwrap();
    entries_of(&house)
}

#[test]
fn both_verifiers_come_to_the_same_accounts_whatever_is_signed() {
    let (begun, log) = (begun(), Log::new());
    let (mut void, mut moved) = (0, 0);
    for seed in 0..96 {
        let (mut dice, mut entries) = (Dice(seed), begun.clone());
        for _ in 0..120 {
            let body = dice.body(entries.len() as u64);
            entries.push(signed_by(&entries, 0, &officer(), body));
        }
        log.publish(&entries, &log_key());
        let (state, _) = of_both(&log, &format!("seed {seed}"));
        void += state.void.len();
        moved += state.breaches.len() - state.void.len();
    }
    assert!(void > 2_000 && moved > 1_200, "{void} void entries, {moved} others");
}

#[test]
fn what_would_give_power_is_nothing_to_both_once_it_is_acknowledged() {
    let (begun, log) = (begun(), Log::new());
    for seed in 0..64 {
        let (mut dice, mut entries) = (Dice(1_000 + seed), begun.clone());
        for _ in 0..60 {
            let body = match dice.below(3) {
                0 => dice.power(&entries),
                _ => dice.body(entries.len() as u64),
            };
            // Rotations of roles by the administrator are admitted: who it is must stay.
            if matches!(body, Body::OfficerRolesChanged(_)) {
                continue;
            }
            entries.push(signed_by(&entries, 0, &officer(), body));
        }
        log.publish(&entries, &log_key());
        let reader = Reader::open_log(&log.path(), None, None).unwrap();
        let open = reader.books(reader.size(), None).unwrap().state;
        for (first, breach) in open.open_breaches() {
            let (rule, reason) = (breach.rule.clone(), Text::new("known"));
            let known = BreachAcknowledged { first, rule, reason, filing: Filing::default() };
            entries.push(signed_by(&entries, 0, &officer(), known));
        }
        log.publish(&entries, &log_key());
        let (state, said) = of_both(&log, &format!("seed {seed}"));
        assert_eq!(state.open_breaches().count(), 0);
        let named = said["breaches"].as_array().unwrap();
        let acknowledged = named.iter().filter(|breach| breach["acknowledged"].is_u64()).count();
        assert_eq!(
            (named.len(), acknowledged),
            (state.breaches.len(), state.breaches.len()),
            "{said}"
        );
    }
}
