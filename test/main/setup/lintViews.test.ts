import { expect, it } from 'vitest'
import { scriptOf } from '../../../src/main/setup/lintViews.mjs'

it('leaves the script of a view in the lines where it was', () => {
  const view = [
    '<!-- A view. -->',
    '<script setup lang="ts" generic="T">',
    "import { ref } from 'vue'",
    'const open = ref(false)',
    '</script>',
    '<template><p>{{ open }}</p></template>',
  ].join('\n')
  expect(scriptOf(view).split('\n')).toEqual([
    '',
    '',
    "import { ref } from 'vue'",
    'const open = ref(false)',
    '',
  ])
  expect(scriptOf('<template><p /></template>')).toBe('')
})
