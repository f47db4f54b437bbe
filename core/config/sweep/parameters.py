"""The `parameters` of a sweep.yaml: each a field of a run's config, with a distribution within its bounds."""

import math
from collections.abc import Callable, Collection, Iterator, Mapping
from difflib import get_close_matches
from typing import Any, Final

from core.config.plain_yaml import Marked, Path
from core.config.sweep.distributions import FAMILIES, Distribution
from core.config.sweep.expressions import parse_expression
from core.config.sweep.spec import Parameter
from core.config.train import TrainConfig, check_field, check_known
from core.errors import ConfigError

MAX_PARAMETERS: Final = 100
MAX_VALUES: Final = 1_000
MAX_DEPTH: Final = 8
MOST_EXPONENT: Final = 700.0
EDGE: Final = 1e-9  # the very end of a continuous distribution may be a value that its field excludes
SHAPE_KEYS: Final = ("min", "max", "mu", "sigma", "a", "b", "q", "probabilities", "values", "value")
# What a distribution must and may tell, by the name of its file.
TAKES: Final[Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]]] = {
    "constant": (("value",), ()),
    "categorical": (("values",), ()),
    "categorical_w_probabilities": (("values", "probabilities"), ()),
    **{name: (("min", "max"), ("q",) if name.startswith("q_") else ()) for name in FAMILIES if "uniform" in name},
    **{
        name: ((), ("mu", "sigma", *(("q",) if name.startswith("q_") else ()))) for name in FAMILIES if "normal" in name
    },
    "beta": ((), ("a", "b")),
    "q_beta": ((), ("a", "b", "q")),
}


def read_parameters(marked: Marked) -> tuple[Parameter, ...]:
    """Every parameter, those of nested groups too. Raises ConfigError with a line."""
    found: dict[str, Parameter] = {}
    for path, told in _walk(marked, ("parameters",), marked.content["parameters"]):
        name, line = str(path[-1]), marked.line(path)
        if name in found:
            raise ConfigError(
                f"line {line}: {name} is a parameter in line {found[name].line} already: keep one of them"
            )
        try:
            check_known([name])
        except ConfigError as error:
            raise ConfigError(f"line {line}: {error}") from error
        found[name] = _read_parameter(marked, path, told)
        if len(found) > MAX_PARAMETERS:
            raise ConfigError(f"line {line}: a sweep has at most {MAX_PARAMETERS} parameters")
    return tuple(found.values())


def _walk(marked: Marked, path: Path, group: Any) -> Iterator[tuple[Path, Mapping[str, Any]]]:
    """The parameters of a group and of the groups in it, with their paths."""
    if not isinstance(group, dict) or not group or len(path) > 2 * MAX_DEPTH:
        raise ConfigError(
            f"line {marked.line(path)}: parameters are fields with their values below, such as lr: value: 0.1"
        )
    for name, told in group.items():
        inner = (*path, str(name))
        if not isinstance(told, dict):
            raise ConfigError(
                f"line {marked.line(inner)}: {str(name)[:80]} is {str(told)[:80]!r}: write value: or values: below it"
            )
        if isinstance(told.get("parameters"), dict):
            refuse_unknown(marked, inner, ("parameters",))
            yield from _walk(marked, (*inner, "parameters"), told["parameters"])
        else:
            yield inner, told


def _read_parameter(marked: Marked, path: Path, told: Mapping[str, Any]) -> Parameter:
    refuse_unknown(marked, path, ("distribution", "when", *SHAPE_KEYS))
    name, line = str(path[-1]), marked.line(path)
    kind = _find_kind(marked, path, told)
    must, may = TAKES[kind]
    for key in must:
        if key not in told:
            raise ConfigError(f"line {line}: {name} lacks {key}, which {kind} needs")
    for key in SHAPE_KEYS:
        if key in told and key not in (*must, *may):
            raise ConfigError(
                f"line {marked.line((*path, key))}: {key} means nothing to {kind}: leave it out of {name}"
            )
    distribution = _BUILD[FAMILIES[kind]](marked, path, kind)
    _check_bounds(name, distribution, lambda key: marked.line((*path, key)))
    when = None
    if "when" in told:
        try:
            when = parse_expression(told["when"], TrainConfig.model_fields)
        except ConfigError as error:
            raise ConfigError(f"line {marked.line((*path, 'when'))}: {error}") from error
    return Parameter(name, distribution, when, line)


