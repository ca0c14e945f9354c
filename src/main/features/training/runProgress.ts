import type { RunProgress } from '../../../shared/api/library'
import type { ScheduleConfig } from '../../../shared/trainingConfig'
import { inBackground } from '../../../shared/inBackground'
import type { TrainEvent } from './tasks/trainingTasks'
import type { RunService } from './runService'
import { Milestones } from './milestones'

/** Where a run stands that is about to train: nothing of it has been measured. `finished`: epochs that are over. */
export function preparing(finished: number, epochs: number): RunProgress {
  const figures = { batch: 0, batches: 0, trainLoss: 0, samplesPerSecond: 0, timeLeftMs: 0 }
  return { phase: 'preparing', epoch: Math.min(epochs, finished + 1), epochs, ...figures }
}

/** Tells the windows and the run's log what the worker tells of a training. */
export function followProgress(
  runs: RunService,
  id: string,
  schedule: ScheduleConfig['name'],
): (event: TrainEvent) => void {
  const milestones = new Milestones(schedule, (level, text) => inBackground(runs.say(id, level, text)))
  return (event) => {
    milestones.hear(event)
    if (event.type === 'progress') {
      const { epoch, epochs, batch, batches, trainLoss, samplesPerSecond, timeLeftMs } = event
      const figures = { epoch, epochs, batch, batches, trainLoss, samplesPerSecond, timeLeftMs }
      runs.setProgress(id, { phase: 'training', ...figures })
    }
    if (event.type === 'pictured') runs.pictured(id)
    if (event.type === 'epoch') runs.epochEnded(id, event.metrics, event.hasSnapshot)
  }
}
