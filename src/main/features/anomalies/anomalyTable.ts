import { percentileOf } from '../../../shared/anomalyFigures'
import type { AnomalyMark } from '../../../shared/api/anomalies'
import { quoted } from '../../store/csv'

export interface TableRow {
  readonly row: number
  /** Within its source, and absolute. */
  readonly path: string
  readonly file: string
  readonly label: string | null
  readonly score: number
  readonly mark: AnomalyMark | null
  /** Sorted. */
  readonly normalScores: Float64Array
  /** The row of an image that it is the same as, or nearly so; −1 for none. */
  readonly duplicateOf: number
  readonly duplicateDistance: number
}

/**
 * CSV (RFC 4180): one line an image, in the order given.
 *
 * @param odd rows that count as odd
 */
export function anomalyTable(rows: readonly TableRow[], odd: ReadonlySet<number>): string {
  const paths = new Map(rows.map(({ row, path }) => [row, path]))
  const lines = rows.map((image) => {
    const { row, path, file, label, score, mark, normalScores, duplicateOf, duplicateDistance } = image
    const isDuplicate = duplicateOf >= 0
    return [
      ...[quoted(path), quoted(label ?? ''), String(score), percentileOf(normalScores, score).toFixed(3)],
      ...[odd.has(row) ? 'odd' : 'not odd', mark === null ? '' : marks[mark]],
      ...[
        quoted(isDuplicate ? (paths.get(duplicateOf) ?? '') : ''),
        isDuplicate ? String(duplicateDistance) : '',
      ],
      quoted(file),
    ]
  })
  return [header, ...lines].map((cells) => `${cells.join(',')}\r\n`).join('')
}

const header = [
  ...['path', 'label', 'score', 'percentile', 'verdict', 'mark'],
  ...['duplicate of', 'code distance', 'file'],
]
const marks = { odd: 'odd', normal: 'not odd' } as const
