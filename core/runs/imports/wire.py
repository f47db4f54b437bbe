"""Protocol Buffers on the wire, as far as event files need them: fields by number, read and written.

Source: https://protobuf.dev/programming-guides/encoding
"""

import struct
from collections.abc import Iterator
from typing import Final

Field = int | bytes  # a number, or the bytes of a text, a message, a fixed number

VARINT: Final = 0
FIXED_64: Final = 1
BYTES: Final = 2
FIXED_32: Final = 5


def read_fields(content: bytes) -> Iterator[tuple[int, Field]]:
    """The fields of a message in their order. Raises ValueError where it is none, or cut off."""
    at, end = 0, len(content)
    while at < end:
        key, at = _read_varint(content, at)
        kind = key & 7
        if kind == VARINT:
            value, at = _read_varint(content, at)
            yield key >> 3, value
            continue
        if kind == BYTES:
            size, at = _read_varint(content, at)
        elif kind == FIXED_64:
            size = 8
        elif kind == FIXED_32:
            size = 4
        else:
            raise ValueError(f"wire type {kind}")
        if at + size > end:
            raise ValueError("cut off")
        yield key >> 3, content[at : at + size]
        at += size


def _read_varint(content: bytes, at: int) -> tuple[int, int]:
    """The number that begins at an offset, and the offset behind it."""
    try:
        byte = content[at]
        if byte < 0x80:
            return byte, at + 1
        number, shift = byte & 0x7F, 7
        while True:
            at += 1
            byte = content[at]
            number |= (byte & 0x7F) << shift
            if byte < 0x80:
                return number, at + 1
            shift += 7
            if shift > 63:
                raise ValueError("a number of more than 64 bits")
    except IndexError:
        raise ValueError("cut off") from None


def read_text(field: Field) -> str:
    """A text; what is none raises ValueError."""
    return read_bytes(field).decode()


def read_bytes(field: Field) -> bytes:
    """The bytes of a field; ValueError for a number."""
    if isinstance(field, int):
        raise ValueError("a number where bytes are expected")
    return field


def read_int(field: Field) -> int:
    """A whole number of 64 bits, which may be negative."""
    if not isinstance(field, int):
        raise ValueError("bytes where a number is expected")
    return field - 2**64 if field >= 2**63 else field


def read_double(field: Field) -> float:
    """A number of 64 bits; struct.error, a ValueError here, for what is none."""
    return _unpack("<d", field)


def read_float(field: Field) -> float:
    """A number of 32 bits."""
    return _unpack("<f", field)


def _unpack(kind: str, field: Field) -> float:
    try:
        number: float = struct.unpack(kind, read_bytes(field))[0]
    except struct.error as error:
        raise ValueError(str(error)) from error
    return number


def write_bytes(number: int, content: bytes) -> bytes:
    """A field of text or of a message."""
    return _write_varint(number << 3 | BYTES) + _write_varint(len(content)) + content


def write_int(number: int, value: int) -> bytes:
    """A field of a whole number."""
    return _write_varint(number << 3 | VARINT) + _write_varint(value & (2**64 - 1))


def write_double(number: int, value: float) -> bytes:
    """A field of 64 bits."""
    return _write_varint(number << 3 | FIXED_64) + struct.pack("<d", value)


def write_float(number: int, value: float) -> bytes:
    """A field of 32 bits."""
    return _write_varint(number << 3 | FIXED_32) + struct.pack("<f", value)


def _write_varint(number: int) -> bytes:
    written = bytearray()
    while number >= 0x80:
        written.append(number & 0x7F | 0x80)
        number >>= 7
    written.append(number)
    return bytes(written)
