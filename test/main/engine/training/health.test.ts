import { describe, expect, it } from 'vitest'
import type { EpochMetrics, FindingKind } from '../../../../src/shared/run'
import { HealthWatch, type Look, varianceOverImages } from '../../../../src/main/engine/training/health'
import { randomNumbers } from '../../../support/randomNumbers'

const images = 12
const values = 20
const numbers = 8

function epochOf(epoch: number, trainLoss: number, valLoss: number | null): EpochMetrics {
  return {
    ...{ epoch, epochs: 20, trainLoss, valLoss, psnr: null, ssim: null, learningRate: 0.001 },
    ...{ samplesPerSecond: 100, elapsedMs: 100, timeLeftMs: 0, orthogonality: [], best: false },
  }
}

const random = (count: number, seed: number) => Float32Array.from({ length: count }, randomNumbers(seed))

/** What a model that learns something gives: nearly the images, and a code that differs. */
function healthyLook(more: Partial<Look> = {}): Look {
  const clean = random(images * values, 1)
  return {
    clean,
    output: clean.map((value) => 0.9 * value),
    code: random(images * numbers, 2),
    images,
    codeRange: null,
    ...more,
  }
}

/** The same numbers for all images, in the first of them only. */
const withStill = (still: number) => healthyLook().code!.map((value, i) => (i % numbers < still ? 0 : value))

interface Run {
  readonly losses: readonly number[]
  readonly valLosses?: readonly (number | null)[]
  readonly look?: Look
  readonly told?: FindingKind[]
}

/** Findings as "kind epoch". */
function findingsOf({ losses, valLosses = losses, look = healthyLook(), told = [] }: Run): string[] {
  const watch = new HealthWatch(told)
  return losses.flatMap((loss, i) =>
    watch.hear(epochOf(i + 1, loss, valLosses[i]!), look).map(({ kind, epoch }) => `${kind} ${epoch}`),
  )
}

const falling = Array.from({ length: 14 }, (_, i) => 0.1 * 0.9 ** i)
const of = (look: Partial<Look>): Run => ({ losses: falling, look: healthyLook(look) })

describe('a run that is well', () => {
  it.each<[string, Run]>([
    ['its loss falls', { losses: falling }],
    ['it has no validation images', { losses: falling, valLosses: falling.map(() => null) }],
    ['it has no code', of({ code: null })],
    ['a number of its code in two is still', of({ code: withStill(numbers / 2) })],
    ['its code lies within its range', of({ codeRange: [0, 1] })],
    ['its loss jumps up once', { losses: falling.map((loss, i) => (i === 5 ? 1.5 * loss : loss)) }],
    ['its loss stays where it is', { losses: falling.map(() => 0.01) }],
    ['its loss wavers', { losses: falling.map((loss, i) => (i % 2 ? 1.2 : 1) * loss) }],
    [
      'its validation loss rises a little',
      { losses: falling, valLosses: falling.map((_, i) => 0.01 * (1 + 0.01 * i)) },
    ],
    [
      'both losses rise, which is not overfitting',
      { losses: falling.map((_, i) => 0.01 * 1.03 ** i), valLosses: falling.map((_, i) => 0.01 * 1.05 ** i) },
    ],
  ])('has nothing found: %s', (_, run) => {
    expect(findingsOf(run)).toEqual([])
  })

  it('has a single image, whose output is the same for every image', () => {
    const clean = random(values, 1)
    const look = { clean, output: clean, code: random(numbers, 2), images: 1, codeRange: null }
    const found = findingsOf({ losses: falling, look })
    expect(found.filter((finding) => /equal|collapsed/.test(finding))).toEqual([])
  })
})

describe('a finding', () => {
  const still = healthyLook().clean.map((_, i) => (i % values) / values)

  it.each<[FindingKind, number, Run]>([
    ['images-equal', 1, of({ clean: still })],
    ['collapsed', 3, of({ output: still })],
    ['collapsed', 3, of({ output: healthyLook().clean.map((value) => 0.5 + 0.05 * value) })],
    ['dead-units', 3, of({ code: withStill(numbers / 2 + 1) })],
    ['saturated', 3, of({ code: random(images * numbers, 2).map(Math.round), codeRange: [0, 1] })],
    [
      'saturated',
      3,
      of({
        code: random(images * numbers, 2).map((value) => (value < 0.5 ? -0.999 : 0.999)),
        codeRange: [-1, 1],
      }),
    ],
    // Up at the second, fourth and sixth epoch.
    ['rate-too-high', 6, { losses: falling.map((loss, i) => (i % 2 ? 1.6 : 1) * loss) }],
    ['rate-too-high', 8, { losses: falling.map((loss, i) => (i > 5 ? 5 : 1) * loss) }],
    [
      'overfitting',
      8,
      // The best is the third epoch; the fourth after it is the seventh, and 15 percent above it comes after that.
      {
        losses: falling,
        valLosses: falling.map((_, i) => (i < 3 ? 0.1 - 0.01 * i : 0.08 * (1 + 0.035 * (i - 2)))),
      },
    ],
  ])('is told once, when it can be known: %s in epoch %i', (kind, epoch, run) => {
    expect(findingsOf(run)).toEqual([`${kind} ${epoch}`])
    expect(findingsOf({ ...run, told: [kind] })).toEqual([])
  })

  it('is told beside others', () => {
    const look = { output: still, code: withStill(numbers) }
    expect(findingsOf(of(look))).toEqual(['collapsed 3', 'dead-units 3'])
  })

  it('is told when it comes later', () => {
    const watch = new HealthWatch()
    const heard = (epoch: number, look: Look) => watch.hear(epochOf(epoch, 0.1, null), look)
    for (let epoch = 1; epoch < 9; epoch++) expect(heard(epoch, healthyLook())).toEqual([])
    expect(heard(9, healthyLook({ output: still }))).toEqual([{ kind: 'collapsed', epoch: 9 }])
    expect(heard(10, healthyLook({ output: still }))).toEqual([])
  })
})

describe('varianceOverImages', () => {
  it('is the mean over the values of their variance', () => {
    // 0, 1, 2 have the variance 2/3, and 5, 5, 5 none.
    expect(varianceOverImages(Float32Array.of(0, 5, 1, 5, 2, 5), 3)).toBeCloseTo(1 / 3, 9)
  })
})
