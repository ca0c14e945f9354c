import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import sharp from 'sharp'
import { expect, it } from 'vitest'
import { randomStream } from '../../../../src/main/engine/training/random'
import { outputOf, runModule } from '../../../support/moduleProcess'
import { temporaryFolder } from '../../../support/testFolder'

it.skipIf(process.platform === 'win32')(
  'says that the disk is full, keeps what is done, and leaves nothing half-written',
  async () => {
    const folder = await temporaryFolder()
    const out = join(folder, 'out')
    const random = randomStream(1)
    const write = async (name: string, side: number) => {
      const data = Uint8Array.from({ length: side * side }, () => 255 * random.uniform())
      await sharp(data, { raw: { width: side, height: side, channels: 1 } })
        .toColourspace('b-w')
        .png()
        .toFile(join(folder, name))
    }
    await sharp({ create: { width: 8, height: 8, channels: 3, background: '#888' } })
      .png()
      .toFile(join(folder, 'a.png'))
    await write('b.png', 600)
    // A limit on the size of files, in KiB, stands in for a small disk.
    const output = await outputOf(
      runModule(
        `
      const { denoiseImages } = await load('src/main/features/denoising/denoiseImages.ts')
      const { ComputeClient } = await load('src/main/worker/computeClient.ts')
      const { pathToFileURL } = await import('node:url')
      const client = new ComputeClient(pathToFileURL('out/main/computeWorker.js'))
      const images = [${JSON.stringify(join(folder, 'a.png'))}, ${JSON.stringify(join(folder, 'b.png'))}]
      const request = { model: null, images, out: ${JSON.stringify(out)}, sigma: 25, strength: 0.1, tile: null, overwrite: false }
      const work = { client, onImage: ({ path }) => console.log('done', path) }
      console.log(await denoiseImages({ ...request, runtime: 'onnx' }, work).then(() => 'all', (error) => error.code + ': ' + error.message))
      await client.dispose()`,
        '-f 100',
      ),
    )
    expect(output).toContain('done a.png')
    expect(output).toContain('disk-full: ')
    expect(output).toContain(join(out, 'b.png'))
    expect(await readdir(out)).toEqual(['a.png'])
  },
)
