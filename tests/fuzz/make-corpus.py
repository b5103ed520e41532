#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Write the first inputs of the fuzz targets region, event, trace, page_table, options and rule to the directory of
the corpus. They are valid, so that the fuzzer starts beyond the first checks. usage: make-corpus.py DIR"""
import pathlib
import struct
import sys

HELLO, EVENT, ANSWER, WORK, BYE = 1, 2, 3, 4, 5
DONE = 0xF0000001
OPEN_HELLO, OPEN_EVENT, OPEN_WORK = 0xE0000001, 0xE0000002, 0xE0000003
ENTER, RETURN, ERROR, MISSED = 1, 2, 3, 4
RAM = 0x100000


def header(code, size, addr=0, generation=1):
    return struct.pack("<IIQQ", code, generation, addr, size)


def hello(nr_pages=4, rules=False):
    ranges = struct.pack("<QII", RAM, nr_pages, 0) + bytes(16 * 127)
    ops = 0xFFFFC if rules else 0xC7FFC  # without RULE_OPEN, RULE_ADD and RULE_DEL
    return (struct.pack("<IIQQQQIIII", 2, 1, 1, ops, 0, 0, 1, 2, 12 | 48 << 8, 0) + b"6.1.0".ljust(65, b"\0") +
            b"0.1".ljust(31, b"\0") + ranges)


def item(what, addr, content, status=0):
    return struct.pack("<QIHHiI", addr, len(content), what, 0, status, 0) + content + bytes(-len(content) % 8)


def event_header(kind, hooks, nr_items=0):
    ids = struct.pack("<%dI" % len(hooks), *hooks)
    return (struct.pack("<HHIQQIIQIIII", kind, 0, 0, 9, 123456789, 100, 101, 0x2000, 0, len(hooks), nr_items, 0) +
            b"probe".ljust(16, b"\0") + ids + bytes(-len(ids) % 8))


def body(nr=16, abi=1, nr_regs=0):
    return (struct.pack("<IHBBBBHIQQQ", nr, abi, 8, 0, 6, 0, 0, nr_regs, 0, 0, 0x400000) +
            struct.pack("<8Q", *range(0x1000, 0x1006), 0, 0) + bytes(8 * nr_regs))


def call(nr=16, abi=1, hooks=(1, 2), items=(), kind=ENTER, nr_regs=0):
    return event_header(kind, hooks, len(items)) + body(nr, abi, nr_regs) + b"".join(items)


ITEMS = (item(1, 0x1001, b"0123456789"), item(2, 0x1000, b"eth0"), item(3, 5, b"/etc/", 1),
         item(4, 0, b"sh\0"), item(1, 0x3000, b"", -14), item(2, 0x4000, b"", 2))


def error():
    return event_header(ERROR, (2,)) + struct.pack("<HHiQ", ENTER, 0, -14, 0x1234) + body()


def missed():
    return event_header(MISSED, (1, 2)) + struct.pack("<IIIIQ", 1, ENTER, 16, 1, 3)


def step(page, kind, content, vcpu=0, honest=0, keep=0):
    return struct.pack("<5BH", vcpu, page, kind, honest, keep, len(content)) + content


def answer(page, size, data=b"", cursor=0):
    return step(page, ANSWER, header(DONE, size, cursor) + data, honest=1)


def boot():
    names = b"read\0write\0ioctl\0"
    return (step(0, HELLO, header(OPEN_HELLO, len(hello())) + hello()) + answer(0, 0) +
            answer(0, len(names), names) + answer(0, len(names), names) + answer(0, 0, cursor=1) +
            answer(0, 0, cursor=2))


SLOTS = RAM + 4 * 4096


def boot_with_rules():
    """Hello, up to the installation of the first rule, with two hooks."""
    names = b"read\0write\0ioctl\0"
    greeting = hello(rules=True)
    return (step(0, HELLO, header(OPEN_HELLO, len(greeting)) + greeting) + answer(0, 0) +
            answer(0, len(names), names) + answer(0, len(names), names) + answer(0, 0, cursor=1) +
            answer(0, 0, cursor=2) + answer(0, 0, cursor=SLOTS) + answer(0, 0))


def event_with_rules(page):
    """An event that removes the rule and adds another: two more answers."""
    return step(page, EVENT, header(OPEN_EVENT, len(call())) + call(nr=2)) + answer(page, 0) + answer(page, 0) * 9


def place(what, arg, offset=0, inner_offset=0):
    return struct.pack("<IIqq", what, arg, offset, inner_offset)


def condition(where, cmp, width=0, value=0, string=(0, 0)):
    return where + struct.pack("<IIIIIIQQ", cmp, width, 0, string[0], string[1], 0, value, 0)


def rule(when, flags, conds=(), stores=(), content=b"", arg_mask=0, rows=(), key=bytes(24), key_width=0):
    return (struct.pack("<12Iq", 1, 0, 1, when, flags, arg_mask, len(conds), len(stores), len(rows), key_width,
                        len(content), 0, -5) + bytes(64) + key + b"".join(conds) +
            b"".join(where + struct.pack("<IIII", off, size, hits, 0) for where, off, size, hits in stores) +
            b"".join(struct.pack("<QqII", *row) for row in rows) + content)


REGISTER = rule(2, 2, (condition(place(2, 0), 12, string=(0, 4)), condition(place(3, 0, 16), 1, 4, 0x34)),
                ((place(3, 0, 16, 4), 4, 4, 0),), b"eth0\2\0\0\0")
MEMORY = b"eth0".ljust(16, b"\0") + struct.pack("<Q", 0x10000 + 128) + bytes(104) + struct.pack("<I", 0x34)


NODES = (struct.pack("<iIQ", 0, 16, 0x2000) + bytes(8) + struct.pack("<iIQ", 0, 16, 0) + bytes(8))


def event(page, kind=ENTER, items=()):
    content = call(nr=2, items=items, kind=kind)
    return (step(page, EVENT, header(OPEN_EVENT, len(content)) + content) + answer(page, 4, b"eth0") +
            answer(page, 100) + answer(page, 8, b"01234567") + answer(page, 5, b"/etc/") + answer(page, 3, b"sh\0") +
            answer(page, len(NODES), NODES) + answer(page, 4, b"eth0") + answer(page, 5, b"/etc/") +
            answer(page, 3, b"sh\0") + answer(page, len(NODES), NODES))


def tables(abi, page_shift, va_bits, link, leaf, levels):
    """All tables in one page: each level uses another entry of it, and the page that is found is the next one."""
    bits = page_shift - 3
    gva = sum(i << (page_shift + bits * (i - 1)) for i in range(1, levels + 1))
    entries = b"".join(struct.pack("<Q", RAM | link) for _ in range(levels))
    ram = bytes(8) + struct.pack("<Q", RAM + 0x1000 | leaf) + entries
    return struct.pack("<II5Q", abi, page_shift | va_bits << 8, RAM, gva, gva + 0x123, gva + 0x1000, 0) + ram


def put(what, place, content):
    """A step of the target trace: change the control page (0) or the ring (1)."""
    return struct.pack(">BHH", what, place, len(content)) + content


LOOK, TAKE = b"\2", b"\3"


def record(position, seq, content, lost=0):
    return struct.pack("<IIIIQ", 24 + len(content), 0x4C4F4700 ^ position, seq, lost, 1000 + seq) + content


def trace(events, lost=0):
    """Records in a ring of 8 KiB; each is taken before the next one is written."""
    steps, head = b"", 0
    for seq, one in enumerate(events):
        content, at = record(head, seq, one, lost * seq), head % 8192
        steps += put(1, at, content[:8192 - at])
        if len(content) > 8192 - at:
            steps += put(1, 0, content[8192 - at:])
        head += len(content)
        steps += put(0, 0, struct.pack("<III", head, seq + 1, lost * seq)) + LOOK + TAKE
    return steps


def main():
    top = pathlib.Path(sys.argv[1])
    err, size = error(), len(record(0, 0, call()))
    inputs = {
        "region/hello": boot(),
        "region/event": boot() + event(1) + event(2, RETURN),
        "region/items": boot() + event(1, items=ITEMS),
        "region/error": boot() + step(3, EVENT, header(OPEN_EVENT, len(err)) + err),
        "region/missed": boot() + step(3, EVENT, header(OPEN_EVENT, len(missed())) + missed()),
        "region/work": boot() + step(1, WORK, header(OPEN_WORK, 0)) + step(0, BYE, b""),
        "region/rules": boot_with_rules() + event_with_rules(1) + event_with_rules(2),
        "rule/nothing": rule(1, 1),
        "rule/register": REGISTER + MEMORY,
        "rule/other": REGISTER + MEMORY[:-4] + b"abcd",
        "rule/strings": rule(1, 1, tuple(condition(place(1, 0), cmp, string=(0, 3)) for cmp in (13, 14, 15)),
                             content=b"aba", arg_mask=255) + b"ababababa\0",
        "rule/result": rule(2, 2, (condition(place(4, 0), 9), condition(place(4, 0), 7, 8, -20 & (1 << 64) - 1))),
        "rule/fault": rule(1, 0, (), ((place(2, 5, 8), 0, 2, 0), (place(2, 5, 1000), 0, 1, 0)), b"xy"),
        "rule/hits": rule(2, 2, (condition(place(5, 0), 5, 8, 3),), ((place(2, 1), 0, 4, 1), (place(2, 2), 0, 8, 1))),
        "rule/rows": rule(1, 1, (), ((place(2, 1), 0, 0, 0),), b"onetwo", key=place(2, 0), key_width=4,
                          rows=((0x8001, 0, 0, 3), (0x8002, -19, 3, 3), (0x8003, 1, 0, 0))) + struct.pack("<I", 0x8002),
        "event/hello": hello(),
        "event/call": call(),
        "event/items": call(items=ITEMS),
        "event/compat": call(abi=2),
        "event/registers": call(nr_regs=36),
        "event/error": err,
        "event/missed": missed(),
        "page_table/x86-4": tables(1, 12, 48, 7, 0x67, 4),
        "page_table/x86-5": tables(1, 12, 57, 7, 0x67, 5),
        "page_table/x86-clean": tables(1, 12, 48, 7, 0x25, 4),
        "page_table/arm64-48": tables(3, 12, 48, 3, 0x443, 4),
        "page_table/arm64-39": tables(3, 12, 39, 3, 0x443, 3),
        "page_table/arm64-16k": tables(3, 14, 47, 3, 0x443, 3),
        "page_table/absent": tables(1, 12, 48, 7, 0, 4),
        "page_table/unknown": tables(2, 12, 48, 7, 0x67, 4),
        "trace/one": trace([call()]),
        "trace/items": trace([call(items=ITEMS), call(nr=257)], lost=3),
        "trace/wraps": trace([call(items=ITEMS)] * 25),
        "trace/largest": trace([call(items=(item(2, 0x1000, b"/" * 4000), item(1, 0x9000, bytes(3936))))] * 3),
        "trace/changes": trace([call()]) + put(0, 0, struct.pack("<I", 2 * size)) +
        put(1, size, record(size, 1, call())) + LOOK + put(1, size, b"\xff" * 64) + TAKE + LOOK,
        "options/plain": b"dir/file.so",
        "options/pairs": b"file.so,a=1,b=x=y,c=,d",
        "options/commas": b"a,,b,k=x,,y,,,l=z",
        "options/number": b"0x7fffffffffffffff",
    }
    for name, content in inputs.items():
        path = top / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


main()
