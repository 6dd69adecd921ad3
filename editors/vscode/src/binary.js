// Which binary is started: the configured one, the one in the extension, one in the workspace, or the one in PATH.

const fs = require("node:fs");
const os = require("node:os");
const path = require("node:path");

const NAME = process.platform === "win32" ? "plimsoll.exe" : "plimsoll";

// Where tools of a workspace are installed.
const PLACES = ["node_modules/.bin", ".venv/bin", ".venv/Scripts", "bin", "target/release"];

function isProgram(file) {
  try {
    fs.accessSync(file, fs.constants.X_OK);
    return fs.statSync(file).isFile();
  } catch {
    return false;
  }
}

exports.NAME = NAME;

exports.findServer = ({ configured, extension, folders }) => {
  if (configured) {
    const home = configured.startsWith("~/") ? path.join(os.homedir(), configured.slice(2)) : configured;
    const first = folders[0];
    return first && !path.isAbsolute(home) && home.includes("/") ? path.join(first, home) : home;
  }
  const candidates = [path.join(extension, "bin", NAME)];
  for (const folder of folders) candidates.push(...PLACES.map((place) => path.join(folder, place, NAME)));
  return candidates.find(isProgram) || NAME;
};
