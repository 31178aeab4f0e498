// From the output layer to class scores, loss and the gradient that starts the backward pass. One sample.
import {
  DECODE_EACH_STEP, DECODE_LAST, DECODE_MAX, DECODE_MEAN, DECODE_RATE, LOSS_CROSS_ENTROPY,
  LOSS_DOUBLE_SOFTMAX, PANEL,
} from './generated/constants';
import { panelAt, rowBytes } from './shared/panel';

/**
 * u [rows × size]: the potentials of the output layer, step t of the sample in row firstRow + t; the window is the steps
 * [windowStart, steps). scale: what gradients are multiplied with (1 / batch size).
 * scores [2·size]: on return the class scores (each-step: their mean over the window), then scratch.
 * gradient: rate → one row [size], dL/do per step of the window; else [steps − windowStart × size], dL/du. 0: forward only.
 * result: f64 loss and f64 accuracy of this sample are added to result[0] and result[1]. Returns the predicted class.
 */
export function readout(
  decode: i32, windowStart: i32, steps: i32, size: i32, classes: i32, u: usize, rows: i32, firstRow: i32, threshold: f32, loss: i32,
  label: i32, scale: f32, scores: usize, gradient: usize, result: usize,
): i32 {
  const window = steps - windowStart;
  const start = firstRow + windowStart;
  const bytes: usize = <usize>size << 2;
  if (decode == DECODE_EACH_STEP) {
    const row = scores + bytes;
    memory.fill(scores, 0, bytes);
    let lossSum: f64 = 0;
    let hits = 0;
    const stepScale = scale / <f32>window;
    for (let t = 0; t < window; t++) {
      copyRow(row, 1, 0, u, rows, start + t, size);
      for (let c: usize = 0; c < bytes; c += 16)
        v128.store(scores + c, f32x4.add(v128.load(scores + c), v128.load(row + c)));
      if (argmax(row, classes) == label) hits++;
      lossSum += lossOf(row, classes, loss, label, stepScale, gradient ? row : 0, size);
      if (gradient) copyRow(gradient, window, t, row, 1, 0, size);
    }
    store<f64>(result, load<f64>(result) + lossSum / <f64>window);
    store<f64>(result, load<f64>(result, 8) + <f64>hits / <f64>window, 8);
    const mean = f32x4.splat(<f32>1 / <f32>window);
    for (let c: usize = 0; c < bytes; c += 16) v128.store(scores + c, f32x4.mul(mean, v128.load(scores + c)));
    return argmax(scores, classes);
  }
  for (let c = 0; c < size; c += PANEL) {
    const width = rowBytes(c, size);
    decodeScores(decode, panelAt(u, rows, c) + <usize>start * width, window, width, threshold, scores + (<usize>c << 2));
  }
  const slope = gradient ? scores + bytes : 0;
  store<f64>(result, load<f64>(result) + lossOf(scores, classes, loss, label, scale, slope, size));
  for (let c = 0; c < size && gradient; c += PANEL) {
    const width = rowBytes(c, size);
    const offset = <usize>c << 2;
    const out = decode == DECODE_RATE ? gradient + offset : panelAt(gradient, window, c);
    spread(decode, panelAt(u, rows, c) + <usize>start * width, window, width, scores + offset, slope + offset, out);
  }
  const predicted = argmax(scores, classes);
  if (predicted == label) store<f64>(result, load<f64>(result, 8) + 1, 8);
  return predicted;
}

/** Row `r` of one matrix from row `s` of another. */
function copyRow(out: usize, outRows: i32, r: i32, source: usize, sourceRows: i32, s: i32, size: i32): void {
  for (let c = 0; c < size; c += PANEL) {
    const bytes = rowBytes(c, size);
    memory.copy(panelAt(out, outRows, c) + <usize>r * bytes, panelAt(source, sourceRows, c) + <usize>s * bytes, bytes);
  }
}

/** One panel: rows of `bytes`. */
function decodeScores(decode: i32, u: usize, window: i32, bytes: usize, threshold: f32, scores: usize): void {
  const theta = f32x4.splat(threshold);
  for (let c: usize = 0; c < bytes; c += 16) {
    let s = f32x4.splat(0);
    if (decode == DECODE_LAST) s = v128.load(u + <usize>(window - 1) * bytes + c);
    else if (decode == DECODE_MAX) {
      s = v128.load(u + c);
      for (let t = 1; t < window; t++) s = f32x4.max(s, v128.load(u + <usize>t * bytes + c));
    } else {
      if (decode == DECODE_RATE) s = spikesInWindow(u + c, window, bytes, theta);
      else for (let t = 0; t < window; t++) s = f32x4.add(s, v128.load(u + <usize>t * bytes + c));
      s = f32x4.mul(s, f32x4.splat(<f32>1 / <f32>window));
    }
    v128.store(scores + c, s);
  }
}

/** How often each of four neurons reached θ; a mask of all ones is -1. */
// @ts-ignore: decorator
@inline
function spikesInWindow(u: usize, window: i32, bytes: usize, theta: v128): v128 {
  let a = i32x4.splat(0), b = a;
  let t = 0;
  for (; t < window - 1; t += 2, u += 2 * bytes) {
    a = i32x4.sub(a, f32x4.ge(v128.load(u), theta));
    b = i32x4.sub(b, f32x4.ge(v128.load(u + bytes), theta));
  }
  if (t < window) a = i32x4.sub(a, f32x4.ge(v128.load(u), theta));
  return f32x4.convert_i32x4_s(i32x4.add(a, b));
}

