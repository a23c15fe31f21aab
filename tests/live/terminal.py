#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""A terminal with a shell: job control, programs that take the terminal over, the line of progress,
and signals that somebody sends to the recorder itself."""

import os
import pty
import re
import select
import signal
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "lib"))

import recording
from recording import RECORDER, path, recorder, wait_for
from tap import Tap

PROMPT = "PROMPT> "
TICKS = "i=0; while :; do sleep 0.1; i=$((i + 1)); [ $((i % 3)) = 0 ] && echo tick $i; done"
# What takes a terminal over, as an editor does.
RAW = """
import sys, termios, time, tty
before = termios.tcgetattr(0)
tty.setraw(0)
print("RAW", end="", flush=True)
key = sys.stdin.read(1)
time.sleep(2.5)
termios.tcsetattr(0, termios.TCSADRAIN, before)
print("GOT", key, flush=True)
"""

tap = Tap()


class Shell:
    """An interactive bash on a terminal of its own."""

    def __init__(self):
        self.text = ""  # read, and not looked for yet
        self.pid, self.terminal = pty.fork()
        if self.pid == 0:
            os.environ.update(PS1=PROMPT, HISTFILE="/dev/null", TERM="dumb")
            os.execvp("bash", ["bash", "--norc", "--noprofile", "-i"])
        self.until(PROMPT)

    def until(self, pattern, seconds=20):
        """What comes up to a match of the pattern, and with it."""
        end = time.monotonic() + seconds
        while not (match := re.search(pattern, self.text, re.DOTALL)):
            left = end - time.monotonic()
            if left <= 0:
                raise AssertionError(f"waited {seconds} s for {pattern!r}, got {self.text!r}")
            if select.select([self.terminal], [], [], left)[0]:
                self.text += os.read(self.terminal, 4096).decode(errors="replace")
        text, self.text = self.text[:match.end()], self.text[match.end():]
        return text

    def send(self, text):
        """Type; what comes from now on is new."""
        self.text = ""
        os.write(self.terminal, text.encode())

    def record(self, command, *options):
        """Type a recorder's command line: the trace that it will write."""
        trace = path(".rec")
        words = [RECORDER, "-o", trace, *options, "--", *command]
        self.send(" ".join("'" + w.replace("'", "'\\''") + "'" for w in words) + "\n")
        return trace

    def status(self):
        self.send("echo status $?\n")
        return int(re.search(r"status (\d+)\r", self.until(r"status \d+\r"))[1])

    def close(self):
        os.close(self.terminal)
        os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)


def complete(trace):
    return recorder("verify", trace).returncode in (0, 1)


def stop_and_go():
    shell = Shell()
    for size in ("64K", "4M"):
        name = f"job control, {size}"
        trace = shell.record(["sh", "-c", TICKS], "-q", "--buffer-size", size)
        shell.until(r"tick \d+\r")
        shell.send("\x1a")
        shell.until("Stopped.*" + PROMPT)
        shell.send("fg\n")
        shell.until(r"tick \d+\r")
        shell.send("\x1a")
        shell.until("Stopped")
        shell.send("bg\n")
        shell.until(r"tick \d+\r")
        shell.send("fg\n")
        shell.until(r"tick \d+\r")
        shell.send("\x03")
        shell.until(PROMPT)
        tap.equal(shell.status(), 130, f"{name}: Ctrl-Z, fg, bg, fg, Ctrl-C")
        tap.ok(complete(trace), f"{name}: complete")
    trace = shell.record(["dd", "if=/dev/zero", "of=/dev/null", "bs=1", "count=1500000"], "-q",
                         "--buffer-size", "64K")
    for _ in range(3):
        time.sleep(0.3)
        shell.send("\x1a")
        shell.until("Stopped.*" + PROMPT)
        shell.send("fg\n")
    shell.until("copied")
    tap.equal(shell.status(), 0, "job control in a flood that waits: runs to its end")
    tap.ok(complete(trace), "job control in a flood that waits: complete")
    shell.close()


def a_command_that_stops_itself():
    shell = Shell()
    trace = shell.record(["sh", "-c", "echo READY $$ now; kill -STOP $$; echo WENT ON; exit 3"],
                         "-q")
    pid = re.search(r"READY (\d+) now\r", shell.until(r"READY \d+ now\r"))[1]
    wait_for(lambda: ") T " in open(f"/proc/{pid}/stat").read(), what="its stop")
    shell.send("\x1a")
    shell.until("Stopped")
    shell.send("fg\n")
    shell.until("WENT ON\r")
    tap.equal(shell.status(), 3, "a command that stops itself goes on with fg")
    tap.ok(complete(trace), "a command that stops itself: complete")
    shell.close()


