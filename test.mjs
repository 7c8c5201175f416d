/**
 * `npm test`: type check, lint, and the tests of all runners, one after the other.
 * The last line counts over the runners: `N passed, N failed`.
 */
import { execFile, spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { findChromium } from './find-chromium.mjs';

const ARTIFACTS = 'artifacts';
let passed = 0;
let failed = 0;

try {
  process.env.CHROME_PATH = findChromium();
  rmSync(ARTIFACTS, { recursive: true, force: true });
  mkdirSync(ARTIFACTS);
  // Side by side: neither can use two cores.
  failed += (await Promise.all(['tsc', 'eslint .'].map(check))).filter((isWell) => !isWell).length;
  runTests('vitest run --reporter=default --reporter=json --outputFile.json=artifacts/vitest.json', 'vitest.json', (report) => [report.numPassedTests, report.numFailedTests]);
  runTests('web-test-runner', 'web-test-runner.json', (report) => [report.passed, report.failed]);
} catch (error) {
  console.error(error.message);
  failed += 1;
}
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed > 0 ? 1 : 0;

/** Whether the command ends well, after which all that it has said is printed. */
function check(command) {
  const [name, ...args] = command.split(' ');
  return new Promise((resolve) => {
    execFile('npx', ['--no-install', name, ...args], { maxBuffer: 2 ** 26 }, (error, stdout, stderr) => {
      process.stdout.write(`\n> ${command}\n${stdout}${stderr}`);
      resolve(!error);
    });
  });
}

/** Whether the command ends well. */
function run(command) {
  console.log(`\n> ${command}`);
  const [name, ...args] = command.split(' ');
  return spawnSync('npx', ['--no-install', name, ...args], { stdio: 'inherit' }).status === 0;
}

/** Runs a test runner and adds up what its report says. One that ends badly for another reason has failed once. */
function runTests(command, report, count) {
  const isWell = run(command);
  const [passedHere, failedHere] = count(JSON.parse(readFileSync(`${ARTIFACTS}/${report}`, 'utf8')));
  passed += passedHere;
  failed += !isWell && failedHere === 0 ? 1 : failedHere;
}
