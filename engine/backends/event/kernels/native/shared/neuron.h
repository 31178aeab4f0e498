// A panel of neurons in one step: ../../assembly/shared/neuron.ts and surrogate.ts.
#pragma once
#include "row.h"

/** No reset, or an integrator, which never fires. */
static const int RESET_OFF = -1;

/** r(u, o): what reset leaves of a potential. */
template <class R> static INLINE R afterReset(R u, int mode, R theta) {
  if (mode == RESET_HARD) return u.unless(u >= theta);
  if (mode == RESET_SOFT) return u - theta.where(u >= theta);
  return u;
}

/** What of a potential and its spike reaches the next step: k·r(u, o), or k·u - θ·o. */
template <class R> static INLINE R carried(R u, R leak, int mode, R theta) {
  if (mode == RESET_SOFT_UNDECAYED) return leak * u - theta.where(u >= theta);
  return leak * afterReset(u, mode, theta);
}

/** Calls `use` with the reset as a constant. */
template <class Use> static INLINE void withReset(int reset, Use use) {
  if (reset == RESET_HARD) use(Constant<RESET_HARD>());
  else if (reset == RESET_SOFT) use(Constant<RESET_SOFT>());
  else if (reset == RESET_SOFT_UNDECAYED) use(Constant<RESET_SOFT_UNDECAYED>());
  else use(Constant<RESET_OFF>());
}

struct Surrogate {
  int shape;
  float width, height;
};

/** h'(x) of the shapes that need no exponential. */
template <class R> static INLINE R derivative(R x, Surrogate s) {
  const R one = R::all(1), height = R::all(s.height);
  const R z = x.abs() / R::all(s.width);
  if (s.shape == SURROGATE_TRIANGULAR) {
    const R y = one - z;
    return height * y.unless(y < R::all(0));
  }
  if (s.shape == SURROGATE_ARCTAN) return height / (one + z * z);
  const R d = one + z;
  return height / (d * d);
}

/** What δ depends on besides potentials and errors, of the neurons of a panel. */
template <class R> struct Neurons {
  R leak, theta, half, high;
  Surrogate surrogate;
  bool through;
};

/** δ[t] from u[t], its error, the gradient from outside and δ[t+1]. */
template <class R, int MODE, bool RECT>
static INLINE R deltaOf(const Neurons<R>& n, R u, R error, R g, R after) {
  const R zero = R::all(0), one = R::all(1);
  const R distance = u - n.theta;
  R h, active;
  if (RECT) {
    const auto inside = distance.abs() < n.half;
    h = n.high.where(inside);
    active = (n.high * error).where(inside);
  } else {
    h = derivative(distance, n.surrogate);
    // Where h' is 0, the error may be anything, even infinite.
    active = (h * error).where(zero < h);
  }
  // k·(∂r/∂u + h'·∂r/∂o), or k - h'·θ
  const R dResetU = MODE == RESET_HARD ? one.unless(u >= n.theta) : one;
  const R pull = MODE == RESET_HARD ? u : MODE == RESET_SOFT || MODE == RESET_SOFT_UNDECAYED ? n.theta : zero;
  const R taken = h * (n.through ? pull : zero);
  const R factor = MODE == RESET_SOFT_UNDECAYED ? n.leak - taken : (dResetU - taken) * n.leak;
  return (active + g) + factor * after;
}

/** Calls `use` with mode, whether the window is rectangular and whether leaks are learned, as constants. */
template <class Use> static INLINE void withMode(int mode, bool rectangular, bool learned, Use use) {
  const auto third = [&](auto m, auto r) {
    if (learned) use(m, r, Constant<true>());
    else use(m, r, Constant<false>());
  };
  const auto second = [&](auto m) {
    if (rectangular) third(m, Constant<true>());
    else third(m, Constant<false>());
  };
  withReset(mode, second);
}
