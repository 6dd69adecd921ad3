#!/usr/bin/env python3
"""Holds the suites in a folder to the cases that are known to pass: ci/suites/SUITE.txt lists them, one on each line.

usage: suites.py SHARED --bin PLIMSOLL [--suite SUITE]… [--update]

A suite runs on a writable copy: files that cannot be written would make its fixes fail. Exits with 1 if a listed case
fails (twice: the second time only the failed ones run) or no longer exists. Cases that pass and are not listed are named;
`--update` adds them. A list only grows: remove a line by hand, and say why in the commit.
"""
import argparse, os, pathlib, re, shutil, subprocess, sys, tempfile

LISTS = pathlib.Path(__file__).resolve().parent / "suites"
# How each suite is run on a folder of cases; `{bin}` is the program.
COMMANDS = {
    "field": ["field.py", "{cases}", "--bin", "{bin}", "--show"],
    "invocations": ["invocations.py", "{cases}", "--bin", "{bin}", "--show"],
    "hostile": ["hostile.py", "{cases}", "--bin", "{bin}", "--show"],
    "editor": ["editor.py", "{cases}", "--server", "{bin} lsp", "--need", "0"],
}
SECONDS = 1800


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("shared", type=pathlib.Path, help="the folder that contains the suites")
    parser.add_argument("--bin", required=True, help="the program")
    parser.add_argument("--suite", action="append", choices=sorted(COMMANDS), help="run only this suite")
    parser.add_argument("--update", action="store_true", help="add the cases that pass to the lists")
    options = parser.parse_args()
    environment = dict(os.environ)
    setup = options.shared / "oracle" / "setup.sh"
    if "COMPOSE" not in environment and setup.is_file():
        done = subprocess.run(["bash", str(setup)], capture_output=True, text=True, check=True)
        environment["COMPOSE"] = done.stdout.split()[-1]
    suites = options.suite or [name for name in COMMANDS if list_of(name).is_file()]
    broken = [name for name in suites if not holds(name, options, environment)]
    sys.exit(f"listed cases fail in {', '.join(broken)}" if broken else 0)


def list_of(suite):
    return LISTS / f"{suite}.txt"


def holds(suite, options, environment):
    """Whether all listed cases of a suite pass."""
    listed = set(list_of(suite).read_text().split()) if list_of(suite).is_file() else set()
    with tempfile.TemporaryDirectory(prefix="suites-") as place:
        copy = pathlib.Path(place) / suite
        shutil.copytree(options.shared / suite, copy, symlinks=True)
        make_writable(copy)
        cases = {path.parent.name: path.parent for path in (copy / "cases").rglob("case.json")}
        passed = passing(suite, copy / "cases", cases, options, environment)
        failed = sorted((listed & set(cases)) - passed)
        if failed:
            again = copy / "again"
            for name in failed:
                shutil.copytree(cases[name], again / name, symlinks=True)
            passed |= passing(suite, again, failed, options, environment)
    failed, gone, new = sorted((listed & set(cases)) - passed), sorted(listed - set(cases)), sorted(passed - listed)
    print(f"{suite}: {len(passed)} of {len(cases)} cases pass, {len(listed)} are listed")
    for what, names in [("listed, but fail", failed), ("listed, but do not exist", gone), ("pass, but are not listed", new)]:
        if names:
            print(f"  {what}: {' '.join(names)}")
    if options.update and new:
        list_of(suite).write_text("".join(f"{name}\n" for name in sorted(listed | passed)))
    return not failed and not gone


def make_writable(folder):
    for path in [folder, *folder.rglob("*")]:
        if not path.is_symlink():
            path.chmod(path.stat().st_mode | 0o200)


def passing(suite, folder, names, options, environment):
    """The names of the cases in a folder that pass."""
    values = {"cases": str(folder), "bin": os.path.abspath(options.bin)}
    script, *words = [word.format(**values) for word in COMMANDS[suite]]
    command = [sys.executable, str(folder.parent / script), *words]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, env=environment, timeout=SECONDS)
    failed = set()
    for line in done.stdout.splitlines():
        match = re.match(r"(?:FAIL )?([^\s:]+)(?::| was not judged| \()", line)
        if match and match[1] in names:
            failed.add(match[1])
    counts = re.findall(r"^(\d+) of (\d+) .*cases pass", done.stdout, re.MULTILINE)
    if not counts or int(counts[-1][0]) != len(names) - len(failed):
        sys.exit(f"{suite}: cannot read what its script printed:\n{done.stdout[-2000:]}")
    return set(names) - failed


if __name__ == "__main__":
    main()
