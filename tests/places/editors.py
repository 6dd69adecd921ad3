"""Runs the configurations of docs/editors.md in the editors themselves, with a buffer that is not saved.

An editor that is not there is installed with apt-get where CI is set, and passed over elsewhere.
"""
import json
import os
import re
import shutil
import subprocess
import threading

from common import BASE, DOTENV, Failure, HOME, MESSAGE, OPEN, block, blocks, run, surroundings, write

DOCUMENT = "docs/editors.md"
PACKAGES = {"vim": "vim-nox", "nvim": "neovim", "emacs": "emacs-nox", "efm-langserver": "efm-langserver"}
# An overlay as it is saved, and as it stands in the editor: the finding needs the base file, and its column counts `é`.
SAVED = "services: {}\n"
UNSAVED = "services:\n  db:\n    # é\n    labels: {a: é}\n    ports: [ \"5432:5432\" ]\n"
LINE, COLUMN, END = 5, 14, 25
FILE = "shop/docker-compose.prod.yml"


def expect(what, fact, said=""):
    if not fact:
        raise Failure(f"{what}\n{said}")
    return 1


def there(program, env):
    """Whether an editor can be run."""
    if not shutil.which(program) and os.environ.get("CI") and shutil.which("apt-get"):
        quiet = {**env, "DEBIAN_FRONTEND": "noninteractive"}
        for words in (["update"], ["install", "-y", "--no-install-recommends", PACKAGES[program]]):
            code, said = run(["apt-get", "-q", *words], HOME, quiet)
            expect(f"apt-get {words[0]} fails", code == 0, said)
    if shutil.which(program):
        return True
    print(f"editors: {program} is not there and was passed over")
    return False


def shop(name):
    """A folder with a project in it."""
    folder = os.path.join(HOME, "editors", name)
    shutil.rmtree(folder, ignore_errors=True)
    write(folder, {".git/HEAD": "ref: refs/heads/main\n", "shop/docker-compose.yml": BASE, "shop/.env": DOTENV, FILE: SAVED,
                   "shop/nginx/site.conf": "server {}\n"})
    return folder


def visual_studio_code(env):
    """The regular expression finds every line of the command, with all its parts."""
    folder = shop("code")
    write(folder, {FILE: UNSAVED, "stack/compose.yaml": OPEN.replace("postgres:17", "postgres:${TAG}")})
    [task] = json.loads(block(DOCUMENT, "VS Code, without the extension", "json"))["tasks"]
    code, said = run([task["command"], *task["args"]], folder, env)
    expect("the task finds something", code == 1, said)
    pattern = task["problemMatcher"]["pattern"]
    # What this expression uses means the same in Python and JavaScript; node says so where it is there.
    found = [re.match(pattern["regexp"], line) for line in said.splitlines()]
    tried = expect("every line matches", len(found) >= 3 and all(found), said)
    parts = lambda match: [match.group(pattern[part]) for part in ("file", "line", "column", "severity", "code", "message")]
    wanted = [FILE, str(LINE), str(COLUMN), "error", "exposed-datastore", MESSAGE]
    tried += expect("the parts of a finding", wanted in map(parts, found), said)
    severities = {match.group(pattern["severity"]) for match in found}
    tried += expect("more than one severity", len(severities) > 1, said)
    if shutil.which("node"):
        script = "const p = new RegExp(process.argv[1]); const l = process.argv[2].trimEnd().split('\\n');" \
                 "console.log(JSON.stringify(l.map(x => x.match(p).slice(1))))"
        code, matched = run(["node", "-e", script, pattern["regexp"], said], folder, env)
        tried += expect("JavaScript agrees", code == 0 and wanted in json.loads(matched), matched)
    return tried


