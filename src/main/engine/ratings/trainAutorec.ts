import { codeSize, inputSize, type ModelSpec } from '../../../shared/modelSpec'
import { optimizerSchema } from '../../../shared/trainingConfig'
import type { TensorData } from '../graph/tensor'
import { initializeParameters } from '../models/initialize'
import type { CompiledProgram, Runtime } from '../runtimes/runtime'
import { adamStepSize } from '../training/optimizers'
import { type Random, randomStream, shuffle, streams } from '../training/random'
import { ExpectedError } from '../../../shared/errors'
import { sentence } from '../../../shared/texts/sentence'
import { buildAutorecProgram, featureCount } from './autorecProgram'
import { EpochClock, featuresShare, surePreparation } from './epochClock'
import type { SparseRows } from './ratings'

export interface AutorecSettings {
  readonly epochs: number
  /** Rows of a step. */
  readonly batch: number
  readonly learningRate: number
  /** Weight of the squared norm of the kernels. */
  readonly penalty: number
  /** Share of the known values that are hidden from the input in each step, and asked for all the same. */
  readonly inputDropout: number
  readonly codeDropout: number
  /** Added to each known value of the input, so that one that is 0 differs from one that is missing. */
  readonly offset: number
  /** Whether each output is fed as a row without gaps once more (Kuchaiev & Ginsburg 2017, section 3.4). */
  readonly refeeding: boolean
  readonly seed: number
}

export interface AutorecProgress {
  readonly epoch: number
  readonly epochs: number
  readonly loss: number
  /** Known values a second, read and learned from. */
  readonly valuesPerSecond: number
}

export interface AutorecObserver {
  /** After each step. @throws to end the training */
  step(): void
  /** After each epoch. */
  epochEnded(progress: AutorecProgress, trainer: AutorecTrainer): Promise<void>
}

/** Where a training stands between two steps. What is drawn at random follows from it, so it ends as if it had not been interrupted. */
export interface AutorecPosition {
  /** Epochs that are done, of as many as there is time for. */
  readonly epoch: number
  readonly epochs: number
  /** Steps of the epoch that are done. */
  readonly step: number
  /** Steps of the optimizer. */
  readonly updates: number
  /** Of the steps of the epoch: the squares of what was left, and how many values they had. */
  readonly squares: number
  readonly values: number
}

export interface AutorecPoint {
  readonly position: AutorecPosition
  /** Parameters and the optimizer's state. */
  readonly variables: Readonly<Record<string, Float32Array>>
}

/** A row has a place for each column, so wide rows come in small batches: at most so many places. */
const mostPlaces = 8_000_000

/** Trains one autoencoder on the rows of a sparse matrix. A mini-batch is dense, and nothing else of the matrix is. */
export class AutorecTrainer {
  private readonly input: Float32Array
  private readonly target: Float32Array
  private readonly mask: Uint8Array
  private readonly field: Float32Array
  private readonly batch: number
  private position: AutorecPosition
  /** Epochs, in parts of one where the first does not fit into the time: the rate comes down to zero until then. */
  private end = Infinity

  private constructor(
    readonly spec: ModelSpec,
    private readonly rows: SparseRows,
    private readonly settings: AutorecSettings,
    private readonly compiled: CompiledProgram,
    private readonly program: ReturnType<typeof buildAutorecProgram>,
  ) {
    const fitting = Math.max(1, Math.floor(mostPlaces / rows.columns))
    this.batch = Math.min(settings.batch, fitting, rows.rows)
    const places = this.batch * rows.columns
    this.input = new Float32Array(places)
    this.target = new Float32Array(places)
    this.mask = new Uint8Array(places)
    this.field = new Float32Array(this.batch * codeSize(spec))
    this.position = { epoch: 0, epochs: settings.epochs, step: 0, updates: 0, squares: 0, values: 0 }
  }

