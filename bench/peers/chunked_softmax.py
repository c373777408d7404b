"""softmax(scale·Q Kᵀ + bias) K over chunks of the data with running sums: the peer's brute force, in PyTorch."""

import torch


def chunked_softmax(queries, data, bias, scale, chunk):
    """The means [B, D] and the mass Σ exp(logit − largest) [B], whose reciprocal is the largest weight; bias is [N]."""
    top = mass = total = None
    for at in range(0, len(data), chunk):
        part = data[at : at + chunk]
        logits = torch.addmm(bias[at : at + chunk], queries, part.T, alpha=scale)
        here = logits.max(1).values
        new = here if top is None else torch.maximum(top, here)
        weights = logits.sub_(new[:, None]).exp_()
        if top is None:
            mass, total = weights.sum(1), weights @ part
        else:
            shrink = (top - new).exp()
            mass = mass * shrink + weights.sum(1)
            total = torch.addmm(total.mul_(shrink[:, None]), weights, part)
        top = new
    return total / mass[:, None], mass
