"""Networks of Keras as people write and keep them besides the tutorials: whole, as weights alone, or one half of them, in half
precision, or tied in other ways. NAME.keras, NAME.weights.h5 or NAME.h5, and what they make of images or codes, NAME.npz, in
the folder that is the first argument. Those that must be refused are bad_NAME."""

import os
import sys

os.environ.setdefault("KERAS_BACKEND", "tensorflow")
import h5py
import keras
import numpy as np
from keras import layers, ops
from keras.src.legacy.saving import legacy_h5_format

serializable = keras.saving.register_keras_serializable()
folder = sys.argv[1]
random = np.random.default_rng(3)
Conv, Back, Dense, Normed = layers.Conv2D, layers.Conv2DTranspose, layers.Dense, layers.BatchNormalization


def images(*shape):
    return random.random((5, *shape)).astype(np.float32)


def drawn(model):
    """Weights by chance, none of them zero."""
    for variable in model.weights:
        shape = variable.shape
        if "seed" in variable.path:
            continue
        if "variance" in variable.path or "gamma" in variable.path:
            variable.assign(random.uniform(0.5, 1.5, shape))
        elif len(shape) > 1:
            variable.assign(random.standard_normal(shape) * 0.7 / np.sqrt(np.prod(shape[:-1])))
        else:
            variable.assign(random.standard_normal(shape) * 0.1)
    return model


def keep(name, model, x, y=None, kinds=("keras",)):
    made = np.asarray(model(x, training=False) if y is None else y, dtype=np.float32)
    for kind in kinds:
        called = f"{name}_{kind}"
        np.savez(f"{folder}/{called}.npz", x=x, y=made)
        if kind == "weights":
            model.save_weights(f"{folder}/{called}.weights.h5")
        elif kind == "old":
            with h5py.File(f"{folder}/{called}.h5", "w") as file:
                legacy_h5_format.save_weights_to_hdf5_group(file, model)
        else:
            model.save(f"{folder}/{called}.{kind}")


def line(shape, *parts):
    return drawn(keras.Sequential([keras.Input(shape), *parts]))


def conv(count, **options):
    return Conv(count, 3, padding="same", activation="relu", **options)


def back(count, activation="relu", **options):
    return Back(count, 3, padding="same", strides=2, activation=activation, **options)


grey, color, row = images(28, 28, 1), images(32, 32, 3), images(784)

# Two networks in one, as weights alone, and each half by itself.
encoder = line((28, 28, 1), conv(16, strides=2), conv(8, strides=2))
decoder = line((7, 7, 8), back(8), back(16), Conv(1, 3, padding="same", activation="sigmoid"))
image = keras.Input((28, 28, 1))
both = keras.Model(image, decoder(encoder(image)))
keep("halves", both, grey, kinds=("keras", "weights", "old"))
keep("encoder", encoder, grey)
keep("decoder", decoder, np.asarray(encoder(grey)))

pooled = [conv(16), layers.MaxPooling2D(2), conv(8), layers.MaxPooling2D(2), conv(8), layers.UpSampling2D(2)]
last = [conv(16), layers.UpSampling2D(2), Conv(1, 3, padding="same", activation="sigmoid")]
keep("pools", line((28, 28, 1), *pooled, *last), grey, kinds=("weights",))
dense = [conv(8, strides=2), conv(16, strides=2), layers.Flatten(), Dense(6), Dense(784, activation="relu")]
keep("dense_code", line((28, 28, 1), *dense, layers.Reshape((7, 7, 16)), back(8), back(1, "sigmoid")), grey, kinds=("weights",))
leaky = [[Conv(n, 3, padding="same", strides=2), Normed(), layers.LeakyReLU(negative_slope=0.2)] for n in (8, 16)]
again = [Back(8, 3, padding="same", strides=2), Normed(), layers.LeakyReLU(negative_slope=0.2), back(3, "sigmoid")]
keep("normed", line((32, 32, 3), *leaky[0], *leaky[1], *again), color, kinds=("weights", "keras", "h5"))
rows = [Dense(64, activation="relu"), Dense(8, activation="relu"), Dense(64, activation="relu"), Dense(784, activation="sigmoid")]
keep("rows", line((784,), *rows), row, kinds=("weights",))
narrow = line((784,), Dense(64, activation="relu"), Dense(8, activation="relu"))
keep("dense_encoder", narrow, row)
keep("dense_decoder", line((8,), Dense(64, activation="relu"), Dense(784, activation="sigmoid")), np.asarray(narrow(row)))


@serializable
class Tied(layers.Layer):
    """With or without a bias."""

    def __init__(self, units, tied_to=None, activation=None, use_bias=True, **kwargs):
        super().__init__(**kwargs)
        self.units, self.tied_to, self.use_bias = units, tied_to, use_bias
        self.activation = keras.activations.get(activation)

    def build(self, shape):
        if self.use_bias:
            self.bias = self.add_weight(shape=(self.tied_to.kernel.shape[0],), name="bias")

    def call(self, x):
        y = ops.matmul(x, ops.transpose(self.tied_to.kernel))
        return self.activation(y + self.bias if self.use_bias else y)

    def get_config(self):
        activation = keras.activations.serialize(self.activation)
        return {**super().get_config(), "units": self.units, "activation": activation, "use_bias": self.use_bias}


