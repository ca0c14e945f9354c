import type { ParsedParams, PresetOption, TrainingEstimate } from '../../../shared/api/commands'
import type { TrainingState } from '../../../shared/api/training'
import { checkDatasetFits } from '../../../shared/checkDatasetFits'
import { freeName } from '../../../shared/freeName'
import { CancelledError, ExpectedError } from '../../../shared/errors'
import { sentence } from '../../../shared/texts/sentence'
import type { RunInfo } from '../../../shared/run'
import { trainingConfigSchema } from '../../../shared/trainingConfig'
import { damagedPictures, isDatasetFolder } from '../../store/datasetFiles'
import { readDatasetInfo } from '../../store/datasetStore'
import { readRunInfo } from '../../store/runStore'
import { presets, specFromPreset } from '../../engine/models/presets'
import type { ComputeClient } from '../../worker/computeClient'
import type { ComputeTarget } from '../../worker/protocol'
import type { EventBus } from '../../base/eventBus'
import type { Library } from '../../base/library'
import type { Log } from '../../base/log'
import type { RunService } from './runService'
import type { DatasetImports } from './datasetImports'
import { lineOfEnd } from './milestones'
import { newRun } from './newRun'
import { presetForPairs } from './planForPairs'
import { QueueKeeper } from './queueKeeper'
import { followProgress, preparing } from './runProgress'
import type { WaitingRun } from './runQueue'
import { trainWaiting } from './waitingRuns'

export interface TrainingDependencies {
  readonly library: Library
  readonly runs: RunService
  readonly events: EventBus
  readonly imports: DatasetImports
  readonly client: ComputeClient
  readonly log: Log
  /** What computes where nothing else is asked for. */
  readonly target: () => ComputeTarget
  /** The library is being moved: runs wait until it is there. */
  readonly isMoving: () => boolean
  /** Folder of a model to start from. */
  readonly modelFolder: (id: string) => Promise<string>
}

interface Active extends WaitingRun {
  readonly abort: AbortController
  /** Its training has ended, and what it leaves is being told. */
  isOver: boolean
  ended: Promise<void>
}

/** How long a measurement for an estimate takes. */
const measuredMs = 500

/**
 * Trains one run at a time and lets the others wait: `TrainingState` says how. What a run goes through:
 *
 *     start ──▶ waiting ──its turn──▶ training ──pause──▶ paused ──resume──▶ waiting
 *                  │                     │ ├──stop──▶ stopped          (resumes too)
 *                  │                     │ ├──the worker dies──▶ interrupted
 *                  │                     │ └──bad input, a full disk, divergence──▶ failed
 *                  │ stop                ▼
 *                  ▼                   done ──resume with more epochs──▶ waiting
 *                stopped, or what it was
 *
 * What was asked for is told at once (`asked`), and obeyed between two calls of the runtime. Whatever happens to one
 * run, the next one begins.
 */
export class TrainingService {
  private active: Active | null = null
  private isClosing = false
  /** Somebody wanted the machine for something else: none begins by itself. */
  private isHeld = false
  private readonly keeper: QueueKeeper

  private constructor(private readonly deps: TrainingDependencies) {
    this.keeper = new QueueKeeper(deps, () => this.goOn())
  }

  /** Runs that waited when the app was closed wait on until somebody starts them. */
  static async open(deps: TrainingDependencies): Promise<TrainingService> {
    const service = new TrainingService(deps)
    service.isHeld = true
    await service.keeper.open()
    return service
  }

  /** The run that trains now. */
  get current(): string | null {
    return this.active?.id ?? null
  }

  get state(): TrainingState {
    const { imports } = this.deps
    const queue = this.keeper.runs.map(({ id, dataset }) => ({
      id,
      isImporting: dataset !== null && imports.isUnderWay(dataset),
    }))
    if (this.active) return { type: 'training', run: this.active.id, queue }
    return { type: this.isHeld && queue.length > 0 ? 'held' : 'idle', queue }
  }

