import { defineConfig } from 'vite';

// `npm run dev` shows the pages with a server that runs elsewhere on this machine.
const server = process.env['ANNOTATE_URL'] ?? 'http://127.0.0.1:5080';

export default defineConfig({
  build: {
    outDir: '../../Annotate.Server/wwwroot',
    emptyOutDir: true,
    // From it the server knows the style sheet's name, for the sign-in pages that it makes itself.
    manifest: '.manifest.json',
    // The server's content security policy lets nothing come from data: addresses.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  server: {
    proxy: {
      '/api': server,
      '/sign-in': server,
      '/live': { target: server, ws: true },
    },
  },
});
