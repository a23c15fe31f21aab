# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""Runs the recorder and reads its traces, by the command line only."""

import atexit
import base64
import json
import os
import shutil
import signal
import subprocess
import tempfile
import time

from programs import ROOT
from tap import skip_all

RECORDER = os.environ.get("RECORDER", os.path.join(ROOT, "recorder"))
SECONDS = 120

_scratch = None


def scratch():
    """This run's own folder, removed at its end. Other users may enter it: some tests need that."""
    global _scratch
    if _scratch is None:
        _scratch = tempfile.mkdtemp(prefix="recorder-test.")
        os.chmod(_scratch, 0o755)
        if "KEEP" not in os.environ:
            atexit.register(shutil.rmtree, _scratch, True)
    return _scratch


_names = 0


def path(suffix=""):
    """A file name that no other test uses."""
    global _names
    _names += 1
    return os.path.join(scratch(), f"{_names}{suffix}")


def why_not():
    """Why nothing can be recorded here, or None. Any other failure is no reason to skip."""
    if os.geteuid() != 0:
        return "recording needs root"
    target = subprocess.Popen(["sleep", "60"])
    try:
        run = recorder("-q", "-o", path(), "-p", str(target.pid), "--duration", "0.1")
    finally:
        target.kill()
        target.wait()
    if run.returncode in (120, 121):
        return run.stderr.strip().splitlines()[-1]
    return None


def need_recording(name):
    if not os.access(RECORDER, os.X_OK) and os.geteuid() == 0:
        raise SystemExit(f"{RECORDER} is not built")
    reason = why_not()
    if reason:
        skip_all(name, reason)


def recorder(*args, **more):
    """Run the recorder with these arguments to its end: a CompletedProcess with text output."""
    more.setdefault("timeout", SECONDS)
    more.setdefault("stdin", subprocess.DEVNULL)
    more.setdefault("stdout", subprocess.PIPE)
    more.setdefault("stderr", subprocess.PIPE)
    more.setdefault("text", True)
    return subprocess.run([RECORDER, *args], **more)


class Recording:
    """A trace, and how the recorder that wrote it ended."""

    def __init__(self, trace, status=None, stdout=b"", stderr=""):
        self.trace = trace
        self.status = status
        self.stdout = stdout
        self.stderr = stderr

    def objects(self):
        """The objects of show --json, one by one."""
        return read_trace(self.trace)

    def calls(self, *names):
        """The calls, in order of exit time; of these names only where there are any."""
        return [o for o in self.objects() if "syscall" in o
                and (not names or o["syscall"] in names)]

    def events(self, *kinds):
        return [o for o in self.objects() if "event" in o and (not kinds or o["event"] in kinds)]

    def verify(self):
        return recorder("verify", self.trace)


def read_trace(trace, status=(0,)):
    show = subprocess.Popen([RECORDER, "show", "--json", trace], stdin=subprocess.DEVNULL,
                            stdout=subprocess.PIPE,
                            stderr=None if status == (0,) else subprocess.DEVNULL)
    try:
        for line in show.stdout:
            yield json.loads(line)
    finally:
        show.stdout.close()
        ended = show.wait()
    if ended not in status:
        raise AssertionError(f"show --json ended with {ended}")


def record(command, *options, **more):
    """Record a command to its end."""
    trace = path(".rec")
    more.setdefault("timeout", SECONDS)
    more.setdefault("stdin", subprocess.DEVNULL)
    more.setdefault("stdout", subprocess.PIPE)
    run = subprocess.run([RECORDER, "-q", "-o", trace, *options, "--", *command],
                         stderr=subprocess.PIPE, **more)
    return Recording(trace, run.returncode, run.stdout, run.stderr.decode())


class Attached:
    """recorder -p on running processes, and a beating one that tells when it records: ready()."""

    def __init__(self, pids, *options):
        self.trace = path(".rec")
        self.heart = subprocess.Popen(
            ["sh", "-c", "while :; do sleep 0.02; done"], stdout=subprocess.DEVNULL,
            start_new_session=True)
        pids = ",".join(str(p) for p in [*pids, self.heart.pid])
        self.process = subprocess.Popen([RECORDER, "-q", "-o", self.trace, *options, "-p", pids],
                                        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                        stderr=subprocess.PIPE)
        atexit.register(self.kill)

    def ready(self):
        def beats():
            if self.process.poll() is not None:
                raise AssertionError(f"recorder -p ended: {self.process.stderr.read().decode()}")
            if not os.path.exists(self.trace + ".partial"):
                return False
            return any(o["pid"] == self.heart.pid and "syscall" in o
                       for o in read_trace(self.trace + ".partial", (0, 1, 3, 4)))

        wait_for(beats, 20, "the recorder to record")
        return self

    def stop(self, number=signal.SIGINT):
        """End the recording: what it left."""
        self.process.send_signal(number)
        out, err = self.process.communicate(timeout=SECONDS)
        self.kill()
        return Recording(self.trace, self.process.returncode, out, err.decode())

    def kill(self):
        for process in (self.heart, self.process):
            if process.poll() is None:
                process.kill()
            process.wait()


def wait_for(condition, seconds=10, what="a condition"):
    """Poll until condition() is true, and give its value."""
    end = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > end:
            raise AssertionError(f"waited {seconds} s for {what}")
        time.sleep(0.02)


def number(text):
    return None if text is None else int(text, 16)


def data(buf):
    return base64.b64decode(buf["data"] or "")


def threads(calls):
    """The calls of each thread, in the order in which it made them: that of the trace."""
    by_tid = {}
    for call in calls:
        by_tid.setdefault(call["tid"], []).append(call)
    return by_tid
