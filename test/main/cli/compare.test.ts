import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ExperimentResults } from '../../../src/shared/experiment'
import { readWeights } from '../../../src/main/store/checkpointStore'
import { readRunInfo, runFiles } from '../../../src/main/store/runStore'
import { finished, hourglass, records, startHourglass } from '../../support/commandLine'
import { rectanglesDataset } from '../../support/trainedRun'

let folder: string
let dataset: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hourglass-compare-'))
  dataset = await rectanglesDataset(join(folder, 'dataset'), 300)
})

afterAll(() => rm(folder, { recursive: true, force: true }))

const compare = (out: string, ...more: string[]) => ['--json', 'compare', dataset, '--out', out, ...more]
const short = ['--preset', 'tied-784-32', '--epochs', '2', '--seeds', '2', '--batch', '64']

describe('compare', () => {
  it('goes on where it was stopped, and ends with a page, a table and a verdict', async () => {
    const out = join(folder, 'tying')
    const args = compare(out, ...short, '--vary', 'tying=tied,untied,tied+untied')
    const child = startHourglass(...args)
    createInterface(child.stdout!).on('line', (line) => {
      if (line.includes('"type":"run"')) child.kill('SIGINT')
    })
    const stopped = await finished(child)
    expect(stopped.code).toBe(130)
    expect(stopped.stderr).toContain('The same command goes on.')

    const done = await hourglass(...args)
    expect(done.code).toBe(0)
    const lines = records(done)
    expect(lines.filter(({ type }) => type === 'run')).toHaveLength(6)
    expect(lines.at(-1)).toMatchObject({ type: 'done', rows: [{ variant: 'tied', done: 2 }, {}, {}] })
    expect(String(lines.at(-1)!.verdict)).toMatch(/^On these 300 images tying saves \d+ % of the parameters/)

    const results = JSON.parse(await readFile(join(out, 'results.json'), 'utf8')) as ExperimentResults
    expect(results.complete).toBe(true)
    expect(results.pca[0]!.psnr.values).toHaveLength(2)
    for (const { kernels, fromOrthonormal } of results.curves) {
      expect(kernels[0]!.singular.length).toBeGreaterThan(0)
      expect(fromOrthonormal[0]!.epochs[0]).toBe(0)
    }
    expect(existsSync(join(out, 'results.csv'))).toBe(true)
    expect(await readFile(join(out, 'report.html'), 'utf8')).toContain('‖WᵀW − I‖')
  })

  it('gives the variants of a seed the same images and the same first encoder', async () => {
    const out = join(folder, 'tying')
    const infos = await Promise.all(
      ['tied', 'untied'].map((variant) => readRunInfo(join(out, 'runs', `${variant}-seed-2`))),
    )
    expect(infos[0]!.config).toEqual(infos[1]!.config)
    expect({ ...infos[0]!.spec, tying: null }).toEqual({ ...infos[1]!.spec, tying: null })
    expect(infos[0]!.experiment).toMatchObject({ id: 'tying', variant: 'tied', seed: 2 })
    const weights = await readWeights(runFiles.best(join(out, 'runs', 'untied-seed-2')))
    expect(Object.keys(weights)).toContain('decoder.0.kernel')
  })

  it('refuses other settings in the same folder, and what it cannot read', async () => {
    const other = await hourglass(...compare(join(folder, 'tying'), ...short, '--vary', 'code=4,8'))
    expect(other.code).toBe(3)
    expect(other.stderr).toContain('was begun with other settings')
    const unknown = await hourglass(...compare(join(folder, 'other'), '--vary', 'tying=glued'))
    expect(unknown.code).toBe(2)
    expect(unknown.stderr).toContain('is no way of tying')
    const time = await hourglass(...compare(join(folder, 'other'), '--budget', 'soon'))
    expect(time.code).toBe(2)
    expect(time.stderr).toContain('Write a time')
  })
})
