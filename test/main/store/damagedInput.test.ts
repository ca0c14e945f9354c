import { execFileSync } from 'node:child_process'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { DatasetIndex } from '../../../src/main/features/datasets/datasetIndex'
import { findImages } from '../../../src/main/features/datasets/findImages'
import { readSpec } from '../../../src/main/features/training/runPlan'
import { readCodes } from '../../../src/main/store/codeFiles'
import { readRegular } from '../../../src/main/store/regularFile'
import { folderOfFile } from '../../support/testFolder'

let folder: string
beforeAll(async () => void (folder = await folderOfFile()))

describe.skipIf(process.platform === 'win32')('a pipe that nobody writes into', () => {
  const pipe = (name: string) => {
    const path = join(folder, name)
    execFileSync('mkfifo', [path])
    return path
  }
  it.each([
    ['model', 'a.onnx', (path: string) => readRegular(path)],
    ['table of codes', 'a.csv', (path: string) => readCodes(path)],
    ['array of codes', 'a.npy', (path: string) => readCodes(path)],
    ['spec', 'a.json', (path: string) => readSpec(path, { width: 8, height: 8, channels: 1 })],
    ['picture', 'a.png', (path: string) => findImages([path], { labels: 'none' })],
  ])('as a %s is refused, and waited for by nobody', async (_, name, read) => {
    await expect(read(pipe(name))).rejects.toThrow('is no file but a pipe or a device')
  })
})

describe('items.jsonl', () => {
  const line = (path: string) => JSON.stringify({ path, source: 0, label: null, width: 1, height: 1 })
  it.each([
    ['with half a line', [line('a'), '{"path": "b', line('c')], /Line 2 of .* is damaged/],
    ['with another kind of line', [line('a'), '7', line('c')], /Line 2 of .* is damaged/],
    ['that ends too early', [line('a'), line('b')], /2 lines for 3 images/],
  ])('%s is named with its line', async (name, lines, sentence) => {
    const dataset = join(folder, name.replaceAll(' ', '-'))
    await mkdir(dataset)
    await writeFile(join(dataset, 'items.jsonl'), `${lines.join('\n')}\n`)
    await expect(DatasetIndex.build(dataset, 3)).rejects.toThrow(sentence)
  })
})
