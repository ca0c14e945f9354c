import { screens } from '../../shared/api/events'
import { inBackground } from '../../shared/inBackground'
import { languages, textsIn } from '../../shared/texts'
import { registerAction, registerActions } from './registerAction'

/** Everything that is found by name. Another action is one more entry. */

for (const screen of screens)
  registerAction({
    name: `go-${screen}`,
    kind: 'screen',
    label: ({ t }) => t(`shell.${screen}`),
    perform: ({ go }) => go(screen),
  })

registerAction({
  name: 'open-folder',
  label: ({ t }) => t('start.openFolder'),
  perform: ({ chooseAndOpen }) => inBackground(chooseAndOpen('folders')),
})
registerAction({
  name: 'open-images',
  label: ({ t }) => t('start.openImages'),
  perform: ({ chooseAndOpen }) => inBackground(chooseAndOpen('images')),
})
registerAction({
  name: 'denoise-pictures',
  label: ({ t }) => t('start.denoise'),
  perform: ({ chooseAndDenoise }) => inBackground(chooseAndDenoise('images')),
})
registerAction({
  name: 'try-sample',
  label: ({ t }) => t('start.sample'),
  perform: ({ trySample }) => {
    trySample()
  },
})
registerAction({
  name: 'import-models',
  label: ({ t }) => t('models.import'),
  perform: ({ chooseAndImport }) => inBackground(chooseAndImport()),
})
registerAction({
  name: 'help',
  label: ({ t }) => t('help.open'),
  perform: ({ openPanel }) => openPanel('help'),
})

for (const theme of ['light', 'dark', 'system'] as const)
  registerAction({
    name: `theme-${theme}`,
    label: ({ t }) => t(`help.palette.theme.${theme}`),
    perform: ({ changeSettings }) => inBackground(changeSettings({ theme })),
  })
for (const language of [...languages, 'system'])
  registerAction({
    name: `language-${language}`,
    label: ({ t }) =>
      language === 'system'
        ? t('help.palette.language.system')
        : t('help.palette.language.to', { name: nameOfLanguage(language) }),
    perform: ({ changeSettings }) => inBackground(changeSettings({ language })),
  })

/** In the page's language, and in its own: German (Deutsch). */
function nameOfLanguage(language: string): string {
  const own = textsIn(language).language
  const name = new Intl.DisplayNames([document.documentElement.lang || 'en'], { type: 'language' }).of(
    language,
  )
  return !name || name === own ? own : `${name} (${own})`
}

const newestFirst = <T extends { readonly createdAt: string }>(items: readonly T[]): readonly T[] =>
  items.toSorted((a, b) => b.createdAt.localeCompare(a.createdAt))

registerActions('datasets', ({ datasets, go }) =>
  newestFirst(datasets.all).map(({ id, name }) => ({
    name: `dataset-${id}`,
    label: name,
    kind: 'dataset',
    perform: () => go('dataset', { id }),
  })),
)
registerActions('runs', ({ runs, go }) =>
  newestFirst(runs.all).map(({ id, name }) => ({
    name: `run-${id}`,
    label: name,
    kind: 'run',
    perform: () => go('run', { id }),
  })),
)
registerActions('models', ({ models, go }) =>
  newestFirst(models.all).map(({ id, name }) => ({
    name: `model-${id}`,
    label: name,
    kind: 'model',
    perform: () => go('model', { id }),
  })),
)
registerActions('train-on', ({ datasets, go, t }) =>
  newestFirst(datasets.all.filter(({ state }) => state === 'ready')).map(({ id, name }) => ({
    name: `train-on-${id}`,
    label: t('help.palette.trainOn', { name }),
    kind: 'action',
    perform: () => go('train', { dataset: id }),
  })),
)
