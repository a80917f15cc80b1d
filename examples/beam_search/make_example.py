#!/usr/bin/env python3
"""Writes the character model of the beam search example, and what a beam search in Python finds with it.

The model is counted: how often each letter follows two others in the names of the chemical elements, with a small
count for what never occurs. Usage: make_example.py [--out DIR]. Needs numpy.
"""
import argparse
import os
import struct

import numpy as np

ELEMENTS = """hydrogen helium lithium beryllium boron carbon nitrogen oxygen fluorine neon sodium magnesium aluminium silicon
phosphorus sulfur chlorine argon potassium calcium scandium titanium vanadium chromium manganese iron cobalt nickel copper
zinc gallium germanium arsenic selenium bromine krypton rubidium strontium yttrium zirconium niobium molybdenum technetium
ruthenium rhodium palladium silver cadmium indium tin antimony tellurium iodine xenon caesium barium lanthanum cerium
praseodymium neodymium promethium samarium europium gadolinium terbium dysprosium holmium erbium thulium ytterbium lutetium
hafnium tantalum tungsten rhenium osmium iridium platinum gold mercury thallium lead bismuth polonium astatine radon francium
radium actinium thorium protactinium uranium neptunium plutonium americium curium berkelium californium einsteinium fermium
mendelevium nobelium lawrencium""".split()


def model():
    counts = np.full((27, 27, 27), 0.01)
    for name in ELEMENTS:
        letters = [0] + [ord(c) - 96 for c in name] + [0]
        for a, b, c in zip(letters, letters[1:], letters[2:]):
            counts[a, b, c] += 1
    return np.log(counts / counts.sum(axis=2, keepdims=True)).astype(np.float32)


def search(table, letter, width, steps=20):
    beam = [(np.float32(0), 0, letter, [letter], False)]
    while steps and not all(word[4] for word in beam):
        longer = []
        for word in beam:
            score, before, last, letters, ended = word
            if ended:
                longer.append(word)
                continue
            row = table[before, last]
            for c in np.argsort(-row, kind="stable")[:width]:
                longer.append((score + row[c], last, int(c), letters + [int(c)], c == 0))
        # A stable sort keeps the order of equal scores, as insertion behind equals does.
        beam = sorted(longer, key=lambda word: -word[0])[:width]
        steps -= 1
    return beam[0][3], float(beam[0][0])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", default=os.path.dirname(os.path.abspath(__file__)))
    args = parser.parse_args()
    table = model()
    with open(os.path.join(args.out, "model.params"), "wb") as f:
        f.write(struct.pack("<QQQQ", 0xF7E58D4F05049CB7, 0, 1, 5) + b"model" + struct.pack("<Q", 1))
        f.write(struct.pack("<QQiiiBBH3qq", 0xDD5E40F096B4A13F, 0, 1, 0, 3, 2, 32, 1, *table.shape, table.nbytes))
        f.write(table.tobytes())
    with open(os.path.join(args.out, "expected.txt"), "w") as f:
        for c in "abcdefghiklmnoprstuxyz":
            letters, score = search(table, ord(c) - 96, 3)
            word = "".join(chr(96 + x) for x in letters if x)
            f.write(f"{c} {word} {letters} {score:.5f}\n")


if __name__ == "__main__":
    main()
