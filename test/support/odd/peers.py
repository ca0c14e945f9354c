"""Reads pairs of pictures, given as JSON on stdin, with tifffile and Pillow, and says of each whether both hold the same."""

import json
import logging
import sys
import warnings

import numpy
import tifffile
from PIL import Image, ImageSequence

logging.disable(logging.CRITICAL)
warnings.simplefilter("ignore")


def seen(page):
    """A page as tifffile has it: channels last, black at 0, colours of palettes, less than 8 bits as 0..255."""
    values = page.asarray()
    bits, kind = page.bitspersample, page.sampleformat
    if page.planarconfig == 2 and page.samplesperpixel > 1:
        values = numpy.moveaxis(values, 0, -1)
    values = values.reshape(page.imagelength, page.imagewidth, -1)
    whole = values.dtype.kind in "ub"
    if page.photometric == 3:
        return (page.colormap[:, values[..., 0]] >> 8).transpose(1, 2, 0)
    if page.photometric not in (0, 1, 2):
        raise ValueError("computed colours")
    values = values.astype(numpy.float64)
    if page.photometric == 0 and whole:
        values[..., 0] = 2**bits - 1 - values[..., 0]
    return numpy.round(values * 255 / (2**bits - 1)) if whole and bits < 8 else values


def with_tifffile(path):
    with tifffile.TiffFile(path) as file:
        return [seen(page) for page in file.pages if not (page.subfiletype & 1)]


def check(page):
    """Pillow computes some colours in its own way, and leaves 16 bits with white at 0, and floats of the other order of bytes."""
    if page.photometric not in (0, 1, 2, 3) or (page.photometric == 0 and page.bitspersample > 8):
        raise ValueError("not as it is in the file")
    if page.sampleformat == 3 and page.parent.byteorder == ">":
        raise ValueError("not as it is in the file")


def with_pillow(path):
    frames = []
    if path.endswith(".tif"):
        with tifffile.TiffFile(path) as file:
            for page in file.pages:
                check(page)
    with Image.open(path) as image:
        for frame in ImageSequence.Iterator(image):
            if frame.mode in ("CMYK", "YCbCr", "LAB"):
                raise ValueError("computed colours")
            if frame.mode in ("P", "PA"):
                frame = frame.convert("RGBA" if "transparency" in frame.info else "RGB")
            elif frame.mode == "1":
                frame = frame.convert("L")
            values = numpy.asarray(frame).astype(numpy.float64)
            frames.append(values.reshape(frame.height, frame.width, -1))
            if image.format == "PNG":
                break
    if image.format == "TIFF":
        with tifffile.TiffFile(path) as file:
            frames = [one for one, page in zip(frames, file.pages) if not (page.subfiletype & 1)]
    return frames


def attempt(read, path):
    try:
        return read(path)
    except Exception as error:
        return str(error)


def compare(read, before, after):
    a = attempt(read, before)
    if isinstance(a, str):
        return {"before": a}
    b = attempt(read, after)
    if isinstance(b, str):
        return {"after": b}
    if [one.shape for one in a] != [one.shape for one in b]:
        return {"shapes": [str([one.shape for one in a]), str([one.shape for one in b])]}
    furthest = max(float(numpy.nanmax(numpy.abs(x - y), initial=0)) for x, y in zip(a, b))
    return {"furthest": furthest}


for before, after in json.load(sys.stdin):
    found = {"pillow": compare(with_pillow, before, after)}
    if before.endswith(".tif"):
        found["tifffile"] = compare(with_tifffile, before, after)
    print(json.dumps(found))
