import { inferenceBatch } from '../../engine/training/evaluation'
import { asFloats, type PixelSource, readImages } from '../../engine/training/pixelSource'
import { randomStream, shuffle, streams } from '../../engine/training/random'
import type { Trainer } from '../../engine/training/trainer'
import {
  type EpochSnapshot,
  thinSnapshots,
  writeSnapshot,
  writeSnapshotImages,
} from '../../store/historyStore'

const sampleCount = 16
const codeCount = 512

/** Keeps, for each epoch, reconstructions of a few images and codes of some hundred: the same ones in every epoch. */
export class RunHistory {
  private constructor(
    private readonly run: string,
    private readonly trainer: Trainer,
    private readonly source: PixelSource,
    private readonly sampleRows: Uint32Array,
    private readonly codeRows: Uint32Array,
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

  /** After an epoch. */
  async record(epoch: number): Promise<void> {
    const { output } = await this.trainer.reconstruct(this.sampleRows)
    await writeSnapshot(this.run, epoch, {
      reconstructions: { shape: this.imageShape(), data: asBytes(output) },
      codes: await this.codes(),
    })
    await thinSnapshots(this.run)
  }

  private async codes(): Promise<EpochSnapshot['codes']> {
    const { codeRows, source, trainer } = this
    const dimensions = trainer.spec.encoder.at(-1)!.units
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

/** For looking at: clipped to 0..1 and rounded to bytes. */
function asBytes(values: Float32Array): Uint8Array {
  return Uint8Array.from(values, (value) => Math.round(255 * Math.min(1, Math.max(0, value))))
}
