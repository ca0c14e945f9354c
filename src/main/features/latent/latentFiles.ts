import { sharp } from '../../base/sharp'
import { parquetWriteBuffer } from 'hyparquet-writer'
import type { LatentFormat } from '../../../shared/api/latent'
import { writeCodesNpy } from '../../store/codeFiles'
import { FileReplacement } from '../../store/atomicWrite'
import { guarded, writeCodesCsv, writeItemsCsv } from '../../store/csv'
import type { OutputFolder } from '../../store/outputFolder'
import type { LoadedSet } from './codeSet'
import type { PointFiles } from './pointFiles'

/** Places on a map, count × components. */
export interface Places {
  readonly points: Float32Array
  readonly components: number
}

const batch = 1000
const axisNames = ['x', 'y', 'z']

/** The Embedding Projector loads sprites of at most this height and width, in pixels. */
const largestSprite = 8192
const largestTile = 64

/** Names of the files of a format. */
export function latentFileNames(format: LatentFormat, withPlaces: boolean): string[] {
  if (format === 'parquet') return ['latent.parquet']
  if (format === 'projector') return ['tensors.tsv', 'metadata.tsv', 'sprite.png', 'projector_config.json']
  const places = withPlaces ? [`coordinates.${format}`] : []
  return [`codes.${format}`, ...places, ...(format === 'npy' ? ['items.csv'] : [])]
}

/**
 * Codes, and places if there are any, of all images of a set:
 * `csv` codes.csv (path,label,z0,…) and coordinates.csv (path,label,x,y,…);
 * `npy` the same as float32 arrays, with items.csv (path,label);
 * `parquet` one table of all that, with error and brightness;
 * `projector` what the TensorFlow Embedding Projector loads: vectors and metadata as TSV, a sprite of the images.
 */
export async function writeLatentFiles(
  output: OutputFolder,
  format: LatentFormat,
  set: LoadedSet,
  places: Places | null,
  files: PointFiles,
): Promise<void> {
  if (format === 'parquet') return writeParquet(output, set, places, files)
  if (format === 'projector') return writeProjector(output, set, files)
  const { dimensions, count } = set.plan
  const codes = { data: set.codes, width: dimensions }
  const coordinates = places && { data: places.points, width: places.components }
  if (format === 'csv') {
    await writeCodesCsv(output.path('codes.csv'), dimensions, tableRows(set, codes, files))
    if (coordinates) {
      const names = axisNames.slice(0, coordinates.width)
      await writeCodesCsv(
        output.path('coordinates.csv'),
        coordinates.width,
        tableRows(set, coordinates, files),
        names,
      )
    }
    return
  }
  await writeCodesNpy(output.path('codes.npy'), [count, dimensions], slices(codes))
  if (coordinates)
    await writeCodesNpy(output.path('coordinates.npy'), [count, coordinates.width], slices(coordinates))
  await writeItemsCsv(output.path('items.csv'), itemsOf(set, files))
}

interface Columns {
  readonly data: Float32Array
  readonly width: number
}

/** Copies, since shared memory cannot be written from. */
async function* slices({ data, width }: Columns) {
  for (let from = 0; from < data.length; from += batch * width)
    yield { codes: data.slice(from, from + batch * width) }
}

async function* itemsOf(set: LoadedSet, files: PointFiles) {
  for await (const { item } of files.items(set)) yield item
}

async function* tableRows(set: LoadedSet, { data, width }: Columns, files: PointFiles) {
  let items: { path: string; label: string | null }[] = []
  let from = 0
  for await (const { item } of files.items(set)) {
    items.push(item)
    if (items.length < batch) continue
    yield { items, codes: data.subarray(from, from + batch * width) }
    from += batch * width
    items = []
  }
  if (items.length > 0) yield { items, codes: data.subarray(from) }
}

