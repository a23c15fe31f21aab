# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""What is run under each tool."""

import itertools
import os
import shutil
import socket
import subprocess
import time

from tools import BUILT

WORK = os.path.join(BUILT, "work")
SECONDS = 10


class Workload:
    """argv(count) is a command that makes count * each calls of interest and few others.

    exact: it makes no fewer, so that a lower number recorded is a loss. tools: only under these.
    """

    unit = "call"
    exact = True
    recorded = True

    def __init__(self, name, what, count, argv, each=1, tools=None, data=0):
        self.name = name
        self.what = what
        self.count = count
        self.argv = argv
        self.each = each
        self.tools = tools
        self.data = data             # bytes that each call brings

    def why_not(self):
        return None

    def prepare(self, scratch):
        """Before each run."""

    def made(self, count):
        return count * self.each if self.count else None

    def results(self, out):
        """Figures of its own, from what it printed."""
        return {}


class Find(Workload):
    exact = False

    def __init__(self):
        super().__init__("find", "find /usr | wc", None,
                         lambda count: ["sh", "-c", "find /usr | wc"])


class Build(Workload):
    """make -j of a small C project."""

    exact = False
    FILES = 8

    def __init__(self, scratch):
        self.folder = os.path.join(scratch, "project")
        jobs = min(os.cpu_count(), self.FILES)
        super().__init__("build", f"make -j{jobs} of {self.FILES} C files", None,
                         lambda count: ["make", "-s", "-j", str(jobs), "-C", self.folder])

    def why_not(self):
        missing = [name for name in ("make", "cc") if not shutil.which(name)]
        return f"{missing[0]} is not installed" if missing else None

    def prepare(self, scratch):
        shutil.rmtree(self.folder, ignore_errors=True)
        os.mkdir(self.folder)
        for i in range(self.FILES):
            with open(os.path.join(self.folder, f"part{i}.c"), "w") as file:
                file.write("#include <stdio.h>\n#include <stdlib.h>\n#include <string.h>\n"
                           f"int part{i}(const char *text)\n"
                           f"{{\n\treturn printf(\"%zu %s\\n\", strlen(text) + {i}, text);\n}}\n")
        with open(os.path.join(self.folder, "main.c"), "w") as file:
            file.write("".join(f"int part{i}(const char *text);\n" for i in range(self.FILES)))
            file.write("int main(void)\n{\n")
            file.write("".join(f"\tpart{i}(\"text\");\n" for i in range(self.FILES)))
            file.write("\treturn 0;\n}\n")
        names = " ".join(f"part{i}.o" for i in range(self.FILES)) + " main.o"
        with open(os.path.join(self.folder, "Makefile"), "w") as file:
            file.write(f"main: {names}\n\tcc -o $@ $^\n%.o: %.c\n\tcc -O1 -c -o $@ $<\n")


class Programs(Workload):
    """dd of this machine's programs: data that is work to compress."""

    SIZE = 64 << 10

    def __init__(self, scratch, count):
        self.file = os.path.join(scratch, "programs")
        super().__init__("programs", f"dd bs={self.SIZE} count={count} of programs in one file",
                         count, self.dd, each=2, data=self.SIZE)

    def dd(self, count):
        return ["dd", f"if={self.file}", "of=/dev/null", f"bs={self.SIZE}", f"count={count}",
                "status=none"]

    def prepare(self, scratch):
        if os.path.exists(self.file):
            return
        folder, left = "/usr/bin", self.count * self.SIZE
        paths = sorted(entry.path for entry in os.scandir(folder)
                       if entry.is_file(follow_symlinks=False))
        with open(self.file, "wb") as out:
            for path in itertools.cycle(paths):
                if not left:
                    break
                with open(path, "rb") as file:
                    left -= out.write(file.read(left))


class Untraced(Workload):
    """Runs beside the tool, which records an idle process."""

    exact = False
    recorded = False

    def __init__(self, count):
        super().__init__("untraced", "getppid, while an idle process is recorded", count,
                         lambda count: [WORK, "flood", str(count)])

    def start(self, scratch):
        return subprocess.Popen(["sleep", "600"], stdin=subprocess.DEVNULL)

    def cpu_clock(self, process):
        return None


class Redis(Workload):
    """redis-benchmark, while the tool records the server."""

    unit = "request"
    exact = False

    def __init__(self, count):
        super().__init__("redis", "redis-benchmark; redis-server is recorded", count, self.client)
        self.port = None

    def why_not(self):
        missing = [name for name in ("redis-server", "redis-benchmark")
                   if not shutil.which(name)]
        return f"{missing[0]} is not installed" if missing else None

    def client(self, count):
        return ["redis-benchmark", "-p", str(self.port), "-t", "get", "-c", "50",
                "-n", str(count), "--csv"]

    def start(self, scratch):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        server = subprocess.Popen(
            ["redis-server", "--port", str(self.port), "--bind", "127.0.0.1", "--save", "",
             "--appendonly", "no", "--dir", scratch],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        end = time.monotonic() + SECONDS
        while time.monotonic() < end and server.poll() is None:
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                return server
            except OSError:
                time.sleep(0.01)
        server.kill()
        server.wait()
        raise RuntimeError("redis-server does not answer")

    def cpu_clock(self, process):
        return process.pid

    def results(self, out):
        return self.parse(out)

    @staticmethod
    def parse(text):
        """The CSV of redis-benchmark: a line of titles, then one for each test."""
        lines = [[word.strip('"') for word in line.split(",")] for line in text.splitlines()]
        for titles, values in zip(lines, lines[1:]):
            if titles[0] == "test":
                row = dict(zip(titles, values))
                return {"rate": float(row["rps"]), "p99": float(row["p99_latency_ms"])}
        return {}


def flood(name, threads, count, **more):
    what = f"getppid, {threads} threads" if threads > 1 else "getppid"
    return Workload(name, what, count, lambda count: [WORK, "flood", str(count), str(threads)],
                    **more)


def reads(name, what, count, size):
    return Workload(name, f"reads of {what} of /dev/zero", count,
                    lambda count: [WORK, "read", str(count), str(size)], data=size)


def dd(name, size, count):
    return Workload(name, f"dd bs={size} count={count}", count,
                    lambda count: ["dd", "if=/dev/zero", "of=/dev/null", f"bs={size}",
                                   f"count={count}", "status=none"], each=2, data=size)


def all_workloads(scratch):
    ours = ["bare", "floor", "recorder", "no-data", "no-entry"]
    yield flood("getppid", 1, 1000000)
    yield reads("read1", "1 byte", 500000, 1)
    yield reads("read4k", "4 KiB", 200000, 4096)
    yield reads("read64k", "64 KiB", 20000, 65536)
    yield dd("dd1", 1, 500000)
    yield dd("dd4k", 4096, 100000)
    yield Programs(scratch, 1000)
    yield Workload("pingpong", "a byte through two pipes and back", 50000,
                   lambda count: [WORK, "pingpong", str(count)], each=4, data=1)
    yield Redis(50000)
    yield Build(scratch)
    yield Find()
    yield flood("threads8", 8, 800000)
    yield Untraced(1000000)
    for threads in (1, 2, 4, 8, 16):
        yield flood(f"scale{threads}", threads, 400000, tools=ours)
