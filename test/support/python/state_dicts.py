"""Weights as torch.save writes them: NAME.pth, and what the networks make of images, NAME.npz, in the folder that is the
first argument. Some are files that must be refused: bad_NAME.pth."""

import os
import sys
from collections import OrderedDict

import numpy as np
import torch
from torch import nn
from torch.nn.utils.parametrizations import weight_norm

folder = sys.argv[1]
torch.manual_seed(3)
random = np.random.default_rng(3)


class Article(nn.Module):
    """Layers whose names are not in the order in which they are used."""

    def __init__(self):
        super().__init__()
        self.out = nn.Linear(128, 784)
        self.bottleneck = nn.Linear(128, 32)
        self.expand = nn.Linear(32, 128)
        self.a_first = nn.Linear(784, 128)

    def forward(self, x):
        h = torch.relu(self.a_first(x))
        h = self.bottleneck(h)
        return torch.sigmoid(self.out(torch.relu(self.expand(h))))


class Halves(nn.Module):
    def __init__(self, activation=nn.ReLU, output=nn.Sigmoid, widths=(784, 128, 64, 12, 3)):
        super().__init__()
        self.encoder, self.decoder = self.half(widths, activation), self.half(widths[::-1], activation)
        if output:
            self.decoder.append(output())

    @staticmethod
    def half(widths, activation):
        parts = []
        for i, (a, b) in enumerate(zip(widths, widths[1:])):
            parts += [nn.Linear(a, b)] + ([activation()] if i < len(widths) - 2 else [])
        return nn.Sequential(*parts)

    def forward(self, x):
        return self.decoder(self.encoder(x))


class Vae(nn.Module):
    """pytorch/examples/vae: what it gives of the mean."""

    def __init__(self):
        super().__init__()
        self.fc1, self.fc21, self.fc22 = nn.Linear(784, 400), nn.Linear(400, 20), nn.Linear(400, 20)
        self.fc3, self.fc4 = nn.Linear(20, 400), nn.Linear(400, 784)

    def forward(self, x):
        mu = self.fc21(torch.relu(self.fc1(x)))
        return torch.sigmoid(self.fc4(torch.relu(self.fc3(mu))))


class Tied(nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder = nn.Linear(784, 49)
        self.decoder_bias = nn.Parameter(0.1 * torch.randn(784))

    def forward(self, x):
        code = torch.relu(self.encoder(x))
        return torch.sigmoid(nn.functional.linear(code, self.encoder.weight.t(), self.decoder_bias))


class Bare(nn.Module):
    """Parameters with names of their own."""

    def __init__(self):
        super().__init__()
        self.W = nn.Parameter(0.1 * torch.randn(784, 30))
        self.b, self.c = nn.Parameter(torch.randn(30)), nn.Parameter(torch.randn(784))

    def forward(self, x):
        return torch.sigmoid(torch.sigmoid(x @ self.W + self.b) @ self.W.t() + self.c)


class Functional(nn.Module):
    """The same as functions of torch.nn.functional, whose only kernel is called "weight"."""

    def __init__(self):
        super().__init__()
        self.weight = nn.Parameter(0.1 * torch.randn(30, 784))
        self.bias_e, self.bias_d = nn.Parameter(torch.randn(30)), nn.Parameter(torch.randn(784))

    def forward(self, x):
        h = torch.sigmoid(nn.functional.linear(x, self.weight, self.bias_e))
        return torch.sigmoid(nn.functional.linear(h, self.weight.t(), self.bias_d))


def normed():
    return nn.Sequential(
        nn.Linear(784, 64), nn.BatchNorm1d(64), nn.ReLU(), nn.Linear(64, 8), nn.Linear(8, 64), nn.ReLU(),
        nn.BatchNorm1d(64), nn.Linear(64, 784), nn.Sigmoid())


networks = {
    "article": Article(),
    "halves": Halves(),
    "tanh": Halves(nn.Tanh, None),
    "vae": Vae(),
    "tied": Tied(),
    "bare": Bare(),
    "functional": Functional(),
    "weight_norm": nn.Sequential(weight_norm(nn.Linear(784, 32)), nn.ReLU(), weight_norm(nn.Linear(32, 784)), nn.Sigmoid()),
    "normed": normed(),
    "one_sequential": nn.Sequential(
        nn.Linear(784, 32), nn.ReLU(), nn.Linear(32, 784), nn.Sigmoid()),
    "color": Halves(widths=(3 * 8 * 8, 40, 10)),
}
wrapped = {
    "article": lambda state: state,
    "halves": lambda state: {"epoch": 3, "model_state_dict": state, "optimizer_state_dict": {"state": {}, "param_groups": [{"lr": 1e-3, "params": [0, 1]}]}, "loss": 0.25},
    "tanh": lambda state: {"state_dict": OrderedDict((f"module.{name}", value) for name, value in state.items()), "best": np.float64(0.5)},
    "vae": lambda state: {"model": dict(state), "args": None},
    "tied": lambda state: {"net": state, "history": [1, 2.5, "x", (1, 2)], 5: {"a": True}},
}
for name, network in networks.items():
    network.eval()
    for part in network.modules():
        if isinstance(part, nn.BatchNorm1d):
            nn.init.uniform_(part.running_var, 0.5, 2)
            nn.init.normal_(part.running_mean)
            nn.init.normal_(part.weight)
            nn.init.normal_(part.bias)
    size = 192 if name == "color" else 784
    x = random.random((6, size), dtype=np.float32)
    with torch.no_grad():
        y = network(torch.from_numpy(x)).numpy()
    if name == "color":
        x, y = x.reshape(6, 3, 8, 8), y.reshape(6, 3, 8, 8)
    np.savez(f"{folder}/{name}.npz", x=x, y=y)
    state = {part: value.clone() for part, value in network.state_dict().items()}
    state = OrderedDict(state)
    torch.save(wrapped.get(name, lambda state: state)(state), f"{folder}/{name}.pth")
    if name == "article":
        torch.save(state, f"{folder}/legacy.pth", _use_new_zipfile_serialization=False)
        torch.save(OrderedDict((part, value.double()) for part, value in state.items()), f"{folder}/double.pth")
        torch.save({part: value.t().contiguous().t() for part, value in state.items()}, f"{folder}/strided.pth")
        torch.save({part: nn.Parameter(value) for part, value in state.items()}, f"{folder}/parameters.pth")
        for kind in (torch.float16, torch.bfloat16):
            rounded = {part: value.to(kind) for part, value in state.items()}
            called = str(kind).split(".")[1]
            torch.save(rounded, f"{folder}/{called}.pth")
            network.load_state_dict(rounded)
            with torch.no_grad():
                np.savez(f"{folder}/{called}.npz", x=x, y=network(torch.from_numpy(x)).numpy())
            network.load_state_dict(state)
        for again in ("legacy", "double", "strided", "parameters"):
            np.savez(f"{folder}/{again}.npz", x=x, y=y)

torch.save(networks["halves"], f"{folder}/bad_whole.pth")
torch.save(networks["one_sequential"], f"{folder}/bad_sequential.pth")
torch.save([1, 2], f"{folder}/bad_list.pth")
torch.save(nn.Sequential(nn.Linear(784, 32), nn.Linear(40, 784)).state_dict(), f"{folder}/bad_gap.pth")
torch.jit.script(networks["one_sequential"]).save(f"{folder}/bad_script.pth")


class Evil:
    def __reduce__(self):
        return os.system, ("touch /tmp/this-must-not-be",)


torch.save({"weight": Evil()}, f"{folder}/bad_evil.pth")
