import type { ExperimentView, ShownVariant } from '../../../shared/api/experiments'
import type { PixelBlock } from '../../../shared/api/library'
import { inputSize, type InputShape } from '../../../shared/modelSpec'
import { fittingScale, imageGrid, toPng } from '../../base/drawing/imageGrid'
import { readSnapshot, readSnapshotImages, snapshotEpochs } from '../../store/historyStore'
import type { PlacedRun } from './collectResults'

/** Images that are shown of each variant. */
const mostShown = 12
const filterColumns = 8
const sheetWidth = 480
/** What differences may be multiplied by, so that they can be seen. */
const factors = [16, 12, 10, 8, 6, 5, 4, 3, 2, 1]

export interface VariantPictures {
  readonly variant: string
  readonly reconstructions: Buffer | null
  readonly differences: Buffer | null
  readonly filters: Buffer | null
}

export interface ExperimentPictures {
  readonly originals: Buffer | null
  /** What |original − reconstruction| is multiplied by, the same for all. */
  readonly factor: number
  readonly variants: readonly VariantPictures[]
}

interface Shown {
  readonly variant: string
  readonly shape: InputShape
  readonly pixels: Uint8Array
  readonly filters: Awaited<ReturnType<typeof readSnapshot>>['kernels']
}

/** What the runs of one seed make of the same images, as PNGs. */
export async function picturesOf(runs: readonly PlacedRun[]): Promise<ExperimentPictures> {
  const seed = runs.find(({ folder }) => folder !== null)?.seed
  const placed = runs.filter((run) => run.seed === seed && run.folder !== null)
  const shown = (await Promise.all(placed.map(({ variant, folder }) => read(variant, folder!)))).filter(
    (one) => one !== null,
  )
  const originals = shown.length > 0 ? await readSnapshotImages(placed[0]!.folder!).catch(() => null) : null
  const [count, height, width, channels] = (originals?.originals.shape ?? [0, 1, 1, 1]) as [
    number,
    number,
    number,
    1 | 3,
  ]
  const shape: InputShape = { height, width, channels }
  const taken = Math.min(count, mostShown)
  const clean = originals?.originals.data ?? new Uint8Array()
  const alike = (one: Shown) => one.pixels.length === clean.length
  const differences = shown.map((one) =>
    alike(one) ? one.pixels.map((value, i) => Math.abs(value - clean[i]!)) : null,
  )
  const factor = factorFor(differences.filter((one) => one !== null))
  const strip = (pixels: Uint8Array) => {
    const grid = imageGrid({ pixels, count: taken, shape }, taken, 2)
    return toPng(grid, Math.min(3, fittingScale(grid.width, 2 * sheetWidth)))
  }
  const variants = shown.map(async (one, i): Promise<VariantPictures> => ({
    variant: one.variant,
    reconstructions: alike(one) ? await strip(one.pixels) : null,
    differences: differences[i]
      ? await strip(differences[i].map((value) => Math.min(255, factor * value)))
      : null,
    filters: await filterSheet(one.filters),
  }))
  return {
    originals: taken > 0 ? await strip(clean) : null,
    factor,
    variants: await Promise.all(variants),
  }
}

/** The same as blocks, which a window draws itself. */
export async function shownPictures(
  runs: readonly PlacedRun[],
): Promise<Pick<ExperimentView, 'originals' | 'shown'>> {
  const seed = runs.find(({ folder }) => folder !== null)?.seed
  const placed = runs.filter((run) => run.seed === seed && run.folder !== null)
  const found = await Promise.all(placed.map(({ variant, folder }) => read(variant, folder!)))
  const originals = placed[0] && (await readSnapshotImages(placed[0].folder!).catch(() => null))
  return {
    originals: originals ? blockOf(originals.originals) : null,
    shown: found.flatMap((one): ShownVariant[] => {
      if (!one) return []
      const { variant, shape, pixels, filters } = one
      const count = pixels.length / inputSize(shape)
      const reconstructions = { count, ...shape, data: pixels }
      return [{ variant, reconstructions, filters: filters && blockOf(filters) }]
    }),
  }
}

function blockOf({ shape, data }: { shape: readonly number[]; data: Uint8Array }): PixelBlock {
  const [count, height, width, channels] = shape as [number, number, number, 1 | 3]
  return { count, height, width, channels, data }
}

async function read(variant: string, run: string): Promise<Shown | null> {
  const epoch = (await snapshotEpochs(run)).at(-1)
  const snapshot = epoch === undefined ? null : await readSnapshot(run, epoch).catch(() => null)
  if (!snapshot) return null
  const [, height, width, channels] = snapshot.reconstructions.shape as [number, number, number, 1 | 3]
  return {
    variant,
    shape: { height, width, channels },
    pixels: snapshot.reconstructions.data,
    filters: snapshot.kernels,
  }
}

async function filterSheet(filters: Shown['filters']): Promise<Buffer | null> {
  if (!filters) return null
  const [count, height, width, channels] = filters.shape as [number, number, number, 1 | 3]
  const grid = imageGrid(
    { pixels: filters.data, count, shape: { height, width, channels } },
    filterColumns,
    1,
  )
  return toPng(grid, fittingScale(grid.width, sheetWidth))
}

/** The largest factor that leaves nearly all differences below white. */
function factorFor(differences: readonly Uint8Array[]): number {
  const counts = new Uint32Array(256)
  for (const pixels of differences) for (const value of pixels) counts[value]!++
  const total = counts.reduce((sum, count) => sum + count, 0)
  let [seen, largest] = [0, 0]
  while (largest < 255 && (seen += counts[largest]!) < 0.995 * total) largest++
  return factors.find((factor) => factor * largest <= 255) ?? 1
}
