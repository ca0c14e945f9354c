import type { TableErrors } from '../../../../shared/tables'
import type { RuntimeName } from '../../../../shared/trainingConfig'
import type { TableTrainingOptions, TableTrainingProgress } from '../../../engine/tables/trainTableModel'
import type { ComputeTarget } from '../../../worker/protocol'

export interface TrainTableParams extends ComputeTarget, Omit<TableTrainingOptions, 'runtime' | 'device'> {
  /** A folder with a table, which gets the model. */
  readonly folder: string
}

export type TrainTableEvent =
  | {
      readonly type: 'started'
      readonly runtime: RuntimeName
      readonly device: string
      readonly version: string
      readonly rows: number
      readonly inputs: number
    }
  | ({ readonly type: 'epoch' } & TableTrainingProgress)

/** Errors of one column, in its own units; of a category the share of wrong ones. */
export interface ColumnErrors extends TableErrors {
  /** 1 − squared errors / squared differences from the mean of the column; null where all values are equal. */
  readonly r2: number | null
}

export interface ColumnFigures {
  readonly name: string
  /** Known cells. */
  readonly count: number
  readonly model: ColumnErrors
  readonly pca: ColumnErrors
  readonly mean: ColumnErrors
}

/** Figures of known cells: of rows given whole, and of cells that were hidden by turns and told from the others. */
export interface TableFigures {
  /** All cells together, in units of each column's standard deviation. */
  readonly all: {
    readonly model: ColumnErrors
    readonly pca: ColumnErrors
    readonly mean: ColumnErrors
  }
  readonly columns: readonly ColumnFigures[]
}

export interface ModelRows {
  readonly folder: string
  /** rows × columns of the model. */
  readonly values: Float64Array
}
