import { describe, expect, it } from 'vitest'
import { densityLines } from '../../src/renderer/components/latent/density'
import {
  nearestPoint,
  nextPoint,
  pointsInside,
  rectangleOutline,
} from '../../src/renderer/components/latent/lasso'
import { MapPainter } from '../../src/renderer/components/latent/mapPainter'
import {
  extentOf,
  fittedView,
  placeAt,
  projectPlane,
  projectSpace,
  zoomed,
} from '../../src/renderer/components/latent/mapView'
import {
  coloursOfClasses,
  coloursOfValues,
  scaleColour,
  scaleOf,
  steppedBack,
  wordOf,
  wordOfHex,
} from '../../src/renderer/components/latent/pointColours'
import { pointsWithRoom } from '../../src/renderer/components/latent/thinning'
import { useSelection } from '../../src/renderer/composables/useSelection'

const size = { width: 200, height: 100 }

describe('what is seen of a map', () => {
  it('is all of it at first, and a place under the pointer keeps its place while zooming', () => {
    const points = Float32Array.from([-10, -1, 10, 1, 0, 0, NaN, NaN])
    const extent = extentOf(points, 2)
    const view = fittedView(extent, size)
    const screen = new Float32Array(8)
    projectPlane(points, 2, view, size, screen)
    expect([...screen.slice(0, 6)].every((at) => at >= 0 && at <= 200)).toBe(true)
    expect([...screen.slice(4, 6)]).toEqual([100, 50])
    expect(Number.isNaN(screen[6])).toBe(true)
    const place = placeAt(view, size, 30, 80)
    expect(placeAt(zoomed(view, size, 3, 30, 80), size, 30, 80).map((at) => at.toFixed(9))).toEqual(
      place.map((at) => at.toFixed(9)),
    )
  })

  it.each([
    ['one point', Float32Array.from([3, 4]), 2],
    ['two at one place', Float32Array.from([3, 4, 3, 4]), 2],
    ['none with a place', Float32Array.from([NaN, NaN]), 2],
    ['a line', Float32Array.from([1, 2, 3]), 1],
  ] as const)('can be drawn: %s', (_, points, components) => {
    const view = fittedView(extentOf(points, components), size)
    expect(Object.values(view).every(Number.isFinite)).toBe(true)
    const screen = new Float32Array((2 * points.length) / components)
    projectPlane(points, components, view, size, screen)
    expect([...screen].every((at) => Number.isNaN(at) || Number.isFinite(at))).toBe(true)
  })

  it('in space turns about the middle: what is nearer covers what is behind it', () => {
    const points = Float32Array.from([0, 0, 1, 0, 0, -1])
    const extent = extentOf(points, 3)
    const screen = new Float32Array(4)
    const depth = new Float32Array(2)
    const view = { ...fittedView(extent, size), yaw: 0, pitch: 0 }
    projectSpace(points, extent, view, size, screen, depth)
    expect([...screen]).toEqual([100, 50, 100, 50])
    expect(depth[0]).toBeGreaterThan(depth[1]!)
    const painter = new MapPainter()
    painter.resize(200, 100)
    const [red, blue] = [wordOf(255, 0, 0), wordOf(0, 0, 255)]
    const scene = { screen, visible: null, raised: null, radius: 3, background: 0, most: 9 }
    for (const colours of [Uint32Array.from([red, blue]), Uint32Array.from([red, blue])]) {
      painter.paint({ ...scene, depth, colours })
      expect(painter.pixels[50 * 200 + 100]).toBe(red)
    }
    projectSpace(points, extent, { ...view, yaw: Math.PI }, size, screen, depth)
    painter.paint({ ...scene, depth, colours: Uint32Array.from([red, blue]) })
    expect(painter.pixels[50 * 200 + 100]).toBe(blue)
  })
})

describe('the painter', () => {
  const screen = Float32Array.from([20, 20, 60, 40, NaN, NaN, 199, 99])
  const colours = new Uint32Array(4).fill(wordOf(9, 9, 9))
  const scene = {
    screen,
    depth: null,
    visible: null,
    colours,
    raised: null,
    radius: 3,
    background: 7,
    most: 9,
  }

  it('knows which point is where: that on top, the nearest within reach, or none', () => {
    const painter = new MapPainter()
    painter.resize(200, 100)
    painter.paint(scene)
    expect(painter.at(20, 20, 5)).toBe(0)
    expect(painter.at(66, 40, 5)).toBe(1)
    expect(painter.at(120, 80, 9)).toBeNull()
    painter.paint({ ...scene, visible: Uint8Array.from([0, 1, 1, 1]) })
    expect(painter.at(20, 20, 5)).toBeNull()
  })

  it('draws what is raised over what is not', () => {
    const painter = new MapPainter()
    painter.resize(200, 100)
    const same = Float32Array.from([50, 50, 50, 50])
    painter.paint({ ...scene, screen: same, raised: Uint8Array.from([1, 0]) })
    expect(painter.at(50, 50, 1)).toBe(0)
  })
})

