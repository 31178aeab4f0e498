// The HDF5 library brings its WebAssembly as the characters of a string, which no archive makes small. Packages hold it packed with
// Brotli; the bytes that run are the same.
import { readFileSync } from 'node:fs';
import { runInNewContext } from 'node:vm';
import { brotliCompressSync, constants } from 'node:zlib';

const FILE = /h5wasm[\\/]dist[\\/]node[\\/]hdf5_util\.js$/;
const BEFORE = "return binaryDecode('";
const AFTER = "')}";

/** @type {import('esbuild').Plugin} */
export const packWasm = {
  name: 'pack-wasm',
  setup(build) {
    build.onLoad({ filter: FILE }, ({ path }) => ({ contents: packed(readFileSync(path, 'utf8')), loader: 'js' }));
  },
};

/** @param {string} source */
function packed(source) {
  const start = source.indexOf(BEFORE);
  const end = source.indexOf(AFTER, start);
  if (start < 0 || end < 0)
    throw new Error('h5wasm brings its WebAssembly in another way than it did: see to scripts/pack-wasm.mjs.');
  const literal = source.slice(start + BEFORE.length - 1, end + 1);
  const bytes = bytesOf(runInNewContext(literal));
  if (!WebAssembly.validate(bytes))
    throw new Error('What h5wasm brings is no WebAssembly: see to scripts/pack-wasm.mjs.');
  const options = {
    [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY,
    [constants.BROTLI_PARAM_LGWIN]: constants.BROTLI_MAX_WINDOW_BITS,
    [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length,
  };
  const small = brotliCompressSync(bytes, { params: options }).toString('base64');
  return `import { brotliDecompressSync as lifUnpack } from 'node:zlib';
${source.slice(0, start)}return new Uint8Array(lifUnpack(Buffer.from('${small}', 'base64')))}${source.slice(end + AFTER.length)}`;
}

/** As the library itself decodes them. @param {string} characters */
function bytesOf(characters) {
  const bytes = new Uint8Array(characters.length);
  for (let i = 0; i < characters.length; i++) {
    const code = characters.charCodeAt(i);
    bytes[i] = (~code >> 8) & code;
  }
  return bytes;
}
