#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""The programs of tests/live as programs of 32 bits, and those of this folder: the same checks, and
the ABI of every call that a program says it made. `run.py read stat` records only those."""

import errno
import importlib.util
import os
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "lib"))

import expected
import programs
import recording
from tap import Tap, skip_all

spec = importlib.util.spec_from_file_location("live", os.path.join(HERE, "..", "live", "run.py"))
live = importlib.util.module_from_spec(spec)
spec.loader.exec_module(live)

ABI = {"x86_64": "i386", "aarch64": "arm"}


def need_kernel():
    """Skip, and say so, where the kernel runs no such programs."""
    program = programs.build32(os.path.join(live.HERE, "cred.c"))
    try:
        subprocess.run([program], check=True, stdout=subprocess.DEVNULL, cwd=recording.scratch())
    except OSError as problem:
        if problem.errno != errno.ENOEXEC:
            raise
        skip_all("live32", "this kernel runs no 32-bit programs (CONFIG_IA32_EMULATION, CONFIG_COMPAT)")


def main():
    recording.need_recording("live32")
    need_kernel()
    tap = Tap()
    for name in live.names(sys.argv[1:]):
        def test(name=name):
            wanted, run = live.test_program(tap, name, build=programs.build32)
            abis = {call["abi"] for _, call in expected.match(wanted, run.calls()) if call}
            tap.ok(abis == {ABI[os.uname().machine]}, f"{name}: of its own ABI", str(abis))

        test.__name__ = name
        tap.run([test])
    tap.finish()


if __name__ == "__main__":
    main()
