#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Evaluate the samples of scripts/bench: print a table, write JSON and a plot, compare two runs.

Samples are lines as tests/bench/measure prints them. The value of a case is computed from the medians of its
variants. CASES and the functions it lists are the only place that knows the targets.
"""
import argparse
import collections
import contextlib
import itertools
import json
import math
import statistics
import sys
from html import escape

BAR_WIDTH, LABEL_WIDTH, ROW_HEIGHT = 520, 330, 18


class Samples:
    """Samples by case and variant, counts by name, and messages about failed samples."""

    def __init__(self, lines):
        self.values = collections.defaultdict(lambda: collections.defaultdict(list))
        self.counts = collections.Counter()
        self.failed = []
        for line in lines:
            word = line.split()
            if len(word) == 4 and word[0] == "sample" and is_number(word[3]):
                self.values[word[1]][word[2]].append(float(word[3]))
            elif len(word) == 3 and word[0] == "count":
                self.counts[word[1]] += int(word[2])
            elif word and word[0] in ("failed", "sample"):
                self.failed.append(" ".join(word))

    def has(self, case):
        return case in self.values

    def least(self, case, variant):
        return min(self.values[case].get(variant, ()), default=None)

    def median(self, case, variant):
        values = self.values[case].get(variant)
        return statistics.median(values) if values else None


def is_number(word):
    try:
        return math.isfinite(float(word))
    except ValueError:
        return False


def limit(most):
    return lambda value: value <= most


def exactly(wanted):
    return lambda value: value == wanted


def one_case(name, unit, value, peers, target="report", holds=None, samples=None):
    """Make a case of the report; a missing value or peer counts as a miss."""
    absent = value is None or any(peer is None for peer in peers.values())
    wrong = value is not None and holds is not None and not holds(value)
    return {
        "name": name,
        "unit": unit,
        "target": target,
        "value": value,
        "peers": peers,
        "missed": absent or wrong,
        "wrong": wrong,
        "absent": absent,
        "samples": samples or {},
    }


def ratio(value, base):
    return None if value is None or not base else value / base


def relative(samples, case, base, variants):
    return {variant: ratio(samples.median(case, variant), base) for variant in variants}


def floor_cases(samples):
    calls = {name: samples.median("floor", name) for name in ("vmcall", "out", "ioeventfd")}
    value = calls.pop("vmcall")
    yield one_case("doorbell-floor", "ns", value, calls, samples=samples.values["floor"])


def others_cases(samples):
    bare = samples.median("others", "bare")
    for number in (1, 10, 100):
        yield one_case(f"others-{number}", "x bare",
                       ratio(samples.median("others", f"hooks-others-{number}"), bare),
                       relative(samples, "others", bare, [f"seccomp-{number}"]),
                       samples=samples.values["others"])


def miss_cases(samples):
    bare = samples.median("miss", "bare")
    peers = relative(samples, "miss", bare, ["strace-other", "perf-filter"])
    for kind, most in (("scalar", 1.5), ("comm", 1.5), ("prefix", 2)):
        yield one_case(f"miss-{kind}", "x bare", ratio(samples.median("miss", f"hooks-miss-{kind}"), bare),
                       peers, f"<= {most}", limit(most), samples.values["miss"])


OPERATIONS = ("READ", "WRITE", "READ_STR", "FD_NAME", "PROC_ARGS", "PROC_ENV", "PROC_PID", "USER_REGS")


def exits_per_call(count, guest=""):
    """Exits per matching call, from the VMM's counters of a guest in which only the benchmark causes events."""
    events = count[f"{guest}doorbells.event"] - count[f"{guest}switches"]
    reads = sum(count[f"{guest}operations.{name}"] for name in OPERATIONS)
    return ratio(events + reads, count[f"{guest}hits"])


def exit_cases(samples):
    count = samples.counts
    yield one_case("miss-exits", "exits in total", count["doorbells.event"] - count["hits"] - count["switches"], {},
                   "0", exactly(0))
    if count["hits"]:
        yield one_case("hit-exits", "exits per call", exits_per_call(count), {}, "exactly 1", exactly(1))


