"""Runs the steps of action.yml as a runner of GitHub Actions does, but for those that use other actions."""
import hashlib
import json
import os
import platform
import re
import shutil
import stat
import subprocess
import tarfile

from common import (BASE, CLOSED, DOTENV, Failure, HOME, MESSAGE, OPEN, ROOT, TARGET, VERSION, must, read_yaml, run,
                    surroundings, write)

CACHE = "actions/cache@"
UPLOAD = "github/codeql-action/upload-sarif@"


class Runner:
    """A machine with a checkout, for one job."""

    def __init__(self, name, program, event=None):
        self.home = os.path.join(HOME, "action", name)
        shutil.rmtree(self.home, ignore_errors=True)
        self.folder = os.path.join(self.home, "work")
        self.temporary = os.path.join(self.home, "temp")
        os.makedirs(self.folder)
        os.makedirs(self.temporary)
        # As after actions/checkout.
        must(["git", "init", "-q", "."], self.folder, surroundings(program))
        self.summary = os.path.join(self.home, "summary.md")
        self.event, self.program, self.uploaded, self.log = event or {}, program, None, ""
        with open(os.path.join(ROOT, "action.yml"), encoding="utf-8") as file:
            self.action = read_yaml(file.read())
        self.env = surroundings(program, GITHUB_ACTION_PATH=ROOT, GITHUB_STEP_SUMMARY=self.summary,
                                RUNNER_TEMP=self.temporary, RUNNER_OS="Linux", RUNNER_ARCH="X64", CI="true",
                                CARGO_TARGET_DIR=TARGET, PLIMSOLL_RELEASES=f"file://{HOME}/no-releases")
        self.git = {**self.env, "GIT_DIR": os.path.join(self.folder, ".git"), "GIT_WORK_TREE": self.folder}

    def job(self, **inputs):
        """Runs all steps; gives the exit code of the first that fails, or 0. A step after that one does not run."""
        known = self.action["inputs"]
        strange = set(inputs) - {name.replace("-", "_") for name in known}
        if strange:
            raise Failure(f"action.yml has no inputs {strange}")
        values = {name: inputs.get(name.replace("-", "_"), one["default"]) for name, one in known.items()}
        outputs, self.log = {}, ""
        for step in self.action["runs"]["steps"]:
            value = lambda text: self.value(text, values, outputs)
            if "if" in step and value(step["if"]) != "true":
                continue
            if "uses" in step:
                self.use(step["uses"], {name: value(text) for name, text in step["with"].items()})
                continue
            if step["shell"] != "bash":
                raise Failure(f"the step {step['id']} is not for bash")
            path = os.path.join(self.home, "output")
            env = {**self.env, **{name: value(text) for name, text in step.get("env", {}).items()}, "GITHUB_OUTPUT": path}
            write(self.home, {"output": ""})
            code, said = run(["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]], self.folder, env)
            self.log += said
            with open(path, encoding="utf-8") as file:
                outputs[step["id"]] = dict(line.rstrip("\n").split("=", 1) for line in file)
            if code:
                return code
        return 0

    def value(self, text, inputs, outputs):
        """What an expression stands for: inputs, outputs of steps, the event, `==`, `!=`, `&&` and `||`."""
        def atom(word):
            word = word.strip()
            if word.startswith("'"):
                return word.strip("'")
            kind, *path = word.split(".")
            if kind == "inputs":
                return inputs[path[0]]
            if kind == "steps" and path[1] == "outputs":
                return outputs[path[0]].get(path[2], "")
            if (kind, path[0]) == ("github", "event"):
                found = self.event
                for name in path[1:]:
                    found = (found or {}).get(name)
                return found or ""
            raise Failure(f"{word} is nothing that the test knows")

        def test(word):
            for sign in ("==", "!="):
                if sign in word:
                    left, right = map(atom, word.split(sign))
                    return "true" if (left == right) == (sign == "==") else ""
            return atom(word)

        def whole(match):
            inner = match.group(1)
            if "&&" in inner:
                return "true" if all(map(test, inner.split("&&"))) else ""
            return next(filter(None, map(test, inner.split("||"))), "")

        return re.sub(r"\$\{\{(.*?)\}\}", whole, text)

    def use(self, action, given):
        """What other actions would do: a cache that holds the program, an upload that takes the file."""
        if action.startswith(CACHE):
            if not re.fullmatch(r"plimsoll-Linux-X64-[0-9a-f]{64}|plimsoll-Linux-X64-[\d.]+", given["key"]):
                raise Failure(f"the key of the cache is {given['key']}")
            if self.program:
                os.makedirs(os.path.join(given["path"], "bin"))
                os.symlink(self.program, os.path.join(given["path"], "bin", "plimsoll"))
        elif action.startswith(UPLOAD):
            with open(os.path.join(self.folder, given["sarif_file"]), encoding="utf-8") as file:
                self.uploaded = json.load(file)
        else:
            raise Failure(f"the test does not know {action}")


def expect(what, fact, runner):
    if not fact:
        raise Failure(f"{what}\n{runner.log}")
    return 1


def findings(program):
    """A job that finds something fails last, with everything shown; one that finds nothing passes."""
    red = Runner("red", program)
    write(red.folder, {"compose.yaml": OPEN, "my stack/compose.yaml": OPEN})
    tried = expect("a pitfall fails the job with 1", red.job(sarif="true", paths="compose.yaml\nmy stack") == 1, red)
    text = f"::error file=my stack/compose.yaml,line=6,endLine=6,col=13,endColumn=24,title=plimsoll%3A exposed-datastore::{MESSAGE}"
    tried += expect("the log has an annotation", text in red.log, red)
    tried += expect("the log has the findings as text", "error[exposed-datastore]" in red.log, red)
    with open(red.summary, encoding="utf-8") as file:
        tried += expect("the summary has the rule", "exposed-datastore" in file.read(), red)
    results = red.uploaded and red.uploaded["runs"][0]["results"]
    tried += expect("both findings are uploaded", results and len(results) == 2, red)
    quiet = Runner("quiet", program)
    write(quiet.folder, {"compose.yaml": OPEN})
    code = quiet.job(annotations="false", summary="false", format="concise", args="--fail-on\nnever")
    tried += expect("arguments reach plimsoll", code == 0, quiet)
    tried += expect("no annotation, no upload", "::" not in quiet.log and not quiet.uploaded, quiet)
    tried += expect("no summary", not os.path.exists(quiet.summary), quiet)
    green = Runner("green", program)
    write(green.folder, {"compose.yaml": CLOSED})
    tried += expect("a clean project passes", green.job(sarif="true") == 0, green)
    tried += expect("an empty list is uploaded", green.uploaded["runs"][0]["results"] == [], green)
    broken = Runner("broken", program)
    write(broken.folder, {"compose.yaml": CLOSED, "plimsoll.yaml": "rules: {no-such-rule: off}\n"})
    tried += expect("a broken configuration gives 2", broken.job(sarif="true") == 2, broken)
    return tried + expect("nothing is uploaded then", broken.uploaded is None, broken)


def changes(program):
    """Only what a pull request changed counts, where that is asked for."""
    runner = Runner("changed", program)
    git = lambda *words: must(["git", *words], runner.folder, runner.env)
    git("init", "-q", ".")
    write(runner.folder, {"old/compose.yaml": OPEN, "shop/compose.yaml": BASE, "shop/.env": DOTENV})
    git("add", "--all")
    git("commit", "-q", "-m", "before")
    runner.event = {"pull_request": {"base": {"sha": git("rev-parse", "HEAD")}}}
    write(runner.folder, {"shop/compose.yaml": BASE + "# changed\n"})
    git("commit", "-q", "-a", "-m", "change")
    tried = expect("an old pitfall does not count", runner.job(only_changed="true") == 0, runner)
    write(runner.folder, {"new/compose.yaml": OPEN})
    git("add", "--all")
    git("commit", "-q", "-m", "pitfall")
    tried += expect("a new one does", again(runner).job(only_changed="true") == 1, runner)
    tried += expect("the old one is not in the log", "old/compose.yaml" not in runner.log, runner)
    runner.event = {"before": "0" * 40}
    tried += expect("the first push counts all", again(runner).job(only_changed="true") == 1, runner)
    tried += expect("the old one is in the log", "old/compose.yaml" in runner.log, runner)
    runner.event = {"before": "1" * 40}
    tried += expect("an unknown revision gives 2", again(runner).job(only_changed="true") == 2, runner)
    tried += expect("and says what to do", "fetch-depth: 0" in runner.log, runner)
    tried += expect("a revision of one's own", again(runner).job(since="HEAD~1") == 1, runner)
    runner.event = {}
    return tried + expect("no revision gives 2", again(runner).job(only_changed="true") == 2, runner)


def forks(program):
    """A pull request from a fork is judged by the configuration of the base, unless the workflow says otherwise."""
    runner = Runner("forks", program)
    git = lambda *words: must(["git", *words], runner.folder, runner.env)
    git("init", "-q", ".")
    write(runner.folder, {"compose.yaml": CLOSED})
    git("add", "--all")
    git("commit", "-q", "-m", "base")
    base = git("rev-parse", "HEAD")
    write(runner.folder, {"compose.yaml": OPEN, "plimsoll.yaml": "rules: {exposed-datastore: off}\n"})
    git("add", "--all")
    git("commit", "-q", "-m", "head")
    own = {"repo": {"full_name": "me/stack"}}
    runner.event = {"pull_request": {"base": {"sha": base, **own}, "head": own}}
    tried = expect("an own branch brings its configuration", runner.job() == 0, runner)
    tried += expect("unless that is not wanted", again(runner).job(config="base") == 1, runner)
    runner.event = {"pull_request": {"base": {"sha": base, **own}, "head": {"repo": {"full_name": "you/stack"}}}}
    tried += expect("a fork does not", again(runner).job() == 1, runner)
    tried += expect("which is said", "turns off `exposed-datastore`" in runner.log, runner)
    tried += expect("a fork that is trusted does", again(runner).job(config="head") == 0, runner)
    return tried + expect("other words are a mistake", again(runner).job(config="x") == 2, runner)


def again(runner):
    """The same checkout on a fresh machine."""
    shutil.rmtree(runner.temporary)
    os.makedirs(runner.temporary)
    return runner


def release(program):
    """A release as ci/release.sh makes it, in a folder, with the sources of this checkout."""
    name = f"plimsoll-{platform.machine()}-unknown-linux-gnu.tar.gz"
    folder = os.path.join(HOME, "action", "releases")
    shutil.rmtree(folder, ignore_errors=True)
    released = os.path.join(folder, f"v{VERSION}")
    os.makedirs(released)
    with tarfile.open(os.path.join(released, name), "w:gz", compresslevel=1) as archive:
        archive.add(program, "plimsoll")
    with open(os.path.join(released, name), "rb") as file:
        digest = hashlib.sha256(file.read()).hexdigest()
    sources = must([os.path.join(ROOT, "ci", "action.sh"), "sources"], ROOT, surroundings(None))
    write(released, {"SHA256SUMS": f"{digest}  {name}\n", "sources.sha256": f"{sources}\n"})
    return folder, released, digest, name


def installs(program):
    """A released archive counts only with its digest, and without a version only if it has the sources of the action."""
    folder, released, digest, name = release(program)
    runner = Runner("released", None)
    write(runner.folder, {"compose.yaml": OPEN})
    runner.env["PLIMSOLL_RELEASES"] = f"file://{folder}"
    # Whatever is not downloaded would be built, which takes minutes.
    tools = os.path.join(runner.home, "tools")
    write(tools, {"cargo": "#!/bin/sh\necho cargo was asked: $*\nexit 9\n"})
    os.chmod(os.path.join(tools, "cargo"), 0o755)
    runner.env["PATH"] = tools + os.pathsep + runner.env["PATH"]
    tried = expect("a released version is installed", runner.job(version=VERSION) == 1, runner)
    installed = os.path.join(runner.temporary, "plimsoll", "bin", "plimsoll")
    tried += expect("it can be run", os.stat(installed).st_mode & stat.S_IXUSR, runner)
    tried += expect("so is the one with these sources", again(runner).job() == 1, runner)
    tried += expect("which is said", "has the sources of this revision" in runner.log, runner)
    write(released, {"sources.sha256": f"{'0' * 64}\n"})
    tried += expect("other sources are built", again(runner).job() == 9, runner)
    tried += expect("with the lock file", "cargo was asked: install --locked" in runner.log, runner)
    write(released, {"SHA256SUMS": f"{'0' * 64}  {name}\n"})
    tried += expect("another digest is refused", again(runner).job(version=f"v{VERSION}") == 2, runner)
    tried += expect("and nothing is installed", not os.path.exists(installed), runner)
    write(released, {"SHA256SUMS": f"{digest}  another.tar.gz\n"})
    tried += expect("so is none", again(runner).job(version=VERSION) == 2, runner)
    return tried + expect("a version that is not there", again(runner).job(version="9.9.8") == 2, runner)


def built(program):
    """The step that builds, on what CI has built already."""
    if os.path.realpath(program) != os.path.realpath(os.path.join(TARGET, "release", "plimsoll")):
        return 0
    runner = Runner("built", None)
    write(runner.folder, {"compose.yaml": OPEN})
    return expect("without a version it is built", runner.job() == 1, runner)


def main(program):
    """How many facts were as they should be."""
    subprocess.run(["bash", "-n", os.path.join(ROOT, "ci", "action.sh")], check=True)
    return findings(program) + changes(program) + forks(program) + installs(program) + built(program)
