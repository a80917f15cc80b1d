#!/usr/bin/env python3
"""Trains the rule of the flood fill example and exports flood_fill.onnx. Needs Debian's python3-torch and python3-numpy.

The rule is a cellular automaton: each step looks at the 3x3 surroundings of a cell (walls, filled cells) through a small
convolutional network and decides whether the cell is filled next. It is trained on single steps only; the model repeats
it in a loop until nothing changes, so how long it runs depends on the map.
"""
import os
import sys

import numpy as np
import torch

import mazes

HERE = os.path.dirname(os.path.abspath(__file__))


class FloodFill(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.look = torch.nn.Conv2d(2, 12, 3, padding=1)
        self.decide = torch.nn.Conv2d(12, 1, 1)

    def rule(self, wall, filled):
        """Logits [batch, 1, height, width] of being filled after one step."""
        return self.decide(torch.relu(self.look(torch.stack([wall, filled], 1))))

    def forward(self, map):
        wall = (map == 1).to(torch.float32).unsqueeze(0)
        filled = (map == 2).to(torch.float32).unsqueeze(0)
        steps = torch.zeros((), dtype=torch.int64)
        changed = torch.ones((), dtype=torch.bool)
        while bool(changed):
            after = (torch.sigmoid(self.decide(torch.relu(self.look(torch.stack([wall, filled], 1)))))[:, 0] > 0.5)
            after = after.to(torch.float32)
            changed = torch.max(torch.abs(after - filled)) > 0.5
            filled = after
            steps = steps + 1
        inside = (filled[0] > 0.5).to(torch.int64)
        return map + (2 - map) * inside, steps


def batch(rng, count, size):
    cells = [mazes.random_map(rng, size, size) for _ in range(count)]
    # From anywhere on the way to the end, not only from the start.
    for i, one in enumerate(cells):
        for _ in range(rng.integers(12)):
            one = mazes.step(one)
        cells[i] = one
    cells = np.stack(cells)
    after = np.stack([mazes.step(one) for one in cells])
    tensor = lambda a: torch.from_numpy(a.astype(np.float32))
    return tensor(cells == 1), tensor(cells == 2), tensor(after == 2)


def train(model, rng):
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, 1500)
    for iteration in range(1500):
        wall, filled, target = batch(rng, 16, 16)
        logits = model.rule(wall, filled)[:, 0]
        loss = torch.nn.functional.binary_cross_entropy_with_logits(logits, target)
        # A margin makes every decision safe from rounding.
        loss = loss + torch.relu(2.0 - logits * (2 * target - 1)).mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
        if iteration % 250 == 0:
            wrong = ((logits > 0) != (target > 0.5)).sum().item()
            print(f"iteration {iteration}: loss {loss.item():.5f}, wrong cells {wrong} of {target.numel()}")


def check(model, rng, count):
    exact = 0
    for _ in range(count):
        cells = mazes.random_map(rng, rng.integers(1, 41), rng.integers(1, 61))
        got, steps = model(torch.from_numpy(cells))
        want, want_steps = mazes.flood_fill(cells)
        exact += np.array_equal(got.numpy(), want) and steps.item() == want_steps
    print(f"{exact} of {count} unseen maps of up to 40x60 cells exact")
    return exact == count


def main():
    torch.manual_seed(7)
    torch.set_num_threads(2)
    rng = np.random.default_rng(7)
    model = FloodFill()
    train(model, rng)
    model.eval()
    with torch.no_grad():
        if not check(model, np.random.default_rng(2024), 200):
            sys.exit("the rule is not exact; nothing exported")
    sample = torch.from_numpy(mazes.random_map(rng, 8, 9))
    torch.onnx.export(torch.jit.script(model), (sample,), os.path.join(HERE, "flood_fill.onnx"),
                      input_names=["map"], output_names=["filled", "steps"], opset_version=13,
                      dynamic_axes={"map": {0: "height", 1: "width"}, "filled": {0: "height", 1: "width"}})


if __name__ == "__main__":
    main()
