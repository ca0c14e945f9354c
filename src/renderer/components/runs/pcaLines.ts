import type { RunSummary } from '../../../shared/api/library'
import type { ChartSeries } from '../charts/chartSeries'

type PcaLine = Omit<ChartSeries, 'name'> & { readonly components: number }

/**
 * What PCA reaches on the images of each run, as dashed lines across all curves: one for each PSNR and number of components.
 * A line has the colour of the first of its runs.
 */
export function pcaLines(runs: readonly RunSummary[], curves: readonly ChartSeries[]): PcaLine[] {
  const xs = curves.flatMap(({ points }) => points.map(([x]) => x))
  if (xs.length === 0) return []
  const ends = [xs.reduce((a, b) => Math.min(a, b)), xs.reduce((a, b) => Math.max(a, b))] as const
  const lines = new Map<string, PcaLine>()
  runs.forEach(({ baselines }, i) => {
    if (!baselines?.pca) return
    const { psnr, components } = baselines.pca
    const id = `pca ${components} ${psnr.toFixed(2)}`
    if (lines.has(id)) return
    const points = ends.map((x) => [x, psnr] as const)
    lines.set(id, { id, points, colour: curves[i]!.colour, dashed: true, components })
  })
  return [...lines.values()]
}
