import { useEventListener } from '@vueuse/core'

/** Fields and dialogs have their own Escape and their own undo. */
const own = 'input, textarea, select, [contenteditable], [role=dialog], [role=menu]'

/** Escape clears a selection and Ctrl+Z undoes the last change of it, wherever on the screen the focus is. */
export function useMapShortcuts({ clear, undo }: { clear(): void; undo(): void }): void {
  useEventListener(window, 'keydown', (event) => {
    const isOwn = event.target instanceof Element && event.target.closest(own) !== null
    if (event.defaultPrevented || isOwn || document.querySelector('[role=dialog], [role=menu]')) return
    const isUndo = (event.ctrlKey || event.metaKey) && !event.shiftKey && event.key.toLowerCase() === 'z'
    if (isUndo) undo()
    else if (event.key === 'Escape') clear()
    else return
    event.preventDefault()
  })
}
