import { densityLines } from './density'
import type { Outline } from './lasso'
import type { Size } from './mapView'

/** A place with a name: that of a point, or any. */
export interface Mark {
  readonly name: string
  readonly point?: number
  readonly place?: Float32Array
}

export interface Overlay {
  readonly screen: Float32Array
  readonly visible: Uint8Array | null
  readonly size: Size
  /** Pixels of the canvas for one of the page. */
  readonly ratio: number
  readonly pictures: readonly {
    readonly point: number
    readonly picture: HTMLCanvasElement
    /** Of its frame. */
    readonly colour: string
    /** Not selected, where others are. */
    readonly isFaded: boolean
  }[]
  readonly pictureSide: number
  readonly density: boolean
  /** In pixels of the page. */
  readonly outline: Outline | null
  readonly focus: number | null
  readonly hovered: number | null
  readonly marks: readonly (Mark & { readonly at: readonly [number, number] })[]
  readonly colours: {
    readonly ink: string
    readonly accent: string
    readonly surface: string
    readonly line: string
  }
  readonly radius: number
}

/** Of pictures that are not selected, where others are. */
const fadedAlpha = 0.18

/** What lies over the points: pictures, lines of density, what is being drawn around, rings and names. */
export function drawOverlay(context: CanvasRenderingContext2D, overlay: Overlay): void {
  const { size, density, outline, focus, hovered, marks } = overlay
  context.clearRect(0, 0, size.width, size.height)
  drawPictures(context, overlay)
  if (density) drawDensity(context, overlay)
  if (outline) drawOutline(context, outline, overlay)
  if (hovered !== null) ring(context, pointAt(overlay, hovered), 3, overlay)
  if (focus !== null) ring(context, pointAt(overlay, focus), 5, overlay)
  for (const { name, at } of marks) drawMark(context, name, at, overlay)
}

const pointAt = ({ screen }: Overlay, point: number) => [screen[2 * point]!, screen[2 * point + 1]!] as const

function drawPictures(context: CanvasRenderingContext2D, overlay: Overlay): void {
  const { pictures, pictureSide } = overlay
  context.imageSmoothingEnabled = false
  context.lineWidth = 2 * overlay.ratio
  // What is selected covers what is not.
  const order = [...pictures].sort((a, b) => Number(b.isFaded) - Number(a.isFaded))
  for (const { point, picture, colour, isFaded } of order) {
    context.globalAlpha = isFaded ? fadedAlpha : 1
    const [x, y] = pointAt(overlay, point)
    const scale = (0.9 * pictureSide) / Math.max(picture.width, picture.height)
    const [width, height] = [picture.width * scale, picture.height * scale]
    const [left, top] = [Math.round(x - width / 2), Math.round(y - height / 2)]
    context.drawImage(picture, left, top, width, height)
    context.strokeStyle = colour
    context.strokeRect(left, top, width, height)
  }
  context.globalAlpha = 1
}

function drawDensity(
  context: CanvasRenderingContext2D,
  { screen, visible, size, colours, ratio }: Overlay,
): void {
  context.strokeStyle = colours.line
  context.lineWidth = ratio
  for (const { coordinates } of densityLines(screen, visible, size)) {
    context.beginPath()
    for (const ring of coordinates.flat()) {
      ring.forEach(([x, y], i) => (i === 0 ? context.moveTo(x!, y!) : context.lineTo(x!, y!)))
      context.closePath()
    }
    context.stroke()
  }
}

function drawOutline(context: CanvasRenderingContext2D, outline: Outline, { ratio, colours }: Overlay): void {
  context.beginPath()
  outline.forEach(([x, y], i) =>
    i === 0 ? context.moveTo(x * ratio, y * ratio) : context.lineTo(x * ratio, y * ratio),
  )
  context.closePath()
  context.globalAlpha = 0.15
  context.fillStyle = colours.accent
  context.fill()
  context.globalAlpha = 1
  context.strokeStyle = colours.ink
  context.lineWidth = ratio
  context.setLineDash([5 * ratio, 4 * ratio])
  context.stroke()
  context.setLineDash([])
}

function ring(
  context: CanvasRenderingContext2D,
  [x, y]: readonly [number, number],
  gap: number,
  { radius, ratio, colours }: Overlay,
): void {
  if (Number.isNaN(x)) return
  for (const [width, colour] of [
    [4, colours.surface],
    [2, colours.ink],
  ] as const) {
    context.beginPath()
    context.arc(x, y, radius + gap * ratio, 0, 2 * Math.PI)
    context.strokeStyle = colour
    context.lineWidth = width * ratio
    context.stroke()
  }
}

function drawMark(
  context: CanvasRenderingContext2D,
  name: string,
  [x, y]: readonly [number, number],
  overlay: Overlay,
): void {
  const { ratio, colours } = overlay
  ring(context, [x, y], 3, overlay)
  context.font = `600 ${13 * ratio}px Inter Variable, sans-serif`
  context.lineWidth = 4 * ratio
  context.strokeStyle = colours.surface
  context.fillStyle = colours.ink
  const left = x + 10 * ratio
  context.strokeText(name, left, y + 4 * ratio)
  context.fillText(name, left, y + 4 * ratio)
}
