import { Dispatcher } from '../../src/main/app/dispatcher'
import type { App } from '../../src/main/app/createApp'
import { type CommandName, commands } from '../../src/shared/api/commands'
import type { Reply } from '../../src/shared/api/messages'
import { randomNumbers } from '../support/randomNumbers'
import { type KnownNames, Pool } from './pool'
import { mutate, pick, valueOf } from './valuesOf'

export interface FuzzOptions {
  readonly seed: number
  readonly calls: number
  /** Ids, places and keys to begin with, by what they are of; what commands answer with is added. */
  readonly known: KnownNames
  /** Of the commands whose names match; all without. */
  readonly only?: RegExp
  readonly onCall?: (done: number) => void
  readonly onFinding?: (finding: Finding) => void
}

export interface Finding {
  readonly call: number
  readonly command: string
  readonly params: string
  readonly message: string
}

export interface FuzzReport {
  readonly findings: readonly Finding[]
  /** How often each command was answered with a result. */
  readonly answered: ReadonlyMap<CommandName, number>
}

/** Longer than anything that is asked here takes; waiting for other processes does not count. */
const patienceMs = 180_000
/** Jobs and trainings that calls have begun are ended after so many. */
const tidyEvery = 25

/** What would go on for hours where it is let in, as it should be; less of it is the same. */
const smaller: Partial<Record<CommandName, (params: Record<string, unknown>) => void>> = {
  'datasets.importSample': (params) => {
    if (typeof params.count === 'number' && params.count > 60) params.count = 36 + (params.count % 24 || 0)
    else params.count ??= 40
  },
}

/** Runs every command with odd parameters made from its schema, and collects what is answered with a bug or not at all. */
export async function fuzzCommands(
  app: App,
  { seed, calls, known, only, onCall, onFinding }: FuzzOptions,
): Promise<FuzzReport> {
  const draw = randomNumbers(seed)
  const dispatcher = new Dispatcher(app)
  const names = (Object.keys(commands) as CommandName[]).filter((name) => !only || only.test(name))
  const findings: Finding[] = []
  const answered = new Map<CommandName, number>()
  const pool = new Pool(known)
  const ask = (id: number, command: string, params: unknown) =>
    within(patienceMs, dispatcher.handle({ kind: 'request', id, command, params }))

  for (let call = 0; call < calls; call++) {
    // Each in its turn, so that a short run has all of them.
    const command = names[call % names.length]!
    const valid = valueOf(commands[command], draw, pool.of(command)) as Record<string, unknown>
    smaller[command]?.(valid)
    const changes = pick([0, 0, 0, 1, 1, 2], draw)
    let params: unknown = valid
    for (let i = 0; i < changes; i++) params = mutate(params, draw, pool.of(command))
    const reply = await ask(call, command, params)
    const message = problemOf(reply)
    if (message !== null) {
      findings.push({ call, command, params: shown(params), message })
      onFinding?.(findings.at(-1)!)
    }
    if (reply !== 'late' && reply?.kind === 'result') {
      answered.set(command, (answered.get(command) ?? 0) + 1)
      pool.learn(reply.result)
      await putBack(command, reply.result, ask)
    }
    if (call % tidyEvery === tidyEvery - 1) await tidy(ask)
    onCall?.(call + 1)
  }
  await tidy(ask)
  return { findings, answered }
}

function problemOf(reply: Reply | null | 'late'): string | null {
  if (reply === 'late') return `It was not answered within ${patienceMs / 1000} s.`
  if (reply === null) return 'It was not answered.'
  return reply.kind === 'error' && reply.error.kind === 'bug' ? reply.error.message : null
}

/** What was removed comes back, or there would soon be nothing left to ask for. */
async function putBack(command: CommandName, result: unknown, ask: Ask): Promise<void> {
  const { undo } = (result ?? {}) as { undo?: string }
  if (undo === undefined) return
  await ask(0, command === 'denoise.remove' ? 'denoise.putBack' : 'library.restore', { undo })
}

type Ask = (id: number, command: string, params: unknown) => Promise<Reply | null | 'late'>

async function tidy(ask: Ask): Promise<void> {
  const resultOf = async (command: string) => {
    const reply = await ask(0, command, {})
    return reply !== 'late' && reply?.kind === 'result' ? (reply.result as Record<string, never>) : null
  }
  const jobs = ((await resultOf('jobs.list'))?.items ?? []) as { id: string; state: string }[]
  for (const { id, state } of jobs)
    if (state === 'running' || state === 'waiting') await ask(0, 'jobs.cancel', { id })
  const runs = ((await resultOf('runs.list'))?.items ?? []) as { id: string; state: string }[]
  for (const { id, state } of runs)
    if (state === 'training' || state === 'waiting') await ask(0, 'training.stop', { id })
  await ask(0, 'denoise.stop', {})
}

/** Looks so often whether there is still work done. */
const lookMs = 20_000
/** A process that waits for nothing that comes uses less of its time than one that hardly gets any. */
const idleMs = 20

/** @returns late where the time is over and the process does nothing any more, or has worked for as long by itself */
function within<T>(ms: number, work: Promise<T>): Promise<T | 'late'> {
  const [startedAt, begun] = [performance.now(), usedMs()]
  let timer: NodeJS.Timeout
  const late = new Promise<'late'>((resolve) => {
    let before = begun
    timer = setInterval(() => {
      const now = usedMs()
      const isIdle = now - before < idleMs && performance.now() - startedAt > ms
      if (isIdle || now - begun > ms) resolve('late')
      before = now
    }, lookMs)
  })
  return Promise.race([work, late]).finally(() => clearInterval(timer))
}

const usedMs = () => {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1000
}

const shown = (params: unknown) =>
  JSON.stringify(params, (_, value: unknown) =>
    ArrayBuffer.isView(value)
      ? `${value.constructor.name}(${Array.from(value as Uint8Array)
          .slice(0, 8)
          .join()}… ${(value as Uint8Array).length})`
      : typeof value === 'number' && !Number.isFinite(value)
        ? String(value)
        : value,
  )?.slice(0, 1500) ?? 'undefined'
