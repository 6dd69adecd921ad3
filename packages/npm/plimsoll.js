#!/usr/bin/env node
// Starts the binary of the package for this platform, which npm installs as an optional dependency.
"use strict";

const { spawnSync } = require("node:child_process");
const { constants } = require("node:os");

const name = `@plimsoll-lint/${process.platform}-${process.arch}`;
const file = process.platform === "win32" ? "plimsoll.exe" : "plimsoll";

let program;
try {
  program = require.resolve(`${name}/bin/${file}`);
} catch {
  console.error(
    `plimsoll: ${name} is not installed. Install plimsoll again without \`--omit=optional\`; if there is no binary for ` +
      "your platform, see https://github.com/plimsoll-lint/plimsoll#install",
  );
  process.exit(2);
}

// A signal from the terminal reaches the program as well, which decides what to do with it.
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => {});

const done = spawnSync(program, process.argv.slice(2), { stdio: "inherit" });
if (done.error) {
  console.error(`plimsoll: cannot start ${program}: ${done.error.message}`);
  process.exit(2);
}
process.exit(done.status ?? 128 + constants.signals[done.signal]);
