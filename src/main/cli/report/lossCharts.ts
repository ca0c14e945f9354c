import type { EChartsCoreOption } from 'echarts/core'
import type { EpochMetrics } from '../../../shared/run'
import { type Theme, type ThemeName, themes } from '../../base/drawing/chartTheme'
import { renderChart } from '../../base/drawing/renderChart'

const size = { width: 520, height: 300 }
type Point = [epoch: number, value: number]
type Curve = { name: string; color: string; points: Point[] }

/** The error against the epoch; on a log scale where it falls so far that a linear one would hide its end. */
export function lossChart(
  epochs: EpochMetrics[],
  themeName: ThemeName,
  { log }: { log?: boolean } = {},
): string {
  const theme = themes[themeName]
  const curves = [
    { name: 'training', color: theme.first, points: pointsOf(epochs, ({ trainLoss }) => trainLoss) },
    { name: 'held out', color: theme.second, points: pointsOf(epochs, ({ valLoss }) => valLoss) },
  ]
  const values = curves.flatMap(({ points }) => points.map(([, value]) => value))
  const wide = Math.min(...values) > 0 && Math.max(...values) > 20 * Math.min(...values)
  return curveChart(epochs, curves, theme, { type: (log ?? wide) ? 'log' : 'value' })
}

/** PSNR of held-out images in dB against the epoch, or null where no epoch has one. */
export function psnrChart(epochs: EpochMetrics[], themeName: ThemeName): string | null {
  const theme = themes[themeName]
  const points = pointsOf(epochs, ({ psnr }) => psnr)
  if (points.length === 0) return null
  return curveChart(epochs, [{ name: 'held out', color: theme.second, points }], theme, { type: 'value' })
}

/** The share of the codes' variance along each of their principal axes, in percent, and their running sum. */
export function varianceChart(varianceRatio: ArrayLike<number>, themeName: ThemeName): string {
  const theme = themes[themeName]
  const shares = Array.from(varianceRatio, (ratio) => ratio * 100)
  let sum = 0
  const sums = shares.map((share) => (sum += share))
  return renderChart(
    {
      ...frame(theme),
      legend: legend(theme),
      xAxis: {
        ...axis(theme),
        type: 'category',
        data: shares.map((_, i) => i + 1),
        splitLine: { show: false },
        axisLabel: { ...axis(theme).axisLabel, interval: everyRoundOne(shares.length) },
      },
      yAxis: {
        ...axis(theme),
        type: 'value',
        max: 100,
        axisLabel: { color: theme.muted, formatter: '{value} %' },
      },
      series: [
        { type: 'bar', name: 'this axis', data: shares, itemStyle: { color: theme.first }, barMaxWidth: 24 },
        {
          type: 'line',
          name: 'up to here',
          data: sums,
          color: theme.second,
          showSymbol: false,
          lineStyle: { width: 2 },
        },
      ],
    },
    size,
  )
}

/** Which of so many categories get a label: the first, and those whose number is a multiple of a round step. */
function everyRoundOne(count: number) {
  const step = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000].find((size) => count / size <= 12) ?? 5000
  return (index: number) => index === 0 || (index + 1) % step === 0
}

function pointsOf(epochs: EpochMetrics[], value: (metrics: EpochMetrics) => number | null): Point[] {
  return epochs.flatMap((metrics) => {
    const y = value(metrics)
    return y !== null && Number.isFinite(y) ? [[metrics.epoch, y] satisfies Point] : []
  })
}

function curveChart(
  epochs: EpochMetrics[],
  curves: Curve[],
  theme: Theme,
  y: { type: 'log' | 'value' },
): string {
  const drawn = curves.filter(({ points }) => points.length > 0)
  const best = epochs.findLast((metrics) => metrics.best)?.epoch
  const series = drawn.map(({ name, color, points }, i) => ({
    type: 'line',
    name,
    color,
    data: points,
    showSymbol: points.length < 3,
    symbol: 'circle',
    lineStyle: { width: 2 },
    markLine: i === 0 && best !== undefined ? bestLine(best, epochs.length, theme) : undefined,
  }))
  const first = epochs[0]?.epoch ?? 1
  const last = epochs.at(-1)?.epoch ?? 1
  return renderChart(
    {
      ...frame(theme),
      legend: drawn.length > 1 ? legend(theme) : undefined,
      xAxis: {
        ...axis(theme),
        type: 'value',
        min: first,
        max: Math.max(last, first + 1),
        minInterval: 1,
        name: 'epoch',
        splitLine: { show: false },
      },
      yAxis: { ...axis(theme), ...y, scale: true, ...(y.type === 'log' ? tightLogRange(drawn) : {}) },
      series,
    },
    size,
  )
}

/** Without it, a log axis ends at powers of ten and may leave half of the picture empty. */
function tightLogRange(curves: Curve[]) {
  const values = curves.flatMap(({ points }) => points.map(([, value]) => value))
  const [lowest, highest] = [Math.min(...values) * 0.9, Math.max(...values) * 1.1]
  return { min: oneDigit(lowest, Math.floor), max: oneDigit(highest, Math.ceil) }
}

/** 0.0068 becomes 0.006 or 0.007. */
function oneDigit(value: number, round: (value: number) => number): number {
  const unit = 10 ** Math.floor(Math.log10(value))
  return Number((round(value / unit) * unit).toPrecision(1))
}

function bestLine(best: number, epochs: number, theme: Theme) {
  return {
    silent: true,
    symbol: 'none',
    data: [{ xAxis: best }],
    lineStyle: { color: theme.muted, type: [4, 4], width: 1 },
    label: {
      formatter: `best: ${best}`,
      position: 'insideEndTop',
      rotate: 0,
      align: best > epochs / 2 ? 'right' : 'left',
      distance: 6,
      color: theme.muted,
      fontSize: 12,
    },
  }
}

function frame(theme: Theme): EChartsCoreOption {
  return {
    backgroundColor: theme.surface,
    grid: { left: 12, right: 20, top: 40, bottom: 4, outerBoundsMode: 'same', outerBoundsContain: 'all' },
  }
}

function axis(theme: Theme) {
  return {
    nameLocation: 'middle',
    nameGap: 28,
    nameTextStyle: { color: theme.muted, fontSize: 12 },
    axisLabel: { color: theme.muted, fontSize: 12 },
    axisLine: { lineStyle: { color: theme.line } },
    axisTick: { show: false },
    splitLine: { lineStyle: { color: theme.line } },
  }
}

function legend(theme: Theme) {
  return {
    top: 4,
    left: 4,
    icon: 'roundRect',
    itemWidth: 14,
    itemHeight: 4,
    itemGap: 24,
    textStyle: { color: theme.text, fontSize: 13 },
  }
}
