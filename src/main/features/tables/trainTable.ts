import { appendFile, rmdir } from 'node:fs/promises'
import { resolve } from 'node:path'
import { CancelledError } from '../../../shared/errors'
import type { TableInfo } from '../../../shared/tables'
import type { ComputeClient } from '../../worker/computeClient'
import type { TrainTableEvent, TrainTableParams } from './tasks/tableTasks'
import type { ColumnChoice } from './describeColumns'
import { importTable } from './importTable'
import { clearTableFolder, readTableInfo, tableFiles, writeTableInfo } from './tableFiles'

export interface TrainTableRequest extends Omit<TrainTableParams, 'folder'>, ColumnChoice {
  /** A file of rows and columns, or a folder with an imported one. */
  readonly source: string
  readonly run: string
  readonly overwrite: boolean
  readonly versions: Readonly<Record<string, string>>
}

export interface TrainTableOptions {
  readonly client: ComputeClient
  readonly signal?: AbortSignal | undefined
  readonly onImport?: (done: number, total: number) => void
  readonly onImported?: (info: TableInfo) => void
  readonly onEvent?: (event: TrainTableEvent) => void
}

/** Trains an autoencoder of rows into a folder of its own, with the table that it was trained on. @throws ExpectedError, CancelledError */
export async function trainOnTable(
  { source, run, overwrite, versions, leaveOut, scaling, ...settings }: TrainTableRequest,
  { client, signal, onImport, onImported, onEvent }: TrainTableOptions,
): Promise<TableInfo> {
  const folder = resolve(run)
  const isOwn = resolve(source) === folder
  const info = await importTable(
    { source, out: folder, overwrite, leaveOut, scaling },
    { ...(signal && { signal }), ...(onImport && { onProgress: onImport }) },
  )
  onImported?.(info)
  try {
    const { version, ...model } = await client.call(
      'trainTable',
      { folder, ...settings },
      {
        signal,
        onEvent: async (event) => {
          if (event.type === 'epoch') await appendFile(tableFiles.log(folder), `${JSON.stringify(event)}\n`)
          onEvent?.(event)
        },
      },
    )
    const trained = {
      ...model,
      versions: { ...versions, [model.runtime]: version },
      trainedAt: new Date().toISOString(),
    }
    // Its name may have been changed meanwhile.
    const whole: TableInfo = { ...(await readTableInfo(folder)), model: trained }
    await writeTableInfo(folder, whole)
    return whole
  } catch (error) {
    // A table without a model is no run. One that was there before stays.
    if (!isOwn) {
      await clearTableFolder(folder)
      await rmdir(folder)
    }
    throw error instanceof CancelledError
      ? new CancelledError('Stopped. Nothing was kept of the training.')
      : error
  }
}
