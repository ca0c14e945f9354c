import { ExpectedError } from '../../../shared/errors'
import { sentence } from '../../../shared/texts/sentence'
import type { TableSource } from '../../../shared/tables'
import type { CollectedColumn } from './collectColumn'

/** A file of rows and columns, with all that is in it. */
export interface ReadTable {
  readonly source: TableSource
  readonly rows: number
  readonly columns: readonly CollectedColumn[]
}

/** They are in memory, as is what the training makes of them. */
export const mostCells = 60_000_000

export const tooLarge = (path: string) =>
  new ExpectedError('unsupported', sentence('tables.tooLarge', { path, most: mostCells / 1e6 }))
