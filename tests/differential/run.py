#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""Runs real programs under strace and the recorder at the same time, and requires of both the same
calls in each thread, with the same return values and bytes. `run.py tar perl` runs only those."""

import hashlib
import os
import shutil
import socket
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "lib"))

import compare
import programs
import recording
import strace
from recording import RECORDER, path, wait_for
from tap import Tap

MARK = -23130

PYTHON = """
import os, subprocess, threading
def read(name):
    for i in range(20):
        with open(name, 'rb') as file:
            file.read()
names = ['/etc/passwd', '/etc/group', '/proc/self/status', '/dev/zero'][:3]
threads = [threading.Thread(target=read, args=(name,)) for name in names * 2]
for thread in threads: thread.start()
print(subprocess.run(['sh', '-c', 'echo from a child; exit 3'], capture_output=True))
for thread in threads: thread.join()
print(os.urandom(32).hex(), os.getpid())
"""

PERL = """
my %n; for my $f (glob('tree/*')) { open(my $h, '<', $f) or next; while (<$h>) { $n{length()}++ } }
my $pid = fork(); if (!$pid) { print join(',', sort keys %n), "\\n"; exit 3 } waitpid($pid, 0);
print $? >> 8, ' ', `echo backquoted`;
"""

SQL = """
PRAGMA journal_mode=WAL; CREATE TABLE t(a INTEGER PRIMARY KEY, b TEXT, c REAL);
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3000)
INSERT INTO t SELECT i, 'row ' || i, i * 1.5 FROM n; CREATE INDEX b ON t(b);
UPDATE t SET c = c + 1 WHERE a % 7 = 0; DELETE FROM t WHERE a % 11 = 0;
SELECT count(*), sum(c) FROM t; VACUUM;
"""

BASH = """
seq 500 | sort -rn | head -n 5 | while read n; do echo "$n $((n * 2))"; done
for f in tree/*; do [ -s $f ] && echo ${f##*/}; done | wc -l
cat <(echo one) <(echo two); (exit 4); echo $?
"""

tap = Tap()


def write_file(folder, name, text):
    with open(os.path.join(folder, name), "wb") as file:
        file.write(text if isinstance(text, bytes) else text.encode())


def read_file(folder, name):
    with open(os.path.join(folder, name), "rb") as file:
        return file.read()


def make_tree(folder):
    """Some files of all sizes, the same each time."""
    os.mkdir(os.path.join(folder, "tree"))
    for i in range(80):
        line = hashlib.sha256(str(i).encode()).hexdigest().encode() + b"\n"
        write_file(folder, f"tree/file-{i}", line * (i * i // 4))


def run_quietly(*command, **more):
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                   **more)


def gated(command, folder):
    """Run a command under both: its recording, strace's file, its pid and its output."""
    pid_file, fifo, traced, trace = path(".pid"), path(".fifo"), path(".strace"), path(".rec")
    os.mkfifo(fifo)
    output = path(".out")
    gate = programs.build(os.path.join(HERE, "gate.c"))
    with open(output, "wb") as out:
        recorder = subprocess.Popen([RECORDER, "-q", "-o", trace, "--", gate, pid_file, fifo,
                                     *command],
                                    cwd=folder, stdin=subprocess.DEVNULL, stdout=out,
                                    stderr=subprocess.PIPE)
    tracer = None
    try:
        wait_for(lambda: os.path.exists(pid_file) and open(pid_file).read().endswith("\n"), 20,
                 "the gate")
        pid = int(open(pid_file).read())
        tracer = subprocess.Popen(["strace", *strace.OPTIONS, "-o", traced, "-p", str(pid)],
                                  stderr=subprocess.DEVNULL)
        wait_for(lambda: "TracerPid:\t0\n" not in open(f"/proc/{pid}/status").read(), 20, "strace")
        open(fifo, "wb").close()
        errors = recorder.communicate(timeout=recording.SECONDS)[1].decode()
        tracer.wait(20)
    finally:
        for process in (recorder, tracer):
            if process and process.poll() is None:
                process.kill()
                process.wait()
    return recording.Recording(trace, recorder.returncode, b"", errors), traced, pid, output


