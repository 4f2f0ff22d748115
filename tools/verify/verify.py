#!/usr/bin/env python3
"""An independent verifier of earmark ledgers, written from schemas/entry.md and schemas/log.md.

    verify.py LOG_FOLDER --log-key VKEY [--confidential FOLDER] [--accept-breaches]

Reads the published log folder and a log key from outside the ledger. Checks every byte, the chain, the
officers' signatures under the keys of their time, proofs of possession and handovers, the tree, the tiles
and the signed checkpoint, adds up the postings, and prints size, head, root and the balances of every fund
as JSON. With the folder of sealed files it holds every entry with confidential fields against its files,
too. Exit status: 0 all of it holds, 2 wrong usage, 3 something does not (the first thing that does not is
named) or could not be checked.
"""

import argparse
import json
import os
import sys
import uuid

import log
from breaks import Break
from entry import POWERLESS, Acknowledged, Chain
from postings import Fold


def verify(folder, key):
    """What the ledger says, after everything about it was checked."""
    files = log.Folder(folder)
    checkpoint = files.checkpoint(key)
    leaves, chain, fold, broken = [], Chain(acknowledgements(files, checkpoint)), Fold(), None
    # The entry that broke the chain, and the one after it.
    at_break = []
    for first in range(0, checkpoint.size, log.WIDTH):
        width = min(log.WIDTH, checkpoint.size - first)
        _, entries = files.bundle(first // log.WIDTH, width)
        for data in entries:
            leaves.append(log.sha256(b"\0" + data))
            if broken is None:
                try:
                    read_entry(data, chain, fold)
                except Break as found:
                    broken = found
            if broken is not None and len(at_break) < 2:
                at_break.append(data)
    if broken is None:
        chain.finish()
    elif chain.repeated:
        raise chain.repeated[0]
    else:
        raise blame(chain.blame(broken, at_break[0], at_break[1] if len(at_break) > 1 else None), files, leaves)
    files.check_tiles(leaves)
    root = log.root_of(leaves)
    if root != checkpoint.root:
        raise Break("checkpoint", "root", root.hex(), checkpoint.root.hex())
    files.check_other_files(leaves)
    succession = check_opening(chain, checkpoint, key)
    return checkpoint, chain, fold, files, succession


def acknowledgements(files, checkpoint):
    """Every type 99 of the log, before it is followed. What cannot be read is for the pass after it to name."""
    found = Acknowledged()
    for first in range(0, checkpoint.size, log.WIDTH):
        try:
            _, entries = files.bundle(first // log.WIDTH, min(log.WIDTH, checkpoint.size - first))
        except Break:
            break
        for place, data in enumerate(entries):
            found.look(first + place, data)
    found.settle()
    return found


def read_entry(data, chain, fold):
    entry, known = chain.step(data)
    if chain.unknown_from is None:
        fold.apply(entry.index, *known, entry.in_breach and entry.type in POWERLESS)
        if entry.index in fold.void and not entry.in_breach:
            chain.note_breach(entry)


def blame(broken, files, leaves):
    """The tiles are a second commitment to every entry: they say which entry was changed, where a
    chain that does not fit says only between which two."""
    try:
        files.check_tiles(leaves)
    except Break as found:
        place = found.field.partition("hash ")[2]
        if found.at.startswith("tile/0/") and place:
            number = int(found.at[7:].split(".p/")[0].replace("/", "").replace("x", ""))
            index = number * log.WIDTH + int(place)
            if broken.at != f"entry {index}":
                return Break(f"entry {index}", "leaf hash", found.found, found.expected)
    return broken


def check_opening(chain, checkpoint, key):
    if chain.opened is None:
        raise Break("checkpoint", "size", "a ledger with its first command", checkpoint.size)
    if checkpoint.origin != chain.opened["origin"]:
        raise Break("checkpoint", "origin", chain.opened["origin"], checkpoint.origin)
    return follow_key(chain, checkpoint, key)


def follow_key(chain, checkpoint, key):
    """Trust in an old log key goes on to the new one only where the old one signed for it."""
    keys = chain.log_keys
    place = next((i for i, (_, public, _) in enumerate(keys) if public == key.key.raw), None)
    if place is None:
        if not checkpoint.signed:
            raise Break("checkpoint", "signature", f"one by {key}", "none by that key")
        raise Break("entry 0", "log_key", key.key.raw.hex(), keys[-1][1].hex())
    now = log.LogKey.of(key.name, keys[-1][1])
    for first, public, handed_over in keys[place + 1 :]:
        if not handed_over:
            raise Break(f"entry {first - 1}", "handover", f"the log key before signs for {public.hex()}", "no signature")
    if not checkpoint.verify(now):
        raise Break("checkpoint", "signature", f"one by {now}", "none by that key")
    return [{"from_size": first, "log_key": public.hex()} for first, public, _ in keys[place + 1 :]]


def check_sealed(folder, chain):
    """The sealed files, where the folder is given: a log alone does not have them."""
    if folder is None:
        return {}
    import sealed

    count, erased = sealed.check(folder, chain.ledger, chain.sealed)
    return {"sealed": count, "erased": erased}


def main():
    parser = argparse.ArgumentParser(description="Verifies an earmark log folder, independently.")
    parser.add_argument("log_folder", help="the folder with `checkpoint` and `tile`")
    parser.add_argument("--log-key", required=True, metavar="VKEY", help="the log key, NAME+HEX+BASE64")
    parser.add_argument(
        "--accept-breaches", action="store_true", help="go on past commands against the rules that were acknowledged"
    )
    parser.add_argument("--confidential", metavar="FOLDER", help="the folder of sealed files, <ledger>/confidential")
    arguments = parser.parse_args()
    try:
        key = log.LogKey(arguments.log_key)
    except ValueError as error:
        parser.error(f"--log-key: {error}")
    if not os.path.isdir(arguments.log_folder):
        parser.error(f"{arguments.log_folder} is no folder")
    try:
        checkpoint, chain, fold, files, succession = verify(arguments.log_folder, key)
        counts = check_sealed(arguments.confidential, chain)
    except Break as broken:
        print(json.dumps({"break": broken.to_json()}, ensure_ascii=False))
        print(f"break: {broken}", file=sys.stderr)
        return 3
    if os.path.exists(os.path.join(arguments.log_folder, os.pardir, "manifest.json")):
        print("not compared: what a package has beside its log", file=sys.stderr)
    for name in files.ignored:
        print(f"not judged, no part of the log at this size: {name}", file=sys.stderr)
    said = {
        "size": checkpoint.size,
        "head": chain.head.hex(),
        "root": checkpoint.root.hex(),
        "origin": checkpoint.origin,
        "ledger": str(uuid.UUID(bytes=chain.ledger)),
        "currency": chain.opened["currency"],
        "exponent": chain.opened["exponent"],
        "commands": chain.commands,
        "officers": len(chain.names),
        **counts,
    }
    if succession:
        said["log_key_handed_over_to"] = succession
    breaches = chain.named_breaches()
    if breaches:
        said["breaches"] = [dict(broken.to_json(), acknowledged=by) for broken, by in breaches]
    for broken, by in breaches:
        print(f"{'break' if by is None else f'acknowledged at {by}'}: {broken}", file=sys.stderr)
    refused = [broken for broken, by in breaches if by is None or not arguments.accept_breaches]
    if refused:
        said["break"] = refused[0].to_json()
    if chain.unknown_from is not None:
        said["not_checked_from"] = chain.unknown_from
        print(json.dumps(said, indent=1, ensure_ascii=False))
        print(f"not checked from {chain.unknown_from}: an event or a rule set of a later release", file=sys.stderr)
        return 3
    said["funds"], said["totals"] = fold.by_fund(), fold.totals()
    print(json.dumps(said, indent=1, ensure_ascii=False))
    return 3 if refused else 0


if __name__ == "__main__":
    sys.exit(main())
