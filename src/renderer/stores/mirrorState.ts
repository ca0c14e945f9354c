import { shallowRef } from 'vue'
import type { AppState, DeviceState } from '../../shared/api/app'
import type { DenoiseState } from '../../shared/api/denoising'
import type { TrainingState } from '../../shared/api/training'
import { inBackground } from '../../shared/inBackground'
import { client } from '../api/client'

interface States {
  'app.state': AppState
  'devices.state': DeviceState
  'denoise.state': DenoiseState
  'training.state': TrainingState
}
const events = {
  'app.state': 'app.changed',
  'devices.state': 'devices.changed',
  'denoise.state': 'denoise.stateChanged',
  'training.state': 'training.changed',
} as const

/** One whole state of the app, mirrored: asked for, and replaced by each event. */
export function mirrorState<C extends keyof States>(command: C) {
  const state = shallowRef<States[C] | null>(null)
  const failure = shallowRef<Error | null>(null)
  let heard = 0

  async function refresh(): Promise<void> {
    const before = heard
    try {
      const answer = (await client.invoke(command as 'app.state')) as unknown as States[C]
      // What an event brought meanwhile is newer.
      if (heard === before) state.value = answer
      failure.value = null
    } catch (error) {
      failure.value = error as Error
    }
  }

  client.on(events[command], (next) => {
    heard++
    state.value = next as States[C]
  })
  client.onConnection((connected) => connected && inBackground(refresh()))
  inBackground(refresh())
  return { state, failure, refresh }
}
