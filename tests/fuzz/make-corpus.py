#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Writes the first inputs of the fuzz targets region, event, page_table and options into corpus/: scripts that are
valid, so that the fuzzer starts behind the first checks. usage: make-corpus.py DIR"""
import pathlib
import struct
import sys

HELLO, EVENT, ANSWER, WORK, BYE = 1, 2, 3, 4, 5
DONE = 0xF0000001
RAM = 0x100000


def header(code, size, addr=0, generation=1):
    return struct.pack("<IIQQ", code, generation, addr, size)


def hello(nr_pages=4):
    ranges = struct.pack("<QII", RAM, nr_pages, 0) + bytes(16 * 127)
    return (struct.pack("<IIQII", 1, 1, 0, 1, 2) + b"6.1.0".ljust(65, b"\0") +
            b"0.1".ljust(31, b"\0") + ranges)


def item(what, addr, content, status=0):
    return struct.pack("<QIHHiI", addr, len(content), what, 0, status, 0) + content + bytes(-len(content) % 8)


def call(nr=16, abi=1, hooks=3, items=()):
    return (struct.pack("<IIIIQ", abi, nr, 0, 0, hooks) + struct.pack("<6Q", *range(0x1000, 0x1006)) +
            struct.pack("<QII", 0, 100, 101) + b"probe".ljust(16, b"\0") +
            struct.pack("<QQII", 0x400000, 0x2000, len(items), len(b"".join(items))) + bytes(8 * 36) +
            b"".join(items))


ITEMS = (item(1, 0x1001, b"0123456789"), item(2, 0x1000, b"eth0"), item(3, 5, b"/etc/", 1),
         item(4, 0, b"sh\0"), item(1, 0x3000, b"", -14), item(2, 0x4000, b"", 2))


def error():
    return call() + struct.pack("<IiQ", 1, -14, 0x1234)


def step(page, kind, content, vcpu=0, honest=0, keep=0):
    return struct.pack("<5BH", vcpu, page, kind, honest, keep, len(content)) + content


def answer(page, size, data=b"", cursor=0):
    return step(page, ANSWER, header(DONE, size, cursor) + data, honest=1)


def boot():
    names = b"read\0write\0ioctl\0"
    return (step(0, HELLO, header(0xE0000001, len(hello())) + hello()) + answer(0, 0) +
            answer(0, len(names), names) + answer(0, len(names), names) + answer(0, 0) + answer(0, 0))


def event(page, code=0xE0000002, items=()):
    return (step(page, EVENT, header(code, len(call(items=items))) + call(nr=2, items=items)) + answer(page, 4, b"eth0") +
            answer(page, 100) + answer(page, 8, b"01234567") + answer(page, 5, b"/etc/") +
            answer(page, 3, b"sh\0") + answer(page, 4, b"eth0") + answer(page, 5, b"/etc/") +
            answer(page, 3, b"sh\0"))


def tables(abi, page_shift, va_bits, link, leaf, levels):
    """All tables in one page, each level by another entry of it; the page itself is the second one."""
    bits = page_shift - 3
    gva = sum(i << (page_shift + bits * (i - 1)) for i in range(1, levels + 1))
    entries = b"".join(struct.pack("<Q", RAM | link) for _ in range(levels))
    ram = bytes(8) + struct.pack("<Q", RAM + 0x1000 | leaf) + entries
    return struct.pack("<II5Q", abi, page_shift | va_bits << 8, RAM, gva, gva + 0x123, gva + 0x1000, 0) + ram


def main():
    top = pathlib.Path(sys.argv[1])
    err = error()
    inputs = {
        "region/hello": boot(),
        "region/event": boot() + event(1) + event(2, 0xE0000003),
        "region/items": boot() + event(1, items=ITEMS),
        "region/error": boot() + step(3, EVENT, header(0xE0000004, len(err)) + err),
        "region/work": boot() + step(1, WORK, header(0xE0000005, 0)) + step(0, BYE, b""),
        "event/hello": hello(),
        "event/call": call(),
        "event/items": call(items=ITEMS),
        "event/compat": call(abi=2),
        "event/error": err,
        "page_table/x86-4": tables(1, 12, 48, 7, 0x67, 4),
        "page_table/x86-5": tables(1, 12, 57, 7, 0x67, 5),
        "page_table/x86-clean": tables(1, 12, 48, 7, 0x25, 4),
        "page_table/arm64-48": tables(3, 12, 48, 3, 0x443, 4),
        "page_table/arm64-39": tables(3, 12, 39, 3, 0x443, 3),
        "page_table/arm64-16k": tables(3, 14, 47, 3, 0x443, 3),
        "page_table/absent": tables(1, 12, 48, 7, 0, 4),
        "page_table/unknown": tables(2, 12, 48, 7, 0x67, 4),
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
