//! Every sample command as a form: its texts, filled in, make the same command again.

use super::orders::orders;
use earmark::chain::hash::from_hex;
use earmark::domain::command::{Command, Order};
use earmark::domain::event::{Bytes32, Bytes64, DocumentRef, Filing, Policy};
use earmark::domain::ids::{Code, Tag, Text};
use earmark::domain::kinds::{Direction, Role};
use earmark::domain::money::{Amount, Currency};
use earmark::domain::state::State;
use earmark::error::{Error, Kind as ErrorKind, Result};
use earmark::form::build::Scene;
use earmark::form::fill::{World, fill};
use earmark::form::table::{Need, Typed, forms};
use earmark::form::{Act, EntryRef, Field, FieldSpec, Kind};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// The form that asks for a command; none where no form does.
fn act(command: &Command) -> Option<Act> {
    Some(match command {
        Command::OpenLedger(..)
        | Command::RotateLogKey(_)
        | Command::RestoreLedger(_)
        | Command::AdoptAnchor(_)
        | Command::SetAllocation(_) => return None,
        Command::EnrolOfficer(_) => Act::OfficerEnroll,
        Command::ChangeOfficerRoles(_) => Act::OfficerRoles,
        Command::RotateOfficerKey(_) => Act::OfficerRotate,
        Command::RevokeOfficer(_) => Act::OfficerRevoke,
        Command::AdoptPolicy(_) => Act::PolicyAdopt,
        Command::RegisterDistrict(_) => Act::DistrictRegister,
        Command::RetireDistrict(_) => Act::DistrictRetire,
        Command::RegisterProgramme(_) => Act::ProgrammeRegister,
        Command::RegisterPayee(_) => Act::PayeeRegister,
        Command::EstablishFund(_) => Act::FundEstablish,
        Command::AmendFund(_) => Act::FundAmend,
        Command::CloseFund(_) => Act::FundClose,
        Command::RecordAllocation(_) => Act::AllocationRecord,
        Command::AdjustAllocation(b) => match b.direction {
            Direction::Supplement => Act::AllocationSupplement,
            Direction::Reduction => Act::AllocationReduce,
        },
        Command::TransferAllocation(_) => Act::AllocationTransfer,
        Command::CarryForward(_) => Act::AllocationCarry,
        Command::Lapse(_) => Act::AllocationLapse,
        Command::ReserveFunds(_) => Act::ReservationMake,
        Command::ReleaseReservation(_) => Act::ReservationRelease,
        Command::ApproveProject(_) => Act::ProjectApprove,
        Command::CompleteProject(_) => Act::ProjectComplete,
        Command::TerminateProject(_) => Act::ProjectTerminate,
        Command::CloseOutProject(_) => Act::ProjectCloseOut,
        Command::MakeCommitment(_) => Act::CommitmentMake,
        Command::IncreaseCommitment(_) => Act::CommitmentIncrease,
        Command::ReduceCommitment(_) => Act::CommitmentReduce,
        Command::CloseCommitment(_) => Act::CommitmentClose,
        Command::RecordDisbursement(_) | Command::DisburseByShares(_) => Act::DisbursementRecord,
        Command::ReceiveRefund(_) => Act::Refund,
        Command::PledgeFollowOn(_) => Act::FollowOnPledge,
        Command::PayInFollowOn(_) => Act::FollowOnPayIn,
        Command::WithdrawFollowOn(_) => Act::FollowOnWithdraw,
        Command::ReverseEntry(_) | Command::ReverseWithDependents(_) => Act::Reverse,
        Command::AcknowledgeBreach(_) => Act::BreachAcknowledge,
        Command::AttachDocument(_) => Act::Attach,
        Command::EraseConfidential(_) => Act::ConfidentialErase,
    })
}

