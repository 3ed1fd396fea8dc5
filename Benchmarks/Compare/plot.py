# SPDX-License-Identifier: Apache-2.0
"""A plot as SVG: a panel for each task, both axes logarithmic."""

import math

COLOURS = {"segstore": "#d1242f", "floor": "#8c959f", "sqlite": "#0969da", "lmdb": "#1a7f37",
           "rocksdb": "#9a6700", "rocksdb-zstd": "#bf8700", "duckdb": "#8250df", "kuzu": "#bf3989",
           "lance": "#57606a", "parquet": "#0a7ea4", "cozo-rocksdb": "#6e5494",
           "cozo-sqlite": "#b35900", "cozo-mem": "#444d56"}
WIDTH, HEIGHT, COLUMNS = 250, 190, 4
LEFT, RIGHT, TOP, BOTTOM = 58, 12, 34, 30


def growth(found, tasks, value, slope, text):
    names = []
    for size in found["sizes"]:
        # What is no store has no curves.
        names += [name for name in size["contestants"]
                  if name not in names and name in size["tasks"]["load"]]
    titles = {name: about["title"] for size in found["sizes"]
              for name, about in size["contestants"].items()}
    panels = [task for task in tasks
              if task[2] in ("p50", "bytes") and any(
                  value(size, task[0], "segstore", task[2]) for size in found["sizes"])]
    rows = math.ceil(len(panels) / COLUMNS)
    legend = 24 * math.ceil(len(names) / 6) + 16
    width, height = WIDTH * COLUMNS, HEIGHT * rows + legend
    out = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}"'
           f' height="{height}" font-family="sans-serif" font-size="11">',
           f'<rect width="{width}" height="{height}" fill="#ffffff"/>']
    for place, name in enumerate(names):
        x, y = 20 + place % 6 * (width - 40) / 6, 18 + place // 6 * 24
        out.append(f'<line x1="{x:.0f}" y1="{y}" x2="{x + 22:.0f}" y2="{y}" {stroke(name)}/>'
                   f'<text x="{x + 28:.0f}" y="{y + 4}" fill="#24292f">{titles[name]}</text>')
    for place, panel in enumerate(panels):
        out.append(f'<g transform="translate({place % COLUMNS * WIDTH},'
                   f'{legend + place // COLUMNS * HEIGHT})">')
        out += draw(found, names, panel, value, slope, text)
        out.append("</g>")
    return "\n".join(out + ["</svg>"]) + "\n"


def stroke(name):
    return (f'stroke="{COLOURS.get(name, "#000000")}" fill="none" stroke-width='
            f'"{2.6 if name == "segstore" else 1.3}"'
            + (' stroke-dasharray="4 3"' if name == "floor" else ""))


def draw(found, names, panel, value, slope, text):
    task, title, what = panel
    lines = {name: [(size["entities"], value(size, task, name, what)) for size in found["sizes"]
                    if value(size, task, name, what)] for name in names}
    xs = [size["entities"] for size in found["sizes"]]
    ys = [y for line in lines.values() for _, y in line]
    low, high = math.floor(math.log10(min(ys))), math.ceil(math.log10(max(ys)))
    high = max(high, low + 1)

    def across(x):
        return LEFT + (math.log(x) - math.log(xs[0])) / (math.log(xs[-1]) - math.log(xs[0])) \
            * (WIDTH - LEFT - RIGHT)

    def down(y):
        return TOP + (high - math.log10(y)) / (high - low) * (HEIGHT - TOP - BOTTOM)

    grown = slope(found, task, "segstore")
    out = [f'<text x="{LEFT}" y="14" fill="#24292f" font-weight="bold">{title}</text>',
           f'<text x="{LEFT}" y="27" fill="#d1242f">segstore: slope {grown:.2f}</text>'
           if grown is not None else ""]
    for power in range(low, high + 1):
        y = down(10 ** power)
        out.append(f'<line x1="{LEFT}" y1="{y:.1f}" x2="{WIDTH - RIGHT}" y2="{y:.1f}" stroke="#d8dee4"/>'
                   f'<text x="{LEFT - 6}" y="{y + 4:.1f}" text-anchor="end" fill="#57606a">'
                   f'{short(10 ** power, what)}</text>')
    for x in xs:
        label = f"{x // 1_000_000}M" if x >= 1_000_000 else f"{x // 1000}k"
        out.append(f'<text x="{across(x):.1f}" y="{HEIGHT - BOTTOM + 15}" text-anchor="middle"'
                   f' fill="#57606a">{label}</text>')
    for name in reversed(names):
        points = " ".join(f"{across(x):.1f},{down(y):.1f}" for x, y in lines[name])
        if len(lines[name]) > 1:
            out.append(f'<polyline points="{points}" {stroke(name)}/>')
        out += [f'<circle cx="{across(x):.1f}" cy="{down(y):.1f}" r="{2.6 if name == "segstore" else 1.6}"'
                f' fill="{COLOURS.get(name, "#000000")}"/>' for x, y in lines[name]]
    return out


def short(number, what):
    units = [(1e9, "GB"), (1e6, "MB"), (1e3, "kB")] if what == "bytes" else \
        [(1e9, "s"), (1e6, "ms"), (1e3, "µs"), (1, "ns")]
    for size, unit in units:
        if number >= size:
            return f"{number / size:.0f} {unit}"
    return f"{number:.0f}"
