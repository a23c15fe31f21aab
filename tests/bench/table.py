# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""Figures as text."""

from figures import BARE, middle, of

TITLES = [
    ["", "x floor", "", "added ns", "", "", "", "x", "bytes", "", "", "waited",
     "tool s/M", "MiB", "start", "total"],
    ["", "cpu", "wall", "cpu", "min..max", "wall", "min..max", "bare", "/call", "lost", "waits",
     "ms", "calls", "peak", "ms", "s"],
]


def number(value, digits=3):
    """Three digits that count; - for what is not there."""
    if value is None:
        return "-"
    if abs(value) >= 10 ** (digits - 1):
        return f"{value:.0f}"
    for decimals in range(digits - 1, 0, -1):
        text = f"{value:.{decimals}f}"
        if len(text.lstrip("-").replace(".", "")) <= digits:
            return text
    return f"{value:.0f}"


def fixed(value, decimals):
    return "-" if value is None else f"{value:.{decimals}f}"


def span(found):
    return "-" if found is None else f"{number(found.least)}..{number(found.most)}"


def scaled(value, by):
    return None if value is None else value / by


def aligned(rows, left=1):
    """Columns as wide as their widest cell; all but the first ones to the right."""
    widths = [max(len(row[i]) for row in rows if i < len(row))
              for i in range(max(map(len, rows)))]
    lines = []
    for row in rows:
        cells = [cell.ljust(width) if i < left else cell.rjust(width)
                 for i, (cell, width) in enumerate(zip(row, widths))]
        lines.append("  ".join(cells).rstrip())
    return lines


def all_rounds(runs, name):
    """The sum, or None where the tool does not tell."""
    known = [getattr(run, name) for run in runs if getattr(run, name) is not None]
    return sum(known) if known else None


def bare_row(results, workload):
    """What a call takes without a tool."""
    runs = results.of(workload.name, BARE)
    calls = results.calls(workload.name, BARE)
    cells = [BARE, "-", "-"]
    for name in ("cpu", "wall"):
        found = of(runs, name)
        if calls:
            for each in ("middle", "least", "most"):
                setattr(found, each, getattr(found, each) / calls)
            cells += [f"({number(found.middle)})", span(found)]
        else:
            cells += ["-", "-"]
    total = scaled(middle(runs, "total"), 1e9)
    return cells + ["1", "-", "-", "-", "-", "-", "-", "-", fixed(total, 2)]


def tool_row(results, workload, tool):
    name = workload.name
    runs = results.of(name, tool.name)
    cpu = results.added(name, tool.name, "cpu")
    wall = results.added(name, tool.name, "wall")
    lost = results.lost(name, tool.name) if workload.recorded else None
    waits, waited = all_rounds(runs, "waits"), all_rounds(runs, "wait_ns")
    tool_cpu = results.per_call(name, tool.name, "tool_cpu")
    return [
        tool.name,
        fixed(results.to_floor(name, tool.name, "cpu"), 2),
        fixed(results.to_floor(name, tool.name, "wall"), 2),
        number(cpu and cpu.middle), span(cpu),
        number(wall and wall.middle), span(wall),
        number(results.to_bare(name, tool.name)),
        number(results.per_call(name, tool.name, "size")) if workload.recorded else "-",
        "-" if lost is None else str(lost),
        "-" if waits is None else str(waits),
        number(scaled(waited, 1e6)),
        number(scaled(tool_cpu, 1e3)),
        fixed(scaled(middle(runs, "memory"), 1 << 20), 1),
        fixed(scaled(middle(runs, "startup"), 1e6), 0),
        fixed(scaled(middle(runs, "total"), 1e9), 2),
    ]


def redis_lines(results, workload, tools):
    rows = [["", "requests/s", "min..max", "lost", "x floor's", "p99 ms", "min..max"]]
    floor = results.rate_lost(workload.name, "floor")
    for tool in tools:
        runs = results.of(workload.name, tool.name)
        rate, p99 = of(runs, "rate"), of(runs, "p99")
        if rate is None:
            continue
        lost = results.rate_lost(workload.name, tool.name)
        relation = lost / floor if lost is not None and floor and floor > 0 else None
        rows.append([tool.name, f"{rate.middle:.0f}", f"{rate.least:.0f}..{rate.most:.0f}",
                     "-" if lost is None else f"{lost * 100:.1f}%", fixed(relation, 2),
                     fixed(p99.middle, 2), f"{p99.least:.2f}..{p99.most:.2f}"])
    return aligned(rows)


def table(results, workloads, tools):
    """Lines: one block of rows for each workload, all columns aligned."""
    rows, heads = list(TITLES), {}
    for workload in workloads:
        found = [tool for tool in tools if results.of(workload.name, tool.name)]
        if not found:
            continue
        heads[len(rows)] = head(results, workload, found)
        for tool in found:
            rows.append(bare_row(results, workload) if tool.name == BARE
                        else tool_row(results, workload, tool))
    lines = []
    for i, line in enumerate(aligned(rows)):
        if i in heads:
            lines += ["", heads[i]]
        lines.append(line)
    return lines


def head(results, workload, tools):
    """What the workload is, how many calls it makes, and which tools ran a part of it only."""
    calls = results.calls(workload.name, BARE)
    text = f"{workload.name}: {workload.what}"
    if calls:
        text += f", {calls:,.0f} {workload.unit}s"
    less = [f"{tool.name} {results.calls(workload.name, tool.name):,.0f}" for tool in tools
            if results.share(workload.name, tool.name) != 1]
    rounds = len(results.of(workload.name, BARE))
    less += [f"{tool.name} in {len(results.of(workload.name, tool.name))} of {rounds} rounds"
             for tool in tools if len(results.of(workload.name, tool.name)) < rounds]
    return text + (f" ({'; '.join(less)})" if less else "")


def programs_table(results, workloads, tools):
    """What each program of a tool takes, as the kernel counts it (kernel.bpf_stats_enabled)."""
    rows = [["", "program", "runs/call", "ns/run", "ns/call", "missed"]]
    for workload in workloads:
        calls = results.calls(workload.name, BARE)
        for tool in tools:
            runs = results.of(workload.name, tool.name)
            for name in sorted({name for run in runs for name in run.programs}):
                counts = [run.programs[name] for run in runs if name in run.programs]
                ran = sum(count["run_cnt"] for count in counts)
                if not ran or not calls:
                    continue
                ns = sum(count["run_time_ns"] for count in counts)
                missed = sum(count["missed"] for count in counts)
                rows.append([f"{workload.name} {tool.name}", name,
                             number(ran / calls / len(counts)), number(ns / ran),
                             number(ns / calls / len(counts)), str(missed)])
    return aligned(rows, 2)
