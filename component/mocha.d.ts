/** What @web/test-runner's mocha brings to *.browser.test.ts; its own types would also claim vitest's files. */
declare function describe(name: string, tests: () => void): void;
declare function it(name: string, test: () => void | Promise<void>): void;
declare function beforeEach(prepare: () => void | Promise<void>): void;
declare function afterEach(tidy: () => void | Promise<void>): void;
