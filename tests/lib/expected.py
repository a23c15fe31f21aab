# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""Compares a trace with what a program printed about its own calls (tests/live/expect.h)."""

import json
import zlib

from recording import data, number, threads


def parse(output):
    """The expected calls of a program's output, in order."""
    return [json.loads(line) for line in output.decode().splitlines()]


# Of recordings without entries, by test. The room that the call was given stood where it wrote
# another number: more may be kept than it wrote.
ROOM_UNKNOWN = {"getsockname: no room", "name_to_handle_at: no room for it, but the numbers come"}
# The call wrote over what said where it was to write.
OVERWRITTEN = {"preadv: over the vector itself", "readv: over the vector itself",
               "recvmsg: over the message's own header", "recvmsg: over the vector"}


def buffer_problem(wanted, got, limit):
    if "err" in wanted:
        if got["err"] != wanted["err"] or got["full"] != wanted["len"] or got["len"]:
            return f"wanted {wanted['len']} bytes missing with {wanted['err']}, got {shorten(got)}"
        return None
    full = wanted["len"]
    kept = full if limit is None else min(full, limit)
    if got["err"] is not None or got["full"] != full or got["len"] != kept:
        return f"wanted {kept} of {full} bytes, got {shorten(got)}"
    if "hex" in wanted:
        same = data(got) == bytes.fromhex(wanted["hex"])[:kept]
        return None if same else f"other bytes: {data(got)[:64].hex()}"
    head = bytes.fromhex(wanted["head"])[:kept]
    if data(got)[:len(head)] != head:
        return f"other bytes: {data(got)[:64].hex()}"
    if kept < full:
        return None  # the sum is of all bytes
    return None if zlib.crc32(data(got)) == wanted["crc32"] else "other bytes: the CRC-32 differs"


def shorten(buf):
    return {key: (value[:64] if key == "data" and value else value) for key, value in buf.items()}


def place(arg, addr):
    return -1 if arg is None else arg, addr


def buffers_problem(wanted, call, direction, limit):
    """The first difference between the wanted and recorded buffers of a direction, or None."""
    got = {}
    for buf in call["bufs"]:
        if buf["dir"] == direction and buf["full"]:
            got.setdefault(place(buf["arg"], number(buf["addr"])), []).append(buf)
    for buf in wanted:
        if buf["dir"] != direction or not buf["len"]:
            continue
        same = got.get(place(buf["arg"] if buf["arg"] >= 0 else None, buf["addr"]))
        if not same:
            return (f"no {direction} buffer of {buf['len']} bytes for argument {buf['arg']}"
                    f" at {buf['addr']:#x}")
        problem = buffer_problem(buf, same.pop(0), limit)
        if problem:
            return f"argument {buf['arg']}, {direction} at {buf['addr']:#x}: {problem}"
    if direction == "out":
        for left in got.values():
            if left:
                return f"a buffer that was not written: {shorten(left[0])}"
    return None


def call_problem(wanted, call, kept=("in", "out"), limit=None, entries=True):
    """How a recorded call differs from an expected one of the same name and arguments, or None.

    entries: calls were seen as they began; without, what calls overwrote is not known.
    """
    unfinished = wanted.get("unfinished", False)
    if call["unfinished"] != unfinished:
        return f"unfinished is {call['unfinished']}"
    if call["abi"] != wanted.get("abi", call["abi"]):
        return f"its ABI is {call['abi']}"
    if call["ret"] != wanted["ret"]:
        return f"returned {call['ret']}, wanted {wanted['ret']}"
    if (call["exit_ns"] is None) != unfinished:
        return f"exit_ns is {call['exit_ns']}"
    if (call["enter_ns"] is None) != (wanted.get("no_entry", False) or not entries):
        return f"enter_ns is {call['enter_ns']}"
    if not unfinished and call["enter_ns"] is not None and call["enter_ns"] > call["exit_ns"]:
        return "ends before it begins"
    if (call["errno"] is not None) != (wanted["ret"] is not None and -4095 <= wanted["ret"] < 0):
        return f"errno is {call['errno']} for {wanted['ret']}"
    for direction in ("in", "out"):
        problem = buffers_problem(wanted["bufs"] if direction in kept else [], call, direction,
                                  limit)
        if problem:
            return problem
    return None


def match(expected, calls):
    """Pair each expected call with the recorded one, in order within each thread.

    A list of (wanted, call or None).
    """
    own = threads(calls)
    position = {}
    pairs = []
    for wanted in expected:
        tid = wanted["tid"]
        sequence = own.get(tid, [])
        start = position.get(tid, 0)
        found = None
        for i in range(start, len(sequence)):
            call = sequence[i]
            if call["syscall"] == wanted["syscall"] and [number(a)
                                                         for a in call["args"]] == wanted["args"]:
                found = call
                position[tid] = i + 1
                break
        pairs.append((wanted, found))
    return pairs


def describe(wanted, calls):
    """What a failed test shows: the calls of that name in that thread."""
    same = [c for c in calls if c["tid"] == wanted["tid"] and c["syscall"] == wanted["syscall"]]
    args = ", ".join(hex(a) for a in wanted["args"])
    lines = [f"wanted {wanted['syscall']}({args}) in thread {wanted['tid']}"]
    lines += [f"got    {c['syscall']}({', '.join(c['args'])}) = {c['ret']}" for c in same[:8]]
    return "\n".join(lines)


def check(tap, name, expected, calls, **how):
    """One TAP line for each expected call."""
    for wanted, call in match(expected, calls):
        if call is None:
            tap.ok(False, f"{name}: {wanted['test']}",
                   "not in the trace: " + describe(wanted, calls))
            continue
        problem = call_problem(wanted, call, **how)
        tap.ok(problem is None, f"{name}: {wanted['test']}", problem)


def covers(wanted, call):
    """Whether each byte that the call wrote is in the trace, maybe with others behind it."""
    held = {(b["arg"], number(b["addr"])): data(b) for b in call["bufs"] if b["dir"] == "out"}
    return call["ret"] == wanted["ret"] and all(
        held.get((b["arg"], b["addr"]), b"").startswith(bytes.fromhex(b["hex"]))
        for b in wanted["bufs"] if b["dir"] == "out")


def check_without_entries(tap, name, expected, calls):
    """check(), where no call was seen as it began: what only that would have shown is another."""
    plain = []
    for wanted, call in match(expected, calls):
        title = f"{name}: {wanted['test']}"
        if wanted["test"] in ROOM_UNKNOWN:
            tap.ok(call and covers(wanted, call), f"{title}: no byte is missing", call)
        elif wanted["test"] in OVERWRITTEN:
            tap.ok(call and call["ret"] == wanted["ret"], f"{title}: the call is there", call)
        else:
            plain.append(wanted)
    check(tap, name, plain, calls, entries=False)
