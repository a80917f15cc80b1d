"""Prints what verilator_coverage counted: the share of lines, toggles and assertions, and the lines never reached.

coverage_report.py MERGED.dat: exits with 1 below 95 % of lines.
"""
import collections
import os
import re
import sys

LEAST_LINES = 95.0


def points(path):
    """Yields (kind, file, line, what, count) of each coverage point."""
    with open(path, encoding="latin-1") as data:
        for row in data:
            match = re.match(r"C '(.*)' (\d+)$", row.rstrip("\n"))
            if not match:
                continue
            fields = dict(part.split("\x02", 1) for part in match[1].split("\x01") if "\x02" in part)
            kind = fields.get("page", "").split("/")[0].removeprefix("v_")
            yield kind, os.path.basename(fields.get("f", "")), int(fields.get("l", 0)), fields.get("o", ""), int(match[2])


def main():
    # A line counts once however many instances and parameterisations of its module there are.
    counts = collections.defaultdict(int)
    for kind, file, line, what, count in points(sys.argv[1]):
        counts[kind, file, line, what] += count
    share = {}
    for kind in sorted({key[0] for key in counts}):
        of_kind = [count for key, count in counts.items() if key[0] == kind]
        reached = sum(count > 0 for count in of_kind)
        share[kind] = 100.0 * reached / len(of_kind)
        print(f"{kind}: {reached} of {len(of_kind)}, {share[kind]:.1f} %")
    for (kind, file, line, what), count in sorted(counts.items()):
        if count == 0 and kind != "toggle":
            print(f"never reached: {file}:{line} {kind} {what}")
    lines = share.get("line", 0.0)
    return 0 if lines >= LEAST_LINES else 1


if __name__ == "__main__":
    sys.exit(main())
