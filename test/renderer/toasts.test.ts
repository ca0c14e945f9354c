import { beforeEach, describe, expect, it, vi } from 'vitest'
import { useCommand } from '../../src/renderer/composables/useCommand'
import { useToasts } from '../../src/renderer/composables/useToasts'

const { toasts, show, close, act, closeCause, leaveScreen, setHeld } = useToasts()
const texts = () => toasts.value.map(({ text }) => text)

beforeEach(() => {
  vi.useFakeTimers()
  setHeld(false)
  for (const { id } of toasts.value) close(id)
})

describe('messages', () => {
  it('go by themselves, but for errors', () => {
    show('success', 'Saved.')
    show('error', 'No.')
    vi.advanceTimersByTime(5999)
    expect(texts()).toEqual(['Saved.', 'No.'])
    vi.advanceTimersByTime(1)
    expect(texts()).toEqual(['No.'])
  })

  it('stay while one is looked at, and have the rest of their time afterwards', () => {
    show('info', 'First.', undefined, { lifetimeMs: 10_000 })
    vi.advanceTimersByTime(9000)
    setHeld(true)
    show('info', 'Second.')
    vi.advanceTimersByTime(60_000)
    expect(texts()).toEqual(['First.', 'Second.'])
    setHeld(false)
    vi.advanceTimersByTime(1000)
    expect(texts()).toEqual(['Second.'])
    vi.advanceTimersByTime(5000)
    expect(texts()).toEqual([])
  })

  it('are three at most, of which those that can be undone stay longest', () => {
    const onGone = vi.fn()
    show('info', 'Undo?', { label: 'Undo', run: vi.fn() }, { onGone })
    for (const text of ['1', '2', '3']) show('info', text)
    expect(texts()).toEqual(['Undo?', '2', '3'])
    expect(onGone).not.toHaveBeenCalled()
  })

  it('say the same once', () => {
    show('error', 'No.')
    show('error', 'No.')
    expect(texts()).toEqual(['No.'])
  })

  it('perform their action or are gone, once', () => {
    const [run, onGone] = [vi.fn(), vi.fn()]
    const done = show('info', 'A', { label: 'Undo', run }, { onGone, lifetimeMs: 10 })
    act(done)
    act(done)
    close(done)
    vi.advanceTimersByTime(100)
    expect([run, onGone].map(({ mock }) => mock.calls.length)).toEqual([1, 0])
    const gone = show('info', 'B', { label: 'Undo', run }, { onGone, lifetimeMs: 10 })
    vi.advanceTimersByTime(10)
    act(gone)
    expect([run, onGone].map(({ mock }) => mock.calls.length)).toEqual([1, 1])
  })

  it('go with their cause, and with their screen', () => {
    show('error', 'Of a job.', undefined, { cause: 'job' })
    show('error', 'Of this screen.', undefined, { isOfScreen: true })
    leaveScreen()
    expect(texts()).toEqual(['Of a job.'])
    closeCause('job')
    expect(texts()).toEqual([])
  })
})

describe('an action of a page', () => {
  it('takes its message back when it succeeds later, and leaves that of another', async () => {
    let fails = true
    const failing = async () => {
      if (fails) throw new Error('Disk full.')
    }
    const one = useCommand(failing)
    const other = useCommand(async () => {
      throw new Error('Not found.')
    })
    await one.run()
    await other.run()
    expect(texts()).toEqual(['Disk full.', 'Not found.'])
    fails = false
    await one.run()
    expect(texts()).toEqual(['Not found.'])
  })
})
