/** One thing that keys do. */
export interface Shortcut {
  /**
   * Such as `Mod+Z`, `Shift+Mod+Z`, `Alt+1`, `?`, `ArrowLeft`, `Space`; several do the same. `Mod` is Command on a Mac and
   * Ctrl elsewhere.
   */
  readonly keys: string | readonly string[]
  /** Key of the text that says what it does. Those with the same text are shown as one. */
  readonly label: string
  /** Null where the menu of the system or another listener does it: it is shown in the help only. */
  readonly run: ((event: KeyboardEvent) => void) | null
  readonly when?: () => boolean
  /** Also while text is being typed. */
  readonly whileTyping?: boolean
}

type Pressed = Pick<KeyboardEvent, 'key' | 'shiftKey' | 'ctrlKey' | 'metaKey' | 'altKey'>

export const keysOf = ({ keys }: Pick<Shortcut, 'keys'>): readonly string[] =>
  typeof keys === 'string' ? [keys] : keys

/** Shift makes another letter or key; of signs such as `?` it is how they are typed. */
const isSign = (key: string) => key.length === 1 && key.toLowerCase() === key.toUpperCase()

/** Whether keys that were pressed are those of a shortcut. */
export function isPressed(keys: string, event: Pressed): boolean {
  const parts = keys.split(/\+(?=.)/)
  const key = parts.pop()!
  const wanted = key === 'Space' ? ' ' : key
  if (event.key.toLowerCase() !== wanted.toLowerCase()) return false
  if ((event.ctrlKey || event.metaKey) !== parts.includes('Mod')) return false
  if (event.altKey !== parts.includes('Alt')) return false
  return (isSign(wanted) && wanted !== ' ') || event.shiftKey === parts.includes('Shift')
}

/** The shortcut that keys belong to, among those that can be used now. */
export function findShortcut(shortcuts: readonly Shortcut[], event: Pressed): Shortcut | null {
  const found = shortcuts.find(
    (one) => one.when?.() !== false && keysOf(one).some((keys) => isPressed(keys, event)),
  )
  return found ?? null
}

const signs: Record<string, string> = {
  ArrowLeft: '←',
  ArrowRight: '→',
  ArrowUp: '↑',
  ArrowDown: '↓',
  '-': '−',
}

/** As they are written on keys. @param nameOf of keys that have a name, in the person's language */
export function describeKeys(keys: string, isMac: boolean, nameOf: (key: string) => string): string[] {
  return keys.split(/\+(?=.)/).map((part) => {
    if (part === 'Mod') return isMac ? '⌘' : nameOf('Ctrl')
    if (part === 'Alt' && isMac) return '⌥'
    return signs[part] ?? (part.length > 1 && !/^F\d+$/.test(part) ? nameOf(part) : part.toUpperCase())
  })
}