def pair_cases(samples):
    if not samples.has("pair"):
        return

    def gain(what):
        return ratio(samples.median("pair", f"{what}-2"), samples.median("pair", f"{what}-1"))

    for what in ("empty", "raeth"):
        yield one_case(f"pair-{what}", "x one process", gain(what), {"bare": gain("bare")},
                       samples=samples.values["pair"])
    yield one_case("pair-exits", "exits per call", exits_per_call(samples.counts, "pair."), {}, "exactly 1", exactly(1))


def hit_cases(samples):
    floor = samples.median("floor", "vmcall")
    plans = (
        ("empty", "hooks-empty", [], None),
        ("decide", "hooks-decide", ["unotify-denied", "ptrace-denied"], 1.15),
        ("raeth", "hooks-raeth", ["bare", "unotify-register", "ptrace-register", "strace-inject"], 1.2),
    )
    for case, hook, peers, most in plans:
        if samples.has(case):
            beside = relative(samples, case, floor, peers)
            if case != "empty":
                beside["hooks-empty"] = ratio(samples.median("empty", "hooks-empty"), floor)
            yield one_case(case, "x floor", ratio(samples.median(case, hook), floor), beside,
                           f"<= {most}" if most else "report", limit(most) if most else None,
                           samples.values[case])


def trace_cases(samples):
    """Trace records, which the host reads later; miss-exits also checks that they cause no exits."""
    peers = ("bpftrace", "ebpf", "strace-output", "perf-output")
    for length in (64, 255, 4000):
        case = f"trace-{length}"
        bare = samples.median(case, "bare")
        beside = relative(samples, case, bare, peers)
        yield one_case(case, "x bare", ratio(samples.median(case, "hooks-trace"), bare), beside, "<= bpftrace",
                       limit(beside["bpftrace"] or 0), samples.values[case])
        right = f"{case}-right"
        yield one_case(right, "% right", samples.least(right, "hooks-trace"),
                       {peer: samples.least(right, peer) for peer in peers}, "100", exactly(100))
    count = samples.counts
    yield one_case("trace-records", "% right", percent(count["trace.consumed"], count["traced"]), {}, "100", exactly(100))
    yield one_case("trace-exits", "exits for space", count["doorbells.trace"], {}, "0", exactly(0))


def direct_cases(samples):
    """Direct accesses; the exit counts of the guest's other hits show that they cause no exit."""
    took = {variant: samples.median("direct", variant) for variant in
            ("read-64", "readv-64", "bulk-read", "bulk-write", "bulk-memcpy", "bulk-readv")}
    yield one_case("undeclared-read-64", "ns", took["read-64"], {"process_vm_readv": took["readv-64"]},
                   samples=samples.values["direct"])
    for access in ("bulk-read", "bulk-write"):
        yield one_case(access, "x memcpy rate", ratio(took["bulk-memcpy"], took[access]),
                       {"process_vm_readv": ratio(took["bulk-memcpy"], took["bulk-readv"])},
                       ">= 0.5", lambda value: value >= 0.5, samples.values["direct"])


def rule_cases(samples):
    """Answers by a rule in the guest; miss-exits checks that they cause no exits."""
    base = samples.median("raeth", "bare")
    if samples.median("raeth", "hooks-rule") is None:
        return
    yield one_case("raeth-rule", "x bare", ratio(samples.median("raeth", "hooks-rule"), base),
                   relative(samples, "raeth", base, ["hooks-raeth"]), samples=samples.values["raeth"])
    yield one_case("rule-hits", "% of its calls", percent(samples.counts["rules.hits"], samples.counts["ruled"]), {},
                   "100", exactly(100))


def percent(found, total):
    return None if found is None or not total else 100 * found / total


def buffer_cases(samples):
    for case in [name for name in samples.values if name.startswith("buffers-")]:
        # if a call's memory was not in the state of the case, the result proves nothing
        proven = {name: samples.median(case, name) == samples.median(case, "calls")
                  for name in ("in-state", "perf-in-state")}
        value, peer = (percent(samples.median(case, name), samples.median(case, "calls")) if proven[state] else None
                       for name, state in (("hooks", "in-state"), ("perf", "perf-in-state")))
        yield one_case(case, "% right", value, {"perf-kprobe": peer}, "100", exactly(100), samples.values[case])


