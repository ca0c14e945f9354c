import { useRouter } from 'vue-router'
import { client } from '../api/client'
import { useChoosePlaces } from './useChoosePlaces'
import { useCommand } from './useCommand'

/** Lets a person choose a file of rows and columns, reads it, and shows it. */
export function useOpenTable() {
  const router = useRouter()
  const { choose } = useChoosePlaces()
  const { run: openPlace, busy: reading } = useCommand(async (place: string) => {
    const { id } = await client.invoke('tables.import', { place })
    await router.push({ name: 'table', params: { id } })
  })
  const { run: openTable, busy: choosing } = useCommand(async () => {
    const [chosen] = await choose('table')
    if (chosen) await openPlace(chosen.place)
  })
  return { openTable, openPlace, reading, choosing }
}
