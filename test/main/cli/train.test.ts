import type { ChildProcess } from 'node:child_process'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readDatasetInfo } from '../../../src/main/store/datasetStore'
import { readRunInfo, runFiles } from '../../../src/main/store/runStore'
import { readWeights } from '../../../src/main/store/checkpointStore'
import { transposed } from '../../../src/main/engine/models/weights'
import { readRun, specFile } from '../../support/cliTraining'
import { finished, hourglass, records, startHourglass } from '../../support/commandLine'
import { hasTensorflow } from '../../support/requirements'
import { rectanglesDataset } from '../../support/trainedRun'

let folder: string
let dataset: string
let spec: string
let outs = 0
const fresh = () => join(folder, `run-${++outs}`)

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hourglass-train-'))
  dataset = await rectanglesDataset(join(folder, 'dataset'), 3000)
  spec = await specFile(folder, {
    encoder: [
      { type: 'dense', units: 40, activation: 'elu' },
      { type: 'dense', units: 8, activation: 'linear' },
    ],
  })
})

afterAll(() => rm(folder, { recursive: true, force: true }))

const settings = [
  '--epochs',
  '5',
  '--batch',
  '8',
  '--noise',
  'poisson:10-200',
  '--schedule',
  'cosine',
  '--seed',
  '3',
]

/** Does something to a training at the nth line that it prints. */
async function atLine(child: ChildProcess, line: number, act: (child: ChildProcess) => void) {
  let lines = 0
  createInterface(child.stdout!).on('line', () => {
    if (++lines === line) act(child)
  })
  return finished(child)
}

describe.each(['onnx', 'tensorflow'] as const)('train with %s', (runtime) => {
  const here = runtime === 'onnx' || hasTensorflow()
  const train = (run: string) => [
    'train',
    dataset,
    '--spec',
    spec,
    '--out',
    run,
    '--runtime',
    runtime,
    ...settings,
  ]
  const resume = (run: string) => ['train', '--out', run, '--resume', '--json']
  let whole: string
  // TensorFlow has a word of its own when it is loaded.
  const silence = runtime === 'onnx' ? '' : (expect.any(String) as string)

  beforeAll(async () => {
    if (!here) return
    whole = fresh()
    const said = await hourglass(...train(whole), '--json')
    expect(said).toMatchObject({ code: 0, stderr: silence })
    const lines = records(said)
    expect(lines.map(({ type }) => type)).toEqual([
      'start',
      'epoch',
      'epoch',
      'epoch',
      'epoch',
      'epoch',
      'done',
    ])
    const { epochs, run, bestEpoch, valLoss } = lines.at(-1)!
    expect({ epochs, run }).toEqual({ epochs: 5, run: whole })
    expect(lines[bestEpoch as number]).toMatchObject({ epoch: bestEpoch, valLoss, best: true })
  })

  const expectSame = async (run: string) => {
    const [ours, theirs] = [await readRun(run), await readRun(whole)]
    expect(ours.metrics.map(({ epoch }) => epoch)).toEqual([1, 2, 3, 4, 5])
    expect(ours).toEqual(theirs)
  }

  it.skipIf(!here)('repeats a run exactly from the same seed', async () => {
    const again = fresh()
    await hourglass(...train(again), '--json')
    await expectSame(again)
  })

  it.skipIf(!here)(
    'is what it would have been after kill -9, in the first epoch and later, and --resume',
    async () => {
      const run = fresh()
      const killed = await atLine(startHourglass(...train(run), '--json'), 1, (child) =>
        child.kill('SIGKILL'),
      )
      expect(killed.code).toBeNull()
      const again = await atLine(startHourglass(...resume(run)), 3, (child) => child.kill('SIGKILL'))
      expect(again.code).toBeNull()
      expect((await readRunInfo(run)).state).toBe('training')
      const said = await hourglass(...resume(run))
      expect(said).toMatchObject({ code: 0, stderr: silence })
      expect(records(said)[0]).toMatchObject({ type: 'start' })
      await expectSame(run)
    },
  )

  it.skipIf(!here)('saves at Ctrl-C and SIGHUP, says how to go on, and does', async () => {
    const run = fresh()
    for (const [i, signal] of (['SIGINT', 'SIGHUP'] as const).entries()) {
      const args = i === 0 ? [...train(run), '--json'] : resume(run)
      const said = await atLine(startHourglass(...args), 2, (child) => child.kill(signal))
      expect(said.code).toBe(130)
      expect(said.stderr).toMatch(
        /Stopped in epoch \d and saved\. Go on with: hourglass train --out .* --resume\n$/,
      )
      expect((await readRunInfo(run)).state).toBe('stopped')
    }
    expect(await hourglass(...resume(run))).toMatchObject({ code: 0 })
    await expectSame(run)
  })
})

