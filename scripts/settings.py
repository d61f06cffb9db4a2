#!/usr/bin/env python3
"""Fail when a setting is in the table and nothing reads it.

A setting that cannot be changed (`fixed` in the table) needs no reader: changing it is refused.

usage: settings.py [--self-test]
"""
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
TABLE = ROOT / "crates/shell/src/config/table.rs"


def unread(table, sources):
    """The settings of a table, those that are fixed, and those that no source names."""
    rows = re.findall(r'(fixed\(\s*)?(?:runs\(\s*)?row\(\s*"([a-z0-9.]+)"', table)
    free = [name for fixed, name in rows if not fixed]
    return len(rows), len(rows) - len(free), [name for name in free if f'"{name}"' not in sources]


def self_test():
    table = 'row("a.read", K), fixed(\n    row("a.fixed", K), "why"), runs(row("a.dead", K)),'
    found = unread(table, 'env.is_set("a.read")')
    assert found == (3, 1, ["a.dead"]), found
    print("settings: one that nothing reads is found")


def main():
    if sys.argv[1:] == ["--self-test"]:
        return self_test()
    sources = [path for path in ROOT.glob("crates/*/src/**/*.rs") if path != TABLE]
    count, fixed, dead = unread(TABLE.read_text(), "\n".join(path.read_text() for path in sources))
    for name in dead:
        print(f"settings: nothing reads {name}", file=sys.stderr)
    print(f"settings: {count} in the table, {fixed} fixed, {len(dead)} that nothing reads")
    return 1 if dead else 0


if __name__ == "__main__":
    sys.exit(main())
