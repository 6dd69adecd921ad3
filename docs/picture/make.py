#!/usr/bin/env python3
"""Draws docs/picture/first-look.svg: what a terminal of 100 columns shows of `plimsoll check`.

usage: make.py [PROGRAM]     (by default target/release/plimsoll)

One finding of each rule in SHOWN is drawn; the others are counted where they stand. Standard library only.
"""
import fcntl
import html
import os
import pty
import re
import struct
import subprocess
import sys
import termios

PROJECT = "fixtures/projects/first-look"
SHOWN = ["unset-secret", "proxied-port-published", "unshared-network"]
ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

COLUMNS = 100
CELL_WIDTH, LINE_HEIGHT, FONT_SIZE, MARGIN, BAR = 8.4, 18, 14, 20, 34
FOREGROUND, BACKGROUND, BAR_COLOR, DIMMED = "#d4d7dd", "#16191f", "#20242c", "#7d8590"
COLORS = {
    30: "#4b5263", 31: "#ff6b6b", 32: "#8fd47a", 33: "#f0c064", 34: "#6cb6ff", 35: "#d2a8ff", 36: "#5fd3d8", 37: "#d4d7dd",
    90: "#7d8590", 91: "#ff8f8f", 92: "#a9e59a", 93: "#ffd68a", 94: "#96caff", 95: "#e2c5ff", 96: "#8ae6ea", 97: "#ffffff",
}
ESCAPE = re.compile(r"\x1b\[([0-9;]*)m")
LINK = re.compile(r"\x1b\]8;[^\x1b\x07]*(?:\x1b\\|\x07)")


def output(program):
    """What the program prints to a terminal of 100 columns."""
    environment = {name: value for name, value in os.environ.items() if name not in ("NO_COLOR", "COLUMNS")}
    command = [os.path.abspath(program), "check", PROJECT, "--color", "always"]
    reader, terminal = pty.openpty()
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 50, COLUMNS, 0, 0))
    started = subprocess.Popen(
        command, cwd=ROOT, env=environment | {"TERM": "xterm"}, stdin=subprocess.DEVNULL, stdout=terminal,
        stderr=subprocess.PIPE,
    )
    os.close(terminal)
    printed = b""
    while True:
        try:
            piece = os.read(reader, 65536)
        except OSError:  # Linux says so where nobody writes any longer.
            break
        if not piece:
            break
        printed += piece
    errors = started.communicate()[1]
    if started.returncode != 1:
        sys.exit(f"{' '.join(command)} gave exit code {started.returncode} in place of 1\n{errors.decode()}")
    return LINK.sub("", printed.decode().replace("\r\n", "\n"))


def selected(text):
    """The lines of the picture. Findings stand in blocks with an empty line between them, the sum at the end."""
    *findings, total = re.split(r"\n\n", text.rstrip("\n"))
    wanted = list(SHOWN)
    lines, hidden = [f"\x1b[32m$\x1b[0m plimsoll check {PROJECT}"], 0

    def count():
        if hidden:
            lines.extend([f"  \x1b[2m⋮ {hidden} more {'finding' if hidden == 1 else 'findings'}\x1b[0m", ""])

    for finding in findings:
        plain = ESCAPE.sub("", finding)
        rule = next((rule for rule in wanted if f"[{rule}]" in plain), None)
        if rule is None:
            hidden += 1
            continue
        wanted.remove(rule)
        count()
        hidden = 0
        lines += finding.split("\n") + [""]
    if wanted:
        sys.exit(f"no finding of {', '.join(wanted)}: change SHOWN in {sys.argv[0]}")
    count()
    return lines + total.split("\n")


def runs(line):
    """The parts of a line that look alike: column, text, colour, bold, underlined."""
    column, color, bold, dim, underlined = 0, None, False, False, False
    for index, piece in enumerate(ESCAPE.split(line)):
        if index % 2 == 0:
            if piece:
                yield column, piece, DIMMED if dim else color or FOREGROUND, bold, underlined
            column += len(piece)
            continue
        for code in (int(code or 0) for code in piece.split(";")):
            if code == 0:
                color, bold, dim, underlined = None, False, False, False
            elif code == 1:
                bold = True
            elif code == 2:
                dim = True
            elif code == 4:
                underlined = True
            elif code == 22:
                bold = dim = False
            elif code == 24:
                underlined = False
            elif code == 39:
                color = None
            elif code in COLORS:
                color = COLORS[code]
            else:
                sys.exit(f"no colour is known for the code {code}")


def drawn(lines):
    """The picture."""
    width = COLUMNS * CELL_WIDTH + 2 * MARGIN
    height = BAR + len(lines) * LINE_HEIGHT + 2 * MARGIN
    svg = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height:g}" width="{width:g}" height="{height:g}" '
        f'role="img" aria-label="plimsoll check {PROJECT} in a terminal" font-size="{FONT_SIZE}" '
        'font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, \'DejaVu Sans Mono\', \'Liberation Mono\', monospace">',
        f'<rect width="100%" height="100%" rx="10" fill="{BACKGROUND}"/>',
        f'<path d="M0 {BAR}V10a10 10 0 0 1 10-10H{width - 10:g}a10 10 0 0 1 10 10V{BAR}z" fill="{BAR_COLOR}"/>',
    ]
    svg += [f'<circle cx="{20 + 20 * at}" cy="{BAR / 2:g}" r="6" fill="{color}"/>'
            for at, color in enumerate((COLORS[31], COLORS[33], COLORS[32]))]
    for number, line in enumerate(lines):
        y = BAR + MARGIN + number * LINE_HEIGHT + FONT_SIZE
        for column, text, color, bold, underlined in runs(line):
            # Spaces at either end would be dropped; the length keeps every font on the grid.
            start = column + len(text) - len(text.lstrip(" "))
            text = text.strip(" ")
            if not text:
                continue
            look = ' font-weight="bold"' * bold + ' text-decoration="underline"' * underlined
            svg.append(f'<text x="{MARGIN + start * CELL_WIDTH:g}" y="{y:g}" fill="{color}"{look} xml:space="preserve" '
                       f'textLength="{len(text) * CELL_WIDTH:g}" lengthAdjust="spacingAndGlyphs">{html.escape(text)}</text>')
    return "\n".join(svg + ["</svg>", ""])


def main():
    if len(sys.argv) > 2 or sys.argv[-1].startswith("-"):
        sys.exit(__doc__)
    program = sys.argv[1] if len(sys.argv) == 2 else os.path.join(ROOT, "target", "release", "plimsoll")
    path = os.path.join(ROOT, "docs", "picture", "first-look.svg")
    with open(path, "w", encoding="utf-8") as file:
        file.write(drawn(selected(output(program))))
    print(path)


if __name__ == "__main__":
    main()
