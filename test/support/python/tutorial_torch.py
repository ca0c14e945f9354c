"""Autoencoders of PyTorch's tutorials as torch.onnx.export and torch.save write them: NAME.onnx, NAME_open.onnx (of images of
any size), NAME.pth, and what they make of images, NAME.npz, in the folder that is the first argument."""

import sys
import warnings
from collections import OrderedDict

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F
from torch.nn.utils.parametrizations import weight_norm

warnings.simplefilter("ignore")
folder = sys.argv[1]
torch.manual_seed(1)


class ConvAutoencoder(nn.Module):
    """L1aoss, pytorch-beginner: pools that overlap, strides of 3."""

    def __init__(self):
        super().__init__()
        self.encoder = nn.Sequential(nn.Conv2d(1, 16, 3, stride=3, padding=1), nn.ReLU(True), nn.MaxPool2d(2, stride=2), nn.Conv2d(16, 8, 3, stride=2, padding=1), nn.ReLU(True), nn.MaxPool2d(2, stride=1))
        self.decoder = nn.Sequential(nn.ConvTranspose2d(8, 16, 3, stride=2), nn.ReLU(True), nn.ConvTranspose2d(16, 8, 5, stride=3, padding=1), nn.ReLU(True), nn.ConvTranspose2d(8, 1, 2, stride=2, padding=1), nn.Tanh())

    def forward(self, x):
        return self.decoder(self.encoder(x))


class Lightning(nn.Module):
    """lightning.ai, LitAutoEncoder."""

    def __init__(self):
        super().__init__()
        self.encoder = nn.Sequential(nn.Linear(784, 64), nn.ReLU(), nn.Linear(64, 3))
        self.decoder = nn.Sequential(nn.Linear(3, 64), nn.ReLU(), nn.Linear(64, 784))

    def forward(self, x):
        return self.decoder(self.encoder(x))


class Uva(nn.Module):
    """UvA deep learning tutorial 9, narrower."""

    def __init__(self, c=6, z=24):
        super().__init__()
        self.encoder = nn.Sequential(nn.Conv2d(3, c, 3, padding=1, stride=2), nn.GELU(), nn.Conv2d(c, c, 3, padding=1), nn.GELU(), nn.Conv2d(c, 2 * c, 3, padding=1, stride=2), nn.GELU(), nn.Conv2d(2 * c, 2 * c, 3, padding=1, stride=2), nn.GELU(), nn.Flatten(), nn.Linear(2 * 16 * c, z))
        self.linear = nn.Sequential(nn.Linear(z, 2 * 16 * c), nn.GELU())
        self.net = nn.Sequential(nn.ConvTranspose2d(2 * c, 2 * c, 3, output_padding=1, padding=1, stride=2), nn.GELU(), nn.Conv2d(2 * c, 2 * c, 3, padding=1), nn.GELU(), nn.ConvTranspose2d(2 * c, c, 3, output_padding=1, padding=1, stride=2), nn.GELU(), nn.ConvTranspose2d(c, 3, 3, output_padding=1, padding=1, stride=2), nn.Tanh())

    def forward(self, x):
        x = self.linear(self.encoder(x))
        return self.net(x.reshape(x.shape[0], -1, 4, 4))


class Vae(nn.Module):
    """pytorch/examples: it draws its code by chance."""

    def __init__(self):
        super().__init__()
        self.fc1, self.fc21, self.fc22, self.fc3, self.fc4 = nn.Linear(784, 40), nn.Linear(40, 20), nn.Linear(40, 20), nn.Linear(20, 40), nn.Linear(40, 784)

    def decode(self, z):
        return torch.sigmoid(self.fc4(F.relu(self.fc3(z))))

    def forward(self, x):
        h = F.relu(self.fc1(x.view(-1, 784)))
        mean, spread = self.fc21(h), self.fc22(h)
        deviation = torch.exp(0.5 * spread)
        return self.decode(mean + torch.randn_like(deviation) * deviation), mean, spread


