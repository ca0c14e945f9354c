import assert from 'node:assert/strict'
import type { CommandName, Params, Results } from '../../src/shared/api/commands'
import type { EventName, Events } from '../../src/shared/api/events'
import { ExpectedError } from '../../src/shared/errors'

/** A window's end of whatever transport is under test. */
export interface ContractClient {
  invoke<C extends CommandName>(command: C, params: Params<C>): Promise<Results[C]>
  /** As a page could send it that is not ours. */
  invokeAnything(command: string, params: unknown): Promise<unknown>
  /** Every event since the connection began, in order. */
  events(): Promise<readonly { readonly event: EventName; readonly payload: unknown }[]>
}

/** What every transport has to do alike. Each check gets a client of an app whose library may hold what others made. */
export const contractChecks: readonly { name: string; check: (client: ContractClient) => Promise<void> }[] = [
  { name: 'answers a command', check: answers },
  { name: 'carries an expected error with its code and sentence', check: carriesErrors },
  { name: 'refuses what is no command, and names what is wrong with arguments', check: refuses },
  { name: 'tells changes in order, and every one of them', check: tellsChanges },
  { name: 'carries arrays of numbers both ways as what they are', check: carriesArrays },
]

async function answers(client: ContractClient): Promise<void> {
  const state = await client.invoke('app.state', {})
  assert.match(state.version, /^\d+\.\d+\.\d+/)
  assert.equal(state.settings.theme, 'system')
}

async function carriesErrors(client: ContractClient): Promise<void> {
  await assert.rejects(client.invoke('runs.get', { id: 'nobody' }), (error: unknown) => {
    assert.ok(error instanceof ExpectedError)
    assert.equal(error.code, 'not-found')
    assert.match(error.message, /There is no run “nobody”/)
    return true
  })
}

async function refuses(client: ContractClient): Promise<void> {
  await assert.rejects(client.invokeAnything('runs.explode', {}), /There is no command “runs\.explode”/)
  await assert.rejects(client.invokeAnything('constructor', {}), /There is no command/)
  await assert.rejects(client.invokeAnything('runs.get', { id: '../secret' }), /runs\.get \(id\)/)
  await assert.rejects(
    client.invokeAnything('runs.snapshot', { id: 'a', epoch: 'one' }),
    /runs\.snapshot \(epoch\)/,
  )
}

async function tellsChanges(client: ContractClient): Promise<void> {
  const before = await client.invoke('datasets.list', {})
  const { id } = await client.invoke('datasets.importSample', { count: 72 })
  await until(async () => (await datasetStates(client, id)).includes('ready'))
  assert.deepEqual([...new Set(await datasetStates(client, id))], ['importing', 'ready'])

  // What changes after this is not of the test.
  const after = await client.invoke('datasets.list', {})
  const since = async () =>
    (await eventsOf(client, 'datasets.changed'))
      .map(({ revision }) => revision)
      .filter((revision) => revision > before.revision && revision <= after.revision)
  await until(async () => (await since()).includes(after.revision))
  assert.deepEqual(
    await since(),
    Array.from({ length: after.revision - before.revision }, (_, i) => before.revision + i + 1),
  )
}

async function carriesArrays(client: ContractClient): Promise<void> {
  const { id } = await client.invoke('datasets.importSample', { count: 72 })
  await until(async () => (await datasetStates(client, id)).includes('ready'))
  const { data, width } = await client.invoke('datasets.thumbnails', { id, rows: [0, 1, 2], size: 14 })
  assert.ok(data instanceof Uint8Array)
  assert.equal(data.length, 3 * 14 * width)

  const [preset] = (await client.invoke('training.presets', { dataset: id })).filter(
    ({ name }) => name === 'tied-784-32',
  )
  const config = { ...preset!.config, epochs: 2 }
  const run = await client.invoke('training.start', {
    dataset: id,
    spec: preset!.spec,
    preset: preset!.name,
    config,
  })
  await until(async () => (await client.invoke('runs.get', { id: run.id })).state === 'done')
  const { rows, mapLabels } = await client.invoke('runs.samples', { id: run.id })
  assert.ok(rows instanceof Int32Array)
  assert.ok(mapLabels.includes('A'))
  const { map } = await client.invoke('runs.snapshot', { id: run.id, epoch: 2 })
  assert.ok(map instanceof Float32Array)
  assert.ok(map.every((value) => Number.isFinite(value)))

  const code = Float32Array.from({ length: 32 }, (_, i) => i / 32)
  const decoded = await client.invoke('models.decode', { id: `run--${run.id}`, code })
  assert.equal(decoded.data.length, 784)
  await assert.rejects(
    client.invokeAnything('models.decode', { id: `run--${run.id}`, code: [1, 2] }),
    /list of floats/,
  )
}

async function eventsOf<E extends EventName>(client: ContractClient, event: E): Promise<Events[E][]> {
  return (await client.events()).flatMap((told) => (told.event === event ? [told.payload as Events[E]] : []))
}

async function datasetStates(client: ContractClient, id: string): Promise<string[]> {
  const changes = await eventsOf(client, 'datasets.changed')
  return changes.flatMap(({ changed }) => changed.flatMap((item) => (item.id === id ? [item.state] : [])))
}

async function until(isSo: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 30_000
  while (!(await isSo())) {
    if (Date.now() > deadline) throw new Error('It did not come to that.')
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}
