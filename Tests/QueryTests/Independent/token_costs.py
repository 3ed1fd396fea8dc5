# SPDX-License-Identifier: Apache-2.0
"""Fits the table of Sources/Query/Context/TokenCount+Costs.swift: token_costs.py FOLDER TREE...

FOLDER is what scripts/setup --tests fetches, the trees are of real code, with some translations
among it. Prints the table and, on standard error, how near it comes. Ours was fitted in this way to
the trees of scripts/accuracy, a Python library, the headers of a Swift toolchain and a node,
/usr/include and this repository, 450 kB of each, and to a little more that is not kept: random
tables of numbers, base 64 and JSON, sentences in 17 languages, pieces of 6 kB. The table of the
trees alone is some hundredths apart; the tests say whether it will do. Wants
NumPy and SciPy; takes two minutes.
"""
import json
import pathlib
import random
import subprocess
import sys
import tempfile

import numpy as np
from scipy import optimize, sparse

UNITS, LONGEST_WORD, COST_IN_RUN = 26, 16, 16
# Of the estimate above the truth, and how much worse too little is than too much.
MARGIN, PENALTY = 1.052, 30
SCRIPTS = [
    (0xA0, 0x250), (0x370, 0x530), (0x530, 0x700), (0x900, 0xE80), (0x1E00, 0x1FFF),
    (0x2000, 0x2C00), (0x3040, 0x3100), (0x4E00, 0x9FFF), (0xAC00, 0xD7A0), (0x1F300, 0x1FA00),
]
SUFFIXES = set(
    ".c .cc .cpp .cs .css .ex .exs .go .h .hpp .html .java .js .json .kt .md .php .po .py .rb .rs "
    ".scala .sh .swift .swiftinterface .toml .ts .txt .xml .yaml .yml".split())


def byte_classes():
    """As TokenCount.classes."""
    ranges = [(0, 9), (9, 10), (10, 11)] + [(b, b + 1) for b in range(0x20, 0x30)]
    ranges += [(0x30, 0x3A)] + [(b, b + 1) for b in range(0x3A, 0x7F)]
    bounds = (
        0x80, 0xC0, 0xC4, 0xCE, 0xD0, 0xD2, 0xE0, 0xE2, 0xE3, 0xE4, 0xEA, 0xEE, 0xF0, 0x100)
    ranges += list(zip(bounds, bounds[1:]))
    classes = np.zeros(256, int)
    for number, (first, end) in enumerate(ranges):
        classes[first:end] = number
    classes[0x0D] = classes[0x0A]
    return classes, len(ranges)


CLASSES, COUNT = byte_classes()


def pieces(tree, chance):
    """Of 1,200 and of 200 bytes, of some of its files."""
    files = sorted(p for p in pathlib.Path(tree).rglob("*") if p.suffix in SUFFIXES and p.is_file())
    chance.shuffle(files)
    left = 450_000
    for path in files:
        text = path.read_text(encoding="utf-8", errors="ignore")[:60_000]
        left -= len(text)
        for size in (1200, 200) if chance.random() < 0.2 else (1200,):
            for start in range(0, len(text) - size + 1, size):
                yield text[start:start + size]
        if left < 0:
            return


def noise(chance):
    """What nothing else has in it still costs something: any signs beside any others."""
    printable = [chr(code) for code in range(32, 127)] + ["\t", "\n"]
    for _ in range(250):
        yield "".join(chance.choices(printable, k=800))
    for first, end in SCRIPTS * 6:
        yield "".join(
            chr(chance.randrange(first, end)) if chance.random() < 0.8 else chance.choice(printable)
            for _ in range(400))


def most_tokens(folder, texts):
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        json.dump(texts, file)
        file.flush()
        script = pathlib.Path(__file__).with_name("tokens.py")
        counts = subprocess.run(
            [sys.executable, "-B", script, folder, file.name], check=True, capture_output=True)
    return np.array([max(count) for count in json.loads(counts.stdout)], float)


def pairs(text):
    """Numbers of the pairs in it; one above all for what is in a run of no language."""
    data = np.frombuffer(text.encode(), np.uint8)
    kinds = CLASSES[data]
    before = np.concatenate(([CLASSES[10]], kinds[:-1]))
    in_run = (data >= 0x61) & (data <= 0x7A) | (data >= 0x30) & (data <= 0x39)
    places = np.arange(len(data))
    start = np.maximum.accumulate(np.where(in_run, -1, places))
    number = np.where(places - start > LONGEST_WORD, COUNT * COUNT, before * COUNT + kinds)
    return np.unique(number, return_counts=True)


def fit(rows, counts, weights):
    weights = np.sqrt(weights / counts)
    scaled = (sparse.diags(weights) @ rows).tocsr()
    wanted = counts * MARGIN * weights - scaled[:, -1].toarray().ravel() * COST_IN_RUN / UNITS
    scaled = scaled[:, :-1].tocsr()
    turned = scaled.T.tocsr()
    usual = 0.5

    def loss(costs):
        missed = scaled @ costs - wanted
        worse = np.where(missed < 0, PENALTY, 1)
        far = costs - usual
        return (
            0.5 * (worse * missed) @ missed + 0.15 * far @ far,
            turned @ (worse * missed) + 0.3 * far)

    start = np.full(COUNT * COUNT, usual)
    found = optimize.minimize(
        loss, start, jac=True, method="L-BFGS-B", bounds=[(0, 2.95)] * len(start),
        options={"maxiter": 600, "maxfun": 1200})
    costs = np.round(found.x * UNITS).astype(int).reshape(COUNT, COUNT)
    # Of all emoji and signs there are too many to have seen them.
    costs[:, CLASSES[0xF0]] = np.maximum(costs[:, CLASSES[0xF0]], 62)
    costs[:, CLASSES[0xE2]] = np.maximum(costs[:, CLASSES[0xE2]], 36)
    return costs.ravel()


def main(folder, *trees):
    chance = random.Random(7)
    real = [piece for tree in trees for piece in pieces(tree, chance)]
    texts = real + list(noise(chance))
    weights = np.where(np.arange(len(texts)) < len(real), 1, 0.05)
    counts = most_tokens(folder, texts)
    found = [pairs(text) for text in texts]
    rows = sparse.csr_matrix(
        (
            np.concatenate([count for _, count in found]).astype(float),
            np.concatenate([number for number, _ in found]),
            np.cumsum([0] + [len(number) for number, _ in found]),
        ), shape=(len(texts), COUNT * COUNT + 1))
    costs = fit(rows, counts, weights)
    ratios = (np.ceil(rows @ np.append(costs, COST_IN_RUN) / UNITS) / counts)[: len(real)]
    print(
        f"{len(real)} pieces: mean {ratios.mean():.3f}, deviation {ratios.std():.3f}, "
        f"least {ratios.min():.3f}, below {(ratios < 1).mean():.3%}", file=sys.stderr)
    text = "".join(chr(0x30 + cost) for cost in costs)
    print("\\#\n".join(" " * 8 + text[i:i + 88] for i in range(0, len(text), 88)))


main(*sys.argv[1:])
