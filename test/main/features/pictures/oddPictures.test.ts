import { readdir, readFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import sharp from 'sharp'
import { beforeAll, describe, expect, it } from 'vitest'
import { hourglass, records } from '../../../support/commandLine'
import { readByPeers, wrongForPeers } from '../../../support/odd/readByPeers'
import { changedTags, tagsOfFiles } from '../../../support/odd/tagsOfFiles'
import {
  differenceOf,
  oddPictures,
  type Passed,
  throughHourglass,
} from '../../../support/odd/throughHourglass'
import { hasPeersPython } from '../../../support/peersPython'
import { hasExiftool } from '../../../support/requirements'
import { folderOfFile } from '../../../support/testFolder'

/** More, and others: HOURGLASS_ODD_PICTURES=5000 HOURGLASS_ODD_SEED=100000 npx vitest run oddPictures */
const count = Number(process.env.HOURGLASS_ODD_PICTURES ?? 60)
const seed = Number(process.env.HOURGLASS_ODD_SEED ?? 1)
const patience = 60_000 + 2000 * count

/** Colours that have to be computed, with channels beside them or in an unusual layout; some of CIE Lab libvips refuses. */
const refused = /-(cmyk|yCbCr)-.*(extra|planar)|-lab-/

/** Pictures of every kind, from seeds: what they hold is known because they are made so. */
describe('odd pictures', { timeout: patience }, () => {
  let folder: string
  let all: Passed[]
  const passed = () => all.filter(({ out }) => out !== null)

  beforeAll(async () => {
    folder = await folderOfFile()
    all = []
    for (const odd of oddPictures(seed, count)) all.push(await throughHourglass(odd, folder))
  }, patience)

  it('are read as they are, or refused in words', () => {
    const wrong = passed().flatMap(({ odd, picture }) => {
      const difference = differenceOf(picture!, odd)
      return difference === null ? [] : [`${odd.name}: ${difference}`]
    })
    expect(wrong).toEqual([])
    for (const { odd, refusal } of all.filter(({ out }) => out === null)) {
      expect(odd.name).toMatch(refused)
      expect(refusal).toMatch(/^It .*\. Save it .*\.$/)
    }
    expect(passed().length).toBeGreaterThan(0.9 * count)
  })

  it.skipIf(!hasPeersPython('tifffile', 'PIL'))('come back the same for tifffile and Pillow', async () => {
    const found = await readByPeers(passed().map(({ path, out }) => [path, out!]))
    expect(found.length).toBe(passed().length)
    const wrong = found.flatMap((one, i) => {
      const difference = wrongForPeers(one)
      return difference === null ? [] : [`${passed()[i]!.odd.name}: ${difference}`]
    })
    expect(wrong).toEqual([])
  })

  it('come back the same for libvips', async () => {
    const read = (path: string) =>
      sharp(path, { failOn: 'none', ignoreIcc: true, pages: 1 })
        .raw()
        .toBuffer()
        .catch(() => null)
    const wrong: string[] = []
    // Of channels beside colour it drops some, and changes others.
    for (const { odd, path, out } of passed().filter(({ odd }) => !odd.name.includes('-extra'))) {
      const [before, after] = [await read(path), await read(out!)]
      if (before && !after?.equals(before)) wrong.push(odd.name)
    }
    expect(wrong).toEqual([])
  })

  it.skipIf(!hasExiftool())('come back with the same tags', () => {
    const before = tagsOfFiles(passed().map(({ path }) => path))
    const after = tagsOfFiles(passed().map(({ out }) => out!))
    const wrong = passed().flatMap(({ odd }, i) => {
      const changed = changedTags(odd, before[i]!, after[i]!)
      return changed.length === 0 ? [] : [`${odd.name}: ${changed.join('; ')}`]
    })
    expect(wrong).toEqual([])
  })

  it('pass through the command line byte by byte at strength 0, and are imported', async () => {
    const [originals, out] = [dirname(all[0]!.path), join(folder, 'strength-0')]
    const said = await hourglass('denoise', originals, '--out', out, '--strength', '0', '--json')
    expect(said.stderr).not.toContain('bug')
    expect(records(said).at(-1)).toMatchObject({ type: 'done', count: passed().length })
    for (const name of await readdir(out))
      expect([name, (await readFile(join(out, name))).equals(await readFile(join(originals, name)))]).toEqual(
        [name, true],
      )
    const dataset = join(folder, 'odd.dataset')
    const imported = await hourglass('import', originals, '--out', dataset, '--size', '16', '--json')
    expect(imported.stderr).not.toContain('bug')
    const { skipped } = JSON.parse(await readFile(join(dataset, 'dataset.json'), 'utf8')) as {
      skipped: { path: string; reason: string }[]
    }
    for (const { path } of skipped) expect(basename(path)).toMatch(refused)
  })
})
