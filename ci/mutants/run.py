#!/usr/bin/env python3
"""How many mutants of src/rules and src/facts the tests catch.

    ci/mutants/run.py [--seed N] [--each N] [--folder FOLDER] [--only NUMBER,…]

Draws N mutants of each of the two rooms from the list of cargo-mutants, puts all of them into one copy of the sources, each
behind `crate::mutant(NUMBER)`, drops those that do not compile, builds once, and runs the tests for each: first those that
are the most likely to catch it, then the documents of all rules and the unit tests. `FOLDER/results.json` keeps what has been
judged; a second run goes on from there, and `--only` judges a few again.
"""
import argparse
import collections
import concurrent.futures
import json
import os
import random
import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TOOL = ROOT / "ci/mutants"
ROOMS = ("src/rules", "src/facts")
SWITCH = '''
/// Whether this mutant is switched on.
pub(crate) fn mutant(number: u32) -> bool {
    static ON: std::sync::LazyLock<u32> =
        std::sync::LazyLock::new(|| std::env::var("MUTANT").ok().and_then(|text| text.parse().ok()).unwrap_or(0));
    *ON == number
}
'''
TAG = re.compile(r"crate::mutant\((\d+)\)")


def room(mutant):
    return next(room for room in ROOMS if mutant["file"].startswith(room))


def listed(folder):
    """All mutants. cargo-mutants follows `mod`, which the build script writes for rules: here they are written out."""
    copy = folder / "listing"
    shutil.rmtree(copy, ignore_errors=True)
    shutil.copytree(ROOT / "src", copy / "src")
    (copy / "Cargo.toml").write_text('[package]\nname = "plimsoll"\nversion = "0.0.0"\nedition = "2024"\n')
    rules = copy / "src/rules"
    for folder_of in [rules, *(path for path in rules.iterdir() if path.is_dir())]:
        path = folder_of / "mod.rs"
        text = path.read_text() if path.exists() else ""
        inner = [one.stem for one in folder_of.iterdir() if one.is_dir() or one.suffix == ".rs" and one.stem != "mod"]
        path.write_text(text + "".join(f"\nmod {one};" for one in sorted(set(inner)) if f"mod {one};" not in text))
    command = ["cargo", "mutants", "--list", "--json", *(part for room in ROOMS for part in ("-f", f"{room}/**"))]
    return json.loads(subprocess.run(command, cwd=copy, check=True, capture_output=True, text=True).stdout)


def drawn(mutants, seed, each):
    numbers = random.Random(seed)
    chosen = []
    for wanted in ROOMS:
        own = sorted((mutant for mutant in mutants if room(mutant) == wanted), key=lambda mutant: mutant["name"])
        chosen += numbers.sample(own, each)
    return [dict(mutant, number=number, diff="") for number, mutant in enumerate(chosen, 1)]


def placed(chosen, copy):
    shutil.rmtree(copy / "src")
    shutil.copytree(ROOT / "src", copy / "src")
    command = ["cargo", "run", "--quiet", "--manifest-path", str(TOOL / "Cargo.toml"), "--", str(copy)]
    output = subprocess.run(command, input=json.dumps(chosen), check=True, capture_output=True, text=True).stdout
    library = copy / "src/lib.rs"
    library.write_text(library.read_text() + SWITCH)
    return json.loads(output)


def messages(command, copy):
    run = subprocess.run(command + ["--message-format=json"], cwd=copy, capture_output=True, text=True)
    lines = (json.loads(line) for line in run.stdout.splitlines() if line.startswith("{"))
    return run.returncode, [line for line in lines if line.get("reason")]


def guilty(error, copy):
    """The mutants on the lines of an error, or else the nearest one."""
    spans = [span for span in error["spans"] if (copy / span["file_name"]).is_file()]
    found, near = set(), []
    for span in spans:
        for at, line in enumerate((copy / span["file_name"]).read_text().split("\n"), 1):
            for number in map(int, TAG.findall(line)):
                near.append((abs(at - span["line_start"]), number))
                if span["line_start"] <= at <= span["line_end"] < span["line_start"] + 30:
                    found.add(number)
    return found or {min(near)[1]} if near else found


def built(chosen, copy):
    """The mutants that compile, and the programs of the tests."""
    while True:
        chosen = placed(chosen, copy)
        code, lines = messages(["cargo", "check", "--features", "testing"], copy)
        if code == 0:
            break
        errors = [line["message"] for line in lines
                  if line["reason"] == "compiler-message" and line["message"]["level"] == "error"]
        dropped = {number for error in errors for number in guilty(error, copy)}
        if not dropped:
            sys.exit("\n".join(error["rendered"] for error in errors))
        chosen = [mutant for mutant in chosen if mutant["number"] not in dropped]
    code, lines = messages(["cargo", "test", "--no-run", "--lib", "--test", "rules"], copy)
    programs = {line["target"]["name"]: line["executable"] for line in lines
                if line["reason"] == "compiler-artifact" and line.get("executable") and line["profile"]["test"]}
    return chosen, programs


def catches(command, number, copy):
    """Whether tests fail, with a mutant or with none (0)."""
    variables = dict(os.environ, MUTANT=str(number), RUST_BACKTRACE="0")
    variables.pop("PLIMSOLL_UPDATE", None)
    try:
        return subprocess.run(command, cwd=copy, env=variables, capture_output=True, timeout=600).returncode != 0
    except subprocess.TimeoutExpired:
        return True


def judged(mutant, programs, copy):
    library, rules = programs["plimsoll"], programs["rules"]
    own = Path(mutant["file"]).stem.replace("_", "-") + ".md"
    likely = [rules, own] if room(mutant) == "src/rules" else [library, "facts::"]
    return any(catches(command, mutant["number"], copy) for command in (likely, [rules], [library]))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--each", type=int, default=100)
    parser.add_argument("--folder", type=Path, default=ROOT / "target/mutants")
    parser.add_argument("--only", default="")
    arguments = parser.parse_args()
    folder, copy = arguments.folder, arguments.folder / "copy"
    copy.mkdir(parents=True, exist_ok=True)
    tracked = subprocess.run(["git", "ls-files"], cwd=ROOT, check=True, capture_output=True, text=True).stdout.split("\n")
    for path in filter(None, tracked):
        (copy / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / path, copy / path)
    chosen, programs = built(drawn(listed(folder), arguments.seed, arguments.each), copy)
    if any(catches([program], 0, copy) for program in programs.values()):
        sys.exit("the tests fail without a mutant")
    results = folder / "results.json"
    known = json.loads(results.read_text()) if results.exists() else {}
    only = set(arguments.only.split(",")) - {""}
    left = [one for one in chosen if str(one["number"]) in only or not only and one["name"] not in known]
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for mutant, caught in zip(left, pool.map(lambda one: judged(one, programs, copy), left)):
            known[mutant["name"]] = caught
            print(f"{mutant['number']} {'caught' if caught else 'MISSED'} {mutant['name']}", flush=True)
            results.write_text(json.dumps(known, indent=1))
    for wanted in ROOMS:
        counts = collections.Counter(known[one["name"]] for one in chosen if one["name"] in known and room(one) == wanted)
        print(f"{wanted}: {counts[True]} of {counts.total()} caught")


if __name__ == "__main__":
    main()
