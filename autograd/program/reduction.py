"""Huge angles: x less the nearest multiple of pi/2, to the last digit, in LLVM's language.

x is m 2^e with an integer m.  Of 2/pi only 256 bits count: those before make whole circles, those
after no digit (M. Payne and R. Hanek, 1983).  Invariant: relative error below 2^-100; NaN for what
is not finite.
"""

PURE = "nounwind willreturn memory(none)"
WORDS = 20  # of 64 bits of 2/pi: as many as the largest double needs


def two_by_pi() -> list[int]:
    """The digits of 2/pi to base 2^64 behind the point, after a 0.

    >>> two_by_pi()[1] / 2**64
    0.6366197723675814
    """
    unit = 1 << 64 * (WORDS + 1)

    def arctan(k: int) -> int:  # of 1/k: the alternating sum of 1 / (i k^i), i odd
        total, power, i = 0, unit // k, 1
        while power:
            total += power // i if i % 4 == 1 else -(power // i)
            power, i = power // (k * k), i + 2
        return total

    pi = 4 * (4 * arctan(5) - arctan(239))  # J. Machin, 1706
    digits = (2 * unit << 64 * WORDS) // pi
    return [0, *(digits >> 64 * i & (1 << 64) - 1 for i in reversed(range(WORDS)))]


SCALAR = f"""\
@two_by_pi = internal constant [{WORDS + 1} x i64] [TABLE]
declare i256 @llvm.ctlz.i256(i256, i1)
declare i64 @llvm.umin.i64(i64, i64)
declare i64 @llvm.umax.i64(i64, i64)
define internal {{i64, double, double}} @turn(double %x) cold noinline {PURE} {{
  %b = bitcast double %x to i64
  %e0 = lshr i64 %b, 52
  %e1 = and i64 %e0, 2047
  %e2 = call i64 @llvm.umin.i64(i64 %e1, i64 2046) ; within the table, whatever x is
  %e = call i64 @llvm.umax.i64(i64 %e2, i64 1013)
  %m0 = and i64 %b, {2**52 - 1}
  %m1 = or i64 %m0, {2**52}
  %m = zext i64 %m1 to i256
  %at = sub i64 %e, 1013 ; the first bit of the table that counts
  %word = lshr i64 %at, 6
  %skip0 = and i64 %at, 63
  %skip = zext i64 %skip0 to i320
  %w = getelementptr i64, ptr @two_by_pi, i64 %word
FIVE WORDS
  %d0 = shl i320 %t4, %skip
  %d1 = lshr i320 %d0, 64
  %d = trunc i320 %d1 to i256
  %p0 = mul i256 %d, %m ; quarters of a circle, 2 bits before the point
  %p1 = sub i256 0, %p0
  %below = icmp slt i64 %b, 0
  %p = select i1 %below, i256 %p1, i256 %p0
  %q0 = add i256 %p, {1 << 253}
  %q1 = lshr i256 %q0, 254
  %quarter = trunc i256 %q1 to i64
  %f0 = shl i256 %p, 2 ; from -1/2 to 1/2
  %f1 = sub i256 0, %f0
  %minus = icmp slt i256 %f0, 0
  %f = select i1 %minus, i256 %f1, i256 %f0
  %n = call i256 @llvm.ctlz.i256(i256 %f, i1 false)
  %g = shl i256 %f, %n
  %h0 = lshr i256 %g, 203
  %h1 = trunc i256 %h0 to i64
  %h2 = uitofp i64 %h1 to double
  %l0 = lshr i256 %g, 150
  %l1 = trunc i256 %l0 to i64
  %l2 = and i64 %l1, {2**53 - 1}
  %l3 = uitofp i64 %l2 to double
  %s0 = trunc i256 %n to i64
  %s1 = sub i64 {1023 - 53}, %s0
  %s2 = shl i64 %s1, 52
  %s3 = bitcast i64 %s2 to double
  %s4 = fneg double %s3
  %size = select i1 %minus, double %s4, double %s3
  %nan = fsub double %x, %x
  %h3 = fadd double %h2, %nan
  %high = fmul double %h3, %size
  %l4 = fmul double %l3, 0x3CA0000000000000
  %low = fmul double %l4, %size
  %r0 = insertvalue {{i64, double, double}} poison, i64 %quarter, 0
  %r1 = insertvalue {{i64, double, double}} %r0, double %high, 1
  %r = insertvalue {{i64, double, double}} %r1, double %low, 2
  ret {{i64, double, double}} %r
}}
"""


def turns(lanes: int) -> str:
    """The text of `@turns`: x in quarters of a circle, as the nearest integer and a rest.

    The rest, from -1/2 to 1/2, has two parts.
    """
    kinds = ("i64", "double", "double")
    types = [f"<{lanes} x {kind}>" for kind in kinds]
    result = f"{{{', '.join(types)}}}"
    lines = [f"define internal {result} @turns({types[1]} %x) cold noinline {PURE} {{"]
    last = ["poison"] * 3
    for i in range(lanes):
        lines.append(f"  %x{i} = extractelement {types[1]} %x, i32 {i}")
        lines.append(f"  %t{i} = call {{i64, double, double}} @turn(double %x{i})")
        for j, kind in enumerate(kinds):
            lines.append(f"  %t{i}_{j} = extractvalue {{i64, double, double}} %t{i}, {j}")
            lines.append(
                f"  %v{i}_{j} = insertelement {types[j]} {last[j]}, {kind} %t{i}_{j}, i32 {i}"
            )
            last[j] = f"%v{i}_{j}"
    whole = "poison"
    for j in range(3):
        lines.append(f"  %w{j} = insertvalue {result} {whole}, {types[j]} {last[j]}, {j}")
        whole = f"%w{j}"
    table = ", ".join(f"i64 {word}" for word in two_by_pi())
    words = []
    for i in range(5):
        words.append(
            f"  %a{i} = getelementptr i64, ptr %w, i64 {i}\n  %c{i} = load i64, ptr %a{i}\n"
            f"  %z{i} = zext i64 %c{i} to i320\n  %y{i} = shl i320 %z{i}, {64 * (4 - i)}\n"
            f"  %t{i} = or i320 {f'%t{i - 1}' if i else 0}, %y{i}"
        )
    scalar = SCALAR.replace("TABLE", table).replace("FIVE WORDS", "\n".join(words))
    return scalar + "\n".join([*lines, f"  ret {result} {whole}", "}\n"])