describe('points in an outline', () => {
  const screen = Float32Array.from([10, 10, 50, 50, 90, 90, NaN, NaN, 50, 20])

  it('of a rectangle, however it was drawn', () => {
    for (const [x0, y0, x1, y1] of [
      [0, 0, 60, 60],
      [60, 60, 0, 0],
    ] as const)
      expect([...pointsInside(screen, null, rectangleOutline(x0, y0, x1, y1))]).toEqual([1, 1, 0, 0, 1])
  })

  it('of a lasso that crosses itself are by the even-odd rule, as testing each one says', () => {
    const outline = [
      [0, 0],
      [100, 100],
      [100, 0],
      [0, 100],
    ] as const
    const many = Float32Array.from({ length: 4000 }, (_, i) => ((i * 7919) % 9973) / 99.73)
    const inside = pointsInside(many, null, outline)
    for (let i = 0; i < 2000; i++) {
      const [x, y] = [many[2 * i]!, Math.floor(many[2 * i + 1]!) + 0.5]
      // Two triangles that meet in the middle, to the left and to the right.
      expect(inside[i]).toBe((y > x && y < 100 - x) || (y < x && y > 100 - x) ? 1 : 0)
    }
  })

  it('leaves out what the legend has switched off, and lines that hold nothing', () => {
    const all = rectangleOutline(-1, -1, 100, 100)
    expect([...pointsInside(screen, Uint8Array.from([1, 0, 1, 1, 1]), all)]).toEqual([1, 0, 1, 0, 1])
    expect([...pointsInside(screen, null, [[0, 0]])]).toEqual([0, 0, 0, 0, 0])
  })
})

describe('from point to point', () => {
  const screen = Float32Array.from([50, 50, 80, 55, 52, 10, 10, 48, NaN, NaN])
  it('goes to the next one in the direction, and stays where there is none', () => {
    expect(nextPoint(screen, null, [50, 50], 'right', 0)).toBe(1)
    expect(nextPoint(screen, null, [50, 50], 'up', 0)).toBe(2)
    expect(nextPoint(screen, null, [50, 50], 'left', 0)).toBe(3)
    expect(nextPoint(screen, null, [50, 50], 'down', 0)).toBeNull()
    expect(nextPoint(screen, Uint8Array.from([1, 0, 1, 1, 1]), [50, 50], 'right', 0)).toBeNull()
  })
  it('begins with the one nearest to the middle', () => {
    expect(nearestPoint(screen, null, [60, 50])).toBe(0)
    expect(nearestPoint(Float32Array.from([NaN, NaN]), null, [0, 0])).toBeNull()
  })
})

it('pictures have room: none covers another, and they stay when the map is moved', () => {
  const screen = Float32Array.from({ length: 800 }, (_, i) => ((i * 7919) % 1009) / (i % 2 ? 10.09 : 5.045))
  const shown = pointsWithRoom(screen, null, size, 20, [0, 0])
  expect(shown.length).toBeGreaterThan(5)
  for (const a of shown)
    for (const b of shown) {
      if (a === b) continue
      const apart = [0, 1].map((c) => Math.abs(screen[2 * a + c]! - screen[2 * b + c]!))
      expect(Math.max(...apart)).toBeGreaterThanOrEqual(20)
    }
  const moved = screen.map((at) => at + 3)
  const after = pointsWithRoom(moved, null, { width: 210, height: 110 }, 20, [3, 3])
  expect(shown.filter((point) => after.includes(point)).length).toBeGreaterThan(0.8 * shown.length)
})

it('density has lines around a crowd, and none where nothing is', () => {
  const screen = Float32Array.from({ length: 1000 }, (_, i) => 50 + ((i * 37) % 20) + (i % 2 ? -10 : 40))
  const lines = densityLines(screen, null, size)
  expect(lines.some(({ coordinates }) => coordinates.length > 0)).toBe(true)
  expect(densityLines(screen, new Uint8Array(500), size)).toEqual([])
})

describe('colours', () => {
  it('of classes differ, and what has no class is grey', () => {
    const colours = coloursOfClasses(Int32Array.from([0, 1, 2, -1]), 3, false)
    expect(new Set(colours).size).toBe(4)
  })
  it('of values go along the scale; what is not known has a colour of its own', () => {
    const values = Float32Array.from([0, 5, 10, NaN])
    const colours = coloursOfValues(values, { low: 0, high: 10 })
    expect([colours[0], colours[2]]).toEqual([scaleColour(0), scaleColour(1)])
    expect(colours[3]).toBe(scaleColour(NaN))
  })
  it('scale without the outermost hundredth', () => {
    const values = Float32Array.from({ length: 1000 }, (_, i) => i)
    values[7] = 1e9
    const { low, high } = scaleOf(values)
    expect(low).toBeLessThan(15)
    expect(high).toBeLessThan(1000)
  })
  it('step back into the ground', () => {
    const ground = wordOfHex('#ffffff')
    const [kept, back] = steppedBack(
      new Uint32Array(2).fill(wordOf(0, 0, 0)),
      Uint8Array.from([1, 0]),
      ground,
    )
    expect(kept).toBe(wordOf(0, 0, 0))
    expect(back! & 0xff).toBeGreaterThan(180)
  })
})

describe('a selection', () => {
  it('is replaced, added to, taken away from, toggled and inverted', () => {
    const selection = useSelection()
    selection.reset(5)
    selection.applyList([1, 2], 'replace')
    selection.apply(Uint8Array.from([0, 0, 1, 1, 0]), 'add')
    expect([...selection.points()]).toEqual([1, 2, 3])
    selection.applyList([2], 'subtract')
    selection.toggle(4)
    selection.toggle(1)
    expect([...selection.points()]).toEqual([3, 4])
    selection.invert()
    expect([...selection.points()]).toEqual([0, 1, 2])
    expect(selection.count.value).toBe(3)
    selection.clear()
    expect(selection.count.value).toBe(0)
  })
})
