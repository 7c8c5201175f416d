import { execFileSync } from 'node:child_process';

/** Builds what is tested, once before all tests. */
export default function setup(): void {
  execFileSync('npm', ['run', '--silent', 'build'], { stdio: ['ignore', 'ignore', 'inherit'] });
}
