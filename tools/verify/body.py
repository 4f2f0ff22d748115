"""Bodies, from schemas/entry.md §6: the encoding, the kinds, and the struct of every event.

`decode` gives a dict with the fields by name; a line is a tuple (fund, year, origin, class), a kind its
word, money an int of minor units, a day an int, bytes are bytes, and what is absent is None.
"""

from breaks import Break

KINDS = {
    "Control": {1: "stop", 2: "warn", 3: "track"},
    "Role": {1: "maker", 2: "approver", 3: "auditor", 4: "administrator"},
    "Level": {1: "city", 2: "district", 3: "street"},
    "FundKind": {1: "special", 2: "guidance", 3: "matching"},
    "SourceKind": {1: "own", 2: "upper_level", 3: "other"},
    "Direction": {1: "supplement", 2: "reduction"},
    "FollowOnKind": {1: "private", 2: "enterprise_build", 3: "own_funds", 4: "other_public", 5: "in_kind"},
    "RestKind": {1: "carry-over", 2: "surplus"},
    "Stage": {
        1: "authority",
        2: "unreserved",
        3: "reserved",
        4: "committed",
        5: "approved_unpaid",
        6: "paid",
        7: "refunded_out",
        8: "carried_out",
        9: "lapsed",
        10: "invested",
    },
}

# Fields in their order. `?` after a type: optional. `[T]`: a list of T.
STRUCTS = {
    "Line": "fund code, year year, origin year, class code",
    "Filing": "documents [DocumentRef], document_no text?",
    "DocumentRef": "hash bytes32, kind text, name text, pages u32?",
    "Policy": "control Control, tolerance_basis_points u32, tolerance_minor_units amount, project_required bool,"
    " transfer_between_purposes bool, approval_bands [ApprovalBand], duplicate_window_days u32,"
    " history_before date?, rule_set_version u32",
    "ApprovalBand": "from amount, approvals u8",
    "MoneySource": "kind SourceKind, division text?, reference text?",
    "ForeignEntry": "ledger bytes16, entry u64?",
    "Funding": "line Line, amount amount",
    "Split": "line Line, project code?, amount amount",
    "Tranche": "code code, amount amount, due date?",
    "OriginalAmount": "amount amount, currency text, rate text, source text",
    "PayeeAccount": "label text, valid_from date?, valid_to date?",
    "LedgerOpened": "ledger bytes16, origin text, name text, currency text, exponent u8, utc_offset_minutes i16,"
    " fiscal_year_start_month u8, log_key bytes32, policy Policy, filing Filing",
    "LogKeyRotated": "key bytes32, proof bytes64, handover bytes64?, reason text?, filing Filing",
    "PolicyAdopted": "policy Policy, filing Filing",
    "OfficerEnrolled": "number u32, name text, key bytes32, proof bytes64, roles [Role], limit amount?,"
    " filing Filing",
    "OfficerRolesChanged": "number u32, roles [Role], limit amount?, reason text?, filing Filing",
    "OfficerKeyRotated": "number u32, key bytes32, proof bytes64, reason text?, filing Filing",
    "OfficerRevoked": "number u32, reason text, filing Filing",
    "DistrictRegistered": "code code, name text, name_zh text?, level Level, parent code?, valid_from date?,"
    " valid_to date?, successor code?, filing Filing",
    "DistrictRetired": "code code, successor code?, filing Filing",
    "FundEstablished": "code code, name text, name_zh text?, kind FundKind, purposes [tag], manager text?,"
    " district code?, filing Filing",
    "FundAmended": "code code, name text?, name_zh text?, manager text?, purposes_added [tag], filing Filing",
    "FundClosed": "code code, reason text?, filing Filing",
    "AllocationRecorded": "line Line, amount amount, source MoneySource, filing Filing",
    "AllocationAdjusted": "line Line, direction Direction, amount amount, reason text?, filing Filing",
    "AllocationTransferred": "from Line, to Line?, elsewhere ForeignEntry?, amount amount, reason text?,"
    " filing Filing",
    "FundsReserved": "project code, line Line, amount amount, filing Filing",
    "ReservationReleased": "project code, line Line, amount amount, filing Filing",
    "ProgrammeRegistered": "code code, name text, name_zh text?, district code?, filing Filing",
    "ProjectApproved": "code code, title text, title_zh text?, purpose tag, district code?, programme code?,"
    " start date?, end date?, ceiling amount?, funding [Funding], duplicates [code], duplicates_reason text?,"
    " filing Filing",
    "ProjectCompleted": "code code, reason text?, filing Filing",
    "ProjectTerminated": "code code, reason text?, filing Filing",
    "ProjectClosedOut": "code code, reason text?, filing Filing",
    "CommitmentMade": "contract code, payee code?, purpose tag?, title text?, splits [Split],"
    " tranches [Tranche], filing Filing",
    "CommitmentIncreased": "contract code, splits [Split], reason text?, filing Filing",
    "CommitmentReduced": "contract code, splits [Split], reason text?, filing Filing",
    "CommitmentClosed": "contract code, reason text?, filing Filing",
    "PayeeRegistered": "code code, name text, name_zh text?, credit_code text?, accounts [PayeeAccount],"
    " filing Filing",
    "DisbursementRecorded": "commitment code?, splits [Split], payee code?, purpose tag?, source_number text?,"
    " voucher_no u64, filing Filing",
    "RefundReceived": "disbursement u64, splits [Split], restores_budget bool, reason text?, filing Filing",
    "FollowOnPledged": "code code, project code, investor text, kind FollowOnKind, amount amount,"
    " original OriginalAmount?, valuation bytes32?, agreement text?, causality text?, filing Filing",
    "FollowOnPaidIn": "code code, amount amount, filing Filing",
    "FollowOnWithdrawn": "code code, amount amount, reason text?, filing Filing",
    "BalanceCarriedForward": "from Line, to Line, stage Stage, project code?, commitment code?, amount amount,"
    " rest RestKind, filing Filing",
    "BalanceLapsed": "line Line, amount amount, reason text?, filing Filing",
    "EntryReversed": "entry u64, reason text, filing Filing",
    "DocumentAttached": "entry u64, filing Filing",
    "ConfidentialErased": "entry u64, legal_basis text, filing Filing",
    "LedgerRestored": "source text, size u64, head bytes32, filing Filing",
    "AnchorAdopted": "size u64, root bytes32, filing Filing",
    "BreachAcknowledged": "first u64, rule text, reason text, filing Filing",
}

