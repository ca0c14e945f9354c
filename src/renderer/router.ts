import {
  Boxes,
  ChartLine,
  ChartScatter,
  House,
  Images,
  Play,
  ScanSearch,
  Settings,
  WandSparkles,
} from '@lucide/vue'
import type { Component } from 'vue'
import { createRouter, createWebHashHistory } from 'vue-router'
import type { Screen } from '../shared/api/events'
import StartView from './views/StartView.vue'

declare module 'vue-router' {
  interface RouteMeta {
    /** Key of the screen's title, which the help shows. */
    readonly title?: string
    /** Of a screen that the navigation leads to; its name is one of `screens`. */
    readonly icon?: Component
    /** The screen of the navigation that a screen without an icon belongs to. */
    readonly within?: Screen
  }
}

/**
 * The screens: an entry each, from which the navigation, the titles of the help, the search by name and the keys follow.
 * All but the first are loaded when they are opened.
 */
export const router = createRouter({
  history: createWebHashHistory(),
  routes: [
    { path: '/', name: 'start', meta: { title: 'shell.start', icon: House }, component: StartView },
    {
      path: '/denoise',
      name: 'denoise',
      meta: { title: 'denoise.title', icon: WandSparkles },
      component: () => import('./views/DenoiseView.vue'),
    },
    {
      path: '/datasets',
      name: 'datasets',
      meta: { title: 'datasets.title', icon: Images },
      component: () => import('./views/DatasetsView.vue'),
    },
    {
      path: '/datasets/new',
      name: 'import',
      meta: { title: 'datasets.importTitle', within: 'datasets' },
      component: () => import('./views/ImportView.vue'),
    },
    {
      path: '/datasets/:id',
      name: 'dataset',
      meta: { title: 'help.palette.kind.dataset', within: 'datasets' },
      component: () => import('./views/DatasetView.vue'),
      props: true,
    },
    {
      path: '/tables',
      name: 'tables',
      meta: { title: 'tables.title', within: 'datasets' },
      component: () => import('./views/TablesView.vue'),
    },
    {
      path: '/tables/:id',
      name: 'table',
      meta: { title: 'help.palette.kind.table', within: 'datasets' },
      component: () => import('./views/TableView.vue'),
      props: true,
    },
    {
      path: '/train/:dataset?',
      name: 'train',
      meta: { title: 'shell.train', icon: Play },
      component: () => import('./views/TrainView.vue'),
      props: true,
    },
    {
      path: '/runs',
      name: 'runs',
      meta: { title: 'runs.title', icon: ChartLine },
      component: () => import('./views/RunsView.vue'),
    },
    {
      path: '/runs/compare',
      name: 'compare',
      meta: { title: 'runs.compareTitle', within: 'runs' },
      component: () => import('./views/CompareView.vue'),
    },
    {
      path: '/runs/:id',
      name: 'run',
      meta: { title: 'help.palette.kind.run', within: 'runs' },
      component: () => import('./views/RunView.vue'),
      props: true,
    },
    {
      path: '/experiments/new',
      name: 'new-experiment',
      component: () => import('./views/NewExperimentView.vue'),
    },
    { path: '/experiments/why', name: 'why-tying', component: () => import('./views/WhyTyingView.vue') },
    {
      path: '/experiments/:id',
      name: 'experiment',
      component: () => import('./views/ExperimentView.vue'),
      props: true,
    },
    {
      path: '/models',
      name: 'models',
      meta: { title: 'models.title', icon: Boxes },
      component: () => import('./views/ModelsView.vue'),
    },
    {
      path: '/models/:id',
      name: 'model',
      meta: { title: 'help.palette.kind.model', within: 'models' },
      component: () => import('./views/ModelView.vue'),
      props: true,
    },
    {
      path: '/models/:id/compress',
      name: 'compress',
      meta: { title: 'compression.title', within: 'models' },
      component: () => import('./views/CompressView.vue'),
      props: true,
    },
    {
      path: '/latent/:model?',
      name: 'latent',
      meta: { title: 'latent.title', icon: ChartScatter },
      component: () => import('./views/LatentView.vue'),
      props: ({ params, query }) => ({
        model: String(params.model ?? ''),
        datasets: typeof query.datasets === 'string' ? query.datasets.split(',') : [],
        by: query.by === 'error' ? 'error' : undefined,
      }),
    },
    {
      path: '/odd',
      name: 'odd',
      meta: { title: 'anomalies.title', icon: ScanSearch },
      component: () => import('./views/OddView.vue'),
      props: ({ query }) => ({
        dataset: typeof query.dataset === 'string' ? query.dataset : null,
        normal: typeof query.normal === 'string' ? query.normal : null,
      }),
    },
    {
      path: '/odd/:id',
      name: 'oddSearch',
      meta: { title: 'help.palette.kind.search', within: 'odd' },
      component: () => import('./views/OddSearchView.vue'),
      props: true,
    },
    {
      path: '/settings',
      name: 'settings',
      meta: { title: 'shell.settings', icon: Settings },
      component: () => import('./views/SettingsView.vue'),
    },
    { path: '/:rest(.*)', redirect: '/' },
  ],
})
