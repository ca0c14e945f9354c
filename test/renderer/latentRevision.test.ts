import { createPinia, setActivePinia } from 'pinia'
import { beforeEach, expect, it } from 'vitest'
import type { CodeSet } from '../../src/shared/api/latent'
import { hasSameImages, type LatentMemory, useLatentStore } from '../../src/renderer/stores/useLatentStore'

beforeEach(() => setActivePinia(createPinia()))

const setOf = (revision: string) =>
  ({ model: 'm', set: 's', count: 3, datasets: [{ id: 'd', revision }] }) as unknown as CodeSet

it('recalls what was selected only for the same images', () => {
  const store = useLatentStore()
  const memory = { count: 3, selection: Uint8Array.of(0, 1, 0) } as LatentMemory
  store.remember(setOf('first'), memory)
  expect(store.recall(setOf('first'))).toMatchObject({ selection: Uint8Array.of(0, 1, 0) })
  // As many, and imported again.
  expect(store.recall(setOf('second'))).toBe(null)
  expect(hasSameImages(setOf('first'), setOf('first'))).toBe(true)
  expect(hasSameImages(setOf('first'), setOf('second'))).toBe(false)
})
