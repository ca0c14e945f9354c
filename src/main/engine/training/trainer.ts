import { ExpectedError } from '../../../shared/errors'
import { sentence } from '../../../shared/texts/sentence'
import type { ModelSpec } from '../../../shared/modelSpec'
import type { TrainingConfig } from '../../../shared/trainingConfig'
import { decoderCopies } from '../models/decoderCopies'
import { mostMeasured } from './baselines'
import { epochsOf, epochsWithin, timeLeft } from './budget'
import { batchesOf } from './imageBatches'
import { evenly, initialValues } from './initialValues'
import { deviceOf, type CompiledProgram, type Runtime } from '../runtimes/runtime'
import { trainingCorruption } from './clippedNoise'
import type { CorruptionSource } from './corruptionSource'
import { checkImages, checkTraining } from './checkTraining'
import { areNumbers, divergence } from './divergence'
import { type Evaluation, evaluateBatch, evaluateImages } from './evaluation'
import { targetsOf } from './pairedImages'
import { type ImageSource, middlePatches } from './patchBatches'
import type { PixelSource } from './pixelSource'
import { endEpochAt, startPosition, type TrainingPosition } from './position'
import { randomStream, streams } from './random'
import { scheduleFactor } from './schedule'
import type { BatchSource, EpochBatches } from './shuffledBatches'
import type { TrainingObserver, TrainingOutcome, TrainingProgress, TrainingRequest } from './trainingObserver'
import { splitImages } from './splitImages'
import { type Stage, stagesOf, stagesOver } from './stages'
import { StepRunner } from './stepRunner'
import { buildTrainingProgram, type TrainingProgram } from './trainingProgram'
import { copyDecoder, namedValues, orthogonalityOf, variableValues } from './trainingValues'
import { tune, type Tuning } from './tuning'

export type { TrainingObserver, TrainingOutcome, TrainingProgress, TrainingRequest } from './trainingObserver'

/** SSIM is measured on this many validation images an epoch. */
const ssimImages = 512

/**
 * Trains one model. Everything random depends on seed, epoch and batch only, and steps are grouped into calls from each
 * epoch's start, so a run that was stopped and restored computes the same numbers as one that was not.
 */
export class Trainer {
  position: TrainingPosition = { ...startPosition }
  readonly indices: { readonly train: Uint32Array; readonly validation: Uint32Array }
  /** What the run is measured and shown on: the images, or patches of them; of pairs the clean ones. */
  readonly images: PixelSource
  /** The same with their damaged pictures, where there are such. */
  private readonly shown: PixelSource
  /** Of the budget, before the first step of this process. */
  preparationMs = 0
  private readonly batches: BatchSource
  private readonly runner: StepRunner
  private readonly corruption: CorruptionSource | null
  private readonly batchesPerEpoch: number
  private readonly stages: readonly Stage[]

  private constructor(
    readonly spec: ModelSpec,
    readonly config: TrainingConfig,
    readonly compiled: CompiledProgram,
    private readonly model: TrainingProgram,
    private readonly tuning: Tuning,
    source: PixelSource,
  ) {
    const { batchSize } = config
    this.indices = splitImages(source.count, config.validationSplit, config.seed)
    this.shown = config.patches ? middlePatches(source as ImageSource, spec.input) : source
    this.images = targetsOf(this.shown)
    this.batches = batchesOf(source, this.indices.train, spec, config)
    this.corruption = trainingCorruption(spec, config)
    const { optimizer, averageDecay } = config
    const extras = { isPaired: source.isPaired, compressible: config.compressible }
    this.runner = new StepRunner(
      ...([compiled, spec, optimizer, averageDecay, this.corruption, tuning, batchSize, extras] as const),
    )
    this.batchesPerEpoch = Math.ceil(this.batches.imagesPerEpoch / batchSize)
    this.stages = stagesOf(spec, config)
  }

  /**
   * Compiles and sets the initial values, which are found from the spec and the images if not given. The caller disposes of it.
   *
   * @throws ExpectedError when the data do not fit
   */
  static async create(
    runtime: Runtime,
    device: string | undefined,
    spec: ModelSpec,
    config: TrainingConfig,
    source: PixelSource,
    initial?: Readonly<Record<string, Float32Array>>,
  ): Promise<Trainer> {
    checkTraining(spec, config)
    checkImages(source, spec, config)
    if (source.count < 1) throw new ExpectedError('bad-input', sentence('training.noImageToTrainOn'))
    const { id, isGpu } = deviceOf(runtime, device)
    const tuning = tune({ runtime: runtime.name, isGpu }, spec, config)
    const stages = stagesOf(spec, config)
    const averaged = config.averageDecay > 0
    const model = buildTrainingProgram(spec, { ...config, ...tuning, averaged, stages })
    const compiled = await runtime.compile(model.program, id)
    const trainer = new Trainer(spec, config, compiled, model, tuning, source)
    const values = initial ?? (await initialValues(spec, trainer.images, trainer.indices.train))
    // What is tied first begins so.
    const isTied = stages.some(({ kind }) => kind === 'tied')
    await trainer.write(
      isTied ? { ...values, ...decoderCopies({ ...spec, tying: 'copied' }, values) } : values,
    )
    return trainer
  }

