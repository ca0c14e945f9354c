"""Networks of PyTorch as people write and keep them besides the tutorials: tied in several ways, one half of them, with skips,
in half precision, as files of several kinds, and ONNX with channels last. What they make of images or codes is NAME.npz, in
the folder that is the first argument. Those that must be refused are bad_NAME."""

import sys
import warnings

import numpy as np
import onnx
import onnxruntime
import torch
from onnx import TensorProto, helper, numpy_helper
from torch import nn
from torch.nn import functional as F
from torch.nn.utils.parametrizations import weight_norm

warnings.simplefilter("ignore")
folder = sys.argv[1]
torch.manual_seed(2)


def drawn(model):
    for part in model.eval().modules():
        if isinstance(part, nn.BatchNorm2d):
            part.running_mean.normal_(0, 0.2), part.running_var.uniform_(0.5, 2)
            nn.init.uniform_(part.weight, 0.5, 1.5), nn.init.normal_(part.bias, 0, 0.1)
    return model


def write_safetensors(state, path):
    import json
    import struct

    header, parts, end = {}, [], 0
    for name in sorted(state):
        parts.append(state[name].contiguous().numpy().tobytes())
        kind = {torch.float32: "F32", torch.int64: "I64"}[state[name].dtype]
        header[name] = {"dtype": kind, "shape": list(state[name].shape), "data_offsets": [end, end + len(parts[-1])]}
        end += len(parts[-1])
    text = json.dumps(header).encode()
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text + b"".join(parts))


@torch.no_grad()
def keep(name, model, x, y=None, kinds=("pth",), given=None):
    """`given`: what the model takes where that is more than images."""
    drawn(model)
    made = (model(x if given is None else given) if y is None else y).detach()
    for kind in kinds:
        called = f"{name}_{kind}"
        np.savez(f"{folder}/{called}.npz", x=x.float().numpy(), y=made.float().numpy())
        state = {part: value.clone() for part, value in model.state_dict().items()}
        if kind == "pth":
            torch.save(state, f"{folder}/{called}.pth")
        elif kind == "named":
            write_safetensors({f"model.net.{part}": value for part, value in state.items()}, f"{folder}/{called}.safetensors")
        elif kind == "safetensors":
            write_safetensors(state, f"{folder}/{called}.safetensors")
        else:
            first = (x if given is None else given)[:1]
            axes = {"x": {0: "count"}, "y": {0: "count"}}
            torch.onnx.export(model, (first,), f"{folder}/{called}.onnx", dynamo=False, opset_version=int(kind[4:]),
                              input_names=["x"], output_names=["y"], dynamic_axes=axes)


class TiedDense(nn.Module):
    def __init__(self):
        super().__init__()
        self.enc1, self.enc2 = nn.Linear(784, 64), nn.Linear(64, 8)
        self.dec1_bias, self.dec2_bias = nn.Parameter(0.1 * torch.randn(64)), nn.Parameter(0.1 * torch.randn(784))

    def forward(self, x):
        code = torch.relu(self.enc2(torch.relu(self.enc1(x))))
        h = torch.relu(F.linear(code, self.enc2.weight.t(), self.dec1_bias))
        return torch.sigmoid(F.linear(h, self.enc1.weight.t(), self.dec2_bias))


