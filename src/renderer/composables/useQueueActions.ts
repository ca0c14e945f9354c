import type { QueueMove } from '../../shared/api/training'
import { client } from '../api/client'
import { useCommand } from './useCommand'

/** What can be done with the queue and the runs that wait in it. */
export function useQueueActions() {
  const startQueue = useCommand(() => client.invoke('training.startQueue'))
  const move = useCommand((id: string, to: QueueMove) => client.invoke('training.move', { id, to }))
  /** It becomes the first, and trains at once where nothing else does. */
  const putFirst = useCommand((id: string) => client.invoke('training.resume', { id }))
  const takeOut = useCommand((id: string) => client.invoke('training.stop', { id }))
  return { startQueue, move, putFirst, takeOut }
}
