"""Arrays as NumPy writes them, alone or in an .npz: no array is made before its declared size is known to be true."""

import struct
import tokenize
import zipfile
import zlib
from collections.abc import Collection
from typing import Any, BinaryIO, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

SUFFIX: Final = ".npy"
MAX_UNPACKED_BYTES: Final = 2**32  # of the arrays of one file that are read

# What numpy and zipfile raise for bytes that are no archive, are cut off, encrypted, or lie about their size.
UNREADABLE: Final = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    ValueError,
    EOFError,
    LookupError,
    AttributeError,
    OSError,
    MemoryError,
    OverflowError,
    NotImplementedError,
    RuntimeError,
    SyntaxError,
    tokenize.TokenError,
    TypeError,
)


class SizeError(ValueError):
    """A member of an archive has more or fewer bytes than its array says."""

    def __init__(self, shape: tuple[int, ...], more_or_less: str) -> None:
        super().__init__(shape, more_or_less)
        self.shape, self.more_or_less = shape, more_or_less


class Header(NamedTuple):
    """What an array says of itself."""

    dtype: np.dtype[Any]
    shape: tuple[int, ...]

    @property
    def size_bytes(self) -> int:
        size: int = self.dtype.itemsize
        for length in self.shape:
            size *= length
        return size


def read_header(file: BinaryIO) -> Header:
    """The header of an array, leaving the file where its content begins. Raises one of UNREADABLE."""
    version = np.lib.format.read_magic(file)
    read = np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
    shape, _, dtype = read(file)
    if any(length < 0 for length in shape):
        raise ValueError(f"an array of shape {shape}")
    return Header(dtype, shape)


def read_member_header(archive: zipfile.ZipFile, member: str) -> Header:
    """The header of one array of an archive. Raises one of UNREADABLE, also where the member has another size."""
    info = archive.getinfo(member)
    if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise NotImplementedError(f"{member} is packed in a way that numpy does not use")
    with archive.open(info) as file:
        header = read_header(file)  # type: ignore[arg-type]
        if not header.dtype.hasobject and file.tell() + header.size_bytes != info.file_size:
            raise SizeError(header.shape, "more" if file.tell() + header.size_bytes < info.file_size else "fewer")
    return header


def read_member(archive: zipfile.ZipFile, member: str) -> NDArray[Any]:
    """One array, never unpickled. Raises one of UNREADABLE."""
    read_member_header(archive, member)
    with archive.open(member) as file:
        array: NDArray[Any] = np.lib.format.read_array(file, allow_pickle=False)
        file.read(1)  # reading to the end verifies the checksum
    return array


def load_npz(source: BinaryIO, keys: Collection[str]) -> dict[str, NDArray[Any]]:
    """Those arrays of an .npz that have these keys; no other is read. Raises one of UNREADABLE."""
    with zipfile.ZipFile(source) as archive:
        members = [member for member in archive.namelist() if member.removesuffix(SUFFIX) in keys]
        size_bytes = sum(read_member_header(archive, member).size_bytes for member in members)
        if size_bytes > MAX_UNPACKED_BYTES:
            raise ValueError(f"the arrays have {size_bytes} bytes, more than are read")
        return {member.removesuffix(SUFFIX): read_member(archive, member) for member in members}
