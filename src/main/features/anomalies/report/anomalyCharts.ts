import type { AnomalyFigures, AnomalyResult } from '../../../../shared/anomalies'
import { type ThemeName, themes } from '../../../base/drawing/chartTheme'
import { renderChart } from '../../../base/drawing/renderChart'

const size = { width: 520, height: 300 }
/** Points of a curve that a picture can show. */
const mostPoints = 400

/** How many images have which score, normal ones and those that were looked through, with the threshold. */
export function histogramChart({ histogram, threshold }: AnomalyResult, themeName: ThemeName): string {
  const theme = themes[themeName]
  const { from, to, normal, scored } = histogram
  const step = (to - from) / scored.length
  const share = (counts: readonly number[]) => {
    const total = Math.max(
      1,
      counts.reduce((a, b) => a + b, 0),
    )
    return counts.map((count, i) => [from + (i + 0.5) * step, (100 * count) / total])
  }
  const curve = (name: string, counts: readonly number[], color: string) => ({
    type: 'line' as const,
    step: 'middle' as const,
    symbol: 'none',
    name,
    data: share(counts),
    lineStyle: { color },
    itemStyle: { color },
    areaStyle: { color, opacity: 0.25 },
  })
  const axis = { axisLabel: { color: theme.muted }, splitLine: { lineStyle: { color: theme.line } } }
  return renderChart(
    {
      grid: { left: 52, right: 16, top: 34, bottom: 40 },
      legend: { top: 0, left: 0, icon: 'roundRect', textStyle: { color: theme.muted } },
      xAxis: {
        ...axis,
        type: 'value',
        min: from,
        max: to,
        name: 'score',
        nameLocation: 'middle',
        nameGap: 26,
      },
      yAxis: { ...axis, type: 'value', axisLabel: { color: theme.muted, formatter: '{value} %' } },
      series: [
        {
          ...curve('normal', normal, theme.first),
          markLine: {
            symbol: 'none',
            data: [{ xAxis: threshold }],
            lineStyle: { color: theme.text },
            label: { formatter: 'threshold', color: theme.text },
          },
        },
        curve('looked through', scored, theme.second),
      ],
    },
    size,
  )
}

/** Odd images found against false alarms, over all thresholds. */
export function rocChart({ roc }: AnomalyFigures, themeName: ThemeName): string {
  const theme = themes[themeName]
  const step = Math.max(1, Math.floor(roc.length / mostPoints))
  const points = roc
    .filter((_, i) => i % step === 0 || i === roc.length - 1)
    .map(({ falsePositiveRate, truePositiveRate }) => [100 * falsePositiveRate, 100 * truePositiveRate])
  const axis = {
    type: 'value',
    min: 0,
    max: 100,
    splitLine: { lineStyle: { color: theme.line } },
    axisLabel: { color: theme.muted, formatter: '{value} %' },
  }
  return renderChart(
    {
      grid: { left: 52, right: 16, top: 20, bottom: 40 },
      xAxis: { ...axis, name: 'false alarms', nameLocation: 'middle', nameGap: 26 },
      yAxis: { ...axis, name: 'found' },
      series: [
        { type: 'line', symbol: 'none', data: points, lineStyle: { color: theme.first, width: 2 } },
        {
          type: 'line',
          symbol: 'none',
          data: [
            [0, 0],
            [100, 100],
          ],
          lineStyle: { color: theme.muted, type: 'dashed', width: 1 },
        },
      ],
    },
    size,
  )
}
