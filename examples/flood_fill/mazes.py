"""Random maps for the flood fill example: 0 free, 1 wall, 2 the filled cells (at first only the seed)."""
import numpy as np


def random_map(rng, height, width):
    """Walls at random, in one of several densities, or a maze, with one seed on a free cell."""
    kind = rng.integers(3)
    if kind == 0:
        cells = (rng.random((height, width)) < rng.uniform(0.1, 0.5)).astype(np.int64)
    elif kind == 1:
        cells = maze(rng, height, width)
    else:
        cells = rooms(rng, height, width)
    return with_seed(rng, cells)


def with_seed(rng, cells):
    free = np.argwhere(cells == 0)
    if len(free) == 0:
        cells[0, 0] = 0
        free = np.array([[0, 0]])
    cells[tuple(free[rng.integers(len(free))])] = 2
    return cells


def maze(rng, height, width):
    """A perfect maze by depth-first search over the odd cells."""
    cells = np.ones((height, width), np.int64)
    if height < 3 or width < 3:
        return np.zeros((height, width), np.int64)
    stack = [(1, 1)]
    cells[1, 1] = 0
    while stack:
        y, x = stack[-1]
        ways = [(dy, dx) for dy, dx in ((-2, 0), (2, 0), (0, -2), (0, 2))
                if 0 < y + dy < height - 1 and 0 < x + dx < width - 1 and cells[y + dy, x + dx] == 1]
        if not ways:
            stack.pop()
            continue
        dy, dx = ways[rng.integers(len(ways))]
        cells[y + dy // 2, x + dx // 2] = 0
        cells[y + dy, x + dx] = 0
        stack.append((y + dy, x + dx))
    return cells


def rooms(rng, height, width):
    """Rooms behind walls, most with a door."""
    cells = np.zeros((height, width), np.int64)
    for x in range(0, width, 6):
        cells[:, x] = 1
        if rng.random() < 0.8:
            cells[rng.integers(height), x] = 0
    for y in range(0, height, 5):
        cells[y, :] = 1
        for x in range(3, width, 6):
            if rng.random() < 0.7:
                cells[y, min(x, width - 1)] = 0
    return cells


def step(cells):
    """One true step: a free cell beside a filled one fills."""
    filled = cells == 2
    near = filled.copy()
    near[1:] |= filled[:-1]
    near[:-1] |= filled[1:]
    near[:, 1:] |= filled[:, :-1]
    near[:, :-1] |= filled[:, 1:]
    return np.where(near & (cells != 1), 2, cells)


def flood_fill(cells):
    """The true result, and the number of steps until one changes nothing (that one included)."""
    steps = 0
    while True:
        after = step(cells)
        steps += 1
        if np.array_equal(after, cells):
            return cells, steps
        cells = after
