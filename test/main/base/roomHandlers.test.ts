import { describe, expect, it } from 'vitest'
import { roomHandlers } from '../../../src/main/base/roomHandlers'
import type { Handlers } from '../../../src/shared/api/commands'

class Jobs {
  readonly cancelled: string[] = []
  cancel({ id }: { readonly id: string }): void {
    this.cancelled.push(id)
  }
}

describe('handlers of a room', () => {
  const jobs = new Jobs()
  const handlers = roomHandlers('jobs', jobs, { list: async () => ({ revision: 1, items: [] }) })

  it('call the method of the name of the command, which gives null where it gives nothing', async () => {
    expect(await handlers['jobs.cancel']({ id: 'a' })).toBeNull()
    expect(jobs.cancelled).toEqual(['a'])
  })

  it('are those that are given where there are some', async () => {
    expect(await handlers['jobs.list']({})).toEqual({ revision: 1, items: [] })
    expect(Object.keys(handlers).sort()).toEqual(['jobs.cancel', 'jobs.list'])
  })

  it('are missing for the type checker where the method takes or gives something else', () => {
    const wrong = { cancel: (id: string) => id.length }
    // @ts-expect-error jobs.cancel has an id within an object, and gives null
    const none: Handlers['jobs.cancel'] = roomHandlers('jobs', wrong, {})['jobs.cancel']
    expect(none).toBeTypeOf('function')
  })
})
