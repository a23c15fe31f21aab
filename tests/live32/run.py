#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""The programs of tests/live as programs of 32 bits, and those of this folder: the same checks.
`run.py read stat` records only those."""

import errno
import importlib.util
import os
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "lib"))

import programs
import recording
from tap import Tap, skip_all

spec = importlib.util.spec_from_file_location("live", os.path.join(HERE, "..", "live", "run.py"))
live = importlib.util.module_from_spec(spec)
spec.loader.exec_module(live)

def need_kernel():
    """Skip, and say so, where the kernel runs no such programs."""
    program = programs.build32(os.path.join(live.HERE, "cred.c"))
    try:
        subprocess.run([program], check=True, stdout=subprocess.DEVNULL, cwd=recording.scratch())
    except OSError as problem:
        if problem.errno != errno.ENOEXEC:
            raise
        skip_all("live32", "the kernel runs no 32-bit programs: no CONFIG_IA32_EMULATION or COMPAT")


def names(wanted):
    own = sorted(f[:-2] for f in os.listdir(HERE) if f.endswith(".c"))
    return live.names(wanted) + [n for n in own if not wanted or n in wanted]


def build(source):
    """The program of a source of tests/live, or of this folder where it has one of that name."""
    own = os.path.join(HERE, os.path.basename(source))
    return programs.build32(own if os.path.exists(own) else source)


# Once more without entries: arguments, returns from handlers, lengths and messages of 32 bits.
WITHOUT_ENTRIES = ["entry", "exec", "ipc", "msg", "multiplex", "numbers", "signal", "socket"]


def main():
    recording.need_recording("live32")
    need_kernel()
    tap = Tap()
    for name in names(sys.argv[1:]):
        def test(name=name):
            live.test_program(tap, name, build=build)

        test.__name__ = name
        tap.run([test])
    for name in WITHOUT_ENTRIES if not sys.argv[1:] else []:
        def test(name=name):
            live.test_without_entries(tap, name, build=build)

        test.__name__ = name
        tap.run([test])
    tap.finish()


if __name__ == "__main__":
    main()
