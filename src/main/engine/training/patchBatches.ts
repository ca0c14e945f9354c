import type { InputShape } from '../../../shared/modelSpec'
import type { PatchesConfig } from '../../../shared/trainingConfig'
import { rowShape } from './pairedImages'
import type { PixelSource } from './pixelSource'
import { type Random, randomStream, streams } from './random'
import { type BatchSource, type EpochBatches, ShuffledBatches } from './shuffledBatches'

type RowShape = ReturnType<typeof rowShape>

const sizeOf = ({ height, width, channels }: RowShape) => height * width * channels

/** Images of one size, which patches are cut out of. */
export interface ImageSource extends PixelSource {
  readonly shape: InputShape
}

/**
 * Random patches out of larger images, cut as they are needed. An epoch goes through all images `perImage` times, each
 * time in another order, so that the patches of a batch come from different images. Place, flip and turn of a patch
 * depend on seed, epoch and its number alone, so an epoch can be entered anywhere.
 */
export class PatchBatches implements BatchSource {
  readonly imagesPerEpoch: number
  private readonly images: ShuffledBatches
  private readonly image: Uint8Array
  private readonly shape: RowShape
  private readonly patch: RowShape

  constructor(
    source: ImageSource,
    indices: Uint32Array,
    private readonly seed: number,
    patch: InputShape,
    private readonly config: PatchesConfig,
  ) {
    this.images = new ShuffledBatches(source, indices, seed)
    this.imagesPerEpoch = indices.length * config.perImage
    this.image = new Uint8Array(source.rowBytes)
    this.shape = rowShape(source.shape, source.isPaired)
    this.patch = rowShape(patch, source.isPaired)
  }

  async epoch(epoch: number, skip: number): Promise<EpochBatches> {
    const { perImage } = this.config
    const perPass = this.images.imagesPerEpoch
    const passAt = (drawn: number) =>
      this.images.epoch(epoch * perImage + Math.floor(drawn / perPass), drawn % perPass)
    const size = sizeOf(this.patch)
    let drawn = skip
    let images = await passAt(drawn)
    return {
      next: async (count, into) => {
        for (let i = 0; i < count; i++) {
          if (drawn % perPass === 0 && drawn !== skip) images = await passAt(drawn)
          await images.next(1, this.image)
          const random = randomStream(this.seed, streams.patches, epoch, drawn++)
          this.cut(random, into.subarray(i * size, (i + 1) * size))
        }
      },
    }
  }

  private cut(random: Random, into: Uint8Array): void {
    const { shape, patch } = this
    const top = random.below(shape.height - patch.height + 1)
    const left = random.below(shape.width - patch.width + 1)
    const way = this.config.augment ? random.below(8) : 0
    copyPatch(this.image, shape, { top, left }, patch, way, into)
  }
}

/** The patches from the middle of images: what a run that trains on patches is measured and shown on. */
export function middlePatches(source: ImageSource, patch: InputShape): ImageSource {
  const shape = rowShape(source.shape, source.isPaired)
  const cut = rowShape(patch, source.isPaired)
  const corner = {
    top: Math.floor((shape.height - patch.height) / 2),
    left: Math.floor((shape.width - patch.width) / 2),
  }
  const size = sizeOf(cut)
  const image = new Uint8Array(source.rowBytes)
  return {
    count: source.count,
    rowBytes: size,
    shape: patch,
    isPaired: source.isPaired,
    readRows: async (start, count, into) => {
      for (let i = 0; i < count; i++) {
        await source.readRows(start + i, 1, image)
        copyPatch(image, shape, corner, cut, 0, into.subarray(i * size, (i + 1) * size))
      }
    },
  }
}

/** @param way bits: mirrored from left to right, upside down, rows and columns exchanged (squares only) */
function copyPatch(
  image: Uint8Array,
  shape: RowShape,
  { top, left }: { readonly top: number; readonly left: number },
  { height, width, channels }: RowShape,
  way: number,
  into: Uint8Array,
): void {
  const exchanged = (way & 4) !== 0 && height === width
  let at = 0
  for (let y = 0; y < height; y++) {
    const row = way & 2 ? height - 1 - y : y
    for (let x = 0; x < width; x++) {
      const column = way & 1 ? width - 1 - x : x
      const from =
        ((top + (exchanged ? column : row)) * shape.width + left + (exchanged ? row : column)) * channels
      for (let c = 0; c < channels; c++) into[at++] = image[from + c]!
    }
  }
}