describe('train', () => {
  it('writes kernels of a tied model once, in every file', async () => {
    const run = fresh()
    const args = ['train', dataset, '--spec', spec, '--out', run, '--epochs', '2', '--quiet']
    expect(await hourglass(...args)).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^Trained 2 epochs/),
    })
    for (const file of [
      runFiles.latest(run),
      runFiles.best(run),
      join(runFiles.model(run), 'weights.safetensors'),
    ]) {
      const weights = await readWeights(file)
      expect(Object.keys(weights).filter((name) => name.endsWith('kernel'))).toEqual([
        'encoder.0.kernel',
        'encoder.1.kernel',
      ])
    }
  })

  it('goes on from a tied model that is untied, and gets better', async () => {
    const [tied, untied] = [fresh(), fresh()]
    const flags = ['--epochs', '4', '--quiet', '--json', '--lr', '0.003']
    const first = records(await hourglass('train', dataset, '--spec', spec, '--out', tied, ...flags))
    const said = await hourglass(
      'train',
      dataset,
      '--from',
      tied,
      '--tying',
      'untied',
      '--out',
      untied,
      ...flags,
    )
    expect(said).toMatchObject({ code: 0 })
    const then = records(said)
    expect(then.at(-1)!.valLoss).toBeLessThan(first.at(-1)!.valLoss as number)
    expect(then[1]!.trainLoss).toBeLessThan(first.at(-1)!.trainLoss as number)
    const weights = await readWeights(runFiles.best(untied))
    const { data } = weights['encoder.1.kernel']!
    expect(weights['decoder.0.kernel']!.data).not.toEqual(transposed(data, 40, 8))
    const back = await hourglass(
      'train',
      dataset,
      '--from',
      untied,
      '--tying',
      'tied',
      '--out',
      fresh(),
      ...flags,
    )
    expect(back).toMatchObject({ code: 3, stderr: expect.stringMatching(/decoder of that model is untied/) })
  })

  it('takes when a decoder is copied and what weights begin as, and says how orthonormal they became', async () => {
    const run = fresh()
    const chosen = ['--tying', 'copied', '--copy-every', 'epoch', '--init', 'orthogonal', '--epochs', '1']
    const said = await hourglass('train', dataset, '--spec', spec, '--out', run, ...chosen)
    expect(said).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/‖WᵀW − I‖, layer by layer: [\d.]+/),
    })
    const info = await readRunInfo(run)
    expect(info.spec).toMatchObject({ tying: 'copied', copyEvery: 'epoch', initializer: 'orthogonal' })
    expect(
      await hourglass('train', dataset, '--spec', spec, '--out', fresh(), '--copy-every', 'epoch'),
    ).toMatchObject({ code: 2, stderr: expect.stringMatching(/nothing is copied into it/) })
    expect(await hourglass('train', dataset, '--from', run, '--out', fresh(), '--init', 'pca')).toMatchObject(
      { code: 2, stderr: expect.stringMatching(/leave --init out/) },
    )
  })

  it('stops early, and goes on with more epochs when asked to', async () => {
    const run = fresh()
    const still = ['--optimizer', 'sgd', '--lr', '1e-12', '--patience', '2', '--epochs', '50', '--json']
    const lines = records(await hourglass('train', dataset, '--spec', spec, '--out', run, ...still))
    expect(lines.at(-1)!.epochs).toBeLessThan(50)
    const longer = fresh()
    await hourglass('train', dataset, '--spec', spec, '--out', longer, '--epochs', '1')
    expect(await hourglass('train', '--out', longer, '--resume')).toMatchObject({
      code: 3,
      stderr: `The run in ${longer} is done. Give --epochs more than 1 to train it further.\n`,
    })
    const more = await hourglass('train', '--out', longer, '--resume', '--epochs', '2', '--json')
    expect(records(more).map(({ type, epoch }) => [type, epoch])).toEqual([
      ['start', undefined],
      ['epoch', 2],
      ['done', expect.any(Number)],
    ])
  })

  it('imports a folder, one image too, and scales a preset, which it says', async () => {
    const photos = join(folder, 'photos')
    await mkdir(photos)
    await sharp({ create: { width: 90, height: 60, channels: 3, background: '#a08060' } })
      .jpeg()
      .toFile(join(photos, 'wide.jpg'))
    const run = fresh()
    const flags = ['--size', '24', '--color', 'rgb', '--preset', 'tied-784-32', '--epochs', '2']
    const said = await hourglass('train', photos, '--out', run, ...flags)
    expect(said).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^Trained 2 epochs\. The best was epoch/),
    })
    expect(said.stderr).toMatch(
      /The preset tied-784-32 is made for 28 × 28; for 24 × 24 in colour its layers are 48 instead of 32/,
    )
    expect(await readDatasetInfo(join(run, 'dataset'))).toMatchObject({ count: 1, channels: 3, width: 24 })
    expect(await hourglass('evaluate', run, photos)).toMatchObject({ code: 0 })
  })
})