def _find_kind(marked: Marked, path: Path, told: Mapping[str, Any]) -> str:
    """The distribution that a parameter names, or the one that W&B takes for what it tells."""
    kind = told.get("distribution")
    if kind is not None:
        if kind not in FAMILIES:
            raise ConfigError(
                f"line {marked.line((*path, 'distribution'))}: no distribution is called {str(kind)[:80]!r}: "
                f"there are {', '.join(FAMILIES)}"
            )
        return str(kind)
    if "value" in told:
        return "constant"
    if "values" in told:
        return "categorical_w_probabilities" if "probabilities" in told else "categorical"
    if "min" in told and "max" in told:
        bounds = (told["min"], told["max"])
        return "int_uniform" if all(type(bound) is int for bound in bounds) else "uniform"
    raise ConfigError(f"line {marked.line(path)}: {path[-1]} tells no values: write value, values, or min and max")


def _build_constant(marked: Marked, path: Path, kind: str) -> Distribution:
    return Distribution(
        kind, "constant", values=(_check(marked, path, (*path, "value"), _at(marked, (*path, "value"))),)
    )


def _build_choice(marked: Marked, path: Path, kind: str) -> Distribution:
    told = _at(marked, (*path, "values"))
    if not isinstance(told, list) or not 0 < len(told) <= MAX_VALUES:
        raise ConfigError(f"line {marked.line((*path, 'values'))}: values are a list of 1 to {MAX_VALUES:,} values")
    values = tuple(_check(marked, path, (*path, "values", place), one) for place, one in enumerate(told))
    if len({(type(value), value) for value in values}) < len(values):
        raise ConfigError(f"line {marked.line((*path, 'values'))}: a value of {path[-1]} stands twice: keep it once")
    if kind == "categorical":
        return Distribution(kind, "choice", values=values)
    shares = _at(marked, (*path, "probabilities"))
    line = marked.line((*path, "probabilities"))
    if not isinstance(shares, list) or len(shares) != len(values):
        raise ConfigError(f"line {line}: expected {len(values)} probabilities, one for each of values")
    numbers = tuple(read_number(marked, (*path, "probabilities", place), low=0.0) for place in range(len(shares)))
    if not math.isclose(sum(numbers), 1.0, abs_tol=1e-6):
        raise ConfigError(f"line {line}: the probabilities of {path[-1]} add up to {sum(numbers):g}: expected 1")
    return Distribution(kind, "choice", values=values, probabilities=numbers)


def _build_integers(marked: Marked, path: Path, kind: str) -> Distribution:
    low, high = (read_number(marked, (*path, key)) for key in ("min", "max"))
    for key, number in (("min", low), ("max", high)):
        if not number.is_integer():
            raise ConfigError(f"line {marked.line((*path, key))}: {key} is {number:g}: int_uniform takes whole numbers")
    _check_order(marked, path, low, high)
    return Distribution(kind, "integers", low, high)


def _build_uniform(marked: Marked, path: Path, kind: str) -> Distribution:
    low, high = (read_number(marked, (*path, key)) for key in ("min", "max"))
    _check_order(marked, path, low, high)
    return Distribution(kind, "uniform", low, high, step=_read_step(marked, path, kind))


def _build_log(marked: Marked, path: Path, kind: str) -> Distribution:
    """Of log_uniform `min` and `max` are natural logarithms, of inv_log_uniform those of 1/x."""
    is_value = kind.endswith("_values")
    lowest, highest = (0.0, math.inf) if is_value else (-MOST_EXPONENT, MOST_EXPONENT)
    low, high = (
        read_number(marked, (*path, key), low=lowest, high=highest, exclusive=is_value) for key in ("min", "max")
    )
    _check_order(marked, path, low, high)
    if kind == "inv_log_uniform":
        low, high = -high, -low
    if not is_value:
        low, high = math.exp(low), math.exp(high)
    return Distribution(kind, "log", low, high, step=_read_step(marked, path, kind))


def _build_normal(marked: Marked, path: Path, kind: str) -> Distribution:
    mu = read_number(marked, (*path, "mu"), default=0.0)
    sigma = read_number(marked, (*path, "sigma"), default=1.0, low=0.0, exclusive=True)
    low = 0.0 if "log" in kind else -math.inf
    family = FAMILIES[kind]
    return Distribution(kind, family, low, math.inf, mu, sigma, _read_step(marked, path, kind))


def _build_beta(marked: Marked, path: Path, kind: str) -> Distribution:
    a, b = (read_number(marked, (*path, key), default=1.0, low=0.0, exclusive=True) for key in ("a", "b"))
    return Distribution(kind, "beta", 0.0, 1.0, a, b, _read_step(marked, path, kind))


