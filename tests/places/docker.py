"""The plugin, under the real command line of Docker. No engine is needed."""
import json
import os
import shutil

from common import HOME, MESSAGE, OPEN, VERSION, Failure, must, program_of, run, surroundings, write


def expect(what, fact, said):
    if not fact:
        raise Failure(f"{what}\n{said}")
    return 1


def main(program):
    """How many answers were as they should be."""
    if not program_of("docker", "docker.io"):
        return 0
    home = os.path.join(HOME, "docker")
    shutil.rmtree(home, ignore_errors=True)
    write(home, {"work/compose.yaml": OPEN, "config/cli-plugins/README": ""})
    os.symlink(program, os.path.join(home, "config", "cli-plugins", "docker-plimsoll"))
    env = surroundings(None, DOCKER_CONFIG=os.path.join(home, "config"), DOCKER_HOST="unix:///nowhere.sock")
    # Or this checkout would say that git ignores it.
    must(["git", "init", "-q", "."], os.path.join(home, "work"), env)
    docker = lambda *words: run(["docker", *words], os.path.join(home, "work"), env)
    code, said = docker("info", "--format", "{{json .ClientInfo.Plugins}}")
    plugins = {one["Name"]: one for one in json.loads(said.splitlines()[0])}
    tried = expect("docker knows the plugin", plugins.get("plimsoll", {}).get("Version") == f"v{VERSION}", said)
    tried += expect("docker has nothing against it", not plugins["plimsoll"].get("Err"), said)
    code, said = docker("--help")
    tried += expect("docker lists it", code == 0 and "plimsoll*" in said, said)
    code, said = docker("plimsoll", "--version")
    tried += expect("docker plimsoll --version", (code, said) == (0, f"plimsoll {VERSION}\n"), said)
    code, said = docker("plimsoll", "check")
    tried += expect("docker plimsoll check", code == 1 and MESSAGE in said, said)
    code, said = docker("--log-level", "debug", "plimsoll", "check", "compose.yaml")
    tried += expect("options of docker come first", code == 1 and MESSAGE in said, said)
    code, said = docker("plimsoll", "compose.yaml")
    tried += expect("`check` may be left out", code == 1 and MESSAGE in said, said)
    code, said = docker("plimsoll", "chekc")
    tried += expect("a mistake gives 2", code == 2 and "Usage: docker plimsoll" in said, said)
    for words in (["plimsoll", "--help"], ["help", "plimsoll"]):
        code, said = docker(*words)
        tried += expect(f"docker {' '.join(words)}", code == 0 and "Usage: docker plimsoll [check]" in said, said)
    for words in (["plimsoll", "check", "--help"], ["help", "plimsoll", "check"]):
        code, said = docker(*words)
        tried += expect(f"docker {' '.join(words)}", code == 0 and "Usage: docker plimsoll check" in said, said)
    offered = lambda *words: [line.split("\t")[0] for line in docker("__complete", "plimsoll", *words)[1].splitlines()]
    said = offered("che")
    tried += expect("commands are completed", said[:2] == ["check", ":0"], said)
    said = offered("check", "--format", "sar")
    tried += expect("values are completed", said[:2] == ["sarif", ":4"], said)
    said = offered("explain", "exposed-d")
    tried += expect("rules are completed", "exposed-datastore" in said, said)
    said = offered("check", "--no-sup")
    return tried + expect("options are completed", said[:2] == ["--no-suppressions", ":4"], said)