  /** Epochs altogether, by what is known so far. */
  get epochs(): number {
    return epochsOf(this.config, this.position)
  }

  /** Fits the epochs of a new run into its budget by a speed that was measured. */
  planEpochs(samplesPerSecond: number): void {
    this.replan(0, (1000 * this.imagesPerEpoch) / samplesPerSecond)
  }

  /** Does work between two epochs that is no training: it counts as preparation. */
  async beside<T>(work: () => Promise<T>): Promise<T> {
    const startedAt = performance.now()
    const result = await work()
    this.preparationMs += performance.now() - startedAt
    return result
  }

  /** Images, or patches of them, that an epoch trains on. */
  get imagesPerEpoch(): number {
    return this.batches.imagesPerEpoch
  }

  /** Trains until done or asked to pause or stop; then `values` and `position` are what to save. */
  async run(observer: TrainingObserver): Promise<TrainingOutcome> {
    const startedAt = performance.now()
    const { position } = this
    const preparedBefore = this.preparationMs
    const [firstEpoch, trainedBefore] = [position.epoch, position.elapsedMs]
    while (position.epoch < this.epochs && !this.isPatienceOver()) {
      const request = await this.runEpoch(observer)
      if (request !== 'continue') return request === 'pause' ? 'paused' : 'stopped'
      const ms = performance.now() - startedAt - (this.preparationMs - preparedBefore)
      this.replan(trainedBefore + ms, ms / (position.epoch - firstEpoch))
    }
    return 'done'
  }

  /** Trains `steps` steps or a few more, over as many epochs as it takes: for measuring. Times are for one step. */
  async trainSteps(steps: number): Promise<{ ms: number; feedingMs: number; loss: number }> {
    const { position } = this
    const first = position.step
    const feedingBefore = this.runner.feedingMs
    const started = performance.now()
    let loss = NaN
    while (position.step - first < steps) {
      const batches = await this.batches.epoch(position.epoch, position.batch * this.config.batchSize)
      while (position.batch < this.batchesPerEpoch && position.step - first < steps) {
        const before = position.lossSum
        const batch = position.batch
        await this.runCall(batches)
        loss = (position.lossSum - before) / (position.batch - batch) / this.config.batchSize
      }
      if (position.batch >= this.batchesPerEpoch)
        Object.assign(position, { batch: 0, lossSum: 0, epoch: position.epoch + 1 })
    }
    const done = position.step - first
    return {
      ms: (performance.now() - started) / done,
      feedingMs: (this.runner.feedingMs - feedingBefore) / done,
      loss,
    }
  }

  /**
   * Copies of all values: parameters by name, the optimizer's state as `NAME/m` and the like. Where weights are averaged
   * `NAME` is the average, and `NAME/trained` what training moves.
   * @throws ExpectedError `diverged` when one of them is not a number, so that none such is ever kept
   */
  async values(): Promise<Record<string, Float32Array>> {
    const read = await this.compiled.read()
    if (!Object.values(read).every(areNumbers)) throw this.diverged()
    return namedValues(this.model, read, this.config.averageDecay > 0)
  }

  /** Goes on from saved values. The optimizer's state may be missing, as when a trained model is trained further. */
  async restore(values: Readonly<Record<string, Float32Array>>, position: TrainingPosition): Promise<void> {
    await this.write(values)
    this.position = { ...position }
  }

  /** Some images as they are, as they are fed, and as they come out: bytes, and float32 in 0..1, not clipped. */
  async reconstruct(
    rows: Uint32Array,
  ): Promise<{ clean: Uint8Array; input: Float32Array; output: Float32Array }> {
    const { corruption, config } = this
    const { pixels, results } = await evaluateBatch(this.compiled, this.shown, rows, 0, {
      corruption,
      seed: config.seed,
    })
    const [input, output] = [results.input!.data as Float32Array, results.output!.data as Float32Array]
    return { clean: pixels, input, output }
  }

  async dispose(): Promise<void> {
    await this.compiled.dispose()
  }

  private timeLeftMs(byEpochs: number): number {
    return timeLeft(this.config, this.position, this.preparationMs, byEpochs)
  }

  private replan(trainedMs: number, epochMs: number): void {
    const times = { preparationMs: this.preparationMs, trainedMs, epochMs }
    this.position.plannedEpochs = epochsWithin(this.config, this.position, times)
  }

  private async write(values: Readonly<Record<string, Float32Array>>): Promise<void> {
    await this.compiled.write(variableValues(this.model, values, this.config.averageDecay > 0))
  }