def a_command_that_ignores_interrupts():
    shell = Shell()
    trace = shell.record(["sh", "-c", "trap '' INT; echo READY; sleep 1; exit 9"], "-q")
    shell.until("READY\r")
    shell.send("\x03\x03")
    shell.until(PROMPT)
    tap.equal(shell.status(), 9, "Ctrl-C is ignored: recorded to its end")
    tap.ok(complete(trace), "Ctrl-C is ignored: complete")
    shell.close()


def an_interactive_shell():
    shell = Shell()
    trace = shell.record(["bash", "--norc", "--noprofile", "-i"])
    shell.until(PROMPT)
    shell.send("sleep 60\n")
    time.sleep(0.5)
    shell.send("\x1a")
    shell.until("Stopped.*sleep 60")
    shell.send("fg\n")
    time.sleep(0.5)
    shell.send("\x03")
    shell.until(PROMPT)
    shell.send("echo still $((40 + 2))\n")
    shell.until("still 42\r")
    time.sleep(1.5)
    shell.send("exit 7\n")
    text = shell.until("bytes/call")
    shell.until(PROMPT)
    tap.ok("calls/s" not in text, "bash -i: no progress across its prompt", repr(text))
    tap.equal(shell.status(), 7, "bash -i: has the terminal, and its jobs")
    tap.ok(complete(trace), "bash -i: complete")
    shell.close()


def a_full_screen_program():
    program = path(".py")
    with open(program, "w") as file:
        file.write(RAW)
    shell = Shell()
    trace = shell.record([sys.executable, program])
    shell.until("RAW")
    shell.send("\x03")
    text = shell.until("GOT")
    shell.until(PROMPT)
    tap.ok("calls/s" not in text, "raw terminal: no progress across the screen", repr(text))
    tap.equal(shell.status(), 0, "raw terminal: Ctrl-C is a key")
    tap.ok(complete(trace), "raw terminal: complete")
    shell.close()


def progress():
    shell = Shell()
    shell.record(["sleep", "2.5"])
    text = shell.until("bytes/call")
    lines = re.findall(r"\rrecorder: \d+ calls/s, \d+ calls, \d+ bytes, \d+ lost\x1b\[K", text)
    tap.equal(len(lines), 2, "progress: a line a second")
    tap.ok(text.rindex("\r\x1b[K") > text.rindex("calls/s"), "progress: gone at the end",
           repr(text))
    shell.until(PROMPT)
    shell.record(["sleep", "1.5"], "-q")
    text = shell.until(PROMPT)
    tap.ok("recorder: " not in text, "progress: none with -q", repr(text))
    shell.send(f"'{RECORDER}' -o - -- sleep 2.5 | '{RECORDER}' show - >/dev/null\n")
    text = shell.until("bytes/call")
    tap.ok("calls/s" not in text, "progress: none with -o -", repr(text))
    shell.close()


def sent_to_the_recorder(number, wanted, *before):
    """A signal that somebody sends to the recorder alone while a command runs."""
    process = subprocess.Popen([*before, RECORDER, "-q", "-o", path(".rec"), "--", "sh", "-c",
                                "trap 'exit 41' INT QUIT TERM HUP; echo READY; "
                                "while :; do sleep 0.05; done"],
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                               start_new_session=True)
    process.stdout.readline()
    process.send_signal(number)
    try:
        process.wait(3)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
    process.communicate()
    tap.equal(process.returncode, wanted, f"{number.name} to the recorder: passed on")


def signals_for_the_recorder():
    for number in (signal.SIGINT, signal.SIGQUIT, signal.SIGTERM, signal.SIGHUP):
        sent_to_the_recorder(number, 41)


def no_hangup():
    """nohup: a hangup ends neither recording nor command."""
    target = subprocess.Popen(["sleep", "60"])
    trace = path(".rec")
    process = subprocess.Popen(["nohup", RECORDER, "-q", "-o", trace, "-p", str(target.pid)],
                               stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                               stderr=subprocess.DEVNULL)
    wait_for(lambda: os.path.exists(trace + ".partial"), 20, "the trace")
    time.sleep(0.3)
    process.send_signal(signal.SIGHUP)
    time.sleep(0.3)
    tap.equal(process.poll(), None, "nohup: a hangup does not end the recording")
    process.send_signal(signal.SIGINT)
    tap.equal(process.wait(20), 0, "nohup: another signal does")
    target.kill()
    target.wait()


def main():
    recording.need_recording("terminal")
    tap.run([stop_and_go, a_command_that_stops_itself, a_command_that_ignores_interrupts,
             an_interactive_shell, a_full_screen_program, progress, signals_for_the_recorder,
             no_hangup])
    tap.finish()


if __name__ == "__main__":
    main()
