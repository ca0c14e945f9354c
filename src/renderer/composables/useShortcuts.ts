import { onScopeDispose, shallowRef } from 'vue'
import { findShortcut, type Shortcut } from './shortcut'

/** Shortcuts that belong together, as the help shows them. */
export interface ShortcutGroup {
  /** Key of its heading. */
  readonly title: string
  readonly shortcuts: readonly Shortcut[]
}

const groups = shallowRef<readonly ShortcutGroup[]>([])
/** Those that count anywhere in the window, the first one that fits. */
const everywhere = new Set<readonly Shortcut[]>()

/** What is registered now, for the help. */
export const shortcutGroups = groups

const isTypedInto = (target: EventTarget | null) =>
  target instanceof HTMLTextAreaElement ||
  target instanceof HTMLSelectElement ||
  (target instanceof HTMLInputElement && !['checkbox', 'radio', 'range', 'button'].includes(target.type)) ||
  (target instanceof HTMLElement && target.isContentEditable)

/** While a dialog is open, the screen below it takes no keys. */
const isDialogOpen = () => document.querySelector('[role="dialog"][data-state="open"]') !== null

function onKeydown(event: KeyboardEvent): void {
  if (event.defaultPrevented || event.isComposing) return
  const isTyping = isTypedInto(event.target)
  const usable = [...everywhere].flat().filter(({ run, whileTyping }) => run && (whileTyping || !isTyping))
  const found = findShortcut(usable, event)
  if (!found) return
  // A key that is held presses once; and what the browser does with it is not wanted either.
  if (!event.repeat && !isDialogOpen()) found.run!(event)
  event.preventDefault()
}

function register(group: ShortcutGroup): void {
  groups.value = [...groups.value, group]
  onScopeDispose(() => void (groups.value = groups.value.filter((one) => one !== group)))
}

/** Keys that count anywhere in the window, for as long as the component is there. The help lists them. */
export function useShortcuts(shortcuts: readonly Shortcut[], title = 'help.everywhere'): void {
  register({ title, shortcuts })
  if (everywhere.size === 0) window.addEventListener('keydown', onKeydown)
  everywhere.add(shortcuts)
  onScopeDispose(() => {
    everywhere.delete(shortcuts)
    if (everywhere.size === 0) window.removeEventListener('keydown', onKeydown)
  })
}

/**
 * Keys that count while one element has the focus, such as a map. The help lists them under `title`.
 *
 * @returns the listener for `keydown` of that element
 */
export function useElementShortcuts(
  title: string,
  shortcuts: readonly Shortcut[],
): (event: KeyboardEvent) => void {
  register({ title, shortcuts })
  return (event) => {
    const found = findShortcut(shortcuts, event)
    if (!found?.run) return
    found.run(event)
    event.preventDefault()
  }
}
