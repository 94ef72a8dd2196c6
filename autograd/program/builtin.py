"""A program as a builtin of Python's own kind: reading its objects and making new ones, in LLVM.

Invariant: only Python's stable C functions are called; an object's type is looked at, where that is
not where it is expected there is no builtin.  What does not fit is handed to the fallback.
"""

import ctypes
from typing import Any

from autograd.program.steps import Steps

HEADER = object.__basicsize__  # an object's type is the last word of its header


def python_as_expected() -> bool:
    """Whether an object's type is where the builtin looks for it."""
    samples: list[Any] = [1.5, 7, [], ()]
    return all(
        ctypes.c_size_t.from_address(id(x) + HEADER - ctypes.sizeof(ctypes.c_size_t)).value
        == id(type(x))
        for x in samples
    )


OBJECTS = f"""
@PyFloat_Type = external global i8
@PyLong_Type = external global i8
@PyList_Type = external global i8
@PyTuple_Type = external global i8
declare double @PyFloat_AsDouble(ptr)
declare ptr @PyFloat_FromDouble(double)
declare ptr @PyList_GetItem(ptr, i64)
declare ptr @PyTuple_GetItem(ptr, i64)
declare i64 @PyList_Size(ptr)
declare i64 @PyTuple_Size(ptr)
declare ptr @PyList_New(i64)
declare ptr @PyTuple_New(i64)
declare i32 @PyList_SetItem(ptr, i64, ptr)
declare i32 @PyTuple_SetItem(ptr, i64, ptr)
declare ptr @PyErr_Occurred()
declare void @PyErr_Clear()
declare ptr @PyObject_Vectorcall(ptr, ptr, i64, ptr)
declare i32 @PyObject_RichCompareBool(ptr, ptr, i32)

define internal i1 @is(ptr %object, ptr %type) alwaysinline nounwind {{
  %at = getelementptr i8, ptr %object, i64 {HEADER - 8}
  %found = load ptr, ptr %at
  %same = icmp eq ptr %found, %type
  ret i1 %same
}}

define internal i1 @number(ptr %object, ptr %place) nounwind {{
  %float = call i1 @is(ptr %object, ptr @PyFloat_Type)
  br i1 %float, label %read, label %other
read:
  %x = call double @PyFloat_AsDouble(ptr %object)
  store double %x, ptr %place
  ret i1 true
other:
  %int = call i1 @is(ptr %object, ptr @PyLong_Type)
  br i1 %int, label %convert, label %no
convert:
  %y = call double @PyFloat_AsDouble(ptr %object)
  store double %y, ptr %place
  %suspect = fcmp oeq double %y, -1.0
  br i1 %suspect, label %look, label %yes
look:
  %error = call ptr @PyErr_Occurred()
  %none = icmp eq ptr %error, null
  br i1 %none, label %yes, label %large
yes:
  ret i1 true
large:
  call void @PyErr_Clear()
  ret i1 false
no:
  ret i1 false
}}
"""
SEQUENCE = """
define internal i1 @is_{kind}(ptr %object, i64 %n) nounwind {{
  %same = call i1 @is(ptr %object, ptr @Py{Kind}_Type)
  br i1 %same, label %count, label %no
count:
  %size = call i64 @Py{Kind}_Size(ptr %object)
  %right = icmp eq i64 %size, %n
  ret i1 %right
no:
  ret i1 false
}}

define internal i1 @read_{kind}(ptr %object, ptr %place, i64 %n) nounwind {{
entry:
  %fits = call i1 @is_{kind}(ptr %object, i64 %n)
  br i1 %fits, label %again, label %no
again:
  %i = phi i64 [0, %entry], [%j, %next]
  %end = icmp eq i64 %i, %n
  br i1 %end, label %yes, label %next
next:
  %item = call ptr @Py{Kind}_GetItem(ptr %object, i64 %i)
  %to = getelementptr double, ptr %place, i64 %i
  %read = call i1 @number(ptr %item, ptr %to)
  %j = add i64 %i, 1
  br i1 %read, label %again, label %no
yes:
  ret i1 true
no:
  ret i1 false
}}

define internal ptr @new_{kind}(ptr %place, i64 %n) nounwind {{
entry:
  %made = call ptr @Py{Kind}_New(i64 %n)
  br label %again
again:
  %i = phi i64 [0, %entry], [%j, %next]
  %end = icmp eq i64 %i, %n
  br i1 %end, label %done, label %next
next:
  %from = getelementptr double, ptr %place, i64 %i
  %x = load double, ptr %from
  %item = call ptr @PyFloat_FromDouble(double %x)
  call i32 @Py{Kind}_SetItem(ptr %made, i64 %i, ptr %item)
  %j = add i64 %i, 1
  br label %again
done:
  ret ptr %made
}}
"""


