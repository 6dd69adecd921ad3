"""What the parts of a release share."""
import os
import tomllib

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
REPOSITORY = "https://github.com/plimsoll-lint/plimsoll"


def package():
    with open(os.path.join(ROOT, "Cargo.toml"), "rb") as file:
        return tomllib.load(file)["package"]


def version():
    return package()["version"]


def epoch():
    return int(os.environ["SOURCE_DATE_EPOCH"])


def read(name):
    with open(os.path.join(ROOT, name), "rb") as file:
        return file.read()


def write(path, content, mode=0o644):
    """Writes a file, with the directories that it needs."""
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "wb") as file:
        file.write(content if isinstance(content, bytes) else content.encode())
    os.chmod(path, mode)


def binary_name(target):
    return "plimsoll.exe" if "-windows-" in target else "plimsoll"
