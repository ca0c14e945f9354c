"""Autoencoders of Keras's and TensorFlow's tutorials: NAME.keras, NAME.h5 where that is written, and what they make of
images, NAME.npz, in the folder that is the first argument."""

import os
import sys

os.environ.setdefault("KERAS_BACKEND", "tensorflow")
import keras
import numpy as np
from keras import layers, ops

serializable = keras.saving.register_keras_serializable()
folder = sys.argv[1]
random = np.random.default_rng(8)


def dense(widths, output="sigmoid", **options):
    """blog.keras.io, "Building Autoencoders in Keras": simple, sparse and deep."""
    x = image = keras.Input((784,))
    for i, width in enumerate(widths):
        x = layers.Dense(width, activation=output if i == len(widths) - 1 else "relu", **(options if i == 0 else {}))(x)
    return keras.Model(image, x)


def blog_convolutional():
    x = image = keras.Input((28, 28, 1))
    for n in (16, 8, 8):
        x = layers.MaxPooling2D((2, 2), padding="same")(layers.Conv2D(n, (3, 3), activation="relu", padding="same")(x))
    for n, padding in ((8, "same"), (8, "same"), (16, "valid")):
        x = layers.UpSampling2D((2, 2))(layers.Conv2D(n, (3, 3), activation="relu", padding=padding)(x))
    return keras.Model(image, layers.Conv2D(1, (3, 3), activation="sigmoid", padding="same")(x))


def blog_denoising():
    x = image = keras.Input((28, 28, 1))
    for _ in range(2):
        x = layers.MaxPooling2D((2, 2), padding="same")(layers.Conv2D(32, (3, 3), activation="relu", padding="same")(x))
    for _ in range(2):
        x = layers.UpSampling2D((2, 2))(layers.Conv2D(32, (3, 3), activation="relu", padding="same")(x))
    return keras.Model(image, layers.Conv2D(1, (3, 3), activation="sigmoid", padding="same")(x))


@serializable
class Sampling(layers.Layer):
    """keras.io, "Variational AutoEncoder"."""

    def call(self, inputs):
        mean, log_var = inputs
        return mean + ops.exp(0.5 * log_var) * keras.random.normal(ops.shape(mean))


def vae(is_split):
    x = image = keras.Input((784,))
    h = layers.Dense(64, activation="relu")(x)
    mean, spread = layers.Dense(2, name="z_mean")(h), layers.Dense(2, name="z_log_var")(h)
    code = Sampling()([mean, spread])
    encoder = keras.Model(image, [mean, spread, code], name="encoder")
    latent = keras.Input((2,))
    y = layers.Dense(784, activation="sigmoid")(layers.Dense(64, activation="relu")(latent))
    decoder = keras.Model(latent, y, name="decoder")
    if is_split:
        return keras.Model(image, decoder(encoder(image)[2]))
    return keras.Model(image, [decoder(code), mean, spread])


def keras_io_denoising():
    x = image = keras.Input((28, 28, 1))
    for _ in range(2):
        x = layers.MaxPooling2D((2, 2), padding="same")(layers.Conv2D(32, (3, 3), activation="relu", padding="same")(x))
    for _ in range(2):
        x = layers.Conv2DTranspose(32, (3, 3), strides=2, activation="relu", padding="same")(x)
    return keras.Model(image, layers.Conv2D(1, (3, 3), activation="sigmoid", padding="same")(x))


def twice():
    """A layer that is used twice."""
    x = image = keras.Input((784,))
    shared = layers.Dense(20, activation="relu")
    h = layers.Dense(20, activation="relu")(x)
    return keras.Model(image, layers.Dense(784, activation="sigmoid")(shared(shared(h))))


def tensorflow_denoise():
    encoder = keras.Sequential(
        [keras.Input((28, 28, 1)), layers.Conv2D(16, (3, 3), activation="relu", padding="same", strides=2),
         layers.Conv2D(8, (3, 3), activation="relu", padding="same", strides=2)])
    decoder = keras.Sequential(
        [keras.Input((7, 7, 8)), layers.Conv2DTranspose(8, kernel_size=3, strides=2, activation="relu", padding="same"),
         layers.Conv2DTranspose(16, kernel_size=3, strides=2, activation="relu", padding="same"),
         layers.Conv2D(1, kernel_size=(3, 3), activation="sigmoid", padding="same")])
    image = keras.Input((28, 28, 1))
    return keras.Model(image, decoder(encoder(image)))


def code_and_image():
    image = keras.Input((784,))
    code = layers.Dense(32, activation="relu")(image)
    return keras.Model(image, [code, layers.Dense(784, activation="sigmoid")(code)])


@serializable
class Subclassed(keras.Model):
    """tensorflow.org, "Intro to Autoencoders": basic, saved whole."""

    def __init__(self, latent_dim=64, shape=(28, 28), **kwargs):
        super().__init__(**kwargs)
        self.latent_dim, self.shape = latent_dim, shape
        self.encoder = keras.Sequential([layers.Flatten(), layers.Dense(latent_dim, activation="relu")])
        self.decoder = keras.Sequential([layers.Dense(784, activation="sigmoid"), layers.Reshape(shape)])

    def call(self, x):
        return self.decoder(self.encoder(x))


def subclassed():
    model = Subclassed()
    model(np.zeros((1, 28, 28), np.float32))
    return model


models = {
    "blog_simple": lambda: dense([32, 784]),
    "blog_sparse": lambda: dense([32, 784], activity_regularizer=keras.regularizers.l1(1e-4)),
    "blog_deep": lambda: dense([128, 64, 32, 64, 128, 784]),
    "blog_convolutional": blog_convolutional,
    "blog_denoising": blog_denoising,
    "keras_io_denoising": keras_io_denoising,
    "vae": lambda: vae(True),
    "vae_with_spread": lambda: vae(False),
    "twice": twice,
    "tensorflow_denoise": tensorflow_denoise,
    "code_and_image": code_and_image,
    "subclassed": subclassed,
}

for name, make in models.items():
    model = make()
    shape = (28, 28) if name == "subclassed" else model.input_shape[1:]
    x = random.random((6, *shape)).astype(np.float32)
    y = model(x, training=False)
    if name.startswith("vae"):
        # What the mean of the code gives: what is drawn is another each time.
        h = model.layers[1] if name == "vae" else model
        encoder = h if name == "vae" else keras.Model(model.input, [model.get_layer("z_mean").output])
        decoder = next(layer for layer in model.layers if layer.name == "decoder")
        code = encoder(x)
        y = decoder(code[0] if isinstance(code, (list, tuple)) else code)
    elif isinstance(y, (list, tuple)):
        y = y[-1]
    np.savez(f"{folder}/{name}.npz", x=x, y=np.asarray(y))
    model.save(f"{folder}/{name}.keras")
    if name != "subclassed":
        model.save(f"{folder}/{name}.h5")
