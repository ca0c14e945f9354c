import { codeSize, inputSize, type ModelSpec } from '../../../shared/modelSpec'
import type { OptimizerConfig, TrainingConfig } from '../../../shared/trainingConfig'
import type { TensorData } from '../graph/tensor'
import type { CompiledProgram } from '../runtimes/runtime'
import { codeNoiseFeed, drawCodeNoise } from './codeRate'
import { corruptionFeeds } from './corruption'
import type { CorruptionSource } from './corruptionSource'
import { adamStepSize } from './optimizers'
import { type Random } from './random'
import { splitPairs } from './pairedImages'
import type { EpochBatches } from './shuffledBatches'
import { stepInput } from './trainingProgram'
import type { Tuning } from './tuning'

export interface StepPlan {
  /** Steps in this call. */
  readonly steps: number
  /** Images in each. */
  readonly batchSize: number
  /** Learning rate of each step, after schedule. */
  readonly rates: readonly number[]
  /** Number of the first step, from 1. */
  readonly firstStep: number
  /** Ends the name of what is run: that of a stage of pre-training. */
  readonly stage?: string
}

/** How far the average moves towards the weights at a step, from 1: long averages begin as short ones. */
export function averageRate(decay: number, step: number): number {
  return 1 - Math.min(decay, (1 + step) / (10 + step))
}

/** What some runs are fed beside images and corruption. */
export interface StepExtras {
  readonly isPaired?: boolean | undefined
  /** See TrainingProgramOptions. */
  readonly compressible?: number | null
}

/** Feeds and runs training steps out of arrays that are allocated once. */
export class StepRunner {
  /** Time spent so far on shuffling, copying and drawing noise. */
  feedingMs = 0
  private readonly pixels: Uint8Array
  /** What batches are copied into: of pairs, clean and damaged values. */
  private readonly rows: Uint8Array
  private readonly channels: number
  private readonly isPaired: boolean
  /** What stands for rounding, of models that are trained to have small codes. */
  private readonly codeNoise: Float32Array | null
  private readonly codeSize: number
  private readonly field: Float32Array | null
  private readonly strength: Float32Array
  private readonly inputs: number
  private readonly levels: number

  constructor(
    private readonly compiled: CompiledProgram,
    spec: ModelSpec,
    private readonly optimizer: OptimizerConfig,
    private readonly averageDecay: TrainingConfig['averageDecay'],
    private readonly corruption: CorruptionSource | null,
    private readonly tuning: Tuning,
    batchSize: number,
    { isPaired = false, compressible = null }: StepExtras = {},
  ) {
    this.inputs = inputSize(spec.input)
    const images = batchSize * tuning.stepsPerCall
    this.pixels = new Uint8Array(images * this.inputs)
    this.rows = isPaired ? new Uint8Array(2 * this.pixels.length) : this.pixels
    this.channels = spec.input.channels
    this.isPaired = isPaired
    this.codeNoise = compressible === null ? null : new Float32Array(images * codeSize(spec))
    this.codeSize = compressible === null ? 0 : codeSize(spec)
    this.field = corruption && new Float32Array(images * this.inputs)
    this.levels = corruption?.levels ?? 1
    this.strength = new Float32Array(images * this.levels)
  }

  /** Losses of the steps. @param random gives the noise of each step */
  async run(
    batches: EpochBatches,
    plan: StepPlan,
    random: (step: number) => Random,
  ): Promise<ArrayLike<number>> {
    const many = plan.steps === this.tuning.stepsPerCall && plan.batchSize % this.tuning.shards === 0
    const started = performance.now()
    const feeds = await this.feeds(batches, plan, many ? this.tuning.shards : 1, random)
    this.feedingMs += performance.now() - started
    const { loss } = await this.compiled.run((many ? 'trainMany' : 'trainOne') + (plan.stage ?? ''), feeds)
    return loss!.data
  }

  /** The damaged pictures are what the network gets: they have no strength. */
  private takeApart(images: number): void {
    const size = images * this.inputs
    const { rows, pixels, field } = this
    splitPairs(
      rows.subarray(0, 2 * size),
      this.channels,
      pixels.subarray(0, size),
      field && field.subarray(0, size),
    )
    this.strength.fill(0)
  }

  private async feeds(
    batches: EpochBatches,
    { steps, batchSize, rates, firstStep }: StepPlan,
    shards: number,
    random: (step: number) => Random,
  ): Promise<Record<string, TensorData>> {
    const { inputs, corruption, field, levels } = this
    const images = steps * batchSize
    await batches.next(images, this.rows)
    if (this.isPaired) this.takeApart(images)
    const stepSizes = rates.map((rate, i) => adamStepSize(rate, this.optimizer, firstStep + i))
    const feeds: Record<string, TensorData> = {
      rates: { shape: [steps], data: Float32Array.from(rates) },
      stepSizes: { shape: [steps], data: Float32Array.from(stepSizes) },
    }
    if (this.averageDecay > 0) {
      const averageRates = rates.map((_, i) => averageRate(this.averageDecay, firstStep + i))
      feeds.averageRates = { shape: [steps], data: Float32Array.from(averageRates) }
    }
    const perShard = batchSize / shards
    for (let step = 0; step < steps; step++) {
      const from = step * batchSize
      const stream = random(step)
      if (corruption && field && !this.isPaired) {
        const values = field.subarray(from * inputs, (from + batchSize) * inputs)
        const pixels = this.pixels.subarray(from * inputs, (from + batchSize) * inputs)
        const strength = this.strength.subarray(from * levels, (from + batchSize) * levels)
        corruption.draw(stream, pixels, values, strength)
      }
      const codes = this.codeNoise?.subarray(from * this.codeSize, (from + batchSize) * this.codeSize)
      if (codes) drawCodeNoise(stream, codes)
      for (let shard = 0; shard < shards; shard++) {
        const start = from + shard * perShard
        const name = stepInput(step, shard)
        const [first, last] = [shard * perShard * this.codeSize, (shard + 1) * perShard * this.codeSize]
        if (codes) Object.assign(feeds, codeNoiseFeed(name, codes.subarray(first, last), perShard))
        feeds[name] = {
          shape: [perShard, inputs],
          data: this.pixels.subarray(start * inputs, (start + perShard) * inputs),
        }
        if (!field) continue
        const part = field.subarray(start * inputs, (start + perShard) * inputs)
        Object.assign(
          feeds,
          corruptionFeeds(
            name,
            perShard,
            part,
            this.strength.subarray(start * levels, (start + perShard) * levels),
          ),
        )
      }
    }
    return feeds
  }
}