class Normed(nn.Module):
    """Normalised behind its activations."""

    def __init__(self):
        super().__init__()
        self.encoder = nn.Sequential(nn.Conv2d(1, 8, 3, 1, 1), nn.ReLU(), nn.BatchNorm2d(8), nn.Conv2d(8, 12, 3, 1, 1), nn.ReLU(), nn.BatchNorm2d(12), nn.MaxPool2d(2, 2))
        self.decoder = nn.Sequential(nn.ConvTranspose2d(12, 8, 3, 2, 1, 1), nn.ReLU(), nn.BatchNorm2d(8), nn.ConvTranspose2d(8, 1, 3, 1, 1), nn.ReLU())
        for part in self.modules():
            if isinstance(part, nn.BatchNorm2d):
                part.running_mean.normal_(0, 0.3), part.running_var.uniform_(0.5, 1.5)

    def forward(self, x):
        return self.decoder(self.encoder(x))


vae = Vae()
models = {
    "beginner_conv": (ConvAutoencoder(), (1, 28, 28), True, None),
    "lightning": (Lightning(), (784,), False, None),
    "uva": (Uva(), (3, 32, 32), True, None),
    "vae": (vae, (1, 28, 28), False, lambda x: vae.decode(vae.fc21(F.relu(vae.fc1(x.view(-1, 784)))))),
    "normed": (Normed(), (1, 28, 28), False, None),
}
for name, (model, shape, is_signed, call) in models.items():
    model.eval()
    x = torch.rand(3, *shape)
    if is_signed:
        x = 2 * x - 1
    with torch.no_grad():
        y = (call or model)(x).reshape(x.shape)
    np.savez(f"{folder}/{name}.npz", x=x.numpy(), y=y.numpy())
    torch.onnx.export(model, (x[:1],), f"{folder}/{name}.onnx", dynamo=False, opset_version=17)
    if len(shape) == 3:
        sides = {"x": {0: "count", 2: "height", 3: "width"}}
        torch.onnx.export(model, (x[:1],), f"{folder}/{name}_open.onnx", dynamo=False, input_names=["x"], dynamic_axes=sides)
    torch.save(model.state_dict(), f"{folder}/{name}.pth")

half = Lightning().half().eval()
x = torch.rand(3, 784).half()
np.savez(f"{folder}/half.npz", x=x.float().numpy(), y=half(x).detach().float().numpy())
torch.onnx.export(half, (x[:1],), f"{folder}/half.onnx", dynamo=False, opset_version=17)
normal = nn.Sequential(weight_norm(nn.Linear(784, 16)), nn.ReLU(), weight_norm(nn.Linear(16, 784)), nn.Sigmoid()).eval()
x = torch.rand(3, 784)
np.savez(f"{folder}/weight_norm.npz", x=x.numpy(), y=normal(x).detach().numpy())
torch.onnx.export(normal, (x[:1],), f"{folder}/weight_norm.onnx", dynamo=False, opset_version=17)

state = models["lightning"][0].state_dict()
prefixed = OrderedDict(("module." + key, value) for key, value in state.items())
checkpoint = {"epoch": 3, "pytorch-lightning_version": "2.2.0", "state_dict": state, "callbacks": {"ModelCheckpoint{}": {"best_model_score": torch.tensor(0.3)}}, "optimizer_states": [{"state": {0: {"exp_avg": torch.zeros(64, 784)}}, "param_groups": [{"lr": 1e-3, "params": [0]}]}], "hyper_parameters": {"latent_dim": 3}}
for name, held in {"checkpoint": checkpoint, "params_ema": {"params": {key: 0.9 * value for key, value in state.items()}, "params_ema": state}, "module": {"model": prefixed, "args": {"lr": 1}}, "net": {"net": state}}.items():
    torch.save(held, f"{folder}/lightning_{name}.ckpt")
