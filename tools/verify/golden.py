#!/usr/bin/env python3
"""Reads the golden vectors with this verifier: golden.py tests/golden

Every entry must be read into exactly the fields that its vector names, and every hash, id and commitment
of the vectors must come out again. Prints how many were compared; exit status 1 at the first that differs.
"""

import datetime
import json
import os
import sys
import uuid

import body
import entry as e
from blake import keyed
from breaks import Break
from sealed import open_fields

FLAGS = ["SIGNED", "CONFIDENTIAL", "IMPORTED", "HISTORICAL", "CLOCK_ACCEPTED"]
EPOCH = datetime.date(1970, 1, 1)


def day(days):
    return (EPOCH + datetime.timedelta(days=days)).isoformat()


def words(kind, value):
    """A decoded value in the words of the vectors."""
    if value is None:
        return None
    kind = kind.rstrip("?")
    if kind.startswith("["):
        return [words(kind[1:-1], item) for item in value]
    if kind == "amount":
        return {"minor_units": str(value)}
    if kind == "date":
        return day(value)
    if kind.startswith("bytes"):
        return value.hex()
    if kind in body.STRUCTS:
        fields = [field.split() for field in body.STRUCTS[kind].split(",")]
        values = value if kind == "Line" else [value[label] for label, _ in fields]
        return {label: words(inner, item) for (label, inner), item in zip(fields, values)}
    return value


def hexed(data):
    return None if data is None else data.hex()


def describe(data, what):
    index = json.loads(what)["envelope"]["index"]
    entry = e.Entry(index, data)
    name, fields = body.decode(index, entry.type, entry.version, entry.body)
    return {
        "what": json.loads(what)["what"],
        "entry": data.hex(),
        "hash": e.entry_hash(data).hex(),
        "signing_hash": e.signing_hash(entry.prefix).hex() if entry.signature else None,
        "envelope": {
            "event_type": entry.type,
            "event_version": entry.version,
            "flags": [flag for bit, flag in enumerate(FLAGS) if entry.flags >> bit & 1],
            "ledger_id": str(uuid.UUID(bytes=entry.ledger)),
            "index": entry.index,
            "entry_id": str(uuid.UUID(bytes=entry.id)),
            "previous": entry.previous.hex(),
            "recorded_at": entry.recorded_at,
            "occurred_on": day(entry.occurred_on),
            "officer": entry.officer,
            "command_id": str(uuid.UUID(bytes=entry.command)),
            "place": entry.place,
            "count": entry.count,
            "command_digest": hexed(entry.digest),
            "source": entry.source,
            "row_key": hexed(entry.row_key),
            "commitment": hexed(entry.commitment),
            "signature": hexed(entry.signature),
        },
        "body_bytes": entry.body.hex(),
        "body": words(name, fields),
    }


def check(name, found, expected):
    if json.dumps(found) != json.dumps(expected):
        raise Break(name, "vector", expected, found)


def check_hashes(vectors):
    for context, derive in [
        ("earmark 2026 entry hash v1", e.entry_hash),
        ("earmark 2026 entry signing v1", e.signing_hash),
    ]:
        check(context, derive(bytes.fromhex(vectors[context]["input"])).hex(), vectors[context]["hash"])
    of_id = vectors["earmark 2026 command id v1"]
    check("command id", e.derive_command_id(of_id["key"].encode())[:16].hex(), of_id["id"])
    digest = vectors["earmark 2026 command digest v1"]
    rows = len(digest["rows"]).to_bytes(4, "little")
    for row in digest["rows"]:
        source = row["source"].encode()
        rows += bytes([len(source)]) + source + bytes.fromhex(row["row_key"])
    check("digest input", rows.hex(), digest["encoding"])
    check("digest", e.derive_digest(rows).hex(), digest["digest"])
    for row in vectors["earmark 2026 import row v1"]:
        check("row key", e.row_key(row["cells"], row["occurrence"]).hex(), row["row_key"])
    for row in vectors["earmark 2026 import key v1"]:
        check("row key of columns", e.row_key_of_columns(row["texts"]).hex(), row["row_key"])
    of_reject = vectors["earmark 2026 reject check v1"]
    ledger, key = (bytes.fromhex(of_reject[name]) for name in ["ledger", "row_key"])
    check("reject check", e.reject_check(ledger, of_reject["source"], key).hex(), of_reject["check"])
    sealed = vectors["commitment"]
    made = keyed(bytes.fromhex(sealed["key"]), bytes.fromhex(sealed["plaintext"])).hex()
    check("commitment", made, sealed["commitment"])


class Vectors(e.Chain):
    """The golden chain; what its vectors acknowledge is not in it."""

    OFFICE = {name: step for name, step in e.Chain.OFFICE.items() if name != "BreachAcknowledged"}


def main():
    folder, compared, chain = sys.argv[1], 0, Vectors()
    read = lambda *path: open(os.path.join(folder, *path), encoding="utf-8").read()
    for name in sorted(os.listdir(os.path.join(folder, "entries"))):
        text = read("entries", name)
        data = bytes.fromhex(json.loads(text)["entry"])
        check(name, describe(data, text), json.loads(text))
        chain.step(data)
        compared += 1
    chain.finish()
    for name in sorted(os.listdir(os.path.join(folder, "orders"))):
        order = json.loads(read("orders", name))
        check(name, e.derive_digest(bytes.fromhex(order["encoding"])).hex(), order["digest"])
        compared += 1
    check_hashes(json.loads(read("hashes.json")))
    for vector in json.loads(read("confidential.json")):
        names = ["ledger", "commitment", "sealed_file", "key_file"]
        opened = open_fields(*(bytes.fromhex(vector[name]) for name in names))
        check("confidential.json", [list(field) for field in opened], vector["fields"])
    for vector in json.loads(read("ids.json")):
        low = (2 << 62 | vector["random_62_bits"]).to_bytes(8, "big")
        made = uuid.UUID(bytes=e.entry_id_front(vector["recorded_at"]) + low)
        check("ids.json", str(made), vector["entry_id"])
    print(f"{compared} vectors read alike")
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except Break as broken:
        print(broken, file=sys.stderr)
        sys.exit(1)
