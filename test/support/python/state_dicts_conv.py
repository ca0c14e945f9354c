"""Weights of convolutional networks of PyTorch's tutorials, as torch.save writes them: NAME.pth, and what the networks make of
images, NAME.npz, in the folder that is the first argument."""

import sys

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

folder = sys.argv[1]
torch.manual_seed(5)
random = np.random.default_rng(5)


class Udacity(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1, self.conv2 = nn.Conv2d(1, 16, 3, padding=1), nn.Conv2d(16, 4, 3, padding=1)
        self.pool = nn.MaxPool2d(2, 2)
        self.t_conv1, self.t_conv2 = nn.ConvTranspose2d(4, 16, 2, stride=2), nn.ConvTranspose2d(16, 1, 2, stride=2)

    def forward(self, x):
        x = self.pool(F.relu(self.conv1(x)))
        x = self.pool(F.relu(self.conv2(x)))
        return torch.sigmoid(self.t_conv2(F.relu(self.t_conv1(x))))


class Strided(nn.Module):
    """With kernels as large as what they read at the end of the encoder."""

    def __init__(self):
        super().__init__()
        self.encoder = nn.Sequential(
            nn.Conv2d(1, 16, 3, stride=2, padding=1), nn.ReLU(), nn.Conv2d(16, 32, 3, stride=2, padding=1), nn.ReLU(),
            nn.Conv2d(32, 64, 7))
        self.decoder = nn.Sequential(
            nn.ConvTranspose2d(64, 32, 7), nn.ReLU(),
            nn.ConvTranspose2d(32, 16, 3, stride=2, padding=1, output_padding=1), nn.ReLU(),
            nn.ConvTranspose2d(16, 1, 3, stride=2, padding=1, output_padding=1), nn.Sigmoid())

    def forward(self, x):
        return self.decoder(self.encoder(x))


class Fours(nn.Module):
    """CIFAR-10, kernels of 4."""

    def __init__(self):
        super().__init__()
        self.encoder = nn.Sequential(
            nn.Conv2d(3, 12, 4, stride=2, padding=1), nn.ReLU(), nn.Conv2d(12, 24, 4, stride=2, padding=1), nn.ReLU(),
            nn.Conv2d(24, 48, 4, stride=2, padding=1), nn.ReLU())
        self.decoder = nn.Sequential(
            nn.ConvTranspose2d(48, 24, 4, stride=2, padding=1), nn.ReLU(),
            nn.ConvTranspose2d(24, 12, 4, stride=2, padding=1), nn.ReLU(),
            nn.ConvTranspose2d(12, 3, 4, stride=2, padding=1), nn.Sigmoid())

    def forward(self, x):
        return self.decoder(self.encoder(x))


class Dense(nn.Module):
    """Convolutions, a dense code, and back, with batch normalisation."""

    def __init__(self):
        super().__init__()
        self.encoder_cnn = nn.Sequential(
            nn.Conv2d(1, 8, 3, stride=2, padding=1), nn.BatchNorm2d(8), nn.ReLU(),
            nn.Conv2d(8, 16, 3, stride=2, padding=1), nn.BatchNorm2d(16), nn.ReLU())
        self.encoder_lin = nn.Sequential(nn.Flatten(), nn.Linear(16 * 49, 64), nn.ReLU(), nn.Linear(64, 4))
        self.decoder_lin = nn.Sequential(nn.Linear(4, 64), nn.ReLU(), nn.Linear(64, 16 * 49), nn.ReLU())
        self.decoder_cnn = nn.Sequential(
            nn.Unflatten(1, (16, 7, 7)), nn.ConvTranspose2d(16, 8, 3, stride=2, padding=1, output_padding=1),
            nn.BatchNorm2d(8), nn.ReLU(), nn.ConvTranspose2d(8, 1, 3, stride=2, padding=1, output_padding=1))

    def forward(self, x):
        return torch.sigmoid(self.decoder_cnn(self.decoder_lin(self.encoder_lin(self.encoder_cnn(x)))))


class Vae(nn.Module):
    """Two heads, of which one is the spread, and a dense layer whose numbers become an image without an activation."""

    def __init__(self):
        super().__init__()
        self.encoder = nn.Sequential(nn.Conv2d(1, 8, 4, 2, 1), nn.ReLU(), nn.Conv2d(8, 16, 4, 2, 1), nn.ReLU(), nn.Flatten())
        self.fc_mu, self.fc_var, self.fc = nn.Linear(784, 5), nn.Linear(784, 5), nn.Linear(5, 784)
        self.decoder = nn.Sequential(nn.ConvTranspose2d(16, 8, 4, 2, 1), nn.ReLU(), nn.ConvTranspose2d(8, 1, 4, 2, 1), nn.Sigmoid())

    def forward(self, x):
        return self.decoder(self.fc(self.fc_mu(self.encoder(x))).view(-1, 16, 7, 7))


class DnCNN(nn.Module):
    """As KAIR has it: layers are called model.0, model.2…, and what they give is the noise."""

    def __init__(self):
        super().__init__()
        parts = [nn.Conv2d(1, 12, 3, padding=1), nn.ReLU()]
        for _ in range(3):
            parts += [nn.Conv2d(12, 12, 3, padding=1), nn.ReLU()]
        self.model = nn.Sequential(*parts, nn.Conv2d(12, 1, 3, padding=1))

    def forward(self, x):
        return x - self.model(x)


networks = {
    "udacity": (Udacity(), (1, 28, 28)),
    "strided_conv": (Strided(), (1, 28, 28)),
    "fours": (Fours(), (3, 32, 32)),
    "dense_code": (Dense(), (1, 28, 28)),
    "conv_vae": (Vae(), (1, 28, 28)),
    "dncnn": (DnCNN(), (1, 24, 24)),
    "direct": (nn.Sequential(nn.Conv2d(3, 16, 9, padding=4), nn.ReLU(), nn.Conv2d(16, 8, 1), nn.ReLU(), nn.Conv2d(8, 3, 5, padding=2)), (3, 24, 24)),
}
for name, (network, shape) in networks.items():
    network.eval()
    for part in network.modules():
        if isinstance(part, nn.BatchNorm2d):
            nn.init.uniform_(part.running_var, 0.5, 2)
            nn.init.normal_(part.running_mean, 0, 0.2)
            nn.init.normal_(part.weight, 1, 0.2)
            nn.init.normal_(part.bias, 0, 0.2)
    x = random.random((4, *shape), dtype=np.float32)
    with torch.no_grad():
        np.savez(f"{folder}/{name}.npz", x=x, y=network(torch.from_numpy(x)).numpy())
    torch.save(network.state_dict(), f"{folder}/{name}.pth")