/** One panel: from dL/dscore (`slope`) to the gradient of each step. */
function spread(decode: i32, u: usize, window: i32, bytes: usize, scores: usize, slope: usize, gradient: usize): void {
  const share = f32x4.splat(<f32>1 / <f32>window);
  for (let c: usize = 0; c < bytes; c += 16) {
    const g = v128.load(slope + c);
    if (decode == DECODE_RATE) v128.store(gradient + c, f32x4.mul(g, share));
    else if (decode == DECODE_MEAN) {
      for (let t = 0; t < window; t++) v128.store(gradient + <usize>t * bytes + c, f32x4.mul(g, share));
    } else if (decode == DECODE_LAST) {
      for (let t = 0; t < window - 1; t++) v128.store(gradient + <usize>t * bytes + c, f32x4.splat(0));
      v128.store(gradient + <usize>(window - 1) * bytes + c, g);
    } else {
      // The first step that attains the maximum takes the whole gradient.
      const top = v128.load(scores + c);
      let undecided = f32x4.eq(top, top);
      for (let t = 0; t < window; t++) {
        const here = v128.and(undecided, f32x4.eq(v128.load(u + <usize>t * bytes + c), top));
        v128.store(gradient + <usize>t * bytes + c, v128.and(here, g));
        undecided = v128.andnot(undecided, here);
      }
    }
  }
}

/** Loss of one row of scores; dL/dscore·scale into `gradient` (may be `scores`; padding set to 0) when not 0. */
function lossOf(scores: usize, classes: i32, loss: i32, label: i32, scale: f32, gradient: usize, size: i32): f64 {
  let value: f64;
  if (loss == LOSS_CROSS_ENTROPY) value = crossEntropyOf(scores, classes, label, scale, gradient);
  else if (loss == LOSS_DOUBLE_SOFTMAX) value = doubleSoftmaxOf(scores, classes, label, scale, gradient);
  else value = squaresOf(scores, classes, label, scale, gradient);
  if (gradient) for (let c = classes; c < size; c++) store<f32>(gradient + (<usize>c << 2), 0);
  return value;
}

/** -log softmax(s)[label]; scale·(softmax(s) - [c = label]). */
// @ts-ignore: decorator
@inline
function crossEntropyOf(scores: usize, classes: i32, label: i32, scale: f32, gradient: usize): f64 {
  const top = greatest(scores, classes);
  const own = load<f32>(scores + (<usize>label << 2)) - top;
  let sum: f32 = 0;
  for (let c = 0; c < classes; c++) {
    const e = Mathf.exp(load<f32>(scores + (<usize>c << 2)) - top);
    if (gradient) store<f32>(gradient + (<usize>c << 2), e);
    sum += e;
  }
  if (gradient) {
    const share = scale / sum;
    for (let c = 0; c < classes; c++) {
      const p = gradient + (<usize>c << 2);
      store<f32>(p, load<f32>(p) * share - (c == label ? scale : 0));
    }
  }
  return <f64>(Mathf.log(sum) - own);
}

/** -log softmax(p)[label] with p = softmax(s); scale·p·(q - p·q) with q = softmax(p) - [c = label]. */
function doubleSoftmaxOf(scores: usize, classes: i32, label: i32, scale: f32, gradient: usize): f64 {
  const top = greatest(scores, classes);
  let sum: f32 = 0;
  for (let c = 0; c < classes; c++) sum += Mathf.exp(load<f32>(scores + (<usize>c << 2)) - top);
  const topP = <f32>1 / sum;
  let total: f32 = 0, weighted: f32 = 0, own: f32 = 0;
  for (let c = 0; c < classes; c++) {
    const p = Mathf.exp(load<f32>(scores + (<usize>c << 2)) - top) / sum;
    const e = Mathf.exp(p - topP);
    total += e;
    weighted += p * e;
    if (c == label) own = p;
    if (gradient) store<f32>(gradient + (<usize>c << 2), p);
  }
  if (gradient) {
    const mean = weighted / total - own;
    for (let c = 0; c < classes; c++) {
      const out = gradient + (<usize>c << 2);
      const p = load<f32>(out);
      store<f32>(out, scale * (p * (Mathf.exp(p - topP) / total - (c == label ? <f32>1 : <f32>0) - mean)));
    }
  }
  return <f64>(Mathf.log(total) - (own - topP));
}

/** Mean over the classes of (s - [c = label])²; its slopes times scale. */
// @ts-ignore: decorator
@inline
function squaresOf(scores: usize, classes: i32, label: i32, scale: f32, gradient: usize): f64 {
  const share = (scale * <f32>2) / <f32>classes;
  let value: f64 = 0;
  for (let c = 0; c < classes; c++) {
    const difference = load<f32>(scores + (<usize>c << 2)) - (c == label ? <f32>1 : <f32>0);
    value += <f64>(difference * difference);
    if (gradient) store<f32>(gradient + (<usize>c << 2), difference * share);
  }
  return value / <f64>classes;
}

// @ts-ignore: decorator
@inline
function greatest(scores: usize, classes: i32): f32 {
  let top = load<f32>(scores);
  for (let c = 1; c < classes; c++) top = max(top, load<f32>(scores + (<usize>c << 2)));
  return top;
}

/** First index of the maximum. NaN never wins, so a diverged network predicts class 0. */
function argmax(scores: usize, classes: i32): i32 {
  let best = 0;
  for (let c = 1; c < classes; c++)
    if (load<f32>(scores + (<usize>c << 2)) > load<f32>(scores + (<usize>best << 2))) best = c;
  return best;
}
