import { createRouter, createWebHashHistory } from 'vue-router'
import StartView from './views/StartView.vue'

/** Screens other than the first are loaded when they are opened. */
export const router = createRouter({
  history: createWebHashHistory(),
  routes: [
    { path: '/', name: 'start', component: StartView },
    { path: '/denoise', name: 'denoise', component: () => import('./views/DenoiseView.vue') },
    { path: '/datasets', name: 'datasets', component: () => import('./views/DatasetsView.vue') },
    { path: '/datasets/new', name: 'import', component: () => import('./views/ImportView.vue') },
    {
      path: '/datasets/:id',
      name: 'dataset',
      component: () => import('./views/DatasetView.vue'),
      props: true,
    },
    {
      path: '/train/:dataset?',
      name: 'train',
      component: () => import('./views/TrainView.vue'),
      props: true,
    },
    { path: '/runs', name: 'runs', component: () => import('./views/RunsView.vue') },
    { path: '/runs/compare', name: 'compare', component: () => import('./views/CompareView.vue') },
    { path: '/runs/:id', name: 'run', component: () => import('./views/RunView.vue'), props: true },
    { path: '/models', name: 'models', component: () => import('./views/ModelsView.vue') },
    { path: '/models/:id', name: 'model', component: () => import('./views/ModelView.vue'), props: true },
    {
      path: '/latent/:model?',
      name: 'latent',
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
      component: () => import('./views/OddView.vue'),
      props: ({ query }) => ({
        dataset: typeof query.dataset === 'string' ? query.dataset : null,
        normal: typeof query.normal === 'string' ? query.normal : null,
      }),
    },
    {
      path: '/odd/:id',
      name: 'oddSearch',
      component: () => import('./views/OddSearchView.vue'),
      props: true,
    },
    { path: '/settings', name: 'settings', component: () => import('./views/SettingsView.vue') },
    { path: '/:rest(.*)', redirect: '/' },
  ],
})
