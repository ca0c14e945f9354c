import { useI18n } from 'vue-i18n'
import { client } from '../api/client'
import { useUndo } from './useUndo'

type Kind = 'datasets' | 'runs' | 'models' | 'anomalies' | 'tables'

/** Deletes out of the library, and offers to undo it. */
export function useRemoval() {
  const { t } = useI18n()
  const { offer } = useUndo()

  /**
   * One after the other: what was deleted before one fails can be undone all the same.
   *
   * @param textOf says that so many are deleted
   */
  async function remove(
    kind: Kind,
    items: readonly { readonly id: string; readonly name: string }[],
    textOf: (count: number) => string,
  ): Promise<void> {
    const keys: string[] = []
    try {
      for (const { id } of items) keys.push((await client.invoke(`${kind}.remove`, { id })).undo)
    } finally {
      const count = keys.length
      if (count > 0)
        offer({
          text: textOf(count),
          undone: t('common.isBack', { name: items[0]!.name, n: count }, count),
          undo: () => restore(keys),
          carryOut: () => client.invoke('library.empty', { undo: keys }),
        })
    }
  }
  return { remove }
}

/** All that can be restored, and only then fails. */
async function restore(keys: readonly string[]): Promise<void> {
  const outcomes: PromiseSettledResult<unknown>[] = []
  for (const undo of keys)
    outcomes.push(...(await Promise.allSettled([client.invoke('library.restore', { undo })])))
  const failed = outcomes.find((outcome) => outcome.status === 'rejected')
  if (failed) throw failed.reason
}
