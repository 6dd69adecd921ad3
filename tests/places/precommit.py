"""Commits to a scratch repository under the real pre-commit: what has a pitfall is refused, what is mended passes."""
import os
import re
import shutil
import subprocess

from common import BASE, CLOSED, DOTENV, Failure, HOME, OPEN, ROOT, SITE, TARGET, must, run, surroundings, write


class Scratch:
    """A repository, and the commits that are tried in it."""

    def __init__(self, name, env):
        self.folder, self.env, self.tried = os.path.join(HOME, name), env, 0
        shutil.rmtree(self.folder, ignore_errors=True)
        os.makedirs(self.folder)

    def must(self, *command):
        return must(command, self.folder, self.env)

    def commit(self, what, files=None, expect=(), also=()):
        """Commits all there is, with `files` written before. Each pair of `expect`, a rule and a file, must be
        reported, once, and nothing else; with none the commit must pass. `also` must stand in what is said."""
        self.tried += 1
        write(self.folder, files or {})
        self.must("git", "add", "--all")
        head = ["git", "rev-parse", "-q", "--verify", "HEAD"]
        before = run(head, self.folder, self.env)
        code, said = run(["git", "commit", "-m", what], self.folder, self.env)
        moved = before != run(head, self.folder, self.env)
        # The first frame under a finding's title is its own, others are labels.
        found = re.findall(r"\b(?:error|warning|info)\[([\w-]+)\].*?╭─\[(.+?):\d+:\d+\]", said, re.S)
        wrong = [f"does not say {text!r}" for text in also if text not in said]
        if (code != 0) != bool(expect) or moved == bool(expect):
            wrong.append(f"exit code {code}, HEAD {'moves' if moved else 'stays'}")
        if sorted(found) != sorted(expect):
            wrong.append(f"found {found} in place of {list(expect)}")
        if wrong:
            raise Failure(f"{what}: {'; '.join(wrong)}\n{said}")


def hooks(env):
    """A repository to take the hooks from: a clone of this checkout, with its working files laid over it."""
    source = Scratch("hooks", env)
    source.must("git", "clone", "-q", "--no-tags", ROOT, ".")
    changed = ["git", "-C", ROOT, "ls-files", "-z", "-m", "-o", "--exclude-standard"]
    names = subprocess.run(changed, check=True, capture_output=True, text=True).stdout.split("\0")
    for name in filter(lambda name: name and os.path.isfile(os.path.join(ROOT, name)), names):
        os.makedirs(os.path.dirname(os.path.join(source.folder, name)), exist_ok=True)
        shutil.copy(os.path.join(ROOT, name), os.path.join(source.folder, name))
    source.must("git", "add", "--all")
    source.must("git", "commit", "-q", "--allow-empty", "-m", "As it stands")
    source.must("git", "tag", "v0.0.0-scratch")
    return source.folder


def configuration(source, hook):
    return f"repos:\n  - repo: {source}\n    rev: v0.0.0-scratch\n    hooks:\n      - id: {hook}\n"


def one_project(scratch, start):
    """A project of several files: whichever of them changes, all is judged, once."""
    commit = scratch.commit
    opened = "services: {db: {ports: [\"5432:5432\"]}}\n"
    exposed = ("exposed-datastore", "shop/docker-compose.prod.yml")
    twice = ("duplicate-variable", "shop/.env")
    commit("a clean start", {**start, "shop/docker-compose.yml": BASE, "shop/.env": DOTENV, "shop/nginx/site.conf": SITE})
    commit("a base file with a pitfall", {"shop/docker-compose.yml": BASE.replace("data:/var/lib", "data:/srv/lib")},
           [("datastore-at-wrong-path", "shop/docker-compose.yml")])
    commit("the mended base file", {"shop/docker-compose.yml": BASE + "# mended\n"})
    commit("only an overlay, judged over its base", {"shop/docker-compose.prod.yml": opened}, [exposed])
    commit("the mended overlay", {"shop/docker-compose.prod.yml": "services:\n  db:\n    restart: always\n"})
    commit("only an env file", {"shop/.env": DOTENV + "TAG=2\n"}, [twice])
    several = {"shop/docker-compose.prod.yml": opened, "shop/docker-compose.yml": BASE}
    commit("several files of one project, each finding once", several, [twice, exposed])
    commit("all of them mended", {"shop/.env": DOTENV, "shop/docker-compose.prod.yml": "services: {db: {init: true}}\n"})
    commit("only a sidecar", {"shop/nginx/site.conf": SITE.replace("api:8000", "db:5432")},
           [("unshared-network", "shop/nginx/site.conf")])
    commit("the mended sidecar", {"shop/nginx/site.conf": SITE + "# mended\n"})


