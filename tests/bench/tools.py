# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""The tools that are compared: how each is started, and what it says of its recording.

command(out, argv) records a command into the file out, attach(out, pid) a running process until
SIGINT. account(out, errors) is how many calls the tool recorded and lost, None where it does
not say. slow: it gets one of so many calls.
"""

import json
import os
import re
import shlex
import shutil
import subprocess

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
BUILT = os.path.join(ROOT, os.environ.get("OUT", ".output"), "tests", "bench")


def output_of(*command):
    """What a program prints, both ways; nothing where it cannot be run."""
    try:
        return subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True, timeout=120).stdout
    except (OSError, subprocess.TimeoutExpired):
        return ""


class Tool:
    slow = 1
    records = True

    def __init__(self, name, what):
        self.name = name
        self.what = what

    def why_not(self):
        """Why it cannot be run here, or None."""
        return None

    def account(self, out, errors):
        return {}


class Bare(Tool):
    records = False

    def __init__(self):
        super().__init__("bare", "nothing attached")

    def command(self, out, argv):
        return argv

    def attach(self, out, pid):
        return None


class Floor(Tool):
    records = False

    def __init__(self):
        super().__init__("floor", "empty programs on both tracepoints")
        self.program = os.path.join(BUILT, "floor")

    def why_not(self):
        run = subprocess.run([self.program, "true"], stderr=subprocess.PIPE, text=True)
        return run.stderr.strip() or None if run.returncode else None

    def command(self, out, argv):
        return [self.program, *argv]

    def attach(self, out, pid):
        return [self.program]


class Recorder(Tool):
    def __init__(self, name, what, words, needs=None):
        super().__init__(name, what)
        self.words = words
        self.needs = needs

    def why_not(self):
        text = output_of(self.words[0], "--help")
        if not text:
            return f"{self.words[0]} cannot be run"
        if self.needs and self.needs not in text:
            return f"recorder has no {self.needs}"
        return None

    def command(self, out, argv):
        return [*self.words, "-o", out, "--", *argv]

    def attach(self, out, pid):
        return [*self.words, "-o", out, "-p", str(pid)]

    def account(self, out, errors):
        text = output_of(self.words[0], "info", "--json", out)
        info = json.loads(text)
        counters = info["counters"]
        return {"calls": info["calls"],
                "lost": counters["lost_calls"] + counters["missed_exit"],
                "waits": counters["waits"], "wait_ns": counters["wait_ns"]}


class Strace(Tool):
    slow = 50

    def __init__(self):
        super().__init__("strace", "strace -f")

    def why_not(self):
        return None if shutil.which("strace") else "strace is not installed"

    def command(self, out, argv):
        return ["strace", "-f", "-o", out, *argv]

    def attach(self, out, pid):
        return ["strace", "-f", "-o", out, "-p", str(pid)]

    def account(self, out, errors):
        """It stops the thread for each call: it cannot lose one."""
        return {"lost": 0}


class PerfTrace(Tool):
    slow = 2
    CALLS = re.compile(r"raw_syscalls:sys_exit stats:\n((?: .*\n?)*)")

    def __init__(self):
        super().__init__("perf", "perf trace record")

    def why_not(self):
        text = output_of("perf", "trace", "record", "-o", "/dev/null", "true")
        if "perf record" in text:
            return None
        return "perf trace does not work: " + (text.strip().splitlines() or ["not installed"])[-1]

    def command(self, out, argv):
        return ["perf", "trace", "record", "-o", out, *argv]

    def attach(self, out, pid):
        return ["perf", "trace", "record", "-o", out, "-p", str(pid)]

    def account(self, out, errors):
        return self.parse(output_of("perf", "report", "-i", out, "--stats"))

    @classmethod
    def parse(cls, text):
        exits = cls.CALLS.search(text)
        if not exits:
            return {}
        counts = dict(re.findall(r"(\w+) events: +(\d+)", exits[1]))
        return {"calls": int(counts.get("SAMPLE", 0)), "lost": int(counts.get("LOST_SAMPLES", 0))}


class TraceCmd(Tool):
    TRACING = "/sys/kernel/tracing/"
    # It writes to these whatever it is to record. Where that is forbidden it gives up, so it then
    # gets empty files in their place, in a mount namespace of its own.
    WRITTEN = ["/proc/sys/kernel/ftrace_enabled", TRACING + "set_ftrace_pid",
               TRACING + "set_ftrace_filter", TRACING + "set_ftrace_notrace"]

    def __init__(self, scratch):
        super().__init__("trace-cmd", "trace-cmd record -e raw_syscalls")
        self.scratch = scratch
        self.before = []

    def why_not(self):
        if not shutil.which("trace-cmd"):
            return "trace-cmd is not installed"
        if not os.path.exists(self.TRACING + "events"):
            output_of("mount", "-t", "tracefs", "tracefs", self.TRACING)
        out = os.path.join(self.scratch, "trace-cmd")
        text = self.attempt(out)
        if not os.path.exists(out):
            self.before = self.hide(self.WRITTEN)
            text = self.attempt(out)
        if os.path.exists(out):
            os.unlink(out)
            return None
        return "trace-cmd does not work: " + (text.strip().splitlines() or ["no file"])[0]

    def attempt(self, out):
        text = output_of(*self.command(out, ["true"]))
        if "can't enable" in text.lower() or "not permitted" in text:
            for file in os.listdir(self.scratch):
                if file.startswith("trace-cmd"):
                    os.unlink(os.path.join(self.scratch, file))
        return text

    def hide(self, files):
        empty = os.path.join(self.scratch, "empty")
        with open(empty, "w"):
            pass
        mounts = "".join(f"mount --bind {shlex.quote(empty)} {file} && "
                         for file in files if os.path.exists(file))
        return ["unshare", "-m", "sh", "-c", mounts + 'exec "$@"', "sh"]

    def command(self, out, argv):
        return [*self.before, "trace-cmd", "record", "-e", "raw_syscalls", "-F", "-c", "-o", out,
                *argv]

    def attach(self, out, pid):
        return [*self.before, "trace-cmd", "record", "-e", "raw_syscalls", "-P", str(pid),
                "-o", out]

    def account(self, out, errors):
        return self.parse(output_of("trace-cmd", "report", "--stat", out))

    @staticmethod
    def parse(text):
        """What its ring buffers lost is events, two for a call."""
        lost = sum(int(n) for n in re.findall(r"^(?:overrun|dropped events): (\d+)$", text, re.M))
        return {"lost": (lost + 1) // 2} if "CPU: 0" in text else {}


def all_tools(scratch, recorder, more):
    """In the order of the table. more: NAME=COMMAND, a recorder of another build."""
    yield Bare()
    yield Floor()
    yield Recorder("recorder", "recorder", [recorder])
    yield Recorder("no-data", "recorder --data=none", [recorder, "--data=none"])
    yield Recorder("no-entry", "recorder --no-entry-time", [recorder, "--no-entry-time"],
                   "--no-entry-time")
    for text in more:
        name, _, words = text.partition("=")
        yield Recorder(name, words, shlex.split(words))
    yield Strace()
    yield PerfTrace()
    yield TraceCmd(scratch)