def is_strace_mark(call):
    return call.name == "close" and strace.first_number(call) in (MARK, MARK % (1 << 32))


def is_recorder_mark(call):
    if call["syscall"] != "close":
        return False
    return (recording.number(call["args"][0]) - MARK) % (1 << 32) == 0


def agree(name, command, folder, status=0):
    """One command under both tracers; its recording."""
    recorded, traced, pid, output = gated(command, folder)
    tap.equal(recorded.status, status, f"{name}: runs to its end")
    ours, theirs = compare.recorded_threads(recorded), compare.traced_threads(traced)
    ours[pid] = compare.after(ours[pid], is_recorder_mark)
    theirs[pid] = compare.after(theirs[pid], is_strace_mark)
    problems, count = compare.compare(ours, theirs)
    tap.ok(not problems and count > 10, f"{name}: strace and recorder agree on every call",
           "\n".join(problems[:4]) or f"{count} calls")
    verify = recorded.verify()
    tap.ok(verify.returncode in (0, 1), f"{name}: the trace is complete",
           verify.stdout + verify.stderr)
    print(f"# {name}: {count} calls in {len(theirs)} threads")
    return recorded


def test_ls(folder):
    agree("ls", ["ls", "-lR", "/usr/share/doc"], folder)


def test_find(folder):
    agree("find", ["find", "/usr/share/doc", "/etc", "-name", "*c*", "-size", "+1k"], folder)


def test_tar(folder):
    agree("tar", ["tar", "-czf", "out.tar.gz", "tree"], folder)


def test_gcc(folder):
    for i in range(3):
        write_file(folder, f"part{i}.c",
                   f"#include <stdio.h>\nint part{i}(void)\n{{ return printf(\"{i}\\n\"); }}\n")
    write_file(folder, "main.c", "int part0(void);\nint main(void)\n{ return !part0(); }\n")
    agree("gcc", ["gcc", "-O1", "-pipe", "-o", "program", "main.c", "part0.c", "part1.c",
                  "part2.c"], folder)


def test_git(folder):
    source = os.path.join(folder, "source")
    git = ["git", "-c", "user.name=a", "-c", "user.email=a@b", "-c", "init.defaultBranch=main",
           "-C", source]
    os.mkdir(source)
    shutil.copytree(os.path.join(folder, "tree"), os.path.join(source, "tree"))
    run_quietly(*git, "init")
    run_quietly(*git, "add", ".")
    run_quietly(*git, "commit", "-m", "one")
    agree("git", ["git", "clone", "-q", f"file://{source}", "clone"], folder)


def test_python(folder):
    agree("python3", [shutil.which("python3", path="/usr/bin"), "-c", PYTHON], folder)


def test_sqlite(folder):
    write_file(folder, "script.sql", SQL)
    agree("sqlite3", ["sqlite3", "data.db", ".read script.sql"], folder)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def answers(port):
    try:
        socket.create_connection(("127.0.0.1", port), 1).close()
        return True
    except OSError:
        return False


