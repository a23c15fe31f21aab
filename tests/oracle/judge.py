# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""Judges a trace by what the oracle saw change: is every byte in a buffer that was recorded?"""

import os
import struct
from collections import Counter, namedtuple

import records
from records import changed_count
from recording import data, number

CLONE_CHILD_CLEARTID, CLONE_CHILD_SETTID = 0x200000, 0x1000000
FUTEX_OWNER_DIED = 0x40000000

# Calls that change a file's bytes, which other mappings of that file show at once.
FILE_WRITERS = {"write", "pwrite64", "writev", "pwritev", "pwritev2", "sendfile", "splice",
                "copy_file_range", "ftruncate", "truncate", "fallocate", "open", "openat",
                "io_submit", "io_getevents", "io_uring_enter"}

PAGE_TAKERS = {"madvise", "mmap", "mmap2", "munmap", "mremap"}
EVENT_CALLS = {"io_getevents", "io_pgetevents", "io_pgetevents_time64"}

CLASSES = {
    "mapping": "pages that mmap, munmap, mremap, madvise and their kin mapped anew",
    "image": "a program's file as execve mapped it, with its padding",
    "settid": "a child's number, stored by itself: set_tid of its fork event",
    "cleartid": "the word that a thread's end clears (set_tid_address, CLONE_CHILD_CLEARTID)",
    "robust": "FUTEX_OWNER_DIED in a lock of a thread that ended",
    "rseq": "the area that rseq registered",
    "shared": "shared memory, while others were at work or a call changed the file behind it",
    "remote": "what process_vm_writev or UFFDIO_COPY wrote: their own input, with the same bytes",
    "early": "an asynchronous read's bytes, by no call: the io_getevents that follows has the same",
    "events": "the ring of events behind a context of io_setup, which io_getevents copies from",
    "taken": "what a call wrote to a page that another thread took away or mapped anew meanwhile",
    "threads": "memory in which other threads ran their own instructions meanwhile",
}

Failure = namedtuple("Failure", "syscall what count text")


class Tally:
    """What was seen of one system call."""

    def __init__(self):
        self.calls = self.changed = self.covered = self.missed = 0
        self.classes = Counter()

    def add(self, other):
        self.calls += other.calls
        self.changed += other.changed
        self.covered += other.covered
        self.missed += other.missed
        self.classes += other.classes


def vector(call, arg):
    """The segments of a recorded iovec: addresses and lengths."""
    form = "=II" if call["abi"] in ("i386", "arm", "x32") else "=QQ"
    array = next((data(b) for b in call["bufs"] if b["addr"] == call["args"][arg]), b"")
    return list(struct.iter_unpack(form, array))


UFFDIO_COPY = 0xc028aa03


def is_remote_writer(call):
    return (call["syscall"] == "process_vm_writev"
            or call["syscall"] == "ioctl" and number(call["args"][1]) == UFFDIO_COPY)


def remote_writes(call):
    """What such a call wrote, by its recorded input: [(address, bytes)]."""
    held = {number(b["addr"]): data(b) for b in call["bufs"] if b["dir"] == "in"}
    if call["syscall"] == "ioctl":
        copy = next(data(b) for b in call["bufs"] if b["addr"] == call["args"][2])
        to, source, _, _, done = struct.unpack("=QQQQq", copy)
        return [(to, held.get(source, b"")[:max(done, 0)])]
    text = b"".join(held.get(addr, b"")[:size] for addr, size in vector(call, 1))
    text = text[:max(call["ret"] or 0, 0)]
    writes = []
    for addr, size in vector(call, 3):
        writes.append((addr, text[:size]))
        text = text[size:]
    return writes


def ring_bytes(events):
    """The most that io_setup maps for so many events: fs/aio.c, ioctx_alloc, aio_setup_ring."""
    return 32 + 32 * (2 * max(events, 4 * os.cpu_count()) + 2) + 4095 & ~4095


def overlap(buf, start, end):
    """Where a recorded buffer, (address, bytes), covers a range: its bounds, or None."""
    low, high = max(buf[0], start), min(buf[0] + len(buf[1]), end)
    return (low, high) if low < high else None


