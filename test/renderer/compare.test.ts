import { afterEach, describe, expect, it, vi } from 'vitest'
import { compareSettings } from '../../src/renderer/components/runs/compareSettings'
import { differencePictures } from '../../src/renderer/components/images/differencePictures'
import { pcaLines } from '../../src/renderer/components/runs/pcaLines'
import { seriesNames } from '../../src/renderer/components/runs/seriesNames'
import {
  formatBytes,
  formatCount,
  formatDuration,
  formatMeasured,
  formatPsnr,
  formatSigma,
} from '../../src/renderer/composables/format'
import { i18n } from '../../src/renderer/i18n'
import type { RunSummary } from '../../src/shared/api/library'
import { untiedBytes, weightBytes } from '../../src/shared/modelSize'
import { type ModelSpec, modelSpecSchema } from '../../src/shared/modelSpec'
import { trainingConfigSchema } from '../../src/shared/trainingConfig'

// Node before version 21 has none.
vi.stubGlobal('navigator', { language: 'en-US' })

const spec = modelSpecSchema.parse({
  input: { width: 28, height: 28, channels: 1 },
  encoder: [196, 81, 49].map((units) => ({ type: 'dense', units })),
})
const run = (id: string, name: string, changes: Partial<RunSummary> = {}): RunSummary => ({
  ...{ id, name, state: 'done', asked: null, elsewhere: false, createdAt: '', updatedAt: '' },
  ...{ datasetId: 'photos', datasetName: 'photos', images: 100, spec, preset: null },
  ...{ config: trainingConfigSchema.parse({}), runtime: 'onnx', device: 'cpu', parameters: 1, epochs: 2 },
  ...{ best: null, last: null, baselines: null, findings: [], notes: '', error: null, external: false },
  experiment: null,
  ...changes,
})
const untied: ModelSpec = { ...spec, tying: 'untied' }

describe('names of curves', () => {
  const label = (key: string) => key
  it('are those of the runs where each is called differently', () => {
    expect([...seriesNames([run('a', 'One'), run('b', 'Two')], label)]).toEqual([
      ['a', 'One'],
      ['b', 'Two'],
    ])
  })
  it('tell runs of the same name apart by what differs, or by a number', () => {
    const runs = [run('a', 'photos'), run('b', 'photos', { spec: untied }), run('c', 'Other')]
    expect([...seriesNames(runs, label).values()]).toEqual([
      'photos (tying: tied)',
      'photos (tying: untied)',
      'Other',
    ])
    const same = seriesNames([run('a', 'photos'), run('b', 'photos'), run('c', 'photos #2')], label)
    expect(new Set(same.values()).size).toBe(3)
    expect(same.get('a')).toBe('photos')
  })
})

describe('settings side by side', () => {
  it('are told in words and figures, never as objects', () => {
    const budget = { augmentation: { flip: true, shift: 0.1 }, budgetMs: 600_000 }
    const config = trainingConfigSchema.parse(budget)
    const all = compareSettings([run('a', 'A'), run('b', 'B', { config })])
    expect(all.flatMap(({ values }) => values).join()).not.toMatch(/object|null|undefined/)
    expect(all.find(({ key }) => key === 'budgetMs')).toMatchObject({
      values: ['–', '10 min'],
      differs: true,
    })
  })
})

describe('pictures of differences', () => {
  const block = (values: readonly number[]) => ({
    ...{ count: 1, width: values.length, height: 1, channels: 1 as const },
    data: Uint8Array.from(values),
  })
  it('are how far each pixel is from the original, times one factor for all', () => {
    const { factor, blocks } = differencePictures(block([100, 100, 0, 255]), [
      block([100, 90, 0, 235]),
      block([110, 140, 5, 255]),
    ])
    expect(factor).toBe(6)
    expect(blocks.map(({ data }) => [...data])).toEqual([
      [0, 60, 0, 120],
      [60, 240, 30, 0],
    ])
  })
  it('are left as they are where they are strong', () => {
    const { factor, blocks } = differencePictures(block([0, 255]), [block([255, 0])])
    expect(factor).toBe(1)
    expect([...blocks[0]!.data]).toEqual([255, 255])
  })
})

describe("PCA's lines", () => {
  const baselines = { mean: 12, pca: { psnr: 19.5, components: 49 } }
  const curves = [
    { name: 'a', colour: 1, points: [[1, 10] as const, [7, 20] as const] },
    { name: 'b', colour: 2, points: [[2, 10] as const] },
  ]
  it('go across all curves, one for each of its results', () => {
    const lines = pcaLines([run('a', 'A', { baselines }), run('b', 'B', { baselines })], curves)
    expect(lines).toMatchObject([
      {
        colour: 1,
        dashed: true,
        components: 49,
        points: [
          [1, 19.5],
          [7, 19.5],
        ],
      },
    ])
  })
  it('are none where nothing is known', () => {
    expect(pcaLines([run('a', 'A'), run('b', 'B')], curves)).toEqual([])
  })
})

describe('the size of a model', () => {
  it('is that of its weights, half of what it would be untied', () => {
    expect(weightBytes(spec)).toBe(4 * 174_896)
    expect(untiedBytes(spec)).toBe(weightBytes(untied))
    expect(weightBytes(spec) / weightBytes(untied)).toBeLessThan(0.51)
    expect(untiedBytes(untied)).toBeNull()
    expect(weightBytes({ ...spec, tying: 'copied' })).toBe(weightBytes(untied))
  })
})

describe('figures', () => {
  afterEach(() => void (i18n.global.locale.value = 'en'))

  it('have the same digits everywhere', () => {
    expect([19, 19.5, 19.456].map(formatPsnr)).toEqual(['19.00 dB', '19.50 dB', '19.46 dB'])
    expect([0, 0.00372, 3, 25.04].map(formatSigma)).toEqual(['0.0', '< 0.1', '3.0', '25.0'])
    expect([12, 174_896].map(formatCount)).toEqual(['12', '174,896'])
    expect(formatBytes(699_584)).toBe('700 kB')
  })
  it('tell times that people wait in whole seconds', () => {
    const times = [497, 1000, 2500, 59_400, 60_000, 200_000, 3_600_000, 7_500_000]
    expect(times.map(formatDuration)).toEqual([
      'less than a second',
      ...['1 s', '3 s', '59 s', '1 min', '3 min 20 s', '1 h', '2 h 5 min'],
    ])
    expect([497, 1000, 2540].map(formatMeasured)).toEqual(['497 ms', '1.0 s', '2.5 s'])
  })
  it('are those of the language', () => {
    i18n.global.locale.value = 'de'
    expect(formatPsnr(19)).toBe('19,00 dB')
    expect(formatSigma(0.01)).toBe('< 0,1')
    expect(formatCount(174_896)).toBe('174.896')
    expect(formatDuration(10)).toBe('weniger als eine Sekunde')
  })
})