def test_curl(folder):
    port = free_port()
    server = subprocess.Popen([sys.executable, "-m", "http.server", str(port), "--bind",
                               "127.0.0.1"],
                              cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        wait_for(lambda: answers(port), 20, "the server")
        url = f"http://127.0.0.1:{port}/tree/file-"
        agree("curl", ["curl", "-sS", url + "79", "-o", "a", url + "40", "-o", "b", url + "0",
                       "-o", "c"], folder)
    finally:
        server.kill()
        server.wait()
    tap.equal(read_file(folder, "a"), read_file(folder, "tree/file-79"), "curl: got the file")


def test_perl(folder):
    agree("perl", ["perl", "-e", PERL], folder)


def test_bash(folder):
    agree("bash", ["bash", "-c", BASH], folder)


def test_cat(folder):
    body = b"".join(hashlib.sha512(i.to_bytes(4, "little")).digest()
                    for i in range(5 * 1024 * 1024 // 64))
    write_file(folder, "five", body)
    # Into a pipe: between files cat(1) has the kernel copy, and no byte enters its memory.
    # Into a pipe: cat copies from file to file without reading.
    recorded = agree("cat", ["sh", "-c", "cat five | wc -c"], folder)
    seen, opened = hashlib.sha256(), None
    for call in recorded.calls("openat", "read"):
        if call["syscall"] == "openat":
            if any(recording.data(b) == b"five\0" for b in call["bufs"]):
                opened = call["tid"], call["ret"]
        elif (call["tid"], recording.number(call["args"][0])) == opened:
            seen.update(compare.written(call, 1))
    tap.equal(seen.hexdigest(), hashlib.sha256(body).hexdigest(),
              "cat: the file comes together again")


def say(port, word):
    """Make the server read a word that both tracers know again."""
    with socket.create_connection(("127.0.0.1", port), 10) as server:
        server.sendall(f"PING {word}\r\n".encode())
        server.recv(100)


def between(calls, bytes_of):
    """The calls from the one that reads BEGIN up to the one that reads END."""
    marks = [i for i, call in enumerate(calls) if b"PING MARK-" in (bytes_of(call) or b"")]
    if len(marks) != 2:
        raise AssertionError(f"{len(marks)} marks in {len(calls)} calls")
    return calls[marks[0]:marks[1]]


def test_redis(folder):
    port = free_port()
    server = subprocess.Popen(["redis-server", "--port", str(port), "--save", "", "--bind",
                               "127.0.0.1"],
                              cwd=folder,
                              stdout=subprocess.DEVNULL)
    traced = path(".strace")
    tracer = None
    try:
        wait_for(lambda: answers(port), 20, "the server")
        attached = recording.Attached([server.pid]).ready()
        tracer = subprocess.Popen(["strace", *strace.OPTIONS, "-o", traced, "-p", str(server.pid)],
                                  stderr=subprocess.DEVNULL)
        wait_for(lambda: "TracerPid:\t0\n" not in open(f"/proc/{server.pid}/status").read(), 20,
                 "strace")
        time.sleep(0.2)
        say(port, "MARK-BEGIN")
        run_quietly("redis-benchmark", "-p", str(port), "-n", "1000", "-c", "10", "-q", "-t",
                    "set,get,lpush")
        say(port, "MARK-END")
        recorded = attached.stop()
        tap.equal([recorded.status, server.poll()], [0, None],
                  "redis: recorder ends, server goes on")
    finally:
        if tracer:
            tracer.terminate()
            tracer.wait()
        server.kill()
        server.wait()
    ours = between(compare.recorded_threads(recorded)[server.pid],
                   lambda call: compare.written(call, 1) if call["syscall"] == "read" else None)
    theirs = between(compare.traced_threads(traced)[server.pid],
                     lambda call: strace.string_bytes(call) if call.name == "read" else None)
    problem = compare.thread_problem(ours, theirs)
    tap.ok(not problem and len(theirs) > 1000, "redis: strace and recorder agree on every call",
           problem)
    verify = recorded.verify()
    tap.ok(verify.returncode in (0, 1), "redis: the trace is complete",
           verify.stdout + verify.stderr)
    print(f"# redis: {len(theirs)} calls")


TESTS = [test_ls, test_find, test_tar, test_gcc, test_git, test_python, test_sqlite, test_curl,
         test_perl,
         test_bash, test_cat, test_redis]


def main():
    recording.need_recording("differential")
    for function in TESTS:
        name = function.__name__[len("test_"):]
        if len(sys.argv) > 1 and name not in sys.argv[1:]:
            continue
        folder = path(".d")
        os.mkdir(folder)
        make_tree(folder)

        def test(function=function, folder=folder):
            function(folder)

        test.__name__ = name
        tap.run([test])
    tap.finish()


if __name__ == "__main__":
    main()
