import { useRouter } from 'vue-router'
import type { PickKind, Place } from '../../shared/api/places'
import { client } from '../api/client'
import { useDenoiseStore } from '../stores/useDenoiseStore'
import { useChoosePlaces } from './useChoosePlaces'
import { useDenoiseCommand } from './useDenoiseCommand'

/** Pictures and folders that are to be denoised: chosen, dropped, pasted or handed over. */
export function useDenoisePlaces() {
  const router = useRouter()
  const { choose } = useChoosePlaces()

  const { run: add } = useDenoiseCommand('add', async (places: readonly Place[]) => {
    if (places.length === 0) return
    // Not before it is needed: with it the app begins to load what computes.
    const store = useDenoiseStore()
    const { ids } = await client.invoke('denoise.add', { places: places.map(({ place }) => place) })
    if (ids[0] !== undefined) store.choose(ids[0])
    if (router.currentRoute.value.name !== 'denoise') await router.push({ name: 'denoise' })
  })
  const { run: chooseAndAdd, busy } = useDenoiseCommand('add', async (kind: PickKind) =>
    add(await choose(kind)),
  )
  return { add, chooseAndAdd, busy }
}
