import { z } from 'zod'
import { CancelledError } from '../../../shared/errors'
import type { ComputeClient } from '../../worker/computeClient'
import type { BenchParams } from './tasks/benchTasks'
import { runPeer } from './runPeer'

/** One measured thing: the median of its rounds. */
export interface Measurement {
  /** `hourglass`, `torch` or `tf`. */
  readonly by: string
  readonly runtime: string
  readonly device: string
  readonly samplesPerSecond: number
  readonly msPerStep: number
  readonly loss: number
  /** Share of our step that goes into shuffling, copying and noise. */
  readonly feedingShare?: number
}

export interface TrainingBenchOptions {
  readonly client: ComputeClient
  /** Ours, one entry a runtime. */
  readonly ours: readonly BenchParams[]
  /** A Python with PyTorch and TensorFlow; null measures ours alone. */
  readonly python: string | null
  /** How often each takes its turn. */
  readonly turns: number
  readonly signal?: AbortSignal
  readonly onTurn?: (done: number, total: number) => void
}

const peers = ['torch', 'tf'] as const

const peerResultSchema = z.object({ samples_per_s: z.number(), ms_per_step: z.number(), loss: z.number() })

/** Measures ours and the peers in turn, so that a machine that becomes slower becomes so for all. Ours come last. */
export async function benchTraining(options: TrainingBenchOptions): Promise<Measurement[]> {
  const { client, ours, python, turns, signal } = options
  const things: (() => Promise<Measurement>)[] = []
  for (const peer of python === null ? [] : peers)
    things.push(() => measurePeer(python!, peer, ours[0]!, signal))
  for (const params of ours) things.push(() => measureOurs(client, params, signal))
  const results: Measurement[][] = things.map(() => [])
  for (let turn = 0; turn < turns; turn++) {
    for (const [i, measure] of things.entries()) {
      if (signal?.aborted) throw new CancelledError('Stopped.')
      results[i]!.push(await measure())
      options.onTurn?.(turn * things.length + i + 1, turns * things.length)
    }
  }
  return results.map(median)
}

function median(results: Measurement[]): Measurement {
  return results.sort((a, b) => a.msPerStep - b.msPerStep)[Math.floor(results.length / 2)]!
}

async function measureOurs(
  client: ComputeClient,
  params: BenchParams,
  signal?: AbortSignal,
): Promise<Measurement> {
  return { by: 'hourglass', ...(await client.call('benchTrain', params, { signal })) }
}

async function measurePeer(
  python: string,
  peer: (typeof peers)[number],
  { dims, batch, steps, rounds }: BenchParams,
  signal?: AbortSignal,
): Promise<Measurement> {
  const flags = { dims: dims.join(), batch, steps, rounds }
  const result = await runPeer(python, 'bench_train.py', [peer], flags, peerResultSchema, signal)
  const { samples_per_s: samplesPerSecond, ms_per_step: msPerStep, loss } = result
  return { by: peer, runtime: peer, device: 'cpu', samplesPerSecond, msPerStep, loss }
}
