import { describe, expect, it, vi } from 'vitest'
import {
  isColour,
  noiseAround,
  readAsPatches,
  spread,
} from '../../src/renderer/components/denoise/denoiserPlan'
import { formatTimeLeft } from '../../src/renderer/components/denoise/figures'
import { framesOnPage, scrolledTo } from '../../src/renderer/components/denoise/filmWindow'
import { endings, endingWords } from '../../src/renderer/components/denoise/savingWords'
import { formatPsnr, formatSigma } from '../../src/renderer/composables/format'
import { trainQuery, withQuery } from '../../src/renderer/composables/trainQuery'
import { i18n } from '../../src/renderer/i18n'
import type { DenoiseBatch } from '../../src/shared/api/denoising'
import { trainingConfigSchema } from '../../src/shared/trainingConfig'

describe('the film', () => {
  const view = { count: 5000, pitch: 100, left: 20_000, width: 800 }

  it('has a few frames on the page, however many there are', () => {
    const frames = framesOnPage({ ...view, current: 203 })
    expect(frames[0]).toBe(197)
    expect(frames.at(-1)).toBe(210)
  })

  it('keeps the frame that can have the focus, wherever it is scrolled to', () => {
    expect(framesOnPage({ ...view, current: 3 })[0]).toBe(3)
    expect(framesOnPage({ ...view, current: 4000 }).at(-1)).toBe(4000)
    expect(framesOnPage({ ...view, count: 0, current: -1 })).toEqual([])
  })

  it('is scrolled no further than it takes to see a frame', () => {
    expect(scrolledTo(203, view)).toBe(20_000)
    expect(scrolledTo(10, view)).toBe(1000)
    expect(scrolledTo(300, view)).toBe(29_300)
  })
})

describe('what became of pictures', () => {
  const batch: DenoiseBatch = {
    ...{ state: 'idle', done: 27, unchanged: 3, skipped: 0, failed: 0, total: 27, share: 1 },
    ...{ rate: null, timeLeftMs: null },
  }
  const words = (one: DenoiseBatch) =>
    endingWords(one, (key, named, plural) => i18n.global.t(key, named, plural))

  it('is said in one sentence, of what there is', () => {
    expect(words(batch)).toBe('24 saved, 3 had nothing to remove')
    expect(words({ ...batch, done: 1, unchanged: 0, failed: 1 })).toBe('one saved, one failed')
    expect(endings({ ...batch, done: 0, unchanged: 0 })).toEqual([])
  })
})

it('figures of a column have the same decimals, and times are in seconds', () => {
  vi.stubGlobal('navigator', { language: 'en-GB' })
  expect([19, 19.5, 0.00372, 0].map(formatSigma)).toEqual(['19.0', '19.5', '< 0.1', '0.0'])
  expect([31, 31.456].map(formatPsnr)).toEqual(['31.00 dB', '31.46 dB'])
  expect(formatTimeLeft(497)).toBe('1 s')
  expect(formatTimeLeft(125_200)).toBe('2 min 6 s')
  vi.unstubAllGlobals()
})

describe('a denoiser for pictures like these', () => {
  const picture = (sigma: number | null, channels = 3) => ({
    channels,
    sigmas: sigma === null ? null : [sigma, sigma, sigma],
  })

  it('learns a range around the noise that was measured', () => {
    expect(noiseAround([picture(10), picture(20), picture(null)])).toEqual({
      ...{ kind: 'gaussian', min: 7, max: 26 },
    })
    expect(noiseAround([picture(0.4)])).toEqual({ kind: 'gaussian', min: 0, max: 3 })
    expect(noiseAround([picture(null)])).toEqual({ kind: 'gaussian', min: 0, max: 55 })
    expect(noiseAround([picture(250)]).max).toBe(255)
  })

  it('learns in colour where any of them is', () => {
    expect(isColour([picture(5, 1), picture(5, 2)])).toBe(false)
    expect(isColour([picture(5, 1), picture(5, 4)])).toBe(true)
    expect([readAsPatches(true).color, readAsPatches(false).color]).toEqual(['rgb', 'grey'])
  })

  it('is measured on a few of many', () => {
    const all = Array.from({ length: 1000 }, (_, i) => i)
    expect(spread(all, 4)).toEqual([0, 250, 500, 750])
    expect(spread([1, 2], 4)).toEqual([1, 2])
  })

  it('comes to the screen where it is trained by its address', () => {
    const query = trainQuery('denoise-conv', { kind: 'gaussian', min: 7, max: 26 }, '10m')
    expect(query).toEqual({ preset: 'denoise-conv', noise: 'gaussian:7-26', budget: '10m' })
    const config = trainingConfigSchema.parse({ epochs: 40 })
    expect(withQuery(config, { noise: 'gaussian:7-26', budget: '10m' })).toEqual({
      ...config,
      noise: { kind: 'gaussian', min: 7, max: 26 },
      budgetMs: 600_000,
    })
    expect(withQuery(config, { noise: 'nonsense', budget: 'never' })).toEqual(config)
    expect(withQuery(config, {})).toEqual(config)
  })
})