def vim(env):
    """The quickfix list after `:make`, and what ALE is given."""
    if not there("vim", env):
        return 0
    folder = shop("vim")
    write(folder, {FILE: UNSAVED})
    make, ale = [text for heading, text in blocks(DOCUMENT, "vim") if heading == "Vim"]
    shown = "call writefile([json_encode(map(getqflist(), {_, one -> [bufname(one.bufnr), one.lnum, one.col, one.type, one.text]}))], 'found.json')"
    write(folder, {"make.vim": make + "silent make!\n" + shown + "\nqall!\n"})
    code, said = run(["vim", "-Nu", "NONE", "-es", "-S", "make.vim"], folder, env)
    expect("vim fills the quickfix list", code == 0, said)
    with open(os.path.join(folder, "found.json"), encoding="utf-8") as file:
        found = json.load(file)
    tried = expect("vim: the finding", found == [[FILE, LINE, COLUMN, "e", f"[exposed-datastore]: {MESSAGE}"]], found)
    stub = "function! ale#linter#Define(filetype, linter) abort\n  let g:linter = a:linter\nendfunction\n"
    use = "let s:command = substitute(substitute(g:linter.command, '%e', g:linter.executable, ''), '%s', $FILE, '')\n" \
          "let s:lines = systemlist(s:command, join(readfile($FILE), \"\\n\") . \"\\n\")\n" \
          "call writefile([json_encode(function(g:linter.callback)(1, s:lines))], 'ale.json')\nqall!\n"
    write(folder, {"plugins/autoload/ale/linter.vim": stub, "ale.vim": "set rtp^=plugins\n" + ale + use})
    code, said = run(["vim", "-Nu", "NONE", "-es", "-S", "ale.vim"], folder, {**env, "FILE": FILE})
    expect("vim runs the linter of ALE", code == 0, said)
    with open(os.path.join(folder, "ale.json"), encoding="utf-8") as file:
        found = json.load(file)
    wanted = {"lnum": LINE, "col": COLUMN, "vcol": 1, "type": "E", "code": "exposed-datastore", "text": MESSAGE}
    return tried + expect("ale: the finding", found == [wanted], found)


def neovim(env):
    """What nvim-lint is told, and what its parser makes of the answer; the plugin itself is played by a few lines."""
    if not there("nvim", env):
        return 0
    folder = shop("nvim")
    # As nvim-lint does: the arguments that are functions called, the buffer on standard input, the parser given the output.
    play = """
package.preload["lint"] = function()
  local lint = { linters = {} }
  function lint.try_lint(name)
    local linter = lint.linters[name]
    local command = { linter.cmd }
    for _, one in ipairs(linter.args) do
      table.insert(command, type(one) == "function" and one() or one)
    end
    local text = table.concat(vim.api.nvim_buf_get_lines(0, 0, -1, false), "\\n") .. "\\n"
    local found = linter.parser(vim.fn.system(command, text), vim.api.nvim_get_current_buf())
    vim.diagnostic.set(vim.api.nvim_create_namespace("lint"), 0, found)
  end
  return lint
end
"""
    after = """
vim.cmd("edit " .. vim.env.FILE)
vim.api.nvim_buf_set_lines(0, 0, -1, false, vim.split(vim.env.TEXT, "\\n"))
vim.cmd("doautocmd TextChanged")
local found = vim.diagnostic.get(0)
vim.fn.writefile({ vim.json.encode(found) }, "found.json")
vim.cmd("qall!")
"""
    write(folder, {"init.lua": play + block(DOCUMENT, "Neovim, with nvim-lint", "lua") + after})
    command = ["nvim", "--headless", "-n", "-i", "NONE", "-u", "NONE", "-c", "luafile init.lua", "-c", "cquit"]
    code, said = run(command, folder, {**env, "FILE": FILE, "TEXT": UNSAVED.rstrip("\n")})
    expect("nvim runs the linter", code == 0, said)
    with open(os.path.join(folder, "found.json"), encoding="utf-8") as file:
        found = json.load(file)
    expect("nvim: one finding", len(found) == 1, found)
    place = [found[0][name] for name in ("lnum", "col", "end_lnum", "end_col", "severity", "code")]
    tried = expect("nvim: its place", place == [LINE - 1, COLUMN - 1, LINE - 1, END - 1, 1, "exposed-datastore"], found)
    return tried + expect("nvim: its message", found[0]["message"].startswith(MESSAGE), found)