class _Text:
    """The text of the builtin being written: its lines, and how many numbers it has passed."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.passed = 0
        self.count = 0

    def new(self) -> int:
        self.count += 1
        return self.count

    def unless(self, condition: str) -> None:
        """Go to the fallback where the condition is false."""
        k = self.new()
        self.lines.append(f"  br i1 {condition}, label %on{k}, label %otherwise\non{k}:")

    def place(self, where: str) -> str:
        k = self.new()
        self.lines.append(f"  %p{k} = getelementptr double, ptr {where}, i64 {self.passed}")
        return f"%p{k}"

    def read(self, tree: Any, name: str) -> None:
        """Read an object of this shape to the next places."""
        k = self.new()
        kind = type(tree).__name__
        if kind not in ("list", "tuple"):
            self.lines.append(f"  %r{k} = call i1 @number(ptr {name}, ptr {self.place('%x')})")
            self.passed += 1
        elif _flat(tree):
            place = self.place("%x")
            given = f"ptr {name}, ptr {place}, i64 {len(tree)}"
            self.lines.append(f"  %r{k} = call i1 @read_{kind}({given})")
            self.passed += len(tree)
        else:
            self.lines.append(f"  %r{k} = call i1 @is_{kind}(ptr {name}, i64 {len(tree)})")
        self.unless(f"%r{k}")
        if kind in ("list", "tuple") and not _flat(tree):
            for i, item in enumerate(tree):
                n = f"%i{self.new()}"
                self.lines.append(
                    f"  {n} = call ptr @Py{kind.title()}_GetItem(ptr {name}, i64 {i})"
                )
                self.read(item, n)

    def make(self, tree: Any) -> str:
        """Make an object of this shape of the next numbers; its name."""
        k = self.new()
        kind = type(tree).__name__
        if kind not in ("list", "tuple"):
            place = self.place("%y")
            self.lines.append(f"  %v{k} = load double, ptr {place}")
            self.lines.append(f"  %m{k} = call ptr @PyFloat_FromDouble(double %v{k})")
            self.passed += 1
        elif _flat(tree):
            place = self.place("%y")
            self.lines.append(f"  %m{k} = call ptr @new_{kind}(ptr {place}, i64 {len(tree)})")
            self.passed += len(tree)
        else:
            self.lines.append(f"  %m{k} = call ptr @Py{kind.title()}_New(i64 {len(tree)})")
            for i, item in enumerate(tree):
                made = self.make(item)
                given = f"ptr %m{k}, i64 {i}, ptr {made}"
                self.lines.append(f"  call i32 @Py{kind.title()}_SetItem({given})")
        return f"%m{k}"


def _flat(tree: Any) -> bool:
    return not any(isinstance(x, (list, tuple)) for x in tree)


def wrapper(steps: Steps, arguments: tuple[Any, ...], result: Any, bare: bool) -> str:
    """The text of `call`, which Python calls with its own tuple, arguments, count and keywords.

    The tuple is that of `Native.builtin`: the fallback, the names of the keywords, their values.
    """
    w = _Text()
    w.lines.append(f"  %count = icmp eq i64 %n, {len(arguments)}")
    w.unless("%count")
    w.lines.append(NAMED.replace("BARE", "plain" if bare else "otherwise"))
    for i, tree in enumerate(arguments):
        w.lines.append(f"  %s{i} = getelementptr ptr, ptr %given, i64 {i}")
        w.lines.append(f"  %a{i} = load ptr, ptr %s{i}")
        w.read(tree, f"%a{i}")
    w.lines.append("  %flag = call i32 @program(ptr %x, ptr %y)\n  %good = icmp eq i32 %flag, 0")
    w.unless("%good")
    w.passed = 0
    made = w.make(result)
    numbers = len(steps.results) + sum(map(len, steps.rows))
    sequences = [SEQUENCE.format(kind=kind, Kind=kind.title()) for kind in ("list", "tuple")]
    return f"""{OBJECTS}{"".join(sequences)}
define ptr @call(ptr %own, ptr %given, i64 %n, ptr %names) nounwind {{
  %x = alloca [{max(1, steps.inputs)} x double]
  %y = alloca [{max(1, numbers)} x double]
{chr(10).join(w.lines)}
  ret ptr {made}
otherwise:
  %fallback = call ptr @PyTuple_GetItem(ptr %own, i64 0)
  %r = call ptr @PyObject_Vectorcall(ptr %fallback, ptr %given, i64 %n, ptr %names)
  ret ptr %r
}}
"""


NAMED = """  %unnamed = icmp eq ptr %names, null
  br i1 %unnamed, label %BARE, label %named
named:
  %expected = call ptr @PyTuple_GetItem(ptr %own, i64 1)
  %same = call i32 @PyObject_RichCompareBool(ptr %names, ptr %expected, i32 2)
  %yes = icmp eq i32 %same, 1
  br i1 %yes, label %each, label %otherwise
each:
  %many = call i64 @PyTuple_Size(ptr %names)
  br label %next
next:
  %k = phi i64 [0, %each], [%k1, %compare]
  %all = icmp eq i64 %k, %many
  br i1 %all, label %plain, label %compare
compare:
  %at = add i64 %n, %k
  %slot = getelementptr ptr, ptr %given, i64 %at
  %value = load ptr, ptr %slot
  %k1 = add i64 %k, 1
  %k2 = add i64 %k, 2
  %wanted = call ptr @PyTuple_GetItem(ptr %own, i64 %k2)
  %equal = call i32 @PyObject_RichCompareBool(ptr %value, ptr %wanted, i32 2)
  %fits = icmp eq i32 %equal, 1
  br i1 %fits, label %next, label %otherwise
plain:"""
