"""Goes on training with Keras on TensorFlow: on all GPUs of this machine, or on several machines.

    python train_keras.py IMAGES --epochs 10

For several machines set TF_CONFIG on each, as tensorflow.org/guide/distributed_training says, for example
TF_CONFIG='{"cluster": {"worker": ["host1:2222", "host2:2222"]}, "task": {"type": "worker", "index": 0}}'.
Writes trained.keras after each epoch, which Hourglass imports.
"""

import argparse
import json
import os
import time
import zipfile
from pathlib import Path

os.environ["KERAS_BACKEND"] = "tensorflow"

import keras
import numpy as np
import tensorflow as tf

from data import CONFIG, Images

HERE = Path(__file__).parent
if (HERE / "hourglass_layers.py").exists():
    import hourglass_layers  # noqa: F401  The classes of tied layers.


def loss_of(drawn, clean):
    axes = (1, 2, 3)
    if CONFIG["loss"] == "mae":
        return tf.reduce_mean(tf.abs(drawn - clean), axes)
    if CONFIG["loss"] == "charbonnier":
        return tf.reduce_mean(tf.sqrt((drawn - clean) ** 2 + 1e-6), axes)
    if CONFIG["loss"] == "binary-crossentropy":
        inside = tf.clip_by_value(drawn, 1e-7, 1 - 1e-7)
        return -tf.reduce_mean(clean * tf.math.log(inside) + (1 - clean) * tf.math.log(1 - inside), axes)
    return tf.reduce_mean((drawn - clean) ** 2, axes)


def optimizer_of():
    given = CONFIG["optimizer"]
    rate, epsilon = given["learningRate"], given["epsilon"]
    if given["name"] == "sgd":
        return keras.optimizers.SGD(rate, momentum=given["momentum"])
    if given["name"] == "rmsprop":
        return keras.optimizers.RMSprop(rate, rho=given["decay"], momentum=given["momentum"], epsilon=epsilon)
    if given["name"] == "adamw":
        return keras.optimizers.AdamW(rate, given["weightDecay"], given["beta1"], given["beta2"], epsilon)
    return keras.optimizers.Adam(rate, given["beta1"], given["beta2"], epsilon)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("images", help="a folder of images")
    parser.add_argument("--epochs", type=int, default=CONFIG["epochs"])
    parser.add_argument("--batch", type=int, default=CONFIG["batchSize"], help="images of a step, over all processes")
    parser.add_argument("--out", type=Path, default=HERE / "trained.keras")
    options = parser.parse_args()

    cluster = json.loads(os.environ.get("TF_CONFIG", "{}"))
    several = len(cluster.get("cluster", {}).get("worker", [])) > 1
    strategy = tf.distribute.MultiWorkerMirroredStrategy() if several else tf.distribute.MirroredStrategy()
    rank = cluster.get("task", {}).get("index", 0) if several else 0
    batch = min(options.batch, len(Images(options.images)))

    with strategy.scope():
        model = keras.saving.load_model(HERE / "model.keras")
        optimizer = optimizer_of()
        optimizer.build(model.trainable_variables)
    takes_sigma = len(model.inputs) > 1

    def rows(epoch):
        images = Images(options.images, epoch.numpy())
        order = np.random.default_rng(int(epoch)).permutation(len(images))
        for index in order:
            yield images[index]

    def dataset(epoch):
        image = tf.TensorSpec(model.inputs[0].shape[1:], tf.float32)
        signature = (image, image, tf.TensorSpec((1,), tf.float32))
        made = tf.data.Dataset.from_generator(lambda: rows(tf.constant(epoch)), output_signature=signature)
        made = made.batch(batch, drop_remainder=True).prefetch(tf.data.AUTOTUNE)
        sharding = tf.data.Options()
        sharding.experimental_distribute.auto_shard_policy = tf.data.experimental.AutoShardPolicy.DATA
        return strategy.experimental_distribute_dataset(made.with_options(sharding))

    def step(corrupted, clean, sigma):
        with tf.GradientTape() as tape:
            drawn = model([corrupted, sigma] if takes_sigma else corrupted, training=True)
            loss = tf.reduce_sum(loss_of(drawn, clean)) / batch
        gradients = tape.gradient(loss, model.trainable_variables)
        context = tf.distribute.get_replica_context()
        # Each replica has its part of the batch; the sum over all is the gradient of the batch.
        gradients = context.all_reduce(tf.distribute.ReduceOp.SUM, gradients)
        optimizer.apply(gradients, model.trainable_variables)
        return loss

    @tf.function
    def distributed_step(*parts):
        losses = strategy.run(step, args=parts)
        return strategy.reduce(tf.distribute.ReduceOp.SUM, losses, axis=None)

    for epoch in range(options.epochs):
        started, losses = time.monotonic(), []
        for parts in dataset(epoch):
            losses.append(float(distributed_step(*parts)))
        if rank == 0:
            beside = options.out.with_name("partial.keras")
            model.save(beside)
            with zipfile.ZipFile(beside, "a") as saved, zipfile.ZipFile(HERE / "model.keras") as given:
                # What Hourglass needs to know its model again.
                saved.writestr("hourglass.json", given.read("hourglass.json"))
            os.replace(beside, options.out)
            line = {"epoch": epoch + 1, "loss": float(np.mean(losses)), "processes": strategy.num_replicas_in_sync,
                    "images_per_second": batch * len(losses) / (time.monotonic() - started)}
            print(json.dumps(line), flush=True)


if __name__ == "__main__":
    main()
