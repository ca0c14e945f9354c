"""Layers of an autoencoder whose decoder reads the encoder's kernels. Import this before loading the model:

    import keras, hourglass_layers
    model = keras.saving.load_model("model.keras")

Each layer is called twice, x first and then layer(code, transpose=True): one kernel, two readers, and a bias a side.
"""

import keras
from keras import ops


@keras.saving.register_keras_serializable("hourglass")
class TiedDense(keras.layers.Layer):
    """x @ kernel + bias, and with transpose=True x @ kernel.T + decoder_bias."""

    def __init__(self, units, **kwargs):
        super().__init__(**kwargs)
        self.units = units

    def build(self, input_shape):
        self.kernel = self.add_weight(name="kernel", shape=(input_shape[-1], self.units))
        self.bias = self.add_weight(name="bias", shape=(self.units,), initializer="zeros")
        self.decoder_bias = self.add_weight(
            name="decoder_bias", shape=(input_shape[-1],), initializer="zeros"
        )

    def call(self, x, transpose=False):
        if transpose:
            return ops.matmul(x, ops.transpose(self.kernel)) + self.decoder_bias
        return ops.matmul(x, self.kernel) + self.bias

    def get_config(self):
        return {**super().get_config(), "units": self.units}


@keras.saving.register_keras_serializable("hourglass")
class TiedConv2D(keras.layers.Layer):
    """A convolution, and with transpose=True its transpose, without padding."""

    def __init__(self, filters, kernel_size, strides, padding, decoder_filters, **kwargs):
        super().__init__(**kwargs)
        self.filters, self.kernel_size, self.strides = filters, tuple(kernel_size), tuple(strides)
        self.padding, self.decoder_filters = padding, decoder_filters

    def build(self, input_shape):
        shape = (*self.kernel_size, input_shape[-1], self.filters)
        self.kernel = self.add_weight(name="kernel", shape=shape)
        self.bias = self.add_weight(name="bias", shape=(self.filters,), initializer="zeros")
        self.decoder_bias = self.add_weight(
            name="decoder_bias", shape=(self.decoder_filters,), initializer="zeros"
        )

    def call(self, x, transpose=False):
        if transpose:
            # The encoder may read a noise level as its last channel, which is not drawn.
            kernel = self.kernel[:, :, : self.decoder_filters]
            return ops.conv_transpose(x, kernel, self.strides, padding="valid") + self.decoder_bias
        return ops.conv(x, self.kernel, self.strides, padding=self.padding) + self.bias

    def get_config(self):
        own = {name: getattr(self, name) for name in ("filters", "kernel_size", "strides", "padding", "decoder_filters")}
        return {**super().get_config(), **own}
