"""Run the real radare2, out of the shared libraries that the PyPI package r2libr ships.

The package has no executable: its `libr_main.so` holds radare2's `main`, which is called
here with this script's arguments. The libraries need each other and carry no usable search
path, so they are loaded in rounds, each round those whose needs the last one met.

usage: PYTHON radare2.py [any radare2 argument], PYTHON being one that has r2libr.
"""
import ctypes
import importlib.util
import os
import pathlib
import sys


def load(folder):
    """Load every library of the folder for all to see; return the one with the main function."""
    waiting = sorted(folder.glob("libr_*.so"))
    while waiting:
        refused = {}
        for library in waiting:
            try:
                ctypes.CDLL(str(library), mode=ctypes.RTLD_GLOBAL)
            except OSError as error:
                refused[library] = error
        if len(refused) == len(waiting):
            sys.exit(f"radare2.py: {next(iter(refused.values()))}")
        waiting = list(refused)
    return ctypes.CDLL(str(folder / "libr_main.so"))


def main():
    spec = importlib.util.find_spec("libr")
    if spec is None or spec.origin is None:
        sys.exit("radare2.py: this Python has no r2libr; ./test makes one that has")
    library = load(pathlib.Path(spec.origin).parent / "libr")
    words = [b"radare2", *map(os.fsencode, sys.argv[1:])]
    library.r_main_radare2.restype = ctypes.c_int
    return library.r_main_radare2(len(words), (ctypes.c_char_p * (len(words) + 1))(*words, None))


sys.exit(main())
