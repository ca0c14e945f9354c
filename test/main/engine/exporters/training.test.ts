import { execFile, spawn } from 'node:child_process'
import { cp, mkdir, readFile, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import sharp from 'sharp'
import { beforeAll, describe, expect, it } from 'vitest'
import { modelSpecSchema } from '../../../../src/shared/modelSpec'
import { exported, folder, safetensorsModule } from '../../../support/exportedModels'
import { hasPeersPython, peersPython } from '../../../support/peersPython'
import { randomNumbers } from '../../../support/randomNumbers'
import { rectangle } from '../../../support/trainedRun'
import { withRandomWeights } from '../../../support/untrainedModel'

const spec = modelSpecSchema.parse({
  input: { height: 8, width: 8, channels: 1 },
  encoder: [{ type: 'dense', units: 24, activation: 'elu' }],
})
const environment = { TF_CPP_MIN_LOG_LEVEL: '3', CUDA_VISIBLE_DEVICES: '', OMP_NUM_THREADS: '1' }

let project: string
let pictures: string
beforeAll(async () => {
  project = join(folder, 'project')
  pictures = join(folder, 'pictures')
  await mkdir(join(project, 'safetensors'), { recursive: true })
  await mkdir(pictures)
  const model = await withRandomWeights(join(folder, 'small'), spec)
  for (const [path, bytes] of await exported(model, 'training')) await writeFile(join(project, path), bytes)
  const random = randomNumbers(3)
  for (let i = 0; i < 96; i++)
    await sharp(rectangle(random), { raw: { width: 8, height: 8, channels: 1 } })
      .png()
      .toFile(join(pictures, `${i}.png`))
})

/** Lines of JSON that a script prints, each an epoch. */
const epochs = (said: string) =>
  said
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as { loss: number; processes: number })

/** Twice two epochs: the second time from the weights that the first left. */
async function twice(train: (there: string) => Promise<string>, weights: [string, string]) {
  const there = `${project}-${weights[1]}`
  await cp(project, there, { recursive: true })
  const first = epochs(await train(there))
  await cp(join(there, weights[0]), join(there, weights[1]))
  const second = epochs(await train(there))
  const losses = [...first, ...second].map(({ loss }) => loss)
  expect(losses).toHaveLength(4)
  expect(losses).toEqual(losses.toSorted((a, b) => b - a))
  // It goes on from where it was, and not from the beginning.
  expect(losses[2]).toBeLessThan((losses[0]! + losses[1]!) / 2)
  for (const { processes } of [...first, ...second]) expect(processes).toBe(2)
  return there
}

describe.skipIf(!hasPeersPython('torch', 'PIL'))('PyTorch', () => {
  it('trains on in two processes, and goes on from there', async () => {
    await writeFile(join(project, 'safetensors', '__init__.py'), '')
    await writeFile(join(project, 'safetensors', 'torch.py'), safetensorsModule)
    const there = await twice(
      async (folderOf) => {
        const args = [
          '-m',
          'torch.distributed.run',
          '--nproc-per-node',
          '2',
          '--master-port',
          String(await freePort()),
        ]
        const script = [
          join(folderOf, 'train_torch.py'),
          pictures,
          '--epochs',
          '2',
          '--batch',
          '16',
          '--workers',
          '0',
        ]
        const env = { ...process.env, ...environment, PYTHONPATH: folderOf }
        return (await promisify(execFile)(peersPython, [...args, ...script], { env })).stdout
      },
      ['trained.safetensors', 'weights.safetensors'],
    )
    expect((await readFile(join(there, 'trained.safetensors'))).length).toBeGreaterThan(1000)
  })
})

describe.skipIf(!hasPeersPython('tensorflow', 'keras', 'PIL'))('Keras', () => {
  it('trains on in two processes, and goes on from there', async () => {
    await twice(
      async (folderOf) => {
        const worker = [`localhost:${await freePort()}`, `localhost:${await freePort()}`]
        const said = await Promise.all(
          [0, 1].map((index) => {
            const config = JSON.stringify({ cluster: { worker }, task: { type: 'worker', index } })
            const script = [join(folderOf, 'train_keras.py'), pictures, '--epochs', '2', '--batch', '16']
            return output(script, { ...process.env, ...environment, TF_CONFIG: config })
          }),
        )
        return said[0]!
      },
      ['trained.keras', 'model.keras'],
    )
  })
})

function output(args: readonly string[], env: NodeJS.ProcessEnv): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(peersPython, args, { env, cwd: dirname(args[0]!) })
    let [said, complained] = ['', '']
    child.stdout.on('data', (data: Buffer) => (said += data.toString()))
    child.stderr.on('data', (data: Buffer) => (complained += data.toString()))
    child.on('error', reject)
    child.on('close', (code) => (code === 0 ? resolve(said) : reject(new Error(complained.slice(-3000)))))
  })
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as { port: number }
  await new Promise((resolve) => server.close(resolve))
  return port
}
