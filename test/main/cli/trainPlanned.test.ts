import type { ChildProcess } from 'node:child_process'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { expect, it } from 'vitest'
import { readDatasetInfo } from '../../../src/main/store/datasetStore'
import { readMetrics, readRunInfo } from '../../../src/main/store/runStore'
import { describePlan } from '../../../src/main/cli/describePlan'
import { planForDataset, planForFolder } from '../../../src/main/features/training/planService'
import { drawing, writePictures } from '../../support/drawnImages'
import { finished, hourglass, records, startHourglass } from '../../support/commandLine'
import { temporaryFolder } from '../../support/testFolder'

/** Interrupts a training once its first epoch is over: a plan takes a minute at least. */
async function untilFirstEpoch(child: ChildProcess) {
  createInterface(child.stdout!).on('line', (line) => {
    if ((JSON.parse(line) as { type: string }).type === 'epoch') child.kill('SIGINT')
  })
  return finished(child)
}

/** Interrupts it at the first line, which says the plan before the images are read. */
async function untilPlanned(child: ChildProcess) {
  createInterface(child.stdout!).once('line', () => child.kill('SIGINT'))
  return finished(child)
}

const colors = [
  [20, 60, 200],
  [240, 180, 20],
]

it('plans a folder that is given without options, and its dataset alike', async () => {
  const folder = await temporaryFolder()
  const photos = await writePictures(join(folder, 'photos'), 24, (i) => drawing(i, { width: 12, colors }))
  const run = join(folder, 'run')
  const said = await untilFirstEpoch(startHourglass('train', photos, '--out', run, '--json'))
  expect(said).toMatchObject({ code: 130, stderr: expect.stringMatching(/Stopped in epoch \d+ and saved\./) })
  const plan = await planForFolder(photos, '1m')
  expect(plan.network).toBe('convolutional')
  const info = await readRunInfo(run)
  expect(info).toMatchObject({ state: 'stopped', preset: null, spec: plan.spec, config: plan.config })
  expect(info.config.budgetMs).toBe(60_000)
  expect(info.baselines!.pca!.components).toBe(21)
  expect(await readDatasetInfo(info.dataset)).toMatchObject({ count: 24, width: 12, height: 12, channels: 3 })
  const [first] = await readMetrics(run)
  // As many epochs as fit into the minute, not as many as there could be.
  expect(first!.epochs).toBeLessThan(plan.config.epochs)
  expect(records(said)[0]).toMatchObject({ type: 'start', images: plan.config.imagesPerEpoch })

  const again = startHourglass('train', info.dataset, '--out', join(folder, 'again'), '--budget', '10m')
  const longer = describePlan(await planForDataset(info.dataset, '10m'))
  expect(longer).toMatch(/about 10 minutes/)
  expect((await untilPlanned(again)).stdout.split('\n')[0]).toBe(longer)
})

it('takes what is asked for beside the plan, and says the plan', async () => {
  const folder = await temporaryFolder()
  const photos = await writePictures(join(folder, 'photos'), 8, (i) => drawing(i, { width: 16, colors }))
  const run = join(folder, 'run')
  const child = startHourglass(
    'train',
    photos,
    '--out',
    run,
    '--size',
    '10',
    '--color',
    'grey',
    '--seed',
    '9',
  )
  const { stdout } = await untilPlanned(child)
  expect(stdout).toMatch(
    /^8 colour drawings: a dense network on 10×10, \d+ numbers per image, about 1 minute\. There are few images/,
  )
})

it('plans nothing for one who says what is trained, or how long', async () => {
  const folder = await temporaryFolder()
  const photos = await writePictures(join(folder, 'photos'), 8, (i) => drawing(i, { width: 28 }))
  const run = join(folder, 'run')
  const said = await hourglass('train', photos, '--out', run, '--epochs', '1')
  expect(said).toMatchObject({ code: 0, stdout: expect.stringMatching(/^Trained 1 epochs\./) })
  const { preset, config } = await readRunInfo(run)
  expect(preset).not.toBeNull()
  expect(config).toMatchObject({ epochs: 1, budgetMs: null })
})
