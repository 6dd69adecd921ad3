#!/usr/bin/env python3
"""Draws what plimsoll prints of fixtures/projects/first-look as docs/picture/first-look.svg.

usage: make.py [BINARY]     (by default target/release/plimsoll; run it in the root of the repository)
"""
import os, re, subprocess, sys
from xml.sax.saxutils import escape

COLOURS = {
    None: "#d7dce2", 30: "#5c6570", 31: "#ff7b72", 32: "#7ee787", 33: "#f2cc60", 34: "#79c0ff", 35: "#d2a8ff",
    36: "#76e3ea", 37: "#d7dce2", 90: "#8b949e", 91: "#ff7b72", 92: "#7ee787", 93: "#f2cc60", 94: "#79c0ff",
    95: "#d2a8ff", 96: "#76e3ea", 97: "#ffffff",
}
WIDTH, LINE, MARGIN, COLUMNS = 8.4, 19, 18, 100


def spans(line):
    """The pieces of a line with their style: (text, colour, bold, dim)."""
    colour, bold, dim = None, False, False
    for piece in re.split(r"(\x1b\[[0-9;]*m|\x1b\]8;;.*?\x1b\\)", line):
        if piece.startswith("\x1b["):
            for code in [int(code or 0) for code in piece[2:-1].split(";")]:
                if code == 0:
                    colour, bold, dim = None, False, False
                elif code == 1:
                    bold = True
                elif code == 2:
                    dim = True
                elif code == 39:
                    colour = None
                elif code in (22,):
                    bold, dim = False, False
                elif code in COLOURS:
                    colour = code
        elif piece and not piece.startswith("\x1b]"):
            yield piece, COLOURS[colour], bold, dim


def draw(lines):
    height = MARGIN * 2 + 26 + LINE * len(lines)
    width = MARGIN * 2 + WIDTH * COLUMNS
    yield (f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:.0f}" height="{height}" '
           f'viewBox="0 0 {width:.0f} {height}" font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, '
           f"'DejaVu Sans Mono', monospace\" font-size=\"14\">")
    yield f'<rect width="100%" height="100%" rx="8" fill="#0d1117"/>'
    for at, colour in enumerate(("#ff5f57", "#febc2e", "#28c840")):
        yield f'<circle cx="{MARGIN + 6 + at * 20}" cy="18" r="6" fill="{colour}"/>'
    for number, line in enumerate(lines):
        y, column = MARGIN + 26 + LINE * number + 12, 0
        for text, colour, bold, dim in spans(line):
            style = (' font-weight="bold"' if bold else "") + (' opacity="0.65"' if dim else "")
            # Each word stands at its own column: viewers differ in what they make of blanks.
            for word in re.finditer(r"\S+", text):
                x = MARGIN + (column + word.start()) * WIDTH
                yield (f'<text x="{x:.1f}" y="{y}" fill="{colour}"{style} textLength="{len(word.group()) * WIDTH:.1f}" '
                       f'lengthAdjust="spacingAndGlyphs">{escape(word.group())}</text>')
            column += len(text)
    yield "</svg>"


def main():
    binary = os.path.abspath(sys.argv[1] if len(sys.argv) > 1 else "target/release/plimsoll")
    directory = "fixtures/projects/first-look"
    done = subprocess.run([binary, "check", "--color", "always"], cwd=directory, capture_output=True, text=True,
                          env={**os.environ, "COLUMNS": str(COLUMNS)})
    lines = ["\x1b[1m$ plimsoll check\x1b[0m"] + done.stdout.rstrip("\n").split("\n")
    with open("docs/picture/first-look.svg", "w") as file:
        file.write("\n".join(draw(lines)) + "\n")


if __name__ == "__main__":
    main()
