/** Ratings as triples: who, what, how much. Users and items are numbered from 0. */
export interface Ratings {
  readonly userCount: number
  readonly itemCount: number
  readonly users: Int32Array
  readonly items: Int32Array
  readonly values: Float32Array
  /** Seconds, where the file has them. */
  readonly times: Float64Array | null
}

/** Which side of the matrix an autoencoder sees as its samples: each of these is a row, and the other side its columns. */
export type RowSide = 'items' | 'users'

/** A sparse matrix by rows: entries of row r are those from `starts[r]` to `starts[r + 1]`. */
export interface SparseRows {
  readonly rows: number
  readonly columns: number
  readonly starts: Int32Array
  readonly columnOf: Int32Array
  readonly values: Float32Array
}

/** @param values one a rating, in the order of the ratings: the ratings themselves, or what is left of them */
export function sparseRows(ratings: Ratings, side: RowSide, values: Float32Array): SparseRows {
  const { userCount, itemCount, users, items } = ratings
  const [rows, columns] = side === 'items' ? [itemCount, userCount] : [userCount, itemCount]
  const [rowOf, other] = side === 'items' ? [items, users] : [users, items]
  const starts = new Int32Array(rows + 1)
  for (const row of rowOf) starts[row + 1]!++
  for (let row = 0; row < rows; row++) starts[row + 1]! += starts[row]!
  const next = starts.slice()
  const columnOf = new Int32Array(rowOf.length)
  const sorted = new Float32Array(rowOf.length)
  for (let k = 0; k < rowOf.length; k++) {
    const place = next[rowOf[k]!]!++
    columnOf[place] = other[k]!
    sorted[place] = values[k]!
  }
  return { rows, columns, starts, columnOf, values: sorted }
}

/** Some of the ratings, of the same users and items. @param chosen places in the ratings */
export function pickRatings(ratings: Ratings, chosen: Int32Array | Uint32Array): Ratings {
  const { users, items, values, times } = ratings
  const from = { users: new Int32Array(chosen.length), items: new Int32Array(chosen.length) }
  const kept = new Float32Array(chosen.length)
  const keptTimes = times && new Float64Array(chosen.length)
  chosen.forEach((place, k) => {
    from.users[k] = users[place]!
    from.items[k] = items[place]!
    kept[k] = values[place]!
    if (keptTimes) keptTimes[k] = times![place]!
  })
  return { ...ratings, ...from, values: kept, times: keptTimes }
}

/** The lowest and the highest rating, between which all predictions are. */
export function ratingRange({ values }: Pick<Ratings, 'values'>): { low: number; high: number } {
  let low = Infinity
  let high = -Infinity
  for (const value of values) {
    low = Math.min(low, value)
    high = Math.max(high, value)
  }
  return { low, high }
}
