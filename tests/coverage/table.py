# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""The table of system calls as print_table tells it, and which of its rows the tests exercise."""

import importlib.util
import json
import os
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "lib"))

import programs
import recording

ABIS = ["x86_64", "i386", "x32", "arm64", "arm"]
NATIVE = {"x86_64": ("x86_64", "i386"), "aarch64": ("arm64", "arm")}[programs.OWN]
PRINT_TABLE = os.path.join(programs.ROOT, os.environ.get("OUT", ".output"), "tests", "coverage",
                           "print_table")
EXERCISED = os.path.join(HERE, "exercised")
HEAD = """\
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# Calls, and commands of calls, that the programs of tests/live and tests/live32 make and check, and
# the ABIs that they do it on: written by make coverage.
"""


class Table:
    def __init__(self):
        table = json.loads(subprocess.run([PRINT_TABLE], check=True,
                                          stdout=subprocess.PIPE).stdout)
        self.syscalls = table["syscalls"]
        self.commands = table["commands"]
        self.rows = {(row["name"], abi): row for row in self.syscalls for abi in row["nr"]}
        self.names = {row["name"] for row in self.syscalls}

    def commands_of(self, name, abi=None):
        return [command for command in self.commands
                if command["syscall"] == name and (abi is None or abi in command["abis"])]

    def selected(self, name, abi, args):
        """The name of the command row that a call's arguments select, or None."""
        row = self.rows[name, abi]
        if not row["selecting"]:
            return None
        value = args[row["selecting"] - 1] % (1 << 32)
        if row["paired"]:
            value = value % (1 << 16) << 16 | args[row["selecting"]] % (1 << 16)
        for command in self.commands_of(name, abi):
            if command["value"] == value:
                return command["name"]
        return None


def load(name):
    path = os.path.join(HERE, "..", name, "run.py")
    spec = importlib.util.spec_from_file_location(name, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def expected_calls(program, status):
    """What a program of tests/live says that it does, without anybody who records it."""
    folder = recording.path(".d")
    os.mkdir(folder)
    run = subprocess.run([program], cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                         timeout=60)
    if run.returncode != status:
        raise AssertionError(f"{program} ended with {run.returncode}")
    return [json.loads(line) for line in run.stdout.splitlines()]


def run_programs(table):
    """{(call, command or None): the ABIs} of all that the programs make on this machine."""
    live, live32 = load("live"), load("live32")
    found = {}
    for name in live32.names([]):
        source = os.path.join(live.HERE, name + ".c")
        built = [(live32.build(source), NATIVE[1])]
        if os.path.exists(source):
            built.append((programs.build(source), NATIVE[0]))
        for program, abi in built:
            for call in expected_calls(program, live.STATUS.get(name, 0)):
                add_call(found, table, call, call.get("abi", abi))
    return found


def add_call(found, table, call, abi):
    name = call["syscall"]
    if name not in table.names:
        return
    found.setdefault((name, None), set()).add(abi)
    command = table.selected(name, abi, call["args"])
    if command:
        found.setdefault((name, command), set()).add(abi)


def write_exercised(found):
    with open(EXERCISED, "w") as out:
        out.write(HEAD)
        for syscall, command in sorted(found, key=lambda key: (key[0], key[1] or "")):
            abis = sorted(found[syscall, command], key=ABIS.index)
            print(f"{syscall}{' ' + command if command else ''}: {' '.join(abis)}", file=out)


def read_exercised():
    found = {}
    with open(EXERCISED) as lines:
        for line in lines:
            if line.strip() and not line.startswith("#"):
                key, _, abis = line.partition(":")
                syscall, _, command = key.partition(" ")
                found[syscall, command or None] = set(abis.split())
    return found


def read_list(name):
    """The lines of a list in this folder, split at bars between blanks."""
    with open(os.path.join(HERE, name)) as lines:
        return [tuple(part.strip() for part in line.split(" | "))
                for line in lines if line.strip() and not line.startswith("#")]
