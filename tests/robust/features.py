#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""recorder --features: what is said of this machine, and of a process without the rights."""

import os
import shutil
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "lib"))

import recording
from recording import RECORDER, path, record
from tap import Tap

tap = Tap()


def table(text):
    """{name: there} of what --features prints."""
    return {line.split()[0]: line.split()[1] == "yes" for line in text.splitlines()[1:]}


def without(*how):
    """Run --features, and a recording, where these words take rights away."""
    program = path()
    shutil.copy(RECORDER, program)
    os.chmod(program, 0o755)
    runs = []
    for args in (["--features"], ["-q", "-o", "/dev/null", "-p", "1"]):
        runs.append(subprocess.run([*how, program, *args], capture_output=True, text=True,
                                   timeout=60))
    return runs


def here():
    run = recording.recorder("--features")
    there = table(run.stdout)
    tap.equal([run.returncode, run.stderr], [0, ""], "recording works here: status 0")
    tap.ok(all(there[name] for name in ("btf", "load", "list", "loop", "read")),
           "all that is required is there", run.stdout)
    info = recording.recorder("info", record(["true"]).trace).stdout
    words = [line.split()[1:] for line in info.splitlines() if line.startswith("features")]
    optional = [name for name in list(there)[5:] if there[name]]
    tap.ok(words == [optional] or (not optional and not words)
           or set(optional) - set(words[0]) == {"task_work_impl"},
           "the trace has the names of what else is there", f"{words} {optional}")


def no_right():
    cases = {
        "another user": (["setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups"],
                         "run as root"),
        "a container": (["setpriv", "--bounding-set", "-sys_admin,-bpf,-perfmon"],
                        "CAP_SYS_ADMIN"),
        "a user namespace": (["unshare", "--user", "--map-root-user"], "user namespace"),
    }
    for name, (how, word) in cases.items():
        features, recorded = without(*how)
        for what, run in (("--features", features), ("-p", recorded)):
            good = run.returncode == 120 and run.stderr.count("\n") == 1 and word in run.stderr
            tap.ok(good, f"{name}, {what}: one line with the remedy, status 120",
                   f"{run.returncode} {run.stderr}")
        tap.ok(not table(features.stdout)["list"], f"{name}: the right is not there",
               features.stdout)


def main():
    recording.need_recording("features")
    tap.run([here, no_right])
    tap.finish()


if __name__ == "__main__":
    main()
