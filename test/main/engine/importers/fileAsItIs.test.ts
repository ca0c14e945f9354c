import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ConvolutionalRestorer } from '../../../../src/main/engine/denoising/convolutionalRestorer'
import { largestTile } from '../../../../src/main/engine/denoising/tileSize'
import type { TiledImage } from '../../../../src/main/engine/denoising/tiledImage'
import { mirrored } from '../../../../src/main/engine/denoising/tiledImage'
import { createOnnxRuntime } from '../../../../src/main/engine/runtimes/onnx/onnxRuntime'
import { noHints } from '../../../../src/shared/importing'
import { onnxFileOf } from '../../../../src/shared/network'
import type { ComputeClient } from '../../../../src/main/worker/computeClient'
import { hourglass, testComputeClient } from '../../../support/commandLine'
import { hasPeersPython, runPython } from '../../../support/peersPython'
import { folderOfFile } from '../../../support/testFolder'

describe.skipIf(!hasPeersPython('torch', 'numpy'))(
  'networks with attention, as the files that they are',
  () => {
    let client: ComputeClient
    let folder: string
    const [height, width] = [304, 320]
    const at = (...names: string[]) => join(folder, ...names)
    const read = (name: string) => client.call('readModelFile', { path: at(`${name}.onnx`), hints: noHints })

    beforeAll(async () => {
      client = testComputeClient()
      folder = await folderOfFile()
      const program = await readFile(
        new URL('../../../support/python/attention_networks.py', import.meta.url),
        'utf8',
      )
      await runPython(program, folder)
      const picture = await readFile(at('picture.u8'))
      await sharp(picture, { raw: { height, width, channels: 3 } }).toFile(at('picture.png'))
      await sharp(at('picture.png')).resize(101, 67).greyscale().toFile(at('grey.png'))
    }, 120_000)
    afterAll(() => client.dispose())

    it.each([
      ['swin', 8, false, undefined],
      ['swin_fixed', 64, true, undefined],
      ['restormer', 8, false, undefined],
      ['told', 8, false, 'channel'],
      ['told_apart', 8, false, 'map'],
    ] as const)('%s goes in tiles of multiples of %i pixels', async (name, cell, isFixed, level) => {
      const { spec, proved, notes } = await read(name)
      expect(proved).toBe(true)
      expect(notes.join(' ')).toMatch(/runs as the file that it is.* The reason: /)
      expect(onnxFileOf(spec.network!)).toMatchObject({ cell, isFixed })
      expect(onnxFileOf(spec.network!)!.level).toBe(level)
    })

    it('tiles give what the whole picture gives, where a network looks at windows', async () => {
      const { spec, original } = await read('swin')
      const file = at('swin-original.onnx')
      await writeFile(file, original!)
      const bytes = await readFile(at('picture.u8'))
      const result = new Float32Array(height * width * 3)
      const image: TiledImage = {
        ...{ height, width, planes: 1, channels: 3 },
        read: (_, top, left, rows, columns) =>
          Float32Array.from({ length: rows * columns * 3 }, (_, i) => {
            const [y, x] = [Math.floor(i / 3 / columns), Math.floor(i / 3) % columns]
            return bytes[(mirrored(top + y, height) * width + mirrored(left + x, width)) * 3 + (i % 3)]! / 255
          }),
        write: ([tile], { row, column, width: across }) => {
          for (let y = row.from; y < row.to; y++)
            for (let x = column.from; x < column.to; x++)
              for (let c = 0; c < 3; c++)
                result[(y * width + x) * 3 + c] =
                  tile![((y - row.start) * across + x - column.start) * 3 + c]!
        },
      }
      const restorer = new ConvolutionalRestorer(
        createOnnxRuntime(),
        spec,
        {},
        {
          ...{ lanes: 1, batch: 1, tile: largestTile(spec), file },
        },
      )
      await restorer.restore(image, { sigmas: [25] })
      await restorer.dispose()
      const whole = new Float32Array(new Uint8Array(await readFile(at('whole.f4'))).buffer)
      const apart = result.reduce((most, value, i) => Math.max(most, Math.abs(value - whole[i]!)), 0)
      expect(apart).toBeLessThan(1e-4)
    })

    it('denoises pictures of any size, grey ones too, and is not trained', async () => {
      for (const name of ['swin_fixed', 'told']) {
        const imported = await hourglass('import-model', at(`${name}.onnx`), '--out', at(name))
        expect(imported.stdout).toContain('runs as the file that it is')
        const said = await hourglass(
          ...['denoise', at(name), at('picture.png'), at('grey.png'), '--out', at(`${name}-clean`)],
        )
        expect(said).toMatchObject({ code: 0 })
        expect(await sharp(at(`${name}-clean`, 'grey.png')).metadata()).toMatchObject({
          width: 101,
          height: 67,
        })
        expect(await sharp(at(`${name}-clean`, 'picture.png')).metadata()).toMatchObject({ width, height })
      }
      const trained = await hourglass('train', folder, '--from', at('told'), '--out', at('run'))
      expect(trained.code).not.toBe(0)
      expect(trained.stderr).toContain('cannot be trained')
      const rounded = await hourglass(
        'export',
        at('told'),
        '--format',
        'onnx',
        '--precision',
        'float16',
        '--out',
        at('x'),
      )
      expect(rounded.stderr).toContain('goes out as that file')
    }, 300_000)

    it('goes out as the file that it was, and comes back from a file of Hourglass', async () => {
      for (const name of ['told_apart', 'swin_fixed']) {
        const imported = await hourglass('import-model', at(`${name}.onnx`), '--out', at(`${name}-model`))
        expect(imported).toMatchObject({ code: 0 })
        for (const format of ['onnx', 'hourglass'])
          expect(
            await hourglass(
              'export',
              at(`${name}-model`),
              '--format',
              format,
              '--out',
              at(`${name}-${format}`),
            ),
          ).toMatchObject({ code: 0 })
        const original = await readFile(at(`${name}.onnx`))
        expect(await readFile(at(`${name}-onnx`, 'model.onnx'))).toEqual(original)
        expect(await readFile(at(`${name}-onnx`, 'README.md'), 'utf8')).toContain(
          name === 'told_apart' ? '"x": image, "level": level' : '(1, 1, 64, 64)',
        )
        const again = await hourglass(
          ...['import-model', at(`${name}-hourglass`, 'model.hourglass'), '--out', at(`${name}-again`)],
        )
        expect(again).toMatchObject({ code: 0 })
        expect(await readFile(at(`${name}-again`, 'model.onnx'))).toEqual(original)
      }
    }, 300_000)
  },
)