  /** The caller disposes of it. */
  static async create(
    runtime: Runtime,
    device: string,
    spec: ModelSpec,
    rows: SparseRows,
    settings: AutorecSettings,
  ): Promise<AutorecTrainer> {
    if (inputSize(spec.input) !== rows.columns) throw new Error('The rows are not as wide as the network.')
    const { penalty, codeDropout, learningRate } = settings
    const optimizer = optimizerSchema.parse({ learningRate })
    const program = buildAutorecProgram(spec, { optimizer, penalty, codeDropout })
    const compiled = await runtime.compile(program.program, device)
    const state = Object.fromEntries(
      program.optimizer.variables.map(({ name, shape }) => [
        name,
        new Float32Array(shape.reduce((product, size) => product * size, 1)),
      ]),
    )
    await compiled.write({ ...program.parameters.toVariables(initializeParameters(spec)), ...state })
    return new AutorecTrainer(spec, rows, settings, compiled, program)
  }

  /** Goes on from there, with the same rows and settings. */
  async restore({ position, variables }: AutorecPoint): Promise<void> {
    await this.compiled.write(variables)
    this.position = position
  }

  /** Takes the parameters of a training that has ended. */
  async load(values: Readonly<Record<string, Float32Array>>): Promise<void> {
    await this.compiled.write(this.program.parameters.toVariables(values))
  }

  async point(): Promise<AutorecPoint> {
    const { parameters, optimizer } = this.program
    const names = [...parameters.variables, ...optimizer.variables].map(({ name }) => name)
    const read = await this.compiled.read(names)
    return { position: this.position, variables: read }
  }

  /** @param mayRunUntil on the clock of `performance.now()`: as many epochs are done as fit */
  async run(observer: AutorecObserver, mayRunUntil = Infinity): Promise<AutorecProgress> {
    const clock = new EpochClock()
    let { epoch, epochs } = this.position
    let progress: AutorecProgress = { epoch, epochs, loss: NaN, valuesPerSecond: 0 }
    this.end = epochs
    while (epoch < epochs) {
      const loss = await this.epoch(observer, mayRunUntil)
      epoch++
      const { perEpoch, left, isSure } = clock.epochEnded(mayRunUntil)
      const { values } = this.position
      if (isSure || left < 1) epochs = Math.min(epochs, Math.max(epoch, epoch + left))
      this.end = epochs
      this.position = { ...this.position, epoch, epochs, step: 0, squares: 0, values: 0 }
      progress = { epoch, epochs, loss, valuesPerSecond: (1000 * values) / perEpoch }
      if (!Number.isFinite(loss)) throw new ExpectedError('diverged', sentence('training.diverged'))
      await observer.epochEnded(progress, this)
    }
    return progress
  }

  /** Parameters by name. */
  async values(): Promise<Record<string, Float32Array>> {
    const names = this.program.parameters.variables.map(({ name }) => name)
    return this.program.parameters.fromVariables(await this.compiled.read(names))
  }

  /** What the last layer reads, rows × features, and the code where that is another layer, of all rows. */
  async features(): Promise<{ features: Float32Array; codes: Float32Array | null }> {
    const { rows, spec } = this
    const width = featureCount(spec)
    const features = new Float32Array(rows.rows * width)
    const codes = spec.encoder.length > 1 ? new Float32Array(rows.rows * codeSize(spec)) : null
    for (let first = 0; first < rows.rows; first += this.batch) {
      const count = Math.min(this.batch, rows.rows - first)
      const chosen = Array.from({ length: count }, (_, i) => first + i)
      this.fill(chosen, null)
      const results = await this.compiled.run('features', { input: this.fed(this.input, count) })
      features.set(results.features!.data as Float32Array, first * width)
      codes?.set(results.code!.data as Float32Array, first * codeSize(spec))
    }
    return { features, codes }
  }

  async dispose(): Promise<void> {
    await this.compiled.dispose()
  }

