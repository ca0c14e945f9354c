"""Images out of a folder, and the noise that the model learned to undo."""

import json
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps

HERE = Path(__file__).parent
CONFIG = json.loads((HERE / "config.json").read_text())
ENDINGS = {".png", ".jpg", ".jpeg", ".webp", ".bmp", ".tif", ".tiff"}


def find_images(folder):
    """Every image in a folder and the folders in it, in the order of their names."""
    paths = sorted(path for path in Path(folder).rglob("*") if path.suffix.lower() in ENDINGS)
    if not paths:
        raise SystemExit(f"There are no images in {folder}.")
    return paths


class Images:
    """Images of the model's size: index -> (corrupted, clean, sigma), float32 in 0..1, height x width x channels."""

    def __init__(self, folder, epoch=0, seed=1):
        self.paths, self.epoch, self.seed = find_images(folder), epoch, seed
        self.height, self.width, self.channels = (CONFIG["input"][side] for side in ("height", "width", "channels"))

    def __len__(self):
        return len(self.paths)

    def __getitem__(self, index):
        random = np.random.default_rng((self.seed, self.epoch, index))
        clean = self.read(self.paths[index], random)
        corrupted, sigma = corrupt(clean, random)
        return corrupted, clean, np.float32([sigma])

    def read(self, path, random):
        with Image.open(path) as image:
            image = image.convert("L" if self.channels == 1 else "RGB")
            if CONFIG["patches"] and image.width >= self.width and image.height >= self.height:
                left = random.integers(image.width - self.width + 1)
                top = random.integers(image.height - self.height + 1)
                image = image.crop((left, top, left + self.width, top + self.height))
                image = ImageOps.mirror(image) if random.random() < 0.5 else image
            else:
                image = ImageOps.fit(image, (self.width, self.height), Image.Resampling.LANCZOS)
            pixels = np.asarray(image, np.float32) / 255
        return pixels.reshape(self.height, self.width, self.channels)


def corrupt(clean, random):
    """The image with noise, and sigma on the 0-255 scale where the noise is Gaussian; clean where there is none."""
    noise = CONFIG["noise"]
    if noise is None:
        return clean, 0.0
    strength = random.uniform(noise["min"], noise["max"])
    if noise["kind"] == "gaussian":
        drawn = clean + random.standard_normal(clean.shape, np.float32) * np.float32(strength / 255)
        return drawn, strength
    if noise["kind"] == "speckle":
        drawn = clean * (1 + random.standard_normal(clean.shape, np.float32) * np.float32(strength))
    elif noise["kind"] == "poisson":
        drawn = random.poisson(clean * strength) / strength
    elif noise["kind"] == "masking":
        drawn = np.where(random.random(clean.shape) < strength, 0, clean)
    else:
        chance = random.random(clean.shape)
        drawn = np.where(chance < strength / 2, 0, np.where(chance < strength, 1, clean))
    return drawn.astype(np.float32), 0.0
