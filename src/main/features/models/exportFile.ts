import { mkdtemp, rename, rm, stat } from 'node:fs/promises'
import { basename, dirname, extname, join, resolve } from 'node:path'
import { ExpectedError } from '../../../shared/errors'
import { exportFormats } from '../../engine/exporters/formats'
import { explainFileError } from '../../store/fileErrors'
import { makeFolder } from '../../store/makeFolder'
import { checkNames } from '../../store/outputFolder'
import type { ModelWork } from './modelWork'
import { type ExportRequest, type ExportSummary, exportTrainedModel } from './exportModel'
import { sentence } from '../../../shared/texts/sentence'

/** The format that a path is the file of; null for a folder. */
export async function formatOfFile(path: string): Promise<string | null> {
  const ending = extname(path).toLowerCase()
  const format = exportFormats.find((one) => one.ending === ending)?.id ?? null
  const isFolder = await stat(path).then(
    (stats) => stats.isDirectory(),
    () => false,
  )
  return isFolder ? null : format
}

/** Writes a model as one file, without the README that a folder has. @throws ExpectedError; nothing is written then */
export async function exportToFile(
  request: ExportRequest,
  work: Pick<ModelWork, 'client'>,
): Promise<ExportSummary> {
  const path = resolve(request.out)
  const folder = dirname(path)
  await checkNames(folder, [basename(path)], request)
  await makeFolder(folder)
  const made = await mkdtemp(join(folder, '.hourglass-export-')).catch((error: unknown) => {
    throw explainFileError(error, folder)
  })
  try {
    const summary = await exportTrainedModel({ ...request, out: join(made, 'model') }, work)
    const files = summary.files.filter((name) => name !== 'README.md')
    if (files.length > 1)
      throw new ExpectedError('bad-usage', sentence('models.takesMoreFiles', { files: files.join(', ') }))
    await rename(join(made, 'model', files[0]!), path)
    return { ...summary, files: [basename(path)] }
  } catch (error) {
    throw explainFileError(error, path)
  } finally {
    await rm(made, { recursive: true, force: true })
  }
}