def emacs(env):
    """What Flymake shows of a changed buffer."""
    if not there("emacs", env):
        return 0
    folder = shop("emacs")
    after = """
(require 'json)
(find-file (getenv "FILE"))
(unless flymake-mode (error "flymake is off"))
(erase-buffer)
(insert (getenv "TEXT"))
(flymake-start)
(let ((patience 200))
  (while (and (> patience 0) (null (flymake-diagnostics)))
    (accept-process-output nil 0.1)
    (setq patience (1- patience))))
(princ (json-encode (mapcar (lambda (one)
  (vector (line-number-at-pos (flymake-diagnostic-beg one))
        (buffer-substring-no-properties (flymake-diagnostic-beg one) (flymake-diagnostic-end one))
        (symbol-name (flymake-diagnostic-type one)) (flymake-diagnostic-text one)))
  (flymake-diagnostics))))
"""
    write(folder, {"plimsoll.el": block(DOCUMENT, "Emacs, with Flymake", "elisp"), "after.el": after})
    command = ["emacs", "--quick", "--batch", "--load", "plimsoll.el", "--load", "after.el"]
    done = subprocess.run(command, cwd=folder, env={**env, "FILE": FILE, "TEXT": UNSAVED}, capture_output=True, text=True,
                          check=False)
    expect("emacs runs the backend", done.returncode == 0 and done.stdout, done.stderr)
    wanted = [LINE, '"5432:5432"', ":error", f"{MESSAGE} [exposed-datastore]"]
    return expect("emacs: the finding", json.loads(done.stdout) == [wanted], done.stdout)


class LanguageServer:
    """A language server, and the diagnostics that it publishes."""

    def __init__(self, command, folder, env):
        self.process = subprocess.Popen(command, cwd=folder, env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=subprocess.DEVNULL)
        # A server that says nothing ends the test, not the patience of who runs it.
        self.end = threading.Timer(30, self.process.kill)
        self.end.start()

    def say(self, method, parameters, number=None):
        message = {"jsonrpc": "2.0", "method": method, "params": parameters, **({"id": number} if number else {})}
        body = json.dumps(message).encode()
        self.process.stdin.write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
        self.process.stdin.flush()

    def hear(self, wanted):
        """The next message for which `wanted` holds."""
        while True:
            length = 0
            while (line := self.process.stdout.readline().strip()):
                name, value = line.split(b":")
                length = int(value) if name.lower() == b"content-length" else length
            if not length:
                raise Failure("the language server has gone")
            message = json.loads(self.process.stdout.read(length))
            if wanted(message):
                return message

    def stop(self):
        self.end.cancel()
        self.process.kill()
        self.process.wait()


def efm(env):
    """What efm-langserver publishes about a buffer that is not saved."""
    if not there("efm-langserver", env):
        return 0
    folder = shop("efm")
    write(folder, {"config.yaml": block(DOCUMENT, "efm-langserver", "yaml")})
    server = LanguageServer(["efm-langserver", "-c", "config.yaml"], folder, env)
    try:
        uri = f"file://{folder}/{FILE}"
        server.say("initialize", {"rootUri": f"file://{folder}", "capabilities": {}}, 1)
        server.hear(lambda message: message.get("id") == 1)
        server.say("initialized", {})
        document = {"uri": uri, "languageId": "yaml", "version": 1, "text": UNSAVED}
        server.say("textDocument/didOpen", {"textDocument": document})
        heard = server.hear(lambda message: message.get("method") == "textDocument/publishDiagnostics"
                            and message["params"]["diagnostics"])
    finally:
        server.stop()
    [found] = heard["params"]["diagnostics"]
    start = found["range"]["start"]
    tried = expect("efm: the file", heard["params"]["uri"] == uri, heard)
    tried += expect("efm: the place", (start["line"], start["character"]) == (LINE - 1, COLUMN - 1), heard)
    return tried + expect("efm: the message", found["severity"] == 1 and MESSAGE in found["message"], heard)


def main(program):
    """How many facts were as they should be."""
    env = surroundings(program, HOME=os.path.join(HOME, "editors", "home"), TERM="dumb")
    os.makedirs(env["HOME"], exist_ok=True)
    return visual_studio_code(env) + vim(env) + neovim(env) + emacs(env) + efm(env)
