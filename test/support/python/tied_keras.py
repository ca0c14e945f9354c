"""Autoencoders whose decoder reads its encoder's kernels, as people write them in Keras: NAME.keras, NAME.h5 and what they
make of images, NAME.npz, in the folder that is the first argument."""

import os
import sys

os.environ.setdefault("KERAS_BACKEND", "tensorflow")
import keras
import numpy as np
from keras import layers, ops

serializable = keras.saving.register_keras_serializable()
activation_of = keras.activations.get
folder = sys.argv[1]
random = np.random.default_rng(5)
SIZE = 64


class Configured(layers.Layer):
    """Says of itself what `said` names, and its activation."""

    said = ()

    def get_config(self):
        own = {name: getattr(self, name) for name in self.said}
        if hasattr(self, "activation"):
            own["activation"] = keras.activations.serialize(self.activation)
        return {**super().get_config(), **own}


@serializable
class DenseTranspose(Configured):
    """Géron, Hands-On Machine Learning, chapter 17."""

    def __init__(self, dense, activation=None, **kwargs):
        super().__init__(**kwargs)
        self.dense, self.activation = dense, activation_of(activation)

    def build(self, shape):
        self.biases = self.add_weight(name="bias", shape=(self.dense.kernel.shape[0],))

    def call(self, x):
        return self.activation(ops.matmul(x, ops.transpose(self.dense.kernel)) + self.biases)


@serializable
class DenseTied(Configured):
    said = ("units", "use_bias")

    def __init__(self, units, tied_to=None, activation=None, use_bias=True, **kwargs):
        super().__init__(**kwargs)
        self.units, self.tied_to, self.use_bias = units, tied_to, use_bias
        self.activation = activation_of(activation)

    def build(self, shape):
        if self.use_bias:
            self.bias = self.add_weight(name="bias", shape=(self.units,))

    def call(self, x):
        y = ops.matmul(x, ops.transpose(self.tied_to.kernel))
        return self.activation(y + self.bias if self.use_bias else y)

    def get_config(self):
        return {**super().get_config(), "tied_to": keras.saving.serialize_keras_object(self.tied_to)}


@serializable
class Unfold(Configured):
    """Without a bias, an activation that it says, or a name that gives it away: it names the other layer."""

    said = ("partner",)

    def __init__(self, partner, **kwargs):
        super().__init__(**kwargs)
        self.partner, self.links = partner, []

    def call(self, x):
        return ops.sigmoid(ops.matmul(x, ops.transpose(self.links[0].kernel)))


@serializable
class Both(Configured):
    """One layer that is the whole autoencoder."""

    said = ("units",)

    def __init__(self, units, **kwargs):
        super().__init__(**kwargs)
        self.units = units

    def build(self, shape):
        self.w = self.add_weight(name="w", shape=(shape[-1], self.units))
        self.b = self.add_weight(name="b", shape=(self.units,))
        self.c = self.add_weight(name="c", shape=(shape[-1],))

    def call(self, x):
        return ops.sigmoid(ops.matmul(ops.tanh(ops.matmul(x, self.w) + self.b), ops.transpose(self.w)) + self.c)


@serializable
class Linear(Configured):
    """Keras's own guide to layers."""

    said = ("units",)

    def __init__(self, units, **kwargs):
        super().__init__(**kwargs)
        self.units = units

    def build(self, shape):
        self.w = self.add_weight(name="w", shape=(shape[-1], self.units))
        self.b = self.add_weight(name="b", shape=(self.units,))

    def call(self, x):
        return ops.matmul(x, self.w) + self.b


@serializable
class Stack(Configured):
    """Layers within a layer."""

    def __init__(self, widths, **kwargs):
        super().__init__(**kwargs)
        self.widths = widths
        self.parts = [layers.Dense(width, activation="relu") for width in widths]

    def build(self, shape):
        for part, reads in zip(self.parts, [shape[-1], *self.widths]):
            part.build((None, reads))

    def call(self, x):
        for part in self.parts:
            x = part(x)
        return x

    def get_config(self):
        return {**super().get_config(), "widths": list(self.widths)}


@serializable
class Half(Stack):
    """An encoder or a decoder that is a layer."""


