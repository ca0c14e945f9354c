"""Small denoisers with attention, which no operation of Hourglass says, as NAME.onnx in the folder that is the argument: among
the pixels of windows, and among channels. whole.f4 is what "swin" makes of picture.u8, 304 × 320 × 3, larger than a tile."""

import sys
import warnings

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

warnings.simplefilter("ignore")
folder = sys.argv[1]
torch.manual_seed(3)


class Swin(nn.Module):
    # Window attention as SwinIR and SCUNet have it (Liang et al. 2021): partition, softmax attention, layer norm, reverse.
    def __init__(self, ch=3, c=16, win=8, heads=2):
        super().__init__()
        self.win, self.heads = win, heads
        self.first, self.last = nn.Conv2d(ch, c, 3, padding=1), nn.Conv2d(c, ch, 3, padding=1)
        self.n1, self.n2 = nn.LayerNorm(c), nn.LayerNorm(c)
        self.qkv, self.proj = nn.Linear(c, 3*c), nn.Linear(c, c)
        self.mlp = nn.Sequential(nn.Linear(c, 2*c), nn.GELU(), nn.Linear(2*c, c))
        nn.init.normal_(self.last.weight, 0, 0.01)
    def attend(self, x):
        b, h, w, c = x.shape
        k, n = self.win, self.heads
        x = x.view(b, h//k, k, w//k, k, c).permute(0,1,3,2,4,5).reshape(-1, k*k, c)
        q, kk, v = self.qkv(x).reshape(-1, k*k, 3, n, c//n).permute(2,0,3,1,4).unbind(0)
        a = torch.softmax(q @ kk.transpose(-2,-1) * (c//n)**-0.5, -1)
        x = self.proj((a @ v).transpose(1,2).reshape(-1, k*k, c))
        return x.view(b, h//k, w//k, k, k, c).permute(0,1,3,2,4,5).reshape(b, h, w, c)
    def forward(self, x):
        f = self.first(x).permute(0,2,3,1)
        f = f + self.attend(self.n1(f))
        f = f + self.mlp(self.n2(f))
        return x + self.last(f.permute(0,3,1,2))
class Restormer(nn.Module):
    # Attention among channels (Zamir et al. 2022).
    def __init__(self, ch=3, c=12, heads=2, told=False):
        super().__init__()
        self.first, self.last = nn.Conv2d(ch + told, c, 3, padding=1), nn.Conv2d(c, ch, 3, padding=1)
        self.heads, self.ch = heads, ch
        self.t = nn.Parameter(torch.ones(heads, 1, 1))
        self.qkv, self.dw, self.out = nn.Conv2d(c, 3*c, 1), nn.Conv2d(3*c, 3*c, 3, padding=1, groups=3*c), nn.Conv2d(c, c, 1)
        nn.init.normal_(self.last.weight, 0, 0.01)
    def forward(self, x):
        f = self.first(x)
        b, c, h, w = f.shape
        q, k, v = self.dw(self.qkv(f)).chunk(3, 1)
        q, k, v = (t.reshape(b, self.heads, c//self.heads, h*w) for t in (q, k, v))
        q, k = F.normalize(q, dim=-1), F.normalize(k, dim=-1)
        a = ((q @ k.transpose(-2,-1)) * self.t).softmax(-1)
        return x[:, :self.ch] + self.last(f + self.out((a @ v).reshape(b, c, h, w)))
class Told(nn.Module):
    # The strength of the noise as an input of its own.
    def __init__(self):
        super().__init__()
        self.inner = Restormer(told=True)

    def forward(self, x, level):
        return self.inner(torch.cat([x, level], 1))


sizes = {"x": {2: "h", 3: "w"}, "level": {2: "h", 3: "w"}, "y": {2: "h", 3: "w"}}
image = torch.rand(1, 3, 64, 64)
level = torch.full((1, 1, 64, 64), 0.1)
swin = Swin().eval()
models = {
    "swin": (swin, (image,), sizes),
    "swin_fixed": (Swin(1), (image[:, :1],), None),
    "restormer": (Restormer(), (image,), sizes),
    "told": (Restormer(told=True), (torch.cat([image, level], 1),), sizes),
    "told_apart": (Told(), (image, level), sizes),
}
for name, (model, inputs, axes) in models.items():
    names = ["x", "level"][: len(inputs)]
    known = axes and {one: axes[one] for one in [*names, "y"]}
    torch.onnx.export(model.eval(), inputs, f"{folder}/{name}.onnx", dynamo=False, input_names=names, output_names=["y"], dynamic_axes=known, opset_version=17)
noise = np.random.default_rng(4).normal(0, 20, (304, 320, 3))
y, x = np.mgrid[0:304, 0:320]
scene = np.stack([120 + 80 * np.sin(x / 30), 100 + 60 * np.cos(y / 20), 128 + 0 * x], -1) + noise
picture = np.clip(scene, 0, 255).astype(np.uint8)
picture.tofile(f"{folder}/picture.u8")
with torch.no_grad():
    whole = swin(torch.tensor(picture / 255, dtype=torch.float32).permute(2, 0, 1)[None])[0]
whole.permute(1, 2, 0).contiguous().numpy().astype("<f4").tofile(f"{folder}/whole.f4")
