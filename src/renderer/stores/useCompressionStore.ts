import { defineStore } from 'pinia'
import { computed, shallowRef, watch } from 'vue'
import type { CompressionTrial } from '../../shared/api/compression'
import type { Place } from '../../shared/api/places'
import { inBackground } from '../../shared/inBackground'
import { client } from '../api/client'
import { useJobsStore } from './useJobsStore'

/** The folder that is being compressed, and with which model; it outlasts the screen. */
export const useCompressionStore = defineStore('compression', () => {
  const jobs = useJobsStore()
  const asked = shallowRef<{ model: string; id: string; folder: string } | null>(null)
  const jobId = shallowRef<string | null>(null)
  const trial = shallowRef<CompressionTrial | null>(null)
  const job = computed(() => (jobId.value === null ? null : (jobs.items.get(jobId.value) ?? null)))
  const isBusy = computed(() => job.value?.state === 'running' || job.value?.state === 'waiting')

  async function read(): Promise<void> {
    if (!asked.value) return
    const { id } = asked.value
    const found = await client.invoke('compression.get', { id })
    if (asked.value.id === id) trial.value = found
  }
  watch(
    () => job.value?.state,
    (state) => {
      if (state === 'done') inBackground(read())
    },
  )

  async function begin(model: string, place: Place): Promise<void> {
    const { id, job: started } = await client.invoke('compression.try', { model, place: place.place })
    trial.value = null
    asked.value = { model, id, folder: place.name }
    jobId.value = started
  }
  async function save(request: { psnr: number | null; modelOutside: boolean; folder: Place }): Promise<void> {
    if (!asked.value) return
    const { psnr, modelOutside, folder } = request
    const params = { id: asked.value.id, psnr, modelOutside, folder: folder.place }
    jobId.value = (await client.invoke('compression.save', params)).job
  }
  async function stop(): Promise<void> {
    if (jobId.value !== null) await client.invoke('jobs.cancel', { id: jobId.value })
  }
  return { asked, trial, job, isBusy, begin, save, stop }
})
