/** Products of two matrices rounded to bytes, with how far they may be off, and single entries of the exact product. */
import { portable, twofold } from './signature.ts';

export const bytes = {
  /** Rows of a matrix in panels as plain rows, and rounded to multiples of their scale, their largest entry / 127. */
  quantizeRows: portable({
    /** i8 [rows × columns]: multiples */
    out: 'pointer',
    /** f32 [rows × columns]: the rows */
    plain: 'pointer',
    /** i32 [rows]: sums of the multiples */
    sums: 'pointer',
    /** f32 [rows × 4]: scale, and squared Euclidean norms of the row, of what rounding took from it, and of its multiples */
    sizes: 'pointer',
    /** f32 [aRows × columns] */
    a: 'pointer',
    aRows: 'i32',
    firstRow: 'i32',
    rows: 'i32',
    /** A multiple of 4 */
    columns: 'i32',
    /** f32 [columns]: what the columns are multiplied with first */
    factor: 'pointer?',
  }),
  /**
   * out[r][c] = scale[r]·columnScale[c]·Σ_k a[r][k]·(b[k][c] − 128): about the product of what the bytes stand for.
   * Of groups of GROUP_ROWS rows the largest |out[r][c]| + bound[r][0]·columnNorm[c] + bound[r][1]·columnError[c].
   */
  multiplyBytes: twofold({
    /** f32 [rows × columns] */
    out: 'pointer',
    /** f32 [⌈rows / GROUP_ROWS⌉ × columns], plain rows one behind the other */
    peaks: 'pointer',
    /** i8 [rows × inner] and the sums of its rows, i32 [rows] */
    a: 'pointer',
    sums: 'pointer',
    /** f32 [rows] */
    scale: 'pointer',
    /** f32 [rows × 2] */
    bound: 'pointer',
    /** u8 [columns / 16][inner / 4][16][4]: four terms of each column of a panel, those of the next four behind them */
    b: 'pointer',
    /** f32 [columns] each */
    columnScale: 'pointer',
    columnNorm: 'pointer',
    columnError: 'pointer',
    rows: 'i32',
    /** A multiple of 4 */
    inner: 'i32',
    /** A multiple of 16 */
    columns: 'i32',
  }),
  /** out[i] = Σ_k a[rows[i]][k]·b[columns[i]][k], k ascending: the bits of multiplySparse. */
  productsAt: twofold({
    /** f32 [count] */
    out: 'pointer',
    /** u32 [count] each */
    rows: 'pointer',
    columns: 'pointer',
    count: 'i32',
    /** f32 [… × inner], plain rows */
    a: 'pointer',
    /** f32 [bRows × inner], in panels */
    b: 'pointer',
    bRows: 'i32',
    /** A multiple of 4 */
    inner: 'i32',
  }),
};