def names(scratch):
    """Odd names, renamed files, deleted files."""
    commit = scratch.commit
    odd = ["-compose.yml", "my stacks/ünï cödé/compose.yaml", "it's $HOME.compose.yml"]
    commit("odd names, in folders", {name: OPEN for name in odd}, [("exposed-datastore", name) for name in odd])
    commit("odd names, mended", {name: CLOSED for name in odd})
    scratch.must("git", "mv", "my stacks/ünï cödé", "renamed")
    commit("a renamed file with a pitfall", {"renamed/compose.yaml": OPEN}, [("exposed-datastore", "renamed/compose.yaml")])
    commit("a renamed file", {"renamed/compose.yaml": CLOSED})
    scratch.must("git", "rm", "-q", "--", "shop/docker-compose.prod.yml", "-compose.yml")
    commit("deleted files", also=["no files to check"])


def others(scratch):
    """What the commit does not touch, what no project uses, and the configuration, which is about all."""
    write(scratch.folder, {"old/compose.yaml": OPEN})
    scratch.must("git", "add", "--all")
    scratch.must("git", "commit", "-q", "--no-verify", "-m", "A pitfall from before the hook")
    scratch.commit("a project beside one with a pitfall", {"shop/docker-compose.yml": BASE + "# again\n"})
    scratch.commit("what no project uses", {".github/workflows/compose-test.yml": "on: push\njobs: {a: {steps: []}}\n",
                                            "logrotate.conf": "weekly\n", "worker.env": "A=1\n"})
    scratch.commit("a configuration", {"plimsoll.yaml": "fail_on: error\n"}, [("exposed-datastore", "old/compose.yaml")])
    scratch.commit("one that lets it pass", {"plimsoll.yaml": "rules: {exposed-datastore: off}\n"})


START = "docker compose -f compose.yaml -f compose.prod.yaml up -d"
# A project in which files of many kinds say something; the port is open in all of its invocations.
KINDS = {
    "compose.yaml": """\
services:
  db:
    image: postgres:17
    environment: {POSTGRES_PASSWORD_FILE: /run/secrets/db}
    volumes: ["data:/var/lib/postgresql/data"]
    ports: ["5432:5432"]
    secrets: [db]
  web:
    image: nginx:1.27
    volumes: ["./web/nginx.conf:/etc/nginx/nginx.conf:ro", "./web/sites:/etc/nginx/conf.d:ro"]
    depends_on: [app]
  app:
    build: ./app
    env_file: [app.env, app/.env]
    environment: {TAG: "${TAG}"}
  metrics:
    image: prom/prometheus:v3.5.0
    volumes: ["./prometheus.yml:/etc/prometheus/prometheus.yml:ro", "./state:/prometheus"]
volumes: {data: {}}
secrets: {db: {file: ./db.password}}
""",
    "compose.prod.yaml": "services: {db: {restart: always}}\n",
    ".env.example": "TAG=1\n",
    ".gitignore": ".env\nstate/\n",
    "app.env": "A=1\n",
    "db.password": "x\n",
    "prometheus.yml": "scrape_configs: []\n",
    "web/nginx.conf": "events {}\nhttp { include /etc/nginx/conf.d/*.conf; }\n",
    "web/sites/app.conf": "server {\n  listen 80;\n  location / { proxy_pass http://app:8000; }\n}\n",
    "app/Dockerfile": "FROM python:3.13\nCOPY . /app\nCOPY entrypoint.sh /\nENTRYPOINT [\"/entrypoint.sh\"]\n",
    "app/.dockerignore": ".git\n",
    "app/.env": "API_TOKEN=9f8e7d6c5b4a39281706f5e4d3c2b1a0\n",
    "app/entrypoint.sh": "#!/bin/sh\nexec python3 -m http.server 8000\n",
    "Makefile": f"up:\n\t{START}\n",
    "bin/deploy": f"#!/bin/sh\n{START}\n",
    "deploy/app.service": f"[Service]\nWorkingDirectory=/srv/app\nExecStart={START}\n",
    "README.md": f"# App\n\n```console\n$ {START}\n```\n",
    "justfile": f"up:\n  {START}\n",
    "Taskfile.yml": f"version: '3'\ntasks: {{up: {{cmds: [{START}]}}}}\n",
    "package.json": f'{{"scripts": {{"up": "{START}"}}}}\n',
    ".github/workflows/deploy.yml": f"name: deploy\non: push\njobs: {{deploy: {{runs-on: self-hosted, steps: [{{run: {START}}}]}}}}\n",
}
# Each of them leads to the project: `.gitignore` says that `state` is meant to be absent.
LEADING = sorted(KINDS)

# What other programs read, although Compose has some of the keys too.
FOREIGN = {
    ".gitlab-ci.yml": "include: [a.yml]\nservices: ['docker:dind']\nbuild: {script: [make]}\n",
    ".github/dependabot.yml": "version: 2\nupdates: []\n",
    ".github/workflows/test.yml": "name: test\non: push\njobs: {}\n",
    ".circleci/config.yml": "version: 2.1\njobs: {}\n",
    ".golangci.yml": "version: '2'\nlinters: {}\n",
    "lib/Taskfile.yml": "version: '3'\ntasks: {a: {cmds: [make]}}\n",
    "chart/Chart.yaml": "apiVersion: v2\nname: a\nversion: 1.0.0\n",
    "chart/templates/a.yaml": "{{ if .Values.a }}\nkind: Pod\n{{ end }}\n",
    "chart/values.yaml": "image: {}\nsecrets: {}\n",
    "config/services.yaml": "parameters: {}\nservices: {_defaults: {autowire: true}}\n",
}