class TiedWithoutBias(nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder = nn.Linear(784, 32, bias=False)

    def forward(self, x):
        return torch.sigmoid(F.linear(torch.relu(self.encoder(x)), self.encoder.weight.t()))


class TiedCopies(nn.Module):
    """The decoder's parameter is a view of the encoder's."""

    def __init__(self):
        super().__init__()
        self.encoder, self.decoder = nn.Linear(784, 32), nn.Linear(32, 784)
        self.decoder.weight = nn.Parameter(self.encoder.weight.t())

    def forward(self, x):
        return torch.sigmoid(self.decoder(torch.relu(self.encoder(x))))


class TiedConvolutions(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1, self.conv2 = nn.Conv2d(1, 8, 3, 2, 1), nn.Conv2d(8, 16, 3, 2, 1)
        self.b2, self.b1 = nn.Parameter(0.1 * torch.randn(8)), nn.Parameter(0.1 * torch.randn(1))

    def forward(self, x):
        h = torch.relu(self.conv2(torch.relu(self.conv1(x))))
        h = torch.relu(F.conv_transpose2d(h, self.conv2.weight, self.b2, 2, 1, 1))
        return torch.sigmoid(F.conv_transpose2d(h, self.conv1.weight, self.b1, 2, 1, 1))


class TiedColor(nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder = nn.Sequential(nn.Conv2d(3, 16, 4, 2, 1), nn.ReLU(), nn.Conv2d(16, 24, 4, 2, 1), nn.ReLU())

    def forward(self, x):
        h = torch.relu(F.conv_transpose2d(self.encoder(x), self.encoder[2].weight, None, 2, 1))
        return torch.sigmoid(F.conv_transpose2d(h, self.encoder[0].weight, None, 2, 1))


class TiedModules(nn.Module):
    def __init__(self):
        super().__init__()
        self.enc, self.dec = nn.Conv2d(1, 8, 4, 2, 1), nn.ConvTranspose2d(8, 1, 4, 2, 1)
        self.dec.weight = self.enc.weight

    def forward(self, x):
        return torch.sigmoid(self.dec(torch.relu(self.enc(x))))


class Rows(nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder = nn.Sequential(nn.Linear(784, 64), nn.ReLU(), nn.Linear(64, 3))
        self.decoder = nn.Sequential(nn.Linear(3, 64), nn.ReLU(), nn.Linear(64, 784))

    def forward(self, x):
        return self.decoder(self.encoder(x.flatten(1))).view(x.shape)


class Encoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.net = nn.Sequential(nn.Conv2d(1, 8, 4, 2, 1), nn.ReLU(), nn.Conv2d(8, 16, 4, 2, 1), nn.ReLU(), nn.Flatten(), nn.Linear(784, 10))

    def forward(self, x):
        return self.net(x)


class Decoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(10, 784)
        self.net = nn.Sequential(nn.ConvTranspose2d(16, 8, 4, 2, 1), nn.ReLU(), nn.ConvTranspose2d(8, 1, 4, 2, 1), nn.Sigmoid())

    def forward(self, z):
        return self.net(torch.relu(self.fc(z)).view(-1, 16, 7, 7))


def double(a, b):
    parts = [nn.Conv2d(a, b, 3, padding=1, bias=False), nn.BatchNorm2d(b), nn.ReLU(True)]
    return nn.ModuleDict({"double_conv": nn.Sequential(*parts, nn.Conv2d(b, b, 3, padding=1, bias=False), nn.BatchNorm2d(b), nn.ReLU(True))})


class Unet(nn.Module):
    """With the names of milesial's Pytorch-UNet; "bilinear" has no transposed convolutions."""

    def __init__(self, bilinear=False, c=3, w=8):
        super().__init__()
        down = lambda a, b: nn.ModuleDict({"maxpool_conv": nn.ModuleList([nn.MaxPool2d(2), double(a, b)])})
        larger = lambda a: nn.Upsample(scale_factor=2, mode="bilinear", align_corners=True) if bilinear else nn.ConvTranspose2d(a, a // 2, 2, 2)
        kept = (lambda a: a) if bilinear else (lambda a: a // 2)
        up = lambda a, skip, b: nn.ModuleDict({"up": larger(a), "conv": double(kept(a) + skip, b)})
        self.inc, self.down1, self.down2 = double(c, w), down(w, 2 * w), down(2 * w, 4 * w)
        self.up1, self.up2 = up(4 * w, 2 * w, 2 * w), up(2 * w, w, w)
        self.outc = nn.ModuleDict({"conv": nn.Conv2d(w, c, 1)})

    def forward(self, x):
        run = lambda part, value: part["double_conv"](value)
        a = run(self.inc, x)
        b = run(self.down1["maxpool_conv"][1], F.max_pool2d(a, 2))
        value = run(self.down2["maxpool_conv"][1], F.max_pool2d(b, 2))
        for part, skip in ((self.up1, b), (self.up2, a)):
            value = run(part["conv"], torch.cat([skip, part["up"](value)], 1))
        return self.outc["conv"](value)


class Residual(nn.Module):
    def __init__(self, c):
        super().__init__()
        self.res = nn.Sequential(nn.Conv2d(c, c, 3, padding=1, bias=False), nn.ReLU(), nn.Conv2d(c, c, 3, padding=1, bias=False))

    def forward(self, x):
        return x + self.res(x)


class Drunet(nn.Module):
    """With KAIR's names."""

    def __init__(self, c=3, widths=(8, 12, 16, 20)):
        super().__init__()
        self.m_head, self.m_tail = nn.Conv2d(c + 1, widths[0], 3, padding=1, bias=False), nn.Conv2d(widths[0], c, 3, padding=1, bias=False)
        for i, (a, b) in enumerate(zip(widths, widths[1:]), 1):
            setattr(self, f"m_down{i}", nn.Sequential(Residual(a), Residual(a), nn.Conv2d(a, b, 2, 2, bias=False)))
            setattr(self, f"m_up{i}", nn.Sequential(nn.ConvTranspose2d(b, a, 2, 2, bias=False), Residual(a), Residual(a)))
        self.m_body = nn.Sequential(Residual(widths[-1]), Residual(widths[-1]))

    def forward(self, x):
        values = [self.m_head(x)]
        for i in (1, 2, 3):
            values.append(getattr(self, f"m_down{i}")(values[-1]))
        x = self.m_body(values[-1])
        for i in (3, 2, 1):
            x = getattr(self, f"m_up{i}")(x + values.pop())
        return self.m_tail(x + values.pop())


class Ffdnet(nn.Module):
    """With KAIR's names."""

    def __init__(self):
        super().__init__()
        inner = [part for _ in range(2) for part in (nn.Conv2d(12, 12, 3, padding=1), nn.ReLU())]
        self.model = nn.Sequential(nn.Conv2d(5, 12, 3, padding=1), nn.ReLU(), *inner, nn.Conv2d(12, 4, 3, padding=1))

    def forward(self, x):
        blocks = F.pixel_unshuffle(x, 2)
        return F.pixel_shuffle(self.model(torch.cat([blocks, torch.full_like(blocks[:, :1], 25 / 255)], 1)), 2)


grey, color, row = torch.rand(4, 1, 28, 28), torch.rand(4, 3, 32, 32), torch.rand(4, 784)
keep("tied_dense", TiedDense(), row, kinds=("pth", "onnx13"))
keep("tied_no_bias", TiedWithoutBias(), row, kinds=("pth", "onnx11"))
keep("tied_copies", TiedCopies(), row, kinds=("pth", "safetensors", "onnx17"))
keep("tied_convolutions", TiedConvolutions(), grey, kinds=("pth", "safetensors", "onnx11", "onnx18"))
keep("tied_color", TiedColor(), color, kinds=("pth", "safetensors"))
keep("tied_modules", TiedModules(), grey, kinds=("pth", "onnx17"))
parts = [nn.Conv2d(1, 8, 3, 2, 1), nn.Conv2d(8, 12, 3, 2, 1), nn.ConvTranspose2d(12, 8, 3, 2, 1, 1), nn.ConvTranspose2d(8, 1, 3, 2, 1, 1)]
normal = [part for layer in parts for part in (weight_norm(layer), nn.ReLU())]
keep("weight_norm", nn.Sequential(*normal[:-1], nn.Sigmoid()), grey, kinds=("pth", "onnx17"))
rows = Rows()
keep("rows", rows, grey, kinds=("named", "onnx9", "onnx16", "onnx18"))
keep("rows_encoder", rows.encoder, row, kinds=("pth", "onnx17"))
codes = rows.encoder(row).detach()
keep("rows_decoder", rows.decoder, codes, kinds=("pth", "onnx17"))
keep("encoder", Encoder(), grey, kinds=("pth", "onnx17"))
keep("decoder", Decoder(), torch.randn(4, 10), kinds=("pth", "onnx17"))
for name, bilinear in (("unet", False), ("unet_bilinear", True)):
    keep(name, Unet(bilinear), color, kinds=("pth", "safetensors", "onnx17"))
for name, c, x in (("drunet", 3, color), ("drunet_grey", 1, torch.rand(2, 1, 32, 32))):
    keep(name, Drunet(c), x, given=torch.cat([x, torch.full_like(x[:, :1], 25 / 255)], 1))
keep("ffdnet", Ffdnet(), torch.rand(2, 1, 32, 32))

half = nn.Sequential(nn.Conv2d(1, 8, 3, 2, 1), nn.ReLU(), nn.ConvTranspose2d(8, 1, 4, 2, 1), nn.Sigmoid()).half()


class Single(nn.Module):
    """Half precision within, single outside."""

    def __init__(self):
        super().__init__()
        self.inner = half

    def forward(self, x):
        return self.inner(x.half()).float()


keep("half", half, grey.half(), kinds=("pth", "onnx17"))
keep("half_within", Single(), grey, kinds=("onnx17",))

random = np.random.default_rng(1)
draw = lambda *shape: (0.3 * random.standard_normal(shape)).astype(np.float32)
for opset in (9, 11, 13, 15, 18, 20, 22):
    # As converters from TensorFlow write it: channels last, turned before and after each convolution.
    turned = lambda a, b, first: helper.make_node("Transpose", [a], [b], perm=[0, 3, 1, 2] if first else [0, 2, 3, 1])
    nodes = [turned("x", "a", True), helper.make_node("Conv", ["a", "W1"], ["b"], strides=[2, 2], auto_pad="SAME_UPPER", kernel_shape=[3, 3]),
             turned("b", "c", False), helper.make_node("Add", ["c", "b1"], ["d"]), helper.make_node("Relu", ["d"], ["e"]), turned("e", "f", True),
             helper.make_node("ConvTranspose", ["f", "W2"], ["g"], strides=[2, 2], kernel_shape=[3, 3], pads=[0, 0, 1, 1]),
             turned("g", "h", False), helper.make_node("Add", ["h", "b2"], ["i"]), helper.make_node("Sigmoid", ["i"], ["y"])]
    constants = {"W1": draw(8, 1, 3, 3), "W2": draw(8, 1, 3, 3), "b1": draw(8), "b2": draw(1)}
    value = lambda name: helper.make_tensor_value_info(name, TensorProto.FLOAT, ["n", 28, 28, 1])
    graph = helper.make_graph(nodes, "g", [value("x")], [value("y")], [numpy_helper.from_array(v, k) for k, v in constants.items()])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=7 if opset < 15 else 9)
    onnx.save(model, f"{folder}/last_{opset}.onnx")
    x = random.random((3, 28, 28, 1)).astype(np.float32)
    y = onnxruntime.InferenceSession(model.SerializeToString()).run(None, {"x": x})[0]
    np.savez(f"{folder}/last_{opset}.npz", x=x, y=y)

torch.save(rows, f"{folder}/bad_whole.pt")
torch.jit.trace(rows, grey).save(f"{folder}/bad_script.pt")
torch.export.save(torch.export.export(rows, (grey,)), f"{folder}/bad_program.pt2")
skips = nn.ModuleDict({"e1": nn.Conv2d(3, 8, 3), "e2": nn.Conv2d(8, 16, 3), "d1": nn.Conv2d(24, 8, 3), "o": nn.Conv2d(8, 3, 1)})
torch.save(skips.state_dict(), f"{folder}/bad_skips.pth")
