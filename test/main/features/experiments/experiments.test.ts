import { describe, expect, it } from 'vitest'
import type { ExperimentResults, ExperimentRow } from '../../../../src/shared/experiment'
import { exceedsOf, verdictOf, verdictText } from '../../../../src/shared/experimentVerdict'
import { experimentCsv } from '../../../../src/main/features/experiments/experimentCsv'
import { experimentPage } from '../../../../src/main/features/experiments/experimentPage'
import { epochsThatFit } from '../../../../src/main/features/experiments/pilot'
import { curveOf, figureOf, sharedCurve } from '../../../../src/main/features/experiments/statistics'
import { parseVariation, planVariants } from '../../../../src/main/features/experiments/variants'

const images = { name: 'digits', width: 28, height: 28, channels: 1 } as const

function row(variant: string, psnr: number[], more: Partial<ExperimentRow> = {}): ExperimentRow {
  const mse = figureOf(psnr.map((value) => 10 ** (-value / 10)))
  return {
    ...{ variant, done: psnr.length, seeds: psnr.map((_, i) => i + 1) },
    ...{ parameters: 100, bytes: 400, mse, psnr: figureOf(psnr), trainMs: figureOf([1000]) },
    best: { mse, psnr: figureOf(psnr), epoch: figureOf(psnr.map(() => 5)) },
    ...{ difference: null, unstable: false, code: 16 },
    ...more,
  }
}

/** Rows with their difference from the first one filled in. */
function results(rows: ExperimentRow[], more: Partial<ExperimentResults> = {}): ExperimentResults {
  const [first] = rows
  const compared = rows.map((one, i) => {
    if (i === 0) return one
    const psnr = figureOf(one.psnr.values.map((value, k) => value - first!.psnr.values[k]!))
    return { ...one, difference: { psnr, exceeds: exceedsOf(psnr.mean, psnr.spread) } }
  })
  return {
    version: 1,
    title: 'photos',
    dataset: { name: 'photos', images: 312, training: 281, heldOut: 31, width: 8, height: 8, channels: 1 },
    vary: { what: 'tying', values: rows.map(({ variant }) => variant) },
    ...{ seeds: [1, 2, 3], epochs: 5, layers: '64 → 16', preset: null, loss: 'mse' },
    ...{ learningRate: 0.001, batchSize: 16, complete: true, rows: compared, curves: [], pca: [] },
    ...more,
  }
}

const say = (of: ExperimentResults, language: 'en' | 'de' = 'en') =>
  verdictText(verdictOf(of), of.vary.what, language)

describe('what varies', () => {
  it('is read from the command line', () => {
    expect(parseVariation('tying=tied, untied,copied:batch')).toEqual({
      what: 'tying',
      values: ['tied', 'untied', 'copied:batch'],
    })
    expect(() => parseVariation('tied,untied')).toThrow('Say what varies and how')
    expect(() => parseVariation('tying=glued')).toThrow('"glued" is no way of tying.')
    expect(() => parseVariation('code=8,8')).toThrow('8 is there twice')
    expect(() => parseVariation('code=')).toThrow('Say what code is to be')
  })

  it('is all that differs', async () => {
    const values = ['tied', 'untied', 'copied:epoch', 'pseudo-inverse', 'tied+untied', 'layerwise']
    const plans = await planVariants(images, { what: 'tying', values }, {}, { batchSize: 32 })
    const told = plans.map(({ spec, config }) => [spec.tying, spec.copyEvery, config.pretraining?.kind])
    expect(told).toEqual([
      ['tied', 'batch', undefined],
      ['untied', 'batch', undefined],
      ['copied', 'epoch', undefined],
      ['pseudo-inverse', 'epoch', undefined],
      ['untied', 'batch', 'tied'],
      ['untied', 'batch', 'layerwise'],
    ])
    const rest = plans.map(({ spec, config }) => ({
      spec: { ...spec, tying: null, copyEvery: null },
      config: { ...config, pretraining: null },
    }))
    rest.forEach((one) => expect(one).toEqual(rest[0]))
  })

  it('may be the code, the noise or the learning rate', async () => {
    const codes = await planVariants(images, { what: 'code', values: ['8', '16'] }, {}, {})
    expect(codes.map(({ spec }) => spec.encoder.at(-1))).toMatchObject([{ units: 8 }, { units: 16 }])
    const noises = await planVariants(images, { what: 'noise', values: ['none', 'gaussian:25'] }, {}, {})
    expect(noises.map(({ config }) => config.noise?.kind)).toEqual([undefined, 'gaussian'])
    const rates = await planVariants(images, { what: 'learning-rate', values: ['0.1'] }, {}, {})
    expect(rates[0]!.config.optimizer.learningRate).toBe(0.1)
  })

  it('says which variant cannot be trained', async () => {
    const photographs = { name: 'photos', width: 64, height: 64, channels: 3 } as const
    const values = ['tied', 'pseudo-inverse']
    const planned = planVariants(photographs, { what: 'tying', values }, { preset: 'conv-64' }, {})
    await expect(planned).rejects.toThrow('pseudo-inverse cannot be compared: The pseudo-inverse is made for')
  })
})

