import { spawn } from 'node:child_process'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { readWeights } from '../../../src/main/store/checkpointStore'
import { openModel, readModelInfo } from '../../../src/main/store/modelStore'
import { finished, hourglass, records, testComputeClient } from '../../support/commandLine'
import { hasPeersPython, runPython } from '../../support/peersPython'
import { root } from '../../support/requirements'
import { rectanglesDataset, trainRun } from '../../support/trainedRun'

let folder: string
let run: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hourglass-export-cli-'))
  const client = testComputeClient()
  run = await trainRun(client, join(folder, 'run'), await rectanglesDataset(join(folder, 'dataset')))
  await client.dispose()
})
afterAll(() => rm(folder, { recursive: true, force: true }))

it.each([
  ['onnx', ['README.md', 'model.onnx']],
  ['savedmodel', ['README.md', 'hourglass.json', 'saved_model.pb']],
  ['pytorch', ['README.md', 'model.py', 'spec.json', 'weights.safetensors']],
  ['tensorflowjs', ['README.md', 'model.json', 'weights.bin']],
  ['keras', ['README.md', 'model.keras']],
  ['hourglass', ['README.md', 'model.hourglass']],
  ['c', ['README.md', 'autoencoder.h']],
  ['json', ['README.md', 'model.json']],
  [
    'training',
    [
      ...['README.md', 'config.json', 'data.py', 'hourglass_layers.py', 'model.keras', 'model.py'],
      ...['requirements.txt', 'spec.json', 'train_keras.py', 'train_torch.py', 'weights.safetensors'],
    ],
  ],
])('writes %s with a README, and replaces nothing unasked', async (format, files) => {
  const out = join(folder, format)
  const args = ['export', run, '--format', format, '--out', out]
  const said = await hourglass(...args, '--json')
  expect(said).toMatchObject({ code: 0 })
  expect(records(said)[0]).toMatchObject({ type: 'done', format, part: 'full' })
  expect((await readdir(out)).sort()).toEqual(files)
  const readme = await readFile(join(out, 'README.md'), 'utf8')
  expect(readme).toContain('| images | 8 x 8 pixels (width x height), grey |')
  expect(readme).toContain('gaussian:25')
  if (format !== 'onnx') return
  const again = await hourglass(...args)
  expect(again).toMatchObject({ code: 3 })
  expect(again.stderr).toContain('--overwrite')
  expect((await hourglass(...args, '--overwrite')).code).toBe(0)
})

it('comes back as the model it was, from one file and from the folder of an export', async () => {
  const known = await openModel(run)
  for (const [format, file] of [
    ['hourglass', 'model.hourglass'],
    ['keras', ''],
  ]) {
    const out = join(folder, `back-${format}`)
    await hourglass('export', run, '--format', format!, '--out', out)
    const back = join(folder, `imported-${format}`)
    const said = await hourglass('import-model', join(out, file!), '--out', back, '--json')
    expect(said).toMatchObject({ code: 0 })
    expect(records(said).at(-1)).toMatchObject({ type: 'done', tying: 'tied', notes: [] })
    const { files, noise } = await openModel(back)
    expect({ spec: files.spec, noise }).toEqual({ spec: known.files.spec, noise: known.noise })
    const weights = await readWeights(files.weights)
    for (const [name, { data }] of Object.entries(await readWeights(known.files.weights)))
      expect(weights[name]!.data).toEqual(data)
    // Pictures are there where the format has room for them.
    expect((await readdir(back)).includes('preview.png')).toBe(format === 'hourglass')
    expect((await readModelInfo(back)).trainedOn).toMatchObject({ images: 96, dataset: 'dataset' })
  }
})

it('says what rounded weights cost, and puts several models into a folder each', async () => {
  const out = join(folder, 'several')
  const said = await hourglass('export', run, run, '--precision', 'int8', '--out', out, '--json')
  expect(said).toMatchObject({ code: 0 })
  expect((await readdir(out)).sort()).toEqual(['run', 'run-2'])
  const { loss } = records(said)[0] as unknown as { loss: { psnr: number; rounded: number; images: number } }
  expect(loss.images).toBe(96)
  expect(Math.abs(loss.psnr - loss.rounded)).toBeLessThan(1)
  expect(loss.rounded).not.toBe(loss.psnr)
  const readme = await readFile(join(out, 'run', 'README.md'), 'utf8')
  expect(readme).toContain(`weights as int8: ${loss.rounded.toFixed(2)} dB instead of`)
})

it('refuses what a format does not offer, saying what it does', async () => {
  const refused = async (sentence: string, ...args: string[]) => {
    const said = await hourglass('export', run, '--out', join(folder, 'no'), ...args)
    expect(said).toMatchObject({ code: 3 })
    expect(said.stderr).toContain(sentence)
  }
  await refused('float32 or float16', '--format', 'pytorch', '--precision', 'int8')
  await refused('exported whole', '--format', 'json', '--part', 'encoder')
  await refused('Leave out --keep-tied', '--format', 'onnx', '--keep-tied')
})

it.skipIf(!hasPeersPython('onnxruntime', 'numpy'))(
  'the lines of code in a README run as they stand',
  async () => {
    const out = join(folder, 'readme')
    await hourglass('export', run, '--part', 'decoder', '--out', out)
    const [, code] = /```python\n([\s\S]*?)```/.exec(await readFile(join(out, 'README.md'), 'utf8'))!
    const said = await runPython(`import os; os.chdir(${JSON.stringify(out)})\n${code}\nprint(image.shape)`)
    expect(said.trim()).toBe('(1, 8, 8, 1)')
  },
)

it('refuses a part that there is not, and what is no model', async () => {
  const out = join(folder, 'refused')
  const grey = await hourglass('export', 'builtin:grey', '--part', 'encoder', '--out', out)
  expect(grey).toMatchObject({ code: 3 })
  expect(grey.stderr).toContain('no latent code')
  expect((await hourglass('export', join(folder, 'dataset'), '--out', out)).stderr).toContain(
    'no trained model',
  )
  expect(await readdir(folder)).not.toContain('refused')
})

it.each(['onnx', 'keras', 'hourglass'])(
  'on a disk without room for %s says so, and leaves nothing',
  async (format) => {
    const out = join(folder, `full-${format}`)
    const args = ['export', 'builtin:grey', '--format', format, '--out', out]
    // A limit on the size of files, in KiB, stands in for a small disk. The weights need 700.
    const limited = ['-c', 'ulimit -f 300; exec "$0" "$@"', process.execPath, join(root, 'out/main/cli.js')]
    const said = await finished(spawn('bash', [...limited, ...args]))
    expect(said).toMatchObject({ code: 3, stderr: expect.stringMatching(/^\S.* grew past the largest file/) })
    expect(await readdir(folder)).not.toContain(`full-${format}`)
  },
)