/// Without what no form says, which later forms will, and which are no wish of an office.
fn sayable(mut command: Command) -> Command {
    match &mut command {
        Command::MakeCommitment(c) => c.tranches.clear(),
        Command::RegisterPayee(b) => b.accounts.clear(),
        Command::RegisterDistrict(b) => (b.valid_to, b.successor) = (None, None),
        Command::ApproveProject(b) => {
            b.duplicates.clear();
            b.duplicates_reason = None;
        }
        Command::PledgeFollowOn(b) => {
            b.original = None;
            // A valuation is the last document.
            let valuation = b.valuation.map(|hash| document("valuation.pdf", hash));
            b.filing.documents.extend(valuation);
        }
        Command::TransferAllocation(b) => {
            b.elsewhere = None;
            b.to.get_or_insert_with(|| b.from.clone());
        }
        // Documents are of another entry, and there is at least one.
        Command::AttachDocument(b) if b.filing.documents.is_empty() => {
            b.filing.documents.push(document("a.pdf", Bytes32([1; 32])));
        }
        Command::EnrolOfficer(b) => {
            b.number = 0;
            at_least_one(&mut b.roles, Role::Maker);
        }
        Command::ChangeOfficerRoles(b) => at_least_one(&mut b.roles, Role::Maker),
        Command::EstablishFund(b) => at_least_one(&mut b.purposes, Tag::new("it")),
        Command::DisburseByShares(c) => {
            c.commitment.get_or_insert_with(|| Code::new("HT-1"));
            (c.drawing.fund, c.drawing.year, c.purpose) = (None, None, None);
            c.drawing.from.clear();
        }
        Command::ReceiveRefund(c) => {
            (c.drawing.project, c.drawing.fund, c.drawing.year) = (None, None, None);
        }
        _ => {}
    }
    command
}

/// The same money by project or contract, and by fund, year and purpose: nobody says both.
fn variants(command: Command) -> Vec<Command> {
    let mut both = vec![command.clone(), command];
    for (n, command) in both.iter_mut().enumerate() {
        let (drawing, purpose) = match command {
            Command::MakeCommitment(c) => (&mut c.drawing, &mut c.purpose),
            Command::RecordDisbursement(c) => {
                c.commitment.take_if(|_| n == 1);
                (&mut c.drawing, &mut c.purpose)
            }
            _ => continue,
        };
        if n == 0 {
            (drawing.fund, drawing.year, *purpose) = (None, None, None);
        } else {
            drawing.project = None;
        }
    }
    both
}

fn at_least_one<T>(all: &mut Vec<T>, one: T) {
    if all.is_empty() {
        all.push(one);
    }
}

fn document(name: &str, hash: Bytes32) -> DocumentRef {
    DocumentRef { hash, kind: Text::new("valuation"), name: Text::new(name), pages: None }
}

/// A world in which everything is as a command has it.
struct Known {
    body: Value,
    documents: Vec<DocumentRef>,
}

impl World for Known {
    fn currency(&self) -> Currency {
        Currency::named("CNY").unwrap()
    }

    fn entry(&self, name: &EntryRef) -> Result<u64> {
        match name {
            EntryRef::Index(index) => Ok(*index),
            other => panic!("{other}"),
        }
    }

    fn breach(&self, name: &EntryRef) -> Result<(u64, Text)> {
        Ok((self.entry(name)?, Text::new(self.body["rule"].as_str().unwrap_or("line_exceeded"))))
    }

    fn officer(&self, name: &str) -> Result<u32> {
        name.parse().map_err(|_| Error::new(ErrorKind::NotFound, "test", "no officer"))
    }

    fn document(&self, _: Field, named: &str) -> Result<DocumentRef> {
        Ok(self.documents[named.parse::<usize>().unwrap()].clone())
    }

    fn request(&self, _: &str, _: &str) -> Result<(Bytes32, Bytes64)> {
        let bytes = |name: &str| {
            let hex = self.body[name].as_str().unwrap();
            from_hex(hex).unwrap()
        };
        let (key, proof) = (bytes("key").try_into().unwrap(), bytes("proof").try_into().unwrap());
        Ok((Bytes32(key), Bytes64(proof)))
    }

    fn policy(&self, named: &str) -> Result<Policy> {
        assert_eq!(named, "policy");
        Ok(POLICY.with(|policy| policy.borrow().clone().unwrap()))
    }
}

thread_local! {
    static POLICY: std::cell::RefCell<Option<Policy>> = const { std::cell::RefCell::new(None) };
}

/// What a command says, at the names of JSON.
fn at(body: &Value, field: Field) -> &Value {
    let drawing = &body["drawing"];
    match field {
        Field::Project if body.get("code").is_some() && body.get("investor").is_none() => {
            &body["code"]
        }
        Field::Amount | Field::Project | Field::Fund | Field::Year | Field::From
            if drawing.is_object() =>
        {
            &drawing[field.text()]
        }
        Field::Fund | Field::Year | Field::Origin | Field::Class if body["line"].is_object() => {
            &body["line"][field.text()]
        }
        Field::From if body["funding"].is_array() => &body["funding"],
        Field::Breach => &body["first"],
        Field::SourceOfMoney => &body["source"]["kind"],
        Field::Division | Field::Reference => &body["source"][field.text()],
        Field::SourceNo => &body["source_number"],
        Field::Officer => &body["number"],
        Field::Policy => &body["policy"],
        _ => &body[field.text()],
    }
}

fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn money(value: &Value) -> String {
    let minor: i128 = plain(&value["minor_units"]).parse().unwrap();
    Currency::named("CNY").unwrap().plain(Amount(minor))
}

fn line(value: &Value) -> String {
    let of = |name: &str| plain(&value[name]);
    format!("{}:{}:{}:{}", of("fund"), of("year"), of("origin"), of("class"))
}

/// The texts of a field, as somebody would type them.
fn texts(spec: &FieldSpec, body: &Value) -> Vec<String> {
    let value = at(body, spec.field);
    let each = |text: fn(&Value) -> String| value.as_array().unwrap().iter().map(text).collect();
    match (spec.field, spec.kind) {
        // One line with its amount is said by the line's own fields.
        (_, Kind::Part) => {
            vec![format!("{}={}", line(&body["line"]), money(&body["amount"]))]
        }
        (_, Kind::Parts) => value
            .as_array()
            .unwrap()
            .iter()
            .map(|part| match part.as_array() {
                Some(pair) => format!("{}={}", line(&pair[0]), money(&pair[1])),
                None => format!("{}={}", line(&part["line"]), money(&part["amount"])),
            })
            .collect(),
        (Field::WithDependents | Field::NoLimit, _) => Vec::new(),
        (_, Kind::Request) => vec!["request".to_owned()],
        (_, Kind::Policy) => vec!["policy".to_owned()],
        (Field::Document, _) => vec!["0".to_owned()],
        (_, Kind::Document) => value.as_str().map(|_| "0".to_owned()).into_iter().collect(),
        (_, Kind::Sealed) => Vec::new(),
        (Field::Class, _) if value == "" => Vec::new(),
        (_, _) if value.is_null() => Vec::new(),
        (_, Kind::Tags | Kind::Choices(_)) => each(plain),
        (_, Kind::Amount) => vec![money(value)],
        (_, Kind::Line) => vec![line(value)],
        (_, Kind::Entry | Kind::Breach) => vec![format!("@{value}")],
        (Field::RestoresBudget, _) => vec![if value == true { "yes" } else { "no" }.to_owned()],
        (_, _) => vec![plain(value)],
    }
}

fn inner(command: &Command) -> Value {
    let Value::Object(one) = serde_json::to_value(command).unwrap() else { panic!("{command:?}") };
    one.into_iter().next().unwrap().1
}

fn filing(value: &Value) -> Filing {
    let document = |one: &Value| DocumentRef {
        hash: Bytes32(from_hex(&plain(&one["hash"])).unwrap().try_into().unwrap()),
        kind: Text::new(&plain(&one["kind"])),
        name: Text::new(&plain(&one["name"])),
        pages: one["pages"].as_u64().map(|pages| pages.try_into().unwrap()),
    };
    Filing {
        documents: value["documents"].as_array().unwrap().iter().map(document).collect(),
        document_no: value["document_no"].as_str().map(Text::new),
    }
}

#[test]
fn every_command_is_what_its_form_makes() {
    let (mut seen, mut all) = (BTreeSet::new(), Vec::new());
    for Order { command, .. } in orders(true).into_iter().chain(orders(false)) {
        all.extend(variants(sayable(command)));
    }
    for command in all {
        let Some(act) = act(&command) else { continue };
        let form = act.form();
        let body = inner(&command);
        let mut filing: Filing = filing(&body["filing"]);
        let mut typed: Vec<(Field, String)> = Vec::new();
        for spec in form.fields {
            typed.extend(texts(spec, &body).into_iter().map(|text| (spec.field, text)));
        }
        if matches!(command, Command::ReverseWithDependents(_)) {
            typed.push((Field::WithDependents, String::new()));
        }
        if matches!(command, Command::DisburseByShares(_)) {
            typed.push((Field::Split, "shares".to_owned()));
        }
        let mut own = Vec::new();
        if matches!(act, Act::Attach) {
            own.push(filing.documents.remove(0));
        } else if typed.iter().any(|(field, _)| *field == Field::Valuation) {
            own.extend(filing.documents.pop());
        }
        if let Command::AdoptPolicy(b) = &command {
            POLICY.with(|policy| *policy.borrow_mut() = Some(b.policy.clone()));
        }
        let world = Known { body, documents: own };
        let values =
            fill(form, &typed, &world).unwrap_or_else(|e| panic!("{act:?}: {e} {typed:?}"));
        let scene = Scene { state: &State::default(), day: None };
        let made = form.build(values, scene, filing).unwrap();
        assert_eq!(made, command, "{typed:?}");
        seen.insert(act);
    }
    assert_eq!(seen, Act::ALL.iter().copied().collect::<BTreeSet<_>>());
}

