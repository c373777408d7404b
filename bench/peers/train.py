"""The peers of bench/train: the same training step in PyTorch.

One process is one engine. It reads one JSON command a line and answers one JSON value a line:
  {"cmd": "about"}                         what runs, with versions and threads
  {"cmd": "prepare", "workload": {...}}    builds network, optimizer and batch, picks the fastest of its own variants
  {"cmd": "run", "steps": n}               n steps; milliseconds a step, on the clock and of processor time
"""

import json
import sys
import time

import torch

NAME = sys.argv[1]
THREADS = int(sys.argv[2])
torch.set_num_threads(THREADS)
torch.set_flush_denormal(True)
torch.manual_seed(1)


class Mlp(torch.nn.Module):
    def __init__(self, w):
        super().__init__()
        act = torch.nn.SELU if w["activation"] == "selu" else torch.nn.SiLU
        sizes = [w["dim"] + 1] + [w["width"]] * w["depth"]
        layers = [m for a, b in zip(sizes, sizes[1:]) for m in (torch.nn.Linear(a, b), act())]
        self.net = torch.nn.Sequential(*layers, torch.nn.Linear(sizes[-1], w["dim"]))

    def forward(self, t, x):
        return self.net(torch.cat([x, t[:, None]], 1))


def step_of(w, adam, compiled):
    """loss, gradient, clipping by global norm, AdamW, moving average of the parameters; the loss is read every step."""
    net = Mlp(w)
    average = [p.detach().clone() for p in net.parameters()]
    parameters = list(net.parameters())
    optimizer = torch.optim.AdamW(net.parameters(), lr=1e-3, weight_decay=0.01, **{adam: True})
    t, x, u = torch.rand(w["batch"]), torch.randn(w["batch"], w["dim"]), torch.randn(w["batch"], w["dim"])
    objective = lambda: ((net(t, x) - u) ** 2).sum(1).mean()
    loss_of = torch.compile(objective) if compiled else objective

    def step():
        optimizer.zero_grad(set_to_none=True)
        loss = loss_of()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(parameters, 1.0, foreach=True)
        optimizer.step()
        with torch.no_grad():
            torch._foreach_lerp_(average, parameters, 0.001)
        return loss.item()

    return step


def milliseconds(step, steps):
    start, cpu = time.perf_counter(), time.process_time()
    for _ in range(steps):
        loss = step()
    return (time.perf_counter() - start) * 1e3 / steps, (time.process_time() - cpu) * 1e3 / steps, loss


def main():
    step = None
    for line in sys.stdin:
        command = json.loads(line)
        answer = {}
        if command["cmd"] == "about":
            if NAME == "torch-compile":
                torch.compile(lambda z: z * z + 1)(torch.ones(8))  # says at once whether there is a compiler
            answer = {"torch": torch.__version__, "python": sys.version.split()[0], "threads": THREADS}
        elif command["cmd"] == "prepare":
            w = command["workload"]
            variants = {adam: step_of(w, adam, NAME == "torch-compile") for adam in ("foreach", "fused")}
            few = max(2, w["steps"] // 10)
            times = {}
            for name, variant in variants.items():
                milliseconds(variant, few)
                times[name] = min(milliseconds(variant, few)[0] for _ in range(2))
            best = min(times, key=times.get)
            step = variants[best]
            answer = {"variant": best, "times": times}
        elif command["cmd"] == "run":
            spent, cpu, loss = milliseconds(step, command["steps"])
            answer = {"ms": spent, "cpu": cpu, "loss": loss}
        print(json.dumps(answer), flush=True)


main()
