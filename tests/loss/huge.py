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


if __name__ == "__main__":
    recording.need_recording("loss")
    tap.run([test_huge_read])
    tap.finish()
