"""Makes a checkpoint of train.py out of a committed model folder: the inverse of export.py, so that training goes on from shipped weights.

    python restore.py CHECKPOINT [--model public/models/pocket/resolve/main]

What 4 bits lost stays lost, and so do the optimisers' moments: go on with `--fresh-optimizer --qat-from 0` and small rates.
"""
import argparse
import json
from pathlib import Path

import numpy as np
import torch

from export import ROOT, unpack
from model import CONFIG, Pocket


def read_tensors(folder):
    """name -> array, as tensor-cache.json lists them."""
    out = {}
    for shard in json.loads((folder / "tensor-cache.json").read_text())["records"]:
        blob = (folder / shard["dataPath"]).read_bytes()
        for r in shard["records"]:
            out[r["name"]] = np.frombuffer(blob, r["dtype"], int(np.prod(r["shape"])), r["byteOffset"]).reshape(r["shape"])
    return out


def state_of(tensors):
    """The tensors of a model folder -> state_dict of Pocket, matrices unpacked.  A missing or unknown name is a KeyError or RuntimeError."""
    state = {}
    for name in Pocket().state_dict():
        packed = f"{name}.q_words" in tensors
        x = unpack(tensors[f"{name}.q_words"], tensors[f"{name}.q_scale"]) if packed else tensors[f"{name}.weight"]
        state[name] = torch.from_numpy(x.copy())
    return state


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("checkpoint")
    ap.add_argument("--model", default=str(ROOT / "public/models/pocket/resolve/main"))
    a = ap.parse_args()
    model = Pocket()
    model.load_state_dict(state_of(read_tensors(Path(a.model))))
    Path(a.checkpoint).parent.mkdir(parents=True, exist_ok=True)
    torch.save({"model": model.state_dict(), "opt": [], "step": 0, "seen": 0, "config": CONFIG, "args": {"restored": a.model}}, a.checkpoint)


if __name__ == "__main__":
    main()
