# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""The list of programs, and the tables that say what was found."""

import importlib.util
import os
from collections import Counter, namedtuple

from judge import CLASSES, Tally

HERE = os.path.dirname(os.path.abspath(__file__))
Program = namedtuple("Program", "name quick seconds status setup command")


def live_source(name):
    """The source of live-NAME or live32-NAME."""
    tier, _, name = name.partition("-")
    own = os.path.join(HERE, "..", tier, name + ".c")
    return own if os.path.exists(own) else os.path.join(HERE, "..", "live", name + ".c")


def live_programs():
    """The programs of tests/live, and in full also as such of 32 bits."""
    spec = importlib.util.spec_from_file_location("live", os.path.join(HERE, "../live/run.py"))
    live = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(live)
    own = [f[:-2] for f in os.listdir(os.path.join(HERE, "../live32")) if f.endswith(".c")]
    both = [("live", name) for name in live.names([])]
    both += [("live32", name) for name in sorted({*own, *live.names([])})]
    for tier, name in both:
        yield Program(f"{tier}-{name}", tier == "live", 60.0, live.STATUS.get(name, 0), "",
                      f"exec $BUILT/{tier}/{name} >expected")


def read_programs(name, words):
    """The programs of a list and of tests/live: those named, all with --all, or the quick ones."""
    programs = []
    with open(name) as lines:
        for line in lines:
            if not line.strip() or line.startswith("#"):
                continue
            name, when, seconds, status, setup, command = (
                part.strip() for part in line.split(" | ", 5))
            programs.append(Program(name, when == "quick", float(seconds), int(status),
                                    setup if setup != "-" else "", command))
    programs += live_programs()
    if words == ["--all"]:
        return programs
    chosen = [p for p in programs if p.name in words or not words and p.quick]
    unknown = set(words) - {p.name for p in chosen}
    if unknown:
        raise SystemExit(f"no such program: {' '.join(sorted(unknown))}")
    return chosen


def percent(part, whole):
    if not whole:
        return "-"
    return "100 %" if part == whole else f"{int(10000 * part / whole) / 100} %"


def total(*judges):
    tally = Tally()
    for judge in judges:
        for one in judge.tallies.values():
            tally.add(one)
    return tally


def summary(tally):
    classes = ", ".join(f"{name} {count}" for name, count in sorted(tally.classes.items()))
    return (f"{tally.calls} calls, {tally.changed} bytes changed, {tally.covered} covered: "
            f"{percent(tally.covered, tally.changed)}" + (f" ({classes})" if classes else ""))


def failures(found, most=12):
    """Failures by system call and place, the largest first: a count and an example of each."""
    counts, bytes_, examples = Counter(), Counter(), {}
    for failure in found:
        key = failure.syscall, failure.what
        counts[key] += 1
        bytes_[key] += failure.count
        examples.setdefault(key, failure.text)
    for key, size in bytes_.most_common(most):
        yield f"{key[0]}: {size} bytes in {counts[key]} ranges; {examples[key]}"
    if len(bytes_) > most:
        yield f"... and {len(bytes_) - most} more places"


def table(judges):
    by_name = {}
    for judge in judges:
        for name, tally in judge.tallies.items():
            by_name.setdefault(name, Tally()).add(tally)
    yield f"{'syscall':<24} {'calls':>8} {'changed':>12} {'covered':>12} {'':>8}  other writers"
    for name, tally in sorted(by_name.items()):
        yield row(name, tally)
    everything = total(*judges)
    yield row("total", everything)
    unreadable = sum(judge.unreadable for judge in judges)
    for name, count in sorted(everything.classes.items()):
        yield f"{name}: {count} bytes, {CLASSES[name]}"
    if unreadable:
        yield f"{unreadable} bytes could not be read and were not judged"


def row(name, tally):
    classes = " ".join(f"{kind}={count}" for kind, count in sorted(tally.classes.items()))
    return (f"{name:<24} {tally.calls:>8} {tally.changed:>12} {tally.covered:>12} "
            f"{percent(tally.covered, tally.changed):>8}  {classes}").rstrip()
