import js from '@eslint/js'
import prettier from 'eslint-config-prettier'
import { importX } from 'eslint-plugin-import-x'
import vue from 'eslint-plugin-vue'
import tseslint from 'typescript-eslint'

const main = './src/main'

/** The doors of the house (DESIGN.md): `target` may import, of our own code, only what `except` names. */
const door = (target, from, except, message) => ({ target, from, except, message })

const doors = [
  door('./src/shared', './src', ['./shared'], 'shared is the contract: it imports nothing of ours.'),
  door(
    `${main}/engine`,
    './src',
    ['./shared', './main/engine'],
    'engine is pure computing: it imports shared only.',
  ),
  door(
    `${main}/store`,
    './src',
    ['./shared', './main/store'],
    'store is what is on disk: it imports shared only.',
  ),
  door(
    `${main}/base`,
    './src',
    ['./shared', './main/store', './main/base'],
    'base is what every room stands on: it knows no feature.',
  ),
  door(
    // What the window and the command line ask for. What runs in the worker lies in the tasks folder of each room.
    `${main}/features/*/{*.ts,!(tasks)/**}`,
    './src',
    [
      './shared',
      './main/store',
      './main/base',
      './main/features',
      './main/worker/computeClient.ts',
      './main/worker/protocol.ts',
      './main/engine/imaging',
      // What formats there are; what writes one is loaded by the worker.
      './main/engine/exporters/formats',
      // Cuts a picture into tiles and puts them together; what is done to a tile is asked of the worker.
      './main/engine/denoising/pixelTiles.ts',
      './main/engine/models/presets.ts',
      './main/engine/projection/latentMap.ts',
      './main/engine/training/splitImages.ts',
      './main/engine/training/random.ts',
      './main/setup/tensorflow/nvidia.mjs',
      './main/setup/tensorflow/wheel.mjs',
    ],
    'features reach computing through the worker client.',
  ),
  door(
    `${main}/features/*/tasks`,
    './src',
    ['./shared', './main/store', './main/engine', './main/worker', './main/features'],
    'tasks compute: no service, no shell.',
  ),
  door(
    `${main}/worker`,
    './src',
    [
      './shared',
      './main/store',
      './main/engine',
      './main/worker',
      // The types of its calls alone: what the client loads of a task is nothing.
      './main/computeTasks.ts',
    ],
    'the worker computes: no service, no shell.',
  ),
  door(
    `${main}/cli`,
    './src',
    [
      './shared',
      './main/base',
      './main/store',
      './main/engine',
      './main/worker',
      './main/features',
      './main/cli',
      './main/served/serve.ts',
    ],
    'the command line is a shell around the features, with what only it needs.',
  ),
  door(
    `${main}/app`,
    './src',
    [
      './shared',
      './main/store',
      './main/base',
      './main/features',
      './main/worker/computeClient.ts',
      './main/app',
    ],
    'app is the features wired together: no transport, no shell.',
  ),
  door(
    `${main}/electron`,
    './src',
    [
      './shared',
      './main/app',
      './main/store/appFolders.ts',
      './main/base/log.ts',
      './main/base/scriptRunner.ts',
      './main/base/shell.ts',
      './main/electron',
    ],
    'the shell of the desktop: features are reached through the app.',
  ),
  door(
    `${main}/served`,
    './src',
    [
      './shared',
      './main/app',
      './main/base/eventBus.ts',
      './main/base/log.ts',
      './main/base/shell.ts',
      './main/setup/chromium.mjs',
      './main/setup/display.mjs',
      './main/store',
      './main/served',
    ],
    'served carries messages to a browser, and knows nothing of what they ask for.',
  ),
  door('./src/preload', './src', ['./shared', './preload'], 'the bridge imports shared only.'),
  door('./src/renderer', './src', ['./shared', './renderer'], 'the page imports shared only.'),
]

/** Inside the engine only runtimes/ itself may import a tensor library. */
const tensorLibraries = [
  '@tensorflow/tfjs-node-gpu',
  '@tensorflow/tfjs-node',
  '@tensorflow/tfjs',
  'onnxruntime-node',
]

/** In a text that replaces another one "$&" and the like stand for what was found: names of files have them too. */
const replacement = {
  selector:
    "CallExpression[callee.property.name=/^replace(All)?$/][arguments.length=2]:not([arguments.1.type='Literal']):not([arguments.1.type=/Function/])",
  message: 'A text from outside can have "$&" in it. Write replace(what, () => text).',
}

