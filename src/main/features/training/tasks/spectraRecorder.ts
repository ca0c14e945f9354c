import type { ModelSpec } from '../../../../shared/modelSpec'
import { decoderKernel, encoderKernel, kernelLayers, mirrored } from '../../../engine/models/autoencoder'
import {
  fromOrthonormal,
  singularValues,
  transposeToPseudoInverse,
} from '../../../engine/spectra/singularValues'
import type { Trainer } from '../../../engine/training/trainer'
import { appendSpectrum, readSpectra, rewindSpectra, type Spectrum } from '../../../store/spectraStore'

type Weights = Readonly<Record<string, { readonly data: Float32Array }>>

/** The first epochs are all looked at; later ones as long as that takes a small part of the time. */
const alwaysUntil = 1
const largestShare = 1 / 20

/** Keeps the singular values of the encoder's kernels over the epochs of a run. */
export class SpectraRecorder {
  private weights: Weights | null = null
  private lastCostMs = 0
  private lastEndedAt = -Infinity

  private constructor(
    private readonly run: string,
    private readonly trainer: Trainer,
    private recorded: number,
  ) {}

  static async open(run: string, trainer: Trainer): Promise<SpectraRecorder> {
    await rewindSpectra(run, trainer.position.epoch)
    const before = (await readSpectra(run)).at(-1)
    const recorder = new SpectraRecorder(run, trainer, before?.epoch ?? -1)
    if (!before && trainer.position.epoch === 0) await recorder.write(0, weightsOf(await trainer.values()))
    return recorder
  }

  async record(epoch: number, weights: Weights): Promise<void> {
    this.weights = weights
    const isDue = performance.now() - this.lastEndedAt >= this.lastCostMs / largestShare
    if (epoch <= alwaysUntil || isDue) await this.write(epoch, weights)
  }

  /** After the last epoch, which is looked at whatever the ones before have cost. */
  async finish(epoch: number): Promise<void> {
    if (this.weights && this.recorded !== epoch) await this.write(epoch, this.weights)
  }

  private async write(epoch: number, weights: Weights): Promise<void> {
    const startedAt = performance.now()
    await appendSpectrum(this.run, { epoch, kernels: kernelsOf(this.trainer.spec, weights) })
    this.recorded = epoch
    this.lastEndedAt = performance.now()
    this.lastCostMs = this.lastEndedAt - startedAt
  }
}

const weightsOf = (values: Readonly<Record<string, Float32Array>>): Weights =>
  Object.fromEntries(Object.entries(values).map(([name, data]) => [name, { data }]))

/** What the kernels of an encoder are like. A convolution's is taken as the matrix taps × filters. */
export function kernelsOf(spec: ModelSpec, weights: Weights): Spectrum['kernels'] {
  return kernelLayers(spec).map(({ layer, type, shape }) => {
    const kernel = weights[encoderKernel(layer)]!.data
    const columns = shape.at(-1)!
    const rows = kernel.length / columns
    const singular = singularValues(kernel, rows, columns)
    const decoder =
      spec.tying === 'tied' ? null : (weights[decoderKernel(mirrored(spec, layer))]?.data ?? null)
    return {
      rows,
      columns,
      singular: Array.from(singular, (value) => Number(value.toPrecision(6))),
      fromOrthonormal: fromOrthonormal(singular, columns),
      fromPseudoInverse: transposeToPseudoInverse(singular),
      decoderFromTranspose:
        decoder?.length === kernel.length ? apart(kernel, decoder, type === 'dense' ? rows : 0) : 0,
    }
  })
}

/** ‖D − Wᵀ‖ / ‖W‖. @param rows of W, whose transpose is compared with; 0 where both lie alike */
function apart(kernel: Float32Array, decoder: Float32Array, rows: number): number {
  const columns = rows === 0 ? 1 : kernel.length / rows
  let [squares, norm] = [0, 0]
  for (let i = 0; i < kernel.length; i++) {
    const other = rows === 0 ? i : (i % columns) * rows + Math.floor(i / columns)
    squares += (decoder[other]! - kernel[i]!) ** 2
    norm += kernel[i]! ** 2
  }
  return norm > 0 ? Math.sqrt(squares / norm) : 0
}