class Judge:
    def __init__(self, first_id):
        self.first_id = first_id   # calls before this one are not judged
        self.calls = {}            # the oracle's, by id
        self.recorded = {}         # the recorder's, by the oracle's id
        self.takers = []           # of them, those that can take pages away
        self.event_calls = []      # and those that tell of asynchronous reads: ids
        self.tallies = {}
        self.failures = []
        self.births = {}
        self.set_tids = {}         # of a thread's fork event: where, and which bytes
        self.clear_words = set()
        self.rseq_areas = set()
        self.event_rings = set()
        self.unreadable = 0

    def tally(self, name):
        return self.tallies.setdefault(name, Tally())

    def add_record(self, record):
        """What later records are judged by."""
        if isinstance(record, records.Birth):
            self.births[record.tid] = record
            if record.flags & CLONE_CHILD_CLEARTID:
                self.clear_words.add(record.child_tid)
        elif isinstance(record, records.Call):
            self.calls[record.id] = record

    def add_recorded(self, call_id, call):
        self.recorded[call_id] = call
        if call["syscall"] in PAGE_TAKERS:
            self.takers.append(call)
        if call["syscall"] in EVENT_CALLS:
            self.event_calls.append(call_id)
        self.tally(call["syscall"]).calls += 1
        if call["syscall"] == "set_tid_address":
            self.clear_words.add(number(call["args"][0]))
        if call["syscall"] == "io_setup" and not call["ret"]:
            ring = int.from_bytes(data(call["bufs"][0]), "little")
            self.event_rings.add((ring, ring + ring_bytes(number(call["args"][0]) % (1 << 32))))
        if call["syscall"] == "rseq":
            start = number(call["args"][0])
            self.rseq_areas.add((start, start + number(call["args"][1]) % (1 << 32)))

    def add_event(self, event):
        if event["event"] == "fork" and event["set_tid"]:
            value = struct.pack("=I", event["set_tid"]["value"] % (1 << 32))
            self.set_tids[event["child_tid"]] = number(event["set_tid"]["addr"]), value

    def name(self, call_id):
        if call_id in self.recorded:
            return self.recorded[call_id]["syscall"]
        call = self.calls.get(call_id)
        return f"unfinished {call.nr}" if call else "no call"

    def buffers(self, call_id):
        call = self.recorded.get(call_id)
        if call is None:
            return []
        if "outs" not in call:
            call["outs"] = [(number(b["addr"]), data(b)) for b in call["bufs"]
                            if b["dir"] == "out" and b["data"]]
        return call["outs"]

    def change(self, change):
        """Judge one look at the memory."""
        ids = [i for i in change.calls if i >= self.first_id]
        if not ids and not change.flags & records.DEATH:
            return
        for item in change.ranges:
            self.range(change, item, ids)

    def range(self, change, item, ids):
        end = item.addr + len(item.new)
        left = [(item.addr, end)]  # what no buffer with the same bytes covers
        inside = []                # what a buffer with other bytes covers
        for call_id in ids:
            for buf in self.buffers(call_id):
                both = overlap(buf, item.addr, end)
                if both:
                    left = self.take(item, call_id, buf, both, left, inside)
        for start, stop in left:
            self.uncovered(change, item, ids, start, stop, inside)

    def take(self, item, call_id, buf, both, left, inside):
        """Take from `left` what a buffer has with the same bytes."""
        rest = []
        for start, stop in left:
            low, high = max(start, both[0]), min(stop, both[1])
            if low >= high:
                rest.append((start, stop))
                continue
            ours = buf[1][low - buf[0]:high - buf[0]]
            seen = item.new[low - item.addr:high - item.addr]
            if start < low:
                rest.append((start, low))
            if ours == seen:
                self.cover(item, call_id, low, high)
            else:
                inside.append((low, high))
                for i in range(high - low):
                    if ours[i] == seen[i]:
                        self.cover(item, call_id, low + i, low + i + 1)
                    else:
                        rest.append((low + i, low + i + 1))
            if high < stop:
                rest.append((high, stop))
        return rest

    def cover(self, item, call_id, low, high):
        tally = self.tally(self.name(call_id))
        count = changed_count(item.old[low - item.addr:high - item.addr],
                              item.new[low - item.addr:high - item.addr])
        tally.changed += count
        tally.covered += count

    def uncovered(self, change, item, ids, start, stop, inside):
        old = item.old[start - item.addr:stop - item.addr]
        new = item.new[start - item.addr:stop - item.addr]
        count = changed_count(old, new)
        if not count:
            return
        name = self.name(ids[0]) if ids else "no call"
        tally = self.tally(name)
        kind = self.kind(change, item, ids, start, stop, new)
        if kind:
            tally.classes[kind] += count
            return
        tally.changed += count
        tally.missed += count
        wrong = any(low <= start < high for low, high in inside)
        what = ("other bytes recorded" if wrong else "not recorded") + self.near(ids, start)
        text = (f"{name}: {count} bytes at {start:#x} {what}: "
                f"{old[:24].hex()} became {new[:24].hex()}; {self.describe(change, ids)}")
        self.failures.append(Failure(name, what, count, text))

    def kind(self, change, item, ids, start, stop, new):
        """The class of a known writer, or None."""
        for name, areas in ("rseq", self.rseq_areas), ("events", self.event_rings):
            if any(low <= start and stop <= high for low, high in areas):
                return name
        if self.is_set_tid(change, ids, start, new):
            return "settid"
        if any(word <= start and stop <= word + 4 for word in self.clear_words) and not any(new):
            return "cleartid"
        if change.flags & records.DEATH and self.is_robust(item, start):
            return "robust"
        if change.flags & records.EXEC and item.flags & records.FILE:
            return "image"
        if self.is_remote(ids, start, new):
            return "remote"
        if self.is_early(ids, start, new):
            return "early"
        if self.is_taken(ids, start, stop):
            return "taken"
        if item.flags & records.MAPPING:
            return "mapping"
        if item.flags & records.SHARED and (
                item.flags & records.FIRST or change.flags & records.FOREIGN
                or any(self.name(i) in FILE_WRITERS for i in ids)):
            return "shared"
        return "threads" if change.flags & records.USER else None

    def is_set_tid(self, change, ids, start, new):
        """Whether CLONE_CHILD_SETTID wrote this, and the recorder has it so."""
        for birth in self.births.values():
            if not birth.flags & CLONE_CHILD_SETTID or birth.tid not in self.set_tids:
                continue
            if birth.id in ids or birth.tid == change.tid:
                addr, value = self.set_tids[birth.tid]
                at = start - addr
                if addr == birth.child_tid and at >= 0 and value[at:at + len(new)] == new:
                    return True
        return False

    def is_remote(self, ids, start, new):
        """Whether one of these calls wrote just this from its input."""
        calls = [self.recorded[i] for i in ids
                 if i in self.recorded and is_remote_writer(self.recorded[i])]
        return any(text[start - addr:start - addr + len(new)] == new for call in calls
                   for addr, text in remote_writes(call)
                   if addr <= start and start + len(new) <= addr + len(text))

    def is_early(self, ids, start, new):
        """Whether the next call that tells of asynchronous reads of this memory has just this."""
        for call_id in sorted(self.event_calls):
            for addr, text in self.buffers(call_id) if ids and call_id > ids[0] else ():
                if addr <= start and start + len(new) <= addr + len(text):
                    return text[start - addr:start - addr + len(new)] == new
        return False

    def is_taken(self, ids, start, stop):
        """Whether one of these calls wrote it, and lost the page to another thread."""
        writers = [self.recorded[i] for i in ids
                   if any(overlap(buf, start, stop) for buf in self.buffers(i))]
        return any(
            writer["tid"] != taker["tid"]
            and writer["enter_ns"] < taker["exit_ns"] < (writer["exit_ns"] or 0)
            and number(taker["args"][0]) <= start
            and stop <= number(taker["args"][0]) + number(taker["args"][1])
            for writer in writers for taker in self.takers)

    @staticmethod
    def is_robust(item, start):
        at = (start & ~3) - item.addr
        word = item.new[max(at, 0):at + 4]
        return len(word) >= 1 and bool(word[-1] & FUTEX_OWNER_DIED >> 24)

    def near(self, ids, start):
        """Which argument an address is near to."""
        best = None
        for call_id in ids:
            call = self.calls.get(call_id)
            for i, arg in enumerate(call.args if call else ()):
                if 0 <= start - arg < 4096 and (best is None or start - arg < best[0]):
                    best = (start - arg, i, self.name(call_id))
        if best is None:
            return ", near no argument"
        return f", argument {best[1]} of {best[2]} + {best[0]}"

    def describe(self, change, ids):
        parts = []
        for call_id in ids[:3]:
            call = self.calls.get(call_id)
            if call:
                args = ", ".join(hex(a) for a in call.args)
                parts.append(f"{self.name(call_id)}({args}) = {call.ret} by {call.tid}")
        return "; ".join(parts) + f" [flags {change.flags}]"


