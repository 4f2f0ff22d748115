"""The envelope, the hashes and the chain, from schemas/entry.md §2 to §5 and §8."""

import struct
import uuid

import body
from blake import deriver
from breaks import Break
from keys import Key

MAX_ENTRY_BYTES = 8_000
MAX_COMMAND_ENTRIES = 1_000
MAX_COMMAND_BYTES = 300_000
SIGNED, CONFIDENTIAL, IMPORTED, HISTORICAL, CLOCK_ACCEPTED = 1, 2, 4, 8, 16
# The rule sets that the page names: they say what the postings of later entries mean.
RULE_SETS = (1, 2, 3)
# The last microsecond of 48 bits of milliseconds.
LATEST = (1 << 48) * 1_000 - 1
FIXED = struct.Struct("<4sBHHB16sQ16s32sqiI16sHH")

entry_hash = deriver("earmark 2026 entry hash v1")
signing_hash = deriver("earmark 2026 entry signing v1")
derive_command_id = deriver("earmark 2026 command id v1")
derive_digest = deriver("earmark 2026 command digest v1")
derive_row = deriver("earmark 2026 import row v1")
derive_row_of_key = deriver("earmark 2026 import key v1")
derive_reject_check = deriver("earmark 2026 reject check v1")


def encode_texts(texts):
    return b"".join(struct.pack("<I", len(text.encode())) + text.encode() for text in texts)


def row_key(cells, occurrence):
    return derive_row(encode_texts(cells) + struct.pack("<I", occurrence))[:16]


def row_key_of_columns(texts):
    """The key of a row that columns of its own identify."""
    return derive_row_of_key(encode_texts(texts))[:16]


def reject_check(ledger, source, key):
    """What stands behind the row key in a rejects file; in no entry."""
    return derive_reject_check(ledger + encode_texts([source]) + key)[:4]


def entry_id_front(recorded_at):
    """The first 64 bits of the id of an instant."""
    millis, micros = divmod(recorded_at, 1000)
    return ((millis << 16) | (7 << 12) | micros).to_bytes(8, "big")


class Entry:
    """The fields of an entry, read strictly."""

    def __init__(self, index, data):
        def fail(field, expected, found):
            raise Break(f"entry {index}", field, expected, found)

        self.data = data
        if len(data) > MAX_ENTRY_BYTES:
            fail("length", f"at most {MAX_ENTRY_BYTES} bytes", len(data))
        if len(data) < FIXED.size:
            fail("length", f"at least {FIXED.size} bytes", len(data))
        fields = FIXED.unpack_from(data)
        magic, version, self.type, self.version, self.flags, self.ledger, self.index = fields[:7]
        self.id, self.previous, self.recorded_at, self.occurred_on, self.officer = fields[7:12]
        self.command, self.place, self.count = fields[12:]
        if magic != b"EARM":
            fail("magic", b"EARM".hex(), magic.hex())
        if version != 1:
            fail("format version", 1, version)
        if self.flags >> 5:
            fail("flags", "bits 0 to 4 only", f"{self.flags:#010b}")
        if self.recorded_at < 0 or self.recorded_at // 1000 >> 48:
            fail("recorded_at", "from 1970 on", self.recorded_at)
        if self.id[:8] != entry_id_front(self.recorded_at) or self.id[8] >> 6 != 2:
            fail("entry id", "a UUID v7 of recorded_at", uuid.UUID(bytes=self.id))
        if not 1 <= self.count <= MAX_COMMAND_ENTRIES:
            fail("count", f"1 to {MAX_COMMAND_ENTRIES}", self.count)
        if self.place >= self.count:
            fail("place", f"below {self.count}", self.place)
        if (self.flags & SIGNED != 0) != (self.place + 1 == self.count):
            fail("flags", "SIGNED in the last entry of a command only", f"{self.flags:#010b}")
        self.read_variable(fail)

    def read_variable(self, fail):
        data, at = self.data, FIXED.size

        def take(field, count):
            nonlocal at
            at += count
            if at > len(data):
                fail(field, f"{count} bytes", f"{len(data) - at + count} bytes")
            return data[at - count : at]

        self.digest = take("command digest", 32) if self.place == 0 else None
        self.source = self.row_key = None
        if self.flags & IMPORTED:
            (length,) = take("source length", 1)
            if not 1 <= length <= 64:
                fail("source length", "1 to 64", length)
            source = take("source", length)
            try:
                self.source = source.decode("utf-8")
            except UnicodeDecodeError:
                fail("source", "UTF-8", source.hex())
            self.row_key = take("row key", 16)
        length = int.from_bytes(take("body length", 2), "little")
        self.body = take("body", length)
        self.commitment = take("commitment", 32) if self.flags & CONFIDENTIAL else None
        self.prefix = data[:at]
        self.signature = take("signature", 64) if self.flags & SIGNED else None
        if at != len(data):
            fail("end", "no bytes left", f"{len(data) - at} bytes")


