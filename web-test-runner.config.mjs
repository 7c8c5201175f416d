import { esbuildPlugin } from '@web/dev-server-esbuild';
import { chromeLauncher } from '@web/test-runner-chrome';
import { defaultReporter } from '@web/test-runner';
import { mkdirSync, writeFileSync } from 'node:fs';
import { CHROMIUM_ARGS, findChromium } from './find-chromium.mjs';

/** Writes how many tests passed and failed, for `npm test` to add up. */
const countingReporter = {
  stop({ sessions }) {
    const counts = { passed: 0, failed: 0 };
    const count = ({ suites, tests }) => {
      for (const { passed, skipped } of tests) if (!skipped) counts[passed ? 'passed' : 'failed'] += 1;
      suites.forEach(count);
    };
    for (const { testResults } of sessions) if (testResults) count(testResults);
    mkdirSync('artifacts', { recursive: true });
    writeFileSync('artifacts/web-test-runner.json', JSON.stringify(counts));
  },
};

export default {
  files: 'component/**/*.browser.test.ts',
  nodeResolve: true,
  plugins: [esbuildPlugin({ ts: true, target: 'es2022' })],
  browsers: [chromeLauncher({ launchOptions: { executablePath: findChromium(), args: CHROMIUM_ARGS } })],
  reporters: [defaultReporter(), countingReporter],
  concurrency: 1,
  testsFinishTimeout: 300_000,
  // As in vitest.config.ts: a second try where two cores are busy.
  testFramework: { config: { timeout: 10_000, retries: process.env.CI ? 1 : 0 } },
};
