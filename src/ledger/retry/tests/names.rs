//! What is registered, and who may record it.

use super::*;

pub(super) fn districts() -> Vec<Case> {
    vec![
        direct(
            Command::RegisterDistrict(DistrictRegistered {
                code: code("310115"),
                name: text("Pudong"),
                name_zh: Some(text("浦东")),
                level: Level::District,
                parent: Some(code("310000")),
                valid_from: day(1),
                valid_to: day(2),
                successor: Some(code("X")),
                filing: filing(),
            }),
            changes!(RegisterDistrict(b):
                "code" => b.code = code("310116"),
                "name" => b.name = text("other"),
                "name_zh" => b.name_zh = None,
                "level" => b.level = Level::Street,
                "parent" => b.parent = None,
                "valid_from" => b.valid_from = day(9),
                "valid_to" => b.valid_to = None,
                "successor" => b.successor = Some(code("Y")),
                "document_no" => b.filing.document_no = None,
                "documents" => b.filing.documents.clear(),
                "hash" => b.filing.documents[0].hash = Bytes32([2; 32]),
                "kind" => b.filing.documents[0].kind = text("voucher"),
                "name" => b.filing.documents[0].name = text("b.pdf"),
                "pages" => b.filing.documents[0].pages = None,
            ),
        ),
        direct(
            Command::RetireDistrict(DistrictRetired {
                code: code("310115"),
                successor: None,
                filing: filing(),
            }),
            changes!(RetireDistrict(b):
                "code" => b.code = code("310116"),
                "successor" => b.successor = Some(code("Y")),
                "document_no" => b.filing.document_no = Some(text("2")),
            ),
        ),
        direct(
            Command::RegisterProgramme(ProgrammeRegistered {
                code: code("P"),
                name: text("N"),
                name_zh: None,
                district: None,
                filing: filing(),
            }),
            changes!(RegisterProgramme(b):
                "code" => b.code = code("Q"),
                "name" => b.name = text("M"),
                "name_zh" => b.name_zh = Some(text("中")),
                "district" => b.district = Some(code("D")),
                "document_no" => b.filing.document_no = None,
            ),
        ),
    ]
}

pub(super) fn amended() -> Vec<Case> {
    vec![direct(
        Command::AmendFund(FundAmended {
            code: code("F"),
            name: Some(text("N")),
            name_zh: None,
            manager: None,
            purposes_added: vec![Tag::new("it")],
            filing: filing(),
        }),
        changes!(AmendFund(b):
            "code" => b.code = code("G"),
            "name" => b.name = Some(text("M")),
            "name_zh" => b.name_zh = Some(text("名")),
            "manager" => b.manager = Some(text("m")),
            "purposes_added" => b.purposes_added.push(Tag::new("road")),
            "document_no" => b.filing.document_no = None,
        ),
    )]
}

pub(super) fn funds_and_payees() -> Vec<Case> {
    vec![
        direct(
            Command::EstablishFund(FundEstablished {
                code: code("F"),
                name: text("N"),
                name_zh: None,
                kind: FundKind::Special,
                purposes: vec![Tag::new("it")],
                manager: None,
                district: None,
                filing: filing(),
            }),
            changes!(EstablishFund(b):
                "code" => b.code = code("G"),
                "name" => b.name = text("M"),
                "name_zh" => b.name_zh = Some(text("中")),
                "kind" => b.kind = FundKind::Matching,
                "purposes" => b.purposes.push(Tag::new("road")),
                "purposes" => b.purposes = vec![Tag::new("road")],
                "manager" => b.manager = Some(text("m")),
                "district" => b.district = Some(code("D")),
                "document_no" => b.filing.document_no = None,
            ),
        ),
        direct(
            Command::CloseFund(FundClosed { code: code("F"), reason: None, filing: filing() }),
            changes!(CloseFund(b):
                "code" => b.code = code("G"),
                "reason" => b.reason = Some(text("r")),
                "documents" => b.filing.documents.clear(),
            ),
        ),
        direct(
            Command::RegisterPayee(PayeeRegistered {
                code: code("V"),
                name: text("N"),
                name_zh: None,
                credit_code: None,
                accounts: vec![PayeeAccount { label: text("l"), valid_from: None, valid_to: None }],
                filing: filing(),
            }),
            changes!(RegisterPayee(b):
                "code" => b.code = code("W"),
                "name" => b.name = text("M"),
                "name_zh" => b.name_zh = Some(text("中")),
                "credit_code" => b.credit_code = Some(text("9")),
                "accounts" => b.accounts.clear(),
                "label" => b.accounts[0].label = text("k"),
                "valid_from" => b.accounts[0].valid_from = day(1),
                "valid_to" => b.accounts[0].valid_to = day(1),
                "document_no" => b.filing.document_no = None,
            ),
        ),
    ]
}

