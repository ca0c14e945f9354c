"""What the models in the folder that is the first argument make of noise, by Keras or ONNX Runtime: NAME.npz of each, in the
folder that is the second argument. Those that have a NAME.ref.npz beside them need none."""

import os
import sys

os.environ.setdefault("KERAS_BACKEND", "tensorflow")
import keras
import numpy as np
import onnxruntime

folder, out = sys.argv[1:3]
random = np.random.default_rng(11)


def images(shape, side):
    sizes = [size if isinstance(size, int) and size > 0 else side for size in shape[1:]]
    # As many at a time as its file says, where it says it.
    count = shape[0] if isinstance(shape[0], int) else 3
    return random.random((count, *sizes)).astype(np.float32)


for file in sorted(os.listdir(folder)):
    name, ending = os.path.splitext(file)
    if os.path.exists(f"{folder}/{name}.ref.npz"):
        continue
    if ending == ".onnx":
        session = onnxruntime.InferenceSession(f"{folder}/{file}")
        (fed,) = session.get_inputs()
        x = images(fed.shape, 64)
        outputs = session.run(None, {fed.name: x})
        # Of several images the last one: the other says how sure it is.
        y = [output for output in outputs if output.size == x.size][-1]
    elif ending in (".keras", ".h5"):
        model = keras.models.load_model(f"{folder}/{file}", compile=False)
        x = images(model.input_shape, 64)
        if "255" in name:
            x = 255 * x
        y = np.asarray(model(x, training=False))
    else:
        continue
    np.savez(f"{out}/{file}.npz", x=x, y=y)
