#!/usr/bin/env python3
"""Makes the maps of the flood fill example and its test data sets (expected results by mazes.flood_fill, not by the model).

Needs Debian's python3-numpy only: TensorProto messages are written by hand (three fields).
"""
import os

import numpy as np

import mazes

HERE = os.path.dirname(os.path.abspath(__file__))


def spiral(height, width):
    """One corridor wound into a spiral, from the outside to the middle."""
    cells = np.ones((height, width), np.int64)
    y, x, dy, dx = 1, 1, 0, 1
    cells[y, x] = 0
    turns = 0
    while turns < 2:
        ahead, beyond = (y + dy, x + dx), (y + 2 * dy, x + 2 * dx)
        inside = 0 < ahead[0] < height - 1 and 0 < ahead[1] < width - 1
        open_beyond = 0 <= beyond[0] < height and 0 <= beyond[1] < width and cells[beyond] == 0
        if inside and cells[ahead] == 1 and not open_beyond:
            y, x = ahead
            cells[y, x] = 0
            turns = 0
        else:
            dy, dx = dx, -dy
            turns += 1
    cells[1, 1] = 2
    return cells


def varint(value):
    out = bytearray()
    while value >= 0x80:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def tensor_proto(array):
    """An int64 ONNX TensorProto: dims = 1, data_type = 2 (INT64 is 7), raw_data = 9."""
    data = array.astype("<i8").tobytes()
    dims = b"".join(b"\x08" + varint(extent) for extent in array.shape)
    return dims + b"\x10\x07" + b"\x4a" + varint(len(data)) + data


def save(path, data):
    with open(path, "wb") as file:
        file.write(data)


def main():
    rng = np.random.default_rng(11)
    maps = {
        "rooms": mazes.with_seed(rng, mazes.rooms(rng, 16, 31)),
        "maze": mazes.with_seed(rng, mazes.maze(rng, 15, 31)),
        "spiral": spiral(11, 29),
    }
    for index, (name, cells) in enumerate(maps.items()):
        np.save(os.path.join(HERE, name + ".npy"), cells)
        folder = os.path.join(HERE, f"test_data_set_{index}")
        os.makedirs(folder, exist_ok=True)
        filled, steps = mazes.flood_fill(cells)
        save(os.path.join(folder, "input_0.pb"), tensor_proto(cells))
        save(os.path.join(folder, "output_0.pb"), tensor_proto(filled))
        save(os.path.join(folder, "output_1.pb"), tensor_proto(np.array(steps)))
        print(f"{name}: {cells.shape[0]} x {cells.shape[1]}, fills in {steps} steps")


if __name__ == "__main__":
    main()
