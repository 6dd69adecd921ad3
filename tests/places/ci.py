"""Runs the shell lines of docs/ci.md, with a `cargo` that only says what it was asked for."""
import json
import os
import re
import shutil

from common import CLOSED, Failure, HOME, OPEN, blocks, must, read_yaml, run, surroundings, write

DOCUMENT = "docs/ci.md"
REPOSITORY = "https://github.com/plimsoll-lint/plimsoll"
CARGO = "#!/bin/sh\nprintf '%s\\n' \"$*\" >>\"$ASKED\"\n"


class Place:
    """A checkout with two commits: a project with an old pitfall, and one that is new."""

    def __init__(self, name, program):
        self.home = os.path.join(HOME, "ci", name)
        shutil.rmtree(self.home, ignore_errors=True)
        self.folder = os.path.join(self.home, "work")
        tools = os.path.join(self.home, "tools")
        write(tools, {"cargo": CARGO})
        os.chmod(os.path.join(tools, "cargo"), 0o755)
        self.asked = os.path.join(self.home, "asked")
        self.env = surroundings(program, ASKED=self.asked, CI_PROJECT_DIR=self.folder)
        self.env["PATH"] = tools + os.pathsep + self.env["PATH"]
        git = lambda *words: must(["git", *words], self.folder, self.env)
        write(self.folder, {"old/compose.yaml": OPEN})
        git("init", "-q", ".")
        git("add", "--all")
        git("commit", "-q", "-m", "before")
        self.env["CI_MERGE_REQUEST_DIFF_BASE_SHA"] = git("rev-parse", "HEAD")
        write(self.folder, {"new/compose.yaml": OPEN})
        git("add", "--all")
        git("commit", "-q", "-m", "pitfall")

    def lines(self, lines, variables=None):
        """Runs lines as a CI system does, ending at the first that fails."""
        for name, value in (variables or {}).items():
            self.env[name] = re.sub(r"\$(\w+)", lambda match: self.env[match.group(1)], str(value))
        return run(["bash", "-eo", "pipefail", "-c", "\n".join(lines)], self.folder, self.env)

    def mend(self):
        write(self.folder, {"old/compose.yaml": CLOSED, "new/compose.yaml": CLOSED})

    def installed(self):
        with open(self.asked, encoding="utf-8") as file:
            return file.read() == f"install --locked --git {REPOSITORY}\n"


def expect(what, fact, said):
    if not fact:
        raise Failure(f"{what}\n{said}")
    return 1


def found(place):
    """The files of a report of code quality."""
    with open(os.path.join(place.folder, "gl-code-quality-report.json"), encoding="utf-8") as file:
        return sorted(one["location"]["path"] for one in json.load(file))


def gitlab(program):
    jobs = {name: job for heading, text in blocks(DOCUMENT, "yaml") if heading == "GitLab"
            for name, job in read_yaml(text).items()}
    job, changes = jobs["plimsoll"], jobs["plimsoll-changes"]
    report = job["artifacts"]["reports"]["codequality"]
    place = Place("gitlab", program)
    # The cache is empty, and so is the PATH of plimsoll: it is asked for.
    without = {**place.env, "PATH": place.env["PATH"].replace(os.path.dirname(program) + os.pathsep, "")}
    code, said = run(["bash", "-c", job["before_script"][1]], place.folder, without)
    tried = expect("gitlab: plimsoll is installed", code == 0 and place.installed(), said)
    code, said = place.lines(job["before_script"] + job["script"], job["variables"])
    tried += expect("gitlab: a pitfall fails", code == 1, said)
    tried += expect("gitlab: the report has both", found(place) == ["new/compose.yaml", "old/compose.yaml"], said)
    os.remove(os.path.join(place.folder, report))
    code, said = place.lines(changes["script"])
    tried += expect("gitlab: of changes, the new one fails", code == 1, said)
    tried += expect("gitlab: of changes, the report has the new one", found(place) == ["new/compose.yaml"], said)
    place.mend()
    code, said = place.lines(job["script"])
    return tried + expect("gitlab: the mended project passes", (code, found(place)) == (0, []), said)


def steps(name, heading, program):
    """The `run` lines of workflows in the words of GitHub."""
    lines = []
    for under, text in blocks(DOCUMENT, "yaml"):
        lines += re.findall(r"^ *- run: (.*)$", text, re.M) if under == heading else []
    place = Place(name, program)
    code, said = place.lines(lines)
    tried = expect(f"{name}: a pitfall fails", code == 1, said)
    tried += expect(f"{name}: plimsoll is installed", place.installed(), said)
    tried += expect(f"{name}: both are in the log", all(file in said for file in ("old/", "new/")), said)
    place.mend()
    code, said = place.lines(lines)
    return tried + expect(f"{name}: the mended project passes", code == 0, said)


def others(program):
    place = Place("others", program)
    [(_, line)] = blocks(DOCUMENT, "sh")
    code, said = place.lines([line])
    tried = expect("others: a pitfall fails", code == 1, said)
    for option in re.findall(r"--output \w+=(\S+)", line):
        with open(os.path.join(place.folder, option), encoding="utf-8") as file:
            tried += expect(f"others: {option} has both", file.read().count("exposed-datastore") >= 2, said)
    return tried


def main(program):
    """How many facts were as they should be."""
    return gitlab(program) + steps("github", "GitHub Actions", program) + steps("forgejo", "Forgejo", program) + others(program)
