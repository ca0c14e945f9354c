import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import type { DeviceDescription, DeviceState } from '../../../shared/api/app'
import type { ParsedParams } from '../../../shared/api/commands'
import { ExpectedError } from '../../../shared/errors'
import { sentence } from '../../../shared/texts/sentence'
import { trainingConfigSchema } from '../../../shared/trainingConfig'
import { inBackground } from '../../../shared/inBackground'
import { writeFileAtomic } from '../../store/atomicWrite'
import { makeFolder } from '../../store/makeFolder'
import type { ComputeClient, ComputeTasks } from '../../worker/computeClient'
import type { ComputeTarget, RuntimeDescription } from '../../worker/protocol'
import type { EventBus } from '../../base/eventBus'
import type { JobProgress, JobService } from '../../base/jobService'
import type { Log } from '../../base/log'
import { type ScriptRunner, runScriptInNode } from '../../base/scriptRunner'
import type { SettingsService } from '../../base/settingsService'
import { hasAddon, packageIndexOr, setUpTensorflow } from './setupTensorflow'
import { runTensorflowSetup } from './tensorflowSetup'

export interface DeviceDependencies {
  readonly events: EventBus
  readonly jobs: JobService
  readonly settings: SettingsService
  readonly log: Log
  readonly client: ComputeClient
  /** Folder for what is known of this machine. */
  readonly state: string
  /** setupTensorflow.mjs; null where there is none, as in a packaged app. */
  readonly setupScript: string | null
  /** Where a TensorFlow is put that is set up without a checkout. */
  readonly tensorflow: { readonly home: string; readonly library: string }
  /** As the shell has them. */
  readonly runScript?: ScriptRunner
  readonly fetch?: typeof fetch
  readonly isTraining: () => boolean
}

const speedSchema = z.object({ samplesPerSecond: z.number(), subject: z.string() })
const speedsSchema = z.record(z.string(), speedSchema)
type Speeds = z.infer<typeof speedsSchema>

const measuredMs = 1200
const keyOf = (runtime: string, device: string) => `${runtime} ${device}`

/** What can compute on this machine, how fast it is, and what will be used. */
export class DeviceService {
  private found: Promise<RuntimeDescription[]> | null = null

  private constructor(
    private readonly deps: DeviceDependencies,
    private speeds: Speeds,
    private latest: DeviceState | null = null,
  ) {
    deps.settings.onChange(() => inBackground(this.announce()))
  }

  static async open(deps: DeviceDependencies): Promise<DeviceService> {
    return new DeviceService(deps, await readSpeeds(deps.state))
  }

  /** The runtimes are loaded with the first question, which takes a second or two. */
  async state(): Promise<DeviceState> {
    const runtimes = await this.describe()
    const devices = runtimes.flatMap(({ runtime, devices }) =>
      devices.map(({ id, name, isGpu }): DeviceDescription => {
        const speed = this.speeds[keyOf(runtime, id)] ?? null
        return { runtime, device: id, name, isGpu, speed }
      }),
    )
    const missing = runtimes.flatMap(({ runtime, reason }) => (reason === null ? [] : [{ runtime, reason }]))
    const canSetupTensorflow =
      (this.deps.setupScript !== null || hasAddon()) &&
      missing.some(({ runtime }) => runtime === 'tensorflow')
    return (this.latest = { devices, missing, canSetupTensorflow, ...this.choose(devices) })
  }

  /** Loads the runtimes in the background. */
  warmUp(): void {
    this.describe().catch((error: unknown) => this.deps.log.error('The runtimes could not be loaded.', error))
  }

  /** What a training computes on. Without an answer yet, the worker's own choice. */
  target(): ComputeTarget {
    const { compute } = this.deps.settings.settings
    if (compute !== 'auto') return compute
    return this.latest?.because === 'fastest' ? this.latest.chosen : {}
  }

  /** Times one model on every device, one after the other. */
  measure({ spec, batchSize, subject }: ParsedParams<'devices.measure'>): { job: string } {
    if (this.deps.isTraining())
      throw new ExpectedError('bad-input', sentence('devices.trainingUnderWayWould'))
    const config = trainingConfigSchema.parse({ batchSize })
    const work = async (report: (progress: JobProgress) => void, signal: AbortSignal) => {
      // What is timed is loaded, so now it is known what does not load.
      await this.ask({ brief: false })
      const { devices } = await this.state()
      for (const [done, { runtime, device }] of devices.entries()) {
        signal.throwIfAborted()
        report({ phase: keyOf(runtime, device), done, total: devices.length })
        await this.time({ runtime, device }, { spec, config, forMs: measuredMs }, subject, signal)
      }
      report({ phase: '', done: devices.length, total: devices.length })
    }
    return { job: this.deps.jobs.start({ kind: 'measure', subject, queue: 'measure', work }).id }
  }

