import { spawn } from 'node:child_process'
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readMetrics, readRunInfo, runFiles } from '../../../src/main/store/runStore'
import { readRun, specFile } from '../../support/cliTraining'
import { finished, hourglass, records } from '../../support/commandLine'
import { root } from '../../support/requirements'
import { rectanglesDataset } from '../../support/trainedRun'

let folder: string
let dataset: string
let spec: string
let done: string
let outs = 0
const fresh = () => join(folder, `run-${++outs}`)

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hourglass-train-'))
  dataset = await rectanglesDataset(join(folder, 'dataset'))
  spec = await specFile(folder, { encoder: [{ type: 'dense', units: 12, activation: 'linear' }] })
  done = fresh()
  expect(await train(done)).toMatchObject({ code: 0 })
})

afterAll(() => rm(folder, { recursive: true, force: true }))

const train = (out: string, ...flags: string[]) =>
  hourglass('train', dataset, '--spec', spec, '--out', out, '--epochs', '3', ...flags)

describe('bad input', () => {
  /** Exits with 3 and one sentence, and leaves nothing where nothing was. */
  async function refuses(sentence: RegExp, ...args: string[]) {
    const out = fresh()
    const said = await hourglass('train', ...args, '--out', out, '--quiet')
    expect(said.stderr).toMatch(sentence)
    expect(said.stderr.trimEnd().split('\n')).toHaveLength(1)
    expect(said).toMatchObject({ code: 3, stdout: '' })
    await expect(readdir(out)).rejects.toThrow('ENOENT')
  }

  it('is a dataset that is not there, or has no image', async () => {
    await refuses(/nowhere/, join(folder, 'nowhere'))
    const empty = join(folder, 'empty')
    await mkdir(empty)
    await refuses(/no image/i, empty)
    await writeFile(join(empty, 'text.png'), 'hello')
    await refuses(/text\.png|no image|none/i, empty)
  })

  it('is a spec that does not fit the images, is none, or is not there', async () => {
    const other = await specFile(
      folder,
      {
        input: { height: 28, width: 28, channels: 1 },
        encoder: [{ type: 'dense', units: 3, activation: 'relu' }],
      },
      'other.json',
    )
    await refuses(
      /takes images of 28 × 28 pixels, grey; those of rectangles are 8 × 8 pixels, grey\. Import them again as 28 × 28 pixels, grey\./,
      dataset,
      '--spec',
      other,
    )
    await refuses(/is not JSON/, dataset, '--spec', await specFile(folder, '{', 'broken.json'))
    const misspelt = await specFile(folder, { encoder: [{ type: 'dense', units: 0 }] } as object, 'zero.json')
    await refuses(/zero\.json is not a model spec at encoder\.0\.units/, dataset, '--spec', misspelt)
    const conv = ['--preset', 'conv-64', '--tying', 'pseudo-inverse']
    await refuses(/The pseudo-inverse is made for dense layers/, dataset, ...conv)
    await refuses(/There is no .*missing\.json/, dataset, '--spec', join(folder, 'missing.json'))
    await refuses(/There is no trained model in/, dataset, '--from', join(folder, 'nowhere'))
  })

  it('is a device that is not there', async () => {
    await refuses(
      /has no device abacus here\. Choose one of: cpu/,
      dataset,
      '--spec',
      spec,
      '--runtime',
      'onnx',
      '--device',
      'abacus',
    )
  })

  it.each([
    [['--preset', 'vgg'], /'vgg' is invalid/],
    [['--noise', 'gaussian:999'], /gaussian noise takes a strength from 0 to 255/],
    [['--lr', '1e6'], /Write a number from/],
    [['--preset', 'linear-pca', '--spec', 'x.json'], /Give one of --preset, --spec and --from/],
  ])('is told from bad usage, which ends with 2: %j', async (flags, sentence) => {
    const said = await hourglass('train', dataset, '--out', fresh(), ...flags)
    expect(said).toMatchObject({ code: 2, stderr: expect.stringMatching(sentence) })
  })

  it('is a folder for the run that holds something else, or a run already', async () => {
    const home = join(folder, 'home')
    await mkdir(home)
    await writeFile(join(home, 'thesis.doc'), 'precious')
    expect(await train(home)).toMatchObject({
      code: 3,
      stderr: expect.stringMatching(/not empty and holds no run/),
    })
    expect(await train(home, '--overwrite')).toMatchObject({ code: 3 })
    expect(await readdir(home)).toEqual(['thesis.doc'])
    expect(await train(join(home, 'thesis.doc'))).toMatchObject({ code: 3 })
    const before = await readRun(done)
    expect(await train(done)).toMatchObject({
      code: 3,
      stderr: expect.stringMatching(/--resume.*--overwrite/),
    })
    const own = await hourglass('train', dataset, '--from', done, '--out', done, '--overwrite')
    expect(own).toMatchObject({
      code: 3,
      stderr: expect.stringMatching(/would replace the model it is to start from/),
    })
    expect(await readRun(done)).toEqual(before)
    const replaced = fresh()
    await train(replaced)
    expect(await train(replaced, '--overwrite', '--epochs', '1')).toMatchObject({ code: 0 })
    expect(await readMetrics(replaced)).toHaveLength(1)
  })

  it('is a run to resume that is not there, or done', async () => {
    const missing = await hourglass('train', '--out', join(folder, 'nowhere'), '--resume')
    expect(missing).toMatchObject({ code: 3, stderr: expect.stringMatching(/There is no run in/) })
    await expect(readdir(join(folder, 'nowhere'))).rejects.toThrow('ENOENT')
    const again = await hourglass('train', '--out', done, '--resume')
    expect(again).toMatchObject({
      code: 3,
      stderr: expect.stringMatching(/is done\. Give --epochs more than 3/),
    })
  })

  it('is a damaged run, which is left as it is', async () => {
    for (const [file, damage, sentence] of [
      [
        runFiles.latest,
        (bytes: Buffer) => bytes.subarray(0, bytes.length - 10),
        /latest\.safetensors cannot be read/,
      ],
      [runFiles.latest, () => Buffer.from('hello'), /latest\.safetensors cannot be read/],
      [runFiles.info, () => Buffer.from('{}'), /run\.json is damaged/],
    ] as const) {
      const run = fresh()
      await train(run, '--epochs', '2')
      const damaged = damage(await readFile(file(run)))
      await writeFile(file(run), damaged)
      const said = await hourglass('train', '--out', run, '--resume', '--epochs', '4')
      expect(said).toMatchObject({ code: 3, stderr: expect.stringMatching(sentence) })
      expect(await readFile(file(run))).toEqual(damaged)
      expect(await readMetrics(run)).toHaveLength(2)
    }
  })

  it('is a dataset that changed or went since the run began', async () => {
    const [images, run] = [join(folder, 'images'), fresh()]
    await rectanglesDataset(images)
    await hourglass('train', images, '--spec', spec, '--out', run, '--epochs', '1')
    const resume = () => hourglass('train', '--out', run, '--resume', '--epochs', '2')
    await rectanglesDataset(images, 40)
    expect(await resume()).toMatchObject({
      code: 3,
      stderr: expect.stringMatching(/has 40 images, the run began with 96/),
    })
    await rm(images, { recursive: true })
    expect(await resume()).toMatchObject({ code: 3, stderr: expect.stringMatching(/There is no dataset in/) })
    const moved = await hourglass('train', dataset, '--out', run, '--resume', '--epochs', '2')
    expect(moved).toMatchObject({ code: 0 })
  })
})