  /** Why a dataset cannot be changed or removed now; null when it can. */
  useOf(dataset: string): string | null {
    if (this.active?.dataset === dataset) return 'A run is being trained on this dataset. Stop it first.'
    if (this.keeper.runs.some((run) => run.dataset === dataset))
      return 'A run waits to be trained on this dataset. Remove it from the queue first.'
    const isUsedElsewhere = this.deps.runs
      .listing()
      .items.some(
        ({ datasetId, elsewhere, state }) => datasetId === dataset && elsewhere && state === 'training',
      )
    return isUsedElsewhere ? 'Another program trains a run on this dataset. Stop it first.' : null
  }

  async presets(id: string): Promise<readonly PresetOption[]> {
    const { folder } = await this.deps.library.find('datasets', id)
    const { width, height, channels } = await readDatasetInfo(folder)
    const isPaired = await isDatasetFolder(damagedPictures(folder))
    return presets.flatMap((preset) => {
      const { spec, notes } = specFromPreset(preset, { width, height, channels })
      // Patches are cut out of images that are larger.
      if (preset.onPatches && (width < spec.input.width || height < spec.input.height)) return []
      const config = trainingConfigSchema.parse(preset.training)
      const { name, summary, suits } = preset
      const option = { name, summary, suits, spec, config, remarks: notes }
      return [isPaired ? presetForPairs(option) : option]
    })
  }

  /** Times a few steps. @throws ExpectedError while something trains */
  async estimate(params: ParsedParams<'training.estimate'>): Promise<TrainingEstimate> {
    if (this.active) throw new ExpectedError('bad-input', sentence('training.trainingUnderWayMeasuring'))
    const { folder } = await this.deps.library.find('datasets', params.dataset)
    const info = await readDatasetInfo(folder)
    checkDatasetFits(info, params.spec.input, params.config.patches)
    const { spec, config } = params
    const measured = await this.deps.client.call('measureTraining', {
      ...this.targetOf(params),
      spec,
      config,
      forMs: measuredMs,
    })
    const trained = Math.max(1, Math.round(info.count * (1 - config.validationSplit)))
    const images = config.imagesPerEpoch ?? trained * (config.patches?.perImage ?? 1)
    return { ...measured, epochMs: (1000 * images) / measured.samplesPerSecond }
  }

  /**
   * Resolves when the run is there: it begins at once, or waits for those before it and for its images.
   * @param experiment that it is a part of
   * @throws ExpectedError for what can never be trained; nothing is left of it then
   */
  async start(
    params: ParsedParams<'training.start'>,
    experiment: RunInfo['experiment'] = null,
  ): Promise<{ id: string }> {
    const { library, imports, modelFolder, runs } = this.deps
    imports.refuseFailed(params.dataset)
    const { folder } = await library.find('datasets', params.dataset)
    const { info, name } = await newRun(params, {
      folder,
      importing: imports.nameOfNew(params.dataset),
      from: params.from && (await modelFolder(params.from)),
      again: params.again ? await readRunInfo(await runs.folderOf(params.again)) : undefined,
      target: this.targetOf(params),
      experiment,
    })
    const id = await this.keeper.add(info, freeName(name, runs.names()), this.isHeld)
    this.startQueue()
    await runs.refresh(id)
    return { id }
  }

  /** Resolves when it trains again or waits for its turn. One that waits already comes first. */
  async resume({ id, epochs }: ParsedParams<'training.resume'>): Promise<void> {
    const { active } = this
    // It was asked to pause, say, and is resumed before it has.
    if (active?.id === id && (active.isOver || active.abort.signal.aborted)) await active.ended
    if (this.active?.id === id) throw new ExpectedError('bad-input', sentence('training.runTrainingAlready'))
    if (this.deps.runs.summary(id)?.elsewhere)
      throw new ExpectedError('bad-input', sentence('training.runBeingTrainedByAnother'))
    if (this.keeper.has(id)) await this.keeper.move(id, 'top')
    else await this.keeper.putBack(id, epochs, this.isHeld)
    this.startQueue()
    await this.deps.runs.refresh(id)
  }

  /** Lets the first run that waits begin, and the others after it. Who starts or resumes a run does so too. */
  startQueue(): void {
    this.isHeld = false
    this.goOn()
  }

