import { useRouter } from 'vue-router'
import { type Screen, screens } from '../../shared/api/events'
import { inBackground } from '../../shared/inBackground'
import { bridge, client } from '../api/client'
import type { Shortcut } from './shortcut'
import { useShellPanels } from './useShellPanels'
import { useShortcuts } from './useShortcuts'
import { useUndo } from './useUndo'

/** The keys of every screen. Where there is a menu it has some of them, and tells what it was asked for. */
export function useShellShortcuts(openFolder: () => void): void {
  const router = useRouter()
  const panels = useShellPanels()
  const { undoLast, canUndo } = useUndo()
  const show = (screen: Screen) => inBackground(router.push({ name: screen }))
  client.on('screen.asked', ({ screen }) => show(screen))
  client.on('panel.asked', ({ panel }) => panels.open(panel))

  const modifier = bridge ? 'Mod' : 'Alt'
  const ofMenu = (run: () => void) => (bridge ? null : run)
  const toScreens = screens.slice(0, bridge ? -1 : undefined).map((screen, i): Shortcut => ({
    keys: `${modifier}+${i + 1}`,
    label: 'help.shortcut.screens',
    whileTyping: true,
    run: ofMenu(() => show(screen)),
  }))
  useShortcuts([
    { keys: 'Mod+Z', label: 'help.shortcut.undo', when: () => canUndo.value, run: undoLast },
    { keys: '?', label: 'help.shortcut.help', run: () => panels.open('help') },
    { keys: 'Mod+K', label: 'help.shortcut.find', whileTyping: true, run: () => panels.open('find') },
    { keys: `${modifier}+O`, label: 'help.shortcut.openFolder', whileTyping: true, run: ofMenu(openFolder) },
    ...toScreens,
  ])
}
