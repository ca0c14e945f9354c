import { countTrained, type LayerSpec, type ModelSpec, type Tying } from '../../../shared/modelSpec'
import { rowSpec } from '../../../shared/ratings'
import type { TableColumn, TableErrors } from '../../../shared/tables'
import { initializeParameters } from '../models/initialize'
import type { Runtime } from '../runtimes/runtime'
import { randomStream, shuffle } from '../training/random'
import { columnOfFeature, errorsOf, hideFolds } from './hiddenCells'
import { iterativePca, reconstructWithPca, type TablePca } from './iterativePca'
import { featureCountOf, type FeatureRows, pickRows, someRows, squaresByColumn } from './tableFeatures'
import { valuesOfPca } from './startAtPca'
import { TableReader } from './tableReader'
import type { Rounds } from './tableProgram'
import { type TableProgress, type TableRun, type TableSettings, TableTrainer } from './tableTrainer'

export interface TableTrainingOptions {
  readonly runtime: Runtime
  readonly device: string
  readonly seed: number
  readonly tying: Tying
  /** Share of the rows that is held back. */
  readonly validation: number
  readonly budgetMs: number
  readonly codeSize?: number | undefined
  readonly epochs?: number | undefined
  readonly batch?: number | undefined
  readonly learningRate?: number | undefined
}

export interface TableTrainingProgress extends TableProgress {
  readonly stage: 'linear' | 'deep' | 'final'
  readonly codeSize: number
}

export interface TableTrainingObserver {
  /** @throws to end the training */
  step(): void
  epochEnded(progress: TableTrainingProgress): void
}

interface Measured {
  readonly reconstruction: TableErrors
  readonly hidden: TableErrors
}

export interface TrainedTable {
  readonly spec: ModelSpec
  readonly values: Record<string, Float32Array>
  readonly rounds: number
  readonly epochs: number
  readonly parameters: number
  readonly pca: TablePca
  readonly measured: { readonly model: Measured; readonly pca: Measured; readonly mean: Measured } | null
  readonly validationRows: number
  /** Of each column the root mean square of what its reconstruction is off by. */
  readonly usual: number[]
  readonly rowsPerSecond: number
}

/**
 * A linear network that goes on filling in comes to rest, as iterative PCA does. A deep one is right after as many rounds as it
 * was trained with.
 */
const roundsOf = {
  linear: { training: 8, use: 32 },
  deep: { training: 8, use: 8 },
} as const satisfies Record<string, Rounds>
/** Shares of the time: for finding the code size, for each of two candidates, and the rest for learning from all rows. */
const [searchShare, candidateShare] = [0.2, 0.25]
const mostValidated = 2000
/** A larger code has to bring as much. */
const worthOneMore = 0.99
/** The linear one is kept where the deep one is hardly better: the difference may be chance. */
const clearlyBetter = 0.97
const sizes = [1, 2, 3, 4, 5, 6, 8, 10, 13, 16, 20, 25, 32, 40, 50, 64]
/** PCA for the search of the code size sees at most so many numbers. */
const mostSearched = 1_000_000

/**
 * Finds the code size by PCA with hidden cells, trains a linear autoencoder that begins where PCA ends and a deep one, keeps
 * what tells hidden cells of the validation best, and lets that learn from all rows.
 *
 * @param rows all of them, with outliers held back
 */
export async function trainTableModel(
  rows: FeatureRows,
  columns: readonly TableColumn[],
  options: TableTrainingOptions,
  observer: TableTrainingObserver,
): Promise<TrainedTable> {
  const work = new TableWork(columns, options, observer)
  const startedAt = performance.now()
  const at = (share: number) => startedAt + share * options.budgetMs
  const order = shuffle(
    Uint32Array.from({ length: rows.rows }, (_, i) => i),
    randomStream(options.seed, 0x56414c),
  )
  const held = Math.min(mostValidated, Math.round(options.validation * rows.rows))
  if (held < 2) {
    const components = options.codeSize ?? work.sizeWithout(rows)
    const pca = work.pcaOf(rows, components)
    const run = await work.train('linear', rows, pca, { until: at(0.95) })
    return work.finish(run, rows, null, pca)
  }
  const { validation, fold } = hideFolds(pickRows(rows, order.subarray(0, held)), work.features, options.seed)
  const training = pickRows(rows, order.subarray(held))
  const pca = work.bestPca(training, validation, fold, at(searchShare))
  const linear = await work.train('linear', training, pca, {
    validation,
    fold,
    until: at(searchShare + candidateShare),
  })
  const deep = work.isDeepWorthIt(rows)
    ? await work.train('deep', training, pca, {
        validation,
        fold,
        until: at(searchShare + 2 * candidateShare),
      })
    : null
  const best = deep && deep.score! < clearlyBetter * linear.score! ? deep : linear
  const measured = await work.measure(best, validation, fold, pca)
  const whole = work.pcaOf(rows, pca.axes.length)
  const final = await work.train(best.kind, rows, whole, {
    end: best.bestEpoch,
    epochs: best.epochs,
    until: at(0.95),
  })
  // With too little time for as many epochs the one that has seen less is the better one.
  const isWhole = final.bestEpoch >= best.bestEpoch
  return work.finish(isWhole ? final : best, rows, { ...measured, rows: held }, isWhole ? whole : pca)
}

