# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""Builds the C programs that the tests record."""

import os
import subprocess

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
FLAGS = "-std=gnu11 -D_GNU_SOURCE -O1 -g -Wall -Wextra -Werror -pthread".split()


HEADERS = os.path.join(ROOT, "tests", "live")
OWN = os.uname().machine
# The compiler of programs with 32-bit pointers that a machine may run.
CC32 = {"x86_64": "i686-linux-gnu-gcc", "aarch64": "arm-linux-gnueabihf-gcc"}


def build(source):
    """The program of a source file under tests/, compiled anew where that or a header is newer."""
    return _build(source, os.path.relpath(source, ROOT)[:-2], os.environ.get("CC", "cc"), [])


def build32(source, machine=OWN):
    """The same as a program of 32 bits, for this machine or another, whose libraries it needs not.
    """
    name = os.path.join("" if machine == OWN else machine, "tests", "live32",
                        os.path.basename(source)[:-2])
    compiler = os.environ.get("CC32", CC32[OWN]) if machine == OWN else CC32[machine]
    return _build(source, name, compiler, ["-static"])


def _build(source, name, compiler, flags):
    folder = os.path.dirname(source)
    out = os.path.join(ROOT, ".output", name)
    parts = [source] + [os.path.join(place, f) for place in {folder, HEADERS}
                        for f in os.listdir(place) if f.endswith(".h")]
    if os.path.exists(out) and all(os.path.getmtime(p) <= os.path.getmtime(out) for p in parts):
        return out
    os.makedirs(os.path.dirname(out), exist_ok=True)
    subprocess.run([compiler, *FLAGS, *flags, "-o", out, source], check=True)
    return out
