import { expect, it } from 'vitest'
import { defaultControls } from '../../../../src/shared/api/denoising'
import { NoiseAhead } from '../../../../src/main/features/denoising/noiseAhead'
import type { Picture } from '../../../../src/main/features/pictures/readPicture'
import type { ComputeClient } from '../../../../src/main/worker/computeClient'

const picture: Picture = {
  ...{ format: 'png', pixels: new Uint8Array(4), width: 2, height: 2 },
  ...{ channels: 1, orientation: 1, pages: 1 },
}
const auto = { controls: defaultControls }
const builtIn = { trained: { kind: 'gaussian', min: 5, max: 50 } } as const
const noise = { sigmas: [12], correlation: [[1]], coarse: null }

/** A worker that answers when it is told to. */
function worker() {
  const answers: { resolve: (found: unknown) => void; reject: (error: Error) => void }[] = []
  const call = () => new Promise((resolve, reject) => answers.push({ resolve, reject }))
  return { answers, ahead: new NoiseAhead({ call } as unknown as ComputeClient) }
}
const settled = () => new Promise((resolve) => setTimeout(resolve))

it('is known once it was estimated, and nobody waits for it', async () => {
  const { answers, ahead } = worker()
  const found = ahead.estimate(auto, picture, builtIn)
  expect(found()).toBeUndefined()
  answers[0]!.resolve({ noise, certainty: 1 })
  await settled()
  expect(found()).toBe(noise)
})

it('asks for one picture at a time, also after one that failed', async () => {
  const { answers, ahead } = worker()
  const first = ahead.estimate(auto, picture, builtIn)
  for (let i = 0; i < 10; i++) expect(ahead.estimate(auto, picture, builtIn)()).toBeUndefined()
  expect(answers).toHaveLength(1)
  answers[0]!.reject(new Error('gone'))
  await settled()
  expect(first()).toBeUndefined()
  ahead.estimate(auto, picture, builtIn)
  expect(answers).toHaveLength(2)
})

it('asks for nothing that nobody needs', () => {
  const { answers, ahead } = worker()
  ahead.estimate({ controls: { ...defaultControls, sigma: 25 } }, picture, builtIn)
  ahead.estimate({ controls: { ...defaultControls, strength: 0 } }, picture, builtIn)
  ahead.estimate(auto, { ...picture, pages: 2 }, builtIn)
  ahead.estimate(auto, picture, { trained: { kind: 'masking', min: 0.2, max: 0.2 } })
  expect(answers).toHaveLength(0)
})
