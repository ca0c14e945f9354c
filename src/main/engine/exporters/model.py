"""A model trained with Hourglass, as spec.json describes it: real tying, one parameter read twice."""

import json
from pathlib import Path

import torch
import torch.nn.functional as F
from safetensors.torch import load_file
from torch import nn

HERE = Path(__file__).parent
SPEC = json.loads((HERE / "spec.json").read_text())

ACTIVATIONS = {}


class Autoencoder(nn.Module):
    """Images are float32, N x height x width x channels, with values in 0..1; codes are N x numbers."""

    def __init__(self):
        super().__init__()
        names = SPEC["shapes"].items()
        self.layers = nn.ParameterDict({key(name): nn.Parameter(torch.zeros(shape)) for name, shape in names})

    @classmethod
    def load(cls, path=HERE / "weights.safetensors"):
        model = cls()
        model.load_state_dict({f"layers.{key(name)}": value for name, value in load_file(path).items()})
        return model

    def forward(self, inputs, sigma=None):
        """What the exported part gives: images drawn again, their codes, or images out of codes."""
        part = {"full": self.reconstruct, "encoder": self.encode, "decoder": self.decode}[SPEC["part"]]
        return part(inputs, sigma) if SPEC["part"] == "full" else part(inputs)

    def reconstruct(self, images, sigma=None):
        """The images drawn again. sigma: N x noiseLevels, noise on the 0-255 scale, for models that take it."""
        mean = images.mean(dim=(1, 2, 3), keepdim=True) if SPEC["removeMean"] else 0
        reads = self.through_encoder(images - mean, sigma)
        if SPEC["decoder"] == "convolution":
            x = conv(reads[-1], self.layers["decoder_0_kernel"], 1, "same") + self.layers["decoder_0_bias"]
            drawn = shuffle(x, SPEC["block"])
        else:
            drawn = self.through_decoder(reads[-1], reads)
        drawn = drawn.reshape(images.shape)
        drawn = drawn + images if SPEC["output"]["residual"] else drawn + mean
        return ACTIVATIONS[SPEC["output"]["activation"]](drawn)

    def encode(self, images):
        return self.through_encoder(images)[-1].flatten(1)

    def decode(self, codes):
        height, width, channels = (SPEC["input"][side] for side in ("height", "width", "channels"))
        drawn = self.through_decoder(codes).reshape(-1, height, width, channels)
        return ACTIVATIONS[SPEC["output"]["activation"]](drawn)

    def through_encoder(self, images, sigma=None):
        """What each layer reads, and the code at the end."""
        dense = SPEC["encoder"][0]["type"] == "dense"
        x = images.flatten(1) if dense else unshuffle(images, SPEC["block"])
        if SPEC["noiseLevel"]:
            levels = SPEC["noiseLevels"]
            planes = (sigma / 255).reshape(-1, 1, 1, levels).expand(*x.shape[:3], levels)
            x = torch.cat([x, planes], dim=3)
        reads = [x]
        for i, layer in enumerate(SPEC["encoder"]):
            if layer["type"] == "pool":
                reads.append(pool(reads[-1], layer["pooling"], layer["size"]))
                continue
            kernel, bias = self.layers[f"encoder_{i}_kernel"], self.layers[f"encoder_{i}_bias"]
            if layer["type"] == "dense":
                sums = reads[-1].flatten(1) @ kernel + bias
            else:
                sums = conv(reads[-1], kernel, layer["stride"], layer["padding"]) + bias
            reads.append(ACTIVATIONS[layer["activation"]](sums))
        return reads

    def through_decoder(self, code, reads=None):
        """From the code outwards: each layer mirrors one of the encoder's."""
        layers, sizes, x = SPEC["encoder"], SPEC["reads"], code
        x = x if layers[-1]["type"] == "dense" else x.reshape(-1, *sizes[-1])
        for i in reversed(range(len(layers))):
            x = self.decoded_layer(i, x, layers[i], sizes[i])
            if i > 0 and layers[i - 1]["type"] != "pool":
                x = ACTIVATIONS[layers[i - 1]["activation"]](x)
            if SPEC["skips"] and reads is not None and i > 0:
                x = x + reads[i]
        return x if layers[0]["type"] == "dense" else shuffle(x, SPEC["block"])

    def decoded_layer(self, i, x, layer, size):
        if layer["type"] == "pool":
            mode = "bilinear" if layer["upsampling"] == "bilinear" else "nearest"
            return last(F.interpolate(first(x), scale_factor=layer["size"], mode=mode))
        outwards = len(SPEC["encoder"]) - 1 - i
        tied = SPEC["tied"]
        # A tied decoder has no kernel of its own: this is the encoder's parameter, read a second time.
        kernel = self.layers[f"encoder_{i}_kernel" if tied else f"decoder_{outwards}_kernel"]
        bias = self.layers[f"decoder_{outwards}_bias"]
        if layer["type"] == "dense":
            x = x.flatten(1) @ (kernel.T if tied else kernel) + bias
            return x if i == 0 or SPEC["encoder"][i - 1]["type"] == "dense" else x.reshape(-1, *size)
        return conv_transpose(x, kernel[:, :, : SPEC["decoded"][i]], layer["stride"], size) + bias


def key(name):
    return name.replace(".", "_")


def first(x):
    """Channels first, as PyTorch's convolutions take images."""
    return x.permute(0, 3, 1, 2)


def last(x):
    return x.permute(0, 2, 3, 1)


def margin(size, taps, stride):
    """Pixels before and after, so that there are ceil(size / stride) outputs; the odd one after."""
    pixels = max(0, (-(-size // stride) - 1) * stride + taps - size)
    return pixels // 2, pixels - pixels // 2


def conv(x, kernel, stride, padding):
    """kernel: height x width x channels x filters"""
    top, bottom = margin(x.shape[1], kernel.shape[0], stride)
    left, right = margin(x.shape[2], kernel.shape[1], stride)
    mode = "reflect" if padding == "reflect" else "constant"
    around = F.pad(first(x), (left, right, top, bottom), mode=mode)
    return last(F.conv2d(around, kernel.permute(3, 2, 0, 1), stride=stride))


def conv_transpose(x, kernel, stride, size):
    """The transpose of conv, to height x width of size."""
    height, width = size[:2]
    top, _ = margin(height, kernel.shape[0], stride)
    left, _ = margin(width, kernel.shape[1], stride)
    full = F.conv_transpose2d(first(x), kernel.permute(3, 2, 0, 1), stride=stride)
    full = F.pad(full, (0, max(0, left + width - full.shape[3]), 0, max(0, top + height - full.shape[2])))
    return last(full[:, :, top : top + height, left : left + width])


def pool(x, pooling, size):
    return last((F.max_pool2d if pooling == "max" else F.avg_pool2d)(first(x), size))


def unshuffle(x, block):
    """Each block x block square of pixels as one pixel of block * block times the channels."""
    n, height, width, channels = x.shape
    x = x.reshape(n, height // block, block, width // block, block, channels)
    return x.permute(0, 1, 3, 2, 4, 5).reshape(n, height // block, width // block, block * block * channels)


def shuffle(x, block):
    n, height, width, channels = x.shape
    x = x.reshape(n, height, width, block, block, channels // (block * block))
    return x.permute(0, 1, 3, 2, 4, 5).reshape(n, height * block, width * block, -1)