#[test]
fn what_a_form_needs_its_command_misses() {
    let world = Known {
        body: json!({"key": "00".repeat(32), "proof": "00".repeat(64)}),
        documents: vec![document("a", Bytes32([0; 32]))],
    };
    POLICY.with(|policy| *policy.borrow_mut() = Some(Policy::default()));
    for form in forms() {
        let example = |spec: &FieldSpec| match spec.kind {
            Kind::Entry | Kind::Breach => "@1".to_owned(),
            Kind::Officer | Kind::Document => "0".to_owned(),
            Kind::Policy => "policy".to_owned(),
            _ => spec.example().to_owned(),
        };
        let scene = Scene { state: &State::default(), day: None };
        let mut typed: Vec<(Field, String)> = Vec::new();
        for spec in form.fields {
            // What only a row of an import has is never typed.
            if spec.need != Need::Optional && spec.typed != Typed::Never
                || (form.act == Act::OfficerEnroll || form.act == Act::OfficerRotate)
                    && spec.field == Field::Key
            {
                typed.push((spec.field, example(spec)));
            }
        }
        let values = fill(form, &typed, &world).unwrap_or_else(|error| panic!("{form:?}: {error}"));
        assert!(form.build(values.clone(), scene, Filing::default()).is_ok(), "{form:?}");
        for (field, _) in &typed {
            let mut lacking = values.clone();
            lacking.take(*field);
            let refusal = form.build(lacking, scene, Filing::default()).unwrap_err();
            assert_eq!(
                (refusal.code, refusal.figures[0].1.as_str()),
                ("field_missing", field.text()),
                "{form:?}"
            );
            if *field != Field::Key {
                let mut less = typed.clone();
                less.retain(|(other, _)| other != field);
                let error = fill(form, &less, &world).unwrap_err();
                assert_eq!(error.code(), "field_missing", "{form:?}");
            }
        }
        // Every field has an example that can be read.
        for spec in form.all_fields() {
            if let Some(error) = earmark::form::Value::check(spec.kind, spec.example()).err() {
                panic!("{form:?} {}: {error}", spec.field.text());
            }
        }
    }
}

#[test]
fn a_form_says_which_field_cannot_be_read_and_which_it_has_not() {
    let world = Known { body: Value::Null, documents: Vec::new() };
    let form = Act::FollowOnPayIn.form();
    let refused =
        |field: Field, text: &str| fill(form, &[(field, text.to_owned())], &world).unwrap_err();
    let error = refused(Field::Amount, "0.005");
    assert_eq!(error.code(), "amount_too_fine");
    assert!(error.details().contains(&("field", "amount".to_owned())), "{error:?}");
    let error = refused(Field::Payee, "SOFT-A");
    assert_eq!(
        error.to_string(),
        "field_unknown: follow-on.pay-in has no such field; found `payee`\n  next: write code, amount, occurred_on, documents, document_no"
    );
    let pay = Act::DisbursementRecord.form();
    let together = |fields: &[(Field, &str)]| {
        let texts: Vec<_> =
            fields.iter().map(|(field, text)| (*field, (*text).to_owned())).collect();
        fill(pay, &texts, &world).unwrap_err().to_string()
    };
    assert_eq!(
        together(&[(Field::Amount, "5"), (Field::Purpose, "it"), (Field::Project, "CARD")]),
        "field_excluded: the fields project and purpose exclude each other; found `project`\n  next: leave project or purpose blank"
    );
    assert_eq!(
        together(&[(Field::Amount, "5"), (Field::Fund, "PD-INFO")]),
        "field_alone: the field fund needs purpose beside it; found `fund`\n  next: fill in purpose too, or leave fund blank"
    );
    let error = refused(Field::Code, "INV-1");
    assert_eq!(
        error.to_string(),
        "field_missing: the field amount must not be blank; found ``\n  next: fill in amount; see `earmark forms`"
    );
}
