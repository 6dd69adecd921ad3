"""Installs each package that `ci/release.sh` made in a place of its own: each gives the same version and the same findings.

The programs of the registries are the real ones; only where they look is set, because the version that is being tested is
in no registry yet.
"""
import hashlib
import json
import os
import platform
import re
import shutil
import subprocess
import tarfile
import time
import venv
import zipfile

import served
from common import DIST, HOME, OPEN, ROOT, VERSION, Failure, lacks, must, program_of, run, surroundings, write
from precommit import Scratch, hooks

PLACES = os.path.join(HOME, "packages")
PROJECT = os.path.join(ROOT, "fixtures", "projects", "first-look")
COMMANDS = ["check", "resolve", "projects", "env", "graph", "baseline", "init", "lsp", "explain", "rules"]


class Expected:
    """What the program says that the packages are compared with, and how they did."""

    def __init__(self, program):
        self.env = surroundings(None)
        self.work = os.path.join(PLACES, "work")
        shutil.copytree(PROJECT, self.work)
        # Or this checkout would say that git ignores it.
        must(["git", "init", "-q", "."], self.work, self.env)
        self.version = must([program, "--version"], self.work, self.env)
        self.found = self.findings([program], self.env)
        if not self.found["findings"]:
            raise Failure("first-look has no findings")
        self.tried = 0

    def findings(self, command, env):
        done = subprocess.run([*command, "check", "--format", "json"], cwd=self.work, env=env, capture_output=True, text=True,
                              stdin=subprocess.DEVNULL, check=False)
        if done.returncode != 1 or not done.stdout:
            raise Failure(f"{command}: exit code {done.returncode} for first-look\n{done.stdout}{done.stderr}")
        return json.loads(done.stdout)

    def same(self, what, command, start, env=None):
        """A place where the program was installed: from then on, what it says."""
        env = env or self.env
        installed = time.monotonic()
        found = self.findings(command, env)
        first = time.monotonic()
        if found != self.found:
            raise Failure(f"{what}: other findings than the program that was built")
        said = must([*command, "--version"], self.work, env)
        if said != self.version or said != f"plimsoll {VERSION}":
            raise Failure(f"{what}: version {said}")
        self.tried += 1
        print(f"packages: {what}: installed in {installed - start:.1f} s, findings {first - installed:.2f} s later")


def fresh(name):
    folder = os.path.join(PLACES, name)
    os.makedirs(folder)
    return folder


def made(pattern):
    """The one file of the release with such a name."""
    found = [name for name in sorted(os.listdir(DIST)) if re.fullmatch(pattern, name)]
    if len(found) != 1:
        raise Failure(f"{pattern}: {found} in {DIST}")
    return os.path.join(DIST, found[0])


def whole(expected):
    """Every file has its digest in SHA256SUMS."""
    with open(os.path.join(DIST, "SHA256SUMS"), encoding="utf-8") as file:
        listed = dict(reversed(line.split()) for line in file)
    there = {name for name in os.listdir(DIST) if name != "SHA256SUMS"}
    if set(listed) != there:
        raise Failure(f"SHA256SUMS lists {sorted(listed)} of {sorted(there)}")
    for name, digest in listed.items():
        with open(os.path.join(DIST, name), "rb") as file:
            if hashlib.sha256(file.read()).hexdigest() != digest:
                raise Failure(f"SHA256SUMS: {name}")
    expected.tried += 1


def archive(expected):
    start, folder = time.monotonic(), fresh("archive")
    with tarfile.open(made(r"plimsoll-.*-linux-gnu\.tar\.gz")) as file:
        names = file.getnames()
        file.extractall(folder, filter="data")
    if sorted(names) != ["LICENSE-APACHE", "LICENSE-MIT", "README.md", "plimsoll"]:
        raise Failure(f"the archive has {names}")
    program = os.path.join(folder, "plimsoll")
    expected.same("archive", [program], start)
    code, said = run(["ldd", program], folder, expected.env)
    if not re.search(r"statically linked|not a dynamic executable", said):
        raise Failure(f"the program is not static\n{said}")
    with open(program, "rb") as file:
        content = file.read()
    for path in (ROOT, os.path.expanduser("~/.cargo")):
        if path.encode() in content:
            raise Failure(f"the program names {path}")
    expected.tried += 2


