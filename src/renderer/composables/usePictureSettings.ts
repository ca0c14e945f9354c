import { computed, shallowRef, watch } from 'vue'
import { useI18n } from 'vue-i18n'
import { type DenoiseControls, denoiseControlsSchema, defaultControls } from '../../shared/api/denoising'
import { inBackground } from '../../shared/inBackground'
import { client } from '../api/client'
import { changedWith, settingsOf, sharedControls } from '../components/denoise/settingGroups'
import { useDenoiseStore } from '../stores/useDenoiseStore'
import { type Setting, useControlHistory } from './useControlHistory'
import { useDenoiseCommand } from './useDenoiseCommand'
import { useToasts } from './useToasts'
import { useUndo } from './useUndo'

/** What was copied last; it outlasts the screen. */
const copied = shallowRef<DenoiseControls | null>(null)

/** What is set for the picture that is looked at: with all others or of its own, taken back, copied and pasted. */
export function usePictureSettings() {
  const store = useDenoiseStore()
  const { t } = useI18n()
  const { show } = useToasts()
  const { offer } = useUndo()
  const current = computed(() => store.current)
  /** As they are being moved, until the list says the same. */
  const moved = shallowRef<{ id: string; controls: DenoiseControls } | null>(null)
  const controls = computed(() =>
    moved.value && moved.value.id === current.value?.id
      ? moved.value.controls
      : (current.value?.controls ?? defaultControls),
  )
  watch(
    () => current.value?.id,
    () => (moved.value = null),
  )

  const { run: setControls } = useDenoiseCommand(
    'controls',
    (ids: string[], next: DenoiseControls, isOwn?: boolean) =>
      client.invoke('denoise.setControls', { ids, controls: next, isOwn }),
  )
  const history = useControlHistory(async (ids, next, isOwn) => {
    // Some may have been taken off the list since.
    const known = ids.filter((id) => store.items.has(id))
    if (known.length === 0) return
    const id = current.value?.id
    const move = id !== undefined && known.includes(id) ? { id, controls: next } : null
    if (move) moved.value = move
    await setControls(known, next, isOwn)
    if (move && moved.value === move) moved.value = null
  })

  function change(changes: Partial<DenoiseControls>): void {
    const picture = current.value
    if (picture) inBackground(history.change(changedWith(picture, store.all), controls.value, changes))
  }
  /** Whether it is set with all others that have no settings of their own. */
  const isShared = computed({
    get: () => !(current.value?.hasOwnControls ?? false),
    set: (isIt) => {
      const picture = current.value
      if (!picture) return
      const next = isIt ? sharedControls(picture, store.all) : controls.value
      inBackground(
        history.assign(settingsOf([picture]), [{ ids: [picture.id], controls: next, isOwn: !isIt }]),
      )
    },
  })

  /** Sets it, and lets the person take that back. */
  async function assign(after: readonly Setting[], text: string, undone: string): Promise<void> {
    const ids = new Set(after.flatMap((one) => one.ids))
    const before = settingsOf(store.all.filter(({ id }) => ids.has(id)))
    await history.assign(before, after)
    offer({ text, undone, undo: () => history.assign(after, before) })
  }
  function useForAll(): Promise<void> {
    const ids = store.all.map(({ id }) => id)
    const put = { n: ids.length }
    return assign(
      [{ ids, controls: controls.value, isOwn: false }],
      t('denoise.usedForAll', put, ids.length),
      t('denoise.notForAll', put, ids.length),
    )
  }

  function copy(): void {
    const picture = current.value
    if (!picture) return
    copied.value = controls.value
    // In the place of a picture that may be there. Where the browser does not let it, they are known here all the same.
    navigator.clipboard?.writeText(JSON.stringify(controls.value)).catch(() => undefined)
    show('success', t('denoise.copiedSettings', { name: picture.name }))
  }
  async function paste(from: DenoiseControls | null = copied.value): Promise<void> {
    const picture = current.value
    if (!picture || !from) return
    const setting = { ids: [picture.id], controls: from, isOwn: store.all.length > 1 }
    const put = { name: picture.name }
    await assign([setting], t('denoise.pastedSettings', put), t('denoise.notPasted', put))
  }
  /** Settings that come from the clipboard; pictures are for others. */
  function onPaste(event: ClipboardEvent): void {
    const given = event.clipboardData
    if (!given || given.files.length > 0) return
    const found = parsed(given.getData('text/plain')) ?? copied.value
    if (!found) return
    event.preventDefault()
    inBackground(paste(found))
  }
  const canPaste = computed(() => copied.value !== null)
  return { controls, moved, history, change, isShared, useForAll, copy, paste, onPaste, canPaste }
}

function parsed(text: string): DenoiseControls | null {
  try {
    return denoiseControlsSchema.required().safeParse(JSON.parse(text)).data ?? null
  } catch {
    return null // Text of another kind.
  }
}
