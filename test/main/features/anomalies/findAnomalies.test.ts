import { copyFile, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import sharp from 'sharp'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { anomalySettingsSchema } from '../../../../src/shared/anomalies'
import { type AnomalyRequest, findAnomalies } from '../../../../src/main/features/anomalies/findAnomalies'
import { maskOf, mvtecLayout } from '../../../../src/main/features/anomalies/mvtec'
import { drawSurface } from '../../../../src/main/features/anomalies/sample/defects'
import { holdsImages, watchAnomalies } from '../../../../src/main/features/anomalies/watchAnomalies'
import { randomStream } from '../../../../src/main/engine/training/random'
import { hourglass, records, testComputeClient } from '../../../support/commandLine'
import { hasPeersPython, runPython } from '../../../support/peersPython'
import { folderOfFile } from '../../../support/testFolder'

const side = 20
const client = testComputeClient()
let folder: string
const at = (...names: string[]) => join(folder, ...names)

/** A ring somewhere near the middle; an odd one is a cross. */
async function draw(path: string, isOdd: boolean, seed: number): Promise<void> {
  const random = randomStream(seed)
  const [x0, y0, radius] = [8 + 4 * random.uniform(), 8 + 4 * random.uniform(), 5 + 2 * random.uniform()]
  const pixels = Uint8Array.from({ length: side * side }, (_, i) => {
    const [x, y] = [(i % side) - x0, Math.floor(i / side) - y0]
    const far = isOdd ? Math.min(Math.abs(x - y), Math.abs(x + y)) : Math.abs(Math.hypot(x, y) - radius)
    return far < 1.5 ? 220 : 10
  })
  await sharp(pixels, { raw: { width: side, height: side, channels: 1 } })
    .png()
    .toFile(path)
}

beforeAll(async () => {
  folder = await folderOfFile()
  for (const name of ['train', 'test/good', 'test/crack', 'ground_truth/crack', 'train/good'])
    await mkdir(at('rings', name), { recursive: true })
  for (let i = 0; i < 40; i++) await draw(at('rings/train/good', `${i}.png`), false, i)
  for (let i = 0; i < 8; i++) await draw(at('rings/test/good', `${i}.png`), false, 100 + i)
  for (let i = 0; i < 4; i++) {
    await draw(at('rings/test/crack', `${i}.png`), true, 200 + i)
    const mask = sharp({ create: { width: side, height: side, channels: 3, background: '#fff' } })
    await mask
      .extend({ top: 0 })
      .png()
      .toFile(at('rings/ground_truth/crack', `${i}_mask.png`))
  }
  await writeFile(at('rings/test/good/broken.png'), 'no picture at all')
  // The same images without layout: most are normal.
  await mkdir(at('mixed'))
  for (let i = 0; i < 40; i++) await copyFile(at('rings/train/good', `${i}.png`), at('mixed', `a${i}.png`))
  await copyFile(at('rings/test/crack/0.png'), at('mixed/odd.png'))
  await copyFile(at('rings/train/good/0.png'), at('mixed/twin.png'))
}, 60_000)

afterAll(() => client.dispose())

const request = (given: Partial<AnomalyRequest>): AnomalyRequest => ({
  ...anomalySettingsSchema.parse({}),
  ...{ model: null, target: null, fit: null, normal: null, budgetMs: 1500, runtime: 'onnx' },
  ...given,
})

it('knows the layout of MVTec AD, tells odd images by it and measures with its masks', async () => {
  const skipped: string[] = []
  const found = await findAnomalies(request({ model: at('rings'), run: at('kept/run') }), {
    client,
    onSkipped: (some) => skipped.push(...some.map(({ path }) => path)),
  })
  try {
    const { images, figures, threshold } = found.result
    expect(images).toHaveLength(12)
    expect(figures).toMatchObject({ normal: 8, odd: 4, auroc: 1 })
    expect(figures!.pixelAuroc).not.toBeNull()
    expect(skipped).toEqual([join('good', 'broken.png')])
    expect(images.filter(({ label }) => label === 'crack').every(({ odd }) => odd)).toBe(true)
    const view = await found.view(0)
    expect(view.heat).toHaveLength(side * side)
    expect(view.reconstruction).toHaveLength(side * side)
    // A file that comes later is judged as it would have been among the others.
    const later = await found.score(at('rings/test/crack/0.png'))
    const before = images.find(({ path }) => path.endsWith(join('crack', '0.png')))!
    expect(later.score).toBeCloseTo(before.score, 4)
    expect(later.score).toBeGreaterThan(threshold)
  } finally {
    await found.close()
  }
})

it('knows from a kept run what is normal, and from the layout where its images are gone', async () => {
  const fittedOn = async () => {
    const found = await findAnomalies(request({ model: at('kept/run'), target: [at('rings')] }), { client })
    await found.close()
    const { fitted, selfFitted, images } = found.result
    return { fitted, selfFitted, looked: images.length }
  }
  const byTraining = { fitted: 40, selfFitted: false, looked: 12 }
  expect(await fittedOn()).toEqual(byTraining)
  await rename(at('kept/normal.dataset'), at('moved.dataset'))
  expect(await fittedOn()).toEqual(byTraining)
  await rename(at('moved.dataset'), at('kept/normal.dataset'))
})

it('finds the odd one and the twin in a folder itself', async () => {
  const found = await findAnomalies(request({ model: at('mixed'), training: 'repair' }), { client })
  const { images, selfFitted } = found.result
  await found.close()
  expect(selfFitted).toBe(true)
  const [worst] = [...images].sort((a, b) => b.score - a.score)
  expect(worst!.path).toBe('odd.png')
  expect(worst!.odd).toBe(true)
  const twin = images.find(({ path }) => path === 'twin.png')!
  expect(images[twin.duplicateOf!]!.path).toBe('a0.png')
})

it('says on the command line which images are odd, as JSON and in a report, with a model of before', async () => {
  const said = await hourglass(
    ...['--json', 'anomalies', at('kept/run'), at('rings/test'), '--fit', at('rings/train')],
    ...['--out', at('report'), '--false-alarms', '0.05'],
  )
  expect(said.stderr).toBe('')
  const images = records(said).filter(({ type }) => type === 'image')
  expect(images).toHaveLength(12)
  expect(images[0]).toMatchObject({ path: expect.any(String), score: expect.any(Number), odd: true })
  expect(records(said).at(-1)).toMatchObject({ type: 'done', count: 12, auroc: 1 })
  expect(await readFile(at('report/odd.txt'), 'utf8')).toContain(join('crack', '0.png'))
  expect(await readFile(at('report/scores.csv'), 'utf8')).toMatch(/^path,score,percentile,odd,label,features/)
  expect(await readFile(at('report/report.html'), 'utf8')).toContain('Pixel AUROC')
  const again = await hourglass('anomalies', at('kept/run'), at('rings/test'), '--out', at('report'))
  expect(again.code).toBe(3)
  expect(again.stderr).toContain('--overwrite')
})

it('exports a model that says how odd an image is, with a README whose code runs', async () => {
  const found = await findAnomalies(
    request({ model: at('kept/run'), target: [at('rings/test')], fit: at('rings/train'), falseAlarms: 0.05 }),
    { client },
  )
  const crack = found.result.images.find(({ path }) => path.endsWith(join('crack', '0.png')))!
  const { files, threshold } = await found.exportModel(at('onnx'), false)
  await expect(found.exportModel(at('onnx'), false)).rejects.toThrow('--overwrite')
  await found.close()
  expect(files).toEqual(['model.onnx', 'README.md'])
  expect(threshold).toBe(found.result.threshold)
  const readme = await readFile(at('onnx/README.md'), 'utf8')
  const code = /```python\n([\s\S]*?)```/.exec(readme)![1]!
  expect(code.trim().split('\n').filter(Boolean)).toHaveLength(10)
  if (!hasPeersPython('onnxruntime', 'PIL', 'numpy')) return
  const run = (image: string) =>
    runPython(
      code.replace('"model.onnx"', () => JSON.stringify(at('onnx/model.onnx'))),
      image,
    )
  const said = await run(at('rings/test/crack/0.png'))
  expect(said).toContain(`(1, ${side}, ${side})`)
  expect(said).toContain('odd')
  expect(Math.abs(Number.parseFloat(said) / crack.score - 1)).toBeLessThan(1e-4)
  expect(Number.parseFloat(await run(at('rings/train/good/0.png')))).toBeLessThan(Number.parseFloat(said))
})

it('says what is missing', async () => {
  const nowhere = findAnomalies(request({ model: at('rings/train'), normal: ['bad'] }), { client })
  await expect(nowhere).resolves.toBeDefined()
  await (await nowhere).close()
  const unknown = findAnomalies(request({ model: at('rings/test'), normal: ['bad'] }), { client })
  await expect(unknown).rejects.toThrow('No image has the label bad')
  await expect(mvtecLayout(folder)).rejects.toThrow('Name one of them')
  expect(maskOf(at('rings/test/crack/1.png'))).toBe(at('rings/ground_truth/crack/1_mask.png'))
  expect(maskOf(at('rings/test/good/1.png'))).toBeNull()
})

it('scores new files of a folder as they come, and goes on after one that cannot be read', async () => {
  const folder = at('incoming')
  await mkdir(folder)
  await expect(holdsImages([folder])).resolves.toBe(false)
  await expect(holdsImages([folder, at('rings/train')])).resolves.toBe(true)
  await expect(holdsImages([at('nowhere')])).rejects.toThrow('nowhere')
  const heard: string[] = []
  const ending = new AbortController()
  const score = async (path: string) => {
    if (path.endsWith('bad.png')) throw new Error('It cannot be read.')
    const image = { index: 0, path, score: 1, percentile: 50, odd: false, label: null, known: null }
    return { ...image, scores: {}, duplicateOf: null, duplicateDistance: null }
  }
  const hear = (name: string) => {
    heard.push(name)
    if (heard.length === 2) ending.abort()
  }
  await watchAnomalies(
    [folder],
    { score },
    {
      signal: ending.signal,
      onImage: ({ path }) => hear(path),
      onSkipped: (path) => hear(`skipped ${path}`),
      onReady: () => {
        const write = async () => {
          await writeFile(join(folder, 'bad.png'), 'x')
          await writeFile(join(folder, 'note.txt'), 'x')
          await draw(join(folder, 'new.png'), false, 1)
        }
        write().catch(() => ending.abort())
      },
    },
  )
  expect(heard.sort()).toEqual([join(folder, 'new.png'), `skipped ${join(folder, 'bad.png')}`])
})

it('scores a file that takes the place of one that came before the watch', async () => {
  const folder = at('again')
  await mkdir(folder)
  const [first, other] = [join(folder, 'first.png'), join(folder, 'other.png')]
  await draw(first, false, 1)
  const ending = new AbortController()
  const heard: string[] = []
  const score = async (path: string) => {
    const image = { index: 0, path, score: 1, percentile: 50, odd: false, label: null, known: null }
    return { ...image, scores: {}, duplicateOf: null, duplicateDistance: null }
  }
  const until = (paths: readonly string[]) => expect.poll(() => heard, { timeout: 10_000 }).toEqual(paths)
  const replace = async () => {
    await until([first])
    await rm(first)
    await draw(other, false, 2)
    // By now the watcher knows that the first one is gone.
    await until([first, other])
    await draw(first, true, 3)
    await until([first, other, first])
  }
  let replaced: Promise<void> | undefined
  await watchAnomalies(
    [folder],
    { score },
    {
      ...{ signal: ending.signal, onImage: ({ path }) => heard.push(path), onSkipped: () => ending.abort() },
      missed: () => Promise.resolve([first]),
      onReady: () => (replaced = replace().finally(() => ending.abort())),
    },
  )
  await replaced
})

it('draws the same surface for the same seed, and a mask only where it is damaged', () => {
  const [good, damaged] = [drawSurface('weave', null, 3, 1), drawSurface('weave', 'spot', 3, 1)]
  expect(drawSurface('weave', 'spot', 3, 1).pixels).toEqual(damaged.pixels)
  expect(drawSurface('weave', 'spot', 4, 1).pixels).not.toEqual(damaged.pixels)
  expect(good.mask.some(Boolean)).toBe(false)
  const share = damaged.mask.filter(Boolean).length / damaged.mask.length
  expect(share).toBeGreaterThan(0.002)
  expect(share).toBeLessThan(0.1)
})
