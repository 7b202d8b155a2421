"""Trains the pocket model on endless generated samples, on a CPU: in bf16 where it has that, else in float32.

    python train.py --minutes 60 --out DIR [--resume DIR/last.pt] [--decay-from 0.5 --qat-from 0.5]

Warm-up, a constant rate, then a linear fall.  The last checkpoint of a run without the fall is a start for the next run.
"""
import argparse
import json
import math
import signal
import time
from pathlib import Path

import torch
import torch.nn.functional as F

import batches as data
from evaluate import held_out_scores
from model import CONFIG, Pocket
from muon import Muon


LINE_WEIGHT = 0.15


def fastest():
    """bf16 where the processor multiplies it; where it does not, bf16 is many times slower than float32."""
    return torch.bfloat16 if torch.ops.mkldnn._is_mkldnn_bf16_supported() else torch.float32


def loss_of(model, ids, weights, quantised, dtype):
    """Answer tokens at weight 1, line tokens at a little: summed separately so that long lines do not outweigh answers."""
    w = model.weights(quantised, dtype)
    h, _ = model.hidden(ids[:, :-1], w)
    weights, target = weights[:, :-1].reshape(-1), ids[:, 1:].reshape(-1)
    use = weights > 0
    logits = (h.reshape(-1, h.shape[-1])[use] @ w[0]).float()
    each = F.cross_entropy(logits, target[use], reduction="none")
    k = weights[use]
    answer = k == 1
    said, line = each[answer].mean(), each[~answer].mean() if not answer.all() else each.new_zeros(())
    return said + LINE_WEIGHT * line, said.item(), line.item()


def save(path, model, opts, step, seen, args):
    tmp = path.with_suffix(".tmp")
    torch.save({"model": model.state_dict(), "opt": [o.state_dict() for o in opts], "step": step, "seen": seen, "config": CONFIG, "args": vars(args)}, tmp)
    tmp.rename(path)


class Threads:
    """Two threads are faster on an idle machine, one where other programs use a core: tries both now and then."""

    def __init__(self, fixed=0, every=150, trial=8):
        self.every, self.trial, self.at, self.rates, self.best, self.fixed = every, trial, 0, {}, fixed or 2, fixed

    def tick(self, tokens):
        """To be called once per step."""
        if self.fixed:
            return
        phase = self.at % self.every
        if phase == 0:
            self.rates, self.tokens, self.begun = {}, 0, time.time()
            torch.set_num_threads(1)
        self.tokens += tokens
        if phase in (self.trial, 2 * self.trial):
            threads = 1 if phase == self.trial else 2
            self.rates[threads] = self.tokens / (time.time() - self.begun)
            self.tokens, self.begun = 0, time.time()
            if threads == 2:
                self.best = max(self.rates, key=self.rates.get)
            torch.set_num_threads(2 if threads == 1 else self.best)
        self.at += 1