async function writeParquet(
  output: OutputFolder,
  set: LoadedSet,
  places: Places | null,
  files: PointFiles,
): Promise<void> {
  const { dimensions } = set.plan
  const paths: string[] = []
  const labels: (string | null)[] = []
  for await (const { item } of files.items(set)) {
    paths.push(item.path)
    labels.push(item.label)
  }
  const column = (data: Float32Array, width: number, at: number) =>
    Float32Array.from({ length: data.length / width }, (_, i) => data[i * width + at]!)
  const float = 'FLOAT' as const
  const buffer = parquetWriteBuffer({
    columnData: [
      { name: 'path', data: paths, type: 'STRING' },
      { name: 'label', data: labels, type: 'STRING' },
      { name: 'error', data: set.errors.slice(), type: float },
      { name: 'brightness', data: set.brightness.slice(), type: float },
      ...(places
        ? axisNames
            .slice(0, places.components)
            .map((name, c) => ({ name, type: float, data: column(places.points, places.components, c) }))
        : []),
      ...Array.from({ length: dimensions }, (_, i) => ({
        name: `z${i}`,
        type: float,
        data: column(set.codes, dimensions, i),
      })),
    ],
  })
  await output.write('latent.parquet', new Uint8Array(buffer))
}

async function writeProjector(output: OutputFolder, set: LoadedSet, files: PointFiles): Promise<void> {
  const { count, dimensions } = set.plan
  const vectors = await FileReplacement.open(output.path('tensors.tsv'))
  for (let from = 0; from < count; from += batch) {
    const lines: string[] = []
    for (let point = from; point < Math.min(count, from + batch); point++)
      lines.push(set.codes.slice(point * dimensions, (point + 1) * dimensions).join('\t'))
    await vectors.write(`${lines.join('\n')}\n`)
  }
  await vectors.commit()
  const metadata = await FileReplacement.open(output.path('metadata.tsv'))
  // With a header, as a table of several columns has to.
  let lines = 'label\tpath\n'
  for await (const { item } of files.items(set)) {
    lines += `${cell(item.label ?? '')}\t${cell(item.path)}\n`
    if (lines.length < 1 << 16) continue
    await metadata.write(lines)
    lines = ''
  }
  await metadata.write(lines)
  await metadata.commit()
  const tile = await writeSprite(output, set, files)
  const config = {
    embeddings: [
      {
        tensorName: set.plan.modelName,
        tensorShape: [count, dimensions],
        tensorPath: 'tensors.tsv',
        metadataPath: 'metadata.tsv',
        sprite: { imagePath: 'sprite.png', singleImageDim: [tile.width, tile.height] },
      },
    ],
  }
  await output.write('projector_config.json', Buffer.from(`${JSON.stringify(config, null, 2)}\n`))
}

/** Tabs and line ends would end a cell. */
const cell = (text: string) => guarded(text.replace(/[\t\r\n]+/g, ' '))

/** All images in a square, row by row, the first at the top left. */
async function writeSprite(output: OutputFolder, set: LoadedSet, files: PointFiles) {
  const { count, model } = set.plan
  const { width, height } = model.files.spec.input
  const across = Math.ceil(Math.sqrt(count))
  const longest = Math.max(1, Math.min(largestTile, width, height, Math.floor(largestSprite / across)))
  const all = Int32Array.from({ length: count }, (_, i) => i)
  const first = await files.thumbnails(set, all.slice(0, 1), longest)
  const tile = { width: first.width, height: first.height }
  const side = { width: across * tile.width, height: across * tile.height }
  const rgb = Buffer.alloc(side.width * side.height * 3)
  for (let from = 0; from < count; from += batch) {
    const block = await files.thumbnails(set, all.slice(from, from + batch), longest)
    for (let i = 0; i < block.count; i++) {
      const left = ((from + i) % across) * tile.width
      const top = Math.floor((from + i) / across) * tile.height
      for (let at = 0; at < tile.width * tile.height; at++) {
        const x = left + (at % tile.width)
        const y = top + Math.floor(at / tile.width)
        for (let c = 0; c < 3; c++)
          rgb[(y * side.width + x) * 3 + c] =
            block.data[(i * tile.width * tile.height + at) * block.channels + (block.channels === 3 ? c : 0)]!
      }
    }
  }
  const png = await sharp(rgb, { raw: { ...side, channels: 3 } })
    .png()
    .toBuffer()
  await output.write('sprite.png', png)
  return tile
}
