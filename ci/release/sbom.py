"""A bill of materials in CycloneDX 1.5, of what is linked into the program: from Cargo.lock, by `cargo metadata`."""
import json
import os
import subprocess
import tomllib
import uuid
from datetime import datetime, timezone

from common import REPOSITORY, ROOT, epoch, read


def reached(metadata):
    """The packages that the program is built from, and what each of them depends on: neither tests nor build scripts."""
    nodes = {node["id"]: node for node in metadata["resolve"]["nodes"]}
    uses = {}
    waiting = [metadata["resolve"]["root"]]
    while waiting:
        one = waiting.pop()
        if one in uses:
            continue
        linked = [dep["pkg"] for dep in nodes[one]["deps"] if any(kind["kind"] is None for kind in dep["dep_kinds"])]
        uses[one] = sorted(set(linked))
        waiting.extend(linked)
    return uses


def component(package, checksums, kind):
    name, version = package["name"], package["version"]
    purl = f"pkg:cargo/{name}@{version}"
    told = {"type": kind, "bom-ref": purl, "name": name, "version": version, "purl": purl}
    if package["description"]:
        told["description"] = " ".join(package["description"].split())
    if package["license"]:
        told["licenses"] = [{"expression": package["license"].replace("/", " OR ")}]
    if (name, version) in checksums:
        told["hashes"] = [{"alg": "SHA-256", "content": checksums[name, version]}]
    if package["repository"]:
        told["externalReferences"] = [{"type": "vcs", "url": package["repository"]}]
    return told


def write(target, out):
    command = ["cargo", "metadata", "--format-version", "1", "--locked", "--filter-platform", target]
    metadata = json.loads(subprocess.run(command, cwd=ROOT, check=True, capture_output=True).stdout)
    lock = tomllib.loads(read("Cargo.lock").decode())
    checksums = {(one["name"], one["version"]): one["checksum"] for one in lock["package"] if "checksum" in one}
    packages = {one["id"]: one for one in metadata["packages"]}
    uses = reached(metadata)
    reference = lambda one: f"pkg:cargo/{packages[one]['name']}@{packages[one]['version']}"
    root = metadata["resolve"]["root"]
    others = sorted((one for one in uses if one != root), key=reference)
    text = json.dumps({
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        # The same sources give the same number.
        "serialNumber": f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, f'{REPOSITORY}/{target}/{epoch()}')}",
        "version": 1,
        "metadata": {
            "timestamp": datetime.fromtimestamp(epoch(), timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "component": component(packages[root], checksums, "application"),
        },
        "components": [component(packages[one], checksums, "library") for one in others],
        "dependencies": [{"ref": reference(one), "dependsOn": [reference(other) for other in uses[one]]}
                         for one in [root, *others]],
    }, indent=2)
    with open(os.path.join(out, f"plimsoll-{target}.cdx.json"), "w", encoding="utf-8") as file:
        file.write(text + "\n")
