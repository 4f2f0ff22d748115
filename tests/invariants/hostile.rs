//! Events that no office would write, as another program or a damaged log might hold them. `admit` refuses
//! them or books them, and never panics.

use crate::dice::Dice;
use crate::office;
use crate::world::{check_balanced, check_breach, check_words};
use earmark::chain::body;
use earmark::domain::admit::{Context, admit};
use earmark::domain::apply::{self, Cited};
use earmark::domain::calendar::Date;
use earmark::domain::event::*;
use earmark::domain::ids::{Code, LineKey, Tag, Text};
use earmark::domain::invariant;
use earmark::domain::kinds::*;
use earmark::domain::money::Amount;
use earmark::domain::state::{Journal, State};
use proptest::prelude::*;

fn code(dice: &mut Dice<'_>, known: &[Code]) -> Code {
    match dice.below(10) {
        0 => Code::new(""),
        1 => Code::new("no:such"),
        2 => Code::new(&"长".repeat(70)),
        _ => dice.pick(known).cloned().unwrap_or_default(),
    }
}

fn amount(dice: &mut Dice<'_>) -> Amount {
    Amount(match dice.below(10) {
        0 => i128::MAX,
        1 => i128::MIN,
        2 => i128::MIN + 1,
        3 => i128::MAX / 10_000,
        4 => -i128::from(dice.word() % 1_000),
        5 => 0,
        _ => i128::from(dice.word() % 1_000),
    })
}

fn date(dice: &mut Dice<'_>) -> Date {
    Date(match dice.below(8) {
        0 => i32::MIN,
        1 => i32::MAX,
        2 => -800_000,
        3 => 84_005,
        _ => 11_000 + (dice.word() % 1_400) as i32,
    })
}

fn option<T>(dice: &mut Dice<'_>, value: impl FnOnce(&mut Dice<'_>) -> T) -> Option<T> {
    (!dice.once_in(3)).then(|| value(dice))
}

fn text(dice: &mut Dice<'_>) -> Text {
    match dice.below(8) {
        0 => Text::new(""),
        1 => Text::new("a\u{202E}b\0"),
        2 => Text::new(&"x".repeat(2_000)),
        _ => Text::new("text"),
    }
}

/// What the state knows, to be named by what has no business to.
struct Names {
    lines: Vec<LineKey>,
    funds: Vec<Code>,
    projects: Vec<Code>,
    contracts: Vec<Code>,
    follow_ons: Vec<Code>,
    districts: Vec<Code>,
    size: u64,
}

impl Names {
    fn of(state: &State) -> Self {
        Self {
            lines: state.lines.keys().cloned().collect(),
            funds: state.funds.keys().cloned().collect(),
            projects: state.projects.sorted().into_iter().map(|(code, _)| code.clone()).collect(),
            contracts: state
                .commitments
                .sorted()
                .into_iter()
                .map(|(code, _)| code.clone())
                .collect(),
            follow_ons: state.follow_ons.keys().cloned().collect(),
            districts: state.districts.keys().cloned().collect(),
            size: state.size,
        }
    }

    fn line(&self, dice: &mut Dice<'_>) -> LineKey {
        let mut line =
            dice.pick(&self.lines).cloned().unwrap_or_else(|| LineKey::new(Code::new("F0"), 2001));
        match dice.below(12) {
            0 => line.year = i16::MAX,
            1 => line.origin = i16::MIN,
            2 => line.year += 1,
            3 => line.fund = code(dice, &self.funds),
            4 => line.class = code(dice, &self.funds),
            _ => {}
        }
        line
    }

