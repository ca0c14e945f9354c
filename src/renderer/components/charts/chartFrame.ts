import { formatFigure } from '../../composables/format'
import { token } from './echarts'

/**
 * What all charts of curves have in common, in the colours of the theme as it is now: options to spread, and to add to.
 *
 * @param xName under the horizontal axis
 * @param legend whether there is one above the curves
 */
export function chartFrame({ xName, legend }: { readonly xName: string; readonly legend: boolean }) {
  const [ink, line] = [token('ink-soft'), token('line')]
  const axis = { axisLine: { lineStyle: { color: line } }, axisLabel: { color: ink } }
  return {
    base: {
      animation: false,
      textStyle: { fontFamily: token('font') },
      grid: { left: 8, right: 16, top: legend ? 32 : 12, bottom: 26, containLabel: true },
      legend: {
        show: legend,
        type: 'scroll',
        top: 0,
        left: 0,
        icon: 'roundRect',
        itemWidth: 14,
        itemHeight: 3,
        textStyle: { color: ink },
        pageTextStyle: { color: ink },
      },
    },
    tooltip: {
      backgroundColor: token('surface-raised'),
      borderColor: line,
      textStyle: { color: token('ink'), fontSize: 12 },
    },
    xAxis: {
      name: xName,
      nameLocation: 'middle',
      nameGap: 24,
      nameTextStyle: { color: ink },
      ...axis,
      splitLine: { show: false },
    },
    yAxis: {
      ...axis,
      scale: true,
      splitLine: { lineStyle: { color: line } },
      axisLabel: { color: ink, formatter: (value: number) => formatFigure(value) },
    },
  }
}

/** Of a value in the tooltip of a whole place on the horizontal axis. */
export const tooltipFigure = (value: unknown): string =>
  typeof value === 'number' ? formatFigure(value, 4) : ''
