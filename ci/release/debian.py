"""The tree of the package for Debian: the program, its manual pages and completions, and the plugin of Docker."""
import gzip
import hashlib
import os
import re
import subprocess
import textwrap
from email.utils import formatdate

from common import REPOSITORY, epoch, read, version, write

ARCHITECTURES = {"x86_64": "amd64", "aarch64": "arm64"}
MAINTAINER = "The plimsoll authors <plimsoll-lint@users.noreply.github.com>"
COMPLETIONS = {
    "bash": "usr/share/bash-completion/completions/plimsoll",
    "zsh": "usr/share/zsh/vendor-completions/_plimsoll",
    "fish": "usr/share/fish/vendor_completions.d/plimsoll.fish",
}
PLUGIN = "usr/libexec/docker/cli-plugins/docker-plimsoll"
LONG = """\
plimsoll loads a Compose project the way docker compose does, with every file merged and every variable resolved, and \
reports databases that are published on all interfaces, data that is lost with its container, services that cannot reach \
each other, and whatever docker compose rejects: at the exact place, and with what to do about it."""


def packed(content):
    return gzip.compress(content if isinstance(content, bytes) else content.encode(), 9, mtime=0)


def changelog():
    return (f"plimsoll ({version()}) unstable; urgency=medium\n\n"
            f"  * Release {version()}. What has changed:\n    {REPOSITORY}/blob/main/CHANGELOG.md\n\n"
            f" -- {MAINTAINER}  {formatdate(epoch())}\n")


def copyright_file():
    """The licences: the MIT one in full, and where Debian keeps the other."""
    notice = re.search(r"Copyright \(c\) (.*)", read("LICENSE-MIT").decode()).group(1)
    text = read("LICENSE-MIT").decode().split("\n\n", 2)[2]
    paragraphs = text.strip().split("\n\n")
    mit = "\n .\n".join("\n".join(f" {line}" for line in one.splitlines()) for one in paragraphs)
    return (read("packages/debian/copyright").decode()
            .replace("@NOTICE@", notice)
            .replace(" @MIT@", mit))


def tree(binary, target, folder):
    """Writes the tree, and the name of the package beside it."""
    told = lambda *words: subprocess.run([binary, *words], check=True, capture_output=True).stdout
    place = lambda *names: os.path.join(folder, *names)
    architecture = ARCHITECTURES[target.split("-")[0]]
    write(place("usr/bin/plimsoll"), read(binary), 0o755)
    os.makedirs(os.path.dirname(place(PLUGIN)))
    os.symlink("../../../bin/plimsoll", place(PLUGIN))
    commands = re.search(r"\nCommands:\n(.*?)\n\n", told("--help").decode(), re.S).group(1)
    pages = {"plimsoll": told("man")}
    for command in re.findall(r"^  ([a-z]+) ", commands, re.M):
        if command != "help":
            pages[f"plimsoll-{command}"] = told("man", command)
    for name, page in pages.items():
        write(place(f"usr/share/man/man1/{name}.1.gz"), packed(page))
    for shell, path in COMPLETIONS.items():
        write(place(path), told("completions", shell))
    documents = place("usr/share/doc/plimsoll")
    write(os.path.join(documents, "changelog.gz"), packed(changelog()))
    write(os.path.join(documents, "copyright"), copyright_file())
    write(place("usr/share/lintian/overrides/plimsoll"), read("packages/debian/lintian-overrides"))
    files = [os.path.join(above, name) for above, _, names in os.walk(folder) for name in names]
    size = sum(os.lstat(path).st_size for path in files)
    regular = sorted(os.path.relpath(path, folder) for path in files if not os.path.islink(path))
    digests = [f"{hashlib.md5(read(place(name))).hexdigest()}  {name}\n" for name in regular]
    write(place("DEBIAN/md5sums"), "".join(digests))
    description = textwrap.fill(LONG, 76, initial_indent=" ", subsequent_indent=" ")
    write(place("DEBIAN/control"), "\n".join([
        "Package: plimsoll",
        f"Version: {version()}",
        "Section: devel",
        "Priority: optional",
        f"Architecture: {architecture}",
        f"Maintainer: {MAINTAINER}",
        f"Installed-Size: {-(-size // 1024)}",
        f"Homepage: {REPOSITORY}",
        "Enhances: docker.io, docker-ce-cli",
        "Description: linter and static analyzer for Docker Compose projects",
        description,
        "",
    ]))
    for above, folders, names in os.walk(folder):
        for name in [*folders, *names]:
            path = os.path.join(above, name)
            os.utime(path, (epoch(), epoch()), follow_symlinks=False)
            if os.path.isdir(path) and not os.path.islink(path):
                os.chmod(path, 0o755)
    os.utime(folder, (epoch(), epoch()))
    with open(f"{folder}.name", "w", encoding="utf-8") as file:
        file.write(f"plimsoll_{version()}_{architecture}.deb")
