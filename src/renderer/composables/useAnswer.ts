import { shallowRef, watch } from 'vue'
import type { CommandName, Params, Results } from '../../shared/api/commands'
import type { Job } from '../../shared/api/jobs'
import type { Begun } from '../../shared/api/latent'
import { client } from '../api/client'
import { useJobsStore } from '../stores/useJobsStore'

/** Thrown where a person has stopped what was waited for. */
export class StoppedError extends Error {}

type Answer<C extends CommandName> = Exclude<Results[C], Begun>

/**
 * Questions whose answer may have to be worked out first: the app then names a job, and answers when that is done.
 * `job` is the one that is waited for.
 */
export function useAnswer() {
  const jobs = useJobsStore()
  const job = shallowRef<Job | null>(null)
  /** The latest one: an older question may be on its way still. */
  let awaited: string | null = null

  function ended(id: string): Promise<Job> {
    awaited = id
    return new Promise((resolve) => {
      const stop = watch(
        () => jobs.items.get(id),
        (now) => {
          const isOver = now !== undefined && now.state !== 'running' && now.state !== 'waiting'
          if (awaited === id) job.value = isOver ? null : (now ?? null)
          if (!isOver) return
          if (awaited === id) awaited = null
          queueMicrotask(() => stop())
          resolve(now)
        },
        { immediate: true },
      )
    })
  }

  /** @throws StoppedError when it was stopped; Error with the app's sentence */
  async function ask<C extends CommandName>(command: C, params: Params<C>): Promise<Answer<C>> {
    for (;;) {
      const answer = await client.invoke(command, params)
      if (typeof answer !== 'object' || answer === null || !('job' in answer)) return answer as Answer<C>
      const { state, error } = await ended((answer as Begun).job)
      if (state === 'cancelled') throw new StoppedError()
      if (state === 'failed') throw new Error(error ?? '')
    }
  }

  async function stop(): Promise<void> {
    if (awaited !== null) await client.invoke('jobs.cancel', { id: awaited })
  }
  return { ask, job, stop }
}