def wheel(expected):
    name = os.path.basename(made(r"plimsoll_lint-.*\.whl"))
    if not re.search(r"-py3-none-manylinux2014_\w+\.manylinux_2_17_\w+\.whl$", name):
        raise Failure(f"the tag of {name}")
    with zipfile.ZipFile(os.path.join(DIST, name)) as file:
        strange = [one for one in file.namelist() if one.endswith(".py") or ROOT.encode() in file.read(one)]
    if strange:
        raise Failure(f"{name} has {strange}")
    folder = fresh("venv")
    venv.create(folder, with_pip=True)
    start = time.monotonic()
    env = {**expected.env, "PIP_NO_INDEX": "1", "PIP_FIND_LINKS": DIST}
    must([os.path.join(folder, "bin", "pip"), "install", "--only-binary", ":all:", f"plimsoll-lint=={VERSION}"], folder, env)
    expected.same("wheel", [os.path.join(folder, "bin", "plimsoll")], start)


def sources(expected):
    """The source distribution has what a build with its lock file needs."""
    with tarfile.open(made(r"plimsoll_lint-.*\.tar\.gz")) as file:
        names = {name.split("/", 1)[1] for name in file.getnames() if "/" in name}
        strange = [one.name for one in file if one.isfile() and ROOT.encode() in file.extractfile(one).read()]
    if strange:
        raise Failure(f"the source distribution names {ROOT} in {strange}")
    wanted = {"pyproject.toml", "Cargo.toml", "Cargo.lock", "src/main.rs", "build/main.rs", "README.md"}
    for name in wanted:
        if not any(one == name or one.endswith(f"/{name}") for one in names):
            raise Failure(f"the source distribution lacks {name}")
    expected.tried += 1


def npm(expected):
    if not program_of("npm", "npm"):
        return
    folder = fresh("npm")
    with served.npm() as registry:
        env = {**expected.env, "npm_config_registry": registry, "npm_config_prefix": folder,
               "npm_config_cache": os.path.join(folder, "cache"), "npm_config_userconfig": os.devnull,
               "npm_config_update_notifier": "false"}
        start = time.monotonic()
        must(["npm", "install", "--global", f"plimsoll@{VERSION}"], folder, env)
        expected.same("npm", [os.path.join(folder, "bin", "plimsoll")], start)
        project = fresh("npx")
        start = time.monotonic()
        expected.same("npx", ["npx", "--yes", "--loglevel", "error", f"plimsoll@{VERSION}"], start,
                      {**env, "npm_config_cache": os.path.join(project, "cache")})
    # Without the binary the shim says what to do.
    shim = fresh("shim")
    with tarfile.open(made(r"plimsoll-\d.*\.tgz")) as file:
        file.extractall(shim, filter="data")
    code, said = run(["node", os.path.join(shim, "package", "bin", "plimsoll.js")], shim, expected.env)
    if code != 2 or "is not installed" not in said:
        raise Failure(f"the shim alone: exit code {code}\n{said}")
    expected.tried += 1


def debian(expected):
    if not program_of("dpkg", "dpkg") or not program_of("lintian", "lintian"):
        return
    package, folder = made(r"plimsoll_.*\.deb"), fresh("debian")
    must(["lintian", "--allow-root", "--fail-on", "error,warning", package], folder, expected.env)
    write(folder, {"var/lib/dpkg/status": "", "var/lib/dpkg/available": "", "var/lib/dpkg/info/format": "1\n"})
    os.makedirs(os.path.join(folder, "var", "lib", "dpkg", "updates"))
    start = time.monotonic()
    must(["dpkg", "--root", folder, "--force-not-root", "--install", package], folder, expected.env)
    expected.same("Debian", [os.path.join(folder, "usr", "bin", "plimsoll")], start)
    plugin = os.path.join(folder, "usr/libexec/docker/cli-plugins/docker-plimsoll")
    expected.same("Debian, as a plugin of Docker", [plugin, "plimsoll"], time.monotonic())
    pages = os.listdir(os.path.join(folder, "usr/share/man/man1"))
    lacking = {f"plimsoll-{command}.1.gz" for command in COMMANDS} - set(pages)
    if lacking:
        raise Failure(f"the package lacks {lacking}")
    must(["dpkg", "--root", folder, "--force-not-root", "--remove", "plimsoll"], folder, expected.env)
    if os.path.exists(os.path.join(folder, "usr", "bin", "plimsoll")):
        raise Failure("the package leaves the program behind")
    expected.tried += 2


