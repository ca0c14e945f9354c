import { rivalNames } from '../../../../shared/api/compression'
import type { CurvePoint } from '../tasks/compressionTasks'
import type { CompressionComparison } from '../compareCodecs'
import { type ThemeName, labelColor, themes } from '../../../base/drawing/chartTheme'
import { renderChart } from '../../../base/drawing/renderChart'
import { shortTitle } from './verdict'

const size = { width: 560, height: 360 }

/** PSNR or SSIM over bytes an image, which are drawn as a logarithm. */
export function curveChart(
  { curves, hourglass, psnr }: CompressionComparison,
  measure: 'psnr' | 'ssim',
  themeName: ThemeName,
): string {
  const theme = themes[themeName]
  const value = (point: CurvePoint) => (measure === 'psnr' ? Math.min(60, point.psnr) : point.ssim)
  const line = (name: string, points: readonly CurvePoint[], color: string, isOurs: boolean) => ({
    type: 'line',
    name,
    symbol: 'circle',
    symbolSize: isOurs ? 7 : 4,
    data: [...points].sort((a, b) => a.bytes - b.bytes).map((point) => [point.bytes, value(point)]),
    lineStyle: { color, width: isOurs ? 3 : 1.5 },
    itemStyle: { color },
    ...(isOurs &&
      measure === 'psnr' && {
        markLine: {
          symbol: 'none',
          data: [{ yAxis: psnr }],
          lineStyle: { color: theme.muted },
          label: { formatter: 'the file', position: 'insideStartTop', color: theme.muted },
        },
      }),
  })
  const others = rivalNames.flatMap((name, i) =>
    curves[name].map((points) => line(shortTitle(name), points, labelColor(i + 1, themeName), false)),
  )
  const ours = curves.hourglass.map((points) => line('Hourglass', points, theme.first, true))
  const axis = { axisLabel: { color: theme.muted }, splitLine: { lineStyle: { color: theme.line } } }
  return renderChart(
    {
      grid: { left: 52, right: 16, top: 56, bottom: 44 },
      legend: { top: 0, left: 0, icon: 'roundRect', textStyle: { color: theme.muted } },
      xAxis: {
        ...axis,
        type: 'log',
        name: 'bytes an image',
        nameLocation: 'middle',
        nameGap: 28,
        min: Math.max(0.1, hourglass.bytes / 4),
      },
      yAxis: { ...axis, type: 'value', scale: true, name: measure === 'psnr' ? 'PSNR in dB' : 'SSIM' },
      series: [...others, ...ours],
    },
    size,
  )
}
