import { expect, it } from 'vitest'
import {
  figuresOf,
  firstMinuteTable,
  type FolderResult,
} from '../../../src/main/cli/commands/firstMinuteTable'
import type { FirstMinute } from '../../../src/main/cli/bench/firstMinute'
import type { ImageTraits } from '../../../src/shared/plan'
import { planTraining } from '../../../src/main/features/training/planTraining'

const traits: ImageTraits = {
  ...{ images: 1500, labels: 0, width: 64, height: 64, channels: 1, components: 20 },
  ...{ kind: 'photographs', transparent: false, equal: false },
}
const plan = planTraining(traits, { width: 64, height: 64, channels: 1 }, '1m', null)

const training = (seed: number, psnr: number | null): FirstMinute => ({
  ...{ seed, psnr, mean: 15, pca: { psnr: 24, components: 512 }, verdict: 'good', findings: [] },
  ...{ gain: psnr === null ? null : psnr - 24, epochs: 30, runtime: 'tensorflow', wallMs: 61_000 },
})

const result = (...psnrs: (number | null)[]): FolderResult => ({
  ...{ title: 'textures', images: 1500, plan },
  trainings: psnrs.map((psnr, i) => training(i + 1, psnr)),
})

it('takes the mean of the seeds, and the distance between the best and the worst', () => {
  expect(figuresOf(result(26, 25, 27))).toMatchObject({
    psnr: 26,
    gain: 2,
    spread: 2,
    pca: 24,
    wallMs: 61_000,
  })
  expect(figuresOf(result(26)).spread).toBeNull()
})

it('has no figure where a seed has none', () => {
  expect(figuresOf(result(26, null))).toMatchObject({ psnr: null, gain: null, spread: null, pca: 24 })
})

it('is a table in Markdown whose columns are aligned', () => {
  const lines = firstMinuteTable([result(26, 25, 27), { ...result(23), title: 'a' }, result(null)])
  expect(lines).toHaveLength(5)
  expect(new Set(lines.map(({ length }) => length)).size).toBe(1)
  const cells = lines.map((line) => line.split('|').map((cell) => cell.trim()))
  const plan = 'convolutional, 64×64 grey, 512 numbers'
  const same = ['1,500', plan]
  const pca = '24.00 dB (512)'
  expect(cells[2]).toEqual(['', 'textures', ...same, '26.00 dB', pca, '+2.00 dB', '2.00 dB', '1 min 1 s', ''])
  expect(cells[3]).toEqual(['', 'a', ...same, '23.00 dB', pca, '−1.00 dB', '–', '1 min 1 s', ''])
  expect(cells[4]!.slice(4, 8)).toEqual(['none held out', pca, '–', '–'])
})
