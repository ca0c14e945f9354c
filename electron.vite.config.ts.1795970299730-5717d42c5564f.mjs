import "node:module";
import { resolve } from "node:path";
import vue from "@vitejs/plugin-vue";
import { defineConfig } from "electron-vite";
// electron.vite.config.ts
const umap = resolve(import.meta.dirname, "node_modules/embedding-atlas/dist/umap.js");
const source = (file) => resolve(import.meta.dirname, "src", file);
var electron_vite_config_default = defineConfig({
	main: {
		resolve: { alias: { "embedding-atlas/umap": umap } },
		build: {
			target: "node20",
			externalizeDeps: { exclude: [
				"echarts",
				"zrender",
				"zod",
				"hyparquet-writer",
				"hyparquet",
				"image-size",
				"cli-progress",
				"csv-parse",
				"commander",
				"pure-rand",
				"chokidar",
				"opentype.js",
				"protobufjs",
				"ml-kmeans",
				"ml-matrix"
			] },
			minify: false,
			sourcemap: true,
			rollupOptions: {
				input: {
					index: source("main/index.ts"),
					cli: source("main/cli/main.ts"),
					computeWorker: source("main/worker/computeWorker.ts")
				},
				output: {
					format: "es",
					entryFileNames: "[name].js",
					chunkFileNames: "chunks/[name]-[hash].js"
				}
			}
		}
	},
	preload: { build: { rollupOptions: {
		input: { index: source("preload/index.ts") },
		output: {
			format: "cjs",
			entryFileNames: "[name].cjs"
		}
	} } },
	renderer: {
		root: source("renderer"),
		plugins: [vue()],
		define: {
			__VUE_I18N_FULL_INSTALL__: "true",
			__VUE_I18N_LEGACY_API__: "false",
			__INTLIFY_PROD_DEVTOOLS__: "false",
			__VUE_OPTIONS_API__: "true",
			__VUE_PROD_DEVTOOLS__: "false"
		},
		build: {
			rollupOptions: { input: source("renderer/index.html") },
			target: "chrome140"
		}
	}
});
export { electron_vite_config_default as default };

