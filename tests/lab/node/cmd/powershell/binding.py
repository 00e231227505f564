"""Parameters of a cmdlet: by name, by the beginning of a name, by position (about_Parameters)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from .lexer import ScriptError
from .parser import MISSING, Command, Value

# What every cmdlet takes and the lab has no use for.
COMMON = ("erroraction", "warningaction", "verbose", "debug", "confirm")


@dataclass(frozen=True)
class Signature:
    """``positions`` in their order; ``switches`` take no value; ``lists`` take several."""

    positions: tuple[str, ...] = ()
    named: tuple[str, ...] = ()
    switches: tuple[str, ...] = ()
    lists: tuple[str, ...] = ()

    def all(self) -> tuple[str, ...]:
        return (*self.positions, *self.named, *self.switches, "Cluster")


def bind(command: Command, signature: Signature) -> dict[str, Value]:
    """Values by the parameter's own spelling. Raises ScriptError."""
    found: dict[str, Value] = {}
    for given, value in command.named:
        name = _resolve(command, signature, given)
        if name is None:
            continue
        if name in found:
            raise _error(command, f"parameter '{name}' is specified more than once")
        if name in signature.switches:
            if value is not MISSING and not isinstance(value, bool):
                raise _error(command, f"a positional parameter cannot be found that accepts argument '{value}'")
            found[name] = value is MISSING or value
        elif value is MISSING:
            raise _error(command, f"Missing an argument for parameter '{name}'")
        else:
            found[name] = _fitted(command, signature, name, value)
    free = [name for name in signature.positions if name not in found]
    for value in command.positional:
        if not free:
            raise _error(command, f"A positional parameter cannot be found that accepts argument '{value}'")
        name = free.pop(0)
        found[name] = _fitted(command, signature, name, value)
    return found


def _resolve(command: Command, signature: Signature, given: str) -> str | None:
    """The parameter that is meant; None for a common one."""
    names: Mapping[str, str] = {name.lower(): name for name in signature.all()}
    if given in names:
        return names[given]
    fits = [names[name] for name in names if name.startswith(given)]
    fits += [name for name in COMMON if name.startswith(given)]
    if len(fits) != 1:
        what = "is ambiguous" if fits else "cannot be found"
        raise _error(command, f"A parameter cannot be used: the name '{given}' {what}")
    return None if fits[0] in COMMON else fits[0]


def _fitted(command: Command, signature: Signature, name: str, value: Value) -> Value:
    if name in signature.lists:
        return [str(item) for item in value] if isinstance(value, list) else [str(value)]
    if isinstance(value, list):
        raise _error(command, f"Cannot convert 'System.Object[]' to the type required by parameter '{name}'")
    return value


def _error(command: Command, text: str) -> ScriptError:
    return ScriptError(f"{command.name} : {text}.")
