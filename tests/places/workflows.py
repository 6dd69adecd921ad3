"""The workflows and the action of this repository, under the linters for them; and the templates of docs/ci.md."""
import os
import re

from common import HOME, ROOT, VENV, Failure, blocks, must, surroundings, write

PINNED = re.compile(r"^\s*(?:- )?uses: \S+@[0-9a-f]{40} # v\d+\.\d+\.\d+$")
# Which schema of check-jsonschema a template of docs/ci.md satisfies.
TEMPLATES = {
    "GitHub Actions": "vendor.github-workflows",
    "A comment on each pull request": "vendor.github-workflows",
    "GitLab": "vendor.gitlab-ci",
    "Forgejo": "vendor.github-workflows",
    "CircleCI": "vendor.circle-ci",
}


def pinned(files):
    """Another action is named by a hash and its version, and one action by one hash."""
    seen = {}
    for name in files:
        with open(os.path.join(ROOT, name), encoding="utf-8") as file:
            for line in file.read().splitlines():
                if "uses:" not in line:
                    continue
                if not PINNED.match(line):
                    raise Failure(f"{name}: not pinned by a hash with its version in a comment: {line.strip()}")
                action, rest = line.split("uses: ")[1].split("@")
                repository = "/".join(action.split("/")[:2])
                if seen.setdefault(repository, rest) != rest:
                    raise Failure(f"{repository} is pinned twice: {seen[repository]} and {rest}")
    return len(seen)


def main(_program):
    """How many files and templates were as they should be."""
    env = surroundings(None)
    tool = lambda name: os.path.join(VENV, "bin", name)
    folder = os.path.join(ROOT, ".github", "workflows")
    workflows = sorted(os.path.join(".github", "workflows", name) for name in os.listdir(folder))
    must([tool("actionlint"), *workflows], ROOT, env)
    # What asks the network stays out.
    must([tool("zizmor"), "--offline", "--quiet", "--no-config", ".github", "action.yml"], ROOT, env)
    tried = pinned([*workflows, "action.yml"]) + len(workflows) + 1
    for heading, schema in TEMPLATES.items():
        for index, (_, text) in enumerate(one for one in blocks("docs/ci.md", "yaml") if one[0] == heading):
            # A part of a workflow is no workflow.
            if text.startswith(" "):
                continue
            name = f"{schema.split('.')[1]}-{heading.split()[0].lower()}-{index}.yml"
            write(os.path.join(HOME, "templates"), {name: text})
            must([tool("check-jsonschema"), "--builtin-schema", schema, name], os.path.join(HOME, "templates"), env)
            tried += 1
    return tried
