"""Joins runs that began at one checkpoint and trained apart, each on a core of its own, into one: the mean of their weights.

    python average.py OUT.pt RUN.pt RUN.pt ...

On cores that other work shares, two runs of one thread get further than one of two threads, which waits for the slower one at every step.  The
optimisers' moments, steps and samples seen are those of the first.
"""
import sys

import torch


def main(out, *runs):
    states = [torch.load(r, weights_only=True) for r in runs]
    first = states[0]
    first["model"] = {k: torch.stack([s["model"][k] for s in states]).mean(0) for k in first["model"]}
    torch.save(first, out)


if __name__ == "__main__":
    main(*sys.argv[1:])