/** `return void work()` and `a ? void work() : b` hide a promise from the rule on floating promises. */
const voidCalls = ['', ' > LogicalExpression', ' > ConditionalExpression'].map((within) => ({
  selector: `UnaryExpression[operator="void"]${within} > CallExpression`,
  message:
    'void hides a promise. Await it, hand it to inBackground, or write the call as a statement of its own.',
}))

const ofRuntimes = tensorLibraries.map((name) => ({
  name,
  message: 'Tensor libraries live in engine/runtimes.',
}))
const ofSharp = ['sharp', '@janhapke/sharp-electron', '@img/sharp-wasm32'].map((name) => ({
  name,
  message:
    'Pictures are read and written through base/sharp.ts, which knows the build that this process bears.',
}))

export default tseslint.config(
  { ignores: ['out/', 'node_modules/', 'coverage/', 'demo/', 'electron.vite.config.*.mjs'] },
  js.configs.recommended,
  ...tseslint.configs.recommended,
  ...vue.configs['flat/recommended'],
  { rules: { 'no-restricted-syntax': ['error', replacement] } },
  {
    files: ['src/**/*.ts', 'src/**/*.vue'],
    rules: { 'no-restricted-syntax': ['error', replacement, ...voidCalls] },
  },
  {
    files: ['**/*.vue'],
    languageOptions: { parserOptions: { parser: tseslint.parser } },
    rules: {
      // TypeScript knows the names of the browser.
      'no-undef': 'off',
      'vue/block-lang': ['error', { script: { lang: 'ts' } }],
      'vue/component-api-style': ['error', ['script-setup']],
      'vue/no-v-html': 'error',
      'vue/require-default-prop': 'off',
    },
  },
  {
    files: ['src/**/*.ts', 'src/**/*.vue'],
    plugins: { 'import-x': importX },
    settings: {
      'import-x/resolver': { node: { extensions: ['.ts', '.mjs', '.js', '.vue'] } },
      'import-x/parsers': { '@typescript-eslint/parser': ['.ts'] },
    },
    rules: {
      'import-x/no-restricted-paths': ['error', { zones: doors }],
      'import-x/no-default-export': 'error',
      'max-lines': ['error', { max: 300, skipBlankLines: true, skipComments: true }],
      'max-lines-per-function': ['error', { max: 60, skipBlankLines: true, skipComments: true }],
      'no-empty': ['error', { allowEmptyCatch: false }],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-explicit-any': 'error',
    },
  },
  {
    files: ['src/**/*.ts', 'src/**/*.vue'],
    ignores: ['src/main/engine/runtimes/**'],
    rules: {
      'no-restricted-imports': ['error', { paths: [...ofRuntimes, ...ofSharp] }],
    },
  },
  {
    files: ['src/main/base/sharp.ts', 'src/main/base/wasmSharp.ts'],
    rules: { 'no-restricted-imports': ['error', { paths: ofRuntimes }] },
  },
  {
    files: ['src/main/engine/runtimes/**/*.ts'],
    ignores: ['src/main/engine/runtimes/onnx/library.ts'],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          paths: [
            { name: 'onnxruntime-node', message: 'Of library.ts, which turns its telemetry off.' },
            ...ofSharp,
          ],
        },
      ],
    },
  },
  {
    // A composable is what a class would be: its functions are within one.
    files: ['src/renderer/composables/**', 'src/renderer/stores/**', 'src/renderer/**/*.vue'],
    rules: { 'max-lines-per-function': ['error', { max: 90, skipBlankLines: true, skipComments: true }] },
  },
  {
    files: ['src/renderer/**'],
    rules: {
      'no-restricted-syntax': [
        'error',
        replacement,
        ...voidCalls,
        ...['', ' > TSAsExpression'].map((as) => ({
          selector: `CallExpression[callee.name=/^watch/] > ArrowFunctionExpression:first-child${as} > ArrayExpression`,
          message:
            'A list made anew is never the same: this is called whenever anything that it reads is set. Watch [() => a, () => b].',
        })),
      ],
    },
  },
  {
    files: ['src/main/setup/**', '*.config.*'],
    languageOptions: {
      globals: {
        process: 'readonly',
        console: 'readonly',
        require: 'readonly',
        module: 'readonly',
        __dirname: 'readonly',
        URL: 'readonly',
        Buffer: 'readonly',
        setTimeout: 'readonly',
      },
    },
    rules: { '@typescript-eslint/no-require-imports': 'off' },
  },
  {
    files: ['test/electron/standIn/**'],
    languageOptions: {
      globals: Object.fromEntries(
        ['process', 'window', 'setTimeout', 'URL', 'fetch', 'btoa', 'atob', 'structuredClone'].map((name) => [
          name,
          'readonly',
        ]),
      ),
    },
  },
  prettier,
)
