import { createPinia, setActivePinia } from 'pinia'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { nextTick, shallowRef } from 'vue'
import { MapTravel } from '../../src/renderer/components/latent/mapTravel'
import { countInView, mostWithPictures, pictureSide } from '../../src/renderer/components/latent/thinning'
import { firstProjection, largestQuickUmap } from '../../src/renderer/composables/useCodeMap'
import type { Colouring } from '../../src/renderer/composables/useColouring'
import { useLatentMemory } from '../../src/renderer/composables/useLatentMemory'
import { useSelection } from '../../src/renderer/composables/useSelection'
import { type InspectorPanel, useLatentStore } from '../../src/renderer/stores/useLatentStore'
import type { ClusteredCodes, CodeSet, Projection } from '../../src/shared/api/latent'

vi.mock('../../src/renderer/api/client', () => ({ client: {} }))

describe('a selection that changed', () => {
  it('is undone step by step, and what changes nothing is no step', () => {
    const selection = useSelection()
    selection.reset(4)
    expect(selection.canUndo.value).toBe(false)
    selection.applyList([0], 'replace')
    selection.applyList([0], 'replace')
    selection.applyList([2, 3], 'replace')
    selection.clear()
    selection.undo()
    expect([...selection.points()]).toEqual([2, 3])
    expect(selection.count.value).toBe(2)
    selection.undo()
    expect([...selection.points()]).toEqual([0])
    selection.undo()
    expect(selection.count.value).toBe(0)
    expect(selection.canUndo.value).toBe(false)
    selection.undo()
    expect(selection.mask.value).toHaveLength(4)
  })
})

describe('what is set on a map', () => {
  beforeEach(() => setActivePinia(createPinia()))
  const setOf = (model: string, count = 3) =>
    ({
      model,
      set: `codes of ${model}`,
      count,
      datasets: [{ id: 'd' }],
      labelNames: ['a'],
    }) as unknown as CodeSet
  const umap = { method: 'umap', components: 3 } as Projection
  const pca: Projection = { method: 'pca', components: 2 }

  /** A screen that was just opened. */
  function openScreen() {
    const screen = {
      set: shallowRef<CodeSet | null>(null),
      projection: shallowRef<Projection | null>(null),
      shown: shallowRef<Projection | null>(null),
      isStopped: shallowRef(false),
      selection: useSelection(),
      by: shallowRef<Colouring>('label'),
      clusters: shallowRef<ClusteredCodes | null>(null),
      focus: shallowRef<number | null>(null),
      panel: shallowRef<InspectorPanel>('point'),
      onOther: vi.fn(),
    }
    return { ...screen, ...useLatentMemory(screen) }
  }

  it('is there again on a new screen, for each model its own', async () => {
    const first = openScreen()
    first.set.value = setOf('one')
    first.projection.value = umap
    first.projection.value = pca
    first.selection.applyList([1, 2], 'replace')
    first.by.value = 'error'
    first.panel.value = 'selection'
    first.set.value = setOf('two')
    expect(first.selection.count.value).toBe(0)
    expect(first.by.value).toBe('label')
    expect(first.onOther).toHaveBeenCalledTimes(2)
    first.selection.applyList([0], 'replace')
    await nextTick()

    const again = openScreen()
    expect(useLatentStore().recall(setOf('one'))?.projection).toEqual(pca)
    again.set.value = setOf('one')
    expect([...again.selection.points()]).toEqual([1, 2])
    expect([again.by.value, again.panel.value, again.umap.value]).toEqual(['error', 'selection', umap])
    again.selection.undo()
    expect(again.selection.count.value).toBe(0)
    again.set.value = setOf('two')
    expect([...again.selection.points()]).toEqual([0])
  })

  it('is dropped when the images are others by now, and a map that was stopped is not begun again', () => {
    const screen = openScreen()
    screen.set.value = setOf('one')
    screen.shown.value = pca
    screen.projection.value = umap
    screen.isStopped.value = true
    expect(useLatentStore().recall(setOf('one'))?.projection).toEqual(pca)
    expect(useLatentStore().recall(setOf('one', 5))).toBeNull()
  })
})

describe('the first map', () => {
  const codes = { dimensions: 49, count: 500, broken: 0 }
  it('is UMAP, of a sample where there are very many images', () => {
    expect(firstProjection(codes, false)).toMatchObject({ method: 'umap', components: 2, neighbors: 15 })
    expect(firstProjection(codes, false)).not.toHaveProperty('sample')
    expect(firstProjection({ ...codes, count: 1_000_000 }, false)).toHaveProperty('sample', largestQuickUmap)
  })
  it('is a quicker one where UMAP says nothing more, or would take cores from a training', () => {
    expect(firstProjection({ ...codes, dimensions: 2 }, false)).toEqual({ method: 'dims', axes: [0, 1] })
    expect(firstProjection({ ...codes, broken: 490 }, false).method).toBe('pca')
    expect(firstProjection(codes, true).method).toBe('pca')
  })
})

describe('points that travel to another map', () => {
  it('start where they were, end where they belong, and then stay', () => {
    const travel = new MapTravel()
    travel.begin(Float32Array.from([0, 0, 10, 10]), 2)
    const at = (now: number) => {
      const screen = Float32Array.from([100, 50, NaN, NaN])
      return { isMoving: travel.blend(screen, now), screen: [...screen] }
    }
    expect(at(1000)).toEqual({ isMoving: true, screen: [0, 0, NaN, NaN] })
    const { isMoving, screen } = at(1200)
    expect(isMoving).toBe(true)
    expect(screen[0]).toBeGreaterThan(30)
    expect(screen[0]).toBeLessThan(100)
    expect(at(1700)).toEqual({ isMoving: false, screen: [100, 50, NaN, NaN] })
    expect(at(1701).isMoving).toBe(false)
  })
  it('do not travel when they are other points, or too many for it', () => {
    for (const count of [3, 60_000]) {
      const travel = new MapTravel()
      travel.begin(new Float32Array(count === 3 ? 4 : 2 * count), count)
      expect(travel.blend(new Float32Array(2 * count), 0)).toBe(false)
    }
  })
})

it('images are drawn where few points are in view, and larger where they are fewer', () => {
  const screen = Float32Array.from([5, 5, 50, 50, -1, 5, 300, 5, NaN, NaN])
  expect(countInView(screen, null, { width: 200, height: 100 })).toBe(2)
  expect(countInView(screen, Uint8Array.from([0, 1, 1, 1, 1]), { width: 200, height: 100 })).toBe(1)
  expect(pictureSide(10)).toBeGreaterThan(pictureSide(mostWithPictures))
})