def kinds(scratch):
    """Whichever file of a project changes, the hook runs and leads to the project; another one's files do not."""
    shutil.rmtree(scratch.folder)
    os.makedirs(scratch.folder)
    scratch.must("git", "init", "-q", ".")
    scratch.must("pre-commit", "install")
    others = {"src/main.py": "print()\n", "other/compose.yaml": CLOSED, ".gitlab-ci.yml": "stages: [a]\n"}
    write(scratch.folder, {**KINDS, **others, ".pre-commit-config.yaml": scratch.configuration})
    os.chmod(os.path.join(scratch.folder, "bin/deploy"), 0o755)
    os.chmod(os.path.join(scratch.folder, "app/entrypoint.sh"), 0o755)
    scratch.must("git", "add", "--all", "--force")
    scratch.must("git", "commit", "-q", "--no-verify", "-m", "A project with an open port")
    for name in LEADING:
        text = "\n" if name.endswith((".md", ".json")) else "#\n"
        with open(os.path.join(scratch.folder, name), "a", encoding="utf-8") as file:
            file.write(text)
        scratch.must("git", "add", "--all")
        code, said = run(["git", "commit", "-m", name], scratch.folder, scratch.env)
        scratch.tried += 1
        if code == 0 or "[exposed-datastore]" not in said:
            raise Failure(f"{name} does not lead to its project\n{said}")
        scratch.must("git", "reset", "-q", "--hard")
    scratch.commit("what no project uses", {"src/main.py": "print(1)\n"})
    scratch.commit("YAML of other programs", FOREIGN)
    scratch.commit("a file of another project", {"other/compose.yaml": CLOSED + "# changed\n"})


# Installs the program that is being tested, if it is asked for what it was built from.
CARGO = """\
#!/bin/sh
echo "$*" >>"$ASKED"
[ "$*" = "install --locked --quiet --path . --root $(pwd)/.hook" ] || exit 9
mkdir -p .hook/bin && cp "$PLIMSOLL_TRIED" .hook/bin/plimsoll
"""


def from_source(program, source, env):
    """The hook that is built from source: once, with the lock file, and then it is there."""
    tools, asked = os.path.join(HOME, "cargo"), os.path.join(HOME, "cargo", "asked")
    shutil.rmtree(tools, ignore_errors=True)
    write(tools, {"cargo": CARGO})
    os.chmod(os.path.join(tools, "cargo"), 0o755)
    env = {**env, "PATH": os.pathsep.join([tools, env["PATH"].split(os.pathsep, 1)[1]]), "ASKED": asked, "PLIMSOLL_TRIED": program}
    scratch = Scratch("scratch-source", env)
    scratch.must("git", "init", "-q", ".")
    scratch.must("pre-commit", "install")
    start = {".pre-commit-config.yaml": configuration(source, "plimsoll-source"), "compose.yaml": OPEN}
    scratch.commit("with the hook from source, a pitfall", start, [("exposed-datastore", "compose.yaml")])
    scratch.commit("with that hook, the mended file", {"compose.yaml": CLOSED})
    with open(asked, encoding="utf-8") as file:
        if len(file.readlines()) != 1:
            raise Failure("the hook from source is not built once")
    return scratch.tried


def main(program, build):
    """How many commits were as they should be."""
    # The crates that are built already serve the hook that pre-commit builds.
    env = surroundings(program, PRE_COMMIT_HOME=os.path.join(HOME, "pre-commit"), PRE_COMMIT_COLOR="never",
                       CARGO_TARGET_DIR=TARGET)
    # What an earlier run built would hide what this one does.
    shutil.rmtree(env["PRE_COMMIT_HOME"], ignore_errors=True)
    source = hooks(env)
    scratch = Scratch("scratch", env)
    scratch.must("git", "init", "-q", ".")
    scratch.must("pre-commit", "install")
    one_project(scratch, {".pre-commit-config.yaml": configuration(source, "plimsoll-system"), "README.md": "# Shop\n"})
    names(scratch)
    others(scratch)
    scratch.configuration = configuration(source, "plimsoll-system")
    kinds(scratch)
    tried = scratch.tried + from_source(program, source, env)
    if not build:
        return tried
    # Neither the program on the PATH nor what was built before must serve here.
    shutil.rmtree(env["PRE_COMMIT_HOME"])
    env["PATH"] = env["PATH"].split(os.pathsep, 1)[1]
    built = Scratch("scratch-built", env)
    built.must("git", "init", "-q", ".")
    built.must("pre-commit", "install")
    start = {".pre-commit-config.yaml": configuration(source, "plimsoll-source"), "compose.yaml": OPEN}
    built.commit("with the hook that pre-commit builds, a pitfall", start, [("exposed-datastore", "compose.yaml")])
    built.commit("with that hook, the mended file", {"compose.yaml": CLOSED})
    return tried + built.tried
