import { mkdir, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import sharp from 'sharp'
import { beforeAll, describe, expect, it } from 'vitest'
import { finished, startHourglassWith } from '../../support/commandLine'
import { photograph, writePicture } from '../../support/drawnImages'
import { dng } from '../../support/dngBytes'
import { heic } from '../../support/heicBytes'
import { besideSystemGlib, hasSystemGlib } from '../../support/systemGlib'
import { folderOfFile } from '../../support/testFolder'

const written = ['png', 'jpg', 'webp', 'avif', 'tif', 'gif']
const [width, height] = [64, 48]
let folder: string
const at = (...names: string[]) => join(folder, ...names)

beforeAll(async () => {
  folder = await folderOfFile()
  await mkdir(at('photos'))
  for (const [i, ending] of written.entries())
    await writePicture(at('photos'), `${i}.${ending}`, photograph(i, width, height))
  await sharp(new Uint16Array(width * height * 3).fill(30_000), { raw: { width, height, channels: 3 } })
    .toColourspace('rgb16')
    .tiff({ compression: 'deflate' })
    .toFile(at('photos', 'deep.tif'))
  const frames = new Uint8Array(2 * width * height * 3).map((_, i) => (i * i) % 251)
  await sharp(frames, { raw: { width, height: 2 * height, channels: 3, pageHeight: height } })
    .gif()
    .toFile(at('photos', 'moving.gif'))
  await writeFile(at('photos', 'phone.heic'), heic)
  const light = (): [number, number, number] => [0.2, 0.3, 0.2]
  await writeFile(at('photos', 'camera.dng'), await dng({ width, height, light, orientation: 1 }))
})

/** A command with a GLib of the system, or with the build that is named. */
async function ran(env: Record<string, string>, ...args: string[]): Promise<void> {
  const said = await finished(startHourglassWith({ ...process.env, ...env }, ...args, '--quiet'))
  expect({ args, code: said.code, stderr: said.stderr }).toEqual({ args, code: 0, stderr: '' })
  expect(said.stdout).not.toMatch(/CRITICAL/)
}

/** A still GIF becomes PNG, HEIC becomes JPEG, and a raw file TIFF. */
const cleaned = [
  ...['0.png', '1.jpg', '2.webp', '3.avif', '4.tif', '5.png'],
  ...['camera.tif', 'deep.tif', 'moving.gif', 'phone.jpg'],
]

const outputs = async (name: string) => (await readdir(at(name))).sort()

/** From a folder of pictures to pictures, each way that there is from a terminal. */
async function wholeWay(env: Record<string, string>, name: string): Promise<void> {
  const [dataset, run] = [at(`${name}.dataset`), at(`${name}.run`)]
  await ran(env, 'import', at('photos'), '--out', dataset, '--size', '16', '--color', 'rgb')
  await ran(env, 'train', dataset, '--preset', 'dense-784-392-196', '--epochs', '2', '--out', run)
  await ran(env, 'reconstruct', run, at('photos'), '--out', at(`${name}-reconstructed`))
  await ran(env, 'latent', run, dataset, '--out', at(`${name}-map`), '--projection', 'pca')
  const ends = [at('photos', '0.png'), at('photos', '1.jpg')]
  for (const ending of ['gif', 'webp'])
    await ran(env, 'interpolate', run, ...ends, '--out', at(`${name}.${ending}`))
  await ran(env, 'denoise', at('photos'), '--out', at(`${name}-clean`))
}

describe.skipIf(!hasSystemGlib())('pictures beside the GLib of the system', { timeout: 300_000 }, () => {
  it('are imported, learned from, denoised and written in every format', async () => {
    await wholeWay(besideSystemGlib, 'beside')
    expect(await outputs('beside-clean')).toEqual(cleaned)
    expect(await outputs('beside-map')).toContain('map.png')
  })

  it('are read and written by WebAssembly, as on arm64', async () => {
    const env = { ...besideSystemGlib, HOURGLASS_SHARP: 'wasm' }
    await ran(env, 'import', at('photos'), '--out', at('wasm.dataset'), '--size', '16')
    await ran(env, 'denoise', at('photos'), '--out', at('wasm-clean'))
    expect(await outputs('wasm-clean')).toEqual(cleaned)
  })
})
