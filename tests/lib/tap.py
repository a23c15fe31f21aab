# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""Test Anything Protocol on standard output: one line a test, the plan at the end."""

import sys
import traceback


class Tap:
    def __init__(self):
        self.count = 0
        self.failed = 0

    def line(self, good, name, suffix=""):
        self.count += 1
        self.failed += not good
        print(f"{'ok' if good else 'not ok'} {self.count} - {name}{suffix}", flush=True)

    def ok(self, good, name, why=""):
        """One test. why says what was seen where it failed: a text, lines, or any object."""
        self.line(bool(good), name)
        if not good and why != "":
            for line in str(why).splitlines():
                print(f"# {line}", flush=True)
        return bool(good)

    def equal(self, got, wanted, name):
        return self.ok(got == wanted, name, f"got    {got!r}\nwanted {wanted!r}")

    def skip(self, name, reason):
        self.line(True, name, f" # SKIP {reason}")

    def run(self, tests):
        """Run functions of no argument; one that raises is a failed test of its name."""
        for test in tests:
            try:
                test()
            except Exception:
                name = getattr(test, "__name__", str(test)).replace("_", " ")
                self.ok(False, name, traceback.format_exc())

    def finish(self):
        print(f"1..{self.count}", flush=True)
        sys.exit(1 if self.failed else 0)


def skip_all(name, reason):
    tap = Tap()
    tap.skip(name, reason)
    tap.finish()
