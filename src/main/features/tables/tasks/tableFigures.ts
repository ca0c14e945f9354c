import type { TableColumn } from '../../../../shared/tables'
import type { ColumnErrors } from './tableTasks'

/** Adds up the errors of one column, in its own units; of a category an error is 1 where the value is another one. */
export class ColumnSums {
  count = 0
  private squares = 0
  private absolutes = 0
  private sum = 0
  private sumOfSquares = 0

  constructor(private readonly column: TableColumn) {}

  add(value: number, made: number): void {
    const isCategory = this.column.kind === 'category'
    const error = isCategory ? Number(value !== made) : made - value
    this.count++
    this.squares += error * error
    this.absolutes += Math.abs(error)
    // Differences from the middle of the training keep the digits.
    const apart = value - this.column.mean
    this.sum += apart
    this.sumOfSquares += apart * apart
  }

  get figures(): ColumnErrors {
    const count = Math.max(1, this.count)
    const spread = this.sumOfSquares - this.sum ** 2 / count
    const isTold = this.column.kind !== 'category' && spread > 0
    return {
      rmse: Math.sqrt(this.squares / count),
      mae: this.absolutes / count,
      r2: isTold ? 1 - this.squares / spread : null,
    }
  }

  /** In units of the column's standard deviation; a wrong category counts as one. */
  get scaled() {
    const unit = this.column.kind === 'category' ? 1 : this.column.deviation
    const spread = (this.sumOfSquares - this.sum ** 2 / Math.max(1, this.count)) / unit ** 2
    return {
      count: this.count,
      squares: this.squares / unit ** 2,
      absolutes: this.absolutes / unit,
      spread: this.column.kind === 'category' ? 0 : spread,
      explained: this.column.kind === 'category' ? 0 : this.squares / unit ** 2,
    }
  }
}

/** All columns together. */
export function figuresOf(columns: readonly ColumnSums[]): ColumnErrors {
  const total = { count: 0, squares: 0, absolutes: 0, spread: 0, explained: 0 }
  for (const { scaled } of columns)
    for (const key of Object.keys(total) as (keyof typeof total)[]) total[key] += scaled[key]
  const count = Math.max(1, total.count)
  return {
    rmse: Math.sqrt(total.squares / count),
    mae: total.absolutes / count,
    r2: total.spread > 0 ? 1 - total.explained / total.spread : null,
  }
}
