// The extension: starts the language server and adds the commands.

const vscode = require("vscode");
const { LanguageClient } = require("vscode-languageclient/node");
const { findServer } = require("./binary");
const commands = require("./commands");

// Files that a project may read: what they mean is decided by the server, by their paths and contents.
const LANGUAGES = ["yaml", "dockercompose", "dotenv", "env", "properties", "plaintext", "nginx", "caddyfile", "toml", "makefile", "shellscript", "dockerfile"];

let client;

function server(context) {
  const settings = vscode.workspace.getConfiguration("plimsoll");
  const folders = (vscode.workspace.workspaceFolders || []).map((folder) => folder.uri.fsPath);
  const command = findServer({
    configured: settings.get("path"),
    extension: context.extensionPath,
    folders: vscode.workspace.isTrusted ? folders : [],
  });
  return { command, args: settings.get("arguments") };
}

async function start(context) {
  const { command, args } = server(context);
  const documentSelector = LANGUAGES.flatMap((language) => [{ scheme: "file", language }, { scheme: "untitled", language }]);
  const initializationOptions = vscode.workspace.getConfiguration("plimsoll");
  client = new LanguageClient("plimsoll", "plimsoll", { command, args }, {
    documentSelector,
    initializationOptions: JSON.parse(JSON.stringify(initializationOptions)),
  });
  try {
    await client.start();
  } catch (error) {
    const choice = await vscode.window.showErrorMessage(
      `plimsoll cannot start \`${command}\`: ${error.message}. Install it, or set its path.`,
      "Open Settings",
    );
    if (choice) await vscode.commands.executeCommand("workbench.action.openSettings", "plimsoll.path");
  }
}

async function stop() {
  const running = client;
  client = undefined;
  if (running && running.isRunning()) await running.stop();
}

exports.activate = async (context) => {
  commands.register(context, () => server(context).command);
  context.subscriptions.push(
    vscode.commands.registerCommand("plimsoll.restart", async () => {
      await stop();
      await start(context);
    }),
    vscode.workspace.onDidChangeConfiguration(async (event) => {
      if (event.affectsConfiguration("plimsoll.path") || event.affectsConfiguration("plimsoll.arguments")) {
        await vscode.commands.executeCommand("plimsoll.restart");
      }
    }),
  );
  await start(context);
};

exports.deactivate = stop;
