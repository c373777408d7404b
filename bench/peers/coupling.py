"""Exact optimal transport between two equal clouds by POT: the cost matrix and `emd`, one thread.

Commands, one line of JSON each:
  {"cmd": "about"}
  {"cmd": "prepare", "dir": "...", "n", "D"}   loads x.f32 and y.f32
  {"cmd": "run"}                               answers with milliseconds of the solver, its processor's and the cost matrix's,
                                               and the mean cost
"""

import json
import sys
import time

import numpy as np
import ot

state = {}


def prepare(command):
    read = lambda name: np.fromfile(f"{command['dir']}/{name}", np.float32).reshape(command["n"], command["D"])
    state["x"], state["y"] = read("x.f32").astype(np.float64), read("y.f32").astype(np.float64)
    return {}


def run(_):
    n = len(state["x"])
    start = time.perf_counter()
    cost = ot.dist(state["x"], state["y"])
    made = time.perf_counter()
    busy = time.process_time()
    weights = np.full(n, 1 / n)
    plan = ot.emd(weights, weights, cost, numItermax=10_000_000, numThreads=1)
    solved = time.perf_counter()
    spent = time.process_time() - busy
    return {"ms": 1e3 * (solved - made), "cpuMs": 1e3 * spent, "costMs": 1e3 * (made - start), "cost": float((plan * cost).sum())}


commands = {"about": lambda _: {"pot": ot.__version__, "numpy": np.__version__}, "prepare": prepare, "run": run}

for line in sys.stdin:
    command = json.loads(line)
    print(json.dumps(commands[command["cmd"]](command)), flush=True)
