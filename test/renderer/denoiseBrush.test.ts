import { describe, expect, it } from 'vitest'
import { brushNote } from '../../src/renderer/components/denoise/brushNote'
import { around, coverage, fits, maskColors, Stroke } from '../../src/renderer/components/denoise/paintMask'
import { changedWith, settingsOf, sharedControls } from '../../src/renderer/components/denoise/settingGroups'
import { type Setting, useControlHistory } from '../../src/renderer/composables/useControlHistory'
import { defaultControls, type OpenedPicture } from '../../src/shared/api/denoising'
import { factorAt, neutralMask } from '../../src/shared/strengthMask'

describe('a brush', () => {
  it('is full within its hardness, and fades smoothly to its edge', () => {
    expect([0, 5, 7.5, 10].map((distance) => coverage(distance, 10, 0.5))).toEqual([1, 1, 0.5, 0])
    expect(coverage(9.99, 10, 1)).toBe(1)
    expect(coverage(9, 10, 0)).toBeLessThan(0.05)
  })
})

describe('a stroke', () => {
  const size = { width: 800, height: 400 }
  const brush = { diameter: 100, hardness: 1, percent: 0 }

  it('paints along its way, and tells where the picture has changed', () => {
    const stroke = new Stroke(null, size, brush)
    stroke.to({ x: 200, y: 200 })
    const changed = stroke.to({ x: 600, y: 200 })
    const at = (x: number, y: number) => factorAt(stroke.mask, size, x, y)
    expect([at(200, 200), at(400, 200), at(600, 240)]).toEqual([0, 0, 0])
    expect([at(400, 260), at(400, 140), at(700, 200)]).toEqual([1, 1, 1])
    expect(changed.left).toBeLessThanOrEqual(150)
    expect(changed.left + changed.width).toBeGreaterThanOrEqual(650)
    expect(changed.height).toBeLessThan(130)
  })

  it('adds nothing where it passes again, and another one does', () => {
    const soft = { ...brush, hardness: 0, percent: 200 }
    const stroke = new Stroke(null, size, soft)
    const there = { x: 300, y: 200 }
    const beside = { x: 328, y: 200 }
    stroke.to(there)
    const once = factorAt(stroke.mask, size, beside.x, beside.y)
    stroke.to(there)
    expect(factorAt(stroke.mask, size, beside.x, beside.y)).toBe(once)
    const second = new Stroke(stroke.mask, size, soft)
    second.to(there)
    expect(factorAt(second.mask, size, beside.x, beside.y)).toBeGreaterThan(once)
    // What was painted before is as it was.
    expect(factorAt(stroke.mask, size, beside.x, beside.y)).toBe(once)
    // The eraser paints what changes nothing.
    const erased = new Stroke(second.mask, size, { ...brush, diameter: 2000, percent: 100 })
    erased.to(there)
    expect(erased.mask).toEqual(neutralMask(size))
  })

  it('is never lost, however small the brush and wherever it is', () => {
    for (let x = 400; x < 408; x += 0.5) {
      const stroke = new Stroke(null, size, { ...brush, diameter: 0.5 })
      stroke.to({ x, y: 201.3 })
      expect(Math.min(...stroke.mask.values)).toBe(0)
    }
    const outside = new Stroke(null, size, brush)
    outside.to({ x: -900, y: 5000 })
    expect(outside.mask).toEqual(neutralMask(size))
  })

  it('belongs to a picture of its size, and is seen in colours', () => {
    const mask = neutralMask(size)
    expect([fits(mask, size), fits(mask, { width: 400, height: 800 })]).toEqual([true, false])
    mask.values.set([0, 200])
    const colors = maskColors(mask)
    expect([colors[3]! > 100, colors[7]! > 100, colors[11]]).toEqual([true, true, 0])
    expect([...colors.subarray(0, 3)]).not.toEqual([...colors.subarray(4, 7)])
    const a = { left: 0, top: 10, width: 5, height: 5 }
    const b = { left: 3, top: 0, width: 5, height: 5 }
    expect([around(null, a), around(a, b)]).toEqual([a, { left: 0, top: 0, width: 8, height: 15 }])
  })
})

describe('what is set for one picture', () => {
  const picture = (id: string, strength: number, hasOwnControls = false) => ({
    ...{ id, hasOwnControls, controls: { ...defaultControls, strength } },
  })
  const all = [picture('a', 1), picture('b', 0.5, true), picture('c', 1)]

  it('is changed alone where it is its own, and else with the others', () => {
    expect(changedWith(all[0]!, all)).toEqual(['a', 'c'])
    expect(changedWith(all[1]!, all)).toEqual(['b'])
    expect(sharedControls(all[1]!, all).strength).toBe(1)
    expect(sharedControls(all[1]!, [all[1]!]).strength).toBe(0.5)
  })

  it('is put back for each as it was, after it was set for all', async () => {
    let now: Setting[] = settingsOf(all)
    expect(now.map(({ ids, isOwn }) => [ids, isOwn])).toEqual([
      [['a', 'c'], false],
      [['b'], true],
    ])
    const applied: Setting[] = []
    const history = useControlHistory(
      async (ids, controls, isOwn) => void applied.push({ ids, controls, isOwn }),
    )
    const before = now
    now = [{ ids: ['a', 'b', 'c'], controls: all[1]!.controls, isOwn: false }]
    await history.assign(before, now)
    expect(applied.splice(0)).toEqual(now)
    await history.undo()
    expect(applied.splice(0)).toEqual(before)
    await history.redo()
    expect(applied).toEqual(now)
  })
})

it('why painting changes nothing is said', () => {
  const opened = { certainty: 1 } as OpenedPicture
  const trainedOn = { noise: 'salt-and-pepper:0.1' }
  const models = [{ id: 'salt', trainedOn }] as unknown as Parameters<typeof brushNote>[0]['models']
  const given = { controls: defaultControls, opened, amount: 2, models }
  expect(brushNote(given)).toBeNull()
  expect(brushNote({ ...given, controls: { ...defaultControls, strength: 0 } })).toMatch(/noStrength/)
  expect(brushNote({ ...given, opened: { ...opened, certainty: 0 } })).toMatch(/noNoise/)
  const byHand = { ...defaultControls, sigma: 20 }
  expect(brushNote({ ...given, controls: byHand, opened: { ...opened, certainty: 0 } })).toBeNull()
  const salt = { ...defaultControls, model: 'salt' }
  expect(brushNote({ ...given, controls: salt })).toMatch(/noMore/)
  expect(brushNote({ ...given, controls: salt, amount: 0.5 })).toBeNull()
})
