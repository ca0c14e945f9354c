import type { TableColumn } from '../../../shared/tables'

/** What is filled in, row by row. */
export interface Filling {
  readonly columns: readonly TableColumn[]
  readonly places: readonly (number | null)[]
  /** rows × columns, in units of the columns. */
  readonly output: Float64Array
  readonly rounded: boolean
  /** How many cells of each column were filled in. */
  readonly counts: number[]
}

/** Where nothing is below zero, nothing that is filled in is either. */
export const boundedValue = ({ min }: TableColumn, value: number): number =>
  min >= 0 ? Math.max(0, value) : value
