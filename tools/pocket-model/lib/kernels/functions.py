"""2^x, log2, sine and cosine to the last bit or two of float32.

WGSL asks little of the built-in ones (sine: an absolute error of 2^-11), and SwiftShader gives little more: with them
the logits of the trained model are up to 2e-2 off.  The coefficients are fitted here, at build time.
"""
import numpy as np
from numpy.polynomial import chebyshev
from tvm.script import tirx as T


def _fit(f, low, high, degree):
    """Coefficients, constant first, of a near-minimax polynomial: interpolation in Chebyshev points."""
    p = chebyshev.Chebyshev.interpolate(f, degree, [low, high])
    return [round(float(c), 11) for c in p.convert(kind=np.polynomial.Polynomial).coef]  # rounded: the same on every machine


_EXP2 = _fit(np.exp2, -0.5, 0.5, 6)
# log2(1 + f) / f, for mantissas between the roots of 1/2 and 2
_LOG2 = _fit(lambda f: np.log2(1 + f) / f, 2 ** -0.5 - 1, 2 ** 0.5 - 1, 10)
_ROOT_HALF_BITS = 0x3F3504F3
# in r^2 for r in [-pi/4, pi/4]: sin(r) / r and cos(r)
_QUARTER = (np.pi / 4) ** 2
_SIN = _fit(lambda s: np.sinc(np.sqrt(s) / np.pi), 0, _QUARTER, 4)
_COS = _fit(lambda s: np.cos(np.sqrt(s)), 0, _QUARTER, 4)
# pi / 2 in two floats, the first of five bits, so that n * HALF_PI_HIGH is exact; TVM writes seven digits of a constant
HALF_PI_HIGH = 1.5625
HALF_PI_LOW = float(np.pi / 2 - HALF_PI_HIGH)


def _horner(coefficients, x):
    y = T.float32(coefficients[-1])
    for c in reversed(coefficients[:-1]):
        y = y * x + T.float32(c)
    return y


def _exp2_part(f):
    return _horner(_EXP2, f)


@T.macro
def exp2(y, i, t):
    """y[i] = 2 ^ y[i] for local buffers; t has two floats to spare.  Below -126 it is 2^-126, above 126 2^126."""
    y[i] = T.min(T.max(y[i], T.float32(-126)), T.float32(126))
    t[0] = T.floor(y[i] + T.float32(0.5))
    t[1] = y[i] - t[0]
    y[i] = _exp2_part(t[1]) * T.reinterpret("float32", (T.cast(t[0], "int32") + 127) * 8388608)  # a shift, which SwiftShader does lane by lane


def _log2_part(f):
    return _horner(_LOG2, f)


@T.macro
def log2(y, i, t, e):
    """y[i] = log2(y[i]) of a normal positive float; t has a float to spare, e an int32."""
    e[0] = T.shift_right(T.reinterpret("int32", y[i]) - _ROOT_HALF_BITS, 23)
    t[0] = T.reinterpret("float32", T.reinterpret("int32", y[i]) - T.shift_left(e[0], 23)) - T.float32(1)
    y[i] = T.cast(e[0], "float32") + _log2_part(t[0]) * t[0]


def _sin_part(s):
    return _horner(_SIN, s)


def _cos_part(s):
    return _horner(_COS, s)


@T.macro
def cos_sin(a, cos, sin, t):
    """a[cos], a[sin] = cosine and sine of the angle a[cos]; t has three floats to spare."""
    t[0] = T.floor(a[cos] * T.float32(0.6366197723675814) + T.float32(0.5))  # quarter turns
    t[1] = a[cos] - t[0] * T.float32(HALF_PI_HIGH) - t[0] * T.float32(HALF_PI_LOW)
    t[2] = t[1] * t[1]
    a[cos] = _cos_part(t[2])
    a[sin] = _sin_part(t[2]) * t[1]
    if T.bitwise_and(T.cast(t[0], "int32"), 1) == 1:
        t[1] = a[cos]
        a[cos] = -a[sin]
        a[sin] = t[1]
    if T.bitwise_and(T.cast(t[0], "int32"), 2) == 2:
        a[cos] = -a[cos]
        a[sin] = -a[sin]
