"""SavedModels as Keras and TensorFlow write them: a folder NAME, and what the model makes of images, NAME.npz, in the folder
that is the first argument."""

import os
import sys

os.environ.setdefault("KERAS_BACKEND", "tensorflow")
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
import keras
import numpy as np
import tensorflow as tf
from keras import layers, ops

folder = sys.argv[1]
random = np.random.default_rng(7)
old = tf.compat.v1


def images(*shape):
    return random.random(shape).astype(np.float32)


def exported(name, model, x, y=None):
    """As model.export writes it, and as the tutorials save it with tf.saved_model.save."""
    made = np.asarray(model(x, training=False) if y is None else y(x))
    np.savez(f"{folder}/{name}.npz", x=x, y=made)
    model.export(f"{folder}/{name}", verbose=False)
    if y is None:
        np.savez(f"{folder}/{name}_saved.npz", x=x, y=made)
        tf.saved_model.save(model, f"{folder}/{name}_saved")


def wake(model):
    for variable in model.weights:
        if "moving" in variable.path:
            variable.assign(random.uniform(0.5, 1.5, variable.shape))


class Basic(keras.Model):
    """tensorflow.org, "Intro to Autoencoders": basic. Keras cannot save it whole: its shape is a tuple."""

    def __init__(self, latent_dim, shape):
        super().__init__()
        self.encoder = keras.Sequential([layers.Flatten(), layers.Dense(latent_dim, activation="relu")])
        self.decoder = keras.Sequential([layers.Dense(int(np.prod(shape)), activation="sigmoid"), layers.Reshape(shape)])

    def call(self, x):
        return self.decoder(self.encoder(x))


class Denoise(keras.Model):
    """The same page: denoising, with what people add to it."""

    def __init__(self):
        super().__init__()
        self.encoder = keras.Sequential(
            [layers.Conv2D(8, 3, padding="same", strides=2), layers.BatchNormalization(), layers.LeakyReLU(0.2),
             layers.Conv2D(4, 3, activation="gelu", padding="same"), layers.MaxPooling2D(2, padding="same")])
        self.decoder = keras.Sequential(
            [layers.Conv2DTranspose(4, 3, strides=2, activation="relu", padding="same"), layers.UpSampling2D(2),
             layers.Conv2D(1, 3, activation="sigmoid", padding="same")])

    def call(self, x):
        return self.decoder(self.encoder(x))


class Sampling(layers.Layer):
    """keras.io, "Variational AutoEncoder"."""

    def call(self, inputs):
        mean, log_var = inputs
        return mean + ops.exp(0.5 * log_var) * keras.random.normal(ops.shape(mean))


class Vae(keras.Model):
    def __init__(self):
        super().__init__()
        x = image = keras.Input((16, 16, 1))
        x = layers.Flatten()(layers.Conv2D(8, 3, activation="relu", strides=2, padding="same")(x))
        mean, log_var = layers.Dense(2)(x), layers.Dense(2)(x)
        self.encoder = keras.Model(image, [mean, log_var, Sampling()([mean, log_var])])
        code = keras.Input((2,))
        x = layers.Reshape((8, 8, 4))(layers.Dense(256, activation="relu")(code))
        x = layers.Conv2DTranspose(1, 3, activation="sigmoid", strides=2, padding="same")(x)
        self.decoder = keras.Model(code, x)

    def call(self, x):
        return self.decoder(self.encoder(x)[2])


class DenseTied(layers.Layer):
    """Towards Data Science, "Build the Right Autoencoder": without get_config, so that Keras 3 cannot save it whole."""

    def __init__(self, units, activation=None, tied_to=None, **kwargs):
        super().__init__(**kwargs)
        self.units, self.tied_to, self.activation = units, tied_to, keras.activations.get(activation)

    def build(self, shape):
        self.bias = self.add_weight(shape=(self.units,), name="bias")

    def call(self, x):
        return self.activation(tf.matmul(x, tf.transpose(self.tied_to.kernel)) + self.bias)


class ConvTied(layers.Layer):
    def __init__(self, source, activation, **kwargs):
        super().__init__(**kwargs)
        self.source, self.activation = source, keras.activations.get(activation)

    def call(self, x):
        return self.activation(ops.conv_transpose(x, self.source.kernel, 2, padding="same"))


