"""Pickled arrays without running anything: every name in a pickle stands for a harmless class of this module.

What numpy, SciPy, torch and PyTorch Geometric write names a few functions and classes. Here each of them is a
stand-in that keeps what it is given; any other name is refused, so that no code of the file's choosing is called.
"""

import pickle
from collections.abc import Callable, Mapping
from math import prod
from typing import Any, BinaryIO, Final

import numpy as np
from numpy.typing import NDArray

MAX_ITEMS: Final = 2**28  # of one array
MAX_DEPTH: Final = 32  # of containers within containers
_KINDS: Final = "biufcSU"
Names = Mapping[tuple[str, str], Callable[..., Any]]


# What the unpickler raises for bytes that are cut off or changed.
_DAMAGE: Final = (
    *(pickle.UnpicklingError, EOFError, LookupError, ValueError, TypeError, AttributeError, NotImplementedError),
    *(MemoryError, OverflowError, RecursionError),
)


class RefusedPickleError(ValueError):
    """A pickle names what is not read, or is damaged."""


class Record:
    """An instance of a class that is not imported: what it was made with, and its state."""

    kind = ""
    state: Any = None

    def __init__(self, *arguments: Any) -> None:
        self.arguments = arguments

    def __setstate__(self, state: Any) -> None:
        if isinstance(state, tuple) and len(state) == 2 and isinstance(state[0], dict | None):
            state = {**(state[0] or {}), **(state[1] if isinstance(state[1], dict) else {})}
        self.state = state


def load_pickle(file: BinaryIO, *, more: Names | None = None, find_storage: Callable[[Any], Any] | None = None) -> Any:
    """What a pickle holds: plain values, arrays, and a Record for each sparse matrix. Raises RefusedPickleError.

    more: further names and what they stand for. find_storage: what torch's persistent ids mean. Text that Python 2
    wrote is read as Latin-1.
    """
    reader = _Reader(file, {**_build_names(), **(more or {})}, find_storage)
    try:
        return _Settling().settle(reader.load())
    except RefusedPickleError:
        raise
    except _DAMAGE as error:
        raise RefusedPickleError("the pickle is damaged, or cut off") from error


class _Reader(pickle.Unpickler):
    def __init__(self, file: BinaryIO, names: Names, find_storage: Callable[[Any], Any] | None) -> None:
        super().__init__(file, encoding="latin1", errors="strict")
        self._names, self._find_storage = names, find_storage

    def find_class(self, module: str, name: str) -> Any:
        known = self._names.get((module, name)) or self._names.get((module.partition(".")[0], "*"))
        if known is None:
            raise RefusedPickleError(f"it holds {module}.{name}, which is not read")
        return known

    def persistent_load(self, pid: Any) -> Any:
        if self._find_storage is None:
            raise RefusedPickleError("it refers to data outside itself")
        return self._find_storage(pid)


def _build_names() -> dict[tuple[str, str], Callable[..., Any]]:
    """Stand-ins that are new for every pickle: it may set attributes of what it names."""

    def fresh(base: type, **traits: Any) -> Any:
        return type(base.__name__, (base,), traits)

    def call(function: Callable[..., Any]) -> Callable[..., Any]:
        return lambda *given: function(*given)  # noqa: PLW0108  # new, as the docstring says

    array, plain = fresh(_Array), fresh(_Plain)
    names: dict[tuple[str, str], Callable[..., Any]] = {
        ("numpy", "ndarray"): array,
        ("numpy", "dtype"): fresh(_Dtype),
        ("_codecs", "encode"): call(_encode),
        ("collections", "OrderedDict"): lambda pairs=(): plain(pairs),
        ("collections", "defaultdict"): lambda _=None: plain(()),
    }
    for core in ("numpy.core", "numpy._core"):
        names[f"{core}.multiarray", "_reconstruct"] = lambda *_: array(None)
        names[f"{core}.multiarray", "scalar"] = call(_read_scalar)
        names[f"{core}.numeric", "_frombuffer"] = call(_read_buffer)
    for builtins in ("builtins", "__builtin__"):
        names[builtins, "list"] = names[builtins, "object"] = names[builtins, "dict"] = fresh(_Plain)
        names[builtins, "bytes"] = lambda: b""  # none, by a protocol that cannot say so
    for copyreg in ("copyreg", "copy_reg"):
        names[copyreg, "_reconstructor"] = call(_reconstruct)
    for kind in ("csr", "csc", "coo"):
        for module in (f"scipy.sparse.{kind}", f"scipy.sparse._{kind}"):
            for name in (f"{kind}_matrix", f"{kind}_array"):
                names[module, name] = fresh(Record, kind=kind)
    return names


