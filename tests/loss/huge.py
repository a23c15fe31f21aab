#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""One read of 256 MiB, larger than any ring buffer: all of it is in the trace, although the program
writes over it as soon as the call returns."""

import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "lib"))

import expected
import programs
import recording
from tap import Tap

tap = Tap()


def test_huge_read():
    program = programs.build(os.path.join(HERE, "huge.c"))
    output = recording.path(".expected")
    with open(output, "wb") as stdout:
        run = recording.record([program], "--on-full=wait", cwd=recording.scratch(), stdout=stdout)
    with open(output, "rb") as lines:
        wanted = expected.parse(lines.read())
    tap.ok(run.status == 0 and wanted, "huge: runs to its end", run.stderr)
    expected.check(tap, "huge", wanted, run.calls())
    verify = run.verify()
    tap.ok(verify.returncode in (0, 1), "huge: its trace is complete",
           verify.stdout + verify.stderr)


def has_task_work():
    lines = recording.recorder("--features").stdout.splitlines()
    return any(line.startswith("task_work") and line.split()[1] == "yes" for line in lines)


def test_missing_pages():
    """Pages that are not there come by task work, as many as they are, without a stop; where the
    kernel lacks that, the trace says that they are missing."""
    program = programs.build(os.path.join(HERE, "..", "live", "big.c"))
    output = recording.path(".expected")
    with open(output, "wb") as stdout:
        run = recording.record([program], "--on-full=drop", cwd=recording.scratch(), stdout=stdout)
    with open(output, "rb") as lines:
        wanted = [call for call in expected.parse(lines.read()) if "large, and" in call["test"]]
    tap.equal([run.status, len(wanted)], [0, 4], "missing pages: the program runs to its end")
    if has_task_work():
        expected.check(tap, "missing pages", wanted, run.calls())
    else:
        tap.equal(run.verify().returncode, 2, "missing pages: verify says so")


if __name__ == "__main__":
    recording.need_recording("loss")
    tap.run([test_huge_read, test_missing_pages])
    tap.finish()
