import { basename, dirname, resolve } from 'node:path'
import { freeName } from '../../../shared/freeName'
import { nameOfRun } from '../../../shared/runNames'
import { readAbout, writeAbout } from '../../store/aboutStore'
import { readDatasetInfo } from '../../store/datasetStore'
import { readRunInfo } from '../../store/runStore'
import type { Library } from '../../base/library'

/** A name for a new dataset that no other one of the library has. @throws ExpectedError */
export async function freeDatasetName(library: Library, wanted: string): Promise<string> {
  const names = (await library.entries('datasets')).map(({ id, folder }) =>
    readDatasetInfo(folder).then(
      ({ name }) => name,
      () => id,
    ),
  )
  return freeName(wanted, await Promise.all(names))
}

/**
 * Names a run of the library by what it trains on which images, as the window does.
 *
 * @param source what it trains on, as it was given
 * @throws ExpectedError when the run cannot be read or written
 */
export async function nameNewRun(library: Library, run: string, source: string): Promise<void> {
  const others = (await library.entries('runs')).filter(({ folder }) => folder !== run)
  const names = others.map(async ({ id, folder }) => (await readAbout(folder)).name ?? id)
  const { dataset, spec } = await readRunInfo(run)
  const isOwn = dirname(dataset) === resolve(run)
  const images = isOwn ? basename(resolve(source)) : (await readDatasetInfo(dataset)).name
  await writeAbout(run, { name: freeName(nameOfRun(images, spec), await Promise.all(names)) })
}
