"""The peers of bench/exact: the exact posterior mean by brute force in PyTorch and numpy.

One process is one engine. It reads one JSON command a line and answers one JSON value a line:
  {"cmd": "about"}                         what runs, with versions and threads
  {"cmd": "prepare", "workload": {...}}    loads z.f32 [N, D] and x.f32 [B, D], picks the fastest of its own variants
  {"cmd": "run"}                           one evaluation; milliseconds
  {"cmd": "output", "file": "..."}         writes the last posterior means, float64 [B, D]
"""

import json
import sys
import time

import numpy as np

NAME = sys.argv[1]
THREADS = int(sys.argv[2])
CHUNKS = (1024, 2048, 4096, 8192)


def load(workload):
    read = lambda name, rows: np.fromfile(f"{workload['dir']}/{name}", np.float32).reshape(rows, workload["D"])
    return read("z.f32", workload["N"]), read("x.f32", workload["B"])


def torch_variants(flush, flash):
    """softmax(Q Kᵀ) V whole, over chunks of data with running sums, over chunks of queries, or as fused attention."""
    import torch
    from chunked_softmax import chunked_softmax

    torch.set_num_threads(THREADS)
    torch.set_flush_denormal(flush)
    torch.set_grad_enabled(False)

    def prepare(w):
        z, x = (torch.from_numpy(a) for a in load(w))
        alpha, variance = w["alpha"], w["beta"] ** 2
        scale = alpha / variance
        bias = -(alpha * alpha / (2 * variance)) * (z * z).sum(1)
        if flash:
            keys = torch.cat([z, bias[:, None] / scale], 1)[None, None]
            queries = torch.cat([x, torch.ones(len(x), 1)], 1)[None, None]
            values = torch.cat([z, torch.zeros(len(z), 1)], 1)[None, None]
            attend = torch.nn.functional.scaled_dot_product_attention
            return {"fused": lambda: attend(queries, keys, values, scale=scale)[0, 0, :, :-1]}

        def over_data(chunk):
            return chunked_softmax(x, z, bias, scale, chunk)[0]

        def over_queries(chunk):
            soft = lambda q: torch.softmax(torch.addmm(bias, q, z.T, alpha=scale), 1) @ z
            return torch.cat([soft(x[at : at + chunk]) for at in range(0, len(x), chunk)])

        variants = {f"data/{c}": (lambda c=c: over_data(c)) for c in CHUNKS if c < len(z)}
        variants |= {f"queries/{c}": (lambda c=c: over_queries(c)) for c in (64, 256) if c < len(x)}
        if len(x) * len(z) <= 1 << 27:
            variants["whole"] = lambda: over_queries(len(x))
        return variants

    about = {"torch": torch.__version__, "flushDenormals": flush}
    return prepare, about, lambda value: value.contiguous().numpy()


def numpy_variants():
    def prepare(w):
        z, x = load(w)
        alpha, variance = w["alpha"], w["beta"] ** 2
        bias = (-(alpha * alpha / (2 * variance)) * (z * z).sum(1)).astype(np.float32)
        scaled = x * np.float32(alpha / variance)

        def over_data(chunk):
            top = np.full((len(x), 1), -np.inf, np.float32)
            mass, total = np.zeros((len(x), 1), np.float32), np.zeros_like(x)
            for at in range(0, len(z), chunk):
                part = z[at : at + chunk]
                logits = scaled @ part.T
                logits += bias[at : at + chunk]
                new = np.maximum(top, logits.max(1, keepdims=True))
                logits -= new
                np.exp(logits, out=logits)
                shrink = np.exp(top - new)
                mass = mass * shrink + logits.sum(1, keepdims=True)
                total = total * shrink + logits @ part
                top = new
            return total / mass

        return {f"data/{c}": (lambda c=c: over_data(c)) for c in CHUNKS}

    return prepare, {"numpy": np.__version__}, lambda value: value


def differences_variants():
    """The way of the closed-form flow matching code: differences by broadcasting, a softmax, a weighted sum."""
    import torch

    torch.set_num_threads(THREADS)
    torch.set_grad_enabled(False)

    def prepare(w):
        z, x = (torch.from_numpy(a) for a in load(w))
        alpha, beta = w["alpha"], w["beta"]

        def over_queries(chunk, data_chunk):
            out = []
            for at in range(0, len(x), chunk):
                q = x[at : at + chunk, None]
                parts = [((q - alpha * z[None, i : i + data_chunk]) ** 2).sum(-1) for i in range(0, len(z), data_chunk)]
                logits = torch.cat(parts, 1) / (-2 * beta * beta)
                out.append(torch.softmax(logits, 1) @ z)
            return torch.cat(out)

        return {f"queries/{q}, data/{c}": (lambda q=q, c=c: over_queries(q, c)) for q, c in ((16, 1024), (64, 256))}

    return prepare, {"torch": torch.__version__}, lambda value: value.contiguous().numpy()


ENGINES = {
    "torch": lambda: torch_variants(True, False),
    "torch-denormals": lambda: torch_variants(False, False),
    "torch-fused": lambda: torch_variants(True, True),
    "numpy": numpy_variants,
    "differences": differences_variants,
}


def milliseconds(run):
    start = time.perf_counter()
    value = run()
    return (time.perf_counter() - start) * 1e3, value


def main():
    prepare, about, to_numpy = ENGINES[NAME]()
    run = value = None
    for line in sys.stdin:
        command = json.loads(line)
        answer = {}
        if command["cmd"] == "about":
            answer = {**about, "python": sys.version.split()[0], "threads": THREADS}
        elif command["cmd"] == "prepare":
            variants = prepare(command["workload"])
            times = {name: min(milliseconds(variant)[0] for _ in range(2)) for name, variant in variants.items()}
            best = min(times, key=times.get)
            run = variants[best]
            answer = {"variant": best, "times": times}
        elif command["cmd"] == "run":
            spent, value = milliseconds(run)
            answer = {"ms": spent}
        elif command["cmd"] == "output":
            np.ascontiguousarray(to_numpy(value), np.float64).tofile(command["file"])
        print(json.dumps(answer), flush=True)


main()
