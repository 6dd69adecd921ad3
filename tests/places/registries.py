"""The files for the registries of others agree with what a release consists of, and with the programs that read them."""
import json
import os
import re
import shutil
import subprocess
import sys
import time
import tomllib

from common import HOME, OPEN, ROOT, VERSION, Failure, must, program_of, read_yaml, run, surroundings, write

FOLDER = os.path.join(ROOT, "packages", "registries")
YAML_LANGUAGE_SERVER = "2.0.0"
RELEASES = "https://github.com/plimsoll-lint/plimsoll/releases/download"


def expect(what, fact, said=""):
    if not fact:
        raise Failure(f"{what}\n{said}")
    return 1


def read(*names):
    with open(os.path.join(ROOT, *names), encoding="utf-8") as file:
        return file.read()


def archives():
    """The archives of a release, by the target: what the workflow builds."""
    matrix = read_yaml(read(".github", "workflows", "release.yml"))["jobs"]["build"]["strategy"]["matrix"]["include"]
    targets = [one["target"] for one in matrix if "archive" in one["parts"].split()]
    return {target: f"plimsoll-{target}.{'zip' if 'windows' in target else 'tar.gz'}" for target in targets}


def downloads(made):
    """Mason, Homebrew, cargo-binstall and the action name archives that a release has."""
    mason = read_yaml(read("packages", "registries", "mason", "package.yaml"))
    assets = {asset["file"] for asset in mason["source"]["asset"]}
    tried = expect("mason: every archive", assets == set(made.values()), assets)
    tried += expect("mason: the version", mason["source"]["id"].endswith(f"@v{VERSION}"), mason["source"]["id"])
    formula = read("packages", "registries", "homebrew", "plimsoll.rb")
    urls = set(re.findall(r'url "(.*)"', formula))
    wanted = {f"{RELEASES}/v@VERSION@/{name}" for name in made.values() if name.endswith(".tar.gz")}
    tried += expect("Homebrew: every archive but the one for Windows", urls == wanted, urls)
    package = tomllib.loads(read("Cargo.toml"))["package"]
    told = package["metadata"]["binstall"]
    for target, name in made.items():
        one = {**told, **told["overrides"].get(target, {})}
        suffix = {"tgz": ".tar.gz", "zip": ".zip"}[one["pkg-fmt"]]
        url = one["pkg-url"]
        for key, value in {"repo": package["repository"], "version": VERSION, "target": target, "archive-suffix": suffix}.items():
            url = url.replace(f"{{ {key} }}", value)
        if suffix == ".tar.gz":
            url = url.replace(".tgz", suffix)
        tried += expect(f"binstall: {target}", url == f"{RELEASES}/v{VERSION}/{name}", url)
    named = set(re.findall(r"echo (plimsoll-\S+) ;;", read("ci", "action.sh")))
    return tried + expect("the action: every archive", named == set(made.values()), named)


def hook_package():
    """The empty package of the pre-commit hook depends on the wheel of this version."""
    project = tomllib.loads(read("pyproject.toml"))["project"]
    return expect("pyproject.toml names this version",
                  (project["version"], project["dependencies"]) == (VERSION, [f"plimsoll-lint=={VERSION}"]), project)


def formula(made):
    """The formula with the digests of a release, as Ruby reads it."""
    folder = os.path.join(HOME, "registries", "formula")
    shutil.rmtree(folder, ignore_errors=True)
    write(folder, {"SHA256SUMS": "".join(f"{index:064x}  {name}\n" for index, name in enumerate(made.values()))})
    must([sys.executable, os.path.join(ROOT, "ci", "release", "pack.py"), "formula", folder], folder, surroundings(None))
    with open(os.path.join(folder, "plimsoll.rb"), encoding="utf-8") as file:
        text = file.read()
    tried = expect("Homebrew: all is filled in", "@" not in text.replace("plimsoll-lint", ""), text)
    if program_of("ruby", "ruby"):
        tried += expect("Homebrew: Ruby reads it", must(["ruby", "-c", "plimsoll.rb"], folder, surroundings(None)) == "Syntax OK")
    return tried


def megalinter(program):
    """What the descriptor counts is what plimsoll says, and it names Compose files."""
    told = read_yaml(read("packages", "registries", "megalinter", "compose.megalinter-descriptor.yml"))
    [linter] = told["linters"]
    folder = os.path.join(HOME, "registries", "megalinter")
    shutil.rmtree(folder, ignore_errors=True)
    write(folder, {"compose.yaml": OPEN})
    # Or this checkout would say that git ignores it.
    must(["git", "init", "-q", "."], folder, surroundings(None))
    arguments = [word.replace("{{SARIF_OUTPUT_FILE}}", "out.sarif") for word in
                 [*linter["cli_lint_extra_args"], *linter["cli_sarif_args"]]]
    code, said = run([program, *arguments], folder, surroundings(None))
    counts = re.findall(linter["cli_lint_errors_regex"], said)
    tried = expect("MegaLinter: one error is counted", (code, counts) == (1, ["1"]), said)
    tried += expect("MegaLinter: SARIF is written", os.path.isfile(os.path.join(folder, "out.sarif")), said)
    [pattern] = told["file_names_regex"]
    for name, is_meant in {"compose.yaml": True, "docker-compose.prod.yml": True, "app.compose.yml": True, "values.yaml": False}.items():
        tried += expect(f"MegaLinter: {name}", bool(re.fullmatch(pattern, name)) == is_meant)
    return tried


