import { expect, it } from 'vitest'
import type { TableColumn } from '../../../../src/shared/tables'
import { iterativePca, reconstructWithPca } from '../../../../src/main/engine/tables/iterativePca'
import { fromFeatures, toFeatures } from '../../../../src/main/engine/tables/tableFeatures'
import { portableTable } from '../../../../src/main/engine/tables/tableProgram'
import { TableReader } from '../../../../src/main/engine/tables/tableReader'
import { trainTableModel } from '../../../../src/main/engine/tables/trainTableModel'
import { randomStream } from '../../../../src/main/engine/training/random'
import { describeRuntimes, withProgram } from '../../../support/runtimes'

const [rows, width, rank, noise] = [240, 10, 2, 0.1]

/** Rows of low rank with noise, and the same with a fifth of the cells missing. */
function lowRank(): { whole: Float32Array; known: Float32Array } {
  const random = randomStream(3)
  const draw = (count: number) => Array.from({ length: count * rank }, () => random.normal())
  const [codes, axes] = [draw(rows), draw(width)]
  const whole = Float32Array.from({ length: rows * width }, (_, at) => {
    const [row, f] = [Math.floor(at / width), at % width]
    let value = noise * random.normal()
    for (let k = 0; k < rank; k++) value += codes[row * rank + k]! * axes[f * rank + k]!
    return value
  })
  return { whole, known: whole.map((value) => (random.uniform() < 0.2 ? NaN : value)) }
}

const column = (name: string): TableColumn => ({
  ...{ name, place: 0, kind: 'number', missing: 0, unreadable: 0, scaling: 'standard', center: 0, scale: 1 },
  ...{ mean: 0, deviation: 1, min: -9, max: 9, decimals: 2, exponents: false, values: [] },
})
const columns = Array.from({ length: width }, (_, f) => column(`x${f}`))
const { whole, known } = lowRank()
const table = { rows, width, values: known }

function errorOfMissing(output: Float32Array): number {
  let [squares, count] = [0, 0]
  known.forEach((value, at) => {
    if (!Number.isNaN(value)) return
    squares += (output[at]! - whole[at]!) ** 2
    count++
  })
  return Math.sqrt(squares / count)
}

it('finds the components of rows with gaps', () => {
  const pca = iterativePca(table, { components: rank })
  expect(errorOfMissing(reconstructWithPca(pca, table))).toBeLessThan(1.4 * noise)
})

it('turns categories into numbers and back', () => {
  const values = [
    { name: 'a', share: 0.75 },
    { name: 'b', share: 0.25 },
  ]
  const kinds: TableColumn[] = [
    { ...column('x'), center: 2, scale: 4 },
    { ...column('c'), kind: 'category', values, scale: 0.5 },
  ]
  const given = Float64Array.from([6, 1, NaN, 0, 2, NaN])
  const features = toFeatures(kinds, given)
  expect([...features.values]).toEqual([1, -1.5, 1.5, NaN, 0.5, -0.5, 0, NaN, NaN])
  expect([...fromFeatures(kinds, features)].slice(0, 2)).toEqual([6, 1])
})

describeRuntimes('trainTableModel', (runtime) => {
  const deviceOf = () =>
    runtime()
      .devices()
      .find(({ isGpu }) => !isGpu)!.id
  const options = { seed: 1, tying: 'tied', validation: 0.1, budgetMs: 600_000, epochs: 6 } as const
  const quiet = { step: () => {}, epochEnded: () => {} }

  it('fills in what is missing as well as iterative PCA, finds the rank, and is the same from the same seed', async () => {
    const target = { runtime: runtime(), device: deviceOf() }
    const trained = await trainTableModel(table, columns, { ...options, ...target }, quiet)
    expect(trained.pca.axes).toHaveLength(rank)
    expect(trained.measured!.model.hidden.rmse).toBeLessThan(0.3 * trained.measured!.mean.hidden.rmse)
    const reader = await TableReader.open(target, trained.spec, trained.values, trained.rounds)
    const { output, codes } = await reader.complete(table)
    await reader.dispose()
    const ofPca = errorOfMissing(reconstructWithPca(iterativePca(table, { components: rank }), table))
    expect(errorOfMissing(output)).toBeLessThan(1.1 * ofPca)
    expect(codes).toHaveLength(rows * rank)
    const again = await trainTableModel(table, columns, { ...options, ...target }, quiet)
    expect(again.values).toEqual(trained.values)
    // The same as other programs get it, in units of the columns.
    const scales = { centers: new Float32Array(width).fill(5), scales: new Float32Array(width).fill(2) }
    const { variables, fn } = portableTable(trained.spec, trained.rounds, scales)
    await withProgram(runtime(), { variables, functions: [fn] }, async (compiled) => {
      await compiled.write(trained.values)
      const raw = known.map((value) => 2 * value + 5)
      const made = await compiled.run(fn.name, { rows: { shape: [rows, width], data: raw } })
      made.filled!.data.forEach((value, at) => {
        const expected = Number.isNaN(known[at]!) ? 2 * output[at]! + 5 : raw[at]!
        expect(value).toBeCloseTo(expected, 3)
      })
    })
  }, 120_000)

  it('learns untied, with a code of a given size, and without a validation', async () => {
    const target = {
      runtime: runtime(),
      device: deviceOf(),
      tying: 'untied',
      codeSize: 3,
      validation: 0,
    } as const
    const { spec, measured, usual } = await trainTableModel(table, columns, { ...options, ...target }, quiet)
    expect(spec.encoder).toMatchObject([{ units: 3 }])
    expect(measured).toBeNull()
    expect(usual.every((error) => error > 0 && error < 0.5)).toBe(true)
  }, 60_000)
})
