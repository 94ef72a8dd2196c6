"""A program as a builtin of Python's own kind: reading its objects and making new ones, in LLVM.

Invariant: only Python's stable C functions are called; types, a float's number and a tuple's items
are looked at and put where they stand in memory, and where they are not where they are expected
there is no builtin.  What does not fit is handed to the fallback.
"""

import ctypes
from typing import Any

from autograd.program.steps import Steps

POINTER = ctypes.sizeof(ctypes.c_size_t)
HEADER = object.__basicsize__  # an object's type is the last word of its header
TYPE, NUMBER, COUNT, ITEMS = HEADER - POINTER, HEADER, HEADER, tuple.__basicsize__


def python_as_expected() -> bool:
    """Whether types, a float's number and a tuple's items are where the builtin looks for them."""
    samples: list[Any] = [1.5, 7, [], ()]
    pair = 2.5, samples
    word = ctypes.c_size_t.from_address
    return (
        all(word(id(x) + TYPE).value == id(type(x)) for x in samples)
        and ctypes.c_double.from_address(id(pair[0]) + NUMBER).value == pair[0]
        and word(id(pair) + COUNT).value == len(pair)
        and all(word(id(pair) + ITEMS + k * POINTER).value == id(x) for k, x in enumerate(pair))
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
declare void @Py_DecRef(ptr)
declare ptr @PyErr_Occurred()
declare void @PyErr_Clear()
declare ptr @PyObject_Vectorcall(ptr, ptr, i64, ptr)
declare i32 @PyObject_RichCompareBool(ptr, ptr, i32)

define internal i1 @is(ptr %object, ptr %type) nounwind {{
  %at = getelementptr i8, ptr %object, i64 {TYPE}
  %found = load ptr, ptr %at
  %same = icmp eq ptr %found, %type
  ret i1 %same
}}

define internal i1 @number(ptr %object, ptr %place) nounwind {{
  %float = call i1 @is(ptr %object, ptr @PyFloat_Type)
  br i1 %float, label %read, label %other
read:
  %at = getelementptr i8, ptr %object, i64 {NUMBER}
  %x = load double, ptr %at
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

define internal i1 @equal(ptr %a, ptr %b) nounwind {{
  %same = icmp eq ptr %a, %b
  br i1 %same, label %yes, label %compare
compare:
  %answer = call i32 @PyObject_RichCompareBool(ptr %a, ptr %b, i32 2)
  %equal = icmp eq i32 %answer, 1
  ret i1 %equal
yes:
  ret i1 true
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

define internal i1 @fill_{kind}(ptr %made, ptr %place, i64 %n) nounwind {{
entry:
  br label %again
again:
  %i = phi i64 [0, %entry], [%j, %put]
  %end = icmp eq i64 %i, %n
  br i1 %end, label %yes, label %next
next:
  %from = getelementptr double, ptr %place, i64 %i
  %x = load double, ptr %from
  %item = call ptr @PyFloat_FromDouble(double %x)
  %none = icmp eq ptr %item, null
  br i1 %none, label %no, label %put
put:
  call i32 @Py{Kind}_SetItem(ptr %made, i64 %i, ptr %item)
  %j = add i64 %i, 1
  br label %again
yes:
  ret i1 true
no:
  ret i1 false
}}
"""
UNROLLED = 8  # numbers of a tuple that is made without a loop


class _Text:
    """The text of the builtin being written: its lines, and how many numbers it has passed."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.passed = 0
        self.count = 0

    def new(self) -> int:
        self.count += 1
        return self.count

    def unless(self, condition: str, where: str = "otherwise") -> None:
        """Go there where the condition is false."""
        k = self.new()
        self.lines.append(f"  br i1 {condition}, label %on{k}, label %{where}\non{k}:")

    def made(self, name: str) -> None:
        """Go to the end where there was no memory for an object."""
        k = self.new()
        self.lines.append(f"  %e{k} = icmp ne ptr {name}, null")
        self.unless(f"%e{k}", "nothing")

    def place(self, where: str) -> str:
        k = self.new()
        self.lines.append(f"  %p{k} = getelementptr double, ptr {where}, i64 {self.passed}")
        return f"%p{k}"

    def read(self, tree: Any, name: str) -> None:
        """Read an object of this shape to the next places."""
        k = self.new()
        kind = type(tree).__name__
        if kind not in ("list", "tuple"):
            self.lines.append(READ.format(k=k, name=name, place=self.place("%x")))
            self.passed += 1
            return
        if _flat(tree):
            place = self.place("%x")
            given = f"ptr {name}, ptr {place}, i64 {len(tree)}"
            self.lines.append(f"  %r{k} = call i1 @read_{kind}({given})")
            self.passed += len(tree)
        else:
            self.lines.append(f"  %r{k} = call i1 @is_{kind}(ptr {name}, i64 {len(tree)})")
        self.unless(f"%r{k}")
        if not _flat(tree):
            for i, item in enumerate(tree):
                n = f"%i{self.new()}"
                self.lines.append(
                    f"  {n} = call ptr @Py{kind.title()}_GetItem(ptr {name}, i64 {i})"
                )
                self.read(item, n)

    def make(self, tree: Any, put: str) -> None:
        """Make an object of this shape of the next numbers; `put` is the line that puts it away.

        A list or a tuple is put away as soon as it is there, and then filled: so where there is no
        memory for one more object, the outermost one, given back, gives back all of them.
        """
        k = self.new()
        kind = type(tree).__name__
        if kind not in ("list", "tuple"):
            place = self.place("%y")
            self.lines.append(f"  %v{k} = load double, ptr {place}")
            self.lines.append(f"  %m{k} = call ptr @PyFloat_FromDouble(double %v{k})")
            self.made(f"%m{k}")
            self.lines.append(put.format(f"%m{k}"))
            self.passed += 1
            return
        self.lines.append(f"  %m{k} = call ptr @Py{kind.title()}_New(i64 {len(tree)})")
        self.made(f"%m{k}")
        self.lines.append(put.format(f"%m{k}"))
        if _flat(tree) and (kind == "list" or len(tree) > UNROLLED):
            given = f"ptr %m{k}, ptr {self.place('%y')}, i64 {len(tree)}"
            self.lines.append(f"  %f{k} = call i1 @fill_{kind}({given})")
            self.unless(f"%f{k}", "nothing")
            self.passed += len(tree)
            return
        for i, item in enumerate(tree):
            if kind == "list":
                self.make(item, f"  call i32 @PyList_SetItem(ptr %m{k}, i64 {i}, ptr {{}})")
            else:
                n = self.new()
                at = f"  %t{n} = getelementptr i8, ptr %m{k}, i64 {ITEMS + i * POINTER}\n"
                self.make(item, f"{at}  store ptr {{}}, ptr %t{n}")


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
    w.make(result, "  store ptr {}, ptr %made")
    numbers = len(steps.results) + sum(map(len, steps.rows))
    kinds = [kind for kind in ("list", "tuple") if any(f"_{kind}(" in line for line in w.lines)]
    sequences = [SEQUENCE.format(kind=kind, Kind=kind.title()) for kind in kinds]
    return f"""{OBJECTS}{"".join(sequences)}
define ptr @call(ptr %own, ptr %given, i64 %n, ptr %names) nounwind {{
  %x = alloca [{max(1, steps.inputs)} x double]
  %y = alloca [{max(1, numbers)} x double]
  %made = alloca ptr
  store ptr null, ptr %made
{chr(10).join(w.lines)}
  %whole = load ptr, ptr %made
  ret ptr %whole
nothing:
  %part = load ptr, ptr %made
  call void @Py_DecRef(ptr %part)
  ret ptr null
unequal:
  call void @PyErr_Clear()
  br label %otherwise
otherwise:
  %fallback_at = getelementptr i8, ptr %own, i64 {ITEMS}
  %fallback = load ptr, ptr %fallback_at
  %r = call ptr @PyObject_Vectorcall(ptr %fallback, ptr %given, i64 %n, ptr %names)
  ret ptr %r
}}
"""


READ = f"""  %h{{k}} = getelementptr i8, ptr {{name}}, i64 {TYPE}
  %t{{k}} = load ptr, ptr %h{{k}}
  %f{{k}} = icmp eq ptr %t{{k}}, @PyFloat_Type
  br i1 %f{{k}}, label %float{{k}}, label %other{{k}}
other{{k}}:
  %r{{k}} = call i1 @number(ptr {{name}}, ptr {{place}})
  br i1 %r{{k}}, label %read{{k}}, label %otherwise
float{{k}}:
  %n{{k}} = getelementptr i8, ptr {{name}}, i64 {NUMBER}
  %v{{k}} = load double, ptr %n{{k}}
  store double %v{{k}}, ptr {{place}}
  br label %read{{k}}
read{{k}}:"""
NAMED = f"""  %unnamed = icmp eq ptr %names, null
  br i1 %unnamed, label %BARE, label %named
named:
  %expected_at = getelementptr i8, ptr %own, i64 {ITEMS + POINTER}
  %expected = load ptr, ptr %expected_at
  %many_at = getelementptr i8, ptr %expected, i64 {COUNT}
  %many = load i64, ptr %many_at
  %found_at = getelementptr i8, ptr %names, i64 {COUNT}
  %found = load i64, ptr %found_at
  %as_many = icmp eq i64 %many, %found
  br i1 %as_many, label %next, label %otherwise
next:
  %k = phi i64 [0, %named], [%k1, %compare]
  %all = icmp eq i64 %k, %many
  br i1 %all, label %plain, label %each
each:
  %names_items = getelementptr i8, ptr %names, i64 {ITEMS}
  %name_at = getelementptr ptr, ptr %names_items, i64 %k
  %name = load ptr, ptr %name_at
  %expected_items = getelementptr i8, ptr %expected, i64 {ITEMS}
  %wanted_name_at = getelementptr ptr, ptr %expected_items, i64 %k
  %wanted_name = load ptr, ptr %wanted_name_at
  %same_name = call i1 @equal(ptr %name, ptr %wanted_name)
  br i1 %same_name, label %compare, label %unequal
compare:
  %at = add i64 %n, %k
  %slot = getelementptr ptr, ptr %given, i64 %at
  %value = load ptr, ptr %slot
  %k1 = add i64 %k, 1
  %own_items = getelementptr i8, ptr %own, i64 {ITEMS + 2 * POINTER}
  %wanted_at = getelementptr ptr, ptr %own_items, i64 %k
  %wanted = load ptr, ptr %wanted_at
  %equal = call i1 @equal(ptr %value, ptr %wanted)
  br i1 %equal, label %next, label %unequal
plain:"""
