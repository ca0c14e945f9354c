import type { CommandName, Handlers } from '../../../shared/api/commands'
import type { PlanService } from './planService'
import type { TrainingService } from './trainingService'

type TrainingCommand = Extract<CommandName, `training.${string}`>

export function trainingHandlers(
  training: TrainingService,
  plans: PlanService,
): Pick<Handlers, TrainingCommand> {
  return {
    'training.plan': (params) => plans.plan(params),
    'training.presets': ({ dataset }) => training.presets(dataset),
    'training.estimate': (params) => training.estimate(params),
    'training.start': (params) => training.start(params),
    'training.state': async () => training.state,
    'training.startQueue': async () => {
      training.startQueue()
      return null
    },
    'training.move': async (params) => {
      await training.move(params)
      return null
    },
    'training.pause': async ({ id }) => {
      await training.pause(id)
      return null
    },
    'training.resume': async (params) => {
      await training.resume(params)
      return null
    },
    'training.stop': async ({ id }) => {
      await training.stop(id)
      return null
    },
  }
}
