#!/usr/bin/env python3
"""Fail when a crate of the workspace imports against the chain.

    cli -> serve -> shell -> analysis -> { debug, arch, bin } -> { io, esil } -> wire

Each crate may depend (for its code, its tests or its build script) only on crates further
down, and a few must not know some outside crates at all (ARCHITECTURE says why).

usage: layers.py            check this workspace, read through `cargo metadata`
       layers.py --self-test  show that wrong imports are caught
"""
import json
import os
import subprocess
import sys

# Low to high. Crates of one row do not know each other.
CHAIN = [{"wire"}, {"io", "esil"}, {"bin", "arch", "debug"}, {"analysis"}, {"shell"}, {"serve"}, {"cli"}]
RANK = {crate: rank for rank, row in enumerate(CHAIN) for crate in row}

# Outside crates a layer must stay free of, in its code; its tests may use them.
SOCKETS = {"tokio", "mio", "socket2", "ureq", "axum", "rustls"}
KEPT_OUT = {
    "wire": SOCKETS | {"rustix", "nix", "libc"},
    "bin": SOCKETS,
    "arch": SOCKETS,
    "analysis": SOCKETS,
    "esil": SOCKETS,
    "debug": SOCKETS,
    "shell": SOCKETS,
    "serve": {"rustyline"},
}


def layer(package):
    """A crate's place in the chain is the name of its folder under crates/."""
    return os.path.basename(os.path.dirname(package["manifest_path"]))


def breaches(packages):
    """One sentence for each import that goes the wrong way."""
    layers = {package["name"]: layer(package) for package in packages}
    found = []
    for package in packages:
        here = layers[package["name"]]
        if here not in RANK:
            found.append(f"crates/{here} has no place in the chain: give it one in scripts/layers.py")
            continue
        for dependency in package["dependencies"]:
            name, kind = dependency["name"], dependency["kind"] or "normal"
            there = layers.get(name)
            if there is not None and RANK.get(there, 0) >= RANK[here] and there != here:
                found.append(f"{here} imports {there} ({kind} dependency {name}): the chain runs the other way")
            elif kind != "dev" and name in KEPT_OUT.get(here, ()):
                found.append(f"{here} depends on {name}, which it must not know")
    return found


def self_test():
    def package(folder, *dependencies):
        return {
            "name": f"farad-{folder}",
            "manifest_path": f"/x/crates/{folder}/Cargo.toml",
            "dependencies": [{"name": name, "kind": kind} for name, kind in dependencies],
        }

    low = [package("wire"), package("io", ("farad-wire", None)), package("bin", ("farad-io", None)), package("arch")]
    shell = package("shell", ("farad-io", None), ("farad-bin", None), ("farad-arch", None))
    serve = package("serve", ("farad-shell", None), ("farad-wire", None), ("tokio", None))
    assert breaches([*low, shell, serve]) == [], breaches([*low, shell, serve])

    def caught(wrong, *others):
        return len(breaches([wrong, *others])) == 1

    assert caught(package("wire", ("farad-io", None)), *low[1:])
    assert caught(package("io", ("farad-shell", "dev")), shell, *low[2:])
    assert caught(package("arch", ("farad-bin", "build")), *low[:3])
    assert caught(package("shell", ("farad-serve", None)), serve, *low)
    assert caught(package("shell", ("tokio", None)), *low)
    assert not caught(package("shell", ("tokio", "dev")), *low)
    assert caught(package("stray"), *low)


def main():
    if sys.argv[1:] == ["--self-test"]:
        self_test()
        print("layers: wrong imports are caught")
        return 0
    metadata = subprocess.run(
        ["cargo", "metadata", "--no-deps", "--format-version", "1"], check=True, stdout=subprocess.PIPE, text=True
    )
    packages = json.loads(metadata.stdout)["packages"]
    found = breaches(packages)
    for breach in found:
        print(f"layers: {breach}", file=sys.stderr)
    print(f"layers: {len(packages)} crates, {len(found)} imports against the chain")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