//# sourceMappingURL=data:application/json;charset=utf-8;base64,eyJ2ZXJzaW9uIjozLCJmaWxlIjoiZWxlY3Ryb24udml0ZS5jb25maWcuanMiLCJuYW1lcyI6W10sInNvdXJjZXMiOlsiL3RtcC93dC9wbGFudWkvZWxlY3Ryb24udml0ZS5jb25maWcudHMiXSwic291cmNlc0NvbnRlbnQiOlsiaW1wb3J0IHsgcmVzb2x2ZSB9IGZyb20gJ25vZGU6cGF0aCdcbmltcG9ydCB2dWUgZnJvbSAnQHZpdGVqcy9wbHVnaW4tdnVlJ1xuaW1wb3J0IHsgZGVmaW5lQ29uZmlnIH0gZnJvbSAnZWxlY3Ryb24tdml0ZSdcblxuY29uc3QgdW1hcCA9IHJlc29sdmUoaW1wb3J0Lm1ldGEuZGlybmFtZSwgJ25vZGVfbW9kdWxlcy9lbWJlZGRpbmctYXRsYXMvZGlzdC91bWFwLmpzJylcblxuY29uc3Qgc291cmNlID0gKGZpbGU6IHN0cmluZykgPT4gcmVzb2x2ZShpbXBvcnQubWV0YS5kaXJuYW1lLCAnc3JjJywgZmlsZSlcblxuLyoqIFdoYXQgdnVlLWkxOG4gbGVhdmVzIG91dDogaXRzIG9sZGVyIGludGVyZmFjZSwgYW5kIGl0cyBkZXZlbG9wZXIgdG9vbHMuICovXG5jb25zdCBpMThuRmxhZ3MgPSB7XG4gIF9fVlVFX0kxOE5fRlVMTF9JTlNUQUxMX186ICd0cnVlJyxcbiAgX19WVUVfSTE4Tl9MRUdBQ1lfQVBJX186ICdmYWxzZScsXG4gIF9fSU5UTElGWV9QUk9EX0RFVlRPT0xTX186ICdmYWxzZScsXG4gIF9fVlVFX09QVElPTlNfQVBJX186ICd0cnVlJyxcbiAgX19WVUVfUFJPRF9ERVZUT09MU19fOiAnZmFsc2UnLFxufVxuXG5leHBvcnQgZGVmYXVsdCBkZWZpbmVDb25maWcoe1xuICBtYWluOiB7XG4gICAgLy8gSXRzIHBhY2thZ2UgbmFtZXMgb25seSB0aGUgdmlld2VyIGFzIGFuIGVudHJ5LlxuICAgIHJlc29sdmU6IHsgYWxpYXM6IHsgJ2VtYmVkZGluZy1hdGxhcy91bWFwJzogdW1hcCB9IH0sXG4gICAgYnVpbGQ6IHtcbiAgICAgIHRhcmdldDogJ25vZGUyMCcsXG4gICAgICAvLyBIdW5kcmVkcyBvZiBzbWFsbCBmaWxlcywgd2hpY2ggd291bGQgYmUgbG9va2VkIGZvciBvbmUgYnkgb25lIHdoZW5ldmVyIHRoZSBjb21tYW5kIGxpbmUgc3RhcnRzLlxuICAgICAgZXh0ZXJuYWxpemVEZXBzOiB7XG4gICAgICAgIGV4Y2x1ZGU6IFtcbiAgICAgICAgICAnZWNoYXJ0cycsXG4gICAgICAgICAgJ3pyZW5kZXInLFxuICAgICAgICAgICd6b2QnLFxuICAgICAgICAgICdoeXBhcnF1ZXQtd3JpdGVyJyxcbiAgICAgICAgICAnaHlwYXJxdWV0JyxcbiAgICAgICAgICAnaW1hZ2Utc2l6ZScsXG4gICAgICAgICAgJ2NsaS1wcm9ncmVzcycsXG4gICAgICAgICAgJ2Nzdi1wYXJzZScsXG4gICAgICAgICAgJ2NvbW1hbmRlcicsXG4gICAgICAgICAgJ3B1cmUtcmFuZCcsXG4gICAgICAgICAgJ2Nob2tpZGFyJyxcbiAgICAgICAgICAnb3BlbnR5cGUuanMnLFxuICAgICAgICAgICdwcm90b2J1ZmpzJyxcbiAgICAgICAgICAnbWwta21lYW5zJyxcbiAgICAgICAgICAnbWwtbWF0cml4JyxcbiAgICAgICAgXSxcbiAgICAgIH0sXG4gICAgICBtaW5pZnk6IGZhbHNlLFxuICAgICAgc291cmNlbWFwOiB0cnVlLFxuICAgICAgcm9sbHVwT3B0aW9uczoge1xuICAgICAgICBpbnB1dDoge1xuICAgICAgICAgIGluZGV4OiBzb3VyY2UoJ21haW4vaW5kZXgudHMnKSxcbiAgICAgICAgICBjbGk6IHNvdXJjZSgnbWFpbi9jbGkvbWFpbi50cycpLFxuICAgICAgICAgIGNvbXB1dGVXb3JrZXI6IHNvdXJjZSgnbWFpbi93b3JrZXIvY29tcHV0ZVdvcmtlci50cycpLFxuICAgICAgICB9LFxuICAgICAgICBvdXRwdXQ6IHsgZm9ybWF0OiAnZXMnLCBlbnRyeUZpbGVOYW1lczogJ1tuYW1lXS5qcycsIGNodW5rRmlsZU5hbWVzOiAnY2h1bmtzL1tuYW1lXS1baGFzaF0uanMnIH0sXG4gICAgICB9LFxuICAgIH0sXG4gIH0sXG4gIHByZWxvYWQ6IHtcbiAgICBidWlsZDoge1xuICAgICAgLy8gQSBzYW5kYm94ZWQgcHJlbG9hZCBpcyBvbmUgQ29tbW9uSlMgZmlsZS5cbiAgICAgIHJvbGx1cE9wdGlvbnM6IHtcbiAgICAgICAgaW5wdXQ6IHsgaW5kZXg6IHNvdXJjZSgncHJlbG9hZC9pbmRleC50cycpIH0sXG4gICAgICAgIG91dHB1dDogeyBmb3JtYXQ6ICdjanMnLCBlbnRyeUZpbGVOYW1lczogJ1tuYW1lXS5janMnIH0sXG4gICAgICB9LFxuICAgIH0sXG4gIH0sXG4gIHJlbmRlcmVyOiB7XG4gICAgcm9vdDogc291cmNlKCdyZW5kZXJlcicpLFxuICAgIHBsdWdpbnM6IFt2dWUoKV0sXG4gICAgZGVmaW5lOiBpMThuRmxhZ3MsXG4gICAgYnVpbGQ6IHsgcm9sbHVwT3B0aW9uczogeyBpbnB1dDogc291cmNlKCdyZW5kZXJlci9pbmRleC5odG1sJykgfSwgdGFyZ2V0OiAnY2hyb21lMTQwJyB9LFxuICB9LFxufSlcbiJdLCJtYXBwaW5ncyI6Ijs7Ozs7QUFJQSxNQUFNLE9BQU8sUUFBUSxZQUFZLFNBQVMsMkNBQTJDO0FBRXJGLE1BQU0sVUFBVSxTQUFpQixRQUFRLFlBQVksU0FBUyxPQUFPLElBQUk7QUFXekUsSUFBQSwrQkFBZSxhQUFhO0NBQzFCLE1BQU07RUFFSixTQUFTLEVBQUUsT0FBTyxFQUFFLHdCQUF3QixLQUFLLEVBQUU7RUFDbkQsT0FBTztHQUNMLFFBQVE7R0FFUixpQkFBaUIsRUFDZixTQUFTO0lBQ1A7SUFDQTtJQUNBO0lBQ0E7SUFDQTtJQUNBO0lBQ0E7SUFDQTtJQUNBO0lBQ0E7SUFDQTtJQUNBO0lBQ0E7SUFDQTtJQUNBO0dBQ0YsRUFDRjtHQUNBLFFBQVE7R0FDUixXQUFXO0dBQ1gsZUFBZTtJQUNiLE9BQU87S0FDTCxPQUFPLE9BQU8sZUFBZTtLQUM3QixLQUFLLE9BQU8sa0JBQWtCO0tBQzlCLGVBQWUsT0FBTyw4QkFBOEI7SUFDdEQ7SUFDQSxRQUFRO0tBQUUsUUFBUTtLQUFNLGdCQUFnQjtLQUFhLGdCQUFnQjtJQUEwQjtHQUNqRztFQUNGO0NBQ0Y7Q0FDQSxTQUFTLEVBQ1AsT0FBTyxFQUVMLGVBQWU7RUFDYixPQUFPLEVBQUUsT0FBTyxPQUFPLGtCQUFrQixFQUFFO0VBQzNDLFFBQVE7R0FBRSxRQUFRO0dBQU8sZ0JBQWdCO0VBQWE7Q0FDeEQsRUFDRixFQUNGO0NBQ0EsVUFBVTtFQUNSLE1BQU0sT0FBTyxVQUFVO0VBQ3ZCLFNBQVMsQ0FBQyxJQUFJLENBQUM7RUFDZixRQUFRO0dBekRWLDJCQUEyQjtHQUMzQix5QkFBeUI7R0FDekIsMkJBQTJCO0dBQzNCLHFCQUFxQjtHQUNyQix1QkFBdUI7RUFxRGI7RUFDUixPQUFPO0dBQUUsZUFBZSxFQUFFLE9BQU8sT0FBTyxxQkFBcUIsRUFBRTtHQUFHLFFBQVE7RUFBWTtDQUN4RjtBQUNGLENBQUMifQ==