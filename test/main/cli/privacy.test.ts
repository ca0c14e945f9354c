import { mkdir, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { finished, startHourglassWith } from '../../support/commandLine'
import { hasTensorflow } from '../../support/requirements'
import { rectanglesDataset } from '../../support/trainedRun'
import { temporaryFolder } from '../../support/testFolder'

const runtimes = hasTensorflow() ? ['onnx', 'tensorflow'] : ['onnx']

/**
 * ONNX Runtime keeps what it is about to send in files of the user's home and its log beside other temporary files,
 * unless the environment says CI.
 */
it.each(runtimes)('keeps and sends nothing about who trains, with %s', async (runtime) => {
  const folder = await temporaryFolder()
  const dataset = await rectanglesDataset(join(folder, 'dataset'), 40)
  const [home, temporary] = [join(folder, 'home'), join(folder, 'temporary')]
  await mkdir(home)
  await mkdir(temporary)
  const env = { PATH: process.env.PATH, HOME: home, TMPDIR: temporary, HOURGLASS_LIBRARY: 'none' }
  const run = join(folder, 'run')
  const train = ['train', dataset, '--out', run, '--epochs', '1', '--runtime', runtime]
  const { code, stderr } = await finished(startHourglassWith(env, ...train))
  expect(code, stderr).toBe(0)
  expect(await readdir(home, { recursive: true })).toEqual([])
  expect(await readdir(temporary, { recursive: true })).toEqual([])
})
