import type { AnomalyDetail, AnomalySearch } from '../../../shared/api/anomalies'
import { markCodes } from '../../../shared/api/anomalies'
import { type DatasetItem, revisionOf } from '../../../shared/dataset'
import type { InputShape } from '../../../shared/modelSpec'
import {
  readColumns,
  readMarks,
  readRecord,
  type SearchColumns,
  type SearchRecord,
} from '../../store/anomalyStore'
import type { OpenDatasets } from '../datasets/openDatasets'
import { compareNames } from '../../base/naturalOrder'

/** What images are called, in the order of the dataset. */
export interface SearchNames {
  readonly input: InputShape
  /** Of each image, what its mark is kept under. */
  readonly keys: readonly string[]
  readonly labels: Int32Array
  readonly labelNames: readonly string[]
  readonly folders: Int32Array
  readonly folderNames: readonly string[]
}

/** A search that is looked at: its scores, marks and names in memory. */
export interface LoadedSearch {
  record: SearchRecord
  readonly columns: SearchColumns
  /** Null where the dataset is gone, or has other images by now. */
  readonly names: SearchNames | null
  readonly marks: Map<string, keyof typeof marksAsCodes>
}

const marksAsCodes = { odd: markCodes.odd, normal: markCodes.normal } as const

/** @param dataset its folder; null where it is not in the library any more. @throws ExpectedError for a damaged search */
export async function loadSearch(
  folder: string,
  dataset: string | null,
  opened: OpenDatasets,
): Promise<LoadedSearch> {
  const record = await readRecord(folder)
  const columns = await readColumns(folder, record)
  const marks = new Map(Object.entries(await readMarks(folder)))
  const names = dataset === null ? null : await readNames(dataset, record, opened)
  return { record, columns, names, marks }
}

/** Of a patch, the place in its image belongs to it. */
export const keyOfItem = ({ path, source, left, top }: DatasetItem): string =>
  [path, ...(source > 0 ? [`source ${source}`] : []), ...(left === undefined ? [] : [`${left},${top}`])].join(
    ' | ',
  )

async function readNames(
  folder: string,
  { target, count }: SearchRecord,
  opened: OpenDatasets,
): Promise<SearchNames | null> {
  return opened.with(folder, async (dataset) => {
    const { info } = dataset
    if (revisionOf(info) !== target.revision || info.count !== count) return null
    const keys: string[] = []
    const labels = new Naming()
    const folders = new Naming()
    for await (const item of dataset.items()) {
      keys.push(keyOfItem(item))
      labels.add(item.label)
      folders.add(item.path.includes('/') ? item.path.slice(0, item.path.lastIndexOf('/')) : null)
    }
    const { width, height, channels } = info
    const [label, place] = [labels.sorted(), folders.sorted()]
    return {
      input: { width, height, channels },
      keys,
      labels: label.numbers,
      labelNames: label.names,
      folders: place.numbers,
      folderNames: place.names,
    }
  })
}

/** Names by number, −1 for none. */
class Naming {
  private readonly known = new Map<string, number>()
  private readonly numbers: number[] = []

  add(name: string | null): void {
    if (name !== null && !this.known.has(name)) this.known.set(name, this.known.size)
    this.numbers.push(name === null ? -1 : this.known.get(name)!)
  }

  sorted(): { numbers: Int32Array; names: string[] } {
    const names = [...this.known.keys()].sort(compareNames)
    const places = new Int32Array(names.length)
    names.forEach((name, i) => (places[this.known.get(name)!] = i))
    return { numbers: Int32Array.from(this.numbers, (number) => (number < 0 ? -1 : places[number]!)), names }
  }
}

export const thresholdOf = ({ threshold, suggestedThreshold }: SearchRecord): number =>
  threshold ?? suggestedThreshold

/** As a window gets it. */
export function detailOf(
  summary: AnomalySearch,
  { record, columns, names, marks }: LoadedSearch,
): AnomalyDetail {
  const { count, fitted, suggestedThreshold, normalLabels, pixelAuroc, pro, skipped } = record
  const { scores, parts, normalScores, duplicateOf, duplicateDistance } = columns
  const none = () => new Int32Array(count).fill(-1)
  return {
    ...summary,
    input: names?.input ?? { width: 1, height: 1, channels: 1 },
    outdated: names === null,
    scores,
    parts,
    normalScores,
    duplicateOf,
    duplicateDistance,
    fitted,
    suggestedThreshold,
    normalLabels,
    pixelAuroc,
    pro,
    skipped,
    threshold: thresholdOf(record),
    labels: names?.labels ?? none(),
    labelNames: names?.labelNames ?? [],
    folders: names?.folders ?? none(),
    folderNames: names?.folderNames ?? [],
    marks: Uint8Array.from({ length: count }, (_, row) => {
      const mark = marks.get(names?.keys[row] ?? '')
      return mark === undefined ? markCodes.none : marksAsCodes[mark]
    }),
  }
}
