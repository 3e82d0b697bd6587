"""The layout table, compiled to the steps that `decode` and `encode` take.

Compiling happens once, at import, and refuses a table that does not fit its class. Nothing here touches an octet.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import msgspec

from smpp.layout import COMMANDS, LAYOUTS, MESSAGE, MESSAGE_ID, CString, Field, Group, Integer

__all__ = [
    "COUNTED",
    "CSTRING",
    "FIXED",
    "GROUP",
    "OCTETS",
    "OPTIONAL",
    "PLANS",
    "PLANS_BY_COMMAND",
    "RUN",
    "WIDE",
    "GroupPlan",
    "Plan",
    "Step",
]

# A PDU's fields stand in wire order behind the four of Pdu, so a layout compiles to steps over positions of one flat
# sequence of values, and the same steps serve both directions. Neighbouring integers of one octet become one step: a
# slice of the frame is a sequence of integers, and the other way round. (msgspec makes a struct from 21 values by
# position in 0.1 us, by keyword in 0.7 us; that is why the classes of PDUs are not kw_only.)

CSTRING: Final = 0
FIXED: Final = 1
RUN: Final = 2
COUNTED: Final = 3  # a run that ends with the counter of the step behind it
OCTETS: Final = 4
GROUP: Final = 5
WIDE: Final = 6
OPTIONAL: Final = 7


class _Field(NamedTuple):
    """Values `start` to `stop` (exclusive). `name` is the first one's, of a COUNTED run that of the counter."""

    kind: int
    start: int
    stop: int
    limit: int
    name: str
    group: GroupPlan | None


Step = tuple[int, int, int, int, str, "GroupPlan | None"]
"""A `_Field` as a plain tuple, because that is unpacked twice as fast: kind, start, stop, limit, name, group."""


class Plan(NamedTuple):
    """A layout, compiled."""

    cls: type[msgspec.Struct]
    steps: tuple[Step, ...]
    may_lack_body: bool
    message: bool  # laid out as submit_sm and deliver_sm are
    message_id: bool  # nothing but a message_id


class GroupPlan(NamedTuple):
    """The variants of a Group by flag and by class."""

    flagged: bool
    by_flag: dict[int, Plan]
    by_class: dict[type, tuple[int, Plan]]


def _compile(cls: type[msgspec.Struct], layout: tuple[Field, ...]) -> Plan:
    """The layout of one PDU, or of one record of a group, as steps."""
    names = cls.__struct_fields__
    start = names.index(layout[0].name) if layout else len(names)
    steps: list[_Field] = []
    for index, field in enumerate(layout, start):
        if names[index] != field.name:
            raise TypeError(f"{cls.__name__}: field {names[index]} stands where the layout has {field.name}")
        last = steps[-1] if steps else None
        if isinstance(field, Integer):
            if field.octets == 1 and not field.optional and last is not None and last.kind == RUN:
                steps[-1] = last._replace(stop=index + 1)
            else:
                kind = OPTIONAL if field.optional else RUN if field.octets == 1 else WIDE
                steps.append(_Field(kind, index, index + 1, 256**field.octets - 1, field.name, None))
        elif isinstance(field, CString):
            kind = FIXED if field.fixed else CSTRING
            steps.append(_Field(kind, index, index + 1, field.limit, field.name, None))
        else:
            begin = index
            if last is not None and last.kind == RUN:
                begin = last.start
                steps.pop()
            steps.append(_Field(COUNTED, begin, index, field.limit, field.counter, None))
            kind, group = (GROUP, _compile_group(field)) if isinstance(field, Group) else (OCTETS, None)
            steps.append(_Field(kind, index, index + 1, field.limit, field.name, group))
    plain = tuple((step.kind, step.start, step.stop, step.limit, step.name, step.group) for step in steps)
    return Plan(cls, plain, "header_only" in names, layout is MESSAGE, layout == (MESSAGE_ID,))


def _compile_group(field: Group) -> GroupPlan:
    by_flag = {flag: _compile(cls, layout) for flag, (cls, layout) in field.variants.items()}
    return GroupPlan(field.flagged, by_flag, {plan.cls: (flag, plan) for flag, plan in by_flag.items()})


PLANS: Final = {cls: _compile(cls, layout) for cls, layout in LAYOUTS.items()}
PLANS_BY_COMMAND: Final = {command_id: PLANS[cls] for command_id, cls in COMMANDS.items()}