for name, first, second in (("tied_first_bias", True, False), ("tied_second_bias", False, True), ("tied_no_bias", False, False)):
    a, b = (Dense(n, activation="tanh", use_bias=first) for n in (32, 6))
    image = keras.Input((64,))
    code = Tied(32, b, "tanh", second)(b(a(image)))
    keep(name, drawn(keras.Model(image, Tied(64, a, "sigmoid", second)(code))), images(64))


@serializable
class Whole(layers.Layer):
    """An autoencoder in one layer with lists of kernels."""

    def __init__(self, sizes, activation="tanh", **kwargs):
        super().__init__(**kwargs)
        self.sizes, self.activation = sizes, keras.activations.get(activation)

    def build(self, shape):
        widths = [shape[-1], *self.sizes]
        self.kernels = [self.add_weight(shape=pair, name=f"kernel_{i}") for i, pair in enumerate(zip(widths, widths[1:]))]
        self.biases = [self.add_weight(shape=(n,), name=f"bias_{n}") for n in self.sizes]
        self.others = [self.add_weight(shape=(n,), name=f"other_{n}") for n in reversed(widths[:-1])]

    def call(self, x):
        for kernel, bias in zip(self.kernels, self.biases):
            x = self.activation(ops.matmul(x, kernel) + bias)
        for kernel, bias in zip(reversed(self.kernels), self.others):
            x = self.activation(ops.matmul(x, ops.transpose(kernel)) + bias)
        return x

    def get_config(self):
        activation = keras.activations.serialize(self.activation)
        return {**super().get_config(), "sizes": self.sizes, "activation": activation}


keep("tied_in_one_layer", line((64,), Whole([24, 8])), images(64))


@serializable
class Divergence(layers.Layer):
    """It adds to the loss, and passes on what it reads."""

    def call(self, inputs):
        mean, spread = inputs
        self.add_loss(-0.5 * ops.mean(1 + spread - ops.square(mean) - ops.exp(spread)))
        return inputs


@serializable
class Sampling(layers.Layer):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.seed_generator = keras.random.SeedGenerator(1)

    def call(self, inputs):
        mean, spread = inputs
        return mean + ops.exp(0.5 * spread) * keras.random.normal(ops.shape(mean), seed=self.seed_generator)


@serializable
class Vae(keras.Model):
    def __init__(self, encoder=None, decoder=None, **kwargs):
        super().__init__(**kwargs)
        self.encoder, self.decoder = encoder, decoder

    def call(self, x):
        return self.decoder(self.encoder(x)[2])


def variational(passes):
    image = keras.Input((28, 28, 1))
    h = Dense(16, activation="relu")(layers.Flatten()(conv(16, strides=2)(conv(8, strides=2)(image))))
    parts = [Dense(2, name="z_mean")(h), Dense(2, name="z_log_var")(h)]
    return keras.Model(image, [*parts, Sampling()(Divergence()(parts) if passes else parts)])


opened = line((2,), Dense(784, activation="relu"), layers.Reshape((7, 7, 16)), back(16), back(1, "sigmoid"))
for name, passes in (("vae", False), ("vae_divergence", True)):
    coder = drawn(variational(passes))
    mean = np.asarray(coder(grey)[0])
    if passes:
        keep(name, keras.Model(coder.input, opened(coder.output[2])), grey, opened(mean))
    else:
        model = Vae(coder, opened)
        model(grey)
        keep(name, model, grey, opened(mean), kinds=("weights",))
        keep("vae_encoder", coder, grey, mean)
        keep("vae_decoder", opened, mean)

for policy, shape, given in (("mixed_float16", (784,), row), ("float16", (28, 28, 1), grey)):
    keras.config.set_dtype_policy(policy)
    parts = [Dense(32, activation="relu"), Dense(784, activation="sigmoid", dtype="float32")]
    keep(policy, line(shape, *(parts if len(shape) == 1 else [conv(8, strides=2), back(1, "sigmoid")])), given)
keras.config.set_dtype_policy("float32")

image = keras.Input((64,))
code = ops.tanh(Dense(8)(ops.relu(Dense(32)(image))))
keep("functions", drawn(keras.Model(image, ops.sigmoid(Dense(64)(code)) * 0.5 + 0.25)), images(64))

image = keras.Input((32, 32, 3))
a = conv(8)(image)
b = conv(16)(layers.MaxPooling2D()(a))
c = layers.Concatenate()([Back(8, 2, strides=2, padding="same")(b), a])
skipped = drawn(keras.Model(image, Conv(3, 1, activation="sigmoid")(conv(8)(c))))
keep("skips", skipped, color)
skipped.save_weights(f"{folder}/bad_skips.weights.h5")
