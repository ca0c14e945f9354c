import { useRouter } from 'vue-router'
import { client } from '../api/client'
import { useCommand } from './useCommand'

/** Draws the sample of digits and letters, and goes where it appears. */
export function useSample() {
  const router = useRouter()
  const { run: trySample, busy } = useCommand(async () => {
    const { id } = await client.invoke('datasets.importSample')
    await router.push({ name: 'dataset', params: { id } })
  })
  return { trySample, busy }
}