@serializable
class Whole(keras.Model):
    """A model of a class of its own that adds the decoder's bias itself."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.encoder = layers.Dense(16, activation="relu")
        self.decoder_bias = self.add_weight(name="decoder_bias", shape=(SIZE,))

    def call(self, x):
        return ops.sigmoid(ops.matmul(self.encoder(x), ops.transpose(self.encoder.kernel)) + self.decoder_bias)


def whole():
    model = Whole()
    model(np.zeros((1, SIZE), np.float32))
    return model


def halves():
    image = keras.Input((SIZE,))
    return keras.Model(image, Half([16, SIZE], name="decoder")(Half([32, 8], name="encoder")(image)))


@serializable
class ConvTied(Configured):
    def __init__(self, conv, activation=None, **kwargs):
        super().__init__(**kwargs)
        self.conv, self.activation = conv, activation_of(activation)

    def build(self, shape):
        self.bias = self.add_weight(name="bias", shape=(self.conv.kernel.shape[2],))

    def call(self, x):
        kernel, strides = self.conv.kernel, self.conv.strides
        return self.activation(ops.conv_transpose(x, kernel, strides, padding="same") + self.bias)


def geron(hidden):
    inner, outer = layers.Dense(32, activation=hidden), layers.Dense(8, activation=hidden)
    encoder = keras.Sequential([layers.Flatten(), inner, outer])
    encoder.build((None, 8, 8))
    decoder = [DenseTranspose(outer, hidden), DenseTranspose(inner, "sigmoid"), layers.Reshape([8, 8])]
    return keras.Sequential([keras.Input((8, 8)), encoder, keras.Sequential(decoder)])


def tied(widths, hidden="relu", output="sigmoid", between=(), **options):
    x = image = keras.Input((SIZE,))
    dense = [layers.Dense(width, activation=hidden) for width in widths]
    for layer in dense:
        x = layer(x)
    for layer in reversed(dense):
        out = output if layer is dense[0] else hidden
        x = DenseTied(layer.kernel.shape[0], tied_to=layer, activation=out, **options)(x)
        for make in between if layer is not dense[0] else ():
            x = make()(x)
    return keras.Model(image, x)


def unfolded():
    image, dense, back = keras.Input((SIZE,)), layers.Dense(8, activation="relu", name="fold"), Unfold("fold")
    back.links = [dense]
    return keras.Model(image, back(dense(image)))


def apart():
    encoder = keras.Sequential([keras.Input((SIZE,)), layers.Dense(16, activation="elu")])
    decoder = keras.Sequential([keras.Input((16,)), DenseTranspose(encoder.layers[0])])
    image = keras.Input((SIZE,))
    return keras.Model(image, decoder(encoder(image)))


def convolutions():
    x = image = keras.Input((16, 16, 1))
    convs = [layers.Conv2D(n, 3, strides=2, padding="same", activation="relu") for n in (4, 6)]
    for conv in convs:
        x = conv(x)
    return keras.Model(image, ConvTied(convs[0], "sigmoid")(ConvTied(convs[1], "relu")(x)))


def copied():
    """Two variables, of which one is the transpose of the other when the model is saved."""
    model = keras.Sequential(
        [keras.Input((SIZE,)), layers.Dense(12, activation="relu"), layers.Dense(SIZE, activation="sigmoid")]
    )
    return model


models = {
    "geron_selu": lambda: geron("selu"),
    "geron_relu": lambda: geron("relu"),
    "tied": lambda: tied([32, 8]),
    "square": lambda: tied([SIZE, SIZE], "tanh"),
    "no_bias": lambda: tied([24], use_bias=False),
    "deep": lambda: tied([40, 20, 10, 5], "elu", None),
    "between": lambda: tied([32, 8], between=(layers.BatchNormalization, lambda: layers.Dropout(0.2))),
    "unfolded": unfolded,
    "apart": apart,
    "copied": copied,
    "convolutions": convolutions,
    "whole": whole,
    "halves": halves,
    "both": lambda: keras.Sequential([keras.Input((SIZE,)), Both(16)]),
    "linear": lambda: keras.Sequential(
        [keras.Input((SIZE,)), Linear(16), layers.ReLU(), Linear(SIZE), layers.Activation("sigmoid")]
    ),
    "stack": lambda: keras.Sequential([keras.Input((SIZE,)), Stack([16, 8]), layers.Dense(SIZE, activation="sigmoid")]),
}


def weight(variable):
    if "variance" in variable.path:
        return random.uniform(0.5, 2, variable.shape).astype(np.float32)
    return 0.3 * random.standard_normal(variable.shape).astype(np.float32)


for name, make in models.items():
    model = make()
    model.set_weights([weight(variable) for variable in model.weights])
    if name == "copied":
        first, last = model.layers
        last.kernel.assign(ops.transpose(first.kernel))
    shape = (SIZE,) if name == "whole" else model.input_shape[1:]
    x = random.random((8, *shape)).astype(np.float32)
    np.savez(f"{folder}/{name}.npz", x=x, y=np.asarray(model(x, training=False)))
    model.save(f"{folder}/{name}.keras")
    model.save(f"{folder}/{name}.h5")
