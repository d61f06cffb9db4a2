#!/usr/bin/env python3
"""List the Rust files that are longer than the size rule likes.

Most files stay under 300 lines. Over 500 the file's `//!` gives the reason, on a line that
begins `//! Size:`. Over 800 it is split. A file's own tests (from its foot's `#[cfg(test)]`
on), test files, benches and fuzz targets do not count.

usage: sizes.py              check the files git knows or would add
       sizes.py --self-test  show that the rule bites
"""
import subprocess
import sys

LISTED, REASONED, SPLIT = 300, 500, 800
UNCOUNTED = ("tests/", "benches/", "fuzz/")


def uncounted(path):
    in_folder = path.startswith(UNCOUNTED) or any(f"/{folder}" in path for folder in UNCOUNTED)
    return in_folder or path.endswith("/tests.rs")


def measure(text):
    """Lines before the file's own tests, and whether its header gives a reason for its size."""
    lines = text.splitlines()
    end = len(lines)
    for number, line in enumerate(lines):
        if line == "#[cfg(test)]" and lines[number + 1 : number + 2] and lines[number + 1].startswith("mod "):
            if lines[number + 1].endswith("{"):
                end = number
                break
    reason = any(line.startswith("//! Size:") for line in lines)
    return end, reason


def verdict(length, reason):
    """(complaint or None, whether it fails the check)"""
    if length > SPLIT:
        return f"over {SPLIT}: split it", True
    if length > REASONED and not reason:
        return f"over {REASONED}: split it, or say why not on a `//! Size:` line", True
    if length > REASONED:
        return f"over {REASONED}, with its reason", False
    if length > LISTED:
        return f"over {LISTED}", False
    return None, False


def self_test():
    assert uncounted("fuzz/fuzz_targets/rap.rs") and uncounted("crates/io/tests/model.rs")
    assert uncounted("crates/shell/src/parse/tests.rs") and not uncounted("crates/shell/src/test.rs")
    assert measure("//! x\n//! Size: one table\nfn a() {}\n#[cfg(test)]\nmod tests {\n}\n") == (3, True)
    assert measure("#[cfg(test)]\nmod tests;\nfn a() {}\n") == (3, False)
    assert [verdict(n, False)[1] for n in (10, 300, 301, 500, 501, 801)] == [False, False, False, False, True, True]
    assert [verdict(n, True)[1] for n in (501, 800, 801)] == [False, False, True]


def main():
    if sys.argv[1:] == ["--self-test"]:
        self_test()
        print("sizes: the rule bites")
        return 0
    listing = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "*.rs"],
        check=True, stdout=subprocess.PIPE, text=True,
    ).stdout.split("\n")
    rows, failed = [], 0
    for path in sorted(set(filter(None, listing))):
        if uncounted(path):
            continue
        try:
            with open(path, encoding="utf-8") as file:
                length, reason = measure(file.read())
        except FileNotFoundError:
            continue  # deleted, not yet committed
        complaint, fails = verdict(length, reason)
        failed += fails
        if complaint:
            rows.append((length, path, complaint))
    for length, path, complaint in sorted(rows, reverse=True):
        print(f"sizes: {length:5} {path} ({complaint})")
    print(f"sizes: {len(rows)} files over {LISTED} lines, {failed} against the rule")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