pub(super) fn officers() -> Vec<Case> {
    let enrolled = OfficerEnrolled {
        number: 0,
        name: text("li"),
        key: Bytes32([1; 32]),
        proof: Bytes64([1; 64]),
        roles: vec![Role::Maker],
        limit: Some(Amount(5)),
        filing: filing(),
    };
    let recorded = OfficerEnrolled { number: 4, ..enrolled.clone() };
    vec![
        (
            Command::EnrolOfficer(enrolled),
            recorded.into(),
            changes!(EnrolOfficer(b):
                "name" => b.name = text("wang"),
                "key" => b.key = Bytes32([2; 32]),
                "proof" => b.proof = Bytes64([2; 64]),
                "roles" => b.roles = vec![Role::Auditor],
                "roles" => b.roles.push(Role::Auditor),
                "limit" => b.limit = None,
                "limit" => b.limit = Some(Amount(6)),
                "document_no" => b.filing.document_no = None,
            ),
        ),
        direct(
            Command::AdoptPolicy(PolicyAdopted { policy: Policy::default(), filing: filing() }),
            changes!(AdoptPolicy(b):
                "control" => b.policy.control = Control::Track,
                "tolerance_basis_points" => b.policy.tolerance_basis_points = 7,
                "tolerance_minor_units" => b.policy.tolerance_minor_units = Amount(7),
                "project_required" => b.policy.project_required ^= true,
                "transfer_between_purposes" => b.policy.transfer_between_purposes ^= true,
                "approval_bands" => b.policy.approval_bands.push(ApprovalBand { from: Amount(1), approvals: 2 }),
                "duplicate_window_days" => b.policy.duplicate_window_days += 1,
                "history_before" => b.policy.history_before = day(1),
                "rule_set_version" => b.policy.rule_set_version += 1,
                "document_no" => b.filing.document_no = None,
            ),
        ),
        direct(
            Command::ChangeOfficerRoles(OfficerRolesChanged {
                number: 1,
                roles: vec![Role::Maker],
                limit: None,
                reason: None,
                filing: filing(),
            }),
            changes!(ChangeOfficerRoles(b):
                "number" => b.number = 2,
                "roles" => b.roles.clear(),
                "limit" => b.limit = Some(Amount(1)),
                "reason" => b.reason = Some(text("r")),
                "document_no" => b.filing.document_no = None,
            ),
        ),
    ]
}

pub(super) fn keys() -> Vec<Case> {
    vec![
        direct(
            Command::RotateOfficerKey(OfficerKeyRotated {
                number: 1,
                key: Bytes32([1; 32]),
                proof: Bytes64([1; 64]),
                reason: None,
                filing: filing(),
            }),
            changes!(RotateOfficerKey(b):
                "number" => b.number = 2,
                "key" => b.key = Bytes32([2; 32]),
                "proof" => b.proof = Bytes64([2; 64]),
                "reason" => b.reason = Some(text("r")),
                "document_no" => b.filing.document_no = None,
            ),
        ),
        direct(
            Command::RevokeOfficer(OfficerRevoked {
                number: 1,
                reason: text("r"),
                filing: filing(),
            }),
            changes!(RevokeOfficer(b):
                "number" => b.number = 2,
                "reason" => b.reason = text("s"),
                "document_no" => b.filing.document_no = None,
            ),
        ),
        direct(
            Command::RotateLogKey(LogKeyRotated {
                key: Bytes32([1; 32]),
                proof: Bytes64([1; 64]),
                handover: None,
                reason: None,
                filing: filing(),
            }),
            changes!(RotateLogKey(b):
                "key" => b.key = Bytes32([2; 32]),
                "proof" => b.proof = Bytes64([2; 64]),
                "handover" => b.handover = Some(Bytes64([2; 64])),
                "reason" => b.reason = Some(text("r")),
                "document_no" => b.filing.document_no = None,
            ),
        ),
        direct(
            Command::EraseConfidential(ConfidentialErased {
                entry: 3,
                legal_basis: text("law"),
                filing: filing(),
            }),
            changes!(EraseConfidential(b):
                "entry" => b.entry = 4,
                "legal_basis" => b.legal_basis = text("other"),
                "document_no" => b.filing.document_no = None,
            ),
        ),
    ]
}

pub(super) fn beginnings() -> Vec<Case> {
    vec![
        direct(
            Command::RestoreLedger(LedgerRestored {
                source: text("s"),
                size: 3,
                head: Bytes32([1; 32]),
                filing: filing(),
            }),
            changes!(RestoreLedger(b):
                "source" => b.source = text("t"),
                "size" => b.size = 4,
                "head" => b.head = Bytes32([2; 32]),
                "document_no" => b.filing.document_no = None,
            ),
        ),
        direct(
            Command::AdoptAnchor(AnchorAdopted {
                size: 3,
                root: Bytes32([1; 32]),
                filing: filing(),
            }),
            changes!(AdoptAnchor(b):
                "size" => b.size = 4,
                "root" => b.root = Bytes32([2; 32]),
                "document_no" => b.filing.document_no = None,
            ),
        ),
        direct(
            Command::AcknowledgeBreach(BreachAcknowledged {
                first: 3,
                rule: text("line_exceeded"),
                reason: text("paid twice"),
                filing: filing(),
            }),
            changes!(AcknowledgeBreach(b):
                "first" => b.first = 4,
                "rule" => b.rule = text("ceiling_exceeded"),
                "reason" => b.reason = text("t"),
                "document_no" => b.filing.document_no = None,
            ),
        ),
    ]
}
