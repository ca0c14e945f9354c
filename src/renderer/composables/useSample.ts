import { shallowRef } from 'vue'
import { useRouter } from 'vue-router'
import type { SampleKind } from '../../shared/sampleKinds'
import { client } from '../api/client'
import { useCommand } from './useCommand'

const isChoosing = shallowRef(false)

/** Asks which sample it is to be, makes it, and goes where it appears. The shell shows the question. */
export function useSample() {
  const router = useRouter()
  const { run: take, busy } = useCommand(async (kind: SampleKind) => {
    isChoosing.value = false
    const { id } = await client.invoke('datasets.importSample', { kind })
    await router.push({ name: 'dataset', params: { id } })
  })
  const trySample = () => void (isChoosing.value = true)
  return { trySample, isChoosing, take, busy }
}
