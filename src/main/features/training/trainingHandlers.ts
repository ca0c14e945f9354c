import { roomHandlers } from '../../base/roomHandlers'
import type { PlanService } from './planService'
import type { TrainingService } from './trainingService'

export const trainingHandlers = (training: TrainingService, plans: PlanService) =>
  roomHandlers('training', training, {
    plan: (params) => plans.plan(params),
    presets: ({ dataset }) => training.presets(dataset),
    state: async () => training.state,
    pause: async ({ id }) => {
      await training.pause(id)
      return null
    },
    stop: async ({ id }) => {
      await training.stop(id)
      return null
    },
  })
