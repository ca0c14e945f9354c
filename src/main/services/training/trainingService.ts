import type { ParsedParams, PresetOption, TrainingEstimate } from '../../../shared/api/commands'
import { checkDatasetFits } from '../../../shared/checkDatasetFits'
import { describeLayers } from '../../../shared/layerSizes'
import { CancelledError, ExpectedError } from '../../../shared/errors'
import { preprocessingSchema } from '../../../shared/dataset'
import { type ScheduleConfig, trainingConfigSchema } from '../../../shared/trainingConfig'
import { writeAbout } from '../../store/aboutStore'
import { readDatasetInfo } from '../../store/datasetStore'
import { presets, specFromPreset } from '../../engine/models/presets'
import type { ComputeClient } from '../../worker/computeClient'
import type { ComputeTarget, TrainEvent } from '../../worker/protocol'
import type { Library } from '../library/library'
import type { Log } from '../log'
import type { RunService } from '../runs/runService'
import { lineOfEnd, Milestones } from './milestones'
import { resumeRun, trainNewRun, type TrainOptions, type TrainSummary } from './trainRun'

export interface TrainingDependencies {
  readonly library: Library
  readonly runs: RunService
  readonly client: ComputeClient
  readonly log: Log
  /** What computes where nothing else is asked for. */
  readonly target: () => ComputeTarget
  /** Folder of a model to start from. */
  readonly modelFolder: (id: string) => Promise<string>
}

interface Active {
  readonly id: string
  readonly dataset: string
  readonly abort: AbortController
  readonly ended: Promise<void>
}

type Work = (options: TrainOptions) => Promise<TrainSummary>

/** How long a measurement for an estimate takes. */
const measuredMs = 500

/**
 * Trains one run at a time, and keeps what the windows know of it in step.
 *
 *     start ──▶ training ──pause──▶ paused ──resume──▶ training
 *                  │ ├──stop──▶ stopped          (resumes too)
 *                  │ ├──the worker dies──▶ interrupted
 *                  │ └──bad input, a full disk, divergence──▶ failed
 *                  ▼
 *                done ──resume with more epochs──▶ training
 *
 * What was asked for is told at once (`asked`), and obeyed between two calls of the runtime.
 */
export class TrainingService {
  private active: Active | null = null
  private isStarting = false
  private readonly listeners = new Set<(id: string | null) => void>()

  constructor(private readonly deps: TrainingDependencies) {}

  /** The run that trains now. */
  get current(): string | null {
    return this.active?.id ?? null
  }

  /** The dataset that is being trained on. */
  get dataset(): string | null {
    return this.active?.dataset ?? null
  }

  async presets(id: string): Promise<readonly PresetOption[]> {
    const { folder } = await this.deps.library.find('datasets', id)
    const { width, height, channels } = await readDatasetInfo(folder)
    return presets.flatMap((preset) => {
      const { spec, notes } = specFromPreset(preset, { width, height, channels })
      // Patches are cut out of images that are larger.
      if (preset.onPatches && (width < spec.input.width || height < spec.input.height)) return []
      const config = trainingConfigSchema.parse(preset.training)
      const { name, summary, suits } = preset
      return [{ name, summary, suits, spec, config, remarks: notes }]
    })
  }

  /** Times a few steps, or tells the rate of what trains. */
  async estimate(params: ParsedParams<'training.estimate'>): Promise<TrainingEstimate> {
    this.refuseWhileTraining('A training is under way, and measuring beside it would disturb both.')
    const { folder } = await this.deps.library.find('datasets', params.dataset)
    const info = await readDatasetInfo(folder)
    checkDatasetFits(info, params.spec.input, params.config.patches)
    const { spec, config } = params
    const measured = await this.deps.client.call('measureTraining', {
      ...this.targetOf(params),
      ...{ spec, config, forMs: measuredMs },
    })
    const trained = Math.max(1, Math.round(info.count * (1 - config.validationSplit)))
    const images = trained * (config.patches?.perImage ?? 1)
    return { ...measured, epochMs: (1000 * images) / measured.samplesPerSecond }
  }

  /** Resolves once it trains. @throws ExpectedError when it cannot begin; nothing is left of it then */
  async start(params: ParsedParams<'training.start'>): Promise<{ id: string }> {
    this.refuseWhileTraining('A run is training already. Stop or pause it first, or wait until it is done.')
    this.isStarting = true
    try {
      const dataset = await this.deps.library.find('datasets', params.dataset)
      const info = await readDatasetInfo(dataset.folder)
      checkDatasetFits(info, params.spec.input, params.config.patches)
      const name = params.name ?? `${info.name}, ${describeLayers(params.spec)}`
      const from = params.from && (await this.deps.modelFolder(params.from))
      const entry = await this.deps.library.create('runs', name)
      const { spec, preset } = params
      const request = {
        run: entry.folder,
        dataset: { source: dataset.folder, preprocessing: preprocessingSchema.parse({}) },
        model: from ? { tying: spec.tying, seed: spec.seed } : { spec, fromPreset: preset },
        config: params.config,
        from: from || undefined,
        overwrite: false,
        ...this.targetOf(params),
      }
      const work: Work = (options) => trainNewRun(request, options)
      try {
        await this.begin(
          { id: entry.id, dataset: params.dataset, schedule: params.config.schedule.name },
          work,
          async () => writeAbout(entry.folder, { name }),
        )
      } catch (error) {
        await this.deps.library.remove('runs', entry.id).catch(() => undefined)
        await this.deps.runs.refresh(entry.id)
        throw error
      }
      return { id: entry.id }
    } finally {
      this.isStarting = false
    }
  }