def tied():
    wide, narrow = layers.Dense(32, activation="relu"), layers.Dense(8, activation="relu")
    return keras.Sequential(
        [keras.Input((64,)), wide, narrow, DenseTied(32, "relu", tied_to=narrow), DenseTied(64, "sigmoid", tied_to=wide)])


def tied_convolutions():
    convs = [layers.Conv2D(n, 3, strides=2, padding="same", activation="relu") for n in (4, 6)]
    return keras.Sequential([keras.Input((16, 16, 1)), *convs, ConvTied(convs[1], "relu"), ConvTied(convs[0], "sigmoid")])


class Denoiser(tf.Module):
    """Of images of any size."""

    def __init__(self):
        kernel = lambda *shape: tf.Variable(tf.random.stateless_normal(shape, (1, sum(shape))) * 0.2)
        self.first, self.last, self.each, self.wide = kernel(3, 3, 3, 8), kernel(3, 3, 8, 3), kernel(3, 3, 8, 2), kernel(3, 3, 16, 8)

    @tf.function(input_signature=[tf.TensorSpec([None, None, None, 3], tf.float32)])
    def __call__(self, x):
        h = tf.nn.gelu(tf.nn.conv2d(tf.pad(x, [[0, 0], [1, 1], [1, 1], [0, 0]], "REFLECT"), self.first, 1, "VALID"))
        h = tf.nn.conv2d(tf.nn.depthwise_conv2d(h, self.each, [1, 1, 1, 1], "SAME"), self.wide, 1, "SAME", dilations=2)
        a, b = tf.split(h, 2, -1)
        h = tf.concat([tf.nn.swish(a), b * tf.reduce_mean(b, [1, 2], keepdims=True)], -1)
        return tf.clip_by_value(x - tf.nn.conv2d(h, self.last, 1, "SAME"), 0.0, 1.0)


class Attention(tf.Module):
    def __init__(self):
        self.all, self.back = (tf.Variable(images(*shape) - 0.5) for shape in ((3, 24), (8, 3)))

    @tf.function(input_signature=[tf.TensorSpec([None, 16, 16, 3], tf.float32)])
    def __call__(self, x):
        q, k, v = tf.split(tf.einsum("bnc,cd->bnd", tf.reshape(x, [-1, 256, 3]), self.all), 3, -1)
        h = tf.matmul(tf.nn.softmax(tf.matmul(q, k, transpose_b=True)), v)
        return x + tf.reshape(h @ self.back, [-1, 16, 16, 3])


def tensorflow_1(name, is_resource):
    """With a session."""
    with tf.Graph().as_default():
        (old.enable_resource_variables if is_resource else old.disable_resource_variables)()
        x = old.placeholder(tf.float32, [None, 64])
        w, b, c = old.get_variable("W", [64, 16]), old.get_variable("b", [16]), old.get_variable("c", [64])
        y = tf.nn.sigmoid(tf.matmul(tf.nn.sigmoid(tf.matmul(x, w) + b), tf.transpose(w)) + c)
        given = images(4, 64)
        with old.Session() as session:
            session.run(old.global_variables_initializer())
            np.savez(f"{folder}/{name}.npz", x=given, y=session.run(y, {x: given}))
            old.saved_model.simple_save(session, f"{folder}/{name}", {"x": x}, {"y": y})
        old.enable_resource_variables()


for name, model, x in (
    ("basic", Basic(16, (12, 12)), images(4, 12, 12)),
    ("denoise", Denoise(), images(4, 16, 16, 1)),
    ("tied", tied(), images(4, 64)),
    ("tied_convolutions", tied_convolutions(), images(4, 16, 16, 1)),
):
    model(x)
    wake(model)
    exported(name, model, x)
vae = Vae()
vae(images(1, 16, 16, 1))
exported("vae", vae, images(4, 16, 16, 1), lambda x: vae.decoder(vae.encoder(x)[0]))
for name, module, shape in (("denoiser", Denoiser(), (2, 64, 64, 3)), ("attention", Attention(), (1, 16, 16, 3))):
    x = images(*shape)
    np.savez(f"{folder}/{name}.npz", x=x, y=module(x).numpy())
    tf.saved_model.save(module, f"{folder}/{name}")
tensorflow_1("session", True)
tensorflow_1("session_before", False)
