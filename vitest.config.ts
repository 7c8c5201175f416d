import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** The longest, in that order: at the end one of them would keep one core waiting for the other. */
const LONGEST = ['attack.test.ts', 'bench.test.ts', 'management/local-ic.test.ts', 'webhook-order.test.ts', 'identity-provider.test.ts', 'package.test.ts', 'sign-in.test.ts'];

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const others = await super.sort(files);
    const isOf = (name: string) => ({ moduleId }: TestSpecification) => moduleId.endsWith(`/${name}`);
    const first = LONGEST.flatMap((name) => others.filter(isOf(name)));
    return [...first, ...others.filter((file) => !first.includes(file))];
  }
}

export default defineConfig({
  test: {
    // The element's browser tests (*.browser.test.ts) belong to web-test-runner.
    include: ['{canister,component,demo}/**/*.test.ts'],
    exclude: ['**/*.browser.test.ts', '**/node_modules/**'],
    // Builds the element and the canister: tests run what would be shipped.
    globalSetup: './build.setup.ts',
    // Vitest leaves a core free; on two that is half of what there is.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    sequence: { sequencer: LongestFirst },
    // Generous: two cores, browsers, and 3.5 MB of Wasm to compile. No test measures time.
    testTimeout: 30_000,
    hookTimeout: 60_000,
    // Where two cores drive browsers a page can come too late, once. The report names what passed the second time only.
    retry: process.env.CI ? 1 : 0,
  },
});