    fn splits(&self, dice: &mut Dice<'_>) -> Vec<Split> {
        let split = |dice: &mut Dice<'_>| Split {
            line: self.line(dice),
            project: option(dice, |dice| code(dice, &self.projects)),
            amount: amount(dice),
        };
        (0..dice.below(4)).map(|_| split(dice)).collect()
    }

    fn entry(&self, dice: &mut Dice<'_>) -> u64 {
        match dice.below(10) {
            0 => u64::MAX,
            1 => self.size,
            _ => u64::from(dice.word()) % self.size.max(1),
        }
    }

    fn filing(&self, dice: &mut Dice<'_>) -> Filing {
        let document = |dice: &mut Dice<'_>| DocumentRef {
            hash: Bytes32([(dice.word() % 8) as u8; 32]),
            kind: if dice.once_in(2) { Text::new("e-voucher") } else { text(dice) },
            name: text(dice),
            pages: option(dice, |dice| dice.word()),
        };
        let documents = match dice.below(4) {
            0 => (0..dice.below(3)).map(|_| document(dice)).collect(),
            _ => Vec::new(),
        };
        Filing { documents, document_no: None }
    }

    fn policy(dice: &mut Dice<'_>) -> Policy {
        Policy {
            control: Control::ALL[dice.below(3)],
            tolerance_basis_points: [0, 500, 10_000, u32::MAX][dice.below(4)],
            tolerance_minor_units: amount(dice),
            project_required: dice.once_in(2),
            history_before: option(dice, date),
            rule_set_version: if dice.once_in(8) { 2 + u32::from(dice.once_in(2)) } else { 1 },
            ..Policy::default()
        }
    }

    fn event(&self, dice: &mut Dice<'_>) -> Event {
        let body = match dice.below(3) {
            0 => self.master(dice),
            1 => self.of_line(dice),
            _ => self.of_contract(dice),
        };
        Event { occurred_on: date(dice), historical: dice.once_in(3), confidential: None, body }
    }

    fn amended(&self, dice: &mut Dice<'_>, name_zh: Option<Text>) -> Body {
        let (code, filing) = (code(dice, &self.funds), self.filing(dice));
        let (name, manager) = (option(dice, text), option(dice, text));
        let purposes_added = vec![Tag::new(["it", "", "a//b", "roads"][dice.below(4)])];
        FundAmended { code, name, name_zh, manager, purposes_added, filing }.into()
    }

    fn master(&self, dice: &mut Dice<'_>) -> Body {
        let (filing, name, name_zh) = (self.filing(dice), text(dice), option(dice, text));
        let fresh = Code::new(&format!("N{}", dice.word()));
        match dice.below(10) {
            0 => LedgerOpened {
                ledger: Bytes16([1; 16]),
                origin: text(dice),
                name,
                currency: Text::new(["CNY", "XXX", ""][dice.below(3)]),
                exponent: dice.word() as u8,
                utc_offset_minutes: dice.word() as i16,
                fiscal_year_start_month: dice.word() as u8,
                log_key: Bytes32([9; 32]),
                policy: Self::policy(dice),
                filing,
            }
            .into(),
            1 => PolicyAdopted { policy: Self::policy(dice), filing }.into(),
            9 => self.office(dice, filing),
            2 => OfficerEnrolled {
                number: dice.word() % 4,
                name,
                key: Bytes32([(dice.word() % 4) as u8; 32]),
                proof: Bytes64([0; 64]),
                roles: vec![Role::Maker, Role::Administrator],
                limit: option(dice, amount),
                filing,
            }
            .into(),
            3 => DistrictRegistered {
                code: fresh,
                name,
                name_zh,
                level: Level::ALL[dice.below(3)],
                parent: option(dice, |dice| code(dice, &self.districts)),
                valid_from: option(dice, date),
                valid_to: option(dice, date),
                successor: option(dice, |dice| code(dice, &self.districts)),
                filing,
            }
            .into(),
            4 => {
                let successor = option(dice, |dice| code(dice, &self.districts));
                DistrictRetired { code: code(dice, &self.districts), successor, filing }.into()
            }
            5 => FundEstablished {
                code: fresh,
                name,
                name_zh,
                kind: FundKind::Matching,
                purposes: vec![Tag::new(["it", "", "a//b"][dice.below(3)])],
                manager: None,
                district: option(dice, |dice| code(dice, &self.districts)),
                filing,
            }
            .into(),
            6 if dice.once_in(2) => self.amended(dice, name_zh),
            6 => FundClosed { code: code(dice, &self.funds), reason: None, filing }.into(),
            7 => ProgrammeRegistered { code: fresh, name, name_zh, district: None, filing }.into(),
            _ => PayeeRegistered {
                code: fresh,
                name,
                name_zh,
                credit_code: option(dice, text),
                accounts: vec![],
                filing,
            }
            .into(),
        }
    }

    fn office(&self, dice: &mut Dice<'_>, filing: Filing) -> Body {
        let (number, key) = (dice.word() % 4, Bytes32([(dice.word() % 12) as u8; 32]));
        let (proof, reason) = (Bytes64([0; 64]), option(dice, text));
        match dice.below(8) {
            0 => {
                let roles = (0..dice.below(3)).map(|_| Role::ALL[dice.below(4)]).collect();
                let limit = option(dice, amount);
                OfficerRolesChanged { number, roles, limit, reason, filing }.into()
            }
            1 => OfficerKeyRotated { number, key, proof, reason, filing }.into(),
            2 => OfficerRevoked { number, reason: text(dice), filing }.into(),
            3 => LogKeyRotated { key, proof, handover: None, reason, filing }.into(),
            4 => {
                let (entry, legal_basis) = (self.entry(dice), text(dice));
                ConfidentialErased { entry, legal_basis, filing }.into()
            }
            5 => {
                let (source, size) = (text(dice), self.entry(dice));
                LedgerRestored { source, size, head: key, filing }.into()
            }
            6 => AnchorAdopted { size: self.entry(dice), root: key, filing }.into(),
            _ => {
                BreachAcknowledged { first: 9, rule: text(dice), reason: text(dice), filing }.into()
            }
        }
    }

    fn of_line(&self, dice: &mut Dice<'_>) -> Body {
        let (filing, line, amount) = (self.filing(dice), self.line(dice), amount(dice));
        let (reason, project) = (option(dice, text), code(dice, &self.projects));
        match dice.below(8) {
            0 => {
                let kind = SourceKind::Other;
                let source = MoneySource { kind, division: reason, reference: None };
                AllocationRecorded { line, amount, source, filing }.into()
            }
            1 => {
                let direction = Direction::ALL[dice.below(2)];
                AllocationAdjusted { line, direction, amount, reason, filing }.into()
            }
            2 => {
                let to = option(dice, |dice| self.line(dice));
                let ledger = Bytes16([(dice.word() % 3) as u8; 16]);
                let elsewhere = dice.once_in(2).then_some(ForeignEntry { ledger, entry: None });
                AllocationTransferred { from: line, to, elsewhere, amount, reason, filing }.into()
            }
            3 => FundsReserved { project, line, amount, filing }.into(),
            4 => ReservationReleased { project, line, amount, filing }.into(),
            5 => BalanceLapsed { line, amount, reason, filing }.into(),
            6 => ProjectApproved {
                code: Code::new(&format!("N{}", dice.word())),
                title: text(dice),
                title_zh: None,
                purpose: Tag::new("it"),
                district: None,
                programme: None,
                start: option(dice, date),
                end: option(dice, date),
                ceiling: option(dice, |_| amount),
                funding: vec![Funding { line, amount }],
                duplicates: vec![],
                duplicates_reason: reason,
                filing,
            }
            .into(),
            _ => {
                let mut to = line.clone();
                to.year = to.year.wrapping_add(1);
                BalanceCarriedForward {
                    from: line,
                    to: if dice.once_in(3) { self.line(dice) } else { to },
                    stage: Stage::ALL[dice.below(Stage::ALL.len())],
                    project: option(dice, |_| project),
                    commitment: option(dice, |dice| code(dice, &self.contracts)),
                    amount,
                    rest: RestKind::Surplus,
                    filing,
                }
                .into()
            }
        }
    }

    fn of_contract(&self, dice: &mut Dice<'_>) -> Body {
        let (filing, reason, splits) = (self.filing(dice), option(dice, text), self.splits(dice));
        let contract = code(dice, &self.contracts);
        let fresh = Code::new(&format!("N{}", dice.word()));
        let of_project = code(dice, &self.projects);
        match dice.below(14) {
            0 => CommitmentMade {
                contract: fresh,
                payee: None,
                purpose: option(dice, |_| Tag::new("it")),
                title: None,
                tranches: (splits.iter().take(1))
                    .map(|split| Tranche {
                        code: contract.clone(),
                        amount: split.amount,
                        due: None,
                    })
                    .collect(),
                splits,
                filing,
            }
            .into(),
            1 => CommitmentIncreased { contract, splits, reason, filing }.into(),
            2 => CommitmentReduced { contract, splits, reason, filing }.into(),
            3 => CommitmentClosed { contract, reason, filing }.into(),
            4 => DisbursementRecorded {
                commitment: option(dice, |_| contract),
                splits,
                payee: None,
                purpose: option(dice, |_| Tag::new("it")),
                source_number: None,
                voucher_no: [0, 1, 2, 3, u64::MAX][dice.below(5)],
                filing,
            }
            .into(),
            5 => {
                let (disbursement, restores_budget) = (self.entry(dice), dice.once_in(2));
                RefundReceived { disbursement, splits, restores_budget, reason, filing }.into()
            }
            6 => FollowOnPledged {
                code: fresh,
                project: of_project,
                investor: text(dice),
                kind: FollowOnKind::ALL[dice.below(5)],
                amount: amount(dice),
                original: option(dice, |dice| OriginalAmount {
                    amount: amount(dice),
                    currency: text(dice),
                    rate: text(dice),
                    source: text(dice),
                }),
                valuation: None,
                agreement: None,
                causality: None,
                filing,
            }
            .into(),
            7 => {
                let (code, amount) = (code(dice, &self.follow_ons), amount(dice));
                FollowOnPaidIn { code, amount, filing }.into()
            }
            8 => {
                let (code, amount) = (code(dice, &self.follow_ons), amount(dice));
                FollowOnWithdrawn { code, amount, reason, filing }.into()
            }
            9 => ProjectCompleted { code: of_project, reason, filing }.into(),
            10 => ProjectTerminated { code: of_project, reason, filing }.into(),
            11 => ProjectClosedOut { code: of_project, reason, filing }.into(),
            12 => DocumentAttached { entry: self.entry(dice), filing }.into(),
            _ => EntryReversed { entry: self.entry(dice), reason: Text::new("x"), filing }.into(),
        }
    }
}