  /** What is left of an epoch, or of the time: many ratings may not fit into it once. */
  private async epoch(observer: AutorecObserver, mayRunUntil: number): Promise<number> {
    const { rows, settings } = this
    const { epoch } = this.position
    const order = shuffle(
      Uint32Array.from({ length: rows.rows }, (_, i) => i),
      randomStream(settings.seed, streams.shuffle, epoch),
    )
    const steps = Math.ceil(rows.rows / this.batch)
    const [from, startedAt] = [this.position.step, performance.now()]
    for (let step = from; step < steps; step++) {
      const now = performance.now()
      if (step > from && now > mayRunUntil) break
      // The first steps bring the runtime's preparation with them.
      if (step - from >= surePreparation && mayRunUntil < Infinity) {
        const perStep = (now - startedAt) / (step - from)
        const left = mayRunUntil - now - featuresShare * steps * perStep
        if (left < 0) break
        const fits = (step + left / perStep) / steps
        if (fits < 1) this.end = epoch + Math.max((step + 1) / steps, fits)
      }
      const chosen = order.subarray(step * this.batch, (step + 1) * this.batch)
      const random = randomStream(settings.seed, streams.noise, epoch, step)
      const known = this.fill(chosen, random)
      if (known > 0) {
        const rate =
          settings.learningRate *
          (0.5 + 0.5 * Math.cos(Math.PI * Math.min(1, (epoch + step / steps) / this.end)))
        const loss = await this.learn(chosen.length, known, rate, random)
        if (settings.refeeding) await this.refeed(chosen.length, rate, random)
        const { squares, values } = this.position
        this.position = { ...this.position, squares: squares + known * loss, values: values + known }
      }
      this.position = { ...this.position, step: step + 1 }
      observer.step()
    }
    const { squares, values } = this.position
    return squares / Math.max(1, values)
  }

  /** Makes the chosen rows dense. @returns how many values they have */
  private fill(chosen: ArrayLike<number>, random: Random | null): number {
    const { columns, starts, columnOf, values } = this.rows
    const { offset, inputDropout } = this.settings
    const places = chosen.length * columns
    this.input.fill(0, 0, places)
    this.target.fill(0, 0, places)
    this.mask.fill(0, 0, places)
    const scale = random ? 1 / (1 - inputDropout) : 1
    let known = 0
    for (let i = 0; i < chosen.length; i++) {
      const [from, to] = [starts[chosen[i]!]!, starts[chosen[i]! + 1]!]
      for (let k = from; k < to; k++) {
        const place = i * columns + columnOf[k]!
        this.target[place] = values[k]!
        this.mask[place] = 255
        if (!random || inputDropout === 0 || random.uniform() >= inputDropout)
          this.input[place] = (values[k]! + offset) * scale
      }
      known += to - from
    }
    return known
  }

  private async learn(count: number, known: number, rate: number, random: Random): Promise<number> {
    const { settings, spec } = this
    const updates = this.position.updates + 1
    this.position = { ...this.position, updates }
    const stepSize = adamStepSize(rate, optimizerSchema.parse({}), updates)
    const scalar = (value: number): TensorData => ({ shape: [], data: Float32Array.of(value) })
    const feeds: Record<string, TensorData> = {
      ...{ input: this.fed(this.input, count), target: this.fed(this.target, count) },
      ...{ mask: this.fed(this.mask, count), weight: scalar(1 / known) },
      ...{ rate: scalar(rate), stepSize: scalar(stepSize) },
    }
    if (settings.codeDropout > 0) {
      const field = this.field.subarray(0, count * codeSize(spec))
      for (let i = 0; i < field.length; i++) field[i] = random.uniform()
      feeds.field = { shape: [count, codeSize(spec)], data: field }
    }
    // An optimizer reads one of the two rates: what a function does not read is not fed.
    const { loss } = await this.compiled.run('train', feeds)
    return loss!.data[0]!
  }

  /** An output has no gaps. Fed as input and target it should come out again: f(f(x)) = f(x). */
  private async refeed(count: number, rate: number, random: Random): Promise<void> {
    const { output } = await this.compiled.run('reconstruct', { input: this.fed(this.input, count) })
    const dense = output!.data as Float32Array
    this.target.set(dense)
    for (let i = 0; i < dense.length; i++) this.input[i] = dense[i]! + this.settings.offset
    this.mask.fill(255, 0, dense.length)
    await this.learn(count, dense.length, rate, random)
  }

  private fed<T extends Float32Array | Uint8Array>(data: T, count: number) {
    const { columns } = this.rows
    return { shape: [count, columns], data: data.subarray(0, count * columns) }
  }
}
