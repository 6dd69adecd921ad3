"""The files for the registries of others that name the digests of a release."""
import os

from common import read, version, write

TEMPLATE = "packages/registries/homebrew/plimsoll.rb"


def write_formula(out):
    """The formula for Homebrew, with the version and the digests that SHA256SUMS lists."""
    lines = read(os.path.join(out, "SHA256SUMS")).decode().splitlines()
    digests = {name: digest for digest, name in (line.split() for line in lines)}
    text = read(TEMPLATE).decode().replace("@VERSION@", version())
    for name, digest in digests.items():
        text = text.replace(f"@SHA256 {name}@", digest)
    if "@SHA256" in text:
        raise SystemExit(f"{out}: an archive of the formula is missing: {text[text.index('@SHA256'):].split('@')[1]}")
    write(os.path.join(out, "plimsoll.rb"), text)
