import { ExpectedError } from '../../../shared/errors'
import { sentence } from '../../../shared/texts/sentence'
import type { ModelSpec } from '../../../shared/modelSpec'
import { optimizerSchema } from '../../../shared/trainingConfig'
import type { TensorData } from '../graph/tensor'
import type { CompiledProgram, Runtime } from '../runtimes/runtime'
import { adamStepSize } from '../training/optimizers'
import { randomStream, shuffle, streams } from '../training/random'
import { hideSome } from './hiddenCells'
import type { FeatureRows } from './tableFeatures'
import { buildTableProgram, type Rounds } from './tableProgram'
import { completeRows, threadsFor, type CompletedRows } from './tableReader'

export interface TableSettings {
  readonly epochs: number
  /** Rows of a step. */
  readonly batch: number
  readonly learningRate: number
  readonly seed: number
  readonly rounds: Rounds
  /** Epochs without a better one after which it ends. */
  readonly patience: number
}

export interface TableProgress {
  readonly epoch: number
  readonly epochs: number
  readonly loss: number
  /** Error of hidden cells of the validation; null without one. */
  readonly hidden: number | null
  readonly rowsPerSecond: number
}

export interface TableObserver {
  /** After each step. @throws to end the training */
  step(): void
  epochEnded(progress: TableProgress): void
}

/** Errors on the validation. */
export interface ValidationErrors {
  /** Root mean square of the error of hidden cells, and of rows that are given whole. */
  readonly hidden: number
  readonly reconstruction: number
}

/**
 * By what the best epoch is chosen, and the best autoencoder: hidden cells and reconstruction count both, each in proportion. An
 * error of reconstruction much below a tenth of a standard deviation makes no difference any more.
 */
export const validationScore = ({ hidden, reconstruction }: ValidationErrors): number =>
  hidden * (reconstruction + 0.1)

export interface TableRun {
  /** The best ones by the validation, or the last ones. */
  readonly values: Record<string, Float32Array>
  readonly bestEpoch: number
  /** Epochs over which the learning rate falls. */
  readonly epochs: number
  /** Null without a validation. */
  readonly score: number | null
  readonly rowsPerSecond: number
}

/** Trains one autoencoder of rows with gaps. */
export class TableTrainer {
  private readonly input: Float32Array
  private readonly visible: Uint8Array
  private readonly known: Uint8Array
  private readonly batch: number
  private step = 0

  private constructor(
    private readonly spec: ModelSpec,
    private readonly rows: FeatureRows,
    private readonly columns: Int32Array,
    private readonly settings: TableSettings,
    private readonly compiled: CompiledProgram,
    private readonly program: ReturnType<typeof buildTableProgram>,
  ) {
    this.batch = Math.min(settings.batch, rows.rows)
    const places = this.batch * rows.width
    this.input = new Float32Array(places)
    this.visible = new Uint8Array(places)
    this.known = new Uint8Array(places)
  }

  /** The caller disposes of it. @param columns of each number its column @param start parameters by name */
  static async create(
    { runtime, device }: { readonly runtime: Runtime; readonly device: string },
    spec: ModelSpec,
    { rows, columns }: { readonly rows: FeatureRows; readonly columns: Int32Array },
    settings: TableSettings,
    start: Readonly<Record<string, Float32Array>>,
  ): Promise<TableTrainer> {
    const optimizer = optimizerSchema.parse({ learningRate: settings.learningRate })
    const program = buildTableProgram(spec, optimizer, settings.rounds)
    const compiled = await runtime.compile(program.program, device, threadsFor(rows.width))
    const state = Object.fromEntries(
      program.optimizer.variables.map(({ name, shape }) => [
        name,
        new Float32Array(shape.reduce((product, size) => product * size, 1)),
      ]),
    )
    await compiled.write({ ...program.parameters.toVariables(start), ...state })
    return new TableTrainer(spec, rows, columns, settings, compiled, program)
  }