LOAD_VARIANTS = ("hooks-one", "hooks-every", "hooks-trace-every", "strace-openat", "strace")


def load_cases(samples):
    target = "added time <= 1/5 of strace's"
    for case in [name for name in samples.values if name.startswith("load-")]:
        every = relative(samples, case, samples.median(case, "bare"), LOAD_VARIANTS)
        strace = every["strace"]
        most = limit((strace - 1) / 5 + 1 if strace else 0)
        peers = {name: every[name] for name in ("strace-openat", "strace")}
        yield one_case(f"{case}-every", "x bare", every["hooks-every"], {"strace": strace},
                       samples=samples.values[case])
        yield one_case(f"{case}-traced", "x bare", every["hooks-trace-every"], {"strace": strace}, target, most,
                       samples.values[case])
        yield one_case(f"{case}-one", "x bare", every["hooks-one"], peers, target, most, samples.values[case])
    if samples.has("load-dd"):
        yield from load_count_cases(samples.counts)


def load_count_cases(count):
    """Records of every call: at least as many as dd must have made calls, and none unread."""
    consumed, lost = count["loads.trace.consumed"], count["loads.trace.lost"]
    yield one_case("load-records", "% of dd's calls", percent(consumed, count["loads.traced"]), {}, ">= 100",
                   lambda value: value >= 100)
    yield one_case("load-lost", "records", count["loads.trace.produced"] - consumed + lost, {}, "0", exactly(0))
    yield one_case("load-waits", "exits for space", count["loads.doorbells.trace"], {})


def boot_cases(samples):
    for case in [name for name in samples.values if name.startswith("boot-")]:
        release = case.partition("-")[2]
        peers = {name: samples.median(case, name) for name in ("qemu-vmlinux", "qemu-bzimage")}
        best = min((value for value in peers.values() if value), default=None)
        portal = samples.median(case, "portal")
        yield one_case(case, "x start to init", ratio(portal, best),
                       {name: ratio(value, best) for name, value in peers.items()}, "<= 0.75 of the best QEMU",
                       limit(0.75), samples.values[case])
        yield one_case(f"{case}-exits", "exits before init", samples.median(f"exits-{release}", "portal"), {},
                       "<= 1000", limit(1000), samples.values[f"exits-{release}"])
        memory = f"memory-{release}"
        yield one_case(memory, "KiB besides RAM", samples.median(memory, "portal"),
                       {name: samples.median(memory, name) for name in peers}, "<= 5120", limit(5120),
                       samples.values[memory])


CASES = (
    ("floor", floor_cases), ("others", others_cases), ("miss", miss_cases), ("empty", hit_cases),
    ("decide", hit_cases), ("raeth", hit_cases), ("trace-64", trace_cases), ("direct", direct_cases),
)


def evaluate(samples):
    cases, done = [], set()
    for name, make in CASES:
        if samples.has(name) and make not in done:
            cases += make(samples)
            done.add(make)
    if "doorbells.event" in samples.counts:
        cases += exit_cases(samples)
        cases += rule_cases(samples)
    for make in (buffer_cases, load_cases, pair_cases, boot_cases):
        cases += make(samples)
    return cases


def shown(value):
    if value is None:
        return "absent"
    if value == int(value):
        return f"{int(value)}"
    return f"{value:.0f}" if abs(value) >= 1000 else f"{value:.2f}"


def print_table(cases, out):
    rows = [("case", "value", "unit", "must be", "", "peers")]
    for case in cases:
        peers = ", ".join(f"{name} {shown(value)}" for name, value in case["peers"].items())
        rows.append((case["name"], shown(case["value"]), case["unit"], case["target"],
                     "MISSED" if case["missed"] else "", peers))
    widths = [max(len(row[i]) for row in rows) for i in range(5)]
    for row in rows:
        print("  ".join(word.ljust(width) for word, width in zip(row, widths + [0])).rstrip(), file=out)


def print_samples(samples, out):
    print(f"\n{'samples':24}{'variant':20}{'median':>14}{'least':>14}{'most':>14}{'n':>4}", file=out)
    for case, variants in samples.values.items():
        for variant, values in variants.items():
            print(f"{case:24}{variant:20}{shown(statistics.median(values)):>14}{shown(min(values)):>14}"
                  f"{shown(max(values)):>14}{len(values):>4}", file=out)