EVENTS = {
    (1, 1): "LedgerOpened",
    (2, 1): "LogKeyRotated",
    (3, 1): "PolicyAdopted",
    (4, 1): "OfficerEnrolled",
    (5, 1): "OfficerRolesChanged",
    (6, 1): "OfficerKeyRotated",
    (7, 1): "OfficerRevoked",
    (8, 1): "DistrictRegistered",
    (9, 1): "DistrictRetired",
    (10, 1): "FundEstablished",
    (11, 1): "FundAmended",
    (12, 1): "FundClosed",
    (13, 1): "AllocationRecorded",
    (14, 1): "AllocationAdjusted",
    (15, 1): "AllocationTransferred",
    (17, 1): "FundsReserved",
    (18, 1): "ReservationReleased",
    (19, 1): "ProgrammeRegistered",
    (21, 1): "ProjectApproved",
    (26, 1): "ProjectCompleted",
    (27, 1): "ProjectTerminated",
    (28, 1): "ProjectClosedOut",
    (30, 1): "CommitmentMade",
    (31, 1): "CommitmentIncreased",
    (32, 1): "CommitmentReduced",
    (33, 1): "CommitmentClosed",
    (35, 1): "PayeeRegistered",
    (45, 1): "DisbursementRecorded",
    (46, 1): "RefundReceived",
    (50, 1): "FollowOnPledged",
    (51, 1): "FollowOnPaidIn",
    (52, 1): "FollowOnWithdrawn",
    (70, 1): "BalanceCarriedForward",
    (71, 1): "BalanceLapsed",
    (80, 1): "EntryReversed",
    (81, 1): "DocumentAttached",
    (82, 1): "ConfidentialErased",
    (84, 1): "LedgerRestored",
    (85, 1): "AnchorAdopted",
    (99, 1): "BreachAcknowledged",
}

