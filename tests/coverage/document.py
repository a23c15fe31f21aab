# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""Writes docs/coverage.md: what the table covers, and what the tests exercise."""

import os
import re
import sys

import table as tables
from table import ABIS, HERE, programs

sys.path.insert(0, os.path.join(HERE, "..", "oracle"))

import judge

DOCUMENT = os.path.join(programs.ROOT, "docs", "coverage.md")
CLASSES = {"in": "read by the kernel", "out": "written", "inout": "read and written",
           "opaque": "only a number", "function": "code", "undescribed": "undescribed"}


def reasons():
    """Why calls are not exercised: (reason, their names)."""
    return [(reason, names.split()) for reason, names in tables.read_list("unexercised")]


def command_reasons():
    """Why commands are not: (reason, call, their names' pattern)."""
    return [(reason, name, re.compile(pattern)) for reason, name, pattern
            in tables.read_list("unexercised_commands")]


def command_reason(call, command):
    """The reason why a command is not exercised, or None."""
    for reason, name, pattern in command_reasons():
        if name == call and pattern.fullmatch(command):
            return reason
    return None


def row(*cells):
    return "| " + " | ".join(str(cell).replace("|", "\\|") for cell in cells) + " |"


def head(*cells):
    return [row(*cells), row(*(["---"] * len(cells)))]


def class_counts(table, abi):
    rows = [row for row in table.syscalls if abi in row["nr"]]
    rows += [command for command in table.commands if abi in command["abis"]]
    counts = {}
    for arg in (arg for row in rows for arg in row["args"]):
        counts[arg["class"]] = counts.get(arg["class"], 0) + 1
    return counts


def classes(table):
    counts = {abi: class_counts(table, abi) for abi in ABIS}
    yield from head("", *ABIS)
    yield row("system calls", *(sum(abi in row["nr"] for row in table.syscalls) for abi in ABIS))
    yield row("of which in part", *(sum(abi in row["nr"] and row["missing"] is not None
                                        for row in table.syscalls) for abi in ABIS))
    yield row("commands (ioctl, fcntl, ...)", *(sum(abi in command["abis"] for command in
                                                    table.commands) for abi in ABIS))
    yield row("pointers", *(sum(n for kind, n in counts[abi].items() if kind) for abi in ABIS))
    for kind, text in CLASSES.items():
        yield row(f"&nbsp;&nbsp;{text}", *(counts[abi].get(kind, 0) for abi in ABIS))


def grouped(pairs):
    """{text: names}, in order, of (name, text)."""
    groups = {}
    for name, text in pairs:
        names = groups.setdefault(text, [])
        if name not in names:
            names.append(name)
    return groups


def gaps(table):
    """(call, what is missing) of rows, and of commands' arguments. What rows' own arguments lack
    is in the row's words."""
    for syscall in table.syscalls:
        if syscall["missing"]:
            yield f"`{syscall['name']}`", syscall["missing"]
    for command in table.commands:
        for arg in command["args"]:
            if arg["missing"]:
                yield f"`{command['syscall']}` `{command['name']}`", arg["missing"]


def missing(table):
    yield from head("call", "what the trace does not have")
    for text, names in grouped(gaps(table)).items():
        yield row(", ".join(names), text)


def never_visible():
    yield from head("class", "memory that changes without a call that says so")
    for name, text in judge.CLASSES.items():
        yield row(f"`{name}`", text)


def exercised(table, found):
    made = {abi: {name for (name, command), abis in found.items() if abi in abis and not command}
            for abi in ABIS}
    abis = [abi for abi in ABIS if made[abi]]
    yield from head("", *abis)
    yield row("system calls", *(sum(abi in row["nr"] for row in table.syscalls) for abi in abis))
    yield row("exercised", *(len(made[abi]) for abi in abis))
    yield ""
    yield from head("commands of", "rows", "exercised", "not, for a reason", "not")
    for name in sorted({command["syscall"] for command in table.commands}):
        rows = {command["name"] for command in table.commands_of(name)}
        done = {command for call, command in found if call == name and command}
        reasoned = {command for command in rows - done if command_reason(name, command)}
        yield row(f"`{name}`", len(rows), len(done), len(reasoned),
                  len(rows - done - reasoned))


def not_exercised(table, found):
    """Calls that no program makes: with a reason, then the others."""
    made = {name for name, _ in found}
    left = table.names - made
    yield from head("why", "calls")
    for reason, names in reasons():
        yield row(reason, " ".join(sorted(names)))
        left -= set(names)
    if left:
        yield row("no test makes them", " ".join(sorted(left)))


def commands_not_exercised(table, found):
    """Commands that no program makes: with a reason, then the others."""
    yield from head("why", "call", "commands")
    for reason, name, pattern in command_reasons():
        yield row(reason, f"`{name}`", f"`{pattern.pattern.replace('|', ' ')}`")
    left = [(command["name"], command["syscall"]) for command in table.commands
            if (command["syscall"], command["name"]) not in found
            and not command_reason(command["syscall"], command["name"])]
    for name, commands in grouped(left).items():
        yield row("no test makes them", f"`{name}`", ", ".join(commands))


def text(table):
    found = tables.read_exercised()
    with open(os.path.join(HERE, "coverage.in")) as template:
        whole = template.read()
    for name, lines in [("CLASSES", classes(table)), ("MISSING", missing(table)),
                        ("NEVER_VISIBLE", never_visible()),
                        ("EXERCISED", exercised(table, found)),
                        ("NOT_EXERCISED", not_exercised(table, found)),
                        ("COMMANDS_NOT_EXERCISED", commands_not_exercised(table, found))]:
        whole = whole.replace(f"@{name}@", "\n".join(lines))
    return whole


def main():
    table = tables.Table()
    tables.write_exercised(tables.run_programs(table))
    with open(DOCUMENT, "w") as out:
        out.write(text(table))


if __name__ == "__main__":
    main()
