#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""Records the programs of this folder and requires of the trace every call that they say they made,
with arguments, return value and the bytes of every buffer. One TAP line a call. `run.py read stat`
records only those."""

import glob
import json
import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "lib"))

import expected
import programs
import recording
from tap import Tap

# What is no ordinary recording: options, and the status that a program ends with.
OPTIONS = {"big": ["--buffer-size", "256K"]}
STATUS = {"exit": 77}

NO_ENTRIES = "--no-entry-time"
# How many ranges are missing then, where a program's calls write over what makes their addresses.
MISSING = {"vector": 2, "edges": 1}


def names(wanted):
    every = sorted(os.path.basename(f)[:-2] for f in glob.glob(os.path.join(HERE, "*.c")))
    return [n for n in every if n in wanted] if wanted else [n for n in every
                                                             if not n.startswith("follow_")]


def record_program(name, *options, build=programs.build):
    """Record a program in a new folder of its own: the calls that it expects, and the recording."""
    program = build(os.path.join(HERE, name + ".c"))
    folder = recording.path(".d")
    os.mkdir(folder)
    output = recording.path(".expected")
    with open(output, "ab") as stdout:
        run = recording.record([program], *OPTIONS.get(name, []), *options, cwd=folder,
                               stdout=stdout)
    with open(output, "rb") as lines:
        return expected.parse(lines.read()), run


def test_program(tap, name, **how):
    wanted, run = record_program(name, **how)
    tap.ok(run.status == STATUS.get(name, 0) and wanted, f"{name}: runs to its end",
           f"status {run.status}\n{run.stderr}")
    expected.check(tap, name, wanted, run.calls())
    verify = run.verify()
    tap.ok(verify.returncode in (0, 1), f"{name}: its trace is complete",
           verify.stdout + verify.stderr)


def test_without_entries(tap, name, **how):
    wanted, run = record_program(name, NO_ENTRIES, **how)
    title = f"{name} {NO_ENTRIES}"
    tap.ok(run.status == STATUS.get(name, 0) and wanted, f"{title}: runs to its end",
           f"status {run.status}\n{run.stderr}")
    expected.check_without_entries(tap, title, wanted, run.calls())
    verdict = json.loads(recording.recorder("verify", "--json", run.trace).stdout)
    missing = [f["count"] for f in verdict["findings"] if f["name"] == "missing"]
    if name in MISSING:
        tap.equal(missing, [MISSING[name]], f"{title}: what cannot be had is missing")
    else:
        tap.ok(verdict["status"] == 1, f"{title}: its trace is complete", verdict)


def main():
    recording.need_recording("live")
    tap = Tap()
    for name in names(sys.argv[1:]):
        def test(name=name):
            test_program(tap, name)

        test.__name__ = name
        tap.run([test])
    tap.finish()


if __name__ == "__main__":
    main()
