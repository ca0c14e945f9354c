import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { randomStream } from '../../../src/main/engine/training/random'
import { hourglass, records } from '../../support/commandLine'
import { folderOfFile } from '../../support/testFolder'

let folder: string
let run: string

/** Two kinds of people, two kinds of books: each kind likes its own. */
function lines(seed: number): string[] {
  const random = randomStream(seed)
  return Array.from({ length: 1200 }, () => {
    const [user, item] = [random.below(40), random.below(30)]
    const liked = user % 2 === item % 2
    return `reader${user},book${item},${Math.max(1, Math.min(5, Math.round((liked ? 4.5 : 1.5) + 0.4 * random.normal())))}`
  })
}

const csv = (rows: readonly string[]) => `user,book,rating\n${rows.join('\n')}\n`

beforeAll(async () => {
  folder = await folderOfFile()
  run = join(folder, 'run')
  await writeFile(join(folder, 'books.csv'), csv(lines(1)))
  await writeFile(join(folder, 'others.csv'), csv([...lines(2).slice(0, 200), 'stranger,book1,3']))
})

describe('hourglass on ratings', () => {
  it('trains, and says what the file was taken for and how good it is', async () => {
    const said = await hourglass('train', join(folder, 'books.csv'), '--out', run, '--epochs', '3')
    expect(said).toMatchObject({ code: 0 })
    expect(said.stdout).toContain('books.csv was taken for ratings: user in column user, item in book')
    expect(said.stdout).toContain('matrix factorisation')
  }, 120_000)

  it('measures predictions of ratings, those of strangers by the biases', async () => {
    const said = await hourglass('evaluate', run, join(folder, 'others.csv'), '--json')
    const done = records(said).at(-1) as {
      rmse: number
      mae: number
      count: number
      unknown: object
      baselines: { bias: { rmse: number } }
    }
    expect(done).toMatchObject({ count: 201, unknown: { users: 1, items: 0, ratings: 1 } })
    expect(done.rmse).toBeLessThan(0.6 * done.baselines.bias.rmse)
    expect(done.mae).toBeLessThan(done.rmse)
  }, 60_000)

  it('recommends to a user, and to somebody new by a file', async () => {
    const mine = join(folder, 'mine.csv')
    await writeFile(mine, 'book,rating\nbook2,5\nbook4,5\nbook5,1\n')
    const said = await hourglass('recommend', run, '--ratings', mine, '--top', '5', '--json')
    const { list, rated } = records(said).at(-1) as {
      rated: number
      list: { item: string; rating: number; near: string[] }[]
    }
    expect(rated).toBe(3)
    expect(list).toHaveLength(5)
    for (const { item, near } of list) {
      expect(Number(item.slice(4)) % 2).toBe(0)
      expect(near).toHaveLength(3)
    }
    const known = await hourglass('recommend', run, '--user', 'reader3')
    expect(known.stdout).toContain('ratings of reader3:')
    const unknown = await hourglass('recommend', run, '--user', 'nobody')
    expect(unknown).toMatchObject({ code: 3 })
    expect(unknown.stderr).toContain('The model knows no user “nobody”')
  }, 60_000)

  it('writes its networks as ONNX with weights as safetensors, and says what it does not write', async () => {
    const out = join(folder, 'exported')
    const said = await hourglass('export', run, '--out', out, '--json')
    expect(said).toMatchObject({ code: 0 })
    expect((records(said).at(-1) as { files: string[] }).files).toEqual(
      expect.arrayContaining([
        'items/model.onnx',
        'items/weights.safetensors',
        'linear/weights.safetensors',
        'users.csv',
      ]),
    )
    expect(await readFile(join(out, 'items.csv'), 'utf8')).toContain('book2,')
    const refused = await hourglass('export', run, '--out', join(folder, 'h'), '--format', 'c')
    expect(refused).toMatchObject({ code: 3 })
    expect(refused.stderr).toContain('A recommender is not written as c.')
  }, 60_000)

  it('writes codes of items by name', async () => {
    const out = join(folder, 'codes.csv')
    expect(await hourglass('encode', run, 'items', '--out', out)).toMatchObject({ code: 0 })
    const rows = (await readFile(out, 'utf8')).trimEnd().split('\r\n')
    expect(rows).toHaveLength(31)
    expect(rows[0]).toMatch(/^path,label,z0,z1,/)
    // Users are no rows of this autoencoder: theirs are the vectors of its last layer.
    const users = join(folder, 'users.csv')
    expect(await hourglass('encode', run, 'users', '--out', users)).toMatchObject({ code: 0 })
    const names = (await readFile(users, 'utf8')).split('\r\n').map((line) => line.split(',')[0])
    expect(names).toHaveLength(42)
    expect(names).toContain('reader7')
  }, 60_000)

  it('says where there is nothing to learn, and nothing to resume', async () => {
    await writeFile(join(folder, 'ones.csv'), csv(['a,x,1', 'a,y,1', 'b,x,1']))
    const ones = await hourglass('train', join(folder, 'ones.csv'), '--out', join(folder, 'ones'))
    expect(ones).toMatchObject({ code: 3, stderr: expect.stringContaining('All ratings are 1') as string })
    const resumed = await hourglass('train', '--out', run, '--resume')
    expect(resumed).toMatchObject({
      code: 3,
      stderr: expect.stringContaining('no training was stopped') as string,
    })
  }, 60_000)

  it('refuses what is about images, in a sentence', async () => {
    const books = join(folder, 'books.csv')
    const size = await hourglass('train', books, '--out', join(folder, 'x'), '--size', '28')
    expect(size).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('--size is about images') as string,
    })
    const again = await hourglass('train', books, '--out', run)
    expect(again).toMatchObject({
      code: 3,
      stderr: expect.stringContaining('There are ratings in') as string,
    })
  }, 60_000)
})
