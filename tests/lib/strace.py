# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""Reads what strace with OPTIONS wrote: each thread's calls with return values and bytes."""

import errno
import re
from collections import namedtuple

OPTIONS = ["-f", "-ttt", "-X", "raw", "-xx", "-v", "-s", "1000000"]

# ret: as the kernel gave it (negative errno on failure), None where the call did not return.
Call = namedtuple("Call", "tid name args ret")

LINE = re.compile(r"(\d+)\s+\d+\.\d+ (.*)")
RESUMED = re.compile(r"<\.\.\. (\S+) resumed>\s?(.*)")
FINISHED = re.compile(r"(\w+)\((.*)\)\s+= (.*)", re.DOTALL)
STARTED = re.compile(r"(\w+)\((.*)")
STRING = re.compile(r'"((?:\\x[0-9a-f]{2})*)"')
SEGMENT = re.compile(r'iov_base="((?:\\x[0-9a-f]{2})*)"')
FIELD = re.compile(r"\b(stx?_\w+)=(0x[0-9a-f]+|-?\d+)")

# The kernel's own numbers (include/linux/errno.h): libc does not name them.
RESTARTS = {"ERESTARTSYS": 512, "ERESTARTNOINTR": 513, "ERESTARTNOHAND": 514,
            "ERESTART_RESTARTBLOCK": 516,
            "ENOIOCTLCMD": 515, "ENOTSUPP": 524}


def parse_number(text):
    if text.startswith(("0x", "-0x")):
        return int(text, 16)
    return int(text, 8) if re.fullmatch(r"0[0-7]+", text) else int(text)


def parse_result(text):
    """The return value of "3", "-1 ENOENT (No such ...)", "? ERESTARTSYS (...)", "?"."""
    words = text.split()
    if words[0] in ("?", "-1") and len(words) > 1 and words[1].startswith("E"):
        return -(RESTARTS.get(words[1]) or getattr(errno, words[1]))
    return None if words[0] == "?" else parse_number(words[0])


def parse_call(tid, text):
    match = FINISHED.fullmatch(text)
    if match:
        return Call(tid, match[1], match[2], parse_result(match[3]))
    match = STARTED.fullmatch(text)
    if match:
        return Call(tid, match[1], match[2], None)
    raise ValueError(f"strace line not understood: {text[:200]}")


def read_calls(lines):
    """Each call, in order of its end; those without an end last."""
    begun = {}
    for line in lines:
        match = LINE.fullmatch(line.rstrip("\n"))
        if not match:
            raise ValueError(f"strace line not understood: {line[:200]}")
        tid, text = int(match[1]), match[2]
        if text.startswith(("+++", "---", "???")):
            continue
        resumed = RESUMED.fullmatch(text)
        if resumed:
            # A tracer that came after the call began saw no beginning.
            text = begun.pop(tid, f"{resumed[1]}(") + resumed[2]
        elif text.endswith("<unfinished ...>"):
            begun[tid] = text[:-len("<unfinished ...>")].rstrip()
            continue
        yield parse_call(tid, text)
    for tid, text in begun.items():
        yield parse_call(tid, text)


def unescape(text):
    return bytes.fromhex(text.replace("\\x", ""))


def string_bytes(call):
    """The bytes of the last string among the arguments, or None where there are only addresses."""
    strings = STRING.findall(call.args)
    return unescape(strings[-1]) if strings else None


def segment_bytes(call):
    """The bytes of all segments of an iovec, one behind the other, as many as were transferred."""
    return b"".join(unescape(m) for m in SEGMENT.findall(call.args))[:call.ret]


def fields(call):
    """The members of a struct stat or statx that strace shows as numbers."""
    return {name: parse_number(value) for name, value in FIELD.findall(call.args)}


def first_number(call):
    """The first argument where it is a plain number, or None."""
    match = re.match(r"(-?\d+)(?:,|$)", call.args)
    return parse_number(match[1]) if match else None
