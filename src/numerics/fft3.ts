// Three-dimensional transform of complex data [n1,n2,n3,2], row-major: one-dimensional transforms along each axis in turn.

import { expectShape, InputError } from "../base/index.js";
import { type FftAxis, fftSplits, fourier } from "../kernels/index.js";
import { type Fft, planFft } from "./fft-plan.js";

export interface Fft3 {
  readonly shape: readonly [number, number, number];
  /** Replaces `data` [n1,n2,n3,2] by its transform. */
  forward(data: Float64Array): void;
  /** Replaces `data` [n1,n2,n3,2] by its inverse transform, 1/(n1 n2 n3) included. */
  inverse(data: Float64Array): void;
}

export function planFft3(shape: readonly [number, number, number]): Fft3 {
  const [n1, n2, n3] = shape;
  for (const n of shape)
    if (!Number.isInteger(n) || n < 1)
      throw new InputError(`a transform of shape ${shape.join(" × ")}`, "extents are at least 1");
  const axes: FftAxis[] = [
    { outer: n1 * n2, length: n3, batch: 1 },
    { outer: n1, length: n2, batch: n3 },
    { outer: 1, length: n1, batch: n2 * n3 },
  ];
  const whole = shape.every(fftSplits);
  const plans = whole ? [] : axes.map((axis) => planFft(axis.length));
  const run = (data: Float64Array, inverse: boolean) => {
    expectShape("data", data, [n1, n2, n3, 2]);
    if (whole) fourier(data, axes, inverse);
    else
      for (const [k, axis] of axes.entries()) lineByLine(data, axis, inverse ? plans[k]!.inverse : plans[k]!.forward);
  };
  return { shape, forward: (data) => run(data, false), inverse: (data) => run(data, true) };
}

/** Gathers each line along the axis, transforms it and puts it back. */
function lineByLine(data: Float64Array, axis: FftAxis, transform: Fft["forward"]): void {
  const { outer, length, batch } = axis;
  const line = new Float64Array(2 * length);
  for (let o = 0; o < outer; o++) {
    for (let b = 0; b < batch; b++) {
      const start = 2 * (o * length * batch + b);
      for (let j = 0; j < length; j++) {
        line[2 * j] = data[start + 2 * j * batch]!;
        line[2 * j + 1] = data[start + 2 * j * batch + 1]!;
      }
      transform(line);
      for (let j = 0; j < length; j++) {
        data[start + 2 * j * batch] = line[2 * j]!;
        data[start + 2 * j * batch + 1] = line[2 * j + 1]!;
      }
    }
  }
}
