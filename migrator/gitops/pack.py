"""Texts as objects of Git: their ids, and the pack in which many reach the repository at once. Pure.

Source: gitformat-pack(5); ids are hashes over `blob SIZE`, a zero byte and the content.
"""

import hashlib
import zlib
from collections.abc import Collection

__all__ = ["blob_id", "pack_of"]

_BLOB = 3
_VERSION = 2


def blob_id(data: bytes, algorithm: str) -> str:
    """The id, in hexadecimal, that Git gives to a content; `algorithm` is sha1 or sha256, as the repository has it."""
    return hashlib.new(algorithm, b"blob %d\0" % len(data) + data, usedforsecurity=False).hexdigest()


def pack_of(contents: Collection[bytes], algorithm: str) -> bytes:
    """A pack of blobs, each whole. Contents must differ from one another."""
    head = b"PACK" + _VERSION.to_bytes(4, "big") + len(contents).to_bytes(4, "big")
    # Level 1: texts of a few kilobytes, which Git packs anew when it cleans up.
    pack = head + b"".join(_size(len(data)) + zlib.compress(data, 1) for data in contents)
    return pack + hashlib.new(algorithm, pack, usedforsecurity=False).digest()


def _size(size: int) -> bytes:
    """Kind and length: four bits of it in the first byte, seven in each further one; the top bit says: more."""
    groups, rest = [_BLOB << 4 | size & 0x0F], size >> 4
    while rest:
        groups[-1] |= 0x80
        groups.append(rest & 0x7F)
        rest >>= 7
    return bytes(groups)
