import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TableInfo } from '../../../shared/tables'
import { iterativePca, reconstructWithPca } from '../../engine/tables/iterativePca'
import { type FeatureRows, toFeatures } from '../../engine/tables/tableFeatures'
import { randomStream } from '../../engine/training/random'
import { fillTable } from '../../features/tables/fillTable'
import { matchTable } from '../../features/tables/matchTable'
import { trainOnTable } from '../../features/tables/trainTable'
import type { ComputeClient } from '../../worker/computeClient'
import { createComputeClient } from '../compute'
import type { CommandContext } from '../context'
import { settingsOf } from '../tables/tableTrain'

/** Tables that are drawn: columns of a rank and noise of a standard deviation, beside columns of about one. */
const tables = [
  { rows: 500, noise: 0.1 },
  { rows: 500, noise: 0.5 },
  { rows: 300, noise: 0.02 },
] as const
const [width, rank, gaps, neighbours] = [20, 4, 0.2, 5]

/** `hourglass bench tables`: how well missing cells are filled in, with nothing set but the file, beside what is usual. */
export async function benchTables({ output, signal }: CommandContext): Promise<void> {
  output.line(
    `RMSE of missing cells, ${width} columns of rank ${rank}, ${100 * gaps} % of the cells missing:`,
  )
  output.line(`| Rows | Noise | Mean  | ${neighbours} nearest rows | Iterative PCA, rank known | Hourglass |`)
  const client = createComputeClient()
  const folder = await mkdtemp(join(tmpdir(), 'hourglass-'))
  try {
    for (const [place, { rows, noise }] of tables.entries()) {
      const files = await drawTable(folder, place, rows, noise)
      const { mean, nearest, pca, model } = await errorsOn(files, { client, signal })
      const figure = (value: number, column: number) => value.toFixed(3).padEnd(column)
      output.line(
        `| ${rows}  | ${String(noise).padEnd(5)} | ${figure(mean, 5)} | ${figure(nearest, 14)} | ${figure(pca, 25)} | ${figure(model, 9)} |`,
      )
      output.record({ type: 'bench', what: 'tables', rows, noise, mean, nearest, pca, model })
    }
  } finally {
    await rm(folder, { recursive: true, force: true })
    await client.dispose()
  }
}

interface TableFiles {
  readonly known: string
  readonly whole: string
  readonly run: string
  readonly filled: string
}

async function drawTable(folder: string, place: number, rows: number, noise: number): Promise<TableFiles> {
  const random = randomStream(1, place)
  const draw = (count: number) => Array.from({ length: count * rank }, () => random.normal())
  const [codes, axes] = [draw(rows), draw(width)]
  const whole: string[][] = []
  const known: string[][] = []
  for (let row = 0; row < rows; row++) {
    const cells = Array.from({ length: width }, (_, column) => {
      let value = 0
      for (let k = 0; k < rank; k++) value += codes[row * rank + k]! * axes[column * rank + k]!
      return (value / Math.sqrt(rank) + noise * random.normal()).toFixed(6)
    })
    whole.push(cells)
    known.push(cells.map((cell) => (random.uniform() < gaps ? '' : cell)))
  }
  const names = Array.from({ length: width }, (_, column) => `x${column}`)
  const at = (name: string) => join(folder, `${place}-${name}`)
  const files = { known: at('known.csv'), whole: at('whole.csv'), run: at('run'), filled: at('filled.csv') }
  const write = (path: string, cells: readonly string[][]) =>
    writeFile(path, `${[names, ...cells].map((line) => line.join(',')).join('\n')}\n`)
  await write(files.known, known)
  await write(files.whole, whole)
  return files
}

async function errorsOn(
  { known: source, whole, run, filled }: TableFiles,
  work: { readonly client: ComputeClient; readonly signal: AbortSignal },
) {
  const info = await trainOnTable({ ...settingsOf({}), source, run, overwrite: false }, work)
  await fillTable({ model: run, file: source, out: filled, overwrite: false, rounded: true }, work)
  const known = await featuresOf(source, info)
  const truth = await featuresOf(whole, info)
  const errorOf = (made: Float32Array) => {
    let [squares, count] = [0, 0]
    known.values.forEach((value, at) => {
      if (!Number.isNaN(value)) return
      squares += (made[at]! - truth.values[at]!) ** 2
      count++
    })
    return Math.sqrt(squares / count)
  }
  const pca = iterativePca(known, { components: rank, sweeps: 1000 })
  return {
    mean: errorOf(new Float32Array(known.values.length)),
    nearest: errorOf(byNearestRows(known)),
    pca: errorOf(reconstructWithPca(pca, known, 1000)),
    model: errorOf((await featuresOf(filled, info)).values),
  }
}

/** In units of each column's standard deviation. */
async function featuresOf(path: string, info: TableInfo): Promise<FeatureRows> {
  return toFeatures(info.columns, (await matchTable(path, info, {})).values)
}

/** Means of the nearest rows that know a cell, by the mean squared difference of what both know (Troyanskaya et al. 2001). */
function byNearestRows({ rows, values }: FeatureRows): Float32Array {
  const made = values.slice()
  const distance = (a: number, b: number) => {
    let [squares, both] = [0, 0]
    for (let c = 0; c < width; c++) {
      const apart = values[a * width + c]! - values[b * width + c]!
      if (Number.isNaN(apart)) continue
      squares += apart * apart
      both++
    }
    return both === 0 ? Infinity : squares / both
  }
  for (let row = 0; row < rows; row++) {
    const order = Array.from({ length: rows }, (_, other) => ({ other, far: distance(row, other) }))
      .filter(({ other }) => other !== row)
      .sort((a, b) => a.far - b.far)
    for (let c = 0; c < width; c++) {
      if (!Number.isNaN(values[row * width + c]!)) continue
      const near = order
        .map(({ other }) => values[other * width + c]!)
        .filter((value) => !Number.isNaN(value))
      made[row * width + c] = near.slice(0, neighbours).reduce((sum, value) => sum + value / neighbours, 0)
    }
  }
  return made
}
