# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""From runs to figures: medians, what a tool adds to a call, and how the floor compares."""

import statistics
from dataclasses import asdict, dataclass, field

BARE = "bare"
FLOOR = "floor"


@dataclass
class Run:
    """One run of a workload under a tool. Times in ns, sizes in bytes; None where there is none."""

    wall: int                    # of the workload
    cpu: int                     # of the workload's processes, user and system
    total: int = None            # from the tool's start to its end
    startup: int = None          # from the tool's start to the first call that it can record
    calls: int = None            # that the tool says it recorded
    lost: int = None             # that it says it lost
    size: int = None             # of its file
    tool_cpu: int = None         # of its processes, after its start-up
    memory: int = None           # their peak resident memory
    waits: int = None
    wait_ns: int = None
    rate: float = None           # requests a second
    p99: float = None            # ms
    programs: dict = field(default_factory=dict)


@dataclass
class Spread:
    middle: float
    least: float
    most: float


def spread(values):
    """The median, the least and the most of the values that there are, or None."""
    values = [value for value in values if value is not None]
    if not values:
        return None
    return Spread(statistics.median(values), min(values), max(values))


def of(runs, name):
    return spread(getattr(run, name) for run in runs)


def middle(runs, name):
    found = of(runs, name)
    return None if found is None else found.middle


def ratio(above, below):
    """None where it would say nothing."""
    if above is None or below is None or below <= 0:
        return None
    return above / below


class Results:
    """runs[workload][tool]: the runs of all rounds. made[workload][tool]: calls that one made, at
    least so many where the workload is one of the exact ones."""

    def __init__(self):
        self.runs = {}
        self.made = {}
        self.exact = set()

    def add(self, workload, tool, run, made, exact):
        self.runs.setdefault(workload, {}).setdefault(tool, []).append(run)
        self.made.setdefault(workload, {})[tool] = made
        if exact:
            self.exact.add(workload)

    def of(self, workload, tool):
        return self.runs.get(workload, {}).get(tool, [])

    def calls(self, workload, tool):
        """How many calls a run makes: known, or what the tools recorded that lost none."""
        made = self.made.get(workload, {}).get(tool)
        if made:
            return made
        counts = [run.calls for runs in self.runs.get(workload, {}).values() for run in runs
                  if run.calls and not run.lost]
        return statistics.median(counts) if counts else None

    def share(self, workload, tool):
        """How much of the bare run's work this tool's run does: slow ones get less."""
        made = self.made.get(workload, {})
        if not made.get(tool) or not made.get(BARE):
            return 1
        return made[tool] / made[BARE]

    def added(self, workload, tool, name):
        """ns that each call takes longer than bare, as Spread: "cpu" or "wall"."""
        bare = middle(self.of(workload, BARE), name)
        calls = self.calls(workload, tool)
        if bare is None or not calls:
            return None
        bare *= self.share(workload, tool)
        return spread((getattr(run, name) - bare) / calls for run in self.of(workload, tool))

    def added_middle(self, workload, tool, name):
        found = self.added(workload, tool, name)
        return None if found is None else found.middle

    def to_floor(self, workload, tool, name):
        """The added cost in multiples of the floor's."""
        return ratio(self.added_middle(workload, tool, name),
                     self.added_middle(workload, FLOOR, name))

    def to_bare(self, workload, tool):
        """The workload's time in multiples of its bare time."""
        found = ratio(middle(self.of(workload, tool), "wall"),
                      middle(self.of(workload, BARE), "wall"))
        return None if found is None else found / self.share(workload, tool)

    def whole(self, workload, tool):
        """ns from the tool's start to its end, as for the work that the bare run does."""
        total, wall = (middle(self.of(workload, tool), name) for name in ("total", "wall"))
        return None if total is None else total - wall + wall / self.share(workload, tool)

    def per_call(self, workload, tool, name):
        return ratio(middle(self.of(workload, tool), name), self.calls(workload, tool))

    def tool_share(self, workload, tool):
        """CPU time of the tool for each second that the workload spends on being recorded."""
        added = self.added_middle(workload, tool, "cpu")
        return ratio(self.per_call(workload, tool, "tool_cpu"), added)

    def lost(self, workload, tool):
        """Calls lost by all runs: as the tool says, or as the known number of calls shows."""
        made = self.made.get(workload, {}).get(tool) if workload in self.exact else None
        losses = []
        for run in self.of(workload, tool):
            missing = max(0, made - run.calls) if made and run.calls is not None else None
            known = [n for n in (run.lost, missing) if n is not None]
            if known:
                losses.append(max(known))
        return sum(losses) if losses else None

    def rate_lost(self, workload, tool):
        """The part of the requests a second that a tool costs."""
        rate = middle(self.of(workload, tool), "rate")
        bare = middle(self.of(workload, BARE), "rate")
        return None if rate is None or not bare else 1 - rate / bare

    def as_object(self):
        """Everything, for a file of JSON."""
        return {workload: {tool: {"calls": self.calls(workload, tool),
                                  "runs": [asdict(run) for run in runs]}
                           for tool, runs in tools.items()}
                for workload, tools in self.runs.items()}