_BUILD: Final[Mapping[str, Callable[[Marked, Path, str], Distribution]]] = {
    "constant": _build_constant,
    "choice": _build_choice,
    "integers": _build_integers,
    "uniform": _build_uniform,
    "log": _build_log,
    "normal": _build_normal,
    "log_normal": _build_normal,
    "beta": _build_beta,
}


def _check_bounds(name: str, distribution: Distribution, line: Callable[[str], int]) -> None:
    """Raises ConfigError where what is drawn is of another kind than the field, or ends beyond its bounds."""
    if distribution.values:
        return
    is_whole = distribution.family == "integers" or (distribution.step or 0.5).is_integer()
    kind = TrainConfig.model_fields[name].annotation
    if kind not in (int, float):
        raise ConfigError(f"line {line('')}: {name} takes no numbers: give its values, one by one")
    if kind is int and not is_whole:
        raise ConfigError(
            f"line {line('distribution')}: {name} takes whole numbers, and {distribution.kind} draws others: take "
            "int_uniform, or a distribution that begins with q_"
        )
    if not math.isfinite(distribution.high):
        return  # what of its tails the field refuses is never drawn
    edge = 0.0 if distribution.step or distribution.family == "integers" else EDGE
    for key, share in (("min", edge), ("max", 1.0 - edge)):
        try:
            check_field(name, distribution.draw(share))
        except ConfigError as error:
            raise ConfigError(f"line {line(key)}: {error}") from error


def _check(marked: Marked, path: Path, place: Path, value: Any) -> Any:
    """A value as the field has it."""
    name = str(path[-1])
    try:
        return check_field(name, value)
    except ConfigError as error:
        raise ConfigError(f"line {marked.line(place)}: {error}") from error


def _check_order(marked: Marked, path: Path, low: float, high: float) -> None:
    if low > high:
        raise ConfigError(f"line {marked.line((*path, 'min'))}: min {low:g} of {path[-1]} is above its max {high:g}")


def _read_step(marked: Marked, path: Path, kind: str) -> float | None:
    return read_number(marked, (*path, "q"), default=1.0, low=0.0, exclusive=True) if kind.startswith("q_") else None


def _at(marked: Marked, path: Path) -> Any:
    told = marked.content
    for key in path:
        if isinstance(told, dict):
            told = told.get(key)
        elif isinstance(told, list) and isinstance(key, int) and key < len(told):
            told = told[key]
        else:
            return None
    return told


def read_number(
    marked: Marked,
    path: Path,
    *,
    default: float | None = None,
    low: float = -math.inf,
    high: float = math.inf,
    exclusive: bool = False,
) -> float:
    """A finite number within bounds; YAML takes `1e-3` for a text, which is one too. Raises ConfigError."""
    told = _at(marked, path)
    if told is None and default is not None:
        return default
    key = next(str(part) for part in reversed(path) if isinstance(part, str))
    try:
        number = math.nan if isinstance(told, bool) else float(told)
    except (TypeError, ValueError, OverflowError):
        number = math.nan
    if not math.isfinite(number):
        raise ConfigError(f"line {marked.line(path)}: {key} is {str(told)[:80]!r}: expected a number")
    if not low <= number <= high or (exclusive and number == low):
        bound = f"above {low:g}" if exclusive else f"{low:g} to {high:g}"
        raise ConfigError(f"line {marked.line(path)}: {key} is {number:g}: expected {bound}")
    return number


def read_whole(marked: Marked, path: Path, low: int, high: int) -> int | None:
    """A whole number within bounds; None where there is none. Raises ConfigError."""
    if _at(marked, path) is None:
        return None
    number = read_number(marked, path, low=low, high=high)
    if not number.is_integer():
        raise ConfigError(f"line {marked.line(path)}: {path[-1]} is {number:g}: expected a whole number")
    return int(number)


def refuse_unknown(marked: Marked, path: Path, known: Collection[str]) -> None:
    """Raises ConfigError for a key of a mapping that is none of these, with its line."""
    told = _at(marked, path)
    for key in told if isinstance(told, dict) else ():
        if key not in known:
            near = get_close_matches(str(key)[:80].lower(), known, n=1)
            meant = f"did you mean {near[0]}? There" if near else "there"
            where = f" of {path[-1]}" if path else ""
            raise ConfigError(
                f"line {marked.line((*path, str(key)))}: no key{where} is called {str(key)[:80]!r}: {meant} are "
                f"{', '.join(known)}"
            )
