#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""The table of system calls against all that others know of them: the running kernel, the newest
kernels and headers; and docs/coverage.md against the table and the tests."""

import os
import re
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "lib"))

import document
import kernel
import programs
import recording
from table import NATIVE, PRINT_TABLE, Table, read_exercised, read_list, run_programs
from tap import Tap

BOTH = {"x86_64": ("x86_64", "i386"), "arm64": ("arm64", "arm")}
FETCH = os.path.join(programs.ROOT, "tests", "vm", "fetch")

tap = Tap()


class Differences:
    """Names and arguments that are known to differ, and whether anybody had them."""

    def __init__(self):
        lines = read_list("differences")
        self.names = [(re.compile(line[1]), line[2]) for line in lines if line[0] == "name"]
        self.arguments = {line[1] for line in lines if line[0] == "arguments"}
        self.used = set()

    def name(self, kernels):
        """What the table calls it, None for no call."""
        for pattern, name in self.names:
            match = pattern.fullmatch(kernels)
            if match:
                self.used.add(pattern.pattern)
                return None if name == "-" else match.expand(name)
        return kernels

    def ignores(self, name):
        if name in self.arguments:
            self.used.add(name)
        return name in self.arguments

    def unused(self):
        return ({pattern.pattern for pattern, _ in self.names} | self.arguments) - self.used


def argument_problem(table, row, pointers):
    """How a kernel's function differs from a row: in the number of arguments, or in which of them
    are pointers. A pointer of the kernel may be one in a command row only."""
    args = row["args"]
    if len(args) != len(pointers):
        return f"has {len(pointers)} arguments, in the table {len(args)}"
    for i, (arg, pointer) in enumerate(zip(args, pointers)):
        classes = {command["args"][i]["class"] for command in table.commands_of(row["name"])
                   if len(command["args"]) > i} | {arg["class"]}
        if pointer and classes == {None} and arg["type"] != "unused":
            return f"argument {arg['name']} is a pointer"
        if not pointer and arg["class"] not in (None, "opaque"):
            return f"argument {arg['name']} is no pointer"
    return None


def call_problem(table, differences, call, abis):
    """What the table lacks of a kernel's call, or None."""
    rows = [table.rows[call.name, abi] for abi in abis if (call.name, abi) in table.rows]
    if not rows:
        name = differences.name(call.name)
        if name is None:
            return None
        rows = [table.rows[name, abi] for abi in abis if (name, abi) in table.rows]
    if not rows and call.pointers is None and differences.name(call.name) in table.names:
        return None  # for another ABI
    if not rows:
        return f"{call.name} is not in the table"
    if call.pointers is None or differences.ignores(rows[0]["name"]):
        return None
    problems = [argument_problem(table, row, call.pointers) for row in rows]
    return None if None in problems else f"{call.name} {problems[0]}"


def check_calls(table, differences, calls, abis, compat, name):
    problems = [call_problem(table, differences, call, compat if call.compat else abis)
                for call in calls]
    told = sum(call.pointers is not None for call in calls)
    tap.ok(len(calls) > 300 and not any(problems),
           f"{name}: {len(calls)} calls, {told} with arguments",
           "\n".join(problem for problem in problems if problem))


def fetch(*what):
    run = subprocess.run([FETCH, *what], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    if run.returncode:
        raise AssertionError(run.stderr)
    return run.stdout.strip()


def test_running_kernel(table, differences):
    abis = list(NATIVE)
    calls = kernel.from_tracefs()
    if calls is None:
        tap.skip("the running kernel's tracefs", "no events/syscalls there")
    else:
        check_calls(table, differences, calls, abis[:1], [], "the running kernel's tracefs")
    if os.path.exists(kernel.BTF):
        check_calls(table, differences, kernel.from_btf(kernel.BTF), abis, abis[1:] + ["x32"],
                    "the running kernel's BTF")
    else:
        tap.skip("the running kernel's BTF", f"no {kernel.BTF}")


def test_newest(table, differences):
    for arch, abis in BOTH.items():
        btf = recording.path(".btf")
        assert kernel.btf_of(fetch("kernel", "newest", arch), btf)
        check_calls(table, differences, kernel.from_btf(btf), list(abis), [abis[1], "x32"],
                    f"the newest kernel's BTF, {arch}")
    numbers = os.path.join(os.path.dirname(PRINT_TABLE), "..", "unit", "test_numbers")
    run = subprocess.run([numbers, fetch("headers", "newest")], stdout=subprocess.PIPE, text=True)
    tap.ok(run.returncode == 0 and "SKIP" not in run.stdout, "the newest headers' numbers",
           run.stdout)


def test_comparison(table):
    """What the table lacks is told."""
    for name, pointers, problem in [
            ("no_such_call", None, "no_such_call is not in the table"),
            ("read", [False, True], "read has 2 arguments, in the table 3"),
            ("read", [True, True, False], "read argument fd is a pointer"),
            ("read", [False, False, False], "read argument buf is no pointer"),
            ("newfstat", [False, True], None), ("old_getrlimit", [False, True], None)]:
        tap.equal(call_problem(table, Differences(), kernel.Call(name, False, pointers),
                               ["x86_64", "i386"]), problem, f"the comparison: {name} {pointers}")


def test_exercised(table):
    """The list of what the programs make is that of this machine's ABIs."""
    name = "tests/coverage/exercised is what the programs make (make coverage)"
    if os.geteuid() != 0:
        tap.skip(name, "some of them need root")
        return
    listed = {(key, abi) for key, abis in read_exercised().items() for abi in abis}
    made = {(key, abi) for key, abis in run_programs(table).items() for abi in abis}
    if not made & listed:
        tap.skip(name, "it is of another machine")
        return
    tap.ok(made == listed, name, f"not listed: {sorted(made - listed, key=str)}\n"
                                 f"not made: {sorted(listed - made, key=str)}")


def test_reasons(table):
    """Reasons are those of calls that exist and that no program makes."""
    exercised = {name for name, _ in read_exercised()}
    named = [name for _, names in document.reasons() for name in names]
    tap.equal([name for name in named if name not in table.names or name in exercised], [],
              "reasons are given for calls that no program makes")
    tap.equal(len(named), len(set(named)), "no call has two reasons")
    commands = [(name, command["name"]) for name in table.names
                for command in table.commands_of(name)]
    tap.equal([pattern.pattern for _, name, pattern in document.command_reasons()
               if not any(name == call and pattern.fullmatch(command)
                          and (call, command) not in read_exercised()
                          for call, command in commands)], [],
              "reasons are given for commands that no program makes")


def test_document(table):
    with open(document.DOCUMENT) as file:
        tap.ok(file.read() == document.text(table), "docs/coverage.md is up to date",
               "run make coverage")


def main():
    table, differences = Table(), Differences()
    tap.run([lambda: test_comparison(table), lambda: test_document(table),
             lambda: test_reasons(table), lambda: test_exercised(table),
             lambda: test_running_kernel(table, differences),
             lambda: test_newest(table, differences)])
    if NATIVE[0] == "x86_64":
        tap.equal(differences.unused(), set(), "every difference is one")
    tap.finish()


if __name__ == "__main__":
    main()