  /** The library is in its new place. */
  libraryMoved = (): void => this.goOn()

  async move({ id, to }: ParsedParams<'training.move'>): Promise<void> {
    await this.keeper.move(id, to)
    this.goOn()
  }

  /** Runs that wait do so until the queue is started again: the machine is wanted for something else. */
  async pause(id: string): Promise<void> {
    await this.ask(id, 'pause')
  }

  /** Ends what trains, and takes what waits out of the queue. */
  async stop(id: string): Promise<void> {
    if (!this.keeper.has(id)) return this.ask(id, 'stop')
    await this.keeper.takeOut(id)
    this.goOn()
  }

  /** Pauses what trains and waits until it is saved. What waits is there the next time. */
  async close(): Promise<void> {
    this.isClosing = true
    this.active?.abort.abort('pause')
    await this.active?.ended
    await this.keeper.close()
  }

  private async ask(id: string, asked: 'pause' | 'stop'): Promise<void> {
    const { active } = this
    if (active?.id !== id || active.isOver)
      throw new ExpectedError('bad-input', sentence('training.runNotTrainingAny'))
    if (asked === 'pause') this.isHeld = true
    active.abort.abort(asked)
    const { progress } = await this.deps.runs.get(id)
    if (!active.isOver) await this.deps.runs.setLive(id, { asked, progress })
  }

  private targetOf({ runtime, device }: ComputeTarget): ComputeTarget {
    return runtime ? { runtime, device } : this.deps.target()
  }

  /** Lets the next run begin where nothing trains, and tells what trains and waits now. */
  private goOn(): void {
    if (this.isClosing) return
    if (!this.active && !this.isHeld && !this.deps.isMoving()) {
      const next = this.keeper.takeNext()
      if (next) this.begin(next)
    }
    this.deps.events.emit('training.changed', this.state)
  }

  private begin(run: WaitingRun): void {
    const abort = new AbortController()
    const active: Active = { ...run, abort, isOver: false, ended: Promise.resolve() }
    this.active = active
    active.ended = this.train(active)
      .finally(() => {
        this.active = null
        this.goOn()
      })
      .catch((error: unknown) => this.deps.log.error(`The end of ${run.id} could not be told.`, error))
  }

  /** Rejects only where it cannot be told how it ended. */
  private async train(active: Active): Promise<void> {
    const { id, abort, schedule, epochs } = active
    const { runs, client, log, target } = this.deps
    const progress = preparing(runs.summary(id)?.epochs ?? 0, epochs)
    let failure: unknown = null
    try {
      runs.setLive(id, { asked: null, progress: null }).catch((error: unknown) => {
        log.error(`The beginning of ${id} could not be told.`, error)
      })
      runs.setProgress(id, progress)
      const options = { client, signal: abort.signal, onEvent: followProgress(runs, id, schedule) }
      await trainWaiting(await runs.folderOf(id), target(), options, this.keeper.inTurn)
    } catch (error) {
      failure = error
    }
    active.isOver = true
    await runs.setLive(id, null)
    await this.sayHowItEnded(id, failure)
  }

  private async sayHowItEnded(id: string, error: unknown): Promise<void> {
    const tell = this.deps.runs.say.bind(this.deps.runs)
    const summary = this.deps.runs.summary(id)
    const state = summary?.state
    if (error === null) {
      const { level, text } = lineOfEnd(summary)
      return tell(id, level, text)
    }
    if (error instanceof CancelledError && state === 'paused') return tell(id, 'info', 'Paused and saved.')
    if (error instanceof CancelledError && state === 'stopped') return tell(id, 'info', 'Stopped and saved.')
    if (error instanceof ExpectedError) return tell(id, 'error', error.message)
    // Its folder is gone: there is nothing to tell it in.
    if (state === undefined) return
    this.deps.log.error(`The training of ${id} was interrupted.`, error)
    await tell(
      id,
      'error',
      `Interrupted: ${(error as Error).message} Resume it to go on from the last epoch.`,
    )
  }
}
