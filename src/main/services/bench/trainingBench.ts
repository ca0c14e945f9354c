import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { promisify } from 'node:util'
import { z } from 'zod'
import { CancelledError, ExpectedError } from '../../../shared/errors'
import type { ComputeClient } from '../../worker/computeClient'
import type { BenchParams } from '../../worker/protocol'

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
  const script = python === null ? null : peerScript()
  const things: (() => Promise<Measurement>)[] = []
  for (const peer of script ? peers : [])
    things.push(() => measurePeer(python!, script!, peer, ours[0]!, signal))
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

/** The peers' script lies beside the project where it is developed. */
function peerScript(): string {
  const script = resolve('../shared/tools/peers/bench_train.py')
  if (existsSync(script)) return script
  throw new ExpectedError(
    'not-found',
    `--peers needs ${script}, which is not here. Leave --peers out to measure Hourglass alone.`,
  )
}

async function measurePeer(
  python: string,
  script: string,
  peer: (typeof peers)[number],
  { dims, batch, steps, rounds }: BenchParams,
  signal?: AbortSignal,
): Promise<Measurement> {
  const numbers = { dims: dims.join(), batch, steps, rounds }
  const flags = Object.entries(numbers).flatMap(([name, value]) => [`--${name}`, String(value)])
  try {
    const { stdout } = await promisify(execFile)(python, [script, peer, ...flags], { signal })
    const result = peerResultSchema.parse(JSON.parse(stdout.trim().split('\n').at(-1)!))
    const { samples_per_s: samplesPerSecond, ms_per_step: msPerStep, loss } = result
    return { by: peer, runtime: peer, device: 'cpu', samplesPerSecond, msPerStep, loss }
  } catch (error) {
    if (signal?.aborted) throw new CancelledError('Stopped.')
    throw new ExpectedError(
      'bad-input',
      `${python} could not run ${script} ${peer}: ${(error as Error).message}`,
    )
  }
}
