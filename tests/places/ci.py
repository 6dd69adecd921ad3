"""Runs the scripts of the templates in docs/ci.md, with the packages of `ci/release.sh` where they are there: without them,
a `pip` and an `npm` only say what they were asked for."""
import contextlib
import json
import os
import re
import shutil
import venv

import served
from common import CLOSED, DIST, HOME, OPEN, VERSION, Failure, block, blocks, lacks, must, read_yaml, run, surroundings, write

DOCUMENT = "docs/ci.md"
SAYS = "#!/bin/sh\nprintf '%s\\n' \"$0 $*\" >>\"$ASKED\"\n"


class Place:
    """A checkout with two commits: a project with an old pitfall, and one that is new."""

    def __init__(self, name, program, registry):
        self.home = os.path.join(HOME, "ci", name)
        shutil.rmtree(self.home, ignore_errors=True)
        self.folder = os.path.join(self.home, "work")
        self.tools = os.path.join(self.home, "tools")
        self.asked = os.path.join(self.home, "asked")
        self.env = surroundings(None if registry else program, ASKED=self.asked)
        if registry:
            # The registries give what is being tested, and the programs go where nobody else's are.
            venv.create(self.tools, with_pip=name != "forgejo")
            self.env |= {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": DIST, "npm_config_registry": registry,
                         "npm_config_prefix": os.path.join(self.home, "npm"), "npm_config_cache": os.path.join(self.home, "cache")}
            added = [os.path.join(self.tools, "bin"), os.path.join(self.home, "npm", "bin")]
        else:
            write(self.tools, {"pip": SAYS, "npm": SAYS})
            for tool in ("pip", "npm"):
                os.chmod(os.path.join(self.tools, tool), 0o755)
            added = [self.tools]
        self.env["PATH"] = os.pathsep.join([*added, self.env["PATH"]])
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
        env = {**self.env, **{name: str(value) for name, value in (variables or {}).items()}}
        return run(["bash", "-eo", "pipefail", "-c", "\n".join(lines)], self.folder, env)

    def mend(self):
        write(self.folder, {"old/compose.yaml": CLOSED, "new/compose.yaml": CLOSED})

    def read(self, name):
        with open(os.path.join(self.folder, name), encoding="utf-8") as file:
            return file.read()


def expect(what, fact, said):
    if not fact:
        raise Failure(f"{what}\n{said}")
    return 1


def judged(place, name, lines, report=None):
    """A pitfall fails, with both projects in the report or the log; the mended checkout passes."""
    code, said = place.lines(lines)
    tried = expect(f"{name}: a pitfall fails with 1", code == 1, said)
    text = place.read(report) if report else said
    tried += expect(f"{name}: both are reported", all(file in text for file in ("old/compose.yaml", "new/compose.yaml")), text)
    place.mend()
    code, said = place.lines(lines)
    return tried + expect(f"{name}: the mended project passes", code == 0, said)


def gitlab(place):
    jobs = {name: job for heading, text in blocks(DOCUMENT, "yaml") if heading == "GitLab"
            for name, job in read_yaml(text).items()}
    job, changes = jobs["plimsoll"], jobs["plimsoll-changes"]
    report = job["artifacts"]["reports"]["codequality"]
    code, said = place.lines(job["before_script"] + changes["script"], job["variables"])
    tried = expect("gitlab: of changes, the new one fails", code == 1, said)
    found = [one["location"]["path"] for one in json.loads(place.read(report))]
    tried += expect("gitlab: of changes, the report has the new one", found == ["new/compose.yaml"], said)
    os.remove(os.path.join(place.folder, report))
    return tried + judged(place, "gitlab", job["before_script"] + job["script"], report)


def steps(place, heading):
    """The `run` lines of workflows in the words of GitHub."""
    lines = []
    for under, text in blocks(DOCUMENT, "yaml"):
        lines += re.findall(r"^ *- run: (.*)$", text, re.M) if under == heading else []
    return judged(place, heading, lines)


def comment(place):
    """The comment on a pull request, with a `gh` that keeps what it is given."""
    [workflow] = [read_yaml(text) for heading, text in blocks(DOCUMENT, "yaml") if heading == "A comment on each pull request"]
    lines = [step["run"] for step in workflow["jobs"]["changes"]["steps"] if "run" in step]
    write(place.tools, {"gh": SAYS + 'cp plimsoll.md "$ASKED.md"\n'})
    os.chmod(os.path.join(place.tools, "gh"), 0o755)
    place.env["PATH"] = os.pathsep.join([place.tools, place.env["PATH"]])
    base = place.env["CI_MERGE_REQUEST_DIFF_BASE_SHA"]
    variables = {"BASE": base, "NUMBER": 1, "GITHUB_STEP_SUMMARY": f"{place.asked}.summary"}
    code, said = place.lines(lines, variables)
    tried = expect("comment: it is written", code == 0, said)
    for kept in ("md", "summary"):
        with open(f"{place.asked}.{kept}", encoding="utf-8") as file:
            text = file.read()
        tried += expect(f"comment: {kept} has what changed", "new/compose.yaml" in text and "publishes" in text, text)
    code, said = place.lines(lines, variables | {"BASE": "no-such-revision"})
    return tried + expect("comment: it fails without the revision", code == 2, said)


def circle(place):
    job = read_yaml(block(DOCUMENT, "CircleCI", "yaml"))["jobs"]["plimsoll"]
    lines = [step["run"] for step in job["steps"] if "run" in step]
    [reports] = [step["store_test_results"]["path"] for step in job["steps"] if "store_test_results" in step]
    return judged(place, "CircleCI", lines, f"{reports}/plimsoll.xml")


def jenkins(place, registry):
    text = block(DOCUMENT, "Jenkins", "groovy")
    lines = re.findall(r"^ *sh '(.*)'$", text, re.M)
    [report] = re.findall(r"checkStyle\(pattern: '(.*)'\)", text)
    if text.count("{") != text.count("}") or len(lines) != 3:
        raise Failure(f"Jenkins: {lines}")
    if not registry:
        lines = [line.replace(".plimsoll-venv/bin/", "") for line in lines[1:]]
    return judged(place, "Jenkins", lines, report)


def others(place):
    [(_, line)] = blocks(DOCUMENT, "sh")
    code, said = place.lines([line])
    tried = expect("others: a pitfall fails", code == 1, said)
    for name in re.findall(r"--output \w+=(\S+)", line):
        tried += expect(f"others: {name} has both", place.read(name).count("exposed-datastore") >= 2, said)
    return tried


def versions():
    """Documents name the version of this checkout."""
    tried = 0
    for document in (DOCUMENT, "README.md"):
        with open(os.path.join(os.path.dirname(os.path.dirname(os.path.dirname(__file__))), document), encoding="utf-8") as file:
            for found in re.findall(r"(?:plimsoll-lint==|plimsoll@v?|plimsoll:|rev: v)(\d+\.\d+\.\d+)", file.read()):
                tried += expect(f"{document} names the version {found}", found == VERSION, found)
    return tried


def main(program):
    """How many facts were as they should be."""
    there = not lacks(f"{DIST}, which `ci/release.sh` makes,", os.path.isfile(os.path.join(DIST, "SHA256SUMS")))
    with served.npm() if there else contextlib.nullcontext() as registry:
        place = lambda name: Place(name, program, registry)
        return (gitlab(place("gitlab")) + steps(place("github"), "GitHub Actions") + steps(place("forgejo"), "Forgejo")
                + comment(place("comment"))
                + circle(place("circleci")) + jenkins(place("jenkins"), registry) + versions()
                + others(Place("others", program, None)))
