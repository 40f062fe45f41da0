'use strict';
const { writeFileSync } = require('node:fs');
const { reporters, Runner } = require('mocha');

const { EVENT_RUN_END, EVENT_SUITE_BEGIN, EVENT_TEST_FAIL, EVENT_TEST_PASS, EVENT_SUITE_END } = Runner.constants;

/**
 * Says what passed, shows failures in full, and closes with one line: `N passed, N failed`. With `TEST_RESULTS` set, the results are
 * written into that file instead of the closing line.
 */
class ClosingLineReporter extends reporters.Base {
  constructor(runner, options) {
    super(runner, options);
    let depth = 0;
    const indent = () => '  '.repeat(Math.max(depth, 0));
    runner.on(EVENT_SUITE_BEGIN, (suite) => {
      depth += 1;
      if (suite.title) console.log(`${indent()}${suite.title}`);
    });
    runner.on(EVENT_SUITE_END, () => {
      depth -= 1;
    });
    const results = { passed: {}, failed: [] };
    runner.on(EVENT_TEST_PASS, (test) => {
      results.passed[test.file] = (results.passed[test.file] ?? 0) + 1;
      const slow = test.duration > 1000 ? ` (${(test.duration / 1000).toFixed(1)} s)` : '';
      console.log(`${indent()}  ok   ${test.title}${slow}`);
    });
    runner.on(EVENT_TEST_FAIL, (test) => {
      results.failed.push({ file: test.file, title: test.fullTitle() });
      console.log(`${indent()}  FAIL ${test.title}`);
    });
    runner.once(EVENT_RUN_END, () => {
      if (this.failures.length > 0) reporters.Base.list(this.failures);
      const { passes = 0, failures = 0 } = this.stats;
      const file = process.env.TEST_RESULTS;
      if (file) writeFileSync(file, JSON.stringify(results));
      else console.log(`\n${passes} passed, ${failures} failed`);
    });
  }
}

module.exports = ClosingLineReporter;
