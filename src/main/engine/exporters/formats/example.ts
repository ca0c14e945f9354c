import type { ExportedAs } from '../../../../shared/exporting'
import { codeSize, hasCode, type ModelSpec, noiseLevels } from '../../../../shared/modelSpec'

/** The words that examples are made of. */
export class Example {
  readonly shape: string
  readonly fed: string
  readonly output: string
  readonly sigma: boolean
  readonly code: boolean

  constructor(
    readonly spec: ModelSpec,
    readonly as: ExportedAs,
  ) {
    const { height, width, channels } = spec.input
    this.shape = `${height}, ${width}, ${channels}`
    this.fed = as.part === 'decoder' ? 'code' : 'image'
    this.output = { full: 'reconstruction', encoder: 'code', decoder: 'image' }[as.part]
    this.sigma = spec.noiseLevel && as.part === 'full'
    this.code = hasCode(spec) && as.part === 'full'
  }

  /** As NumPy makes it. */
  get input(): string {
    if (this.as.part === 'decoder') return `np.zeros((1, ${codeSize(this.spec)}), np.float32)`
    return this.as.pixels === 'uint8'
      ? `np.zeros((1, ${this.shape}), np.uint8)  # bytes`
      : `np.zeros((1, ${this.shape}), np.float32)  # values in 0..1`
  }

  get noise(): string {
    if (!this.sigma) return ''
    const levels = noiseLevels(this.spec)
    const what = levels === 2 ? 'strengths of the noise in brightness and colours' : 'strength of the noise'
    return `sigma = np.full((1, ${levels}), 25, np.float32)  # ${what}, 0 to 255\n`
  }
}
