# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""Builds the C programs that the tests record."""

import os
import subprocess

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
FLAGS = "-std=gnu11 -D_GNU_SOURCE -O1 -g -Wall -Wextra -Werror -pthread".split()


def build(source):
    """The program of a source file under tests/, compiled anew where that or a header is newer."""
    folder = os.path.dirname(source)
    out = os.path.join(ROOT, ".output", os.path.relpath(source, ROOT)[:-2])
    parts = [source] + [os.path.join(folder, f) for f in os.listdir(folder) if f.endswith(".h")]
    if os.path.exists(out) and all(os.path.getmtime(p) <= os.path.getmtime(out) for p in parts):
        return out
    os.makedirs(os.path.dirname(out), exist_ok=True)
    subprocess.run([os.environ.get("CC", "cc"), *FLAGS, "-o", out, source], check=True)
    return out