def lspconfig():
    """The configuration for Neovim, as Lua reads it."""
    if not program_of("nvim", "neovim"):
        return 0
    path = os.path.join(FOLDER, "nvim-lspconfig", "plimsoll.lua")
    code = f"lua local c = dofile('{path}'); io.write(vim.json and vim.json.encode(c) or vim.fn.json_encode(c))"
    said = must(["nvim", "--headless", "-u", "NONE", "-c", code, "-c", "qa!"], HOME, surroundings(None))
    told = json.loads(said)
    return expect("nvim-lspconfig: the command", told["cmd"] == ["plimsoll", "lsp"], said)


class Client:
    """As much of an editor as it takes to ask a language server for completions."""

    def __init__(self, command, folder):
        self.server = subprocess.Popen(command, cwd=folder, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                       stderr=subprocess.DEVNULL)
        self.last = 0

    def send(self, method, params, is_request=False):
        message = {"jsonrpc": "2.0", "method": method, "params": params}
        if is_request:
            self.last += 1
            message["id"] = self.last
        self.write(message)
        return self.answer() if is_request else None

    def write(self, message):
        text = json.dumps(message).encode()
        self.server.stdin.write(b"Content-Length: %d\r\n\r\n%s" % (len(text), text))
        self.server.stdin.flush()

    def answer(self):
        while True:
            length = 0
            while line := self.server.stdout.readline().strip():
                if line.lower().startswith(b"content-length:"):
                    length = int(line.split(b":")[1])
            if not length:
                raise Failure("the language server for YAML ended")
            message = json.loads(self.server.stdout.read(length))
            if message.get("id") == self.last and "method" not in message:
                return message.get("result")
            if "method" in message and "id" in message:
                asked = message["params"].get("items", []) if isinstance(message["params"], dict) else []
                self.write({"jsonrpc": "2.0", "id": message["id"], "result": [self.settings.get(one["section"]) for one in asked]})


def schemastore():
    """Editors complete `plimsoll.yaml` with the schema that the catalogue's entry names."""
    entry = json.loads(read("packages", "registries", "schemastore", "catalog-entry.json"))
    tried = expect("SchemaStore: the keys", set(entry) == {"name", "description", "fileMatch", "url"}, entry)
    path = entry["url"].split("/main/", 1)[1]
    schema = json.loads(read(*path.split("/")))
    tried += expect("SchemaStore: the address leads to the schema", "projects" in schema["properties"], entry["url"])
    names = re.search(r"FILE_NAMES: \[&str; \d+\] = \[(.*?)\]", read("src", "config", "mod.rs")).group(1)
    tried += expect("SchemaStore: the names", entry["fileMatch"] == re.findall(r'"(.*?)"', names), names)
    if not program_of("npm", "npm"):
        return tried
    tool = os.path.join(HOME, "registries", "yaml")
    server = os.path.join(tool, "node_modules", ".bin", "yaml-language-server")
    if not os.path.exists(server):
        os.makedirs(tool, exist_ok=True)
        must(["npm", "install", "--silent", "--no-audit", "--prefix", tool, f"yaml-language-server@{YAML_LANGUAGE_SERVER}"], tool,
             surroundings(None))
    text = "rules:\n  exposed-datastore: \n\n"
    write(tool, {"project/plimsoll.yaml": text})
    folder = os.path.join(tool, "project")
    client = Client(["node", server, "--stdio"], folder)
    try:
        address = f"file://{os.path.join(ROOT, *path.split('/'))}"
        client.settings = {"yaml": {"schemas": {address: entry["fileMatch"]}, "completion": True, "schemaStore": {"enable": False}}}
        file = {"uri": f"file://{folder}/plimsoll.yaml"}
        client.send("initialize", {"processId": None, "rootUri": f"file://{folder}", "capabilities": {
            "workspace": {"configuration": True}, "textDocument": {"completion": {}}}}, True)
        client.send("initialized", {})
        client.send("workspace/didChangeConfiguration", {"settings": client.settings})
        client.send("textDocument/didOpen", {"textDocument": {**file, "languageId": "yaml", "version": 1, "text": text}})

        def offered(line, column):
            found = client.send("textDocument/completion", {"textDocument": file, "position": {"line": line, "character": column}}, True)
            items = found["items"] if isinstance(found, dict) else found or []
            return [one["label"] for one in items]

        # It answers before it has read the schema.
        for _ in range(50):
            keys = offered(0, 0)
            if len(keys) > 1:
                break
            time.sleep(0.1)
        tried += expect("yaml-language-server: keys", {"projects", "exclude", "fail_on"} <= set(keys), keys)
        values = [value.strip('"') for value in offered(1, 21)]
        tried += expect("yaml-language-server: values of a rule", {"on", "off"} <= set(values), values)
    finally:
        client.server.kill()
        client.server.wait()
    return tried


def main(program):
    """How many facts were as they should be."""
    made = archives()
    return downloads(made) + hook_package() + formula(made) + megalinter(program) + lspconfig() + schemastore()