class _Dtype:
    """The kind of an array: numbers, text or objects, never structures."""

    def __init__(self, code: Any = "", *_: Any) -> None:
        self.code, self.order = code, "="

    def __setstate__(self, state: Any) -> None:
        if not isinstance(state, tuple) or len(state) < 5 or state[2] is not None or state[3] is not None:
            raise RefusedPickleError("it holds arrays of structures, which are not read")
        self.order = state[1]

    def build(self) -> np.dtype[Any]:
        code = self.code.decode("ascii") if isinstance(self.code, bytes) else self.code
        if not isinstance(code, str) or not isinstance(self.order, str) or len(self.order) != 1:
            raise RefusedPickleError("it holds an array of an unknown kind")
        dtype: np.dtype[Any] = np.dtype(code)
        if self.order in "<>":
            dtype = dtype.newbyteorder("<" if self.order == "<" else ">")
        if dtype.kind not in _KINDS + "O" or dtype.names or dtype.subdtype:
            raise RefusedPickleError(f"it holds arrays of {code}, which are not read")
        return dtype


class _Value:
    """Holds an array until all is read."""

    def __init__(self, value: Any) -> None:
        self.value = value


class _Plain(dict[Any, Any]):
    """A dictionary, whatever kind of one was written."""


class _Array(_Value):
    """An array that comes in two steps: made, then told its content."""

    def __setstate__(self, state: Any) -> None:
        shape, dtype, fortran, content = state[-4:]
        self.value = _build_array(content, dtype.build(), shape, "F" if fortran else "C")


def _read_buffer(content: Any, dtype: Any, shape: Any, order: Any) -> _Value:
    return _Value(_build_array(content, dtype.build(), shape, order))


def _read_scalar(dtype: Any, content: Any = b"") -> Any:
    return _build_array(_to_bytes(content), dtype.build(), (), "C").item()


def _reconstruct(kind: Any, *_: Any) -> Record:
    if not isinstance(kind, type) or not issubclass(kind, Record):
        raise RefusedPickleError("it makes an object of an unknown class")
    return kind()


def _encode(text: Any, encoding: Any = "latin1") -> bytes:
    """How Python 2's bytes are written."""
    if not isinstance(text, str) or encoding not in ("latin1", "latin-1"):
        raise RefusedPickleError("it encodes text in an unknown way")
    return text.encode("latin1")


def _build_array(content: Any, dtype: np.dtype[Any], shape: Any, order: str) -> NDArray[Any]:
    """An array of bytes, or of a list of objects, that are as many as its shape says."""
    if not isinstance(shape, tuple) or not all(isinstance(size, int) and size >= 0 for size in shape):
        raise RefusedPickleError("it holds an array without a shape")
    if len(shape) > MAX_DEPTH or prod(shape) > MAX_ITEMS or order not in ("C", "F"):
        raise RefusedPickleError("it holds an array that is too large")
    if dtype.kind == "O":
        if not isinstance(content, list) or len(content) != prod(shape):
            raise RefusedPickleError("it holds an array of another size than it says")
        items = np.empty(len(content), dtype=object)
        for place, item in enumerate(content):
            items[place] = item
        return items.reshape(shape, order="F" if order == "F" else "C")
    content = _to_bytes(content)
    if len(content) != prod(shape) * dtype.itemsize:
        raise RefusedPickleError("it holds an array of another size than it says")
    if not content:
        return np.zeros(shape, dtype=dtype)
    return np.frombuffer(content, dtype=dtype).reshape(shape, order="F" if order == "F" else "C")


def _to_bytes(content: Any) -> bytes:
    if isinstance(content, str):
        return content.encode("latin1")
    if not isinstance(content, bytes | bytearray):
        raise RefusedPickleError("it holds an array without its content")
    return bytes(content)


class _Settling:
    """Puts arrays in the place of what held them, each thing once, however often and however round it is told."""

    def __init__(self) -> None:
        self._seen: dict[int, Any] = {}
        self._kept: list[Any] = []  # so that no id is used twice

    def settle(self, found: Any, depth: int = 0) -> Any:
        if id(found) in self._seen:
            return self._seen[id(found)]
        if depth > MAX_DEPTH:
            raise RefusedPickleError("it is nested too deeply")
        self._kept.append(found)
        if isinstance(found, _Value):
            return self._note(found, self.settle(found.value, depth + 1))
        if isinstance(found, np.ndarray) and found.dtype.kind == "O":
            settled = self._note(found, np.empty(found.shape, dtype=object))
            for place in np.ndindex(found.shape):
                settled[place] = self.settle(found[place], depth + 1)
            return settled
        if isinstance(found, dict):
            plain = self._note(found, {})
            plain.update((key, self.settle(value, depth + 1)) for key, value in found.items())
            return plain
        if isinstance(found, list):
            items = self._note(found, [])
            items.extend(self.settle(item, depth + 1) for item in found)
            return items
        if isinstance(found, tuple):
            return self._note(found, tuple(self.settle(item, depth + 1) for item in found))
        if isinstance(found, Record):
            self._note(found, found)
            found.state = self.settle(found.state, depth + 1)
        return found

    def _note(self, found: Any, settled: Any) -> Any:
        self._seen[id(found)] = settled
        return settled
