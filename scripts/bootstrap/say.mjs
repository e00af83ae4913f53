/**
 * One line about what the bootstrap itself does.
 * @param {string} text
 */
export function say(text) {
  process.stderr.write(`kedge: ${text}\n`);
}

/**
 * One line about what is wrong, and the end.
 * @param {string} text
 * @returns {never}
 */
export function fail(text) {
  say(text);
  process.exit(1);
}
