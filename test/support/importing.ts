import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { z } from 'zod'
import { preprocessingSchema, type DatasetItem, type Preprocessing } from '../../src/shared/dataset'
import { importDataset, type ImportRequest } from '../../src/main/features/datasets/importDataset'

export function preprocess(settings: z.input<typeof preprocessingSchema> = {}): Preprocessing {
  return preprocessingSchema.parse(settings)
}

/** Imports, and reads what other programs would see in the folder. */
export async function importAndRead(
  request: Omit<ImportRequest, 'preprocessing'>,
  settings: z.input<typeof preprocessingSchema> = {},
) {
  const result = await importDataset({ ...request, preprocessing: preprocess(settings) })
  const lines = (await readFile(join(request.out, 'items.jsonl'), 'utf8')).trimEnd().split('\n')
  const items = lines.map((line) => JSON.parse(line) as DatasetItem)
  const pixels = await readFile(join(request.out, 'pixels.u8'))
  const rowBytes = result.info.height * result.info.width * result.info.channels
  const rowOf = (path: string) => {
    const row = items.findIndex((item) => item.path === path)
    if (row < 0) throw new Error(`${path} is not in the dataset`)
    return [...pixels.subarray(row * rowBytes, (row + 1) * rowBytes)]
  }
  return { ...result, items, pixels, rowOf }
}