  private async runEpoch(observer: TrainingObserver): Promise<TrainingRequest> {
    const { position, config } = this
    const { imagesPerEpoch } = this.batches
    const { epochs } = this
    position.stage = stagesOver(this.stages.length, config, {
      epoch: position.epoch,
      epochs,
      over: position.stage,
    })
    const batches = await this.batches.epoch(position.epoch, position.batch * config.batchSize)
    const started = performance.now()
    const before = position.epochMs
    const resumedAt = position.batch
    while (position.batch < this.batchesPerEpoch) {
      const request = observer.requested()
      if (request !== 'continue') return request
      await this.runCall(batches)
      const ms = performance.now() - started
      position.epochMs = before + ms
      const trained =
        Math.min(position.batch * config.batchSize, imagesPerEpoch) - resumedAt * config.batchSize
      observer.progress(this.progress(trained / (ms / 1000)))
    }
    return this.endEpoch(observer)
  }

  private async runCall(batches: EpochBatches): Promise<void> {
    const { position, config, tuning } = this
    const left = this.batches.imagesPerEpoch - position.batch * config.batchSize
    const steps = left >= tuning.stepsPerCall * config.batchSize ? tuning.stepsPerCall : 1
    const batchSize = Math.min(left, config.batchSize)
    const rates = Array.from({ length: steps }, (_, i) => this.rateAt(position.step + i))
    const stage = this.stages[position.stage]?.name ?? ''
    const plan = { steps, batchSize, rates, firstStep: position.step + 1, stage }
    const { epoch, batch } = position
    const losses = await this.runner.run(batches, plan, (step) =>
      randomStream(config.seed, streams.noise, epoch, batch + step),
    )
    // Of what is restored to the last digit the sum may round to less than nothing.
    for (let i = 0; i < steps; i++) position.lossSum += Math.max(losses[i]!, 0) * batchSize
    position.batch += steps
    position.step += steps
    if (!Number.isFinite(position.lossSum)) throw this.diverged()
  }

  private async endEpoch(observer: TrainingObserver): Promise<TrainingRequest> {
    const { position } = this
    await copyDecoder(this.compiled, this.spec, this.model.parameters)
    const started = performance.now()
    const trainLoss = position.lossSum / this.batches.imagesPerEpoch
    const validation = await this.validate(observer)
    // An epoch that is stopped while it is measured is measured again when it goes on.
    if (observer.requested() !== 'continue') return observer.requested()
    const orthogonality = await orthogonalityOf(this.compiled, this.spec)
    if (!orthogonality.every(Number.isFinite)) throw this.diverged()
    const learningRate = this.rateAt(Math.max(0, position.step - 1))
    const samplesPerSecond = this.batches.imagesPerEpoch / (position.epochMs / 1000)
    const epochMs = position.epochMs + performance.now() - started
    const loss = validation?.loss ?? trainLoss
    if (!Number.isFinite(loss)) throw this.diverged()
    const best = endEpochAt(position, { loss, epochMs, schedule: this.config.schedule })
    await observer.epochEnded({
      epoch: position.epoch,
      epochs: this.epochs,
      trainLoss,
      valLoss: validation?.loss ?? null,
      psnr: validation?.psnr ?? null,
      ssim: validation?.ssim ?? null,
      learningRate,
      samplesPerSecond,
      elapsedMs: position.elapsedMs,
      timeLeftMs: this.timeLeftMs((position.elapsedMs / position.epoch) * (this.epochs - position.epoch)),
      orthogonality,
      best,
    })
    return 'continue'
  }

  private async validate(observer: TrainingObserver): Promise<Evaluation | null> {
    if (!this.indices.validation.length) return null
    const options = {
      shape: this.spec.input,
      corruption: this.corruption,
      seed: this.config.seed,
      ssimImages,
      signal: {
        get aborted() {
          return observer.requested() !== 'continue'
        },
      },
    }
    // Within a budget no more time goes into measuring than it is worth.
    const { validation } = this.indices
    const measured = this.config.budgetMs === null ? validation : evenly(validation, mostMeasured)
    return evaluateImages(this.compiled, this.shown, measured, options)
  }

  private rateAt(step: number): number {
    const steps = this.epochs * this.batchesPerEpoch
    const { learningRate } = this.config.optimizer
    return (
      learningRate * scheduleFactor(this.config.schedule, { step, steps, plateaus: this.position.plateaus })
    )
  }

  private isPatienceOver(): boolean {
    return this.config.patience > 0 && this.position.epochsSinceBest >= this.config.patience
  }

  private progress(samplesPerSecond: number): TrainingProgress {
    const { position } = this
    const images = this.batches.imagesPerEpoch
    const seen = Math.min(position.batch * this.config.batchSize, images)
    const left = (this.epochs - position.epoch) * images - seen
    return {
      epoch: position.epoch + 1,
      epochs: this.epochs,
      batch: position.batch,
      batches: this.batchesPerEpoch,
      trainLoss: position.lossSum / seen,
      samplesPerSecond,
      timeLeftMs: this.timeLeftMs((left / samplesPerSecond) * 1000),
    }
  }

  /** An epoch that has just ended counts as the one under way. */
  private diverged(): ExpectedError {
    const { epoch, batch } = this.position
    return divergence(batch > 0 ? epoch + 1 : epoch, this.config.optimizer)
  }
}
