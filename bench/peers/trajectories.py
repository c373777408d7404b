"""Exact trajectories by brute force in PyTorch: from noise until every posterior is one point.

In the coordinates w = x/β, s = α/β every Gaussian schedule is dw/ds = μ(w, s) [docs/math, M9], the friendliest form there is;
the clock of the solver is s or t = s/(1 + s). Commands, one line of JSON each, as in engine.py:
  {"cmd": "prepare", "dir": "...", "N", "D", "B"}       loads z.f32 and w.f32, picks the fastest chunk for one evaluation
  {"cmd": "evaluate", "s": 1.0}                         milliseconds of one evaluation for all rows
  {"cmd": "run", "solver": "dopri5-s", "tol": 1e-3}     or "dopri5-t", or {"solver": "rk4-t", "steps": 32}
answers with milliseconds in all and after t = 0.3, evaluations, the end points' indices and their weights.
"""

import json
import sys
import time

import numpy as np
import torch
from chunked_softmax import chunked_softmax

THREADS = int(sys.argv[1])
torch.set_num_threads(THREADS)
torch.set_flush_denormal(True)
torch.set_grad_enabled(False)

STAGES = [
    [],
    [1 / 5],
    [3 / 40, 9 / 40],
    [44 / 45, -56 / 15, 32 / 9],
    [19372 / 6561, -25360 / 2187, 64448 / 6561, -212 / 729],
    [9017 / 3168, -355 / 33, 46732 / 5247, 49 / 176, -5103 / 18656],
    [35 / 384, 0, 500 / 1113, 125 / 192, -2187 / 6784, 11 / 84],
]
NODES = [0, 1 / 5, 3 / 10, 4 / 5, 8 / 9, 1, 1]
ERROR = [71 / 57600, 0, -71 / 16695, 71 / 1920, -17253 / 339200, 22 / 525, -1 / 40]
# A posterior with this much of its weight on one point has decided, for all purposes of a peer without a theorem.
DECIDED = 1 - 1e-6
LATE = 0.3


class Problem:
    def __init__(self, command):
        read = lambda name, rows: torch.from_numpy(
            np.fromfile(f"{command['dir']}/{name}", np.float32).reshape(rows, command["D"])
        )
        self.z, self.w = read("z.f32", command["N"]), read("w.f32", command["B"])
        self.z = self.z - self.z.mean(0)
        self.half = (self.z * self.z).sum(1) / 2
        self.evaluations = 0
        self.chunk = len(self.z)
        times = {}
        for chunk in (2048, 4096, 8192, len(self.z)):
            self.chunk = chunk
            times[chunk] = min(self.timed() for _ in range(2))
        self.chunk = min(times, key=times.get)

    def timed(self, s=0.3):
        start = time.perf_counter()
        self.mean(self.w, s)
        return time.perf_counter() - start

    def mean(self, w, s):
        """μ(w, s) by softmax(s w·z − s²‖z‖²/2) z over chunks, with the largest weight of every row."""
        self.evaluations += 1
        mean, mass = chunked_softmax(w, self.z, -s * s * self.half, s, self.chunk)
        self.largest = 1 / mass
        return mean

    def ends(self, w, s):
        logits = torch.addmm(-s * s * self.half, w, self.z.T, alpha=s)
        weights = torch.softmax(logits, 1).max(1)
        return weights.indices.tolist(), weights.values.tolist()


CLOCKS = {"s": (lambda u: u, lambda u: 1.0, LATE / (1 - LATE)), "t": (lambda u: u / (1 - u), lambda u: 1 / (1 - u) ** 2, LATE)}


def dopri5(problem, clock, tol):
    s_of, slope, late = CLOCKS[clock]
    w, u, h = problem.w.clone(), 0.0, 0.05
    first = problem.mean(w, s_of(u)) * slope(u)
    at_late = None
    limit = 0.999 if clock == "t" else 999.0
    while u < limit:
        step = min(h, late - u) if u < late else min(h, limit - u)
        ks = [first]
        for row, node in zip(STAGES[1:], NODES[1:]):
            here = w + step * sum(a * k for a, k in zip(row, ks) if a != 0)
            ks.append(problem.mean(here, s_of(u + node * step)) * slope(u + node * step))
        error = step * sum(e * k for e, k in zip(ERROR, ks) if e != 0)
        ratio = ((error * error).mean(1).sqrt().max() / tol).item()
        if ratio <= 1:
            w, u, first = here, u + step, ks[-1]
            if at_late is None and u >= late * (1 - 1e-12):
                at_late = time.perf_counter()
            if problem.largest.min().item() >= DECIDED:
                break
        h = step * min(5.0, max(0.2, 0.9 * ratio**-0.2 if ratio > 0 else 5.0))
    return w, s_of(u), at_late


def rk4(problem, steps):
    w, at_late = problem.w.clone(), None
    s_of, slope, _ = CLOCKS["t"]
    f = lambda w, u: problem.mean(w, s_of(u)) * slope(u)
    for k in range(steps - 1):
        u, h = k / steps, 1 / steps
        if at_late is None and u >= LATE - 1e-9:
            at_late = time.perf_counter()
        k1 = f(w, u)
        if problem.largest.min().item() >= DECIDED:
            return w, s_of(u), at_late
        k2 = f(w + h / 2 * k1, u + h / 2)
        k3 = f(w + h / 2 * k2, u + h / 2)
        k4 = f(w + h * k3, u + h)
        w = w + h / 6 * (k1 + 2 * k2 + 2 * k3 + k4)
    return w, s_of((steps - 1) / steps), at_late


def main():
    problem = None
    for line in sys.stdin:
        command = json.loads(line)
        answer = {}
        if command["cmd"] == "about":
            answer = {"torch": torch.__version__, "python": sys.version.split()[0], "threads": THREADS}
        elif command["cmd"] == "prepare":
            problem = Problem(command)
            answer = {"chunk": problem.chunk, "evaluationMs": problem.timed() * 1e3}
        elif command["cmd"] == "evaluate":
            answer = {"ms": problem.timed(command["s"]) * 1e3}
        elif command["cmd"] == "run":
            problem.evaluations = 0
            start = time.perf_counter()
            solver = command["solver"]
            if solver.startswith("dopri5"):
                w, s, late = dopri5(problem, solver[-1], command["tol"])
            else:
                w, s, late = rk4(problem, command["steps"])
            end = time.perf_counter()
            index, weight = problem.ends(w, s)
            answer = {
                "ms": (end - start) * 1e3,
                "lateMs": (end - (late or end)) * 1e3,
                "evaluations": problem.evaluations,
                "endTime": s / (1 + s),
                "index": index,
                "weight": weight,
            }
        print(json.dumps(answer), flush=True)


main()
