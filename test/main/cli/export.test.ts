import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { hourglass, records, testComputeClient } from '../../support/commandLine'
import { hasPeersPython, runPython } from '../../support/peersPython'
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
  const again = await hourglass(...args)
  expect(again).toMatchObject({ code: 3 })
  expect(again.stderr).toContain('--overwrite')
  expect((await hourglass(...args, '--overwrite')).code).toBe(0)
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
