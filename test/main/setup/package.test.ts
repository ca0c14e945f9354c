import { execFile } from 'node:child_process'
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
} from 'node:fs'
import { builtinModules, createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import ts from 'typescript'
import { beforeAll, describe, expect, it } from 'vitest'
import { exportTrainedModel } from '../../../src/main/features/models/exportModel'
import { denoisePicture } from '../../../src/main/features/denoising/denoisePicture'
import { DenoisingModels } from '../../../src/main/features/denoising/denoisingModels'
import { makeStandInDistribution } from '../../../src/main/setup/packaging/standInDistribution.mjs'
import { ComputeClient } from '../../../src/main/worker/computeClient'
import { hasTensorflow, root } from '../../support/requirements'
import { folderOfFile } from '../../support/testFolder'
import { rectanglesDataset, trainRun } from '../../support/trainedRun'

let folder: string
let tree: string
let unpacked: string
/** Paths below the tree. */
let files: string[]

interface Entry {
  readonly files?: Record<string, Entry>
  readonly unpacked?: boolean
  readonly offset?: string
  readonly size?: number
}

/** The directory of an archive of Electron's, and a file in it. */
function archive(path: string) {
  const bytes = readFileSync(path)
  const [headerSize, length] = [bytes.readUInt32LE(4), bytes.readUInt32LE(12)]
  const top = JSON.parse(bytes.toString('utf8', 16, 16 + length)) as Entry
  const entry = (name: string) => name.split('/').reduce<Entry>((at, part) => at.files![part]!, top)
  const read = (name: string) => {
    const { offset, size } = entry(name)
    const start = 8 + headerSize + Number(offset)
    return bytes.toString('utf8', start, start + size!)
  }
  return { entry, read }
}

/** What a script imports that is neither a file beside it nor of Node.js or Electron. */
function packagesOf(text: string): string[] {
  const { importedFiles } = ts.preProcessFile(text, true, true)
  return importedFiles
    .map(({ fileName }) => fileName)
    .filter((name) => /^[@a-z]/.test(name) && name !== 'electron' && !name.startsWith('node:'))
    .filter((name) => !builtinModules.includes(name))
}

describe.skipIf(process.platform !== 'linux')('the packaged app', () => {
  /** A folder of its own, from which no package of the checkout can be reached. */
  beforeAll(async () => {
    folder = await folderOfFile()
    const distribution = join(folder, 'electron')
    makeStandInDistribution(distribution, '45.4.1')
    const args = ['--dir', '--electron-dist', distribution, '--out', join(folder, 'dist')]
    await promisify(execFile)(process.execPath, [join(root, 'src/main/setup/package.mjs'), ...args])
    tree = join(folder, 'dist', 'linux-unpacked')
    unpacked = join(tree, 'resources', 'app.asar.unpacked')
    files = readdirSync(tree, { recursive: true, encoding: 'utf8' })
  }, 300_000)

  it('holds every package that its processes import, and what those need', () => {
    const { read } = archive(join(tree, 'resources', 'app.asar'))
    const out = join(unpacked, 'out', 'main')
    const chunks = readdirSync(join(out, 'chunks')).filter((name) => name.endsWith('.js'))
    const beside = [...chunks.map((name) => join('chunks', name)), 'computeWorker.js', 'decodeWorker.js']
    const texts = [
      ...beside.map((name) => readFileSync(join(out, name), 'utf8')),
      read('out/main/index.js'),
      read('out/preload/index.cjs'),
    ]
    expect(texts.flatMap(packagesOf).filter((name) => !isInside(name))).toEqual([])
    const { resolve } = createRequire(join(out, 'index.js'))
    for (const name of ['@janhapke/sharp-electron/linux-x64/sharp', '@img/sharp-wasm32/sharp.node', 'sharp'])
      expect(resolve(name)).toContain(unpacked)
    expect(neededButMissing()).toEqual([])
  })

  it(
    'trains, denoises and exports in its worker, in plain Node.js with what lies beside it',
    { timeout: 240_000 },
    async () => {
      const client = new ComputeClient(pathToFileURL(join(unpacked, 'out', 'main', 'computeWorker.js')))
      try {
        const run = await trainRun(
          client,
          join(folder, 'run'),
          await rectanglesDataset(join(folder, 'dataset')),
        )
        const { files: exported } = await exportTrainedModel(
          {
            ...{ model: run, out: join(folder, 'onnx'), overwrite: false, version: '0.0.0' },
            ...{ format: 'onnx', part: 'full', precision: 'float32', pixels: 'float', tiedAs: 'transposes' },
          },
          { client },
        )
        expect(exported).toContain('model.onnx')
        const pixels = new Uint8Array(64 * 48).map((_, i) => 100 + ((i * i) % 50))
        const picture = {
          ...{ format: 'png', pixels, height: 48, width: 64 },
          ...{ channels: 1, orientation: 1, pages: 1 },
        }
        const denoised = await denoisePicture(
          picture as never,
          await new DenoisingModels(null).for({ channels: 1 }),
          { sigma: 25, strength: 1, tile: null },
          { client, onProgress: () => undefined, onSmallerTile: () => undefined },
        )
        expect(denoised.pixels).toHaveLength(64 * 48)
      } finally {
        await client.dispose()
      }
    },
  )

  it.skipIf(!hasTensorflow())('brings an addon that computes with libraries that lie beside it', async () => {
    const library = join(folder, 'tensorflow')
    const beside = join(library, 'lib', 'napi-v8')
    mkdirSync(beside, { recursive: true })
    copyFileSync(
      join(tree, 'resources', 'tensorflow', 'tfjs_binding.node'),
      join(beside, 'tfjs_binding.node'),
    )
    const ofCheckout = join(root, 'node_modules', '@tensorflow', 'tfjs-node-gpu', 'deps')
    symlinkSync(ofCheckout, join(library, 'deps'))
    const probe = join(unpacked, 'out', 'main', 'tensorflowProbe.js')
    const { stdout } = await promisify(execFile)(process.execPath, [probe, library])
    expect(JSON.parse(stdout)).toEqual({ version: expect.stringMatching(/^2\./), gpu: expect.any(Boolean) })
  })

  it('holds the libraries of its own platform only', () => {
    const native = files.filter((name) => /\.(node|dll|dylib|so(\.[\d.]+)?)$/.test(name))
    expect(native.filter((name) => /\.(dll|dylib)$/.test(name))).toEqual([])
    const other = process.arch === 'x64' ? 'arm64' : 'x64'
    expect(native.filter((name) => name.includes(other) || /darwin|win32/.test(name))).toEqual([])
    expect(native.some((name) => name.includes(join('napi-v6', 'linux', process.arch)))).toBe(true)
  })

  it('holds nothing of the work on it, and is not large', () => {
    const isOfWork =
      /\.(map|ts|woff2|spec\.js|test\.js)$|_test\.js$|(^|\/)(__tests__|default_app\.asar|jasmine|playwright[^/]*|typescript|mnist|vite)(\/|$)|out\/main\/cli\.js/
    expect(files.filter((name) => isOfWork.test(name))).toEqual([])
    const bytes = files.reduce((sum, name) => sum + statSync(join(tree, name)).size, 0)
    // Without Electron, which adds some 260 MB.
    expect(bytes / 2 ** 20).toBeLessThan(180)
  })

  it('names the licences of all that is in it', () => {
    const text = readFileSync(join(tree, 'LICENSES.txt'), 'utf8')
    for (const name of [
      'Hourglass',
      'sharp 0.35.5',
      'onnxruntime-node',
      'vue 3',
      'echarts',
      'libheif-js',
      '@fontsource/lora',
    ])
      expect(text).toContain(name)
  })

  it('brings the profile of AppArmor that lets it have its sandbox, and no place of updates that nobody named', () => {
    const profile = readFileSync(join(tree, 'resources', 'apparmor-profile'), 'utf8')
    expect(profile).toMatch(
      /^profile hourglass "\/opt\/Hourglass\/hourglass" flags=\(unconfined\) {\n {2}userns,$/m,
    )
    expect(existsSync(join(tree, 'resources', 'app-update.yml'))).toBe(false)
  })

  it('has its archive checked and its fuses set', () => {
    const { entry } = archive(join(tree, 'resources', 'app.asar'))
    expect(entry('out/main/index.js')).toHaveProperty('integrity')
    expect(entry('out/main/computeWorker.js')).toMatchObject({ unpacked: true })
    const program = readFileSync(join(tree, 'hourglass'))
    const at = program.indexOf('dL7pKGdnNz796PbbjQWNKmHXBZaB9tsX') + 32
    // Run as Node.js, cookies encrypted, NODE_OPTIONS, --inspect, archive checked, archive only, snapshot, file://.
    expect(program.toString('latin1', at + 2, at + 10)).toBe('01001100')
  })
})

/** Whether the package of an import lies beside the worker. */
function isInside(name: string): boolean {
  const top = name.split('/').slice(0, name.startsWith('@') ? 2 : 1)
  return existsSync(join(unpacked, 'node_modules', ...top, 'package.json'))
}

/** Dependencies of packages in the tree that are not in it. */
function neededButMissing(): string[] {
  const manifests = files.filter((name) => /node_modules\/(@[^/]+\/)?[^/]+\/package\.json$/.test(name))
  return manifests.flatMap((name) => {
    const path = join(tree, name)
    const { dependencies = {} } = JSON.parse(readFileSync(path, 'utf8')) as {
      dependencies?: Record<string, string>
    }
    return Object.keys(dependencies)
      .filter((needed) => needed !== 'sharp-upstream' && !isReachable(dirname(path), needed))
      .map((needed) => `${name}: ${needed}`)
  })
}

function isReachable(from: string, name: string): boolean {
  for (let at = from; at.startsWith(tree); at = dirname(at))
    if (existsSync(join(at, 'node_modules', name, 'package.json'))) return true
  return false
}
