"""A registry of npm on this machine, with the packages that `ci/release.sh` made: what it lacks, the real one lacks too."""
import contextlib
import hashlib
import http.server
import json
import os
import tarfile
import threading

from common import DIST


def manifests():
    """The packages by their names, as a registry describes them."""
    found = {}
    for name in sorted(os.listdir(DIST)):
        if name.endswith(".tgz"):
            path = os.path.join(DIST, name)
            with tarfile.open(path) as archive:
                about = json.load(archive.extractfile("package/package.json"))
            with open(path, "rb") as file:
                about["dist"] = {"shasum": hashlib.sha1(file.read()).hexdigest(), "tarball": name}
            found[about["name"]] = about
    return found


class Handler(http.server.BaseHTTPRequestHandler):
    """Answers with a description or an archive."""

    packages = {}

    def do_GET(self):
        name = self.path.strip("/").replace("%2f", "/").replace("%2F", "/")
        if name.startswith("-/"):
            path = os.path.join(DIST, os.path.basename(name))
            with open(path, "rb") as file:
                return self.answer(200, file.read(), "application/octet-stream")
        about = self.packages.get(name)
        if not about:
            return self.answer(404, b"{}", "application/json")
        address = f"http://{self.headers['Host']}/-/{about['dist']['tarball']}"
        told = {**about, "dist": {**about["dist"], "tarball": address}}
        whole = {"name": name, "dist-tags": {"latest": about["version"]}, "versions": {about["version"]: told}}
        return self.answer(200, json.dumps(whole).encode(), "application/json")

    def answer(self, code, content, kind):
        self.send_response(code)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_):
        pass


@contextlib.contextmanager
def npm():
    """The address of the registry, while it is needed."""
    handler = type("Serving", (Handler,), {"packages": manifests()})
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/"
    finally:
        server.shutdown()
        server.server_close()
