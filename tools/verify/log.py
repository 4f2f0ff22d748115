"""The log folder, from schemas/log.md: signed checkpoint, tree, tiles, entry bundles."""

import base64
import binascii
import errno
import hashlib
import os
import re
import stat
import unicodedata

from breaks import Break
from keys import Key

MAX_NOTE_BYTES = 65_536
WIDTH = 256
DECIMAL = re.compile(r"0|[1-9][0-9]*")
TILE = re.compile(r"tile/(entries|[0-9]|[1-5][0-9]|6[0-3])((?:/x[0-9]{3})*/[0-9]{3})(?:\.p/([0-9]+))?")


def sha256(data):
    return hashlib.sha256(data).digest()


def node(left, right):
    return sha256(b"\x01" + left + right)


def decode_base64(text):
    """Canonical base64, or None."""
    try:
        raw = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None
    return raw if base64.b64encode(raw).decode() == text else None


class LogKey:
    """A vkey: `<name>+<key id>+<base64 of 0x01 and the public key>`."""

    def __init__(self, vkey):
        parts = vkey.strip().split("+", 2)
        raw = decode_base64(parts[2]) if len(parts) == 3 else None
        if raw is None or len(raw) != 33 or raw[0] != 1 or not parts[0]:
            raise ValueError("not a vkey of an Ed25519 key: NAME+HEX+BASE64")
        self.name = parts[0]
        self.id = sha256(self.name.encode() + b"\n" + raw)[:4]
        if self.id.hex() != parts[1]:
            raise ValueError(f"the key id of this key is {self.id.hex()}, not {parts[1]}")
        self.key = Key(raw[1:])

    @classmethod
    def of(cls, name, public):
        raw = b"\x01" + public
        key_id = sha256(name.encode() + b"\n" + raw)[:4].hex()
        return cls(f"{name}+{key_id}+{base64.b64encode(raw).decode()}")

    def __str__(self):
        return f"{self.name}+{self.id.hex()}"


class Checkpoint:
    """The signed head, read strictly and verified under a key from outside; `signed` is false where that
    key made none of its signatures, which it may not have to, if it was handed over since."""

    def __init__(self, note, key):
        def fail(field, expected, found):
            raise Break("checkpoint", field, expected, found)

        if len(note) > MAX_NOTE_BYTES:
            fail("length", f"at most {MAX_NOTE_BYTES} bytes", len(note))
        try:
            text = note.decode("utf-8")
        except UnicodeDecodeError:
            fail("text", "UTF-8", note[:64].hex())
        if any(unicodedata.category(c) == "Cc" and c != "\n" for c in text):
            fail("text", "no control characters", repr(text[:80]))
        body, empty, lines = text.rpartition("\n\n")
        if not empty or not lines.endswith("\n"):
            fail("signature", "an empty line, then signature lines", repr(text[-80:]))
        body += "\n"
        self.text, self.lines, self.fail = body.encode(), lines[:-1].split("\n"), fail
        self.signed = self.verify(key)
        fields = body[:-1].split("\n")
        if len(fields) < 3 or not all(fields):
            fail("text", "origin, size and root", repr(body))
        self.origin, size, root = fields[:3]
        if not DECIMAL.fullmatch(size) or int(size) >= 2**64:
            fail("size", "a decimal number", repr(size))
        self.size = int(size)
        self.root = decode_base64(root)
        if self.root is None or len(self.root) != 32:
            fail("root", "32 bytes in base64", repr(root))
        if self.size == 0 and self.root != sha256(b""):
            fail("root", sha256(b"").hex(), self.root.hex())
        if self.origin != key.name:
            fail("origin", key.name, self.origin)

    def verify(self, key):
        fail, verified = self.fail, False
        for line in self.lines:
            dash, _, rest = line.partition(" ")
            name, _, blob = rest.partition(" ")
            raw = decode_base64(blob)
            if dash != "\u2014" or not name or raw is None or len(raw) < 5:
                fail("signature", "— NAME BASE64", repr(line))
            if (name, raw[:4]) == (key.name, key.id):
                if len(raw) != 68 or not key.key.verifies(self.text, raw[4:]):
                    fail("signature", f"one by {key.name}+{key.id.hex()} over this text", "one that does not verify")
                verified = True
        return verified


def levels_of(leaves):
    """The hashes that tiles hold: leaves, then level by level the roots of every full 256."""
    levels = [leaves]
    while len(levels[-1]) >= WIDTH:
        below = levels[-1]
        levels.append([perfect(below[i : i + WIDTH]) for i in range(0, len(below) - WIDTH + 1, WIDTH)])
    return levels


def perfect(hashes):
    while len(hashes) > 1:
        hashes = [node(hashes[i], hashes[i + 1]) for i in range(0, len(hashes), 2)]
    return hashes[0]


