"""Scores a checkpoint: greedy answers without a grammar.

    python evaluate.py CHECKPOINT                    held-out synthetic lines (message forms and header formats never trained on)
    python evaluate.py CHECKPOINT lines.jsonl        labelled lines {line, severity, kind, subject[, action]}
Weights are rounded to 4 bits as shipped, unless --float.
"""
import argparse
import json
import random

import torch

from batches import END, encode_prompt, load_tokenizer
from generator.lines import LineMaker
from generator.tasks import REVIEW, TRIAGE, compact, review_sample
from model import Pocket


@torch.no_grad()
def answers(model, tok, prompts, quantised=True, limit=64, dtype=torch.float32):
    """Greedy answer of every prompt (lists of token ids), decoded."""
    w = model.weights(quantised, dtype)
    out = [None] * len(prompts)
    by_length = {}
    for i, p in enumerate(prompts):
        by_length.setdefault(len(p), []).append(i)
    for n, rows in by_length.items():
        h, past = model.hidden(torch.tensor([prompts[i] for i in rows]), w)
        said, done = [[] for _ in rows], [False] * len(rows)
        for t in range(limit):
            best = (h[:, -1] @ w[0]).float().argmax(-1)
            for r, b in enumerate(best.tolist()):
                done[r] = done[r] or b == END
                if not done[r]:
                    said[r].append(b)
            if all(done):
                break
            h, past = model.hidden(best[:, None], w, n + t, past)
        for r, i in enumerate(rows):
            out[i] = tok.decode(said[r], skip_special_tokens=False)
    return out


def parse(text):
    try:
        x = json.loads(text)
        return x if isinstance(x, dict) else None
    except ValueError:
        return None


def score(model, tok, rows, quantised=True, system=TRIAGE):
    """rows: dicts with line, severity, kind, subject and perhaps action -> shares of right answers."""
    said = answers(model, tok, [encode_prompt(tok, system, r["line"]) for r in rows], quantised)
    got = [parse(s) for s in said]
    right = {f: [g is not None and g.get(f) == r[f] for g, r in zip(got, rows)] for f in ("severity", "kind", "subject", "action") if f in rows[0]}
    n = len(rows)
    result = {f: round(sum(v) / n, 4) for f, v in right.items()}
    result["all"] = round(sum(all(v[i] for v in right.values()) for i in range(n)) / n, 4)
    result["json"] = round(sum(g is not None for g in got) / n, 4)
    result["n"] = n
    return result, got


def synthetic(held_out, n, seed=4242):
    rng, maker = random.Random(seed), LineMaker(held_out)
    return [vars(maker.make(rng)) for _ in range(n)]


def review_scores(model, tok, n, quantised=True, held_out="form", seed=77):
    rng, maker = random.Random(seed), LineMaker(held_out)
    samples = [review_sample(rng, maker.make(rng)) for _ in range(n)]
    said = answers(model, tok, [encode_prompt(tok, REVIEW, u) for _, u, _ in samples], quantised)
    got, want = [parse(s) for s in said], [json.loads(a) for _, _, a in samples]
    agree = sum(g is not None and g.get("agree") == w["agree"] for g, w in zip(got, want)) / n
    return {"agree": round(agree, 4), "exact": round(sum(g == w for g, w in zip(got, want)) / n, 4), "n": n}


def held_out_scores(model, tok, n, quantised=False):
    """Known forms in known formats ("seen"), and those never trained on."""
    result = {}
    for name, held in (("seen", None), ("form", "form"), ("header", "header"), ("both", "both"), ("frame", "frame"), ("attack", "attack")):
        s, _ = score(model, tok, synthetic(held, n), quantised)
        result[name] = {k: v for k, v in s.items() if k != "n"}
    result["review"] = review_scores(model, tok, n, quantised)
    return result


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("checkpoint")
    ap.add_argument("lines", nargs="?")
    ap.add_argument("--float", action="store_true")
    ap.add_argument("-n", type=int, default=1000)
    ap.add_argument("--wrong", action="store_true", help="print the wrong answers")
    a = ap.parse_args()
    torch.set_num_threads(2)
    tok, model = load_tokenizer(), Pocket()
    model.load_state_dict(torch.load(a.checkpoint, weights_only=True)["model"])
    if a.lines:
        rows = [json.loads(s) for s in open(a.lines, encoding="utf-8") if s.strip()]
        result, got = score(model, tok, rows, not a.float)
        print(json.dumps(result))
        if a.wrong:
            for r, g in zip(rows, got):
                if g is None or any(g.get(f) != r[f] for f in ("severity", "kind", "subject")):
                    print(r["line"][:300], "\n   want", compact({f: r[f] for f in ("severity", "kind", "subject")}), "\n   said", g)
    else:
        for k, v in held_out_scores(model, tok, a.n, not a.float).items():
            print(k, json.dumps(v))


if __name__ == "__main__":
    main()