  /** Resolves once it trains again. */
  async resume({ id, epochs }: ParsedParams<'training.resume'>): Promise<void> {
    this.refuseWhileTraining('Another run is training. Stop or pause it first, or wait until it is done.')
    this.isStarting = true
    try {
      const { folder } = await this.deps.library.find('runs', id)
      const summary = this.deps.runs.summary(id)
      if (summary?.elsewhere)
        throw new ExpectedError('bad-input', 'This run is being trained by another program.')
      const schedule = summary?.config.schedule.name ?? 'constant'
      const work: Work = (options) => resumeRun({ run: folder, epochs }, options)
      await this.begin({ id, dataset: summary?.datasetId ?? '', schedule }, work, async () => undefined)
    } finally {
      this.isStarting = false
    }
  }

  pause = (id: string) => this.ask(id, 'pause')
  stop = (id: string) => this.ask(id, 'stop')

  /** When a training begins or ends. Returns the function that stops listening. */
  onChange(listen: (id: string | null) => void): () => void {
    this.listeners.add(listen)
    return () => void this.listeners.delete(listen)
  }

  /** Pauses what trains and waits until it is saved. */
  async close(): Promise<void> {
    const { active } = this
    if (!active) return
    active.abort.abort('pause')
    await active.ended
  }

  private async ask(id: string, asked: 'pause' | 'stop'): Promise<void> {
    const { active } = this
    if (active?.id !== id) throw new ExpectedError('bad-input', 'This run is not training any more.')
    active.abort.abort(asked)
    const progress = (await this.deps.runs.get(id)).progress
    if (this.active === active) await this.deps.runs.setLive(id, { asked, progress })
  }

  private targetOf({ runtime, device }: ComputeTarget): ComputeTarget {
    return runtime ? { runtime, device } : this.deps.target()
  }

  private refuseWhileTraining(why: string): void {
    if (this.active || this.isStarting) throw new ExpectedError('bad-input', why)
  }

  /** Lets it train in the background once it has begun. */
  private async begin(
    { schedule, ...subject }: Pick<Active, 'id' | 'dataset'> & { schedule: ScheduleConfig['name'] },
    work: Work,
    onStarted: () => Promise<void>,
  ): Promise<void> {
    const { id } = subject
    this.deps.runs.setStarting(id)
    const abort = new AbortController()
    let began!: () => void
    const started = new Promise<void>((resolve) => (began = resolve))
    const milestones = new Milestones(schedule, (level, text) => void this.deps.runs.say(id, level, text))
    const onEvent = (event: TrainEvent) => {
      milestones.hear(event)
      if (event.type === 'started') began()
      if (event.type === 'progress') {
        const { epoch, epochs, batch, batches, trainLoss, samplesPerSecond, timeLeftMs } = event
        const figures = { epoch, epochs, batch, batches, trainLoss, samplesPerSecond, timeLeftMs }
        const progress = { phase: 'training' as const, ...figures }
        this.deps.runs.setProgress(id, progress)
      }
      if (event.type === 'epoch') this.deps.runs.epochEnded(id, event.metrics, event.hasSnapshot)
    }
    const training = work({ client: this.deps.client, signal: abort.signal, onEvent })
    let isBegun = false
    const ended = training.then(
      () => this.ended(id, isBegun, null),
      (error: unknown) => this.ended(id, isBegun, error),
    )
    this.active = { ...subject, abort, ended }
    await Promise.race([started, training])
    isBegun = true
    await onStarted()
    if (this.active) await this.deps.runs.setLive(id, { asked: null, progress: null })
    for (const listen of this.listeners) listen(id)
  }

  private async ended(id: string, isBegun: boolean, error: unknown): Promise<void> {
    this.active = null
    await this.deps.runs.setLive(id, null)
    if (isBegun) await this.sayHowItEnded(id, error)
    for (const listen of this.listeners) listen(null)
  }

  private async sayHowItEnded(id: string, error: unknown): Promise<void> {
    const { say } = this.deps.runs
    const tell = say.bind(this.deps.runs)
    const summary = this.deps.runs.summary(id)
    const state = summary?.state
    if (error === null) {
      const { level, text } = lineOfEnd(summary)
      return tell(id, level, text)
    }
    if (error instanceof CancelledError && state === 'paused') return tell(id, 'info', 'Paused and saved.')
    if (error instanceof CancelledError && state === 'stopped') return tell(id, 'info', 'Stopped and saved.')
    if (error instanceof ExpectedError) return tell(id, 'error', error.message)
    this.deps.log.error(`The training of ${id} was interrupted.`, error)
    await tell(
      id,
      'error',
      `Interrupted: ${(error as Error).message} Resume it to go on from the last epoch.`,
    )
  }
}