# Readers: (bytes, place) -> (value, place after it). They raise ValueError or IndexError.
MARKS = {251: (2, 251), 252: (4, 1 << 16), 253: (8, 1 << 32), 254: (16, 1 << 64)}


def read_varint(data, at):
    first = data[at]
    if first < 251:
        return first, at + 1
    if first == 255:
        raise ValueError("byte 255, which begins no number")
    length, least = MARKS[first]
    end = at + 1 + length
    if end > len(data):
        raise IndexError
    value = int.from_bytes(data[at + 1 : end], "little")
    if value < least:
        raise ValueError(f"{value} in more bytes than it needs")
    return value, end


def unsigned(bits):
    def read(data, at):
        value, at = read_varint(data, at)
        if value >> bits:
            raise ValueError(f"{value} in a field of {bits} bits")
        return value, at

    return read


def signed(bits):
    def read(data, at):
        value, at = read_varint(data, at)
        if value >> bits:
            raise ValueError(f"{value} in a field of {bits} bits")
        return (value >> 1) ^ -(value & 1), at

    return read


def read_u8(data, at):
    return data[at], at + 1


def read_bool(data, at):
    if data[at] > 1:
        raise ValueError(f"{data[at]} where 0 or 1 stands")
    return data[at] == 1, at + 1


def read_bytes(data, at):
    length, at = read_varint(data, at)
    if at + length > len(data):
        raise IndexError
    return data[at : at + length], at + length


def read_text(data, at):
    raw, at = read_bytes(data, at)
    return raw.decode("utf-8"), at


def fixed_bytes(count):
    def read(data, at):
        raw, at = read_bytes(data, at)
        if len(raw) != count:
            raise ValueError(f"{len(raw)} bytes where {count} stand")
        return raw, at

    return read


READERS = {
    "bool": read_bool,
    "u8": read_u8,
    "u16": unsigned(16),
    "u32": unsigned(32),
    "u64": unsigned(64),
    "i16": signed(16),
    "year": signed(16),
    "date": signed(32),
    "amount": signed(128),
    "text": read_text,
    "code": read_text,
    "tag": read_text,
    "bytes16": fixed_bytes(16),
    "bytes32": fixed_bytes(32),
    "bytes64": fixed_bytes(64),
}


def kind_reader(words):
    def read(data, at):
        if data[at] not in words:
            raise ValueError(f"a kind numbered {data[at]}")
        return words[data[at]], at + 1

    return read


def optional(inner):
    def read(data, at):
        present, at = read_bool(data, at)
        return inner(data, at) if present else (None, at)

    return read


def list_of(inner):
    def read(data, at):
        count, at = read_varint(data, at)
        if count > len(data):
            raise IndexError
        items = []
        for _ in range(count):
            item, at = inner(data, at)
            items.append(item)
        return items, at

    return read


def struct(name):
    fields = []
    for field in STRUCTS[name].split(","):
        label, kind = field.split()
        fields.append((label, reader(kind)))
    if name == "Line":

        def read(data, at):
            values = []
            for _, inner in fields:
                value, at = inner(data, at)
                values.append(value)
            return tuple(values), at

    else:

        def read(data, at):
            values = {}
            for label, inner in fields:
                values[label], at = inner(data, at)
            return values, at

    return read


def reader(kind):
    if kind.endswith("?"):
        return optional(reader(kind[:-1]))
    if kind.startswith("["):
        return list_of(reader(kind[1:-1]))
    if kind not in READERS:
        READERS[kind] = kind_reader(KINDS[kind]) if kind in KINDS else struct(kind)
    return READERS[kind]


BODIES = {key: (name, reader(name)) for key, name in EVENTS.items()}


def decode(at_index, event_type, event_version, data):
    """The name and fields of a body; None for a type or version that is not on the page."""
    known = BODIES.get((event_type, event_version))
    if known is None:
        return None
    name, read = known
    try:
        value, end = read(data, 0)
    except IndexError:
        raise Break(f"entry {at_index}", "body", name, "bytes that end within a field") from None
    except (ValueError, UnicodeDecodeError) as error:
        raise Break(f"entry {at_index}", "body", name, error) from None
    if end != len(data):
        raise Break(f"entry {at_index}", "body", f"{end} bytes", f"{len(data)} bytes")
    return name, value