def root_of(leaves):
    """The root of RFC 6962 §2.1, over the leaves alone."""
    if not leaves:
        return sha256(b"")
    stack = []
    for leaf in leaves:
        size, top = 1, leaf
        while stack and stack[-1][0] == size:
            top = node(stack.pop()[1], top)
            size *= 2
        stack.append((size, top))
    top = stack.pop()[1]
    while stack:
        top = node(stack.pop()[1], top)
    return top


def number_path(number):
    groups = [f"{number % 1000:03}"]
    while number >= 1000:
        number //= 1000
        groups.append(f"x{number % 1000:03}")
    return "/".join(reversed(groups))


class Folder:
    """A log folder on disk."""

    def __init__(self, path):
        self.path = path
        self.ignored = []

    def read(self, name, most):
        # Who handed the folder over chose what is at its names: no link is followed, no pipe waited for.
        flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
        try:
            number = os.open(os.path.join(self.path, name), flags)
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError as error:
            if error.errno in (errno.ELOOP, errno.ENXIO):
                raise Break(name, "file", "a regular file", "another kind of file") from None
            raise
        if not stat.S_ISREG(os.fstat(number).st_mode):
            os.close(number)
            raise Break(name, "file", "a regular file", "another kind of file")
        with open(number, "rb") as file:
            data = file.read(most + 1)
        if len(data) > most:
            raise Break(name, "length", f"at most {most} bytes", "more")
        return data

    def checkpoint(self, key):
        note = self.read("checkpoint", MAX_NOTE_BYTES)
        if note is None:
            raise Break("checkpoint", "file", "a signed checkpoint", "no file")
        return Checkpoint(note, key)

    def tile(self, level, number, width, most, take):
        """The tile or bundle of that width; where a partial is missing, the beginning of the full one."""
        full = f"tile/{level}/{number_path(number)}"
        name = full if width == WIDTH else f"{full}.p/{width}"
        data = self.read(name, most)
        if data is None and width < WIDTH:
            data = self.read(full, most)
            if data is not None:
                return full, take(full, data, width, False)
        if data is None:
            raise Break(name, "file", f"{width} items", "no file")
        return name, take(name, data, width, True)

    def bundle(self, number, width):
        """The entries of a bundle."""
        return self.tile("entries", number, width, WIDTH * 65_537, take_entries)

    def hashes(self, level, number, width):
        """The hashes of a tile."""
        return self.tile(level, number, width, WIDTH * 32, take_hashes)

    def check_tiles(self, leaves):
        """Every tile of this size says what the leaves say."""
        for level, hashes in enumerate(levels_of(leaves)):
            for first in range(0, len(hashes), WIDTH):
                expected = hashes[first : first + WIDTH]
                name, found = self.hashes(level, first // WIDTH, len(expected))
                compare(name, found, expected)

    def check_other_files(self, leaves):
        """Older partial tiles are beginnings of the newer ones; anything else is told, not judged."""
        levels = levels_of(leaves)
        for folder, _, names in os.walk(os.path.join(self.path, "tile")):
            for file in sorted(names):
                name = os.path.relpath(os.path.join(folder, file), self.path).replace(os.sep, "/")
                match = TILE.fullmatch(name)
                width = int(match[3]) if match and match[3] else WIDTH
                if not match or not 1 <= width <= WIDTH:
                    self.ignored.append(name)
                    continue
                number = int(match[2].replace("/", "").replace("x", ""))
                first, last = number * WIDTH, number * WIDTH + width
                if match[1] == "entries":
                    if last <= len(leaves):
                        _, found = self.bundle(number, width)
                        compare(name, [sha256(b"\0" + entry) for entry in found], leaves[first:last])
                    else:
                        self.ignored.append(name)
                elif int(match[1]) < len(levels) and last <= len(levels[int(match[1])]):
                    _, found = self.hashes(int(match[1]), number, width)
                    compare(name, found, levels[int(match[1])][first:last])
                else:
                    self.ignored.append(name)


def take_entries(name, data, width, exact):
    entries, at = [], 0
    for item in range(width):
        length = int.from_bytes(data[at : at + 2], "big")
        entry = data[at + 2 : at + 2 + length]
        if at + 2 > len(data) or len(entry) < length:
            raise Break(name, "length", f"{width} entries", f"bytes that end in entry {item} of the bundle")
        entries.append(entry)
        at += 2 + length
    if exact and at != len(data):
        raise Break(name, "length", f"{at} bytes for {width} entries", f"{len(data)} bytes")
    return entries


def take_hashes(name, data, width, exact):
    if len(data) < width * 32 or (exact and len(data) != width * 32):
        raise Break(name, "length", f"{width * 32} bytes", f"{len(data)} bytes")
    return [data[i : i + 32] for i in range(0, width * 32, 32)]


def compare(name, found, expected):
    for place, (one, other) in enumerate(zip(found, expected)):
        if one != other:
            raise Break(name, f"hash {place}", other.hex(), one.hex())
