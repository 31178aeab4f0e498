import fs from 'node:fs';
import { fileURLToPath } from 'node:url';

/**
 * Whether the module at `url` is the script that was started, as opposed to imported by one.
 * @param {string} url
 */
export function isMain(url) {
  const script = process.argv[1];
  return script !== undefined && fs.existsSync(script) && fs.realpathSync(script) === fileURLToPath(url);
}