type Fold = ReturnType<typeof hideFolds>['fold']
type Kind = 'linear' | 'deep'
type CandidateRun = TableRun & { readonly kind: Kind; readonly spec: ModelSpec }
type Figures = Pick<TrainedTable, 'usual'> & { readonly measured: NonNullable<TrainedTable['measured']> }

class TableWork {
  readonly features: Int32Array
  private readonly width: number

  constructor(
    private readonly columns: readonly TableColumn[],
    private readonly options: TableTrainingOptions,
    private readonly observer: TableTrainingObserver,
  ) {
    this.features = columnOfFeature(columns)
    this.width = featureCountOf(columns)
  }

  private get largest(): number {
    return Math.max(1, this.width - 1)
  }

  sizeWithout(rows: FeatureRows): number {
    return Math.max(1, Math.min(this.largest, Math.ceil(this.width / 3), rows.rows - 1))
  }

  isDeepWorthIt({ rows }: FeatureRows): boolean {
    return rows >= 60 && this.width >= 3
  }

  pcaOf(rows: FeatureRows, components: number): TablePca {
    return this.iterate(
      someRows(rows, Math.max(500, Math.floor(4 * (mostSearched / rows.width)))),
      components,
    )
  }

  private iterate(rows: FeatureRows, components: number): TablePca {
    const { seed } = this.options
    return iterativePca(rows, { components, seed, onSweep: () => this.observer.step() })
  }

  /** PCA with as many components as tell hidden cells best. */
  bestPca(training: FeatureRows, validation: FeatureRows, fold: Fold, until: number): TablePca {
    const some = someRows(training, Math.max(500, Math.floor(mostSearched / training.width)))
    const errorOf = (pca: TablePca) =>
      errorsOf(this.columns, validation, reconstructWithPca(pca, fold.shown), fold.visible).rmse
    const { codeSize } = this.options
    const tried = codeSize
      ? [codeSize]
      : sizes.filter((size) => size <= Math.min(this.largest, some.rows - 1))
    let best: { pca: TablePca; error: number } | null = null
    let worse = 0
    for (const components of tried) {
      const pca = this.iterate(some, components)
      const error = errorOf(pca)
      if (best && error > worthOneMore * best.error) {
        if (++worse === 3) break
      } else [best, worse] = [{ pca, error }, 0]
      if (performance.now() > until) break
    }
    return best!.pca
  }

  async train(
    kind: Kind,
    rows: FeatureRows,
    pca: TablePca,
    limits: {
      readonly validation?: FeatureRows
      readonly fold?: Fold
      readonly until: number
      readonly end?: number
      readonly epochs?: number
    },
  ): Promise<CandidateRun> {
    const { validation, fold, until, end, epochs } = limits
    const spec = this.specOf(kind, pca.axes.length)
    const usual = this.settingsFor(rows, epochs)
    // What begins where PCA ends has not far to go.
    const learningRate = this.options.learningRate ?? (kind === 'linear' ? 0.001 : 0.003)
    const settings = { ...usual, learningRate, rounds: roundsOf[kind] }
    const start = kind === 'linear' ? valuesOfPca(spec, pca) : initializeParameters(spec)
    const { runtime, device } = this.options
    const data = { rows, columns: this.features }
    const trainer = await TableTrainer.create({ runtime, device }, spec, data, settings, start)
    try {
      const validate =
        validation && fold
          ? async (one: TableTrainer) => {
              const { output: some } = await one.complete(fold.shown, fold.visible)
              const { output: all } = await one.complete(validation)
              return {
                hidden: errorsOf(this.columns, validation, some, fold.visible).rmse,
                reconstruction: errorsOf(this.columns, validation, all).rmse,
              }
            }
          : undefined
      const stage = validation ? kind : 'final'
      const codeSize = pca.axes.length
      const run = await trainer.run(
        {
          step: () => this.observer.step(),
          epochEnded: (progress) => this.observer.epochEnded({ ...progress, stage, codeSize }),
        },
        { validate, until, ...(end !== undefined && { end }) },
      )
      return { ...run, kind, spec }
    } finally {
      await trainer.dispose()
    }
  }

