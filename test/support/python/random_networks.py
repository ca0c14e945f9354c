"""Random networks from one image to another, in PyTorch (as ONNX) or Keras: F00000.onnx or F00000.keras, what they make of
images, F00000.npz, and what they are made of, F00000.txt, in a folder. Channels, height and width coincide often.

usage: random_networks.py FOLDER torch|keras SEED COUNT"""

import os
import random
import sys
import warnings

import numpy as np

warnings.simplefilter("ignore")
# Three as well, so that an image may have as many rows as channels.
sides = (3, 4, 6, 8, 9)
folder, framework, seed, count = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])


def torch_networks():
    import logging

    import torch
    import torch.nn.functional as F
    from torch import nn

    logging.disable(logging.WARNING)

    class Fn(nn.Module):
        def __init__(self, name, call, *parts):
            super().__init__()
            self.name, self.call, self.parts = name, call, nn.ModuleList([p for p in parts if isinstance(p, nn.Module)])
            self.extra = nn.ParameterList([p for p in parts if isinstance(p, nn.Parameter)])

        def forward(self, x):
            return self.call(self, x)

        def extra_repr(self):
            return self.name

    def layer(r, shape):
        c, h, w = shape
        some = lambda *options: r.choice(options)
        width = some(c, h, w, 4, 6, 8)
        taps = some(1, 2, 3, 3, 5)
        group = some(*[g for g in (1, 2, 3, 4, c) if c % g == 0])
        param = lambda *s: nn.Parameter(torch.randn(*s) * 0.3 + 1)

        def conv():
            f = width if width % group == 0 else c
            mode = some("zeros", "zeros", "zeros", "reflect", "replicate", "circular")
            d = some(1, 1, 2)
            p = some(0, 1, taps // 2, (0, 1), "same")
            s = 1 if p == "same" else some(1, 1, 2, (1, 2), (2, 1), 3)
            return nn.Conv2d(c, f, some(taps, (1, 3), (3, 2)), s, p, d, group, some(True, False), mode)

        def transposed():
            f = width if width % group == 0 else c
            s = some(1, 2, 3)
            return nn.ConvTranspose2d(c, f, taps, s, some(0, 1) if taps > 1 else 0, some(0, s - 1), group, some(True, False), some(1, 1, 2))

        def shift():
            s = some((c, 1, 1), (1, h, w), (c, h, w), (1, 1, w), (1, h, 1), (w,), (1,), (1, c, 1, 1))
            op = some("add", "sub", "mul", "rsub", "div", "rdiv")
            calls = {"add": lambda a, b: a + b, "sub": lambda a, b: a - b, "mul": lambda a, b: a * b, "rsub": lambda a, b: b - a, "div": lambda a, b: a / (b.abs() + 1), "rdiv": lambda a, b: b / (a.abs() + 1)}
            return Fn(f"{op} {s}", lambda m, x: calls[op](x, m.extra[0]), param(*s))

        def act():
            return some(nn.ReLU(), nn.LeakyReLU(some(0.01, 0.2)), nn.ELU(some(1.0, 0.5)), nn.SELU(), nn.CELU(some(1.0, 0.7)), nn.GELU(), nn.GELU("tanh"), nn.SiLU(), nn.Mish(), nn.Softplus(), nn.Softsign(), nn.Sigmoid(), nn.Tanh(), nn.Hardswish(), nn.Hardsigmoid(), nn.ReLU6(), nn.Hardtanh(), nn.PReLU(), nn.PReLU(c), nn.Threshold(0, 0), nn.LogSigmoid(), nn.Tanhshrink(), nn.Softmax(1))

        def norm():
            def wake(n):
                for p in n.parameters():
                    nn.init.normal_(p, 1, 0.3)
                return n
            return wake(some(nn.BatchNorm2d(c), nn.InstanceNorm2d(c, affine=some(True, False)), nn.GroupNorm(some(*[g for g in (1, 2, c) if c % g == 0]), c), nn.LayerNorm([c, h, w])))

        def channels_last_norm():
            return Fn("layernorm last", lambda m, x: m.parts[0](x.permute(0, 2, 3, 1)).permute(0, 3, 1, 2), nn.LayerNorm(c))

        def pool():
            k = some(2, 2, 3, (2, 3))
            kk = (k, k) if isinstance(k, int) else k
            s = some(None, 1, 2, (2, 1))
            p = some(0, 0, 1)
            ceil = some(False, False, True)
            if some(True, False):
                return nn.MaxPool2d(k, s, p, ceil_mode=ceil)
            return nn.AvgPool2d(k, s, p, False if p else ceil, count_include_pad=some(True, False))

        def resize():
            mode = some("nearest", "bilinear", "bicubic", "nearest-exact")
            corners = some(True, False) if mode in ("bilinear", "bicubic") else None
            if some(True, False):
                return Fn(f"upsample {mode} {corners}", lambda m, x: F.interpolate(x, scale_factor=f, mode=mode, align_corners=corners)) if (f := some(2, 3, 2.0, 1.5, 0.5)) else None
            size = (some(h, 2 * h, h + 3), some(w, w + 1, 3 * w))
            return Fn(f"size {mode} {corners} {size}", lambda m, x: F.interpolate(x, size=size, mode=mode, align_corners=corners))

        def padding():
            sides = tuple(some(0, 1, 2) for _ in range(4))
            mode = some("constant", "reflect", "replicate", "circular")
            if mode == "constant":
                value, more = some(0.0, 0.5), some((0, 0), (0, 1))
                lr = tuple(some(-1, 0, 1, 2) for _ in range(4))
                return Fn(f"pad {lr} {value} {more}", lambda m, x: F.pad(x, lr + more, value=value))
            return Fn(f"pad {mode} {sides}", lambda m, x: F.pad(x, sides, mode=mode))

        def shape_ops():
            return some(
                Fn("shuffle", lambda m, x: F.pixel_shuffle(x, 2)) if c % 4 == 0 else nn.Identity(),
                Fn("unshuffle", lambda m, x: F.pixel_unshuffle(x, 2)) if h % 2 == 0 and w % 2 == 0 else nn.Identity(),
                Fn("every second", lambda m, x: x[:, :, ::2, 1::2]),
                Fn("crop", lambda m, x: x[..., 1:, : w - 1]),
                Fn("channels", lambda m, x: x[:, : max(1, c // 2)]),
                Fn("halves", lambda m, x: torch.cat(torch.chunk(x, 2, 1)[::-1], 1)) if c % 2 == 0 else nn.Identity(),
                Fn("beside", lambda m, x: torch.cat([x, x.flip(1) * 0.5 if False else x * 0.5], m_axis)) if (m_axis := some(1, 2, 3)) else None,
                Fn("turn", lambda m, x: x.transpose(2, 3)),
                Fn("columns first", lambda m, x: x.permute(0, 3, 1, 2)),
                Fn("rows last", lambda m, x: x.permute(0, 1, 3, 2) * m.extra[0], param(c, 1, 1)),
                Fn("numbers anew", lambda m, x: x.reshape(-1, *again), ) if (again := some((h, c, w), (w, h, c), (c, w, h))) else None,
                Fn("turn all", lambda m, x: x.permute(0, 2, 1, 3)),
                Fn("pick", lambda m, x: x[:, [c - 1, 0]]),
                Fn("stack of rows", lambda m, x: torch.split(x, [1, h - 1], 2)[1]) if h > 1 else nn.Identity(),
            )

        def math():
            return some(
                Fn("abs", lambda m, x: x.abs()),
                Fn("exp", lambda m, x: torch.exp(-x.abs())),
                Fn("sqrt", lambda m, x: torch.sqrt(x.abs() + 0.1)),
                Fn("square", lambda m, x: x**2),
                Fn("cube", lambda m, x: (x * 0.5) ** 3),
                Fn("clamp", lambda m, x: x.clamp(-0.5, 0.7)),
                Fn("maximum", lambda m, x: torch.maximum(x, -0.5 * x)),
                Fn("mean of pixels", lambda m, x: x - x.mean((2, 3), keepdim=True)),
                Fn("mean of rows", lambda m, x: x - x.mean(2, keepdim=True)),
                Fn("sum of columns", lambda m, x: x / (x.abs().sum(3, keepdim=True) + 1)),
                Fn("mean of channels", lambda m, x: x - x.mean(1, keepdim=True)),
                Fn("max of channels", lambda m, x: x - x.amax(1, keepdim=True)),
                Fn("sum", lambda m, x: x / (x.abs().sum((1, 2, 3), keepdim=True) + 1)),
                Fn("standard", lambda m, x: (x - x.mean((1, 2, 3), keepdim=True)) / torch.sqrt(x.pow(2).mean((1, 2, 3), keepdim=True) + 0.1)),
                Fn("rsqrt", lambda m, x: x * torch.rsqrt(x.pow(2).mean(1, keepdim=True) + 0.1)),
            )

        def squeeze():
            pooled = some(nn.AdaptiveAvgPool2d(1), nn.AdaptiveMaxPool2d(1))
            rows = some(True, False)
            if rows:
                return Fn("squeeze-excite", lambda m, x: x * torch.sigmoid(m.parts[1](m.parts[0](x).flatten(1)))[:, :, None, None], pooled, nn.Linear(c, c))
            return Fn("squeeze-excite 1x1", lambda m, x: x * torch.sigmoid(m.parts[1](m.parts[0](x))), pooled, nn.Conv2d(c, c, 1))

        def residual():
            return Fn("residual", lambda m, x: x + m.parts[1](m.parts[0](x)), nn.Conv2d(c, c, 3, padding=1), some(nn.ReLU(), nn.SiLU()))

        def pixels():
            return Fn("linear of pixels", lambda m, x: m.parts[0](x.permute(0, 2, 3, 1)).permute(0, 3, 1, 2), nn.Linear(c, width, bias=some(True, False)))

        def attention():
            return Fn("spatial attention", lambda m, x: x * torch.sigmoid(m.parts[0](torch.cat([x.mean(1, True), x.amax(1, True)], 1))), nn.Conv2d(2, 1, 3, padding=1))

        return r.choice([conv, conv, conv, transposed, shift, act, act, norm, channels_last_norm, pool, resize, padding, shape_ops, math, squeeze, residual, pixels, attention])()

    try:
        import onnxscript  # noqa: F401

        has_new = True
    except ImportError:
        has_new = False
    for at in range(count):
        r = random.Random(seed * 100_003 + at)
        torch.manual_seed(seed + at)
        c, h, w = r.choice((1, 3)), r.choice(sides), r.choice(sides)
        layers, shape = [], (c, h, w)
        for _ in range(r.randint(1, 5)):
            try:
                one = layer(r, shape).eval()
                with torch.no_grad():
                    given = one(torch.rand(2, *shape))
                if given.dim() != 4 or min(given.shape) < 1 or given.numel() > 40_000 or not torch.isfinite(given).all():
                    continue
            except (RuntimeError, ValueError, AssertionError):
                continue
            layers.append(one)
            shape = tuple(given.shape[1:])
        if shape != (c, h, w):
            size = int(np.prod(shape))
            layers += [nn.Flatten(), nn.Linear(size, c * h * w), Fn("image", lambda m, x, s=(c, h, w): x.reshape(-1, *s))] if size < 3000 else []
            if size >= 3000:
                continue
        if r.random() < 0.5:
            layers.append(nn.Sigmoid())
        model = nn.Sequential(*layers).eval()
        for m in model.modules():
            if isinstance(m, nn.BatchNorm2d):
                m.running_mean.normal_(0, 0.3), m.running_var.uniform_(0.5, 1.5)
        x = torch.rand(2, c, h, w)
        with torch.no_grad():
            y = model(x)
        name = f"{folder}/F{at:05d}"
        new = has_new and r.random() < 0.15
        opset = r.choice((11, 12, 13, 15, 17)) if not new else 18
        open(name + ".txt", "w").write(f"new={new} opset={opset} {model}")
        try:
            if new:
                torch.onnx.export(model, (x[:1],), name + ".onnx", dynamo=True, verbose=False)
            else:
                torch.onnx.export(model, (x[:1],), name + ".onnx", dynamo=False, opset_version=opset, do_constant_folding=r.choice((True, False)), dynamic_axes={"x": {0: "n"}} if r.random() < 0.5 else None, input_names=["x"])
        except Exception:  # What PyTorch itself cannot write is no case.
            continue
        np.savez(name + ".npz", x=x.numpy(), y=y.numpy())


def keras_networks():
    os.environ.setdefault("KERAS_BACKEND", "tensorflow")
    import keras
    from keras import layers as L

    def layer(r, x):
        _, h, w, c = x.shape
        some = lambda *options: r.choice(options)
        act = lambda: some(None, None, "relu", "elu", "selu", "gelu", "silu", "mish", "softplus", "softsign", "sigmoid", "tanh", "hard_sigmoid", "hard_silu", "relu6", "leaky_relu", "exponential", "celu", "log_sigmoid", "hard_tanh", "tanh_shrink", "softmax")
        width = some(c, h, w, 4, 6, 8)
        group = some(*[g for g in (1, 2, 3, c) if c % g == 0 and width % g == 0])
        taps = some(1, 2, 3, 3, 5, (3, 2))
        pad = some("same", "valid")

        def window():
            s, d = some(1, 1, 2, 3, (1, 2)), some(1, 1, 2)
            return dict(strides=1 if d != 1 else s, dilation_rate=d, padding=pad, use_bias=some(True, False), activation=act(), bias_initializer="random_normal")

        def square():
            one = window()
            one["strides"] = one["strides"] if isinstance(one["strides"], int) else 2
            return one

        def conv(x):
            return L.Conv2D(width, taps, groups=group, **window())(x)

        def transposed(x):
            o = square()
            o["dilation_rate"] = 1
            s = o["strides"]
            return L.Conv2DTranspose(width, taps, output_padding=some(None, None, s - 1), **o)(x)

        def pool(x):
            kind = some(L.MaxPooling2D, L.AveragePooling2D)
            return kind(some(2, 3, (2, 3)), some(None, 1, 2), pad)(x)

        def norm(x):
            init = dict(beta_initializer="random_normal", gamma_initializer="random_uniform")
            return some(
                lambda: L.BatchNormalization(axis=some(-1, 1, 2, 3), moving_mean_initializer="random_normal", **init)(x),
                lambda: L.LayerNormalization(axis=some(-1, [1, 2, 3]), **init)(x),
                lambda: L.GroupNormalization(some(*[g for g in (1, 2, c, -1) if g < 0 or c % g == 0]), **init)(x),
                lambda: L.UnitNormalization(axis=-1)(x) if False else x,
            )()

        def other(x):
            return some(
                lambda: L.PReLU("random_normal", shared_axes=some(None, [1, 2], [1]))(x),
                lambda: L.LeakyReLU(some(0.1, 0.3))(x),
                lambda: L.ELU(some(1.0, 0.5))(x),
                lambda: L.ReLU(max_value=some(None, 6.0), negative_slope=0.0)(x),
                lambda: L.ReLU(negative_slope=0.1, threshold=0.0)(x),
                lambda: L.ReLU(max_value=2.0, negative_slope=0.1, threshold=some(0.0, 0.2))(x),
                lambda: L.Softmax(axis=-1)(x),
                lambda: L.Activation(act() or "relu")(x),
                lambda: L.Rescaling(some(0.5, 2.0), some(0.0, -1.0))(x),
                lambda: L.Permute(some((2, 1, 3), (3, 1, 2), (1, 3, 2)))(x),
                lambda: L.ZeroPadding2D(some(1, (1, 2), ((0, 1), (2, 0))))(x),
                lambda: L.Cropping2D(some(1, ((0, 1), (1, 0))))(x),
                lambda: L.UpSampling2D(some(2, 3, (2, 1)), interpolation=some("nearest", "bilinear", "bicubic"))(x),
                lambda: L.Resizing(some(h, h + 3, 2 * h), some(w, w - 1), interpolation=some("nearest", "bilinear", "bicubic"))(x),
                lambda: L.Dense(width, activation=act())(x),
                lambda: L.DepthwiseConv2D(taps if isinstance(taps, int) else 3, depth_multiplier=some(1, 2), **square())(x),
                lambda: L.SeparableConv2D(width, 3, depth_multiplier=some(1, 2), **square())(x),
                lambda: L.Concatenate(axis=some(-1, 1, 2, 3))([x, L.Rescaling(0.5)(x)]),
                lambda: some(L.Add, L.Multiply, L.Average, L.Maximum, L.Minimum, L.Subtract)()([x, L.Rescaling(0.5, 0.1)(x)]),
                lambda: L.Multiply()([x, L.Dense(c, activation="sigmoid")(some(L.GlobalAveragePooling2D, L.GlobalMaxPooling2D)(keepdims=True)(x))]),
                lambda: L.Reshape((c, h, w))(x),
                lambda: L.Reshape((w, -1, c))(x),
                lambda: L.Reshape((c, w, h))(x),
                lambda: L.Multiply()([x, L.Permute((2, 1, 3))(x)]) if h == w else L.Permute((2, 3, 1))(x),
                lambda: L.Dropout(0.3)(L.GaussianNoise(0.1)(x)),
                lambda: L.RandomFlip()(x),
                lambda: L.SpatialDropout2D(0.2)(x),
            )()

        return r.choice([conv, conv, transposed, pool, norm, other, other, other, other])(x)

    for at in range(count):
        r = random.Random(seed * 100_003 + at)
        keras.utils.set_random_seed(seed + at)
        keras.backend.clear_session()
        c, h, w = r.choice((1, 3)), r.choice(sides), r.choice(sides)
        x = image = keras.Input((h, w, c))
        said = []
        for _ in range(r.randint(1, 5)):
            try:
                y = layer(r, x)
            except (ValueError, TypeError, AssertionError):
                continue
            if len(y.shape) != 4 or min(y.shape[1:]) < 1 or np.prod(y.shape[1:]) > 40_000:
                continue
            x = y
        if tuple(x.shape[1:]) != (h, w, c):
            if np.prod(x.shape[1:]) > 3000:
                continue
            x = L.Reshape((h, w, c))(L.Dense(h * w * c)(L.Flatten()(x)))
        if x is image:
            continue
        model = keras.Model(image, x)
        given = np.random.default_rng(seed + at).random((2, h, w, c), dtype=np.float32)
        try:
            made = np.asarray(model(given, training=False))
        except Exception:  # What TensorFlow itself cannot compute is no case.
            continue
        # On some processors a convolution of TensorFlow reads what is not there.
        if not np.isfinite(made).all() or np.abs(made).max() > 1e4 or (made != np.asarray(model(given, training=False))).any():
            continue
        name = f"{folder}/F{at:05d}"
        for one in model.layers:
            said.append(f"{one.__class__.__name__} {one.get_config()}")
        open(name + ".txt", "w").write("\n".join(said))
        model.save(name + ".keras")
        np.savez(name + ".npz", x=given, y=made)


{"torch": torch_networks, "keras": keras_networks}[framework]()
