import { join } from 'node:path'
import { runPython } from './peersPython'

/** A network that PyTorch made: its file, what it was given and what it gave, batch × height × width × channels. */
export interface TorchNetwork {
  readonly name: string
  readonly channels: 1 | 3
  readonly side: number
  /** What it makes of images in 0..1: they go in as they are, or in -1..1. */
  readonly range?: '-1..1'
  /** Sigma of the noise that it is told, where it takes one. */
  readonly sigma?: number
}

export const torchNetworks = {
  strided: { name: 'strided', channels: 1, side: 28 },
  unet: { name: 'unet', channels: 1, side: 48 },
  ffdnet: { name: 'ffdnet', channels: 1, side: 32, sigma: 25 },
  drunet: { name: 'drunet', channels: 3, side: 32, sigma: 25 },
  reflected: { name: 'reflected', channels: 3, side: 32, range: '-1..1' },
  uneven: { name: 'uneven', channels: 1, side: 28 },
  attention: { name: 'attention', channels: 3, side: 16 },
  nafnet: { name: 'nafnet', channels: 3, side: 16 },
  normed: { name: 'normed', channels: 1, side: 24 },
} satisfies Record<string, TorchNetwork>

const program = `
import json, sys, warnings, numpy as np, torch
from torch import nn
warnings.simplefilter("ignore")
torch.manual_seed(4)

def strided():
    # What most who begin with PyTorch write: padded by 1 on all sides, so no mirror of "same".
    return nn.Sequential(
        nn.Conv2d(1, 8, 3, 2, 1), nn.BatchNorm2d(8), nn.LeakyReLU(0.1), nn.Conv2d(8, 16, 3, 2, 1), nn.ReLU(),
        nn.Flatten(), nn.Linear(16 * 49, 12), nn.Linear(12, 16 * 49), nn.ReLU(), nn.Unflatten(1, (16, 7, 7)),
        nn.ConvTranspose2d(16, 8, 3, 2, 1, output_padding=1), nn.ReLU(),
        nn.ConvTranspose2d(8, 1, 3, 2, 1, output_padding=1), nn.Sigmoid())

class UNet(nn.Module):
    def __init__(self):
        super().__init__()
        block = lambda a, b: nn.Sequential(nn.Conv2d(a, b, 3, padding=1), nn.BatchNorm2d(b), nn.ReLU(), nn.Conv2d(b, b, 3, padding=1), nn.PReLU(b))
        self.a, self.b, self.m = block(1, 6), block(6, 8), block(8, 10)
        self.pool, self.up = nn.MaxPool2d(2), nn.Upsample(scale_factor=2, mode="bilinear")
        self.t, self.c, self.d, self.o = nn.ConvTranspose2d(10, 8, 2, 2), block(16, 8), block(14, 6), nn.Conv2d(6, 1, 1)
    def forward(self, x):
        a = self.a(x)
        b = self.b(self.pool(a))
        u = self.t(self.m(self.pool(b)))
        dy, dx = b.shape[2] - u.shape[2], b.shape[3] - u.shape[3]
        u = nn.functional.pad(u, [dx // 2, dx - dx // 2, dy // 2, dy - dy // 2])
        y = self.up(self.c(torch.cat([b, u], 1)))
        return x - self.o(self.d(torch.cat([a, y], 1)))

class FFDNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.net = nn.Sequential(nn.Conv2d(5, 12, 3, padding=1), nn.ReLU(), nn.Conv2d(12, 12, 3, padding=1), nn.ReLU(), nn.Conv2d(12, 4, 3, padding=1))
        self.shuffle = nn.PixelShuffle(2)
    def forward(self, x, sigma):
        h, w = x.shape[-2:]
        x = nn.functional.pad(x, (0, int(np.ceil(w / 2) * 2 - w), 0, int(np.ceil(h / 2) * 2 - h)), mode="replicate")
        n, c, h2, w2 = x.shape
        x = x.view(n, c, h2 // 2, 2, w2 // 2, 2).permute(0, 1, 3, 5, 2, 4).contiguous().view(n, c * 4, h2 // 2, w2 // 2)
        m = sigma.repeat(1, 1, x.shape[-2], x.shape[-1])
        return self.shuffle(self.net(torch.cat((x, m), 1)))[..., :h, :w]

class DRUNet(nn.Module):
    def __init__(self):
        super().__init__()
        conv = lambda a, b: nn.Conv2d(a, b, 3, padding=1, bias=False)
        self.head, self.down = conv(4, 8), nn.Conv2d(8, 12, 2, 2, bias=False)
        self.body = nn.Sequential(conv(12, 12), nn.ReLU(), conv(12, 12))
        self.up, self.tail = nn.ConvTranspose2d(12, 8, 2, 2, bias=False), conv(8, 3)
    def forward(self, x):
        a = self.head(x)
        b = self.down(a)
        return self.tail(self.up(b + self.body(b)) + a)

def reflected():
    return nn.Sequential(
        nn.Conv2d(3, 8, 4, 2, 1), nn.ReLU(), nn.Conv2d(8, 4, 4, 2, 1), nn.ELU(), nn.Upsample(scale_factor=2),
        nn.Conv2d(4, 8, 3, padding=1), nn.ReLU(), nn.Upsample(scale_factor=2), nn.ReflectionPad2d(1), nn.Conv2d(8, 3, 3), nn.Tanh())

class Uneven(nn.Module):
    # Rows that are no mirror of one another, and a residual in between.
    def __init__(self):
        super().__init__()
        self.a, self.b, self.c, self.d = nn.Linear(784, 40), nn.Linear(40, 40), nn.Linear(40, 6), nn.Linear(6, 784)
    def forward(self, x):
        h = torch.relu(self.a(x.flatten(1)))
        return torch.sigmoid(self.d(self.c(h + torch.tanh(self.b(h))))).view(-1, 1, 28, 28)

class Attention(nn.Module):
    def __init__(self):
        super().__init__()
        self.a, self.squeeze, self.o = nn.Conv2d(3, 8, 3, padding=1, groups=1), nn.Conv2d(8, 8, 1), nn.Conv2d(8, 3, 3, padding=2, dilation=2)
        self.deep = nn.Conv2d(8, 8, 3, padding=1, groups=8)
    def forward(self, x):
        a = nn.functional.silu(self.deep(self.a(x)))
        return torch.clamp(x + self.o(a * torch.sigmoid(self.squeeze(a.mean((2, 3), keepdim=True)))), 0, 1)

class LayerNorm2d(nn.Module):
    # As NAFNet has it (Chen et al. 2022): over the channels of each pixel.
    def __init__(self, c):
        super().__init__()
        self.weight, self.bias = nn.Parameter(torch.rand(c) + 0.5), nn.Parameter(torch.randn(c) * 0.1)
    def forward(self, x):
        mu = x.mean(1, keepdim=True)
        var = (x - mu).pow(2).mean(1, keepdim=True)
        return self.weight.view(1, -1, 1, 1) * ((x - mu) / (var + 1e-6).sqrt()) + self.bias.view(1, -1, 1, 1)

class NafBlock(nn.Module):
    def __init__(self, c):
        super().__init__()
        self.n1, self.n2 = LayerNorm2d(c), LayerNorm2d(c)
        self.c1, self.c2, self.c3 = nn.Conv2d(c, 2 * c, 1), nn.Conv2d(2 * c, 2 * c, 3, padding=1, groups=2 * c), nn.Conv2d(c, c, 1)
        self.sca, self.c4, self.c5 = nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Conv2d(c, c, 1)), nn.Conv2d(c, 2 * c, 1), nn.Conv2d(c, c, 1)
        self.beta, self.gamma = nn.Parameter(torch.rand(1, c, 1, 1)), nn.Parameter(torch.rand(1, c, 1, 1))
    def forward(self, x):
        gate = lambda t: t.chunk(2, 1)[0] * t.chunk(2, 1)[1]
        a = gate(self.c2(self.c1(self.n1(x))))
        y = x + self.c3(a * self.sca(a)) * self.beta
        return y + self.c5(gate(self.c4(self.n2(y)))) * self.gamma

class NAFNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.intro, self.enc, self.down, self.mid = nn.Conv2d(3, 8, 3, padding=1), NafBlock(8), nn.Conv2d(8, 16, 2, 2), NafBlock(16)
        self.up, self.dec, self.out = nn.Sequential(nn.Conv2d(16, 32, 1, bias=False), nn.PixelShuffle(2)), NafBlock(8), nn.Conv2d(8, 3, 3, padding=1)
    def forward(self, x):
        a = self.enc(self.intro(x))
        return x + self.out(self.dec(self.up(self.mid(self.down(a))) + a))

class Normed(nn.Module):
    def __init__(self):
        super().__init__()
        self.a, self.n, self.b = nn.Conv2d(1, 6, 3, padding=1), nn.InstanceNorm2d(6, affine=True), nn.Conv2d(6, 6, 3, padding=1)
        self.g = nn.Sequential(nn.Conv2d(6, 12, 3, padding=2, dilation=2, groups=3), nn.Conv2d(12, 6, 2, 2, groups=6), nn.Upsample(scale_factor=2))
        self.l, self.c = nn.LayerNorm(6), nn.Conv2d(6, 1, 3, padding=1)
        nn.init.uniform_(self.n.weight, 0.5, 1.5), nn.init.normal_(self.n.bias), nn.init.uniform_(self.l.weight, 0.5, 1.5), nn.init.normal_(self.l.bias)
    def forward(self, x):
        a = nn.functional.gelu(self.n(self.a(x)))
        b = nn.functional.hardswish(nn.functional.gelu(self.b(a), approximate="tanh"))
        return x + self.c(nn.functional.hardsigmoid(self.l((b + self.g(b)).permute(0, 2, 3, 1)).permute(0, 3, 1, 2)))

makers = dict(nafnet=NAFNet, normed=Normed, strided=strided, unet=UNet, ffdnet=FFDNet, drunet=DRUNet, reflected=reflected, uneven=Uneven, attention=Attention)
folder, wanted = sys.argv[1], json.loads(sys.argv[2])
for case in wanted:
    name, side, channels, sigma = case["name"], case["side"], case["channels"], case.get("sigma", 0) / 255
    model = makers[name]()
    for part in model.modules():
        if isinstance(part, nn.BatchNorm2d):
            part.running_mean.normal_(0, 0.3); part.running_var.uniform_(0.5, 1.5)
            nn.init.uniform_(part.weight, 0.5, 1.5); nn.init.normal_(part.bias, 0, 0.2)
    model.eval()
    x = torch.randint(0, 256, (2, channels, side, side)) / 255
    fed = 2 * x - 1 if case.get("range") else x
    inputs = (fed,)
    if name == "ffdnet": inputs = (fed, torch.full((2, 1, 1, 1), sigma))
    if name == "drunet": inputs = (torch.cat([fed, torch.full((2, 1, side, side), sigma)], 1),)
    sizes = {0: "n"} if name in ("strided", "uneven", "attention", "reflected", "nafnet", "normed") else {0: "n", 2: "h", 3: "w"}
    names = ["x", "level"][: len(inputs)]
    axes = {"x": sizes, "y": sizes, "level": {0: "n"}}
    torch.onnx.export(model, inputs, f"{folder}/{name}.onnx", dynamo=False, input_names=names, output_names=["y"], opset_version=17, dynamic_axes={k: axes[k] for k in [*names, "y"]})
    with torch.no_grad(): y = model(*inputs)
    last = lambda t: t.permute(0, 2, 3, 1).contiguous().numpy()
    np.savez(f"{folder}/{name}.npz", x=last(fed), y=last(y))
    if case.get("range"): y = (y + 1) / 2
    flat = lambda t: t.permute(0, 2, 3, 1).contiguous().numpy().astype("<f4").tobytes()
    open(f"{folder}/{name}.in", "wb").write(flat(x)); open(f"{folder}/{name}.out", "wb").write(flat(y))
`

/** Writes NAME.onnx, NAME.in and NAME.out of each into a folder. */
export const makeTorchNetworks = (folder: string): Promise<string> =>
  runPython(program, folder, JSON.stringify(Object.values(torchNetworks)))

export const fileOf = (folder: string, { name }: TorchNetwork, ending: 'onnx' | 'in' | 'out') =>
  join(folder, `${name}.${ending}`)