describe('the budget', () => {
  const times = [
    { runMs: 1000, epochMs: 400 },
    { runMs: 1000, epochMs: 600 },
  ]
  it('is divided over all runs', () => {
    const fitting = epochsThatFit(times, { seeds: 3, leftMs: 100_000, imagesToTrain: 5000 })
    expect(fitting).toEqual({ epochs: 28, imagesPerEpoch: null })
  })

  it('makes epochs of a part of the images where it is short', () => {
    const { epochs, imagesPerEpoch } = epochsThatFit(times, { seeds: 3, leftMs: 12_000, imagesToTrain: 5000 })
    expect(epochs).toBe(5)
    expect(imagesPerEpoch).toBeLessThan(5000)
  })
})

describe('figures', () => {
  it('are a mean and its spread over the seeds', () => {
    expect(figureOf([1, 2, 3])).toEqual({ mean: 2, spread: 1, values: [1, 2, 3] })
    expect(figureOf([4]).spread).toBeNull()
  })

  it('over the epochs have a band', () => {
    const seeds = [
      [
        { epoch: 1, value: 4 },
        { epoch: 2, value: 2 },
      ],
      [{ epoch: 1, value: 8 }],
    ]
    expect(curveOf(seeds)).toEqual({ epochs: [1, 2], mean: [6, 2], least: [4, 2], most: [8, 2] })
    expect(sharedCurve(seeds).mean).toEqual([4, 2])
  })

  it('are written as CSV', () => {
    const [head, ...lines] = experimentCsv(results([row('tied', [20, 21]), row('untied', [20, 22])])).split(
      '\n',
    )
    expect(head).toContain('tying,seed,parameters')
    expect(lines[0]).toMatch(/^tied,1,100,400,0\.01\d*,20,5,/)
    expect(lines[3]).toMatch(/^untied,2,.*,1$/)
  })
})

describe('a verdict', () => {
  it('is a draw where the seeds differ more than the variants', () => {
    const [first, ...others] = say(
      results([
        row('tied', [20, 20.2, 20.4], { parameters: 52 }),
        row('untied', [20.3, 20.1, 20.5], { parameters: 100 }),
      ]),
    )
    expect(first).toBe(
      'On these 312 images tying saves 48 % of the parameters and makes a difference of 0.10 ± 0.20 dB: a draw.',
    )
    expect(others).toEqual([])
  })

  it('tells what is beyond chance, whichever comes first', () => {
    const [untied] = say(results([row('untied', [21, 21.1, 21.2]), row('tied', [20, 20.1, 20.3])]))
    expect(untied).toContain('costs 0.97 ± 0.06 dB, which is more than chance.')
    const [tied] = say(results([row('tied', [22, 22.1, 22.2]), row('untied', [20, 20.1, 20.3])]))
    expect(tied).toContain('is better by 1.97 ± 0.06 dB')
  })

  it('warns of what is unstable, of a single seed, and of PCA', () => {
    const sentences = say(
      results([row('tied', [20]), row('copied:epoch', [12], { unstable: true })], {
        pca: [{ components: 16, mse: figureOf([0.005]), psnr: figureOf([23]) }],
      }),
    )
    expect(sentences.join(' ')).toMatch(
      /Copied after every epoch is −8\.00 dB from tied with this one seed\./,
    )
    expect(sentences.join(' ')).toMatch(/Copied after every epoch is unstable/)
    expect(sentences.join(' ')).toMatch(/PCA with 16 components is still 3\.00 dB ahead/)
    expect(sentences.at(-1)).toMatch(/trained once/)
  })

  it('is there in German', () => {
    const [first] = say(results([row('tied', [20, 21]), row('untied', [22, 23])]), 'de')
    expect(first).toContain('mehr als Zufall')
  })
})

describe('the page', () => {
  it('stands alone, and escapes what comes from outside', () => {
    const page = experimentPage(
      results([row('tied', [20, 21]), row('untied', [22, 23])], {
        dataset: { ...results([row('tied', [1])]).dataset, name: '<script>alert(1)</script>' },
      }),
      { originals: null, factor: 1, variants: [] },
      'en',
    )
    expect(page).not.toContain('<script>')
    expect(page).not.toMatch(/(src|href)="http/)
    expect(page).toContain('more than chance')
  })
})