  setupTensorflow(): { job: string } {
    const { setupScript } = this.deps
    if (setupScript === null && !hasAddon())
      throw new ExpectedError('unsupported', sentence('devices.tensorflowComesAppCannot'))
    const work = async (report: (progress: JobProgress) => void, signal: AbortSignal) => {
      if (setupScript === null) await this.fetchTensorflow(report, signal)
      else await this.runSetup(setupScript, report, signal)
      this.found = null
      await this.announce()
    }
    const request = { kind: 'setup-tensorflow', subject: 'TensorFlow', queue: 'setup', work } as const
    return { job: this.deps.jobs.start(request).id }
  }

  /** Of a checkout: with pip and a compiler. Where they are missing and an addon is here, its libraries are fetched. */
  private async runSetup(
    script: string,
    report: (progress: JobProgress) => void,
    signal: AbortSignal,
  ): Promise<void> {
    try {
      await runTensorflowSetup(script, (phase) => report({ phase, done: 0, total: 0 }), signal)
    } catch (error) {
      if (signal.aborted || !hasAddon()) throw error
      this.deps.log.warn(`${(error as Error).message} The libraries are fetched without Python.`)
      await this.fetchTensorflow(report, signal)
    }
  }

  private async fetchTensorflow(
    onProgress: (progress: JobProgress) => void,
    signal: AbortSignal,
  ): Promise<void> {
    const { tensorflow, settings, runScript = runScriptInNode, fetch = globalThis.fetch } = this.deps
    const index = packageIndexOr(settings.settings.packageIndex)
    await setUpTensorflow({ ...tensorflow, index, runScript, fetch, signal, onProgress })
  }

  private async time(
    target: Required<ComputeTarget>,
    params: Pick<ComputeTasks['measureTraining']['params'], 'spec' | 'config' | 'forMs'>,
    subject: string,
    signal: AbortSignal,
  ): Promise<void> {
    const key = keyOf(target.runtime, target.device)
    try {
      const measured = { ...target, ...params }
      const { samplesPerSecond } = await this.deps.client.call('measureTraining', measured, { signal })
      this.speeds = { ...this.speeds, [key]: { samplesPerSecond: Math.round(samplesPerSecond), subject } }
      await this.saveSpeeds()
    } catch (error) {
      if (signal.aborted) throw error
      // A back end that is listed and has no card: it is not the fastest.
      this.deps.log.warn(`${key} could not be timed: ${(error as Error).message}`)
    }
    await this.announce()
  }

  private async saveSpeeds(): Promise<void> {
    await makeFolder(this.deps.state)
    await writeFileAtomic(pathIn(this.deps.state), `${JSON.stringify(this.speeds, null, 2)}\n`)
  }

  private describe(): Promise<RuntimeDescription[]> {
    return this.found ?? this.ask({ brief: true })
  }

  private ask(how: { readonly brief: boolean }): Promise<RuntimeDescription[]> {
    const asked = this.deps.client.call('devices', how)
    this.found = asked
    asked.catch(() => (this.found = null))
    return asked
  }

  private choose(devices: readonly DeviceDescription[]): Pick<DeviceState, 'chosen' | 'because'> {
    const { compute } = this.deps.settings.settings
    const place = ({ runtime, device }: DeviceDescription) => ({ runtime, device })
    if (compute !== 'auto') return { chosen: compute, because: 'asked' }
    const timed = devices.filter(({ speed }) => speed !== null)
    const subjects = new Set(timed.map(({ speed }) => speed!.subject))
    if (timed.length > 1 && subjects.size === 1) {
      const fastest = timed.reduce((a, b) => (b.speed!.samplesPerSecond > a.speed!.samplesPerSecond ? b : a))
      return { chosen: place(fastest), because: 'fastest' }
    }
    const gpu = devices.find(({ runtime, isGpu }) => runtime === 'tensorflow' && isGpu)
    if (gpu) return { chosen: place(gpu), because: 'gpu' }
    return { chosen: { runtime: 'onnx', device: 'cpu' }, because: 'default' }
  }

  private async announce(): Promise<void> {
    if (!this.latest && !this.found) return
    try {
      this.deps.events.emit('devices.changed', await this.state())
    } catch (error) {
      this.deps.log.error('The devices could not be listed.', error)
    }
  }
}

const pathIn = (state: string) => join(state, 'devices.json')

async function readSpeeds(state: string): Promise<Speeds> {
  try {
    return speedsSchema.parse(JSON.parse(await readFile(pathIn(state), 'utf8')))
  } catch {
    return {} // Never measured, or to be measured again.
  }
}