# Types that change nothing in a breach (§7.6).
POWERLESS = frozenset([*range(1, 10), 12, 82, 84, 85, 99])
# What an acknowledgement calls the rule that a command id is used once.
REPEATED = "command_id_repeated"
ACKNOWLEDGED = (99, 1)


class Acknowledged:
    """What type 99 says anywhere in a log, told before it is followed: entries of a breach are read in its
    light (§7.6). The last word first, since an acknowledgement may itself stand in a breach."""

    def __init__(self):
        self.found = []
        # First entry of a command: the entry that acknowledges it.
        self.breaches, self.repeats = {}, {}

    def look(self, index, data):
        if len(data) < FIXED.size or struct.unpack_from("<HH", data, 5) != ACKNOWLEDGED:
            return
        try:
            entry = Entry(index, data)
            _, fields = body.decode(index, entry.type, entry.version, entry.body)
        except Break:
            return  # whoever follows the entries says what is wrong with it
        self.found.append((index, index - entry.place, fields))

    def settle(self):
        for index, first, fields in reversed(self.found):
            if first not in self.breaches:
                of = self.repeats if fields["rule"] == REPEATED else self.breaches
                of[fields["first"]] = index


class Chain:
    """Follows entries from index 0 on; keeps the keys of officers and log."""

    def __init__(self, acknowledged=None):
        self.acknowledged = acknowledged or Acknowledged()
        # Breaches that were acknowledged: first entry, who signed it, who could acknowledge it.
        self.breaches = {}
        self.breach = None  # the first entry of the breach in progress
        self.open_breaches = {}  # commands with an entry that is void, and that nobody acknowledged
        # As of the end of the last command, and of now: the roles of officers by number, the rule set.
        self.roles, self.new_roles, self.rule_set, self.new_rule_set = [], [], 1, 1
        self.size, self.head, self.recorded_at, self.ledger = 0, bytes(32), -1, None
        self.opened = None
        # Names and keys by number, None for a revoked officer's key: before the command, and after it.
        self.names, self.keys, self.new_keys = [], [], []
        # (size from which on it signs checkpoints, public key, whether the key before signed for it)
        self.log_keys = []
        self.first, self.bytes = None, 0
        self.commands, self.command_ids = 0, set()
        # Commands with the id of an earlier one: breaks, after which the chain goes on.
        self.repeated = []
        # Confidential fields: commitment to (index of the entry, index of the one that erased them).
        self.sealed, self.commitments = {}, {}
        self.unknown_from = None

    def fail(self, field, expected, found):
        raise Break(f"entry {self.size}", field, expected, found)

    def step(self, data):
        """Takes the next entry; gives it with the name and fields of its body (None if unknown)."""
        entry = Entry(self.size, data)
        self.check_link(entry)
        self.check_command(entry, len(data))
        self.check_genesis(entry)
        entry.in_breach = self.breach is not None
        known = body.decode(self.size, entry.type, entry.version, entry.body)
        if (known is None or self.unknown_rules(known)) and self.unknown_from is None:
            self.unknown_from = self.size
        if known is not None and self.breach is None and known[0] in self.OFFICE:
            self.OFFICE[known[0]](self, entry, known[1])
        if entry.commitment is not None:
            self.sealed.setdefault(entry.commitment, (self.size, None))
            self.commitments[self.size] = entry.commitment
        if entry.signature is not None:
            self.end_command(entry)
        self.head, self.recorded_at = entry_hash(data), entry.recorded_at
        self.size += 1
        return entry, known

    @staticmethod
    def unknown_rules(known):
        """A policy with a rule set that is not on the page is as an event of a later release."""
        name, fields = known
        return name in ("LedgerOpened", "PolicyAdopted") and fields["policy"]["rule_set_version"] not in RULE_SETS

    def check_link(self, entry):
        if entry.index != self.size:
            self.fail("index", self.size, entry.index)
        if self.ledger is not None and entry.ledger != self.ledger:
            self.fail("ledger id", uuid.UUID(bytes=self.ledger), uuid.UUID(bytes=entry.ledger))
        if entry.previous != self.head:
            self.fail("previous", self.head.hex(), entry.previous.hex())
        # At the end of what an id can say, time stands still.
        if entry.recorded_at < min(self.recorded_at + 1, LATEST):
            self.fail("recorded_at", f"after {self.recorded_at}", entry.recorded_at)

    def check_command(self, entry, length):
        if self.first is None:
            if entry.place != 0:
                self.fail("place", 0, entry.place)
            if entry.command in self.command_ids:
                found = uuid.UUID(bytes=entry.command)
                self.repeated.append(Break(f"entry {self.size}", "command id", "one that is new", found))
            self.command_ids.add(entry.command)
            self.first, self.bytes, self.commands = entry, 0, self.commands + 1
            self.breach = self.size if self.size > 1 and self.size in self.acknowledged.breaches else None
            if self.breach is not None:
                self.breaches[self.size] = (entry.officer, self.administrators())
        else:
            expected = self.size - self.first.index
            for field, one, other in [
                ("command id", self.first.command.hex(), entry.command.hex()),
                ("place", expected, entry.place),
                ("count", self.first.count, entry.count),
                ("officer", self.first.officer, entry.officer),
                ("flags", self.first.flags & CLOCK_ACCEPTED, entry.flags & CLOCK_ACCEPTED),
            ]:
                if one != other:
                    self.fail(field, one, other)
        self.bytes += length
        if self.bytes > MAX_COMMAND_BYTES:
            self.fail("length", f"a command of at most {MAX_COMMAND_BYTES} bytes", self.bytes)

    def check_genesis(self, entry):
        if self.size < 2:
            for field, one, other in [
                ("event type", (1, 4)[self.size], entry.type),
                ("count", 2, entry.count),
                ("officer", 0, entry.officer),
            ]:
                if one != other:
                    self.fail(field, one, other)
        elif entry.type == 1:
            self.fail("event type", "a ledger is opened once", entry.type)

    def note_breach(self, entry):
        first, found = entry.index - entry.place, f"entry {entry.index} moves what §7.2 does not define"
        broken = Break(f"entry {first}", "rules", "a command that the rules admit", found)
        self.open_breaches.setdefault(first, broken)

    def named_breaches(self):
        """Every command that should not be there, with the entry that acknowledged it, or None."""
        named = [(first, broken, None) for first, broken in self.open_breaches.items()]
        for first in self.breaches:
            by, expected = self.acknowledged.breaches[first], "a command that the rules admit"
            named.append((first, Break(f"entry {first}", "rules", expected, "one that they refuse"), by))
        for broken in self.repeated:
            first = int(broken.at.removeprefix("entry "))
            named.append((first, broken, self.acknowledged.repeats.get(first)))
        return [(broken, by) for _, broken, by in sorted(named, key=lambda one: one[0])]

    def administrators(self):
        """Who could acknowledge what comes next, should it be a breach; under rule set 1, any officer."""
        numbers = range(len(self.keys))
        asks = self.rule_set >= 2
        return [n for n in numbers if self.keys[n] is not None and (not asks or "administrator" in self.roles[n])]

    def acknowledge(self, entry, fields):
        """By who was administrator before it and is, and did not sign it where another could."""
        first, signer = fields["first"], entry.officer
        if entry.count != 1:
            self.fail("count", "an acknowledgement in a command of its own", entry.count)
        if signer not in self.administrators():
            self.fail("officer", "an administrator", signer)
        if fields["rule"] == REPEATED:
            if self.acknowledged.repeats.get(first) != self.size:
                self.fail("first", "a command that nobody acknowledged", first)
            return
        if self.acknowledged.breaches.get(first) != self.size or first not in self.breaches:
            self.fail("first", "the first entry of a command that nobody acknowledged", first)
        officer, administrators = self.breaches[first]
        if signer not in administrators:
            self.fail("officer", f"one of {administrators}, administrators before entry {first}", signer)
        if signer == officer and any(n != officer and self.keys[n] is not None for n in administrators):
            self.fail("officer", f"another administrator than {officer}, who signed entry {first}", signer)

    def open(self, entry, fields):
        if fields["ledger"] != entry.ledger:
            self.fail("ledger id", uuid.UUID(bytes=fields["ledger"]), uuid.UUID(bytes=entry.ledger))
        self.ledger, self.opened = entry.ledger, fields
        self.adopt(entry, fields)
        self.log_keys = [(0, fields["log_key"], False)]

    def adopt(self, entry, fields):
        self.new_rule_set = fields["policy"]["rule_set_version"]

    def rotate_log(self, entry, fields):
        old, new = self.log_keys[-1][1], fields["key"]
        message = b"earmark-log-key-v1\n" + entry.ledger + old + new
        if not self.key(new).verifies(message, fields["proof"]):
            self.fail("proof", "one by the new log key", "one that does not verify")
        handover = fields["handover"]
        if handover is not None and not self.key(old).verifies(message, handover):
            self.fail("handover", "one by the old log key", "one that does not verify")
        self.log_keys.append((self.size + 1, new, handover is not None))

    def key(self, public):
        try:
            return Key(public)
        except ValueError as error:
            self.fail("key", "an Ed25519 key", error)

    def enrol(self, entry, fields):
        number = len(self.names)
        if fields["number"] != number:
            self.fail("officer number", number, fields["number"])
        self.names.append(fields["name"])
        self.new_keys.append(self.proven(entry, number, fields))
        self.new_roles.append(fields["roles"])

    def change_roles(self, entry, fields):
        self.new_roles[self.number(fields)] = fields["roles"]

    def rotate(self, entry, fields):
        number = self.number(fields)
        self.new_keys[number] = self.proven(entry, number, fields)

    def revoke(self, entry, fields):
        self.new_keys[self.number(fields)] = None

    def erase(self, entry, fields):
        commitment = self.commitments.get(fields["entry"])
        if commitment is not None and self.sealed[commitment][1] is None:
            self.sealed[commitment] = (self.sealed[commitment][0], self.size)

    def number(self, fields):
        if fields["number"] >= len(self.names):
            self.fail("officer number", f"below {len(self.names)}", fields["number"])
        return fields["number"]

    def proven(self, entry, number, fields):
        key = self.key(fields["key"])
        message = b"earmark-enrol-v1\n" + entry.ledger + self.names[number].encode() + fields["key"]
        if not key.verifies(message, fields["proof"]):
            self.fail("proof", f"possession of the key of officer {number}", "one that does not verify")
        return key

    def end_command(self, entry):
        keys = self.new_keys if self.first.index == 0 else self.keys
        if entry.officer >= len(keys):
            self.fail("officer", f"one of {len(keys)} enrolled before the command", entry.officer)
        key = keys[entry.officer]
        if key is None:
            self.fail("officer", "one who was not revoked", entry.officer)
        message = b"earmark-entry-signature-v1\n" + entry.ledger + signing_hash(entry.prefix)
        if not key.verifies(message, entry.signature):
            self.fail("signature", f"one by officer {entry.officer}", "one that does not verify")
        self.keys, self.roles, self.rule_set = list(self.new_keys), list(self.new_roles), self.new_rule_set
        self.first = self.breach = None

    def blame(self, broken, data, after):
        """A `previous` that does not fit may be wrong itself, or right about an entry that was changed: where
        the next entry, or for the last one its officer's signature, vouches for this one, the one before it is
        to blame."""
        if broken.field != "previous" or self.size == 0 or not self.is_vouched(data, after):
            return broken
        return Break(f"entry {self.size - 1}", "hash", broken.found, broken.expected)

    def is_vouched(self, data, after):
        try:
            if after is not None:
                return Entry(self.size + 1, after).previous == entry_hash(data)
            entry = Entry(self.size, data)
        except Break:
            return False
        key = self.keys[entry.officer] if entry.officer < len(self.keys) else None
        if key is None or entry.signature is None:
            return False
        message = b"earmark-entry-signature-v1\n" + entry.ledger + signing_hash(entry.prefix)
        return key.verifies(message, entry.signature)

    OFFICE = {
        "BreachAcknowledged": acknowledge,
        "ConfidentialErased": erase,
        "LedgerOpened": open,
        "LogKeyRotated": rotate_log,
        "OfficerEnrolled": enrol,
        "OfficerKeyRotated": rotate,
        "OfficerRevoked": revoke,
        "OfficerRolesChanged": change_roles,
        "PolicyAdopted": adopt,
    }

    def finish(self):
        if self.first is not None:
            self.fail("count", f"{self.first.count} entries of a command", self.size - self.first.index)
