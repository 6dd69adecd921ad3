#!/usr/bin/env python3
"""Fails where agree.py's closing line, on standard input, is below what is asked for.

usage: enough.py VALIDITY MODEL   (both in percent)
"""
import re, sys

wanted = [float(word) for word in sys.argv[1:3]]
text = sys.stdin.read()
found = re.search(r"validity \d+/\d+ = ([\d.]+) %\s+model \d+/\d+ = ([\d.]+) %\s+crashes (\d+)", text)
if not found:
    sys.exit("no figures were printed")
figures = [float(found.group(1)), float(found.group(2))]
if any(figure < least for figure, least in zip(figures, wanted)) or found.group(3) != "0":
    sys.exit(f"too little agreement: {found.group(0)}")
