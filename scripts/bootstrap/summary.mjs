/**
 * @typedef {object} Count
 * @property {number} passed
 * @property {number} failed
 * @property {string} [complaint] why a run counts as failed although no test did
 */

/**
 * Reads how many tests ran from what a runner printed: its last "N passing", and the "N failing" after it.
 * A runner that broke off, or ran nothing, counts as one failure: silence is no success.
 * @param {string} output
 * @param {number} code the runner's exit code
 * @returns {Count}
 */
export function countTests(output, code) {
  // eslint-disable-next-line no-control-regex
  const lines = output.replace(/\u001b\[[0-9;]*m/g, "").split(/\r?\n/);
  const summary = lines.map((line) => /^\s*\d+ passing\b/.test(line)).lastIndexOf(true);
  const after = summary === -1 ? [] : lines.slice(summary);
  const passed = numberBefore("passing", after);
  const failed = numberBefore("failing", after);

  if (code !== 0 && failed === 0) {
    return { passed, failed: 1, complaint: `ended with code ${code} without a failed test` };
  }
  if (passed + failed === 0) return { passed, failed: 1, complaint: "ran no test" };
  return { passed, failed };
}

/**
 * @param {Count[]} counts
 */
export function closingLine(counts) {
  /** @param {"passed" | "failed"} key */
  const sum = (key) => counts.reduce((total, count) => total + count[key], 0);
  return `${sum("passed")} passed, ${sum("failed")} failed`;
}

/**
 * @param {string} word
 * @param {string[]} lines
 */
function numberBefore(word, lines) {
  const pattern = new RegExp(`^\\s*(\\d+) ${word}\\b`);
  for (const line of lines) {
    const match = pattern.exec(line);
    if (match !== null) return Number(match[1]);
  }
  return 0;
}
