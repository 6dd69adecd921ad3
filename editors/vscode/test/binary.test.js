// Which binary is found, on a made-up disk.

const assert = require("node:assert");
const fs = require("node:fs");
const os = require("node:os");
const path = require("node:path");
const { test } = require("node:test");
const { NAME, findServer } = require("../src/binary");

function program(folder, place) {
  const file = path.join(folder, place, NAME);
  fs.mkdirSync(path.dirname(file), { recursive: true });
  fs.writeFileSync(file, "", { mode: 0o755 });
  return file;
}

test("the configured binary, that of the extension, that of the workspace, PATH", () => {
  const root = fs.mkdtempSync(path.join(os.tmpdir(), "plimsoll-binary-"));
  const [extension, folder] = ["extension", "project"].map((name) => path.join(root, name));
  const find = (configured = "") => findServer({ configured, extension, folders: [folder] });
  assert.equal(find(), NAME);
  const inWorkspace = program(folder, "node_modules/.bin");
  assert.equal(find(), inWorkspace);
  const inExtension = program(extension, "bin");
  assert.equal(find(), inExtension);
  assert.equal(find("/opt/plimsoll"), "/opt/plimsoll");
  assert.equal(find("tools/plimsoll"), path.join(folder, "tools/plimsoll"));
  assert.equal(findServer({ configured: "", extension: root, folders: [] }), NAME);
  fs.rmSync(root, { recursive: true });
});
