"""The npm packages: one for each platform, which npm selects by `os` and `cpu`, and the one that starts its binary."""
import json
import os

from common import REPOSITORY, binary_name, read, version, write

# What node calls the platform of a target.
PLATFORMS = {
    "x86_64-unknown-linux-gnu": ("linux", "x64"),
    "aarch64-unknown-linux-gnu": ("linux", "arm64"),
    "x86_64-apple-darwin": ("darwin", "x64"),
    "aarch64-apple-darwin": ("darwin", "arm64"),
    "x86_64-pc-windows-msvc": ("win32", "x64"),
}
SCOPE = "@plimsoll-lint"


def manifest(name, description, **more):
    about = {
        "name": name,
        "version": version(),
        "description": description,
        "license": "MIT OR Apache-2.0",
        "homepage": f"{REPOSITORY}#readme",
        "repository": {"type": "git", "url": f"git+{REPOSITORY}.git"},
    }
    return json.dumps({**about, **more}, indent=2) + "\n"


def platform(binary, target, out):
    """Writes the package of a platform."""
    system, cpu = PLATFORMS[target]
    name = f"{SCOPE}/{system}-{cpu}"
    folder = os.path.join(out, f"{system}-{cpu}")
    # Without `exports`, so that the binary can be resolved.
    write(os.path.join(folder, "package.json"),
          manifest(name, f"The binary of plimsoll for {system} on {cpu}", os=[system], cpu=[cpu], files=["bin", "LICENSE-*"],
                   preferUnplugged=True))
    write(os.path.join(folder, "bin", binary_name(target)), read(binary), 0o755)
    write(os.path.join(folder, "README.md"), f"The binary of [plimsoll]({REPOSITORY}#readme) for {system} on {cpu}.\n")
    licences(folder)


def shim(out):
    """Writes the package that people install."""
    folder = os.path.join(out, "plimsoll")
    optional = {f"{SCOPE}/{system}-{cpu}": version() for system, cpu in PLATFORMS.values()}
    write(os.path.join(folder, "package.json"),
          manifest("plimsoll", "Reports what will break, leak or lose data in Docker Compose projects",
                   keywords=["docker", "docker-compose", "compose", "linter", "static-analysis"],
                   bin={"plimsoll": "bin/plimsoll.js"}, files=["bin", "LICENSE-*"], engines={"node": ">=18"},
                   optionalDependencies=optional))
    write(os.path.join(folder, "bin", "plimsoll.js"), read("packages/npm/plimsoll.js"), 0o755)
    write(os.path.join(folder, "README.md"), read("packages/npm/README.md"))
    licences(folder)


def licences(folder):
    for name in ("LICENSE-APACHE", "LICENSE-MIT"):
        write(os.path.join(folder, name), read(name))