  /**
   * @param validate the error by which the best epoch is chosen, where there is one
   * @param until on the clock of `performance.now()`: as many epochs are done as fit
   * @param end ends after that epoch, whatever the learning rate is by then
   */
  async run(
    observer: TableObserver,
    { validate, until = Infinity, end = Infinity }: RunLimits,
  ): Promise<TableRun> {
    const startedAt = performance.now()
    let { epochs } = this.settings
    const scoreOf = (errors: ValidationErrors | undefined) => (errors ? validationScore(errors) : null)
    let best = { epoch: 0, score: scoreOf(await validate?.(this)), values: await this.values() }
    let rowsPerSecond = 0
    for (let epoch = 1; epoch <= Math.min(epochs, end); epoch++) {
      const loss = await this.epoch(epoch - 1, epochs, observer)
      if (!Number.isFinite(loss)) throw new ExpectedError('diverged', sentence('training.diverged'))
      const errors = await validate?.(this)
      const score = scoreOf(errors)
      if (score === null || best.score === null || score < best.score)
        best = { epoch, score, values: await this.values() }
      const elapsed = performance.now() - startedAt
      rowsPerSecond = (1000 * this.rows.rows * epoch) / elapsed
      const fitting = epoch + Math.floor((until - performance.now()) / (elapsed / epoch))
      epochs = Math.min(epochs, Math.max(epoch, fitting))
      observer.epochEnded({
        epoch,
        epochs: Math.min(epochs, end),
        loss,
        hidden: errors?.hidden ?? null,
        rowsPerSecond,
      })
      if (epoch - best.epoch >= this.settings.patience) break
    }
    return { ...best, bestEpoch: best.epoch, epochs, rowsPerSecond }
  }

  complete(rows: FeatureRows, visible?: Uint8Array): Promise<CompletedRows> {
    return completeRows(this.compiled, this.spec, rows, visible)
  }

  /** Parameters by name. */
  async values(): Promise<Record<string, Float32Array>> {
    const names = this.program.parameters.variables.map(({ name }) => name)
    return this.program.parameters.fromVariables(await this.compiled.read(names))
  }

  async dispose(): Promise<void> {
    await this.compiled.dispose()
  }

  private async epoch(epoch: number, epochs: number, observer: TableObserver): Promise<number> {
    const { rows, settings } = this
    const order = shuffle(
      Uint32Array.from({ length: rows.rows }, (_, i) => i),
      randomStream(settings.seed, streams.shuffle, epoch),
    )
    const steps = Math.ceil(rows.rows / this.batch)
    let loss = 0
    for (let step = 0; step < steps; step++) {
      const chosen = order.subarray(step * this.batch, (step + 1) * this.batch)
      const rate = settings.learningRate * (0.5 + 0.5 * Math.cos((Math.PI * (epoch + step / steps)) / epochs))
      loss += (await this.learn(chosen, epoch, step, rate)) / steps
      observer.step()
    }
    return loss
  }

  private async learn(chosen: Uint32Array, epoch: number, step: number, rate: number): Promise<number> {
    const { width, values } = this.rows
    const random = randomStream(this.settings.seed, streams.noise, epoch, step)
    const places = chosen.length * width
    chosen.forEach((row, i) => {
      for (let f = 0, at = i * width, from = row * width; f < width; f++, at++, from++) {
        const value = values[from]!
        const isMissing = Number.isNaN(value)
        this.input[at] = isMissing ? 0 : value
        this.known[at] = this.visible[at] = isMissing ? 0 : 255
      }
      hideSome(this.visible.subarray(i * width, (i + 1) * width), this.columns, random)
    })
    let [shown, known] = [0, 0]
    for (let at = 0; at < places; at++) {
      known += Number(this.known[at] !== 0)
      shown += Number(this.visible[at] !== 0)
    }
    const stepSize = adamStepSize(rate, optimizerSchema.parse({}), ++this.step)
    const scalar = (value: number): TensorData => ({ shape: [], data: Float32Array.of(value) })
    const fed = <T extends Float32Array | Uint8Array>(data: T) => ({
      shape: [chosen.length, width],
      data: data.subarray(0, places),
    })
    // Cells that are shown and cells that are hidden count as much as each other, however few those are.
    const { loss } = await this.compiled.run('train', {
      input: fed(this.input),
      visible: fed(this.visible),
      known: fed(this.known),
      rate: scalar(rate),
      stepSize: scalar(stepSize),
      shownWeight: scalar(1 / Math.max(1, known)),
      hiddenWeight: scalar(1 / Math.max(1, known) + 1 / Math.max(1, known - shown)),
    })
    return loss!.data[0]!
  }
}

export interface RunLimits {
  readonly validate?: ((trainer: TableTrainer) => Promise<ValidationErrors>) | undefined
  readonly until?: number
  readonly end?: number
}
