import { z } from 'zod'
import type { RuntimeName } from '../../../shared/trainingConfig'
import { runPeer } from '../bench/runPeer'
import { createComputeClient } from '../compute'
import type { CommandContext } from '../context'

export interface ConvBenchFlags {
  runtime?: RuntimeName
  device?: string
  channels: number
  layers: number
  patch: number
  batch: number
  steps: number
  rounds: number
  megapixels: number
  peers?: string
}

const peerSchema = z.object({
  patches_per_s: z.number(),
  ms_per_step: z.number(),
  params: z.number(),
  inference_megapixels_per_s: z.number(),
})

interface Measured {
  readonly by: string
  readonly runtime: string
  readonly device: string
  readonly patchesPerSecond: number
  readonly megapixelsPerSecond: number
  readonly msPerStep: number
  readonly parameters: number
}

/**
 * PyTorch and each of our runtimes by turns in one run: the machine may be slower for a while, so that a runtime is
 * compared with the mean of what PyTorch did just before it and just after it.
 */
export async function benchConv(context: CommandContext, flags: ConvBenchFlags): Promise<void> {
  const { output, progress, signal } = context
  const { runtime, device, peers, ...size } = flags
  const client = createComputeClient()
  const task = progress.start('Measuring', 0, 'rounds')
  try {
    const measurePeer = () => (peers === undefined ? null : measureTorch(peers, size, signal))
    const measured: Measured[] = []
    const torch = [await measurePeer()]
    for (const name of runtime ? [runtime] : await installed()) {
      const params = { ...size, runtime: name, device }
      const result = await client.call('benchConv', params, {
        signal,
        onEvent: ({ done, total }) => {
          task.setTotal(total)
          task.update(done)
        },
      })
      measured.push({ by: 'hourglass', ...result })
      torch.push(await measurePeer())
    }
    const meanOf = (from: number, to?: number) =>
      meanSpeed(torch.slice(from, to).filter((one) => one !== null))
    const peer = meanOf(0)
    if (peer) report(peer, null)
    measured.forEach((result, i) => report(result, meanOf(i, i + 2)))
  } finally {
    task.end()
    await client.dispose()
  }

  async function installed(): Promise<RuntimeName[]> {
    const runtimes = await client.call('devices', {})
    return runtimes.flatMap((one) => (one.version ? [one.runtime] : []))
  }

  function report(result: Measured, against: Measured | null): void {
    const ratio = (of: (measured: Measured) => number) =>
      against && Math.round((100 * of(result)) / of(against)) / 100
    const ratios = against && {
      training: ratio((one) => one.patchesPerSecond),
      inference: ratio((one) => one.megapixelsPerSecond),
    }
    const beside = ratios ? `, ${ratios.training} and ${ratios.inference} × ${against!.by}` : ''
    const name = result.by === 'hourglass' ? `hourglass, ${result.runtime} on ${result.device}` : result.by
    task.end()
    output.line(
      `${name}: ${result.patchesPerSecond.toFixed(0)} patches/s, ${result.megapixelsPerSecond.toFixed(2)} megapixels/s${beside}`,
    )
    output.record({ type: 'bench', what: 'conv', ...size, ...result, ratios })
  }
}

function meanSpeed(runs: readonly Measured[]): Measured | null {
  const mean = (of: (run: Measured) => number) => runs.reduce((sum, run) => sum + of(run), 0) / runs.length
  return runs.length === 0
    ? null
    : {
        ...runs[0]!,
        patchesPerSecond: mean((run) => run.patchesPerSecond),
        megapixelsPerSecond: mean((run) => run.megapixelsPerSecond),
        msPerStep: mean((run) => run.msPerStep),
      }
}

async function measureTorch(
  python: string,
  size: Omit<ConvBenchFlags, 'runtime' | 'device' | 'peers'>,
  signal: AbortSignal,
): Promise<Measured> {
  const result = await runPeer(python, 'bench_conv.py', [], { ...size }, peerSchema, signal)
  return {
    by: 'torch',
    runtime: 'torch',
    device: 'cpu',
    patchesPerSecond: result.patches_per_s,
    megapixelsPerSecond: result.inference_megapixels_per_s,
    msPerStep: result.ms_per_step,
    parameters: result.params,
  }
}
