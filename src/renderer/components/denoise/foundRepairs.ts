import type { FoundRepairs } from '../../../shared/api/denoising'
import { formatFigure, formatSigma } from '../../composables/format'

/** A sentence of `denoise.noise`, and what is put into it. */
export interface RepairFact {
  readonly key: 'impulses' | 'rows' | 'columns' | 'range'
  readonly values: Readonly<Record<string, string>>
}

/** Such as 3 % or 0.12 %. */
const percent = (share: number): string => `${formatFigure(100 * share, 2)} %`

/** What was found in a picture besides noise. */
export function repairFacts({ impulses, rows, columns, range }: FoundRepairs): RepairFact[] {
  const facts: RepairFact[] = []
  if (impulses > 0) facts.push({ key: 'impulses', values: { share: percent(impulses) } })
  if (rows > 0) facts.push({ key: 'rows', values: { sigma: formatSigma(rows) } })
  if (columns > 0) facts.push({ key: 'columns', values: { sigma: formatSigma(columns) } })
  if (range !== null) facts.push({ key: 'range', values: { share: percent(range) } })
  return facts
}
