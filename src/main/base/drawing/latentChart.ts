import { labelColor, type Theme, type ThemeName, themes } from './chartTheme'
import { renderChart, type Size } from './renderChart'
import { type Box, separateBoxes } from './separateBoxes'
import { textWidth } from './svgText'

/** Points of a map in two dimensions: `points` is count × 2, a label for each, null where there is none. */
export type LatentMap = { points: Float32Array; labels: (string | null)[] }

const size: Size = { width: 760, height: 600 }
const padding = 28
const captionSize = 15
const captionPadding = 4
const mostLabels = 36
const mostPoints = 4000

type Group = { name: string | null; color: string; indices: number[] }
/** Where each point is, in pixels: [x, y]. */
type ToPixels = (index: number) => [number, number]

/**
 * The map as a scatter of points coloured by label, each label written where its points are. One unit is as long
 * upwards as sideways. Above 4,000 points it shows an even selection of them; above 36 labels the rarer ones are grey.
 */
export function latentChart({ points, labels }: LatentMap, themeName: ThemeName): string {
  const theme = themes[themeName]
  const toPixels = pixelScale(points)
  const groups = groupByLabel(labels, themeName)
  const shown = groups.reduce((sum, { indices }) => sum + indices.length, 0)
  const scatters = groups.map(({ color, indices }) => ({
    type: 'scatter',
    silent: true,
    data: indices.map(toPixels),
    symbolSize: shown > 1500 ? 4 : shown > 300 ? 6 : 9,
    itemStyle: { color, opacity: 0.75 },
  }))
  return renderChart(
    {
      backgroundColor: theme.surface,
      grid: { left: 0, right: 0, top: 0, bottom: 0 },
      xAxis: { type: 'value', show: false, min: 0, max: size.width },
      yAxis: { type: 'value', show: false, min: 0, max: size.height, inverse: true },
      series: [...scatters, ...captions(groups, toPixels, theme)],
    },
    size,
  )
}

/** Points to pixels, the whole map in the middle, y upwards. */
function pixelScale(points: Float32Array): ToPixels {
  const range = (offset: number) => {
    let [low, high] = [Infinity, -Infinity]
    for (let i = offset; i < points.length; i += 2) {
      low = Math.min(low, points[i]!)
      high = Math.max(high, points[i]!)
    }
    return { middle: (low + high) / 2, span: high - low || 1 }
  }
  const [x, y] = [range(0), range(1)]
  const scale = Math.min((size.width - 2 * padding) / x.span, (size.height - 2 * padding) / y.span)
  return (index) => [
    size.width / 2 + (points[2 * index]! - x.middle) * scale,
    size.height / 2 - (points[2 * index + 1]! - y.middle) * scale,
  ]
}

/** The most frequent labels in alphabetical order; the rest, and what has no label, in grey and first, so below. */
function groupByLabel(labels: (string | null)[], themeName: ThemeName): Group[] {
  const stride = Math.ceil(labels.length / mostPoints)
  const indicesOf = new Map<string | null, number[]>()
  for (let i = 0; i < labels.length; i += stride) {
    const known = indicesOf.get(labels[i]!)
    if (known) known.push(i)
    else indicesOf.set(labels[i]!, [i])
  }
  const named = [...indicesOf].filter((entry): entry is [string, number[]] => entry[0] !== null)
  const byCount = named.sort(([, a], [, b]) => b.length - a.length)
  const rest = [
    ...(indicesOf.get(null) ?? []),
    ...byCount.slice(mostLabels).flatMap(([, indices]) => indices),
  ]
  const groups = byCount
    .slice(0, mostLabels)
    .sort(([a], [b]) => a.localeCompare(b, 'en', { numeric: true }))
    .map(([name, indices], i) => ({ name, indices, color: labelColor(i, themeName) }))
  const color = named.length > 0 ? themes[themeName].muted : themes[themeName].first
  return rest.length > 0 ? [{ name: null, indices: rest, color }, ...groups] : groups
}

/** The labels on their colours, moved apart where they would cover each other. */
function captions(groups: Group[], toPixels: ToPixels, theme: Theme) {
  const named = groups.flatMap(({ name, color, indices }) =>
    name === null ? [] : [{ text: name.length > 18 ? `${name.slice(0, 17)}…` : name, color, indices }],
  )
  const boxes = separateBoxes(named.map(({ text, indices }) => captionBox(text, indices.map(toPixels))))
  return named.map(({ text, color }, i) => ({
    type: 'scatter',
    silent: true,
    z: 5,
    symbolSize: 0.01,
    itemStyle: { opacity: 1 },
    data: [[boxes[i]!.x, boxes[i]!.y]],
    label: {
      show: true,
      position: 'inside',
      formatter: () => text,
      color: theme.surface,
      fontSize: captionSize,
      fontWeight: 'bold',
      backgroundColor: color,
      borderColor: theme.surface,
      borderWidth: 1.5,
      borderRadius: 5,
      padding: captionPadding,
    },
  }))
}

/** On that of the points which is nearest to their median: a cluster in two parts gets its label on one of them. */
function captionBox(text: string, points: [number, number][]): Box {
  const median = (k: 0 | 1) =>
    points.map((point) => point[k]).sort((a, b) => a - b)[Math.floor(points.length / 2)]!
  const [x, y] = [median(0), median(1)]
  const distance = (point: [number, number]) => Math.hypot(point[0] - x, point[1] - y)
  const nearest = points.reduce((best, point) => (distance(point) < distance(best) ? point : best))
  const room = 2 * captionPadding + 4
  const width = textWidth(text, captionSize, 600) + room
  return { x: nearest[0], y: nearest[1], width, height: captionSize + room }
}