  async measure(run: CandidateRun, validation: FeatureRows, fold: Fold, pca: TablePca): Promise<Figures> {
    const reader = await this.open(run)
    try {
      const { output: whole } = await reader.complete(validation)
      const { output: hidden } = await reader.complete(fold.shown, fold.visible)
      const figures = (all: Float32Array, some: Float32Array): Measured => ({
        reconstruction: errorsOf(this.columns, validation, all),
        hidden: errorsOf(this.columns, validation, some, fold.visible),
      })
      const nothing = new Float32Array(validation.values.length)
      return {
        measured: {
          model: figures(whole, hidden),
          pca: figures(reconstructWithPca(pca, validation), reconstructWithPca(pca, fold.shown)),
          mean: figures(nothing, nothing),
        },
        usual: this.usualOf(validation, whole),
      }
    } finally {
      await reader.dispose()
    }
  }

  async finish(
    run: CandidateRun,
    rows: FeatureRows,
    figures: (Figures & { readonly rows: number }) | null,
    pca: TablePca,
  ): Promise<TrainedTable> {
    const { spec, values, bestEpoch, rowsPerSecond } = run
    return {
      spec,
      values,
      rounds: roundsOf[run.kind].use,
      epochs: bestEpoch,
      parameters: countTrained(spec),
      pca,
      rowsPerSecond,
      measured: figures?.measured ?? null,
      validationRows: figures?.rows ?? 0,
      usual: figures?.usual ?? (await this.usualAlone(run, rows)),
    }
  }

  private async usualAlone(run: CandidateRun, rows: FeatureRows): Promise<number[]> {
    const reader = await this.open(run)
    try {
      return this.usualOf(rows, (await reader.complete(rows)).output)
    } finally {
      await reader.dispose()
    }
  }

  private open({ kind, spec, values }: CandidateRun): Promise<TableReader> {
    return TableReader.open(this.options, spec, values, roundsOf[kind].use)
  }

  private usualOf(rows: FeatureRows, output: Float32Array): number[] {
    const squares = squaresByColumn(this.columns, rows, output)
    return this.columns.map((_, c) => {
      let [sum, count] = [0, 0]
      for (let at = c; at < squares.length; at += this.columns.length) {
        if (Number.isNaN(squares[at]!)) continue
        sum += squares[at]!
        count++
      }
      // A column that is always told right would make any error of it endless.
      return Math.max(0.01, Math.sqrt(sum / Math.max(1, count)))
    })
  }

  private specOf(kind: Kind, components: number): ModelSpec {
    const { tying, seed } = this.options
    const dense = (units: number, activation: 'linear' | 'selu'): LayerSpec => ({
      type: 'dense',
      units,
      activation,
    })
    const hidden = Math.min(256, Math.max(16, 2 * this.width))
    const encoder =
      kind === 'linear' ? [dense(components, 'linear')] : [dense(hidden, 'selu'), dense(components, 'linear')]
    return rowSpec(this.width, { encoder, tying, seed }, 'lecun-normal')
  }

  private settingsFor({ rows }: FeatureRows, given?: number): Omit<TableSettings, 'rounds' | 'learningRate'> {
    const { epochs, batch, seed } = this.options
    const size = batch ?? Math.max(16, Math.min(256, 2 ** Math.round(Math.log2(Math.max(1, rows / 8)))))
    const usual = Math.round(Math.max(20, Math.min(250, 8000 / Math.ceil(rows / size))))
    const chosen = given ?? epochs ?? usual
    return { epochs: chosen, batch: size, seed, patience: Math.max(15, Math.round(chosen / 4)) }
  }
}
