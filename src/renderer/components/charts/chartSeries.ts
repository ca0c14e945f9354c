/** A curve of a chart. */
export interface ChartSeries {
  readonly name: string
  readonly points: readonly (readonly [number, number])[]
  /** Number of its colour, from 1. */
  readonly colour: number
  readonly dashed?: boolean
  /** Tells series apart; without one the name does. */
  readonly id?: string
}

/** A horizontal line to compare with. Its name stands above it, at one of its ends. */
export interface ChartReference {
  readonly name: string
  readonly value: number
  readonly colour: number
  readonly at: 'start' | 'end'
}