def svg_bars(case):
    yield case["name"], case["value"], "#b3352c" if case["missed"] else "#2c6fb3"
    for name, value in case["peers"].items():
        yield name, value, "#a0a0a0"


def svg(cases):
    """Draw each case on its own scale: the longest bar is the maximum of its value and peers."""
    lines, y = [], 10
    for case in cases:
        bars = [bar for bar in svg_bars(case) if bar[1] is not None]
        top = max((abs(value) for _, value, _ in bars), default=0) or 1
        for name, value, colour in bars:
            lines.append(f'<text x="{LABEL_WIDTH - 8}" y="{y + 13}" text-anchor="end">{escape(name)}</text>'
                         f'<rect x="{LABEL_WIDTH}" y="{y + 2}" width="{max(1, BAR_WIDTH * abs(value) / top):.0f}"'
                         f' height="{ROW_HEIGHT - 5}" fill="{colour}"/>'
                         f'<text x="{LABEL_WIDTH + 6}" y="{y + 13}">{shown(value)} {escape(case["unit"])}</text>')
            y += ROW_HEIGHT
        y += 8
    width = LABEL_WIDTH + BAR_WIDTH + 20
    return (f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{y + 10}" '
            f'font-family="sans-serif" font-size="12"><rect width="100%" height="100%" fill="white"/>\n'
            + "\n".join(lines) + "\n</svg>\n")


def compare(path_a, path_b):
    runs = []
    for path in (path_a, path_b):
        with open(path, encoding="utf-8") as file:
            runs.append({case["name"]: case for case in json.load(file)})
    print(f"{'case':24}{'A':>12}{'B':>12}{'B/A':>8}  unit")
    for name in sorted(set(runs[0]) | set(runs[1])):
        a, b = (run.get(name, {}).get("value") for run in runs)
        quotient = f"{b / a:.2f}" if a and b is not None else "-"
        unit = (runs[0].get(name) or runs[1][name])["unit"]
        print(f"{name:24}{shown(a):>12}{shown(b):>12}{quotient:>8}  {unit}")


def counts(case):
    """Whether the case is an exact count, so that a miss is an error and not noise."""
    return case["unit"] in ("% right", "% of its calls", "records", "% of dd's calls") or case["name"].endswith("-exits")


def without_peers(case):
    """A case of a run without peers: only counts have targets."""
    peers = {name: value for name, value in case["peers"].items() if value is not None}
    wrong = case["wrong"] and counts(case)
    target = case["target"] if counts(case) else "report"
    return case | {"peers": peers, "target": target, "wrong": wrong, "missed": wrong, "absent": False}


def report(args):
    with contextlib.ExitStack() as stack:
        files = [stack.enter_context(open(path, encoding="utf-8", errors="replace")) for path in args.samples]
        samples = Samples(itertools.chain(*files))
    cases = evaluate(samples)
    if args.own:
        cases = [without_peers(case) for case in cases if case["value"] is not None]
    print_table(cases, sys.stdout)
    print_samples(samples, sys.stdout)
    if args.json:
        with open(args.json, "w", encoding="utf-8") as file:
            json.dump(cases, file, indent=1)
            file.write("\n")
    if args.svg:
        with open(args.svg, "w", encoding="utf-8") as file:
            file.write(svg(cases))
    counts_wrong = [case["name"] for case in cases if case["missed"] and (case["absent"] or counts(case))]
    for text in samples.failed + [f"wrong or absent: {name}" for name in counts_wrong]:
        print(f"bench: {text}", file=sys.stderr)
    return 1 if samples.failed or counts_wrong or not cases else 0


def main():
    parser = argparse.ArgumentParser(description="evaluates samples; called by scripts/bench")
    parser.add_argument("--compare", nargs=2, metavar=("A.json", "B.json"))
    parser.add_argument("--samples", nargs="+")
    parser.add_argument("--own", action="store_true", help="the samples are of a run without peers")
    parser.add_argument("--json")
    parser.add_argument("--svg")
    args = parser.parse_args()
    if args.compare:
        compare(*args.compare)
        return 0
    return report(args)


sys.exit(main())
