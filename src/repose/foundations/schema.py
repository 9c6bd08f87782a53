"""The check of `params.yaml` against the schema: one file per section, a type and a range per key.

A leaf of the schema is a sentence: `int >= 0`, `float in [0, 1]`, `bool`, `text`, `one of a, b`, with
`list of …` before it and ` or null` after it where that is allowed. A key that ends in `?` may be left
out; the key `*` stands for names that the user chooses. The schema lies in a folder of its own because no
stage depends on it: it can stop a stage, never change what the stage writes.
"""

import difflib
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from repose.foundations.errors import ReposeError

SCHEMA = Path(__file__).parents[1] / "settings" / "schema"
NAME = re.compile(r"[a-z][a-z0-9_]*")
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def load_schema() -> dict[str, Any]:
    """The schema of every section, by the section's name."""
    return {
        path.stem: yaml.load(path.read_text(encoding="utf-8"), LOADER)
        for path in sorted(SCHEMA.glob("*.yaml"))
    }


def check_params(params: Any, where: str = "params.yaml") -> None:
    """Raise a `ReposeError` that names the first key which the schema does not allow."""
    for key, problem in problems(params, load_schema(), ""):
        raise ReposeError(f"{where}: {key or 'the file'}: {problem}")


def problems(value: Any, schema: Any, key: str) -> Iterator[tuple[str, str]]:
    """Every key at odds with the schema, and a sentence about it."""
    if not isinstance(schema, Mapping):
        if fault := leaf_fault(value, str(schema)):
            yield key, fault
        return
    if not isinstance(value, Mapping):
        yield (
            key,
            f"found {shown(value)}, expected a section with {', '.join(names(schema)) or 'named entries'}",
        )
        return
    required = [name for name in schema if not name.endswith("?") and name != "*"]
    for name in value:
        path = f"{key}.{name}" if key else str(name)
        if (entry := entry_schema(schema, name)) is None:
            yield path, unknown(str(name), names(schema), schema)
        else:
            yield from problems(value[name], entry, path)
    for name in required:
        if name not in value:
            yield f"{key}.{name}" if key else name, f"missing, expected {expected(schema[name])}"


def entry_schema(schema: Mapping[str, Any], name: Any) -> Any:
    """The schema of one entry; None if no such entry is allowed."""
    for known in (name, f"{name}?"):
        if isinstance(name, str) and known in schema and name != "*":
            return schema[known]
    if "*" in schema and isinstance(name, str) and NAME.fullmatch(name):
        return schema["*"]
    return None


def names(schema: Mapping[str, Any]) -> list[str]:
    """The names that the schema spells out."""
    return [name.removesuffix("?") for name in schema if name != "*"]


def unknown(name: str, known: list[str], schema: Mapping[str, Any]) -> str:
    """The sentence about a key that is not allowed."""
    if "*" in schema:
        return "not a usable name, expected small letters, digits and _, a letter first"
    near = difflib.get_close_matches(name, known, 1, 0)
    return f"unknown key, expected one of {', '.join(known)}; nearest: {near[0]}" if near else "unknown key"


def expected(schema: Any) -> str:
    return "a section" if isinstance(schema, Mapping) else str(schema)


def shown(value: Any) -> str:
    return "a section" if isinstance(value, Mapping) else repr(value)


def leaf_fault(value: Any, rule: str) -> str | None:
    """What is wrong with a value under a rule; None when it is right."""
    return None if allowed(value, rule) else f"found {shown(value)}, expected {rule}{nearest(value, rule)}"


def nearest(value: Any, rule: str) -> str:
    """The nearest of the listed words, when there is a list and a word."""
    if not rule.startswith("one of ") or not isinstance(value, str):
        return ""
    near = difflib.get_close_matches(value, choices(rule), 1, 0)
    return f"; nearest: {near[0]}" if near else ""


def choices(rule: str) -> list[str]:
    return rule.removeprefix("one of ").removesuffix(" or null").split(", ")


def allowed(value: Any, rule: str) -> bool:
    """Whether a value obeys a leaf's rule."""
    if rule.endswith(" or null"):
        return value is None or allowed(value, rule.removesuffix(" or null"))
    if rule.startswith("list of "):
        item = rule.removeprefix("list of ")
        return isinstance(value, list) and len(value) > 0 and all(allowed(v, item) for v in value)
    if rule.startswith("one of "):
        return isinstance(value, str) and value in choices(rule)
    kind, _, bound = rule.partition(" ")
    kinds: dict[str, tuple[type, ...]] = {
        "int": (int,),
        "float": (int, float),
        "bool": (bool,),
        "text": (str,),
    }
    if kind not in kinds:
        raise ValueError(f"schema: {rule!r} is no rule")
    if not isinstance(value, kinds[kind]) or (isinstance(value, bool) and kind != "bool"):
        return False
    number: Any = value
    return not bound or within(number, bound)


def within(value: float, bound: str) -> bool:
    """Whether a number obeys `> 0`, `>= 1` or `in [0, 1]`; never for NaN."""
    if match := re.fullmatch(r"(>=|>) (\S+)", bound):
        limit = float(match[2])
        return limit < value < float("inf") or (match[1] == ">=" and value == limit)
    if match := re.fullmatch(r"in ([\[(])(\S+), (\S+)([\])])", bound):
        low, high = float(match[2]), float(match[3])
        above = value >= low if match[1] == "[" else value > low
        return above and (value <= high if match[4] == "]" else value < high)
    raise ValueError(f"schema: {bound!r} is no bound")
