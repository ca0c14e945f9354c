import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import { labelColor } from '../../../../src/main/base/drawing/chartTheme'
import { latentChart } from '../../../../src/main/base/drawing/latentChart'
import { lossChart, psnrChart, varianceChart } from '../../../../src/main/cli/report/lossCharts'
import { chartPng } from '../../../../src/main/base/drawing/montage'
import { separateBoxes } from '../../../../src/main/base/drawing/separateBoxes'
import { epoch } from '../../cli/report/reportSample'

const textsOf = (svg: string) => [...svg.matchAll(/<text[^>]*>([^<]*)</g)].map((match) => match[1])

describe('loss chart', () => {
  it('shows both curves and the best epoch, without traces of the interactive chart', () => {
    const svg = lossChart([epoch(1), epoch(2), epoch(3)], 'light')
    expect(textsOf(svg)).toEqual(expect.arrayContaining(['training', 'held out', 'best: 2', 'epoch']))
    expect(svg).not.toMatch(/<style|class=|ecmeta|NaN/)
  })

  it('goes logarithmic when the error falls far, or when told to', () => {
    const far = [epoch(1, { trainLoss: 0.9 }), epoch(2, { trainLoss: 0.0012, valLoss: 0.0013 })]
    expect(textsOf(lossChart(far, 'light'))).toEqual(expect.arrayContaining(['0.001', '0.01', '0.1', '1']))
    expect(textsOf(lossChart(far, 'light', { log: false }))).not.toContain('0.001')
  })

  it.each([
    ['a single epoch', [epoch(1)]],
    ['no held-out images', [epoch(1, { valLoss: null }), epoch(2, { valLoss: null })]],
    ['a run that diverged', [epoch(1), epoch(2, { trainLoss: NaN, valLoss: Infinity })]],
    ['nothing but NaN', [epoch(1, { trainLoss: NaN, valLoss: NaN })]],
    ['an error of zero', [epoch(1, { trainLoss: 0, valLoss: 0 }), epoch(2)]],
  ])('draws %s', (_, epochs) => expect(lossChart(epochs, 'dark')).not.toMatch(/NaN|Infinity/))
})

describe('PSNR chart', () => {
  it('is drawn from the epochs that have one', () => {
    expect(psnrChart([epoch(1, { psnr: null }), epoch(2)], 'light')).toContain('<svg')
    expect(psnrChart([epoch(1, { psnr: null })], 'light')).toBeNull()
  })
})

describe('variance chart', () => {
  it('adds the shares up', () => {
    expect(textsOf(varianceChart([0.75, 0.25], 'light'))).toEqual(
      expect.arrayContaining(['this axis', 'up to here', '100 %']),
    )
  })
})

describe('latent chart', () => {
  const map = (count: number, label: (i: number) => string | null) => ({
    points: Float32Array.from({ length: 2 * count }, (_, i) => Math.sin(i * 7.3)),
    labels: Array.from({ length: count }, (_, i) => label(i)),
  })

  it('writes each label once', () => {
    expect(
      textsOf(
        latentChart(
          map(60, (i) => 'abc'[i % 3]!),
          'light',
        ),
      ).sort(),
    ).toEqual(['a', 'b', 'c'])
  })

  it('shows the 36 most frequent labels when there are more', () => {
    const texts = textsOf(
      latentChart(
        map(400, (i) => (i < 80 ? `twice${i % 40}` : `${i % 35}`)),
        'dark',
      ),
    )
    expect(texts).toHaveLength(36)
  })

  it('shows an even selection of many points', () => {
    const svg = latentChart(
      map(20_000, () => null),
      'light',
    )
    expect(svg.match(/<path/g)!.length).toBeLessThanOrEqual(4000)
    expect(textsOf(svg)).toEqual([])
  })

  it('draws one point, and points that coincide', () => {
    for (const points of [new Float32Array(2), new Float32Array(20)]) {
      const labels = Array.from({ length: points.length / 2 }, () => 'a')
      expect(latentChart({ points, labels }, 'light')).not.toContain('NaN')
    }
  })

  it('shortens long labels and escapes odd ones', () => {
    const texts = textsOf(
      latentChart(
        map(2, (i) => (i === 0 ? '<b>&' : 'a label that never ends')),
        'light',
      ),
    )
    expect(texts.sort()).toEqual(['&lt;b&gt;&amp;', 'a label that neve…'])
  })
})

describe('separateBoxes', () => {
  it('moves boxes apart that cover each other, and no others', () => {
    const far = { x: 500, y: 500, width: 10, height: 10 }
    const near = Array.from({ length: 6 }, (_, i) => ({ x: i, y: 0, width: 40, height: 20 }))
    const moved = separateBoxes([far, ...near])
    expect(moved[0]).toEqual(far)
    for (const [i, a] of moved.entries()) {
      for (const b of moved.slice(i + 1)) {
        const covers =
          Math.abs(a.x - b.x) < (a.width + b.width) / 2 && Math.abs(a.y - b.y) < (a.height + b.height) / 2
        expect(covers).toBe(false)
      }
    }
  })
})

it('36 labels have 36 colours', () => {
  for (const theme of ['light', 'dark'] as const) {
    const colors = Array.from({ length: 36 }, (_, i) => labelColor(i, theme))
    expect(new Set(colors).size).toBe(36)
    for (const color of colors) expect(color).toMatch(/^#[0-9a-f]{6}$/)
  }
})

it('a chart becomes a PNG of twice its size', async () => {
  const { width, height } = await sharp(await chartPng(lossChart([epoch(1), epoch(2)], 'light'))).metadata()
  expect([width, height]).toEqual([1040, 600])
})
