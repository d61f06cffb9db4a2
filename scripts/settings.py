#!/usr/bin/env python3
"""Fail when a setting is in the table and nothing reads it.

A setting that cannot be changed (`fixed` in the table) needs no reader: changing it is refused.

usage: settings.py
"""
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
TABLE = ROOT / "crates/shell/src/config/table.rs"


def main():
    rows = re.findall(r'(fixed\(\s*)?(?:runs\(\s*)?row\(\s*"([a-z0-9.]+)"', TABLE.read_text())
    names = [name for fixed, name in rows if not fixed]
    sources = [path for path in ROOT.glob("crates/*/src/**/*.rs") if path != TABLE]
    text = "\n".join(path.read_text() for path in sources)
    unread = [name for name in names if f'"{name}"' not in text]
    for name in unread:
        print(f"settings: nothing reads {name}", file=sys.stderr)
    print(f"settings: {len(rows)} in the table, {len(rows) - len(names)} fixed, {len(unread)} that nothing reads")
    return 1 if unread else 0


if __name__ == "__main__":
    sys.exit(main())
