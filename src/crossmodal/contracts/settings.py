"""What a config key says of itself, once: the base of every stage's config. Light.

A stage's config is a frozen dataclass below ``Settings``. A field's annotation says its type,
choices (``Literal``) and bounds, its value the default, and the text below it what it means:

    radius_mm: Positive = 9.0
    \"\"\"Radius of the spheres; voxel centres at this distance are inside.\"\"\"

``crossmodal.study`` checks a config file against these annotations, all problems at once, and
makes the schema and config/README.md of them. Whoever builds a config elsewhere (a job from its
params, a test) meets the same choices and bounds in ``__post_init__``.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import MISSING, dataclass, fields, is_dataclass
from types import UnionType
from typing import Annotated, Any, ClassVar, Literal, Self, Union, get_args, get_origin

from annotated_types import Ge, Gt, Le, Lt, MinLen, MultipleOf

from crossmodal.contracts.errors import InputError

Natural = Annotated[int, Ge(0)]
Count = Annotated[int, Ge(1)]
Positive = Annotated[float, Gt(0)]
NonNegative = Annotated[float, Ge(0)]
Share = Annotated[float, Ge(0), Lt(1)]


@dataclass(frozen=True)
class Unique:
    """No item twice."""

    def __get_pydantic_json_schema__(self, core: Any, handler: Any) -> dict[str, Any]:
        return handler(core) | {"uniqueItems": True}


@dataclass(frozen=True)
class Matches:
    """Text of this form; ``meaning`` says it in words."""

    pattern: str
    meaning: str

    def __get_pydantic_json_schema__(self, core: Any, handler: Any) -> dict[str, Any]:
        return handler(core) | {"pattern": self.pattern}


class Settings:
    """Base of configs: nested mappings become configs, lists tuples; bounds hold.

    Raises
    ------
    InputError : a value outside its choices or bounds; ``field`` is relative to this config
    """

    __pydantic_config__: ClassVar = {"extra": "forbid", "strict": True}
    OTHERS: ClassVar[str | None] = None  # a field of lists of words that unknown keys belong to

    @classmethod
    def of(cls, values: Mapping[str, Any]) -> Self:
        """From the plain values of a config file's block; unknown keys go to ``OTHERS``."""
        return cls(**gathered(cls, values))

    def __post_init__(self) -> None:
        for field in fields(self):  # type: ignore[arg-type]
            value = _converted(field.type, getattr(self, field.name))
            object.__setattr__(self, field.name, value)
            for where, expected, got in _refusals(field.type, value, field.name):
                raise InputError(type(self).__name__, where, expected, got)


def gathered(kind: Any, value: Any) -> Any:
    """The plain values of a block with unknown keys where its ``OTHERS`` wants them."""
    kind = parts(kind)[0]
    if not isinstance(value, Mapping):
        return value
    if get_origin(kind) is dict:
        return {key: gathered(get_args(kind)[1], item) for key, item in value.items()}
    if not is_dataclass(kind):
        return value
    own = {field.name: field.type for field in fields(kind)}
    found = {key: gathered(own.get(key), item) for key, item in value.items()}
    if others := kind.OTHERS:  # type: ignore[union-attr]
        more = {key: found.pop(key) for key in list(found) if key not in own}
        words = {key: [item] if isinstance(item, str) else item for key, item in more.items()}
        words = {key: item for key, item in words.items() if item is not None}
        found |= {others: found.get(others, {}) | words} if words else {}
    return found


def plain(value: Any, without: tuple[str, ...] = ()) -> Any:
    """A config (or a part) as JSON has it: dicts with sorted keys, lists; ``without`` keys.

    Sorted, because Snakemake and records compare params as text: an order is no difference.
    """
    if is_dataclass(value):
        value = {field.name: getattr(value, field.name) for field in fields(value)}
    if isinstance(value, Mapping):
        return {key: plain(value[key]) for key in sorted(value) if key not in without}
    return [plain(item) for item in value] if isinstance(value, list | tuple) else value


def stated(value: Settings, always: tuple[str, ...] = ()) -> dict[str, Any]:
    """The part of a config that differs from its defaults, and the keys of ``always``."""
    kept = {field.name for field in fields(value) if not _is_default(value, field)}  # type: ignore
    return {key: item for key, item in plain(value).items() if key in kept or key in always}


def _is_default(config: Settings, field: Any) -> bool:
    default = field.default if field.default_factory is MISSING else field.default_factory()
    return getattr(config, field.name) == default


def parts(kind: Any) -> tuple[Any, tuple[Any, ...], bool]:
    """Type without its wrapping, what ``Annotated`` says of it, and whether it may be None."""
    marks: tuple[Any, ...] = ()
    optional = False
    while True:
        if get_origin(kind) is Annotated:
            kind, *more = get_args(kind)
            marks += tuple(more)
        elif get_origin(kind) in (UnionType, Union) and type(None) in get_args(kind):
            optional, rest = True, [one for one in get_args(kind) if one is not type(None)]
            if len(rest) > 1:
                return kind, marks, True
            kind = rest[0]
        else:
            return kind, marks, optional


def _converted(kind: Any, value: Any) -> Any:
    kind = parts(kind)[0]
    if isinstance(kind, type) and issubclass(kind, Settings) and isinstance(value, Mapping):
        return kind(**value)
    if isinstance(value, list):
        value = tuple(value)
    if get_origin(kind) is tuple and isinstance(value, tuple):
        return tuple(_converted(get_args(kind)[0], item) for item in value)
    if get_origin(kind) is dict and isinstance(value, Mapping):
        return {key: _converted(get_args(kind)[1], item) for key, item in value.items()}
    return value


def _refusals(kind: Any, value: Any, where: str) -> Iterator[tuple[str, str, object]]:
    """Field, expected and got of everything outside choices and bounds."""
    kind, marks, optional = parts(kind)
    if value is None and optional:
        return
    if get_origin(kind) is Literal and value not in get_args(kind):
        yield where, f"one of {list(get_args(kind))}", repr(value)
    for mark in marks:
        if (expected := _broken(mark, value)) is not None:
            yield where, expected, repr(value)
    if get_origin(kind) is tuple and isinstance(value, tuple):
        for item in value:
            yield from _refusals(get_args(kind)[0], item, where)
    if get_origin(kind) is dict and isinstance(value, Mapping):
        of_key, of_value = get_args(kind)
        for key, item in value.items():
            yield from _refusals(of_key, key, f"{where}: key")
            yield from _refusals(of_value, item, f"{where}.{key}")


def _broken(mark: Any, value: Any) -> str | None:
    """What a mark asks for, if a value does not fulfil it."""
    match mark:
        case Ge(ge=limit):
            return None if value >= limit else f"at least {limit:g}"
        case Gt(gt=limit):
            return None if value > limit else f"more than {limit:g}"
        case Le(le=limit):
            return None if value <= limit else f"at most {limit:g}"
        case Lt(lt=limit):
            return None if value < limit else f"less than {limit:g}"
        case MultipleOf(multiple_of=step):
            return None if value % step == 0 else f"a multiple of {step}"
        case MinLen(min_length=n):
            return None if len(value) >= n else f"at least {n} item(s)"
        case Unique():
            return None if len(set(value)) == len(value) else "no item twice"
        case Matches(pattern=pattern, meaning=meaning):
            return None if re.search(pattern, value) else meaning
    return None
