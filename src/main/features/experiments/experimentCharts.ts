import type { EChartsCoreOption } from 'echarts/core'
import type { Curve } from '../../../shared/experiment'
import { labelColor, type Theme, type ThemeName, themes } from '../../base/drawing/chartTheme'
import { renderChart } from '../../base/drawing/renderChart'

const size = { width: 520, height: 300 }

export interface NamedCurve {
  readonly name: string
  readonly curve: Curve
}

export interface ChartOptions {
  readonly log?: boolean
  readonly xName: string
  /** A horizontal line to compare with. */
  readonly line?: { readonly name: string; readonly value: number } | undefined
}

/** A picture for each scheme; the reader's system chooses. */
export interface ChartPair {
  readonly light: string
  readonly dark: string
}

/** The colour of the variant with that number, from 0. */
export const variantColor = (index: number, theme: ThemeName): string => labelColor(index, theme)

/** Means over the seeds as lines, each in a band from the least to the largest of the seeds. Null of nothing. */
export function bandChart(curves: readonly (NamedCurve | null)[], options: ChartOptions): ChartPair | null {
  if (!curves.some((curve) => curve && curve.curve.epochs.length > 0)) return null
  return { light: draw(curves, options, 'light'), dark: draw(curves, options, 'dark') }
}

function draw(curves: readonly (NamedCurve | null)[], options: ChartOptions, themeName: ThemeName): string {
  const theme = themes[themeName]
  const { log = false, xName, line } = options
  const kept = (value: number) => Number.isFinite(value) && (!log || value > 0)
  const series = curves.flatMap((named, i) => {
    if (!named) return []
    const { curve, name } = named
    const color = variantColor(i, themeName)
    const at = curve.epochs.map(
      (epoch, k) => [epoch, curve.mean[k]!, curve.least[k]!, curve.most[k]!] as const,
    )
    const points = at.filter(([, ...values]) => values.every(kept))
    return [
      band(name, points, color),
      {
        type: 'line',
        name,
        color,
        z: 3,
        lineStyle: { width: 2 },
        data: points.map(([epoch, mean]) => [epoch, mean]),
        showSymbol: points.length < 3,
      },
    ]
  })
  const epochs = curves.flatMap((named) => named?.curve.epochs ?? [])
  return renderChart(
    {
      ...frame(theme),
      xAxis: {
        ...axis(theme),
        type: 'value',
        name: xName,
        minInterval: 1,
        splitLine: { show: false },
        min: Math.min(...epochs),
        max: Math.max(...epochs, Math.min(...epochs) + 1),
      },
      yAxis: { ...axis(theme), type: log ? 'log' : 'value', scale: true },
      series: line ? [...series, reference(line, epochs, theme)] : series,
    },
    size,
  )
}

/** A polygon along the largest values and back along the least ones. */
function band(
  name: string,
  points: readonly (readonly [number, number, number, number])[],
  color: string,
): object {
  const outline = [
    ...points.map(([epoch, , , most]) => [epoch, most]),
    ...[...points].reverse().map(([epoch, , least]) => [epoch, least]),
  ]
  return {
    type: 'custom',
    name: `${name} ±`,
    silent: true,
    z: 2,
    data: outline,
    renderItem: (params: { dataIndex: number }, api: { coord: (point: number[]) => number[] }) =>
      params.dataIndex > 0
        ? null
        : {
            type: 'polygon',
            shape: { points: outline.map((point) => api.coord(point)) },
            style: { fill: color, opacity: 0.16 },
          },
  }
}

function reference(
  { name, value }: { name: string; value: number },
  epochs: readonly number[],
  theme: Theme,
) {
  return {
    type: 'line',
    name,
    color: theme.muted,
    showSymbol: false,
    data: [
      [Math.min(...epochs), value],
      [Math.max(...epochs, Math.min(...epochs) + 1), value],
    ],
    lineStyle: { width: 1.5, type: [5, 4] },
    endLabel: { show: false },
    markPoint: undefined,
  }
}

/** Singular values of one kernel in each variant, the largest first. */
export function spectrumChart(
  spectra: readonly ({ readonly name: string; readonly singular: readonly number[] } | null)[],
  xName: string,
): ChartPair | null {
  const curves = spectra.map((spectrum): NamedCurve | null => {
    if (!spectrum) return null
    const { name, singular } = spectrum
    const curve = { epochs: singular.map((_, i) => i + 1), mean: singular, least: singular, most: singular }
    return { name, curve }
  })
  return bandChart(curves, { xName })
}

function frame(theme: Theme): EChartsCoreOption {
  return {
    backgroundColor: theme.surface,
    grid: { left: 12, right: 20, top: 14, bottom: 4, outerBoundsMode: 'same', outerBoundsContain: 'all' },
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