def image(expected):
    """The image without a network, as the user that it names, who can read the project and write nothing."""
    if os.geteuid() != 0 and not os.environ.get("CI"):
        print("packages: an image is run by root alone: passed over")
        return
    if not program_of("buildah", "buildah"):
        return
    folder = fresh("image")
    env = {**expected.env, "BUILDAH_ISOLATION": "chroot"}
    storage = ["--root", os.path.join(folder, "storage"), "--runroot", os.path.join(folder, "run"), "--storage-driver", "vfs"]
    alone = ["unshare", "--net"]
    if os.geteuid() != 0:
        alone = ["buildah", "unshare", *alone]
    buildah = lambda *words: must([*alone, "buildah", *storage, *words], folder, env)
    start = time.monotonic()
    container = buildah("from", "--quiet", f"oci-archive:{made(r'plimsoll-image-.*[.]tar')}")
    about = json.loads(buildah("inspect", container))["OCIv1"]["config"]
    if (about["User"], about["Entrypoint"]) != ("65532:65532", ["/plimsoll"]):
        raise Failure(f"the image: {about}")
    mounted = buildah("mount", container)
    there = sorted(os.path.relpath(os.path.join(above, name), mounted) for above, _, names in os.walk(mounted) for name in names)
    if there != ["plimsoll"]:
        raise Failure(f"the image has {there}")
    command = [*alone, "buildah", *storage, "run", "--volume", f"{expected.work}:/work:ro", container, "/plimsoll"]
    expected.same("image", command, start, env)
    code, said = run([*command[:-1], "/bin/sh"], folder, env)
    if code == 0:
        raise Failure("the image has a shell")
    buildah("rm", container)
    expected.tried += 2


def pre_commit(expected):
    """The hook that pre-commit installs with pip, which finds the wheel of the version in the release."""
    env = {**expected.env, "PRE_COMMIT_HOME": os.path.join(PLACES, "pre-commit"), "PRE_COMMIT_COLOR": "never",
           "PIP_FIND_LINKS": DIST}
    scratch = Scratch("scratch-wheel", env)
    scratch.must("git", "init", "-q", ".")
    write(scratch.folder, {".pre-commit-config.yaml":
                           f"repos:\n  - repo: {hooks(env)}\n    rev: v0.0.0-scratch\n    hooks:\n      - id: plimsoll\n"})
    start = time.monotonic()
    scratch.must("pre-commit", "install", "--install-hooks")
    took = time.monotonic() - start
    start = time.monotonic()
    scratch.commit("with the hook from the wheel, a pitfall", {"compose.yaml": OPEN}, [("exposed-datastore", "compose.yaml")])
    print(f"packages: pre-commit: installed in {took:.1f} s, findings {time.monotonic() - start:.2f} s later")
    [program] = subprocess.run(["find", env["PRE_COMMIT_HOME"], "-path", "*/bin/plimsoll"], check=True, text=True,
                               capture_output=True).stdout.split()
    expected.same("pre-commit's program", [program], time.monotonic())
    expected.tried += 1


def bill(expected):
    """The bill of materials lists what is linked, by the digests of Cargo.lock."""
    with open(made(r"plimsoll-.*linux-gnu\.cdx\.json"), encoding="utf-8") as file:
        told = json.load(file)
    names = {one["name"] for one in told["components"]}
    tests = names & {"insta", "proptest", "jsonschema", "divan"}
    if (told["bomFormat"], told["specVersion"]) != ("CycloneDX", "1.5") or not names >= {"clap", "regex", "serde"} or tests:
        raise Failure(f"the bill of materials has {sorted(names)}")
    bare = [one["name"] for one in told["components"] if not (one.get("hashes") and one.get("licenses"))]
    if bare:
        raise Failure(f"the bill of materials says too little of {bare}")
    expected.tried += 1


def main(program):
    """How many facts were as they should be."""
    if lacks(f"{DIST}, which `ci/release.sh` makes,", os.path.isfile(os.path.join(DIST, "SHA256SUMS"))):
        return 0
    if platform.system() != "Linux":
        return 0
    shutil.rmtree(PLACES, ignore_errors=True)
    os.makedirs(PLACES)
    expected = Expected(program)
    for part in (whole, archive, wheel, sources, npm, debian, image, pre_commit, bill):
        part(expected)
    return expected.tried
