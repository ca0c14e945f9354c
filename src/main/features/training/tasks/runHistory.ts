import { activationOf, codeSize, hasCode } from '../../../../shared/modelSpec'
import type { Look } from '../../../engine/training/health'
import { inferenceBatch } from '../../../engine/training/evaluation'
import { asFloats, type PixelSource, readImages } from '../../../engine/training/pixelSource'
import { randomStream, shuffle, streams } from '../../../engine/training/random'
import type { Trainer } from '../../../engine/training/trainer'
import { imagesOfUnits, kernelPixels } from '../../../engine/imaging/kernelImages'
import { asBytes } from '../../../engine/imaging/pixelBytes'
import { LatentMap } from '../../../engine/projection/latentMap'
import type { StoredWeights } from '../../../store/checkpointStore'
import {
  type EpochSnapshot,
  readSnapshot,
  snapshotEpochs,
  thinSnapshots,
  writeSnapshot,
  writeSnapshotImages,
} from '../../../store/historyStore'

const sampleCount = 16
const codeCount = 512
/** Images whose outputs are compared after each epoch. */
const lookedAt = 32
const kernelCount = 64
/** Codes of more numbers than this take too long to be mapped after every epoch. */
const largestCode = 1024

/** Every one of the first epochs leaves a snapshot; later ones as long as that takes a small part of the time. */
const alwaysUntil = 100
const largestShare = 1 / 30

/** Keeps, for each epoch, reconstructions of a few images and codes of some hundred: the same ones in every epoch. */
export class RunHistory {
  private recorded = 0
  private lastCostMs = 0
  private lastEndedAt = -Infinity
  private weights: StoredWeights | null = null

  private constructor(
    private readonly run: string,
    private readonly trainer: Trainer,
    private readonly source: PixelSource,
    private readonly sampleRows: Uint32Array,
    private readonly codeRows: Uint32Array,
    private readonly map: LatentMap,
  ) {}

  /** Picks the images, from those kept for validation where there are enough, and writes them beside the run. */
  static async open(run: string, trainer: Trainer, source: PixelSource): Promise<RunHistory> {
    const { train, validation } = trainer.indices
    const candidates = validation.length >= sampleCount ? validation : train
    const order = shuffle(candidates.slice(), randomStream(trainer.config.seed, streams.samples))
    const history = new RunHistory(
      run,
      trainer,
      source,
      order.slice(0, sampleCount).sort(),
      order.slice(0, codeCount).sort(),
      new LatentMap(await lastMap(run)),
    )
    const { input, clean } = await trainer.reconstruct(history.sampleRows)
    await writeSnapshotImages(run, {
      sampleRows: Int32Array.from(history.sampleRows),
      codeRows: Int32Array.from(history.codeRows),
      originals: { shape: history.imageShape(), data: clean },
      inputs: { shape: history.imageShape(), data: asBytes(input) },
    })
    return history
  }

  /** After an epoch. Says whether it left a snapshot. */
  async record(epoch: number, weights: StoredWeights): Promise<boolean> {
    this.weights = weights
    const startedAt = performance.now()
    const isDue = startedAt - this.lastEndedAt >= this.lastCostMs / largestShare
    if (epoch > alwaysUntil && !isDue) return false
    await this.write(epoch, weights)
    this.lastEndedAt = performance.now()
    this.lastCostMs = this.lastEndedAt - startedAt
    return true
  }

  /** After the last epoch, which can be looked at whatever the ones before have cost. */
  async finish(epoch: number): Promise<void> {
    if (this.weights && this.recorded !== epoch) await this.write(epoch, this.weights)
  }

  /** What the model makes now of a few images, to see whether it learns anything. */
  async look(): Promise<Look> {
    const { spec } = this.trainer
    const rows = this.codeRows.subarray(0, lookedAt)
    const { clean, input, output } = await this.trainer.reconstruct(rows)
    const code = hasCode(spec)
      ? await this.trainer.compiled.run('encode', {
          image: { shape: [rows.length, this.source.rowBytes], data: input },
        })
      : null
    const activation = spec.encoder.at(-1) && activationOf(spec.encoder.at(-1)!)
    return {
      clean: asFloats(clean),
      output,
      code: code && (code.code!.data as Float32Array),
      images: rows.length,
      codeRange: activation === 'sigmoid' ? [0, 1] : activation === 'tanh' ? [-1, 1] : null,
    }
  }

  private async write(epoch: number, weights: StoredWeights): Promise<void> {
    const { output } = await this.trainer.reconstruct(this.sampleRows)
    const codes = await this.codes()
    const map = codes && this.map.next(codes.data, codes.shape[1]!)
    await writeSnapshot(this.run, epoch, {
      reconstructions: { shape: this.imageShape(), data: asBytes(output) },
      codes,
      kernels: this.kernels(weights),
      map: map && { shape: [this.codeRows.length, 2], data: map },
    })
    this.recorded = epoch
    await thinSnapshots(this.run)
  }

  private kernels(weights: StoredWeights): EpochSnapshot['kernels'] {
    const kernel = weights['encoder.0.kernel']
    // A network that was made elsewhere may have an operation of that name anywhere.
    if (!kernel || this.trainer.spec.network) return null
    const { values, shape } = kernelPixels(this.trainer.spec, kernel)
    const count = Math.min(kernelCount, kernel.shape.at(-1)!)
    const units = Array.from({ length: count }, (_, unit) => unit)
    const { pixels } = imagesOfUnits(values, shape, units)
    return { shape: [count, shape.height, shape.width, shape.channels], data: pixels }
  }

  private async codes(): Promise<EpochSnapshot['codes']> {
    const { codeRows, source, trainer } = this
    const dimensions = codeSize(trainer.spec)
    if (!hasCode(trainer.spec) || dimensions > largestCode) return null
    const data = new Float32Array(codeRows.length * dimensions)
    const batch = inferenceBatch(source.rowBytes)
    for (let from = 0; from < codeRows.length; from += batch) {
      const rows = codeRows.subarray(from, from + batch)
      const pixels = new Uint8Array(rows.length * source.rowBytes)
      await readImages(source, rows, pixels)
      const image = {
        shape: [rows.length, source.rowBytes],
        data: asFloats(pixels),
      }
      const { code } = await trainer.compiled.run('encode', { image })
      data.set(code!.data as Float32Array, from * dimensions)
    }
    return { shape: [codeRows.length, dimensions], data }
  }

  private imageShape(): number[] {
    const { height, width, channels } = this.trainer.spec.input
    return [this.sampleRows.length, height, width, channels]
  }
}

/** Where a resumed run left its points. */
async function lastMap(run: string): Promise<Float32Array | null> {
  const epoch = (await snapshotEpochs(run)).at(-1)
  return epoch === undefined ? null : ((await readSnapshot(run, epoch)).map?.data ?? null)
}