def main():
    ap = argparse.ArgumentParser(description=__doc__)
    ap.add_argument("--minutes", type=float, default=60)
    ap.add_argument("--until", help="UTC time of day HH:MM at which to end instead of --minutes")
    ap.add_argument("--out", default="/tmp/train/run")
    ap.add_argument("--resume", help="a checkpoint of this file or of restore.py")
    ap.add_argument("--fresh-optimizer", action="store_true")
    ap.add_argument("--lr", type=float, default=3e-3, help="of the embedding and norms (AdamW)")
    ap.add_argument("--muon-lr", type=float, default=0.02, help="of the matrices inside (Muon)")
    ap.add_argument("--threads", type=int, default=0, help="0: find out as it goes")
    ap.add_argument("--seed", type=int, default=1)
    ap.add_argument("--tokens", type=int, default=4096)
    ap.add_argument("--decay-from", type=float, default=1.0, help="share of the run after which the rate falls to nothing")
    ap.add_argument("--qat-from", type=float, default=1.0, help="share of the run after which weights are rounded to 4 bits in the forward pass")
    ap.add_argument("--eval-minutes", type=float, default=5)
    ap.add_argument("--reviews", type=float, default=0.25)
    ap.add_argument("--attacks", type=float, help="share of lines that hold an instruction; absent: the generator's own")
    ap.add_argument("--repeats", type=float, default=0.0, help="share of plain copying, for the first minutes")
    a = ap.parse_args()
    out = Path(a.out)
    out.mkdir(parents=True, exist_ok=True)
    torch.set_num_threads(a.threads or 2)
    torch.manual_seed(a.seed)
    if a.until:
        h, m = map(int, a.until.split(":"))
        now = time.gmtime()
        a.minutes = (h * 60 + m) - (now.tm_hour * 60 + now.tm_min + now.tm_sec / 60)
    tok = data.load_tokenizer()
    model = Pocket()
    d, c = CONFIG["head_dim"], CONFIG
    parts = {"qkv": [c["heads"] * d, c["kv_heads"] * d, c["kv_heads"] * d], "gate_up": [c["inter"], c["inter"]], "out": None, "down": None}
    inner = [{"params": [getattr(l, name) for l in model.layers], "parts": p} for name, p in parts.items()]
    vectors = [p for p in model.parameters() if p.ndim == 1]
    opts = [Muon(inner, lr=a.muon_lr, weight_decay=0.01),
            torch.optim.AdamW([{"params": [model.head]}, {"params": vectors}], lr=a.lr, betas=(0.9, 0.98), eps=1e-8, weight_decay=0.0, fused=True)]
    step = seen = 0
    if a.resume:
        state = torch.load(a.resume, weights_only=True)
        model.load_state_dict(state["model"])
        if not a.fresh_optimizer:
            for o, kept in zip(opts, state["opt"]):
                now = o.state_dict()
                if len(now["param_groups"]) == len(kept["param_groups"]):
                    o.load_state_dict(kept)
        step, seen = state["step"], state["seen"]
    begun = last_eval = last_save = time.time()
    first, mean = step, None
    log = open(out / "log.txt", "a")

    def say(text):
        line = f"{time.strftime('%H:%M:%S', time.gmtime())} {text}"
        print(line, flush=True)
        log.write(line + "\n")
        log.flush()

    say(f"start {json.dumps(vars(a))} parameters {sum(p.numel() for p in model.parameters())}")
    since, since_tokens = time.time(), 0
    dtype = fastest()
    threads = Threads(a.threads)
    stopped = []
    signal.signal(signal.SIGTERM, lambda *_: stopped.append(True))
    for ids, weights in data.batches(tok, a.seed * 1000 + step, a.tokens, reviews=a.reviews, repeats=a.repeats, attacks=a.attacks):
        elapsed = (time.time() - begun) / 60
        if elapsed >= a.minutes or stopped:
            break
        rate = min(1, (step - first + 1) / (100 if not a.resume else 30))
        done = elapsed / a.minutes
        if done > a.decay_from:
            rate *= max(0.02, (1 - done) / (1 - a.decay_from))
        qat = done >= a.qat_from
        for o, lr in zip(opts, (a.muon_lr, a.lr)):
            for g in o.param_groups:
                g["lr"] = lr * rate
        loss, answer, line = loss_of(model, ids, weights, qat, dtype)
        loss.backward()
        norm = torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        for o in opts:
            o.step()
            o.zero_grad(set_to_none=True)
        step, seen, since_tokens = step + 1, seen + len(ids), since_tokens + ids.numel()
        mean = (answer, line) if mean is None else tuple(0.97 * m + 0.03 * x for m, x in zip(mean, (answer, line)))
        if not math.isfinite(answer):
            raise RuntimeError(f"loss is {answer} at step {step}")
        threads.tick(ids.numel())
        if step % 40 == 0:
            say(f"step {step} samples {seen} answer {mean[0]:.4f} line {mean[1]:.3f} norm {norm:.2f} rate {rate:.2e} tokens/s {since_tokens / (time.time() - since):.0f} threads {threads.best}")
            since, since_tokens = time.time(), 0
        if time.time() - last_save > 90:
            save(out / "last.pt", model, opts, step, seen, a)
            last_save = time.time()
        if time.time() - last_eval > 60 * a.eval_minutes:
            say(f"eval {json.dumps(held_out_scores(model, tok, 100, qat))}")
            last_eval = since = time.time()
    save(out / "last.pt", model, opts, step, seen, a)
    say(f"end step {step} samples {seen}" + ("" if stopped else f" eval {json.dumps(held_out_scores(model, tok, 100, True))}"))


if __name__ == "__main__":
    main()
