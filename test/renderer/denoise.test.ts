import { describe, expect, it } from 'vitest'
import { nextTick, ref } from 'vue'
import { noiseWord } from '../../src/renderer/components/denoise/noiseWords'
import { useControlHistory } from '../../src/renderer/composables/useControlHistory'
import { useViewport } from '../../src/renderer/composables/useViewport'
import { type DenoiseControls, defaultControls, denoiseOutputSchema } from '../../src/shared/api/denoising'

describe('a part of a picture in a pane', () => {
  const open = (width = 1000, height = 500) => {
    const pane = ref({ width: 200, height: 200 })
    const port = useViewport(ref({ width, height }), pane)
    port.fit()
    return { pane, port }
  }

  it('begins as all of it, and small pictures are not enlarged for that', () => {
    expect(open().port.scale.value).toBe(0.2)
    expect(open().port.rectangle.value).toEqual({ left: 0, top: -250, width: 1000, height: 1000 })
    expect(open(50, 40).port.scale.value).toBe(1)
  })

  it('keeps the place under the pointer while it is zoomed', () => {
    const { port } = open()
    port.zoomTo(1, 150, 100)
    const { left, top } = port.rectangle.value
    // It was pixel 750, 250.
    expect([left + 150, top + 100]).toEqual([750, 250])
    port.zoomBy(2, 150, 100)
    expect(port.rectangle.value.left + 150 / 2).toBeCloseTo(750)
    port.zoomTo(0.01)
    expect(port.isFitted.value).toBe(true)
  })

  it('does not leave the picture', () => {
    const { port } = open()
    port.zoomTo(1)
    port.panBy(-9999, 9999)
    expect(port.rectangle.value).toEqual({ left: 0, top: 300, width: 200, height: 200 })
  })

  it('stays fitted when the pane changes', async () => {
    const { pane, port } = open()
    pane.value = { width: 500, height: 500 }
    await nextTick()
    expect(port.scale.value).toBe(0.5)
    expect(port.centre.value).toEqual({ x: 500, y: 250 })
  })
})

describe('what was set', () => {
  it('is taken back and put back step by step; one move is one step', async () => {
    const applied: DenoiseControls[] = []
    const history = useControlHistory(async (_, controls) => void applied.push(controls))
    let now = defaultControls
    const change = async (changes: Partial<DenoiseControls>) => {
      await history.change(['a'], now, changes)
      now = applied.at(-1)!
    }
    await change({ strength: 0.9 })
    await change({ strength: 0.8 })
    await change({ color: 0.5 })
    expect(now).toEqual({ ...defaultControls, strength: 0.8, color: 0.5 })
    await history.undo()
    expect(applied.at(-1)).toEqual({ ...defaultControls, strength: 0.8 })
    await history.undo()
    expect(applied.at(-1)).toEqual(defaultControls)
    expect(history.canUndo.value).toBe(false)
    await history.redo()
    expect(applied.at(-1)).toEqual({ ...defaultControls, strength: 0.8 })
    await history.redo()
    expect(applied.at(-1)).toEqual({ ...defaultControls, strength: 0.8, color: 0.5 })
    expect(history.canRedo.value).toBe(false)
  })
})

it('noise has words, from hardly any to extreme', () => {
  const words = [0.3, 2, 4, 8, 14, 25, 60].map((sigma) => noiseWord([sigma, sigma, sigma]).word)
  expect(words).toEqual(['none', 'faint', 'little', 'clear', 'strong', 'veryStrong', 'extreme'])
})

it('names of results stay within their folder', () => {
  const isTaken = (pattern: string) => denoiseOutputSchema.safeParse({ pattern }).success
  expect(isTaken('{name} (clean)')).toBe(true)
  for (const pattern of ['clean', '../{name}', 'a\\{name}', '{name}\u0000', ''])
    expect(isTaken(pattern)).toBe(false)
})
