//! What an office asks for beside spending: follow-on investment, policies, documents, master data,
//! and the history of the year before.

use crate::dice::Dice;
use crate::office::{Office, none};
use crate::world::officer;
use earmark::domain::breach::COMMAND_ID_REPEATED;
use earmark::domain::calendar::Date;
use earmark::domain::command::*;
use earmark::domain::event::*;
use earmark::domain::ids::{Code, LineKey, Text};
use earmark::domain::kinds::*;
use earmark::domain::money::Amount;
use earmark::domain::posting::Leaf;

impl Office<'_> {
    pub fn follow_on(&self, dice: &mut Dice<'_>) -> Option<Command> {
        let all: Vec<_> = self.world.state.follow_ons.iter().collect();
        let what = if all.is_empty() { 0 } else { dice.below(5) };
        if what < 2 {
            let kind = FollowOnKind::ALL[dice.below(FollowOnKind::ALL.len())];
            return Some(Command::PledgeFollowOn(FollowOnPledged {
                code: self.fresh("I"),
                project: self.project(dice)?,
                investor: Text::new("Enterprise"),
                kind,
                amount: Amount(i128::from(dice.word() % 100_000)),
                original: None,
                valuation: (!dice.once_in(5)).then_some(Bytes32([4; 32])),
                agreement: None,
                causality: None,
                filing: none(),
            }));
        }
        let (code, it) = dice.pick(&all)?;
        let (code, rest) = ((*code).clone(), it.rest()?.0);
        Some(if what < 4 {
            let amount = Amount(dice.part(rest / 2));
            Command::PayInFollowOn(FollowOnPaidIn { code, amount, filing: none() })
        } else {
            let amount = dice.once_in(4).then_some(Amount(rest / 2));
            let (reason, filing) = (None, none());
            Command::WithdrawFollowOn(WithdrawFollowOn { code, amount, reason, filing })
        })
    }

    /// Strict half of the time, so that strictness is met by balances of a lenient past.
    pub fn policy(&self, dice: &mut Dice<'_>) -> Option<Command> {
        let control = [Control::Stop, Control::Stop, Control::Warn, Control::Track][dice.below(4)];
        let policy = Policy {
            control,
            tolerance_basis_points: dice.word() % 1_000,
            tolerance_minor_units: Amount(i128::from(dice.word() % 10_000)),
            project_required: dice.once_in(2),
            transfer_between_purposes: dice.once_in(2),
            ..Policy::default()
        };
        // Most histories stay strict: only one wish in five for a policy is meant.
        dice.once_in(5).then_some(Command::AdoptPolicy(PolicyAdopted { policy, filing: none() }))
    }

    pub fn attach(&self, dice: &mut Dice<'_>) -> Option<Command> {
        let entry = dice.below(self.world.log.len()) as u64;
        let kind = Text::new(if dice.once_in(2) { "e-voucher" } else { "photo" });
        let hash = Bytes32([(dice.word() % 40) as u8; 32]);
        let documents = vec![DocumentRef { hash, kind, name: Text::new("a.pdf"), pages: None }];
        let filing = Filing { documents, document_no: None };
        Some(Command::AttachDocument(DocumentAttached { entry, filing }))
    }

    pub fn master(&self, dice: &mut Dice<'_>) -> Option<Command> {
        let (code, filing) = (self.fresh("M"), none());
        let name = Text::new(code.as_str());
        let districts: Vec<Code> = self.world.state.districts.keys().cloned().collect();
        Some(match dice.below(6) {
            0 | 1 => Command::RegisterPayee(PayeeRegistered {
                code,
                name,
                name_zh: None,
                credit_code: None,
                accounts: vec![],
                filing,
            }),
            2 => Command::RegisterDistrict(DistrictRegistered {
                code,
                name,
                name_zh: None,
                level: Level::District,
                parent: None,
                valid_from: None,
                valid_to: None,
                successor: None,
                filing,
            }),
            3 => {
                let (code, successor) = (dice.pick(&districts)?.clone(), None);
                Command::RetireDistrict(DistrictRetired { code, successor, filing })
            }
            4 => {
                let district = dice.pick(&districts).cloned();
                let body = ProgrammeRegistered { code, name, name_zh: None, district, filing };
                Command::RegisterProgramme(body)
            }
            _ => {
                let number = u8::try_from(self.world.state.officers.len()).ok()?;
                Command::EnrolOfficer(officer(number.min(50)))
            }
        })
    }

    /// Officers come, change and go, and so do keys.
    pub fn office(&self, dice: &mut Dice<'_>) -> Option<Command> {
        let officers = self.world.state.officers.len();
        let number = u32::try_from(dice.below(officers)).ok()?;
        // Enrolments bring keys from 100 on; sometimes one comes again.
        let key = Bytes32([60 + (dice.word() % 60) as u8; 32]);
        let (reason, filing) = (None, none());
        let proof = Bytes64([0; 64]);
        let size = self.world.state.size;
        Some(match dice.below(7) {
            0 => {
                let roles = (0..=dice.below(2)).map(|_| Role::ALL[dice.below(4)]).collect();
                let limit = dice.once_in(2).then(|| Amount(i128::from(dice.word() % 50_000)));
                let number = number.max(1);
                let body = OfficerRolesChanged { number, roles, limit, reason, filing };
                Command::ChangeOfficerRoles(body)
            }
            1 => {
                Command::RotateOfficerKey(OfficerKeyRotated { number, key, proof, reason, filing })
            }
            2 => {
                // Officer 0 signs everything here, and stays.
                let (number, reason) = (number.max(1), Text::new("left"));
                Command::RevokeOfficer(OfficerRevoked { number, reason, filing })
            }
            3 => {
                let handover = dice.once_in(2).then_some(proof);
                Command::RotateLogKey(LogKeyRotated { key, proof, handover, reason, filing })
            }
            4 => {
                let (entry, legal_basis) = (size - 1, Text::new("request"));
                Command::EraseConfidential(ConfidentialErased { entry, legal_basis, filing })
            }
            5 => {
                let (source, head) = (Text::new("copy"), key);
                Command::RestoreLedger(LedgerRestored { source, size, head, filing })
            }
            _ if !size.is_multiple_of(3) => {
                Command::AdoptAnchor(AnchorAdopted { size, root: key, filing })
            }
            _ => {
                let (first, rule) = (size / 2, Text::new(COMMAND_ID_REPEATED));
                let reason = Text::new("sent twice");
                Command::AcknowledgeBreach(BreachAcknowledged { first, rule, reason, filing })
            }
        })
    }

    /// History of the year before the ledger: its lines, and contracts and payments of any sign.
    pub fn history(&self, dice: &mut Dice<'_>) -> Option<Order> {
        let occurred_on = Some(Date(10_900 + (dice.word() % 420) as i32));
        let line = LineKey::new(dice.pick(&self.funds())?.clone(), 2000);
        let amount = i128::from(dice.word() % 20_000) - if dice.once_in(3) { 15_000 } else { 0 };
        let drawing = Self::of_leaf(&Leaf::of(&line, Stage::Unreserved), amount);
        let drawing = Drawing { project: self.project(dice), ..drawing };
        let command = if !self.world.state.lines.contains_key(&line) {
            let source = MoneySource { kind: SourceKind::Own, division: None, reference: None };
            let (amount, filing) = (Amount(100_000), none());
            Command::RecordAllocation(AllocationRecorded { line, amount, source, filing })
        } else if dice.once_in(2) {
            Command::RecordDisbursement(Self::payment(None, drawing, None))
        } else {
            let contract = self.fresh("H");
            let (payee, purpose, title) = (None, None, None);
            let (tranches, filing) = (vec![], none());
            Command::MakeCommitment(MakeCommitment {
                contract,
                payee,
                purpose,
                title,
                drawing,
                tranches,
                filing,
            })
        };
        Some(Order { occurred_on, historical: true, command })
    }
}
