import type { TrainingPlan } from '../../../shared/plan'
import type { FirstMinute } from '../bench/firstMinute'
import { formatDuration } from '../format'

/** What a row of the table is made of: the trainings of one folder, one a seed. */
export interface FolderResult {
  readonly title: string
  readonly images: number
  readonly plan: TrainingPlan
  readonly trainings: readonly FirstMinute[]
}

/** Means over the seeds; the spread is the largest PSNR less the smallest one. */
export interface FolderFigures {
  readonly psnr: number | null
  readonly pca: number | null
  readonly components: number | null
  readonly gain: number | null
  readonly spread: number | null
  readonly wallMs: number
}

export function figuresOf({ trainings }: FolderResult): FolderFigures {
  const psnrs = trainings.flatMap(({ psnr }) => psnr ?? [])
  const hasAll = psnrs.length === trainings.length
  return {
    psnr: hasAll ? mean(psnrs) : null,
    pca: meanOf(trainings.map(({ pca }) => pca?.psnr ?? null)),
    components: trainings[0]?.pca?.components ?? null,
    gain: meanOf(trainings.map(({ gain }) => gain)),
    spread: hasAll && psnrs.length > 1 ? Math.max(...psnrs) - Math.min(...psnrs) : null,
    wallMs: mean(trainings.map(({ wallMs }) => wallMs)),
  }
}

const head = [
  'Folder',
  'Images',
  'Plan',
  'Held-out PSNR',
  'PCA (components)',
  'Gain',
  'Spread',
  'Time',
] as const

/** The results as a table in Markdown, which reads well on a terminal too. */
export function firstMinuteTable(results: readonly FolderResult[]): string[] {
  const rows = [head, ...results.map(rowOf)]
  const widths = head.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)))
  const lines = rows.map(
    (row) => `| ${row.map((cell, column) => cell.padEnd(widths[column]!)).join(' | ')} |`,
  )
  const rule = `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`
  return [lines[0]!, rule, ...lines.slice(1)]
}

function rowOf(result: FolderResult): string[] {
  const { psnr, pca, components, gain, spread, wallMs } = figuresOf(result)
  return [
    result.title,
    result.images.toLocaleString('en'),
    planOf(result),
    psnr === null ? 'none held out' : decibels(psnr),
    pca === null ? '–' : `${decibels(pca)} (${components})`,
    gain === null ? '–' : `${gain < 0 ? '−' : '+'}${decibels(Math.abs(gain))}`,
    spread === null ? '–' : decibels(spread),
    formatDuration(wallMs),
  ]
}

function planOf({ plan }: FolderResult): string {
  const { network, spec, codeSize } = plan
  const { width, height, channels } = spec.input
  return `${network}, ${width}×${height} ${channels === 3 ? 'colour' : 'grey'}, ${codeSize} numbers`
}

const decibels = (value: number) => `${value.toFixed(2)} dB`

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length

function meanOf(values: readonly (number | null)[]): number | null {
  const known = values.flatMap((value) => value ?? [])
  return known.length === values.length ? mean(known) : null
}