X32 = 1 << 30  # of the oracle's numbers; the recorder has the ABI beside the number


def is_same(call, seen):
    """Whether both saw the same call; results of 32-bit ABIs have 32 bits."""
    # ptrace has a number that is negative as one of 64 bits.
    number_seen = seen.nr & 0xffffffff
    if call["abi"] == "x32":
        number_seen &= ~X32
    if call["nr"] != number_seen:
        return False
    width = 32 if call["abi"] in ("i386", "arm") else 64
    return not seen.finished or (call["ret"] is not None
                                 and (call["ret"] - seen.ret) % (1 << width) == 0)


def pair(judge, ours, theirs):
    """Pair the calls of one thread: the recorder's and the oracle's. What is wrong, or None.

    Where a fatal signal ends a call, only the recorder knows what the kernel returns. And the
    oracle stops a thread ahead of sys_enter: one that is killed just there never made the call.
    """
    at = 0
    for seen in theirs:
        call = ours[at] if at < len(ours) else None
        if not seen.finished and (call is None or not is_same(call, seen)):
            continue
        if call is None:
            return f"the recorder has {len(ours)} calls, and not {seen}"
        if not is_same(call, seen):
            return (f"call {at}: the recorder has {call['syscall']}({', '.join(call['args'])}) = "
                    f"{call['ret']}, the oracle {seen}")
        judge.add_recorded(seen.id, call)
        at += 1
    if at < len(ours):
        return f"the oracle has not seen the recorder's {ours[at]['syscall']}, call {at}"
    return None
