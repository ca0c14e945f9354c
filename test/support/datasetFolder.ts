import { join } from 'node:path'
import { partialPath } from '../../src/main/store/atomicWrite'
import { datasetFiles } from '../../src/main/store/datasetFiles'

export { datasetFiles }

/** What an import writes before it is done. */
export const partialPathsOf = (folder: string): string[] =>
  [datasetFiles.pixels, datasetFiles.items].map((name) => partialPath(join(folder, name)))
