import { BarChart, CustomChart, LineChart, ScatterChart } from 'echarts/charts'
import { GridComponent, LegendComponent, MarkLineComponent } from 'echarts/components'
import { type EChartsCoreOption, init, setPlatformAPI, use } from 'echarts/core'
import { SVGRenderer } from 'echarts/renderers'
import { textWidth } from './svgText'

use([
  BarChart,
  CustomChart,
  LineChart,
  ScatterChart,
  GridComponent,
  LegendComponent,
  MarkLineComponent,
  SVGRenderer,
])

// Without a canvas ECharts guesses how wide a text is.
setPlatformAPI({
  measureText: (text, font = '') => {
    const fontSize = Number(/([\d.]+)px/.exec(font)?.[1] ?? 12)
    return { width: textWidth(text, fontSize, /bold|[6-9]00/.test(font) ? 600 : 400) }
  },
})

export type Size = { width: number; height: number }

/** Text stands in the reader's own font; `outlineTexts` fixes it for pictures. */
const fontFamily = 'system-ui, -apple-system, Segoe UI, Roboto, Helvetica, Arial, sans-serif'

/** A chart as a still SVG of that size: no scripts, no styles, no traces of the interactive one. */
export function renderChart(option: EChartsCoreOption, { width, height }: Size): string {
  const chart = init(null, null, { renderer: 'svg', ssr: true, width, height })
  try {
    chart.setOption({ animation: false, textStyle: { fontFamily }, ...option })
    return chart
      .renderToSVGString()
      .replace(/<style[^>]*>[\s\S]*?<\/style>/g, '')
      .replace(/\s(?:ecmeta_\w+|class|pointer-events)="[^"]*"/g, '')
  } finally {
    chart.dispose() // Its clock would keep the process alive.
  }
}
