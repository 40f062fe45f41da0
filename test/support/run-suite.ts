import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';

/** What test/support/reporter.cjs writes into `TEST_RESULTS`. */
interface Results {
  /** Tests that passed, by file. */
  passed: Record<string, number>;
  failed: { file: string; title: string }[];
}

/** More files than these do not fail by chance. */
const fewFiles = 3;

/** Runs these files and answers what came of them; null: the run itself broke off. Prints all but the closing line. */
function runMocha(args: readonly string[]): Results | null {
  const dir = mkdtempSync(path.join(os.tmpdir(), 'axenta-results-'));
  const file = path.join(dir, 'results.json');
  const mocha = path.join(import.meta.dirname, '../../node_modules/mocha/bin/mocha.js');
  spawnSync(process.execPath, [mocha, ...args], { stdio: 'inherit', env: { ...process.env, TEST_RESULTS: file } });
  const results: Results | null = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : null;
  rmSync(dir, { recursive: true });
  return results;
}

/**
 * Runs these files, patterns allowed. Where few files failed, these run once more, alone: a test that fails beside others and passes alone needs more
 * time or quiet than it had. It is named before the closing line, so that it is mended, and counts as passed. A fault of the product
 * fails twice. The exit code is 1 where a test failed both times.
 */
function runSuite(files: readonly string[]): number {
  const first = runMocha(files);
  if (!first) return 1;
  const again = [...new Set(first.failed.map(({ file }) => file))];
  let { failed } = first;
  let passed = { ...first.passed };
  if (again.length > 0 && again.length <= fewFiles) {
    console.log(`\nOnce more, alone: ${again.map((file) => path.relative(process.cwd(), file)).join(', ')}`);
    const second = runMocha(['--no-parallel', ...again]);
    if (!second) return 1;
    for (const file of again) delete passed[file];
    passed = { ...passed, ...second.passed };
    failed = second.failed;
    const unsteady = first.failed.filter((one) => !failed.some(({ title }) => title === one.title));
    for (const { title } of unsteady) console.log(`\nPassed only alone: ${title}`);
  }
  const count = Object.values(passed).reduce((sum, one) => sum + one, 0);
  console.log(`\n${count} passed, ${failed.length} failed`);
  return failed.length === 0 ? 0 : 1;
}

const files = process.argv.slice(2);
process.exitCode = runSuite(files.length > 0 ? files : ['test/**/*.test.ts']);
