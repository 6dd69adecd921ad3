// The commands: fix all, show the graph, show the projects.

const { execFile } = require("node:child_process");
const path = require("node:path");
const vscode = require("vscode");

const FIX_ALL = "source.fixAll.plimsoll";

// The longest output that is shown, in bytes.
const MOST_BYTES = 16 * 1024 * 1024;

function run(program, args, cwd) {
  return new Promise((resolve, reject) => {
    execFile(program, args, { cwd, maxBuffer: MOST_BYTES }, (error, output, errors) => {
      if (error && !output) reject(new Error(errors.trim() || error.message));
      else resolve(output);
    });
  });
}

// The directory of the file in the active editor, or the first folder of the workspace.
function here() {
  const editor = vscode.window.activeTextEditor;
  if (editor && editor.document.uri.scheme === "file") return path.dirname(editor.document.uri.fsPath);
  const folder = (vscode.workspace.workspaceFolders || [])[0];
  return folder && folder.uri.fsPath;
}

async function fixAll() {
  await vscode.commands.executeCommand("editor.action.codeAction", { kind: FIX_ALL, apply: "first" });
}

async function showGraph(program) {
  const svg = await run(program, ["graph", "--format", "svg", "."], here());
  const panel = vscode.window.createWebviewPanel("plimsoll.graph", "plimsoll: graph", vscode.ViewColumn.Beside, {});
  const policy = "default-src 'none'; style-src 'unsafe-inline'; img-src data:";
  const source = `data:image/svg+xml;base64,${Buffer.from(svg).toString("base64")}`;
  panel.webview.html = `<!DOCTYPE html><html><head><meta http-equiv="Content-Security-Policy" content="${policy}"></head>
<body style="background: white"><img alt="Graph of the project" style="max-width: 100%" src="${source}"></body></html>`;
}

async function showProjects(program) {
  const content = await run(program, ["projects", "."], here());
  const document = await vscode.workspace.openTextDocument({ content, language: "plaintext" });
  await vscode.window.showTextDocument(document, { preview: true });
}

exports.register = (context, program) => {
  const add = (name, act) =>
    context.subscriptions.push(
      vscode.commands.registerCommand(name, async () => {
        try {
          await act(program());
        } catch (error) {
          vscode.window.showErrorMessage(`plimsoll: ${error.message}`);
        }
      }),
    );
  add("plimsoll.fixAll", fixAll);
  add("plimsoll.showGraph", showGraph);
  add("plimsoll.showProjects", showProjects);
};
