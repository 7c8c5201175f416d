import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    // The element's browser tests (*.browser.test.ts) belong to web-test-runner.
    include: ['{canister,component,demo}/**/*.test.ts'],
    exclude: ['**/*.browser.test.ts', '**/node_modules/**'],
  },
});