/// Judges the events as one command; what is admitted has to leave the state sound.
fn judge(state: &State, events: &[Event], cited: &Cited, time: i64, officer: u32) -> bool {
    let context =
        Context { recorded_at_microseconds: time, officer, clock_accepted: time % 2 == 0, cited };
    let mut after = state.clone();
    match admit(&mut after, events, &context) {
        Err(rejection) => {
            check_words(&rejection);
            assert_eq!(&after, state, "a refusal changes nothing");
            check_breach(state, events, &context, &rejection);
            false
        }
        Ok(admitted) => {
            for (event, moves) in events.iter().zip(&admitted.moves) {
                check_balanced(event, moves);
            }
            let broken = invariant::broken(&after);
            assert!(broken.is_empty(), "after {events:?}:\n{}", broken.join("\n"));
            true
        }
    }
}

/// A fold of events that were never admitted may fail, and may not panic.
fn fold_all(state: &State, events: &[Event], cited: &Cited) {
    let mut state = state.clone();
    let mut journal = Journal::on(&mut state);
    drop(events.iter().try_for_each(|event| apply::fold(&mut journal, event, cited).map(drop)));
}

fn config(cases: u32) -> ProptestConfig {
    ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() }
}

proptest! {
    #![proptest_config(config(24))]

    #[test]
    fn admit_never_panics(
        commands in prop::collection::vec(any::<[u32; 48]>(), 200),
        time in any::<i64>(),
        officer in prop::sample::select(vec![0_u32, 0, 0, 1, u32::MAX]),
    ) {
        let world = office::example();
        let cited = world.all_entries();
        let empty = State::default();
        let known = world.context(&cited).recorded_at_microseconds & !1;
        let names = Names::of(&world.state);
        for words in &commands {
            let mut dice = Dice::new(words);
            let events: Vec<Event> = (0..=dice.below(3)).map(|_| names.event(&mut dice)).collect();
            for state in [&world.state, &empty] {
                judge(state, &events, &cited, time, officer);
                judge(state, &events, &cited, known, 0);
                judge(state, &events, &Cited::new(), known, 0);
                fold_all(state, &events, &cited);
                fold_all(state, &events, &Cited::new());
            }
        }
    }

    /// Whatever bytes decode to a body, `admit` has an answer.
    #[test]
    fn admit_has_an_answer_to_whatever_decodes(
        damages in prop::collection::vec(any::<(u16, u16, u8)>(), 400),
    ) {
        let world = office::example();
        let cited = world.all_entries();
        let known = world.context(&cited).recorded_at_microseconds & !1;
        for (entry, at, byte) in damages {
            let event = &world.log[usize::from(entry) % world.log.len()];
            let (number, version) = (event.body.number(), event.body.version());
            let mut bytes = body::encode(&event.body).unwrap();
            let at = usize::from(at) % bytes.len();
            bytes[at] = byte;
            if let Ok(Some(body)) = body::decode(number, version, &bytes) {
                let event = Event { body, ..event.clone() };
                judge(&world.state, std::slice::from_ref(&event), &cited, known, 0);
                fold_all(&world.state, &[event], &cited);
            }
        }
    }
}

/// Hostile events are not all refused at the door: some get as far as to be booked.
#[test]
fn some_hostile_events_are_booked() {
    let world = office::example();
    let cited = world.all_entries();
    let known = world.context(&cited).recorded_at_microseconds & !1;
    let names = Names::of(&world.state);
    let (mut seed, mut booked) = (3_u32, std::collections::BTreeSet::new());
    for _ in 0..20_000 {
        let words: Vec<u32> = (0..48)
            .map(|_| {
                seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                seed >> 8
            })
            .collect();
        let event = names.event(&mut Dice::new(&words));
        if judge(&world.state, std::slice::from_ref(&event), &cited, known, 0) {
            booked.insert(event.body.name());
        }
    }
    assert!(booked.len() >= 20, "{booked:?}");
}
