import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { writeFileAtomic } from '../../store/atomicWrite'
import { explainFileError } from '../../store/fileErrors'
import type { ThemeName } from '../../base/drawing/chartTheme'
import { fittingScale, imageGrid, toPng } from '../../base/drawing/imageGrid'
import { latentChart } from '../../base/drawing/latentChart'
import { lossChart, psnrChart, varianceChart } from './lossCharts'
import { chartPng, montagePng, type MontageRow } from '../../base/drawing/montage'
import type { ReportData } from './reportData'
import { type ChartPair, reportPage, type ReportPictures } from './reportPage'

const kernelColumns = 8

/**
 * Writes `report.html`, which stands alone, and the same pictures as PNG files beside it. The page comes last, so
 * where there is one, all is there.
 *
 * @param out a folder, made where absent
 * @returns the paths of all that was written, the page first
 * @throws ExpectedError when the folder cannot be written
 */
export async function writeReport({ out, ...data }: ReportData & { out: string }): Promise<string[]> {
  await mkdir(out, { recursive: true }).catch((error: unknown) => {
    throw explainFileError(error, out)
  })
  const rows = sampleRows(data)
  const pictures = await drawPictures(data, rows)
  const files = await drawFiles(data, rows, pictures)
  for (const [name, png] of files) await writeFileAtomic(join(out, name), png)
  await writeFileAtomic(join(out, 'report.html'), reportPage(data, pictures))
  return ['report.html', ...files.map(([name]) => name)].map((name) => join(out, name))
}

function sampleRows({ samples }: ReportData): MontageRow[] {
  if (!samples) return []
  const { original, noisy, reconstructed } = samples
  return [
    { title: 'Original', images: original },
    ...(noisy ? [{ title: 'Noisy', images: noisy }] : []),
    { title: 'Reconstructed', images: reconstructed },
  ]
}

async function drawPictures(data: ReportData, rows: MontageRow[]): Promise<ReportPictures> {
  const { epochs, latent, varianceRatio, kernels } = data
  return {
    loss: epochs.length > 0 ? inBothSchemes((theme) => lossChart(epochs, theme)) : null,
    psnr: inBothSchemes((theme) => psnrChart(epochs, theme)),
    latent: latent ? inBothSchemes((theme) => latentChart(latent, theme)) : null,
    variance: varianceRatio ? inBothSchemes((theme) => varianceChart(varianceRatio, theme)) : null,
    samples: await Promise.all(
      rows.map(async ({ title, images }) => ({
        title,
        png: await toPng(imageGrid(images, images.count, 2)),
      })),
    ),
    kernels: kernels ? await toPng(imageGrid(kernels, kernelColumns, 2)) : null,
  }
}

/** Name and content of each PNG. */
async function drawFiles(
  data: ReportData,
  rows: MontageRow[],
  pictures: ReportPictures,
): Promise<[string, Buffer][]> {
  const files: [string, Buffer][] = []
  const charts = {
    loss: pictures.loss,
    psnr: pictures.psnr,
    latent: pictures.latent,
    variance: pictures.variance,
  }
  for (const [name, chart] of Object.entries(charts)) {
    if (chart) files.push([`${name}.png`, await chartPng(chart.light)])
  }
  if (rows.length > 0) files.push(['reconstructions.png', await montagePng(rows)])
  if (data.kernels) {
    const grid = imageGrid(data.kernels, kernelColumns, 2)
    files.push(['first-layer.png', await toPng(grid, fittingScale(grid.width, 1000))])
  }
  return files
}

function inBothSchemes(draw: (theme: ThemeName) => string): ChartPair
function inBothSchemes(draw: (theme: ThemeName) => string | null): ChartPair | null
function inBothSchemes(draw: (theme: ThemeName) => string | null): ChartPair | null {
  const [light, dark] = [draw('light'), draw('dark')]
  return light !== null && dark !== null ? { light, dark } : null
}
