import { existsSync } from 'node:fs'
import { readdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { ExpectedError } from '../../../shared/errors'
import { rowSpec } from '../../../shared/ratings'
import type { ModelSpec } from '../../../shared/modelSpec'
import { sentence } from '../../../shared/texts/sentence'
import { type TableInfo, tableInfoSchema, type TableModel } from '../../../shared/tables'
import { writeFileAtomic } from '../../store/atomicWrite'
import { explainFileError, fileErrorCode } from '../../store/fileErrors'
import { makeFolder } from '../../store/makeFolder'
import { parseRecord } from '../../store/parseRecord'
import { readSafetensors, writeSafetensors } from '../../store/safetensors'

/** Files of a folder with a table, and of the autoencoder that was trained on it. */
export const tableFiles = {
  info: (folder: string) => join(folder, 'table.json'),
  /** The columns that are used, rows × columns, in their own units. */
  values: (folder: string) => join(folder, 'table.safetensors'),
  log: (folder: string) => join(folder, 'metrics.jsonl'),
  model: (folder: string) => join(folder, 'model'),
  weights: (folder: string) => join(folder, 'model', 'weights.safetensors'),
  /** Principal components of the same table, as many as the code has numbers. */
  pca: (folder: string) => join(folder, 'model', 'pca.safetensors'),
} as const

export const isTableFolder = (folder: string): boolean => existsSync(tableFiles.info(folder))

const advice = sentence('store.importTableAgain')

/** @throws ExpectedError where there is no table, or it is damaged */
export async function readTableInfo(folder: string): Promise<TableInfo> {
  const path = tableFiles.info(folder)
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    throw explainFileError(error, path)
  })
  return parseRecord(tableInfoSchema, text, path, advice)
}

export async function writeTableInfo(folder: string, info: TableInfo): Promise<void> {
  await writeFileAtomic(tableFiles.info(folder), `${JSON.stringify(info, null, 2)}\n`)
}

/** @throws ExpectedError where nothing was trained on that table */
export async function readTrainedTable(folder: string): Promise<TableInfo & { model: TableModel }> {
  const info = await readTableInfo(folder)
  if (info.model) return { ...info, model: info.model }
  throw new ExpectedError('not-found', sentence('tables.notTrained', { folder }))
}

export const specOfTable = ({ inputs, encoder, tying, seed }: TableModel): ModelSpec =>
  rowSpec(inputs, { encoder, tying, seed })

export async function readTableValues(folder: string): Promise<Float64Array> {
  const path = tableFiles.values(folder)
  const { values } = (await readSafetensors(path)).tensors
  if (values?.dtype === 'F64') return values.data
  throw new ExpectedError('bad-input', sentence('tables.doesNotHoldTable', { path, advice }))
}

export async function writeTableValues(folder: string, columns: number, values: Float64Array): Promise<void> {
  const shape = [values.length / columns, columns]
  await writeSafetensors(tableFiles.values(folder), {
    tensors: { values: { dtype: 'F64', shape, data: values } },
    metadata: { format: 'hourglass-table-1' },
  })
}

/** @throws ExpectedError where the folder holds something that is not to be overwritten */
export async function checkTableFolder(folder: string, overwrite: boolean): Promise<void> {
  const entries = await readdir(folder).catch((error: unknown) => {
    if (fileErrorCode(error) === 'ENOENT') return []
    throw explainFileError(error, folder)
  })
  if (entries.length === 0) return
  if (!isTableFolder(folder)) throw new ExpectedError('bad-input', sentence('tables.notEmpty', { folder }))
  if (!overwrite) throw new ExpectedError('bad-input', sentence('tables.tableThere', { folder }))
}

/** Makes the folder, without what was in it of ours. */
export async function clearTableFolder(folder: string): Promise<void> {
  const { info, values, log, model } = tableFiles
  try {
    for (const path of [info, values, log, model]) await rm(path(folder), { recursive: true, force: true })
    await makeFolder(folder)
  } catch (error) {
    throw explainFileError(error, folder)
  }
}
