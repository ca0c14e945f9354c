import '@fontsource-variable/inter/index.css'
import './styles/tokens.css'
import './styles/base.css'
import { createPinia } from 'pinia'
import { createApp } from 'vue'
import { z } from 'zod'
import App from './App.vue'
import { i18n } from './i18n'
import { router } from './router'

// zod would otherwise try to compile its parsers with eval, which the content security policy refuses.
z.config({ jitless: true })

createApp(App).use(createPinia()).use(i18n).use(router).mount('#app')