describe('a loss that is no longer a number', () => {
  const wild = ['--optimizer', 'sgd', '--lr', '100', '--epochs', '50', '--val', '0', '--json']

  it('ends the run with a sentence, and the best model before it is kept', async () => {
    const run = fresh()
    const said = await train(run, ...wild)
    expect(said.code).toBe(3)
    expect(said.stderr).toMatch(
      /^The loss is no longer a number in epoch \d+: training has diverged\. Start again with a lower learning rate, for example 0\.05\. The best model of the epochs before is kept\.\n$/,
    )
    const { state, error, metrics, best, latest } = await readRun(run)
    expect({ state, error }).toEqual({ state: 'failed', error: said.stderr.trim() })
    expect(metrics).toHaveLength(records(said).length - 1)
    for (const { data } of Object.values({ ...best, ...latest }) as { data: Float32Array }[])
      expect(data.every(Number.isFinite)).toBe(true)
    expect(await hourglass('evaluate', run, dataset)).toMatchObject({ code: 0 })
  })

  it('in the first epoch leaves no model, and says so', async () => {
    const run = fresh()
    const said = await train(run, ...wild, '--batch', '1')
    expect(said).toMatchObject({
      code: 3,
      stderr: expect.stringMatching(/epoch 1: training has diverged\..*for example 0\.05\.\n$/),
    })
    expect(await readdir(runFiles.checkpoints(run))).toEqual([])
    expect((await readRunInfo(run)).state).toBe('failed')
  })
})

describe.skipIf(process.platform === 'win32')('a full disk', () => {
  it('ends the run with a sentence and whole files, and it goes on where there is room', async () => {
    const wide = await specFile(
      folder,
      { encoder: [{ type: 'dense', units: 500, activation: 'relu' }] },
      'wide.json',
    )
    const run = fresh()
    const cli = join(root, 'out/main/cli.js')
    const args = ['train', dataset, '--spec', wide, '--out', run, '--epochs', '2', '--runtime', 'onnx']
    // A limit on the size of files, in KiB, stands in for a small disk. The checkpoint needs 500.
    const limited = spawn('bash', ['-c', 'ulimit -f 300; exec "$0" "$@"', process.execPath, cli, ...args])
    const said = await finished(limited)
    expect(said).toMatchObject({
      code: 3,
      stderr: expect.stringMatching(/safetensors grew past the largest file/),
    })
    expect(await readdir(runFiles.checkpoints(run))).toEqual([])
    expect((await readRunInfo(run)).state).toBe('failed')
    expect(await hourglass('train', '--out', run, '--resume')).toMatchObject({ code: 0 })
    expect((await readRun(run)).metrics.map(({ epoch }) => epoch)).toEqual([1, 2])
  })
})
