"""Sealed files of confidential fields (schemas/confidential.md), opened with nothing but Python's library.

XChaCha20-Poly1305 is written out here from RFC 8439 and draft-irtf-cfrg-xchacha-03. It is for checking, not
for keeping secrets: its time depends on what it reads.
"""

import hmac
import os
import struct

from blake import keyed
from breaks import Break

SEALED, KEY, PURPOSE = b"earmark-sealed-v1\n", b"earmark-sealed-key-v1\n", b"earmark-confidential-v1\n"
MAX_FILE, MAX_VALUE = 8_192, 1_000
CONSTANTS = struct.unpack("<4I", b"expand 32-byte k")
MASK = 0xFFFFFFFF
QUARTERS = (
    (0, 4, 8, 12),
    (1, 5, 9, 13),
    (2, 6, 10, 14),
    (3, 7, 11, 15),
    (0, 5, 10, 15),
    (1, 6, 11, 12),
    (2, 7, 8, 13),
    (3, 4, 9, 14),
)


def rounds(words):
    """The twenty rounds of ChaCha20, without the addition at the end."""
    v = list(words)
    for _ in range(10):
        for a, b, c, d in QUARTERS:
            for one, other, target, left in ((a, b, d, 16), (c, d, b, 12), (a, b, d, 8), (c, d, b, 7)):
                v[one] = (v[one] + v[other]) & MASK
                mixed = v[target] ^ v[one]
                v[target] = (mixed << left | mixed >> (32 - left)) & MASK
    return v


def hchacha20(key, nonce):
    v = rounds((*CONSTANTS, *struct.unpack("<8I", key), *struct.unpack("<4I", nonce)))
    return struct.pack("<8I", *v[:4], *v[12:])


def stream(key, counter, nonce):
    """64 bytes of the key stream (RFC 8439 §2.3)."""
    words = (*CONSTANTS, *struct.unpack("<8I", key), counter, *struct.unpack("<3I", nonce))
    return struct.pack("<16I", *((a + b) & MASK for a, b in zip(rounds(words), words)))


def poly1305(key, message):
    r = int.from_bytes(key[:16], "little") & 0x0FFFFFFC0FFFFFFC0FFFFFFC0FFFFFFF
    total = 0
    for at in range(0, len(message), 16):
        piece = int.from_bytes(message[at : at + 16] + b"\1", "little")
        total = (total + piece) * r % ((1 << 130) - 5)
    return ((total + int.from_bytes(key[16:], "little")) & ((1 << 128) - 1)).to_bytes(16, "little")


def decrypt(key, nonce, sealed, associated):
    """The plaintext, or None if the tag does not fit."""
    subkey, rest = hchacha20(key, nonce[:16]), bytes(4) + nonce[16:]
    ciphertext, tag = sealed[:-16], sealed[-16:]
    padded = lambda data: data + bytes(-len(data) % 16)
    lengths = struct.pack("<QQ", len(associated), len(ciphertext))
    message = padded(associated) + padded(ciphertext) + lengths
    if not hmac.compare_digest(poly1305(stream(subkey, 0, rest)[:32], message), tag):
        return None
    out = bytearray()
    for at in range(0, len(ciphertext), 64):
        pad = stream(subkey, 1 + at // 64, rest)
        out += bytes(a ^ b for a, b in zip(ciphertext[at : at + 64], pad))
    return bytes(out)


def open_fields(ledger, commitment, sealed, key):
    """Numbers and values of the fields, or a ValueError that says what does not hold, and no value."""
    if max(len(sealed), len(key)) > MAX_FILE:
        raise ValueError(f"a file of more than {MAX_FILE} bytes")
    if not sealed.startswith(SEALED) or len(sealed) < len(SEALED) + 24 + 16:
        raise ValueError("no sealed file")
    if not key.startswith(KEY) or len(key) != len(KEY) + 64:
        raise ValueError("no key file")
    body, keys = sealed[len(SEALED) :], key[len(KEY) :]
    plaintext = decrypt(keys[:32], body[:24], body[24:], PURPOSE + ledger + commitment)
    if plaintext is None:
        raise ValueError("a sealed file that its key does not open")
    if keyed(keys[32:], plaintext) != commitment:
        raise ValueError("fields that the entry did not commit to")
    return read(plaintext)


def read(plaintext):
    fields, at = [], 0
    while at < len(plaintext):
        number, length = plaintext[at], int.from_bytes(plaintext[at + 1 : at + 3], "little")
        value = plaintext[at + 3 : at + 3 + length]
        if len(value) != length or not 1 <= length <= MAX_VALUE:
            raise ValueError("a value that is cut off, empty or too long")
        if fields and fields[-1][0] >= number:
            raise ValueError("fields that do not ascend")
        fields.append((number, value.decode("utf-8")))
        at += 3 + length
    if not fields:
        raise ValueError("no field")
    return fields


def check(folder, ledger, claims):
    """Holds every entry with a commitment against its files. `claims`: commitment to (index of the entry,
    index of the entry that erased its fields or None). Gives how many are sealed and how many erased."""
    there = set(os.listdir(folder)) if os.path.isdir(folder) else set()
    sealed = 0
    for commitment, (index, erased_by) in claims.items():
        names = [commitment.hex(), commitment.hex() + ".key"]
        left = [name for name in names if name in there]
        if erased_by is not None:
            if left:
                raise Break(f"entry {index}", "sealed files", f"none: erased by {erased_by}", " ".join(left))
            continue
        if len(left) < 2:
            raise Break(f"entry {index}", "sealed files", " ".join(names), " ".join(left) or "none")
        files = []
        for name in names:
            with open(os.path.join(folder, name), "rb") as file:
                files.append(file.read(MAX_FILE + 1))
        try:
            open_fields(ledger, commitment, *files)
        except ValueError as error:
            found = "text that is not UTF-8" if isinstance(error, UnicodeError) else error
            raise Break(f"entry {index}", "sealed files", "the fields that it committed to", found) from None
        sealed += 1
    return sealed, len(claims) - sealed
