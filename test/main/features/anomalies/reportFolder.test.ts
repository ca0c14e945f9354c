import { mkdir, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { checkExportFolder } from '../../../../src/main/features/anomalies/exportDetector'
import {
  claimReportFolder,
  clearReportFolder,
} from '../../../../src/main/features/anomalies/report/writeAnomalyReport'
import { folderOfFile } from '../../../support/testFolder'

it('takes what a stopped search has left, and nothing else', async () => {
  const out = join(await folderOfFile(), 'out')
  await claimReportFolder(out, false)
  for (const name of ['run', 'warm-up']) await mkdir(join(out, name))
  // As after a power failure.
  await expect(claimReportFolder(out, false)).rejects.toThrow('--overwrite')
  await claimReportFolder(out, true)
  expect(await readdir(out)).toEqual([])
  await mkdir(join(out, 'run'))
  await writeFile(join(out, 'mine.txt'), 'x')
  await expect(claimReportFolder(out, true)).rejects.toThrow('no earlier report')
  await clearReportFolder(out)
  expect(await readdir(out)).toEqual(['mine.txt'])
  await writeFile(join(out, 'anomalies.json'), '{}')
  await mkdir(join(out, 'run'))
  await clearReportFolder(out)
  expect((await readdir(out)).sort()).toEqual(['anomalies.json', 'mine.txt', 'run'])
})

it('says before anything is computed that an export would replace files', async () => {
  const folder = join(await folderOfFile(), 'onnx')
  await checkExportFolder(folder, false)
  await mkdir(folder, { recursive: true })
  expect(await readdir(folder)).toEqual([])
  await writeFile(join(folder, 'model.onnx'), 'x')
  await expect(checkExportFolder(folder, false)).rejects.toThrow('--overwrite')
  await checkExportFolder(folder, true)
})
