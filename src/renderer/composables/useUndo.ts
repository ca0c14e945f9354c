import { computed, shallowRef } from 'vue'
import { useI18n } from 'vue-i18n'
import { useToasts } from './useToasts'
import { inBackground } from '../../shared/inBackground'

export interface Removal {
  /** Says what was removed. */
  readonly text: string
  /** Says that it is back. */
  readonly undone: string
  /** Brings it back. */
  undo(): Promise<unknown>
  /** Deletes it for good, once nobody can undo it any more. */
  carryOut?(): Promise<unknown>
}

/** Time to think better of it. It stands still while the message is hovered or focused. */
const lifetimeMs = 10_000

/** Messages of removals that can be undone, the last one at the end. */
const offers = shallowRef<readonly number[]>([])

/** Removes first and lets the person undo it, instead of asking before. */
export function useUndo() {
  const { t } = useI18n()
  const { show, act } = useToasts()

  function offer({ text, undone, undo, carryOut }: Removal): void {
    const withdraw = () => void (offers.value = offers.value.filter((one) => one !== id))
    async function run(): Promise<void> {
      withdraw()
      try {
        await undo()
        show('success', undone)
      } catch (error) {
        show('error', (error as Error).message)
      }
    }
    function onGone(): void {
      withdraw()
      // Without a connection the app does it when it ends.
      carryOut?.().catch(() => undefined)
    }
    const id = show(
      'info',
      text,
      { label: t('common.undo'), run: () => inBackground(run()) },
      { lifetimeMs, onGone },
    )
    offers.value = [...offers.value, id]
  }

  /** The last removal that is offered. */
  function undoLast(): void {
    const last = offers.value.at(-1)
    if (last !== undefined) act(last)
  }
  return { offer, undoLast, canUndo: computed(() => offers.value.length > 0) }
}
