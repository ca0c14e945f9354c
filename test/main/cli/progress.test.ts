import { PassThrough } from 'node:stream'
import { expect, it } from 'vitest'
import { createProgress } from '../../../src/main/cli/progress'

function place(interactive: boolean) {
  const stream = Object.assign(new PassThrough({ encoding: 'utf8' }), { isTTY: interactive, columns: 200 })
  const clock = { ms: 0 }
  return {
    stream,
    clock,
    said: () => stream.read() as string | null,
    at: { stream, interactive, now: () => clock.ms },
  }
}

const loud = { json: false, quiet: false }

it('prints a line now and then where nobody looks at a terminal', () => {
  const { clock, said, at } = place(false)
  const task = createProgress(loud, at).start('Importing', 6000, 'images')
  for (let done = 0; done <= 6000; done += 10) {
    clock.ms = done * 2
    task.update(done)
  }
  task.end()
  expect(said()!.trim().split('\n')).toEqual([
    'Importing: 0/6,000 images',
    'Importing: 2,500/6,000 images · 500/s · 7 s left',
    'Importing: 5,000/6,000 images · 500/s · 2 s left',
    'Importing: 6,000/6,000 images · 500/s · in 12 s',
  ])
})

it('draws a bar in a terminal, with rate, time left and the note, and lets other lines through', () => {
  const { clock, said, at } = place(true)
  const progress = createProgress(loud, at)
  const task = progress.start('Training', 20, 'epochs')
  clock.ms = 60_000
  task.update(10, 'loss 0.01')
  progress.note('The learning rate is halved.')
  task.end()
  const text = said()!
  expect(text).toMatch(/Training █+░+ 50% 10\/20 epochs · 0\.167\/s · 1 min 0 s left · loss 0\.01/)
  expect(text).toContain('The learning rate is halved.\n')
})

it('counts without a total, and takes one later', () => {
  const { clock, said, at } = place(false)
  const task = createProgress(loud, at).start('Looking for images', 0, 'files')
  clock.ms = 1000
  task.update(40)
  expect(said()).toBe('Looking for images: 40 files · 40/s · in 1 s\n')
  task.setTotal(80)
  clock.ms = 9000
  task.update(40)
  expect(said()).toBe('Looking for images: 40/80 files · 4.44/s · 9 s left\n')
})

it.each([
  { json: true, quiet: false },
  { json: false, quiet: true },
])('is silent with %j', (mode) => {
  const { said, at } = place(false)
  const progress = createProgress(mode, at)
  const task = progress.start('Importing', 2, 'images')
  task.update(1)
  task.end()
  progress.note('Nobody reads this.')
  expect(said()).toBeNull()
})
